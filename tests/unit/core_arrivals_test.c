/* Arrivals at an `each`: one task for each entry that comes. */
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

static void test_each_arrival_has_its_task(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t three = build_ask(&b);
    const uint16_t each = build_ask(&b);

    build_when(&b, three, "fire");
    build_after(&b, each, one);
    build_after(&b, each, two);
    build_after(&b, each, three);
    build_each(&b, each);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, each), PL_STEP_WAITING);
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, each), PL_STEP_ACTIVE);
    assert_int_equal(world_task(&w, each, 1)->state, PL_TASK_READY);
    assert_int_equal(world_count_tasks(&w, each, PL_TASK_READY), 1);
    assert_int_equal(world_answer(&w, each, 1, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, each), PL_STEP_ACTIVE);
    assert_int_equal(world_wait_of(&w, each).kind, PL_WAITS_ARRIVAL);
    assert_int_equal(world_wait_of(&w, each).other, one);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_task(&w, each, 0)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, each, 2)->state, PL_TASK_NONE);
    assert_int_equal(world_answer(&w, each, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, each), PL_STEP_DONE);
    assert_int_equal(w.c.steps[each].round, 1);
    assert_true(w.c.finished);
}

static void test_each_without_an_arrival(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t each = build_ask(&b);

    build_when(&b, one, "fire");
    build_after(&b, each, one);
    build_each(&b, each);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, each), PL_STEP_UNREACHED);
    assert_true(w.c.finished);
}

/* A step that asks nobody starts once. */
static void test_each_without_tasks(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t wait = build_wait_signal(&b, "paid");

    build_after(&b, wait, one);
    build_after(&b, wait, two);
    build_each(&b, wait);
    b.reserved[wait] = 0;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "paid"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, wait), PL_STEP_DONE);
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* The last entry ends without an arrival: the step was only waiting for that. */
static void test_each_ends_with_its_last_entry(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t each = build_ask(&b);

    build_after(&b, each, one);
    build_after(&b, each, two);
    build_each(&b, each);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, each, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, each), PL_STEP_ACTIVE);
    assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, two, 0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, each), PL_STEP_DONE);
    assert_true(w.c.finished);
}

/* Between two arrivals the step does not occupy its name: the second may need it to come. */
static void test_each_shares_its_name(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t each = build_ask(&b);

    build_exclusive(&b, two, 0);
    build_exclusive(&b, each, 0);
    build_after(&b, two, one);
    build_after(&b, each, one);
    build_after(&b, each, two);
    build_each(&b, each);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, two), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, each), PL_STEP_READY);
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_count_tasks(&w, each, PL_TASK_READY), 2);
    assert_int_equal(world_answer(&w, each, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, each, 1, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_each_goes_back(void **state)
{
    (void)state;
    const uint16_t one = build_ask(&b);
    const uint16_t two = build_ask(&b);
    const uint16_t each = build_ask(&b);

    build_after(&b, each, one);
    build_after(&b, each, two);
    build_each(&b, each);
    build_back(&b, two, two, 1);
    build_back(&b, each, one, 1);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, one, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, two, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, each, 0, "again"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, each, 1, "approve"), PL_ACCEPTED);
    /* `one` is done again, `two` stays done: it arrives at once in the new round. */
    assert_int_equal(world_state(&w, one), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, each), PL_STEP_ACTIVE);
    assert_int_equal(w.c.steps[each].round, 2);
    assert_int_equal(world_task(&w, each, 1)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, each, 0)->state, PL_TASK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_each_arrival_has_its_task, set_up),
        cmocka_unit_test_setup(test_each_without_an_arrival, set_up),
        cmocka_unit_test_setup(test_each_without_tasks, set_up),
        cmocka_unit_test_setup(test_each_ends_with_its_last_entry, set_up),
        cmocka_unit_test_setup(test_each_shares_its_name, set_up),
        cmocka_unit_test_setup(test_each_goes_back, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
