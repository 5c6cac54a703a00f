#include <string.h>

#include "base/check.h"
#include "core/internal.h"

/* One event on its way into a case. */
struct fold {
    const struct pl_definition *def;
    struct pl_case *c;
    const struct pl_event *e;
    uint64_t seq;
    int64_t at_ms;
};

static struct pl_step *step_of(const struct fold *f)
{
    PL_CHECK(f->e->step < f->c->step_count);
    return &f->c->steps[f->e->step];
}

static struct pl_task *task_of(const struct fold *f)
{
    PL_CHECK(f->e->step < f->c->step_count);
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    PL_CHECK(f->e->item < step->member_count);
    return &f->c->tasks[step->first_task + f->e->item];
}

/* The only place where a step changes state. */
static void move_step(const struct fold *f, struct pl_step *s, enum pl_step_state next)
{
    PL_CHECK((pl_step_moves(s->state) >> next & 1) != 0);
    s->state = next;
    s->since_ms = f->at_ms;
    s->settled_seq = pl_step_is_settled(next) ? f->seq : 0;
}

/* The only place where a task changes state. */
static void move_task(const struct fold *f, struct pl_task *t, enum pl_task_state next)
{
    PL_CHECK((pl_task_moves(t->state) >> next & 1) != 0);
    t->state = next;
    t->since_ms = f->at_ms;
    t->wake_ms = 0;
    t->until_ms = 0;
    if (!pl_task_is_open(next)) {
        t->late_ms = 0;
    }
}

/* Events of the engine, and of commands as such: no case changes by them. */
static void apply_definition_published(const struct fold *f)
{
    (void)f;
}

static void apply_command_accepted(const struct fold *f)
{
    (void)f;
}

static void apply_command_rejected(const struct fold *f)
{
    (void)f;
}

static void apply_case_started(const struct fold *f)
{
    struct pl_case *c = f->c;

    PL_CHECK(c->seq == 0);
    c->id = f->e->case_id;
    c->slot = (uint32_t)f->e->case_started.slot;
    c->definition = (uint32_t)f->e->case_started.definition;
    c->key = f->e->case_started.key;
    c->by = f->e->case_started.by;
    c->form_seq = f->seq;
    c->started_ms = f->at_ms;
    c->result = PL_NO_RESULT;
    c->step_count = f->def->step_count;
    c->task_count = f->def->task_count;
    memset(c->steps, 0, c->step_count * sizeof(c->steps[0]));
    memset(c->tasks, 0, c->task_count * sizeof(c->tasks[0]));
}

static void apply_case_finished(const struct fold *f)
{
    f->c->finished = true;
    f->c->result = (uint16_t)f->e->case_finished.result;
    f->c->finished_ms = f->at_ms;
    f->c->paused = false;
    f->c->paused_ms = 0;
}

static void apply_case_paused(const struct fold *f)
{
    f->c->paused = true;
    f->c->paused_ms = f->at_ms;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        pl_core_clock_stop(f->def, f->c, i, f->at_ms);
    }
}

static void apply_case_resumed(const struct fold *f)
{
    f->c->paused = false;
    f->c->paused_ms = 0;
}

static void apply_case_supplemented(const struct fold *f)
{
    f->c->form_seq = f->seq;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        struct pl_step *s = &f->c->steps[i];

        s->supplemented = s->supplemented || s->state == PL_STEP_RETURNED;
    }
}

/* What follows from these two is told by the cancellations and CASE_FINISHED after them. */
static void apply_case_withdrawn(const struct fold *f)
{
    (void)f;
}

static void apply_case_cancelled(const struct fold *f)
{
    (void)f;
}

static void apply_signal_received(const struct fold *f)
{
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        const struct pl_step_def *step = &f->def->steps[i];

        if (step->kind == PL_KIND_WAIT_FOR && step->wait_for == PL_WAIT_SIGNAL &&
            !pl_step_is_settled(f->c->steps[i].state) &&
            pl_text_equal(step->signal, f->e->signal_received.name)) {
            f->c->steps[i].signalled = true;
        }
    }
}

