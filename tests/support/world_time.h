/* Time in the world of a case: the calendar of China, days, stops, extensions. */
#ifndef PL_TESTS_WORLD_TIME_H
#define PL_TESTS_WORLD_TIME_H

#include "support/world.h"

#define WD(n)    ((struct pl_span){(n), PL_UNIT_WORKING_DAYS})
#define DAYS(n)  ((struct pl_span){(n), PL_UNIT_DAYS})
#define HOURS(n) ((struct pl_span){(n), PL_UNIT_HOURS})

/* The working days of workflows/calendars/cn.yaml instead of those of the builder. */
void build_calendar_cn(struct build *b);

/* A step with 20 working days promised, 30 by law, 10 for the department; a hearing and a test stop
 * its clocks. */
uint16_t build_three_clocks(struct build *b);

/* "2025-03-10": nine in the morning, with every timer on the way. */
void world_at(struct world *w, const char *day);

/* The last day of a limit as text; "" for none. */
const char *world_day(int64_t end_ms);

/* Fails the test unless these are the last days of a step's three limits. */
void world_expect_limits(const struct world *w, uint16_t step, const char *due,
                         const char *statutory, const char *internal);

/* The colour of a step's clock: 1 warning, 2 yellow, 3 red. */
unsigned world_card(const struct world *w, uint16_t step, enum pl_law_clock clock);

/* An officer's, with an estimate; and one without. */
enum pl_rejection world_stop(struct world *w, uint16_t step, const char *reason);
enum pl_rejection world_stop_told(struct world *w, uint16_t step, const char *reason,
                                  const char *estimate);
enum pl_rejection world_go_on(struct world *w, uint16_t step, const char *reason);
enum pl_rejection world_extend(struct world *w, uint16_t step, const char *role);
enum pl_rejection world_recalendar(struct world *w, uint16_t number);

#endif
