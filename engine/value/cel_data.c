/* Encoded values: see cel_run.h. */
#include <endian.h>
#include <string.h>

#include "base/check.h"
#include "value/cel_run.h"
#include "value/equal.h"
#include "value/msgpack_head.h"

/* Kinds of extensions. The moment is the one that MessagePack itself defines (96 bits: nanoseconds,
 * seconds); the others are ours and never leave the engine. */
enum { EXT_MOMENT = 0xFF, EXT_UINT = 1, EXT_SPAN = 2, EXT_TYPE = 3, EXT_OPTIONAL = 4 };

#define LEAD_EXT_8     0xC7
#define LEAD_EXT_16    0xC8
#define LEAD_EXT_32    0xC9
#define LEAD_FIX_EXT_8 0xD7
#define LEAD_ARRAY_32  0xDD
#define LEAD_MAP_32    0xDF
#define HEADER_SIZE    5  /* of the lists and maps that are put together here */
#define TIME_SIZE      12 /* nanoseconds, seconds */

/* The header of one value. */
struct head {
    enum pl_value_type type; /* BAD: an extension of `kind` */
    uint8_t kind;
    uint8_t size;      /* of the header */
    uint64_t number;   /* as struct pl_msgpack_head has it */
    uint64_t content;  /* bytes that follow */
    uint64_t children; /* values that follow */
};

static bool head_of_extension(const uint8_t *at, size_t left, struct head *head)
{
    const unsigned width = at[0] == LEAD_EXT_8    ? 1
                           : at[0] == LEAD_EXT_16 ? 2
                           : at[0] == LEAD_EXT_32 ? 4
                                                  : 0;

    if ((width == 0 && at[0] != LEAD_FIX_EXT_8) || left < 2 + width) {
        return false;
    }
    *head = (struct head){.type = PL_VALUE_BAD,
                          .kind = at[1 + width],
                          .size = (uint8_t)(2 + width),
                          .content = width == 0 ? 8 : pl_msgpack_number(at + 1, width)};
    return head->content <= left - head->size;
}

static bool head_of(const uint8_t *at, size_t left, struct head *head)
{
    struct pl_msgpack_head plain;
    const enum pl_msgpack_fault fault = pl_msgpack_head(at, left, &plain);

    if (fault == PL_MSGPACK_TYPE) {
        return head_of_extension(at, left, head);
    }
    if (fault != PL_MSGPACK_OK) {
        return false;
    }
    *head = (struct head){.type = plain.type, .size = plain.size, .number = plain.number};
    if (plain.type == PL_VALUE_STR || plain.type == PL_VALUE_BIN) {
        head->content = plain.number;
    } else if (plain.type == PL_VALUE_ARRAY) {
        head->children = plain.number;
    } else if (plain.type == PL_VALUE_MAP) {
        head->children = plain.number * 2;
    }
    return head->content <= left - head->size;
}

/* The first byte behind the value; NULL when it is not all there. Forms are walked value by value,
 * so the leads that they are made of come first: small numbers, short texts, small lists and maps.
 */
static const uint8_t *skip(const uint8_t *at, const uint8_t *end)
{
    for (uint64_t pending = 1; pending > 0; pending--) {
        struct head head;
        if (at >= end) {
            return NULL;
        }
        const uint8_t lead = at[0];
        if (lead >= 0xA0 && lead < 0xC0) {
            if ((size_t)(end - at) < 1U + (lead & 0x1FU)) {
                return NULL;
            }
            at += 1 + (lead & 0x1F);
        } else if (lead < 0x80 || lead >= 0xE0) {
            at++;
        } else if (lead < 0xA0) {
            pending += (lead & 0xFU) * (lead < 0x90 ? 2U : 1U);
            at++;
        } else if (head_of(at, (size_t)(end - at), &head)) {
            pending += head.children;
            at += head.size + head.content;
        } else {
            return NULL;
        }
    }
    return at;
}

struct pl_cel_cursor pl_cel_walk(struct pl_bytes container)
{
    struct pl_cel_cursor cursor = {0};
    struct head head;

