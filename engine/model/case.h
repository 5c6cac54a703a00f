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
#define STATE(NAME, FLAGS, MOVES) PL_STEP_##NAME,
#include "model/step_states.def"
#undef STATE
    PL_STEP_STATES
};

enum pl_task_state {
#define TASK(NAME, FLAGS, MOVES) PL_TASK_##NAME,
#include "model/task_states.def"
#undef TASK
    PL_TASK_STATES
};

struct pl_step {
    enum pl_step_state state;
    uint16_t decision;      /* DONE, RETURNED: what was decided */
    uint16_t round;         /* 0 before the first start */
    uint16_t returns;       /* how often it sent the case back */
    uint16_t rung;          /* next rung of the ladder; rung_count = none left */
    uint16_t excluded_days; /* working days that its clock stood still */
    bool incident;          /* a guard failed: waits for an operator */
    int64_t since_ms;       /* of this state */
    int64_t started_ms;     /* of its clock */
    int64_t stopped_ms;     /* clock stands still since; 0 = it runs */
    int64_t due_ms;         /* end of the promised limit; 0 = none */
    int64_t wake_ms;        /* next rung, or end of a WAIT_FOR; 0 = none */
    uint64_t settled_seq;   /* event that settled it; order of completion */
};

struct pl_task {
    enum pl_task_state state;
    uint16_t decision;
    uint16_t round;    /* of the step when it was readied */
    uint16_t attempts; /* failures so far */
    uint16_t rung;
    bool held;             /* answered, but a `decide_after` holds the decision */
    bool has_answer;       /* blob `seq` carries it */
    struct pl_lease lease; /* the last one minted; zero = never offered */
    int64_t since_ms;
    int64_t due_ms;     /* of a member with a limit of its own; otherwise the step's */
    int64_t wake_ms;    /* accept_by, lease_until, end of backoff; 0 = none */
    int64_t until_ms;   /* PARKED: when its adapter means to come back; 0 = unknown */
    int64_t late_ms;    /* next rung of the member's ladder, or the end of its limit when silence
                           decides; 0 = none */
    uint64_t ready_seq; /* event that made it ready first in this round: its place in the queue */
    uint64_t seq;       /* event of the answer */
    uint64_t body_hash; /* of the message that answered or failed it */
};

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
    uint64_t form_seq;  /* blob of the form in force */
    struct pl_text key; /* business key */
    struct pl_text by;  /* who applied */
    uint16_t step_count;
    uint16_t task_count;
    struct pl_step *steps;
    struct pl_task *tasks;
};

/* The documents of a case: what expressions see. All borrowed. */
struct pl_case_data {
    struct pl_bytes form;
    const struct pl_bytes *answers; /* by task index; size 0 = none */
};

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
