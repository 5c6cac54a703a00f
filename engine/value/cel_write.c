/* Results as documents. Pure. */
#include "value/cel_run.h"
#include "value/cel_time.h"

static int write_value(struct pl_writer *out, const struct pl_cel_value *value, unsigned depth);

static int write_encoded(struct pl_writer *out, struct pl_bytes bytes, unsigned depth)
{
    struct pl_cel_value value;

    return pl_cel_load(bytes, &value) ? write_value(out, &value, depth) : PLACET_EINVALID;
}

/* The nesting is bounded, and so is the recursion. */
static int write_container(struct pl_writer *out, const struct pl_cel_value *value, unsigned depth)
{
    struct pl_cel_cursor cursor = pl_cel_walk(value->value);
    int rc = depth < PL_MSGPACK_DEPTH_MAX ? PLACET_OK : PLACET_EINVALID;

    if (value->type == PL_CEL_LIST) {
        pl_write_array(out, cursor.left);
    } else {
        pl_write_map(out, cursor.left);
    }
    for (; cursor.left > 0 && rc == PLACET_OK; cursor.left--) {
        if (value->type == PL_CEL_MAP) {
            struct pl_cel_value key = {.type = PL_CEL_NULL};
            (void)pl_cel_load(pl_cel_take(&cursor), &key);
            rc = key.type == PL_CEL_STRING ? write_value(out, &key, depth + 1) : PLACET_EINVALID;
        }
        const struct pl_bytes element = pl_cel_take(&cursor);
        rc = rc == PLACET_OK ? write_encoded(out, element, depth + 1) : rc;
    }
    return rc;
}

static void write_time(struct pl_writer *out, const struct pl_cel_value *value)
{
    char text[PL_CEL_TIME_TEXT_SIZE];
    const uint32_t len = value->type == PL_CEL_TIMESTAMP ? pl_cel_moment_format(value->time, text)
                                                         : pl_cel_span_format(value->time, text);

    pl_write_text(out, (struct pl_text){text, len});
}

static int write_value(struct pl_writer *out, const struct pl_cel_value *value, unsigned depth)
{
    switch (value->type) {
    case PL_CEL_NULL:
        pl_write_nil(out);
        return PLACET_OK;
    case PL_CEL_BOOL:
        pl_write_bool(out, value->boolean);
        return PLACET_OK;
    case PL_CEL_INT:
        pl_write_i64(out, value->integer);
        return PLACET_OK;
    case PL_CEL_UINT:
        pl_write_u64(out, value->natural);
        return PLACET_OK;
    case PL_CEL_DOUBLE:
        if (value->real - value->real != 0) {
            return PLACET_EINVALID; /* NaN, infinity */
        }
        pl_write_float(out, value->real);
        return PLACET_OK;
    case PL_CEL_STRING:
    case PL_CEL_TYPE:
        pl_write_text(out, value->text);
        return PLACET_OK;
    case PL_CEL_BYTES:
        pl_write_bin(out, value->value.at, value->value.size);
        return PLACET_OK;
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        return write_container(out, value, depth);
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
        write_time(out, value);
        return PLACET_OK;
    case PL_CEL_OPTIONAL:
        if (value->value.size > 0) {
            return write_encoded(out, value->value, depth);
        }
        pl_write_nil(out);
        return PLACET_OK;
    case PL_CEL_DYN:
        break;
    }
    return PLACET_EINVALID;
}

/* Whatever else the profile forbids (large integers, NUL in a text, too many keys) its own check
 * finds. */
int pl_cel_write(struct pl_writer *out, const struct pl_cel_value *value)
{
    const size_t before = out->used;
    const int rc = write_value(out, value, 1);

    if (rc != PLACET_OK) {
        return rc;
    }
    if (!pl_writer_ok(out)) {
        return PLACET_ELIMIT;
    }
    return pl_msgpack_check(out->at + before, out->used - before) == PL_MSGPACK_OK
               ? PLACET_OK
               : PLACET_EINVALID;
}
