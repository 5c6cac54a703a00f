/* What an answer says, whether its time has come, and that it is recorded. */
#include "core/internal.h"

static bool is_opinion(const struct pl_deciding *d)
{
    const struct pl_step_def *step = &d->def->steps[d->cmd->step];

    return pl_step_member(step, d->cmd->item)->role == PL_ROLE_OPINION;
}

/* Whether a decision may be given (once more), and comes with its reason. */
static enum pl_rejection check_rule(const struct pl_deciding *d,
                                    const struct pl_decision_rule *rule)
{
    if (rule == NULL) {
        return PL_REJECT_NO_SUCH_DECISION;
    }
    if (rule->effect == PL_DECISION_BACK && rule->once &&
        pl_core_is_used_up(d, d->cmd->step, rule)) {
        return PL_REJECT_NOTICE_GIVEN;
    }
    return rule->reason_required && d->cmd->reason.len == 0 ? PL_REJECT_REASON_REQUIRED
                                                            : PL_ACCEPTED;
}

/* What an answer decides, by name; a `tell` knows one, an opinion two of its own. */
enum pl_rejection pl_core_read_decision(const struct pl_deciding *d, uint16_t *decision_out)
{
    const struct pl_step_def *step = &d->def->steps[d->cmd->step];
    const uint16_t decision = pl_definition_decision(d->def, d->cmd->decision);
    enum pl_rejection rejection = PL_ACCEPTED;

    if (pl_core_is_told(d) || pl_step_is_undo(step, d->cmd->item)) {
        *decision_out = PL_DECISION_APPROVE; /* whatever it says: it only has to come */
        return PL_ACCEPTED;
    }
    if (!is_opinion(d)) {
        rejection = check_rule(d, pl_step_rule(step, decision));
    } else if (decision != PL_DECISION_NO_OBJECTION && decision != PL_DECISION_OBJECTION) {
        rejection = PL_REJECT_NO_SUCH_DECISION;
    } else if (decision == PL_DECISION_OBJECTION && d->cmd->reason.len == 0) {
        rejection = PL_REJECT_REASON_REQUIRED;
    }
    if (rejection == PL_ACCEPTED) {
        rejection = pl_core_check_officer(d);
    }
    if (rejection == PL_ACCEPTED) {
        *decision_out = decision;
    }
    return rejection;
}

/* Whether this answer, given now, would wait: for other members, other steps, an operator or the
 * end of a pause. One that comes after the step is done changes nothing. */
static bool would_be_held(const struct pl_deciding *d, uint16_t decision)
{
    const struct pl_step_def *step = &d->def->steps[d->cmd->step];
    const struct pl_step *s = pl_core_step(d, d->cmd->step);
    uint16_t holder = PL_NO_STEP;

    if (pl_core_is_told(d) || s->state != PL_STEP_ACTIVE) {
        return false;
    }
    if (pl_step_has_set(step)) {
        if (pl_core_set_would_wait(d, d->cmd->step, d->cmd->item, decision)) {
            return true;
        }
    } else {
        for (uint16_t i = 0; i < pl_step_own_tasks(step); i++) {
            if (i != d->cmd->item && pl_task_is_open(pl_core_task(d, d->cmd->step, i)->state)) {
                return true;
            }
        }
    }
    return d->out->after.paused || s->incident ||
           pl_core_is_held(d->def, &d->out->after, d->cmd->step, &holder);
}

void pl_core_answer(struct pl_deciding *d, uint16_t decision)
{
    struct pl_event event = {
        .kind = PL_EVT_TASK_COMPLETED, .step = d->cmd->step, .item = d->cmd->item};

    event.task_completed.decision = decision;
    event.task_completed.held = would_be_held(d, decision);
    event.task_completed.reason = d->cmd->reason;
    event.task_completed.by = d->cmd->by;
    event.task_completed.body_hash = d->cmd->body_hash;
    event.task_completed.answer = d->cmd->answer;
    event.task_completed.officer = d->cmd->officer;
    pl_core_emit(d, event);
    if (pl_step_is_undo(&d->def->steps[d->cmd->step], d->cmd->item)) {
        pl_core_undo(d);
    }
    pl_core_advance(d);
}
