#include "definition/diag_show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/json.h"
#include "value/writer.h"

#define ONE_TEXT_MAX   8192 /* of one diagnostic: four texts and two source lines */
#define LINE_SHOWN_MAX 160  /* characters of a source line */

struct paint {
    const char *red;
    const char *blue;
    const char *bold;
    const char *plain;
};

static struct paint paint_of(bool colour)
{
    if (!colour) {
        return (struct paint){"", "", "", ""};
    }
    return (struct paint){"\033[1;31m", "\033[1;34m", "\033[1m", "\033[0m"};
}

/* "../" of a name takes one part of the folder away: "workflows/" + "../schemas/x" is "schemas/x".
 */
static void put_name(struct pl_builder *b, const char *folder, struct pl_text name)
{
    size_t folder_len = strlen(folder);

    while (name.len > 3 && memcmp(name.at, "../", 3) == 0 && folder_len > 1 &&
           memcmp(folder + folder_len - 2, "./", 2) != 0) {
        folder_len--;
        while (folder_len > 0 && folder[folder_len - 1] != '/') {
            folder_len--;
        }
        name = (struct pl_text){name.at + 3, name.len - 3};
    }
    pl_builder_add(b, (struct pl_text){folder, (uint32_t)folder_len});
    pl_builder_add(b, name);
}

static struct pl_text name_of(const struct pl_bundle *bundle, uint16_t file)
{
    return bundle != NULL && file < bundle->count ? bundle->files[file].name : PL_TEXT("bundle");
}

/* ---- source lines ---- */

static struct pl_text source_line(const struct pl_bundle *bundle, struct pl_diag_place place)
{
    if (bundle == NULL || place.file >= bundle->count || place.mark.line == 0) {
        return PL_TEXT("");
    }
    struct pl_text text = bundle->files[place.file].text;
    if (text.len >= 3 && memcmp(text.at, "\xEF\xBB\xBF", 3) == 0) {
        text = (struct pl_text){text.at + 3, text.len - 3};
    }
    for (uint32_t line = 1; line < place.mark.line; line++) {
        const char *end = memchr(text.at, '\n', text.len);
        if (end == NULL) {
            return PL_TEXT("");
        }
        text.len -= (uint32_t)(end + 1 - text.at);
        text.at = end + 1;
    }
    const char *end = memchr(text.at, '\n', text.len);
    text.len = end != NULL ? (uint32_t)(end - text.at) : text.len;
    if (text.len > 0 && text.at[text.len - 1] == '\r') {
        text.len--;
    }
    return text;
}

/* The first `count` characters. */
static struct pl_text characters(struct pl_text text, uint32_t count)
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

/* Tabs and control characters would move the caret. */
static void put_clean(struct pl_builder *b, struct pl_text text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        const bool control = (unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F;
        pl_builder_add(b, control ? PL_TEXT(" ") : (struct pl_text){text.at + i, 1});
    }
}

static void put_repeated(struct pl_builder *b, const char *what, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        pl_builder_addf(b, "%s", what);
    }
}

static unsigned digits_of(uint32_t number)
{
    unsigned digits = 1;

    while (number >= 10) {
        number /= 10;
        digits++;
    }
    return digits;
}

/* The source line and the caret under it. */
static void put_source(struct pl_builder *b, const struct pl_bundle *bundle,
                       struct pl_diag_place place, unsigned gutter, const char *caret,
                       const char *colour, const struct paint *paint)
{
    const struct pl_text line = source_line(bundle, place);
    const uint32_t column = place.mark.column > 0 ? place.mark.column - 1 : 0;

    if (line.len == 0 || column > LINE_SHOWN_MAX || !pl_text_is_utf8(line.at, line.len)) {
        return;
    }
    const struct pl_text shown = characters(line, LINE_SHOWN_MAX);
    const struct pl_text before = characters(shown, column);
    const struct pl_text rest = {shown.at + before.len, shown.len - before.len};
    const struct pl_text marked = characters(rest, place.mark.length);
    const unsigned width = pl_text_width(marked);

    pl_builder_addf(b, "%s%*s |%s\n", paint->blue, (int)gutter, "", paint->plain);
    pl_builder_addf(b, "%s%*u |%s ", paint->blue, (int)gutter, place.mark.line, paint->plain);
    put_clean(b, shown);
    pl_builder_addf(b, "%s\n%s%*s |%s ", shown.len < line.len ? "..." : "", paint->blue,
                    (int)gutter, "", paint->plain);
    put_repeated(b, " ", pl_text_width(before));
    pl_builder_addf(b, "%s", colour);
    put_repeated(b, caret, width > 0 ? width : 1);
    pl_builder_addf(b, "%s", paint->plain);
}

static void put_place(struct pl_builder *b, const struct pl_bundle *bundle, const char *folder,
                      struct pl_diag_place place)
{
    put_name(b, folder, name_of(bundle, place.file));
    if (place.mark.line > 0) {
        pl_builder_addf(b, ":%u:%u", place.mark.line, place.mark.column);
    }
}

