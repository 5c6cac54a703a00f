/* MessagePack from a byte span: no allocation, no recursion, no trust in declared sizes.
 *
 * Bytes from outside pass pl_msgpack_check once (the strict profile of the protocol); after that a
 * pl_reader walks them. The reader remembers its first mistake and answers zeros from then on: read
 * straight through, look once at the end. */
#ifndef PL_VALUE_READER_H
#define PL_VALUE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

/* Borrowed MessagePack bytes of exactly one value; `size` 0 means "no value". */
struct pl_bytes {
    const uint8_t *at;
    uint32_t size;
};

enum pl_value_type {
    PL_VALUE_NIL,
    PL_VALUE_BOOL,
    PL_VALUE_INT,
    PL_VALUE_FLOAT,
    PL_VALUE_STR,
    PL_VALUE_BIN,
    PL_VALUE_ARRAY,
    PL_VALUE_MAP,
    PL_VALUE_BAD, /* nothing more, or not of the profile */
};

/* Why bytes were refused; text for people by pl_msgpack_fault_text. */
enum pl_msgpack_fault {
    PL_MSGPACK_OK,
    PL_MSGPACK_TRUNCATED, /* ends early, or declares more than is there */
    PL_MSGPACK_TRAILING,  /* bytes after the value */
    PL_MSGPACK_DEPTH,     /* deeper than PL_MSGPACK_DEPTH_MAX */
    PL_MSGPACK_NODES,     /* more values, or keys in a map, than value/limits.h allows */
    PL_MSGPACK_TYPE,      /* ext, float32, 0xc1, a key that is not a string */
    PL_MSGPACK_RANGE,     /* integer beyond +-(2^53-1), NaN, infinity */
    PL_MSGPACK_UTF8,      /* string not UTF-8 or with a NUL */
    PL_MSGPACK_DUPLICATE, /* a key twice in one map */
};

/* The strict profile (design: protocol, Frames). Accepts exactly one value that fills the span.
 * Keys count as values. Takes some 20 KiB of stack. */
enum pl_msgpack_fault pl_msgpack_check(const void *bytes, size_t size);
const char *pl_msgpack_fault_text(enum pl_msgpack_fault fault);

struct pl_reader {
    const uint8_t *at;
    size_t left;
    bool bad;
};

void pl_reader_init(struct pl_reader *in, const void *bytes, size_t size);
enum pl_value_type pl_reader_peek(const struct pl_reader *in);

/* Each takes the next value, also the integers beyond 2^53 and the unchecked text of our own
 * records; a value of another type or out of range makes the reader bad and gives
 * zero/empty. Text, bytes and raw values borrow from the span given to init. Array and map give the
 * number of elements / pairs. */
void pl_reader_nil(struct pl_reader *in);
bool pl_reader_bool(struct pl_reader *in);
int64_t pl_reader_i64(struct pl_reader *in);
uint64_t pl_reader_u64(struct pl_reader *in, uint64_t max);
double pl_reader_float(struct pl_reader *in); /* accepts an integer too */
struct pl_text pl_reader_text(struct pl_reader *in, uint32_t len_max);
struct pl_bytes pl_reader_bin(struct pl_reader *in, uint32_t size_max);
uint32_t pl_reader_array(struct pl_reader *in);
uint32_t pl_reader_map(struct pl_reader *in);

/* Takes the next value whole, whatever it is. */
struct pl_bytes pl_reader_value(struct pl_reader *in);
static inline void pl_reader_skip(struct pl_reader *in)
{
    (void)pl_reader_value(in);
}

/* True when nothing was wrong and every byte was used. */
bool pl_reader_done(const struct pl_reader *in);

/* The value under a key of a map value, and under a path of keys "project.area" ("" = the value
 * itself). Size 0 when absent. Linear: documents are small and read a few times. */
struct pl_bytes pl_value_get(struct pl_bytes map, struct pl_text key);
struct pl_bytes pl_value_path(struct pl_bytes value, struct pl_text dotted_path);

/* One value as a C value; false when it is absent or of another type. */
bool pl_value_as_i64(struct pl_bytes value, int64_t *out);
bool pl_value_as_bool(struct pl_bytes value, bool *out);
bool pl_value_as_text(struct pl_bytes value, struct pl_text *out);

#endif
