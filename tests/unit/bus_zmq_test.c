/* The ZeroMQ bus against real sockets: frames, strangers, the run directory. Every wait is for a
 * message, never for time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include <cmocka.h>

#include "bus/zmq.h"
#include "model/limits.h"
#include "wire/messages.h"

#define PATIENCE_MS 10000 /* a failure, not a pace */

struct fixture {
    char dir[64];
    struct pl_bus *bus;
    void *context;
    void *peer;
};

static void open_bus(struct fixture *f, const char *tcp_host)
{
    const struct pl_zmq_options options = {.run_dir = f->dir, .tcp_host = tcp_host};
    struct placet_error err;
    assert_int_equal(pl_zmq_open(&options, &f->bus, &err), PLACET_OK);
}

static void connect_peer(struct fixture *f, enum pl_endpoint endpoint, const char *routing_id)
{
    const int wait = PATIENCE_MS;
    f->peer = zmq_socket(f->context, ZMQ_DEALER);
    assert_non_null(f->peer);
    zmq_setsockopt(f->peer, ZMQ_RCVTIMEO, &wait, sizeof wait);
    if (routing_id != NULL) {
        zmq_setsockopt(f->peer, ZMQ_ROUTING_ID, routing_id, strlen(routing_id));
    }
    assert_int_equal(zmq_connect(f->peer, pl_zmq_address(f->bus, endpoint, 0)), 0);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    assert_non_null(f);
    snprintf(f->dir, sizeof f->dir, "/tmp/placet-bus-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    f->context = zmq_ctx_new();
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"placetd.pid", "endpoints", "work.sock", "api.sock",
                                        "tail.sock"};
    struct fixture *f = *state;
    if (f->peer != NULL) {
        const int none = 0;
        zmq_setsockopt(f->peer, ZMQ_LINGER, &none, sizeof none);
        zmq_close(f->peer);
    }
    pl_zmq_close(f->bus, 0);
    zmq_ctx_term(f->context);
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", f->dir, names[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(f->dir), 0);
    free(f);
    return 0;
}

/* Receives until at least one message is there. */
static unsigned receive(struct fixture *f, struct pl_message *out, unsigned max)
{
    for (;;) {
        const int n = f->bus->ops->receive(f->bus, PATIENCE_MS, out, max, 1u << 20);
        assert_true(n >= 0);
        if (n > 0) {
            return (unsigned)n;
        }
    }
}

static void message_goes_in_and_answer_comes_out(void **state)
{
    struct fixture *f = *state;
    struct pl_message m;
    char header[16];
    char body[16];

    open_bus(f, NULL);
    connect_peer(f, PL_ENDPOINT_WORK, NULL);
    zmq_send(f->peer, "header", 6, ZMQ_SNDMORE);
    zmq_send(f->peer, "body", 4, 0);
    assert_int_equal(receive(f, &m, 1), 1);
    assert_int_equal(m.endpoint, PL_ENDPOINT_WORK);
    assert_int_equal(m.frames, 2);
    assert_int_equal(m.header.size, 6);
    assert_memory_equal(m.body.at, "body", 4);

    const struct pl_bytes head = {(const uint8_t *)"HEAD", 4};
    const struct pl_bytes text = {(const uint8_t *)"answer", 6};
    assert_int_equal(f->bus->ops->send(f->bus, PL_ENDPOINT_WORK, m.peer, head, text), PLACET_OK);
    assert_int_equal(zmq_recv(f->peer, header, sizeof header, 0), 4);
    assert_int_equal(zmq_recv(f->peer, body, sizeof body, 0), 6);
    assert_memory_equal(body, "answer", 6);

    const struct pl_peer stranger = {m.peer.v + 1000};
    assert_int_equal(f->bus->ops->send(f->bus, PL_ENDPOINT_WORK, stranger, head, text),
                     PLACET_EUNREACHABLE);
    assert_int_equal(f->bus->ops->send(f->bus, PL_ENDPOINT_API, m.peer, head, text),
                     PLACET_EUNREACHABLE);
}

