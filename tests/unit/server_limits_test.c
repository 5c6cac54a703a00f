/* What must not run out, or pile up: memory of a turn, rows of replies, queues, hands, space. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <placet/error.h>
#include <placet/protocol.h>

#include "base/time.h"
#include "support/sim_world.h"

enum { PORTAL = 1, OFFICER, DESK };

static struct sim world;
static unsigned idem;

static int open_office(void **state)
{
    (void)state;
    sim_init(&world, 11);
    (void)sim_publish(&world, "tests/script/workflows/two_steps.yaml");
    (void)sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_HELLO,
                   "{\"role\": \"portal\", \"name\": \"p\"}");
    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_HELLO,
                   "{\"role\": \"officer\", \"name\": \"o\"}");
    return sim_settle(&world);
}

static int close_office(void **state)
{
    (void)state;
    sim_fini(&world);
    return 0;
}

static uint64_t start(const char *key)
{
    char json[256];
    (void)snprintf(json, sizeof json,
                   "{\"workflow\": \"two_steps\", \"key\": \"%s\", \"idem\": \"%u\", "
                   "\"form\": {\"name\": \"Tea\", \"area\": 40, \"kitchen\": false}}",
                   key, ++idem);
    return sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_START, json);
}

static uint64_t cancel(const char *key)
{
    char json[256];
    (void)snprintf(json, sizeof json,
                   "{\"workflow\": \"two_steps\", \"key\": \"%s\", \"idem\": \"%u\", "
                   "\"reason\": \"by order\"}",
                   key, ++idem);
    return sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_CANCEL_CASE, json);
}

static void subscribe(unsigned max)
{
    char json[128];
    (void)sim_send(&world, PL_ENDPOINT_WORK, DESK, PLACET_KIND_HELLO,
                   "{\"role\": \"adapter\", \"name\": \"desk\"}");
    (void)snprintf(json, sizeof json, "{\"service\": \"office.receive\", \"max\": %u}", max);
    (void)sim_send(&world, PL_ENDPOINT_WORK, DESK, PLACET_KIND_SUBSCRIBE, json);
    assert_int_equal(sim_settle(&world), 0);
}

static bool is_refused(uint64_t correlation)
{
    const struct sim_letter *reply = sim_reply(&world, correlation);
    assert_non_null(reply);
    return (reply->flags & PLACET_FLAG_ERROR) != 0;
}

static unsigned letters_of(uint16_t kind)
{
    unsigned count = 0;
    for (uint32_t i = 0; i < world.outbox_count; i++) {
        count += world.outbox[i].kind == kind && (world.outbox[i].flags & PLACET_FLAG_REPLY) == 0;
    }
    return count;
}

static void questions_leave_room_for_work(void **state)
{
    uint64_t lists[60];
    unsigned refused = 0;

    (void)state;
    for (unsigned i = 0; i < 60; i++) {
        lists[i] =
            sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_LIST, "{\"what\": \"cases\"}");
    }
    const uint64_t health = sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_HEALTH, "{}");
    const uint64_t asked = start("a");
    assert_true(sim_turn(&world) > 0);
    assert_false(is_refused(health));
    assert_false(is_refused(asked));
    for (unsigned i = 0; i < 60; i++) {
        refused += is_refused(lists[i]);
    }
    assert_in_range(refused, 1, 58);
}

static void rows_of_forgotten_replies_go(void **state)
{
    unsigned rows = 0;

    (void)state;
    for (unsigned i = 0; i < 600; i++) {
        char json[128];
        (void)snprintf(json, sizeof json,
                       "{\"case\": \"C9999\", \"idem\": \"w%u\", \"reason\": \"r\"}", i);
        (void)sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_WITHDRAW, json);
        if (i % 100 == 99) {
            assert_int_equal(sim_settle(&world), 0);
        }
    }
    world.now_ms += 8 * PL_DAY_MS;
    for (unsigned i = 0; i < 4; i++) {
        (void)cancel("a"); /* some commits */
        (void)start("a");
        assert_int_equal(sim_settle(&world), 0);
        world.now_ms += 1000;
    }
    for (uint32_t i = 0; i < world.row_count; i++) {
        rows += world.rows[i].table == PL_TABLE_REPLIES;
    }
    assert_in_range(rows, 0, 260);
}

/* No adapter ever comes for these tasks. */
static void queues_forget_closed_cases(void **state)
{
    char key[16];

    (void)state;
    for (unsigned i = 0; i < 1000; i++) {
        (void)snprintf(key, sizeof key, "k%u", i);
        const uint64_t started = start(key);
        assert_true(sim_turn(&world) > 0);
        assert_false(is_refused(started));
        (void)cancel(key);
        assert_true(sim_turn(&world) > 0);
    }
    for (uint32_t i = 0; i < world.server.queues.count; i++) {
        assert_in_range(world.server.queues.queues[i].size, 0, 64);
    }
}

