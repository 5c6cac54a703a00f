/* What an adapter says of its tasks. */
#include <stdlib.h>
#include <string.h>

#include "adapter.h"

static struct pl_hand_task *inside(struct placet_task *task)
{
    return (struct pl_hand_task *)((char *)task - offsetof(struct pl_hand_task, open));
}

static bool is_final(enum placet_kind kind)
{
    return kind == PLACET_KIND_COMPLETE || kind == PLACET_KIND_FAIL || kind == PLACET_KIND_THROW ||
           kind == PLACET_KIND_RELEASE || kind == PLACET_KIND_HAND_OVER;
}

static void tell(struct placet_adapter *adapter, const struct pl_hand_task *task,
                 const struct pl_letter *letter, const struct pl_call *call)
{
    const struct placet_outcome outcome = {
        .task = task->open.task,
        .kind = call->kind,
        .code = pl_letter_code(letter),
        .repeated = (letter->header.flags & PLACET_FLAG_DUP) != 0,
        .sequence = placet_get_i64(letter->body, "sequence"),
        .took_us = (uint64_t)(pl_link_now_us() - call->asked_at_us),
        .body = letter->body,
    };
    if (adapter->outcome != NULL) {
        adapter->outcome(adapter->outcome_context, &outcome);
    }
}

/* Whether the refusal says that the task is nobody's or somebody else's. A case that is paused goes
 * on one day, and a lease that ran out still counts until the task is offered again. */
static bool is_lost(enum placet_code code, struct placet_value body)
{
    return code == PLACET_CODE_SUPERSEDED || code == PLACET_CODE_NOT_FOUND ||
           placet_text_is(placet_get_text(body, "detail.rejection"), "CASE_CLOSED");
}

static void answered(void *context, const struct pl_letter *letter, const struct pl_call *call)
{
    struct placet_adapter *adapter = context;
    struct pl_hand_task *task = call->second;
    const enum placet_code code = pl_letter_code(letter);

    adapter->refused += code != PLACET_CODE_NONE;
    if (is_final(call->kind)) {
        tell(adapter, task, letter, call);
        pl_hands_unlist(&adapter->hands, task);
    } else if (code == PLACET_CODE_NONE) {
        pl_link_learn_time(&adapter->link, placet_get_i64(letter->body, "now"));
    } else if (task->state == PL_HAND_HELD && is_lost(code, letter->body)) {
        pl_adapter_lose(adapter, task, placet_code_name(code));
    }
    pl_adapter_settle(adapter, task);
}

/* Opens the body of a message about a task; NULL when the task is not in hand. */
static struct placet_writer *begin(struct pl_hand_task *task)
{
    if (task->state != PL_HAND_HELD) {
        return NULL;
    }
    struct placet_writer *out = &task->adapter->scratch;
    placet_writer_clear(out);
    placet_put_map(out);
    placet_put_key_text(out, "task", task->open.task);
    placet_put_key(out, "lease");
    placet_put_bytes(out, task->lease, sizeof(task->lease));
    return out;
}

static int finish(struct pl_hand_task *task, enum placet_kind kind)
{
    struct placet_adapter *adapter = task->adapter;
    struct placet_value body;

    placet_put_end(&adapter->scratch);
    const int rc = placet_writer_value(&adapter->scratch, &body);
    if (rc < 0) {
        return rc;
    }
    struct pl_call *call = pl_calls_add(&adapter->calls, kind, body);
    if (call == NULL) {
        return PLACET_ENOMEM;
    }
    call->answered = answered;
    call->context = adapter;
    call->second = task;
    task->calls++;
    if (is_final(kind)) {
        task->state = PL_HAND_ANSWERED;
        (void)pl_hands_park(&adapter->hands, task, 0);
    }
    return PLACET_OK;
}

static int park(struct pl_hand_task *task, const char *reference, int64_t until_ms)
{
    struct placet_writer *out = begin(task);

    if (out == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "reference", reference);
    if (until_ms > 0) {
        placet_put_key_i64(out, "until", until_ms);
    }
    return finish(task, PLACET_KIND_PARK);
}

