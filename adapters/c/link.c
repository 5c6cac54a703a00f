#include "link.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include <placet/version.h>

#include "mistake.h"

#define SECOND_US        INT64_C(1000000)
#define HELLO_AGAIN_US   (2 * SECOND_US) /* an unanswered HELLO is said again */
#define HEARTBEAT_US     (1 * SECOND_US)
#define DEAD_US          (10 * SECOND_US) /* nothing heard for so long: connect anew */
#define OPEN_MS          5000
#define RECONNECT_MS     20
#define RECONNECT_MAX_MS 100
#define BODY_MAX         (16 << 20) /* larger than any reply; a fuse */
#define PIPE_MAX         20000      /* messages that wait in ZeroMQ; calls wait with us */
#define NAME_MAX_SIZE    48
#define LIBRARY          "libplacet/" PLACET_VERSION

int64_t pl_link_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * SECOND_US + now.tv_nsec / 1000;
}

uint64_t pl_link_correlate(struct pl_link *link)
{
    return PL_LINK_OWN + ++link->last_correlation;
}

/* ---- sending ---- */

static bool put(struct pl_link *link, enum placet_kind kind, uint64_t correlation,
                struct placet_value body)
{
    const struct placet_header header = {.kind = (uint16_t)kind, .correlation = correlation};
    uint8_t bytes[PLACET_HEADER_SIZE];

    placet_header_write(&header, bytes);
    if (zmq_send(link->socket, bytes, sizeof(bytes), ZMQ_DONTWAIT | ZMQ_SNDMORE) < 0) {
        return false;
    }
    /* Frames of one message go together: the second is never refused when the first was taken. */
    return zmq_send(link->socket, body.at, body.size, ZMQ_DONTWAIT) >= 0;
}

bool pl_link_send(struct pl_link *link, enum placet_kind kind, uint64_t correlation,
                  struct placet_value body)
{
    return link->state == PL_LINK_UP && put(link, kind, correlation, body);
}

static void put_own(struct pl_link *link, enum placet_kind kind, uint64_t correlation,
                    struct placet_writer *out)
{
    struct placet_value body;

    if (placet_writer_value(out, &body) == PLACET_OK) {
        (void)put(link, kind, correlation, body); /* not sent: the next tick says it again */
    }
    placet_writer_fini(out);
}

static void say_hello(struct pl_link *link)
{
    struct placet_writer out = {0};

    link->state = PL_LINK_GREETING;
    link->hello = pl_link_correlate(link);
    link->hello_at_us = pl_link_now_us();
    placet_put_map(&out);
    placet_put_key_text(&out, "role", link->role);
    placet_put_key_text(&out, "name", link->name);
    placet_put_key(&out, "instance");
    placet_put_bytes(&out, link->instance, sizeof(link->instance));
    placet_put_key_i64(&out, "version_min", PLACET_PROTOCOL_VERSION);
    placet_put_key_i64(&out, "version_max", PLACET_PROTOCOL_VERSION);
    placet_put_key_i64(&out, "heartbeat", HEARTBEAT_US / 1000);
    placet_put_key_text(&out, "library", LIBRARY);
    placet_put_end(&out);
    put_own(link, PLACET_KIND_HELLO, link->hello, &out);
}

void pl_link_ping(struct pl_link *link)
{
    struct placet_writer out = {0};

    link->ping_at_us = pl_link_now_us();
    placet_put_map(&out);
    placet_put_end(&out);
    put_own(link, PLACET_KIND_PING, pl_link_correlate(link), &out);
}

/* ---- the session ---- */

void pl_link_learn_time(struct pl_link *link, int64_t now_ms)
{
    if (now_ms >= link->session.now_ms) {
        link->session.now_ms = now_ms;
        link->now_at_us = pl_link_now_us();
    }
}

