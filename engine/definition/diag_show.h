/* Diagnostics as text for people and as JSON for programs. */
#ifndef PL_DEFINITION_DIAG_SHOW_H
#define PL_DEFINITION_DIAG_SHOW_H

#include <stdbool.h>

#include "definition/bundle.h"
#include "definition/diag.h"

enum pl_show_language { PL_SHOW_BOTH, PL_SHOW_ZH, PL_SHOW_EN };

struct pl_show {
    const char *folder; /* put before the names of files: "workflows/", or "" */
    bool colour;        /* ANSI escape sequences */
    enum pl_show_language language;
};

/*     error[P0301]: there is no step `land_bundel`
 *                   ... the same in Chinese ...
 *       --> workflows/permit.yaml:14:12
 *        |
 *     14 |     after: land_bundel
 *        |            ^^^^^^^^^^^
 *        = help: Did you mean `land_bundle`?
 *                ... the same in Chinese ...
 *
 * followed by a line that counts. A sentence that has no Chinese yet is replaced by what its code
 * means. Freed by the caller with free(); NULL when there is no memory.
 * `bundle` may be NULL: no source lines. */
char *pl_diags_text(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show);

/* A list of mistakes for programs; schemas/cli/check.schema.json says what each key means. Places
 * are given in characters, for people, and in code units of UTF-16, for editors; a fix is an edit
 * in bytes and in UTF-16. Always in both languages. */
char *pl_diags_json(const struct pl_diags *diags, const struct pl_bundle *bundle,
                    struct pl_show show);

/* The name of a file as messages show it: the folder and the name, without "x/../". */
void pl_show_name(struct pl_builder *b, const char *folder, const struct pl_bundle *bundle,
                  uint16_t file);

#endif
