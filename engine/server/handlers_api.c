/* Commands of portals and officers. Each carries `idem`: the same id with the same body is answered
 * again, with another body it is a conflict. */
#include <string.h>

#include "server/answers.h"
#include "server/case_view.h"
#include "server/form.h"
#include "server/handlers.h"
#include "server/session.h"
#include "value/merge.h"

static const char wrong_form[] = "the form does not match its schema";

#define SIGNAL_NAME_MAX (2 * PL_ID_MAX) /* of a step, a point, and what is said to it */

/* `step` by its id in the definition of an open case. PL_NO_STEP with a mistake when the case does
 * not have it; PL_NO_STEP alone when the case is not open, which the command will say. */
static uint16_t request_step(struct pl_request *r, struct pl_case_id id)
{
    const struct pl_text name = pl_request_text(r, "step", PL_ID_MAX, PL_REQUIRED);
    struct pl_server *s = r->server;
    struct pl_live *live = NULL;

    if (pl_request_bad(r) || pl_state_open(&s->state, &s->arena, id, &live) != PLACET_OK) {
        return PL_NO_STEP;
    }
    const uint16_t step = pl_definition_step(live->def, name);
    if (step == PL_NO_STEP) {
        pl_request_mistake(r, "step", "the definition of this case has no such step");
    }
    return step;
}

/* `task`, or `case` and `step` with `item` for one member of a joint step. */
static void request_task_of(struct pl_request *r, struct pl_command *cmd)
{
    if (pl_value_get(r->body, PL_TEXT("task")).size > 0) {
        const struct pl_task_ref ref = pl_request_task(r);
        cmd->case_id = ref.id;
        cmd->step = ref.step;
        cmd->item = ref.item;
        cmd->round = ref.round;
        return;
    }
    cmd->case_id = pl_request_case(r);
    cmd->step = request_step(r, cmd->case_id);
    cmd->item = (uint16_t)pl_request_int_or(r, "item", 0, PL_TASKS_MAX - 1, 0);
}

/* Whether this id was answered before. Then its reply stands, whatever has become of the case, the
 * form or the definition since: nothing else of the message is looked at. */
static bool was_answered(const struct pl_request *r, const struct pl_command *cmd)
{
    return cmd->idem.len > 0 && pl_state_reply(&r->server->state, cmd->by, cmd->idem) != NULL;
}

static int run(struct pl_request *r, struct pl_command *cmd)
{
    return pl_request_bad(r) && !was_answered(r, cmd) ? pl_answer_mistake(r)
                                                      : pl_answer_command(r, cmd);
}

/* ---- starting ---------------------------------------------------------------------------------
 */

static int answer_started(struct pl_request *r, const struct pl_verdict *x, bool existing)
{
    struct pl_found found;
    struct pl_writer body;

    const int rc = pl_case_find(r->server, x->case_id, &found);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (pl_answer_open(r, &body, 512) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 6);
    pl_write_verdict(&body, x);
    pl_write_key_text(&body, "workflow", found.def->workflow);
    pl_write_key_u64(&body, "revision", found.def->revision);
    pl_write_key_bool(&body, "existing", existing);
    return pl_answer_send(r, x->repeated ? PLACET_FLAG_DUP : 0, &body);
}

enum on_existing { ON_EXISTING_REJECT, ON_EXISTING_USE, ON_EXISTING_ALLOW_IF_CLOSED };

static int answer_exists(struct pl_request *r, struct pl_case_id id)
{
    uint8_t memory[64];
    char text[PL_CASE_TEXT_SIZE];
    struct pl_writer detail;

    pl_case_id_format(id, text);
    pl_writer_init(&detail, memory, sizeof memory);
    pl_write_map(&detail, 1);
    pl_write_key_string(&detail, "case", text);
    return pl_answer_error(r, PLACET_CODE_ALREADY_EXISTS, "a case has this key already", 0,
                           pl_writer_bytes(&detail));
}