static void put_diag(struct pl_builder *b, const struct pl_diag *diag,
                     const struct pl_bundle *bundle, struct pl_show show)
{
    const struct paint paint = paint_of(show.colour);
    char code[PL_DIAG_CODE_SIZE];
    uint32_t widest = diag->place.mark.line;

    if (diag->has_other && diag->other.mark.line > widest) {
        widest = diag->other.mark.line;
    }
    const unsigned gutter = digits_of(widest);
    pl_diag_code_format(diag->code, code);
    pl_builder_addf(b, "%serror[%s]%s: %s%s%s\n", paint.red, code, paint.plain, paint.bold,
                    diag->message, paint.plain);
    pl_builder_addf(b, "%*s%s-->%s ", (int)gutter, "", paint.blue, paint.plain);
    put_place(b, bundle, show.folder, diag->place);
    pl_builder_addf(b, "\n");
    put_source(b, bundle, diag->place, gutter, "^", paint.red, &paint);
    if (source_line(bundle, diag->place).len > 0) {
        pl_builder_addf(b, "\n");
    }
    if (diag->has_other) {
        pl_builder_addf(b, "%*s%s:::%s ", (int)gutter, "", paint.blue, paint.plain);
        put_place(b, bundle, show.folder, diag->other);
        pl_builder_addf(b, "\n");
        put_source(b, bundle, diag->other, gutter, "-", paint.blue, &paint);
        pl_builder_addf(b, " %s\n", diag->other_text);
    }
    if (diag->hint[0] != '\0') {
        pl_builder_addf(b, "%*s %s=%s help: %s\n", (int)gutter, "", paint.blue, paint.plain,
                        diag->hint);
    }
    pl_builder_addf(b, "%*s %s=%s %s\n\n", (int)gutter, "", paint.blue, paint.plain,
                    pl_diag_explain_zh((unsigned)diag->code));
}

static void put_summary(struct pl_builder *b, const struct pl_diags *diags)
{
    const uint32_t count = diags->count + diags->left_out;

    if (diags->left_out > 0) {
        pl_builder_addf(b, "%u more mistakes are not shown.\n", diags->left_out);
    }
    if (count > 0) {
        pl_builder_addf(b, "%u %s. `placet explain CODE` says more about a code.\n", count,
                        count == 1 ? "mistake" : "mistakes");
    }
}

char *pl_diags_text(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show)
{
    const size_t size = (size_t)(diags->count + 1) * ONE_TEXT_MAX;
    char *text = malloc(size);
    struct pl_builder b;

    if (text == NULL) {
        return NULL;
    }
    pl_builder_init(&b, text, size);
    for (uint32_t i = 0; i < diags->count; i++) {
        put_diag(&b, &diags->list[i], bundle, show);
    }
    put_summary(&b, diags);
    return text;
}

/* ---- JSON ---- */

static void write_place(struct pl_writer *out, struct pl_diag_place place,
                        const struct pl_bundle *bundle, const char *folder)
{
    char name[1024];
    struct pl_builder b;

    pl_builder_init(&b, name, sizeof(name));
    put_name(&b, folder, name_of(bundle, place.file));
    pl_write_key_string(out, "file", name);
    pl_write_key_u64(out, "line", place.mark.line);
    pl_write_key_u64(out, "column", place.mark.column);
    pl_write_key_u64(out, "length", place.mark.length);
}

static void write_diag(struct pl_writer *out, const struct pl_diag *diag,
                       const struct pl_bundle *bundle, const char *folder)
{
    char code[PL_DIAG_CODE_SIZE];

    pl_diag_code_format(diag->code, code);
    pl_write_map(out, 10);
    pl_write_key_string(out, "severity", "error");
    pl_write_key_string(out, "code", code);
    write_place(out, diag->place, bundle, folder);
    pl_write_key_string(out, "message", diag->message);
    pl_write_key_string(out, "hint", diag->hint);
    pl_write_string(out, "explanation");
    pl_write_map(out, 2);
    pl_write_key_string(out, "zh", pl_diag_explain_zh((unsigned)diag->code));
    pl_write_key_string(out, "en", pl_diag_explain_en((unsigned)diag->code));
    pl_write_string(out, "other");
    if (!diag->has_other) {
        pl_write_nil(out);
        return;
    }
    pl_write_map(out, 5);
    write_place(out, diag->other, bundle, folder);
    pl_write_key_string(out, "message", diag->other_text);
}

char *pl_diags_json(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show)
{
    const size_t size = (size_t)(diags->count + 1) * ONE_TEXT_MAX;
    void *memory = malloc(size);
    char *json = NULL;
    struct pl_writer out;

    if (memory == NULL) {
        return NULL;
    }
    pl_writer_init(&out, memory, size);
    pl_write_map(&out, 4);
    pl_write_key_bool(&out, "ok", diags->count == 0);
    pl_write_key_u64(&out, "errors", diags->count + diags->left_out);
    pl_write_key_u64(&out, "left_out", diags->left_out);
    pl_write_string(&out, "diagnostics");
    pl_write_array(&out, diags->count);
    for (uint32_t i = 0; i < diags->count; i++) {
        write_diag(&out, &diags->list[i], bundle, show.folder);
    }
    if (!pl_writer_ok(&out) || pl_json_write(pl_writer_bytes(&out), true, &json) != PLACET_OK) {
        json = NULL;
    }
    free(memory);
    return json;
}
