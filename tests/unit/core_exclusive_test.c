/* Steps that keep others from running: exclusive, cancels, while, obligations that block. */
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

/* ---- exclusive --------------------------------------------------------------------------------
 */

static void test_one_at_a_time_in_order_of_becoming_ready(void **state)
{
    (void)state;
    const uint16_t late = build_ask(&b);
    const uint16_t first = build_ask(&b);
    const uint16_t second = build_ask(&b);
    const uint16_t opener = build_ask(&b);

    build_after(&b, late, opener);
    build_exclusive(&b, late, 0);
    build_exclusive(&b, first, 0);
    build_exclusive(&b, second, 0);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, first), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, second), PL_STEP_READY);
    assert_int_equal(world_next(&w, PL_EVT_STEP_QUEUED, second)->step_queued.behind, first);
    assert_int_equal(world_wait_of(&w, second).kind, PL_WAITS_TURN);
    assert_int_equal(world_wait_of(&w, second).other, first);

    /* `late` stands above `second` in the file, but became ready after it. */
    assert_int_equal(world_answer(&w, opener, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, late), PL_STEP_READY);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, second), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, late), PL_STEP_READY);
    assert_int_equal(world_answer(&w, second, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, late), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, late, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_other_names_do_not_wait(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);

    build_exclusive(&b, one, 0);
    build_exclusive(&b, two, 1);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, one), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, two), PL_STEP_ACTIVE);
}

/* `when` was read when the step became ready; its clock begins with the start. */
static void test_the_clock_begins_with_the_start(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);

    build_exclusive(&b, one, 0);
    build_exclusive(&b, two, 0);
    build_limit(&b, two, (struct pl_span){1, PL_UNIT_HOURS});
    world_begin(&w, build_done(&b));
    assert_true(w.c.steps[two].due_ms == 0 && w.c.steps[two].started_ms == 0);
    w.facts.now_ms += 5 * PL_HOUR_MS;
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.steps[two].due_ms == w.facts.now_ms + PL_HOUR_MS);
}

/* An answer that is held does not occupy the name: what it waits for may need it. */
static void test_a_held_answer_frees_the_name(void **state)
{
    (void)state;
    const uint16_t held = build_ask(&b);
    const uint16_t before = build_ask(&b);

    build_exclusive(&b, held, 0);
    build_exclusive(&b, before, 0);
    build_decide_after(&b, held, before);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, before), PL_STEP_READY);
    assert_int_equal(world_answer(&w, held, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, held), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, before), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, before, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_a_file_with_the_applicant_frees_the_name(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);

    build_exclusive(&b, one, 0);
    build_exclusive(&b, two, 0);
    build_return(&b, one, 2, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, one, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_ACTIVE);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_READY);
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* Who cannot start lets the others pass. */
static void test_an_incident_lets_others_pass(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t stuck = build_ask(&b);
    const uint16_t last = build_ask(&b);

    build_exclusive(&b, one, 0);
    build_exclusive(&b, stuck, 0);
    build_exclusive(&b, last, 0);
    const uint16_t member = build_member(&b, stuck, PL_ROLE_OPINION);

    build_member_when(&b, stuck, member, "area > 1"); /* the form has no area */
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, stuck), PL_STEP_READY);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.steps[stuck].incident);
    assert_int_equal(world_state(&w, stuck), PL_STEP_READY);
    assert_int_equal(world_state(&w, last), PL_STEP_ACTIVE);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, stuck, 0), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, last, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_a_ready_step_may_be_opened_again_and_cancelled(void **state)
{
    (void)state;
    const uint16_t root = build_ask(&b);
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);

    build_after(&b, one, root);
    build_after(&b, two, root);
    build_exclusive(&b, one, 0);
    build_exclusive(&b, two, 0);
    build_back(&b, one, root, 2);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, root, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_READY);
    assert_int_equal(world_answer(&w, one, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_WAITING);
    assert_int_equal(world_answer(&w, root, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_READY);
    assert_int_equal(world_answer(&w, one, 0, "reject"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_CANCELLED);
    assert_true(w.c.finished);
}

/* ---- cancels ----------------------------------------------------------------------------------
 */

/* A race of a signal and a date: who comes first takes the other away. */
static void test_a_race(void **state)
{
    (void)state;
    const uint16_t paid = build_wait_signal(&b, "paid");
    const uint16_t expired = build_wait_span(&b, (struct pl_span){10, PL_UNIT_DAYS});
    const uint16_t after_paid = build_ask(&b);
    const uint16_t after_expired = build_ask(&b);

    build_cancels(&b, paid, expired);
    build_cancels(&b, expired, paid);
    build_after(&b, after_paid, paid);
    build_after(&b, after_expired, expired);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, expired), PL_STEP_CANCELLED);
    assert_int_equal(world_state(&w, after_expired), PL_STEP_UNREACHED);
    assert_int_equal(world_state(&w, after_paid), PL_STEP_ACTIVE);
    assert_int_equal(world_next(&w, PL_EVT_STEP_CANCELLED, expired)->step_cancelled.by_step, paid);

    world_begin(&w, &b.def);
    world_until(&w, w.facts.now_ms + 20 * PL_DAY_MS);
    assert_int_equal(world_state(&w, paid), PL_STEP_CANCELLED);
    assert_int_equal(world_signal(&w, "paid"), PL_REJECT_NO_ONE_WAITS);
}