/* Whether a case with the key settles the matter; then it has been answered: `*rc_out`. */
static bool settled_by_existing(struct pl_request *r, const struct pl_definition *def,
                                const struct pl_command *cmd, enum on_existing on_existing,
                                int *rc_out)
{
    const struct pl_state *state = &r->server->state;
    struct pl_verdict x = {.seq = state->last_seq};

    x.case_id = pl_state_case_of_key(state, def->workflow, cmd->key);
    if (x.case_id.v == 0 && on_existing != ON_EXISTING_ALLOW_IF_CLOSED) {
        x.case_id = pl_state_closed_of_key(state, def->workflow, cmd->key);
    }
    if (x.case_id.v == 0) {
        return false;
    }
    *rc_out =
        on_existing == ON_EXISTING_USE ? answer_started(r, &x, true) : answer_exists(r, x.case_id);
    return true;
}

static int start(struct pl_request *r, const struct pl_definition *def, struct pl_command *cmd,
                 enum on_existing on_existing)
{
    struct pl_verdict x = {0};
    bool ran = false;
    int rc = PLACET_OK;

    if (settled_by_existing(r, def, cmd, on_existing, &rc)) {
        return rc;
    }
    rc = pl_turn_start(r->server, def, cmd, &x);
    if (rc != PLACET_OK) {
        return rc;
    }
    rc = pl_request_executed(r, &x, &ran);
    return ran ? answer_started(r, &x, false) : rc;
}

/* The same answer as before, with the definition that the case got then. */
static int start_again(struct pl_request *r, struct pl_command *cmd)
{
    struct pl_verdict x = {0};
    bool ran = false;
    const int rc = pl_request_execute(r, cmd, &x, &ran);

    return ran ? answer_started(r, &x, false) : rc;
}

static enum on_existing request_on_existing(struct pl_request *r)
{
    static const char *const words[] = {
        [ON_EXISTING_REJECT] = "reject",
        [ON_EXISTING_USE] = "use",
        [ON_EXISTING_ALLOW_IF_CLOSED] = "allow_if_closed",
    };
    const struct pl_text text = pl_request_text(r, "on_existing", 16, PL_OPTIONAL);

    for (unsigned i = 0; text.len > 0 && i < sizeof words / sizeof words[0]; i++) {
        if (pl_text_is(text, words[i])) {
            return (enum on_existing)i;
        }
    }
    if (text.len > 0) {
        pl_request_mistake(r, "on_existing", "must be reject, use or allow_if_closed");
    }
    return ON_EXISTING_REJECT;
}

int pl_handle_start(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_START);
    if (was_answered(r, &cmd)) {
        return start_again(r, &cmd);
    }
    const struct pl_text workflow = pl_request_text(r, "workflow", PL_ID_MAX, PL_REQUIRED);
    const int64_t revision = pl_request_int_or(r, "revision", 1, UINT32_MAX, 0);
    const enum on_existing on_existing = request_on_existing(r);

    cmd.key = pl_request_text(r, "key", PL_KEY_MAX, PL_REQUIRED);
    cmd.form = pl_request_map(r, "form", PL_REQUIRED);
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const struct pl_definition *def =
        pl_state_definition(&r->server->state, workflow, (uint32_t)revision);
    if (def == NULL) {
        return pl_answer_error(r, PLACET_CODE_NOT_FOUND,
                               "no such workflow or revision is published", 0,
                               (struct pl_bytes){0});
    }
    int rc = PLACET_OK;
    return pl_form_is_valid(r, def->form, cmd.form, wrong_form, &rc)
               ? start(r, def, &cmd, on_existing)
               : rc;
}

int pl_handle_supplement(struct pl_request *r)
{
    struct pl_server *s = r->server;
    struct pl_command cmd = pl_request_command(r, PL_CMD_SUPPLEMENT);
    const struct pl_bytes changes = pl_request_map(r, "changes", PL_REQUIRED);
    struct pl_live *live = NULL;

    cmd.case_id = pl_request_case(r);
    if (pl_request_bad(r) || was_answered(r, &cmd)) {
        return run(r, &cmd);
    }
    int rc = pl_state_open(&s->state, &s->arena, cmd.case_id, &live);
    if (rc == PLACET_ENOTFOUND) {
        return pl_answer_command(r, &cmd);
    }
    if (rc == PLACET_OK) {
        rc = pl_value_merge(&s->arena, live->data.form, changes, &cmd.form);
    }
    if (rc == PLACET_EINVALID) {
        pl_request_mistake(r, "changes", "make the form larger than a form may be");
        return pl_answer_mistake(r);
    }
    if (rc != PLACET_OK) {
        return rc;
    }
    return pl_form_is_valid(r, live->def->form, cmd.form, wrong_form, &rc)
               ? pl_answer_command(r, &cmd)
               : rc;
}

