/* Documents for those outside: <placet/value.h> over the reader of this room. */
#include <placet/value.h>

#include <stdlib.h>
#include <string.h>

#include "value/json.h"
#include "value/reader.h"
#include "value/writer.h"

static struct pl_bytes inside(struct placet_value value)
{
    return (struct pl_bytes){.at = value.at, .size = value.size};
}

static struct placet_value outside(struct pl_bytes bytes)
{
    return (struct placet_value){.at = bytes.at, .size = bytes.size};
}

static struct pl_reader reader_of(struct placet_value value)
{
    struct pl_reader in;
    pl_reader_init(&in, value.at, value.size);
    return in;
}

int placet_value_check(const void *bytes, size_t size, struct placet_value *value_out)
{
    if (size > UINT32_MAX || pl_msgpack_check(bytes, size) != PL_MSGPACK_OK) {
        return PLACET_EINVALID;
    }
    *value_out = (struct placet_value){.at = bytes, .size = (uint32_t)size};
    return PLACET_OK;
}

enum placet_type placet_value_type(struct placet_value value)
{
    static const enum placet_type types[] = {
        [PL_VALUE_NIL] = PLACET_TYPE_NIL,    [PL_VALUE_BOOL] = PLACET_TYPE_BOOL,
        [PL_VALUE_INT] = PLACET_TYPE_INT,    [PL_VALUE_FLOAT] = PLACET_TYPE_FLOAT,
        [PL_VALUE_STR] = PLACET_TYPE_TEXT,   [PL_VALUE_BIN] = PLACET_TYPE_BYTES,
        [PL_VALUE_ARRAY] = PLACET_TYPE_LIST, [PL_VALUE_MAP] = PLACET_TYPE_MAP,
        [PL_VALUE_BAD] = PLACET_TYPE_NONE,
    };
    const struct pl_reader in = reader_of(value);
    return value.size == 0 ? PLACET_TYPE_NONE : types[pl_reader_peek(&in)];
}

struct placet_value placet_value_get(struct placet_value map, const char *path)
{
    return outside(pl_value_path(inside(map), pl_text_of(path)));
}

bool placet_value_as_bool(struct placet_value value, bool *out)
{
    return pl_value_as_bool(inside(value), out);
}

bool placet_value_as_i64(struct placet_value value, int64_t *out)
{
    return pl_value_as_i64(inside(value), out);
}

bool placet_value_as_float(struct placet_value value, double *out)
{
    struct pl_reader in = reader_of(value);
    const double number = pl_reader_float(&in);
    if (!pl_reader_done(&in)) {
        return false;
    }
    *out = number;
    return true;
}

bool placet_value_as_text(struct placet_value value, struct placet_text *out)
{
    struct pl_text text;
    if (!pl_value_as_text(inside(value), &text)) {
        return false;
    }
    *out = (struct placet_text){.at = text.at, .size = text.len};
    return true;
}

bool placet_value_as_bytes(struct placet_value value, struct placet_value *out)
{
    struct pl_reader in = reader_of(value);
    const struct pl_bytes bytes = pl_reader_bin(&in, UINT32_MAX);
    if (!pl_reader_done(&in)) {
        return false;
    }
    *out = outside(bytes);
    return true;
}

bool placet_get_bool(struct placet_value map, const char *path)
{
    bool value = false;
    (void)placet_value_as_bool(placet_value_get(map, path), &value);
    return value;
}

int64_t placet_get_i64(struct placet_value map, const char *path)
{
    int64_t value = 0;
    (void)placet_value_as_i64(placet_value_get(map, path), &value);
    return value;
}

struct placet_text placet_get_text(struct placet_value map, const char *path)
{
    struct placet_text text = {.at = "", .size = 0};
    (void)placet_value_as_text(placet_value_get(map, path), &text);
    return text;
}

char *placet_get_string(struct placet_value map, const char *path, char *out, size_t size)
{
    const struct placet_text text = placet_get_text(map, path);

    if (size == 0) {
        return out;
    }
    size_t used = text.size;
    if (used >= size) {
        used = size - 1;
        while (used > 0 && ((uint8_t)text.at[used] & 0xc0) == 0x80) {
            used--;
        }
    }
    memcpy(out, text.at, used);
    out[used] = '\0';
    return out;
}

bool placet_text_is(struct placet_text text, const char *string)
{
    return strlen(string) == text.size && memcmp(text.at, string, text.size) == 0;
}

uint32_t placet_value_count(struct placet_value value)
{
    return placet_items_of(value).left;
}

struct placet_items placet_items_of(struct placet_value value)
{
    struct placet_items items = {.left = 0};
    struct pl_reader in = reader_of(value);
    const enum placet_type type = placet_value_type(value);

    if (type == PLACET_TYPE_LIST || type == PLACET_TYPE_MAP) {
        items.keys = type == PLACET_TYPE_MAP;
        items.left = items.keys ? pl_reader_map(&in) : pl_reader_array(&in);
        items.rest = (struct placet_value){.at = in.at, .size = (uint32_t)in.left};
    }
    return items;
}

bool placet_items_next(struct placet_items *items, struct placet_text *key_out,
                       struct placet_value *item_out)
{
    if (items->left == 0) {
        return false;
    }

    struct pl_reader in = reader_of(items->rest);
    struct pl_text key = {.at = "", .len = 0};
    if (items->keys) {
        key = pl_reader_text(&in, UINT32_MAX);
    }
    const struct pl_bytes item = pl_reader_value(&in);
    if (in.bad) {
        items->left = 0;
        return false;
    }
    items->left--;
    items->rest = (struct placet_value){.at = in.at, .size = (uint32_t)in.left};
    if (key_out != NULL) {
        *key_out = (struct placet_text){.at = key.at, .size = key.len};
    }
    *item_out = outside(item);
    return true;
}

int placet_value_to_json(struct placet_value value, bool indent, char **json_out)
{
    return pl_json_write(inside(value), indent, json_out);
}
