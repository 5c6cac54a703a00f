/* Small definitions in C, for tests of what runs them: fixed memory, no YAML, no loader.
 *
 * Steps are added in the order of the file; references are the numbers that the builder gives. Its
 * decisions are the three fixed ones and those named below; a step may answer APPROVE and REJECT
 * unless a test adds more with build_rule. The calendar has weekends off and works otherwise,
 * zone UTC+08:00, but for the days that a test takes away. */
#ifndef PL_TESTS_DEFINITION_BUILDER_H
#define PL_TESTS_DEFINITION_BUILDER_H

#include "base/arena.h"
#include "base/time.h"
#include "model/definition.h"

#define BUILD_STEPS   16
#define BUILD_MEMBERS 6
#define BUILD_ARCS    16
#define BUILD_RULES   8
#define BUILD_RUNGS   4
#define BUILD_RESULTS 8
#define BUILD_TASKS   (BUILD_STEPS * BUILD_MEMBERS)
#define BUILD_VARS    32

enum {
    BUILD_REJECT = PL_DECISIONS_FIXED, /* ends the case as rejected, with a reason */
    BUILD_RETURN,                      /* by build_return: to the applicant */
    BUILD_AGAIN,                       /* by build_back: to a step before */
    BUILD_OTHER,                       /* goes on */
    BUILD_DECISIONS
};

struct build {
    struct pl_definition def;
    struct pl_step_def steps[BUILD_STEPS];
    struct pl_member members[BUILD_STEPS][BUILD_MEMBERS];
    struct pl_rung member_rungs[BUILD_STEPS][BUILD_MEMBERS][BUILD_RUNGS];
    struct pl_decision_rule rules[BUILD_STEPS][BUILD_RULES];
    struct pl_arc arcs[BUILD_STEPS][BUILD_ARCS];
    uint16_t decide_after[BUILD_STEPS][BUILD_ARCS];
    struct pl_rung rungs[BUILD_STEPS][BUILD_RUNGS];
    struct pl_decision_name decisions[BUILD_DECISIONS];
    struct pl_result results[BUILD_RESULTS];
    struct pl_arc result_arcs[BUILD_RESULTS][BUILD_ARCS];
    uint16_t finish[BUILD_RESULTS];
    struct pl_member undo[BUILD_STEPS];
    struct pl_run runs[BUILD_STEPS];
    struct pl_extension extensions[BUILD_STEPS];
    uint16_t blocked_by[BUILD_STEPS][BUILD_ARCS];
    uint16_t reserved[BUILD_STEPS]; /* tasks of a set of items */
    struct pl_variable variables[BUILD_VARS];
    uint16_t scope; /* step whose expression is compiled */
    char ids[BUILD_STEPS][8];
    struct pl_arena arena;
    unsigned char memory[1 << 15];
};

void build_init(struct build *b);

/* Each adds a step and gives its number: "s0", "s1", ... */
uint16_t build_ask(struct build *b);
uint16_t build_tell(struct build *b);
uint16_t build_child(struct build *b, bool detached); /* may decide APPROVE, REJECT and OTHER */
uint16_t build_wait_signal(struct build *b, const char *signal);
uint16_t build_wait_span(struct build *b, struct pl_span span);
uint16_t build_wait_date(struct build *b, struct pl_date date);
uint16_t build_wait_date_of(struct build *b, const char *expression);

/* The intake, the first step: BUILD_OTHER is its notice (once), REJECT that it is not accepted; its
 * silence at the end of the limit approves. */
uint16_t build_intake(struct build *b, struct pl_span limit);

void build_after(struct build *b, uint16_t step, uint16_t before);
void build_after_decision(struct build *b, uint16_t step, uint16_t before, uint16_t decision);
void build_any(struct build *b, uint16_t step);

/* EACH: one task for each arc; call it after the arcs. */
void build_each(struct build *b, uint16_t step);
void build_blocked_by(struct build *b, uint16_t step, uint16_t obligation);
void build_decide_after(struct build *b, uint16_t step, uint16_t before);

/* Expressions read the form (`area`), `case.x`, `item`, `items` (of their own step) and
 * `steps.sN.decision`, `.state`, `.answer`, `.items`; nothing is typed. */
void build_when(struct build *b, uint16_t step, const char *expression);
void build_while(struct build *b, uint16_t step, const char *expression);
void build_cancels(struct build *b, uint16_t step, uint16_t cancelled);
void build_exclusive(struct build *b, uint16_t step, uint16_t name);
void build_not_by(struct build *b, uint16_t step, uint16_t other);

/* A set of at most `at_most` items, the elements of a list; gives it for more. */
struct pl_set *build_items(struct build *b, uint16_t step, const char *items, uint16_t at_most);
void build_done_when(struct build *b, uint16_t step, const char *expression);
void build_set_decision(struct build *b, uint16_t step, const char *expression);

/* Signers beside the first, with these weights; the set is ALL until a test says otherwise. */
struct pl_set *build_signers(struct build *b, uint16_t step, const uint32_t *weights,
                             uint16_t count);

/* A compensation: the last task of the step. */
void build_undo(struct build *b, uint16_t step);
void build_limit(struct build *b, uint16_t step, struct pl_span limit);
void build_limit_until(struct build *b, uint16_t step, const char *expression);
struct pl_rung *build_rung(struct build *b, uint16_t step, struct pl_span at, enum pl_card card);

/* One extension, by the role "head". */
void build_extension(struct build *b, uint16_t step, struct pl_span span);

struct pl_decision_rule *build_rule(struct build *b, uint16_t step, struct pl_decision_rule rule);

/* BUILD_RETURN: to the applicant, then the step itself again. */
struct pl_decision_rule *build_return(struct build *b, uint16_t step, uint16_t at_most,
                                      enum pl_clock_rule clock);

/* BUILD_AGAIN: to `to`, at once. */
struct pl_decision_rule *build_back(struct build *b, uint16_t step, uint16_t to, uint16_t at_most);

/* Gives the member's number. */
uint16_t build_member(struct build *b, uint16_t step, enum pl_member_role role);
void build_member_limit(struct build *b, uint16_t step, uint16_t item, struct pl_span limit,
                        uint16_t silent_decision);
void build_member_when(struct build *b, uint16_t step, uint16_t item, const char *expression);
void build_member_rung(struct build *b, uint16_t step, uint16_t item, struct pl_span at,
                       enum pl_card card);

/* A result for when every step is settled; gives its number. */
uint16_t build_result(struct build *b);
void build_result_after(struct build *b, uint16_t result, uint16_t step, uint16_t decision);

void build_day_off(struct build *b, struct pl_date date);

/* Numbers the tasks and closes the ancestors; the definition lives in `b`. */
const struct pl_definition *build_done(struct build *b);

#endif