/* Open tasks go with their step; steps that are settled stay as they are; a decision that does not
 * go on cancels nothing. */
static void test_cancels_what_is_not_settled(void **state)
{
    (void)state;
    const uint16_t done = build_ask(&b);
    const uint16_t open = build_ask(&b);
    const uint16_t waiting = build_ask(&b);
    const uint16_t by = build_ask(&b);

    build_after(&b, waiting, open);
    build_return(&b, by, 2, PL_CLOCK_RUNS);
    build_cancels(&b, by, done);
    build_cancels(&b, by, open);
    build_cancels(&b, by, waiting);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, done, 0, "approve"), PL_ACCEPTED);
    const struct pl_lease lease = world_take(&w, open, 0);

    assert_int_equal(world_answer(&w, by, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, open), PL_STEP_ACTIVE);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, by, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, done), PL_STEP_DONE);
    assert_int_equal(world_state(&w, open), PL_STEP_CANCELLED);
    assert_int_equal(world_state(&w, waiting), PL_STEP_CANCELLED);
    assert_int_equal(world_task(&w, open, 0)->state, PL_TASK_CANCELLED);
    assert_true(w.c.finished);
    assert_int_equal(world_complete(&w, open, 0, lease, "approve", 3), PL_REJECT_CASE_CLOSED);
}

/* A step may cancel one that stands before it. */
static void test_cancels_a_step_before(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t first = build_ask(&b);

    build_after(&b, first, one);
    build_after(&b, first, two);
    build_any(&b, first);
    build_cancels(&b, first, one);
    build_cancels(&b, first, two);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, one), PL_STEP_DONE);
    assert_int_equal(world_state(&w, two), PL_STEP_CANCELLED);
    assert_true(w.c.finished);
}

/* ---- while ------------------------------------------------------------------------------------
 */

static void test_while_false_at_the_start_skips(void **state)
{
    (void)state;
    const uint16_t fire = build_ask(&b);
    const uint16_t next = build_ask(&b);

    build_while(&b, fire, "fire");
    build_after(&b, next, fire);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, fire), PL_STEP_SKIPPED);
    assert_int_equal(world_state(&w, next), PL_STEP_ACTIVE);
}

/* A milestone: the step may run until another is done. */
static void test_while_false_later_cancels(void **state)
{
    (void)state;
    const uint16_t open = build_ask(&b);
    const uint16_t next = build_ask(&b);
    const uint16_t closing = build_ask(&b);

    build_while(&b, open, "steps.s2.state != 'done'");
    build_after(&b, next, open);
    world_begin(&w, build_done(&b));
    (void)world_take(&w, open, 0);
    assert_int_equal(world_answer(&w, closing, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, open), PL_STEP_CANCELLED);
    assert_int_equal(world_task(&w, open, 0)->state, PL_TASK_CANCELLED);
    assert_int_equal(world_state(&w, next), PL_STEP_UNREACHED);
    assert_int_equal(world_next(&w, PL_EVT_STEP_CANCELLED, open)->step_cancelled.by_step, open);
    assert_true(w.c.finished);
}

