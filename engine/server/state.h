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

struct pl_loaded; /* a definition with the memory that it owns */

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
    struct pl_case_data data; /* form and answers, borrowed from the slot's blobs */
    struct pl_bytes *answers; /* the memory of data.answers */
    struct pl_live *next;     /* touched in this turn */
    bool changed;
};

struct pl_slot {
    struct pl_case_id id; /* 0: free */
    uint64_t key_hash;    /* of workflow and business key */
    uint8_t *packed;
    uint32_t packed_size;
    struct pl_blob *blobs;
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

    struct pl_loaded **definitions; /* by number - 1 */
    uint32_t definition_count;

    struct pl_reply *replies; /* ring, oldest first */
    uint32_t reply_first;
    uint32_t reply_count;
    uint32_t reply_size;
    struct pl_map reply_of_key; /* key -> index in the ring */

    uint64_t *block_seq; /* by block: sequence that its stored form has absorbed */
    uint8_t *block_dirty;
    uint32_t block_count;
    uint32_t dirty_count;
    uint32_t next_block; /* rolling checkpoint goes on here */

    struct pl_live *touched; /* of this turn */
};

int pl_state_init(struct pl_state *state);
void pl_state_fini(struct pl_state *state);

/* The open case, unpacked in `arena` for this turn. PLACET_ENOTFOUND, PLACET_ELIMIT. */
int pl_state_open(struct pl_state *state, struct pl_arena *arena, struct pl_case_id id,
                  struct pl_live **live_out);

/* The newest revision of a workflow, or the given one (0 = newest); NULL when there is none. */
const struct pl_definition *pl_state_definition(const struct pl_state *state,
                                                struct pl_text workflow, uint32_t revision);
const struct pl_definition *pl_state_definition_number(const struct pl_state *state,
                                                       uint32_t number);

/* The open case with this workflow and key; id 0 when there is none. */
struct pl_case_id pl_state_case_of_key(const struct pl_state *state, struct pl_text workflow,
                                       struct pl_text key);

/* The stored reply of (principal, idempotency id), or NULL. */
const struct pl_reply *pl_state_reply(const struct pl_state *state, struct pl_text by,
                                      struct pl_text idem);

/* A blob of an open case, empty when it has none of this sequence. */
struct pl_bytes pl_state_blob(const struct pl_state *state, uint32_t slot, uint64_t seq);

#endif
