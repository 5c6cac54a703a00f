/* Texts that are put together. Pure. */
#include <string.h>

#include "value/cel_function.h"

enum pl_cel_fault pl_cel_do_concat_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);

    pl_cel_put_text(&build, args[0].text);
    pl_cel_put_text(&build, args[1].text);
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_concat_bytes(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);

    pl_cel_put(&build, args[0].value.at, args[0].value.size);
    pl_cel_put(&build, args[1].value.at, args[1].value.size);
    return pl_cel_finish(&build, PL_CEL_BYTES, out);
}

/* ---- letters ---- */

/* Letters between `first` and `last` change to the other case; nothing else does. */
static enum pl_cel_fault change_case(struct pl_cel_run *run, struct pl_text text, char first,
                                     char last, struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);

    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const char changed = c >= first && c <= last ? (char)(c ^ 0x20) : c;
        pl_cel_put(&build, &changed, 1);
    }
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_lower_ascii(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    return change_case(run, args[0].text, 'A', 'Z', out);
}

enum pl_cel_fault pl_cel_do_upper_ascii(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    return change_case(run, args[0].text, 'a', 'z', out);
}

static uint32_t character_size(struct pl_text text, uint32_t at)
{
    uint32_t size = 1;

    while (at + size < text.len && ((unsigned char)text.at[at + size] & 0xC0) == 0x80) {
        size++;
    }
    return size;
}

