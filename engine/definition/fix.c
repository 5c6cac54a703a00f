#include "definition/fix.h"

#include <string.h>

#include "definition/source.h"

/* ---- where ---- */

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool begins_with(struct pl_text text, struct pl_text with)
{
    return text.len >= with.len && memcmp(text.at, with.at, with.len) == 0;
}

/* From the place of a mark to the end of its line. */
static struct pl_text rest_of_line(struct pl_text text, struct pl_mark mark)
{
    const struct pl_text line = pl_source_line(text, mark.line);
    const struct pl_text at = pl_source_marked(text, mark);

    if (at.at == NULL) {
        return at;
    }
    return (struct pl_text){at.at, line.len - (uint32_t)(at.at - line.at)};
}

static bool replace(const struct pl_fix *fix, struct pl_text text, struct pl_edit *edit)
{
    const struct pl_text old = pl_text_of(fix->old);
    struct pl_text rest = rest_of_line(text, fix->mark);

    if (rest.at == NULL || rest.len == 0) {
        return false;
    }
    if (!begins_with(rest, old) && (rest.at[0] == '"' || rest.at[0] == '\'')) {
        rest = (struct pl_text){rest.at + 1, rest.len - 1};
    }
    if (!begins_with(rest, old)) {
        return false;
    }
    if (rest.len > old.len && is_id_char(rest.at[old.len]) && is_id_char(old.at[old.len - 1])) {
        return false; /* only the beginning of a longer word */
    }
    edit->from = (uint32_t)(rest.at - text.at);
    edit->to = edit->from + old.len;
    edit->text = pl_text_of(fix->text);
    return true;
}

static uint32_t skip_blanks(struct pl_text line, uint32_t at)
{
    while (at < line.len && line.at[at] == ' ') {
        at++;
    }
    return at;
}

/* `- x` on a line of its own: the line goes. A comment behind it would be lost: then nothing. */
static bool remove_line(struct pl_text text, struct pl_text line, uint32_t end,
                        struct pl_edit *edit)
{
    const uint32_t start = (uint32_t)(line.at - text.at);
    uint32_t after = start + line.len;

    if (skip_blanks(line, end) != line.len) {
        return false;
    }
    if (after < text.len && text.at[after] == '\r') {
        after++;
    }
    if (after < text.len && text.at[after] == '\n') {
        after++;
    }
    edit->from = start;
    edit->to = after;
    return true;
}

static bool remove_entry(const struct pl_fix *fix, struct pl_text text, struct pl_edit *edit)
{
    const struct pl_text line = pl_source_line(text, fix->mark.line);
    const struct pl_text marked = pl_source_marked(text, fix->mark);

    if (line.at == NULL || marked.len == 0) {
        return false;
    }
    const uint32_t start = (uint32_t)(marked.at - line.at);
    const uint32_t end = start + marked.len;
    const uint32_t base = (uint32_t)(line.at - text.at);
    uint32_t before = start;
    const uint32_t after = skip_blanks(line, end);

    while (before > 0 && line.at[before - 1] == ' ') {
        before--;
    }
    edit->text = PL_TEXT("");
    if (before > 0 && before < start && line.at[before - 1] == '-' &&
        skip_blanks(line, 0) == before - 1) {
        return remove_line(text, line, end, edit);
    }
    if (after < line.len && line.at[after] == ',') {
        edit->from = base + start;
        edit->to = base + skip_blanks(line, after + 1);
        return true;
    }
    if (before > 0 && line.at[before - 1] == ',') {
        edit->from = base + before - 1;
        edit->to = base + end;
        return true;
    }
    return false;
}

bool pl_fix_edit(const struct pl_diag *diag, const struct pl_bundle *bundle,
                 struct pl_edit *edit_out)
{
    struct pl_edit edit = {.file = diag->place.file};
    bool fits = false;

    if (diag->fix.kind == PL_FIX_NONE || diag->place.file >= bundle->count) {
        return false;
    }
    const struct pl_text text = bundle->files[diag->place.file].text;
    if (diag->fix.kind == PL_FIX_REPLACE) {
        fits = replace(&diag->fix, text, &edit);
    } else {
        fits = remove_entry(&diag->fix, text, &edit);
    }
    if (fits) {
        *edit_out = edit;
    }
    return fits;
}
