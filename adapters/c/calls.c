#include "calls.h"

#include <stdlib.h>
#include <string.h>

#define RING_MIN  64
#define RING_MAX  (UINT64_C(1) << 20) /* calls under way: more is a mistake of the program */
#define BODY_MIN  256
#define BODY_KEEP 65536            /* larger memory is given back */
#define AGAIN_US  INT64_C(100000)  /* when the engine does not say how long */
#define LOST_US   INT64_C(4000000) /* without an answer; an offer waits 10 s for TAKEN */

static struct pl_call *slot(const struct pl_calls *calls, uint64_t correlation)
{
    return &calls->ring[correlation & (calls->size - 1)];
}

int pl_calls_init(struct pl_calls *calls)
{
    *calls = (struct pl_calls){.size = RING_MIN, .oldest = 1, .next = 1, .unsent = 1};
    calls->ring = calloc(RING_MIN, sizeof(*calls->ring));
    return calls->ring == NULL ? PLACET_ENOMEM : PLACET_OK;
}

void pl_calls_fini(struct pl_calls *calls)
{
    for (uint64_t i = 0; calls->ring != NULL && i < calls->size; i++) {
        free(calls->ring[i].body);
    }
    free(calls->ring);
    *calls = (struct pl_calls){0};
}

static bool grow(struct pl_calls *calls)
{
    if (calls->size == RING_MAX) {
        return false;
    }

    struct pl_calls grown = *calls;
    grown.size = calls->size * 2;
    grown.ring = calloc(grown.size, sizeof(*grown.ring));
    if (grown.ring == NULL) {
        return false;
    }
    for (uint64_t i = calls->oldest; i < calls->next; i++) {
        *slot(&grown, i) = *slot(calls, i);
    }
    free(calls->ring);
    *calls = grown;
    return true;
}

static bool copy_body(struct pl_call *call, struct placet_value body)
{
    if (body.size > call->room) {
        const uint32_t room = body.size < BODY_MIN ? BODY_MIN : body.size;
        uint8_t *grown = realloc(call->body, room);
        if (grown == NULL) {
            return false;
        }
        call->body = grown;
        call->room = room;
    }
    memcpy(call->body, body.at, body.size);
    call->size = body.size;
    return true;
}

struct pl_call *pl_calls_add(struct pl_calls *calls, enum placet_kind kind,
                             struct placet_value body)
{
    if (calls->next - calls->oldest == calls->size && !grow(calls)) {
        return NULL;
    }

    struct pl_call *call = slot(calls, calls->next);
    if (!copy_body(call, body)) {
        return NULL;
    }
    call->correlation = calls->next;
    call->kind = kind;
    call->asked_at_us = pl_link_now_us();
    call->sent_at_us = 0;
    call->again_at_us = 0;
    call->answered = NULL;
    call->context = NULL;
    call->second = NULL;
    calls->next++;
    calls->open++;
    return call;
}

static void release(struct pl_calls *calls, struct pl_call *call)
{
    call->correlation = 0;
    if (call->again_at_us != 0) {
        call->again_at_us = 0;
        calls->postponed--;
    }
    if (call->room > BODY_KEEP) {
        free(call->body);
        call->body = NULL;
        call->room = 0;
    }
    calls->open--;
    while (calls->oldest < calls->next && slot(calls, calls->oldest)->correlation == 0) {
        calls->oldest++;
    }
    if (calls->unsent < calls->oldest) {
        calls->unsent = calls->oldest;
    }
}

static bool send_call(struct pl_link *link, struct pl_call *call)
{
    const struct placet_value body = {.at = call->body, .size = call->size};
    const bool sent = pl_link_send(link, call->kind, call->correlation, body);

    call->sent_at_us = sent ? pl_link_now_us() : call->sent_at_us;
    return sent;
}

/* The oldest ones, in the order in which they were sent: up to the first that may still be
 * answered. */