/* ---- on a case --------------------------------------------------------------------------------
 */

static int on_case(struct pl_request *r, enum pl_command_kind kind, enum pl_need reason)
{
    struct pl_command cmd = pl_request_command(r, kind);

    cmd.case_id = pl_request_case(r);
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, reason);
    return run(r, &cmd);
}

int pl_handle_withdraw(struct pl_request *r)
{
    return on_case(r, PL_CMD_WITHDRAW, PL_OPTIONAL);
}

int pl_handle_cancel_case(struct pl_request *r)
{
    return on_case(r, PL_CMD_CANCEL_CASE, PL_REQUIRED);
}

int pl_handle_pause_case(struct pl_request *r)
{
    return on_case(r, PL_CMD_PAUSE_CASE, PL_REQUIRED);
}

int pl_handle_resume_case(struct pl_request *r)
{
    return on_case(r, PL_CMD_RESUME_CASE, PL_OPTIONAL);
}

static int answer_told(struct pl_request *r, const struct pl_verdict *x, const struct pl_told *told)
{
    char text[PL_CASE_TEXT_SIZE];
    struct pl_writer body;

    if (pl_answer_open(r, &body, 256 + told->count * PL_CASE_TEXT_SIZE) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 4);
    pl_write_verdict(&body, x);
    pl_write_string(&body, "cases");
    pl_write_array(&body, told->count);
    for (uint32_t i = 0; i < told->count; i++) {
        pl_case_id_format(told->cases[i], text);
        pl_write_string(&body, text);
    }
    return pl_answer_send(r, x->repeated ? PLACET_FLAG_DUP : 0, &body);
}

/* Whether the data fit every case that waits; `told` is for scratch. */
static bool all_fit(struct pl_request *r, const struct pl_command *cmd, struct pl_told *told,
                    int *rc_out)
{
    told->count =
        pl_signals_find(&r->server->state, cmd->code, cmd->key, told->cases, PL_SIGNAL_CASES_MAX);
    if (told->count > PL_SIGNAL_CASES_MAX) {
        *rc_out = pl_answer_error(r, PLACET_CODE_INVALID_STATE,
                                  "too many cases wait for this key: send it to each by its number",
                                  0, (struct pl_bytes){0});
        return false;
    }
    for (uint32_t i = 0; i < told->count; i++) {
        if (!pl_signal_fits(r, told->cases[i], cmd, rc_out)) {
            return false;
        }
    }
    return true;
}

static int signal_by_key(struct pl_request *r, struct pl_command *cmd)
{
    struct pl_verdict x = {0};
    struct pl_told told;
    bool ran = false;

    if (pl_request_bad(r) && !was_answered(r, cmd)) {
        return pl_answer_mistake(r);
    }
    int rc = PLACET_OK;
    if (!was_answered(r, cmd) && !all_fit(r, cmd, &told, &rc)) {
        return rc;
    }
    rc = pl_turn_signal(r->server, cmd, &told, &x);
    if (rc == PLACET_OK) {
        rc = pl_request_executed(r, &x, &ran);
    }
    if (ran && x.repeated) {
        rc = pl_turn_signal_again(r->server, cmd, x.seq, &told);
    }
    return ran && rc == PLACET_OK ? answer_told(r, &x, &told) : rc;
}

/* To one case, or by the key that open cases wait for. */
int pl_handle_signal(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_SIGNAL);
    const bool by_case = pl_value_get(r->body, PL_TEXT("case")).size > 0 ||
                         pl_value_get(r->body, PL_TEXT("workflow")).size > 0;
    struct pl_verdict x = {0};
    bool ran = false;
    int rc = PLACET_OK;

    cmd.code = pl_request_text(r, "name", SIGNAL_NAME_MAX, PL_REQUIRED);
    cmd.answer = pl_request_value(r, "data"); /* an item may be a number or a text */
    if (!by_case) {
        cmd.key = pl_request_text(r, "key", PL_REASON_MAX, PL_REQUIRED);
        return signal_by_key(r, &cmd);
    }
    cmd.case_id = pl_request_case(r);
    if (pl_request_bad(r) && !was_answered(r, &cmd)) {
        return pl_answer_mistake(r);
    }
    if (!was_answered(r, &cmd) && !pl_signal_fits(r, cmd.case_id, &cmd, &rc)) {
        return rc;
    }
    rc = pl_request_execute(r, &cmd, &x, &ran);
    return ran ? answer_told(r, &x, &(struct pl_told){.count = 1, .cases = {x.case_id}}) : rc;
}

