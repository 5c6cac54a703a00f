/* Texts: what is found in them and cut out of them. Positions count characters (code points). Pure.
 */
#include <string.h>

#include "value/cel_function.h"
#include "value/pattern.h"

static enum pl_cel_fault give_text(const char *at, uint32_t len, struct pl_cel_value *out)
{
    *out = pl_cel_text((struct pl_text){at, len});
    return PL_CEL_OK;
}

static enum pl_cel_fault give_bool(bool value, struct pl_cel_value *out)
{
    *out = pl_cel_bool(value);
    return PL_CEL_OK;
}

/* ---- finding ---- */

static bool stands_at(struct pl_text text, uint32_t at, struct pl_text part)
{
    return at <= text.len && part.len <= text.len - at &&
           (part.len == 0 || memcmp(text.at + at, part.at, part.len) == 0);
}

/* The first place at or behind a byte; UINT32_MAX. */
static uint32_t find(struct pl_text text, uint32_t from, struct pl_text part)
{
    if (part.len == 0 || text.len - from < part.len) {
        return part.len == 0 ? from : UINT32_MAX;
    }
    const char *found = memmem(text.at + from, text.len - from, part.at, part.len);
    return found != NULL ? (uint32_t)(found - text.at) : UINT32_MAX;
}

enum pl_cel_fault pl_cel_do_starts_with(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    return give_bool(stands_at(args[0].text, 0, args[1].text), out);
}

enum pl_cel_fault pl_cel_do_ends_with(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    const struct pl_text part = args[1].text;

    (void)run;
    return give_bool(part.len <= text.len && stands_at(text, text.len - part.len, part), out);
}

enum pl_cel_fault pl_cel_do_contains(struct pl_cel_run *run, const struct pl_cel_value *args,
                                     struct pl_cel_value *out)
{
    (void)run;
    return give_bool(find(args[0].text, 0, args[1].text) != UINT32_MAX, out);
}

/* A pattern that is no constant is compiled in what is left of the room, for this one match. */
static enum pl_cel_fault compile_pattern(struct pl_cel_run *run, struct pl_text source,
                                         const struct pl_pattern **pattern_out)
{
    const size_t left = run->world->room_size - run->used;
    uint8_t *const room = run->world->room + run->used;
    const size_t skew = left > 0 ? (16 - (uintptr_t)room % 16) % 16 : 0;
    struct pl_arena arena;

    if (left <= skew) {
        return PL_CEL_ROOM;
    }
    run->cost += 500 + source.len * 4;
    pl_arena_init(&arena, room + skew, left - skew);
    switch (pl_pattern_prepare(source, &arena, pattern_out)) {
    case PLACET_OK:
        return PL_CEL_OK;
    case PLACET_ELIMIT:
        return PL_CEL_ROOM;
    default:
        return PL_CEL_ARGUMENT;
    }
}

/* The cost of a match may be quadratic. */
enum pl_cel_fault pl_cel_do_matches(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    const struct pl_pattern *pattern = run->pattern;
    enum pl_cel_fault fault = PL_CEL_OK;

    if (pattern == NULL) {
        fault = compile_pattern(run, args[1].text, &pattern);
    }
    if (fault != PL_CEL_OK) {
        return fault;
    }
    if (args[0].text.len > PL_SCHEMA_PATTERN_TEXT_MAX) {
        return PL_CEL_COST;
    }
    run->cost += 20 + args[0].text.len * args[0].text.len / 512;
    const enum pl_pattern_answer answer =
        pl_cel_is_spent(run) ? PL_PATTERN_TOO_DEAR : pl_pattern_match(pattern, args[0].text);
    *out = pl_cel_bool(answer == PL_PATTERN_YES);
    return answer == PL_PATTERN_TOO_DEAR ? PL_CEL_COST : PL_CEL_OK;
}

/* ---- positions ---- */

