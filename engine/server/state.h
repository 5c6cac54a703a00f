/* Everything that is folded from the journal and lives in memory: open cases (packed, in slots),
 * their documents, keys, stored replies, definitions, the heap of wake times.
 *
 * A case at rest is packed bytes (wire/case.h). Within a turn pl_state_open unpacks it once into
 * the turn's arena; pl_state_close_turn packs what changed. Blobs of an open case stay beside it.
 */
#ifndef PL_SERVER_STATE_H
#define PL_SERVER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/heap.h"
#include "base/map.h"
#include "model/case.h"
#include "model/command.h"
#include "model/definition.h"
#include "server/calendars.h"
#include "server/signals.h"

/* A published definition: owned by the state, in force for as long as the process runs. */
struct pl_revision {
    struct pl_definition *def;
    uint32_t *queues;  /* by service of the definition: its number in pl_queues */
    bool reads_values; /* some expression reads answers, items or what a signal brought */
    const struct pl_calendar **amended; /* of `def` */
    bool has_keys;                      /* some WAIT_FOR is found by a correlation key */
};

struct pl_blob {
    struct pl_blob *next;
    uint64_t seq;
    uint32_t size;
    uint8_t bytes[];
};

/* A case unpacked for this turn. */
struct pl_live {
    struct pl_case c;
    const struct pl_definition *def;
    struct pl_case_data data;   /* borrowed from the slot's blobs */
    struct pl_value_at *values; /* of `data`; NULL: the definition reads none */
    uint32_t value_size;
    struct pl_live *next; /* touched in this turn */
    bool changed;
};

struct pl_slot {
    struct pl_case_id id; /* 0: free */
    uint64_t key_hash;    /* of workflow and business key */
    uint8_t *packed;
    uint32_t packed_size;
    struct pl_blob *blobs;
    uint32_t waiting;     /* first of its places in pl_waitings, plus one */
    struct pl_live *live; /* within a turn */
};

/* A reply kept for idempotency. */
struct pl_reply {
    uint64_t key;   /* hash of principal and id */
    uint64_t check; /* a second hash of the same */
    uint64_t body_hash;
    uint64_t seq;
    struct pl_case_id case_id;
    int64_t at_ms;
    uint16_t rejection;
    uint16_t command;
};

struct pl_closed_key {
    uint64_t key_hash;
    struct pl_case_id id;
};

struct pl_state {
    uint64_t last_seq; /* newest event applied */
    int64_t last_ms;   /* time of the newest frame */
    struct pl_slot *slots;
    uint32_t slot_count; /* ever used; the free ones among them are in free_slots */
    uint32_t slot_size;
    uint32_t open_count;
    uint64_t closed_count;
    struct pl_map slot_of_case; /* case id -> slot */
    struct pl_map slot_of_key;  /* key hash -> slot, open cases */
    struct pl_heap free_slots;  /* lowest first */
    struct pl_heap wakes;       /* slot -> next wake */

    struct pl_amendment *amendments; /* of calendars, in order */
    uint32_t amendment_count;
    uint32_t follow_slot; /* the next whose case may lag behind its calendar; UINT32_MAX: none */

    struct pl_waitings waitings; /* who waits for a signal by its key */

    struct pl_revision *revisions; /* by number - 1 */
    uint32_t revision_count;

    struct pl_reply *replies; /* ring, oldest first */
    uint32_t reply_first;
    uint32_t reply_count;
    uint32_t reply_size;
    uint32_t reply_rows_left;   /* of forgotten replies, still in the store */
    struct pl_map reply_of_key; /* key -> index in the ring */

    uint8_t *block_dirty;
    uint32_t block_count;
    uint32_t dirty_count;
    uint32_t next_block; /* rolling checkpoint goes on here */

    struct pl_map closed_of_key; /* key hash -> index in closed_keys */
    struct pl_closed_key *closed_keys;
    uint32_t closed_key_count;
    uint32_t closed_key_size;
    uint32_t closed_key_oldest; /* the next to be forgotten, when there are too many */

    struct pl_live *touched; /* of this turn */
};

int pl_state_init(struct pl_state *state);
void pl_state_fini(struct pl_state *state);

/* The open case, unpacked in `arena` for this turn. PLACET_ENOTFOUND, PLACET_ELIMIT,
 * PLACET_ECORRUPT. */
int pl_state_open(struct pl_state *state, struct pl_arena *arena, struct pl_case_id id,
                  struct pl_live **live_out);

/* Whether an event changes a case; the others speak of commands, definitions and refused answers.
 */
bool pl_state_folds(const struct pl_event *event);

