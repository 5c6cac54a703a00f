#include "core/clock.h"

#include "base/check.h"
#include "base/time.h"

const struct pl_calendar *pl_core_calendar(const struct pl_definition *def, const struct pl_case *c)
{
    if (c->calendar == 0) {
        return &def->calendar;
    }
    PL_CHECK(c->calendar <= def->amended_count);
    return def->amended[c->calendar - 1];
}

struct pl_clock pl_core_clock(const struct pl_definition *def, const struct pl_case *c,
                              uint16_t step)
{
    const struct pl_step *s = &c->steps[step];

    PL_CHECK(s->extended == 0 || def->steps[step].extension != NULL);
    return (struct pl_clock){
        .calendar = pl_core_calendar(def, c),
        .step = s,
        .extension = {s->extended, s->extended != 0 ? def->steps[step].extension->span.unit
                                                    : PL_UNIT_WORKING_DAYS},
    };
}

static struct pl_left_out left_out(const struct pl_step *s)
{
    return (struct pl_left_out){s->excluded_days, s->excluded_plain, s->excluded_ms};
}

int64_t pl_core_span_end(const struct pl_clock *clock, struct pl_span span)
{
    const struct pl_left_out out = left_out(clock->step);

    return pl_calendar_deadline_without(clock->calendar, clock->step->started_ms, span, &out)
        .due_ms;
}

int64_t pl_core_limit_end(const struct pl_clock *clock, struct pl_span limit)
{
    const struct pl_left_out out = left_out(clock->step);

    if (clock->extension.count == 0) {
        return pl_core_span_end(clock, limit);
    }
    return pl_calendar_deadline_extended(clock->calendar, clock->step->started_ms, limit,
                                         clock->extension, &out)
        .due_ms;
}

static int64_t limit_end(const struct pl_clock *clock, struct pl_span limit, int64_t before_ms,
                         int64_t ran_until_ms)
{
    const bool is_over = before_ms != 0 && before_ms <= ran_until_ms;

    return is_over ? before_ms : pl_core_limit_end(clock, limit);
}

struct pl_limits pl_core_limits(const struct pl_clock *clock, const struct pl_step_def *sd,
                                int64_t ran_until_ms)
{
    const struct pl_step *s = clock->step;
    struct pl_limits limits = {0};

    if (sd->limit_until != NULL) {
        limits.due_ms = s->due_ms;
    } else if (sd->has_limit) {
        limits.due_ms = limit_end(clock, sd->limit, s->due_ms, ran_until_ms);
    }
    if (sd->has_statutory) {
        limits.statutory_ms = limit_end(clock, sd->statutory, s->statutory_ms, ran_until_ms);
    }
    if (sd->has_internal) {
        limits.internal_ms = limit_end(clock, sd->internal, s->internal_ms, ran_until_ms);
    }
    return limits;
}

int64_t pl_core_task_due(const struct pl_clock *clock, const struct pl_step_def *sd, uint16_t item)
{
    const struct pl_member *member = pl_step_member(sd, item);

    if (pl_step_is_undo(sd, item)) {
        return 0; /* the limits were those of what it takes back */
    }
    return member->has_limit ? pl_core_span_end(clock, member->limit) : clock->step->due_ms;
}

static int64_t rung_at(const struct pl_clock *clock, const struct pl_rung *rung)
{
    return rung->before ? pl_calendar_before(clock->calendar, clock->step->due_ms, rung->at)
                        : pl_core_limit_end(clock, rung->at);
}

/* The first in time that was not reached. A ladder stands in the order of the file; what falls in
 * the moment in which silence decides falls before it, above all the announcement. */
