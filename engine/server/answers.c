#include "server/answers.h"

#include "server/form.h"

static const uint8_t nothing[] = {0x80}; /* an empty map */

static struct pl_bytes or_nothing(struct pl_bytes value)
{
    return value.size > 0 ? value : (struct pl_bytes){nothing, sizeof nothing};
}

static bool goes_on(const struct pl_definition *def, const struct pl_step_def *step,
                    struct pl_text decision)
{
    const uint16_t number = pl_definition_decision(def, decision);
    const struct pl_decision_rule *rule =
        number == PL_NO_DECISION ? NULL : pl_step_rule(step, number);

    return rule == NULL || rule->effect == PL_DECISION_GOES_ON;
}

bool pl_answer_fits(struct pl_request *r, const struct pl_command *cmd, struct pl_bytes answer,
                    int *rc_out)
{
    struct pl_server *s = r->server;
    struct pl_live *live = NULL;

    if (pl_state_open(&s->state, &s->arena, cmd->case_id, &live) != PLACET_OK ||
        cmd->step >= live->def->step_count) {
        return true; /* the command will say */
    }
    const struct pl_step_def *step = &live->def->steps[cmd->step];
    if (step->answer == NULL || cmd->item >= step->task_count || pl_step_is_undo(step, cmd->item)) {
        return true;
    }
    const enum pl_member_role role = pl_step_member(step, cmd->item)->role;
    if (role == PL_ROLE_OPINION || role == PL_ROLE_DECISION ||
        (answer.size == 0 && !goes_on(live->def, step, cmd->decision))) {
        return true;
    }
    return pl_form_is_valid(r, step->answer, or_nothing(answer),
                            "the answer does not match its schema", rc_out);
}

bool pl_signal_fits(struct pl_request *r, struct pl_case_id id, const struct pl_command *cmd,
                    int *rc_out)
{
    struct pl_server *s = r->server;
    struct pl_live *live = NULL;

    if (pl_state_open(&s->state, &s->arena, id, &live) != PLACET_OK) {
        return true;
    }
    for (uint16_t i = 0; i < live->def->step_count; i++) {
        const struct pl_step_def *step = &live->def->steps[i];
        if (step->kind == PL_KIND_WAIT_FOR && step->answer != NULL &&
            pl_text_equal(step->signal, cmd->code) && !pl_step_is_settled(live->c.steps[i].state) &&
            !pl_form_is_valid(r, step->answer, or_nothing(cmd->answer),
                              "the data of the signal do not match their schema", rc_out)) {
            return false;
        }
    }
    return true;
}