/* Folds one event into the state: the only way in which it changes, in a turn and in a recovery
 * alike. `*live_out` is the case, or NULL for events of none. Events of closed cases (refused
 * answers) and of definitions (the bundle is loaded by the caller) change nothing.
 * PLACET_ENOTFOUND: the case is not open. */
int pl_state_fold(struct pl_state *state, struct pl_arena *arena, const struct pl_event *event,
                  uint64_t seq, int64_t at_ms, struct pl_live **live_out);

/* Ends the turn: packs what changed and frees the slots of finished cases; `closed` is called for
 * each of these with its packed form, before it goes. */
typedef int pl_state_closed(void *context, const struct pl_live *live, struct pl_bytes packed);
int pl_state_close_turn(struct pl_state *state, struct pl_arena *arena, pl_state_closed *closed,
                        void *context);

/* Forgets what was unpacked, without packing: the turn changed nothing. */
void pl_state_drop_turn(struct pl_state *state);

/* The slot that the next case gets: the lowest free one, so that it does not depend on the history.
 */
uint32_t pl_state_free_slot(const struct pl_state *state);

/* Takes over a packed case of a stored block at start. PLACET_ECORRUPT when it does not belong
 * there. */
int pl_state_restore(struct pl_state *state, uint32_t block, struct pl_bytes packed);

/* At start, when all is replayed: the key leads to the open case again. An older case with the same
 * key may have stood in an older block, and took the key with it when the replay closed it. */
int pl_state_keep_key(struct pl_state *state, uint32_t slot);

/* Blobs (blobs.c). Adds one to an open case at start or when its event is folded. */
int pl_state_add_blob(struct pl_state *state, uint32_t slot, uint64_t seq, struct pl_bytes value);
void pl_state_free_blobs(struct pl_slot *slot);

/* The blob of this sequence of an open case, empty when it has none. */
struct pl_bytes pl_state_blob(const struct pl_state *state, uint32_t slot, uint64_t seq);

/* Whether some expression of a definition reads more than the form and the states of steps. */
bool pl_definition_reads_values(const struct pl_definition *def);

/* Fills `live->data` from the blobs of the slot: the form, and the values in order of their
 * sequence if the definition reads any. PLACET_ELIMIT. */
int pl_state_show_data(const struct pl_state *state, struct pl_arena *arena, struct pl_live *live);

/* The same after the newest blob was added. */
int pl_state_show_blob(const struct pl_state *state, struct pl_arena *arena, struct pl_live *live,
                       uint64_t seq);

/* Sets a case's wake time from its unpacked form. */
int pl_state_set_wake(struct pl_state *state, const struct pl_live *live);

/* Makes a published definition known under the next number; the state owns it. PLACET_ENOMEM. */
int pl_state_add_definition(struct pl_state *state, struct pl_definition *def);

/* The newest revision of a workflow, or the given one (0 = newest); NULL when there is none. */
const struct pl_definition *pl_state_definition(const struct pl_state *state,
                                                struct pl_text workflow, uint32_t revision);
const struct pl_definition *pl_state_definition_number(const struct pl_state *state,
                                                       uint32_t number);

/* Hash of a workflow and a business key; 0 for the empty key, which is no key. */
uint64_t pl_state_key_hash(struct pl_text workflow, struct pl_text key);

/* The open case with this workflow and key; id 0 when there is none. */
struct pl_case_id pl_state_case_of_key(const struct pl_state *state, struct pl_text workflow,
                                       struct pl_text key);

/* The newest closed case with this workflow and key; id 0 when there is none. */
struct pl_case_id pl_state_closed_of_key(const struct pl_state *state, struct pl_text workflow,
                                         struct pl_text key);
/* Remembers the key of a closed case; beyond PL_CLOSED_KEYS_MAX the oldest is forgotten. */
int pl_state_add_closed(struct pl_state *state, uint64_t key_hash, struct pl_case_id id);

/* Replies kept for idempotency (replies.c): the stored one of (principal, id), or NULL. */
const struct pl_reply *pl_state_reply(const struct pl_state *state, struct pl_text by,
                                      struct pl_text idem);
int pl_state_add_reply(struct pl_state *state, const struct pl_reply *reply);
void pl_reply_keys(struct pl_text by, struct pl_text idem, struct pl_reply *reply);

/* Forgets replies older than `before_ms` and those beyond PL_IDEMPOTENCY_MAX; returns the sequence
 * of the oldest one left (UINT64_MAX: none), for the table to be trimmed. */
uint64_t pl_state_expire_replies(struct pl_state *state, int64_t before_ms);

#endif
