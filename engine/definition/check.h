/* Checks of a definition that is whole: each reports what it finds. */
#ifndef PL_DEFINITION_CHECK_H
#define PL_DEFINITION_CHECK_H

#include "definition/load.h"

void pl_check_graph(struct pl_load *l);

/* Refuses `undo: true` of a result or of a decision where no step has something to undo. */
void pl_check_undo(struct pl_load *l);
void pl_check_mentions(struct pl_load *l);
void pl_check_data(struct pl_load *l);
void pl_check_reach(struct pl_load *l);
void pl_check_time(struct pl_load *l);

#endif
