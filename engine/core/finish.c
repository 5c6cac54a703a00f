#include "core/internal.h"

void pl_core_cancel_tasks(struct pl_deciding *d, uint16_t step, uint16_t by_step)
{
    for (uint16_t i = 0; i < pl_step_own_tasks(&d->def->steps[step]); i++) {
        if (pl_task_is_open(pl_core_task(d, step, i)->state)) {
            pl_core_emit(d, (struct pl_event){
                                .kind = PL_EVT_TASK_CANCELLED,
                                .step = step,
                                .item = i,
                                .task_cancelled = {.by_step = by_step},
                            });
        }
    }
}

static void cancel_all(struct pl_deciding *d, uint16_t by_step)
{
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        if (pl_step_is_settled(pl_core_step(d, i)->state)) {
            pl_core_cancel_tasks(d, i, by_step);
        } else {
            pl_core_cancel_step(d, i, by_step);
        }
    }
}

void pl_core_finish(struct pl_deciding *d, uint16_t result, struct pl_text reason, uint16_t by_step)
{
    cancel_all(d, by_step);
    if (d->def->results[result].undo && pl_core_has_undo(d->def, &d->out->after)) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_CASE_UNDOING,
                            .step = PL_NO_STEP,
                            .item = PL_NO_ITEM,
                            .case_undoing = {.result = result, .reason = reason},
                        });
        pl_core_undo(d);
        return;
    }
    pl_core_cancel_undo(d, by_step);
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_FINISHED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_finished = {.result = result, .reason = reason},
                    });
}
