/* An office in which everybody answers in the morning of the last day: what a definition costs in
 * time when nobody is faster than promised. */
#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "script/script.h"
#include "wire/case.h"
#include "wire/events.h"
#include "wire/frame.h"

#define MORNING_MS (9 * PL_HOUR_MS)
#define ACTS_MAX   10000

struct desk {
    struct script *s;
    uint32_t peer;
    uint32_t letters_seen;
};

static struct pl_text text_of(const struct sim_letter *letter, const char *key)
{
    struct pl_text text = {0};

    (void)pl_value_as_text(pl_value_get(letter->body, pl_text_of(key)), &text);
    return text;
}

static int64_t due_of(const struct sim_letter *letter)
{
    int64_t due_ms = 0;

    (void)pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("due")), &due_ms);
    return due_ms;
}

static bool read_case(const struct script *s, struct pl_case_id id, struct pl_arena *arena,
                      struct pl_case *c)
{
    const struct pl_state *state = &s->world.server.state;
    uint32_t slot = 0;

    if (!pl_map_get(&state->slot_of_case, id.v, &slot)) {
        return false;
    }
    const struct pl_slot *at = &state->slots[slot];
    PL_CHECK(pl_wire_read_case((struct pl_bytes){at->packed, at->packed_size}, arena, c) ==
             PLACET_OK);
    return true;
}

/* Whether this letter is still what the engine waits for. */
static bool is_open(const struct script *s, const struct sim_letter *letter)
{
    static uint8_t memory[256u << 10];
    struct pl_arena arena;
    struct pl_task_ref ref;
    struct pl_case c;

    pl_arena_init(&arena, memory, sizeof memory);
    PL_CHECK(pl_task_ref_parse(text_of(letter, "task"), &ref));
    if (!read_case(s, ref.id, &arena, &c)) {
        return false;
    }
    const struct pl_definition *def =
        pl_state_definition_number(&s->world.server.state, c.definition);
    const struct pl_task *task = &c.tasks[def->steps[ref.step].first_task + ref.item];
    const struct pl_bytes lease = pl_value_get(letter->body, PL_TEXT("lease"));
    return pl_task_is_leased(task->state) && lease.size > sizeof task->lease &&
           memcmp(lease.at + lease.size - sizeof task->lease, &task->lease, sizeof task->lease) ==
               0;
}

/* The first decision of the step that goes on. */
static struct pl_text good_decision(const struct script *s, const struct sim_letter *letter)
{
    struct pl_task_ref ref;

    if (pl_text_is(text_of(letter, "role"), "opinion")) {
        return PL_TEXT("no_objection");
    }
    PL_CHECK(pl_task_ref_parse(text_of(letter, "task"), &ref));
    const struct pl_definition *def =
        pl_state_definition(&s->world.server.state, text_of(letter, "workflow"), 0);
    const struct pl_step_def *step = &def->steps[ref.step];
    for (uint16_t i = 0; i < step->rule_count; i++) {
        if (step->rules[i].effect == PL_DECISION_GOES_ON) {
            return def->decisions[step->rules[i].decision].id;
        }
    }
    PL_UNREACHABLE();
}

static void say(struct desk *d, uint16_t kind, const struct sim_letter *letter)
{
    uint8_t memory[512];
    uint8_t header[PLACET_HEADER_SIZE];
    struct pl_writer out;

    pl_writer_init(&out, memory, sizeof memory);
    pl_write_map(&out, kind == PLACET_KIND_COMPLETE ? 3 : 2);
    pl_write_key_text(&out, "task", text_of(letter, "task"));
    pl_write_key_value(&out, "lease", pl_value_get(letter->body, PL_TEXT("lease")));
    if (kind == PLACET_KIND_COMPLETE) {
        pl_write_key_text(&out, "decision", good_decision(d->s, letter));
    }
    PL_CHECK(pl_writer_ok(&out));
    placet_header_write(
        &(struct placet_header){.kind = kind, .correlation = ++d->s->world.next_correlation},
        header);
    (void)sim_send_bytes(&d->s->world, PL_ENDPOINT_WORK, d->peer,
                         (struct pl_bytes){header, sizeof header}, pl_writer_bytes(&out), 2);
}