static void frames_are_counted_and_the_surplus_dropped(void **state)
{
    struct fixture *f = *state;
    struct pl_message m[2];

    open_bus(f, NULL);
    connect_peer(f, PL_ENDPOINT_API, NULL);
    zmq_send(f->peer, "alone", 5, 0);
    assert_int_equal(receive(f, m, 1), 1);
    assert_int_equal(m[0].frames, 1);
    assert_int_equal(m[0].header.size, 5);
    assert_int_equal(m[0].body.size, 0);

    for (int i = 0; i < 40; i++) {
        zmq_send(f->peer, "x", 1, i < 39 ? ZMQ_SNDMORE : 0);
    }
    assert_int_equal(receive(f, m, 1), 1);
    assert_int_equal(m[0].frames, 40);
    assert_int_equal(m[0].body.size, 0);
}

static void a_batch_is_bounded(void **state)
{
    struct fixture *f = *state;
    struct pl_message m[4];
    unsigned taken = 0;

    open_bus(f, NULL);
    connect_peer(f, PL_ENDPOINT_API, NULL);
    for (int i = 0; i < 10; i++) {
        zmq_send(f->peer, &i, sizeof i, ZMQ_SNDMORE);
        zmq_send(f->peer, "", 0, 0);
    }
    while (taken < 10) {
        const unsigned n = receive(f, m, 4);
        assert_true(n <= 4);
        for (unsigned i = 0; i < n; i++) {
            int number = 0;
            memcpy(&number, m[i].header.at, sizeof number);
            assert_int_equal(number, (int)taken + (int)i);
        }
        taken += n;
    }
    assert_int_equal(taken, 10);
}

static void a_chosen_routing_id_is_refused(void **state)
{
    struct fixture *f = *state;
    const struct placet_header ping = {.kind = PLACET_KIND_PING, .correlation = 9};
    struct placet_header answer;
    uint8_t head[PLACET_HEADER_SIZE];
    uint8_t body[256];
    struct pl_message m;
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};

    open_bus(f, NULL);
    connect_peer(f, PL_ENDPOINT_API, "me");
    placet_header_write(&ping, head);
    zmq_send(f->peer, head, sizeof head, ZMQ_SNDMORE);
    zmq_send(f->peer, "\x80", 1, 0);
    item.socket = f->peer;
    while (zmq_poll(&item, 1, 10) == 0) {
        assert_int_equal(f->bus->ops->receive(f->bus, 10, &m, 1, 1000), 0);
    }
    assert_int_equal(zmq_recv(f->peer, head, sizeof head, 0), sizeof head);
    const int size = zmq_recv(f->peer, body, sizeof body, 0);
    assert_true(size > 0);
    assert_int_equal(placet_header_read(head, sizeof head, &answer), PLACET_OK);
    assert_int_equal(answer.correlation, 9);
    assert_int_equal(answer.flags, PLACET_FLAG_REPLY | PLACET_FLAG_ERROR);
    int64_t code = 0;
    const struct pl_bytes bytes = {body, (uint32_t)size};
    assert_true(pl_value_as_i64(pl_value_get(bytes, PL_TEXT("code")), &code));
    assert_int_equal(code, PLACET_CODE_BAD_FRAME);
}

