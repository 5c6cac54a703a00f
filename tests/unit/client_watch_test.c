/* Watching: the chain of events is checked, gaps are errors, a break goes on at the cursor. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/fake_engine.h"

#define PATIENCE_MS 10000

static char folder[64];
static struct fake_engine *engine;
static struct placet_watch *watch;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/placet-client-XXXXXX");
    if (mkdtemp(folder) == NULL) {
        return -1;
    }
    engine = fake_engine_start(folder, "api");
    fake_engine_reply_to(engine, PLACET_KIND_WATCH, 0, "{\"open\": true}");
    return 0;
}

static int tear_down(void **state)
{
    char path[96];

    (void)state;
    placet_watch_close(&watch);
    fake_engine_stop(engine);
    (void)snprintf(path, sizeof(path), "%s/api.sock", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static void open_watch(uint64_t after, bool only_new)
{
    const struct placet_watch_options options = {
        .connect = {.at = folder, .name = "tester", .open_ms = PATIENCE_MS},
        .after = after,
        .only_new = only_new};
    assert_int_equal(placet_watch_open(&options, &watch, NULL), PLACET_OK);
}

/* The next WATCH that the engine got, and from where it asks: a sequence, or this word. */
static int64_t asked_from(const char *word)
{
    struct placet_event event;
    struct fake_message message = {.bytes = NULL};

    for (int i = 0; i < PATIENCE_MS && !fake_engine_take(engine, PLACET_KIND_WATCH, &message);
         i++) {
        assert_int_equal(placet_watch_next(watch, 1, &event, NULL), 0);
    }
    assert_non_null(message.bytes);
    const int64_t from = placet_get_i64(message.body, "from.0");
    if (word != NULL) {
        assert_true(placet_text_is(placet_get_text(message.body, "from"), word));
    }
    free(message.bytes);
    return from;
}

/* Events `first` to `last` of stream `stream`, each naming the one before it. */
static void send_events(unsigned stream, unsigned first, unsigned last, unsigned previous)
{
    struct placet_writer out = {0};
    struct placet_value body = {.size = 0};

    placet_put_map(&out);
    placet_put_key_i64(&out, "watch", stream);
    placet_put_key_i64(&out, "upto", last);
    placet_put_key(&out, "events");
    placet_put_list(&out);
    for (unsigned i = first; i <= last; i++) {
        placet_put_map(&out);
        placet_put_key_i64(&out, "seq", i);
        placet_put_key_i64(&out, "prev", i == first ? previous : i - 1);
        placet_put_key_i64(&out, "time", 1000 + i);
        placet_put_key_text(&out, "type", "step_done");
        placet_put_key_text(&out, "case", "C7");
        placet_put_end(&out);
    }
    placet_put_end(&out);
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &body), PLACET_OK);
    fake_engine_send(engine, PLACET_KIND_EVENTS, 0, 0, body);
    placet_writer_fini(&out);
}

static void expect_events(unsigned first, unsigned last)
{
    struct placet_event event;
    for (unsigned i = first; i <= last; i++) {
        assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, NULL), 1);
        assert_true(event.sequence == i);
        assert_true(event.at_ms == 1000 + (int64_t)i);
        assert_true(placet_text_is(event.type, "step_done"));
        assert_true(placet_watch_cursor(watch) == i);
    }
}

static void events_come_in_order(void **state)
{
    struct placet_event event;

    (void)state;
    open_watch(40, false);
    assert_true(asked_from(NULL) == 40);
    send_events(1, 44, 50, 40);
    send_events(1, 51, 60, 50);
    expect_events(44, 60);
    assert_int_equal(placet_watch_next(watch, 0, &event, NULL), 0);
}

/* Large events are given credit for before their number says so: the engine sends only so many
 * bytes ahead. */
static void credit_comes_by_bytes_too(void **state)
{
    struct placet_writer out = {0};
    struct placet_value body = {.size = 0};
    struct fake_message message = {.bytes = NULL};
    struct placet_event event;
    static char text[600000];

    (void)state;
    memset(text, 'x', sizeof(text) - 1);
    open_watch(0, false);
    (void)asked_from(NULL);
    placet_put_map(&out);
    placet_put_key_i64(&out, "watch", 1);
    placet_put_key_i64(&out, "upto", 1);
    placet_put_key(&out, "events");
    placet_put_list(&out);
    placet_put_map(&out);
    placet_put_key_i64(&out, "seq", 1);
    placet_put_key_i64(&out, "prev", 0);
    placet_put_key_text(&out, "type", "case_started");
    placet_put_key_text(&out, "form", text);
    placet_put_end(&out);
    placet_put_end(&out);
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &body), PLACET_OK);
    fake_engine_send(engine, PLACET_KIND_EVENTS, 0, 0, body);
    placet_writer_fini(&out);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, NULL), 1);
    for (int i = 0; i < PATIENCE_MS && !fake_engine_take(engine, PLACET_KIND_CREDIT, &message);
         i++) {
        assert_int_equal(placet_watch_next(watch, 1, &event, NULL), 0);
    }
    assert_non_null(message.bytes);
    assert_int_equal(placet_get_i64(message.body, "n"), 1);
    free(message.bytes);
}

