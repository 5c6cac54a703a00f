#include <string.h>

#include "base/check.h"
#include "core/internal.h"

enum on { ON_DEFINITION, ON_CASE, ON_STEP, ON_TASK };

static const struct {
    pl_decide_fn *decide;
    enum on on;
} commands[PL_COMMANDS] = {
#define COMMAND(NAME, HANDLER, ON, BY) [PL_CMD_##NAME] = {pl_decide_##HANDLER, ON_##ON},
#include "model/commands.def"
#undef COMMAND
};

/* Service + 1 that has the task of an event, or the one task of its step, before it is applied; 0:
 * the one that the definition names first. */
static uint16_t served_by(const struct pl_deciding *d, const struct pl_event *event)
{
    const struct pl_case *c = &d->out->after;

    if (event->step >= c->step_count) {
        return 0;
    }
    const struct pl_step_def *sd = &d->def->steps[event->step];
    const bool of_step = event->item == PL_NO_ITEM;
    const uint16_t item = of_step ? PL_LEAD : event->item;

    if (item >= sd->task_count || (of_step && pl_step_has_set(sd))) {
        return 0;
    }
    const uint16_t given = c->tasks[sd->first_task + item].service;

    return given != pl_step_member(sd, item)->service + 1U ? given : 0;
}

void pl_core_emit(struct pl_deciding *d, struct pl_event event)
{
    struct pl_outcome *out = d->out;

    PL_CHECK(out->event_count < PL_EVENTS_MAX);
    event.case_id = out->after.id;
    event.served_by = event.served_by != 0 ? event.served_by : served_by(d, &event);
    if (event.kind == PL_EVT_CASE_STARTED) {
        event.case_id.v = (uint64_t)d->facts->partition << 56 | d->facts->next_seq;
    }
    out->events[out->event_count] = event;
    pl_core_apply(d->def, &out->after, &out->events[out->event_count],
                  d->facts->next_seq + out->event_count, d->facts->now_ms);
    out->event_count++;
}

/* Copies what the case has, not what it might have: most have a tenth of the steps allowed. */
static void prepare(const struct pl_case *c, const struct pl_case_data *data,
                    struct pl_outcome *out)
{
    out->event_count = 0;
    out->repeated = false;
    out->repeated_seq = 0;
    out->text_len = 0;
    out->room_used = 0;
    if (c == NULL) {
        memset(&out->after, 0, sizeof(out->after));
        out->form = (struct pl_bytes){NULL, 0};
    } else {
        out->after = *c;
        memcpy(out->steps, c->steps, c->step_count * sizeof(c->steps[0]));
        memcpy(out->tasks, c->tasks, c->task_count * sizeof(c->tasks[0]));
        out->form = data->form;
    }
    out->after.steps = out->steps;
    out->after.tasks = out->tasks;
}

/* Whether the step and the task exist that a command names. */
static enum pl_rejection check_target(const struct pl_definition *def, const struct pl_command *cmd)
{
    if (commands[cmd->kind].on < ON_STEP) {
        return PL_ACCEPTED;
    }
    if (cmd->step >= def->step_count) {
        return PL_REJECT_NO_SUCH_STEP;
    }
    /* A guard that failed is an incident of the step, not of a task. */
    const bool of_step = cmd->kind == PL_CMD_TASK_RETRY && cmd->item == PL_NO_ITEM;

    if (commands[cmd->kind].on == ON_TASK && !of_step &&
        cmd->item >= def->steps[cmd->step].task_count) {
        return PL_REJECT_NO_SUCH_TASK;
    }
    return PL_ACCEPTED;
}

/* A closed case still knows its last answers: an adapter that never saw the reply asks again. What
 * the last holder of a task did in vain is recorded; whoever else speaks is only told. */
static enum pl_rejection decide_closed(struct pl_deciding *d)
{
    const enum pl_command_kind kind = d->cmd->kind;

    if ((kind == PL_CMD_TASK_TAKE && pl_core_is_told(d)) || kind == PL_CMD_TASK_COMPLETE ||
        kind == PL_CMD_TASK_FAIL || kind == PL_CMD_TASK_THROW) {
        const enum pl_rejection rejection = pl_core_fence(d);

        if (rejection == PL_ACCEPTED && d->out->repeated) {
            return PL_ACCEPTED;
        }
        if (rejection != PL_REJECT_SUPERSEDED) {
            return pl_core_refuse(d, PL_REJECT_CASE_CLOSED);
        }
    }
    return PL_REJECT_CASE_CLOSED;
}

enum pl_rejection pl_core_decide(const struct pl_definition *def, const struct pl_case *c,
                                 const struct pl_case_data *data, const struct pl_facts *facts,
                                 const struct pl_command *cmd, struct pl_outcome *out)
{
    struct pl_deciding deciding = {def, data, facts, cmd, out};

    PL_CHECK(cmd->kind < PL_COMMANDS);
    out->event_count = 0;
    if (!pl_command_allows(cmd->kind, cmd->actor)) {
        return PL_REJECT_WRONG_ACTOR;
    }
    if (c == NULL && cmd->kind != PL_CMD_START) {
        return PL_REJECT_NO_SUCH_CASE;
    }
    PL_CHECK(c == NULL || (c->step_count == def->step_count && c->task_count == def->task_count));

    const enum pl_rejection missing = check_target(def, cmd);

    if (missing != PL_ACCEPTED) {
        return c != NULL && c->finished ? PL_REJECT_CASE_CLOSED : missing;
    }
    prepare(cmd->kind == PL_CMD_START ? NULL : c, data, out);
    if (out->after.finished) {
        return decide_closed(&deciding);
    }
    return commands[cmd->kind].decide(&deciding);
}