static void welcome(struct pl_link *link, const struct pl_letter *letter)
{
    const struct placet_value body = letter->body;
    struct placet_session *session = &link->session;

    if (letter->header.correlation != link->hello || link->state != PL_LINK_GREETING) {
        return; /* the answer to an older HELLO */
    }
    if (pl_letter_code(letter) != PLACET_CODE_NONE) {
        if (!placet_text_is(placet_get_text(body, "retry"), "same")) {
            (void)pl_client_refusal(pl_letter_code(letter), body, &link->refused);
        }
        return;
    }
    link->state = PL_LINK_UP;
    link->ping_at_us = pl_link_now_us();
    (void)placet_get_string(body, "node", session->node, sizeof(session->node));
    (void)placet_get_string(body, "session", session->session, sizeof(session->session));
    session->rate = placet_get_i64(body, "rate");
    if (session->rate < 1) {
        session->rate = 1;
    }
    const int64_t heartbeat_us = placet_get_i64(body, "heartbeat") * 1000;
    link->heartbeat_us =
        heartbeat_us > 0 && heartbeat_us < HEARTBEAT_US ? heartbeat_us : HEARTBEAT_US;
    pl_link_learn_time(link, placet_get_i64(body, "now"));
    session->count++;
}

/* Whether a message was about the session and needs nothing more. */
static bool is_own(struct pl_link *link, const struct pl_letter *letter)
{
    if (letter->header.kind == PLACET_KIND_HELLO) {
        welcome(link, letter);
        return true;
    }
    if (pl_letter_code(letter) == PLACET_CODE_NO_SESSION) {
        if (link->state == PL_LINK_UP) {
            say_hello(link);
        }
        return true;
    }
    if (letter->header.kind == PLACET_KIND_PING) {
        pl_link_learn_time(link, placet_get_i64(letter->body, "now"));
        return true;
    }
    if (letter->header.kind == PLACET_KIND_BYE) {
        if (!placet_get_bool(letter->body, "drain")) {
            link->state = PL_LINK_GREETING; /* HELLO again, a little later */
            link->hello = 0;
            link->hello_at_us = pl_link_now_us();
        }
        return true;
    }
    /* Nothing of an older session reaches the owner before it knows of the new one. */
    return link->state != PL_LINK_UP;
}

enum placet_code pl_letter_code(const struct pl_letter *letter)
{
    if ((letter->header.flags & PLACET_FLAG_ERROR) == 0) {
        return PLACET_CODE_NONE;
    }
    const int64_t code = placet_get_i64(letter->body, "code");
    const bool known = code > 0 && code <= UINT16_MAX && placet_code_name((unsigned)code) != NULL;
    return known ? (enum placet_code)code : PLACET_CODE_INTERNAL;
}

/* ---- receiving ---- */

/* Reads what ZeroMQ says of the transport. */
static void read_monitor(struct pl_link *link)
{
    zmq_msg_t frame;

    (void)zmq_msg_init(&frame);
    while (zmq_msg_recv(&frame, link->monitor, ZMQ_DONTWAIT) >= 0) {
        uint16_t event = 0;
        if (zmq_msg_size(&frame) >= sizeof(event)) {
            memcpy(&event, zmq_msg_data(&frame), sizeof(event));
        }
        while (zmq_msg_more(&frame) != 0 && zmq_msg_recv(&frame, link->monitor, 0) >= 0) {
        }
        if (event == ZMQ_EVENT_HANDSHAKE_SUCCEEDED) {
            link->attached = true;
            link->heard_at_us = pl_link_now_us();
            say_hello(link);
        } else if (event == ZMQ_EVENT_DISCONNECTED) {
            link->attached = false;
            link->state = PL_LINK_DOWN;
        }
    }
    (void)zmq_msg_close(&frame);
}

/* One message of two frames; whatever else comes is read to its end and left. */
static bool take_message(struct pl_link *link, struct pl_letter *letter, bool *usable_out)
{
    zmq_msg_t head;
    bool usable = false;

    (void)zmq_msg_init(&head);
    if (zmq_msg_recv(&head, link->socket, ZMQ_DONTWAIT) < 0) {
        (void)zmq_msg_close(&head);
        return false;
    }
    (void)zmq_msg_init(&letter->message);
    if (zmq_msg_more(&head) != 0 && zmq_msg_recv(&letter->message, link->socket, 0) >= 0) {
        usable = zmq_msg_more(&letter->message) == 0 &&
                 placet_header_read(zmq_msg_data(&head), zmq_msg_size(&head), &letter->header) ==
                     PLACET_OK &&
                 placet_value_check(zmq_msg_data(&letter->message), zmq_msg_size(&letter->message),
                                    &letter->body) == PLACET_OK;
        while (zmq_msg_more(&letter->message) != 0 &&
               zmq_msg_recv(&letter->message, link->socket, 0) >= 0) {
        }
    }
    (void)zmq_msg_close(&head);
    *usable_out = usable;
    return true;
}

