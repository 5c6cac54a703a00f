/* Messages that want an answer. They wait here, in order, until the answer comes: whatever could
 * not be sent yet, and whatever a broken session left unanswered, is sent by the same walk.
 *
 * Correlations count up from 1 and index a ring; bodies keep their memory for the next round. */
#ifndef CALLS_H
#define CALLS_H

#include "link.h"

struct pl_call {
    uint64_t correlation; /* 0: free */
    enum placet_kind kind;
    uint8_t *body;
    uint32_t size;
    uint32_t room;
    int64_t asked_at_us;
    int64_t sent_at_us;  /* last; 0: not yet */
    int64_t again_at_us; /* 0, or refused for the moment */
    void (*answered)(void *context, const struct pl_letter *letter, const struct pl_call *call);
    void *context;
    void *second; /* also for `answered` */
};

struct pl_calls {
    struct pl_call *ring;
    uint64_t size; /* a power of two */
    uint64_t oldest;
    uint64_t next;
    uint64_t unsent; /* from here on nothing was sent in this session */
    size_t open;
    size_t postponed;
    uint64_t sessions; /* of the link, seen last */
};

int pl_calls_init(struct pl_calls *calls);
void pl_calls_fini(struct pl_calls *calls);

/* Takes a copy of `body`. NULL without memory. The caller fills answered, context, second. */
struct pl_call *pl_calls_add(struct pl_calls *calls, enum placet_kind kind,
                             struct placet_value body);

/* Sends what was not sent; after a new session everything; and what has had no answer for long: an
 * engine whose disk or memory was full for a moment may have dropped it. */
void pl_calls_flush(struct pl_calls *calls, struct pl_link *link);

/* Gives a reply to its call, unless it is refused for the moment and `again`: then the call waits
 * and is sent again. False when no call wants it. */
bool pl_calls_answer(struct pl_calls *calls, const struct pl_letter *letter, bool again);

/* Nobody wants the answer any more. Gives back `second` of the call, or NULL. */
void *pl_calls_forget(struct pl_calls *calls, uint64_t correlation);

/* Forgets the oldest call and gives back its `second`; NULL when there is none. For the end. */
void *pl_calls_pop(struct pl_calls *calls);

/* When a call is to be sent again; INT64_MAX when none is, or nothing can be sent. */
int64_t pl_calls_due_us(const struct pl_calls *calls, const struct pl_link *link);

#endif
