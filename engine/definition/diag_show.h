/* Diagnostics as text for people and as JSON for programs. */
#ifndef PL_DEFINITION_DIAG_SHOW_H
#define PL_DEFINITION_DIAG_SHOW_H

#include <stdbool.h>

#include "definition/bundle.h"
#include "definition/diag.h"

struct pl_show {
    const char *folder; /* put before the names of files: "workflows/", or "" */
    bool colour;        /* ANSI escape sequences */
};

/*     error[P0301]: there is no step `land_bundel`
 *       --> workflows/permit.yaml:14:12
 *        |
 *     14 |     after: land_bundel
 *        |            ^^^^^^^^^^^
 *        = help: Did you mean `land_bundle`?
 *
 * followed by a line that counts. Freed by the caller with free(); NULL when there is no memory.
 * `bundle` may be NULL: no source lines. */
char *pl_diags_text(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show);

/* {"ok", "errors", "left_out", "diagnostics": [{"severity", "code", "file", "line", "column",
 * "length", "message", "hint", "explanation": {"zh", "en"}, "other": {...} or null}]} */
char *pl_diags_json(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show);

#endif