/* ---- on a step or a task ----------------------------------------------------------------------
 */

static int on_step(struct pl_request *r, enum pl_command_kind kind)
{
    struct pl_command cmd = pl_request_command(r, kind);

    cmd.case_id = pl_request_case(r);
    cmd.step = request_step(r, cmd.case_id);
    cmd.item = PL_NO_ITEM;
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_REQUIRED);
    return run(r, &cmd);
}

int pl_handle_skip(struct pl_request *r)
{
    return on_step(r, PL_CMD_STEP_SKIP);
}

int pl_handle_back(struct pl_request *r)
{
    return on_step(r, PL_CMD_STEP_BACK);
}

/* A guard that failed is an incident of the step: no task of it exists yet. */
static bool is_guard_incident(struct pl_server *s, const struct pl_command *cmd)
{
    struct pl_live *live = NULL;

    return cmd->step != PL_NO_STEP &&
           pl_state_open(&s->state, &s->arena, cmd->case_id, &live) == PLACET_OK &&
           cmd->step < live->def->step_count && live->c.steps[cmd->step].incident;
}

int pl_handle_retry(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_TASK_RETRY);

    request_task_of(r, &cmd);
    if (is_guard_incident(r->server, &cmd)) {
        cmd.item = PL_NO_ITEM;
    }
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_OPTIONAL);
    return run(r, &cmd);
}

int pl_handle_decide(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_TASK_DECIDE);

    request_task_of(r, &cmd);
    cmd.decision = pl_request_text(r, "decision", PL_ID_MAX, PL_REQUIRED);
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_OPTIONAL);
    cmd.answer = pl_request_map(r, "answer", PL_OPTIONAL);
    cmd.officer = pl_request_text(r, "officer", PL_PRINCIPAL_MAX, PL_OPTIONAL);
    int rc = PLACET_OK;
    if (!pl_request_bad(r) && !was_answered(r, &cmd) && !pl_answer_fits(r, &cmd, cmd.answer, &rc)) {
        return rc;
    }
    return run(r, &cmd);
}

int pl_handle_extend(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_STEP_EXTEND);

    cmd.case_id = pl_request_case(r);
    cmd.step = request_step(r, cmd.case_id);
    cmd.item = PL_NO_ITEM;
    cmd.service = pl_request_text(r, "role", PL_ID_MAX, PL_REQUIRED);
    cmd.count = (uint32_t)pl_request_int_or(r, "count", 1, UINT32_MAX, 0);
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_REQUIRED);
    return run(r, &cmd);
}

/* ---- by whoever holds a task, or an officer ---------------------------------------------------
 */

/* The lease of an adapter is its right to speak of the task. */
static void request_held_task(struct pl_request *r, struct pl_command *cmd)
{
    request_task_of(r, cmd);
    if (cmd->actor == PL_ACTOR_ADAPTER) {
        cmd->lease = pl_request_lease(r);
    }
}

int pl_handle_hand_over(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_TASK_HAND_OVER);

    request_held_task(r, &cmd);
    cmd.service = pl_request_text(r, "service", 2 * PL_ID_MAX + 1, PL_REQUIRED);
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_REQUIRED);
    return run(r, &cmd);
}

int pl_handle_pause(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_CLOCK_STOP);

    request_held_task(r, &cmd);
    cmd.code = pl_request_text(r, "reason", PL_ID_MAX, PL_REQUIRED);
    cmd.estimate = pl_request_text(r, "estimate", PL_REASON_MAX, PL_OPTIONAL);
    cmd.reason = pl_request_text(r, "note", PL_REASON_MAX, PL_OPTIONAL);
    return run(r, &cmd);
}

int pl_handle_resume(struct pl_request *r)
{
    struct pl_command cmd = pl_request_command(r, PL_CMD_CLOCK_RESUME);

    request_held_task(r, &cmd);
    cmd.code = pl_request_text(r, "reason", PL_ID_MAX, PL_REQUIRED);
    return run(r, &cmd);
}
