/* The simulator: one seed, one life of an office. Definitions, people, lost, repeated and reordered
 * messages, crashes between any two calls of a port, commits without room; after every turn the
 * invariants.
 *
 *   placet_sim [--seeds FIRST..LAST] [--acts N] [--hash] [--plant NAME]
 *
 * --plant makes a port behave wrongly on purpose; it must be found.
 * The same seed gives the same trace hash with every compiler and every optimisation; --hash prints
 * it. A seed that fails prints itself and comes back. */
#include <inttypes.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/check.h"
#include "base/time.h"
#include "server/watch.h"
#include "sim/invariants.h"
#include "sim/people.h"

#define ACTS_FOR_ALL  24000 /* rare events need some sixty seeds: a child that is refused */
#define REBUILD_EVERY 60
#define CRASH_ONE_IN  25
#define CALLS_MAX     60
#define FAULT_ONE_IN  25 /* of the acts: a call of the store finds no room */
#define FAULTS_MAX    20
#define LOST_ONE_IN   60 /* of the messages to the engine */
#define SWAP_ONE_IN   8

struct run {
    struct sim world;
    struct people people;
    struct invariants invariants;
    struct draw draw;
    uint64_t crashes;
    bool calm; /* nothing is lost any more */
};

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

/* What was sent may be lost, and may overtake what another connection sent before. */
static void disturb(struct run *r)
{
    struct sim *w = &r->world;

    for (uint32_t i = 0; i < w->inbox_count && !r->calm; i++) {
        if (draw_below(&r->draw, LOST_ONE_IN) == 0) {
            sim_drop(w, i--);
        } else if (i > 0 && draw_below(&r->draw, SWAP_ONE_IN) == 0) {
            const struct pl_message other = w->inbox[i - 1];
            w->inbox[i - 1] = w->inbox[i];
            w->inbox[i] = other;
        }
    }
}

static void settle(struct run *r)
{
    for (;;) {
        const uint64_t faults = r->world.faults;
        disturb(r);
        const int rc = sim_turn(&r->world);
        const bool settled = rc == 0 && r->world.faults == faults;
        invariants_check(&r->invariants, settled);
        people_listen(&r->people);
        if (r->world.crashed) {
            restart(r);
            continue;
        }
        PL_CHECK(rc >= 0);
        if (settled) {
            return;
        }
    }
}

/* A minute in which nobody is heard: sessions end. */
static void fall_silent(struct run *r, int64_t span_ms)
{
    for (int64_t ms = 0; ms < span_ms; ms += 1000) {
        r->world.now_ms += 1000;
        r->world.real_ms += 1000;
        settle(r);
    }
}

static void let_time_pass(struct run *r)
{
    static const int64_t spans[] = {1, 1000, 11000, 61000, PL_HOUR_MS, PL_DAY_MS, 5 * PL_DAY_MS};

    const int64_t span_ms = spans[draw_below(&r->draw, 7)];

    if (span_ms > 60000 && span_ms < PL_HOUR_MS && draw_below(&r->draw, 4) == 0) {
        fall_silent(r, span_ms);
        return;
    }
    r->world.now_ms += span_ms;
    r->world.real_ms += span_ms;
}

static void watch_to_the_end(struct run *r)
{
    r->calm = true;
    for (unsigned i = 0; i < 8; i++) { /* a session may have to be opened first */
        people_watch_to_the_end(&r->people);
        do {
            settle(r);
        } while (pl_watches_behind(&r->world.server));
    }
    watchers_check_end(&r->people.watchers);
}

static uint64_t live(uint64_t seed, unsigned acts, enum sim_plant plant, struct run *r)
{
    memset(r, 0, sizeof *r);
    r->draw.state = seed;
    sim_init(&r->world, seed + 1);
    people_init(&r->people, &r->world, seed + 2);
    invariants_init(&r->invariants, &r->world);
    r->invariants.watchers = &r->people.watchers;
    r->world.plant = plant;
    r->world.fail_status = PLACET_EFULL;
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
        if (draw_below(&r->draw, FAULT_ONE_IN) == 0) {
            r->world.fail_after = 1 + draw_below(&r->draw, FAULTS_MAX);
        }
        settle(r);
        r->world.crash_after = 0;
        r->world.fail_after = 0;
        if (i % REBUILD_EVERY == REBUILD_EVERY - 1) {
            invariants_rebuild(&r->invariants);
        }
    }
    watch_to_the_end(r);
    invariants_rebuild(&r->invariants);
    return r->invariants.trace;
}

static void end(struct run *r)
{
    people_fini(&r->people);
    invariants_fini(&r->invariants);
    sim_fini(&r->world);
}

/* A crash is a jump out of the middle of anything, recoveries too: what was held there is lost, as
 * it is when a process dies. */
// NOLINTBEGIN(bugprone-reserved-identifier): a name that the sanitizer looks for
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
    return "detect_leaks=0";
}
// NOLINTEND(bugprone-reserved-identifier)

/* ---- what is asked ---- */

struct sums {
    unsigned long seeds;
    uint64_t events;
    uint64_t finished;
    uint64_t crashes;
    uint64_t faults;
    uint64_t compared;
    uint64_t watched;
    uint64_t gaps;
    uint64_t kinds;
};

struct asked {
    unsigned long first;
    unsigned long last;
    unsigned acts;
    bool print;
    enum sim_plant plant;
};

