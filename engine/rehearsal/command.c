/* One command of a case: decide, apply, show, put down what it owes the world. */
#include <string.h>

#include "core/data.h"
#include "rehearsal/inside.h"

int pl_play_add(struct pl_play *play, const struct pl_definition *def, struct pl_text path,
                uint32_t *played_out)
{
    struct pl_played *played = NULL;

    if (play->played_count == PL_PLAY_CASES_MAX) {
        return pl_play_exhausted(play, "too many cases are started");
    }
    played = pl_arena_alloc(&play->arena, sizeof(*played));
    if (played == NULL) {
        return pl_play_exhausted(play, "the cases take too much memory");
    }
    played->def = def;
    played->path = path;
    played->c.steps = pl_arena_alloc(&play->arena, def->step_count * sizeof(*played->c.steps));
    played->c.tasks =
        pl_arena_alloc(&play->arena, (def->task_count + 1U) * sizeof(*played->c.tasks));
    played->times = pl_arena_alloc(&play->arena, (def->task_count + 1U) * sizeof(*played->times));
    if (played->c.steps == NULL || played->c.tasks == NULL || played->times == NULL) {
        return pl_play_exhausted(play, "the cases take too much memory");
    }
    *played_out = play->played_count;
    play->played[play->played_count++] = played;
    return PLACET_OK;
}

struct pl_reading pl_play_reading(struct pl_play *play, const struct pl_played *played,
                                  uint16_t step, uint16_t item)
{
    return (struct pl_reading){
        .def = played->def,
        .c = &played->c,
        .data = &played->data,
        .next_seq = play->facts.next_seq,
        .now_ms = play->facts.now_ms,
        .step = step,
        .item = item,
        .room = play->room,
        .room_size = PL_PLAY_ROOM_SIZE,
    };
}

/* The VALUE of an event outlives the turn: later expressions read it. */
static int keep_value(struct pl_play *play, struct pl_played *played, const struct pl_event *event,
                      uint64_t seq)
{
    const struct pl_bytes value = pl_event_value(event);
    void *array = played->values;

    if (value.size == 0) {
        return PLACET_OK;
    }
    uint8_t *copy = pl_arena_alloc(&play->arena, value.size);
    if (copy == NULL || !pl_play_grow(play, &array, played->data.value_count, &played->value_room,
                                      sizeof(*played->values))) {
        return pl_play_exhausted(play, "the documents take too much memory");
    }
    memcpy(copy, value.at, value.size);
    played->values = array;
    played->values[played->data.value_count++] = (struct pl_value_at){seq, {copy, value.size}};
    played->data.values = played->values;
    if (seq == played->c.form_seq) {
        played->data.form = (struct pl_bytes){copy, value.size};
    }
    return PLACET_OK;
}

static int owe(struct pl_play *play, uint32_t number, struct pl_effect effect)
{
    void *array = play->owed;

    if (!pl_play_grow(play, &array, play->owed_count, &play->owed_room, sizeof(*play->owed))) {
        return pl_play_exhausted(play, "too much is under way");
    }
    play->owed = array;
    play->owed[play->owed_count++] = (struct pl_owed){number, effect};
    return PLACET_OK;
}

static void show(struct pl_play *play, const struct pl_played *played, const struct pl_event *event)
{
    const struct pl_event_subject subject = {played->c.id, played->c.key, played->def};
    const struct pl_event_place place = {play->facts.next_seq, play->prev_seq, play->facts.now_ms};

    if (play->on_event != NULL) {
        play->on_event(play->context, event, place, &subject);
    }
    play->prev_seq = play->facts.next_seq++;
}

static int apply(struct pl_play *play, struct pl_played *played, const struct pl_event *event)
{
    const uint64_t seq = play->facts.next_seq;

    if (seq > PL_PLAY_EVENTS_MAX) {
        return pl_play_exhausted(play, "there are too many events");
    }
    pl_core_apply(played->def, &played->c, event, seq, play->facts.now_ms);
    show(play, played, event);
    return keep_value(play, played, event, seq);
}

