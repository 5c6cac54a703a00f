#include "definition/diag_show.h"

#include <stdlib.h>
#include <string.h>

#include "definition/source.h"

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

void pl_show_name(struct pl_builder *b, const char *folder, const struct pl_bundle *bundle,
                  uint16_t file)
{
    const bool known = bundle != NULL && file < bundle->count;

    put_name(b, folder, known ? bundle->files[file].name : PL_TEXT("bundle"));
}

/* ---- source lines ---- */

static struct pl_text source_line(const struct pl_bundle *bundle, struct pl_diag_place place)
{
    if (bundle == NULL || place.file >= bundle->count) {
        return PL_TEXT("");
    }
    return pl_source_line(bundle->files[place.file].text, place.mark.line);
}

/* Tabs and control characters would move the caret. */
static void put_clean(struct pl_builder *b, struct pl_text text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        const bool control = (unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F;
        pl_builder_add(b, control ? PL_TEXT(" ") : (struct pl_text){text.at + i, 1});
    }
}

/* Columns as put_clean writes it. */
static unsigned width_of(struct pl_text text)
{
    unsigned width = pl_text_width(text);

    for (uint32_t i = 0; i < text.len; i++) {
        width += (unsigned char)text.at[i] < 0x20 || text.at[i] == 0x7F;
    }
    return width;
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

/* The source line and the caret under it; of a long line, the part around the caret. False when
 * there is nothing to show. */
static bool put_source(struct pl_builder *b, const struct pl_bundle *bundle,
                       struct pl_diag_place place, unsigned gutter, const char *caret,
                       const char *colour, const struct paint *paint)
{
    const struct pl_text line = source_line(bundle, place);
    const uint32_t column = place.mark.column > 0 ? place.mark.column - 1 : 0;
    const uint32_t skipped = column > LINE_SHOWN_MAX * 3 / 4 ? column - LINE_SHOWN_MAX / 2 : 0;

    if (line.len == 0 || !pl_text_is_utf8(line.at, line.len)) {
        return false;
    }
    const uint32_t start = pl_source_characters(line, skipped).len;
    const struct pl_text tail = {line.at + start, line.len - start};
    const struct pl_text shown = pl_source_characters(tail, LINE_SHOWN_MAX);
    const struct pl_text before = pl_source_characters(shown, column - skipped);
    const struct pl_text rest = {shown.at + before.len, shown.len - before.len};
    const struct pl_text marked = pl_source_characters(rest, place.mark.length);
    const unsigned width = width_of(marked);

    pl_builder_addf(b, "%s%*s |%s\n", paint->blue, (int)gutter, "", paint->plain);
    pl_builder_addf(b, "%s%*u |%s %s", paint->blue, (int)gutter, place.mark.line, paint->plain,
                    start > 0 ? "..." : "");
    put_clean(b, shown);
    pl_builder_addf(b, "%s\n%s%*s |%s ", shown.len < tail.len ? "..." : "", paint->blue,
                    (int)gutter, "", paint->plain);
    put_repeated(b, " ", width_of(before) + (start > 0 ? 3 : 0));
    pl_builder_addf(b, "%s", colour);
    put_repeated(b, caret, width > 0 ? width : 1);
    pl_builder_addf(b, "%s", paint->plain);
    return true;
}

static void put_place(struct pl_builder *b, const struct pl_bundle *bundle, const char *folder,
                      struct pl_diag_place place)
{
    pl_show_name(b, folder, bundle, place.file);
    if (place.mark.line > 0) {
        pl_builder_addf(b, ":%u:%u", place.mark.line, place.mark.column);
    }
}

/* Both texts, the second below the beginning of the first; or the one that is wanted. */
static void put_both(struct pl_builder *b, const char *en, const char *zh, unsigned indent,
                     enum pl_show_language language, const struct paint *paint)
{
    if (language != PL_SHOW_ZH || zh[0] == '\0') {
        pl_builder_addf(b, "%s%s%s\n", paint->bold, en, paint->plain);
    }
    if (language == PL_SHOW_BOTH && zh[0] != '\0') {
        put_repeated(b, " ", indent);
    }
    if (language != PL_SHOW_EN && zh[0] != '\0') {
        pl_builder_addf(b, "%s%s%s\n", paint->bold, zh, paint->plain);
    }
}

static void put_hint(struct pl_builder *b, const struct pl_diag *diag, unsigned gutter,
                     struct pl_show show, const struct paint *paint)
{
    const struct paint quiet = {paint->red, paint->blue, "", ""};

    if (diag->hint[0] == '\0') {
        return;
    }
    const bool zh = show.language == PL_SHOW_ZH && diag->hint_zh[0] != '\0';
    pl_builder_addf(b, "%*s %s=%s %s", (int)gutter, "", paint->blue, paint->plain,
                    zh ? "建议：" : "help: ");
    put_both(b, diag->hint, diag->hint_zh, gutter + 9, show.language, &quiet);
}

static void put_other(struct pl_builder *b, const struct pl_diag *diag,
                      const struct pl_bundle *bundle, unsigned gutter, struct pl_show show,
                      const struct paint *paint)
{
    if (!diag->has_other) {
        return;
    }
    pl_builder_addf(b, "%*s%s:::%s ", (int)gutter, "", paint->blue, paint->plain);
    put_place(b, bundle, show.folder, diag->other);
    pl_builder_addf(b, "\n");
    (void)put_source(b, bundle, diag->other, gutter, "-", paint->blue, paint);
    if (show.language != PL_SHOW_ZH || diag->other_zh[0] == '\0') {
        pl_builder_addf(b, " %s", diag->other_text);
    }
    if (show.language != PL_SHOW_EN && diag->other_zh[0] != '\0') {
        pl_builder_addf(b, " %s", diag->other_zh);
    }
    pl_builder_addf(b, "\n");
}

static void put_diag(struct pl_builder *b, const struct pl_diag *diag,
                     const struct pl_bundle *bundle, struct pl_show show)
{
    const struct paint paint = paint_of(show.colour);
    const char *zh = diag->message_zh;
    char code[PL_DIAG_CODE_SIZE];
    uint32_t widest = diag->place.mark.line;

    if (diag->has_other && diag->other.mark.line > widest) {
        widest = diag->other.mark.line;
    }
    if (zh[0] == '\0') {
        zh = pl_diag_explain_zh((unsigned)diag->code);
    }
    const unsigned gutter = digits_of(widest);
    pl_diag_code_format(diag->code, code);
    pl_builder_addf(b, "%s%s[%s]%s: ", paint.red, show.language == PL_SHOW_ZH ? "错误" : "error",
                    code, paint.plain);
    put_both(b, diag->message, zh, (unsigned)sizeof("error[P0301]: ") - 1, show.language, &paint);
    pl_builder_addf(b, "%*s%s-->%s ", (int)gutter, "", paint.blue, paint.plain);
    put_place(b, bundle, show.folder, diag->place);
    pl_builder_addf(b, "\n");
    if (put_source(b, bundle, diag->place, gutter, "^", paint.red, &paint)) {
        pl_builder_addf(b, "\n");
    }
    put_other(b, diag, bundle, gutter, show, &paint);
    put_hint(b, diag, gutter, show, &paint);
    pl_builder_addf(b, "\n");
}

static void put_summary(struct pl_builder *b, const struct pl_diags *diags, struct pl_show show)
{
    const uint32_t count = diags->count + diags->left_out;

    if (count == 0) {
        return;
    }
    if (show.language != PL_SHOW_ZH) {
        if (diags->left_out > 0) {
            pl_builder_addf(b, "%u more mistakes are not shown.\n", diags->left_out);
        }
        pl_builder_addf(b, "%u %s. `placet explain CODE` says more about a code.\n", count,
                        count == 1 ? "mistake" : "mistakes");
    }
    if (show.language != PL_SHOW_EN) {
        pl_builder_addf(b, "共 %u 处错误", count);
        if (diags->left_out > 0) {
            pl_builder_addf(b, "（另有 %u 处未列出）", diags->left_out);
        }
        pl_builder_addf(b, "。用 `placet explain 代码` 查看说明。\n");
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
    put_summary(&b, diags, show);
    return text;
}