enum pl_cel_fault pl_cel_do_reverse(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    struct pl_cel_build build = pl_cel_build(run);
    uint32_t end = text.len;

    while (end > 0) {
        uint32_t from = end - 1;
        while (from > 0 && ((unsigned char)text.at[from] & 0xC0) == 0x80) {
            from--;
        }
        pl_cel_put(&build, text.at + from, end - from);
        end = from;
    }
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

/* ---- replace, split, join ---- */

/* The next place of `part`; an empty one stands before every character. */
static bool find_next(struct pl_text text, uint32_t from, struct pl_text part, uint32_t *at)
{
    if (part.len == 0) {
        *at = from;
        return from <= text.len;
    }
    const char *found =
        from < text.len ? memmem(text.at + from, text.len - from, part.at, part.len) : NULL;
    *at = found != NULL ? (uint32_t)(found - text.at) : 0;
    return found != NULL;
}

/* At most `limit` places, all when it is negative. */
static enum pl_cel_fault replace(struct pl_cel_run *run, const struct pl_cel_value *args,
                                 int64_t limit, struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    const struct pl_text part = args[1].text;
    struct pl_cel_build build = pl_cel_build(run);
    uint32_t from = 0;
    uint32_t at = 0;

    for (; limit != 0 && !build.full && find_next(text, from, part, &at); limit--) {
        uint32_t size = part.len;
        pl_cel_put(&build, text.at + from, at - from);
        pl_cel_put_text(&build, args[2].text);
        if (size == 0) {
            size = at < text.len ? character_size(text, at) : 0;
            pl_cel_put(&build, text.at + at, size);
        }
        from = at + size;
        if (from == text.len && (part.len > 0 || at == text.len)) {
            break;
        }
    }
    pl_cel_put(&build, text.at + from, text.len - from);
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_replace(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    return replace(run, args, -1, out);
}

enum pl_cel_fault pl_cel_do_replace_some(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    return replace(run, args, args[3].integer, out);
}

/* At most `limit` parts, of which the last is all that is left; all parts when it is negative. An
 * empty separator parts the characters. */
static enum pl_cel_fault split(struct pl_cel_run *run, const struct pl_cel_value *args,
                               int64_t limit, struct pl_cel_value *out)
{
    const struct pl_text text = args[0].text;
    const struct pl_text mark = args[1].text;
    struct pl_cel_build build = pl_cel_build(run);
    uint32_t count = 0;
    uint32_t from = 0;
    bool more = limit != 0 && (text.len > 0 || mark.len > 0);

    pl_cel_begin_container(&build);
    while (more && !build.full) {
        uint32_t to = 0;
        bool found = limit < 0 || (int64_t)count + 1 < limit;
        if (found && mark.len == 0) {
            to = from + character_size(text, from);
            found = to < text.len;
        } else if (found) {
            found = find_next(text, from, mark, &to);
        }
        const struct pl_cel_value part =
            pl_cel_text((struct pl_text){text.at + from, (found ? to : text.len) - from});
        pl_cel_put_value(&build, &part);
        count++;
        from = to + mark.len;
        more = found;
    }
    pl_cel_end_container(&build, PL_CEL_LIST, count);
    return pl_cel_finish(&build, PL_CEL_LIST, out);
}

enum pl_cel_fault pl_cel_do_split(struct pl_cel_run *run, const struct pl_cel_value *args,
                                  struct pl_cel_value *out)
{
    return split(run, args, -1, out);
}

enum pl_cel_fault pl_cel_do_split_some(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    return split(run, args, args[2].integer, out);
}

static enum pl_cel_fault join(struct pl_cel_run *run, struct pl_bytes list, struct pl_text between,
                              struct pl_cel_value *out)
{
    struct pl_cel_cursor cursor = pl_cel_walk(list);
    struct pl_cel_build build = pl_cel_build(run);

    for (bool first = true; cursor.left > 0; cursor.left--, first = false) {
        struct pl_cel_value part = {0};
        (void)pl_cel_load(pl_cel_take(&cursor), &part);
        if (part.type != PL_CEL_STRING) {
            return PL_CEL_NO_OVERLOAD;
        }
        pl_cel_put_text(&build, first ? (struct pl_text){"", 0} : between);
        pl_cel_put_text(&build, part.text);
    }
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_join(struct pl_cel_run *run, const struct pl_cel_value *args,
                                 struct pl_cel_value *out)
{
    return join(run, args[0].value, (struct pl_text){"", 0}, out);
}

enum pl_cel_fault pl_cel_do_join_with(struct pl_cel_run *run, const struct pl_cel_value *args,
                                      struct pl_cel_value *out)
{
    return join(run, args[0].value, args[1].text, out);
}

/* ---- quote ---- */

enum pl_cel_fault pl_cel_do_quote(struct pl_cel_run *run, const struct pl_cel_value *args,
                                  struct pl_cel_value *out)
{
    static const char escaped[] = "\a\b\f\n\r\t\v\\\"";
    static const char letters[] = "abfnrtv\\\"";
    const struct pl_text text = args[0].text;
    struct pl_cel_build build = pl_cel_build(run);

    pl_cel_put(&build, "\"", 1);
    for (uint32_t i = 0; i < text.len; i++) {
        const char *const found = memchr(escaped, text.at[i], sizeof(escaped) - 1);
        if (found != NULL) {
            pl_cel_put(&build, "\\", 1);
            pl_cel_put(&build, letters + (found - escaped), 1);
        } else {
            pl_cel_put(&build, text.at + i, 1);
        }
    }
    pl_cel_put(&build, "\"", 1);
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

/* ---- base64 (RFC 4648, section 4) ---- */

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

enum pl_cel_fault pl_cel_do_base64_encode(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const struct pl_bytes bytes = args[0].value;
    struct pl_cel_build build = pl_cel_build(run);

    for (uint32_t i = 0; i < bytes.size; i += 3) {
        const uint32_t left = bytes.size - i;
        const uint32_t group = (uint32_t)bytes.at[i] << 16 |
                               (left > 1 ? (uint32_t)bytes.at[i + 1] << 8 : 0) |
                               (left > 2 ? (uint32_t)bytes.at[i + 2] : 0);
        const char four[] = {alphabet[group >> 18], alphabet[group >> 12 & 63],
                             left > 1 ? alphabet[group >> 6 & 63] : '=',
                             left > 2 ? alphabet[group & 63] : '='};
        pl_cel_put(&build, four, sizeof(four));
    }
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

/* The padding may be missing. */
enum pl_cel_fault pl_cel_do_base64_decode(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    struct pl_text text = args[0].text;
    struct pl_cel_build build = pl_cel_build(run);
    uint32_t group = 0;
    uint32_t bits = 0;

    if (text.len % 4 == 0 && text.len > 0 && text.at[text.len - 1] == '=') {
        text.len -= text.at[text.len - 2] == '=' ? 2 : 1;
    }
    for (uint32_t i = 0; i < text.len; i++) {
        const char *const found = memchr(alphabet, text.at[i], sizeof(alphabet) - 1);
        if (found == NULL) {
            return PL_CEL_ARGUMENT;
        }
        group = group << 6 | (uint32_t)(found - alphabet);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            const uint8_t byte = (uint8_t)(group >> bits);
            pl_cel_put(&build, &byte, 1);
        }
    }
    return bits == 6 ? PL_CEL_ARGUMENT : pl_cel_finish(&build, PL_CEL_BYTES, out);
}
