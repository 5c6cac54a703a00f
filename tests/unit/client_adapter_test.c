/* The loop of an adapter: tasks come once, answers count once, whatever breaks. */
#include <poll.h>
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
#define START_MS    INT64_C(1461110400000) /* 2016-04-20 */

static char folder[64];

/* What the program saw. */
struct office {
    unsigned handled;
    unsigned came_due;
    unsigned withdrawn;
    unsigned outcomes;
    unsigned refused;
    struct placet_task *task; /* the newest */
    char reason[32];
    bool answer_at_once;
};

struct bench {
    struct fake_engine *engine;
    struct placet_adapter *adapter;
    struct office office;
};

static void handle(void *context, struct placet_task *task)
{
    struct office *office = context;
    office->handled++;
    office->task = task;
    if (office->answer_at_once) {
        const struct placet_answer answer = {.decision = "approve"};
        assert_int_equal(placet_task_complete(task, &answer), PLACET_OK);
    }
}

static void due(void *context, struct placet_task *task)
{
    struct office *office = context;
    const struct placet_answer answer = {.decision = "approve", .reason = "as promised"};
    office->came_due++;
    assert_int_equal(placet_task_complete(task, &answer), PLACET_OK);
}

static void withdrawn(void *context, struct placet_task *task, const char *reason)
{
    struct office *office = context;
    const struct placet_answer answer = {.decision = "approve"};
    office->withdrawn++;
    (void)snprintf(office->reason, sizeof(office->reason), "%s", reason);
    assert_int_equal(placet_task_complete(task, &answer), PLACET_EINVALID);
}

static void settled(void *context, const struct placet_outcome *outcome)
{
    struct office *office = context;
    office->outcomes++;
    office->refused += outcome->code != PLACET_CODE_NONE;
}

static struct placet_adapter *open_adapter(struct office *office)
{
    const struct placet_options options = {.at = folder, .name = "water", .open_ms = PATIENCE_MS};
    const struct placet_service service = {.name = "water.soil",
                                           .hands = 8,
                                           .context = office,
                                           .handle = handle,
                                           .due = due,
                                           .withdrawn = withdrawn};
    struct placet_adapter *adapter = NULL;

    assert_int_equal(placet_adapter_open(&options, &adapter, NULL), PLACET_OK);
    assert_int_equal(placet_adapter_subscribe(adapter, &service), PLACET_OK);
    assert_int_equal(placet_adapter_subscribe(adapter, &service), PLACET_EINVALID);
    placet_adapter_on_outcome(adapter, settled, office);
    return adapter;
}

static int set_up(void **state)
{
    struct bench *bench = calloc(1, sizeof(*bench));

    (void)snprintf(folder, sizeof(folder), "/tmp/placet-client-XXXXXX");
    if (bench == NULL || mkdtemp(folder) == NULL) {
        return -1;
    }
    bench->engine = fake_engine_start(folder, "work");
    fake_engine_set_now(bench->engine, START_MS);
    fake_engine_reply_to(bench->engine, PLACET_KIND_SUBSCRIBE, 0, "{\"credit\": 8}");
    bench->adapter = open_adapter(&bench->office);
    *state = bench;
    return 0;
}

static int tear_down(void **state)
{
    struct bench *bench = *state;
    char path[96];

    placet_adapter_close(&bench->adapter);
    fake_engine_stop(bench->engine);
    free(bench);
    (void)snprintf(path, sizeof(path), "%s/work.sock", folder);
    (void)unlink(path);
    return rmdir(folder);
}

static void turn(struct bench *bench)
{
    assert_true(placet_adapter_run(bench->adapter, 1, NULL) >= 0);
}

static struct fake_message expect(struct bench *bench, enum placet_kind kind)
{
    struct fake_message message = {.bytes = NULL};
    for (int i = 0; i < PATIENCE_MS && !fake_engine_take(bench->engine, kind, &message); i++) {
        turn(bench);
    }
    assert_non_null(message.bytes);
    return message;
}

