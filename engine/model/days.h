/* A calendar as expressions count by it: add_working_days() and its like. */
#ifndef PL_MODEL_DAYS_H
#define PL_MODEL_DAYS_H

#include "model/calendar.h"
#include "value/cel.h"

/* Borrows the calendar. */
struct pl_cel_days pl_calendar_days(const struct pl_calendar *calendar);

#endif
