/* Who only looks on: I14, a stream under a filter has every event that matches, once, in order, and
 * its `prev` chain shows whatever was lost on the way. Checked against the journal itself. */
#ifndef PL_TESTS_SIM_WATCHERS_H
#define PL_TESTS_SIM_WATCHERS_H

#include <stdbool.h>
#include <stdint.h>

#include "support/sim_world.h"

#define WATCHERS 3

struct watcher {
    uint64_t peer;
    uint64_t types;   /* mask of event kinds; 0 = all */
    uint64_t known;   /* last event that it has, or where it began */
    uint64_t chain;   /* what the next event must name as the one before it */
    uint64_t covered; /* nothing that matches is missing up to here */
    uint32_t number;  /* of its watch: a new one each time, since the last may still speak */
    bool open;        /* a watch was asked for in the present session */
    bool lost;        /* a message was lost: the chain must show it */
};

struct watchers {
    struct sim *w;
    struct draw draw;
    struct watcher all[WATCHERS];
    bool calm;      /* nothing is lost any more */
    uint8_t *kinds; /* of every event of the journal, by sequence */
    uint64_t kind_count;
    uint64_t kind_size;
    uint64_t seen; /* events that arrived */
    uint64_t gaps; /* losses that the chain showed */
};

void watchers_init(struct watchers *v, struct sim *w, uint64_t seed, uint64_t first_peer);
void watchers_fini(struct watchers *v);

/* The next event of the journal is of this kind. */
void watchers_learn(struct watchers *v, uint16_t kind);

/* Opens what is not open, or gives credit. */
void watchers_act(struct watchers *v, unsigned number, uint32_t credit);

/* Its session is gone. */
void watchers_forget(struct watchers *v, uint64_t peer);

/* A message for one of them. Aborts when something is missing, twice or out of order. `*hello_out`:
 * it needs another session. */
void watchers_read(struct watchers *v, const struct sim_letter *letter, bool *hello_out);

/* Everything that happened must have arrived. */
void watchers_check_end(struct watchers *v);

#endif
