/* Sets: the tasks of a step that are not known one by one when the file is written. What is left
 * open, when the set is done, and what it then decides. */
#include "base/check.h"
#include "core/internal.h"

/* How a set stands. Items and arrivals weigh 1 each. */
struct tally {
    uint16_t count; /* tasks that it has so far */
    uint16_t open;
    uint16_t waiting; /* whose turn has not come */
    bool coming;      /* more may come */
    uint32_t weight_on;
    uint32_t weight_left;   /* of those that are open or wait */
    uint16_t last_on;       /* in the order of the set; PL_NO_ITEM: none */
    uint16_t first_against; /* answered, and does not go on */
};

/* An answer that is about to be given: counted as if it stood already. */
struct answer {
    uint16_t item;
    uint16_t decision;
};

static uint16_t size_of(const struct pl_step_def *sd, const struct pl_step *s)
{
    return sd->set.kind == PL_SET_ITEMS ? s->item_count : pl_step_own_tasks(sd);
}

static bool goes_on(const struct pl_step_def *sd, uint16_t decision)
{
    const struct pl_decision_rule *rule = pl_step_rule(sd, decision);

    return rule == NULL || rule->effect == PL_DECISION_GOES_ON;
}

/* A task that was not readied in this round: whether it will be, by itself. */
static bool is_due(const struct pl_step_def *sd, const struct pl_case *c, uint16_t item)
{
    return sd->set.kind != PL_SET_ARCS || pl_core_arc(c, sd->after[item]) == PL_ARC_SATISFIED;
}

static bool is_coming(const struct pl_step_def *sd, const struct pl_case *c,
                      const struct pl_step *s)
{
    if (sd->set.kind != PL_SET_ARCS) {
        return sd->set.open && !s->closed;
    }
    for (uint16_t i = 0; i < sd->after_count; i++) {
        if (pl_core_arc(c, sd->after[i]) == PL_ARC_OPEN) {
            return true;
        }
    }
    return false;
}

static void count_answer(struct tally *t, const struct pl_step_def *sd, uint16_t item,
                         uint16_t decision, uint32_t weight)
{
    if (goes_on(sd, decision)) {
        t->weight_on += weight;
        t->last_on = item;
    } else if (t->first_against == PL_NO_ITEM) {
        t->first_against = item;
    }
}

static void count_task(struct tally *t, const struct pl_step_def *sd, const struct pl_case *c,
                       uint16_t item, const struct answer *given)
{
    const struct pl_task *task = &c->tasks[sd->first_task + item];
    const uint32_t weight = sd->set.kind == PL_SET_SIGNERS ? sd->members[item].weight : 1;

    if (given != NULL && given->item == item) {
        count_answer(t, sd, item, given->decision, weight);
    } else if (task->state == PL_TASK_ANSWERED || task->state == PL_TASK_DEEMED) {
        count_answer(t, sd, item, task->decision, weight);
    } else if (pl_task_is_open(task->state)) {
        t->open++;
        t->weight_left += weight;
    } else if (task->state == PL_TASK_NONE && is_due(sd, c, item)) {
        t->waiting++;
        t->weight_left += weight;
    }
}

static struct tally count(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                          const struct answer *given)
{
    const struct pl_step_def *sd = &def->steps[step];
    const struct pl_step *s = &c->steps[step];
    struct tally t = {.count = size_of(sd, s),
                      .coming = is_coming(sd, c, s),
                      .last_on = PL_NO_ITEM,
                      .first_against = PL_NO_ITEM};

    for (uint16_t i = 0; i < t.count; i++) {
        count_task(&t, sd, c, i, given);
    }
    return t;
}

/* ---- when it is done --------------------------------------------------------------------------
 */

/* REACHED: as much went on as was asked for. OVER: nothing that could still come would change it.
 */
enum progress { GOES_ON, REACHED, OVER };

/* A message told has answered when it is sent. */
static bool only_sends(const struct pl_step_def *sd)
{
    return sd->kind == PL_KIND_TELL;
}

static bool is_left(const struct pl_step_def *sd, const struct tally *t)
{
    return t->coming || t->waiting > 0 || (t->open > 0 && !only_sends(sd));
}

/* n of those that there are, once nothing can be added; the weights of signers stand in the file.
 */
static uint32_t need_of(const struct pl_step_def *sd, const struct tally *t)
{
    const bool lowered = sd->set.kind != PL_SET_SIGNERS && !t->coming && t->count < sd->set.need;

    return lowered ? t->count : sd->set.need;
}

static enum progress progress_of(const struct pl_step_def *sd, const struct tally *t)
{
    const enum progress rest = is_left(sd, t) ? GOES_ON : OVER;

    switch (sd->set.done_when) {
    case PL_DONE_ALL:
        /* Signers sign the same decision: the first who does not, ends it. */
        return sd->set.kind == PL_SET_SIGNERS && t->first_against != PL_NO_ITEM ? OVER : rest;
    case PL_DONE_ANY:
        return t->last_on != PL_NO_ITEM ? REACHED : rest;
    case PL_DONE_NEED:
        if (t->weight_on >= need_of(sd, t)) {
            return REACHED;
        }
        return !t->coming && t->weight_on + t->weight_left < need_of(sd, t) ? OVER : rest;
    case PL_DONE_EXPRESSION:
        return rest;
    }
    PL_UNREACHABLE();
}

