/* Lists, maps and optionals. Pure. */
#include <string.h>

#include "value/cel_function.h"

/* ---- size ---- */

static int64_t count_characters(struct pl_text text)
{
    int64_t count = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

enum pl_cel_fault pl_cel_do_size_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_int(count_characters(args[0].text));
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_size_bytes(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_int(args[0].value.size);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_size_container(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_int(pl_cel_count(args[0].value));
    return PL_CEL_OK;
}

/* ---- membership ---- */

enum pl_cel_fault pl_cel_do_in_list(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    struct pl_cel_cursor cursor = pl_cel_walk(args[1].value);
    enum pl_cel_fault fault = PL_CEL_OK;
    bool found = false;

    for (; cursor.left > 0 && !found && fault == PL_CEL_OK; cursor.left--) {
        struct pl_cel_value element = {0};
        run->cost++;
        (void)pl_cel_load(pl_cel_take(&cursor), &element);
        fault = pl_cel_equal(run, &args[0], &element, &found);
    }
    *out = pl_cel_bool(found);
    return fault;
}

enum pl_cel_fault pl_cel_do_in_map(struct pl_cel_run *run, const struct pl_cel_value *args,
                                   struct pl_cel_value *out)
{
    *out = pl_cel_bool(pl_cel_get(run, args[1].value, &args[0]).size > 0);
    return PL_CEL_OK;
}

/* ---- elements ---- */

/* The element of a list, encoded; a double counts when it is whole. */
static enum pl_cel_fault element_of(struct pl_cel_run *run, struct pl_bytes list,
                                    const struct pl_cel_value *index, struct pl_bytes *out)
{
    struct pl_cel_cursor cursor = pl_cel_walk(list);
    struct pl_cel_value at = *index;

    pl_cel_adapt(&at, PL_CEL_INT);
    if (at.type == PL_CEL_DOUBLE || (at.type == PL_CEL_INT && at.integer < 0) ||
        at.natural >= cursor.left) {
        return at.type == PL_CEL_DOUBLE ? PL_CEL_ARGUMENT : PL_CEL_INDEX;
    }
    for (uint64_t i = 0; i < at.natural; i++) {
        const struct pl_bytes passed = pl_cel_take(&cursor);
        pl_cel_charge(run, passed.size);
    }
    *out = pl_cel_take(&cursor);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_index_list(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    struct pl_bytes element = {0};
    const enum pl_cel_fault fault = element_of(run, args[0].value, &args[1], &element);

    if (fault != PL_CEL_OK) {
        return fault;
    }
    return pl_cel_load(element, out) ? PL_CEL_OK : PL_CEL_INDEX;
}

static bool is_key(const struct pl_cel_value *value)
{
    return pl_cel_is_number(value) || value->type == PL_CEL_STRING || value->type == PL_CEL_BOOL;
}

enum pl_cel_fault pl_cel_do_index_map(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    if (!is_key(&args[1])) {
        return PL_CEL_NO_OVERLOAD;
    }
    return pl_cel_load(pl_cel_get(run, args[0].value, &args[1]), out) ? PL_CEL_OK
                                                                      : PL_CEL_NO_SUCH_FIELD;
}

/* ---- optionals ---- */

/* `list[?i]`, `map[?k]`: what is not there is empty. */
enum pl_cel_fault pl_cel_do_maybe_index(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    struct pl_bytes found = {NULL, 0};

    if (args[0].type == PL_CEL_MAP) {
        if (!is_key(&args[1])) {
            return PL_CEL_NO_OVERLOAD;
        }
        found = pl_cel_get(run, args[0].value, &args[1]);
    } else {
        const enum pl_cel_fault fault = element_of(run, args[0].value, &args[1], &found);
        if (fault != PL_CEL_OK && fault != PL_CEL_INDEX) {
            return fault;
        }
    }
    *out = pl_cel_encoded(PL_CEL_OPTIONAL, found);
    return PL_CEL_OK;
}

/* An index into an optional looks inside it. */
enum pl_cel_fault pl_cel_do_index_optional(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    struct pl_cel_value inside[2] = {{0}, args[1]};

    if (!pl_cel_load(args[0].value, &inside[0])) {
        *out = args[0];
        return PL_CEL_OK;
    }
    if (inside[0].type == PL_CEL_MAP ||
        (inside[0].type == PL_CEL_LIST && pl_cel_is_number(&inside[1]))) {
        return pl_cel_do_maybe_index(run, inside, out);
    }
    return PL_CEL_NO_OVERLOAD;
}

enum pl_cel_fault pl_cel_do_optional_none(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    (void)run;
    (void)args;
    *out = pl_cel_encoded(PL_CEL_OPTIONAL, (struct pl_bytes){NULL, 0});
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_optional_of(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);

    pl_cel_put_value(&build, &args[0]);
    return pl_cel_finish(&build, PL_CEL_OPTIONAL, out);
}

static bool is_zero(const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_NULL:
        return true;
    case PL_CEL_BOOL:
        return !value->boolean;
    case PL_CEL_INT:
    case PL_CEL_UINT:
        return value->natural == 0;
    case PL_CEL_DOUBLE:
        return value->real == 0;
    case PL_CEL_STRING:
        return value->text.len == 0;
    case PL_CEL_BYTES:
    case PL_CEL_OPTIONAL:
        return value->value.size == 0;
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        return pl_cel_count(value->value) == 0;
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
        return value->time.seconds == 0 && value->time.nanos == 0;
    case PL_CEL_TYPE:
    case PL_CEL_DYN:
        break;
    }
    return false;
}

enum pl_cel_fault pl_cel_do_optional_of_non_zero(struct pl_cel_run *run,
                                                 const struct pl_cel_value *args,
                                                 struct pl_cel_value *out)
{
    return is_zero(&args[0]) ? pl_cel_do_optional_none(run, args, out)
                             : pl_cel_do_optional_of(run, args, out);
}

enum pl_cel_fault pl_cel_do_has_value(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_bool(args[0].value.size > 0);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_optional_value(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    (void)run;
    return pl_cel_load(args[0].value, out) ? PL_CEL_OK : PL_CEL_NO_SUCH_FIELD;
}

enum pl_cel_fault pl_cel_do_optional_or(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    *out = args[0].value.size > 0 ? args[0] : args[1];
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_optional_or_value(struct pl_cel_run *run,
                                              const struct pl_cel_value *args,
                                              struct pl_cel_value *out)
{
    (void)run;
    if (!pl_cel_load(args[0].value, out)) {
        *out = args[1];
    }
    return PL_CEL_OK;
}

/* ---- joining ---- */

enum pl_cel_fault pl_cel_do_concat_lists(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);
    uint32_t count = 0;

    pl_cel_begin_container(&build);
    for (unsigned i = 0; i < 2; i++) {
        const struct pl_cel_cursor cursor = pl_cel_walk(args[i].value);
        pl_cel_put(&build, cursor.at, (size_t)(cursor.end - cursor.at));
        count += cursor.left;
    }
    pl_cel_end_container(&build, PL_CEL_LIST, count);
    return pl_cel_finish(&build, PL_CEL_LIST, out);
}
