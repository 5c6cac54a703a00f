#include "base/check.h"
#include "core/internal.h"

bool pl_core_is_held(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                     uint16_t *by_step_out)
{
    const struct pl_step_def *sd = &def->steps[step];

    for (uint16_t i = 0; i < sd->decide_after_count; i++) {
        if (!pl_step_is_settled(c->steps[sd->decide_after[i]].state)) {
            *by_step_out = sd->decide_after[i];
            return true;
        }
    }
    return false;
}

static bool everybody_answered(const struct pl_deciding *d, uint16_t step)
{
    for (uint16_t i = 0; i < pl_step_own_tasks(&d->def->steps[step]); i++) {
        if (pl_task_is_open(pl_core_task(d, step, i)->state)) {
            return false;
        }
    }
    return true;
}

/* What one member decided for the step; NULL for opinions, which inform the lead, and for members
 * that were not asked. */
static const struct pl_decision_rule *binding_rule(const struct pl_deciding *d, uint16_t step,
                                                   uint16_t item)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_task *t = pl_core_task(d, step, item);

    if (item == 0 && t->state == PL_TASK_CANCELLED && pl_core_step(d, step)->deemed) {
        return pl_step_rule(sd, pl_core_step(d, step)->decision); /* the lead was silent */
    }
    if (pl_step_member(sd, item)->role == PL_ROLE_OPINION ||
        (t->state != PL_TASK_ANSWERED && t->state != PL_TASK_DEEMED)) {
        return NULL;
    }
    const struct pl_decision_rule *rule = pl_step_rule(sd, t->decision);

    PL_CHECK(rule != NULL);
    return rule;
}

/* The first that ends the case, otherwise the first that goes back, otherwise the lead's: the
 * applicant gets one notice with everything in it. */
static const struct pl_decision_rule *decision_of(const struct pl_deciding *d, uint16_t step,
                                                  uint16_t *item_out)
{
    const enum pl_decision_effect strength[] = {PL_DECISION_ENDS, PL_DECISION_BACK};

    for (unsigned k = 0; k < sizeof(strength) / sizeof(strength[0]); k++) {
        for (uint16_t i = 0; i < pl_step_own_tasks(&d->def->steps[step]); i++) {
            const struct pl_decision_rule *rule = binding_rule(d, step, i);

            if (rule != NULL && rule->effect == strength[k]) {
                *item_out = i;
                return rule;
            }
        }
    }
    *item_out = 0;
    const struct pl_decision_rule *rule = binding_rule(d, step, 0);

    PL_CHECK(rule != NULL);
    return rule;
}

/* Whether this command brought the answer that decides. The reason and the name belong to the
 * answer: one that was held gave them in its own event. */
static bool is_answer(const struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const bool answers = d->cmd->kind == PL_CMD_TASK_COMPLETE || d->cmd->kind == PL_CMD_TASK_DECIDE;

    return answers && d->cmd->step == step && d->cmd->item == item;
}

static void done(struct pl_deciding *d, uint16_t step, uint16_t decision)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_DONE,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_done = {.decision = decision},
                    });
}

void pl_core_cancel_step(struct pl_deciding *d, uint16_t step, uint16_t by_step)
{
    pl_core_cancel_tasks(d, step, by_step);
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_CANCELLED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_cancelled = {.by_step = by_step},
                    });
}

void pl_core_goes_on(struct pl_deciding *d, uint16_t step, uint16_t decision)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    done(d, step, decision);
    pl_core_issue_documents(d, step);
    for (uint16_t i = 0; pl_steps_any(sd->cancels) && i < d->def->step_count; i++) {
        if (pl_steps_have(sd->cancels, i) && !pl_step_is_settled(pl_core_step(d, i)->state)) {
            pl_core_cancel_step(d, i, step);
        }
    }
}

bool pl_core_is_used_up(const struct pl_deciding *d, uint16_t step,
                        const struct pl_decision_rule *rule)
{
    const unsigned shift = 8u * pl_step_back_rule(&d->def->steps[step], rule->decision);

    return (pl_core_step(d, step)->returns >> shift & 0xff) >= rule->at_most;
}

void pl_core_take_effect(struct pl_deciding *d, uint16_t step, const struct pl_decision_rule *rule,
                         struct pl_text reason, struct pl_text by)
{
    switch (rule->effect) {
    case PL_DECISION_GOES_ON:
        pl_core_goes_on(d, step, rule->decision);
        return;
    case PL_DECISION_ENDS:
        done(d, step, rule->decision);
        pl_core_finish(d, rule->result, reason, step);
        return;
    case PL_DECISION_BACK:
        if (!pl_core_is_used_up(d, step, rule)) {
            pl_core_send_back(d, step, rule->back_to, rule, reason, by);
            return;
        }
        done(d, step, rule->decision);
        pl_core_finish(d, rule->then, reason, step);
        return;
    }
    PL_UNREACHABLE();
}

void pl_core_answer_takes_effect(struct pl_deciding *d, uint16_t step, uint16_t item,
                                 const struct pl_decision_rule *rule)
{
    const bool now = is_answer(d, step, item);

    pl_core_take_effect(d, step, rule, now ? d->cmd->reason : PL_NO_TEXT,
                        now ? d->cmd->by : PL_NO_TEXT);
}

/* Of a WAIT_FOR: its signal came, or its time. */
static bool wait_is_over(const struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_step *s = pl_core_step(d, step);
    const struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);

    switch (sd->wait_for) {
    case PL_WAIT_SIGNAL:
        return s->signalled;
    case PL_WAIT_DATE:
    case PL_WAIT_SPAN:
        return pl_core_wait_end(&clock, sd) <= d->facts->now_ms;
    }
    PL_UNREACHABLE();
}

/* In a joint step the others were heard: silence speaks for the lead alone. */
static bool is_joint(const struct pl_step_def *sd)
{
    return sd->set.kind == PL_SET_NONE && sd->member_count > 1;
}

static bool settle_deemed(struct pl_deciding *d, uint16_t step)
{
    const uint16_t decision = pl_core_step(d, step)->decision;
    const struct pl_decision_rule *rule = pl_step_rule(&d->def->steps[step], decision);

    if (rule == NULL) {
        pl_core_goes_on(d, step, decision); /* one of those that always go on */
    } else {
        pl_core_take_effect(d, step, rule, PL_NO_TEXT, PL_NO_TEXT);
    }
    return true;
}

bool pl_core_settle_step(struct pl_deciding *d, uint16_t step)
{
    uint16_t holder = PL_NO_STEP;

    if (pl_core_step(d, step)->deemed && !is_joint(&d->def->steps[step])) {
        return !pl_core_is_held(d->def, &d->out->after, step, &holder) && settle_deemed(d, step);
    }
    if (d->def->steps[step].kind == PL_KIND_WAIT_FOR) {
        if (!wait_is_over(d, step)) {
            return false;
        }
        pl_core_goes_on(d, step, PL_DECISION_APPROVE);
        return true;
    }
    if (pl_step_has_set(&d->def->steps[step])) {
        return pl_core_set_settle(d, step);
    }
    if (!everybody_answered(d, step) || pl_core_is_held(d->def, &d->out->after, step, &holder)) {
        return false;
    }
    uint16_t item = 0;
    const struct pl_decision_rule *rule = decision_of(d, step, &item);

    pl_core_answer_takes_effect(d, step, item, rule);
    return true;
}
