/* Tasks: offers, leases, answers given twice or too late, failures. One acceptance and one refusal
 * for each command at least. */
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

/* s0, then s1. */
static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_ask(&b);
    build_ask(&b);
    build_after(&b, 1, 0);
    world_begin(&w, build_done(&b));
    return 0;
}

static struct pl_command command(enum pl_command_kind kind, struct pl_lease lease)
{
    return (struct pl_command){.kind = kind,
                               .actor = PL_ACTOR_ADAPTER,
                               .lease = lease,
                               .code = PL_TEXT("code"),
                               .note = PL_TEXT("note"),
                               .by = PL_TEXT("adapter"),
                               .body_hash = 5};
}

static enum pl_rejection send(enum pl_command_kind kind, struct pl_lease lease)
{
    return world_do(&w, command(kind, lease));
}

static enum pl_rejection fail_retryable(struct pl_lease lease, uint64_t body)
{
    struct pl_command cmd = command(PL_CMD_TASK_FAIL, lease);

    cmd.retryable = true;
    cmd.body_hash = body;
    return world_do(&w, cmd);
}

static void test_offer_and_take(void **state)
{
    (void)state;
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_OFFERED);
    assert_true(world_task(&w, 0, 0)->wake_ms == w.facts.now_ms + w.facts.accept_ms);
    const struct pl_lease lease = w.facts.new_lease;

    assert_int_equal(world_offer(&w, 0, 0), PL_REJECT_TASK_STATE);
    assert_int_equal(send(PL_CMD_TASK_TAKE, (struct pl_lease){{99}}), PL_REJECT_SUPERSEDED);
    assert_int_equal(send(PL_CMD_TASK_TAKE, (struct pl_lease){{0}}), PL_REJECT_SUPERSEDED);
    assert_int_equal(send(PL_CMD_TASK_TAKE, lease), PL_ACCEPTED);
    assert_true(world_task(&w, 0, 0)->wake_ms == w.facts.now_ms + w.facts.lease_ms);
    assert_int_equal(send(PL_CMD_TASK_TAKE, lease), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_count(&w, PL_EVT_TASK_TAKEN), 1);
}

static void test_nobody_speaks_for_a_task_that_was_not_offered(void **state)
{
    static const enum pl_command_kind kinds[] = {
        PL_CMD_TASK_TAKE, PL_CMD_TASK_PROGRESS, PL_CMD_TASK_PARK,    PL_CMD_TASK_COMPLETE,
        PL_CMD_TASK_FAIL, PL_CMD_TASK_THROW,    PL_CMD_TASK_RELEASE,
    };

    (void)state;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        assert_int_equal(send(kinds[i], (struct pl_lease){{0}}), PL_REJECT_SUPERSEDED);
        assert_int_equal(send(kinds[i], (struct pl_lease){{1}}), PL_REJECT_SUPERSEDED);
    }
    /* Only refused answers are recorded. */
    assert_int_equal(world_count(&w, PL_EVT_TASK_REFUSED), 6);
}

static void test_wrong_targets_and_actors(void **state)
{
    (void)state;
    struct pl_command cmd = command(PL_CMD_TASK_COMPLETE, (struct pl_lease){{1}});

    cmd.step = 2;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_NO_SUCH_STEP);
    cmd.step = 0;
    cmd.item = 1;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_NO_SUCH_TASK);
    cmd.item = PL_NO_ITEM;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_NO_SUCH_TASK);
    cmd.item = 0;
    cmd.actor = PL_ACTOR_PORTAL;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_WRONG_ACTOR);
    assert_int_equal(w.out.event_count, 0);
}

static void test_an_offer_nobody_takes_is_offered_again(void **state)
{
    (void)state;
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    const struct pl_lease first = w.facts.new_lease;
    const uint64_t ready_seq = world_task(&w, 0, 0)->ready_seq;

    world_until(&w, w.facts.now_ms + w.facts.accept_ms);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, 0, 0)->attempts, 0);
    assert_true(world_task(&w, 0, 0)->ready_seq == ready_seq); /* keeps its place */
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_complete(&w, 0, 0, first, "approve", 1), PL_REJECT_SUPERSEDED);
    assert_int_equal(world_complete(&w, 0, 0, w.facts.new_lease, "approve", 1), PL_ACCEPTED);
}

static void test_a_late_answer_counts_while_nobody_else_has_the_task(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    world_until(&w, w.facts.now_ms + w.facts.lease_ms);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, 0, 0)->attempts, 1);
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 1), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_DONE);
}

