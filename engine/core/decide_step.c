#include "core/internal.h"

enum pl_rejection pl_decide_step_skip(struct pl_deciding *d)
{
    const uint16_t step = d->cmd->step;

    if (pl_step_is_settled(pl_core_step(d, step)->state)) {
        return PL_REJECT_STEP_STATE;
    }
    if (d->out->after.paused) {
        return PL_REJECT_CASE_PAUSED;
    }
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    pl_core_cancel_tasks(d, step, PL_NO_STEP);
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_SKIPPED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_skipped = {.reason = d->cmd->reason, .by = d->cmd->by},
                    });
    pl_core_advance(d);
    return PL_ACCEPTED;
}

/* An officer opens a step again that was reached before, with everything after it. */
enum pl_rejection pl_decide_step_back(struct pl_deciding *d)
{
    const uint16_t step = d->cmd->step;

    if (d->out->after.undoing != PL_NO_RESULT) {
        return PL_REJECT_UNDOING;
    }
    switch (pl_core_step(d, step)->state) {
    case PL_STEP_WAITING:
    case PL_STEP_READY:
        return PL_REJECT_NOT_AN_ANCESTOR;
    case PL_STEP_UNREACHED:
    case PL_STEP_CANCELLED:
        return PL_REJECT_STEP_STATE;
    case PL_STEP_ACTIVE:
    case PL_STEP_RETURNED:
    case PL_STEP_DONE:
    case PL_STEP_SKIPPED:
    case PL_STEP_STATES:
        break;
    }
    if (d->out->after.paused) {
        return PL_REJECT_CASE_PAUSED;
    }
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    pl_core_send_back(d, step, step, NULL, d->cmd->reason, d->cmd->by);
    pl_core_advance(d);
    return PL_ACCEPTED;
}
