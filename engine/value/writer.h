/* MessagePack into memory of a fixed size, shortest forms, packed by msgpack-c. What does not fit
 * sets `full`, leaves the size at what was written before and stops the writer; look once at the
 * end with pl_writer_ok. NaN and infinity have no form in the profile and do the same. */
#ifndef PL_VALUE_WRITER_H
#define PL_VALUE_WRITER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "value/reader.h"

struct pl_writer {
    uint8_t *at; /* first byte */
    size_t used;
    size_t size;
    bool full;
};

void pl_writer_init(struct pl_writer *out, void *memory, size_t size);
void pl_write_nil(struct pl_writer *out);
void pl_write_bool(struct pl_writer *out, bool value);
void pl_write_i64(struct pl_writer *out, int64_t value);
void pl_write_u64(struct pl_writer *out, uint64_t value);
void pl_write_float(struct pl_writer *out, double value);
void pl_write_text(struct pl_writer *out, struct pl_text text);
void pl_write_string(struct pl_writer *out, const char *string); /* NULL writes nil */
void pl_write_bin(struct pl_writer *out, const void *bytes, size_t size);
void pl_write_array(struct pl_writer *out, uint32_t count);
void pl_write_map(struct pl_writer *out, uint32_t pairs);

/* Copies one value that is MessagePack already; size 0 writes nil. */
void pl_write_value(struct pl_writer *out, struct pl_bytes value);

/* Key and value of a map in one line. */
void pl_write_key_u64(struct pl_writer *out, const char *key, uint64_t value);
void pl_write_key_text(struct pl_writer *out, const char *key, struct pl_text value);
void pl_write_key_string(struct pl_writer *out, const char *key, const char *value);
void pl_write_key_bool(struct pl_writer *out, const char *key, bool value);
void pl_write_key_value(struct pl_writer *out, const char *key, struct pl_bytes value);

static inline bool pl_writer_ok(const struct pl_writer *out)
{
    return !out->full;
}
struct pl_bytes pl_writer_bytes(const struct pl_writer *out);

#endif
