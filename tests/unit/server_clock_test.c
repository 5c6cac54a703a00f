/* The clock of the system, and one that runs fast: nothing here depends on how long the test takes.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "server/clock.h"

#define START INT64_C(1461110400000) /* 2016-04-20 */

static void time_never_steps_back(void **state)
{
    (void)state;
    struct pl_system_clock c;
    pl_system_clock_init(&c, 1, 0);

    const int64_t now = c.clock.now_ms(&c.clock, 0);
    assert_true(now > START);
    assert_true(c.clock.now_ms(&c.clock, now + 5000000) == now + 5000000);
    assert_int_equal(c.clock.real_ms_until(&c.clock, now - 1), 0);
    assert_true(c.clock.real_ms_until(&c.clock, now + 1000000) > 0);
}

static void a_fast_clock_stands_until_it_is_let_go(void **state)
{
    (void)state;
    struct pl_system_clock c;
    pl_system_clock_init(&c, 1000000, START);

    assert_true(c.clock.now_ms(&c.clock, 0) == START);
    assert_true(c.clock.now_ms(&c.clock, 0) == START);
    assert_true(c.clock.real_ms_until(&c.clock, START + 1) == INT64_MAX);
    assert_int_equal(c.clock.real_ms_until(&c.clock, START), 0);
}

static void a_fast_clock_reaches_its_ceiling_and_stops(void **state)
{
    (void)state;
    struct pl_system_clock c;
    pl_system_clock_init(&c, 1000000, START);

    c.clock.hold(&c.clock, START + 86400000);
    int64_t before = START;
    int64_t now = START;
    while (now < START + 86400000) {
        now = c.clock.now_ms(&c.clock, 0);
        assert_true(now >= before && now <= START + 86400000);
        before = now;
    }
    assert_true(c.clock.now_ms(&c.clock, 0) == START + 86400000);
    c.clock.hold(&c.clock, START); /* below what was told already: it stands, it does not go back */
    assert_true(c.clock.now_ms(&c.clock, 0) == START + 86400000);
}

static void a_fast_clock_goes_on_where_the_journal_ends(void **state)
{
    (void)state;
    struct pl_system_clock c;
    pl_system_clock_init(&c, 1000, START);

    assert_true(c.clock.now_ms(&c.clock, START + 777) == START + 777);
    assert_true(c.clock.now_ms(&c.clock, 0) == START + 777);
}

static void chance_is_not_the_same_twice(void **state)
{
    (void)state;
    struct pl_random *random = pl_system_random();
    uint8_t one[16] = {0};
    uint8_t two[16] = {0};

    random->fill(random, one, sizeof one);
    random->fill(random, two, sizeof two);
    assert_memory_not_equal(one, two, sizeof one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_never_steps_back),
        cmocka_unit_test(a_fast_clock_stands_until_it_is_let_go),
        cmocka_unit_test(a_fast_clock_reaches_its_ceiling_and_stops),
        cmocka_unit_test(a_fast_clock_goes_on_where_the_journal_ends),
        cmocka_unit_test(chance_is_not_the_same_twice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
