/* Three clocks on a step: their ends, cards and ladder, what extends them, limits until a day. */
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

static void test_three_clocks_begin_together(void **state)
{
    (void)state;
    build_three_clocks(&b);
    world_begin(&w, build_done(&b));
    world_expect_limits(&w, 0, "2025-03-31", "2025-04-15", "2025-03-17");
    const struct pl_event *started = world_next(&w, PL_EVT_STEP_STARTED, 0);

    assert_true(started->step_started.statutory_ms == w.c.steps[0].statutory_ms);
    assert_true(started->step_started.internal_ms == w.c.steps[0].internal_ms);
    assert_int_equal(started->step_started.from_ms, 0);
}

static void test_each_clock_has_its_own_colour(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_rung(&b, step, WD(16), PL_CARD_WARNING);
    build_rung(&b, step, WD(30), PL_CARD_RED)->clock = PL_CLOCK_STATUTORY;
    build_rung(&b, step, WD(10), PL_CARD_YELLOW)->clock = PL_CLOCK_INTERNAL;
    build_rung(&b, step, WD(5), PL_CARD_REMINDER);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-11");
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.card, PL_CARD_REMINDER);
    assert_int_equal(w.c.steps[0].cards, 0);
    world_at(&w, "2025-03-18");
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.clock, PL_CLOCK_INTERNAL);
    assert_int_equal(world_card(&w, 0, PL_CLOCK_INTERNAL), 2);
    assert_int_equal(world_card(&w, 0, PL_CLOCK_PROMISED), 0);
    world_at(&w, "2025-04-20");
    assert_int_equal(world_card(&w, 0, PL_CLOCK_PROMISED), 1);
    assert_int_equal(world_card(&w, 0, PL_CLOCK_STATUTORY), 3);
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 4);
}

/* A clock is as bad as its worst card, whichever fell last. */
static void test_a_colour_never_pales(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_rung(&b, step, WD(2), PL_CARD_RED);
    build_rung(&b, step, WD(3), PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 2);
    assert_int_equal(world_card(&w, 0, PL_CLOCK_PROMISED), 3);
}

/* "2 working days before" the end of 03-31, a Monday: the end of Thursday; 3 days: of Friday. */
static void test_rungs_before_the_end(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_rung(&b, step, WD(2), PL_CARD_REMINDER)->before = true;
    build_rung(&b, step, DAYS(3), PL_CARD_REMINDER)->before = true;
    build_rung(&b, step, HOURS(5), PL_CARD_REMINDER)->before = true;
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-04-02");
    assert_string_equal(world_day(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms),
                        "2025-03-27");
    assert_string_equal(world_day(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms),
                        "2025-03-28");
    assert_true(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms ==
                w.c.steps[0].due_ms - 5 * PL_HOUR_MS);
}

static void test_whoever_holds_the_task_is_liable(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);
    struct pl_rung *liable = build_rung(&b, step, WD(2), PL_CARD_RED);

    liable->liable = true;
    liable->tell = PL_TEXT("section_head");
    *build_rung(&b, step, WD(4), PL_CARD_RED) = *liable;
    b.rungs[step][1].at = WD(4);
    build_rung(&b, step, WD(5), PL_CARD_RED);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_offer(&w, step, 0), PL_ACCEPTED);
    world_at(&w, "2025-03-06"); /* the offer ran out: nobody holds it */
    const struct pl_event *late = world_next(&w, PL_EVT_STEP_LATE, 0);

    assert_int_equal(late->step_late.holder_seq, 0);
    assert_true(pl_text_is(late->step_late.tell, "section_head"));
    w.facts.lease_ms = 30 * PL_DAY_MS;
    (void)world_take(&w, step, 0);
    const uint64_t taken = w.c.seq;

    assert_int_equal(w.journal[w.journal_count - 1].kind, PL_EVT_TASK_TAKEN);
    world_at(&w, "2025-03-20");
    assert_true(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.holder_seq == taken);
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.holder_seq,
                     0); /* not `liable` */
}

/* ---- extension --------------------------------------------------------------------------------
 */

