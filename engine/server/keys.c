/* Business keys of open and closed cases, and replies kept for idempotency. */
#include <placet/error.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "server/state.h"

/* Two texts hashed as one, with their lengths, so that ("ab", "c") and ("a", "bc") differ. */
static uint64_t hash_pair(struct pl_text a, struct pl_text b, uint64_t salt)
{
    const uint64_t parts[4] = {pl_hash64(a.at, a.len), pl_hash64(b.at, b.len),
                               (uint64_t)a.len << 32 | b.len, salt};
    const uint64_t hash = pl_hash64(parts, sizeof parts);

    return hash == 0 ? 1 : hash; /* 0 means "none" in the maps */
}

uint64_t pl_state_key_hash(struct pl_text workflow, struct pl_text key)
{
    return key.len == 0 ? 0 : hash_pair(workflow, key, 0);
}

struct pl_case_id pl_state_case_of_key(const struct pl_state *state, struct pl_text workflow,
                                       struct pl_text key)
{
    const uint64_t hash = pl_state_key_hash(workflow, key);
    uint32_t slot;

    if (hash == 0 || !pl_map_get(&state->slot_of_key, hash, &slot)) {
        return (struct pl_case_id){0};
    }
    return state->slots[slot].id;
}

struct pl_case_id pl_state_closed_of_key(const struct pl_state *state, struct pl_text workflow,
                                         struct pl_text key)
{
    const uint64_t hash = pl_state_key_hash(workflow, key);
    uint32_t index;

    if (hash == 0 || !pl_map_get(&state->closed_of_key, hash, &index)) {
        return (struct pl_case_id){0};
    }
    return state->closed_keys[index].id;
}

static int grow_closed(struct pl_state *state)
{
    const uint32_t size = state->closed_key_size == 0 ? 64 : state->closed_key_size * 2;
    struct pl_closed_key *grown = realloc(state->closed_keys, size * sizeof *grown);

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    state->closed_keys = grown;
    state->closed_key_size = size;
    return PLACET_OK;
}

/* The place for one more; that of the oldest when all are taken. */
static int closed_place(struct pl_state *state, uint32_t *at_out)
{
    if (state->closed_key_count == state->closed_of_key.count_max) {
        *at_out = state->closed_key_oldest;
        (void)pl_map_remove(&state->closed_of_key, state->closed_keys[*at_out].key_hash);
        state->closed_key_oldest = (*at_out + 1) % state->closed_key_count;
        return PLACET_OK;
    }
    *at_out = state->closed_key_count;
    if (state->closed_key_count == state->closed_key_size) {
        const int rc = grow_closed(state);
        if (rc < 0) {
            return rc;
        }
    }
    state->closed_key_count++;
    return PLACET_OK;
}

int pl_state_add_closed(struct pl_state *state, uint64_t key_hash, struct pl_case_id id)
{
    uint32_t at;

    if (key_hash == 0) {
        return PLACET_OK;
    }
    if (pl_map_get(&state->closed_of_key, key_hash, &at)) {
        state->closed_keys[at].id = id;
        return PLACET_OK;
    }
    const int rc = closed_place(state, &at);
    if (rc < 0) {
        return rc;
    }
    state->closed_keys[at] = (struct pl_closed_key){.key_hash = key_hash, .id = id};
    return pl_map_put(&state->closed_of_key, key_hash, at);
}

/* ---- replies: a ring in the order of their events, found by a map ---- */

void pl_reply_keys(struct pl_text by, struct pl_text idem, struct pl_reply *reply)
{
    reply->key = hash_pair(by, idem, 1);
    reply->check = hash_pair(by, idem, 2);
}

const struct pl_reply *pl_state_reply(const struct pl_state *state, struct pl_text by,
                                      struct pl_text idem)
{
    struct pl_reply wanted;
    uint32_t index;

    pl_reply_keys(by, idem, &wanted);
    if (!pl_map_get(&state->reply_of_key, wanted.key, &index) ||
        state->replies[index].check != wanted.check) {
        return NULL;
    }
    return &state->replies[index];
}

/* The ring turns by whole powers of two, so growing lays it out from its oldest entry again. */
static int grow_ring(struct pl_state *state)
{
    const uint32_t size = state->reply_size == 0 ? 64 : state->reply_size * 2;
    struct pl_reply *grown = malloc(size * sizeof *grown);

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    for (uint32_t i = 0; i < state->reply_count; i++) {
        grown[i] = state->replies[(state->reply_first + i) & (state->reply_size - 1)];
        const int rc = pl_map_put(&state->reply_of_key, grown[i].key, i);
        if (rc < 0) {
            free(grown);
            return rc;
        }
    }
    free(state->replies);
    state->replies = grown;
    state->reply_first = 0;
    state->reply_size = size;
    return PLACET_OK;
}

static void drop_oldest(struct pl_state *state)
{
    const uint32_t at = state->reply_first & (state->reply_size - 1);
    uint32_t index;

    if (pl_map_get(&state->reply_of_key, state->replies[at].key, &index) && index == at) {
        (void)pl_map_remove(&state->reply_of_key, state->replies[at].key);
    }
    state->reply_first = (at + 1) & (state->reply_size - 1);
    state->reply_count--;
    state->reply_rows_left++;
}

int pl_state_add_reply(struct pl_state *state, const struct pl_reply *reply)
{
    if (state->reply_count == PL_IDEMPOTENCY_MAX) {
        drop_oldest(state);
    }
    if (state->reply_count == state->reply_size) {
        const int rc = grow_ring(state);
        if (rc < 0) {
            return rc;
        }
    }
    const uint32_t at = (state->reply_first + state->reply_count) & (state->reply_size - 1);
    const int rc = pl_map_put(&state->reply_of_key, reply->key, at);
    if (rc < 0) {
        return rc;
    }
    state->replies[at] = *reply;
    state->reply_count++;
    return PLACET_OK;
}

uint64_t pl_state_expire_replies(struct pl_state *state, int64_t before_ms)
{
    while (state->reply_count > 0 &&
           state->replies[state->reply_first & (state->reply_size - 1)].at_ms < before_ms) {
        drop_oldest(state);
    }
    return state->reply_count == 0
               ? UINT64_MAX
               : state->replies[state->reply_first & (state->reply_size - 1)].seq;
}
