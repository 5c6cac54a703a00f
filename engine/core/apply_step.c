#include "base/check.h"
#include "core/fold.h"

/* What was done in the round before is undone; what is done now may have to be undone again. */
static void retire_undo(const struct pl_fold *f)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    if (step->undo != NULL) {
        struct pl_task *t = &f->c->tasks[step->first_task + step->task_count - 1];

        if (t->state != PL_TASK_NONE) {
            pl_fold_move_task(f, t, PL_TASK_NONE);
        }
    }
}

void pl_apply_step_started(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    pl_fold_move_step(f, s, PL_STEP_ACTIVE);
    s->round = (uint16_t)f->e->step_started.round;
    s->decision = PL_NO_DECISION;
    s->supplemented = false;
    s->deemed = false;
    s->stops = (uint16_t)(s->stops & ~(1u << PL_STOP_APPLICANT));
    if (s->started_ms == 0) {
        const int64_t from_ms = f->e->step_started.from_ms;

        s->started_ms = from_ms != 0 ? from_ms : f->at_ms;
    }
    s->due_ms = f->e->step_started.due_ms;
    s->statutory_ms = f->e->step_started.statutory_ms;
    s->internal_ms = f->e->step_started.internal_ms;
    s->date_ms = f->e->step_started.date_ms;
    retire_undo(f);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void settle(const struct pl_fold *f, enum pl_step_state state)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];
    struct pl_step *s = pl_fold_step(f);

    pl_fold_move_step(f, s, state);
    s->stopped_ms = 0;
    s->stops = 0;
    s->stop_seq = 0;
    s->signalled = false;
    s->supplemented = false;
    s->incident = false;
    for (uint16_t i = 0; i < step->task_count; i++) {
        f->c->tasks[step->first_task + i].held = false;
    }
    pl_core_clock_set(f->def, f->c, f->e->step);
}

/* Silence accepts as of the day of receipt: that of the file, or of its supplement (Administrative
 * Licensing Law art. 32). */
static void accept(const struct pl_fold *f)
{
    const struct pl_step *s = pl_fold_step(f);
    const struct pl_decision_rule *rule = pl_step_rule(&f->def->steps[f->e->step], s->decision);

    if (rule == NULL || rule->effect == PL_DECISION_GOES_ON) {
        f->c->accepted_ms = s->deemed ? s->started_ms : f->at_ms;
    }
}

void pl_apply_step_done(const struct pl_fold *f)
{
    settle(f, PL_STEP_DONE);
    pl_fold_step(f)->decision = (uint16_t)f->e->step_done.decision;
    if (f->e->step == f->def->intake) {
        accept(f);
    }
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

        if (pl_step_is_undo(step, i) && pl_task_is_open(t->state)) {
            continue; /* what it takes back is that round */
        }
        if (t->state != PL_TASK_NONE) {
            pl_fold_move_task(f, t, PL_TASK_NONE);
        }
        t->held = false;
        t->item_seq = 0;
        t->lease = (struct pl_lease){{0}};
    }
    f->c->steps[f->e->step].item_count = 0;
    f->c->steps[f->e->step].closed = false;
}

/* What was done by the steps that are opened again is to be undone. */
static void mark_undone(const struct pl_fold *f, const struct pl_decision_rule *rule)
{
    const uint16_t to = (uint16_t)f->e->step_sent_back.to_step;

    for (uint16_t i = 0; i < f->c->step_count; i++) {
        struct pl_step *s = &f->c->steps[i];

        if (s->state == PL_STEP_DONE && f->def->steps[i].undo != NULL &&
            pl_core_is_sent_back(f->def, i, to, f->e->step, rule)) {
            s->undo_seq = s->settled_seq;
        }
    }
}

void pl_apply_step_sent_back(const struct pl_fold *f)
{
    const uint16_t decision = (uint16_t)f->e->step_sent_back.decision;
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    if (decision == PL_NO_DECISION) {
        return;
    }
    pl_fold_step(f)->returns += UINT64_C(1) << 8 * pl_step_back_rule(step, decision);
    const struct pl_decision_rule *rule = pl_step_rule(step, decision);

    if (rule != NULL && rule->undo) {
        mark_undone(f, rule);
    }
}

/* A limit until a day is that day, wherever the file is. */
static void stop_at_applicants(const struct pl_fold *f)
{
    if (f->def->steps[f->e->step].limit_until == NULL) {
        pl_core_clock_stop(f->def, f->c, f->e->step, PL_STOP_APPLICANT, f->at_ms);
    }
}

void pl_apply_step_returned(const struct pl_fold *f)
{
    const struct pl_decision_rule *rule =
        rule_of_return(f, f->e->step_returned.by_step, f->e->step_returned.decision);
    struct pl_step *s = pl_fold_step(f);

    if (rule != NULL && rule->clock == PL_CLOCK_STOPS) {
        stop_at_applicants(f);
    } else if (rule == NULL || rule->clock == PL_CLOCK_RESTARTS) {
        pl_core_clock_clear(s);
    }
    pl_fold_move_step(f, s, PL_STEP_RETURNED);
    s->decision = (uint16_t)f->e->step_returned.decision;
    s->deemed = false;
    s->supplemented = false;
    s->incident = false;
    retire_tasks(f);
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
    s->deemed = false;
    s->incident = false;
    if (f->e->step == f->def->intake) {
        f->c->accepted_ms = 0;
    }
    if (rule == NULL || rule->clock == PL_CLOCK_RESTARTS) {
        pl_core_clock_clear(s);
    }
    retire_tasks(f);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_incident(const struct pl_fold *f)
{
    pl_fold_step(f)->incident = true;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_queued(const struct pl_fold *f)
{
    pl_fold_move_step(f, pl_fold_step(f), PL_STEP_READY);
    pl_fold_step(f)->queued_seq = f->seq;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_step_evaluated(const struct pl_fold *f)
{
    pl_fold_step(f)->value_seq = f->seq;
}

void pl_apply_set_closed(const struct pl_fold *f)
{
    pl_fold_step(f)->closed = true;
}
