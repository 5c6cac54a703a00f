#include "support/fake_engine.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

#include "base/check.h"

#define MESSAGES_MAX 4096
#define RULES_MAX    8
#define PEER_MAX     64
#define TURN_MS      2

struct outgoing {
    struct placet_header header;
    uint8_t *bytes;
    size_t size;
    struct outgoing *next;
};

struct rule {
    enum placet_kind kind;
    uint16_t flags;
    char json[256];
};

struct fake_engine {
    void *zmq;
    void *socket;
    pthread_t thread;
    pthread_mutex_t lock;
    bool ending;
    bool has_session;
    int64_t now_ms;
    unsigned sessions;
    char refusal[256];
    uint8_t peer[PEER_MAX];
    size_t peer_size;
    struct fake_message kept[MESSAGES_MAX];
    size_t kept_count;
    struct rule rules[RULES_MAX];
    size_t rule_count;
    struct outgoing *first;
    struct outgoing **last;
};

/* ---- in the thread ---- */

static void put(struct fake_engine *e, const struct placet_header *header, const void *bytes,
                size_t size)
{
    uint8_t head[PLACET_HEADER_SIZE];

    placet_header_write(header, head);
    PL_CHECK(zmq_send(e->socket, e->peer, e->peer_size, ZMQ_SNDMORE) >= 0);
    PL_CHECK(zmq_send(e->socket, head, sizeof(head), ZMQ_SNDMORE) >= 0);
    PL_CHECK(zmq_send(e->socket, bytes, size, 0) >= 0);
}

static void put_json(struct fake_engine *e, struct placet_header header, const char *json)
{
    struct placet_writer out = {0};
    struct placet_value body;

    PL_CHECK(placet_put_json(&out, json, strlen(json), NULL) == PLACET_OK);
    PL_CHECK(placet_writer_value(&out, &body) == PLACET_OK);
    put(e, &header, body.at, body.size);
    placet_writer_fini(&out);
}

static void answer_hello(struct fake_engine *e, struct placet_header header)
{
    char json[256];

    header.flags = PLACET_FLAG_REPLY;
    if (e->refusal[0] != '\0') {
        header.flags |= PLACET_FLAG_ERROR;
        put_json(e, header, e->refusal);
        return;
    }
    e->has_session = true;
    e->sessions++;
    (void)snprintf(json, sizeof(json),
                   "{\"version\": 1, \"node\": \"fake\", \"session\": \"s%u\", \"heartbeat\": 2000,"
                   " \"now\": %lld, \"rate\": 1000}",
                   e->sessions, (long long)e->now_ms);
    put_json(e, header, json);
}

static void keep(struct fake_engine *e, struct placet_header header, const void *bytes, size_t size)
{
    struct fake_message *message = &e->kept[e->kept_count];

    PL_CHECK(e->kept_count < MESSAGES_MAX);
    message->header = header;
    message->bytes = malloc(size);
    PL_CHECK(message->bytes != NULL);
    memcpy(message->bytes, bytes, size);
    PL_CHECK(placet_value_check(message->bytes, size, &message->body) == PLACET_OK);
    e->kept_count++;
}

static void handle(struct fake_engine *e, struct placet_header header, const void *bytes,
                   size_t size)
{
    struct placet_header reply = header;

    reply.flags = PLACET_FLAG_REPLY;
    if (header.kind == PLACET_KIND_HELLO) {
        answer_hello(e, header);
        return;
    }
    if (!e->has_session) {
        reply.flags |= PLACET_FLAG_ERROR;
        put_json(e, reply, "{\"code\": 102, \"name\": \"NO_SESSION\", \"retry\": \"hello\"}");
        return;
    }
    if (header.kind == PLACET_KIND_PING) {
        char json[64];
        (void)snprintf(json, sizeof(json), "{\"now\": %lld}", (long long)e->now_ms);
        put_json(e, reply, json);
        return;
    }
    keep(e, header, bytes, size);
    for (size_t i = 0; i < e->rule_count; i++) {
        if (e->rules[i].kind == (enum placet_kind)header.kind) {
            reply.flags = (uint16_t)(PLACET_FLAG_REPLY | e->rules[i].flags);
            put_json(e, reply, e->rules[i].json);
        }
    }
}

static bool receive(struct fake_engine *e)
{
    zmq_msg_t frames[3];
    struct placet_header header;
    bool got = true;

    for (int i = 0; i < 3; i++) {
        (void)zmq_msg_init(&frames[i]);
        got = got && zmq_msg_recv(&frames[i], e->socket, i == 0 ? ZMQ_DONTWAIT : 0) >= 0;
    }
    if (got) {
        e->peer_size = zmq_msg_size(&frames[0]);
        PL_CHECK(e->peer_size <= PEER_MAX);
        memcpy(e->peer, zmq_msg_data(&frames[0]), e->peer_size);
        PL_CHECK(placet_header_read(zmq_msg_data(&frames[1]), zmq_msg_size(&frames[1]), &header) ==
                 PLACET_OK);
        handle(e, header, zmq_msg_data(&frames[2]), zmq_msg_size(&frames[2]));
    }
    for (int i = 0; i < 3; i++) {
        (void)zmq_msg_close(&frames[i]);
    }
    return got;
}

static void send_queued(struct fake_engine *e)
{
    while (e->first != NULL && e->peer_size > 0) {
        struct outgoing *out = e->first;
        e->first = out->next;
        if (e->first == NULL) {
            e->last = &e->first;
        }
        put(e, &out->header, out->bytes, out->size);
        free(out->bytes);
        free(out);
    }
}

