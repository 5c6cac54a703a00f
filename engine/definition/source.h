/* Places in the text of a file: from the line and column of a mark to bytes, and to the columns
 * that editors count in.
 *
 * Lines end where libyaml ends them, since the marks are its: LF, CR LF, CR, NEL, LS and PS. A byte
 * order mark belongs to no line and no column. Columns of a mark count characters from 1. */
#ifndef PL_DEFINITION_SOURCE_H
#define PL_DEFINITION_SOURCE_H

#include <stdint.h>

#include "base/text.h"
#include "value/yaml.h"

/* A line without its end; `at` NULL when the text has fewer lines. */
struct pl_text pl_source_line(struct pl_text text, uint32_t line);

/* The longest beginning of at most `count` characters. */
struct pl_text pl_source_characters(struct pl_text text, uint32_t count);

/* What a mark marks: characters of one line, at most up to its end. `at` NULL when the line is not
 * there. */
struct pl_text pl_source_marked(struct pl_text text, struct pl_mark mark);

/* Code units of UTF-16: two for a character beyond the first plane (for editors and SARIF). */
uint32_t pl_source_utf16(struct pl_text text);

/* Line and column of the character that a byte belongs to; the length is 1. */
struct pl_mark pl_source_mark(struct pl_text text, uint32_t byte);

#endif
