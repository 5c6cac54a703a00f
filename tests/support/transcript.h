/* What happened in a simulated world, as lines that a person reads: events with the names of their
 * steps and decisions, letters with who got them. */
#ifndef PL_TESTS_TRANSCRIPT_H
#define PL_TESTS_TRANSCRIPT_H

#include "support/sim_world.h"

#define TRANSCRIPT_MAX   (1u << 20)
#define TRANSCRIPT_PEERS 32

struct transcript {
    struct sim *world;
    char *text;
    size_t len;
    uint32_t frames_seen;
    uint32_t letters_seen;
    bool brief; /* only what happened to cases and steps, with its day; no letters */
    char peers[TRANSCRIPT_PEERS][64]; /* name of the peer with this number */
};

void transcript_init(struct transcript *t, struct sim *w);
void transcript_fini(struct transcript *t);

__attribute__((format(printf, 2, 3))) void transcript_addf(struct transcript *t, const char *format,
                                                           ...);

/* Adds what is new: committed events first, then letters, in their order. */
void transcript_catch_up(struct transcript *t);

/* Forgets the text. */
void transcript_clear(struct transcript *t);

#endif
