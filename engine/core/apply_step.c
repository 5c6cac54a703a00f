#include "base/check.h"
#include "core/fold.h"

void pl_apply_step_started(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    pl_fold_move_step(f, s, PL_STEP_ACTIVE);
    s->round = (uint16_t)f->e->step_started.round;
    s->decision = PL_NO_DECISION;
    s->supplemented = false;
    if (s->started_ms == 0) {
        s->started_ms = f->at_ms;
    }
    s->due_ms = f->e->step_started.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void settle(const struct pl_fold *f, enum pl_step_state state)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];
    struct pl_step *s = pl_fold_step(f);

    pl_fold_move_step(f, s, state);
    s->stopped_ms = 0;
    s->signalled = false;
    s->supplemented = false;
    s->incident = false;
    for (uint16_t i = 0; i < step->task_count; i++) {
        f->c->tasks[step->first_task + i].held = false;
    }
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_done(const struct pl_fold *f)
{
    settle(f, PL_STEP_DONE);
    pl_fold_step(f)->decision = (uint16_t)f->e->step_done.decision;
}

void pl_apply_step_skipped(const struct pl_fold *f)
{
    settle(f, PL_STEP_SKIPPED);
}

void pl_apply_step_unreached(const struct pl_fold *f)
{
    settle(f, PL_STEP_UNREACHED);
}

void pl_apply_step_cancelled(const struct pl_fold *f)
{
    settle(f, PL_STEP_CANCELLED);
}

/* The rule of a step that sent the case back to itself; NULL when it was another step, every step
 * or an officer. */
static const struct pl_decision_rule *rule_of_return(const struct pl_fold *f, uint64_t by_step,
                                                     uint64_t decision)
{
    const struct pl_decision_rule *rule = NULL;

    if (by_step == f->e->step && decision != PL_NO_DECISION) {
        rule = pl_step_rule(&f->def->steps[f->e->step], (uint16_t)decision);
    }
    return rule != NULL && rule->back_to == f->e->step ? rule : NULL;
}

/* Answers of the round that is over: kept as drafts, and known when they are sent again. */
static void retire_tasks(const struct pl_fold *f)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    for (uint16_t i = 0; i < step->task_count; i++) {
        struct pl_task *t = &f->c->tasks[step->first_task + i];

        if (t->state != PL_TASK_NONE) {
            pl_fold_move_task(f, t, PL_TASK_NONE);
        }
        t->held = false;
        t->lease = (struct pl_lease){{0}};
    }
}

void pl_apply_step_sent_back(const struct pl_fold *f)
{
    const uint16_t decision = (uint16_t)f->e->step_sent_back.decision;

    if (decision != PL_NO_DECISION) {
        pl_fold_step(f)->returns += UINT64_C(1)
                                    << 8 * pl_step_back_rule(&f->def->steps[f->e->step], decision);
    }
}

void pl_apply_step_returned(const struct pl_fold *f)
{
    const struct pl_decision_rule *rule =
        rule_of_return(f, f->e->step_returned.by_step, f->e->step_returned.decision);
    struct pl_step *s = pl_fold_step(f);

    if (rule != NULL && rule->clock == PL_CLOCK_STOPS) {
        pl_core_clock_stop(f->def, f->c, f->e->step, f->at_ms);
    } else if (rule == NULL || rule->clock == PL_CLOCK_RESTARTS) {
        pl_core_clock_clear(s);
    }
    pl_fold_move_step(f, s, PL_STEP_RETURNED);
    s->decision = (uint16_t)f->e->step_returned.decision;
    s->supplemented = false;
    s->incident = false;
    retire_tasks(f);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_resumed(const struct pl_fold *f)
{
    pl_core_clock_exclude(f->def, pl_fold_step(f), f->at_ms);
    pl_fold_step(f)->due_ms = f->e->step_resumed.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_reopened(const struct pl_fold *f)
{
    const struct pl_decision_rule *rule =
        rule_of_return(f, f->e->step_reopened.by_step, f->e->step_reopened.decision);
    struct pl_step *s = pl_fold_step(f);

    /* A step whose guard failed waits already; only its incident goes. */
    if (s->state != PL_STEP_WAITING) {
        pl_fold_move_step(f, s, PL_STEP_WAITING);
        s->signalled = false;
        s->supplemented = false;
    }
    s->decision = PL_NO_DECISION;
    s->incident = false;
    if (rule == NULL || rule->clock == PL_CLOCK_RESTARTS) {
        pl_core_clock_clear(s);
    }
    retire_tasks(f);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_late(const struct pl_fold *f)
{
    uint16_t *reached =
        f->e->item == PL_NO_ITEM ? &pl_fold_step(f)->rungs : &pl_fold_task(f)->rungs;

    *reached = (uint16_t)(*reached | 1u << f->e->step_late.rung);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_incident(const struct pl_fold *f)
{
    pl_fold_step(f)->incident = true;
}

void pl_apply_step_queued(const struct pl_fold *f)
{
    pl_fold_move_step(f, pl_fold_step(f), PL_STEP_READY);
    pl_fold_step(f)->queued_seq = f->seq;
}

void pl_apply_step_evaluated(const struct pl_fold *f)
{
    pl_fold_step(f)->value_seq = f->seq;
}

void pl_apply_step_rescheduled(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->due_ms = f->e->step_rescheduled.due_ms;
    s->statutory_ms = f->e->step_rescheduled.statutory_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_extended(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->extended = (uint32_t)f->e->step_extended.count;
    s->due_ms = f->e->step_extended.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_clock_stopped(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->stops = (uint16_t)(s->stops | 1u << (f->e->clock_stopped.reason + PL_STOP_FIRST_REASON));
}

void pl_apply_clock_resumed(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->stops = (uint16_t)(s->stops & ~(1u << (f->e->clock_resumed.reason + PL_STOP_FIRST_REASON)));
}

void pl_apply_set_closed(const struct pl_fold *f)
{
    pl_fold_step(f)->closed = true;
}

void pl_apply_step_deemed(const struct pl_fold *f)
{
    pl_fold_step(f)->deemed = true;
    pl_fold_step(f)->decision = (uint16_t)f->e->step_deemed.decision;
}
