#include "value/writer.h"

#include <math.h>
#include <msgpack/pack.h>
#include <string.h>

#include "base/check.h"

/* msgpack-c packs; our write function bounds. The packer is made anew for each value: with the
 * function known at compile time the whole value is packed inline. */
static int append(void *data, const char *bytes, size_t size)
{
    struct pl_writer *const out = data;

    if (out->full || size > out->size - out->used) {
        out->full = true;
        return -1;
    }
    memcpy(out->at + out->used, bytes, size);
    out->used += size;
    return 0;
}

static inline msgpack_packer packer(struct pl_writer *out)
{
    return (msgpack_packer){.data = out, .callback = append};
}

void pl_writer_init(struct pl_writer *out, void *memory, size_t size)
{
    PL_CHECK(memory != NULL || size == 0);
    *out = (struct pl_writer){.at = memory, .size = size};
}

void pl_write_nil(struct pl_writer *out)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_nil(&to);
}

void pl_write_bool(struct pl_writer *out, bool value)
{
    msgpack_packer to = packer(out);

    (void)(value ? msgpack_pack_true(&to) : msgpack_pack_false(&to));
}

void pl_write_i64(struct pl_writer *out, int64_t value)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_int64(&to, value);
}

void pl_write_u64(struct pl_writer *out, uint64_t value)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_uint64(&to, value);
}

void pl_write_float(struct pl_writer *out, double value)
{
    msgpack_packer to = packer(out);

    if (!isfinite(value)) {
        out->full = true;
        return;
    }
    (void)msgpack_pack_double(&to, value);
}

void pl_write_text(struct pl_writer *out, struct pl_text text)
{
    msgpack_packer to = packer(out);
    const size_t used = out->used;

    (void)msgpack_pack_str(&to, text.len);
    if (text.len > 0 && msgpack_pack_str_body(&to, text.at, text.len) != 0) {
        out->used = used;
    }
}

void pl_write_string(struct pl_writer *out, const char *string)
{
    if (string == NULL) {
        pl_write_nil(out);
        return;
    }
    pl_write_text(out, pl_text_of(string));
}

void pl_write_bin(struct pl_writer *out, const void *bytes, size_t size)
{
    msgpack_packer to = packer(out);
    const size_t used = out->used;

    PL_CHECK(size <= UINT32_MAX);
    (void)msgpack_pack_bin(&to, size);
    if (size > 0 && msgpack_pack_bin_body(&to, bytes, size) != 0) {
        out->used = used;
    }
}

void pl_write_array(struct pl_writer *out, uint32_t count)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_array(&to, count);
}

void pl_write_map(struct pl_writer *out, uint32_t pairs)
{
    msgpack_packer to = packer(out);

    (void)msgpack_pack_map(&to, pairs);
}

void pl_write_value(struct pl_writer *out, struct pl_bytes value)
{
    if (value.size == 0) {
        pl_write_nil(out);
        return;
    }
    (void)append(out, (const char *)value.at, value.size);
}

void pl_write_key_u64(struct pl_writer *out, const char *key, uint64_t value)
{
    pl_write_string(out, key);
    pl_write_u64(out, value);
}

void pl_write_key_text(struct pl_writer *out, const char *key, struct pl_text value)
{
    pl_write_string(out, key);
    pl_write_text(out, value);
}

void pl_write_key_string(struct pl_writer *out, const char *key, const char *value)
{
    pl_write_string(out, key);
    pl_write_string(out, value);
}

void pl_write_key_bool(struct pl_writer *out, const char *key, bool value)
{
    pl_write_string(out, key);
    pl_write_bool(out, value);
}

void pl_write_key_value(struct pl_writer *out, const char *key, struct pl_bytes value)
{
    pl_write_string(out, key);
    pl_write_value(out, value);
}

struct pl_bytes pl_writer_bytes(const struct pl_writer *out)
{
    PL_CHECK(out->used <= UINT32_MAX);
    return (struct pl_bytes){out->at, (uint32_t)out->used};
}