/* Effects see the case as it is after the whole command, as in the server. */
static int tell(struct pl_play *play, uint32_t number)
{
    const struct pl_played *played = play->played[number];

    for (uint32_t i = 0; i < play->outcome.event_count; i++) {
        struct pl_effect effects[PL_EFFECTS_MAX];
        const unsigned n =
            pl_core_effects(played->def, &played->c, &play->outcome.events[i], effects);
        for (unsigned k = 0; k < n; k++) {
            const int rc = owe(play, number, effects[k]);
            if (rc < 0) {
                return rc;
            }
        }
        const int rc = pl_play_follow(play, number, &play->outcome.events[i]);
        if (rc < 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

int pl_play_command(struct pl_play *play, uint32_t number, struct pl_command *cmd,
                    enum pl_rejection *rejection_out)
{
    struct pl_played *played = play->played[number];
    const bool is_new = played->c.seq == 0;

    cmd->case_id = played->c.id;
    play->facts.slot = number;
    const enum pl_rejection rejection = pl_core_decide(
        played->def, is_new ? NULL : &played->c, &played->data, &play->facts, cmd, &play->outcome);
    if (rejection_out != NULL) {
        *rejection_out = rejection;
    }
    int rc = PLACET_OK;
    for (uint32_t i = 0; i < play->outcome.event_count && rc == PLACET_OK; i++) {
        rc = apply(play, played, &play->outcome.events[i]);
    }
    if (rc == PLACET_OK) {
        rc = tell(play, number);
    }
    if (played->c.seq == 0) {
        return rc;
    }
    const int64_t wake_ms = pl_core_next_wake(&played->c);
    if (wake_ms == 0) {
        pl_heap_remove(&play->wakes, number);
    } else if (pl_heap_set(&play->wakes, number, (uint64_t)wake_ms) != PLACET_OK) {
        return pl_play_exhausted(play, "out of memory");
    }
    return rc;
}

int pl_play_say(struct pl_play *play, uint32_t number, struct pl_command *cmd,
                enum pl_rejection *rejection_out)
{
    enum pl_rejection rejection = PL_ACCEPTED;
    const int rc = pl_play_command(play, number, cmd, &rejection);

    if (rejection_out != NULL) {
        *rejection_out = rejection;
    }
    if (rc == PLACET_OK && rejection != PL_ACCEPTED && play->outcome.event_count == 0) {
        const struct pl_event refused = {
            .kind = PL_EVT_COMMAND_REJECTED,
            .case_id = play->played[number]->c.id,
            .step = cmd->step,
            .item = cmd->item,
            .command_rejected = {.command = cmd->kind, .by = cmd->by, .rejection = rejection},
        };
        show(play, play->played[number], &refused);
    }
    return rc;
}

/* ---- what is owed ---- */

/* The task that became ready next after a sequence; task_count when there is none. */
static uint16_t next_ready(const struct pl_case *c, uint64_t after_seq)
{
    uint16_t next = c->task_count;

    for (uint16_t i = 0; i < c->task_count; i++) {
        const struct pl_task *t = &c->tasks[i];
        if (t->state == PL_TASK_READY && t->ready_seq > after_seq &&
            (next == c->task_count || t->ready_seq < c->tasks[next].ready_seq)) {
            next = i;
        }
    }
    return next;
}

/* A pause ended: tasks are offered and children start in the order in which they became ready, as
 * queues have it, and children that ended meanwhile are heard. */
static int resume(struct pl_play *play, uint32_t number)
{
    const struct pl_played *played = play->played[number];
    uint16_t task = next_ready(&played->c, 0);
    int rc = PLACET_OK;

    while (task < played->c.task_count && rc == PLACET_OK) {
        const uint64_t seq = played->c.tasks[task].ready_seq;
        const uint16_t step = pl_definition_step_of_task(played->def, task);
        const struct pl_step_def *def = &played->def->steps[step];
        const uint16_t item = (uint16_t)(task - def->first_task);
        const bool runs = def->run != NULL && !pl_step_is_undo(def, item);
        rc = runs ? pl_play_start_child(play, number, step, item)
                  : pl_play_offer(play, number, step, item);
        task = next_ready(&played->c, seq);
    }
    for (uint32_t i = 0; i < play->played_count && rc == PLACET_OK; i++) {
        const struct pl_case *c = &play->played[i]->c;
        if (c->finished && c->parent.v == played->c.id.v) {
            rc = pl_play_tell_parent(play, i);
        }
    }
    return rc;
}

static int carry_out(struct pl_play *play, const struct pl_owed *owed)
{
    const struct pl_effect *e = &owed->effect;

    switch (e->kind) {
    case PL_EFFECT_QUEUE_TASK:
        return pl_play_offer(play, owed->played, e->step, e->item);
    case PL_EFFECT_QUEUE_CASE:
        return resume(play, owed->played);
    case PL_EFFECT_START_CHILD:
        return pl_play_start_child(play, owed->played, e->step, e->item);
    case PL_EFFECT_CANCEL_CHILD:
        return pl_play_cancel_child(play, owed->played, e->step, e->item);
    case PL_EFFECT_TELL_PARENT:
        return pl_play_tell_parent(play, owed->played);
    case PL_EFFECT_SEND_TASK:   /* the offer is answered where it is made */
    case PL_EFFECT_CANCEL_TASK: /* an answer that comes later finds its lease gone */
    case PL_EFFECT_CLOSE_CASE:
    case PL_EFFECTS:
        break;
    }
    return PLACET_OK;
}

int pl_play_settle(struct pl_play *play)
{
    while (play->owed_first < play->owed_count) {
        const struct pl_owed owed = play->owed[play->owed_first++];
        const int rc = carry_out(play, &owed);
        if (rc < 0) {
            return rc;
        }
    }
    play->owed_first = 0;
    play->owed_count = 0;
    return PLACET_OK;
}
