/* Clocks: limits, ladders, what stops them, and the arithmetic of domain.md 6.3. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/world_time.h"

static struct build b;
static struct world w;

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_day_off(&b, (struct pl_date){2025, 4, 4}); /* Qingming */
    return 0;
}

static void at(int year, uint8_t month, uint8_t day)
{
    const struct pl_date date = {year, month, day};

    world_until(&w, pl_ms_of_day(pl_day_of_date(date), 480) + 9 * PL_HOUR_MS);
}

static enum pl_rejection officer(enum pl_command_kind kind)
{
    return world_officer(&w, kind, 0, 0);
}

static void assert_due(uint8_t month, uint8_t day)
{
    assert_int_equal(w.c.steps[0].due_ms, world_day_end((struct pl_date){2025, month, day}));
    assert_int_equal(world_task(&w, 0, 0)->due_ms, w.c.steps[0].due_ms);
}

/* Accepted on 2025-03-03, 20 working days: due 2025-03-31; paused from 03-10 to 03-24: 04-15. */
static void test_a_pause_is_excluded(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    world_begin(&w, build_done(&b));
    assert_due(3, 31);
    at(2025, 3, 10);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_REJECT_CASE_PAUSED);
    at(2025, 3, 24);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_REJECT_CASE_NOT_PAUSED);
    assert_due(4, 15);
    assert_int_equal(w.c.steps[0].excluded_days, 10);
    assert_int_equal(w.c.steps[0].excluded_plain, 14);
    assert_true(w.c.steps[0].excluded_ms == 14 * PL_DAY_MS);
}

static void returned_from_10_to_24(enum pl_clock_rule clock)
{
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_return(&b, step, 3, clock);
    world_begin(&w, build_done(&b));
    at(2025, 3, 10);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    at(2025, 3, 24);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
}

static void test_a_return_that_stops_is_excluded(void **state)
{
    (void)state;
    returned_from_10_to_24(PL_CLOCK_STOPS);
    assert_due(4, 15);
}

static void test_a_return_that_restarts_begins_anew(void **state)
{
    (void)state;
    returned_from_10_to_24(PL_CLOCK_RESTARTS);
    assert_due(4, 22); /* 20 working days after 03-24, with Qingming */
    assert_int_equal(w.c.steps[0].excluded_days, 0);
}

static void test_a_return_that_runs_changes_nothing(void **state)
{
    (void)state;
    returned_from_10_to_24(PL_CLOCK_RUNS);
    assert_due(3, 31);
}

/* A pause inside the time at the applicant's counts once. */
static void test_overlapping_stops_count_once(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_return(&b, step, 3, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    at(2025, 3, 10);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    at(2025, 3, 12);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    at(2025, 3, 18);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_RETURNED);
    at(2025, 3, 24);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_due(4, 15);
}

/* A supplement that comes in a pause is kept; the step starts when the case goes on. */
static void test_a_supplement_in_a_pause(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_return(&b, step, 3, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    at(2025, 3, 10);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    at(2025, 3, 12);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_RETURNED);
    at(2025, 3, 24);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_due(4, 15);
}

/* The clock of a returned step may run on; then a pause stops it like any other. */
static void test_a_pause_stops_a_clock_that_runs_at_the_applicants(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_return(&b, step, 3, PL_CLOCK_RUNS);
    world_begin(&w, build_done(&b));
    at(2025, 3, 5);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    at(2025, 3, 10);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    at(2025, 3, 24);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_RETURNED);
    at(2025, 3, 25);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_due(4, 15);
}

static void test_units_are_excluded_each_in_its_own(void **state)
{
    (void)state;
    const uint16_t hours = build_ask(&b);
    const uint16_t days = build_ask(&b);

    build_limit(&b, hours, (struct pl_span){48, PL_UNIT_HOURS});
    build_limit(&b, days, (struct pl_span){7, PL_UNIT_DAYS});
    world_begin(&w, build_done(&b));
    const int64_t begun_ms = w.facts.now_ms;

    at(2025, 3, 4);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    w.facts.now_ms += 3 * PL_DAY_MS + 5 * PL_HOUR_MS;
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_true(w.c.steps[hours].due_ms == begun_ms + (48 + 77) * PL_HOUR_MS);
    assert_int_equal(w.c.steps[days].due_ms, world_day_end((struct pl_date){2025, 3, 13}));
}

