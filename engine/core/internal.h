/* What the files of the core share: one decide in progress, its clocks, and the handlers.
 *
 * A handler reads `out->after`, the case as it stands after the events emitted so far, and changes
 * it by pl_core_emit alone: so every cascade reads the newest state, and that state is a fold of
 * the events by construction. */
#ifndef PL_CORE_INTERNAL_H
#define PL_CORE_INTERNAL_H

#include "core/clock.h"
#include "core/core.h"
#include "value/cel.h"

struct pl_deciding {
    const struct pl_definition *def;
    const struct pl_case_data *data; /* but for the form, which is that of `out` */
    const struct pl_facts *facts;
    const struct pl_command *cmd;
    struct pl_outcome *out;
};

/* Adds the event and applies it. */
void pl_core_emit(struct pl_deciding *d, struct pl_event event);

static inline struct pl_step *pl_core_step(const struct pl_deciding *d, uint16_t step)
{
    return &d->out->after.steps[step];
}

static inline struct pl_task *pl_core_task(const struct pl_deciding *d, uint16_t step,
                                           uint16_t item)
{
    return &d->out->after.tasks[d->def->steps[step].first_task + item];
}

/* Starts, decides and closes whatever can be: steps in the order of the file, and again until
 * nothing changes. A paused case stays as it is. */
void pl_core_advance(struct pl_deciding *d);

/* Starts a step whose arcs allow it, or one that was with the applicant; or skips it, lets it queue
 * for its turn, or raises an incident. */
void pl_core_start_step(struct pl_deciding *d, uint16_t step);

/* Starts a step whose turn has come: its conditions were read before. */
void pl_core_begin_step(struct pl_deciding *d, uint16_t step);

/* While the file of a step is with the applicant, nothing that decides after it begins. */
bool pl_core_file_is_away(const struct pl_definition *def, const struct pl_case *c, uint16_t step);

/* TASK_READIED. */
void pl_core_ready_task(struct pl_deciding *d, uint16_t step, uint16_t item);

/* Whether no other step of its `exclusive` name runs, and (to start) none was ready before it;
 * otherwise the step for which it waits. */
bool pl_core_name_is_free(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                          uint16_t *behind_out);
bool pl_core_has_turn(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                      uint16_t *behind_out);

/* Says which department is competent for a task, if the step has choices; false: an incident was
 * raised. */
bool pl_core_assign(struct pl_deciding *d, uint16_t step, uint16_t item);

/* Sets (core/sets.c). The list of items is read before the step starts; false: an incident was
 * raised. Settling readies what may begin, or makes the decision take effect; it returns whether
 * anything changed. */
bool pl_core_set_read(struct pl_deciding *d, uint16_t step, struct pl_bytes *items_out);
void pl_core_set_begin(struct pl_deciding *d, uint16_t step, struct pl_bytes items);
bool pl_core_set_settle(struct pl_deciding *d, uint16_t step);

/* Whether an answer, given now, would leave the set open. */
bool pl_core_set_would_wait(const struct pl_deciding *d, uint16_t step, uint16_t item,
                            uint16_t decision);

/* Whether a signal is one of an open set, and what the set says to it. */
bool pl_core_set_hears(const struct pl_definition *def, struct pl_text signal, uint16_t *step_out,
                       bool *closes_out);
enum pl_rejection pl_core_set_signal(struct pl_deciding *d, uint16_t step, bool closes);

/* Whether an obligation holds the start of a step; the first one that does. */
bool pl_core_is_blocked(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                        uint16_t *by_step_out);

/* Makes the decision of a step take effect when nothing holds it. Returns whether it did. */
bool pl_core_settle_step(struct pl_deciding *d, uint16_t step);

/* Does what a decision of the step says: it goes on, ends the case or sends it back. */
void pl_core_take_effect(struct pl_deciding *d, uint16_t step, const struct pl_decision_rule *rule,
                         struct pl_text reason, struct pl_text by);

/* The same for the rule that the answer of a task gave (PL_NO_ITEM: of no single one). */
void pl_core_answer_takes_effect(struct pl_deciding *d, uint16_t step, uint16_t item,
                                 const struct pl_decision_rule *rule);

