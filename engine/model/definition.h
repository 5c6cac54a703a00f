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
#include "value/reader.h"

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
    bool has_validity;
    struct pl_span
        validity; /* from the day of issue; a step cannot start on one that has expired */
};

/* What an expression may read: the variable number of its program is an index into
 * pl_definition.variables. Only those that a program reads are put together for it (core/data.h).
 * A variable without a value is absent: has() is false, and whatever else reads it is a fault. */
enum pl_variable_kind {
    PL_VARIABLE_FORM,     /* the form in force; number 0 of every definition */
    PL_VARIABLE_CASE,     /* {id, key, by, started: "YYYY-MM-DD", accepted: "YYYY-MM-DD"} */
    PL_VARIABLE_DECISION, /* of `step`: id of what it decided; absent unless it is done */
    PL_VARIABLE_STATE,    /* of `step`: "waiting", "ready", "active", "returned", "done", ... */
    PL_VARIABLE_ANSWER,   /* of `step`: what its lead answered, what its signal brought, what its
                             table gave; absent before */
    PL_VARIABLE_ITEMS,    /* of `step`, a set: a list of {item, state, decision, answer}, in order;
                             within `done_when` and `decision` of the set the step itself */
    PL_VARIABLE_ITEM,     /* in `send`, `form` and choices of an item: its value */
    PL_VARIABLE_TABLE     /* `value`: the rows of a reference table, a constant */
};
struct pl_variable {
    enum pl_variable_kind kind;
    uint16_t step;
    struct pl_bytes value;
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
    bool once; /* BACK after at_most: the answer is refused, the case does not end (one notice, all
                  of it: Administrative Licensing Law art. 32) */
    bool undo; /* BACK: what was done by the steps that are opened again is undone first */
    uint64_t keep[PL_STEPS_MAX / 64]; /* BACK: steps that stay as they are */
};

enum pl_join { PL_JOIN_ALL, PL_JOIN_ANY, PL_JOIN_SOME, PL_JOIN_NEED, PL_JOIN_EACH };

struct pl_arc {
    uint16_t step;
    uint16_t decision; /* PL_NO_DECISION: any that goes on */
};

/* What a rung shows. A reminder and an announcement are no cards: they colour no clock. */
enum pl_card {
    PL_CARD_WARNING,
    PL_CARD_YELLOW,
    PL_CARD_RED,
    PL_CARD_REMINDER,
    PL_CARD_ANNOUNCEMENT, /* a decision by silence is coming */
    PL_CARD_NONE          /* the rung only decides */
};

/* Three clocks run on each step, from the same start and with the same stops; each is green, yellow
 * or red by itself (domain 6.4). */
enum pl_law_clock { PL_CLOCK_PROMISED, PL_CLOCK_STATUTORY, PL_CLOCK_INTERNAL, PL_CLOCKS };

/* One rung of a `late` ladder. Rungs stand in the order of the file. */
struct pl_rung {
    struct pl_span at; /* from the start of the clock: 80 % of 7 working days is 5 working days
                          (rounded down); in a unit of its own where the statutory limit has one */
    bool before;       /* `at` is counted back from the end of the promised limit instead; so is
                          `at 100%` of a limit that ends with a day: 0 days before */
    enum pl_law_clock clock; /* which of the three it colours */
    enum pl_card card;
    uint16_t decides;    /* silence means this decision, recorded as deemed; PL_NO_DECISION: it
                            decides nothing */
    struct pl_text law;  /* why it may: "Administrative Licensing Law art. 50"; "" otherwise */
    struct pl_text tell; /* who is told, a role or department; "" = nobody beside the watchers */
    bool liable;         /* whoever holds the task then is recorded as liable (art. 72, 74) */
};

enum pl_member_role { PL_ROLE_LEAD, PL_ROLE_DECISION, PL_ROLE_OPINION, PL_ROLE_SIGNER };

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
    uint32_t weight;       /* SIGNER */
    struct pl_text signer; /* SIGNER: role of the officer: "section_head" */
    struct pl_title title;
};

/* Who is competent: the first choice whose condition holds. A task may be handed over to another
 * choice of its step. */
struct pl_choice {
    uint16_t service;
    const struct pl_cel_program *when; /* NULL: always */
};

/* The tasks of a step that are not known one by one when the file is written.
 *
 * ITEMS: one for each element of a list, the first member is the pattern of all. ARCS: one for each
 * arrival at a join `each`, task k for arc k. SIGNERS: one for each member, who all sign the same
 * decision. */
enum pl_set_kind { PL_SET_NONE, PL_SET_ITEMS, PL_SET_ARCS, PL_SET_SIGNERS };
enum pl_done_when { PL_DONE_ALL, PL_DONE_ANY, PL_DONE_NEED, PL_DONE_EXPRESSION };

