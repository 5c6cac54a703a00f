/* What must hold of the things that no journal keeps, after every turn: they decide whether an
 * adapter gets work, and nothing would ever say that one went missing.
 *
 * H1 a holder stands for a task that is leased, and every leased task has one
 * H2 a subscription's hands are those of its holders; its credit and that of its service agree
 * H3 every ready task of a case that is not paused stands in the queue of its service
 * H4 the business key of every open case leads to it; closed cases are counted once */
#ifndef PL_TESTS_SIM_HANDS_H
#define PL_TESTS_SIM_HANDS_H

#include "support/sim_world.h"

void hands_check(struct sim *w);

#endif
