/* The whole engine in one process with no disk, no socket, no wall clock and no chance: a simulated
 * store that can fail and forget, a bus that is two queues, a clock that a test moves, leases from
 * a seed. The server above it is the real one.
 *
 * A crash is a longjmp out of any call of a port: what was committed stays, what was sent was sent,
 * everything else is gone, and the server is built anew from the store. */
#ifndef PL_TESTS_SIM_H
#define PL_TESTS_SIM_H

#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>

#include "port/bus.h"
#include "port/clock.h"
#include "server/server.h"
#include "support/draw.h"

#define SIM_INBOX_MAX 256

/* One row of the simulated store, sorted by table and key. */
struct sim_row {
    enum pl_table table;
    uint64_t key;
    uint8_t *bytes;
    uint32_t size;
};

struct sim_frame {
    uint64_t first_seq;
    uint8_t *bytes;
    uint32_t size;
};

/* Something that left the engine. */
struct sim_letter {
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    uint16_t kind;
    uint16_t flags;
    uint64_t correlation;
    struct pl_bytes body; /* owned by the world */
    uint64_t durable_seq; /* newest committed event when it left */
};

enum sim_plant {
    SIM_PLANT_NONE,
    SIM_PLANT_FORGET, /* the store forgets a row that it committed, now and then */
    SIM_PLANT_LOSE,   /* a crash takes the newest committed frame with it */
    SIM_PLANT_LEASE,  /* every lease is the same */
    SIM_PLANT_DEAF,   /* the bus loses events of a watch and says that they left */
    SIM_PLANT_STRAY,  /* the bus brings a task to somebody else, now and then */
    SIM_PLANTS
};

struct sim {
    struct pl_server server;
    bool running;

    struct pl_store store;
    struct pl_journal journal;
    struct pl_bus bus;
    struct pl_clock clock;
    struct pl_random random;

    /* Committed, and what the open transaction would add. */
    struct sim_row *rows;
    uint32_t row_count;
    uint32_t row_size;
    struct sim_row *pending;
    uint32_t pending_count;
    uint32_t pending_size;
    struct sim_frame *frames;
    uint32_t frame_count;
    uint32_t frame_size;
    struct sim_frame pending_frame;
    struct {
        enum pl_table table;
        uint64_t before;
        uint32_t count;
    } pending_trim;
    bool in_transaction;
    uint64_t durable_seq; /* newest committed event */
    bool full;            /* nearly_full answers yes */

    struct pl_message inbox[SIM_INBOX_MAX];
    uint32_t inbox_count;
    struct sim_letter *outbox;
    uint32_t outbox_count;
    uint32_t outbox_size;
    uint64_t next_correlation;

    int64_t now_ms;
    int64_t real_ms;  /* what heartbeats are measured with: stands still unless a test moves it */
    struct draw draw; /* leases */

    /* The port call at which the engine dies: counted down by every call; 0 = never. */
    uint64_t crash_after;
    uint64_t port_calls;
    jmp_buf crash;
    bool crashed;

    /* The port call of the store that fails with `fail_status`; 0 = never. */
    uint64_t fail_after;
    int fail_status;
    uint64_t faults; /* that happened */

    /* A mistake on purpose, to see that it is found. */
    enum sim_plant plant;
    uint64_t plant_calls;
};

/* A world at 2016-04-20T09:00+08:00 with an empty store and a running engine. */
void sim_init(struct sim *w, uint64_t seed);
void sim_fini(struct sim *w);

/* Queues one message for the next turn; `json` is its body. Returns its correlation. */
uint64_t sim_send(struct sim *w, enum pl_endpoint endpoint, uint64_t peer, uint16_t kind,
                  const char *json);
uint64_t sim_send_bytes(struct sim *w, enum pl_endpoint endpoint, uint64_t peer,
                        struct pl_bytes header, struct pl_bytes body, uint32_t frames);

/* Forgets a message that waits. */
void sim_drop(struct sim *w, uint32_t index);

/* One turn. A crash on the way returns PLACET_EUNKNOWN with `crashed` set; the engine is then down.
 */
int sim_turn(struct sim *w);

/* Turns until one has nothing to do; stops at a crash or an error. */
int sim_settle(struct sim *w);

/* Kills the engine, if it runs, and builds it anew from the store. Returns what recovery says. */
int sim_restart(struct sim *w);

/* The last reply to this correlation, or NULL. */
const struct sim_letter *sim_reply(const struct sim *w, uint64_t correlation);

/* Forgets what left so far. */
void sim_clear_outbox(struct sim *w);

/* Publishes the definition in a file below the source folder (with what it refers to) straight into
 * the journal; fails the test when it does not load. Returns its number. */
uint32_t sim_publish(struct sim *w, const char *path);

/* Whether the mistake happens at this call. */
bool sim_plant_strikes(struct sim *w, enum sim_plant plant, unsigned one_in);

/* Internal to the world's files. */
void sim_port_call(struct sim *w);
int sim_store_fault(struct sim *w);
extern const struct pl_store_ops sim_store_ops;
extern const struct pl_journal_ops sim_journal_ops;
void sim_store_free(struct sim *w);
void sim_store_lose(struct sim *w);

#endif