static void apply_step_started(const struct fold *f)
{
    struct pl_step *s = step_of(f);

    move_step(f, s, PL_STEP_ACTIVE);
    s->round = (uint16_t)f->e->step_started.round;
    s->decision = PL_NO_DECISION;
    s->supplemented = false;
    if (s->started_ms == 0) {
        s->started_ms = f->at_ms;
    }
    s->due_ms = f->e->step_started.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void settle(const struct fold *f, enum pl_step_state state)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];
    struct pl_step *s = step_of(f);

    move_step(f, s, state);
    s->stopped_ms = 0;
    s->signalled = false;
    s->supplemented = false;
    s->incident = false;
    for (uint16_t i = 0; i < step->member_count; i++) {
        f->c->tasks[step->first_task + i].held = false;
    }
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_step_done(const struct fold *f)
{
    settle(f, PL_STEP_DONE);
    step_of(f)->decision = (uint16_t)f->e->step_done.decision;
}

static void apply_step_skipped(const struct fold *f)
{
    settle(f, PL_STEP_SKIPPED);
}

static void apply_step_unreached(const struct fold *f)
{
    settle(f, PL_STEP_UNREACHED);
}

static void apply_step_cancelled(const struct fold *f)
{
    settle(f, PL_STEP_CANCELLED);
}

/* The rule of a step that sent the case back to itself; NULL when it was another step, every step
 * or an officer. */
static const struct pl_decision_rule *rule_of_return(const struct fold *f, uint64_t by_step,
                                                     uint64_t decision)
{
    const struct pl_decision_rule *rule = NULL;

    if (by_step == f->e->step && decision != PL_NO_DECISION) {
        rule = pl_step_rule(&f->def->steps[f->e->step], (uint16_t)decision);
    }
    return rule != NULL && rule->back_to == f->e->step ? rule : NULL;
}

/* Answers of the round that is over: kept as drafts, and known when they are sent again. */
static void retire_tasks(const struct fold *f)
{
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    for (uint16_t i = 0; i < step->member_count; i++) {
        struct pl_task *t = &f->c->tasks[step->first_task + i];

        if (t->state != PL_TASK_NONE) {
            move_task(f, t, PL_TASK_NONE);
        }
        t->held = false;
        t->lease = (struct pl_lease){{0}};
    }
}

static void apply_step_sent_back(const struct fold *f)
{
    const uint16_t decision = (uint16_t)f->e->step_sent_back.decision;

    if (decision != PL_NO_DECISION) {
        step_of(f)->returns += UINT64_C(1)
                               << 8 * pl_step_back_rule(&f->def->steps[f->e->step], decision);
    }
}