#define RUN_UNTIL(BENCH, CONDITION)                                                                \
    do {                                                                                           \
        for (int turns_ = 0; turns_ < PATIENCE_MS && !(CONDITION); turns_++) {                     \
            turn(BENCH);                                                                           \
        }                                                                                          \
        assert_true(CONDITION);                                                                    \
    } while (0)

static void offer(struct bench *bench, const char *name, uint8_t lease)
{
    const uint8_t token[16] = {lease};
    struct placet_writer out = {0};
    struct placet_value body = {.size = 0};

    placet_put_map(&out);
    placet_put_key_text(&out, "task", name);
    placet_put_key(&out, "lease");
    placet_put_bytes(&out, token, sizeof(token));
    placet_put_key_text(&out, "service", "water.soil");
    placet_put_key_text(&out, "case", "C7");
    placet_put_key_text(&out, "step", "soil_and_water");
    placet_put_key_i64(&out, "due", START_MS + 86400000);
    placet_put_key_i64(&out, "now", START_MS);
    placet_put_key(&out, "data");
    placet_put_map(&out);
    placet_put_key_i64(&out, "volume", 60000);
    placet_put_end(&out);
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &body), PLACET_OK);
    fake_engine_send(bench->engine, PLACET_KIND_TASK, 0, 0, body);
    placet_writer_fini(&out);
}

static void send_cancel(struct bench *bench, const char *name, uint8_t lease)
{
    const uint8_t token[16] = {lease};
    struct placet_writer out = {0};
    struct placet_value body = {.size = 0};

    placet_put_map(&out);
    placet_put_key_text(&out, "task", name);
    placet_put_key(&out, "lease");
    placet_put_bytes(&out, token, sizeof(token));
    placet_put_end(&out);
    assert_int_equal(placet_writer_value(&out, &body), PLACET_OK);
    fake_engine_send(bench->engine, PLACET_KIND_CANCEL, 0, 0, body);
    placet_writer_fini(&out);
}

static uint8_t lease_of(const struct fake_message *message)
{
    struct placet_value lease = {.size = 0};
    assert_true(placet_value_as_bytes(placet_value_get(message->body, "lease"), &lease));
    assert_int_equal(lease.size, 16);
    return lease.at[0];
}

static void subscribe(struct bench *bench)
{
    struct fake_message message = expect(bench, PLACET_KIND_SUBSCRIBE);
    assert_true(placet_text_is(placet_get_text(message.body, "service"), "water.soil"));
    assert_true(placet_get_i64(message.body, "max") == 8);
    free(message.bytes);
}

static void a_task_is_answered_with_its_lease(void **state)
{
    struct bench *bench = *state;

    subscribe(bench);
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 12}");
    offer(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_string_equal(bench->office.task->case_id, "C7");
    assert_string_equal(bench->office.task->key, "");
    assert_true(placet_get_i64(bench->office.task->data, "volume") == 60000);

    const struct placet_answer nothing = {.decision = NULL};
    const struct placet_answer answer = {.decision = "approve"};
    assert_int_equal(placet_task_complete(bench->office.task, &nothing), PLACET_EINVALID);
    assert_int_equal(placet_task_take(bench->office.task), PLACET_OK);
    assert_int_equal(placet_task_progress(bench->office.task, 101, NULL), PLACET_EINVALID);
    assert_int_equal(placet_task_progress(bench->office.task, 50, "half"), PLACET_OK);
    assert_int_equal(placet_task_complete(bench->office.task, &answer), PLACET_OK);
    /* Nobody answers twice. */
    assert_int_equal(placet_task_complete(bench->office.task, &answer), PLACET_EINVALID);

    struct fake_message message = expect(bench, PLACET_KIND_COMPLETE);
    assert_int_equal(lease_of(&message), 9);
    assert_true(placet_text_is(placet_get_text(message.body, "decision"), "approve"));
    free(message.bytes);
    free(expect(bench, PLACET_KIND_TAKEN).bytes);
    free(expect(bench, PLACET_KIND_PROGRESS).bytes);
    RUN_UNTIL(bench, bench->office.outcomes == 1);
    assert_int_equal(bench->office.refused, 0);
    assert_int_equal(placet_adapter_tasks(bench->adapter), 0);
}

