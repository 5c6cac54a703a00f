/* Loading one step: its keys, by subject, and the parts that several of them share. Only the files
 * that load steps include this. */
#ifndef PL_DEFINITION_LOAD_STEP_H
#define PL_DEFINITION_LOAD_STEP_H

#include "definition/load.h"

/* The keys of one step, whose lead is there already. */
void pl_load_step_keys(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node);
void pl_load_members(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *for_each,
                     const struct pl_yaml *ladder);
void pl_load_rules(struct pl_load *l, uint16_t step, const struct pl_yaml *decisions);
/* Adds what a decision does to what a step may answer. */
void pl_load_rule(struct pl_load *l, uint16_t step, uint16_t decision);
void pl_load_result_rules(struct pl_load *l, uint16_t step);
void pl_load_table_rules(struct pl_load *l, uint16_t step);

/* What is known of all steps before one is loaded: what they answer, what children may end with. */
void pl_load_answers(struct pl_load *l);
void pl_load_children(struct pl_load *l);
void pl_load_tables(struct pl_load *l, void *object, const struct pl_yaml *node);

/* Cells of a decision table, added to a text as CEL: what a scalar asks of an input, and a scalar
 * as a value. */
void pl_cell_put_test(struct pl_builder *b, struct pl_text input, const struct pl_yaml *cell);
void pl_cell_put_value(struct pl_builder *b, const struct pl_yaml *cell);
bool pl_cell_is_number(struct pl_text text);

/* The entry of a rule with that key, or NULL. */
const struct pl_yaml *pl_load_output_of(const struct pl_yaml *rule, struct pl_text key);

/* Whether a decision table gives such an output, and its type. */
bool pl_load_table_output(const struct pl_yaml *decide, struct pl_text name,
                          enum pl_cel_type *type_out);
/* The nearest of its outputs to a name that is none, or NULL. */
const char *pl_load_table_suggest(const struct pl_yaml *decide, struct pl_text name);

struct pl_send *pl_load_tree(struct pl_load *l, const struct pl_step_def *step,
                             const struct pl_yaml *node);
const struct pl_retry *pl_load_retry(struct pl_load *l, const struct pl_yaml *node);

/* Setters of the keys of a step; each subject has a file (load_order.c, load_set.c, load_limits.c
 * ...). */
void pl_load_set_after(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_decide_after(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_when(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_while(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_exclusive(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_cancels(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_not_by(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_undo(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_items(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_signers(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_sign(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_same_person(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_limit(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_statutory(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_internal(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_extension(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_clock(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_late(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_ask(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_run(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_decide(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_answer(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_send(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_retry(struct pl_load *l, void *object, const struct pl_yaml *node);
void pl_load_set_wait_for(struct pl_load *l, void *object, const struct pl_yaml *node);

/* Number of a step of the definition, and what it has in the file. */
uint16_t pl_load_number_of(const struct pl_load *l, const struct pl_step_def *step);
const struct pl_yaml *pl_load_key_of(const struct pl_load *l, const struct pl_step_def *step,
                                     const char *key);

/* What silence decides besides what the ladder says: at the end of the limit. */
struct pl_silence {
    uint16_t decision; /* PL_NO_DECISION: nothing */
    struct pl_text law;
};

/* The ladder of a step, from its own or that of the file; returns which, NULL when there is none.
 */
const struct pl_yaml *pl_load_ladder(struct pl_load *l, struct pl_step_def *step,
                                     const struct pl_yaml *own, struct pl_silence silence);
/* Checks the ladder of the file. */
bool pl_load_late(struct pl_load *l, const struct pl_yaml *node);
void pl_load_member_ladder(struct pl_load *l, const struct pl_yaml *ladder,
                           struct pl_member *member);

#endif
