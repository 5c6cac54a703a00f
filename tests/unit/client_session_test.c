/* Asking: sessions come back by themselves, and what was not answered is sent again. */
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

static int make_folder(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof(folder), "/tmp/placet-client-XXXXXX");
    return mkdtemp(folder) == NULL ? -1 : 0;
}

static int remove_folder(void **state)
{
    char path[96];

    (void)state;
    (void)snprintf(path, sizeof(path), "%s/api.sock", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static struct placet_client *open_client(void)
{
    const struct placet_options options = {.at = folder, .name = "tester", .open_ms = PATIENCE_MS};
    struct placet_client *client = NULL;
    assert_int_equal(placet_client_open(&options, &client, NULL), PLACET_OK);
    return client;
}

static struct placet_value json_value(struct placet_writer *out, const char *json)
{
    struct placet_value value = {.size = 0};
    assert_int_equal(placet_put_json(out, json, strlen(json), NULL), PLACET_OK);
    assert_int_equal(placet_writer_value(out, &value), PLACET_OK);
    return value;
}

/* Runs the client until the engine has such a message. */
static struct fake_message expect(struct fake_engine *engine, struct placet_client *client,
                                  enum placet_kind kind)
{
    struct fake_message message = {.bytes = NULL};
    for (int i = 0; i < PATIENCE_MS && !fake_engine_take(engine, kind, &message); i++) {
        assert_true(placet_client_run(client, 1) >= 0);
    }
    assert_non_null(message.bytes);
    return message;
}

static void where_the_engine_is(void **state)
{
    char out[160];
    char long_path[200];

    (void)state;
    assert_int_equal(placet_endpoint("/a/run", "work", out, sizeof(out), NULL), PLACET_OK);
    assert_string_equal(out, "ipc:///a/run/work.sock");
    assert_int_equal(placet_endpoint("tcp://127.0.0.1:9", "api", out, sizeof(out), NULL),
                     PLACET_OK);
    assert_string_equal(out, "tcp://127.0.0.1:9");
    assert_int_equal(setenv("PLACET_AT", "/from/env", 1), 0);
    assert_int_equal(placet_endpoint(NULL, "api", out, sizeof(out), NULL), PLACET_OK);
    assert_string_equal(out, "ipc:///from/env/api.sock");
    assert_int_equal(unsetenv("PLACET_AT"), 0);
    assert_int_equal(placet_endpoint(NULL, "tail", out, sizeof(out), NULL), PLACET_OK);
    assert_string_equal(out, "ipc:///run/placet/tail.sock");
    memset(long_path, 'x', sizeof(long_path) - 1);
    long_path[sizeof(long_path) - 1] = '\0';
    assert_int_equal(placet_endpoint(long_path, "api", out, sizeof(out), NULL), PLACET_EINVALID);
}

static void no_engine_is_unreachable(void **state)
{
    const struct placet_options options = {.at = folder, .name = "tester", .open_ms = 50};
    struct placet_client *client = NULL;
    struct placet_error err = {.status = PLACET_OK};

    (void)state;
    assert_int_equal(placet_client_open(&options, &client, &err), PLACET_EUNREACHABLE);
    assert_non_null(strstr(err.message, folder));
    assert_null(client);
}

static void a_refused_hello_says_why(void **state)
{
    const struct placet_options options = {.at = folder, .name = "tester", .open_ms = PATIENCE_MS};
    struct fake_engine *engine = fake_engine_start(folder, "api");
    struct placet_client *client = NULL;
    struct placet_error err = {.status = PLACET_OK};

    (void)state;
    fake_engine_refuse_hello(engine,
                             "{\"code\": 201, \"message\": \"not you\", \"retry\": \"never\"}");
    assert_int_equal(placet_client_open(&options, &client, &err), PLACET_EDENIED);
    assert_string_equal(err.message, "not you");
    fake_engine_stop(engine);
}

static void a_yes_and_a_no_are_both_answers(void **state)
{
    struct fake_engine *engine = fake_engine_start(folder, "api");
    struct placet_client *client = open_client();
    struct placet_writer out = {0};
    struct placet_reply reply;
    struct placet_error err = {.status = PLACET_OK};
    const struct placet_value body = json_value(&out, "{\"case\": \"C1\"}");

    (void)state;
    assert_string_equal(placet_client_session(client)->node, "fake");
    fake_engine_reply_to(engine, PLACET_KIND_WHY, 0, "{\"waits\": [1, 2]}");
    assert_int_equal(placet_call(client, PLACET_KIND_WHY, body, PATIENCE_MS, &reply, &err),
                     PLACET_OK);
    assert_int_equal(placet_reply_status(&reply, &err), PLACET_OK);
    assert_int_equal(placet_value_count(placet_value_get(reply.body, "waits")), 2);

    fake_engine_reply_to(engine, PLACET_KIND_WHY, PLACET_FLAG_ERROR,
                         "{\"code\": 400, \"name\": \"NOT_FOUND\", \"message\": \"no such case\"}");
    assert_int_equal(placet_call(client, PLACET_KIND_WHY, body, PATIENCE_MS, &reply, &err),
                     PLACET_OK);
    assert_int_equal(reply.code, PLACET_CODE_NOT_FOUND);
    assert_int_equal(placet_reply_status(&reply, &err), PLACET_ENOTFOUND);
    assert_string_equal(err.message, "no such case");

    fake_engine_reply_to(engine, PLACET_KIND_WHY, PLACET_FLAG_ERROR,
                         "{\"code\": 301, \"message\": \"the form does not match its schema\","
                         " \"detail\": {\"count\": 2, \"errors\": [{\"path\": \"/project/area\","
                         " \"message\": \"must be above 0\", \"title\": {\"zh\": \"面积\"}},"
                         " {\"path\": \"/x\", \"message\": \"is not allowed\"}]}}");
    assert_int_equal(placet_call(client, PLACET_KIND_WHY, body, PATIENCE_MS, &reply, &err),
                     PLACET_OK);
    assert_int_equal(placet_reply_status(&reply, &err), PLACET_EINVALID);
    assert_string_equal(err.hint, "Look at \"/project/area\" (面积): must be above 0.");

    fake_engine_reply_to(engine, PLACET_KIND_WHY, PLACET_FLAG_ERROR,
                         "{\"code\": 700, \"message\": \"the definition has mistakes\","
                         " \"detail\": {\"left_out\": 0, \"diagnostics\": [{\"file\": \"a.yaml\","
                         " \"line\": 19, \"column\": 17, \"message\": \"no service `recieve`\","
                         " \"message_zh\": \"没有服务 `recieve`\"}, {\"file\": \"b.yaml\"}]}}");
    assert_int_equal(placet_call(client, PLACET_KIND_WHY, body, PATIENCE_MS, &reply, &err),
                     PLACET_OK);
    assert_int_equal(placet_reply_status(&reply, &err), PLACET_EINVALID);
    assert_string_equal(err.message, "the definition has mistakes");
    assert_string_equal(err.file, "a.yaml");
    assert_int_equal(err.line, 19);
    assert_int_equal(err.column, 17);
    assert_string_equal(err.hint, "no service `recieve`; 没有服务 `recieve`.");

    assert_int_equal(placet_call(client, PLACET_KIND_STATS, body, 20, &reply, &err),
                     PLACET_ETIMEOUT);
    assert_int_equal(placet_client_pending(client), 0);
    placet_client_close(&client);
    placet_writer_fini(&out);
    fake_engine_stop(engine);
}

static void count_answer(void *context, const struct placet_reply *reply)
{
    unsigned *count = context;
    assert_int_equal(reply->code, PLACET_CODE_NONE);
    (*count)++;
}

/* The engine dies with two hundred commands unanswered; the next one gets every one of them once,
 * with the ids that the first one had. */
static void a_restart_loses_no_command(void **state)
{
    enum { COMMANDS = 200 };
    struct fake_engine *engine = fake_engine_start(folder, "api");
    struct placet_client *client = open_client();
    struct placet_writer out = {0};
    char idems[COMMANDS][40];
    unsigned answered = 0;
    const struct placet_value body = json_value(&out, "{\"case\": \"C1\", \"name\": \"built\"}");

    (void)state;
    for (int i = 0; i < COMMANDS; i++) {
        assert_int_equal(
            placet_call_later(client, PLACET_KIND_SIGNAL, body, count_answer, &answered),
            PLACET_OK);
    }
    for (int i = 0; i < COMMANDS; i++) {
        struct fake_message message = expect(engine, client, PLACET_KIND_SIGNAL);
        (void)placet_get_string(message.body, "idem", idems[i], sizeof(idems[i]));
        assert_int_not_equal(idems[i][0], '\0');
        for (int j = 0; j < i; j++) {
            assert_string_not_equal(idems[i], idems[j]);
        }
        free(message.bytes);
    }
    fake_engine_stop(engine);
    engine = fake_engine_start(folder, "api");
    fake_engine_reply_to(engine, PLACET_KIND_SIGNAL, PLACET_FLAG_DUP, "{\"sequence\": 7}");
    for (int i = 0; i < COMMANDS; i++) {
        struct fake_message message = expect(engine, client, PLACET_KIND_SIGNAL);
        char idem[40];
        assert_string_equal(placet_get_string(message.body, "idem", idem, sizeof(idem)), idems[i]);
        free(message.bytes);
    }
    for (int i = 0; i < PATIENCE_MS && answered < COMMANDS; i++) {
        assert_true(placet_client_run(client, 1) >= 0);
    }
    assert_int_equal(answered, COMMANDS);
    assert_int_equal(placet_client_pending(client), 0);
    assert_true(placet_client_session(client)->count == 2);
    placet_client_close(&client);
    placet_writer_fini(&out);
    fake_engine_stop(engine);
}

/* A session that the engine forgot without a break of the transport. */
static void no_session_means_hello_again(void **state)
{
    struct fake_engine *engine = fake_engine_start(folder, "api");
    struct placet_client *client = open_client();
    struct placet_writer out = {0};
    struct placet_reply reply;
    const struct placet_value body = json_value(&out, "{}");

    (void)state;
    fake_engine_reply_to(engine, PLACET_KIND_STATS, 0, "{\"events\": 3}");
    fake_engine_forget_session(engine);
    assert_int_equal(placet_call(client, PLACET_KIND_STATS, body, PATIENCE_MS, &reply, NULL),
                     PLACET_OK);
    assert_true(placet_get_i64(reply.body, "events") == 3);
    assert_int_equal(fake_engine_sessions(engine), 2);
    placet_client_close(&client);
    placet_writer_fini(&out);
    fake_engine_stop(engine);
}

static void a_given_idempotency_id_is_kept(void **state)
{
    struct fake_engine *engine = fake_engine_start(folder, "api");
    struct placet_client *client = open_client();
    struct placet_writer out = {0};
    char case_id[PLACET_CASE_SIZE];
    char idem[40];
    const struct placet_start start = {.workflow = "permit",
                                       .key = "2016-1",
                                       .form = json_value(&out, "{\"project\": {}}"),
                                       .idem = "mine"};

    (void)state;
    fake_engine_reply_to(engine, PLACET_KIND_START, 0, "{\"case\": \"C1042\", \"sequence\": 9}");
    assert_int_equal(placet_start(client, &start, case_id, NULL), PLACET_OK);
    assert_string_equal(case_id, "C1042");
    struct fake_message message = expect(engine, client, PLACET_KIND_START);
    assert_string_equal(placet_get_string(message.body, "idem", idem, sizeof(idem)), "mine");
    assert_int_equal(placet_value_count(message.body), 4);
    free(message.bytes);
    placet_client_close(&client);
    placet_writer_fini(&out);
    fake_engine_stop(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(where_the_engine_is),
        cmocka_unit_test_setup_teardown(no_engine_is_unreachable, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_refused_hello_says_why, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_yes_and_a_no_are_both_answers, make_folder,
                                        remove_folder),
        cmocka_unit_test_setup_teardown(a_restart_loses_no_command, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(no_session_means_hello_again, make_folder, remove_folder),
        cmocka_unit_test_setup_teardown(a_given_idempotency_id_is_kept, make_folder, remove_folder),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
