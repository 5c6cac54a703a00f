/* A case as the core sees it: plain data, a fold of its events. At rest it is packed (wire/case.h);
 * in a turn it stands unpacked like this, its arrays in the memory of the turn. */
#ifndef PL_MODEL_CASE_H
#define PL_MODEL_CASE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/definition.h"
#include "model/ids.h"
#include "value/reader.h"

enum pl_step_state {
#define STATE(NAME, WORD, FLAGS, MOVES) PL_STEP_##NAME,
#include "model/step_states.def"
#undef STATE
    PL_STEP_STATES
};

enum pl_task_state {
#define TASK(NAME, WORD, FLAGS, MOVES) PL_TASK_##NAME,
#include "model/task_states.def"
#undef TASK
    PL_TASK_STATES
};

/* NOLINTBEGIN(bugprone-macro-parentheses): types cannot be parenthesized */
#define FIELD(FORM, TYPE, NAME) TYPE NAME;
struct pl_step {
#include "model/step_fields.def"
};

struct pl_task {
#include "model/task_fields.def"
};
#undef FIELD
/* NOLINTEND(bugprone-macro-parentheses) */

struct pl_case {
    struct pl_case_id id;
    uint32_t slot;
    uint32_t definition; /* number of the definition */
    uint64_t seq;        /* last event applied; 0 = not started */
    uint32_t event_count;
    bool paused;
    bool finished;
    uint16_t result;
    int64_t started_ms;
    int64_t paused_ms;
    int64_t finished_ms;
    int64_t accepted_ms;      /* as of when the intake accepted it; 0 = no intake, or not yet */
    struct pl_case_id parent; /* the case that started it; 0 = none */
    uint16_t parent_task;     /* index into the tasks of the parent */
    uint16_t depth;           /* of children: 0 for a case that an applicant started */
    uint16_t undoing;   /* result with which it ends once everything is undone; PL_NO_RESULT */
    uint16_t calendar;  /* how often the calendar was amended for it */
    uint64_t form_seq;  /* blob of the form in force */
    struct pl_text key; /* business key */
    struct pl_text by;  /* who applied */
    uint16_t step_count;
    uint16_t task_count;
    struct pl_step *steps;
    struct pl_task *tasks;
};

/* A VALUE that an event of the case brought. */
struct pl_value_at {
    uint64_t seq;
    struct pl_bytes value;
};

/* The documents of a case: what expressions see. Borrowed. `values` are those that the case refers
 * to (answers, items, signals, outputs of tables), in order of their sequence. */
struct pl_case_data {
    struct pl_bytes form;
    const struct pl_value_at *values;
    uint32_t value_count;
};

/* Who is asked by a task: the competent department, or the one that it was handed over to.
 * PL_NO_SERVICE: nobody, it is a child case. */
uint16_t pl_task_service(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                         uint16_t item);

/* The key of the case that a task starts: `<key of the parent>/<step>`, with `.<n>` for the n-th
 * item and `~<round>` from the second round on. Where that is longer than a key may be, the number
 * of the parent stands for its key. The text lies in `out`. */
#define PL_CHILD_KEY_SIZE (2 * PL_KEY_MAX)
struct pl_text pl_child_key(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                            uint16_t item, char out[PL_CHILD_KEY_SIZE]);

const char *pl_step_state_name(enum pl_step_state state); /* "waiting" */
const char *pl_task_state_name(enum pl_task_state state);
bool pl_step_is_settled(enum pl_step_state state);
bool pl_step_is_live(enum pl_step_state state);
bool pl_task_is_open(enum pl_task_state state);
bool pl_task_is_leased(enum pl_task_state state);

/* Masks of the states that a step or a task may move to. */
uint32_t pl_step_moves(enum pl_step_state state);
uint32_t pl_task_moves(enum pl_task_state state);

#endif
