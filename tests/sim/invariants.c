#include "sim/invariants.h"

#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "server/rebuild.h"
#include "sim/hands.h"
#include "sim/shapes.h"
#include "sim/watchers.h"
#include "wire/case.h"
#include "wire/events.h"
#include "wire/frame.h"

#define MUST(COND, WHICH)                                                                          \
    ((COND) ? (void)0                                                                              \
            : (fprintf(stderr, "%s broken at sequence %" PRIu64 ": %s\n", WHICH, v->next_seq - 1,  \
                       #COND),                                                                     \
               abort()))

void invariants_init(struct invariants *v, struct sim *w)
{
    memset(v, 0, sizeof *v);
    v->w = w;
    v->next_seq = 1;
}

void invariants_fini(struct invariants *v)
{
    free(v->cases);
}

static struct case_seen *case_of(struct invariants *v, uint64_t id)
{
    for (uint32_t i = v->case_count; i > 0; i--) {
        if (v->cases[i - 1].id == id) {
            return &v->cases[i - 1];
        }
    }
    if (v->case_count == v->case_size) {
        v->case_size = v->case_size == 0 ? 64 : v->case_size * 2;
        v->cases = realloc(v->cases, v->case_size * sizeof *v->cases);
        PL_CHECK(v->cases != NULL);
    }
    struct case_seen *seen = &v->cases[v->case_count++];
    memset(seen, 0, sizeof *seen);
    seen->id = id;
    return seen;
}

/* Who did it: events that people or adapters cause carry a name. */
#define ACTOR(NAME, FIELD)                                                                         \
    {                                                                                              \
        PL_EVT_##NAME, offsetof(struct pl_event, FIELD)                                            \
    }
static const struct {
    enum pl_event_kind kind;
    size_t by;
} actors[] = {
    ACTOR(DEFINITION_PUBLISHED, definition_published.by),
    ACTOR(COMMAND_ACCEPTED, command_accepted.by),
    ACTOR(COMMAND_REJECTED, command_rejected.by),
    ACTOR(CASE_STARTED, case_started.by),
    ACTOR(CASE_PAUSED, case_paused.by),
    ACTOR(CASE_RESUMED, case_resumed.by),
    ACTOR(CASE_SUPPLEMENTED, case_supplemented.by),
    ACTOR(CASE_WITHDRAWN, case_withdrawn.by),
    ACTOR(CASE_CANCELLED, case_cancelled.by),
    ACTOR(SIGNAL_RECEIVED, signal_received.by),
    ACTOR(TASK_TAKEN, task_taken.by),
    ACTOR(TASK_COMPLETED, task_completed.by),
    ACTOR(TASK_FAILED, task_failed.by),
    ACTOR(TASK_THROWN, task_thrown.by),
    ACTOR(TASK_RELEASED, task_released.by),
    ACTOR(TASK_REFUSED, task_refused.by),
    ACTOR(TASK_RETRIED, task_retried.by),
    ACTOR(TASK_OFFERED, task_offered.to),
    ACTOR(STEP_EXTENDED, step_extended.by),
    ACTOR(CLOCK_STOPPED, clock_stopped.by),
    ACTOR(CLOCK_RESUMED, clock_resumed.by),
    ACTOR(CALENDAR_AMENDED, calendar_amended.by),
};

static bool has_actor(const struct pl_event *e)
{
    for (size_t i = 0; i < sizeof actors / sizeof actors[0]; i++) {
        if (actors[i].kind == e->kind) {
            struct pl_text by;
            memcpy(&by, (const char *)e + actors[i].by, sizeof by);
            return by.len > 0;
        }
    }
    return true;
}

static void check_step_event(struct invariants *v, struct case_seen *seen, const struct pl_event *e,
                             int64_t at_ms)
{
    const uint16_t step = e->step;

    if (e->kind == PL_EVT_STEP_STARTED) {
        MUST(e->step_started.round > seen->done_rounds[step], "I5");
        seen->rounds[step] = (uint32_t)e->step_started.round;
    } else if (e->kind == PL_EVT_STEP_DONE) {
        MUST(seen->rounds[step] > seen->done_rounds[step], "I5");
        seen->done_rounds[step] = seen->rounds[step];
        seen->done_seq[step] = v->next_seq - 1;
        seen->undone_seq = 0; /* what is undone now begins with the last again */
    } else if (e->kind == PL_EVT_STEP_LATE) {
        MUST(e->step_late.due_ms <= at_ms, "I8");
    } else if (e->kind == PL_EVT_TASK_OFFERED && e->item == 0) {
        seen->accept_by[step] = e->task_offered.accept_by_ms;
    } else if (e->kind == PL_EVT_TASK_TIMED_OUT && e->item == 0) {
        MUST(e->task_timed_out.what != PL_TIMEOUT_ACCEPT || seen->accept_by[step] <= at_ms, "I8");
    }
}

static const struct pl_definition *definition_of(const struct invariants *v,
                                                 const struct case_seen *seen)
{
    return pl_state_definition_number(&v->w->server.state, seen->definition);
}

static bool is_undo(const struct invariants *v, const struct case_seen *seen,
                    const struct pl_event *e)
{
    const struct pl_definition *def = definition_of(v, seen);
    return def != NULL && pl_step_is_undo(&def->steps[e->step], e->item);
}

static void check_undo(struct invariants *v, struct case_seen *seen, uint16_t step)
{
    unsigned open = 0;

    for (unsigned i = 0; i < SEEN_STEPS; i++) {
        for (unsigned k = 0; k < SEEN_ITEMS; k++) {
            open += seen->tasks[i][k].open && seen->tasks[i][k].undo;
        }
    }
    MUST(open == 1, "I14");
    MUST(seen->undone_seq == 0 || seen->done_seq[step] < seen->undone_seq, "I14");
    seen->undone_seq = seen->done_seq[step];
}

/* A task is answered once in a round, by an officer or by who was given it last. */
static void check_task_event(struct invariants *v, struct case_seen *seen, const struct pl_event *e)
{
    MUST(e->item < SEEN_ITEMS, "I6");
    struct task_seen *task = &seen->tasks[e->step][e->item];

    if (e->kind == PL_EVT_TASK_READIED) {
        *task = (struct task_seen){.open = true, .undo = is_undo(v, seen, e)};
        if (task->undo) {
            check_undo(v, seen, e->step);
        }
    } else if (e->kind == PL_EVT_TASK_OFFERED) {
        const struct pl_text to = e->task_offered.to;
        (void)snprintf(task->to, sizeof task->to, "%.*s", (int)to.len, to.at);
    } else if (e->kind == PL_EVT_TASK_COMPLETED) {
        const struct pl_text by = e->task_completed.by;
        MUST(task->open, "I6");
        MUST(strncmp(by.at, "officer:", 8) == 0 ||
                 (strncmp(by.at, task->to, by.len) == 0 && task->to[by.len] == '#'),
             "I6");
        task->open = false;
    } else if (e->kind == PL_EVT_CHILD_FINISHED || e->kind == PL_EVT_TASK_DEEMED ||
               e->kind == PL_EVT_TASK_CANCELLED) {
        MUST(task->open, "I6");
        task->open = false;
    }
}

static void check_event(struct invariants *v, const struct pl_event *e, int64_t at_ms)
{
    MUST(has_actor(e), "I3");
    if (e->case_id.v == 0 || e->kind == PL_EVT_COMMAND_REJECTED ||
        e->kind == PL_EVT_COMMAND_ACCEPTED) {
        return;
    }
    struct case_seen *seen = case_of(v, e->case_id.v);
    if (e->kind == PL_EVT_CASE_STARTED) {
        seen->definition = (uint32_t)e->case_started.definition;
    }
    MUST(!seen->finished || e->kind == PL_EVT_TASK_REFUSED, "I7");
    if (e->step != PL_NO_STEP) {
        MUST(e->step < SEEN_STEPS, "I5");
        check_step_event(v, seen, e, at_ms);
        if (e->item != PL_NO_ITEM) {
            check_task_event(v, seen, e);
        }
    }
    if (e->kind == PL_EVT_CASE_FINISHED) {
        seen->finished = true;
        v->finished++;
    }
}

static void check_frame(struct invariants *v, const struct sim_frame *at)
{
    struct pl_frame frame;
    struct pl_reader in;

    MUST(pl_frame_parse(at->bytes, at->size, PL_FRAME_HASH, &frame) == PLACET_OK, "I4");
    MUST(frame.first_seq == v->next_seq, "I4");
    MUST(memcmp(&frame.previous, &v->previous, sizeof frame.previous) == 0, "I4");
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        struct pl_event event;
        MUST(pl_wire_read_event(&in, &event) == PLACET_OK, "I4");
        v->next_seq++;
        v->kinds |= UINT64_C(1) << event.kind;
        if (v->watchers != NULL) {
            watchers_learn(v->watchers, (uint16_t)event.kind);
        }
        check_event(v, &event, frame.at_ms);
    }
    MUST(pl_reader_done(&in), "I4");
    v->previous = frame.hash;
    v->events += frame.count;
    v->trace = pl_hash64(&(uint64_t[2]){v->trace, pl_hash64(at->bytes, at->size)}, 16);
}

