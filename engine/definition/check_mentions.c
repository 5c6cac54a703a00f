/* What expressions say of steps: that they come before, and are done when they are read. */
#include "definition/check.h"

/* Whether `before` is done for certain when a step starts: every way there goes through it, and
 * nothing lets it be skipped. A step by hand (`placet skip`) is not foreseen. */
static bool is_done_before(const struct pl_definition *def, uint16_t step, uint16_t before)
{
    uint16_t stack[PL_STEPS_MAX];
    uint64_t seen[PL_STEPS_MAX / 64] = {0};
    uint16_t depth = 0;

    stack[depth++] = step;
    while (depth > 0) {
        const struct pl_step_def *at = &def->steps[stack[--depth]];
        const bool all = at->join == PL_JOIN_ALL || at->after_count == 1;
        for (uint16_t i = 0; i < at->after_count && all; i++) {
            const struct pl_arc *arc = &at->after[i];
            const struct pl_step_def *other = &def->steps[arc->step];
            const bool may_be_skipped = other->when != NULL || other->while_true != NULL;
            if ((arc->decision == PL_NO_DECISION && may_be_skipped) ||
                pl_steps_have(seen, arc->step)) {
                continue;
            }
            if (arc->step == before) {
                return true;
            }
            seen[arc->step / 64] |= UINT64_C(1) << (arc->step % 64);
            stack[depth++] = arc->step;
        }
    }
    return false;
}

static void check_mention(struct pl_load *l, const struct pl_mention *m)
{
    const struct pl_step_def *of = &l->def->steps[m->of];
    const struct pl_step_def *step = &l->def->steps[m->step];
    struct pl_diag *diag = NULL;

    if (!pl_steps_have(of->ancestors, m->step)) {
        diag = pl_diag_add(l->diags, m->place, PL_DIAG_STEP_NOT_BEFORE,
                           "step %s does not come before step %s",
                           pl_name(step->id, &step->title).at, pl_name(of->id, &of->title).at);
        if (m->step == m->of || pl_steps_have(step->ancestors, m->of)) {
            pl_diag_hint(diag, "Only `while` and results may read steps that come later.");
        } else {
            pl_diag_hint(diag, "Add `%.*s` to `after` of step `%.*s`, or read a step before it.",
                         (int)step->id.len, step->id.at, (int)of->id.len, of->id.at);
        }
    } else if (m->needs && !is_done_before(l->def, m->of, m->step)) {
        diag = pl_diag_add(l->diags, m->place, PL_DIAG_OPTIONAL_FIELD,
                           "step %s may have been skipped or not reached: then there is nothing "
                           "to read",
                           pl_name(step->id, &step->title).at);
        pl_diag_hint(diag, "Ask first: `has(steps.%.*s.decision) && ...`.", (int)step->id.len,
                     step->id.at);
    }
}

void pl_check_mentions(struct pl_load *l)
{
    for (const struct pl_mention *m = l->mentions; m != NULL; m = m->next) {
        if (!l->doubtful[m->of] && !l->doubtful[m->step]) {
            check_mention(l, m);
        }
    }
}