int pl_adapter_confirm(struct pl_hand_task *task)
{
    if (task->parked) {
        return park(task, task->reference, task->told_until_ms);
    }
    return begin(task) == NULL ? PLACET_EINVALID : finish(task, PLACET_KIND_PROGRESS);
}

int placet_task_take(struct placet_task *task)
{
    struct pl_hand_task *hand = inside(task);
    return begin(hand) == NULL ? PLACET_EINVALID : finish(hand, PLACET_KIND_TAKEN);
}

int placet_task_progress(struct placet_task *task, int percent, const char *note)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || percent < 0 || percent > 100) {
        return PLACET_EINVALID;
    }
    placet_put_key_i64(out, "percent", percent);
    placet_put_key_text(out, "note", note);
    hand->parked = false;
    return finish(hand, PLACET_KIND_PROGRESS);
}

int placet_task_park(struct placet_task *task, const char *reference, int64_t until_ms)
{
    struct pl_hand_task *hand = inside(task);
    char *copy = NULL;

    if (hand->state != PL_HAND_HELD || until_ms < 0) {
        return PLACET_EINVALID;
    }
    if (reference != NULL) {
        copy = strdup(reference);
        if (copy == NULL) {
            return PLACET_ENOMEM;
        }
    }
    int rc = pl_hands_park(&hand->adapter->hands, hand, until_ms);
    if (rc == PLACET_OK) {
        rc = park(hand, reference, until_ms);
    }
    if (rc < 0) {
        free(copy);
        return rc;
    }
    free(hand->reference);
    hand->reference = copy;
    hand->told_until_ms = until_ms;
    hand->parked = true;
    return PLACET_OK;
}

int placet_task_complete(struct placet_task *task, const struct placet_answer *answer)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || answer->decision == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "decision", answer->decision);
    placet_put_key_text(out, "reason", answer->reason);
    placet_put_key_text(out, "officer", answer->officer);
    placet_put_key_value(out, "answer", answer->answer);
    placet_put_key_value(out, "documents", answer->documents);
    return finish(hand, PLACET_KIND_COMPLETE);
}

int placet_task_fail(struct placet_task *task, const char *code, const char *message,
                     bool retryable, int64_t backoff_ms)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || code == NULL || backoff_ms < 0) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "code", code);
    placet_put_key_text(out, "message", message);
    placet_put_key_bool(out, "retryable", retryable);
    if (backoff_ms > 0) {
        placet_put_key_i64(out, "backoff", backoff_ms);
    }
    return finish(hand, PLACET_KIND_FAIL);
}

int placet_task_throw(struct placet_task *task, const char *code, const char *message)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || code == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "code", code);
    placet_put_key_text(out, "message", message);
    return finish(hand, PLACET_KIND_THROW);
}

int placet_task_release(struct placet_task *task)
{
    struct pl_hand_task *hand = inside(task);
    return begin(hand) == NULL ? PLACET_EINVALID : finish(hand, PLACET_KIND_RELEASE);
}

int placet_task_hand_over(struct placet_task *task, const char *service, const char *reason)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || service == NULL || reason == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "service", service);
    placet_put_key_text(out, "reason", reason);
    return finish(hand, PLACET_KIND_HAND_OVER);
}

int placet_task_pause(struct placet_task *task, const char *reason, const char *estimate)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || reason == NULL || estimate == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "reason", reason);
    placet_put_key_text(out, "estimate", estimate);
    return finish(hand, PLACET_KIND_PAUSE);
}

int placet_task_resume(struct placet_task *task, const char *reason)
{
    struct pl_hand_task *hand = inside(task);
    struct placet_writer *out = begin(hand);

    if (out == NULL || reason == NULL) {
        return PLACET_EINVALID;
    }
    placet_put_key_text(out, "reason", reason);
    return finish(hand, PLACET_KIND_RESUME);
}
