#include "base/check.h"
#include "core/internal.h"

bool pl_core_is_sent_back(const struct pl_definition *def, uint16_t step, uint16_t to,
                          uint16_t by_step, const struct pl_decision_rule *rule)
{
    /* The step that sent the case back is always done again, or it would send it back for ever. */
    if (step == to || step == by_step) {
        return true;
    }
    if (rule != NULL && pl_steps_have(rule->keep, step)) {
        return false;
    }
    return to == PL_STEP_APPLY || pl_steps_have(def->steps[step].ancestors, to);
}

static void reopen(struct pl_deciding *d, uint16_t step, uint16_t decision, uint16_t by_step)
{
    const struct pl_step *s = pl_core_step(d, step);

    pl_core_cancel_tasks(d, step, by_step);
    if (s->state != PL_STEP_WAITING || s->incident) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_STEP_REOPENED,
                            .step = step,
                            .item = PL_NO_ITEM,
                            .step_reopened = {.decision = decision, .by_step = by_step},
                        });
    }
}

/* The file goes to the applicant: the steps that will start with the supplement say so. */
static void hand_to_applicant(struct pl_deciding *d, uint16_t to, uint16_t decision,
                              uint16_t by_step)
{
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        if (i == to || (to == PL_STEP_APPLY && d->def->steps[i].after_count == 0 &&
                        pl_core_step(d, i)->state == PL_STEP_WAITING)) {
            pl_core_emit(d, (struct pl_event){
                                .kind = PL_EVT_STEP_RETURNED,
                                .step = i,
                                .item = PL_NO_ITEM,
                                .step_returned = {.decision = decision, .by_step = by_step},
                            });
        }
    }
}

void pl_core_send_back(struct pl_deciding *d, uint16_t step, uint16_t to,
                       const struct pl_decision_rule *rule, struct pl_text reason,
                       struct pl_text by)
{
    const uint16_t decision = rule != NULL ? rule->decision : PL_NO_DECISION;
    const bool waits = rule != NULL && rule->waits_for_applicant;

    PL_CHECK(to == PL_STEP_APPLY || to == step || pl_steps_have(d->def->steps[step].ancestors, to));
    pl_core_emit(
        d, (struct pl_event){
               .kind = PL_EVT_STEP_SENT_BACK,
               .step = step,
               .item = PL_NO_ITEM,
               .step_sent_back = {.decision = decision, .to_step = to, .reason = reason, .by = by},
           });
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        /* A step that waits for the applicant itself is returned, not reopened: its clock may only
         * stop. */
        if (pl_core_is_sent_back(d->def, i, to, step, rule) && !(waits && i == to && i == step)) {
            reopen(d, i, decision, step);
        }
    }
    if (waits) {
        hand_to_applicant(d, to, decision, step);
    }
    if (rule != NULL && rule->undo) {
        pl_core_undo(d);
    }
}
