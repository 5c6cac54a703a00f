/* Undo: what was done is taken back, one at a time, the last completed first. */
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

static enum pl_task_state undo_state(uint16_t step)
{
    return world_task(&w, step, (uint16_t)(w.def->steps[step].task_count - 1))->state;
}

static enum pl_rejection undone(uint16_t step)
{
    return world_answer(&w, step, (uint16_t)(w.def->steps[step].task_count - 1), "");
}

static enum pl_rejection portal(enum pl_command_kind kind)
{
    return world_do(&w, (struct pl_command){.kind = kind,
                                            .actor = PL_ACTOR_PORTAL,
                                            .by = PL_TEXT("applicant"),
                                            .reason = PL_TEXT("because")});
}

/* Four steps beside each other, three with an undo; a withdrawal undoes. */
static void build_beside(void)
{
    for (uint16_t i = 0; i < 4; i++) {
        const uint16_t step = build_ask(&b);

        if (i != 1) {
            build_undo(&b, step);
        }
    }
    b.results[PL_RESULT_WITHDRAWN].undo = true;
    (void)build_done(&b);
}

static void test_the_last_completed_first(void **state)
{
    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(undo_state(0), PL_TASK_NONE);
    assert_int_equal(world_answer(&w, 2, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(w.c.undoing, PL_RESULT_WITHDRAWN);
    assert_int_equal(world_count(&w, PL_EVT_CASE_UNDOING), 1);
    assert_int_equal(world_state(&w, 3), PL_STEP_CANCELLED);
    assert_int_equal(undo_state(0), PL_TASK_READY);
    assert_int_equal(undo_state(2), PL_TASK_NONE);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(undo_state(2), PL_TASK_READY);
    assert_int_equal(undone(2), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_WITHDRAWN);
    assert_int_equal(undo_state(3), PL_TASK_NONE);
}

static void test_nothing_to_undo(void **state)
{
    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(world_count(&w, PL_EVT_CASE_UNDOING), 0);
}

/* Only a result that says so undoes. */
static void test_a_result_without_undo(void **state)
{
    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "reject"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
    assert_int_equal(undo_state(0), PL_TASK_NONE);
}

/* `ends`, `finish` and a cancellation undo like a withdrawal. */
static void test_every_end_may_undo(void **state)
{
    static const struct {
        const char *last;
        uint16_t result;
    } rows[] = {{"reject", PL_RESULT_REJECTED},
                {"approve", PL_RESULT_COMPLETED},
                {NULL, PL_RESULT_CANCELLED}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        build_init(&b);
        const uint16_t one = build_ask(&b);
        const uint16_t two = build_ask(&b);

        build_undo(&b, one);
        b.results[rows[i].result].undo = true;
        world_begin(&w, build_done(&b));
        assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
        assert_int_equal(rows[i].last != NULL ? world_answer(&w, two, 0, rows[i].last)
                                              : world_officer(&w, PL_CMD_CANCEL_CASE, 0, 0),
                         PL_ACCEPTED);
        assert_int_equal(w.c.undoing, rows[i].result);
        assert_int_equal(undone(one), PL_ACCEPTED);
        assert_true(w.c.finished);
        assert_int_equal(w.c.result, rows[i].result);
    }
}

/* While it is undone the end of the case stands: nothing else may be done to it. */
static void test_the_end_stands(void **state)
{
    struct pl_wait waits[8];

    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_REJECT_UNDOING);
    assert_int_equal(world_officer(&w, PL_CMD_CANCEL_CASE, 0, 0), PL_REJECT_UNDOING);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_BACK, 0, 0), PL_REJECT_UNDOING);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, 3, 0), PL_REJECT_STEP_STATE);
    assert_int_equal(world_supplement(&w), PL_REJECT_NOTHING_TO_SUPPLEMENT);
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 8), 2);
    assert_int_equal(waits[0].kind, PL_WAITS_UNDO);
    assert_int_equal(waits[0].step, 0);
    assert_int_equal(waits[1].kind, PL_WAITS_TASK_READY);
    assert_int_equal(waits[1].item, 1);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* A failure is retried, then an operator looks; an officer may say that it is done. */
static void test_an_undo_that_fails(void **state)
{
    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    for (unsigned i = 0; i < PL_ATTEMPTS_MAX; i++) {
        assert_int_equal(undo_state(0), PL_TASK_READY);
        const struct pl_lease lease = world_take(&w, 0, 1);

        assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_FAIL,
                                                          .actor = PL_ACTOR_ADAPTER,
                                                          .item = 1,
                                                          .lease = lease,
                                                          .retryable = true,
                                                          .body_hash = 100 + i}),
                         PL_ACCEPTED);
        if (undo_state(0) == PL_TASK_BACKOFF) {
            world_until(&w, pl_core_next_wake(&w.c));
        }
    }
    assert_int_equal(undo_state(0), PL_TASK_FAILED);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, 0, 1), PL_ACCEPTED);
    assert_int_equal(undo_state(0), PL_TASK_READY);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_DECIDE, 0, 1), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* In a pause an answer is recorded, and what follows waits. */
static void test_a_pause_while_undoing(void **state)
{
    (void)state;
    build_beside();
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    const struct pl_lease lease = world_take(&w, 2, 1);

    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_complete(&w, 2, 1, lease, "", 4), PL_ACCEPTED);
    assert_int_equal(undo_state(0), PL_TASK_NONE);
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(undo_state(0), PL_TASK_READY);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* ---- back_to with undo ------------------------------------------------------------------------
 */

