/* One step of a drawn workflow. */
#ifndef PL_TESTS_SIM_DRAW_STEP_H
#define PL_TESTS_SIM_DRAW_STEP_H

#include <stdbool.h>

#include "base/text.h"
#include "sim/draw_definition.h"

#define DRAWN_STEPS_MAX 9

static inline bool draw_one_in(struct draw *d, uint32_t n)
{
    return draw_below(d, n) == 0;
}

/* Writes step `s<step>`; `rich` with every construct of the language, otherwise with the plain
 * ones. `number` is that of the workflow: it may run itself and those drawn before it. `issued`:
 * whether the first step issues the certificate, which ends after two days. */
void draw_step(struct draw *d, struct pl_builder *out, unsigned step, unsigned number, bool rich,
               bool *issued);

#endif