static void a_turn_taken_back_keeps_the_hands(void **state)
{
    (void)state;
    subscribe(1);
    (void)start("a");
    assert_int_equal(sim_settle(&world), 0);
    assert_int_equal(letters_of(PLACET_KIND_TASK), 1);

    (void)start("b");
    world.fail_after = 1;
    world.fail_status = PLACET_EFULL;
    assert_int_equal(sim_turn(&world), PLACET_OK);
    assert_int_equal(world.server.state.open_count, 1);
    (void)start("c");
    assert_int_equal(sim_settle(&world), 0);
    assert_int_equal(world.server.state.open_count, 2);
    assert_int_equal(letters_of(PLACET_KIND_TASK), 1);
}

/* A timer is due that finds no room, again and again: who asks is answered all the same. */
static void a_full_store_answers_questions(void **state)
{
    (void)state;
    subscribe(1);
    (void)start("a");
    assert_int_equal(sim_settle(&world), 0);
    world.now_ms += 11000; /* the offer was not accepted */
    world.fail_status = PLACET_EFULL;
    for (unsigned i = 0; i < 3; i++) {
        world.fail_after = 1;
        assert_int_equal(sim_turn(&world), PLACET_OK);
        world.fail_after = 1;
        const uint64_t asked =
            sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_LIST, "{\"what\": \"cases\"}");
        assert_true(sim_turn(&world) >= 0);
        assert_false(is_refused(asked));
    }
    world.fail_after = 0; /* there is room again */
    assert_int_equal(letters_of(PLACET_KIND_TASK), 1);
    assert_int_equal(sim_settle(&world), 0);
    assert_int_equal(letters_of(PLACET_KIND_TASK), 2);
}

static void an_idle_commit_without_room_is_no_end(void **state)
{
    (void)state;
    (void)start("a");
    assert_true(sim_turn(&world) > 0);
    assert_int_not_equal(world.server.state.dirty_count, 0);
    for (unsigned call = 1; call < 5; call++) {
        world.fail_after = call;
        world.fail_status = PLACET_EFULL;
        assert_int_equal(sim_turn(&world), PLACET_OK);
        world.fail_after = 0;
        assert_int_equal(world.server.state.open_count, 1);
    }
    assert_int_equal(sim_turn(&world), PLACET_OK);
    assert_int_equal(world.server.state.dirty_count, 0);
    assert_int_equal(sim_restart(&world), PLACET_OK);
    assert_int_equal(world.server.state.open_count, 1);
}

static void the_last_slot_is_refused_not_fatal(void **state)
{
    (void)state;
    world.server.state.open_count = PL_OPEN_CASES_MAX;
    const uint64_t asked = start("a");
    assert_true(sim_turn(&world) > 0);
    assert_true(is_refused(asked));
}

static void the_oldest_closed_key_is_forgotten(void **state)
{
    struct pl_state s;

    (void)state;
    assert_int_equal(pl_state_init(&s), PLACET_OK);
    pl_map_fini(&s.closed_of_key);
    assert_int_equal(pl_map_init(&s.closed_of_key, 4), PLACET_OK);
    for (uint64_t i = 1; i <= 10; i++) {
        char key[8];
        (void)snprintf(key, sizeof key, "%u", (unsigned)i);
        const uint64_t hash = pl_state_key_hash(PL_TEXT("w"), pl_text_of(key));
        assert_int_equal(pl_state_add_closed(&s, hash, (struct pl_case_id){i}), PLACET_OK);
    }
    assert_int_equal(pl_state_closed_of_key(&s, PL_TEXT("w"), PL_TEXT("6")).v, 0);
    assert_int_equal(pl_state_closed_of_key(&s, PL_TEXT("w"), PL_TEXT("7")).v, 7);
    assert_int_equal(pl_state_closed_of_key(&s, PL_TEXT("w"), PL_TEXT("10")).v, 10);
    pl_state_fini(&s);
}

static uint64_t bytes_of_events(uint64_t *last_seq)
{
    uint64_t bytes = 0;
    int64_t upto = 0;

    for (uint32_t i = 0; i < world.outbox_count; i++) {
        if (world.outbox[i].kind == PLACET_KIND_EVENTS) {
            bytes += world.outbox[i].body.size;
            assert_true(
                pl_value_as_i64(pl_value_get(world.outbox[i].body, PL_TEXT("upto")), &upto));
        }
    }
    *last_seq = (uint64_t)upto;
    return bytes;
}

/* Some turns: a watch takes a bounded piece in each. */
static void let_it_read(void)
{
    for (unsigned i = 0; i < 600; i++) {
        assert_int_equal(sim_turn(&world), 0);
    }
}