bool pl_link_receive(struct pl_link *link, struct pl_letter *letter)
{
    bool usable = false;

    while (take_message(link, letter, &usable)) {
        link->heard_at_us = pl_link_now_us();
        if (usable && !is_own(link, letter)) {
            return true;
        }
        (void)zmq_msg_close(&letter->message);
    }
    return false;
}

/* ---- time ---- */

static void connect_anew(struct pl_link *link)
{
    (void)zmq_disconnect(link->socket, link->endpoint);
    (void)zmq_connect(link->socket, link->endpoint);
    link->attached = false;
    link->state = PL_LINK_DOWN;
    link->heard_at_us = pl_link_now_us();
}

void pl_link_tick(struct pl_link *link)
{
    const int64_t now_us = pl_link_now_us();

    read_monitor(link);
    if (!link->attached) {
        return;
    }
    if (now_us - link->heard_at_us > DEAD_US) {
        connect_anew(link);
    } else if (link->state == PL_LINK_GREETING && now_us - link->hello_at_us >= HELLO_AGAIN_US) {
        say_hello(link);
    } else if (link->state == PL_LINK_UP && now_us - link->ping_at_us >= link->heartbeat_us) {
        pl_link_ping(link);
    }
}

int64_t pl_link_due_us(const struct pl_link *link)
{
    if (!link->attached) {
        return INT64_MAX;
    }
    return link->state == PL_LINK_UP ? link->ping_at_us + link->heartbeat_us
                                     : link->hello_at_us + HELLO_AGAIN_US;
}

void pl_link_wait(struct pl_link *link, int64_t timeout_us)
{
    zmq_pollitem_t items[] = {{.socket = link->socket, .events = ZMQ_POLLIN},
                              {.socket = link->monitor, .events = ZMQ_POLLIN}};
    const int64_t now_us = pl_link_now_us();
    int64_t wait_us = pl_link_due_us(link) - now_us;

    if (timeout_us < wait_us) {
        wait_us = timeout_us;
    }
    if (wait_us < 0) {
        wait_us = 0;
    }
    /* Rounded up: waking too early would only mean waiting again. */
    const int64_t wait_ms = wait_us > DEAD_US ? DEAD_US / 1000 : (wait_us + 999) / 1000;
    (void)zmq_poll(items, 2, (long)wait_ms); /* interrupted by a signal: the owner's turn */
}

/* ---- opening and closing ---- */

static bool set(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof(value)) == 0;
}

static int watch_descriptor(struct pl_link *link, void *socket)
{
    int descriptor = -1;
    size_t size = sizeof(descriptor);

    if (zmq_getsockopt(socket, ZMQ_FD, &descriptor, &size) != 0) {
        return -1;
    }
    struct epoll_event event = {.events = EPOLLIN};
    return epoll_ctl(link->fd, EPOLL_CTL_ADD, descriptor, &event);
}

static int open_sockets(struct pl_link *link)
{
    const int64_t message_max = BODY_MAX;

    link->zmq = zmq_ctx_new();
    link->socket = link->zmq == NULL ? NULL : zmq_socket(link->zmq, ZMQ_DEALER);
    link->monitor = link->socket == NULL ? NULL : zmq_socket(link->zmq, ZMQ_PAIR);
    link->fd = epoll_create1(EPOLL_CLOEXEC);
    if (link->monitor == NULL || link->fd < 0) {
        return PLACET_ENOMEM;
    }
    if (!set(link->socket, ZMQ_IMMEDIATE, 1) || !set(link->socket, ZMQ_LINGER, 0) ||
        !set(link->socket, ZMQ_SNDHWM, PIPE_MAX) || !set(link->socket, ZMQ_RCVHWM, PIPE_MAX) ||
        !set(link->socket, ZMQ_RECONNECT_IVL, RECONNECT_MS) ||
        !set(link->socket, ZMQ_RECONNECT_IVL_MAX, RECONNECT_MAX_MS) ||
        !set(link->monitor, ZMQ_LINGER, 0) ||
        zmq_setsockopt(link->socket, ZMQ_MAXMSGSIZE, &message_max, sizeof(message_max)) != 0 ||
        zmq_socket_monitor(link->socket, "inproc://transport",
                           ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_DISCONNECTED) != 0 ||
        zmq_connect(link->monitor, "inproc://transport") != 0 ||
        watch_descriptor(link, link->socket) != 0 || watch_descriptor(link, link->monitor) != 0) {
        return PLACET_EIO;
    }
    return PLACET_OK;
}