/* A step is done with a decision that goes on: what it cancels is cancelled. */
void pl_core_goes_on(struct pl_deciding *d, uint16_t step, uint16_t decision);

/* Whether a step has given a decision that goes back as often as it may. */
bool pl_core_is_used_up(const struct pl_deciding *d, uint16_t step,
                        const struct pl_decision_rule *rule);

/* Whether a `decide_after` holds the step; the first one that does. */
bool pl_core_is_held(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                     uint16_t *by_step_out);

/* Sends the case back to `to` (PL_STEP_APPLY: to every step) because `step` decided so; an officer
 * has no rule. */
void pl_core_send_back(struct pl_deciding *d, uint16_t step, uint16_t to,
                       const struct pl_decision_rule *rule, struct pl_text reason,
                       struct pl_text by);

/* The step whose compensation is under way or comes next; PL_NO_STEP: nothing is to be undone. */
uint16_t pl_core_undone_next(const struct pl_definition *def, const struct pl_case *c);

/* Whether anything was done that has a compensation. */
bool pl_core_has_undo(const struct pl_definition *def, const struct pl_case *c);

/* Asks for the next compensation; the case that waited for the last one is finished. */
void pl_core_undo(struct pl_deciding *d);
void pl_core_cancel_undo(struct pl_deciding *d, uint16_t by_step);

/* Whether a step is opened again when `by_step` sends the case back to `to`. */
bool pl_core_is_sent_back(const struct pl_definition *def, uint16_t step, uint16_t to,
                          uint16_t by_step, const struct pl_decision_rule *rule);

/* Whether the task of the command is a message told: it is delivered when somebody takes it. */
static inline bool pl_core_is_told(const struct pl_deciding *d)
{
    const struct pl_step_def *sd = &d->def->steps[d->cmd->step];

    return sd->kind == PL_KIND_TELL && !pl_step_is_undo(sd, d->cmd->item);
}

/* Cancels what is open and finishes the case, once everything is undone where the result says so.
 */
void pl_core_finish(struct pl_deciding *d, uint16_t result, struct pl_text reason,
                    uint16_t by_step);

/* Cancels the open tasks of a step, but not its compensation. */
void pl_core_cancel_tasks(struct pl_deciding *d, uint16_t step, uint16_t by_step);

/* The same, and the step itself. `by_step` is the step itself when its `while` turned false. */
void pl_core_cancel_step(struct pl_deciding *d, uint16_t step, uint16_t by_step);

/* Evaluates an expression of a step or of one of its tasks; false: an incident was raised, and says
 * why. The value may borrow from `out->room` and lives as long as the outcome. */
bool pl_core_evaluate(struct pl_deciding *d, uint16_t step, uint16_t item,
                      const struct pl_cel_program *program, struct pl_cel_value *value_out);

/* The same for a condition (no program: it holds), and for a day written YYYY-MM-DD. */
bool pl_core_condition(struct pl_deciding *d, uint16_t step, uint16_t item,
                       const struct pl_cel_program *program, bool *holds_out);
bool pl_core_evaluate_day(struct pl_deciding *d, uint16_t step,
                          const struct pl_cel_program *program, int32_t *day_out);

/* The correlation key of a WAIT_FOR as the case stands; false when it has none. */
bool pl_core_key_of(struct pl_deciding *d, uint16_t step, struct pl_text *key_out);

/* A value as MessagePack in `out->room`, for the VALUE of an event; false when it has no form there
 * or the room is full. */
bool pl_core_keep_value(struct pl_deciding *d, const struct pl_cel_value *value,
                        struct pl_bytes *bytes_out);

/* What a decision table gives: the rule that matched first, and what it means for the step. */
struct pl_table_answer {
    uint16_t rule;
    struct pl_bytes outputs; /* in `out->room` */
    const struct pl_decision_rule *decides;
};

/* Reads the table of a DECIDE step; false: an incident was raised. */
bool pl_core_read_table(struct pl_deciding *d, uint16_t step, struct pl_table_answer *answer_out);

