/* "%s: %.1f m2".format([name, area]): a text with places for values (string extensions of CEL).
 * `%s` shows anything, `%d` integers, `%f` and `%e` decimals, `%b` `%o` `%x` `%X` other bases.
 * Pure. */
#include <string.h>

#include "value/cel_function.h"
#include "value/decimal.h"

#define PLACES_USUAL 6

/* ---- %s ---- */

static enum pl_cel_fault put_shown(struct pl_cel_build *build, const struct pl_cel_value *value);

static enum pl_cel_fault put_encoded(struct pl_cel_build *build, struct pl_bytes bytes)
{
    struct pl_cel_value value;

    return pl_cel_load(bytes, &value) ? put_shown(build, &value) : PL_CEL_NO_OVERLOAD;
}

static enum pl_cel_fault put_list(struct pl_cel_build *build, struct pl_bytes list)
{
    struct pl_cel_cursor cursor = pl_cel_walk(list);
    enum pl_cel_fault fault = PL_CEL_OK;

    pl_cel_put(build, "[", 1);
    for (bool first = true; cursor.left > 0 && fault == PL_CEL_OK; cursor.left--, first = false) {
        pl_cel_put(build, ", ", first ? 0 : 2);
        fault = put_encoded(build, pl_cel_take(&cursor));
    }
    pl_cel_put(build, "]", 1);
    return fault;
}

/* A key as it is shown; numbers need memory for it. */
struct shown_key {
    struct pl_text text;
    char memory[24];
};

static void show_key(const struct pl_cel_value *key, struct shown_key *out)
{
    const bool negative = key->type == PL_CEL_INT && key->integer < 0;
    uint64_t rest = negative ? 0 - key->natural : key->natural;
    uint32_t from = sizeof(out->memory);

    if (key->type == PL_CEL_STRING) {
        out->text = key->text;
        return;
    }
    if (key->type == PL_CEL_BOOL) {
        out->text = key->boolean ? PL_TEXT("true") : PL_TEXT("false");
        return;
    }
    do {
        out->memory[--from] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    if (negative) {
        out->memory[--from] = '-';
    }
    out->text = (struct pl_text){out->memory + from, (uint32_t)sizeof(out->memory) - from};
}

/* The pair whose key comes next behind `last` (the first, when there is none), in the order of the
 * keys as they are shown. Keys that are shown alike stand in the order of the map. */
static struct pl_bytes next_pair(struct pl_bytes map, const struct shown_key *last,
                                 uint32_t *last_at, struct shown_key *out)
{
    struct pl_cel_cursor cursor = pl_cel_walk(map);
    struct pl_bytes found = {NULL, 0};
    uint32_t found_at = 0;

    for (uint32_t at = 0; cursor.left > 0; cursor.left--, at++) {
        struct pl_cel_value key = {.type = PL_CEL_NULL};
        struct shown_key shown;
        (void)pl_cel_load(pl_cel_take(&cursor), &key);
        const struct pl_bytes value = pl_cel_take(&cursor);
        show_key(&key, &shown);
        const int behind = last != NULL ? pl_text_compare(shown.text, last->text) : 1;
        if (behind < 0 || (behind == 0 && at <= *last_at) ||
            (found.size > 0 && pl_text_compare(shown.text, out->text) >= 0)) {
            continue;
        }
        show_key(&key, out);
        found = value;
        found_at = at;
    }
    *last_at = found_at;
    return found;
}

static enum pl_cel_fault put_map(struct pl_cel_build *build, struct pl_bytes map)
{
    const uint32_t count = pl_cel_count(map);
    struct shown_key keys[2] = {0};
    uint32_t at = 0;
    enum pl_cel_fault fault = PL_CEL_OK;

    build->run->cost += count / 8 * count;
    if (pl_cel_is_spent(build->run)) {
        return PL_CEL_COST;
    }
    pl_cel_put(build, "{", 1);
    for (uint32_t i = 0; i < count && fault == PL_CEL_OK; i++) {
        struct shown_key *const key = &keys[i % 2];
        const struct pl_bytes value = next_pair(map, i > 0 ? &keys[(i + 1) % 2] : NULL, &at, key);
        pl_cel_put(build, ", ", i > 0 ? 2 : 0);
        pl_cel_put_text(build, key->text);
        pl_cel_put(build, ": ", 2);
        fault = put_encoded(build, value);
    }
    pl_cel_put(build, "}", 1);
    return fault;
}

/* The nesting of documents, and of what a program can put together, is bounded. */
static enum pl_cel_fault put_shown(struct pl_cel_build *build, const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_NULL:
        pl_cel_put(build, "null", 4);
        return PL_CEL_OK;
    case PL_CEL_STRING:
    case PL_CEL_TYPE:
        pl_cel_put_text(build, value->text);
        return PL_CEL_OK;
    case PL_CEL_BYTES:
        if (!pl_text_is_utf8((const char *)value->value.at, value->value.size)) {
            return PL_CEL_ARGUMENT;
        }
        pl_cel_put(build, value->value.at, value->value.size);
        return PL_CEL_OK;
    case PL_CEL_LIST:
        return put_list(build, value->value);
    case PL_CEL_MAP:
        return put_map(build, value->value);
    case PL_CEL_BOOL:
    case PL_CEL_INT:
    case PL_CEL_UINT:
    case PL_CEL_DOUBLE:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
        pl_cel_put_as_text(build, value);
        return PL_CEL_OK;
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        break;
    }
    return PL_CEL_NO_OVERLOAD;
}

/* ---- numbers ---- */