    if (container.size > 0 && head_of(container.at, container.size, &head) &&
        (head.type == PL_VALUE_ARRAY || head.type == PL_VALUE_MAP)) {
        cursor.at = container.at + head.size;
        cursor.end = container.at + container.size;
        cursor.left = (uint32_t)head.number;
    }
    return cursor;
}

uint32_t pl_cel_count(struct pl_bytes container)
{
    return pl_cel_walk(container).left;
}

struct pl_bytes pl_cel_take(struct pl_cel_cursor *cursor)
{
    const uint8_t *const from = cursor->at;
    const uint8_t *const to = from < cursor->end ? skip(from, cursor->end) : NULL;

    if (to == NULL) {
        cursor->at = cursor->end;
        return (struct pl_bytes){NULL, 0};
    }
    cursor->at = to;
    return (struct pl_bytes){from, (uint32_t)(to - from)};
}

/* ---- one value ---- */

static bool load_extension(const struct head *head, const uint8_t *content,
                           struct pl_cel_value *out)
{
    const struct pl_bytes bytes = {content, (uint32_t)head->content};

    switch (head->kind) {
    case EXT_UINT:
        *out = pl_cel_uint(pl_msgpack_number(content, 8));
        return true;
    case EXT_MOMENT:
    case EXT_SPAN:
        *out = (struct pl_cel_value){
            .type = head->kind == EXT_SPAN ? PL_CEL_DURATION : PL_CEL_TIMESTAMP,
            .time = {.nanos = (uint32_t)pl_msgpack_number(content, 4),
                     .seconds = (int64_t)pl_msgpack_number(content + 4, 8)}};
        return true;
    case EXT_TYPE:
        *out =
            (struct pl_cel_value){.type = PL_CEL_TYPE, .text = {(const char *)content, bytes.size}};
        return true;
    case EXT_OPTIONAL:
        *out = pl_cel_encoded(PL_CEL_OPTIONAL, bytes);
        return true;
    default:
        return false;
    }
}

bool pl_cel_load(struct pl_bytes bytes, struct pl_cel_value *value_out)
{
    struct head head;

    if (bytes.size == 0 || !head_of(bytes.at, bytes.size, &head)) {
        return false;
    }
    const uint8_t *const content = bytes.at + head.size;
    switch (head.type) {
    case PL_VALUE_NIL:
        *value_out = (struct pl_cel_value){.type = PL_CEL_NULL};
        return true;
    case PL_VALUE_BOOL:
        *value_out = pl_cel_bool(head.number != 0);
        return true;
    case PL_VALUE_INT:
        *value_out = pl_cel_int((int64_t)head.number);
        return true;
    case PL_VALUE_FLOAT:
        *value_out = (struct pl_cel_value){.type = PL_CEL_DOUBLE, .natural = head.number};
        return true;
    case PL_VALUE_STR:
        *value_out = pl_cel_text((struct pl_text){(const char *)content, (uint32_t)head.content});
        return true;
    case PL_VALUE_BIN:
        *value_out =
            pl_cel_encoded(PL_CEL_BYTES, (struct pl_bytes){content, (uint32_t)head.content});
        return true;
    case PL_VALUE_ARRAY:
        *value_out = pl_cel_encoded(PL_CEL_LIST, bytes);
        return true;
    case PL_VALUE_MAP:
        *value_out = pl_cel_encoded(PL_CEL_MAP, bytes);
        return true;
    case PL_VALUE_BAD:
        return load_extension(&head, content, value_out);
    }
    return false;
}

/* Whether a double lies in the range of int64 (2^63 itself does not). */
static bool fits_int(double value)
{
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
}

void pl_cel_adapt(struct pl_cel_value *value, enum pl_cel_type declared)
{
    if (declared == PL_CEL_DOUBLE && value->type == PL_CEL_INT) {
        *value = pl_cel_double((double)value->integer);
    } else if (declared == PL_CEL_INT && value->type == PL_CEL_DOUBLE && fits_int(value->real) &&
               (double)(int64_t)value->real == value->real) {
        *value = pl_cel_int((int64_t)value->real);
    }
}

