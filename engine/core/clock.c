#include "base/check.h"
#include "base/time.h"
#include "core/internal.h"

int64_t pl_core_clock_end(const struct pl_definition *def, const struct pl_step *s,
                          struct pl_span span)
{
    int64_t from_ms = s->started_ms;

    switch (span.unit) {
    case PL_UNIT_WORKING_DAYS:
        span.count += s->excluded_days;
        break;
    case PL_UNIT_DAYS:
    case PL_UNIT_MONTHS:
    case PL_UNIT_YEARS:
        span.count += s->excluded_plain;
        break;
    case PL_UNIT_HOURS:
    case PL_UNIT_MINUTES:
    case PL_UNIT_SECONDS:
        from_ms += s->excluded_ms;
        break;
    }
    return pl_calendar_deadline(&def->calendar, from_ms, span).due_ms;
}

uint16_t pl_core_next_rung(const struct pl_definition *def, const struct pl_step *s,
                           const struct pl_rung *rungs, uint16_t rung_count, uint16_t reached,
                           int64_t *at_ms_out)
{
    uint16_t next = PL_NO_RUNG;
    int64_t next_ms = 0;

    /* A ladder stands in the order of the file, which need not be that of time. */
    for (uint16_t i = 0; i < rung_count; i++) {
        if ((reached >> i & 1) != 0) {
            continue;
        }
        const int64_t at_ms = pl_core_clock_end(def, s, rungs[i].at);

        if (next == PL_NO_RUNG || at_ms < next_ms) {
            next = i;
            next_ms = at_ms;
        }
    }
    *at_ms_out = next_ms;
    return next;
}

static bool runs(const struct pl_step *s)
{
    return pl_step_is_live(s->state) && s->started_ms != 0 && s->stopped_ms == 0;
}

int64_t pl_core_wait_end(const struct pl_definition *def, uint16_t step_index,
                         const struct pl_step *s)
{
    const struct pl_step_def *step = &def->steps[step_index];

    if (step->kind != PL_KIND_WAIT_FOR) {
        return 0;
    }
    switch (step->wait_for) {
    case PL_WAIT_DATE:
        return step->date_of != NULL ? s->due_ms
                                     : pl_ms_of_day(step->date, def->calendar.zone_minutes);
    case PL_WAIT_SPAN:
        return pl_core_clock_end(def, s, step->span);
    case PL_WAIT_SIGNAL:
        break;
    }
    return 0;
}

static void set_task(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                     uint16_t item)
{
    const struct pl_step *s = &c->steps[step];
    const struct pl_member *member = pl_step_member(&def->steps[step], item);
    struct pl_task *t = &c->tasks[def->steps[step].first_task + item];

    t->late_ms = 0;
    if (!pl_task_is_open(t->state) || !runs(s)) {
        return;
    }
    t->due_ms = member->has_limit ? pl_core_clock_end(def, s, member->limit) : s->due_ms;
    (void)pl_core_next_rung(def, s, member->rungs, member->rung_count, t->rungs, &t->late_ms);
    if (member->has_limit && member->silent_decision != PL_NO_DECISION) {
        t->late_ms = pl_core_earlier(t->late_ms, t->due_ms);
    }
}

/* A ladder says what happens while no answer comes: when everybody has answered and the decision is
 * held for another step, nobody here is late. */
static bool is_answered(const struct pl_step_def *sd, const struct pl_case *c)
{
    for (uint16_t i = 0; i < sd->task_count; i++) {
        if (pl_task_is_open(c->tasks[sd->first_task + i].state)) {
            return false;
        }
    }
    return sd->kind == PL_KIND_ASK;
}

void pl_core_clock_set(const struct pl_definition *def, struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];
    struct pl_step *s = &c->steps[step];

    s->wake_ms = 0;
    if (runs(s)) {
        if (!is_answered(sd, c) || s->state == PL_STEP_RETURNED) {
            (void)pl_core_next_rung(def, s, sd->rungs, sd->rung_count, s->rungs, &s->wake_ms);
        }
        s->wake_ms = pl_core_earlier(s->wake_ms, pl_core_wait_end(def, step, s));
    }
    for (uint16_t i = 0; i < sd->task_count; i++) {
        set_task(def, c, step, i);
    }
}

void pl_core_clock_stop(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                        int64_t at_ms)
{
    struct pl_step *s = &c->steps[step];

    if (runs(s)) {
        s->stopped_ms = at_ms;
        pl_core_clock_set(def, c, step);
    }
}

uint16_t pl_core_clock_excluded_days(const struct pl_definition *def, const struct pl_step *s,
                                     int64_t at_ms)
{
    const int32_t zone = def->calendar.zone_minutes;
    const int32_t days = pl_calendar_working_days(&def->calendar, pl_day_of_ms(s->stopped_ms, zone),
                                                  pl_day_of_ms(at_ms, zone));

    PL_CHECK(days >= 0 && days <= UINT16_MAX);
    return (uint16_t)days;
}

void pl_core_clock_exclude(const struct pl_definition *def, struct pl_step *s, int64_t at_ms)
{
    const int32_t zone = def->calendar.zone_minutes;

    PL_CHECK(s->stopped_ms != 0 && at_ms >= s->stopped_ms);
    s->excluded_days = (uint16_t)(s->excluded_days + pl_core_clock_excluded_days(def, s, at_ms));
    s->excluded_plain = (uint16_t)(s->excluded_plain +
                                   (pl_day_of_ms(at_ms, zone) - pl_day_of_ms(s->stopped_ms, zone)));
    s->excluded_ms += at_ms - s->stopped_ms;
    s->stopped_ms = 0;
}

void pl_core_clock_clear(struct pl_step *s)
{
    s->started_ms = 0;
    s->stopped_ms = 0;
    s->due_ms = 0;
    s->wake_ms = 0;
    s->rungs = 0;
    s->excluded_days = 0;
    s->excluded_plain = 0;
    s->excluded_ms = 0;
}
