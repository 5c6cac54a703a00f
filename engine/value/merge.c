#include "value/merge.h"

#include "value/writer.h"

#define MERGED_MAX (1u << 20) /* what one message may carry */

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

static uint32_t merged_pairs(struct pl_bytes value, struct pl_bytes changes)
{
    struct pl_reader in;
    uint32_t pairs = open_map(value, &in);

    const uint32_t change_pairs = open_map(changes, &in);
    for (uint32_t i = 0; i < change_pairs; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const bool gone = is_nil(pl_reader_value(&in));
        const bool there = pl_value_get(value, key).size > 0 && is_map(value);
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
static void merge(struct pl_writer *out, struct pl_bytes value, struct pl_bytes changes)
{
    struct pl_reader in;

    if (!is_map(changes)) {
        pl_write_value(out, changes);
        return;
    }
    if (!is_map(value)) {
        value = (struct pl_bytes){0};
    }
    pl_write_map(out, merged_pairs(value, changes));
    uint32_t pairs = open_map(value, &in);
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
        const bool there = value.size > 0 && pl_value_get(value, key).size > 0;
        if (!there && !is_nil(change)) {
            pl_write_text(out, key);
            merge(out, (struct pl_bytes){0}, change);
        }
    }
}

int pl_value_merge(struct pl_arena *arena, struct pl_bytes value, struct pl_bytes changes,
                   struct pl_bytes *merged_out)
{
    const uint32_t size = value.size + changes.size + 16;
    uint8_t *memory = pl_arena_alloc(arena, size);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&out, memory, size);
    merge(&out, value, changes);
    const struct pl_bytes merged = pl_writer_bytes(&out);
    if (!pl_writer_ok(&out) || merged.size > MERGED_MAX ||
        pl_msgpack_check(merged.at, merged.size) != PL_MSGPACK_OK) {
        return PLACET_EINVALID;
    }
    *merged_out = merged;
    return PLACET_OK;
}
