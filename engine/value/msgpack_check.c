#include <math.h>
#include <string.h>

#include "base/check.h"
#include "value/limits.h"
#include "value/msgpack_head.h"
#include "value/reader.h"

#define INTEGER_MAX     ((UINT64_C(1) << 53) - 1) /* what a float64 holds exactly (RFC 8259 6) */
#define SMALL_MAP_PAIRS 16                        /* up to here comparing beats sorting */

/* A key already seen in a map that is still open. The tag is equal for equal keys and mostly
 * different for others. */
struct key {
    uint32_t tag;
    uint32_t at; /* offset of its first byte in the message */
};

struct level {
    uint32_t left;      /* values still to come, keys counted */
    uint32_t pairs;     /* of a map; 0 for an array */
    uint32_t first_key; /* index into `keys` */
};

struct check {
    const uint8_t *bytes;
    size_t size;
    size_t used;
    uint32_t node_count;
    uint32_t key_count;
    uint32_t depth;
    struct level levels[PL_MSGPACK_DEPTH_MAX];
    struct key *keys; /* PL_MSGPACK_OPEN_KEYS_MAX of them */
};

/* UTF-8 without NUL. Eight ASCII bytes at a time; most text is. */
static bool text_is_clean(const uint8_t *at, size_t len)
{
    const uint64_t high = UINT64_C(0x8080808080808080);
    const uint64_t ones = UINT64_C(0x0101010101010101);
    size_t i = 0;

    for (; len - i >= sizeof(uint64_t); i += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at + i, sizeof word);
        /* A high bit in the word, or one borrowed by a zero byte. */
        if (((word | (word - ones)) & high) != 0) {
            break;
        }
    }
    for (; i < len; i++) {
        if (at[i] == 0 || at[i] >= 0x80) {
            return memchr(at + i, 0, len - i) == NULL &&
                   pl_text_is_utf8((const char *)at + i, len - i);
        }
    }
    return true;
}

/* A multiplicative hash, eight bytes at a time. Whoever makes tags collide on purpose gains no more
 * than comparisons, and those are bounded by the sort. */
static uint32_t tag_of(const uint8_t *at, size_t len)
{
    uint64_t mixed = len;
    uint64_t tail = 0;

    for (; len >= sizeof(uint64_t); len -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        mixed = (mixed ^ word) * UINT64_C(0x9e3779b97f4a7c15);
        mixed ^= mixed >> 32;
        at += sizeof word;
    }
    for (; len > 0; len--) {
        tail = tail << 8 | *at++;
    }
    return (uint32_t)((mixed ^ tail) * UINT64_C(0xff51afd7ed558ccd) >> 32);
}

/* The text of a key whose header was checked before. */
static struct pl_text key_text(const struct check *check, struct key key)
{
    struct pl_reader in;

    pl_reader_init(&in, check->bytes + key.at, check->size - key.at);
    return pl_reader_text(&in, UINT32_MAX);
}

static int compare_keys(const struct check *check, struct key a, struct key b)
{
    if (a.tag != b.tag) {
        return a.tag < b.tag ? -1 : 1;
    }
    return pl_text_compare(key_text(check, a), key_text(check, b));
}

static bool seen_before(const struct check *check, const struct level *level, struct key key)
{
    for (uint32_t i = level->first_key; i < check->key_count; i++) {
        if (check->keys[i].tag == key.tag && compare_keys(check, check->keys[i], key) == 0) {
            return true;
        }
    }
    return false;
}

static void sift_down(const struct check *check, struct key *keys, uint32_t root, uint32_t count)
{
    const struct key moved = keys[root];

    for (uint32_t child = root * 2 + 1; child < count; child = root * 2 + 1) {
        if (child + 1 < count && compare_keys(check, keys[child], keys[child + 1]) < 0) {
            child++;
        }
        if (compare_keys(check, moved, keys[child]) >= 0) {
            break;
        }
        keys[root] = keys[child];
        root = child;
    }
    keys[root] = moved;
}

/* Heapsort, because n log n holds for every input: no key that an attacker chooses makes it
 * quadratic, and it needs no memory. */