/* It is read for a step that is ready, too, and for one whose file is with the applicant. */
static void test_while_cancels_what_waits(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t ready = build_ask(&b);
    const uint16_t returned = build_ask(&b);
    const uint16_t closing = build_ask(&b);

    build_exclusive(&b, first, 0);
    build_exclusive(&b, ready, 0);
    build_return(&b, returned, 1, PL_CLOCK_RUNS);
    build_while(&b, ready, "steps.s3.state != 'done'");
    build_while(&b, returned, "steps.s3.state != 'done'");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, returned, 0, "return"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, ready), PL_STEP_READY);
    assert_int_equal(world_answer(&w, closing, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, ready), PL_STEP_CANCELLED);
    assert_int_equal(world_state(&w, returned), PL_STEP_CANCELLED);
}

/* A fault is an incident; the step neither goes on nor is cancelled before an operator looked. */
static void test_while_that_fails_holds_the_step(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);
    const uint16_t other = build_ask(&b);

    build_while(&b, step, "steps.s1.state != 'done' || area > 1");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, other, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.steps[step].incident);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, step, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_true(world_task(&w, step, 0)->held);
    assert_int_equal(world_count(&w, PL_EVT_STEP_INCIDENT), 1);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, step, PL_NO_ITEM), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_STEP_INCIDENT), 2);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, step, 0), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* ---- obligations ------------------------------------------------------------------------------
 */

static void test_an_obligation_blocks_the_start(void **state)
{
    (void)state;
    const uint16_t permit = build_ask(&b);
    const uint16_t works = build_wait_signal(&b, "works");
    const uint16_t acceptance = build_ask(&b);

    build_after(&b, works, permit);
    b.steps[works].origin = PL_ORIGIN_OBLIGATION;
    build_blocked_by(&b, acceptance, works);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, acceptance), PL_STEP_WAITING);
    assert_int_equal(world_answer(&w, permit, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, works), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, acceptance), PL_STEP_WAITING);
    assert_int_equal(world_wait_of(&w, acceptance).kind, PL_WAITS_OBLIGATION);
    assert_int_equal(world_wait_of(&w, acceptance).other, works);
    assert_int_equal(world_signal(&w, "works"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, acceptance), PL_STEP_ACTIVE);
}

/* A step that was not needed owes nothing; one that never came owes nothing either. */
static void test_what_was_skipped_owes_nothing(void **state)
{
    (void)state;
    const uint16_t permit = build_ask(&b);
    const uint16_t works = build_wait_signal(&b, "works");
    const uint16_t acceptance = build_ask(&b);

    build_when(&b, permit, "fire");
    build_after(&b, works, permit);
    b.steps[works].origin = PL_ORIGIN_OBLIGATION;
    build_blocked_by(&b, acceptance, works);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, works), PL_STEP_SKIPPED);
    assert_int_equal(world_state(&w, acceptance), PL_STEP_ACTIVE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_at_a_time_in_order_of_becoming_ready, set_up),
        cmocka_unit_test_setup(test_other_names_do_not_wait, set_up),
        cmocka_unit_test_setup(test_the_clock_begins_with_the_start, set_up),
        cmocka_unit_test_setup(test_a_held_answer_frees_the_name, set_up),
        cmocka_unit_test_setup(test_a_file_with_the_applicant_frees_the_name, set_up),
        cmocka_unit_test_setup(test_an_incident_lets_others_pass, set_up),
        cmocka_unit_test_setup(test_a_ready_step_may_be_opened_again_and_cancelled, set_up),
        cmocka_unit_test_setup(test_a_race, set_up),
        cmocka_unit_test_setup(test_cancels_what_is_not_settled, set_up),
        cmocka_unit_test_setup(test_cancels_a_step_before, set_up),
        cmocka_unit_test_setup(test_while_false_at_the_start_skips, set_up),
        cmocka_unit_test_setup(test_while_false_later_cancels, set_up),
        cmocka_unit_test_setup(test_while_cancels_what_waits, set_up),
        cmocka_unit_test_setup(test_while_that_fails_holds_the_step, set_up),
        cmocka_unit_test_setup(test_an_obligation_blocks_the_start, set_up),
        cmocka_unit_test_setup(test_what_was_skipped_owes_nothing, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
