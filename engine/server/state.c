#include "server/state.h"

#include <placet/error.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "core/core.h"
#include "definition/definition.h"
#include "wire/case.h"
#include "wire/events.h"

#define SLOTS_FIRST 64

int pl_state_init(struct pl_state *state)
{
    *state = (struct pl_state){.follow_slot = UINT32_MAX};
    pl_heap_init(&state->free_slots);
    pl_heap_init(&state->wakes);
    int rc = pl_waitings_init(&state->waitings);
    if (rc == PLACET_OK) {
        rc = pl_map_init(&state->slot_of_case, PL_OPEN_CASES_MAX);
    }
    if (rc == PLACET_OK) {
        rc = pl_map_init(&state->slot_of_key, PL_OPEN_CASES_MAX);
    }
    if (rc == PLACET_OK) {
        rc = pl_map_init(&state->reply_of_key, PL_IDEMPOTENCY_MAX);
    }
    if (rc == PLACET_OK) {
        rc = pl_map_init(&state->closed_of_key, PL_CLOSED_KEYS_MAX);
    }
    return rc;
}

void pl_state_fini(struct pl_state *state)
{
    for (uint32_t i = 0; i < state->slot_count; i++) {
        free(state->slots[i].packed);
        pl_state_free_blobs(&state->slots[i]);
    }
    for (uint32_t i = 0; i < state->revision_count; i++) {
        pl_definition_free(state->revisions[i].def);
        free(state->revisions[i].queues);
        free(state->revisions[i].amended);
    }
    pl_calendars_fini(state);
    free(state->slots);
    free(state->revisions);
    free(state->replies);
    free(state->block_dirty);
    free(state->closed_keys);
    pl_waitings_fini(&state->waitings);
    pl_map_fini(&state->slot_of_case);
    pl_map_fini(&state->slot_of_key);
    pl_map_fini(&state->reply_of_key);
    pl_map_fini(&state->closed_of_key);
    pl_heap_fini(&state->free_slots);
    pl_heap_fini(&state->wakes);
    *state = (struct pl_state){0};
}

/* ---- slots and blocks ---- */

uint32_t pl_state_free_slot(const struct pl_state *state)
{
    const struct pl_heap_entry *lowest = pl_heap_first(&state->free_slots);

    return lowest != NULL ? lowest->item : state->slot_count;
}

static int grow_slots(struct pl_state *state, uint32_t needed)
{
    uint32_t size = state->slot_size == 0 ? SLOTS_FIRST : state->slot_size;

    while (size < needed) {
        size *= 2;
    }
    struct pl_slot *slots = realloc(state->slots, size * sizeof *slots);
    if (slots == NULL) {
        return PLACET_ENOMEM;
    }
    state->slots = slots;
    uint8_t *dirty = realloc(state->block_dirty, size / PL_BLOCK_CASES);
    if (dirty == NULL) {
        return PLACET_ENOMEM;
    }
    state->block_dirty = dirty;
    memset(slots + state->slot_size, 0, (size - state->slot_size) * sizeof *slots);
    memset(dirty + state->slot_size / PL_BLOCK_CASES, 0,
           (size - state->slot_size) / PL_BLOCK_CASES);
    state->slot_size = size;
    return PLACET_OK;
}

/* Makes slots up to `slot` exist; those in between are free. */
static int reach_slot(struct pl_state *state, uint32_t slot)
{
    if (slot >= PL_OPEN_CASES_MAX) {
        return PLACET_ELIMIT;
    }
    if (slot >= state->slot_size) {
        const int rc = grow_slots(state, slot + 1);
        if (rc < 0) {
            return rc;
        }
    }
    while (state->slot_count <= slot) {
        const int rc = pl_heap_set(&state->free_slots, state->slot_count, state->slot_count);
        if (rc < 0) {
            return rc;
        }
        state->slot_count++;
    }
    return PLACET_OK;
}

static void mark_dirty(struct pl_state *state, uint32_t slot)
{
    const uint32_t block = slot / PL_BLOCK_CASES;

    if (state->block_dirty[block] == 0) {
        state->block_dirty[block] = 1;
        state->dirty_count++;
    }
}

static int occupy(struct pl_state *state, uint32_t slot, struct pl_case_id id, uint64_t key_hash)
{
    int rc = reach_slot(state, slot);
    if (rc < 0) {
        return rc;
    }
    PL_CHECK(state->slots[slot].id.v == 0);
    rc = pl_map_put(&state->slot_of_case, id.v, slot);
    if (rc == PLACET_OK && key_hash != 0) {
        rc = pl_map_put(&state->slot_of_key, key_hash, slot);
    }
    if (rc < 0) {
        return rc;
    }
    pl_heap_remove(&state->free_slots, slot);
    state->slots[slot] = (struct pl_slot){.id = id, .key_hash = key_hash};
    state->open_count++;
    mark_dirty(state, slot);
    return PLACET_OK;
}

