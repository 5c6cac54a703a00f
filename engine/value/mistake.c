#include "value/mistake.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

struct pl_text pl_mistake_quote(struct pl_text text, uint32_t len_max)
{
    if (text.len > len_max) {
        text.len = len_max;
        while (text.len > 0 && ((unsigned char)text.at[text.len] & 0xC0) == 0x80) {
            text.len--;
        }
    }
    return text;
}

/* vsnprintf cuts between bytes: drops the unfinished character at the end. */
static void drop_partial(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size) {
        return;
    }
    size_t len = strlen(text);
    size_t start = len;
    while (start > 0 && ((unsigned char)text[start - 1] & 0xC0) == 0x80) {
        start--;
    }
    if (start == 0) {
        return;
    }
    const unsigned char lead = (unsigned char)text[start - 1];
    const size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
    if (len - (start - 1) < need) {
        text[start - 1] = '\0';
    }
}

/* Messages quote what strangers wrote, and end on terminals. */
static void make_printable(char *text)
{
    const bool is_utf8 = pl_text_is_utf8(text, strlen(text));

    for (char *at = text; *at != '\0'; at++) {
        const unsigned char c = (unsigned char)*at;
        if (c < 0x20 || c == 0x7F || (c >= 0x80 && !is_utf8)) {
            *at = '?';
        }
    }
}

int pl_mistake(struct placet_error *err, enum placet_status status, struct pl_place place,
               const char *hint, const char *message, ...)
{
    if (err == NULL) {
        return status;
    }

    *err = (struct placet_error){.status = status, .line = place.line, .column = place.column};
    if (place.file != NULL) {
        const int file_len = snprintf(err->file, sizeof(err->file), "%s", place.file);
        drop_partial(err->file, sizeof(err->file), file_len);
    }
    if (hint != NULL) {
        const int hint_len = snprintf(err->hint, sizeof(err->hint), "%s", hint);
        drop_partial(err->hint, sizeof(err->hint), hint_len);
    }

    va_list args;
    va_start(args, message);
    const int len = vsnprintf(err->message, sizeof(err->message), message, args);
    va_end(args);
    drop_partial(err->message, sizeof(err->message), len);
    make_printable(err->message);
    return status;
}