/* s0 -> s1 -> s2, s3 beside; s2 sends back to s0 and undoes; s0, s1 and s3 have an undo. */
static struct pl_decision_rule *build_chain(void)
{
    for (unsigned i = 0; i < 4; i++) {
        build_ask(&b);
    }
    build_after(&b, 1, 0);
    build_after(&b, 2, 1);
    build_undo(&b, 0);
    build_undo(&b, 1);
    build_undo(&b, 3);
    struct pl_decision_rule *rule = build_back(&b, 2, 0, 2);

    rule->undo = true;
    return rule;
}

static void reach_the_end_of_the_chain(void)
{
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 3, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
}

static void test_nothing_starts_before_it_is_undone(void **state)
{
    (void)state;
    (void)build_chain();
    reach_the_end_of_the_chain();
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_WAITING);
    assert_int_equal(undo_state(1), PL_TASK_READY);
    assert_int_equal(undo_state(0), PL_TASK_NONE);
    assert_int_equal(undo_state(3), PL_TASK_NONE); /* it is not opened again */
    assert_int_equal(undone(1), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_WAITING);
    assert_int_equal(undo_state(0), PL_TASK_READY);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[0].round, 2);

    /* And a second time: the undo of the first round is over. */
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(undone(1), PL_ACCEPTED);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(w.c.steps[0].round, 3);
}

/* What is kept is not undone. */
static void test_what_is_kept_is_not_undone(void **state)
{
    (void)state;
    build_chain()->keep[0] = 1u << 1;
    reach_the_end_of_the_chain();
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 1), PL_STEP_DONE);
    assert_int_equal(undo_state(0), PL_TASK_READY);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(undo_state(1), PL_TASK_NONE);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
}

/* The file may be with the applicant meanwhile; the start waits for both. */
static void test_undone_while_the_applicant_has_the_file(void **state)
{
    (void)state;
    build_chain()->waits_for_applicant = true;
    reach_the_end_of_the_chain();
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_RETURNED);
    assert_int_equal(undone(1), PL_ACCEPTED);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_RETURNED);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
}

/* The case is withdrawn while it is sent back: what was to be undone still is, with the rest. */
static void test_a_withdrawal_in_between(void **state)
{
    (void)state;
    (void)build_chain();
    b.results[PL_RESULT_WITHDRAWN].undo = true;
    reach_the_end_of_the_chain();
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    const struct pl_lease lease = world_take(&w, 1, 1);

    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    assert_int_equal(undo_state(3), PL_TASK_NONE); /* one at a time */
    assert_int_equal(world_complete(&w, 1, 1, lease, "", 4), PL_ACCEPTED);
    assert_int_equal(undone(3), PL_ACCEPTED);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_true(w.c.finished);

    b.results[PL_RESULT_WITHDRAWN].undo = false;
    reach_the_end_of_the_chain();
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    assert_int_equal(undo_state(1), PL_TASK_CANCELLED);
    assert_true(w.c.finished);
}

/* A step that is sent back again or skipped while it is undone: the undo goes on. */
static void test_other_things_happen_meanwhile(void **state)
{
    (void)state;
    (void)build_chain();
    build_back(&b, 3, PL_STEP_APPLY, 2);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 2, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 3, 0, "again"), PL_ACCEPTED);
    assert_int_equal(undo_state(1), PL_TASK_READY);
    assert_int_equal(world_state(&w, 3), PL_STEP_WAITING);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, 1, 0), PL_ACCEPTED);
    assert_int_equal(undo_state(1), PL_TASK_READY);
    assert_int_equal(undone(1), PL_ACCEPTED);
    assert_int_equal(undone(0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, 3), PL_STEP_ACTIVE);
}

/* What was told is taken back by somebody who has to answer, unlike the message itself. */
static void test_undoing_a_message(void **state)
{
    (void)state;
    const uint16_t told = build_tell(&b);
    const uint16_t next = build_ask(&b);

    build_after(&b, next, told);
    build_undo(&b, told);
    b.results[PL_RESULT_WITHDRAWN].undo = true;
    world_begin(&w, build_done(&b));
    (void)world_take(&w, told, 0);
    assert_int_equal(portal(PL_CMD_WITHDRAW), PL_ACCEPTED);
    const struct pl_lease lease = world_take(&w, told, 1);

    assert_int_equal(undo_state(told), PL_TASK_ACTIVE);
    assert_int_equal(world_complete(&w, told, 1, lease, "", 4), PL_ACCEPTED);
    assert_true(w.c.finished);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_the_last_completed_first, set_up),
        cmocka_unit_test_setup(test_nothing_to_undo, set_up),
        cmocka_unit_test_setup(test_a_result_without_undo, set_up),
        cmocka_unit_test_setup(test_every_end_may_undo, set_up),
        cmocka_unit_test_setup(test_the_end_stands, set_up),
        cmocka_unit_test_setup(test_an_undo_that_fails, set_up),
        cmocka_unit_test_setup(test_a_pause_while_undoing, set_up),
        cmocka_unit_test_setup(test_nothing_starts_before_it_is_undone, set_up),
        cmocka_unit_test_setup(test_what_is_kept_is_not_undone, set_up),
        cmocka_unit_test_setup(test_undone_while_the_applicant_has_the_file, set_up),
        cmocka_unit_test_setup(test_a_withdrawal_in_between, set_up),
        cmocka_unit_test_setup(test_other_things_happen_meanwhile, set_up),
        cmocka_unit_test_setup(test_undoing_a_message, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