/* ---- keys ---- */

/* The text of a key, or NULL; `*behind` is the first byte after the key. */
static const uint8_t *text_of_key(const uint8_t *at, const uint8_t *end, uint64_t *len,
                                  const uint8_t **behind)
{
    struct head head;

    if (at < end && at[0] >= 0xA0 && at[0] < 0xC0 && (size_t)(end - at) > (at[0] & 0x1FU)) {
        *len = at[0] & 0x1F;
        *behind = at + 1 + *len;
        return at + 1;
    }
    if (at < end && head_of(at, (size_t)(end - at), &head) && head.type == PL_VALUE_STR) {
        *len = head.content;
        *behind = at + head.size + head.content;
        return at + head.size;
    }
    *behind = skip(at, end);
    return NULL;
}

struct pl_bytes pl_cel_get_text(struct pl_cel_run *run, struct pl_bytes map, struct pl_text key)
{
    struct pl_cel_cursor cursor = pl_cel_walk(map);
    const uint8_t *const from = cursor.at;
    const uint8_t *at = cursor.at;
    /* keys of one map often begin alike and end differently */
    const uint8_t last = key.len > 0 ? (uint8_t)key.at[key.len - 1] : 0;
    struct pl_bytes found = {NULL, 0};

    for (; cursor.left > 0 && found.size == 0; cursor.left--) {
        uint64_t len = 0;
        const uint8_t *value = NULL;
        const uint8_t *const text = text_of_key(at, cursor.end, &len, &value);
        const bool same = text != NULL && len == key.len &&
                          (len == 0 || (text[len - 1] == last && memcmp(text, key.at, len) == 0));
        const uint8_t *const behind = value != NULL ? skip(value, cursor.end) : NULL;
        if (behind == NULL) {
            break;
        }
        if (same) {
            found = (struct pl_bytes){value, (uint32_t)(behind - value)};
        }
        at = behind;
    }
    pl_cel_charge(run, (size_t)(at - from));
    return found;
}

struct pl_bytes pl_cel_get(struct pl_cel_run *run, struct pl_bytes map,
                           const struct pl_cel_value *key)
{
    if (key->type == PL_CEL_STRING) {
        return pl_cel_get_text(run, map, key->text);
    }
    struct pl_cel_cursor cursor = pl_cel_walk(map);
    const uint8_t *const from = cursor.at;
    struct pl_bytes value = {NULL, 0};

    for (; cursor.left > 0 && value.size == 0; cursor.left--) {
        struct pl_cel_value at = {0};
        const bool known = pl_cel_load(pl_cel_take(&cursor), &at);
        const struct pl_bytes next = pl_cel_take(&cursor);
        if (known && pl_cel_compare(&at, key) == PL_CEL_SAME) {
            value = next;
        }
    }
    pl_cel_charge(run, (size_t)(cursor.at - from));
    return value;
}

/* ---- putting together ---- */

struct pl_cel_build pl_cel_build(struct pl_cel_run *run)
{
    return (struct pl_cel_build){.run = run, .from = run->used};
}

void pl_cel_put(struct pl_cel_build *build, const void *at, size_t size)
{
    const size_t left = build->run->world->room_size - build->from - build->used;

    if (build->full || size > left) {
        build->full = true;
        return;
    }
    if (size > 0) {
        memcpy(build->run->world->room + build->from + build->used, at, size);
    }
    build->used += size;
    pl_cel_charge(build->run, size);
}

void pl_cel_put_text(struct pl_cel_build *build, struct pl_text text)
{
    pl_cel_put(build, text.at, text.len);
}

static void put_number(struct pl_cel_build *build, uint8_t lead, uint64_t number, unsigned width)
{
    const uint64_t ordered = htobe64(number << (64 - 8 * width));
    uint8_t bytes[9] = {lead};

    memcpy(bytes + 1, &ordered, width);
    pl_cel_put(build, bytes, 1 + width);
}

