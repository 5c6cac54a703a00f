/* The simulator: one seed, one life of an office. Definitions, people, lost and repeated messages,
 * crashes between any two calls of a port; after every turn the invariants.
 *
 *   placet_sim [--seeds FIRST..LAST] [--acts N] [--hash]
 *
 * The same seed gives the same trace hash with every compiler and every optimisation; --hash prints
 * it. A seed that fails prints itself and comes back. */
#include <inttypes.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "sim/invariants.h"
#include "sim/people.h"

#define REBUILD_EVERY 60
#define CRASH_ONE_IN  25
#define CALLS_MAX     60

struct run {
    struct sim world;
    struct people people;
    struct invariants invariants;
    struct draw draw;
    uint64_t crashes;
};

static void let_time_pass(struct run *r)
{
    static const int64_t spans[] = {1, 1000, 11000, 61000, PL_HOUR_MS, PL_DAY_MS, 5 * PL_DAY_MS};

    const int64_t span_ms = spans[draw_below(&r->draw, 7)];

    r->world.now_ms += span_ms;
    r->world.real_ms += span_ms;
}

static void restart(struct run *r)
{
    r->crashes++;
    const int rc = sim_restart(&r->world);
    if (rc < 0) {
        (void)fprintf(stderr, "recovery failed: %s\n", placet_strstatus(rc));
        abort();
    }
    people_forget_sessions(&r->people);
}

static void settle(struct run *r)
{
    for (;;) {
        const int rc = sim_turn(&r->world);
        invariants_check(&r->invariants, rc == 0);
        people_listen(&r->people);
        if (r->world.crashed) {
            restart(r);
            continue;
        }
        PL_CHECK(rc >= 0);
        if (rc == 0) {
            return;
        }
    }
}

static uint64_t live(uint64_t seed, unsigned acts, struct run *r)
{
    memset(r, 0, sizeof *r);
    r->draw.state = seed;
    sim_init(&r->world, seed + 1);
    people_init(&r->people, &r->world, seed + 2);
    invariants_init(&r->invariants, &r->world);
    for (unsigned i = 0; i < acts; i++) {
        const unsigned at_once = 1 + draw_below(&r->draw, 4);
        for (unsigned k = 0; k < at_once; k++) {
            people_act(&r->people);
        }
        if (draw_below(&r->draw, 3) == 0) {
            let_time_pass(r);
        }
        if (draw_below(&r->draw, CRASH_ONE_IN) == 0) {
            r->world.crash_after = 1 + draw_below(&r->draw, CALLS_MAX);
        }
        settle(r);
        r->world.crash_after = 0;
        if (i % REBUILD_EVERY == REBUILD_EVERY - 1) {
            invariants_rebuild(&r->invariants);
        }
    }
    invariants_rebuild(&r->invariants);
    return r->invariants.trace;
}

static void end(struct run *r)
{
    people_fini(&r->people);
    invariants_fini(&r->invariants);
    sim_fini(&r->world);
}

int main(int argc, char **argv)
{
    static struct run r;
    unsigned long first = 1;
    unsigned long last = 20;
    unsigned long acts = 400;
    bool print = false;
    uint64_t events = 0;
    uint64_t finished = 0;
    uint64_t crashes = 0;
    uint64_t compared = 0;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--hash") == 0) {
            print = true;
        } else if (i + 1 < argc && strcmp(argv[i], "--acts") == 0) {
            acts = strtoul(argv[++i], NULL, 10);
        } else if (i + 1 < argc && strcmp(argv[i], "--seeds") == 0) {
            char *rest;
            first = strtoul(argv[++i], &rest, 10);
            last = strncmp(rest, "..", 2) == 0 ? strtoul(rest + 2, NULL, 10) : first;
        } else {
            (void)fprintf(stderr, "usage: %s [--seeds FIRST..LAST] [--acts N] [--hash]\n", argv[0]);
            return 2;
        }
    }
    for (unsigned long seed = first; seed <= last; seed++) {
        (void)fprintf(stderr, "seed %lu\r", seed);
        const uint64_t trace = live(seed, (unsigned)acts, &r);
        if (print) {
            (void)printf("%lu %016" PRIx64 "\n", seed, trace);
        }
        events += r.invariants.events;
        finished += r.invariants.finished;
        crashes += r.crashes;
        compared += r.people.answers_compared;
        end(&r);
    }
    (void)fprintf(stderr,
                  "%lu seeds: %" PRIu64 " events, %" PRIu64 " cases finished, %" PRIu64
                  " crashes, %" PRIu64 " answers given again\n",
                  last - first + 1, events, finished, crashes, compared);
    /* A simulation in which nothing happens proves nothing. */
    return events > 0 && (acts < 200 || (finished > 0 && crashes > 0 && compared > 0)) ? 0 : 1;
}
