/* Child cases: what follows from a command without anybody's asking.
 *
 * A task of a RUN step starts a case; a parent that no longer needs a child cancels it; a child
 * that ends tells its parent. Each of these is an errand: a command of the engine to another case,
 * in the same turn and the same commit as what led to it, and in order. A turn that is full leaves
 * the rest to the next one. Errands are not stored: which of them are still to be done can be read
 * from the cases, and is, at every start. So an errand is looked at again before it is done, and
 * one that is done already is nothing. */
#ifndef PL_SERVER_CHILDREN_H
#define PL_SERVER_CHILDREN_H

#include <stdint.h>

#include "core/core.h"

struct pl_server;
struct pl_live;

enum pl_errand_kind {
    PL_ERRAND_START,  /* `case_id` has a ready task of a RUN step */
    PL_ERRAND_CANCEL, /* `child` is not needed any more */
    PL_ERRAND_FINISH, /* `child` of that task has ended with `result` */
    PL_ERRAND_FAULT   /* the task was offered, but its document cannot be made: `why` */
};

#define PL_ERRAND_TEXT_MAX 512 /* the expression, its place and its values */

struct pl_errand {
    enum pl_errand_kind kind;
    struct pl_case_id case_id; /* the parent */
    uint16_t task;             /* of the parent */
    struct pl_case_id child;
    struct pl_text result; /* lives as long as its definition */
    struct pl_lease lease; /* FAULT */
    char *why;             /* FAULT: owned */
};

struct pl_errands {
    struct pl_errand *at;
    uint32_t first;
    uint32_t count;
    uint32_t size;
};

void pl_errands_fini(struct pl_errands *errands);
void pl_errands_clear(struct pl_errands *errands);

/* What an effect of the core asks for: START_CHILD, CANCEL_CHILD, TELL_PARENT. PLACET_ENOMEM. */
int pl_errand_of_effect(struct pl_server *s, const struct pl_live *live,
                        const struct pl_effect *effect);

/* The letter of a task that was offered cannot be written. PLACET_ENOMEM. */
int pl_errand_of_fault(struct pl_server *s, const struct pl_live *live, uint16_t step,
                       uint16_t item, const char *why);

/* What an open case shows to be undone: at start, and when it was paused and goes on. */
int pl_errands_of_case(struct pl_server *s, const struct pl_live *live);

/* Does what is to be done, and what follows from that. What finds no room in this turn is left.
 * Returns 0 or a status that ends the turn. */
int pl_errands_run(struct pl_server *s);

#endif
