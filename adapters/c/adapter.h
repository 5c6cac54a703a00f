/* The inside of an adapter: what the loop (adapter.c) and the answers (answer.c) share. */
#ifndef ADAPTER_H
#define ADAPTER_H

#include "calls.h"
#include "link.h"
#include "task.h"

struct pl_service {
    struct placet_service given;
    char *name;
    uint64_t asked;    /* correlation of the SUBSCRIBE that is under way, or 0 */
    uint64_t sessions; /* session in which it was asked for; 0: not yet */
    bool owes_credit;  /* tasks from before are announced first */
};

struct placet_adapter {
    struct pl_link link;
    struct pl_calls calls;
    struct pl_hands hands;
    struct pl_service **services;
    uint32_t service_count;
    struct placet_writer scratch;
    void (*outcome)(void *context, const struct placet_outcome *outcome);
    void *outcome_context;
    uint64_t refused;
    struct placet_error failure; /* a subscription that was refused; status 0: none */
};

/* The task is somebody else's or nobody's: tells the program and forgets it. */
void pl_adapter_lose(struct placet_adapter *adapter, struct pl_hand_task *task, const char *reason);

/* Says that the task is still here, at work or parked, to an engine that may have forgotten who has
 * it; the answer also says whether it was lost meanwhile. PLACET_ENOMEM. */
int pl_adapter_confirm(struct pl_hand_task *task);

/* A message about the task was answered or dropped. */
void pl_adapter_settle(struct placet_adapter *adapter, struct pl_hand_task *task);

#endif
