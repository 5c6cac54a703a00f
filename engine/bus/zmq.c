#include "bus/zmq.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#include "base/bytes.h"
#include "base/check.h"
#include "bus/run_dir.h"
#include "model/limits.h"
#include "value/mistake.h"
#include "wire/messages.h"

#define NO_PLACE       ((struct pl_place){0})

/* Queue lengths are fuses, not flow control: credit keeps a peer far below them. */
#define SEND_QUEUE_MAX (4 * PL_CREDIT_MAX)
#define RECEIVE_QUEUE  1000
#define FRAME_SIZE_MAX                                                                             \
    (PL_PUBLISH_BODY_MAX + 4096) /* a body that is a little too large is answered */
#define HANDSHAKE_MS    5000
#define HEARTBEAT_MS    2000
#define HEARTBEAT_DEAD  6000
#define CONNECTIONS_MAX 4096 /* waiting to be accepted */

/* Routing ids made by a ROUTER: a zero and four bytes. A chosen one cannot begin with zero. */
#define ROUTING_ID_SIZE 5

struct zmq_bus {
    struct pl_bus bus;
    void *context;
    void *sockets[PL_ENDPOINTS];
    int lock;
    struct pl_addresses addresses;
    uint32_t listeners; /* topics that somebody subscribed to */

    /* The last batch; its memory is given back by the next receive. */
    zmq_msg_t frames[2 * PL_BATCH_MESSAGES_MAX];
    unsigned frame_count;
};

static struct zmq_bus *zmq_of(const struct pl_bus *bus)
{
    return (struct zmq_bus *)((uintptr_t)bus - offsetof(struct zmq_bus, bus));
}

/* ---- receiving --------------------------------------------------------------------------------
 */

static void batch_free(struct zmq_bus *z)
{
    for (unsigned i = 0; i < z->frame_count; i++) {
        zmq_msg_close(&z->frames[i]);
    }
    z->frame_count = 0;
}

/* Takes the frames that follow the routing id; keeps the first two, counts all. */
static uint32_t take_frames(struct zmq_bus *z, void *socket)
{
    zmq_msg_t *kept = &z->frames[z->frame_count];
    uint32_t count = 0;
    bool more = true;

    zmq_msg_init(&kept[0]);
    zmq_msg_init(&kept[1]);
    z->frame_count += 2;
    while (more) {
        zmq_msg_t extra;
        zmq_msg_t *into = count < 2 ? &kept[count] : &extra;
        if (into == &extra) {
            zmq_msg_init(&extra);
        }
        const int rc = zmq_msg_recv(into, socket, ZMQ_DONTWAIT);
        PL_CHECK(rc >= 0); /* the frames of a message arrive together */
        more = zmq_msg_more(into) != 0;
        count++;
        if (into == &extra) {
            zmq_msg_close(&extra);
        }
    }
    return count;
}

static struct pl_bytes frame_bytes(zmq_msg_t *frame)
{
    return (struct pl_bytes){zmq_msg_data(frame), (uint32_t)zmq_msg_size(frame)};
}