static bool is_integer(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_INT || value->type == PL_CEL_UINT;
}

static bool is_endless(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_DOUBLE && value->real - value->real != 0;
}

static void put_in_base(struct pl_cel_build *build, const struct pl_cel_value *value, unsigned base,
                        const char *digits)
{
    const bool negative = value->type == PL_CEL_INT && value->integer < 0;
    uint64_t rest = negative ? 0 - value->natural : value->natural;
    char text[65];
    uint32_t from = sizeof(text);

    do {
        text[--from] = digits[rest % base];
        rest /= base;
    } while (rest > 0);
    pl_cel_put(build, "-", negative ? 1 : 0);
    pl_cel_put(build, text + from, sizeof(text) - from);
}

static enum pl_cel_fault put_bytes(struct pl_cel_build *build, const void *bytes, uint32_t size,
                                   const char *digits)
{
    const uint8_t *const at = bytes;

    for (uint32_t i = 0; i < size; i++) {
        const char pair[] = {digits[at[i] >> 4], digits[at[i] & 15]};
        pl_cel_put(build, pair, sizeof(pair));
    }
    return PL_CEL_OK;
}

static enum pl_cel_fault put_real(struct pl_cel_build *build, const struct pl_cel_value *value,
                                  unsigned places, bool scientific)
{
    char text[PL_DECIMAL_FIXED_SIZE];

    if (!pl_cel_is_number(value)) {
        return PL_CEL_NO_OVERLOAD;
    }
    if (is_endless(value)) {
        pl_cel_put_as_text(build, value);
        return PL_CEL_OK;
    }
    const double real = value->type == PL_CEL_INT    ? (double)value->integer
                        : value->type == PL_CEL_UINT ? (double)value->natural
                                                     : value->real;
    build->run->cost += 100;
    pl_cel_put(build, text,
               scientific ? pl_decimal_scientific(real, places, text)
                          : pl_decimal_fixed(real, places, text));
    return PL_CEL_OK;
}

/* ---- clauses ---- */

static enum pl_cel_fault put_hex(struct pl_cel_build *build, const struct pl_cel_value *value,
                                 const char *digits)
{
    if (value->type == PL_CEL_STRING) {
        return put_bytes(build, value->text.at, value->text.len, digits);
    }
    if (value->type == PL_CEL_BYTES) {
        return put_bytes(build, value->value.at, value->value.size, digits);
    }
    if (!is_integer(value)) {
        return PL_CEL_NO_OVERLOAD;
    }
    put_in_base(build, value, 16, digits);
    return PL_CEL_OK;
}

static enum pl_cel_fault put_integer(struct pl_cel_build *build, const struct pl_cel_value *value,
                                     char verb)
{
    if (verb == 'b' && value->type == PL_CEL_BOOL) {
        pl_cel_put(build, value->boolean ? "1" : "0", 1);
        return PL_CEL_OK;
    }
    if (verb == 'd' && is_endless(value)) {
        pl_cel_put_as_text(build, value);
        return PL_CEL_OK;
    }
    if (!is_integer(value)) {
        return PL_CEL_NO_OVERLOAD;
    }
    put_in_base(build, value, verb == 'b' ? 2 : verb == 'o' ? 8 : 10, "0123456789");
    return PL_CEL_OK;
}

static enum pl_cel_fault put_clause(struct pl_cel_build *build, const struct pl_cel_value *value,
                                    char verb, unsigned places)
{
    switch (verb) {
    case 's':
        return put_shown(build, value);
    case 'f':
    case 'e':
        return put_real(build, value, places, verb == 'e');
    case 'd':
    case 'b':
    case 'o':
        return put_integer(build, value, verb);
    case 'x':
        return put_hex(build, value, "0123456789abcdef");
    case 'X':
        return put_hex(build, value, "0123456789ABCDEF");
    default:
        return PL_CEL_ARGUMENT;
    }
}

/* ".3" before the verb; false for more places than there can be. */
static bool read_places(struct pl_text text, uint32_t *at, unsigned *places)
{
    *places = PLACES_USUAL;
    if (*at < text.len && text.at[*at] == '.') {
        *places = 0;
        for (++*at; *at < text.len && text.at[*at] >= '0' && text.at[*at] <= '9'; ++*at) {
            *places = *places * 10 + (unsigned)(text.at[*at] - '0');
            if (*places > PL_DECIMAL_PLACES_MAX) {
                return false;
            }
        }
    }
    return true;
}

enum pl_cel_fault pl_cel_do_format(struct pl_cel_run *run, const struct pl_cel_value *args,
                                   struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    struct pl_cel_cursor cursor = pl_cel_walk(args[1].value);
    struct pl_cel_build build = pl_cel_build(run);

    for (uint32_t at = 0; at < text.len; at++) {
        struct pl_cel_value value = {.type = PL_CEL_NULL};
        unsigned places = 0;
        if (text.at[at] != '%') {
            pl_cel_put(&build, text.at + at, 1);
            continue;
        }
        at++;
        if (at < text.len && text.at[at] == '%') {
            pl_cel_put(&build, "%", 1);
            continue;
        }
        if (!read_places(text, &at, &places) || at >= text.len) {
            return PL_CEL_ARGUMENT;
        }
        if (cursor.left == 0) {
            return PL_CEL_INDEX;
        }
        cursor.left--;
        (void)pl_cel_load(pl_cel_take(&cursor), &value);
        const enum pl_cel_fault fault = put_clause(&build, &value, text.at[at], places);
        if (fault != PL_CEL_OK) {
            return fault;
        }
    }
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}