/* Reads `done_when`; false: an incident was raised. */
static bool read_progress(struct pl_deciding *d, uint16_t step, const struct tally *t,
                          enum progress *progress_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    bool holds = false;

    *progress_out = progress_of(sd, t);
    if (sd->set.done_when != PL_DONE_EXPRESSION || *progress_out != GOES_ON) {
        return true;
    }
    if (!pl_core_condition(d, step, PL_NO_ITEM, sd->set.done, &holds)) {
        return false;
    }
    *progress_out = holds ? OVER : GOES_ON;
    return true;
}

bool pl_core_set_would_wait(const struct pl_deciding *d, uint16_t step, uint16_t item,
                            uint16_t decision)
{
    const struct answer given = {item, decision};
    const struct tally t = count(d->def, &d->out->after, step, &given);

    return progress_of(&d->def->steps[step], &t) == GOES_ON;
}

/* ---- what it decides --------------------------------------------------------------------------
 */

/* Decisions that no step need list: they go on. */
static const struct pl_decision_rule approve = {.decision = PL_DECISION_APPROVE,
                                                .effect = PL_DECISION_GOES_ON};

static const struct pl_decision_rule *rule_of(const struct pl_step_def *sd, uint16_t decision)
{
    const struct pl_decision_rule *rule = pl_step_rule(sd, decision);

    return rule == NULL && decision == PL_DECISION_APPROVE ? &approve : rule;
}

/* `decision`: an expression that gives the id; false: an incident was raised. */
static bool ask_expression(struct pl_deciding *d, uint16_t step,
                           const struct pl_decision_rule **rule_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    struct pl_cel_value value;
    uint16_t decision = PL_NO_DECISION;

    if (!pl_core_evaluate(d, step, PL_NO_ITEM, sd->set.decision, &value)) {
        return false;
    }
    if (value.type == PL_CEL_STRING) {
        decision = pl_definition_decision(d->def, value.text);
    }
    *rule_out = decision == PL_NO_DECISION ? NULL : rule_of(sd, decision);
    if (*rule_out == NULL) {
        pl_core_incident(d, step, PL_NO_ITEM, "decision",
                         "the expression gives no decision that the step knows");
    }
    return *rule_out != NULL;
}

/* The task whose answer decides; PL_NO_ITEM: they approve together. */
static uint16_t decisive(const struct pl_step_def *sd, const struct tally *t,
                         enum progress progress)
{
    const bool approved = progress == REACHED || t->first_against == PL_NO_ITEM;

    if (!approved) {
        return t->first_against;
    }
    return sd->set.kind == PL_SET_SIGNERS ? t->last_on : PL_NO_ITEM;
}

static bool read_decision(struct pl_deciding *d, uint16_t step, const struct tally *t,
                          enum progress progress, uint16_t *item_out,
                          const struct pl_decision_rule **rule_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    *item_out = PL_NO_ITEM;
    if (sd->set.decision != NULL) {
        return ask_expression(d, step, rule_out);
    }
    *item_out = decisive(sd, t, progress);
    *rule_out = *item_out == PL_NO_ITEM ? &approve
                                        : rule_of(sd, pl_core_task(d, step, *item_out)->decision);
    PL_CHECK(*rule_out != NULL);
    return true;
}

/* ---- what happens -----------------------------------------------------------------------------
 */

/* Readies those whose turn has come. Returns whether anything changed. */
static bool ready(struct pl_deciding *d, uint16_t step, const struct tally *t)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint16_t open = t->open;
    uint16_t behind = PL_NO_STEP;
    bool changed = false;

    if (t->waiting == 0 || !pl_core_name_is_free(d->def, &d->out->after, step, &behind)) {
        return false;
    }
    for (uint16_t i = 0; i < t->count; i++) {
        if (sd->set.at_once != 0 && open >= sd->set.at_once) {
            break;
        }
        if (pl_core_task(d, step, i)->state != PL_TASK_NONE || !is_due(sd, &d->out->after, i)) {
            continue;
        }
        changed = true;
        if (!pl_core_assign(d, step, i)) {
            break;
        }
        pl_core_ready_task(d, step, i);
        open++;
    }
    return changed;
}

bool pl_core_set_settle(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct tally t = count(d->def, &d->out->after, step, NULL);
    const struct pl_decision_rule *rule = NULL;
    enum progress progress = GOES_ON;
    uint16_t item = PL_NO_ITEM;
    uint16_t holder = PL_NO_STEP;

    if (!read_progress(d, step, &t, &progress)) {
        return true;
    }
    if (progress == GOES_ON) {
        return ready(d, step, &t);
    }
    if (pl_core_is_held(d->def, &d->out->after, step, &holder)) {
        return false;
    }
    if (!read_decision(d, step, &t, progress, &item, &rule)) {
        return true;
    }
    /* The rest may finish beside a step that is done, not beside one that begins anew. */
    if (rule->effect != PL_DECISION_GOES_ON || (!sd->set.rest_finishes && !only_sends(sd))) {
        pl_core_cancel_tasks(d, step, step);
    }
    pl_core_answer_takes_effect(d, step, item, rule);
    return true;
}
