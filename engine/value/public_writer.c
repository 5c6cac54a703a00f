/* Building documents outside: the writer of <placet/value.h>, which grows, over the writer of this
 * room, which does not. */
#include <placet/value.h>

#include <stdlib.h>
#include <string.h>

#include "value/json.h"
#include "value/reader.h"
#include "value/writer.h"

#define HEAD_SIZE       3 /* 0xde or 0xdc and a count of 16 bits, patched at the end */
#define SCALAR_SIZE     9
#define WRITER_SIZE_MIN 256

static bool fail(struct placet_writer *out, int status)
{
    if (out->status == PLACET_OK) {
        out->status = status;
    }
    return false;
}

/* Room for `size` more bytes. */
static bool reserve(struct placet_writer *out, size_t size)
{
    if (out->status != PLACET_OK) {
        return false;
    }
    if (size <= out->size - out->used) {
        return true;
    }

    size_t grown = out->size < WRITER_SIZE_MIN ? WRITER_SIZE_MIN : out->size;
    while (grown - out->used < size) {
        grown *= 2;
    }
    uint8_t *at = realloc(out->at, grown);
    if (at == NULL) {
        return fail(out, PLACET_ENOMEM);
    }
    out->at = at;
    out->size = grown;
    return true;
}

/* Keys and values of a map take turns. */
static bool accept(struct placet_writer *out, bool key)
{
    if (out->status != PLACET_OK) {
        return false;
    }
    if (out->depth == 0) {
        return !key || fail(out, PLACET_EINVALID);
    }
    const bool wants_key =
        out->open[out->depth - 1].map && out->open[out->depth - 1].count % 2 == 0;
    if (wants_key != key) {
        return fail(out, PLACET_EINVALID);
    }
    out->open[out->depth - 1].count++;
    return true;
}

/* A writer over `size` reserved bytes; false when nothing may be written. */
static bool begin(struct placet_writer *out, bool key, size_t size, struct pl_writer *part)
{
    if (!accept(out, key) || !reserve(out, size)) {
        return false;
    }
    pl_writer_init(part, out->at + out->used, out->size - out->used);
    return true;
}

static void finish(struct placet_writer *out, const struct pl_writer *part)
{
    if (!pl_writer_ok(part)) {
        (void)fail(out, PLACET_EINVALID); /* no form in the profile */
        return;
    }
    out->used += part->used;
}

void placet_writer_clear(struct placet_writer *out)
{
    out->used = 0;
    out->depth = 0;
    out->status = PLACET_OK;
}

void placet_writer_fini(struct placet_writer *out)
{
    free(out->at);
    *out = (struct placet_writer){0};
}

int placet_writer_value(const struct placet_writer *out, struct placet_value *value_out)
{
    if (out->status != PLACET_OK) {
        return out->status;
    }
    return out->depth == 0 ? placet_value_check(out->at, out->used, value_out) : PLACET_EINVALID;
}

static void open(struct placet_writer *out, bool map)
{
    if (!accept(out, false) || !reserve(out, HEAD_SIZE)) {
        return;
    }
    if (out->depth == PLACET_WRITER_DEPTH) {
        (void)fail(out, PLACET_EINVALID);
        return;
    }
    out->open[out->depth].head = out->used;
    out->open[out->depth].count = 0;
    out->open[out->depth].map = map;
    out->depth++;
    out->at[out->used] = map ? 0xde : 0xdc;
    out->used += HEAD_SIZE;
}

void placet_put_map(struct placet_writer *out)
{
    open(out, true);
}

void placet_put_list(struct placet_writer *out)
{
    open(out, false);
}

void placet_put_end(struct placet_writer *out)
{
    if (out->status != PLACET_OK) {
        return;
    }
    if (out->depth == 0) {
        (void)fail(out, PLACET_EINVALID);
        return;
    }

    const bool map = out->open[out->depth - 1].map;
    const size_t head = out->open[out->depth - 1].head;
    const uint32_t written = out->open[out->depth - 1].count;
    const uint32_t count = map ? written / 2 : written;
    if ((map && written % 2 != 0) || count > UINT16_MAX) {
        (void)fail(out, PLACET_EINVALID);
        return;
    }
    out->at[head + 1] = (uint8_t)(count >> 8);
    out->at[head + 2] = (uint8_t)count;
    out->depth--;
}

