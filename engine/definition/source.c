#include "definition/source.h"

#include <string.h>

#define BOM_SIZE 3u

static struct pl_text without_bom(struct pl_text text)
{
    if (text.len >= BOM_SIZE && memcmp(text.at, "\xEF\xBB\xBF", BOM_SIZE) == 0) {
        return (struct pl_text){text.at + BOM_SIZE, text.len - BOM_SIZE};
    }
    return text;
}

/* Bytes of the line end at the start of a text, 0 when there is none. */
static uint32_t line_end(struct pl_text text)
{
    static const char *const ends[] = {"\r\n",     "\n",           "\r",
                                       "\xC2\x85", "\xE2\x80\xA8", "\xE2\x80\xA9"};

    for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
        const size_t len = strlen(ends[i]);
        if (text.len >= len && memcmp(text.at, ends[i], len) == 0) {
            return (uint32_t)len;
        }
    }
    return 0;
}

static struct pl_text from(struct pl_text text, uint32_t byte)
{
    return (struct pl_text){text.at + byte, text.len - byte};
}

struct pl_text pl_source_line(struct pl_text text, uint32_t line)
{
    struct pl_text rest = without_bom(text);
    uint32_t at = 0;

    for (uint32_t passed = 1; line > 0 && passed <= line; passed++) {
        uint32_t end = 0;
        for (at = 0; at < rest.len && (end = line_end(from(rest, at))) == 0;) {
            at++;
        }
        if (passed == line) {
            return (struct pl_text){rest.at, at};
        }
        if (end == 0) {
            break;
        }
        rest = from(rest, at + end);
    }
    return (struct pl_text){NULL, 0};
}

struct pl_text pl_source_characters(struct pl_text text, uint32_t count)
{
    uint32_t len = 0;

    while (len < text.len && count > 0) {
        len++;
        while (len < text.len && ((unsigned char)text.at[len] & 0xC0) == 0x80) {
            len++;
        }
        count--;
    }
    return (struct pl_text){text.at, len};
}

struct pl_text pl_source_marked(struct pl_text text, struct pl_mark mark)
{
    const struct pl_text line = pl_source_line(text, mark.line);

    if (line.at == NULL) {
        return line;
    }
    const uint32_t column = mark.column > 0 ? mark.column - 1 : 0;
    const struct pl_text before = pl_source_characters(line, column);
    return pl_source_characters(from(line, before.len), mark.length);
}

uint32_t pl_source_utf16(struct pl_text text)
{
    uint32_t units = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        const unsigned char c = (unsigned char)text.at[i];
        units += (c & 0xC0) != 0x80;
        units += c >= 0xF0;
    }
    return units;
}

struct pl_mark pl_source_mark(struct pl_text text, uint32_t byte)
{
    const struct pl_text rest = without_bom(text);
    const uint32_t start = text.len - rest.len;
    struct pl_mark mark = {1, 1, 1};

    for (uint32_t at = 0; at < rest.len && start + at < byte;) {
        const uint32_t end = line_end(from(rest, at));
        if (end > 0) {
            mark.line++;
            mark.column = 1;
            at += end;
            continue;
        }
        mark.column += ((unsigned char)rest.at[at] & 0xC0) != 0x80;
        at++;
    }
    if (byte < text.len && ((unsigned char)text.at[byte] & 0xC0) == 0x80 && mark.column > 1) {
        mark.column--; /* within the character before */
    }
    return mark;
}
