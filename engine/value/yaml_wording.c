#include "value/yaml_wording.h"

#include <string.h>

static const struct pl_yaml_wording wordings[] = {
    {"mapping values are not allowed", "a `:` is not allowed here",
     "Put texts that contain `: ` in quotes, and begin each key on a line of its own."},
    {"found unexpected ':'", "a `:` is not allowed here", "Put a text that holds a `:` in quotes."},
    {"found unknown directive name", "directives are not allowed", "Leave the line out."},
    {"did not find expected alphabetic", "a text cannot begin with `&` or `*`",
     "Put the text in quotes."},
    {"did not find expected key", "this line fits no key of the map around it",
     "Give the keys of one map the same indentation."},
    {"did not find expected '-' indicator", "this line fits no entry of the list around it",
     "Give the entries of one list the same indentation, each with `- ` before it."},
    {"did not find expected ',' or ']'", "the list in brackets is not finished",
     "Separate its entries with `,` and close it with `]`."},
    {"did not find expected ',' or '}'", "the map in braces is not finished",
     "Separate its entries with `,` and close it with `}`."},
    {"did not find expected node content", "a value is missing here",
     "Write a value, or put a text that begins with a special character in quotes."},
    {"could not find expected ':'", "a key without `:`",
     "Write `key: value`; a text that goes on over several lines begins with `|` or `>`."},
    {"block sequence entries are not allowed", "a list cannot begin here",
     "Begin the list on the next line, or write it in brackets: `[a, b]`."},
    {"found unexpected end of stream", "a text in quotes is not closed", "Add the closing quote."},
    {"found unexpected document indicator", "a text in quotes is not closed",
     "Add the closing quote."},
    {"found unknown escape character", "an escape sequence that YAML does not know",
     "Use single quotes when a backslash stands for itself."},
    {"found a tab character", "a tab in the indentation", "Indent with spaces."},
    {"found undefined tag handle", "tags are not allowed", "Leave the tag out."},
    {"found duplicate %YAML directive", "directives are not allowed", "Leave the line out."},
    {"found incompatible YAML document", "directives are not allowed", "Leave the line out."},
    {"did not find expected <document start>", "text after the end of the document",
     "Check the indentation of this line; one file holds one document."},
    {"invalid leading UTF-8 octet", "bytes that are not UTF-8", "Save the file as UTF-8."},
    {"invalid trailing UTF-8 octet", "bytes that are not UTF-8", "Save the file as UTF-8."},
    {"incomplete UTF-8 octet", "bytes that are not UTF-8", "Save the file as UTF-8."},
    {"invalid length of a UTF-8", "bytes that are not UTF-8", "Save the file as UTF-8."},
    {"invalid Unicode character", "bytes that are not UTF-8", "Save the file as UTF-8."},
    {"control characters are not allowed", "a control character",
     "Delete it, or write it as an escape in double quotes."},
};

/* `found character that cannot start any token` names five different mistakes. */
static struct pl_yaml_wording wording_of_character(char c)
{
    switch (c) {
    case '\t':
        return (struct pl_yaml_wording){NULL, "a tab in the indentation", "Indent with spaces."};
    case '@':
    case '`':
        return (struct pl_yaml_wording){NULL, "a text cannot begin with this character",
                                        "Put the text in quotes."};
    case '%':
        return (struct pl_yaml_wording){NULL, "a text cannot begin with `%`",
                                        "Put the text in quotes."};
    default:
        return (struct pl_yaml_wording){NULL, "an unexpected character", "Put the text in quotes."};
    }
}

struct pl_yaml_wording pl_yaml_wording_of(const char *problem, char c)
{
    if (strncmp(problem, "found character that cannot start", 33) == 0) {
        return wording_of_character(c);
    }
    for (size_t i = 0; i < sizeof(wordings) / sizeof(wordings[0]); i++) {
        if (strncmp(problem, wordings[i].problem, strlen(wordings[i].problem)) == 0) {
            return wordings[i];
        }
    }
    return (struct pl_yaml_wording){problem, problem,
                                    "Check the indentation and the quotes of this line."};
}