static void refuse_routing_id(void *socket, zmq_msg_t *id, struct pl_bytes request)
{
    struct placet_header header = {0};
    uint8_t head[PLACET_HEADER_SIZE];
    uint8_t memory[256];
    struct pl_writer body;

    if (placet_header_read(request.at, request.size, &header) == PLACET_EINVALID) {
        return;
    }
    header.flags = PLACET_FLAG_REPLY | PLACET_FLAG_ERROR;
    placet_header_write(&header, head);
    pl_writer_init(&body, memory, sizeof memory);
    pl_error_write(&body, PLACET_CODE_BAD_FRAME, "do not set ZMQ_ROUTING_ID", 0,
                   (struct pl_bytes){0});
    if (zmq_msg_send(id, socket, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) {
        (void)zmq_send(socket, head, sizeof head, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        (void)zmq_send(socket, body.at, body.used, ZMQ_DONTWAIT);
    }
}

/* Takes one message of a ROUTER. 1: taken into `out`; 0: taken and refused; -1: nothing there. */
static int take_message(struct zmq_bus *z, enum pl_endpoint endpoint, struct pl_message *out)
{
    void *socket = z->sockets[endpoint];
    zmq_msg_t id;

    zmq_msg_init(&id);
    if (zmq_msg_recv(&id, socket, ZMQ_DONTWAIT) < 0) {
        zmq_msg_close(&id);
        return -1;
    }
    const unsigned first = z->frame_count;
    const uint32_t count = zmq_msg_more(&id) ? take_frames(z, socket) : 0;
    const uint8_t *bytes = zmq_msg_data(&id);
    const bool numbered = zmq_msg_size(&id) == ROUTING_ID_SIZE && bytes[0] == 0;
    int taken = 0;

    if (numbered) {
        *out = (struct pl_message){
            .endpoint = endpoint, .peer = {pl_load_u32(bytes + 1)}, .frames = count};
        taken = 1;
        if (count > 0) {
            out->header = frame_bytes(&z->frames[first]);
        }
        if (count == 2) {
            out->body = frame_bytes(&z->frames[first + 1]);
        }
    } else if (count > 0) {
        refuse_routing_id(socket, &id, frame_bytes(&z->frames[first]));
    }
    zmq_msg_close(&id);
    return taken;
}

/* Subscriptions reach an XPUB as messages: 1 or 0, then the topic; each topic once. */
static void take_subscriptions(struct zmq_bus *z)
{
    zmq_msg_t msg;

    zmq_msg_init(&msg);
    while (zmq_msg_recv(&msg, z->sockets[PL_ENDPOINT_TAIL], ZMQ_DONTWAIT) >= 0) {
        const uint8_t *bytes = zmq_msg_data(&msg);
        if (zmq_msg_size(&msg) > 0 && bytes[0] == 1) {
            z->listeners++;
        } else if (zmq_msg_size(&msg) > 0 && bytes[0] == 0 && z->listeners > 0) {
            z->listeners--;
        }
    }
    zmq_msg_close(&msg);
}

static int wait_for_input(struct zmq_bus *z, int timeout_ms)
{
    zmq_pollitem_t items[PL_ENDPOINTS];

    for (unsigned e = 0; e < PL_ENDPOINTS; e++) {
        items[e] = (zmq_pollitem_t){.socket = z->sockets[e], .events = ZMQ_POLLIN};
    }
    const int ready = zmq_poll(items, PL_ENDPOINTS, timeout_ms);
    if (ready < 0) {
        return errno == EINTR ? 0 : PLACET_EIO;
    }
    if (ready > 0 && (items[PL_ENDPOINT_TAIL].revents & ZMQ_POLLIN) != 0) {
        take_subscriptions(z);
    }
    return ready;
}

static int zmq_receive(struct pl_bus *bus, int timeout_ms, struct pl_message *out, unsigned max,
                       uint32_t bytes_max)
{
    struct zmq_bus *z = zmq_of(bus);
    bool open[] = {true, true}; /* work and api: which of them may have more */
    unsigned count = 0;
    uint64_t bytes = 0;

    batch_free(z);
    const int ready = wait_for_input(z, timeout_ms);
    if (ready <= 0) {
        return ready;
    }
    if (max > PL_BATCH_MESSAGES_MAX) {
        max = PL_BATCH_MESSAGES_MAX;
    }
    /* One of each in turn, so that neither side starves the other. */
    for (unsigned e = 0; open[0] || open[1]; e = 1 - e) {
        if (!open[e]) {
            continue;
        }
        if (count == max || bytes >= bytes_max || z->frame_count == 2 * PL_BATCH_MESSAGES_MAX) {
            break;
        }
        const int taken = take_message(z, (enum pl_endpoint)e, &out[count]);
        open[e] = taken >= 0;
        if (taken == 1) {
            bytes += (uint64_t)out[count].header.size + out[count].body.size;
            count++;
        }
    }
    return (int)count;
}

/* ---- sending ----------------------------------------------------------------------------------
 */

static int zmq_deliver(struct pl_bus *bus, enum pl_endpoint endpoint, struct pl_peer to,
                       struct pl_bytes header, struct pl_bytes body)
{
    void *socket = zmq_of(bus)->sockets[endpoint];
    uint8_t id[ROUTING_ID_SIZE] = {0};

    pl_save_u32(id + 1, (uint32_t)to.v);
    if (zmq_send(socket, id, sizeof id, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0) {
        return errno == EAGAIN ? PLACET_ELIMIT : PLACET_EUNREACHABLE;
    }
    /* After the first frame was taken the others never wait and are never refused. */
    if (zmq_send(socket, header.at, header.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) < 0 ||
        zmq_send(socket, body.at, body.size, ZMQ_DONTWAIT) < 0) {
        return PLACET_EUNREACHABLE;
    }
    return PLACET_OK;
}

static void zmq_publish(struct pl_bus *bus, struct pl_text topic, struct pl_bytes header,
                        struct pl_bytes body)
{
    void *socket = zmq_of(bus)->sockets[PL_ENDPOINT_TAIL];

    if (zmq_send(socket, topic.at, topic.len, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0) {
        (void)zmq_send(socket, header.at, header.size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
        (void)zmq_send(socket, body.at, body.size, ZMQ_DONTWAIT);
    }
}

static bool zmq_has_listeners(struct pl_bus *bus)
{
    return zmq_of(bus)->listeners > 0;
}

/* ---- opening and closing ----------------------------------------------------------------------
 */

static int set_int(void *socket, int option, int value)
{
    return zmq_setsockopt(socket, option, &value, sizeof value);
}

static bool is_ipv6(const struct pl_zmq_options *options)
{
    return options->tcp_host != NULL && strchr(options->tcp_host, ':') != NULL;
}

static int socket_open(struct zmq_bus *z, enum pl_endpoint endpoint, bool ipv6)
{
    const bool tail = endpoint == PL_ENDPOINT_TAIL;
    void *socket = zmq_socket(z->context, tail ? ZMQ_XPUB : ZMQ_ROUTER);
    const int64_t size_max = FRAME_SIZE_MAX;

    if (socket == NULL) {
        return PLACET_EIO;
    }
    z->sockets[endpoint] = socket;
    const int bad =
        zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &size_max, sizeof size_max) |
        set_int(socket, ZMQ_SNDHWM, SEND_QUEUE_MAX) | set_int(socket, ZMQ_RCVHWM, RECEIVE_QUEUE) |
        set_int(socket, ZMQ_HANDSHAKE_IVL, HANDSHAKE_MS) |
        set_int(socket, ZMQ_HEARTBEAT_IVL, HEARTBEAT_MS) |
        set_int(socket, ZMQ_HEARTBEAT_TIMEOUT, HEARTBEAT_DEAD) |
        set_int(socket, ZMQ_HEARTBEAT_TTL, HEARTBEAT_DEAD) |
        set_int(socket, ZMQ_BACKLOG, CONNECTIONS_MAX) | set_int(socket, ZMQ_LINGER, 0) |
        set_int(socket, ZMQ_IPV6, ipv6) | (tail ? 0 : set_int(socket, ZMQ_ROUTER_MANDATORY, 1));
    return bad == 0 ? PLACET_OK : PLACET_EIO;
}

/* Without keys nobody beyond this machine may connect. */
static int check_host(const char *host, struct placet_error *err)
{
    struct in_addr four;
    struct in6_addr six;
    const bool loopback =
        (inet_pton(AF_INET, host, &four) == 1 && ntohl(four.s_addr) >> 24 == 127) ||
        (inet_pton(AF_INET6, host, &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six));

    return loopback ? PLACET_OK
                    : pl_mistake(err, PLACET_EINVALID, NO_PLACE,
                                 "Use 127.0.0.1 or ::1, or the sockets in the run directory.",
                                 "refuse to listen on \"%s\": keys are not configured", host);
}

static int bind_address(struct zmq_bus *z, enum pl_endpoint endpoint, unsigned index,
                        const char *address, struct placet_error *err)
{
    char *bound = z->addresses.text[endpoint][index];
    size_t size = PL_ADDRESS_SIZE;

    if (zmq_bind(z->sockets[endpoint], address) != 0 ||
        zmq_getsockopt(z->sockets[endpoint], ZMQ_LAST_ENDPOINT, bound, &size) != 0) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot listen on %s: %s", address,
                          zmq_strerror(errno));
    }
    return PLACET_OK;
}

static int bind_endpoint(struct zmq_bus *z, enum pl_endpoint endpoint,
                         const struct pl_zmq_options *options, struct placet_error *err)
{
    char address[PL_ADDRESS_SIZE];
    int rc = pl_run_dir_socket(options->run_dir, endpoint, address, err);

    if (rc == PLACET_OK) {
        rc = bind_address(z, endpoint, 0, address, err);
    }
    if (rc != PLACET_OK || options->tcp_host == NULL) {
        return rc;
    }
    struct pl_builder b;
    pl_builder_init(&b, address, sizeof address);
    pl_builder_addf(&b, is_ipv6(options) ? "tcp://[%s]:" : "tcp://%s:", options->tcp_host);
    if (options->tcp_port == 0) {
        pl_builder_addf(&b, "*");
    } else {
        pl_builder_addf(&b, "%u", options->tcp_port + (unsigned)endpoint);
    }
    return bind_address(z, endpoint, 1, address, err);
}

static int open_all(struct zmq_bus *z, const struct pl_zmq_options *options,
                    struct placet_error *err)
{
    int rc = options->tcp_host == NULL ? PLACET_OK : check_host(options->tcp_host, err);

    if (rc == PLACET_OK) {
        rc = pl_run_dir_lock(options->run_dir, &z->lock, err);
    }
    if (rc != PLACET_OK) {
        return rc;
    }
    z->context = zmq_ctx_new();
    if (z->context == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, NO_PLACE, NULL, "cannot start ZeroMQ");
    }
    /* libzmq gives the socket files the mode that the mask leaves. */
    const mode_t mask = umask(0177);
    for (unsigned e = 0; e < PL_ENDPOINTS && rc == PLACET_OK; e++) {
        rc = socket_open(z, (enum pl_endpoint)e, is_ipv6(options));
        if (rc != PLACET_OK) {
            rc = pl_mistake(err, rc, NO_PLACE, NULL, "cannot open a socket: %s",
                            zmq_strerror(errno));
            break;
        }
        rc = bind_endpoint(z, (enum pl_endpoint)e, options, err);
    }
    umask(mask);
    return rc == PLACET_OK ? pl_run_dir_publish(options->run_dir, &z->addresses, err) : rc;
}

int pl_zmq_open(const struct pl_zmq_options *options, struct pl_bus **bus_out,
                struct placet_error *err)
{
    static const struct pl_bus_ops ops = {.receive = zmq_receive,
                                          .send = zmq_deliver,
                                          .publish = zmq_publish,
                                          .has_listeners = zmq_has_listeners};
    struct zmq_bus *z = calloc(1, sizeof *z);

    if (z == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, NO_PLACE, NULL, "out of memory");
    }
    z->bus.ops = &ops;
    z->lock = -1;
    const int rc = open_all(z, options, err);
    if (rc != PLACET_OK) {
        pl_zmq_close(&z->bus, 0);
        return rc;
    }
    *bus_out = &z->bus;
    return PLACET_OK;
}

void pl_zmq_close(struct pl_bus *bus, int linger_ms)
{
    if (bus == NULL) {
        return;
    }
    struct zmq_bus *z = zmq_of(bus);
    batch_free(z);
    for (unsigned e = 0; e < PL_ENDPOINTS; e++) {
        if (z->sockets[e] != NULL) {
            (void)set_int(z->sockets[e], ZMQ_LINGER, linger_ms);
            zmq_close(z->sockets[e]);
        }
    }
    if (z->context != NULL) {
        zmq_ctx_term(z->context);
    }
    if (z->lock >= 0) {
        close(z->lock);
    }
    free(z);
}

const char *pl_zmq_address(const struct pl_bus *bus, enum pl_endpoint endpoint, unsigned index)
{
    const struct zmq_bus *z = zmq_of(bus);
    return index < PL_ADDRESSES && z->addresses.text[endpoint][index][0] != '\0'
               ? z->addresses.text[endpoint][index]
               : NULL;
}