static void test_an_answer_given_twice(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 1), PL_ACCEPTED);
    assert_false(w.out.repeated);
    const uint64_t seq = world_task(&w, 0, 0)->seq;

    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_true(w.out.repeated_seq == seq);
    assert_int_equal(w.out.event_count, 0);
    assert_int_equal(world_complete(&w, 0, 0, lease, "reject", 2), PL_REJECT_ANSWERED_OTHERWISE);
    assert_int_equal(world_count(&w, PL_EVT_TASK_REFUSED), 1);
    assert_int_equal(world_count(&w, PL_EVT_STEP_DONE), 1);
}

/* The reply was lost, and the answer itself opened the step again: still the same answer. */
static void test_an_answer_given_twice_across_a_round(void **state)
{
    (void)state;
    build_back(&b, 0, 0, 3);
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(world_complete(&w, 0, 0, lease, "again", 1), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    assert_int_equal(world_complete(&w, 0, 0, lease, "again", 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_complete(&w, 0, 0, lease, "again", 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 2), PL_REJECT_ANSWERED_OTHERWISE);
}

static void test_an_answer_to_a_closed_case(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);
    const struct pl_lease other = {{7}};

    assert_int_equal(world_complete(&w, 0, 0, lease, "reject", 1), PL_ACCEPTED);
    assert_true(w.c.finished);
    const uint32_t count = w.journal_count;

    assert_int_equal(world_complete(&w, 0, 0, lease, "reject", 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(send(PL_CMD_TASK_RELEASE, lease), PL_REJECT_CASE_CLOSED);
    assert_int_equal(world_complete(&w, 0, 0, other, "approve", 2), PL_REJECT_CASE_CLOSED);
    assert_int_equal(w.journal_count, count);
    /* Work that was done in vain is recorded. */
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 2), PL_REJECT_CASE_CLOSED);
    assert_int_equal(w.journal_count, count + 1);
}

static void test_another_round(void **state)
{
    (void)state;
    struct pl_command cmd = command(PL_CMD_TASK_PROGRESS, world_take(&w, 0, 0));

    cmd.round = 2;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_SUPERSEDED);
    cmd.round = 1;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
}

static void test_progress_extends_and_unparks(void **state)
{
    (void)state;
    struct pl_command cmd = command(PL_CMD_TASK_PROGRESS, world_take(&w, 0, 0));

    cmd.extend_ms = 500000;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_true(world_task(&w, 0, 0)->wake_ms == w.facts.now_ms + 500000);
    cmd.extend_ms = INT64_MAX / 2;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_true(world_task(&w, 0, 0)->wake_ms ==
                w.facts.now_ms + PL_EXTENSIONS_MAX * w.facts.lease_ms);
    cmd.kind = PL_CMD_TASK_PARK;
    cmd.until_ms = 12345;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_PARKED);
    assert_int_equal(world_task(&w, 0, 0)->wake_ms, 0);
    assert_int_equal(world_task(&w, 0, 0)->until_ms, 12345);
    cmd.kind = PL_CMD_TASK_PROGRESS;
    cmd.extend_ms = 0;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_ACTIVE);
    assert_int_equal(world_task(&w, 0, 0)->until_ms, 0);
    assert_int_equal(send(PL_CMD_TASK_RELEASE, cmd.lease), PL_ACCEPTED);
    assert_int_equal(send(PL_CMD_TASK_PROGRESS, cmd.lease), PL_REJECT_TASK_STATE);
    assert_int_equal(send(PL_CMD_TASK_PARK, cmd.lease), PL_REJECT_TASK_STATE);
}

/* TAKEN may be lost: any sign of life of the holder takes the offer. */
static void test_progress_takes(void **state)
{
    (void)state;
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(send(PL_CMD_TASK_PROGRESS, w.facts.new_lease), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_ACTIVE);
}

static void test_release(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(send(PL_CMD_TASK_RELEASE, lease), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, 0, 0)->attempts, 0);
    assert_int_equal(send(PL_CMD_TASK_RELEASE, lease), PL_ACCEPTED);
    assert_true(w.out.repeated);
}

