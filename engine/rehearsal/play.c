#include "rehearsal/play.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "core/data.h"
#include "rehearsal/inside.h"
#include "value/mistake.h"

#define ARENA_SIZE (64u << 20) /* untouched pages cost nothing */
#define FIRST_ROOM 64

/* Real durations, as the server has them. */
#define ACCEPT_MS  10000
#define LEASE_MS   60000
#define BACKOFF_MS 1000

struct pl_play *pl_play_new(void)
{
    struct pl_play *play = calloc(1, sizeof(*play));

    if (play == NULL) {
        return NULL;
    }
    play->memory = malloc(ARENA_SIZE);
    play->room = malloc(PL_PLAY_ROOM_SIZE);
    pl_heap_init(&play->wakes);
    pl_heap_init(&play->times);
    if (play->memory == NULL || play->room == NULL) {
        pl_play_free(play);
        return NULL;
    }
    pl_arena_init(&play->arena, play->memory, ARENA_SIZE);
    return play;
}

void pl_play_free(struct pl_play *play)
{
    if (play == NULL) {
        return;
    }
    pl_heap_fini(&play->wakes);
    pl_heap_fini(&play->times);
    free(play->memory);
    free(play->room);
    free(play);
}

int pl_play_exhausted(struct pl_play *play, const char *what)
{
    return pl_mistake(play->err, PLACET_ELIMIT, (struct pl_place){0},
                      "Something goes in circles, or the case is larger than a rehearsal holds.",
                      "%s", what);
}

bool pl_play_grow(struct pl_play *play, void **array, uint32_t count, uint32_t *room, size_t size)
{
    if (count < *room) {
        return true;
    }
    const uint32_t larger = *room == 0 ? FIRST_ROOM : *room * 2;
    void *memory = pl_arena_alloc(&play->arena, larger * size);
    if (memory == NULL) {
        return false;
    }
    if (count > 0) {
        memcpy(memory, *array, count * size);
    }
    *array = memory;
    *room = larger;
    return true;
}

/* ---- time ---- */

/* The day of the same number, or the last of the month (Civil Code art. 202). */
static int32_t months_later(int32_t day, uint32_t months)
{
    struct pl_date date = pl_date_of_day(day);
    const uint32_t month = (uint32_t)date.month - 1 + months;

    date.year += (int32_t)(month / 12);
    date.month = (uint8_t)(month % 12 + 1);
    const struct pl_date next_first = {date.year + (date.month == 12),
                                       (uint8_t)(date.month % 12 + 1), 1};
    const int32_t last = pl_day_of_date(next_first) - 1;
    const int32_t same = pl_day_of_date(date);
    return same < last ? same : last;
}

static int64_t on_day(int64_t from_ms, int32_t from, int32_t day)
{
    return from_ms + (int64_t)(day - from) * PL_DAY_MS;
}

int64_t pl_play_later(const struct pl_definition *def, int64_t from_ms, struct pl_after after)
{
    const int32_t day = pl_day_of_ms(from_ms, def->calendar.zone_minutes);
    const int64_t count = after.span.count;
    bool beyond = false;

    if (!after.given) {
        return from_ms;
    }
    switch (after.span.unit) {
    case PL_UNIT_WORKING_DAYS:
        return on_day(from_ms, day,
                      pl_calendar_add(&def->calendar, day, after.span.count, &beyond));
    case PL_UNIT_DAYS:
        return from_ms + count * PL_DAY_MS;
    case PL_UNIT_MONTHS:
        return on_day(from_ms, day, months_later(day, after.span.count));
    case PL_UNIT_YEARS:
        return on_day(from_ms, day, months_later(day, after.span.count * 12));
    case PL_UNIT_HOURS:
        return from_ms + count * PL_HOUR_MS;
    case PL_UNIT_MINUTES:
        return from_ms + count * (PL_HOUR_MS / 60);
    case PL_UNIT_SECONDS:
        return from_ms + count * (PL_HOUR_MS / 3600);
    }
    return from_ms;
}

int pl_play_expect(struct pl_play *play, int64_t at_ms, struct pl_coming coming)
{
    void *array = play->coming;

    if (!pl_play_grow(play, &array, play->coming_count, &play->coming_room,
                      sizeof(*play->coming))) {
        return pl_play_exhausted(play, "too much is under way");
    }
    play->coming = array;
    play->coming[play->coming_count] = coming;
    if (pl_heap_set(&play->times, play->coming_count, (uint64_t)at_ms) != PLACET_OK) {
        return pl_play_exhausted(play, "out of memory");
    }
    play->coming_count++;
    return PLACET_OK;
}

static void empty(struct pl_heap *heap)
{
    while (heap->count > 0) {
        pl_heap_remove(heap, pl_heap_first(heap)->item);
    }
}

/* ---- the run ---- */

