#include "rehearsal/ending.h"

#include "base/time.h"

#define WAITS_MAX 100 /* nobody reads on */

/* Here a task is parked by an answer that says so: nobody will answer it. */
static const char *kind_name(enum pl_wait_kind kind)
{
    return kind == PL_WAITS_TASK_PARKED ? "silent" : pl_core_wait_name(kind);
}

static void write_key_time(struct pl_writer *out, const char *key, int64_t at_ms)
{
    pl_write_string(out, key);
    if (at_ms == 0) {
        pl_write_nil(out);
    } else {
        pl_write_i64(out, at_ms);
    }
}

static void write_key_text(struct pl_writer *out, const char *key, struct pl_text text)
{
    pl_write_string(out, key);
    if (text.len == 0) {
        pl_write_nil(out);
    } else {
        pl_write_text(out, text);
    }
}

static void write_who(struct pl_writer *out, const struct pl_played *played,
                      const struct pl_wait *wait)
{
    struct pl_text service = {0};
    struct pl_text department = {0};

    if (wait->step != PL_NO_STEP && wait->item != PL_NO_ITEM) {
        const uint16_t number = pl_task_service(played->def, &played->c, wait->step, wait->item);
        if (number != PL_NO_SERVICE) {
            service = played->def->services[number].name;
            department = played->def->departments[played->def->services[number].department].id;
        }
    }
    write_key_text(out, "department", department);
    write_key_text(out, "service", service);
}

static void write_wait(struct pl_writer *out, const struct pl_played *played,
                       const struct pl_wait *wait)
{
    static const struct pl_step_def nothing;
    const struct pl_step_def *step =
        wait->step == PL_NO_STEP ? &nothing : &played->def->steps[wait->step];
    char id[PL_CASE_TEXT_SIZE];

    pl_case_id_format(played->c.id, id);
    pl_write_map(out, 11);
    pl_write_key_string(out, "case", id);
    pl_write_key_text(out, "workflow", played->def->workflow);
    write_key_text(out, "step", step->id);
    pl_write_title(out, "title", step->title);
    pl_write_string(out, "item");
    if (wait->item == PL_NO_ITEM) {
        pl_write_nil(out);
    } else {
        pl_write_u64(out, wait->item);
    }
    pl_write_key_string(out, "kind", kind_name(wait->kind));
    write_who(out, played, wait);
    write_key_text(out, "signal",
                   wait->kind == PL_WAITS_SIGNAL ? step->signal : (struct pl_text){0});
    write_key_time(out, "until", wait->due_ms);
    write_key_time(out, "next", wait->next_ms);
}

/* Of every case that is open. A detached child may outlive the first case. */
static void write_waits(struct pl_writer *out, const struct pl_play *play)
{
    struct pl_wait waits[WAITS_MAX];
    uint32_t count = 0;

    for (uint32_t i = 0; i < pl_play_count(play) && count < WAITS_MAX; i++) {
        const struct pl_played *played = pl_play_case(play, i);
        const unsigned all =
            played->c.seq == 0 ? 0 : pl_core_waits(played->def, &played->c, waits, WAITS_MAX);
        count += all < WAITS_MAX ? all : WAITS_MAX;
    }
    count = count < WAITS_MAX ? count : WAITS_MAX;
    pl_write_string(out, "waits");
    pl_write_array(out, count);
    for (uint32_t i = 0; i < pl_play_count(play) && count > 0; i++) {
        const struct pl_played *played = pl_play_case(play, i);
        const unsigned all =
            played->c.seq == 0 ? 0 : pl_core_waits(played->def, &played->c, waits, WAITS_MAX);
        for (unsigned k = 0; k < all && k < WAITS_MAX && count > 0; k++, count--) {
            write_wait(out, played, &waits[k]);
        }
    }
}

static void write_left_over(struct pl_writer *out, const struct pl_play *play)
{
    uint32_t lines[WAITS_MAX];
    const uint32_t all = pl_play_left_over(play, lines, WAITS_MAX);
    const uint32_t count = all < WAITS_MAX ? all : WAITS_MAX;

    pl_write_string(out, "left_over");
    pl_write_array(out, count);
    for (uint32_t i = 0; i < count; i++) {
        pl_write_u64(out, lines[i]);
    }
}

static void write_result(struct pl_writer *out, const struct pl_played *played)
{
    pl_write_string(out, "result");
    if (!played->c.finished) {
        pl_write_nil(out);
        return;
    }
    const struct pl_result *result = &played->def->results[played->c.result];
    pl_write_map(out, 3);
    pl_write_key_text(out, "id", result->id);
    pl_write_key_text(out, "zh", result->title.zh);
    pl_write_key_text(out, "en", result->title.en);
}

static const char *state_of(const struct pl_case *c)
{
    if (c->finished) {
        return "closed";
    }
    return c->paused ? "paused" : "open";
}

void pl_ending_write(const struct pl_play *play, struct pl_writer *out)
{
    const struct pl_played *first = pl_play_case(play, 0);
    const struct pl_calendar *calendar = &first->def->calendar;
    const int64_t end_ms = first->c.finished ? first->c.finished_ms : pl_play_now(play);
    const int32_t from_day = pl_day_of_ms(first->c.started_ms, calendar->zone_minutes);
    const int32_t to_day = pl_day_of_ms(end_ms, calendar->zone_minutes);
    char id[PL_CASE_TEXT_SIZE];

    pl_case_id_format(first->c.id, id);
    pl_write_map(out, 14);
    pl_write_key_string(out, "case", id);
    pl_write_key_text(out, "key", first->c.key);
    pl_write_key_text(out, "workflow", first->def->workflow);
    pl_write_key_string(out, "state", state_of(&first->c));
    write_result(out, first);
    write_key_time(out, "started", first->c.started_ms);
    write_key_time(out, "ended", end_ms);
    pl_write_string(out, "working_days");
    pl_write_i64(out, pl_calendar_working_days(calendar, from_day, to_day));
    pl_write_string(out, "calendar_days");
    pl_write_i64(out, (int64_t)to_day - from_day);
    pl_write_key_u64(out, "cases", pl_play_count(play));
    pl_write_key_u64(out, "events", pl_play_events(play));
    pl_write_key_bool(out, "ran_out", pl_play_ran_out(play));
    write_left_over(out, play);
    write_waits(out, play);
}
