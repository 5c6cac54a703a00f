/* What stops the clocks of a step, who may stop them, and what a stop leaves as it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/world_time.h"

static struct build b;
static struct world w;

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_calendar_cn(&b);
    return 0;
}

static void test_a_hearing_stops_all_three(void **state)
{
    (void)state;
    build_three_clocks(&b);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[0].stops, 1u << PL_STOP_HEARING);
    assert_true(w.c.steps[0].stop_seq == w.c.seq);
    assert_int_equal(pl_core_next_wake(&w.c), 0);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_next(&w, PL_EVT_STEP_RESUMED, 0)->step_resumed.excluded_days, 10);
    assert_int_equal(w.c.steps[0].stops, 0);
    assert_int_equal(w.c.steps[0].stop_seq, 0);
    world_expect_limits(&w, 0, "2025-04-15", "2025-04-28", "2025-03-31");
}

/* 03-10 to 03-24 and 03-20 to 03-28: fourteen working days, not eighteen. */
static void test_overlapping_reasons_count_once(void **state)
{
    (void)state;
    build_three_clocks(&b);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-20");
    assert_int_equal(world_stop(&w, 0, "test"), PL_ACCEPTED);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESUMED), 0);
    assert_true(w.c.steps[0].stop_seq != 0);
    world_at(&w, "2025-03-28");
    assert_int_equal(world_go_on(&w, 0, "test"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[0].excluded_days, 14);
    assert_string_equal(world_day(w.c.steps[0].due_ms), "2025-04-21");
}

/* The department's own limit ended on 03-17: a stop that begins later does not mend it. */
static void test_what_has_ended_stays(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-20");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-25");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-04-03", "2025-04-18", "2025-03-17");
    assert_int_equal(world_extend(&w, 0, "head"), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-04-18", "2025-05-06", "2025-03-17");
    world_at(&w, "2025-04-22");
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    world_at(&w, "2025-04-29");
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-04-18", "2025-05-14", "2025-03-17");
    assert_string_equal(world_day(world_task(&w, step, 0)->due_ms), "2025-04-18");
}

static void test_a_hearing_outlives_a_pause_and_a_return(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_return(&b, step, 3, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    world_at(&w, "2025-03-12");
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(w.c.steps[0].stops, 1u << PL_STOP_HEARING);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    world_at(&w, "2025-03-18");
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[0].stops, 1u << PL_STOP_HEARING);
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESUMED), 0);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[0].due_ms), "2025-04-15");
}

static void test_the_applicant_outlives_a_hearing(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_return(&b, step, 3, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_stop(&w, 0, "test"), PL_REJECT_STEP_STATE);
    world_at(&w, "2025-03-12");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESUMED), 0);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[0].due_ms), "2025-04-15");
    assert_int_equal(world_count(&w, PL_EVT_STEP_RESUMED), 1);
}

static void test_why_says_that_it_stands_still(void **state)
{
    (void)state;
    struct pl_wait waits[4];
    const uint16_t step = build_three_clocks(&b);

    build_rung(&b, step, WD(10), PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    assert_int_equal(pl_core_waits(&b.def, &w.c, waits, 4), 1);
    assert_int_equal(waits[0].rung, 0);
    world_at(&w, "2025-03-10");
    const int64_t since_ms = w.facts.now_ms;

    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-12");
    assert_int_equal(world_stop(&w, 0, "test"), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(&b.def, &w.c, waits, 4), 2);
    assert_int_equal(waits[0].kind, PL_WAITS_TASK_READY);
    assert_int_equal(waits[0].next_ms, 0);
    assert_int_equal(waits[1].kind, PL_WAITS_CLOCK);
    assert_int_equal(waits[1].stops, 1u << PL_STOP_HEARING | 1u << PL_STOP_TEST);
    assert_true(waits[1].since_ms == since_ms);
    assert_true(waits[1].stop_seq == w.c.seq);
}

static void test_who_stops_a_clock_and_why(void **state)
{
    (void)state;
    build_three_clocks(&b);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_stop(&w, 0, "auction"), PL_REJECT_STOP_REASON);
    assert_int_equal(world_stop(&w, 0, "holiday"), PL_REJECT_STOP_REASON);
    assert_int_equal(world_stop_told(&w, 0, "hearing", ""), PL_REJECT_ESTIMATE_REQUIRED);
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_REJECT_CLOCK_STATE);
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_REJECT_CLOCK_STATE);
    assert_int_equal(world_go_on(&w, 0, "test"), PL_REJECT_CLOCK_STATE);
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
}

