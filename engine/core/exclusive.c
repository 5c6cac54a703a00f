#include "core/internal.h"

/* A step that has nothing more to do but wait does not occupy its name: it could wait for a step
 * that waits for it. So it is when its answer is held, and between two arrivals at an `each`. */
static bool is_idle(const struct pl_definition *def, const struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];
    const uint16_t count = pl_step_own_tasks(sd);
    uint16_t holder = PL_NO_STEP;

    for (uint16_t i = 0; i < count; i++) {
        if (pl_task_is_open(c->tasks[sd->first_task + i].state)) {
            return false;
        }
    }
    if (sd->set.kind == PL_SET_ITEMS && sd->set.open && !c->steps[step].closed) {
        return false;
    }
    return count > 0 && (sd->set.kind == PL_SET_ARCS || pl_core_is_held(def, c, step, &holder));
}

bool pl_core_name_is_free(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                          uint16_t *behind_out)
{
    const uint16_t name = def->steps[step].exclusive;

    for (uint16_t i = 0; name != PL_NO_GROUP && i < def->step_count; i++) {
        if (i != step && def->steps[i].exclusive == name && c->steps[i].state == PL_STEP_ACTIVE &&
            !is_idle(def, c, i)) {
            *behind_out = i;
            return false;
        }
    }
    return true;
}

/* Whether a step stands in the queue before another. One that cannot start by itself lets the
 * others pass: an operator must look at it first, or its file is away. */
static bool is_before(const struct pl_definition *def, const struct pl_case *c, uint16_t first,
                      uint16_t second)
{
    const struct pl_step *a = &c->steps[first];
    const struct pl_step *b = &c->steps[second];

    if (a->state != PL_STEP_READY || a->incident ||
        (b->state == PL_STEP_READY && b->queued_seq < a->queued_seq)) {
        return false;
    }
    return !pl_core_file_is_away(def, c, first);
}

bool pl_core_has_turn(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                      uint16_t *behind_out)
{
    const uint16_t name = def->steps[step].exclusive;

    if (!pl_core_name_is_free(def, c, step, behind_out)) {
        return false;
    }
    for (uint16_t i = 0; name != PL_NO_GROUP && i < def->step_count; i++) {
        if (i != step && def->steps[i].exclusive == name && is_before(def, c, i, step)) {
            *behind_out = i;
            return false;
        }
    }
    return true;
}