static int wait_for_session(struct pl_link *link, int open_ms, struct placet_error *err)
{
    const int64_t wait_ms = open_ms == 0 ? OPEN_MS : open_ms;
    const int64_t end_us = wait_ms < 0 ? INT64_MAX : pl_link_now_us() + wait_ms * 1000;
    struct pl_letter letter;

    while (link->state != PL_LINK_UP) {
        if (link->refused.status != PLACET_OK) {
            if (err != NULL) {
                *err = link->refused;
            }
            return link->refused.status;
        }
        const int64_t left_us = end_us - pl_link_now_us();
        if (left_us <= 0) {
            return pl_client_fail(err, PLACET_EUNREACHABLE, "no engine answers at %s",
                                  link->endpoint);
        }
        pl_link_wait(link, left_us);
        pl_link_tick(link);
        if (pl_link_receive(link, &letter)) {
            (void)zmq_msg_close(&letter.message);
        }
    }
    return PLACET_OK;
}

int pl_link_open(struct pl_link *link, const struct placet_options *options, const char *which,
                 const char *role, struct placet_error *err)
{
    *link = (struct pl_link){.fd = -1, .heartbeat_us = HEARTBEAT_US};

    if (options->name == NULL || options->name[0] == '\0' ||
        strlen(options->name) > NAME_MAX_SIZE) {
        return pl_client_fail(err, PLACET_EINVALID, "a name of 1 to %d bytes is required",
                              NAME_MAX_SIZE);
    }
    int rc = placet_endpoint(options->at, which, link->endpoint, sizeof(link->endpoint), err);
    if (rc < 0) {
        return rc;
    }
    (void)snprintf(link->role, sizeof(link->role), "%s", role);
    (void)snprintf(link->name, sizeof(link->name), "%s", options->name);
    if (getrandom(link->instance, sizeof(link->instance), 0) != (ssize_t)sizeof(link->instance)) {
        return pl_client_fail(err, PLACET_EIO, "no random numbers");
    }

    rc = open_sockets(link);
    if (rc < 0) {
        rc = pl_client_fail(err, rc, "cannot open a socket: %s", zmq_strerror(errno));
    } else if (zmq_connect(link->socket, link->endpoint) != 0) {
        rc = pl_client_fail(err, PLACET_EINVALID, "cannot connect to %s: %s", link->endpoint,
                            zmq_strerror(errno));
    } else {
        rc = wait_for_session(link, options->open_ms, err);
    }
    if (rc < 0) {
        pl_link_close(link);
    }
    return rc;
}

void pl_link_close(struct pl_link *link)
{
    if (link->socket != NULL) {
        if (link->state == PL_LINK_UP) {
            struct placet_writer out = {0};
            placet_put_map(&out);
            placet_put_end(&out);
            put_own(link, PLACET_KIND_BYE, pl_link_correlate(link), &out);
            (void)set(link->socket, ZMQ_LINGER, 100); /* long enough for BYE, no longer */
        }
        (void)zmq_socket_monitor(link->socket, NULL, 0);
        (void)zmq_close(link->socket);
    }
    if (link->monitor != NULL) {
        (void)zmq_close(link->monitor);
    }
    if (link->zmq != NULL) {
        (void)zmq_ctx_term(link->zmq);
    }
    if (link->fd >= 0) {
        (void)close(link->fd);
    }
    *link = (struct pl_link){.fd = -1};
}