static const char *const plants[SIM_PLANTS] = {
    [SIM_PLANT_FORGET] = "forget", [SIM_PLANT_LOSE] = "lose",   [SIM_PLANT_LEASE] = "lease",
    [SIM_PLANT_DEAF] = "deaf",     [SIM_PLANT_STRAY] = "stray",
};

static bool read_plant(const char *name, enum sim_plant *plant_out)
{
    for (unsigned i = 1; i < SIM_PLANTS; i++) {
        if (strcmp(name, plants[i]) == 0) {
            *plant_out = (enum sim_plant)i;
            return true;
        }
    }
    return false;
}

static bool read_seeds(const char *text, struct asked *asked)
{
    char *rest;

    asked->first = strtoul(text, &rest, 10);
    asked->last = strncmp(rest, "..", 2) == 0 ? strtoul(rest + 2, &rest, 10) : asked->first;
    return *rest == '\0' && asked->first <= asked->last;
}

static bool read_args(int argc, char **argv, struct asked *asked)
{
    bool good = true;

    for (int i = 1; good && i < argc; i++) {
        const char *value = i + 1 < argc ? argv[i + 1] : "";
        if (strcmp(argv[i], "--hash") == 0) {
            asked->print = true;
        } else if (strcmp(argv[i], "--acts") == 0) {
            asked->acts = (unsigned)strtoul(value, NULL, 10);
            good = asked->acts > 0;
            i++;
        } else if (strcmp(argv[i], "--seeds") == 0) {
            good = read_seeds(value, asked);
            i++;
        } else {
            good = strcmp(argv[i], "--plant") == 0 && read_plant(value, &asked->plant);
            i++;
        }
    }
    return good;
}

static void run_seed(const struct asked *asked, unsigned long seed, struct sums *sums)
{
    static struct run r;

    (void)fprintf(stderr, "seed %lu\r", seed);
    const uint64_t trace = live(seed, asked->acts, asked->plant, &r);
    if (asked->print) {
        (void)printf("%lu %016" PRIx64 "\n", seed, trace);
    }
    sums->seeds++;
    sums->events += r.invariants.events;
    sums->finished += r.invariants.finished;
    sums->crashes += r.crashes;
    sums->faults += r.world.faults;
    sums->compared += r.people.answers_compared;
    sums->watched += r.people.watchers.seen;
    sums->gaps += r.people.watchers.gaps;
    sums->kinds |= r.invariants.kinds;
    end(&r);
}

/* Every event that there is must have happened: what is never drawn is never tested. */
static bool everything_happened(uint64_t kinds)
{
    bool all = true;

#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    if ((kinds >> (NO)&1) == 0) {                                                                  \
        (void)fprintf(stderr, "never happened: %s\n", #APPLIER);                                   \
        all = false;                                                                               \
    }
#include "model/events.def"
#undef EVENT
    return all;
}

/* A simulation in which nothing happens proves nothing. */
static int simulate(const struct asked *asked)
{
    struct sums sums = {0};

    for (unsigned long seed = asked->first; seed <= asked->last; seed++) {
        run_seed(asked, seed, &sums);
    }
    (void)fprintf(stderr,
                  "%lu seeds: %" PRIu64 " events, %" PRIu64 " cases finished, %" PRIu64
                  " crashes, %" PRIu64 " commits without room, %" PRIu64
                  " answers given again, %" PRIu64 " events watched, %" PRIu64 " losses seen\n",
                  sums.seeds, sums.events, sums.finished, sums.crashes, sums.faults, sums.compared,
                  sums.watched, sums.gaps);
    const bool enough = sums.finished > 0 && sums.crashes > 0 && sums.faults > 0 &&
                        sums.compared > 0 && sums.watched > 0 && sums.gaps > 0;
    const bool all = asked->acts * sums.seeds < ACTS_FOR_ALL || everything_happened(sums.kinds);
    return sums.events > 0 && all && (asked->acts * sums.seeds < 2000 || enough) ? 0 : 1;
}

/* Each seed in a process of its own, until the mistake that was planted is found. */
static int hunt(const struct asked *asked)
{
    for (unsigned long seed = asked->first; seed <= asked->last; seed++) {
        int status = 0;
        const pid_t pid = fork();
        PL_CHECK(pid >= 0);
        if (pid == 0) {
            struct sums sums = {0};
            (void)setrlimit(RLIMIT_CORE, &(struct rlimit){0});
            run_seed(asked, seed, &sums);
            _exit(0);
        }
        PL_CHECK(waitpid(pid, &status, 0) == pid);
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            (void)fprintf(stderr, "found: %s, with seed %lu\n", plants[asked->plant], seed);
            return 0;
        }
    }
    (void)fprintf(stderr, "not found: %s\n", plants[asked->plant]);
    return 1;
}

int main(int argc, char **argv)
{
    struct asked asked = {.first = 1, .last = 20, .acts = 400};

    if (!read_args(argc, argv, &asked)) {
        (void)fprintf(stderr,
                      "usage: %s [--seeds FIRST..LAST] [--acts N] [--hash] "
                      "[--plant forget|lose|lease|deaf|stray]\n",
                      argv[0]);
        return 2;
    }
    return asked.plant == SIM_PLANT_NONE ? simulate(&asked) : hunt(&asked);
}
