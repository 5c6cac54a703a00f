#include "base/check.h"
#include "core/internal.h"
#include "value/cel.h"

/* Which members are asked, a bit each; false after an incident. The lead always is. */
static bool ask_members(struct pl_deciding *d, uint16_t step, uint32_t *asked_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint32_t asked = 0;

    PL_CHECK(sd->member_count <= PL_MEMBERS_MAX);
    for (uint16_t i = 0; i < sd->member_count; i++) {
        bool needed = true;

        if (i > 0 && !pl_core_condition(d, step, i, sd->members[i].when, &needed)) {
            return false;
        }
        asked |= (uint32_t)needed << i;
    }
    *asked_out = asked;
    return true;
}

void pl_core_resume_clock(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    struct pl_step later = *pl_core_step(d, step);
    const uint16_t days = pl_core_clock_excluded_days(d->def, &later, d->facts->now_ms);

    pl_core_clock_exclude(d->def, &later, d->facts->now_ms);
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_RESUMED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_resumed = {.due_ms = sd->has_limit ? pl_core_clock_end(d->def, &later,
                                                                                     sd->limit)
                                                                 : 0,
                                         .excluded_days = days},
                    });
}

void pl_core_ready_task(struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const struct pl_member *member = pl_step_member(&d->def->steps[step], item);
    const struct pl_step *s = pl_core_step(d, step);
    const int64_t due_ms =
        member->has_limit ? pl_core_clock_end(d->def, s, member->limit) : s->due_ms;

    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_TASK_READIED,
                        .step = step,
                        .item = item,
                        .task_readied = {.due_ms = due_ms},
                    });
}

static void ready_tasks(struct pl_deciding *d, uint16_t step, uint32_t asked)
{
    for (uint16_t i = 0; i < d->def->steps[step].member_count; i++) {
        if ((asked >> i & 1) != 0) {
            pl_core_ready_task(d, step, i);
        }
    }
}

static void begin(struct pl_deciding *d, uint16_t step, uint32_t asked)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_step *s = pl_core_step(d, step);
    int64_t due_ms = s->due_ms;

    if (s->stopped_ms != 0) {
        pl_core_resume_clock(d, step);
        due_ms = s->due_ms;
    }
    if (s->started_ms == 0) {
        due_ms = sd->has_limit
                     ? pl_calendar_deadline(&d->def->calendar, d->facts->now_ms, sd->limit).due_ms
                     : 0;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_STARTED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_started = {.round = s->round + 1u, .due_ms = due_ms},
                    });
    ready_tasks(d, step, asked);
    if (sd->kind == PL_KIND_TELL) {
        pl_core_goes_on(d, step, PL_DECISION_APPROVE);
    }
}

static void skip(struct pl_deciding *d, uint16_t step, struct pl_text reason)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_SKIPPED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_skipped = {.reason = reason, .by = PL_NO_TEXT},
                    });
}

/* Whether a condition of the step holds; if not, the step is skipped. */
static bool is_needed(struct pl_deciding *d, uint16_t step, const struct pl_cel_program *program)
{
    bool holds = true;

    if (!pl_core_condition(d, step, PL_NO_ITEM, program, &holds)) {
        return false;
    }
    if (!holds) {
        skip(d, step, pl_cel_source(program));
    }
    return holds;
}

/* A delivery and an obligation come of what their step did: a step that was not needed owes none.
 */
static bool is_owed(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const bool of_step = sd->origin == PL_ORIGIN_DELIVERY || sd->origin == PL_ORIGIN_OBLIGATION;

    if (of_step && sd->after_count > 0 &&
        pl_core_step(d, sd->after[0].step)->state == PL_STEP_SKIPPED) {
        skip(d, step, PL_NO_TEXT);
        return false;
    }
    return true;
}

void pl_core_begin_step(struct pl_deciding *d, uint16_t step)
{
    uint32_t asked = 0;

    if (ask_members(d, step, &asked)) {
        begin(d, step, asked);
    }
}

void pl_core_start_step(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint16_t behind = PL_NO_STEP;

    /* Once for each start: after a supplement the form may say that the step is not needed. */
    if (!is_owed(d, step) || !is_needed(d, step, sd->when) || !is_needed(d, step, sd->while_true)) {
        return;
    }
    if (pl_core_has_turn(d->def, &d->out->after, step, &behind)) {
        pl_core_begin_step(d, step);
        return;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_QUEUED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_queued = {.behind = behind},
                    });
}
