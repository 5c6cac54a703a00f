/* Slips that keep a file from being YAML at all, and what they were meant to be. */
#include <string.h>

#include "definition/fix.h"
#include "definition/source.h"

#define WIDE_COLON      "\xEF\xBC\x9A"
#define WIDE_COLON_SIZE 3u
#define INDENT_MAX      64
#define LINES_BACK      2 /* libyaml notices a missing colon on the next line with text */

static uint32_t blanks_of(struct pl_text line)
{
    uint32_t count = 0;

    while (count < line.len && (line.at[count] == ' ' || line.at[count] == '\t')) {
        count++;
    }
    return count;
}

static bool is_empty(struct pl_text line)
{
    const uint32_t blanks = blanks_of(line);

    return blanks == line.len || line.at[blanks] == '#';
}

/* The indentation of the line above, two deeper where that line opens a map or list. */
static uint32_t expected_indent(struct pl_text text, uint32_t line_number)
{
    for (uint32_t above = line_number - 1; above > 0; above--) {
        const struct pl_text line = pl_source_line(text, above);
        if (!is_empty(line)) {
            return blanks_of(line) + (line.at[line.len - 1] == ':' ? 2 : 0);
        }
    }
    return 0;
}

/* Whether what comes below is indented by tabs, too, and never by blanks. What is above may have
 * been mended already. */
static bool is_tabs_below(struct pl_text text, struct pl_text line)
{
    bool tabs = false;

    for (const char *at = line.at; at != NULL;
         at = memchr(at, '\n', text.len - (size_t)(at - text.at))) {
        at += *at == '\n';
        if (at == text.at + text.len || (*at == ' ' && at != line.at)) {
            return tabs && at == text.at + text.len;
        }
        tabs = tabs || (*at == '\t' && at != line.at);
    }
    return tabs;
}

/* Who indents with tabs alone means two blanks by each; among blanks, a tab is an accident. */
static bool fix_tabs(struct pl_diag *diag, struct pl_text text, struct pl_text line)
{
    char spaces[INDENT_MAX + 1];
    const uint32_t blanks = blanks_of(line);
    const uint32_t number = diag->place.mark.line;

    if (blanks == 0 || memchr(line.at, '\t', blanks) == NULL) {
        return false;
    }
    const uint32_t indent = is_tabs_below(text, line) ? 2 * blanks : expected_indent(text, number);
    if (indent == 0 || indent > INDENT_MAX) {
        return false;
    }
    memset(spaces, ' ', indent);
    spaces[indent] = '\0';
    pl_diag_fix_at(diag, (struct pl_mark){number, 1, blanks}, (struct pl_text){line.at, blanks},
                   spaces);
    return true;
}

/* `key:value` or `key` and a wide colon, where a key can stand. */
static bool fix_colon(struct pl_diag *diag, struct pl_text line, uint32_t number)
{
    uint32_t at = blanks_of(line);
    char text[PL_FIX_TEXT_MAX];
    struct pl_builder b;

    if (at + 2 <= line.len && memcmp(line.at + at, "- ", 2) == 0) {
        at += 2;
    }
    const uint32_t start = at;
    while (at < line.len && ((line.at[at] >= 'a' && line.at[at] <= 'z') || line.at[at] == '_' ||
                             (at > start && line.at[at] >= '0' && line.at[at] <= '9'))) {
        at++;
    }
    const struct pl_text key = {line.at + start, at - start};
    const struct pl_text rest = {line.at + at, line.len - at};
    uint32_t colon = 0;
    if (rest.len >= 2 && rest.at[0] == ':' && rest.at[1] != ' ' && rest.at[1] != ':') {
        colon = 1;
    } else if (rest.len >= WIDE_COLON_SIZE && memcmp(rest.at, WIDE_COLON, WIDE_COLON_SIZE) == 0) {
        colon = WIDE_COLON_SIZE;
    }
    if (key.len == 0 || colon == 0) {
        return false;
    }
    const bool blank_follows = rest.len > colon && rest.at[colon] == ' ';
    pl_builder_init(&b, text, sizeof(text));
    pl_builder_addf(&b, "%.*s:%s", (int)key.len, key.at,
                    blank_follows || rest.len == colon ? "" : " ");
    pl_diag_fix_at(diag, (struct pl_mark){number, start + 1, 1},
                   (struct pl_text){key.at, key.len + colon}, text);
    pl_diag_hint(diag, "Write `%.*s: ...` in line %u: a colon and a blank follow a key.",
                 (int)key.len, key.at, number);
    return true;
}

void pl_fix_yaml(struct pl_diag *diag, struct pl_text text)
{
    const uint32_t number = diag->place.mark.line;

    if (number == 0 || pl_source_line(text, number).at == NULL) {
        return;
    }
    if (fix_tabs(diag, text, pl_source_line(text, number))) {
        return;
    }
    for (uint32_t back = 0; back <= LINES_BACK && back < number; back++) {
        if (fix_colon(diag, pl_source_line(text, number - back), number - back)) {
            return;
        }
    }
}