/* End of the validity of a document that a step of this case issued; 0: none, or it does not end.
 */
int64_t pl_core_valid_until(const struct pl_definition *def, const struct pl_case *c,
                            uint16_t document);

/* Tells what a step that went on has issued, if it ends some day. */
void pl_core_issue_documents(struct pl_deciding *d, uint16_t step);

/* STEP_INCIDENT: the step waits for an operator. `code` is a constant; the message is copied. */
void pl_core_incident(struct pl_deciding *d, uint16_t step, uint16_t item, const char *code,
                      const char *message);

/* A text that events of this decide may borrow, cut when there is no room. */
struct pl_text pl_core_say(struct pl_outcome *out, const char *text, size_t len);

/* What one entry of `after` says. */
enum pl_arc_state { PL_ARC_OPEN, PL_ARC_SATISFIED, PL_ARC_PASSES, PL_ARC_DEAD, PL_ARC_STATES };
enum pl_arc_state pl_core_arc(const struct pl_case *c, struct pl_arc arc);

enum pl_join_state { PL_JOIN_OPEN, PL_JOIN_STARTS, PL_JOIN_DEAD };

/* Reads the arcs of a step or a result against the states of the steps before (language, Order). */
enum pl_join_state pl_core_join(const struct pl_case *c, enum pl_join join, uint16_t need,
                                const struct pl_arc *arcs, uint16_t arc_count);

/* The step whose end made a join impossible: the first dead arc of a step that is unreached. */
uint16_t pl_core_dead_end(const struct pl_case *c, const struct pl_step_def *step);

/* Lets the clocks of a step go on for which no reason to stand still is left, with STEP_RESUMED. */
void pl_core_resume_clock(struct pl_deciding *d, uint16_t step);

/* Fills in what STEP_STARTED says of the clocks: those that begin, or go on. False: an incident was
 * raised. */
bool pl_core_begin_clock(struct pl_deciding *d, uint16_t step, struct pl_event *started);

/* Before a clock is stopped or moved: whatever it reached by now happens first. False when the case
 * has ended by it. */
bool pl_core_catch_up(struct pl_deciding *d);

/* Refuses a command after that: nothing happened, the timer will do it. Returns the rejection. */
enum pl_rejection pl_core_reject(struct pl_deciding *d, enum pl_rejection rejection);

/* Silence decides: open tasks are cancelled and STEP_DEEMED says so; it takes effect with the next
 * advance. */
void pl_core_deem(struct pl_deciding *d, uint16_t step, uint16_t decision, struct pl_text law);

/* What `decide` answers to the answers of adapters: idempotent on (task, lease, body), fenced by
 * the lease. PL_ACCEPTED with `out->repeated` for an answer that was given before. */
enum pl_rejection pl_core_fence(struct pl_deciding *d);

/* What the answer of this command decides, by name. */
enum pl_rejection pl_core_read_decision(const struct pl_deciding *d, uint16_t *decision_out);

/* TASK_COMPLETED, and what follows from it. */
void pl_core_answer(struct pl_deciding *d, uint16_t decision);

/* Whether the officer of this answer may give it: recusal, four eyes. */
enum pl_rejection pl_core_check_officer(const struct pl_deciding *d);

/* Who a person is, as a task remembers it; 0 = nobody said. */
uint64_t pl_core_officer(struct pl_text officer, struct pl_text by);

/* A refused answer is recorded: somebody did the work and must be able to see why it did not count.
 * Returns the rejection. */
enum pl_rejection pl_core_refuse(struct pl_deciding *d, enum pl_rejection rejection);

/* Empty reason, nobody: what the engine gives. */
#define PL_NO_TEXT ((struct pl_text){"", 0})

/* Handlers, one for each command. */
typedef enum pl_rejection pl_decide_fn(struct pl_deciding *d);
#define COMMAND(NAME, HANDLER, ON, BY) pl_decide_fn pl_decide_##HANDLER;
#include "model/commands.def"
#undef COMMAND

#endif
