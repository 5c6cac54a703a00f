/* What YAML 1.2 forbids and libyaml 0.2.5 lets through, found in the text between and under its
 * events: comments without a blank before them, lines in brackets or quotes that are not indented,
 * empty lines before a block text that reach further than the text. Pure. */
#ifndef PL_VALUE_YAML_STRICT_H
#define PL_VALUE_YAML_STRICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct pl_yaml_finding {
    size_t byte; /* where in the text */
    const char *message;
    const char *hint;
};

/* A `#` that begins a comment without a blank before it (YAML 1.2.2, 6.6), between two events. */
bool pl_yaml_find_comment(struct pl_text text, size_t from, size_t to,
                          struct pl_yaml_finding *finding_out);

/* A line of a list in brackets, or of a text in quotes, that does not begin behind column `indent`
 * (from 0) of the block around it (7.4). A bracket that closes may stand below the key. */
bool pl_yaml_find_outdent(struct pl_text text, size_t from, size_t to, int64_t indent,
                          struct pl_yaml_finding *finding_out);

/* The head of a block text that begins at `from` with `|` or `>`, and the empty lines below it
 * (8.1).
 */
bool pl_yaml_find_block_head(struct pl_text text, size_t from, int64_t indent,
                             struct pl_yaml_finding *finding_out);

/* U+0085, U+2028 or U+2029, which libyaml takes for ends of lines, as YAML 1.1 did; in YAML 1.2
 * they are characters like others (5.4). */
bool pl_yaml_find_old_break(struct pl_text text, struct pl_yaml_finding *finding_out);

/* Whether the text ends with a line of blanks that nothing ends. libyaml drops such a line, though
 * it may be a line of a block text. */
bool pl_yaml_ends_in_blanks(struct pl_text text);

#endif