static void test_a_step_gone_back_to_has_a_new_clock(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_back(&b, step, step, 2);
    world_begin(&w, build_done(&b));
    at(2025, 3, 24);
    assert_int_equal(world_answer(&w, step, 0, "again"), PL_ACCEPTED);
    assert_due(4, 22);

    b.rules[step][2].clock = PL_CLOCK_RUNS;
    world_begin(&w, &b.def);
    at(2025, 3, 24);
    assert_int_equal(world_answer(&w, step, 0, "again"), PL_ACCEPTED);
    assert_due(3, 31);
}

/* An officer takes the file back from the applicant: a new clock, nothing left of the old stop. */
static void test_going_back_to_a_returned_step(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_return(&b, step, 3, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    at(2025, 3, 10);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    at(2025, 3, 24);
    assert_int_equal(officer(PL_CMD_STEP_BACK), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_due(4, 22);
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESUMED), 0);
}

/* `clock: runs` speaks of the step that goes back to itself: every other clock begins anew, even if
 * that step has a decision of the same name that lets its own run. */
static void test_other_clocks_begin_anew(void **state)
{
    (void)state;
    for (uint16_t i = 0; i < 2; i++) {
        build_ask(&b);
        build_limit(&b, i, WD(20));
    }
    build_after(&b, 1, 0);
    build_back(&b, 0, 0, 2)->clock = PL_CLOCK_RUNS;
    build_back(&b, 1, 0, 2)->clock = PL_CLOCK_RUNS;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    at(2025, 3, 24);
    assert_int_equal(world_answer(&w, 1, 0, "again"), PL_ACCEPTED);
    assert_due(4, 22);
    assert_int_equal(w.c.steps[1].started_ms, 0);
    at(2025, 3, 25);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[1].due_ms, world_day_end((struct pl_date){2025, 4, 23}));
}

/* 80 % warn, 100 % yellow, statutory (a longer limit) red; the file need not be in order of time.
 */
static void test_the_ladder(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(5));
    build_rung(&b, step, WD(7), PL_CARD_RED);
    build_rung(&b, step, WD(4), PL_CARD_WARNING);
    build_rung(&b, step, WD(5), PL_CARD_YELLOW);
    world_begin(&w, build_done(&b));
    assert_int_equal(pl_core_next_wake(&w.c), world_day_end((struct pl_date){2025, 3, 7}));
    at(2025, 3, 11);
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 2);
    const struct pl_event *late = world_next(&w, PL_EVT_STEP_LATE, step);

    assert_int_equal(late->step_late.card, PL_CARD_WARNING);
    assert_int_equal(late->step_late.rung, 1);
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, step)->step_late.card, PL_CARD_YELLOW);
    at(2025, 5, 1);
    late = world_next(&w, PL_EVT_STEP_LATE, step);
    assert_int_equal(late->step_late.card, PL_CARD_RED);
    assert_int_equal(late->step_late.due_ms, world_day_end((struct pl_date){2025, 3, 12}));
    /* Silence grants nothing: it only got cards. */
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_int_equal(pl_core_next_wake(&w.c), 0);
}

/* An engine that was down fires everything at once, in the order of time. */
static void test_rungs_missed_fire_in_order_of_time(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(5));
    build_rung(&b, step, WD(5), PL_CARD_YELLOW);
    build_rung(&b, step, WD(4), PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    world_set_time(&w, (struct pl_date){2025, 6, 2}, 0);
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_int_equal(w.out.event_count, 2);
    assert_int_equal(w.out.events[0].step_late.card, PL_CARD_WARNING);
    assert_int_equal(w.out.events[1].step_late.card, PL_CARD_YELLOW);
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_int_equal(w.out.event_count, 0);
}

