/* A workflow as the core sees it: compiled, checked, immutable, in one arena. Steps stand in the
 * order of the file; every reference is an index that the loader has proved. Texts live in the same
 * arena. */
#ifndef PL_MODEL_DEFINITION_H
#define PL_MODEL_DEFINITION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/hash.h"
#include "base/text.h"
#include "model/calendar.h"
#include "model/ids.h"
#include "model/limits.h"

struct pl_cel_program;
struct pl_schema;

struct pl_title {
    struct pl_text zh;
    struct pl_text en;
};

enum pl_step_kind {
#define STEP_KIND(NAME, KEY, TEXT) PL_KIND_##NAME,
#include "model/step_kinds.def"
#undef STEP_KIND
    PL_STEP_KINDS
};

struct pl_department {
    struct pl_text id;
    struct pl_title title;
    struct pl_text level; /* province, city, district, intermediary */
};

struct pl_service {
    struct pl_text name; /* "planning_land.scheme_review": key of queues and subscriptions */
    uint16_t department;
    struct pl_title title;
};

struct pl_document {
    struct pl_text id;
    struct pl_title title;
    bool by_applicant; /* supplied with the application or a supplement; otherwise some step issues
                          it */
};

struct pl_decision_name {
    struct pl_text id;
    struct pl_title title;
};

/* Decisions that every definition has, first in its table: `tell` and `wait_for` decide APPROVE;
 * the other two are the answers of a member whose role is OPINION, and no step has a rule for them.
 */
enum { PL_DECISION_APPROVE, PL_DECISION_NO_OBJECTION, PL_DECISION_OBJECTION, PL_DECISIONS_FIXED };

enum pl_decision_effect { PL_DECISION_GOES_ON, PL_DECISION_ENDS, PL_DECISION_BACK };
enum pl_clock_rule { PL_CLOCK_RUNS, PL_CLOCK_STOPS, PL_CLOCK_RESTARTS };

/* What one decision of one step does. */
struct pl_decision_rule {
    uint16_t decision; /* into decision_names */
    enum pl_decision_effect effect;
    uint16_t result;  /* ENDS: into results */
    uint16_t back_to; /* BACK: the step itself or one before it: it and all after it start again;
                         PL_STEP_APPLY: every step does */
    bool waits_for_applicant; /* BACK: the file is with the applicant; the start waits for a
                                 supplement */
    uint16_t at_most;         /* BACK: how often one step may give it; then `then` applies */
    uint16_t then;            /* BACK: result with which the case ends after at_most */
    enum pl_clock_rule clock; /* BACK to the step itself: what its clock does while the file is with
                                 the applicant; the clocks of other steps begin anew */
    bool reason_required;
    uint64_t keep[PL_STEPS_MAX / 64]; /* BACK: steps that stay as they are */
};

enum pl_join { PL_JOIN_ALL, PL_JOIN_ANY };

struct pl_arc {
    uint16_t step;
    uint16_t decision; /* PL_NO_DECISION: any that goes on */
};

enum pl_card { PL_CARD_WARNING, PL_CARD_YELLOW, PL_CARD_RED };

/* One rung of a `late` ladder. Rungs stand in the order of the file. */
struct pl_rung {
    struct pl_span at; /* from the start of the clock: 80 % of 7 working days is 5 working days
                          (rounded down); in a unit of its own where the statutory limit has one */
    enum pl_card card;
};

enum pl_member_role { PL_ROLE_LEAD, PL_ROLE_DECISION, PL_ROLE_OPINION };

/* Who is asked. A plain `ask` has one member, the lead. The lead's limit and ladder are those of
 * the step; has_limit and rungs are only set for the others. */
struct pl_member {
    uint16_t service;
    enum pl_member_role role;
    bool has_limit;
    struct pl_span limit;
    uint16_t silent_decision; /* recorded as deemed when the limit ends; PL_NO_DECISION: silence
                                 does nothing but the ladder */
    const struct pl_cel_program *when; /* NULL: always; false: this member is not asked */
    struct pl_rung *rungs;
    uint16_t rung_count;
    struct pl_title title;
};

enum pl_wait_for { PL_WAIT_SIGNAL, PL_WAIT_DATE, PL_WAIT_SPAN };

struct pl_step_def {
    struct pl_text id;
    struct pl_title title;
    enum pl_step_kind kind;
    uint32_t line; /* in the source, for messages */
    struct pl_text stage;
    struct pl_text act; /* legal kind: permit, filing, registration, ... */
    bool counts;        /* false: a milestone outside every clock and count */