struct pl_set {
    enum pl_set_kind kind;
    const struct pl_cel_program *items; /* ITEMS: a list */
    bool open;        /* ITEMS: signals `<step>.add` and `<step>.close` change it */
    uint16_t at_once; /* how many tasks are open at a time, in order; 0 = all */
    enum pl_done_when done_when;
    uint32_t need; /* NEED: how many must go on; of signers, the sum of their weights */
    const struct pl_cel_program *done;     /* EXPRESSION: over PL_VARIABLE_ITEMS of the step */
    const struct pl_cel_program *decision; /* NULL: by rule; otherwise gives the id of a decision */
    bool rest_finishes; /* what is open when the step is done is left to finish, not cancelled */
    bool same_person;   /* SIGNERS: one officer may sign for several */
};

/* A child case for each task of a step. */
struct pl_run {
    struct pl_text workflow;
    struct pl_send *form; /* form of the child; NULL: the form of the parent */
    bool detached;        /* does not wait, is not cancelled with its parent */
};

/* A decision table. A rule matches when its condition holds; its outputs are a map. */
enum pl_hit { PL_HIT_UNIQUE, PL_HIT_FIRST, PL_HIT_ANY, PL_HIT_COLLECT };
struct pl_table_rule {
    const struct pl_cel_program *when;    /* NULL: always (`otherwise`) */
    const struct pl_cel_program *outputs; /* a map; its `decision`, if it has one, is a decision of
                                             the step */
};
struct pl_decision_table {
    enum pl_hit hit;
    struct pl_table_rule *rules;
    uint16_t rule_count;
};

/* The document that a department gets, or a child's form: a tree whose leaves are expressions. */
struct pl_send {
    struct pl_text key;                 /* in the map above; "" at the root and in lists */
    const struct pl_cel_program *value; /* leaf; NULL: a map or a list of `parts` */
    bool is_list;
    struct pl_send *parts;
    uint16_t part_count;
};

/* How often and when a failed task is offered again; durations are real time. */
struct pl_retry {
    uint16_t attempts; /* failures in a row before an operator must look */
    int64_t first_ms;
    int64_t max_ms;
    uint32_t factor_percent; /* 200: each wait is twice the one before */
    uint32_t jitter_percent; /* a wait is shortened by up to this; drawn from case, step and
                                attempt, so that a replay gives the same */
};

/* One extension of the limits of a step, before they end (art. 42; 45 + 15 for joint handling). */
struct pl_extension {
    struct pl_span span;
    struct pl_text role; /* who may grant it */
};

enum pl_wait_for { PL_WAIT_SIGNAL, PL_WAIT_DATE, PL_WAIT_SPAN };

/* What a step was written as. The others are made by the loader from a key of the file or of the
 * step before; the core knows no difference but for the intake. */
enum pl_step_origin {
    PL_ORIGIN_STEP,
    PL_ORIGIN_INTAKE,    /* the `intake` of the file: everything else comes after it */
    PL_ORIGIN_DELIVERY,  /* `deliver`: waits for the signal `<step>_delivered` */
    PL_ORIGIN_OBLIGATION /* of `obliges`: waits for the signal of its own id */
};

struct pl_step_def {
    struct pl_text id;
    struct pl_title title;
    enum pl_step_kind kind;
    uint32_t line; /* in the source, for messages */
    struct pl_text stage;
    struct pl_text act; /* legal kind: permit, filing, registration, ... */
    bool counts;        /* false: a milestone outside every clock and count */

    enum pl_join join;
    uint16_t need; /* NEED: how many arcs */
    struct pl_arc *after;
    uint16_t after_count;
    uint16_t *decide_after; /* steps that must be settled before the decision takes effect */
    uint16_t decide_after_count;
    uint16_t *blocked_by; /* obligations that must be settled before it starts */
    uint16_t blocked_by_count;
    uint64_t ancestors[PL_STEPS_MAX / 64];   /* every step before it by `after`, `decide_after` and
                                                `blocked_by` */
    const struct pl_cel_program *when;       /* NULL: always */
    const struct pl_cel_program *while_true; /* NULL: always; false: skipped at the start,
                                                cancelled later */
    uint16_t exclusive; /* steps with the same number run one at a time; PL_NO_GROUP */
    uint64_t cancels[PL_STEPS_MAX / 64]; /* steps that are cancelled when it goes on */