static void put_time(struct pl_cel_build *build, uint8_t kind, struct pl_cel_time time)
{
    const uint8_t head[] = {LEAD_EXT_8, TIME_SIZE, kind};
    const uint32_t nanos = htobe32(time.nanos);
    const uint64_t seconds = htobe64((uint64_t)time.seconds);

    pl_cel_put(build, head, sizeof(head));
    pl_cel_put(build, &nanos, sizeof(nanos));
    pl_cel_put(build, &seconds, sizeof(seconds));
}

static void put_extension(struct pl_cel_build *build, uint8_t kind, const void *at, uint32_t size)
{
    put_number(build, LEAD_EXT_32, size, 4);
    pl_cel_put(build, &kind, 1);
    pl_cel_put(build, at, size);
}

static void put_string(struct pl_cel_build *build, struct pl_text text)
{
    if (text.len < 32) {
        const uint8_t lead = (uint8_t)(0xA0 | text.len);
        pl_cel_put(build, &lead, 1);
    } else {
        put_number(build, 0xDB, text.len, 4);
    }
    pl_cel_put_text(build, text);
}

void pl_cel_put_value(struct pl_cel_build *build, const struct pl_cel_value *value)
{
    static const uint8_t uint_head[] = {LEAD_FIX_EXT_8, EXT_UINT};
    const bool is_true = value->type == PL_CEL_BOOL && value->boolean;
    const uint8_t simple = value->type == PL_CEL_NULL ? 0xC0 : is_true ? 0xC3 : 0xC2;
    const uint64_t natural = htobe64(value->natural);

    switch (value->type) {
    case PL_CEL_NULL:
    case PL_CEL_BOOL:
        pl_cel_put(build, &simple, 1);
        return;
    case PL_CEL_INT:
        put_number(build, 0xD3, (uint64_t)value->integer, 8);
        return;
    case PL_CEL_DOUBLE:
        put_number(build, 0xCB, value->natural, 8);
        return;
    case PL_CEL_UINT:
        pl_cel_put(build, uint_head, sizeof(uint_head));
        pl_cel_put(build, &natural, sizeof(natural));
        return;
    case PL_CEL_STRING:
        put_string(build, value->text);
        return;
    case PL_CEL_BYTES:
        put_number(build, 0xC6, value->value.size, 4);
        pl_cel_put(build, value->value.at, value->value.size);
        return;
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        pl_cel_put(build, value->value.at, value->value.size);
        return;
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
        put_time(build, value->type == PL_CEL_DURATION ? EXT_SPAN : EXT_MOMENT, value->time);
        return;
    case PL_CEL_TYPE:
        put_extension(build, EXT_TYPE, value->text.at, value->text.len);
        return;
    case PL_CEL_OPTIONAL:
        put_extension(build, EXT_OPTIONAL, value->value.at, value->value.size);
        return;
    case PL_CEL_DYN:
        PL_UNREACHABLE();
    }
}

void pl_cel_begin_container(struct pl_cel_build *build)
{
    static const uint8_t header[HEADER_SIZE] = {0};

    pl_cel_put(build, header, sizeof(header));
}

void pl_cel_end_container(struct pl_cel_build *build, enum pl_cel_type type, uint32_t count)
{
    const uint32_t ordered = htobe32(count);

    if (!build->full) {
        uint8_t *const at = build->run->world->room + build->from;
        at[0] = type == PL_CEL_LIST ? LEAD_ARRAY_32 : LEAD_MAP_32;
        memcpy(at + 1, &ordered, sizeof(ordered));
    }
}

enum pl_cel_fault pl_cel_finish(struct pl_cel_build *build, enum pl_cel_type type,
                                struct pl_cel_value *out)
{
    const uint8_t *const at = build->run->world->room + build->from;
    const uint32_t size = (uint32_t)build->used;

    if (build->full) {
        return PL_CEL_ROOM;
    }
    build->run->used += build->used;
    *out = type == PL_CEL_STRING || type == PL_CEL_TYPE
               ? (struct pl_cel_value){.type = type, .text = {(const char *)at, size}}
               : pl_cel_encoded(type, (struct pl_bytes){at, size});
    return PL_CEL_OK;
}