static void put_string(struct placet_writer *out, const char *at, size_t size, bool key)
{
    struct pl_writer part;

    if (size > UINT32_MAX - SCALAR_SIZE) {
        (void)fail(out, PLACET_EINVALID);
    } else if (begin(out, key, size + SCALAR_SIZE, &part)) {
        pl_write_text(&part, (struct pl_text){.at = at, .len = (uint32_t)size});
        finish(out, &part);
    }
}

void placet_put_key(struct placet_writer *out, const char *key)
{
    put_string(out, key, strlen(key), true);
}

void placet_put_key_of(struct placet_writer *out, struct placet_text key)
{
    put_string(out, key.at, key.size, true);
}

void placet_put_nil(struct placet_writer *out)
{
    struct pl_writer part;
    if (begin(out, false, SCALAR_SIZE, &part)) {
        pl_write_nil(&part);
        finish(out, &part);
    }
}

void placet_put_bool(struct placet_writer *out, bool value)
{
    struct pl_writer part;
    if (begin(out, false, SCALAR_SIZE, &part)) {
        pl_write_bool(&part, value);
        finish(out, &part);
    }
}

void placet_put_i64(struct placet_writer *out, int64_t value)
{
    struct pl_writer part;
    if (begin(out, false, SCALAR_SIZE, &part)) {
        pl_write_i64(&part, value);
        finish(out, &part);
    }
}

void placet_put_float(struct placet_writer *out, double value)
{
    struct pl_writer part;
    if (begin(out, false, SCALAR_SIZE, &part)) {
        pl_write_float(&part, value);
        finish(out, &part);
    }
}

void placet_put_text(struct placet_writer *out, const char *string)
{
    if (string == NULL) {
        placet_put_nil(out);
        return;
    }
    put_string(out, string, strlen(string), false);
}

void placet_put_text_of(struct placet_writer *out, struct placet_text text)
{
    put_string(out, text.at, text.size, false);
}

void placet_put_bytes(struct placet_writer *out, const void *bytes, size_t size)
{
    struct pl_writer part;

    if (size > UINT32_MAX - SCALAR_SIZE) {
        (void)fail(out, PLACET_EINVALID);
    } else if (begin(out, false, size + SCALAR_SIZE, &part)) {
        pl_write_bin(&part, bytes, size);
        finish(out, &part);
    }
}

void placet_put_value(struct placet_writer *out, struct placet_value value)
{
    struct pl_writer part;
    if (begin(out, false, value.size + SCALAR_SIZE, &part)) {
        pl_write_value(&part, (struct pl_bytes){.at = value.at, .size = value.size});
        finish(out, &part);
    }
}

void placet_put_key_bool(struct placet_writer *out, const char *key, bool value)
{
    placet_put_key(out, key);
    placet_put_bool(out, value);
}

void placet_put_key_i64(struct placet_writer *out, const char *key, int64_t value)
{
    placet_put_key(out, key);
    placet_put_i64(out, value);
}

void placet_put_key_text(struct placet_writer *out, const char *key, const char *string)
{
    if (string != NULL) {
        placet_put_key(out, key);
        placet_put_text(out, string);
    }
}

void placet_put_key_value(struct placet_writer *out, const char *key, struct placet_value value)
{
    if (value.size > 0) {
        placet_put_key(out, key);
        placet_put_value(out, value);
    }
}

int placet_put_json(struct placet_writer *out, const char *json, size_t size,
                    struct placet_error *err)
{
    /* The worst case is a list of short floats: "1e1," becomes nine bytes. */
    const size_t room = size * 3 + SCALAR_SIZE;
    struct pl_writer part;

    if (size > UINT32_MAX / 4) {
        return PLACET_ELIMIT;
    }
    uint8_t *memory = malloc(room);
    if (memory == NULL) {
        return PLACET_ENOMEM;
    }
    pl_writer_init(&part, memory, room);
    const struct pl_text text = {.at = json, .len = (uint32_t)size};
    const int rc = pl_json_read(text, &part, err);
    if (rc == PLACET_OK) {
        const struct pl_bytes value = pl_writer_bytes(&part);
        placet_put_value(out, (struct placet_value){.at = value.at, .size = value.size});
    }
    free(memory);
    return rc;
}
