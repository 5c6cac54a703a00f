#include "base/check.h"
#include "core/internal.h"

enum arc { ARC_OPEN, ARC_SATISFIED, ARC_PASSES, ARC_DEAD };

/* The table of arcs of the language page. A step that is done went on: a decision that ends the
 * case or sends it back leaves no step done behind it. */
static enum arc read_arc(const struct pl_case *c, struct pl_arc arc)
{
    const bool any_decision = arc.decision == PL_NO_DECISION;

    PL_CHECK(arc.step < c->step_count);
    const struct pl_step *s = &c->steps[arc.step];

    switch (s->state) {
    case PL_STEP_DONE:
        return any_decision || s->decision == arc.decision ? ARC_SATISFIED : ARC_DEAD;
    case PL_STEP_SKIPPED:
        return any_decision ? ARC_PASSES : ARC_DEAD;
    case PL_STEP_UNREACHED:
    case PL_STEP_CANCELLED:
        return ARC_DEAD;
    case PL_STEP_WAITING:
    case PL_STEP_ACTIVE:
    case PL_STEP_RETURNED:
    case PL_STEP_STATES:
        break;
    }
    return ARC_OPEN;
}

enum pl_join_state pl_core_join(const struct pl_case *c, enum pl_join join,
                                const struct pl_arc *arcs, uint16_t arc_count)
{
    unsigned count[ARC_DEAD + 1] = {0};

    for (uint16_t i = 0; i < arc_count; i++) {
        count[read_arc(c, arcs[i])]++;
    }
    if (arc_count == 0) {
        return PL_JOIN_STARTS;
    }
    switch (join) {
    case PL_JOIN_ALL:
        if (count[ARC_DEAD] > 0) {
            return PL_JOIN_DEAD;
        }
        return count[ARC_OPEN] > 0 ? PL_JOIN_OPEN : PL_JOIN_STARTS;
    case PL_JOIN_ANY:
        if (count[ARC_SATISFIED] > 0) {
            return PL_JOIN_STARTS;
        }
        if (count[ARC_OPEN] > 0) {
            return PL_JOIN_OPEN;
        }
        return count[ARC_PASSES] > 0 ? PL_JOIN_STARTS : PL_JOIN_DEAD;
    }
    PL_UNREACHABLE();
}

uint16_t pl_core_dead_end(const struct pl_case *c, const struct pl_step_def *step)
{
    for (uint16_t i = 0; i < step->after_count; i++) {
        if (read_arc(c, step->after[i]) == ARC_DEAD) {
            return step->after[i].step;
        }
    }
    return PL_NO_STEP;
}