static void clocks_stop_and_another_department_gets_it(void **state)
{
    struct bench *bench = *state;

    subscribe(bench);
    fake_engine_reply_to(bench->engine, PLACET_KIND_HAND_OVER, 0, "{\"sequence\": 14}");
    offer(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_int_equal(placet_task_pause(bench->office.task, "hearing", NULL), PLACET_EINVALID);
    assert_int_equal(placet_task_pause(bench->office.task, "hearing", "20 days"), PLACET_OK);
    assert_int_equal(placet_task_resume(bench->office.task, NULL), PLACET_EINVALID);
    assert_int_equal(placet_task_resume(bench->office.task, "hearing"), PLACET_OK);
    assert_int_equal(placet_task_hand_over(bench->office.task, "a.b", NULL), PLACET_EINVALID);
    assert_int_equal(placet_task_hand_over(bench->office.task, "a.b", "large"), PLACET_OK);
    /* It is gone. */
    assert_int_equal(placet_task_release(bench->office.task), PLACET_EINVALID);

    struct fake_message message = expect(bench, PLACET_KIND_PAUSE);
    assert_int_equal(lease_of(&message), 9);
    assert_true(placet_text_is(placet_get_text(message.body, "estimate"), "20 days"));
    free(message.bytes);
    message = expect(bench, PLACET_KIND_RESUME);
    assert_true(placet_text_is(placet_get_text(message.body, "reason"), "hearing"));
    free(message.bytes);
    message = expect(bench, PLACET_KIND_HAND_OVER);
    assert_true(placet_text_is(placet_get_text(message.body, "service"), "a.b"));
    free(message.bytes);
    RUN_UNTIL(bench, bench->office.outcomes == 1);
    assert_int_equal(placet_adapter_tasks(bench->adapter), 0);
}

static void a_task_that_comes_twice_is_handed_over_once(void **state)
{
    struct bench *bench = *state;

    offer(bench, "C7.1.0.1", 9);
    offer(bench, "C7.1.0.1", 9);
    offer(bench, "C7.2.0.1", 1);
    RUN_UNTIL(bench, bench->office.handled == 2);
    assert_int_equal(placet_adapter_tasks(bench->adapter), 2);
    assert_int_equal(bench->office.withdrawn, 0);

    /* With another lease it is another offer, and the first is worth nothing. */
    offer(bench, "C7.1.0.1", 10);
    RUN_UNTIL(bench, bench->office.handled == 3);
    assert_int_equal(bench->office.withdrawn, 1);
    assert_string_equal(bench->office.reason, "offered again");
    assert_int_equal(placet_adapter_tasks(bench->adapter), 2);
}

static void cancel_needs_the_right_lease(void **state)
{
    struct bench *bench = *state;

    offer(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 1);
    send_cancel(bench, "C7.1.0.1", 8);
    send_cancel(bench, "C8.1.0.1", 9);
    offer(bench, "C7.2.0.1", 1); /* comes after them */
    RUN_UNTIL(bench, bench->office.handled == 2);
    assert_int_equal(bench->office.withdrawn, 0);
    send_cancel(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.withdrawn == 1);
    assert_string_equal(bench->office.reason, "cancelled");
    assert_int_equal(placet_adapter_tasks(bench->adapter), 1);
}

/* Parked tasks come back in the order of their times, when the engine's clock has reached them and
 * not before: here it stands still until the test moves it. */
static void parked_tasks_come_back_by_the_engines_clock(void **state)
{
    struct bench *bench = *state;
    static const int64_t after_ms[] = {5000, 1000, 3000};

    fake_engine_reply_to(bench->engine, PLACET_KIND_PARK, 0, "{\"sequence\": 1}");
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 2}");
    for (unsigned i = 0; i < 3; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "C7.%u.0.1", i);
        offer(bench, name, 1);
        RUN_UNTIL(bench, bench->office.handled == i + 1);
        assert_int_equal(placet_task_park(bench->office.task, "2016-0412", START_MS + after_ms[i]),
                         PLACET_OK);
        free(expect(bench, PLACET_KIND_PARK).bytes);
    }
    for (int i = 0; i < 30; i++) {
        turn(bench); /* at a rate of 1,000 the estimate has run past all of them by now */
    }
    assert_int_equal(bench->office.came_due, 0);

    fake_engine_set_now(bench->engine, START_MS + 3000);
    struct fake_message first = expect(bench, PLACET_KIND_COMPLETE);
    struct fake_message second = expect(bench, PLACET_KIND_COMPLETE);
    assert_true(placet_text_is(placet_get_text(first.body, "task"), "C7.1.0.1"));
    assert_true(placet_text_is(placet_get_text(second.body, "task"), "C7.2.0.1"));
    free(first.bytes);
    free(second.bytes);
    RUN_UNTIL(bench, bench->office.outcomes == 2);
    assert_int_equal(bench->office.came_due, 2);
    fake_engine_set_now(bench->engine, START_MS + 5000);
    RUN_UNTIL(bench, bench->office.came_due == 3);
}

