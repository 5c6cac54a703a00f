/* The calendar of a definition as expressions count by it: add_working_days() and its like. */
#ifndef PL_CORE_DAYS_H
#define PL_CORE_DAYS_H

#include "model/definition.h"
#include "value/cel.h"

/* Borrows from the definition. */
struct pl_cel_days pl_core_days(const struct pl_definition *def);

#endif
