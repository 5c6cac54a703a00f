/* Order: arcs, joins, guards, results; every row of the two tables of the language page. */
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

static void test_sequence(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t second = build_ask(&b);

    build_after(&b, second, first);
    world_begin(&w, build_done(&b));
    assert_true(w.c.id.v == 100);
    assert_int_equal(world_state(&w, first), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, second), PL_STEP_WAITING);
    assert_int_equal(world_task(&w, first, 0)->state, PL_TASK_READY);

    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, first), PL_STEP_DONE);
    assert_int_equal(world_state(&w, second), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, second, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_sequence, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