static void test_failures_back_off_and_end_with_an_operator(void **state)
{
    (void)state;
    for (unsigned i = 1; i < PL_ATTEMPTS_MAX; i++) {
        assert_int_equal(fail_retryable(world_take(&w, 0, 0), i), PL_ACCEPTED);
        assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_BACKOFF);
        assert_true(world_task(&w, 0, 0)->wake_ms - w.facts.now_ms == 1000ll << (i - 1));
        world_until(&w, world_task(&w, 0, 0)->wake_ms);
        assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_READY);
    }
    assert_int_equal(fail_retryable(world_take(&w, 0, 0), 1), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_FAILED);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->attempts, 0);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, 0, 0), PL_REJECT_TASK_STATE);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
}

static void test_an_adapter_may_ask_for_its_backoff(void **state)
{
    (void)state;
    struct pl_command cmd = command(PL_CMD_TASK_FAIL, world_take(&w, 0, 0));

    cmd.retryable = true;
    cmd.backoff_ms = 77;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_true(world_task(&w, 0, 0)->wake_ms == w.facts.now_ms + 77);
    world_until(&w, w.facts.now_ms + 77);
    cmd.lease = world_take(&w, 0, 0);
    cmd.backoff_ms = INT64_MAX / 2;
    assert_int_equal(world_do(&w, cmd), PL_ACCEPTED);
    assert_true(world_task(&w, 0, 0)->wake_ms ==
                w.facts.now_ms + PL_BACKOFFS_MAX * w.facts.backoff_ms);
}

/* An adapter that dies over a task again and again is no different. */
static void test_leases_that_end_burn_attempts(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= PL_ATTEMPTS_MAX; i++) {
        (void)world_take(&w, 0, 0);
        world_until(&w, w.facts.now_ms + w.facts.lease_ms);
    }
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_FAILED);
    assert_int_equal(world_offer(&w, 0, 0), PL_REJECT_TASK_STATE);
}

static void test_a_failure_given_twice(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(fail_retryable(lease, 1), PL_ACCEPTED);
    assert_int_equal(fail_retryable(lease, 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_task(&w, 0, 0)->attempts, 1);
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 2), PL_REJECT_ANSWERED_OTHERWISE);
    /* The next holder is another one; the first still gets its old answer. */
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, 0, 0), PL_ACCEPTED);
    const struct pl_lease next = world_take(&w, 0, 0);

    assert_int_equal(fail_retryable(lease, 1), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_complete(&w, 0, 0, next, "approve", 3), PL_ACCEPTED);
}

static void test_a_failure_that_cannot_be_retried(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(send(PL_CMD_TASK_FAIL, lease), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_FAILED);
    assert_int_equal(pl_core_next_wake(&w.c), 0);
}

static void test_throw_is_an_incident(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(send(PL_CMD_TASK_THROW, lease), PL_ACCEPTED);
    assert_int_equal(world_task(&w, 0, 0)->state, PL_TASK_FAILED);
    assert_int_equal(send(PL_CMD_TASK_THROW, lease), PL_ACCEPTED);
    assert_true(w.out.repeated);
    assert_int_equal(world_count(&w, PL_EVT_TASK_THROWN), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_offer_and_take, set_up),
        cmocka_unit_test_setup(test_nobody_speaks_for_a_task_that_was_not_offered, set_up),
        cmocka_unit_test_setup(test_wrong_targets_and_actors, set_up),
        cmocka_unit_test_setup(test_an_offer_nobody_takes_is_offered_again, set_up),
        cmocka_unit_test_setup(test_a_late_answer_counts_while_nobody_else_has_the_task, set_up),
        cmocka_unit_test_setup(test_an_answer_given_twice, set_up),
        cmocka_unit_test_setup(test_an_answer_given_twice_across_a_round, set_up),
        cmocka_unit_test_setup(test_an_answer_to_a_closed_case, set_up),
        cmocka_unit_test_setup(test_another_round, set_up),
        cmocka_unit_test_setup(test_progress_extends_and_unparks, set_up),
        cmocka_unit_test_setup(test_progress_takes, set_up),
        cmocka_unit_test_setup(test_release, set_up),
        cmocka_unit_test_setup(test_failures_back_off_and_end_with_an_operator, set_up),
        cmocka_unit_test_setup(test_an_adapter_may_ask_for_its_backoff, set_up),
        cmocka_unit_test_setup(test_leases_that_end_burn_attempts, set_up),
        cmocka_unit_test_setup(test_a_failure_given_twice, set_up),
        cmocka_unit_test_setup(test_a_failure_that_cannot_be_retried, set_up),
        cmocka_unit_test_setup(test_throw_is_an_incident, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