/* The engine forgot who has what: it is told before it may offer more. */
static void tasks_in_hand_are_announced_before_new_ones_come(void **state)
{
    struct bench *bench = *state;

    subscribe(bench);
    fake_engine_reply_to(bench->engine, PLACET_KIND_PARK, 0, "{\"sequence\": 1}");
    offer(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_int_equal(placet_task_park(bench->office.task, "2016-0412", 0), PLACET_OK);
    free(expect(bench, PLACET_KIND_PARK).bytes);
    offer(bench, "C8.1.0.1", 5);
    RUN_UNTIL(bench, bench->office.handled == 2);
    fake_engine_stop(bench->engine);

    bench->engine = fake_engine_start(folder, "work");
    fake_engine_set_now(bench->engine, START_MS + 10000);
    struct fake_message message = expect(bench, PLACET_KIND_SUBSCRIBE);
    assert_true(placet_value_get(message.body, "credit").size > 0);
    assert_int_equal(placet_get_i64(message.body, "credit"), 0);
    free(message.bytes);
    message = expect(bench, PLACET_KIND_CREDIT);
    assert_int_equal(placet_get_i64(message.body, "n"), 8);
    free(message.bytes);
    assert_true(fake_engine_take(bench->engine, PLACET_KIND_PROGRESS, &message));
    assert_int_equal(lease_of(&message), 5);
    free(message.bytes);
    assert_false(fake_engine_take(bench->engine, PLACET_KIND_PROGRESS, &message));
}

/* The engine took the answer and its turn came to nothing: no break, no reply. */
static void an_answer_without_a_reply_is_sent_again(void **state)
{
    struct bench *bench = *state;

    bench->office.answer_at_once = true;
    subscribe(bench);
    offer(bench, "C7.1.0.1", 9);
    free(expect(bench, PLACET_KIND_COMPLETE).bytes);
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 3}");
    struct fake_message message = expect(bench, PLACET_KIND_COMPLETE);
    assert_int_equal(lease_of(&message), 9);
    free(message.bytes);
    RUN_UNTIL(bench, bench->office.outcomes == 1);
    assert_int_equal(placet_adapter_pending(bench->adapter), 0);
}

static void answers_survive_a_restart_of_the_engine(void **state)
{
    struct bench *bench = *state;
    enum { TASKS = 100 };

    bench->office.answer_at_once = true;
    subscribe(bench);
    for (unsigned i = 0; i < TASKS; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "C%u.0.0.1", i);
        offer(bench, name, (uint8_t)i);
    }
    RUN_UNTIL(bench, bench->office.handled == TASKS);
    fake_engine_stop(bench->engine); /* nothing was answered */

    bench->engine = fake_engine_start(folder, "work");
    fake_engine_set_now(bench->engine, START_MS + 10000);
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, PLACET_FLAG_DUP, "{\"sequence\": 3}");
    subscribe(bench);
    for (unsigned i = 0; i < TASKS; i++) {
        struct fake_message message = expect(bench, PLACET_KIND_COMPLETE);
        assert_int_equal(lease_of(&message), i);
        free(message.bytes);
    }
    RUN_UNTIL(bench, bench->office.outcomes == TASKS);
    assert_int_equal(bench->office.refused, 0);
    assert_int_equal(placet_adapter_pending(bench->adapter), 0);
    assert_int_equal(placet_adapter_tasks(bench->adapter), 0);
}