static void test_no_card_before_its_time_nor_in_a_pause(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(5));
    build_rung(&b, step, WD(5), PL_CARD_YELLOW);
    world_begin(&w, build_done(&b));
    w.facts.now_ms = world_day_end((struct pl_date){2025, 3, 10}) - 1;
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_int_equal(w.out.event_count, 0);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    at(2025, 3, 20);
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_int_equal(w.out.event_count, 0);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(pl_core_next_wake(&w.c), world_day_end((struct pl_date){2025, 3, 20}));
}

static void test_waiting_for_a_span(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_span(&b, WD(3));
    const uint16_t next = build_ask(&b);

    build_after(&b, next, wait);
    world_begin(&w, build_done(&b));
    at(2025, 3, 4);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    at(2025, 3, 5);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    world_until(&w, world_day_end((struct pl_date){2025, 3, 7}) - 1);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    world_until(&w, world_day_end((struct pl_date){2025, 3, 7}));
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_int_equal(world_state(&w, next), PL_STEP_ACTIVE);
}

static void test_waiting_for_a_date(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_date(&b, (struct pl_date){2025, 3, 15});
    const uint16_t past = build_wait_date(&b, (struct pl_date){2025, 3, 1});

    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, past), PL_STEP_DONE);
    assert_int_equal(pl_core_next_wake(&w.c), world_day_end((struct pl_date){2025, 3, 14}));
    at(2025, 3, 15);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_true(w.c.finished);
}

/* Answers are taken in a pause and held; nothing starts, nothing is offered. */
static void test_a_paused_case_loses_no_answer(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);

    build_after(&b, two, one);
    world_begin(&w, build_done(&b));
    const struct pl_lease lease = world_take(&w, one, 0);

    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    assert_int_equal(world_complete(&w, one, 0, lease, "approve", 1), PL_ACCEPTED);
    assert_true(world_task(&w, one, 0)->held);
    assert_int_equal(world_state(&w, one), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, two), PL_STEP_WAITING);
    assert_int_equal(world_complete(&w, one, 0, lease, "approve", 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_DONE);
    assert_int_equal(world_state(&w, two), PL_STEP_ACTIVE);
}

static void test_nothing_is_offered_in_a_pause(void **state)
{
    (void)state;
    build_ask(&b);
    world_begin(&w, build_done(&b));
    assert_int_equal(officer(PL_CMD_PAUSE_CASE), PL_ACCEPTED);
    assert_int_equal(world_offer(&w, 0, 0), PL_REJECT_CASE_PAUSED);
    assert_int_equal(officer(PL_CMD_STEP_SKIP), PL_REJECT_CASE_PAUSED);
    assert_int_equal(officer(PL_CMD_STEP_BACK), PL_REJECT_CASE_PAUSED);
    assert_int_equal(officer(PL_CMD_RESUME_CASE), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_pause_is_excluded, set_up),
        cmocka_unit_test_setup(test_a_return_that_stops_is_excluded, set_up),
        cmocka_unit_test_setup(test_a_return_that_restarts_begins_anew, set_up),
        cmocka_unit_test_setup(test_a_return_that_runs_changes_nothing, set_up),
        cmocka_unit_test_setup(test_overlapping_stops_count_once, set_up),
        cmocka_unit_test_setup(test_a_supplement_in_a_pause, set_up),
        cmocka_unit_test_setup(test_a_pause_stops_a_clock_that_runs_at_the_applicants, set_up),
        cmocka_unit_test_setup(test_units_are_excluded_each_in_its_own, set_up),
        cmocka_unit_test_setup(test_a_step_gone_back_to_has_a_new_clock, set_up),
        cmocka_unit_test_setup(test_going_back_to_a_returned_step, set_up),
        cmocka_unit_test_setup(test_other_clocks_begin_anew, set_up),
        cmocka_unit_test_setup(test_the_ladder, set_up),
        cmocka_unit_test_setup(test_rungs_missed_fire_in_order_of_time, set_up),
        cmocka_unit_test_setup(test_no_card_before_its_time_nor_in_a_pause, set_up),
        cmocka_unit_test_setup(test_waiting_for_a_span, set_up),
        cmocka_unit_test_setup(test_waiting_for_a_date, set_up),
        cmocka_unit_test_setup(test_a_paused_case_loses_no_answer, set_up),
        cmocka_unit_test_setup(test_nothing_is_offered_in_a_pause, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