/* A reply names the event that it speaks of: that event must have been durable when the reply left.
 */
static void check_letter(struct invariants *v, const struct sim_letter *letter)
{
    int64_t seq = 0;

    if (pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("sequence")), &seq)) {
        MUST((uint64_t)seq <= letter->durable_seq, "I2");
    }
    v->trace = pl_hash64(
        &(uint64_t[3]){v->trace, letter->kind, pl_hash64(letter->body.at, letter->body.size)}, 24);
}

static void check_cases(struct invariants *v, bool settled)
{
    struct pl_server *s = &v->w->server;
    static uint8_t memory[1u << 20];
    struct pl_arena arena;

    for (uint32_t i = 0; i < s->state.slot_count; i++) {
        const struct pl_slot *slot = &s->state.slots[i];
        struct pl_case c;
        if (slot->id.v == 0) {
            continue;
        }
        pl_arena_init(&arena, memory, sizeof memory);
        MUST(pl_wire_read_case((struct pl_bytes){slot->packed, slot->packed_size}, &arena, &c) ==
                 PLACET_OK,
             "I11");
        const struct pl_definition *def = pl_state_definition_number(&s->state, c.definition);
        MUST(pl_core_has_wake_source(def, &c), "I9");
        shapes_check_case(v->w, def, &c, settled);
    }
}

void invariants_check(struct invariants *v, bool settled)
{
    struct sim *w = v->w;
    const struct pl_heap_entry *first = pl_heap_first(&w->server.state.wakes);

    while (v->frames_seen < w->frame_count) {
        check_frame(v, &w->frames[v->frames_seen++]);
    }
    for (uint32_t i = 0; i < w->outbox_count; i++) {
        check_letter(v, &w->outbox[i]);
    }
    if (w->running && !w->crashed) {
        MUST(w->server.state.last_seq == v->next_seq - 1, "I4");
        check_cases(v, settled);
        hands_check(w);
        MUST(!settled || first == NULL || (int64_t)first->key > w->now_ms, "I8");
    }
}

void invariants_rebuild(struct invariants *v)
{
    struct pl_rebuild_report report;
    struct placet_error err = {0};

    if (pl_rebuild_check(&v->w->store, &v->w->journal, &report, &err) != PLACET_OK ||
        report.differences != 0) {
        (void)fprintf(stderr, "I11 broken: %s %s\n", err.message, report.first_difference);
        abort();
    }
}