/* After a restart the engine hears again who has what, and the program what was lost meanwhile. */
static void tasks_in_hand_are_named_again(void **state)
{
    struct bench *bench = *state;

    fake_engine_reply_to(bench->engine, PLACET_KIND_PARK, 0, "{\"sequence\": 1}");
    offer(bench, "C1.0.0.1", 1);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_int_equal(placet_task_park(bench->office.task, "2016-7", START_MS + 5000), PLACET_OK);
    offer(bench, "C2.0.0.1", 2);
    RUN_UNTIL(bench, bench->office.handled == 2);
    RUN_UNTIL(bench, placet_adapter_pending(bench->adapter) == 0);
    fake_engine_stop(bench->engine);

    bench->engine = fake_engine_start(folder, "work");
    fake_engine_set_now(bench->engine, START_MS);
    fake_engine_reply_to(bench->engine, PLACET_KIND_PARK, 0, "{\"sequence\": 1}");
    fake_engine_reply_to(bench->engine, PLACET_KIND_PROGRESS, PLACET_FLAG_ERROR,
                         "{\"code\": 403, \"name\": \"INVALID_STATE\", \"retry\": \"fix\","
                         " \"detail\": {\"rejection\": \"CASE_CLOSED\"}}");
    struct fake_message parked = expect(bench, PLACET_KIND_PARK);
    assert_true(placet_text_is(placet_get_text(parked.body, "task"), "C1.0.0.1"));
    assert_true(placet_text_is(placet_get_text(parked.body, "reference"), "2016-7"));
    assert_true(placet_get_i64(parked.body, "until") == START_MS + 5000);
    free(parked.bytes);
    RUN_UNTIL(bench, bench->office.withdrawn == 1);
    assert_string_equal(bench->office.reason, "INVALID_STATE");
    assert_int_equal(placet_adapter_tasks(bench->adapter), 1);

    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 2}");
    fake_engine_set_now(bench->engine, START_MS + 5000);
    RUN_UNTIL(bench, bench->office.came_due == 1);
}

static void refusals_are_told(void **state)
{
    struct bench *bench = *state;
    const struct placet_answer answer = {.decision = "approve"};

    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, PLACET_FLAG_ERROR,
                         "{\"code\": 404, \"name\": \"SUPERSEDED\", \"retry\": \"never\"}");
    fake_engine_reply_to(bench->engine, PLACET_KIND_PARK, PLACET_FLAG_ERROR,
                         "{\"code\": 404, \"name\": \"SUPERSEDED\", \"retry\": \"never\"}");
    offer(bench, "C7.1.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_int_equal(placet_task_complete(bench->office.task, &answer), PLACET_OK);
    RUN_UNTIL(bench, bench->office.outcomes == 1);
    assert_int_equal(bench->office.refused, 1);
    assert_int_equal(bench->office.withdrawn, 0);

    offer(bench, "C7.2.0.1", 9);
    RUN_UNTIL(bench, bench->office.handled == 2);
    assert_int_equal(placet_task_park(bench->office.task, "file", START_MS + 5000), PLACET_OK);
    RUN_UNTIL(bench, bench->office.withdrawn == 1);
    assert_string_equal(bench->office.reason, "SUPERSEDED");
    assert_true(placet_adapter_refused(bench->adapter) == 2);
    assert_int_equal(placet_adapter_tasks(bench->adapter), 0);
}

/* An engine that is out of breath is asked again, and the answer counts in the end. */
static void a_busy_engine_is_asked_again(void **state)
{
    struct bench *bench = *state;

    bench->office.answer_at_once = true;
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, PLACET_FLAG_ERROR,
                         "{\"code\": 500, \"retry\": \"same\", \"after\": 5}");
    offer(bench, "C7.1.0.1", 9);
    free(expect(bench, PLACET_KIND_COMPLETE).bytes);
    free(expect(bench, PLACET_KIND_COMPLETE).bytes);
    assert_int_equal(bench->office.outcomes, 0);
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 3}");
    RUN_UNTIL(bench, bench->office.outcomes == 1);
    assert_int_equal(bench->office.refused, 0);
}

