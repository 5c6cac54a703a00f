#include "core/internal.h"

static const struct pl_task *task_of(const struct pl_definition *def, const struct pl_case *c,
                                     const struct pl_event *e)
{
    return &c->tasks[def->steps[e->step].first_task + e->item];
}

unsigned pl_core_effects(const struct pl_definition *def, const struct pl_case *c,
                         const struct pl_event *event, struct pl_effect out[static PL_EFFECTS_MAX])
{
    const struct pl_effect effect = {
        .case_id = c->id, .step = event->step, .item = event->item, .kind = PL_EFFECTS};
    unsigned n = 0;

    /* Events that tell nobody anything but the watchers, who read the journal, have no row. */
    switch ((unsigned)event->kind) {
    case PL_EVT_CASE_FINISHED:
        out[n] = effect;
        out[n++].kind = PL_EFFECT_CLOSE_CASE;
        break;
    case PL_EVT_CASE_RESUMED:
        out[n] = effect;
        out[n++].kind = PL_EFFECT_QUEUE_CASE;
        break;
    case PL_EVT_TASK_OFFERED:
        out[n] = effect;
        out[n++].kind = PL_EFFECT_SEND_TASK;
        break;
    case PL_EVT_TASK_DEEMED:
    case PL_EVT_TASK_CANCELLED:
        out[n] = effect;
        out[n++].kind = PL_EFFECT_CANCEL_TASK;
        break;
    case PL_EVT_TASK_REVOKED:
        out[n] = effect;
        out[n++].kind = PL_EFFECT_CANCEL_TASK;
        out[n] = effect;
        out[n++].kind = PL_EFFECT_QUEUE_TASK;
        break;
    case PL_EVT_TASK_READIED:
    case PL_EVT_TASK_RELEASED:
    case PL_EVT_TASK_TIMED_OUT:
    case PL_EVT_TASK_RETRIED:
        /* A time-out may have been the last attempt; a retry may have been that of a guard. */
        if (event->item != PL_NO_ITEM && task_of(def, c, event)->state == PL_TASK_READY) {
            out[n] = effect;
            out[n++].kind = PL_EFFECT_QUEUE_TASK;
        }
        break;
    default:
        break;
    }
    return n;
}
