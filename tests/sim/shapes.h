/* What must be true of each open case between two turns, whatever its definition looks like. */
#ifndef PL_TESTS_SIM_SHAPES_H
#define PL_TESTS_SIM_SHAPES_H

#include "support/sim_world.h"

/* `settled`: nothing is left to do at this time. Aborts with a message. */
void shapes_check_case(const struct sim *w, const struct pl_definition *def,
                       const struct pl_case *c, bool settled);

#endif