static void a_refused_subscription_ends_the_loop(void **state)
{
    struct bench *bench = *state;
    struct placet_error err = {.status = PLACET_OK};
    int rc = 0;

    fake_engine_reply_to(bench->engine, PLACET_KIND_SUBSCRIBE, PLACET_FLAG_ERROR,
                         "{\"code\": 400, \"message\": \"no such service\", \"retry\": \"never\"}");
    for (int i = 0; i < PATIENCE_MS && rc >= 0; i++) {
        rc = placet_adapter_run(bench->adapter, 1, &err);
    }
    assert_int_equal(rc, PLACET_ENOTFOUND);
    assert_string_equal(err.message, "no such service");
}

/* A program with a loop of its own polls the descriptor and never waits in the library. */
static void the_descriptor_says_when_to_run(void **state)
{
    struct bench *bench = *state;
    unsigned runs = 0;

    bench->office.answer_at_once = true;
    fake_engine_reply_to(bench->engine, PLACET_KIND_COMPLETE, 0, "{\"sequence\": 3}");
    for (unsigned i = 0; i < 200; i++) {
        char name[16];
        (void)snprintf(name, sizeof(name), "C%u.0.0.1", i);
        offer(bench, name, 1);
    }
    while (bench->office.outcomes < 200 && runs < PATIENCE_MS) {
        struct pollfd descriptor = {.fd = placet_adapter_fd(bench->adapter), .events = POLLIN};
        const int wait_ms = placet_adapter_wait_ms(bench->adapter);
        assert_true(wait_ms >= 0 && wait_ms <= 1000);
        assert_true(poll(&descriptor, 1, wait_ms) >= 0);
        assert_true(placet_adapter_run(bench->adapter, 0, NULL) >= 0);
        runs++;
    }
    assert_int_equal(bench->office.outcomes, 200);
    assert_int_equal(bench->office.refused, 0);
}

static void nonsense_is_left_alone(void **state)
{
    struct bench *bench = *state;

    subscribe(bench);
    fake_engine_send_json(bench->engine, PLACET_KIND_TASK, 0, 0, "{\"task\": \"C7.1.0.1\"}");
    fake_engine_send_json(bench->engine, PLACET_KIND_TASK, 0, 0, "{}");
    fake_engine_send_json(bench->engine, PLACET_KIND_COMPLETE, PLACET_FLAG_REPLY, 1, "{}");
    fake_engine_send_json(bench->engine, PLACET_KIND_EVENTS, 0, 5, "{\"x\": 1}");
    offer(bench, "C7.2.0.1", 1);
    RUN_UNTIL(bench, bench->office.handled == 1);
    assert_string_equal(bench->office.task->task, "C7.2.0.1");
    assert_int_equal(placet_adapter_tasks(bench->adapter), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_task_is_answered_with_its_lease, set_up, tear_down),
        cmocka_unit_test_setup_teardown(clocks_stop_and_another_department_gets_it, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(a_task_that_comes_twice_is_handed_over_once, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(cancel_needs_the_right_lease, set_up, tear_down),
        cmocka_unit_test_setup_teardown(parked_tasks_come_back_by_the_engines_clock, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(tasks_in_hand_are_announced_before_new_ones_come, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(an_answer_without_a_reply_is_sent_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(answers_survive_a_restart_of_the_engine, set_up, tear_down),
        cmocka_unit_test_setup_teardown(tasks_in_hand_are_named_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refusals_are_told, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_busy_engine_is_asked_again, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_refused_subscription_ends_the_loop, set_up, tear_down),
        cmocka_unit_test_setup_teardown(the_descriptor_says_when_to_run, set_up, tear_down),
        cmocka_unit_test_setup_teardown(nonsense_is_left_alone, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
