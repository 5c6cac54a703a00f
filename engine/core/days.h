/* The calendar of a case as expressions count by it: add_working_days() and its like. */
#ifndef PL_CORE_DAYS_H
#define PL_CORE_DAYS_H

#include "core/core.h"
#include "value/cel.h"

/* By the calendar that is in force for the case. Borrows from the definition. */
struct pl_cel_days pl_core_days(const struct pl_definition *def, const struct pl_case *c);

#endif