/* Puts everything new on the desk: people work on it for days. A `tell` is only to be taken. */
static void take_in(struct desk *d)
{
    struct sim *w = &d->s->world;

    for (uint32_t end = w->outbox_count; d->letters_seen < end; d->letters_seen++) {
        const struct sim_letter *letter = &w->outbox[d->letters_seen];
        if (letter->peer.v == d->peer && letter->kind == PLACET_KIND_TASK &&
            is_open(d->s, letter)) {
            say(d, due_of(letter) == 0 ? PLACET_KIND_TAKEN : PLACET_KIND_PARK, letter);
            script_settle(d->s);
        }
    }
}

/* The letter on the desk that is due first. */
static const struct sim_letter *first_due(const struct desk *d)
{
    const struct sim *w = &d->s->world;
    const struct sim_letter *first = NULL;

    for (uint32_t i = 0; i < w->outbox_count; i++) {
        const struct sim_letter *letter = &w->outbox[i];
        if (letter->peer.v != d->peer || letter->kind != PLACET_KIND_TASK || due_of(letter) == 0 ||
            (first != NULL && due_of(letter) >= due_of(first)) || !is_open(d->s, letter)) {
            continue;
        }
        first = letter;
    }
    return first;
}

static int64_t morning_of_last_day(int64_t due_ms)
{
    return pl_ms_of_day(pl_day_of_ms(due_ms - 1, SCRIPT_ZONE_MINUTES), SCRIPT_ZONE_MINUTES) +
           MORNING_MS;
}

static void move_to(struct script *s, int64_t at_ms)
{
    if (at_ms > s->world.now_ms) {
        s->world.now_ms = at_ms;
    }
    script_settle(s);
}

/* Answers what is due first, or lets the next time come. */
static bool work(struct desk *d)
{
    struct script *s = d->s;
    const struct pl_heap_entry *wake = pl_heap_first(&s->world.server.state.wakes);

    take_in(d);
    const struct sim_letter *letter = first_due(d);
    if (letter == NULL && wake == NULL) {
        return false;
    }
    const int64_t at_ms = letter == NULL ? 0 : morning_of_last_day(due_of(letter));
    if (letter == NULL || (wake != NULL && (int64_t)wake->key < at_ms)) {
        move_to(s, (int64_t)wake->key);
        return true;
    }
    move_to(s, at_ms);
    if (is_open(s, letter)) {
        say(d, PLACET_KIND_COMPLETE, letter);
        script_settle(s);
    }
    return true;
}

/* ---- the bill ---- */

static void add_bill(struct script *s, const struct pl_definition *def, int64_t from_ms,
                     int64_t to_ms)
{
    const int32_t zone = def->calendar.zone_minutes;
    const int32_t from = pl_day_of_ms(from_ms, zone);
    const int32_t to = pl_day_of_ms(to_ms, zone);
    char start[PL_DATE_TEXT_SIZE];
    char end[PL_DATE_TEXT_SIZE];

    pl_date_format(pl_date_of_day(from), start);
    pl_date_format(pl_date_of_day(to), end);
    transcript_addf(&s->transcript, "  %s to %s: %d working days, %d calendar days\n", start, end,
                    pl_calendar_working_days(&def->calendar, from, to), to - from);
}

static void bill_frame(struct script *s, const struct sim_frame *at,
                       const struct pl_definition **def, int64_t *started_ms)
{
    struct pl_frame frame;
    struct pl_reader in;

    PL_CHECK(pl_frame_parse(at->bytes, at->size, PL_FRAME_HEADER, &frame) == PLACET_OK);
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        struct pl_event event;
        PL_CHECK(pl_wire_read_event(&in, &event) == PLACET_OK);
        if (event.kind == PL_EVT_CASE_STARTED) {
            *started_ms = frame.at_ms;
            *def = pl_state_definition_number(&s->world.server.state,
                                              (uint32_t)event.case_started.definition);
        } else if (event.kind == PL_EVT_CASE_FINISHED) {
            PL_CHECK(*def != NULL);
            add_bill(s, *def, *started_ms, frame.at_ms);
        }
    }
}

void script_office(struct script *s, const char *args)
{
    struct desk desk = {.s = s, .peer = script_peer(s, args)};
    const struct pl_definition *def = NULL;
    int64_t started_ms = 0;
    unsigned acts = 0;

    s->transcript.brief = true;
    while (work(&desk)) {
        PL_CHECK(++acts < ACTS_MAX);
        transcript_catch_up(&s->transcript);
    }
    transcript_catch_up(&s->transcript);
    s->transcript.brief = false;
    for (uint32_t i = 0; i < s->world.frame_count; i++) {
        bill_frame(s, &s->world.frames[i], &def, &started_ms);
    }
}
