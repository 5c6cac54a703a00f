/* Two definitions side by side: the figures with their differences, and which steps are only in
 * one, or in both with other limits. Steps are told apart by their ids. */
#ifndef PL_DEFINITION_COMPARE_H
#define PL_DEFINITION_COMPARE_H

#include "definition/analyse.h"

/* A step of both; PL_NO_STEP where one has none. */
struct pl_step_pair {
    uint16_t before;
    uint16_t after;
};

struct pl_comparison {
    const struct pl_definition *before;
    const struct pl_definition *after;
    struct pl_analysis before_figures;
    struct pl_analysis after_figures;
    uint16_t removed_count; /* only before */
    uint16_t added_count;   /* only after */
    uint16_t changed_count; /* in both, with another limit, department, cost or number of visits */
    uint16_t same_count;
    uint16_t removed[PL_STEPS_MAX];
    uint16_t added[PL_STEPS_MAX];
    struct pl_step_pair changed[PL_STEPS_MAX];
};

/* Fills `out`, which borrows both definitions. Large (about 30 KiB). */
void pl_definition_compare(const struct pl_definition *before, const struct pl_definition *after,
                           int32_t start_day, struct pl_comparison *out);

/* As a page, and as JSON (schemas/cli/compare.schema.json); freed with free(), NULL when there is
 * no memory. */
char *pl_comparison_text(const struct pl_comparison *c, bool colour);
char *pl_comparison_json(const struct pl_comparison *c);

#endif
