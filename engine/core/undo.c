/* Taking back what steps did: one at a time, the last completed first. A step whose `undo_seq` is
 * set was done and is still to be undone; its last task is the compensation. */
#include "core/internal.h"

static uint16_t undo_task(const struct pl_step_def *sd)
{
    return (uint16_t)(sd->task_count - 1);
}

uint16_t pl_core_undone_next(const struct pl_definition *def, const struct pl_case *c)
{
    uint16_t next = PL_NO_STEP;

    for (uint16_t i = 0; i < c->step_count; i++) {
        const struct pl_step_def *sd = &def->steps[i];

        if (c->steps[i].undo_seq == 0) {
            continue;
        }
        if (pl_task_is_open(c->tasks[sd->first_task + undo_task(sd)].state)) {
            return i; /* under way */
        }
        if (next == PL_NO_STEP || c->steps[i].undo_seq > c->steps[next].undo_seq) {
            next = i;
        }
    }
    return next;
}

bool pl_core_has_undo(const struct pl_definition *def, const struct pl_case *c)
{
    for (uint16_t i = 0; i < c->step_count; i++) {
        const struct pl_step *s = &c->steps[i];

        if (s->undo_seq != 0 || (s->state == PL_STEP_DONE && def->steps[i].undo != NULL)) {
            return true;
        }
    }
    return false;
}

void pl_core_undo(struct pl_deciding *d)
{
    const struct pl_case *c = &d->out->after;
    const uint16_t step = pl_core_undone_next(d->def, c);

    if (c->paused || c->finished) {
        return;
    }
    if (step != PL_NO_STEP) {
        const uint16_t item = undo_task(&d->def->steps[step]);

        if (!pl_task_is_open(pl_core_task(d, step, item)->state)) {
            pl_core_ready_task(d, step, item);
        }
    } else if (c->undoing != PL_NO_RESULT) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_CASE_FINISHED,
                            .step = PL_NO_STEP,
                            .item = PL_NO_ITEM,
                            .case_finished = {.result = c->undoing, .reason = PL_NO_TEXT},
                        });
    }
}

void pl_core_cancel_undo(struct pl_deciding *d, uint16_t by_step)
{
    const uint16_t step = pl_core_undone_next(d->def, &d->out->after);

    if (step == PL_NO_STEP) {
        return;
    }
    const uint16_t item = undo_task(&d->def->steps[step]);

    if (pl_task_is_open(pl_core_task(d, step, item)->state)) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_TASK_CANCELLED,
                            .step = step,
                            .item = item,
                            .task_cancelled = {.by_step = by_step},
                        });
    }
}
