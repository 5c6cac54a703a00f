/* What a code means at length: why the rule is there, what to do, and how it looks wrong and right.
 *
 * The texts are explanations.yaml, which the build puts into the program; tests/explain holds them
 * to what loading really says. */
#ifndef PL_DEFINITION_EXPLAIN_H
#define PL_DEFINITION_EXPLAIN_H

#include <stddef.h>

/* The file, as it was built in. */
extern const unsigned char pl_explanations[];
extern const size_t pl_explanations_size;

/* As `placet explain` shows it, as Markdown for editors, or as JSON (schemas/cli/explain). `number`
 * is that of the code: 301. Freed with free(); NULL when there is no memory. */
enum pl_explain_form { PL_EXPLAIN_TEXT, PL_EXPLAIN_COLOUR, PL_EXPLAIN_MARKDOWN, PL_EXPLAIN_JSON };
char *pl_explain(unsigned number, enum pl_explain_form form);

#endif
