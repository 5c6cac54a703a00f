#include "server/signals.h"

#include <placet/error.h>
#include <stdlib.h>

#include "base/hash.h"
#include "core/data.h"
#include "server/turn.h"
#include "wire/events.h"

#define WAITINGS_FIRST 64
#define READING_ROOM   (32u << 10) /* what the expression of one key puts together */

int pl_waitings_init(struct pl_waitings *waitings)
{
    *waitings = (struct pl_waitings){0};
    return pl_map_init(&waitings->first, PL_OPEN_CASES_MAX);
}

void pl_waitings_fini(struct pl_waitings *waitings)
{
    pl_map_fini(&waitings->first);
    free(waitings->at);
    *waitings = (struct pl_waitings){0};
}

/* ---- the lists --------------------------------------------------------------------------------
 */

static uint64_t hash_of(struct pl_text name, struct pl_text key)
{
    const uint64_t parts[3] = {pl_hash64(name.at, name.len), pl_hash64(key.at, key.len),
                               (uint64_t)name.len << 32 | key.len};
    const uint64_t hash = pl_hash64(parts, sizeof parts);

    return hash == 0 ? 1 : hash; /* a map has no key 0 */
}

static int take_place(struct pl_waitings *waitings, uint32_t *place_out)
{
    if (waitings->first_free != 0) {
        *place_out = waitings->first_free - 1;
        waitings->first_free = waitings->at[*place_out].next_of_slot;
        return PLACET_OK;
    }
    if (waitings->count == waitings->size) {
        const uint32_t size = waitings->size == 0 ? WAITINGS_FIRST : 2 * waitings->size;
        struct pl_waiting *grown = realloc(waitings->at, size * sizeof *grown);
        if (grown == NULL) {
            return PLACET_ENOMEM;
        }
        waitings->at = grown;
        waitings->size = size;
    }
    *place_out = waitings->count++;
    return PLACET_OK;
}

static int insert(struct pl_state *state, uint32_t slot, uint64_t hash)
{
    struct pl_waitings *waitings = &state->waitings;
    uint32_t first = 0;
    uint32_t place = 0;

    (void)pl_map_get(&waitings->first, hash, &first);
    int rc = take_place(waitings, &place);
    if (rc == PLACET_OK) {
        rc = pl_map_put(&waitings->first, hash, place + 1);
    }
    if (rc < 0) {
        return rc;
    }
    waitings->at[place] = (struct pl_waiting){
        .hash = hash, .slot = slot, .next = first, .next_of_slot = state->slots[slot].waiting};
    if (first != 0) {
        waitings->at[first - 1].previous = place + 1;
    }
    state->slots[slot].waiting = place + 1;
    return PLACET_OK;
}

static void remove_place(struct pl_waitings *waitings, uint32_t place)
{
    const struct pl_waiting *w = &waitings->at[place];

    if (w->next != 0) {
        waitings->at[w->next - 1].previous = w->previous;
    }
    if (w->previous != 0) {
        waitings->at[w->previous - 1].next = w->next;
    } else if (w->next != 0) {
        (void)pl_map_put(&waitings->first, w->hash, w->next); /* replaces: needs no memory */
    } else {
        (void)pl_map_remove(&waitings->first, w->hash);
    }
}

void pl_signals_forget(struct pl_state *state, uint32_t slot)
{
    struct pl_waitings *waitings = &state->waitings;
    uint32_t at = state->slots[slot].waiting;

    while (at != 0) {
        const uint32_t place = at - 1;
        at = waitings->at[place].next_of_slot;
        remove_place(waitings, place);
        waitings->at[place].next_of_slot = waitings->first_free;
        waitings->first_free = place + 1;
    }
    state->slots[slot].waiting = 0;
}

/* ---- cases ------------------------------------------------------------------------------------
 */

