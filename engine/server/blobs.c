/* The documents of open cases: values that events brought, kept beside the case by the sequence of
 * their event. */
#include <placet/error.h>
#include <stdlib.h>
#include <string.h>

#include "server/state.h"

#define VALUES_SPARE 8 /* that a command may bring before the list has to grow */

void pl_state_free_blobs(struct pl_slot *slot)
{
    while (slot->blobs != NULL) {
        struct pl_blob *next = slot->blobs->next;
        free(slot->blobs);
        slot->blobs = next;
    }
}

int pl_state_add_blob(struct pl_state *state, uint32_t slot, uint64_t seq, struct pl_bytes value)
{
    struct pl_blob *blob = malloc(sizeof *blob + value.size);

    if (blob == NULL) {
        return PLACET_ENOMEM;
    }
    *blob = (struct pl_blob){.next = state->slots[slot].blobs, .seq = seq, .size = value.size};
    memcpy(blob->bytes, value.at, value.size);
    state->slots[slot].blobs = blob;
    return PLACET_OK;
}

struct pl_bytes pl_state_blob(const struct pl_state *state, uint32_t slot, uint64_t seq)
{
    for (const struct pl_blob *b = state->slots[slot].blobs; b != NULL; b = b->next) {
        if (b->seq == seq) {
            return (struct pl_bytes){b->bytes, b->size};
        }
    }
    return (struct pl_bytes){0};
}

bool pl_definition_reads_values(const struct pl_definition *def)
{
    for (uint16_t i = 0; i < def->variable_count; i++) {
        const enum pl_variable_kind kind = def->variables[i].kind;
        if (kind == PL_VARIABLE_ANSWER || kind == PL_VARIABLE_ITEMS || kind == PL_VARIABLE_ITEM) {
            return true;
        }
    }
    return false;
}

/* Makes room for `count` values and some to come. */
static int grow(struct pl_arena *arena, struct pl_live *live, uint32_t count)
{
    const uint32_t size = 2 * count + VALUES_SPARE;
    struct pl_value_at *values = pl_arena_alloc(arena, size * sizeof *values);

    if (values == NULL) {
        return PLACET_ELIMIT;
    }
    if (live->data.value_count > 0) {
        memcpy(values, live->values, live->data.value_count * sizeof *values);
    }
    live->values = values;
    live->value_size = size;
    live->data.values = values;
    return PLACET_OK;
}

static void insert(struct pl_live *live, const struct pl_blob *blob)
{
    uint32_t at = live->data.value_count++;

    for (; at > 0 && live->values[at - 1].seq > blob->seq; at--) {
        live->values[at] = live->values[at - 1];
    }
    live->values[at] = (struct pl_value_at){blob->seq, {blob->bytes, blob->size}};
}

static bool reads_values(const struct pl_state *state, const struct pl_live *live)
{
    return state->revisions[live->def->number - 1].reads_values;
}

int pl_state_show_data(const struct pl_state *state, struct pl_arena *arena, struct pl_live *live)
{
    const struct pl_slot *slot = &state->slots[live->c.slot];
    uint32_t count = 0;

    live->data =
        (struct pl_case_data){.form = pl_state_blob(state, live->c.slot, live->c.form_seq)};
    if (!reads_values(state, live)) {
        return PLACET_OK;
    }
    for (const struct pl_blob *b = slot->blobs; b != NULL; b = b->next) {
        count++;
    }
    const int rc = grow(arena, live, count);
    for (const struct pl_blob *b = slot->blobs; rc == PLACET_OK && b != NULL; b = b->next) {
        insert(live, b);
    }
    return rc;
}

int pl_state_show_blob(const struct pl_state *state, struct pl_arena *arena, struct pl_live *live,
                       uint64_t seq)
{
    const struct pl_blob *newest = state->slots[live->c.slot].blobs;

    if (live->c.form_seq == seq) {
        live->data.form = (struct pl_bytes){newest->bytes, newest->size};
    }
    if (!reads_values(state, live)) {
        return PLACET_OK;
    }
    if (live->data.value_count == live->value_size) {
        const int rc = grow(arena, live, live->data.value_count);
        if (rc < 0) {
            return rc;
        }
    }
    insert(live, newest);
    return PLACET_OK;
}
