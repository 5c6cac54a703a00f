#include "value/reader.h"

#include <math.h>
#include <string.h>

#include "value/msgpack_head.h"

void pl_reader_init(struct pl_reader *in, const void *bytes, size_t size)
{
    *in = (struct pl_reader){.at = bytes, .left = size};
}

enum pl_value_type pl_reader_peek(const struct pl_reader *in)
{
    return in->left == 0 ? PL_VALUE_BAD : pl_msgpack_type(in->at[0]);
}

/* Nothing is left after a mistake, so that every later call sees the end and gives zero. */
static void fail(struct pl_reader *in)
{
    in->left = 0;
    in->bad = true;
}

/* Takes the header of the next value if it has the type, else fails. */
static bool take(struct pl_reader *in, enum pl_value_type type, struct pl_msgpack_head *head)
{
    if (pl_msgpack_head(in->at, in->left, head) != PL_MSGPACK_OK || head->type != type) {
        fail(in);
        return false;
    }
    in->at += head->size;
    in->left -= head->size;
    return true;
}

/* Takes the bytes after a header of a string or binary. */
static const uint8_t *take_content(struct pl_reader *in, uint64_t size, uint32_t size_max)
{
    const uint8_t *const at = in->at;

    if (size > in->left || size > size_max) {
        fail(in);
        return NULL;
    }
    in->at += size;
    in->left -= size;
    return at;
}

void pl_reader_nil(struct pl_reader *in)
{
    struct pl_msgpack_head head;

    (void)take(in, PL_VALUE_NIL, &head);
}

bool pl_reader_bool(struct pl_reader *in)
{
    struct pl_msgpack_head head;

    return take(in, PL_VALUE_BOOL, &head) && head.number != 0;
}

int64_t pl_reader_i64(struct pl_reader *in)
{
    struct pl_msgpack_head head;

    if (!take(in, PL_VALUE_INT, &head)) {
        return 0;
    }
    if (!head.negative && head.number > INT64_MAX) {
        fail(in);
        return 0;
    }
    return (int64_t)head.number;
}

uint64_t pl_reader_u64(struct pl_reader *in, uint64_t max)
{
    struct pl_msgpack_head head;

    if (!take(in, PL_VALUE_INT, &head)) {
        return 0;
    }
    if (head.negative || head.number > max) {
        fail(in);
        return 0;
    }
    return head.number;
}

double pl_reader_float(struct pl_reader *in)
{
    struct pl_msgpack_head head;
    double value;

    if (pl_reader_peek(in) == PL_VALUE_INT) {
        if (!take(in, PL_VALUE_INT, &head)) {
            return 0;
        }
        return head.negative ? (double)(int64_t)head.number : (double)head.number;
    }
    if (!take(in, PL_VALUE_FLOAT, &head)) {
        return 0;
    }
    memcpy(&value, &head.number, sizeof value);
    if (!isfinite(value)) {
        fail(in);
        return 0;
    }
    return value;
}

struct pl_text pl_reader_text(struct pl_reader *in, uint32_t len_max)
{
    struct pl_msgpack_head head;

    if (take(in, PL_VALUE_STR, &head)) {
        const uint8_t *const at = take_content(in, head.number, len_max);
        if (at != NULL) {
            return (struct pl_text){(const char *)at, (uint32_t)head.number};
        }
    }
    return (struct pl_text){"", 0};
}

struct pl_bytes pl_reader_bin(struct pl_reader *in, uint32_t size_max)
{
    struct pl_msgpack_head head;

    if (take(in, PL_VALUE_BIN, &head)) {
        const uint8_t *const at = take_content(in, head.number, size_max);
        if (at != NULL) {
            return (struct pl_bytes){at, (uint32_t)head.number};
        }
    }
    return (struct pl_bytes){NULL, 0};
}

uint32_t pl_reader_array(struct pl_reader *in)
{
    struct pl_msgpack_head head;

    if (!take(in, PL_VALUE_ARRAY, &head)) {
        return 0;
    }
    if (head.number > in->left) {
        fail(in);
        return 0;
    }
    return (uint32_t)head.number;
}

uint32_t pl_reader_map(struct pl_reader *in)
{
    struct pl_msgpack_head head;

    if (!take(in, PL_VALUE_MAP, &head)) {
        return 0;
    }
    if (head.number * 2 > in->left) {
        fail(in);
        return 0;
    }
    return (uint32_t)head.number;
}

struct pl_bytes pl_reader_value(struct pl_reader *in)
{
    const uint8_t *const from = in->at;
    uint64_t pending = 1; /* values still to take; never more than bytes that are left */

    while (pending > 0) {
        struct pl_msgpack_head head;
        uint64_t content = 0;

        if (pl_msgpack_head(in->at, in->left, &head) != PL_MSGPACK_OK) {
            fail(in);
            return (struct pl_bytes){NULL, 0};
        }
        pending--;
        if (head.type == PL_VALUE_ARRAY) {
            pending += head.number;
        } else if (head.type == PL_VALUE_MAP) {
            pending += head.number * 2;
        } else if (head.type == PL_VALUE_STR || head.type == PL_VALUE_BIN) {
            content = head.number;
        }
        const size_t left = in->left - head.size;
        if (content > left || pending > left - content) {
            fail(in);
            return (struct pl_bytes){NULL, 0};
        }
        in->at += head.size + content;
        in->left = left - content;
    }

    const size_t size = (size_t)(in->at - from);
    if (size > UINT32_MAX) {
        fail(in);
        return (struct pl_bytes){NULL, 0};
    }
    return (struct pl_bytes){from, (uint32_t)size};
}

bool pl_reader_done(const struct pl_reader *in)
{
    return !in->bad && in->left == 0;
}

struct pl_bytes pl_value_get(struct pl_bytes map, struct pl_text key)
{
    struct pl_reader in;

    pl_reader_init(&in, map.at, map.size);
    if (pl_reader_peek(&in) != PL_VALUE_MAP) {
        return (struct pl_bytes){NULL, 0};
    }
    for (uint32_t left = pl_reader_map(&in); left > 0 && !in.bad; left--) {
        const struct pl_text at = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes value = pl_reader_value(&in);
        if (!in.bad && pl_text_equal(at, key)) {
            return value;
        }
    }
    return (struct pl_bytes){NULL, 0};
}

struct pl_bytes pl_value_path(struct pl_bytes value, struct pl_text dotted_path)
{
    struct pl_text rest = dotted_path;
    bool more = rest.len > 0;

    while (more && value.size > 0) {
        const char *const dot = memchr(rest.at, '.', rest.len);
        struct pl_text key = rest;

        more = dot != NULL;
        if (more) {
            key.len = (uint32_t)(dot - rest.at);
            rest.at += key.len + 1;
            rest.len -= key.len + 1;
        }
        value = pl_value_get(value, key);
    }
    return value;
}

bool pl_value_as_i64(struct pl_bytes value, int64_t *out)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const int64_t number = pl_reader_i64(&in);
    if (!pl_reader_done(&in)) {
        return false;
    }
    *out = number;
    return true;
}

bool pl_value_as_bool(struct pl_bytes value, bool *out)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const bool truth = pl_reader_bool(&in);
    if (!pl_reader_done(&in)) {
        return false;
    }
    *out = truth;
    return true;
}

bool pl_value_as_text(struct pl_bytes value, struct pl_text *out)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const struct pl_text text = pl_reader_text(&in, UINT32_MAX);
    if (!pl_reader_done(&in)) {
        return false;
    }
    *out = text;
    return true;
}
