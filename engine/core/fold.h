/* Folding one event into a case: what the files of `apply` share. An applier reads the event and
 * the case alone, never a clock, so that a replay gives the same case. */
#ifndef PL_CORE_FOLD_H
#define PL_CORE_FOLD_H

#include "core/internal.h"

/* One event on its way into a case. */
struct pl_fold {
    const struct pl_definition *def;
    struct pl_case *c;
    const struct pl_event *e;
    uint64_t seq;
    int64_t at_ms;
};

struct pl_step *pl_fold_step(const struct pl_fold *f);
struct pl_task *pl_fold_task(const struct pl_fold *f);

/* The only places where a step and a task change state. */
void pl_fold_move_step(const struct pl_fold *f, struct pl_step *s, enum pl_step_state next);
void pl_fold_move_task(const struct pl_fold *f, struct pl_task *t, enum pl_task_state next);

/* Appliers, one for each event. */
#define EVENT(NO, NAME, APPLIER, FIELDS) void pl_apply_##APPLIER(const struct pl_fold *f);
#include "model/events.def"
#undef EVENT

#endif