    enum pl_join join;
    struct pl_arc *after;
    uint16_t after_count;
    uint16_t *decide_after; /* steps that must be settled before the decision takes effect */
    uint16_t decide_after_count;
    uint64_t ancestors[PL_STEPS_MAX / 64]; /* every step before it by `after` and `decide_after` */
    const struct pl_cel_program *when;     /* NULL: always */

    struct pl_member *members; /* ASK, TELL: at least one, the first leads */
    uint16_t member_count;
    uint16_t first_task; /* index into the tasks of a case; task = first_task + item */

    struct pl_decision_rule *rules; /* what it may answer; at most PL_BACK_RULES_MAX go back */
    uint16_t rule_count;

    bool has_limit;
    struct pl_span limit; /* promised */
    bool has_statutory;
    struct pl_span statutory;
    struct pl_rung *rungs;
    uint16_t rung_count;

    enum pl_wait_for wait_for;
    struct pl_text signal; /* PL_WAIT_SIGNAL */
    int32_t date;          /* PL_WAIT_DATE: local day */
    struct pl_span span;   /* PL_WAIT_SPAN */

    struct pl_text
        *sees; /* dotted paths into the form; nothing else leaves the engine for this step */
    uint16_t sees_count;
    uint16_t *needs; /* documents */
    uint16_t needs_count;
    uint16_t *issues;
    uint16_t issues_count;
    uint32_t visits;
    int64_t cost;    /* CNY, whole yuan */
    int64_t deposit; /* CNY, paid and given back; not in the cost */
};

struct pl_result {
    struct pl_text id; /* "completed", "rejected", ... */
    struct pl_title title;
    enum pl_join join; /* with after_count 0 only `ends`, a withdrawal or a cancellation reach it */
    struct pl_arc *after;
    uint16_t after_count;
};

/* Results that every definition has, first in its table. */
enum {
    PL_RESULT_COMPLETED,
    PL_RESULT_REJECTED,
    PL_RESULT_WITHDRAWN,
    PL_RESULT_CANCELLED,
    PL_RESULTS_FIXED
};

struct pl_targets {
    int32_t procedures; /* -1: none */
    int32_t visits;
    int64_t cost; /* CNY; -1: none */
    bool has_time;
    struct pl_span time;
};

/* Variables of every expression (`when`): for pl_cel_eval. */
enum { PL_VARIABLE_FORM, PL_VARIABLES };

struct pl_definition {
    struct pl_text workflow;
    struct pl_title title;
    uint32_t number;       /* index in the store, from 1; 0 while unpublished */
    uint32_t revision;     /* of this workflow, from 1; 0 while unpublished */
    struct pl_digest hash; /* of the canonical form of the bundle */
    struct pl_calendar calendar;
    const struct pl_schema *form; /* NULL: any form */
    struct pl_text form_id;
    struct pl_targets targets;

    struct pl_step_def *steps;
    uint16_t step_count;
    uint16_t task_count; /* tasks of a case, all steps together */
    struct pl_service *services;
    uint16_t service_count;
    struct pl_department *departments;
    uint16_t department_count;
    struct pl_document *documents;
    uint16_t document_count;
    struct pl_decision_name *decisions;
    uint16_t decision_count;
    struct pl_result *results;
    uint16_t result_count;
    uint16_t *finish; /* the results with `after`, in the order of the file: when every step is
                         settled, the first that holds is the result; the loader proves that there
                         is always one */
    uint16_t finish_count;
};

/* The rule of a decision of a step, or NULL when the step does not know it. */
const struct pl_decision_rule *pl_step_rule(const struct pl_step_def *step, uint16_t decision);

/* Number of a decision among those of the step that go back: byte of pl_step.returns. */
uint16_t pl_step_back_rule(const struct pl_step_def *step, uint16_t decision);

/* Whether `step` stands in a mask of steps. */
bool pl_steps_have(const uint64_t mask[static PL_STEPS_MAX / 64], uint16_t step);

/* Index by id; PL_NO_STEP / PL_NO_DECISION when there is none. */
uint16_t pl_definition_step(const struct pl_definition *def, struct pl_text id);
uint16_t pl_definition_decision(const struct pl_definition *def, struct pl_text id);

/* The step of a task index. */
uint16_t pl_definition_step_of_task(const struct pl_definition *def, uint16_t task);

#endif
