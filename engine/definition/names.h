/* Names as messages show them, and which of them was meant. */
#ifndef PL_DEFINITION_NAMES_H
#define PL_DEFINITION_NAMES_H

#include "definition/diag.h"
#include "model/definition.h"

/* "`fire` 消防设计审核 (Fire design review)" */
struct pl_named {
    char at[480];
};
struct pl_named pl_name(struct pl_text id, const struct pl_title *title);
struct pl_named pl_name_step(const struct pl_definition *def, uint16_t step);

/* Candidates for "did you mean", by id and by title in both languages. */
#define PL_NAMES_MAX 1024
struct pl_names {
    unsigned count;
    const char *ids[PL_NAMES_MAX]; /* NUL-terminated */
    const char *zh[PL_NAMES_MAX];  /* or NULL */
    const char *en[PL_NAMES_MAX];
};
void pl_names_add(struct pl_names *names, struct pl_text id, struct pl_text zh, struct pl_text en);

/* Hints at the nearest name; else lists the names if there are few; else says `otherwise`. Where
 * only one can be meant, and `word` stands at the place of the mistake, that is also its fix.
 * Returns the id of the nearest name, or NULL. */
const char *pl_names_suggest(const struct pl_names *names, struct pl_text word,
                             const char *otherwise, struct pl_diag *diag);

#endif
