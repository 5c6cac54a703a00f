#include "base/check.h"
#include "core/internal.h"

/* The table of arcs of the language page. A step that is done went on: a decision that ends the
 * case or sends it back leaves no step done behind it. */
enum pl_arc_state pl_core_arc(const struct pl_case *c, struct pl_arc arc)
{
    const bool any_decision = arc.decision == PL_NO_DECISION;

    PL_CHECK(arc.step < c->step_count);
    const struct pl_step *s = &c->steps[arc.step];

    switch (s->state) {
    case PL_STEP_DONE:
        return any_decision || s->decision == arc.decision ? PL_ARC_SATISFIED : PL_ARC_DEAD;
    case PL_STEP_SKIPPED:
        return any_decision ? PL_ARC_PASSES : PL_ARC_DEAD;
    case PL_STEP_UNREACHED:
    case PL_STEP_CANCELLED:
        return PL_ARC_DEAD;
    case PL_STEP_WAITING:
    case PL_STEP_READY:
    case PL_STEP_ACTIVE:
    case PL_STEP_RETURNED:
    case PL_STEP_STATES:
        break;
    }
    return PL_ARC_OPEN;
}

/* n of those that are really needed: what was skipped lowers it, and when all were skipped nothing
 * has to be waited for. */
static enum pl_join_state read_need(unsigned need, unsigned satisfied, unsigned open,
                                    unsigned counted)
{
    if (need > counted) {
        need = counted;
    }
    if (satisfied >= need && (need > 0 || open == 0)) {
        return PL_JOIN_STARTS;
    }
    return satisfied + open >= need ? PL_JOIN_OPEN : PL_JOIN_DEAD;
}

/* Waits while something is open, then starts if there was reason to. */
static enum pl_join_state once_closed(unsigned open, bool starts)
{
    if (open > 0) {
        return PL_JOIN_OPEN;
    }
    return starts ? PL_JOIN_STARTS : PL_JOIN_DEAD;
}

enum pl_join_state pl_core_join(const struct pl_case *c, enum pl_join join, uint16_t need,
                                const struct pl_arc *arcs, uint16_t arc_count)
{
    unsigned count[PL_ARC_STATES] = {0};

    for (uint16_t i = 0; i < arc_count; i++) {
        count[pl_core_arc(c, arcs[i])]++;
    }
    if (arc_count == 0) {
        return PL_JOIN_STARTS;
    }
    const unsigned satisfied = count[PL_ARC_SATISFIED];
    const unsigned open = count[PL_ARC_OPEN];
    const unsigned passes = count[PL_ARC_PASSES];

    switch (join) {
    case PL_JOIN_ALL:
        return count[PL_ARC_DEAD] > 0 ? PL_JOIN_DEAD : once_closed(open, true);
    case PL_JOIN_ANY:
        return satisfied > 0 ? PL_JOIN_STARTS : once_closed(open, passes > 0);
    case PL_JOIN_SOME:
        return once_closed(open, satisfied + passes > 0);
    case PL_JOIN_NEED:
        return read_need(need, satisfied, open, arc_count - passes);
    case PL_JOIN_EACH:
        return satisfied > 0 ? PL_JOIN_STARTS : once_closed(open, false);
    }
    PL_UNREACHABLE();
}

uint16_t pl_core_dead_end(const struct pl_case *c, const struct pl_step_def *step)
{
    for (uint16_t i = 0; i < step->after_count; i++) {
        if (pl_core_arc(c, step->after[i]) == PL_ARC_DEAD) {
            return step->after[i].step;
        }
    }
    return PL_NO_STEP;
}
