#include "base/check.h"
#include "base/time.h"
#include "core/internal.h"

void pl_core_resume_clock(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    struct pl_step later = *pl_core_step(d, step);
    struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);
    const uint16_t days = pl_core_clock_excluded_days(clock.calendar, &later, d->facts->now_ms);

    const int64_t ran_until_ms = later.stopped_ms;

    pl_core_clock_exclude(clock.calendar, &later, d->facts->now_ms);
    clock.step = &later;
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_RESUMED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_resumed = {.due_ms = pl_core_limits(&clock, sd, ran_until_ms).due_ms,
                                         .excluded_days = days},
                    });
}

/* The clocks of what comes directly after the intake begin with the day of acceptance, which may
 * lie back when silence accepted; once, since whatever is opened again begins anew. */
static int64_t begins_at(const struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const bool direct =
        d->def->intake != PL_NO_STEP && sd->after_count == 1 && sd->after[0].step == d->def->intake;

    return direct && pl_core_step(d, step)->round == 0 && d->out->after.accepted_ms != 0
               ? d->out->after.accepted_ms
               : d->facts->now_ms;
}

/* Days that expressions give, evaluated once for each run of the clock. */
static bool read_days(struct pl_deciding *d, uint16_t step, struct pl_event *started)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const int32_t zone = pl_core_calendar(d->def, &d->out->after)->zone_minutes;
    int32_t day = 0;

    if (sd->limit_until != NULL) {
        if (!pl_core_evaluate_day(d, step, sd->limit_until, &day)) {
            return false;
        }
        started->step_started.due_ms = pl_ms_of_day(day, zone) + PL_DAY_MS;
    }
    if (sd->kind == PL_KIND_WAIT_FOR && sd->wait_for == PL_WAIT_DATE && sd->date_of != NULL) {
        if (!pl_core_evaluate_day(d, step, sd->date_of, &day)) {
            return false;
        }
        started->step_started.date_ms = pl_ms_of_day(day, zone);
    }
    return true;
}

static bool begin_anew(struct pl_deciding *d, uint16_t step, struct pl_event *started)
{
    struct pl_step fresh = *pl_core_step(d, step);

    if (!read_days(d, step, started)) {
        return false;
    }
    pl_core_clock_clear(&fresh);
    fresh.started_ms = begins_at(d, step);
    fresh.due_ms = started->step_started.due_ms;
    const struct pl_clock clock = {.calendar = pl_core_calendar(d->def, &d->out->after),
                                   .step = &fresh};
    const struct pl_limits limits = pl_core_limits(&clock, &d->def->steps[step], d->facts->now_ms);

    started->step_started.due_ms = limits.due_ms;
    started->step_started.statutory_ms = limits.statutory_ms;
    started->step_started.internal_ms = limits.internal_ms;
    if (fresh.started_ms != d->facts->now_ms) {
        started->step_started.from_ms = fresh.started_ms;
    }
    return true;
}

bool pl_core_begin_clock(struct pl_deciding *d, uint16_t step, struct pl_event *started)
{
    const struct pl_step *s = pl_core_step(d, step);

    if (s->started_ms == 0) {
        return begin_anew(d, step, started);
    }
    if (s->stopped_ms != 0 && (s->stops & ~(1u << PL_STOP_APPLICANT)) == 0) {
        pl_core_resume_clock(d, step);
    }
    started->step_started.due_ms = s->due_ms;
    started->step_started.statutory_ms = s->statutory_ms;
    started->step_started.internal_ms = s->internal_ms;
    started->step_started.date_ms = s->date_ms;
    return true;
}