static void a_gap_is_an_error(void **state)
{
    struct placet_event event;
    struct placet_error err = {.status = PLACET_OK};

    (void)state;
    open_watch(0, false);
    (void)asked_from("oldest");
    send_events(1, 1, 3, 0);
    send_events(1, 6, 7, 5); /* 4 or 5 was another one that passed the filter */
    expect_events(1, 3);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, &err), PLACET_ECORRUPT);
    assert_non_null(strstr(err.message, "6"));
    assert_true(placet_watch_cursor(watch) == 3);
}

static void a_first_event_beyond_the_cursor_is_a_gap(void **state)
{
    struct placet_event event;

    (void)state;
    open_watch(10, false);
    (void)asked_from(NULL);
    send_events(1, 13, 14, 12);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, NULL), PLACET_ECORRUPT);
}

static void an_event_twice_is_an_error(void **state)
{
    struct placet_event event;

    (void)state;
    open_watch(10, false);
    (void)asked_from(NULL);
    send_events(1, 11, 12, 10);
    send_events(1, 12, 12, 12);
    expect_events(11, 12);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, NULL), PLACET_ECORRUPT);
}

static void a_restart_goes_on_at_the_cursor(void **state)
{
    struct placet_event event;

    (void)state;
    open_watch(0, true);
    (void)asked_from("now");
    send_events(1, 21, 25, 17); /* whatever was before now */
    expect_events(21, 25);
    fake_engine_send_json(engine, PLACET_KIND_MARK, 0, 0, "{\"watch\": 1, \"upto\": 31}");
    for (int i = 0; i < PATIENCE_MS && placet_watch_cursor(watch) != 31; i++) {
        assert_int_equal(placet_watch_next(watch, 1, &event, NULL), 0);
    }
    fake_engine_stop(engine);
    engine = fake_engine_start(folder, "api");
    fake_engine_reply_to(engine, PLACET_KIND_WATCH, 0, "{\"open\": true}");
    assert_true(asked_from(NULL) == 31);
    send_events(1, 32, 40, 31); /* of a stream before the break: nobody's */
    send_events(2, 34, 36, 31);
    expect_events(34, 36);
}

/* Who reads gives credit, and who does not gives none. */
static void credit_follows_the_reader(void **state)
{
    struct fake_message message = {.bytes = NULL};
    int64_t given = 0;

    (void)state;
    open_watch(0, false);
    (void)asked_from("oldest");
    for (unsigned i = 0; i < 30; i++) {
        send_events(1, i * 100 + 1, i * 100 + 100, i * 100);
    }
    expect_events(1, 3000);
    for (int i = 0; i < PATIENCE_MS && given < 2000; i++) {
        struct placet_event event;
        assert_int_equal(placet_watch_next(watch, 1, &event, NULL), 0);
        while (fake_engine_take(engine, PLACET_KIND_CREDIT, &message)) {
            given += placet_get_i64(message.body, "n");
            assert_true(placet_get_i64(message.body, "watch") == 1);
            free(message.bytes);
        }
    }
    assert_true(given >= 2000 && given <= 3000);
}

static void the_end_says_why(void **state)
{
    struct placet_event event;
    struct placet_error err = {.status = PLACET_OK};

    (void)state;
    open_watch(3, false);
    (void)asked_from(NULL);
    send_events(1, 4, 5, 3);
    fake_engine_send_json(
        engine, PLACET_KIND_END, 0, 0,
        "{\"watch\": 1, \"code\": 408, \"name\": \"COMPACTED\", \"oldest\": 900}");
    expect_events(4, 5);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, &err), PLACET_ENOTFOUND);
    assert_string_equal(err.message, "the events asked for are gone from here");
    assert_string_equal(err.hint, "The oldest event here is 900.");
}

static void a_refused_watch_says_why(void **state)
{
    struct placet_event event;
    struct placet_error err = {.status = PLACET_OK};

    (void)state;
    fake_engine_reply_to(engine, PLACET_KIND_WATCH, PLACET_FLAG_ERROR,
                         "{\"code\": 300, \"message\": \"is out of range\", \"retry\": \"fix\","
                         " \"detail\": {\"path\": \"from\"}}");
    open_watch(99, false);
    assert_int_equal(placet_watch_next(watch, PATIENCE_MS, &event, &err), PLACET_EINVALID);
    assert_string_equal(err.message, "is out of range");
    assert_string_equal(err.hint, "Look at the field \"from\".");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(events_come_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(credit_comes_by_bytes_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_gap_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_first_event_beyond_the_cursor_is_a_gap, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_event_twice_is_an_error, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_restart_goes_on_at_the_cursor, set_up, tear_down),
        cmocka_unit_test_setup_teardown(credit_follows_the_reader, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_end_says_why, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refused_watch_says_why, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