static void the_tail_knows_whether_anybody_listens(void **state)
{
    struct fixture *f = *state;
    struct pl_message m;
    char text[16];
    const int wait = PATIENCE_MS;

    open_bus(f, NULL);
    assert_false(f->bus->ops->has_listeners(f->bus));
    f->peer = zmq_socket(f->context, ZMQ_SUB);
    zmq_setsockopt(f->peer, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(f->peer, ZMQ_SUBSCRIBE, "e/", 2);
    assert_int_equal(zmq_connect(f->peer, pl_zmq_address(f->bus, PL_ENDPOINT_TAIL, 0)), 0);
    while (!f->bus->ops->has_listeners(f->bus)) {
        assert_int_equal(f->bus->ops->receive(f->bus, 10, &m, 1, 1000), 0);
    }
    const struct pl_bytes one = {(const uint8_t *)"1", 1};
    f->bus->ops->publish(f->bus, PL_TEXT("h/"), one, one);
    f->bus->ops->publish(f->bus, PL_TEXT("e/x/"), one, one);
    assert_int_equal(zmq_recv(f->peer, text, sizeof text, 0), 4);
    assert_memory_equal(text, "e/x/", 4);

    zmq_setsockopt(f->peer, ZMQ_UNSUBSCRIBE, "e/", 2);
    while (f->bus->ops->has_listeners(f->bus)) {
        assert_int_equal(f->bus->ops->receive(f->bus, 10, &m, 1, 1000), 0);
    }
}

static void one_engine_in_a_run_directory(void **state)
{
    struct fixture *f = *state;
    const struct pl_zmq_options options = {.run_dir = f->dir};
    struct pl_bus *second = NULL;
    struct placet_error err;
    struct stat st;
    char path[128];

    open_bus(f, NULL);
    assert_int_equal(pl_zmq_open(&options, &second, &err), PLACET_ECONFLICT);
    assert_null(second);
    snprintf(path, sizeof path, "%s/work.sock", f->dir);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0177, 0);
    pl_zmq_close(f->bus, 0);
    f->bus = NULL;
    open_bus(f, NULL);
}

static void only_the_loopback_and_short_paths_and_own_directories(void **state)
{
    struct fixture *f = *state;
    struct placet_error err;
    struct pl_bus *bus = NULL;
    char deep[256];

    struct pl_zmq_options options = {.run_dir = f->dir, .tcp_host = "0.0.0.0"};
    assert_int_equal(pl_zmq_open(&options, &bus, &err), PLACET_EINVALID);
    assert_non_null(strstr(err.message, "keys are not configured"));
    options.tcp_host = "*";
    assert_int_equal(pl_zmq_open(&options, &bus, &err), PLACET_EINVALID);

    assert_int_equal(chmod(f->dir, 0777), 0);
    options.tcp_host = NULL;
    assert_int_equal(pl_zmq_open(&options, &bus, &err), PLACET_EDENIED);
    assert_int_equal(chmod(f->dir, 0700), 0);

    snprintf(deep, sizeof deep, "%s/%0*d", f->dir, 100, 0);
    options.run_dir = deep;
    assert_int_equal(pl_zmq_open(&options, &bus, &err), PLACET_EINVALID);
    assert_null(bus);
    snprintf(deep, sizeof deep, "%s/%0*d/placetd.pid", f->dir, 100, 0);
    assert_int_equal(unlink(deep), 0);
    *strrchr(deep, '/') = '\0';
    assert_int_equal(rmdir(deep), 0);
}

static void the_endpoints_file_names_the_ports(void **state)
{
    struct fixture *f = *state;
    char path[128];
    char text[1024] = "";

    open_bus(f, "127.0.0.1");
    snprintf(path, sizeof path, "%s/endpoints", f->dir);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    assert_true(fread(text, 1, sizeof text - 1, file) > 0);
    fclose(file);
    for (unsigned e = 0; e < PL_ENDPOINTS; e++) {
        const char *tcp = pl_zmq_address(f->bus, (enum pl_endpoint)e, 1);
        assert_non_null(tcp);
        assert_memory_equal(tcp, "tcp://127.0.0.1:", 16);
        assert_non_null(strstr(text, tcp));
    }
    assert_null(pl_zmq_address(f->bus, PL_ENDPOINT_WORK, 2));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(message_goes_in_and_answer_comes_out, setup, teardown),
        cmocka_unit_test_setup_teardown(frames_are_counted_and_the_surplus_dropped, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_batch_is_bounded, setup, teardown),
        cmocka_unit_test_setup_teardown(a_chosen_routing_id_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(the_tail_knows_whether_anybody_listens, setup, teardown),
        cmocka_unit_test_setup_teardown(one_engine_in_a_run_directory, setup, teardown),
        cmocka_unit_test_setup_teardown(only_the_loopback_and_short_paths_and_own_directories,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(the_endpoints_file_names_the_ports, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