static uint16_t next_rung(const struct pl_clock *clock, const struct pl_rung *rungs, uint16_t count,
                          uint16_t reached, int64_t *at_ms_out)
{
    const bool away = clock->step->state == PL_STEP_RETURNED;
    uint16_t next = PL_NO_RUNG;
    int64_t next_ms = 0;

    for (uint16_t i = 0; i < count; i++) {
        if ((reached >> i & 1) != 0 || (away && rungs[i].decides != PL_NO_DECISION)) {
            continue;
        }
        const int64_t at_ms = rung_at(clock, &rungs[i]);

        const bool before_decision = next != PL_NO_RUNG && at_ms == next_ms &&
                                     rungs[next].decides != PL_NO_DECISION &&
                                     rungs[i].decides == PL_NO_DECISION;

        if (next == PL_NO_RUNG || at_ms < next_ms || before_decision) {
            next = i;
            next_ms = at_ms;
        }
    }
    *at_ms_out = next_ms;
    return next;
}

uint16_t pl_core_next_rung(const struct pl_clock *clock, const struct pl_step_def *sd,
                           int64_t *at_ms_out)
{
    return next_rung(clock, sd->rungs, sd->rung_count, clock->step->rungs, at_ms_out);
}

uint16_t pl_core_next_member_rung(const struct pl_clock *clock, const struct pl_step_def *sd,
                                  uint16_t item, uint16_t reached, int64_t *at_ms_out)
{
    const struct pl_member *member = pl_step_member(sd, item);
    struct pl_clock own = *clock;

    own.extension.count = 0; /* it is the group's limit that is extended */
    return next_rung(&own, member->rungs, member->rung_count, reached, at_ms_out);
}

int64_t pl_core_wait_end(const struct pl_clock *clock, const struct pl_step_def *sd)
{
    if (sd->kind != PL_KIND_WAIT_FOR) {
        return 0;
    }
    switch (sd->wait_for) {
    case PL_WAIT_DATE:
        return sd->date_of != NULL ? clock->step->date_ms
                                   : pl_ms_of_day(sd->date, clock->calendar->zone_minutes);
    case PL_WAIT_SPAN:
        return pl_core_span_end(clock, sd->span);
    case PL_WAIT_SIGNAL:
        break;
    }
    return 0;
}

/* ---- when a step and its tasks wake ------------------------------------------------------------
 */

static bool runs(const struct pl_step *s)
{
    return pl_step_is_live(s->state) && s->started_ms != 0 && s->stopped_ms == 0;
}

static void set_task(const struct pl_clock *clock, const struct pl_step_def *sd, struct pl_case *c,
                     uint16_t item)
{
    const struct pl_member *member = pl_step_member(sd, item);
    struct pl_task *t = &c->tasks[sd->first_task + item];

    t->late_ms = 0;
    if (!pl_task_is_open(t->state) || !runs(clock->step) || pl_step_is_undo(sd, item)) {
        return;
    }
    (void)pl_core_next_member_rung(clock, sd, item, t->rungs, &t->late_ms);
    if (member->has_limit && member->silent_decision != PL_NO_DECISION) {
        t->late_ms = pl_core_earlier(t->late_ms, t->due_ms);
    }
}

/* A ladder says what happens while no answer comes: when everybody has answered and the decision is
 * held for another step, nobody here is late. */
static bool is_answered(const struct pl_step_def *sd, const struct pl_case *c,
                        const struct pl_step *s)
{
    if (s->deemed) {
        return true;
    }
    const uint16_t count = pl_step_own_tasks(sd);

    if (count == 0 || s->state == PL_STEP_RETURNED || (sd->set.open && !s->closed)) {
        return false;
    }
    for (uint16_t i = 0; i < count; i++) {
        if (pl_task_is_open(c->tasks[sd->first_task + i].state)) {
            return false;
        }
    }
    return true;
}

