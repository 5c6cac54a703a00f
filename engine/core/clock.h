/* The clocks of a step: three limits (of the law, promised, the department's own) from the same
 * start and with the same stops, and the ladder of what their silence does.
 *
 * Ends are computed from the record of the step, by the calendar that is in force for the case, and
 * only for what the step has. A limit `until` a day was recorded when it began; it neither stops
 * nor is extended. */
#ifndef PL_CORE_CLOCK_H
#define PL_CORE_CLOCK_H

#include "core/core.h"

struct pl_clock {
    const struct pl_calendar *calendar;
    const struct pl_step *step;
    struct pl_span extension; /* as granted; count 0: none */
};

/* Reads the record that stands in the case. */
struct pl_clock pl_core_clock(const struct pl_definition *def, const struct pl_case *c,
                              uint16_t step);

/* When a limit of the step ends, with everything that the clock stood still and its extension; and
 * when a span ends that no extension touches: a member's limit, the span of a WAIT_FOR. */
int64_t pl_core_limit_end(const struct pl_clock *clock, struct pl_span limit);
int64_t pl_core_span_end(const struct pl_clock *clock, struct pl_span span);

/* The ends of the three limits; 0 = it has none. Whatever ended while the clock still ran, up to
 * `ran_until_ms`, stays where it ended: a later stop, extension or calendar does not mend it. */
struct pl_limits {
    int64_t due_ms;
    int64_t statutory_ms;
    int64_t internal_ms;
};
struct pl_limits pl_core_limits(const struct pl_clock *clock, const struct pl_step_def *sd,
                                int64_t ran_until_ms);

/* Whether a clock has begun and not ended: it may go on while the step waits for its turn. */
static inline bool pl_core_has_clock(const struct pl_step *s)
{
    return s->started_ms != 0 && !pl_step_is_settled(s->state);
}

/* Until when the clock of a step ran: up to now, or until it was stopped. */
static inline int64_t pl_core_ran_until(const struct pl_step *s, int64_t now_ms)
{
    return s->stopped_ms != 0 ? s->stopped_ms : now_ms;
}

/* When the limit of a task ends: its member's own, or that of the step. */
int64_t pl_core_task_due(const struct pl_clock *clock, const struct pl_step_def *sd, uint16_t item);

/* The rung that is reached next, or PL_NO_RUNG; `at_ms_out` says when. What silence decides waits
 * while the file is with the applicant: it is not the department that is silent. */
uint16_t pl_core_next_rung(const struct pl_clock *clock, const struct pl_step_def *sd,
                           int64_t *at_ms_out);
uint16_t pl_core_next_member_rung(const struct pl_clock *clock, const struct pl_step_def *sd,
                                  uint16_t item, uint16_t reached, int64_t *at_ms_out);

/* End of a WAIT_FOR that needs nobody, a date or a span; 0 for the others. */
int64_t pl_core_wait_end(const struct pl_clock *clock, const struct pl_step_def *sd);

/* Sets when a step and its open tasks wake by their clocks: after a change of the step, and after
 * a change of one task. */
void pl_core_clock_set(const struct pl_definition *def, struct pl_case *c, uint16_t step);
void pl_core_clock_set_task(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                            uint16_t item);

/* The same after the clock moved, with the limits of the open tasks. */
void pl_core_clock_moved(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                         int64_t ran_until_ms);

/* Stops the clocks of a step that is under way, for one more reason. */
void pl_core_clock_stop(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                        enum pl_stop why, int64_t at_ms);

/* Working days that a stopped clock would leave out if it ran again at `at_ms`: those after the
 * day on which it stopped, up to and with that of `at_ms`. */
uint16_t pl_core_clock_excluded_days(const struct pl_calendar *calendar, const struct pl_step *s,
                                     int64_t at_ms);

/* Lets a stopped clock go on: leaves out the time that it stood still. */
void pl_core_clock_exclude(const struct pl_calendar *calendar, struct pl_step *s, int64_t at_ms);

/* Forgets a clock: the next start begins it anew. */
void pl_core_clock_clear(struct pl_step *s);

/* The earlier of two times of which 0 means never. */
static inline int64_t pl_core_earlier(int64_t a, int64_t b)
{
    if (a == 0 || b == 0) {
        return a == 0 ? b : a;
    }
    return a < b ? a : b;
}

#endif
