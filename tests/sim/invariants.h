/* What must hold after every turn, whatever happened (I1 is in people.c, where the promises are
 * remembered): I2  what is told is durable                    I3  every event has a cause and an
 * actor I4  sequences without a gap, the chain holds    I5  a step is done once in a round; every
 * state is one the registry allows (the core's movers check) I6  a task is answered once in a
 * round, by who held the last lease I7  nothing happens in a case after its end      I8  nothing
 * fires before its time; nothing that is due is left I9  every open case has something that will
 * wake it I11 the state is a fold of the journal: rebuilt from its first event it has the same
 * bytes    I12 a child that somebody waits for is open, and nobody waits for one that ended    I13
 * steps that exclude each other are not at work together    I14 one thing is undone at a time, the
 * last that was done first    I15 what is settled has no open task    I16 a clock stands still
 * exactly as long as there is a reason (I12, I13, I15, I16 in shapes.c) */
#ifndef PL_TESTS_SIM_INVARIANTS_H
#define PL_TESTS_SIM_INVARIANTS_H

#include "support/sim_world.h"

#define SEEN_STEPS 40 /* the drawn definitions have fewer */
#define SEEN_ITEMS 12

struct task_seen {
    bool open;   /* readied, and not answered since */
    bool undo;   /* a compensation */
    char to[64]; /* who was given it last */
};

struct case_seen {
    uint64_t id;
    bool finished;
    uint32_t definition;
    uint64_t done_seq[SEEN_STEPS];    /* when the step was done last */
    uint64_t undone_seq;              /* `done_seq` of the step that is being undone, or was last */
    uint32_t done_rounds[SEEN_STEPS]; /* round in which the step was done last */
    uint32_t rounds[SEEN_STEPS];      /* newest round started */
    int64_t accept_by[SEEN_STEPS];    /* of the last offer of item 0 */
    struct task_seen tasks[SEEN_STEPS][SEEN_ITEMS];
};

struct invariants {
    struct sim *w;
    struct watchers *watchers; /* hear of every event; NULL: nobody watches */
    uint32_t frames_seen;
    uint32_t letters_seen;
    uint64_t next_seq;
    struct pl_digest previous;
    struct case_seen *cases;
    uint32_t case_count;
    uint32_t case_size;
    uint64_t trace; /* hash of every frame and every letter, in order */
    uint64_t events;
    uint64_t finished;
    uint64_t kinds; /* of events that happened: a bit each */
};

void invariants_init(struct invariants *v, struct sim *w);
void invariants_fini(struct invariants *v);

/* Checks everything that the last turn did. `settled`: nothing is left to do at this time. */
void invariants_check(struct invariants *v, bool settled);

/* Folds the whole journal anew and compares. */
void invariants_rebuild(struct invariants *v);

#endif
