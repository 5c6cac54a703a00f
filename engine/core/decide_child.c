/* What a RUN step hears of its children. Every answer names the child: one of a round that is over
 * changes nothing. */
#include "core/internal.h"

static struct pl_task *target(const struct pl_deciding *d)
{
    return pl_core_task(d, d->cmd->step, d->cmd->item);
}

static bool is_run(const struct pl_deciding *d)
{
    const struct pl_step_def *sd = &d->def->steps[d->cmd->step];

    return sd->run != NULL && !pl_step_is_undo(sd, d->cmd->item);
}

static void finish_child(struct pl_deciding *d, uint16_t decision)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CHILD_FINISHED,
                        .step = d->cmd->step,
                        .item = d->cmd->item,
                        .child_finished = {.child = d->cmd->child.v, .decision = decision},
                    });
    pl_core_advance(d);
}

enum pl_rejection pl_decide_child_accept(struct pl_deciding *d)
{
    if (!is_run(d) || target(d)->state != PL_TASK_READY) {
        return PL_REJECT_TASK_STATE;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CHILD_STARTED,
                        .step = d->cmd->step,
                        .item = d->cmd->item,
                        .child_started = {.child = d->cmd->child.v},
                    });
    if (d->def->steps[d->cmd->step].run->detached) {
        finish_child(d, PL_DECISION_APPROVE);
    }
    return PL_ACCEPTED;
}

/* The task fails like one whose department cannot work: an operator looks, and retries. */
enum pl_rejection pl_decide_child_refuse(struct pl_deciding *d)
{
    if (!is_run(d) || target(d)->state != PL_TASK_READY) {
        return PL_REJECT_TASK_STATE;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CHILD_REFUSED,
                        .step = d->cmd->step,
                        .item = d->cmd->item,
                        .child_refused = {.reason = d->cmd->reason},
                    });
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_child_finish(struct pl_deciding *d)
{
    const struct pl_task *t = target(d);

    if (!is_run(d) || t->state != PL_TASK_ACTIVE || t->child != d->cmd->child.v) {
        return PL_REJECT_TASK_STATE;
    }
    const uint16_t decision = pl_definition_decision(d->def, d->cmd->decision);

    if (decision == PL_NO_DECISION ||
        pl_step_rule(&d->def->steps[d->cmd->step], decision) == NULL) {
        return PL_REJECT_NO_SUCH_DECISION;
    }
    finish_child(d, decision);
    return PL_ACCEPTED;
}
