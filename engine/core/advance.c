#include "base/check.h"
#include "core/internal.h"

bool pl_core_file_is_away(const struct pl_definition *def, const struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];

    for (uint16_t i = 0; i < sd->decide_after_count; i++) {
        const uint16_t before = sd->decide_after[i];

        /* It would review a form that is about to change. Steps that merely run beside it go on. */
        for (uint16_t r = 0; r < def->step_count; r++) {
            if (c->steps[r].state == PL_STEP_RETURNED &&
                (r == before || pl_steps_have(def->steps[before].ancestors, r))) {
                return true;
            }
        }
    }
    return false;
}

bool pl_core_is_blocked(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                        uint16_t *by_step_out)
{
    const struct pl_step_def *sd = &def->steps[step];

    for (uint16_t i = 0; i < sd->blocked_by_count; i++) {
        if (!pl_step_is_settled(c->steps[sd->blocked_by[i]].state)) {
            *by_step_out = sd->blocked_by[i];
            return true;
        }
    }
    return false;
}

/* A step that has not started in this round: what is before it decides. A step that was returned
 * keeps to that too, since its return may have come before it was ever reached. */
static bool examine_start(struct pl_deciding *d, uint16_t step)
{
    const struct pl_case *c = &d->out->after;
    const struct pl_step_def *sd = &d->def->steps[step];
    uint16_t blocker = PL_NO_STEP;

    switch (pl_core_join(c, sd->join, sd->need, sd->after, sd->after_count)) {
    case PL_JOIN_OPEN:
        return false;
    case PL_JOIN_DEAD:
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_STEP_UNREACHED,
                            .step = step,
                            .item = PL_NO_ITEM,
                            .step_unreached = {.by_step = pl_core_dead_end(c, sd)},
                        });
        return true;
    case PL_JOIN_STARTS:
        if (pl_core_file_is_away(d->def, c, step) ||
            pl_core_is_blocked(d->def, c, step, &blocker) ||
            pl_core_undone_next(d->def, c) != PL_NO_STEP) {
            return false;
        }
        pl_core_start_step(d, step);
        return true;
    }
    PL_UNREACHABLE();
}

/* A step that was ready before: its conditions were read then, only its turn had not come. */
static bool examine_turn(struct pl_deciding *d, uint16_t step)
{
    const struct pl_case *c = &d->out->after;
    uint16_t behind = PL_NO_STEP;

    if (pl_core_file_is_away(d->def, c, step) || !pl_core_has_turn(d->def, c, step, &behind) ||
        pl_core_undone_next(d->def, c) != PL_NO_STEP) {
        return false;
    }
    pl_core_begin_step(d, step);
    return true;
}

/* A `while` is read again after everything that happens, from the start to the end of the step.
 * Returns whether the step is over by it, or needs an operator. */
static bool examine_while(struct pl_deciding *d, uint16_t step)
{
    const struct pl_cel_program *program = d->def->steps[step].while_true;
    const enum pl_step_state state = pl_core_step(d, step)->state;
    bool holds = true;

    if (program == NULL || state == PL_STEP_WAITING || pl_step_is_settled(state)) {
        return false;
    }
    if (!pl_core_condition(d, step, PL_NO_ITEM, program, &holds)) {
        return true;
    }
    if (!holds) {
        pl_core_cancel_step(d, step, step);
    }
    return !holds;
}

static bool examine(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step *s = pl_core_step(d, step);

    if (s->incident) {
        return false;
    }
    if (examine_while(d, step)) {
        return true;
    }
    switch (s->state) {
    case PL_STEP_WAITING:
        return examine_start(d, step);
    case PL_STEP_READY:
        return examine_turn(d, step);
    case PL_STEP_ACTIVE:
        return pl_core_settle_step(d, step);
    case PL_STEP_RETURNED:
        return s->supplemented && examine_start(d, step);
    case PL_STEP_DONE:
    case PL_STEP_SKIPPED:
    case PL_STEP_UNREACHED:
    case PL_STEP_CANCELLED:
    case PL_STEP_STATES:
        break;
    }
    return false;
}

/* Every step settled, and every `tell` delivered. */
static bool is_complete(const struct pl_case *c)
{
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (!pl_step_is_settled(c->steps[i].state)) {
            return false;
        }
    }
    for (uint16_t i = 0; i < c->task_count; i++) {
        if (pl_task_is_open(c->tasks[i].state)) {
            return false;
        }
    }
    return true;
}

/* Where the incident of a result's condition stands: the case has no other place. */
static uint16_t last_step(const struct pl_deciding *d)
{
    return (uint16_t)(d->def->step_count - 1);
}

/* The first result in the order of the file whose join and condition hold; false: an incident was
 * raised. */
static bool find_result(struct pl_deciding *d, uint16_t *result_out)
{
    const struct pl_definition *def = d->def;
    const struct pl_case *c = &d->out->after;

    for (uint16_t i = 0; i < def->finish_count; i++) {
        const struct pl_result *result = &def->results[def->finish[i]];
        bool holds = pl_core_join(c, result->join, result->need, result->after,
                                  result->after_count) == PL_JOIN_STARTS;

        if (holds && !pl_core_condition(d, last_step(d), PL_NO_ITEM, result->when, &holds)) {
            return false;
        }
        if (holds) {
            *result_out = def->finish[i];
            return true;
        }
    }
    /* The loader proved this for every combination of decisions; steps that an officer skipped may
     * lead here, and then nothing was refused. */
    *result_out = PL_RESULT_COMPLETED;
    return true;
}

static void finish(struct pl_deciding *d)
{
    uint16_t result = PL_NO_RESULT;

    if (!pl_core_step(d, last_step(d))->incident && find_result(d, &result)) {
        pl_core_finish(d, result, PL_NO_TEXT, PL_NO_STEP);
    }
}

void pl_core_advance(struct pl_deciding *d)
{
    const struct pl_case *c = &d->out->after;
    bool changed = !c->paused;

    while (changed && !c->finished) {
        changed = false;
        for (uint16_t i = 0; i < c->step_count && !c->finished; i++) {
            changed |= examine(d, i);
        }
    }
    if (!c->paused && !c->finished && c->undoing == PL_NO_RESULT && is_complete(c)) {
        finish(d);
    }
}
