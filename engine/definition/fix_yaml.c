/* Slips that keep a file from being YAML at all, and what they were meant to be. */
#include <stdlib.h>
#include <string.h>

#include "definition/fix.h"
#include "definition/source.h"

#define WIDE_COLON      "\xEF\xBC\x9A"
#define WIDE_COLON_SIZE 3u
#define INDENT_MAX      64
#define KEY_ALONE       "a key without `:`"
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

/* What stands between a key and its value instead of a colon and a blank, "" when nothing does. */
static struct pl_text wrong_colon(struct pl_text rest)
{
    const uint32_t blanks = blanks_of(rest);

    /* `http://` is no key. */
    if (rest.len >= 2 && rest.at[0] == ':' && strchr(" :/", rest.at[1]) == NULL) {
        return (struct pl_text){rest.at, 1};
    }
    if (rest.len >= WIDE_COLON_SIZE && memcmp(rest.at, WIDE_COLON, WIDE_COLON_SIZE) == 0) {
        const bool blank = rest.len > WIDE_COLON_SIZE && rest.at[WIDE_COLON_SIZE] == ' ';
        return (struct pl_text){rest.at, WIDE_COLON_SIZE + blank};
    }
    if (rest.len >= blanks + 2 && rest.at[blanks] == '=' && rest.at[blanks + 1] == ' ') {
        return (struct pl_text){rest.at, blanks + 2};
    }
    return PL_TEXT("");
}

/* `key:value`, `key = value`, or a key and a wide colon, where a key can stand. */
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
    const struct pl_text colon = wrong_colon((struct pl_text){line.at + at, line.len - at});
    if (key.len == 0 || colon.len == 0) {
        return false;
    }
    pl_builder_init(&b, text, sizeof(text));
    pl_builder_addf(&b, "%.*s:%s", (int)key.len, key.at, at + colon.len < line.len ? " " : "");
    pl_diag_say(diag, "`%.*s` is not followed by a colon and a blank", (int)key.len, key.at);
    diag->place.mark = (struct pl_mark){number, start + 1, key.len};
    pl_diag_fix(diag, (struct pl_text){key.at, key.len + colon.len}, text);
    pl_diag_hint(diag, "Write `%.*s: ...` in line %u: a colon and a blank follow a key.",
                 (int)key.len, key.at, number);
    return true;
}

/* Punctuation of a Chinese keyboard that can only be meant for YAML: a comma before `key:`, a brace
 * before one, or behind the last value. */
static bool fix_wide(struct pl_diag *diag, struct pl_text line, uint32_t number)
{
    static const struct {
        const char *wide;
        const char *narrow;
        bool before_key;
    } marks[] = {
        {"\uff0c", ", ", true},
        {"\uff5b", "{", true},
        {"\uff5d", "}", false},
    };

    for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
        const char *at = memmem(line.at, line.len, marks[i].wide, 3);
        uint32_t after = at != NULL ? (uint32_t)(at - line.at) + 3 : 0;
        uint32_t letters = 0;
        while (at != NULL && after + letters < line.len &&
               ((line.at[after + letters] >= 'a' && line.at[after + letters] <= 'z') ||
                line.at[after + letters] == '_')) {
            letters++;
        }
        const bool is_key =
            letters > 0 && after + letters < line.len && line.at[after + letters] == ':';
        if (at == NULL || is_key != marks[i].before_key || (!is_key && after != line.len)) {
            continue;
        }
        const struct pl_text before = {line.at, after - 3};
        uint32_t column = 1;
        for (uint32_t k = 0; k < before.len; k++) {
            column += ((unsigned char)before.at[k] & 0xC0) != 0x80;
        }
        pl_diag_say(diag, "a wide comma or brace, where YAML wants the narrow one");
        diag->place.mark = (struct pl_mark){number, column, 1};
        pl_diag_hint(diag, "Write `%s`.", marks[i].narrow);
        pl_diag_fix(diag, (struct pl_text){at, 3}, marks[i].narrow);
        return true;
    }
    return false;
}

/* What is not closed shows at its end, often lines later: its beginning is told, too. */
static void add_beginning(struct pl_diag *diag, struct pl_text text)
{
    static const char words[] = "(begun in line ";
    const char *at = strstr(diag->message, words);
    const uint32_t number = at != NULL ? (uint32_t)strtoul(at + sizeof(words) - 1, NULL, 10) : 0;
    const struct pl_text line = pl_source_line(text, number);

    if (line.at == NULL) {
        return;
    }
    const uint32_t blanks = blanks_of(line);
    uint32_t length = 0;
    for (uint32_t k = blanks; k < line.len; k++) {
        length += ((unsigned char)line.at[k] & 0xC0) != 0x80;
    }
    const struct pl_diag_place place = {diag->place.file, {number, blanks + 1, length}};
    if (strncmp(diag->message, KEY_ALONE, sizeof(KEY_ALONE) - 1) == 0) {
        diag->place = place; /* libyaml looks for the colon up to the next key */
        pl_diag_say(diag, KEY_ALONE);
        return;
    }
    pl_diag_other(diag, place, "it was begun here");
}

void pl_fix_yaml(struct pl_diag *diag, struct pl_text text)
{
    const uint32_t number = diag->place.mark.line;

    if (number == 0) {
        return;
    }
    if (pl_source_line(text, number).at != NULL &&
        fix_tabs(diag, text, pl_source_line(text, number))) {
        return;
    }
    for (uint32_t back = 0; back <= LINES_BACK && back < number; back++) {
        const struct pl_text line = pl_source_line(text, number - back);
        if (line.at != NULL &&
            (fix_colon(diag, line, number - back) || fix_wide(diag, line, number - back))) {
            return;
        }
    }
    add_beginning(diag, text);
}
