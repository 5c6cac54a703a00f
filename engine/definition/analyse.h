/* What can be computed from a definition without running it.
 *
 * Times are promised limits: the longest chain of them through `after` and `decide_after` (critical
 * path method; with `any` the earliest entry counts), as if every condition held and nothing was
 * sent back. Steps with `counts: false` take no time and are in no figure; only `ask`
 * is a procedure. */
#ifndef PL_DEFINITION_ANALYSE_H
#define PL_DEFINITION_ANALYSE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/definition.h"

struct pl_step_times {
    uint32_t start; /* working days after the start of the case */
    uint32_t finish;
    uint32_t slack;    /* working days that the step may be late without harm */
    int32_t start_day; /* local days, by the calendar */
    int32_t finish_day;
};

struct pl_analysis {
    uint32_t procedures;
    uint32_t working_days; /* of the critical path */
    bool estimated;        /* a limit was not in working days: seven days were taken for five */
    uint32_t limits_sum;   /* working days of all steps together */
    uint32_t parallel_max; /* steps at work on the same day, at most */
    int32_t start_day;
    int32_t finish_day;
    int32_t calendar_days; /* finish_day - start_day: the day of the application is excluded */
    bool beyond;           /* the dates reach years that the calendar does not know */
    uint32_t visits;
    int64_t cost;    /* CNY, net */
    int64_t deposit; /* CNY, given back */
    uint32_t departments;
    uint32_t documents_supplied; /* asked of the applicant, once for each step that asks */
    uint32_t documents_distinct;
    uint32_t documents_carried; /* needed by a step, issued by another */
    uint16_t path_count;
    uint16_t path[PL_STEPS_MAX]; /* the critical path from its first step to its last */
    struct pl_step_times steps[PL_STEPS_MAX];
};

/* Analyses for a case that begins on `start_day`. */
void pl_definition_analyse(const struct pl_definition *def, int32_t start_day,
                           struct pl_analysis *out);

/* A limit in working days; other units rounded up, which sets `estimated_out`. */
uint32_t pl_span_working_days(struct pl_span span, bool *estimated_out);

/* Steps in an order in which each stands after all of its ancestors. */
void pl_definition_order(const struct pl_definition *def, uint16_t order[PL_STEPS_MAX]);

#endif