static void test_an_extension_moves_what_lies_ahead(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    build_rung(&b, step, WD(5), PL_CARD_WARNING);
    build_rung(&b, step, WD(16), PL_CARD_YELLOW);
    build_rung(&b, step, WD(1), PL_CARD_REMINDER)->before = true;
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-12");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 1);
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    const struct pl_event *extended = world_next(&w, PL_EVT_STEP_EXTENDED, 0);

    assert_string_equal(world_day(extended->step_extended.due_before_ms), "2025-03-31");
    assert_string_equal(world_day(extended->step_extended.due_ms), "2025-04-15");
    assert_int_equal(extended->step_extended.count, 10);
    world_expect_limits(&w, 0, "2025-04-15", "2025-04-28", "2025-03-31");
    assert_true(world_task(&w, step, 0)->due_ms == w.c.steps[0].due_ms);
    world_at(&w, "2025-04-18");
    assert_string_equal(world_day(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms),
                        "2025-04-09");
    assert_string_equal(world_day(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms),
                        "2025-04-14");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 3);
}

static void test_one_extension_by_its_role_in_time(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);
    struct pl_command bare = {.kind = PL_CMD_STEP_EXTEND,
                              .actor = PL_ACTOR_OFFICER,
                              .item = PL_NO_ITEM,
                              .service = PL_TEXT("head")};

    world_begin(&w, build_done(&b));
    assert_int_equal(world_extend(&w, step, "head"), PL_REJECT_NO_EXTENSION);
    build_extension(&b, step, WD(10));
    assert_int_equal(world_extend(&w, step, "clerk"), PL_REJECT_WRONG_ROLE);
    assert_int_equal(world_do(&w, bare), PL_REJECT_REASON_REQUIRED);
    bare.reason = PL_TEXT("a difficult site");
    bare.count = 11;
    assert_int_equal(world_do(&w, bare), PL_REJECT_TOO_LONG);
    w.facts.now_ms = w.c.steps[0].due_ms;
    assert_int_equal(world_extend(&w, step, "head"), PL_REJECT_LIMIT_OVER);
    w.facts.now_ms--;
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    assert_int_equal(world_extend(&w, step, "head"), PL_REJECT_NO_EXTENSION);
}

/* "Up to 10 working days": three are enough. */
static void test_a_shorter_extension(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_STEP_EXTEND,
                                                      .actor = PL_ACTOR_OFFICER,
                                                      .item = PL_NO_ITEM,
                                                      .service = PL_TEXT("head"),
                                                      .reason = PL_TEXT("a difficult site"),
                                                      .count = 3}),
                     PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-04-03", "2025-04-18", "2025-03-20");
    assert_int_equal(world_next(&w, PL_EVT_STEP_EXTENDED, 0)->step_extended.count, 3);
    assert_int_equal(world_extend(&w, step, "head"), PL_REJECT_NO_EXTENSION);
}

/* A clock that stands still has not run out, however long the hearing takes. */
static void test_an_extension_within_a_stop(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-06-10");
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
}

/* 20 working days and 15 days: the days are counted after 03-31; 04-15 is a Tuesday. */
static void test_an_extension_in_another_unit(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, DAYS(15));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-04-15", "2025-04-30", "2025-04-01");
}

static void test_a_new_clock_may_be_extended_again(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);

    build_extension(&b, step, WD(10));
    build_return(&b, step, 3, PL_CLOCK_RESTARTS);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_extend(&w, step, "head"), PL_REJECT_STEP_STATE);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-03-31", "2025-04-15", "2025-03-17");
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
}

/* The group's limit is extended, not those of its members. */
static void test_members_are_not_extended(void **state)
{
    (void)state;
    const uint16_t step = build_three_clocks(&b);
    const uint16_t member = build_member(&b, step, PL_ROLE_OPINION);

    build_member_limit(&b, step, member, WD(7), PL_DECISION_NO_OBJECTION);
    build_extension(&b, step, WD(10));
    world_begin(&w, build_done(&b));
    assert_int_equal(world_extend(&w, step, "head"), PL_ACCEPTED);
    assert_string_equal(world_day(world_task(&w, step, member)->due_ms), "2025-03-12");
    world_at(&w, "2025-03-10");
    assert_int_equal(world_stop(&w, 0, "hearing"), PL_ACCEPTED);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_task(&w, step, member)->state, PL_TASK_READY);
    assert_int_equal(world_go_on(&w, 0, "hearing"), PL_ACCEPTED);
    assert_string_equal(world_day(world_task(&w, step, member)->due_ms), "2025-03-26");
}