static void apply_step_returned(const struct fold *f)
{
    const struct pl_decision_rule *rule =
        rule_of_return(f, f->e->step_returned.by_step, f->e->step_returned.decision);
    struct pl_step *s = step_of(f);

    if (rule != NULL && rule->clock == PL_CLOCK_STOPS) {
        pl_core_clock_stop(f->def, f->c, f->e->step, f->at_ms);
    } else if (rule == NULL || rule->clock == PL_CLOCK_RESTARTS) {
        pl_core_clock_clear(s);
    }
    move_step(f, s, PL_STEP_RETURNED);
    s->decision = (uint16_t)f->e->step_returned.decision;
    s->supplemented = false;
    s->incident = false;
    retire_tasks(f);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_step_resumed(const struct fold *f)
{
    pl_core_clock_exclude(f->def, step_of(f), f->at_ms);
    step_of(f)->due_ms = f->e->step_resumed.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_step_reopened(const struct fold *f)
{
    const struct pl_decision_rule *rule =
        rule_of_return(f, f->e->step_reopened.by_step, f->e->step_reopened.decision);
    struct pl_step *s = step_of(f);

    /* A step whose guard failed waits already; only its incident goes. */
    if (s->state != PL_STEP_WAITING) {
        move_step(f, s, PL_STEP_WAITING);
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

static void apply_step_late(const struct fold *f)
{
    uint16_t *reached = f->e->item == PL_NO_ITEM ? &step_of(f)->rungs : &task_of(f)->rungs;

    *reached = (uint16_t)(*reached | 1u << f->e->step_late.rung);
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_step_incident(const struct fold *f)
{
    step_of(f)->incident = true;
}

static void apply_task_readied(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    move_task(f, t, PL_TASK_READY);
    t->round = step_of(f)->round;
    t->attempts = 0;
    t->rungs = 0;
    t->ready_seq = f->seq;
    t->due_ms = f->e->task_readied.due_ms;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_task_offered(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    move_task(f, t, PL_TASK_OFFERED);
    t->lease = f->e->task_offered.lease;
    t->wake_ms = f->e->task_offered.accept_by_ms;
}

static void apply_task_taken(const struct fold *f)
{
    move_task(f, task_of(f), PL_TASK_ACTIVE);
    task_of(f)->wake_ms = f->e->task_taken.lease_until_ms;
}

/* A sign of life also from a task whose TAKEN was lost, or that was parked. */
static void apply_task_progressed(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    if (t->state != PL_TASK_ACTIVE) {
        move_task(f, t, PL_TASK_ACTIVE);
    }
    t->wake_ms = f->e->task_progressed.lease_until_ms;
}

static void apply_task_parked(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    if (t->state != PL_TASK_PARKED) {
        move_task(f, t, PL_TASK_PARKED);
    }
    t->until_ms = f->e->task_parked.until_ms;
}

static void answered(const struct fold *f, struct pl_task *t, uint64_t body_hash)
{
    t->answered = t->lease;
    t->body_hash = body_hash;
    t->seq = f->seq;
}

static void apply_task_completed(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    move_task(f, t, PL_TASK_ANSWERED);
    answered(f, t, f->e->task_completed.body_hash);
    t->decision = (uint16_t)f->e->task_completed.decision;
    t->held = f->e->task_completed.held != 0;
    t->has_answer = f->e->task_completed.answer.size != 0;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_task_deemed(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    move_task(f, t, PL_TASK_DEEMED);
    t->decision = (uint16_t)f->e->task_deemed.decision;
    t->has_answer = false; /* `seq` stays: an answer or failure said before is still answered so */
    pl_core_clock_set(f->def, f->c, f->e->step);
}

static void apply_task_failed(const struct fold *f)
{
    const int64_t retry_at_ms = f->e->task_failed.retry_at_ms;
    struct pl_task *t = task_of(f);

    move_task(f, t, retry_at_ms != 0 ? PL_TASK_BACKOFF : PL_TASK_FAILED);
    answered(f, t, f->e->task_failed.body_hash);
    t->has_answer = false;
    t->attempts++;
    t->wake_ms = retry_at_ms;
}

static void apply_task_thrown(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    move_task(f, t, PL_TASK_FAILED);
    answered(f, t, f->e->task_thrown.body_hash);
    t->has_answer = false;
}

static void apply_task_released(const struct fold *f)
{
    move_task(f, task_of(f), PL_TASK_READY);
}

static void apply_task_timed_out(const struct fold *f)
{
    struct pl_task *t = task_of(f);

    if (f->e->task_timed_out.what == PL_TIMEOUT_LEASE) {
        t->attempts++;
    }
    move_task(f, t, t->attempts < PL_ATTEMPTS_MAX ? PL_TASK_READY : PL_TASK_FAILED);
}

static void apply_task_cancelled(const struct fold *f)
{
    move_task(f, task_of(f), PL_TASK_CANCELLED);
}

/* Recorded because an office must be able to show what it refused; nothing changes. */
static void apply_task_refused(const struct fold *f)
{
    (void)f;
}

static void apply_task_retried(const struct fold *f)
{
    if (f->e->item == PL_NO_ITEM) {
        step_of(f)->incident = false;
        return;
    }
    move_task(f, task_of(f), PL_TASK_READY);
    task_of(f)->attempts = 0;
}

static void apply_task_revoked(const struct fold *f)
{
    move_task(f, task_of(f), PL_TASK_READY);
    task_of(f)->lease = (struct pl_lease){{0}};
}

void pl_core_apply(const struct pl_definition *def, struct pl_case *c, const struct pl_event *event,
                   uint64_t seq, int64_t at_ms)
{
    const struct fold fold = {def, c, event, seq, at_ms};

    PL_CHECK(seq > c->seq);
    switch (event->kind) {
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME:                                                                            \
        apply_##APPLIER(&fold);                                                                    \
        break;
#include "model/events.def"
#undef EVENT
    }
    c->seq = seq;
    c->event_count++;
}