static void set_wake(const struct pl_clock *clock, const struct pl_step_def *sd, struct pl_case *c,
                     uint16_t step)
{
    struct pl_step *s = &c->steps[step];
    int64_t wake_ms = 0;

    if (runs(s)) {
        if (sd->rung_count > 0 && !is_answered(sd, c, s)) {
            (void)pl_core_next_rung(clock, sd, &wake_ms);
        }
        if (!s->deemed && !s->incident) { /* nothing follows before an operator has looked */
            wake_ms = pl_core_earlier(wake_ms, pl_core_wait_end(clock, sd));
        }
    }
    s->wake_ms = wake_ms;
}

void pl_core_clock_set(const struct pl_definition *def, struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];
    const struct pl_clock clock = pl_core_clock(def, c, step);

    set_wake(&clock, sd, c, step);
    for (uint16_t i = 0; i < sd->task_count; i++) {
        set_task(&clock, sd, c, i);
    }
}

void pl_core_clock_set_task(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                            uint16_t item)
{
    const struct pl_step_def *sd = &def->steps[step];
    const struct pl_clock clock = pl_core_clock(def, c, step);

    set_wake(&clock, sd, c, step);
    set_task(&clock, sd, c, item);
}

void pl_core_clock_moved(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                         int64_t ran_until_ms)
{
    const struct pl_step_def *sd = &def->steps[step];
    const struct pl_clock clock = pl_core_clock(def, c, step);

    for (uint16_t i = 0; i < pl_step_own_tasks(sd); i++) {
        struct pl_task *t = &c->tasks[sd->first_task + i];
        const bool own = pl_step_member(sd, i)->has_limit;

        if (pl_task_is_open(t->state) && !(own && t->due_ms <= ran_until_ms)) {
            t->due_ms = pl_core_task_due(&clock, sd, i);
        }
    }
    pl_core_clock_set(def, c, step);
}

/* ---- standing still ----------------------------------------------------------------------------
 */

void pl_core_clock_stop(const struct pl_definition *def, struct pl_case *c, uint16_t step,
                        enum pl_stop why, int64_t at_ms)
{
    struct pl_step *s = &c->steps[step];

    if (!pl_core_has_clock(s)) {
        return;
    }
    s->stops = (uint16_t)(s->stops | 1u << why);
    if (s->stopped_ms == 0) {
        s->stopped_ms = at_ms;
        pl_core_clock_set(def, c, step);
    }
}

uint16_t pl_core_clock_excluded_days(const struct pl_calendar *calendar, const struct pl_step *s,
                                     int64_t at_ms)
{
    const int32_t zone = calendar->zone_minutes;
    const int32_t days = pl_calendar_working_days(calendar, pl_day_of_ms(s->stopped_ms, zone),
                                                  pl_day_of_ms(at_ms, zone));

    PL_CHECK(days >= 0 && days <= UINT16_MAX);
    return (uint16_t)days;
}

void pl_core_clock_exclude(const struct pl_calendar *calendar, struct pl_step *s, int64_t at_ms)
{
    const int32_t zone = calendar->zone_minutes;

    PL_CHECK(s->stopped_ms != 0 && at_ms >= s->stopped_ms);
    s->excluded_days =
        (uint16_t)(s->excluded_days + pl_core_clock_excluded_days(calendar, s, at_ms));
    s->excluded_plain = (uint16_t)(s->excluded_plain +
                                   (pl_day_of_ms(at_ms, zone) - pl_day_of_ms(s->stopped_ms, zone)));
    s->excluded_ms += at_ms - s->stopped_ms;
    s->stopped_ms = 0;
    s->stops = 0;
    s->stop_seq = 0;
}

void pl_core_clock_clear(struct pl_step *s)
{
    s->started_ms = 0;
    s->stopped_ms = 0;
    s->stops = 0;
    s->stop_seq = 0;
    s->due_ms = 0;
    s->statutory_ms = 0;
    s->internal_ms = 0;
    s->date_ms = 0;
    s->wake_ms = 0;
    s->rungs = 0;
    s->cards = 0;
    s->extended = 0;
    s->excluded_days = 0;
    s->excluded_plain = 0;
    s->excluded_ms = 0;
}