static enum pl_rejection adapter_stops(struct pl_lease lease)
{
    return world_do(&w, (struct pl_command){.kind = PL_CMD_CLOCK_STOP,
                                            .actor = PL_ACTOR_ADAPTER,
                                            .item = PL_NO_ITEM,
                                            .lease = lease,
                                            .by = PL_TEXT("adapter"),
                                            .code = PL_TEXT("test"),
                                            .estimate = PL_TEXT("a week")});
}

static void test_an_adapter_stops_with_its_lease(void **state)
{
    (void)state;
    build_three_clocks(&b);
    world_begin(&w, build_done(&b));
    assert_int_equal(adapter_stops((struct pl_lease){{0}}), PL_REJECT_SUPERSEDED);
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(adapter_stops((struct pl_lease){{9}}), PL_REJECT_SUPERSEDED);
    assert_int_equal(adapter_stops(lease), PL_ACCEPTED);
}

/* An answer ends a step whose clock stands still; nothing of the stop is left. */
static void test_an_answer_in_a_stop(void **state)
{
    (void)state;
    build_three_clocks(&b);
    build_wait_signal(&b, "later");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_DONE);
    assert_int_equal(w.c.steps[0].stops, 0);
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_REJECT_STEP_STATE);
}

/* What a clock reached before it is stopped is not undone by the stop, even if no timer fired yet:
 * the card of last night falls before the pause of this morning. */
static void test_what_was_reached_comes_first(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_rung(&b, step, WD(5), PL_CARD_YELLOW);
    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    world_set_time(&w, (struct pl_date){2025, 3, 11}, 0);
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(w.out.events[0].kind, PL_EVT_STEP_LATE);
    assert_int_equal(world_card(&w, 0, PL_CLOCK_PROMISED), 2);
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
}

/* Silence had ended the case when somebody wanted to stop its clock. */
static void test_too_late_to_stop(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    build_rung(&b, step, WD(5), PL_CARD_NONE)->decides = PL_DECISION_APPROVE;
    world_begin(&w, build_done(&b));
    world_set_time(&w, (struct pl_date){2025, 3, 11}, 0);
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_REJECT_CASE_CLOSED);
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_REJECT_STEP_STATE);
    assert_int_equal(world_extend(&w, 0, "head"), PL_REJECT_STEP_STATE);
    assert_false(w.c.finished); /* a refusal changes nothing: the timer will */
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* A month and the days of a stop, not months of a stop. */
static void test_a_stop_leaves_days_out_of_a_month(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_limit(&b, step, (struct pl_span){1, PL_UNIT_MONTHS});
    world_begin(&w, build_done(&b));
    assert_string_equal(world_day(w.c.steps[0].due_ms), "2025-04-03");
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-20");
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[0].due_ms), "2025-04-14"); /* 04-13 is a Sunday */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_hearing_stops_all_three, set_up),
        cmocka_unit_test_setup(test_overlapping_reasons_count_once, set_up),
        cmocka_unit_test_setup(test_what_has_ended_stays, set_up),
        cmocka_unit_test_setup(test_a_hearing_outlives_a_pause_and_a_return, set_up),
        cmocka_unit_test_setup(test_the_applicant_outlives_a_hearing, set_up),
        cmocka_unit_test_setup(test_why_says_that_it_stands_still, set_up),
        cmocka_unit_test_setup(test_who_stops_a_clock_and_why, set_up),
        cmocka_unit_test_setup(test_an_adapter_stops_with_its_lease, set_up),
        cmocka_unit_test_setup(test_an_answer_in_a_stop, set_up),
        cmocka_unit_test_setup(test_what_was_reached_comes_first, set_up),
        cmocka_unit_test_setup(test_too_late_to_stop, set_up),
        cmocka_unit_test_setup(test_a_stop_leaves_days_out_of_a_month, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
