#include "base/check.h"
#include "core/fold.h"

void pl_apply_task_readied(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_READY);
    t->round = pl_fold_step(f)->round;
    t->attempts = 0;
    t->rungs = 0;
    t->hand_overs = 0;
    t->ready_seq = f->seq;
    t->due_ms = f->e->task_readied.due_ms;
    pl_core_clock_set_task(f->def, f->c, f->e->step, f->e->item);
}

static void keep_holder(const struct pl_fold *f)
{
    if (f->def->steps[f->e->step].keeps_holder) {
        pl_fold_task(f)->holder_seq = f->seq;
    }
}

void pl_apply_task_offered(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_OFFERED);
    t->lease = f->e->task_offered.lease;
    keep_holder(f); /* until somebody takes it by name */
    t->wake_ms = f->e->task_offered.accept_by_ms;
}

void pl_apply_task_taken(const struct pl_fold *f)
{
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_ACTIVE);
    pl_fold_task(f)->wake_ms = f->e->task_taken.lease_until_ms;
    keep_holder(f);
}

/* A sign of life also from a task whose TAKEN was lost, or that was parked. */
void pl_apply_task_progressed(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    if (t->state != PL_TASK_ACTIVE) {
        pl_fold_move_task(f, t, PL_TASK_ACTIVE);
    }
    t->wake_ms = f->e->task_progressed.lease_until_ms;
}

void pl_apply_task_parked(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    if (t->state != PL_TASK_PARKED) {
        pl_fold_move_task(f, t, PL_TASK_PARKED);
    }
    t->until_ms = f->e->task_parked.until_ms;
}

static void answered(const struct pl_fold *f, struct pl_task *t, uint64_t body_hash)
{
    t->answered = t->lease;
    t->body_hash = body_hash;
    t->seq = f->seq;
}

void pl_apply_task_completed(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_ANSWERED);
    answered(f, t, f->e->task_completed.body_hash);
    t->decision = (uint16_t)f->e->task_completed.decision;
    if (f->def->steps[f->e->step].keeps_officer) {
        t->by_hash = pl_core_officer(f->e->task_completed.officer, f->e->task_completed.by);
    }
    t->held = f->e->task_completed.held != 0;
    t->has_answer = f->e->task_completed.answer.size != 0;
    if (pl_step_is_undo(&f->def->steps[f->e->step], f->e->item)) {
        pl_fold_step(f)->undo_seq = 0;
    }
    pl_core_clock_set_task(f->def, f->c, f->e->step, f->e->item);
}

void pl_apply_task_deemed(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_DEEMED);
    t->decision = (uint16_t)f->e->task_deemed.decision;
    t->has_answer = false; /* `seq` stays: an answer or failure said before is still answered so */
    pl_core_clock_set_task(f->def, f->c, f->e->step, f->e->item);
}

void pl_apply_task_failed(const struct pl_fold *f)
{
    const int64_t retry_at_ms = f->e->task_failed.retry_at_ms;
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, retry_at_ms != 0 ? PL_TASK_BACKOFF : PL_TASK_FAILED);
    answered(f, t, f->e->task_failed.body_hash);
    t->has_answer = false;
    t->attempts++;
    t->wake_ms = retry_at_ms;
}

void pl_apply_task_thrown(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_FAILED);
    answered(f, t, f->e->task_thrown.body_hash);
    t->has_answer = false;
}

void pl_apply_task_released(const struct pl_fold *f)
{
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_READY);
}

static unsigned attempts_max(const struct pl_fold *f)
{
    const struct pl_retry *retry = f->def->steps[f->e->step].retry;

    return retry != NULL ? retry->attempts : PL_ATTEMPTS_MAX;
}

void pl_apply_task_timed_out(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    if (f->e->task_timed_out.what == PL_TIMEOUT_LEASE) {
        t->attempts++;
    }
    pl_fold_move_task(f, t, t->attempts < attempts_max(f) ? PL_TASK_READY : PL_TASK_FAILED);
}

void pl_apply_task_cancelled(const struct pl_fold *f)
{
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_CANCELLED);
}

/* Recorded because an office must be able to show what it refused; nothing changes. */
void pl_apply_task_refused(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_task_retried(const struct pl_fold *f)
{
    if (f->e->item == PL_NO_ITEM) {
        pl_fold_step(f)->incident = false;
        pl_core_clock_set(f->def, f->c, f->e->step);
        return;
    }
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_READY);
    pl_fold_task(f)->attempts = 0;
}

void pl_apply_task_revoked(const struct pl_fold *f)
{
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_READY);
    pl_fold_task(f)->lease = (struct pl_lease){{0}};
}

void pl_apply_item_added(const struct pl_fold *f)
{
    pl_fold_task(f)->item_seq = f->seq;
    pl_fold_step(f)->item_count++;
}

void pl_apply_task_assigned(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    t->service = (uint16_t)(f->e->task_assigned.service + 1);
    if (!pl_task_is_open(t->state)) {
        return; /* the competent department, before it is asked */
    }
    t->hand_overs++;
    t->attempts = 0;
    t->lease = (struct pl_lease){{0}};
    if (t->state != PL_TASK_READY) {
        pl_fold_move_task(f, t, PL_TASK_READY);
    }
}

void pl_apply_child_started(const struct pl_fold *f)
{
    pl_fold_task(f)->child = f->e->child_started.child;
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_ACTIVE);
}

void pl_apply_child_finished(const struct pl_fold *f)
{
    struct pl_task *t = pl_fold_task(f);

    pl_fold_move_task(f, t, PL_TASK_ANSWERED);
    t->decision = (uint16_t)f->e->child_finished.decision;
    t->seq = f->seq;
    pl_core_clock_set_task(f->def, f->c, f->e->step, f->e->item);
}

void pl_apply_child_refused(const struct pl_fold *f)
{
    pl_fold_move_task(f, pl_fold_task(f), PL_TASK_FAILED);
}
