/* What adapters say about their tasks. All of it is fenced by the lease and idempotent by it, so
 * that an adapter may repeat whatever was not answered. */
#include <string.h>

#include "base/time.h"
#include "server/answers.h"
#include "server/handlers.h"
#include "server/session.h"

#define PERCENT_UNKNOWN 101 /* the adapter did not say */

static struct pl_command task_command(struct pl_request *r, enum pl_command_kind kind)
{
    struct pl_command cmd = pl_request_command(r, kind);
    const struct pl_task_ref ref = pl_request_task(r);

    cmd.case_id = ref.id;
    cmd.step = ref.step;
    cmd.item = ref.item;
    cmd.round = ref.round;
    cmd.lease = pl_request_lease(r);
    return cmd;
}

/* Notes who has the task, unless it is settled: a `tell` ends by being taken. Gives the end of the
 * lease, or 0. */
static int64_t note_holder(struct pl_request *r, const struct pl_command *cmd)
{
    struct pl_server *s = r->server;
    struct pl_live *live = NULL;

    if (pl_state_open(&s->state, &s->arena, cmd->case_id, &live) != PLACET_OK) {
        return 0;
    }
    const struct pl_task *task = &live->c.tasks[live->def->steps[cmd->step].first_task + cmd->item];
    if (!pl_task_is_leased(task->state) ||
        memcmp(task->lease.at, cmd->lease.at, sizeof cmd->lease.at) != 0) {
        return 0;
    }
    pl_holder_spoke(s, live, (struct pl_task_ref){cmd->case_id, cmd->step, cmd->item, task->round},
                    r->session);
    return task->state == PL_TASK_ACTIVE ? task->wake_ms : 0;
}

/* TAKEN, PROGRESS, PARK: the session holds the task, and learns until when. */
static int hold(struct pl_request *r, struct pl_command *cmd)
{
    struct pl_verdict x = {0};
    struct pl_writer body;
    bool ran = false;

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc = pl_request_execute(r, cmd, &x, &ran);
    if (!ran) {
        return rc;
    }
    const int64_t until_ms = note_holder(r, cmd);
    if (pl_answer_open(r, &body, 192) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 5);
    pl_write_verdict(&body, &x);
    pl_write_key_u64(&body, "until", (uint64_t)until_ms);
    pl_write_key_u64(&body, "now", (uint64_t)r->server->now_ms);
    return pl_answer_send(r, x.repeated ? PLACET_FLAG_DUP : 0, &body);
}

/* COMPLETE, FAIL, THROW, RELEASE: the task leaves the session. */
static int let_go(struct pl_request *r, struct pl_command *cmd)
{
    struct pl_verdict x = {0};
    struct pl_writer body;
    bool ran = false;

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc = pl_request_execute(r, cmd, &x, &ran);
    if (!ran) {
        return rc;
    }
    if (pl_answer_open(r, &body, 128) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 3);
    pl_write_verdict(&body, &x);
    return pl_answer_send(r, x.repeated ? PLACET_FLAG_DUP : 0, &body);
}

int pl_handle_taken(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_TAKE);
    return hold(r, &cmd);
}

int pl_handle_progress(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_PROGRESS);

    cmd.extend_ms = pl_request_int_or(r, "extend", 0, PL_DAY_MS * 366, 0);
    cmd.percent = (uint64_t)pl_request_int_or(r, "percent", 0, 100, PERCENT_UNKNOWN);
    cmd.note = pl_request_text(r, "note", PL_REASON_MAX, PL_OPTIONAL);
    return hold(r, &cmd);
}

int pl_handle_park(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_PARK);

    cmd.note = pl_request_text(r, "reference", PL_KEY_MAX, PL_OPTIONAL);
    cmd.until_ms = pl_request_int_or(r, "until", 0, INT64_C(1) << 52, 0);
    return hold(r, &cmd);
}

/* The answer as it is kept: `documents` of the message become a key of it. */
static struct pl_bytes answer_with_documents(struct pl_request *r)
{
    const struct pl_bytes answer = pl_request_map(r, "answer", PL_OPTIONAL);
    const struct pl_bytes documents = pl_request_array(r, "documents", PL_OPTIONAL);
    struct pl_writer out;
    struct pl_reader in;
    uint32_t pairs = 0;

    if (documents.size == 0 || pl_request_bad(r)) {
        return answer;
    }
    if (pl_value_get(answer, PL_TEXT("documents")).size > 0) {
        pl_request_mistake(r, "documents", "stand in the answer already");
        return answer;
    }
    const uint32_t size = answer.size + documents.size + 32;
    uint8_t *memory = pl_arena_alloc(&r->server->arena, size);
    if (memory == NULL) {
        pl_request_mistake(r, "documents", "no room at the moment");
        return answer;
    }
    pl_writer_init(&out, memory, size);
    pl_reader_init(&in, answer.at, answer.size);
    if (answer.size > 0) {
        pairs = pl_reader_map(&in);
    }
    pl_write_map(&out, pairs + 1);
    for (uint32_t i = 0; i < 2 * pairs; i++) {
        pl_write_value(&out, pl_reader_value(&in));
    }
    pl_write_key_value(&out, "documents", documents);
    return pl_writer_bytes(&out);
}

int pl_handle_complete(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_COMPLETE);

    cmd.decision = pl_request_text(r, "decision", PL_ID_MAX, PL_REQUIRED);
    cmd.reason = pl_request_text(r, "reason", PL_REASON_MAX, PL_OPTIONAL);
    cmd.officer = pl_request_text(r, "officer", PL_PRINCIPAL_MAX, PL_OPTIONAL);
    cmd.answer = answer_with_documents(r);
    int rc = PLACET_OK;
    if (!pl_request_bad(r) &&
        !pl_answer_fits(r, &cmd, pl_request_map(r, "answer", PL_OPTIONAL), &rc)) {
        return rc;
    }
    return let_go(r, &cmd);
}

int pl_handle_fail(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_FAIL);

    cmd.code = pl_request_text(r, "code", PL_ID_MAX, PL_REQUIRED);
    cmd.note = pl_request_text(r, "message", PL_REASON_MAX, PL_OPTIONAL);
    cmd.retryable = pl_request_bool(r, "retryable", true);
    cmd.backoff_ms = pl_request_int_or(r, "backoff", 0, PL_DAY_MS, 0) * r->server->clock->rate;
    return let_go(r, &cmd);
}

int pl_handle_throw(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_THROW);

    cmd.code = pl_request_text(r, "code", PL_ID_MAX, PL_REQUIRED);
    cmd.note = pl_request_text(r, "message", PL_REASON_MAX, PL_OPTIONAL);
    return let_go(r, &cmd);
}

int pl_handle_release(struct pl_request *r)
{
    struct pl_command cmd = task_command(r, PL_CMD_TASK_RELEASE);
    return let_go(r, &cmd);
}
