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

static void ready_tasks(struct pl_deciding *d, uint16_t step, uint32_t asked)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_step *s = pl_core_step(d, step);

    for (uint16_t i = 0; i < sd->member_count; i++) {
        const struct pl_member *member = &sd->members[i];

        if ((asked >> i & 1) != 0) {
            pl_core_emit(
                d, (struct pl_event){
                       .kind = PL_EVT_TASK_READIED,
                       .step = step,
                       .item = i,
                       .task_readied = {.due_ms = member->has_limit
                                                      ? pl_core_clock_end(d->def, s, member->limit)
                                                      : s->due_ms},
                   });
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
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_STEP_DONE,
                            .step = step,
                            .item = PL_NO_ITEM,
                            .step_done = {.decision = PL_DECISION_APPROVE},
                        });
    }
}

void pl_core_start_step(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint32_t asked = 0;
    bool needed = true;

    /* Once for each start: after a supplement the form may say that the step is not needed. */
    if (!pl_core_condition(d, step, PL_NO_ITEM, sd->when, &needed)) {
        return;
    }
    if (!needed) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_STEP_SKIPPED,
                            .step = step,
                            .item = PL_NO_ITEM,
                            .step_skipped = {.reason = pl_cel_source(sd->when), .by = PL_NO_TEXT},
                        });
        return;
    }
    if (ask_members(d, step, &asked)) {
        begin(d, step, asked);
    }
}
