/* What decisions do: end the case, send it back, wait for the applicant, wait for other steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static struct build b;
static struct world w;

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    return 0;
}

static void test_a_refusal_ends_everything(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t three = build_ask(&b);
    const uint16_t told = build_tell(&b);

    build_after(&b, three, two);
    world_begin(&w, build_done(&b));
    (void)world_take(&w, two, 0);
    assert_int_equal(world_answer(&w, one, 0, "reject"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
    assert_int_equal(world_state(&w, one), PL_STEP_DONE);
    assert_int_equal(world_state(&w, two), PL_STEP_CANCELLED);
    assert_int_equal(world_state(&w, three), PL_STEP_CANCELLED);
    assert_int_equal(world_task(&w, two, 0)->state, PL_TASK_CANCELLED);
    assert_int_equal(world_task(&w, told, 0)->state, PL_TASK_CANCELLED);
    assert_true(pl_text_is(w.journal[w.journal_count - 1].case_finished.reason, "because"));
    assert_int_equal(world_officer(&w, PL_CMD_STEP_BACK, one, 0), PL_REJECT_CASE_CLOSED);
}

static void test_unknown_decisions_and_missing_reasons(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);

    world_begin(&w, build_done(&b));
    const struct pl_lease lease = world_take(&w, one, 0);

    assert_int_equal(world_complete(&w, one, 0, lease, "other", 1), PL_REJECT_NO_SUCH_DECISION);
    assert_int_equal(world_complete(&w, one, 0, lease, "nonsense", 1), PL_REJECT_NO_SUCH_DECISION);
    assert_int_equal(world_count(&w, PL_EVT_TASK_REFUSED), 2);
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .step = one,
                                                      .lease = lease,
                                                      .decision = PL_TEXT("reject")}),
                     PL_REJECT_REASON_REQUIRED);
    /* Refused, not lost: the adapter corrects its answer. */
    assert_int_equal(world_complete(&w, one, 0, lease, "reject", 2), PL_ACCEPTED);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

/* s0 -> s1 -> s2, and s3 beside; s2 sends back to s0. */
static void chain(uint16_t at_most)
{
    for (unsigned i = 0; i < 4; i++) {
        build_ask(&b);
    }
    build_after(&b, 1, 0);
    build_after(&b, 2, 1);
    build_back(&b, 2, 0, at_most);
    (void)build_done(&b);
}

static void test_back_to(void **state)
{
    (void)state;
    chain(1);
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, 1), PL_STEP_WAITING);
    assert_int_equal(world_state(&w, 2), PL_STEP_WAITING);
    assert_int_equal(world_state(&w, 3), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[0].round, 2);
    assert_int_equal(w.c.steps[3].round, 1);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, 0, 0)->round, 2);
    assert_int_equal(world_task(&w, 2, 0)->state, PL_TASK_NONE);
    const struct pl_event *back = world_next(&w, PL_EVT_STEP_SENT_BACK, 2);

    assert_int_equal(back->step_sent_back.to_step, 0);
    assert_true(pl_text_is(back->step_sent_back.reason, "because"));
    assert_int_equal(world_count(&w, PL_EVT_STEP_REOPENED), 3);
}

static void test_back_to_is_bounded(void **state)
{
    (void)state;
    chain(1);
    world_begin(&w, &b.def);
    for (unsigned round = 0; round < 2; round++) {
        assert_false(w.c.finished);
        assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
        assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
        assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    }
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_SENT_BACK), 1);
}

/* After so many returns the case ends as the decision says, with what it undoes. */
static void test_then(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t second = build_ask(&b);

    build_after(&b, second, first);
    build_undo(&b, first);
    build_back(&b, second, second, 1)->then = PL_RESULT_CANCELLED;
    b.results[PL_RESULT_CANCELLED].undo = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, second, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, second, 0, "again"), PL_ACCEPTED);
    assert_int_equal(w.c.undoing, PL_RESULT_CANCELLED);
    assert_int_equal(world_answer(&w, first, 1, ""), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_CANCELLED);
}

static void test_keep(void **state)
{
    (void)state;
    chain(1);
    b.rules[2][2].keep[0] = 1u << 1;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, 1), PL_STEP_DONE);
    /* s1 stayed done, so nothing keeps s2 from starting again. */
    assert_int_equal(world_state(&w, 2), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[2].round, 2);
}

/* Each decision that goes back has a counter of its own. */
static void test_returns_are_counted_for_each_decision(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_return(&b, step, 1, PL_CLOCK_RUNS);
    build_back(&b, step, step, 2);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "again"), PL_ACCEPTED);
    assert_true(w.c.steps[step].returns == 0x0201);
    assert_int_equal(w.c.steps[step].round, 4);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_return_to_the_applicant(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t beside = build_ask(&b);

    build_return(&b, one, 2, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_supplement(&w), PL_REJECT_NOTHING_TO_SUPPLEMENT);
    assert_int_equal(world_answer(&w, one, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_RETURNED);
    assert_int_equal(world_state(&w, beside), PL_STEP_ACTIVE);
    assert_int_equal(world_offer(&w, one, 0), PL_REJECT_TASK_STATE);
    const uint64_t form_seq = w.c.form_seq;

    world_set_form(&w, true, NULL);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_true(w.c.form_seq > form_seq);
    assert_int_equal(world_state(&w, one), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[one].round, 2);
    assert_int_equal(world_task(&w, one, 0)->state, PL_TASK_READY);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_DONE);
}

