/* Times as people write them who have not read the manual: `20 workdays`, `7 Working-Days`. */
#include <stdio.h>
#include <string.h>

#include "definition/load.h"

#define WORD_SIZE    48
#define MISSPELT_MIN 4 /* shorter words resemble other units */

/* First the words of the language, then what only one of them can mean. */
static const struct {
    const char *word;
    const char *unit;
} words[] = {
    {"working days", "working days"},
    {"working day", "working day"},
    {"minutes", "minutes"},
    {"minute", "minute"},
    {"seconds", "seconds"},
    {"second", "second"},
    {"hours", "hours"},
    {"hour", "hour"},
    {"days", "days"},
    {"day", "day"},
    {"wd", "working days"},
    {"d", "days"},
    {"h", "hours"},
    {"min", "minutes"},
    {"s", "seconds"},
    {"work days", "working days"},
    {"work day", "working day"},
    {"workdays", "working days"},
    {"workday", "working day"},
    {"workingdays", "working days"},
    {"workingday", "working day"},
    {"business days", "working days"},
    {"business day", "working day"},
    {"weekdays", "working days"},
    {"wds", "working days"},
    {"bd", "working days"},
    {"\u4e2a\u5de5\u4f5c\u65e5", "working days"},
    {"\u5de5\u4f5c\u65e5", "working days"},
    {"\u4e2a\u5de5\u4f5c\u5929", "working days"},
    {"\u5de5\u4f5c\u5929", "working days"},
    {"calendar days", "days"},
    {"calendar day", "day"},
    {"\u81ea\u7136\u65e5", "days"},
    {"\u4e2a\u81ea\u7136\u65e5", "days"},
    {"hrs", "hours"},
    {"hr", "hours"},
    {"\u5c0f\u65f6", "hours"},
    {"\u4e2a\u5c0f\u65f6", "hours"},
    {"mins", "minutes"},
    {"\u5206\u949f", "minutes"},
    {"secs", "seconds"},
    {"sec", "seconds"},
    {"\u79d2", "seconds"},
};
#define WORDS (sizeof(words) / sizeof(words[0]))
#define OURS  10 /* of them written out in the language */

/* Small letters, one blank for blanks and hyphens, none at either end. */
static bool make_plain(struct pl_text text, char out[WORD_SIZE])
{
    size_t len = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        char c = text.at[i];
        c = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        c = c == '-' || c == '_' || c == '\t' ? ' ' : c;
        if (c == ' ' && (len == 0 || out[len - 1] == ' ')) {
            continue;
        }
        if (len == WORD_SIZE - 1) {
            return false;
        }
        out[len++] = c;
    }
    while (len > 0 && (out[len - 1] == ' ' || out[len - 1] == '.')) {
        len--;
    }
    out[len] = '\0';
    return len > 0;
}

static bool has_blank(const char *word)
{
    return strchr(word, ' ') != NULL;
}

/* One of ours with a letter or two wrong. It begins alike and has as many words, for `w days` are
 * rather working days than days. */
static const char *misspelt(const char *word)
{
    const char *ours[OURS];
    size_t count = 0;

    for (size_t i = 0; i < OURS && strlen(word) >= MISSPELT_MIN; i++) {
        if (words[i].word[0] == word[0] && has_blank(words[i].word) == has_blank(word)) {
            ours[count++] = words[i].word;
        }
    }
    return count > 0 ? pl_text_closest(word, ours, count) : NULL;
}

bool pl_span_mend(struct pl_text text, char out[PL_FIX_TEXT_MAX])
{
    char word[WORD_SIZE];
    struct pl_span span = {0};
    const char *unit = NULL;
    uint32_t digits = 0;

    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9') {
        digits++;
    }
    const struct pl_text rest = {text.at + digits, text.len - digits};
    if (digits == 0 || !make_plain(rest, word)) {
        return false;
    }
    for (size_t i = 0; i < WORDS && unit == NULL; i++) {
        unit = strcmp(words[i].word, word) == 0 ? words[i].unit : NULL;
    }
    unit = unit != NULL ? unit : misspelt(word);
    if (unit == NULL) {
        return false;
    }
    (void)snprintf(out, PL_FIX_TEXT_MAX, "%.*s %s", (int)(digits < 8 ? digits : 8), text.at, unit);
    return pl_span_parse(pl_text_of(out), &span).message == NULL;
}