static bool sorted_has_duplicate(const struct check *check, struct key *keys, uint32_t count)
{
    for (uint32_t root = count / 2; root > 0; root--) {
        sift_down(check, keys, root - 1, count);
    }
    for (uint32_t end = count - 1; end > 0; end--) {
        const struct key largest = keys[0];
        keys[0] = keys[end];
        keys[end] = largest;
        sift_down(check, keys, 0, end);
    }
    for (uint32_t i = 1; i < count; i++) {
        if (compare_keys(check, keys[i - 1], keys[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum pl_msgpack_fault take_content(struct check *check, uint64_t size)
{
    if (size > check->size - check->used) {
        return PL_MSGPACK_TRUNCATED;
    }
    check->used += size;
    return PL_MSGPACK_OK;
}

static enum pl_msgpack_fault take_text(struct check *check, uint64_t len)
{
    const uint8_t *const at = check->bytes + check->used;
    const enum pl_msgpack_fault fault = take_content(check, len);

    if (fault != PL_MSGPACK_OK) {
        return fault;
    }
    return text_is_clean(at, len) ? PL_MSGPACK_OK : PL_MSGPACK_UTF8;
}

static enum pl_msgpack_fault take_key(struct check *check)
{
    const struct level *const level = &check->levels[check->depth - 1];
    const size_t from = check->used;
    struct pl_msgpack_head head;

    enum pl_msgpack_fault fault = pl_msgpack_head(check->bytes + from, check->size - from, &head);
    if (fault != PL_MSGPACK_OK) {
        return fault;
    }
    if (head.type != PL_VALUE_STR) {
        return PL_MSGPACK_TYPE;
    }
    check->used += head.size;
    fault = take_text(check, head.number);
    if (fault != PL_MSGPACK_OK) {
        return fault;
    }

    const struct key key = {tag_of(check->bytes + from + head.size, head.number), (uint32_t)from};
    if (level->pairs <= SMALL_MAP_PAIRS && seen_before(check, level, key)) {
        return PL_MSGPACK_DUPLICATE;
    }
    check->keys[check->key_count++] = key;
    return PL_MSGPACK_OK;
}

/* Opens an array (`pairs` 0) or a map of `count` values, keys counted. */
static enum pl_msgpack_fault open_level(struct check *check, uint64_t count, uint64_t pairs)
{
    if (check->depth == PL_MSGPACK_DEPTH_MAX) {
        return PL_MSGPACK_DEPTH;
    }
    if (count > check->size - check->used) {
        return PL_MSGPACK_TRUNCATED;
    }
    if (count > PL_MSGPACK_NODES_MAX - check->node_count || pairs > PL_MSGPACK_KEYS_MAX ||
        pairs > PL_MSGPACK_OPEN_KEYS_MAX - check->key_count) {
        return PL_MSGPACK_NODES;
    }
    check->node_count += (uint32_t)count;
    struct level *const level = &check->levels[check->depth++];
    level->left = (uint32_t)count;
    level->pairs = (uint32_t)pairs;
    level->first_key = check->key_count;
    return PL_MSGPACK_OK;
}

/* Closes the arrays and maps that are complete. */
static enum pl_msgpack_fault close_levels(struct check *check)
{
    while (check->depth > 0 && check->levels[check->depth - 1].left == 0) {
        const struct level *const level = &check->levels[--check->depth];
        if (level->pairs > SMALL_MAP_PAIRS &&
            sorted_has_duplicate(check, check->keys + level->first_key, level->pairs)) {
            return PL_MSGPACK_DUPLICATE;
        }
        check->key_count = level->first_key;
    }
    return PL_MSGPACK_OK;
}

static bool in_range(const struct pl_msgpack_head *head)
{
    return (head->negative ? 0 - head->number : head->number) <= INTEGER_MAX;
}

static bool is_finite(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof value);
    return isfinite(value);
}

/* Takes one value; of an array or map only the header. */
static enum pl_msgpack_fault take_value(struct check *check)
{
    struct pl_msgpack_head head;
    const enum pl_msgpack_fault fault =
        pl_msgpack_head(check->bytes + check->used, check->size - check->used, &head);

    if (fault != PL_MSGPACK_OK) {
        return fault;
    }
    check->used += head.size;
    switch (head.type) {
    case PL_VALUE_INT:
        return in_range(&head) ? PL_MSGPACK_OK : PL_MSGPACK_RANGE;
    case PL_VALUE_FLOAT:
        return is_finite(head.number) ? PL_MSGPACK_OK : PL_MSGPACK_RANGE;
    case PL_VALUE_STR:
        return take_text(check, head.number);
    case PL_VALUE_BIN:
        return take_content(check, head.number);
    case PL_VALUE_ARRAY:
        return open_level(check, head.number, 0);
    case PL_VALUE_MAP:
        return open_level(check, head.number * 2, head.number);
    case PL_VALUE_NIL:
    case PL_VALUE_BOOL:
        return PL_MSGPACK_OK;
    case PL_VALUE_BAD:
        break;
    }
    PL_UNREACHABLE();
}

enum pl_msgpack_fault pl_msgpack_check(const void *bytes, size_t size)
{
    /* Only keys that were read are looked at; to zero 16 KiB would cost more than most checks. */
    struct key keys[PL_MSGPACK_OPEN_KEYS_MAX] __attribute__((uninitialized));
    struct check check = {.bytes = bytes, .size = size, .node_count = 1, .keys = keys};

    if (size > UINT32_MAX) {
        return PL_MSGPACK_NODES;
    }

    enum pl_msgpack_fault fault = take_value(&check);
    while (fault == PL_MSGPACK_OK) {
        fault = close_levels(&check);
        if (fault != PL_MSGPACK_OK || check.depth == 0) {
            break;
        }
        struct level *const level = &check.levels[check.depth - 1];
        const bool is_key = level->pairs > 0 && level->left % 2 == 0;
        level->left--;
        fault = is_key ? take_key(&check) : take_value(&check);
    }
    if (fault == PL_MSGPACK_OK && check.used < check.size) {
        return PL_MSGPACK_TRAILING;
    }
    return fault;
}

const char *pl_msgpack_fault_text(enum pl_msgpack_fault fault)
{
    static const char *const texts[] = {
        [PL_MSGPACK_OK] = "well formed",
        [PL_MSGPACK_TRUNCATED] = "ends before the value is complete",
        [PL_MSGPACK_TRAILING] = "bytes follow the value",
        [PL_MSGPACK_DEPTH] = "nested deeper than 16",
        [PL_MSGPACK_NODES] = "more than 65536 values or 1024 keys in a map",
        [PL_MSGPACK_TYPE] = "a type outside the profile, or a key that is not a string",
        [PL_MSGPACK_RANGE] = "an integer beyond 2^53-1, NaN or infinity",
        [PL_MSGPACK_UTF8] = "a string that is not UTF-8 or holds a NUL",
        [PL_MSGPACK_DUPLICATE] = "the same key twice in a map",
    };

    PL_CHECK((size_t)fault < sizeof texts / sizeof texts[0]);
    return texts[fault];
}
