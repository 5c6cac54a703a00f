/* An analysis as a page for people and as JSON (schemas/cli/analyse.schema.json). Both return text
 * that the caller frees with free(), or NULL when there is no memory. */
#ifndef PL_DEFINITION_ANALYSE_SHOW_H
#define PL_DEFINITION_ANALYSE_SHOW_H

#include <stdbool.h>

#include "definition/analyse.h"
#include "value/writer.h"

char *pl_analysis_text(const struct pl_definition *def, const struct pl_analysis *a, bool colour);
char *pl_analysis_json(const struct pl_definition *def, const struct pl_analysis *a);

/* The figures as keys of a map, for what contains an analysis. */
#define PL_FIGURES 15 /* keys that pl_write_figures adds */
void pl_write_figures(struct pl_writer *out, const struct pl_definition *def,
                      const struct pl_analysis *a);

#endif