/* A watcher that reads nothing costs so much memory and not more; it loses nothing. */
static void a_watcher_that_does_not_read_costs_little(void **state)
{
    static char json[8192];
    char reason[4001];
    char key[16];
    uint64_t upto = 0;

    (void)state;
    memset(reason, 'r', sizeof reason - 1);
    reason[sizeof reason - 1] = '\0';
    for (unsigned i = 0; i < 1600; i++) {
        (void)snprintf(key, sizeof key, "k%u", i);
        (void)start(key);
        assert_true(sim_turn(&world) > 0);
        (void)snprintf(json, sizeof json,
                       "{\"workflow\": \"two_steps\", \"key\": \"%s\", \"idem\": \"%u\", "
                       "\"reason\": \"%s\"}",
                       key, ++idem, reason);
        (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_CANCEL_CASE, json);
        assert_true(sim_turn(&world) > 0);
    }
    sim_clear_outbox(&world);
    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_WATCH,
                   "{\"from\": \"oldest\", \"credit\": 4096, "
                   "\"filter\": {\"types\": \"case_cancelled\"}}");
    assert_true(sim_turn(&world) > 0);
    let_it_read();
    assert_in_range(bytes_of_events(&upto), 4u << 20, 5u << 20);
    const uint64_t before = upto;
    world.real_ms += 1000;
    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_PING, "{}");
    assert_true(sim_turn(&world) > 0);
    (void)bytes_of_events(&upto);
    assert_in_range(upto, before + 1, world.server.state.last_seq - 1);

    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_CREDIT,
                   "{\"watch\": 1, \"n\": 4096}");
    assert_true(sim_turn(&world) > 0);
    let_it_read();
    assert_in_range(bytes_of_events(&upto), 6u << 20, 9u << 20);
    assert_int_equal(upto, world.server.state.last_seq);
}

static uint64_t begin(const char *workflow, unsigned number)
{
    char json[256];
    (void)snprintf(
        json, sizeof json,
        "{\"workflow\": \"%s\", \"key\": \"k%u\", \"idem\": \"%u\", \"form\": {\"name\": "
        "\"Tea\", \"area\": 40, \"kitchen\": true, \"seats\": 3}}",
        workflow, number, ++idem);
    return sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_START, json);
}

/* One commit tells so many cases; more are refused as a whole, not told in part. */
static void a_signal_reaches_at_most_so_many_cases(void **state)
{
    static const char signal[] = "{\"name\": \"payment\", \"key\": \"Tea\", \"idem\": \"%s\", "
                                 "\"data\": {\"yuan\": 5}}";
    char json[256];

    (void)state;
    (void)sim_publish(&world, "tests/script/workflows/desk.yaml");
    for (unsigned i = 0; i <= PL_SIGNAL_CASES_MAX; i++) {
        (void)begin("desk", i);
        assert_int_equal(sim_settle(&world), 0);
    }
    (void)snprintf(json, sizeof json, signal, "many");
    const uint64_t many = sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_SIGNAL, json);
    const uint64_t before = world.server.state.last_seq;
    assert_int_equal(sim_settle(&world), 0);
    assert_true(is_refused(many));
    assert_true(world.server.state.last_seq == before);

    (void)sim_send(&world, PL_ENDPOINT_API, OFFICER, PLACET_KIND_CANCEL_CASE,
                   "{\"workflow\": \"desk\", \"key\": \"k0\", \"idem\": \"one less\", "
                   "\"reason\": \"by order\"}");
    (void)snprintf(json, sizeof json, signal, "all");
    const uint64_t all = sim_send(&world, PL_ENDPOINT_API, PORTAL, PLACET_KIND_SIGNAL, json);
    assert_int_equal(sim_settle(&world), 0);
    assert_false(is_refused(all));
    struct pl_reader in;
    const struct pl_bytes cases = pl_value_get(sim_reply(&world, all)->body, PL_TEXT("cases"));
    pl_reader_init(&in, cases.at, cases.size);
    assert_int_equal(pl_reader_array(&in), PL_SIGNAL_CASES_MAX);
}

/* What a turn has no room for goes on in the next one, and is not lost with a crash between. */
static void children_wait_for_the_next_turn(void **state)
{
    enum { PARENTS = 160 };

    (void)state;
    (void)sim_publish(&world, "tests/script/workflows/children.yaml");
    (void)sim_publish(&world, "tests/script/workflows/child.yaml");
    for (unsigned i = 0; i < PARENTS; i++) {
        (void)begin("children", i);
    }
    assert_true(sim_turn(&world) > 0);
    assert_true(world.server.errands.count > 0);
    assert_int_equal(sim_restart(&world), PLACET_OK);
    assert_true(world.server.errands.count > 0);
    assert_int_equal(sim_settle(&world), 0);
    assert_int_equal(world.server.errands.count, 0);
    assert_int_equal(world.server.state.open_count, 5 * PARENTS); /* each with four children */
}

#define IN_OFFICE(TEST) cmocka_unit_test_setup_teardown(TEST, open_office, close_office)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_OFFICE(questions_leave_room_for_work),
        IN_OFFICE(rows_of_forgotten_replies_go),
        IN_OFFICE(queues_forget_closed_cases),
        IN_OFFICE(a_turn_taken_back_keeps_the_hands),
        IN_OFFICE(a_full_store_answers_questions),
        IN_OFFICE(an_idle_commit_without_room_is_no_end),
        IN_OFFICE(the_last_slot_is_refused_not_fatal),
        IN_OFFICE(a_watcher_that_does_not_read_costs_little),
        IN_OFFICE(a_signal_reaches_at_most_so_many_cases),
        IN_OFFICE(children_wait_for_the_next_turn),
        cmocka_unit_test(the_oldest_closed_key_is_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
