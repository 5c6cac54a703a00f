#include <string.h>

#include "base/check.h"
#include "core/internal.h"

/* Who works on a step speaks with the lease of one of its tasks; an officer with his name. */
static bool holds(const struct pl_deciding *d)
{
    static const struct pl_lease none;
    const struct pl_command *cmd = d->cmd;

    if (cmd->actor != PL_ACTOR_ADAPTER) {
        return true;
    }
    for (uint16_t i = 0; i < d->def->steps[cmd->step].task_count; i++) {
        const struct pl_task *t = pl_core_task(d, cmd->step, i);

        if (pl_task_is_leased(t->state) && memcmp(&t->lease, &none, sizeof(none)) != 0 &&
            memcmp(&t->lease, &cmd->lease, sizeof(none)) == 0) {
            return true;
        }
    }
    return false;
}

/* The reasons are a closed list, and a step names those that it knows (art. 45). */
static enum pl_rejection read_reason(const struct pl_deciding *d, unsigned *reason_out)
{
    const unsigned reason = pl_stop_reason(d->cmd->code);

    if (reason == PL_STOPS || (d->def->steps[d->cmd->step].stops >> reason & 1) == 0) {
        return PL_REJECT_STOP_REASON;
    }
    *reason_out = reason;
    return PL_ACCEPTED;
}

static bool stands(const struct pl_step *s, unsigned reason)
{
    return (s->stops >> (reason + PL_STOP_FIRST_REASON) & 1) != 0;
}

static enum pl_rejection may_stop(const struct pl_deciding *d, unsigned *reason_out)
{
    const struct pl_step *s = pl_core_step(d, d->cmd->step);

    if (s->state != PL_STEP_ACTIVE) {
        return PL_REJECT_STEP_STATE;
    }
    if (!holds(d)) {
        return PL_REJECT_SUPERSEDED;
    }
    const enum pl_rejection rejection = read_reason(d, reason_out);

    if (rejection != PL_ACCEPTED) {
        return rejection;
    }
    if (stands(s, *reason_out)) {
        return PL_REJECT_CLOCK_STATE;
    }
    return d->cmd->estimate.len == 0 ? PL_REJECT_ESTIMATE_REQUIRED : PL_ACCEPTED;
}

enum pl_rejection pl_decide_clock_stop(struct pl_deciding *d)
{
    unsigned reason = 0;

    (void)pl_core_catch_up(d);
    const enum pl_rejection rejection = may_stop(d, &reason);

    if (rejection != PL_ACCEPTED) {
        return pl_core_reject(d, rejection);
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CLOCK_STOPPED,
                        .step = d->cmd->step,
                        .item = PL_NO_ITEM,
                        .clock_stopped = {.reason = reason,
                                          .estimate = d->cmd->estimate,
                                          .note = d->cmd->reason,
                                          .by = d->cmd->by},
                    });
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_clock_resume(struct pl_deciding *d)
{
    const uint16_t step = d->cmd->step;
    const struct pl_step *s = pl_core_step(d, step);
    unsigned reason = 0;

    if (!pl_step_is_live(s->state)) {
        return PL_REJECT_STEP_STATE;
    }
    if (!holds(d)) {
        return PL_REJECT_SUPERSEDED;
    }
    const enum pl_rejection rejection = read_reason(d, &reason);

    if (rejection != PL_ACCEPTED) {
        return rejection;
    }
    if (!stands(s, reason)) {
        return PL_REJECT_CLOCK_STATE;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CLOCK_RESUMED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .clock_resumed = {.reason = reason, .by = d->cmd->by},
                    });
    if (s->stops == 0) {
        pl_core_resume_clock(d, step);
    }
    return PL_ACCEPTED;
}

/* Once, before the limit ends, by the role that the law names, with a reason (art. 42). */
static enum pl_rejection may_extend(const struct pl_deciding *d, const struct pl_step_def *sd,
                                    const struct pl_step *s)
{
    if (!pl_step_is_live(s->state) || s->started_ms == 0) {
        return PL_REJECT_STEP_STATE;
    }
    if (sd->extension == NULL || s->extended != 0) {
        return PL_REJECT_NO_EXTENSION;
    }
    if (!pl_text_equal(d->cmd->service, sd->extension->role)) {
        return PL_REJECT_WRONG_ROLE;
    }
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    if (d->cmd->count > sd->extension->span.count) {
        return PL_REJECT_TOO_LONG;
    }
    return s->due_ms <= pl_core_ran_until(s, d->facts->now_ms) ? PL_REJECT_LIMIT_OVER : PL_ACCEPTED;
}

/* All that the definition allows, or less. */
static struct pl_span granted(const struct pl_deciding *d, const struct pl_step_def *sd)
{
    const struct pl_span all = sd->extension->span;

    return (struct pl_span){d->cmd->count != 0 ? d->cmd->count : all.count, all.unit};
}

enum pl_rejection pl_decide_step_extend(struct pl_deciding *d)
{
    const uint16_t step = d->cmd->step;
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_step *s = pl_core_step(d, step);

    (void)pl_core_catch_up(d);
    const enum pl_rejection rejection = may_extend(d, sd, s);

    if (rejection != PL_ACCEPTED) {
        return pl_core_reject(d, rejection);
    }
    struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);

    clock.extension = granted(d, sd);
    const int64_t due_ms =
        pl_core_limits(&clock, sd, pl_core_ran_until(s, d->facts->now_ms)).due_ms;

    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_EXTENDED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_extended = {.count = clock.extension.count,
                                          .due_before_ms = s->due_ms,
                                          .due_ms = due_ms,
                                          .role = sd->extension->role,
                                          .reason = d->cmd->reason,
                                          .by = d->cmd->by},
                    });
    return PL_ACCEPTED;
}

static void reschedule(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step *s = pl_core_step(d, step);
    const struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);
    const struct pl_limits limits =
        pl_core_limits(&clock, &d->def->steps[step], pl_core_ran_until(s, d->facts->now_ms));

    if (limits.due_ms == s->due_ms && limits.statutory_ms == s->statutory_ms) {
        return;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_RESCHEDULED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_rescheduled = {.due_before_ms = s->due_ms,
                                             .due_ms = limits.due_ms,
                                             .statutory_before_ms = s->statutory_ms,
                                             .statutory_ms = limits.statutory_ms},
                    });
}

/* The calendar was published again: open limits are counted anew from the same start. */
enum pl_rejection pl_decide_recalendar(struct pl_deciding *d)
{
    const uint16_t before = d->out->after.calendar;

    PL_CHECK(d->facts->calendar <= d->def->amended_count);
    if (d->facts->calendar <= before || !pl_core_catch_up(d)) {
        return PL_ACCEPTED;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_RECALENDARED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_recalendared = {.before = before, .version = d->facts->calendar},
                    });
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        const struct pl_step *s = pl_core_step(d, i);

        if (pl_core_has_clock(s)) {
            reschedule(d, i);
        }
    }
    return PL_ACCEPTED;
}
