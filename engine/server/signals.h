/* Who waits for a signal by its correlation key: open cases by (name, key).
 *
 * Folded from the cases and kept in memory only. The index says who may wait; whether a case takes
 * the signal is for the core to say. */
#ifndef PL_SERVER_SIGNALS_H
#define PL_SERVER_SIGNALS_H

#include "base/map.h"
#include "model/ids.h"

struct pl_server;
struct pl_state;
struct pl_live;

/* One step that waits: in the list of its (name, key) and in that of its slot. */
struct pl_waiting {
    uint64_t hash;
    uint32_t slot;
    uint32_t next; /* place + 1; 0 = last */
    uint32_t previous;
    uint32_t next_of_slot; /* or of the free ones */
};

struct pl_waitings {
    struct pl_map first; /* hash -> place + 1 */
    struct pl_waiting *at;
    uint32_t count; /* places used so far */
    uint32_t size;
    uint32_t first_free; /* place + 1 */
};

int pl_waitings_init(struct pl_waitings *waitings);
void pl_waitings_fini(struct pl_waitings *waitings);

/* Takes a case as it stands into the index, in the place of what stood there of it. Keys are read
 * by its definition's expressions; the arena lends them room. PLACET_ELIMIT, PLACET_ENOMEM. */
int pl_signals_index(struct pl_server *s, const struct pl_live *live);

/* The case of a slot waits for nothing any more. */
void pl_signals_forget(struct pl_state *state, uint32_t slot);

/* The open cases that may wait for this signal with this key, ascending, at most `max`. Returns how
 * many there are, or `max` + 1 for more. */
uint32_t pl_signals_find(const struct pl_state *state, struct pl_text name, struct pl_text key,
                         struct pl_case_id *out, uint32_t max);

#endif
