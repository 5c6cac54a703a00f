#include "value/yaml_strict.h"

#include <string.h>

static bool is_break(char c)
{
    return c == '\n' || c == '\r';
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static size_t line_end(struct pl_text text, size_t at)
{
    while (at < text.len && !is_break(text.at[at])) {
        at++;
    }
    return at;
}

/* The beginning of the line behind `at`, or the end of the text. */
static size_t next_line(struct pl_text text, size_t at)
{
    const size_t end = line_end(text, at);
    const bool two = end + 1 < text.len && text.at[end] == '\r' && text.at[end + 1] == '\n';

    return end == text.len ? end : end + (two ? 2 : 1);
}

static size_t skip_spaces(struct pl_text text, size_t at)
{
    while (at < text.len && text.at[at] == ' ') {
        at++;
    }
    return at;
}

static bool is_line_empty(struct pl_text text, size_t at)
{
    while (at < text.len && is_blank(text.at[at])) {
        at++;
    }
    return at == text.len || is_break(text.at[at]);
}

static bool found(struct pl_yaml_finding *finding_out, size_t byte, const char *message,
                  const char *hint)
{
    *finding_out = (struct pl_yaml_finding){byte, message, hint};
    return true;
}

static bool found_comment(struct pl_yaml_finding *finding_out, size_t byte)
{
    return found(finding_out, byte, "a comment without a blank before it",
                 "Write a blank before the `#`, or put a text that holds it in quotes.");
}

bool pl_yaml_find_comment(struct pl_text text, size_t from, size_t to,
                          struct pl_yaml_finding *finding_out)
{
    for (size_t at = from; at < to && at < text.len; at++) {
        if (text.at[at] != '#') {
            continue;
        }
        if (at > 0 && !is_blank(text.at[at - 1]) && !is_break(text.at[at - 1])) {
            return found_comment(finding_out, at);
        }
        at = line_end(text, at);
    }
    return false;
}

bool pl_yaml_find_outdent(struct pl_text text, size_t from, size_t to, int64_t indent,
                          struct pl_yaml_finding *finding_out)
{
    for (size_t line = next_line(text, from); line < to && line < text.len;
         line = next_line(text, line)) {
        const size_t start = skip_spaces(text, line);
        const char c = start < text.len ? text.at[start] : '\n';
        const bool counts = !is_line_empty(text, line) && c != '#' && c != ']' && c != '}';
        if (counts && (int64_t)(start - line) <= indent) {
            return found(finding_out, start, "this line is not indented",
                         "Indent what stands in brackets or quotes more than the key before it.");
        }
    }
    return false;
}

bool pl_yaml_find_block_head(struct pl_text text, size_t from, int64_t indent,
                             struct pl_yaml_finding *finding_out)
{
    bool has_indent = false;
    size_t longest = 0;
    size_t at = from + 1;

    while (at < text.len && !is_blank(text.at[at]) && !is_break(text.at[at])) {
        if (text.at[at] == '#') {
            return found_comment(finding_out, at);
        }
        has_indent |= text.at[at] >= '1' && text.at[at] <= '9';
        at++;
    }
    size_t line = next_line(text, at);
    for (; line < text.len && is_line_empty(text, line); line = next_line(text, line)) {
        const size_t blanks = skip_spaces(text, line) - line;
        longest = blanks > longest ? blanks : longest;
    }
    const size_t first = skip_spaces(text, line) - line;
    if (line < text.len && !has_indent && (int64_t)first > indent && longest > first) {
        return found(finding_out, line + first,
                     "this line is less indented than an empty line before it",
                     "Delete the blanks of the empty lines before it.");
    }
    return false;
}

bool pl_yaml_find_old_break(struct pl_text text, struct pl_yaml_finding *finding_out)
{
    for (size_t at = 0; at + 1 < text.len; at++) {
        const size_t left = text.len - at;
        if (memcmp(text.at + at, "\xC2\x85", 2) == 0 ||
            (left > 2 && (memcmp(text.at + at, "\xE2\x80\xA8", 3) == 0 ||
                          memcmp(text.at + at, "\xE2\x80\xA9", 3) == 0))) {
            return found(finding_out, at, "an end of line that is none",
                         "Delete the character (U+0085, U+2028 or U+2029), or write it as an "
                         "escape: \"\\N\", \"\\L\" or \"\\P\".");
        }
    }
    return false;
}

bool pl_yaml_ends_in_blanks(struct pl_text text)
{
    size_t at = text.len;

    while (at > 0 && text.at[at - 1] == ' ') {
        at--;
    }
    return at < text.len && at > 0 && is_break(text.at[at - 1]);
}