static int vacate(struct pl_state *state, uint32_t slot)
{
    struct pl_slot *s = &state->slots[slot];
    uint32_t holder;

    (void)pl_map_remove(&state->slot_of_case, s->id.v);
    if (s->key_hash != 0 && pl_map_get(&state->slot_of_key, s->key_hash, &holder) &&
        holder == slot) {
        (void)pl_map_remove(&state->slot_of_key, s->key_hash);
    }
    pl_signals_forget(state, slot);
    free(s->packed);
    pl_state_free_blobs(s);
    *s = (struct pl_slot){0};
    pl_heap_remove(&state->wakes, slot);
    mark_dirty(state, slot);
    state->open_count--;
    state->closed_count++;
    return pl_heap_set(&state->free_slots, slot, slot);
}

/* ---- cases in the turn ---- */

static void touch(struct pl_state *state, struct pl_live *live)
{
    live->next = state->touched;
    state->touched = live;
    state->slots[live->c.slot].live = live;
}

int pl_state_open(struct pl_state *state, struct pl_arena *arena, struct pl_case_id id,
                  struct pl_live **live_out)
{
    uint32_t slot;

    if (id.v == 0 || !pl_map_get(&state->slot_of_case, id.v, &slot)) {
        return PLACET_ENOTFOUND;
    }
    struct pl_slot *s = &state->slots[slot];
    if (s->live != NULL) {
        *live_out = s->live;
        return PLACET_OK;
    }
    struct pl_live *live = pl_arena_alloc(arena, sizeof *live);
    if (live == NULL) {
        return PLACET_ELIMIT;
    }
    int rc = pl_wire_read_case((struct pl_bytes){s->packed, s->packed_size}, arena, &live->c);
    if (rc < 0) {
        return rc;
    }
    live->def = pl_state_definition_number(state, live->c.definition);
    PL_CHECK(live->def != NULL);
    rc = pl_state_show_data(state, arena, live);
    if (rc < 0) {
        return rc;
    }
    touch(state, live);
    *live_out = live;
    return PLACET_OK;
}

static int create(struct pl_state *state, struct pl_arena *arena, const struct pl_event *event,
                  struct pl_live **live_out)
{
    const struct pl_definition *def =
        pl_state_definition_number(state, (uint32_t)event->case_started.definition);
    struct pl_live *live = pl_arena_alloc(arena, sizeof *live);

    if (def == NULL) {
        return PLACET_ECORRUPT;
    }
    if (live == NULL) {
        return PLACET_ELIMIT;
    }
    live->def = def;
    live->c.slot = (uint32_t)event->case_started.slot;
    live->c.task_count = def->task_count;
    live->c.steps = pl_arena_alloc(arena, def->step_count * sizeof *live->c.steps);
    live->c.tasks = pl_arena_alloc(arena, def->task_count * sizeof *live->c.tasks);
    if (live->c.steps == NULL || live->c.tasks == NULL) {
        return PLACET_ELIMIT;
    }
    const int rc = occupy(state, live->c.slot, event->case_id,
                          pl_state_key_hash(def->workflow, event->case_started.key));
    if (rc < 0) {
        return rc;
    }
    touch(state, live);
    *live_out = live;
    return PLACET_OK;
}

bool pl_state_folds(const struct pl_event *event)
{
    return event->case_id.v != 0 && event->kind != PL_EVT_COMMAND_ACCEPTED &&
           event->kind != PL_EVT_COMMAND_REJECTED && event->kind != PL_EVT_TASK_REFUSED;
}

int pl_state_fold(struct pl_state *state, struct pl_arena *arena, const struct pl_event *event,
                  uint64_t seq, int64_t at_ms, struct pl_live **live_out)
{
    struct pl_live *live = NULL;
    int rc;

    *live_out = NULL;
    if (!pl_state_folds(event)) {
        return PLACET_OK;
    }
    rc = event->kind == PL_EVT_CASE_STARTED ? create(state, arena, event, &live)
                                            : pl_state_open(state, arena, event->case_id, &live);
    if (rc < 0) {
        return rc;
    }
    pl_core_apply(live->def, &live->c, event, seq, at_ms);
    live->changed = true;

    const struct pl_bytes value = pl_event_value(event);
    if (value.size != 0) {
        rc = pl_state_add_blob(state, live->c.slot, seq, value);
        if (rc == PLACET_OK) {
            rc = pl_state_show_blob(state, arena, live, seq);
        }
        if (rc < 0) {
            return rc;
        }
    }
    *live_out = live;
    return PLACET_OK;
}

int pl_state_set_wake(struct pl_state *state, const struct pl_live *live)
{
    const int64_t wake_ms = pl_core_next_wake(&live->c);

    if (wake_ms == 0) {
        pl_heap_remove(&state->wakes, live->c.slot);
        return PLACET_OK;
    }
    return pl_heap_set(&state->wakes, live->c.slot, (uint64_t)wake_ms);
}

/* ---- packing ---- */