static void begin(struct pl_play *play)
{
    pl_arena_reset(&play->arena);
    empty(&play->wakes);
    empty(&play->times);
    play->played_count = 0;
    play->coming = NULL;
    play->coming_count = 0;
    play->coming_room = 0;
    play->owed = NULL;
    play->owed_first = 0;
    play->owed_count = 0;
    play->owed_room = 0;
    play->prev_seq = 0;
    play->leases = 0;
    play->ran_out = false;
    play->facts = (struct pl_facts){
        .now_ms = play->answers->start_ms,
        .next_seq = 1,
        .accept_ms = ACCEPT_MS,
        .lease_ms = LEASE_MS,
        .backoff_ms = BACKOFF_MS,
        .clock_rate = 1,
    };
}

static int expect_incoming(struct pl_play *play)
{
    const struct pl_answers *answers = play->answers;

    for (uint32_t i = 0; i < answers->incoming_count; i++) {
        const struct pl_moment *when = &answers->incoming[i].when;
        const int64_t at_ms = when->after.given ? pl_play_later(play->company->defs[0],
                                                                answers->start_ms, when->after)
                                                : when->at_ms;
        const int rc = pl_play_expect(
            play, at_ms > answers->start_ms ? at_ms : answers->start_ms,
            (struct pl_coming){.kind = PL_COMING_INCOMING, .incoming = &answers->incoming[i]});
        if (rc < 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

static int start(struct pl_play *play)
{
    struct pl_command cmd = {.kind = PL_CMD_START,
                             .actor = PL_ACTOR_PORTAL,
                             .by = play->answers->by,
                             .key = play->answers->key,
                             .form = play->answers->form};
    uint32_t played = 0;
    int rc = pl_play_add(play, play->company->defs[0], (struct pl_text){0}, &played);

    if (rc == PLACET_OK) {
        rc = pl_play_command(play, played, &cmd, NULL);
    }
    return rc == PLACET_OK ? expect_incoming(play) : rc;
}

static int fire(struct pl_play *play, uint32_t played)
{
    struct pl_command cmd = {.kind = PL_CMD_TIMER_FIRE, .actor = PL_ACTOR_ENGINE};
    const int64_t before_ms = pl_core_next_wake(&play->played[played]->c);
    const int rc = pl_play_command(play, played, &cmd, NULL);
    const int64_t after_ms = pl_core_next_wake(&play->played[played]->c);

    /* What was due is done: a wake that stays where it was would never end. */
    PL_CHECK(rc != PLACET_OK || after_ms != before_ms || play->outcome.event_count > 0);
    return rc;
}

static bool all_finished(const struct pl_play *play)
{
    for (uint32_t i = 0; i < play->played_count; i++) {
        if (!play->played[i]->c.finished) {
            return false;
        }
    }
    return true;
}

/* The next thing that happens. A timer goes before what comes at the same moment: who is late is
 * late. `*over_out`: nothing does. */
static int next(struct pl_play *play, bool *over_out)
{
    const struct pl_heap_entry *wake = pl_heap_first(&play->wakes);
    const struct pl_heap_entry *time = pl_heap_first(&play->times);
    const bool by_timer = wake != NULL && (time == NULL || wake->key <= time->key);
    const struct pl_heap_entry *first = by_timer ? wake : time;

    *over_out = first == NULL || all_finished(play);
    if (*over_out) {
        return PLACET_OK;
    }
    const int64_t at_ms = (int64_t)first->key;
    if (play->answers->until_ms != 0 && at_ms > play->answers->until_ms) {
        play->facts.now_ms = play->answers->until_ms;
        play->ran_out = true;
        *over_out = true;
        return PLACET_OK;
    }
    play->facts.now_ms = at_ms > play->facts.now_ms ? at_ms : play->facts.now_ms;
    if (by_timer) {
        return fire(play, first->item);
    }
    const uint32_t number = first->item;
    pl_heap_remove(&play->times, number);
    const struct pl_coming coming = play->coming[number];
    return pl_play_give(play, &coming);
}

int pl_play_run(struct pl_play *play, const struct pl_company *company,
                const struct pl_answers *answers, pl_play_event *on_event, void *context,
                struct placet_error *err)
{
    bool over = false;

    play->company = company;
    play->answers = answers;
    play->on_event = on_event;
    play->context = context;
    play->err = err;
    begin(play);
    int rc = start(play);
    while (rc == PLACET_OK && !over) {
        rc = pl_play_settle(play);
        if (rc == PLACET_OK) {
            rc = next(play, &over);
        }
    }
    return rc;
}

/* ---- what became of it ---- */

uint32_t pl_play_count(const struct pl_play *play)
{
    return play->played_count;
}

const struct pl_played *pl_play_case(const struct pl_play *play, uint32_t index)
{
    PL_CHECK(index < play->played_count);
    return play->played[index];
}

int64_t pl_play_now(const struct pl_play *play)
{
    return play->facts.now_ms;
}

bool pl_play_ran_out(const struct pl_play *play)
{
    return play->ran_out;
}

uint64_t pl_play_events(const struct pl_play *play)
{
    return play->facts.next_seq - 1;
}

uint32_t pl_play_left_over(const struct pl_play *play, uint32_t *lines, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < play->coming_count; i++) {
        if (play->coming[i].kind == PL_COMING_INCOMING && pl_heap_has(&play->times, i)) {
            if (count < max) {
                lines[count] = play->coming[i].incoming->line;
            }
            count++;
        }
    }
    return count;
}