int pl_signals_index(struct pl_server *s, const struct pl_live *live)
{
    const struct pl_definition *def = live->def;
    int rc = PLACET_OK;

    if (!s->state.revisions[def->number - 1].has_keys) {
        return PLACET_OK;
    }
    pl_signals_forget(&s->state, live->c.slot);
    for (uint16_t i = 0; rc == PLACET_OK && !live->c.finished && i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        struct pl_text key;
        if (step->signal_key == NULL || pl_step_is_settled(live->c.steps[i].state)) {
            continue;
        }
        struct pl_reading reading = {
            .def = def,
            .c = &live->c,
            .data = &live->data,
            .next_seq = UINT64_MAX, /* nothing is being decided */
            .now_ms = s->now_ms,
            .room = pl_arena_reserve(&s->arena, READING_ROOM),
            .room_size = READING_ROOM,
        };
        if (reading.room == NULL) {
            return PLACET_ELIMIT;
        }
        if (pl_core_signal_key(&reading, i, &key)) {
            rc = insert(&s->state, live->c.slot, hash_of(step->signal, key));
        }
    }
    return rc;
}

static int by_number(const void *a, const void *b)
{
    const struct pl_case_id *left = a;
    const struct pl_case_id *right = b;

    return left->v < right->v ? -1 : left->v > right->v;
}

static bool is_listed(const struct pl_case_id *ids, uint32_t count, struct pl_case_id id)
{
    for (uint32_t i = 0; i < count; i++) {
        if (ids[i].v == id.v) {
            return true;
        }
    }
    return false;
}

uint32_t pl_signals_find(const struct pl_state *state, struct pl_text name, struct pl_text key,
                         struct pl_case_id *out, uint32_t max)
{
    const struct pl_waitings *waitings = &state->waitings;
    uint32_t at = 0;
    uint32_t count = 0;

    (void)pl_map_get(&waitings->first, hash_of(name, key), &at);
    for (; at != 0 && count <= max; at = waitings->at[at - 1].next) {
        const struct pl_case_id id = state->slots[waitings->at[at - 1].slot].id;
        if (is_listed(out, count < max ? count : max, id)) {
            continue; /* two steps of one case may wait for it */
        }
        if (count < max) {
            out[count] = id;
        }
        count++;
    }
    qsort(out, count < max ? count : max, sizeof *out, by_number);
    return count;
}

/* ---- the answer once more ---------------------------------------------------------------------
 */

struct again {
    const struct pl_command *cmd;
    uint64_t seq;
    struct pl_told *told;
};

static void take(struct pl_told *told, struct pl_case_id id)
{
    if (told->count < PL_SIGNAL_CASES_MAX && !is_listed(told->cases, told->count, id)) {
        told->cases[told->count++] = id;
    }
}

/* The cases in the events from the acceptance to the next command. */
static int read_told(struct again *again, struct pl_bytes events, uint64_t first_seq,
                     uint32_t count)
{
    struct pl_reader in;
    struct pl_event event;

    pl_reader_init(&in, events.at, events.size);
    for (uint64_t seq = first_seq; seq < first_seq + count; seq++) {
        if (pl_wire_read_event(&in, &event) != PLACET_OK) {
            return PLACET_ECORRUPT;
        }
        const bool command =
            event.kind == PL_EVT_COMMAND_ACCEPTED || event.kind == PL_EVT_COMMAND_REJECTED;
        if (seq > again->seq && command) {
            break;
        }
        if (seq > again->seq && event.kind == PL_EVT_SIGNAL_RECEIVED &&
            pl_text_equal(event.signal_received.name, again->cmd->code) &&
            pl_text_equal(event.signal_received.key, again->cmd->key)) {
            take(again->told, event.case_id);
        }
    }
    return 1;
}

static int read_told_of_frame(void *context, struct pl_bytes bytes)
{
    struct again *again = context;
    struct pl_frame frame;
    const int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HEADER, &frame);

    return rc < 0 ? rc : read_told(again, frame.payload, frame.first_seq, frame.count);
}

int pl_turn_signal_again(struct pl_server *s, const struct pl_command *cmd, uint64_t seq,
                         struct pl_told *told)
{
    const struct pl_frame_builder *frame = &s->turn->frame;
    struct again again = {cmd, seq, told};
    int rc;

    told->count = 0;
    if (seq >= frame->first_seq) { /* of this turn */
        rc = read_told(
            &again,
            (struct pl_bytes){frame->at + PL_FRAME_HEADER_SIZE, frame->size - PL_FRAME_HEADER_SIZE},
            frame->first_seq, frame->count);
    } else {
        rc = s->journal->ops->read(s->journal, seq, 1, read_told_of_frame, &again);
    }
    return rc < 0 ? rc : PLACET_OK;
}
