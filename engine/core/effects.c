#include "core/internal.h"

#define FIRST(KIND)  ((KIND) + 1)        /* 0 is nothing */
#define SECOND(KIND) (((KIND) + 1) << 8) /* at most two of one event */

/* Events that tell nobody but the watchers, who read the journal, have no row. */
static const uint16_t effects[] = {
    [PL_EVT_CASE_FINISHED] = FIRST(PL_EFFECT_CLOSE_CASE) | SECOND(PL_EFFECT_TELL_PARENT),
    [PL_EVT_CASE_RESUMED] = FIRST(PL_EFFECT_QUEUE_CASE),
    [PL_EVT_TASK_READIED] = FIRST(PL_EFFECT_QUEUE_TASK),
    [PL_EVT_TASK_OFFERED] = FIRST(PL_EFFECT_SEND_TASK),
    [PL_EVT_TASK_DEEMED] = FIRST(PL_EFFECT_CANCEL_TASK),
    [PL_EVT_TASK_RELEASED] = FIRST(PL_EFFECT_QUEUE_TASK),
    [PL_EVT_TASK_TIMED_OUT] = FIRST(PL_EFFECT_QUEUE_TASK),
    [PL_EVT_TASK_CANCELLED] = FIRST(PL_EFFECT_CANCEL_TASK),
    [PL_EVT_TASK_RETRIED] = FIRST(PL_EFFECT_QUEUE_TASK),
    [PL_EVT_TASK_REVOKED] = FIRST(PL_EFFECT_CANCEL_TASK) | SECOND(PL_EFFECT_QUEUE_TASK),
    [PL_EVT_TASK_ASSIGNED] = FIRST(PL_EFFECT_CANCEL_TASK) | SECOND(PL_EFFECT_QUEUE_TASK),
};

/* The tasks of a RUN step are cases: no department gets them. */
static unsigned of_child(const struct pl_definition *def, const struct pl_event *event,
                         unsigned kind)
{
    if (event->step == PL_NO_STEP || def->steps[event->step].run == NULL ||
        event->item == PL_NO_ITEM || pl_step_is_undo(&def->steps[event->step], event->item)) {
        return kind;
    }
    switch (kind) {
    case PL_EFFECT_QUEUE_TASK:
        return PL_EFFECT_START_CHILD;
    case PL_EFFECT_CANCEL_TASK:
        return PL_EFFECT_CANCEL_CHILD;
    default:
        return kind;
    }
}

/* A time-out may have been the last attempt; a retry may have been that of a guard; an officer may
 * have answered what was just revoked; most cases have no parent. */
static bool is_moot(const struct pl_definition *def, const struct pl_case *c,
                    const struct pl_event *event, unsigned kind)
{
    if (kind == PL_EFFECT_TELL_PARENT) {
        return c->parent.v == 0;
    }
    if (kind == PL_EFFECT_CANCEL_CHILD) {
        return def->steps[event->step].run->detached ||
               c->tasks[def->steps[event->step].first_task + event->item].child == 0;
    }
    if (kind != PL_EFFECT_QUEUE_TASK && kind != PL_EFFECT_START_CHILD) {
        return false;
    }
    return event->item == PL_NO_ITEM ||
           c->tasks[def->steps[event->step].first_task + event->item].state != PL_TASK_READY;
}

unsigned pl_core_effects(const struct pl_definition *def, const struct pl_case *c,
                         const struct pl_event *event, struct pl_effect out[static PL_EFFECTS_MAX])
{
    const unsigned number = (unsigned)event->kind;
    unsigned kinds = number < sizeof(effects) / sizeof(effects[0]) ? effects[number] : 0;
    unsigned n = 0;

    for (; kinds != 0; kinds >>= 8) {
        const unsigned kind = of_child(def, event, (kinds & 0xff) - 1);

        if (!is_moot(def, c, event, kind)) {
            out[n++] = (struct pl_effect){
                .kind = (enum pl_effect_kind)kind,
                .case_id = c->id,
                .step = event->step,
                .item = event->item,
            };
        }
    }
    return n;
}
