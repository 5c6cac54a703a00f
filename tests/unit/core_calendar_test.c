/* Calendars published again: open limits are counted anew, both values are recorded. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/days.h"
#include "support/world_time.h"

static struct build b;
static struct world w;
static struct pl_calendar later[2];
static const struct pl_calendar *amended[2] = {&later[0], &later[1]};

static void take_off(struct pl_calendar *calendar, const char *day)
{
    struct pl_date date;

    assert_true(pl_date_parse(pl_text_of(day), &date));
    const uint32_t n = (uint32_t)(pl_day_of_date(date) - calendar->first_day);

    calendar->working[n / 8] = (uint8_t)(calendar->working[n / 8] & ~(1u << n % 8));
    pl_calendar_seal(calendar);
}

/* The first amendment takes Thursday 2025-03-20 off, the second Friday 03-21 too. */
static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_calendar_cn(&b);
    later[0] = b.def.calendar;
    take_off(&later[0], "2025-03-20");
    later[1] = later[0];
    take_off(&later[1], "2025-03-21");
    b.def.amended = amended;
    b.def.amended_count = 2;
    return 0;
}

static void test_open_limits_move(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    b.steps[step].has_statutory = true;
    b.steps[step].statutory = WD(30);
    b.steps[step].has_internal = true;
    b.steps[step].internal = WD(15);
    build_rung(&b, step, WD(16), PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_recalendar(&w, 1), PL_ACCEPTED);
    const struct pl_event *amend = world_next(&w, PL_EVT_CASE_RECALENDARED, PL_NO_STEP);

    assert_int_equal(amend->case_recalendared.before, 0);
    assert_int_equal(amend->case_recalendared.version, 1);
    const struct pl_event *moved = world_next(&w, PL_EVT_STEP_RESCHEDULED, step);

    assert_string_equal(world_day(moved->step_rescheduled.due_before_ms), "2025-03-31");
    assert_string_equal(world_day(moved->step_rescheduled.due_ms), "2025-04-01");
    assert_string_equal(world_day(moved->step_rescheduled.statutory_before_ms), "2025-04-15");
    assert_string_equal(world_day(w.c.steps[step].statutory_ms), "2025-04-16");
    assert_string_equal(world_day(w.c.steps[step].internal_ms), "2025-03-25");
    assert_string_equal(world_day(world_task(&w, step, 0)->due_ms), "2025-04-01");
    assert_string_equal(world_day(pl_core_next_wake(&w.c)), "2025-03-26");
    assert_int_equal(world_recalendar(&w, 1), PL_ACCEPTED);
    assert_int_equal(w.out.event_count, 0);
    assert_int_equal(world_recalendar(&w, 2), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-04-02");
}

/* 03-17 is over: a limit that has ended stays where it ended. The other two clocks move. */
static void test_limits_that_ended_stay(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(15));
    b.steps[step].has_statutory = true;
    b.steps[step].statutory = WD(30);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-25");
    assert_int_equal(world_recalendar(&w, 1), PL_ACCEPTED);
    const struct pl_event *moved = world_next(&w, PL_EVT_STEP_RESCHEDULED, step);

    assert_true(moved->step_rescheduled.due_ms == moved->step_rescheduled.due_before_ms);
    assert_string_equal(world_day(moved->step_rescheduled.statutory_ms), "2025-04-16");
}

static void test_what_does_not_change_is_not_told(void **state)
{
    (void)state;
    const uint16_t early = build_ask(&b);
    const uint16_t none = build_ask(&b);

    build_limit(&b, early, WD(5));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_recalendar(&w, 1), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESCHEDULED), 0);
    assert_int_equal(w.c.steps[none].due_ms, 0);
}

/* The steps that start later, the waits and the members count by it as well. */
static void test_everything_counts_by_it(void **state)
{
    (void)state;
    const uint16_t joint = build_ask(&b);
    const uint16_t wait = build_wait_span(&b, WD(15));
    const uint16_t next = build_ask(&b);

    build_member(&b, joint, PL_ROLE_OPINION);
    build_member_limit(&b, joint, 1, WD(15), PL_DECISION_NO_OBJECTION);
    build_after(&b, next, wait);
    build_limit(&b, next, WD(1));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_recalendar(&w, 1), PL_ACCEPTED);
    assert_string_equal(world_day(world_task(&w, joint, 1)->due_ms), "2025-03-25");
    assert_string_equal(world_day(w.c.steps[wait].wake_ms), "2025-03-25");
    world_at(&w, "2025-03-25");
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    world_at(&w, "2025-03-26");
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_int_equal(world_task(&w, joint, 1)->state, PL_TASK_DEEMED);
}

/* A stop that still stands is counted by the new calendar when it ends. */
static void test_a_stop_over_an_amendment(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    b.steps[step].stops = 1;
    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    world_at(&w, "2025-03-18");
    assert_int_equal(world_stop(&w, step, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-19");
    assert_int_equal(world_recalendar(&w, 2), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-04-17");
    world_at(&w, "2025-03-25");
    assert_int_equal(world_go_on(&w, step, "hearing"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[step].excluded_days, 3); /* 19, 24, 25 */
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-04-22");
}

/* add_working_days() and its like. */
static void test_expressions_count_by_it(void **state)
{
    (void)state;
    const int32_t wednesday = pl_day_of_date((struct pl_date){2025, 3, 19});

    build_ask(&b);
    world_begin(&w, build_done(&b));
    struct pl_cel_days days = pl_calendar_days(pl_core_calendar(&b.def, &w.c));

    assert_int_equal(days.add(days.calendar, wednesday, 1), wednesday + 1);
    assert_int_equal(world_recalendar(&w, 2), PL_ACCEPTED);
    days = pl_calendar_days(pl_core_calendar(&b.def, &w.c));
    assert_int_equal(days.add(days.calendar, wednesday, 1), wednesday + 5);
    assert_false(days.is_working(days.calendar, wednesday + 1));
}

static void test_a_condition_counts_by_it(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t then = build_ask(&b);

    build_after(&b, then, first);
    build_when(&b, then, "add_working_days('2025-03-19', 1) == '2025-03-24'");
    build_ask(&b);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_recalendar(&w, 2), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, then), PL_STEP_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_open_limits_move, set_up),
        cmocka_unit_test_setup(test_limits_that_ended_stay, set_up),
        cmocka_unit_test_setup(test_what_does_not_change_is_not_told, set_up),
        cmocka_unit_test_setup(test_everything_counts_by_it, set_up),
        cmocka_unit_test_setup(test_a_stop_over_an_amendment, set_up),
        cmocka_unit_test_setup(test_expressions_count_by_it, set_up),
        cmocka_unit_test_setup(test_a_condition_counts_by_it, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