static bool is_inside(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

/* The byte where a character begins, the end of the text included; false beyond. */
static bool byte_of(struct pl_text text, int64_t position, uint32_t *byte_out)
{
    int64_t count = 0;

    if (position < 0) {
        return false;
    }
    for (uint32_t at = 0; at <= text.len; at++) {
        if (at < text.len && is_inside(text.at[at])) {
            continue;
        }
        if (count++ == position) {
            *byte_out = at;
            return true;
        }
    }
    return false;
}

static enum pl_cel_fault give_position(struct pl_text text, uint32_t byte, struct pl_cel_value *out)
{
    int64_t count = 0;

    for (uint32_t at = 0; at < byte && byte != UINT32_MAX; at++) {
        count += is_inside(text.at[at]) ? 0 : 1;
    }
    *out = pl_cel_int(byte == UINT32_MAX ? -1 : count);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_char_at(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    uint32_t from = 0;

    (void)run;
    if (!byte_of(text, args[1].integer, &from)) {
        return PL_CEL_INDEX;
    }
    uint32_t to = from < text.len ? from + 1 : from;
    while (to < text.len && is_inside(text.at[to])) {
        to++;
    }
    return give_text(text.at + from, to - from, out);
}

enum pl_cel_fault pl_cel_do_index_of(struct pl_cel_run *run, const struct pl_cel_value *args,
                                     struct pl_cel_value *out)
{
    (void)run;
    return give_position(args[0].text, find(args[0].text, 0, args[1].text), out);
}

enum pl_cel_fault pl_cel_do_index_of_from(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    uint32_t from = 0;

    (void)run;
    return byte_of(args[0].text, args[2].integer, &from)
               ? give_position(args[0].text, find(args[0].text, from, args[1].text), out)
               : PL_CEL_INDEX;
}

/* The last place at or before a byte. */
static uint32_t find_last(struct pl_text text, uint32_t from, struct pl_text part)
{
    for (uint32_t at = from + 1; at > 0; at--) {
        if (stands_at(text, at - 1, part)) {
            return at - 1;
        }
    }
    return UINT32_MAX;
}

enum pl_cel_fault pl_cel_do_last_index_of(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;

    pl_cel_charge(run, text.len * 16);
    return give_position(text, find_last(text, text.len, args[1].text), out);
}

enum pl_cel_fault pl_cel_do_last_index_of_from(struct pl_cel_run *run,
                                               const struct pl_cel_value *args,
                                               struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    uint32_t from = 0;

    pl_cel_charge(run, text.len * 16);
    return byte_of(text, args[2].integer, &from)
               ? give_position(text, find_last(text, from, args[1].text), out)
               : PL_CEL_INDEX;
}

/* ---- cutting ---- */

enum pl_cel_fault pl_cel_do_substring_from(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    uint32_t from = 0;

    (void)run;
    return byte_of(text, args[1].integer, &from) ? give_text(text.at + from, text.len - from, out)
                                                 : PL_CEL_INDEX;
}

enum pl_cel_fault pl_cel_do_substring(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    uint32_t from = 0;
    uint32_t to = 0;

    (void)run;
    if (!byte_of(text, args[1].integer, &from) || !byte_of(text, args[2].integer, &to) ||
        to < from) {
        return PL_CEL_INDEX;
    }
    return give_text(text.at + from, to - from, out);
}

/* Bytes of the white space (Unicode White_Space) with which the text begins; 0 when it does not. */
static uint32_t blank_at(const char *at, uint32_t left)
{
    static const char *const blanks[] = {"\t",           "\n",           "\v",
                                         "\f",           "\r",           " ",
                                         "\xC2\x85",     "\xC2\xA0",     "\xE1\x9A\x80",
                                         "\xE2\x80\x80", "\xE2\x80\x81", "\xE2\x80\x82",
                                         "\xE2\x80\x83", "\xE2\x80\x84", "\xE2\x80\x85",
                                         "\xE2\x80\x86", "\xE2\x80\x87", "\xE2\x80\x88",
                                         "\xE2\x80\x89", "\xE2\x80\x8A", "\xE2\x80\xA8",
                                         "\xE2\x80\xA9", "\xE2\x80\xAF", "\xE2\x81\x9F",
                                         "\xE3\x80\x80"};

    for (size_t i = 0; i < sizeof(blanks) / sizeof(blanks[0]); i++) {
        const uint32_t len = (uint32_t)strlen(blanks[i]);
        if (len <= left && memcmp(at, blanks[i], len) == 0) {
            return len;
        }
    }
    return 0;
}

enum pl_cel_fault pl_cel_do_trim(struct pl_cel_run *run, const struct pl_cel_value *args,
                                 struct pl_cel_value *out)
{
    struct pl_text text = args[0].text;
    uint32_t blank = 0;

    (void)run;
    while (text.len > 0 && (blank = blank_at(text.at, text.len)) > 0) {
        text.at += blank;
        text.len -= blank;
    }
    while (text.len > 0) {
        uint32_t last = text.len - 1;
        while (last > 0 && is_inside(text.at[last])) {
            last--;
        }
        if (blank_at(text.at + last, text.len - last) == 0) {
            break;
        }
        text.len = last;
    }
    return give_text(text.at, text.len, out);
}
