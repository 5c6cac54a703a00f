#include "server/form.h"

#include "model/limits.h"
#include "value/schema.h"

/* ---- schema -----------------------------------------------------------------------------------
 */

static int answer_violation(struct pl_request *r, const char *text,
                            const struct pl_schema_mistake *mistakes, uint32_t count)
{
    const uint32_t listed = count < PL_SCHEMA_MISTAKES_MAX ? count : PL_SCHEMA_MISTAKES_MAX;
    const uint32_t size = 64 + PL_SCHEMA_MISTAKE_SIZE * listed;
    struct pl_writer detail;
    uint8_t *memory = pl_arena_alloc(&r->server->arena, size);

    if (memory == NULL) {
        return pl_answer_exhausted(r);
    }
    pl_writer_init(&detail, memory, size);
    pl_write_map(&detail, 2);
    pl_write_key_u64(&detail, "count", count);
    pl_write_string(&detail, "errors");
    pl_write_array(&detail, listed);
    for (uint32_t i = 0; i < listed; i++) {
        pl_schema_mistake_write(&detail, &mistakes[i]);
    }
    return pl_answer_error(r, PLACET_CODE_SCHEMA_VIOLATION, text, 0, pl_writer_bytes(&detail));
}

bool pl_form_is_valid(struct pl_request *r, const struct pl_schema *schema,
                      struct pl_bytes document, const char *text, int *rc_out)
{
    struct pl_schema_mistake mistakes[PL_SCHEMA_MISTAKES_MAX];

    if (schema == NULL) {
        return true;
    }
    const uint32_t count = pl_schema_check(schema, document, mistakes, PL_SCHEMA_MISTAKES_MAX);
    if (count == 0) {
        return true;
    }
    *rc_out = answer_violation(r, text, mistakes, count);
    return false;
}

/* ---- changes ----------------------------------------------------------------------------------
 */

static bool is_nil(struct pl_bytes value)
{
    return value.size == 1 && value.at[0] == 0xc0;
}

static bool is_map(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return value.size > 0 && pl_reader_peek(&in) == PL_VALUE_MAP;
}

/* Reader behind the head of a map, and its number of pairs; an empty map for anything else. */
static uint32_t open_map(struct pl_bytes value, struct pl_reader *in)
{
    pl_reader_init(in, value.at, value.size);
    return is_map(value) ? pl_reader_map(in) : 0;
}

static uint32_t merged_pairs(struct pl_bytes form, struct pl_bytes changes)
{
    struct pl_reader in;
    uint32_t pairs = open_map(form, &in);

    const uint32_t change_pairs = open_map(changes, &in);
    for (uint32_t i = 0; i < change_pairs; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const bool gone = is_nil(pl_reader_value(&in));
        const bool there = pl_value_get(form, key).size > 0 && is_map(form);
        if (there && gone) {
            pairs--;
        } else if (!there && !gone) {
            pairs++;
        }
    }
    return pairs;
}

/* Depth is bounded: both values passed the profile.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void merge(struct pl_writer *out, struct pl_bytes form, struct pl_bytes changes)
{
    struct pl_reader in;

    if (!is_map(changes)) {
        pl_write_value(out, changes);
        return;
    }
    if (!is_map(form)) {
        form = (struct pl_bytes){0};
    }
    pl_write_map(out, merged_pairs(form, changes));
    uint32_t pairs = open_map(form, &in);
    for (uint32_t i = 0; i < pairs; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes old = pl_reader_value(&in);
        const struct pl_bytes change = pl_value_get(changes, key);
        if (is_nil(change)) {
            continue;
        }
        pl_write_text(out, key);
        if (change.size == 0) {
            pl_write_value(out, old);
        } else {
            merge(out, old, change);
        }
    }
    pairs = open_map(changes, &in);
    for (uint32_t i = 0; i < pairs; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes change = pl_reader_value(&in);
        const bool there = form.size > 0 && pl_value_get(form, key).size > 0;
        if (!there && !is_nil(change)) {
            pl_write_text(out, key);
            merge(out, (struct pl_bytes){0}, change);
        }
    }
}

int pl_form_merge(struct pl_arena *arena, struct pl_bytes form, struct pl_bytes changes,
                  struct pl_bytes *merged_out)
{
    const uint32_t size = form.size + changes.size + 16;
    uint8_t *memory = pl_arena_alloc(arena, size);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&out, memory, size);
    merge(&out, form, changes);
    const struct pl_bytes merged = pl_writer_bytes(&out);
    if (!pl_writer_ok(&out) || merged.size > PL_BODY_MAX ||
        pl_msgpack_check(merged.at, merged.size) != PL_MSGPACK_OK) {
        return PLACET_EINVALID;
    }
    *merged_out = merged;
    return PLACET_OK;
}