static void *run(void *context)
{
    struct fake_engine *e = context;

    for (;;) {
        zmq_pollitem_t item = {.socket = e->socket, .events = ZMQ_POLLIN};
        (void)zmq_poll(&item, 1, TURN_MS);
        (void)pthread_mutex_lock(&e->lock);
        while (receive(e)) {
        }
        send_queued(e);
        const bool ending = e->ending;
        (void)pthread_mutex_unlock(&e->lock);
        if (ending) {
            return NULL;
        }
    }
}

/* ---- for the test ---- */

struct fake_engine *fake_engine_start(const char *folder, const char *which)
{
    struct fake_engine *e = calloc(1, sizeof(*e));
    char endpoint[160];
    const int linger_ms = 0;

    PL_CHECK(e != NULL);
    e->last = &e->first;
    PL_CHECK(pthread_mutex_init(&e->lock, NULL) == 0);
    PL_CHECK(placet_endpoint(folder, which, endpoint, sizeof(endpoint), NULL) == PLACET_OK);
    e->zmq = zmq_ctx_new();
    e->socket = zmq_socket(e->zmq, ZMQ_ROUTER);
    PL_CHECK(zmq_setsockopt(e->socket, ZMQ_LINGER, &linger_ms, sizeof(linger_ms)) == 0);
    PL_CHECK(zmq_bind(e->socket, endpoint) == 0);
    PL_CHECK(pthread_create(&e->thread, NULL, run, e) == 0);
    return e;
}

void fake_engine_stop(struct fake_engine *e)
{
    (void)pthread_mutex_lock(&e->lock);
    e->ending = true;
    (void)pthread_mutex_unlock(&e->lock);
    PL_CHECK(pthread_join(e->thread, NULL) == 0);
    for (size_t i = 0; i < e->kept_count; i++) {
        free(e->kept[i].bytes);
    }
    while (e->first != NULL) {
        struct outgoing *out = e->first;
        e->first = out->next;
        free(out->bytes);
        free(out);
    }
    (void)zmq_close(e->socket);
    (void)zmq_ctx_term(e->zmq);
    (void)pthread_mutex_destroy(&e->lock);
    free(e);
}

void fake_engine_set_now(struct fake_engine *e, int64_t now_ms)
{
    (void)pthread_mutex_lock(&e->lock);
    e->now_ms = now_ms;
    (void)pthread_mutex_unlock(&e->lock);
}

void fake_engine_forget_session(struct fake_engine *e)
{
    (void)pthread_mutex_lock(&e->lock);
    e->has_session = false;
    (void)pthread_mutex_unlock(&e->lock);
}

void fake_engine_refuse_hello(struct fake_engine *e, const char *json)
{
    (void)pthread_mutex_lock(&e->lock);
    (void)snprintf(e->refusal, sizeof(e->refusal), "%s", json);
    (void)pthread_mutex_unlock(&e->lock);
}

void fake_engine_reply_to(struct fake_engine *e, enum placet_kind kind, uint16_t flags,
                          const char *json)
{
    (void)pthread_mutex_lock(&e->lock);
    size_t i = 0;
    while (i < e->rule_count && e->rules[i].kind != kind) {
        i++;
    }
    PL_CHECK(i < RULES_MAX);
    e->rules[i] = (struct rule){.kind = kind, .flags = flags};
    (void)snprintf(e->rules[i].json, sizeof(e->rules[i].json), "%s", json);
    e->rule_count = i == e->rule_count ? i + 1 : e->rule_count;
    (void)pthread_mutex_unlock(&e->lock);
}

bool fake_engine_take(struct fake_engine *e, enum placet_kind kind, struct fake_message *out)
{
    bool found = false;

    (void)pthread_mutex_lock(&e->lock);
    for (size_t i = 0; i < e->kept_count && !found; i++) {
        if (e->kept[i].header.kind == kind) {
            *out = e->kept[i];
            e->kept_count--;
            memmove(&e->kept[i], &e->kept[i + 1], (e->kept_count - i) * sizeof(e->kept[0]));
            found = true;
        }
    }
    (void)pthread_mutex_unlock(&e->lock);
    return found;
}

void fake_engine_send(struct fake_engine *e, enum placet_kind kind, uint16_t flags,
                      uint64_t correlation, struct placet_value body)
{
    struct outgoing *out = calloc(1, sizeof(*out));

    PL_CHECK(out != NULL);
    out->header =
        (struct placet_header){.kind = (uint16_t)kind, .flags = flags, .correlation = correlation};
    out->bytes = malloc(body.size);
    PL_CHECK(out->bytes != NULL);
    memcpy(out->bytes, body.at, body.size);
    out->size = body.size;
    (void)pthread_mutex_lock(&e->lock);
    *e->last = out;
    e->last = &out->next;
    (void)pthread_mutex_unlock(&e->lock);
}

void fake_engine_send_json(struct fake_engine *e, enum placet_kind kind, uint16_t flags,
                           uint64_t correlation, const char *json)
{
    struct placet_writer out = {0};
    struct placet_value body;

    PL_CHECK(placet_put_json(&out, json, strlen(json), NULL) == PLACET_OK);
    PL_CHECK(placet_writer_value(&out, &body) == PLACET_OK);
    fake_engine_send(e, kind, flags, correlation, body);
    placet_writer_fini(&out);
}

unsigned fake_engine_sessions(struct fake_engine *e)
{
    (void)pthread_mutex_lock(&e->lock);
    const unsigned sessions = e->sessions;
    (void)pthread_mutex_unlock(&e->lock);
    return sessions;
}