/* The new form may say that the step is not needed after all. */
static void test_a_supplement_is_asked_by_when_again(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);

    build_ask(&b);
    build_when(&b, one, "fire");
    build_return(&b, one, 2, PL_CLOCK_STOPS);
    world_init(&w, build_done(&b));
    world_set_form(&w, true, NULL);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, one, 0, "return"), PL_ACCEPTED);
    world_set_form(&w, false, NULL);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_SKIPPED);
}

/* Back to a step before, which waits for the applicant. */
static void test_return_to_a_step_before(void **state)
{
    (void)state;
    chain(1);
    b.rules[2][2].waits_for_applicant = true;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_RETURNED);
    assert_int_equal(world_state(&w, 1), PL_STEP_WAITING);
    assert_int_equal(world_state(&w, 2), PL_STEP_WAITING);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[0].round, 2);
}

/* s3 starts after any of s0 and s2, s2 after s1; s3 goes back to s2, which was never reached: a
 * supplement does not make it start before its turn. */
static void test_return_to_a_step_that_was_not_reached(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 4; i++) {
        build_ask(&b);
    }
    build_after(&b, 2, 1);
    build_any(&b, 3);
    build_after(&b, 3, 0);
    build_after(&b, 3, 2);
    build_back(&b, 3, 2, 1)->waits_for_applicant = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 3, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 2), PL_STEP_RETURNED);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 2), PL_STEP_RETURNED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 2), PL_STEP_ACTIVE);
}

/* `apply`: every step, also those beside; it starts with the supplement. */
static void test_back_to_the_application(void **state)
{
    (void)state;
    chain(1);
    b.rules[2][2].back_to = PL_STEP_APPLY;
    b.rules[2][2].waits_for_applicant = true;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    (void)world_take(&w, 3, 0);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_RETURNED);
    assert_int_equal(world_state(&w, 3), PL_STEP_RETURNED);
    assert_int_equal(world_state(&w, 2), PL_STEP_WAITING);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, 3), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[3].round, 2);
}

static void test_decide_after_holds_the_decision(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t later = build_ask(&b);

    build_decide_after(&b, later, first);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, later), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, later, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, later), PL_STEP_ACTIVE);
    assert_true(world_task(&w, later, 0)->held);
    assert_true(w.journal[w.journal_count - 1].task_completed.held == 1);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, later), PL_STEP_DONE);
    assert_true(w.c.finished);
}

/* Also a refusal is held; it takes effect, without a second answer, when the first has decided. */
static void test_a_held_refusal_takes_effect_later(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t later = build_ask(&b);

    build_decide_after(&b, later, first);
    build_ask(&b);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, later, 0, "reject"), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_a_skipped_step_holds_nothing(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t later = build_ask(&b);

    build_when(&b, first, "fire");
    build_decide_after(&b, later, first);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, later, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* The step before returns the file: the later one reviewed a form that is about to change. Its
 * answer becomes a draft, and it starts again with the supplement, not before. */
static void test_a_return_resets_what_was_held_behind_it(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t later = build_ask(&b);

    build_return(&b, first, 2, PL_CLOCK_STOPS);
    build_decide_after(&b, later, first);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, later, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, first, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, later), PL_STEP_WAITING);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, first), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, later), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[later].round, 2);
}

/* A notice is given once. */
static void test_a_second_notice_is_refused(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_return(&b, step, 1, PL_CLOCK_RESTARTS)->once = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_REJECT_NOTICE_GIVEN);
    assert_int_equal(world_complete(&w, step, 0, w.facts.new_lease, "approve", 11), PL_ACCEPTED);
    assert_true(w.c.finished);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_a_refusal_ends_everything, set_up),
        cmocka_unit_test_setup(test_unknown_decisions_and_missing_reasons, set_up),
        cmocka_unit_test_setup(test_back_to, set_up),
        cmocka_unit_test_setup(test_back_to_is_bounded, set_up),
        cmocka_unit_test_setup(test_then, set_up),
        cmocka_unit_test_setup(test_keep, set_up),
        cmocka_unit_test_setup(test_returns_are_counted_for_each_decision, set_up),
        cmocka_unit_test_setup(test_return_to_the_applicant, set_up),
        cmocka_unit_test_setup(test_a_supplement_is_asked_by_when_again, set_up),
        cmocka_unit_test_setup(test_return_to_a_step_before, set_up),
        cmocka_unit_test_setup(test_return_to_a_step_that_was_not_reached, set_up),
        cmocka_unit_test_setup(test_back_to_the_application, set_up),
        cmocka_unit_test_setup(test_decide_after_holds_the_decision, set_up),
        cmocka_unit_test_setup(test_a_held_refusal_takes_effect_later, set_up),
        cmocka_unit_test_setup(test_a_skipped_step_holds_nothing, set_up),
        cmocka_unit_test_setup(test_a_return_resets_what_was_held_behind_it, set_up),
        cmocka_unit_test_setup(test_a_second_notice_is_refused, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
