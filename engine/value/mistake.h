/* Filling a struct placet_error from the parsers of this room: one place that cuts, formats and
 * keeps the out-parameter rule. How a mistake is shown to people is decided elsewhere. */
#ifndef PL_VALUE_MISTAKE_H
#define PL_VALUE_MISTAKE_H

#include <placet/error.h>
#include <stdint.h>

#include "base/text.h"

struct pl_place {
    const char *file; /* NULL = none */
    uint32_t line;    /* from 1; 0 = none */
    uint32_t column;
};

/* Fills `err` (if not NULL) and returns `status`, so that a parser can write
 * `return pl_mistake(...)`. `hint` may be NULL. Text is never cut inside a UTF-8 character; in
 * the message control characters, and bytes that are not UTF-8, become `?`. */
__attribute__((format(printf, 5, 6))) int pl_mistake(struct placet_error *err,
                                                     enum placet_status status,
                                                     struct pl_place place, const char *hint,
                                                     const char *message, ...);

/* The longest beginning of `text` of at most `len_max` bytes that ends between two characters: for
 * quoting what a stranger wrote. */
struct pl_text pl_mistake_quote(struct pl_text text, uint32_t len_max);

#endif
