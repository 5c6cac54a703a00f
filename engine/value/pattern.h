/* Regular expressions of schemas: PCRE2 in its DFA mode, so that no pattern can take exponential
 * time and none allocates while it matches. Back-references are therefore not allowed. A pattern is
 * not for two threads at once. */
#ifndef PL_VALUE_PATTERN_H
#define PL_VALUE_PATTERN_H

#include <placet/error.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/text.h"

struct pl_pattern; /* lives in its arena, nothing to free */

enum pl_pattern_answer {
    PL_PATTERN_NO,
    PL_PATTERN_YES,
    PL_PATTERN_TOO_DEAR, /* the text is too long or the pattern too complicated */
};

/* PLACET_EINVALID: `reason_out` (of `reason_size`) says why; PLACET_ELIMIT when the arena is full.
 * The dialect is that of ECMA-262 as far as it agrees with Perl's; `$` is the very end. */
int pl_pattern_compile(struct pl_text source, struct pl_arena *arena,
                       const struct pl_pattern **pattern_out, char *reason_out, size_t reason_size);

/* The same without a reason, for the core: pure. */
int pl_pattern_prepare(struct pl_text source, struct pl_arena *arena,
                       const struct pl_pattern **pattern_out);

/* Whether it matches anywhere in the text. */
enum pl_pattern_answer pl_pattern_match(const struct pl_pattern *pattern, struct pl_text text);

#endif
