/* Everybody around the engine, in one seed: an applicant, an officer, and adapters that answer,
 * answer twice, answer late, lie, fail, give back, or say nothing. What they were promised is
 * remembered and compared. */
#ifndef PL_TESTS_SIM_PEOPLE_H
#define PL_TESTS_SIM_PEOPLE_H

#include <stdbool.h>
#include <stdint.h>

#include "model/ids.h"
#include "sim/draw_definition.h"
#include "sim/watchers.h"
#include "support/sim_world.h"

#define PEER_OFFICER  1
#define PEER_PORTAL   2
#define PEER_ADAPTER  3
#define ADAPTERS      (DRAWN_DEPARTMENTS * 2)
#define PEER_WATCHER  (PEER_ADAPTER + ADAPTERS)
#define PEERS         (PEER_WATCHER + WATCHERS)
#define TASKS_KNOWN   96
#define STEPS_KNOWN   16
#define SAID_MAX      4096
#define SAID_BODY_MAX 1024

/* A task that an adapter believes it has. */
struct known_task {
    uint64_t peer;
    char task[64];
    uint8_t lease[16];
    bool opinion;
};

/* A step of a case that somebody heard of. */
struct known_step {
    char case_id[PL_CASE_TEXT_SIZE];
    char step[16];
};

/* Something that was said, with the answer that it got first. */
struct said {
    uint64_t correlation; /* of the last time it was said */
    uint64_t peer;
    uint16_t kind;
    uint8_t body[SAID_BODY_MAX];
    uint32_t size;
    bool answered;
    bool accepted;
    int64_t said_ms; /* first; a promise holds for PL_IDEMPOTENCY_DAYS */
    uint64_t answer_hash;
};

struct people {
    struct sim *w;
    struct draw draw;
    bool greeted[PEERS];
    unsigned definitions;
    unsigned calendars; /* published again so often */
    unsigned idem;
    struct known_task tasks[TASKS_KNOWN];
    unsigned task_count;
    struct said *said;
    unsigned said_count;
    uint32_t letters_seen;
    struct known_step sets[STEPS_KNOWN]; /* with a task for each item of a list */
    unsigned set_count;
    struct known_step asked[STEPS_KNOWN]; /* of tasks that came */
    unsigned asked_count;
    uint64_t case_ids[64]; /* some cases that exist or existed */
    unsigned case_count;
    uint64_t answers_compared;
    struct watchers watchers;
};

void people_init(struct people *p, struct sim *w, uint64_t seed);
void people_fini(struct people *p);

/* Queues one thing that somebody does. */
void people_act(struct people *p);

/* After a restart nobody has a session. */
void people_forget_sessions(struct people *p);

/* The watchers want everything that there is. */
void people_watch_to_the_end(struct people *p);

/* Reads what came. Aborts with a message when a promise was broken. */
void people_listen(struct people *p);

#endif