static void send_lost(struct pl_calls *calls, struct pl_link *link)
{
    const int64_t now_us = pl_link_now_us();

    for (uint64_t i = calls->oldest; i < calls->unsent; i++) {
        struct pl_call *call = slot(calls, i);
        if (call->correlation == 0 || call->again_at_us != 0) {
            continue;
        }
        if (call->sent_at_us > now_us - LOST_US) {
            return;
        }
        call->sent_at_us = now_us; /* also when there is no room for it now: no haste */
        (void)send_call(link, call);
    }
}

static void send_postponed(struct pl_calls *calls, struct pl_link *link)
{
    const int64_t now_us = pl_link_now_us();

    for (uint64_t i = calls->oldest; i < calls->unsent && calls->postponed > 0; i++) {
        struct pl_call *call = slot(calls, i);
        if (call->correlation == 0 || call->again_at_us == 0 || call->again_at_us > now_us) {
            continue;
        }
        if (!send_call(link, call)) {
            return;
        }
        call->again_at_us = 0;
        calls->postponed--;
    }
}

void pl_calls_flush(struct pl_calls *calls, struct pl_link *link)
{
    if (!pl_link_is_up(link)) {
        return;
    }
    if (calls->sessions != pl_link_sessions(link)) {
        calls->sessions = pl_link_sessions(link);
        calls->unsent = calls->oldest;
    }
    if (calls->postponed > 0) {
        send_postponed(calls, link);
    }
    send_lost(calls, link);
    while (calls->unsent < calls->next) {
        struct pl_call *call = slot(calls, calls->unsent);
        const bool waits = call->correlation != 0 && call->again_at_us == 0;
        if (waits && !send_call(link, call)) {
            return;
        }
        calls->unsent++;
    }
}

bool pl_calls_answer(struct pl_calls *calls, const struct pl_letter *letter, bool again)
{
    const uint64_t correlation = letter->header.correlation;
    if ((letter->header.flags & PLACET_FLAG_REPLY) == 0 || correlation < calls->oldest ||
        correlation >= calls->next) {
        return false;
    }

    struct pl_call *call = slot(calls, correlation);
    if (call->correlation != correlation || call->kind != (enum placet_kind)letter->header.kind) {
        return false; /* answered before: the call was sent again after a break */
    }
    if (again && (letter->header.flags & PLACET_FLAG_ERROR) != 0 &&
        placet_text_is(placet_get_text(letter->body, "retry"), "same")) {
        const int64_t after_ms = placet_get_i64(letter->body, "after");
        calls->postponed += call->again_at_us == 0;
        call->again_at_us = pl_link_now_us() + (after_ms > 0 ? after_ms * 1000 : AGAIN_US);
        return true;
    }

    /* `answered` may ask again, which may move the ring. */
    const struct pl_call copy = *call;
    if (copy.answered != NULL) {
        copy.answered(copy.context, letter, &copy);
    }
    release(calls, slot(calls, correlation));
    return true;
}

void *pl_calls_forget(struct pl_calls *calls, uint64_t correlation)
{
    if (correlation < calls->oldest || correlation >= calls->next ||
        slot(calls, correlation)->correlation != correlation) {
        return NULL;
    }
    void *second = slot(calls, correlation)->second;
    release(calls, slot(calls, correlation));
    return second;
}

void *pl_calls_pop(struct pl_calls *calls)
{
    return calls->oldest == calls->next ? NULL : pl_calls_forget(calls, calls->oldest);
}

int64_t pl_calls_due_us(const struct pl_calls *calls, const struct pl_link *link)
{
    int64_t due_us = INT64_MAX;

    if (!pl_link_is_up(link)) {
        return due_us;
    }
    if (calls->oldest < calls->unsent && slot(calls, calls->oldest)->again_at_us == 0) {
        due_us = slot(calls, calls->oldest)->sent_at_us + LOST_US;
    }
    for (uint64_t i = calls->oldest; i < calls->next && calls->postponed > 0; i++) {
        const struct pl_call *call = slot(calls, i);
        if (call->correlation != 0 && call->again_at_us != 0 && call->again_at_us < due_us) {
            due_us = call->again_at_us;
        }
    }
    return due_us;
}