static int pack(struct pl_arena *arena, const struct pl_case *c, struct pl_bytes *packed_out)
{
    struct pl_writer out;
    const size_t size = pl_wire_case_size_max(c->step_count, c->task_count);
    void *memory = pl_arena_reserve(arena, size);

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&out, memory, size);
    pl_wire_write_case(&out, c);
    PL_CHECK(pl_writer_ok(&out));
    *packed_out = pl_writer_bytes(&out); /* not kept: copied before the arena is used again */
    return PLACET_OK;
}

static int keep_packed(struct pl_state *state, uint32_t slot, struct pl_bytes packed)
{
    struct pl_slot *s = &state->slots[slot];

    if (s->packed == NULL || packed.size != s->packed_size) {
        uint8_t *memory = realloc(s->packed, packed.size);
        if (memory == NULL) {
            return PLACET_ENOMEM;
        }
        s->packed = memory;
        s->packed_size = packed.size;
    }
    memcpy(s->packed, packed.at, packed.size);
    mark_dirty(state, slot);
    return PLACET_OK;
}

static int close_live(struct pl_state *state, struct pl_arena *arena, const struct pl_live *live,
                      pl_state_closed *closed, void *context)
{
    struct pl_bytes packed;
    const uint32_t slot = live->c.slot;

    int rc = pack(arena, &live->c, &packed);
    if (rc < 0 || !live->c.finished) {
        return rc < 0 ? rc : keep_packed(state, slot, packed);
    }
    rc = closed(context, live, packed);
    if (rc < 0) {
        return rc;
    }
    rc = pl_state_add_closed(state, state->slots[slot].key_hash, live->c.id);
    return rc < 0 ? rc : vacate(state, slot);
}

int pl_state_close_turn(struct pl_state *state, struct pl_arena *arena, pl_state_closed *closed,
                        void *context)
{
    for (struct pl_live *live = state->touched; live != NULL; live = live->next) {
        state->slots[live->c.slot].live = NULL;
        if (live->changed) {
            const int rc = close_live(state, arena, live, closed, context);
            if (rc < 0) {
                return rc;
            }
        }
    }
    state->touched = NULL;
    return PLACET_OK;
}

void pl_state_drop_turn(struct pl_state *state)
{
    for (struct pl_live *live = state->touched; live != NULL; live = live->next) {
        PL_CHECK(!live->changed);
        state->slots[live->c.slot].live = NULL;
    }
    state->touched = NULL;
}

int pl_state_restore(struct pl_state *state, uint32_t block, struct pl_bytes packed)
{
    struct pl_case c;

    int rc = pl_wire_peek_case(packed, &c);
    if (rc < 0) {
        return rc;
    }
    const struct pl_definition *def = pl_state_definition_number(state, c.definition);
    if (def == NULL || c.slot / PL_BLOCK_CASES != block) {
        return PLACET_ECORRUPT;
    }
    rc = occupy(state, c.slot, c.id, pl_state_key_hash(def->workflow, c.key));
    if (rc < 0) {
        return rc;
    }
    return keep_packed(state, c.slot, packed);
}

int pl_state_keep_key(struct pl_state *state, uint32_t slot)
{
    const uint64_t hash = state->slots[slot].key_hash;

    return hash == 0 ? PLACET_OK : pl_map_put(&state->slot_of_key, hash, slot);
}

/* ---- definitions ---- */

static bool has_keys(const struct pl_definition *def)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (def->steps[i].signal_key != NULL) {
            return true;
        }
    }
    return false;
}

int pl_state_add_definition(struct pl_state *state, struct pl_definition *def)
{
    struct pl_revision *grown =
        realloc(state->revisions, (state->revision_count + 1) * sizeof *grown);

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    state->revisions = grown;

    const struct pl_definition *newest = pl_state_definition(state, def->workflow, 0);
    def->number = state->revision_count + 1;
    def->revision = newest == NULL ? 1 : newest->revision + 1;
    grown[state->revision_count] = (struct pl_revision){
        .def = def, .reads_values = pl_definition_reads_values(def), .has_keys = has_keys(def)};
    const int rc = pl_calendars_attach(state, &grown[state->revision_count]);
    if (rc < 0) {
        free(grown[state->revision_count].amended);
        return rc;
    }
    state->revision_count++;
    return PLACET_OK;
}

const struct pl_definition *pl_state_definition(const struct pl_state *state,
                                                struct pl_text workflow, uint32_t revision)
{
    for (uint32_t i = state->revision_count; i > 0; i--) {
        const struct pl_definition *def = state->revisions[i - 1].def;
        if (pl_text_equal(def->workflow, workflow) &&
            (revision == 0 || def->revision == revision)) {
            return def;
        }
    }
    return NULL;
}

const struct pl_definition *pl_state_definition_number(const struct pl_state *state,
                                                       uint32_t number)
{
    return number == 0 || number > state->revision_count ? NULL : state->revisions[number - 1].def;
}