    struct pl_member *members; /* ASK, TELL, RUN: at least one, the first leads */
    uint16_t member_count;
    uint16_t first_task; /* index into the tasks of a case; task = first_task + item */
    uint16_t task_count; /* tasks of the step: members, or as many as its set may have; and the
                            last is `undo`, if it has one */
    struct pl_set set;
    struct pl_choice *choices; /* of the lead; NULL: its service */
    uint16_t choice_count;
    struct pl_member *undo;             /* compensation: task `task_count - 1`; NULL: none */
    const struct pl_retry *retry;       /* NULL: that of the engine */
    uint64_t not_by[PL_STEPS_MAX / 64]; /* recusal: who answered one of these may not answer here */
    bool keeps_officer; /* who answered is remembered: a step, or another signer, must be somebody
                           else (pl_definition_seal) */
    bool keeps_holder;  /* who holds a task is remembered: a rung makes them liable */
    const struct pl_run *run;              /* RUN */
    const struct pl_decision_table *table; /* DECIDE */
    const struct pl_send *send;            /* NULL: the sections that it sees, as they are */
    const struct pl_schema *answer;        /* what an answer must look like; NULL: anything */

    struct pl_decision_rule *rules; /* what it may answer; at most PL_BACK_RULES_MAX go back */
    uint16_t rule_count;

    bool has_limit;
    struct pl_span limit;                     /* promised */
    const struct pl_cel_program *limit_until; /* the promised limit ends with this day instead: a
                                                 text "YYYY-MM-DD"; has_limit is set */
    bool has_statutory;
    struct pl_span statutory;
    bool has_internal;
    struct pl_span internal; /* the department's own limit, within the promised one */
    struct pl_rung *rungs;
    uint16_t rung_count;
    uint16_t
        stops; /* reasons of stop_reasons.def for which its clocks may stand still, a bit each */
    const struct pl_extension *extension; /* NULL: none */
    enum pl_step_origin origin;

    enum pl_wait_for wait_for;
    struct pl_text signal;                   /* PL_WAIT_SIGNAL */
    const struct pl_cel_program *signal_key; /* correlation, over form and case: a text; NULL: by
                                                case only */
    bool transient; /* PL_WAIT_SIGNAL: one that comes before the step started is lost */
    int32_t date;   /* PL_WAIT_DATE: local day, */
    const struct pl_cel_program *date_of; /* or a text "YYYY-MM-DD"; NULL: `date` */
    struct pl_span span;                  /* PL_WAIT_SPAN */

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
    enum pl_join join; /* with after_count 0 and no `when` only `ends`, a withdrawal or a
                          cancellation reach it */
    uint16_t need;
    struct pl_arc *after;
    uint16_t after_count;
    const struct pl_cel_program *when; /* over the steps; NULL: always */
    bool undo; /* what the steps have done is undone, the last first, before the case is closed */
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

struct pl_definition {
    struct pl_text workflow;
    struct pl_title title;
    uint32_t number;                    /* index in the store, from 1; 0 while unpublished */
    uint32_t revision;                  /* of this workflow, from 1; 0 while unpublished */
    struct pl_digest hash;              /* of the canonical form of the bundle */
    struct pl_calendar calendar;        /* as the file has it */
    const struct pl_calendar **amended; /* later versions, in order: pl_case.calendar - 1 */
    uint16_t amended_count;
    const struct pl_schema *form; /* NULL: any form */
    struct pl_text form_id;
    struct pl_targets targets;
    uint16_t intake; /* step; PL_NO_STEP: none */
    struct pl_variable *variables;
    uint16_t variable_count;

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
bool pl_steps_any(const uint64_t mask[static PL_STEPS_MAX / 64]);

/* Index by id; PL_NO_STEP / PL_NO_DECISION when there is none. */
uint16_t pl_definition_step(const struct pl_definition *def, struct pl_text id);
uint16_t pl_definition_decision(const struct pl_definition *def, struct pl_text id);

/* Fills what follows from the whole: what the tasks of each step have to remember. Called once,
 * when everything else is there. */
void pl_definition_seal(struct pl_definition *def);

/* Who is behind a task of a step: the pattern of a set of items or arcs, a member, or `undo`.
 * Never NULL: the first member of a RUN step stands for each child. */
const struct pl_member *pl_step_member(const struct pl_step_def *step, uint16_t item);

/* Whether a task of a step is its compensation. */
bool pl_step_is_undo(const struct pl_step_def *step, uint16_t item);

/* Tasks of a step without its compensation: they come first. */
uint16_t pl_step_own_tasks(const struct pl_step_def *step);

/* Whether the tasks of a step are a set. A step that asks nobody has none: at an `each` it starts
 * once, with the first arrival. */
bool pl_step_has_set(const struct pl_step_def *step);

/* The step of a task index. */
uint16_t pl_definition_step_of_task(const struct pl_definition *def, uint16_t task);

#endif