/* ---- limits that end with a day ---------------------------------------------------------------
 */

/* "Renewal before the permit ends": 2025-05-10, a Saturday, stays a Saturday. */
static void test_a_limit_until_a_day(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit_until(&b, step, "'2025-05-10'");
    build_return(&b, step, 3, PL_CLOCK_STOPS);
    build_extension(&b, step, WD(10));
    build_rung(&b, step, DAYS(0), PL_CARD_YELLOW)->before = true;
    build_rung(&b, step, DAYS(30), PL_CARD_REMINDER)->before = true;
    world_begin(&w, build_done(&b));
    b.steps[step].extension = NULL; /* the loader refuses one beside `until` */
    world_expect_limits(&w, 0, "2025-05-10", "", "");
    world_at(&w, "2025-04-14");
    assert_string_equal(world_day(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.due_ms),
                        "2025-04-10");
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[0].stops, 0);
    world_at(&w, "2025-05-12");
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, 0)->step_late.card, PL_CARD_YELLOW);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-05-10", "", "");
}

static void test_a_pause_does_not_move_a_day(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit_until(&b, step, "'2025-05-10'");
    build_rung(&b, step, DAYS(0), PL_CARD_YELLOW)->before = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    world_at(&w, "2025-03-24");
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    world_expect_limits(&w, 0, "2025-05-10", "", "");
}

static void test_a_day_that_is_none_is_an_incident(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit_until(&b, step, "'next spring'");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, step), PL_STEP_WAITING);
    assert_true(w.c.steps[0].incident);
}

static void test_waiting_for_a_computed_day(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_date_of(&b, "'2025-03-08'");

    build_limit(&b, wait, WD(1));
    build_rung(&b, wait, WD(1), PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    world_expect_limits(&w, 0, "2025-03-04", "", "");
    world_at(&w, "2025-03-07");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 1);
    assert_string_equal(world_day(pl_core_next_wake(&w.c)), "2025-03-07");
    world_at(&w, "2025-03-08");
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
}

/* A condition that cannot be read stops the step for an operator, its clock wakes nobody. */
static void test_a_wait_with_an_incident(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_span(&b, WD(3));
    const uint16_t other = build_ask(&b);

    build_while(&b, wait, "steps.s1.state != 'done' || area > 1");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, other, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.steps[wait].incident);
    world_at(&w, "2025-03-20");
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    b.steps[wait].while_true = NULL;
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, wait, PL_NO_ITEM), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_three_clocks_begin_together, set_up),
        cmocka_unit_test_setup(test_each_clock_has_its_own_colour, set_up),
        cmocka_unit_test_setup(test_a_colour_never_pales, set_up),
        cmocka_unit_test_setup(test_rungs_before_the_end, set_up),
        cmocka_unit_test_setup(test_whoever_holds_the_task_is_liable, set_up),
        cmocka_unit_test_setup(test_an_extension_moves_what_lies_ahead, set_up),
        cmocka_unit_test_setup(test_one_extension_by_its_role_in_time, set_up),
        cmocka_unit_test_setup(test_a_shorter_extension, set_up),
        cmocka_unit_test_setup(test_an_extension_within_a_stop, set_up),
        cmocka_unit_test_setup(test_an_extension_in_another_unit, set_up),
        cmocka_unit_test_setup(test_a_new_clock_may_be_extended_again, set_up),
        cmocka_unit_test_setup(test_members_are_not_extended, set_up),
        cmocka_unit_test_setup(test_a_limit_until_a_day, set_up),
        cmocka_unit_test_setup(test_a_pause_does_not_move_a_day, set_up),
        cmocka_unit_test_setup(test_a_day_that_is_none_is_an_incident, set_up),
        cmocka_unit_test_setup(test_waiting_for_a_computed_day, set_up),
        cmocka_unit_test_setup(test_a_wait_with_an_incident, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
