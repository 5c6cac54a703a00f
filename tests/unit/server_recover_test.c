/* What a recovery brings back, where blocks of different ages meet. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>
#include <placet/error.h>
#include <placet/protocol.h>

#include "server/rebuild.h"
#include "support/sim_world.h"

#define PORTAL  1
#define OFFICER 2

static struct sim world;
static unsigned idem;

static void greet(void)
{
    (void)sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_HELLO,
                   "{\"role\": \"portal\", \"name\": \"p\"}");
    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_HELLO,
                   "{\"role\": \"officer\", \"name\": \"o\"}");
}

static uint64_t start(const char *key)
{
    char json[256];
    (void)snprintf(json, sizeof json,
                   "{\"workflow\": \"two_steps\", \"key\": \"%s\", \"idem\": \"%u\", "
                   "\"on_existing\": \"allow_if_closed\", "
                   "\"form\": {\"name\": \"Tea\", \"area\": 40, \"kitchen\": false}}",
                   key, ++idem);
    return sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_START, json);
}

static void cancel(const char *key)
{
    char json[256];
    (void)snprintf(json, sizeof json,
                   "{\"workflow\": \"two_steps\", \"key\": \"%s\", \"idem\": \"%u\", "
                   "\"reason\": \"by order\"}",
                   key, ++idem);
    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_CANCEL_CASE, json);
}

static bool is_refused(uint64_t correlation)
{
    const struct sim_letter *reply = sim_reply(&world, correlation);
    assert_non_null(reply);
    return (reply->flags & PLACET_FLAG_ERROR) != 0;
}

/* The second block still holds the closed case with the key, the first one already the new. */
static void a_key_stays_with_the_open_case(void **state)
{
    char key[8];

    (void)state;
    sim_init(&world, 7);
    (void)sim_publish(&world, "tests/script/workflows/two_steps.yaml");
    greet();
    for (unsigned i = 0; i < 9; i++) {
        (void)snprintf(key, sizeof key, "k%u", i);
        (void)start(key);
    }
    assert_int_equal(sim_settle(&world), 0);
    assert_int_equal(sim_turn(&world), 0); /* idle: every block is written */
    assert_int_equal(world.server.state.dirty_count, 0);

    cancel("k0");
    assert_true(sim_turn(&world) > 0);
    cancel("k8");
    assert_true(sim_turn(&world) > 0);
    const uint64_t first = start("k8");
    (void)start("other");
    (void)start("another");
    assert_true(sim_turn(&world) > 0);
    assert_false(is_refused(first));
    assert_int_equal(world.server.state.block_dirty[0], 0);
    assert_int_equal(world.server.state.block_dirty[1], 1);

    assert_int_equal(sim_restart(&world), PLACET_OK);
    assert_int_equal(world.server.state.closed_count, 2);
    assert_int_equal(world.server.state.open_count, 10);
    greet();
    const uint64_t second = start("k8");
    assert_true(sim_turn(&world) > 0);
    assert_true(is_refused(second));
    sim_fini(&world);
}

/* Half of the tables written anew are not a state: the engine says so instead of serving them. */
static void a_rebuild_that_was_broken_off_is_done_again(void **state)
{
    struct pl_rebuild_report report;
    struct placet_error err;

    (void)state;
    sim_init(&world, 8);
    (void)sim_publish(&world, "tests/script/workflows/two_steps.yaml");
    greet();
    for (unsigned i = 0; i < 20; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "r%u", i);
        (void)start(key);
    }
    assert_int_equal(sim_settle(&world), 0);
    const uint32_t open = world.server.state.open_count;

    world.fail_after = 30;
    world.fail_status = PLACET_EIO;
    assert_int_equal(pl_rebuild_write(&world.store, &world.journal, &report, &err), PLACET_EIO);
    assert_int_equal(sim_restart(&world), PLACET_ECORRUPT);

    assert_int_equal(pl_rebuild_write(&world.store, &world.journal, &report, &err), PLACET_OK);
    assert_int_equal(report.open_cases, open);
    assert_int_equal(sim_restart(&world), PLACET_OK);
    assert_int_equal(world.server.state.open_count, open);
    assert_int_equal(pl_rebuild_check(&world.store, &world.journal, &report, &err), PLACET_OK);
    assert_int_equal(report.differences, 0);
    sim_fini(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_stays_with_the_open_case),
        cmocka_unit_test(a_rebuild_that_was_broken_off_is_done_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
