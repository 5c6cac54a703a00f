/* The server: one deciding thread that runs turns.
 *
 *     receive a batch -> stamp one time -> messages to commands -> decide, append, apply, effects
 *     -> timers that are due -> offer ready tasks to adapters with credit
 *     -> ONE commit -> only now: replies, tasks, events
 *
 * turn.c runs the turn and the core; state.c holds what is folded from the journal; queues.c the
 * ready tasks; recover.c brings the state back at start; outbox.c keeps what may leave after the
 * commit. protocol.c and its handlers turn messages into commands and answers; sessions.c knows the
 * peers; watch.c serves event streams. */
#ifndef PL_SERVER_SERVER_H
#define PL_SERVER_SERVER_H

#include <placet/error.h>

#include "base/arena.h"
#include "core/core.h"
#include "port/bus.h"
#include "port/clock.h"
#include "port/journal.h"
#include "port/store.h"
#include "server/children.h"
#include "server/config.h"
#include "server/outbox.h"
#include "server/queues.h"
#include "server/state.h"

struct pl_sessions; /* sessions.h */
struct pl_watches;  /* watch.h */
struct pl_frame_builder;

struct pl_metrics {
    uint64_t turns;
    uint64_t commits;
    uint64_t events;
    uint64_t messages;
    uint64_t steps_completed;
    uint64_t rejections;
    uint64_t timers_fired;
    uint64_t frame_bytes;
    uint64_t block_bytes;
    uint64_t commit_us_max;
    uint64_t commit_us_sum;
};

struct pl_server {
    struct pl_config config;
    struct pl_store *store;
    struct pl_journal *journal;
    struct pl_bus *bus;
    struct pl_clock *clock;
    struct pl_random *random;

    struct pl_state state;
    struct pl_queues queues;
    struct pl_errands errands; /* that found no room in the last turn */
    struct pl_sessions *sessions;
    struct pl_watches *watches;
    struct pl_metrics metrics;

    /* Work of the current turn; empty between turns. */
    struct pl_arena arena;
    struct pl_outbox outbox;
    struct pl_outcome *outcome;
    struct pl_turn *turn;
    int64_t now_ms; /* time of the batch */
};

/* What became of a command. */
struct pl_verdict {
    enum pl_rejection rejection; /* PL_ACCEPTED: yes */
    bool repeated;               /* answered before: same answer, DUP flag */
    uint64_t seq; /* of its first event (accepted) or of COMMAND_REJECTED; for read-your-writes */
    struct pl_case_id case_id;
    uint16_t step; /* TASK_*: where it happened */
};

/* Runs one command within the current turn: idempotency, decide, journal, apply, effects. The
 * result becomes true when the turn commits: put the answer into the outbox, never on the bus. A
 * case that does not exist is a rejection, an open one of unknown definition a PL_CHECK. Returns 0
 * or a status that ends the turn (PLACET_ELIMIT: arena or frame exhausted; the caller refuses the
 * message with RESOURCE_EXHAUSTED). */
int pl_turn_execute(struct pl_server *s, struct pl_command *cmd, struct pl_verdict *out);

/* START by name: picks the newest revision of `workflow` (or `revision` when not 0), checks the
 * form against its schema outside the core. */
int pl_turn_start(struct pl_server *s, const struct pl_definition *def, struct pl_command *cmd,
                  struct pl_verdict *out);

/* The cases that a signal with a key reached. */
struct pl_told {
    uint32_t count;
    struct pl_case_id cases[PL_SIGNAL_CASES_MAX];
};

/* SIGNAL by name and key: to every open case that waits for it, at most PL_SIGNAL_CASES_MAX; the
 * same id is answered again as `repeated`, without the list (pl_turn_signal_again). */
int pl_turn_signal(struct pl_server *s, struct pl_command *cmd, struct pl_told *told,
                   struct pl_verdict *out);

/* The cases that the signal reached whose acceptance has sequence `seq`, read from the journal. */
int pl_turn_signal_again(struct pl_server *s, const struct pl_command *cmd, uint64_t seq,
                         struct pl_told *told);

/* Publishes a definition that the loader accepted: `bundle` is its source. Idempotent by the
 * definition's hash: `*unchanged_out`. Takes over `def` when it returns 0. */
int pl_turn_publish(struct pl_server *s, struct pl_definition *def, struct pl_bytes bundle,
                    struct pl_text by, bool *unchanged_out, uint32_t *number_out);

/* One turn. Waits up to `timeout_ms` for messages. Returns the number of messages and timers
 * handled, or a negative status: PLACET_EUNKNOWN means stop the process at once (exit 75);
 * PLACET_EFULL: nothing happened, nobody was told. */
int pl_server_turn(struct pl_server *s, int timeout_ms);

/* Opens what recover.c rebuilds; closes and frees everything. */
int pl_server_init(struct pl_server *s);
int pl_server_recover(struct pl_server *s, struct placet_error *err);
void pl_server_fini(struct pl_server *s);

#endif
