/* Asking: one connection to the api endpoint, any number of questions under way. */
#include <placet/client.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "calls.h"
#include "link.h"
#include "mistake.h"

#define COMMANDS_FIRST 0x0200 /* kinds that change something carry an idempotency id */
#define COMMANDS_LAST  0x02ff
#define IDEM_SIZE      40

/* Who asked: the program by a call of its own, or placet_call for itself. */
struct question {
    void (*answered)(void *context, const struct placet_reply *reply);
    void *context;
    struct question *next_free;
};

struct placet_client {
    struct pl_link link;
    struct pl_calls calls;
    struct placet_writer scratch;
    struct question *free_questions;
    zmq_msg_t kept; /* what the reply of the newest placet_call borrows from */
    bool keep;      /* the message in hand becomes `kept`, and nothing else is read first */
    uint64_t instance;
    uint64_t last_idem;
    int answers; /* of the turn */
};

/* The answer that a placet_call waits for. */
struct awaited {
    struct placet_client *client;
    struct placet_reply *reply_out;
    bool arrived;
};

int placet_client_open(const struct placet_options *options, struct placet_client **client_out,
                       struct placet_error *err)
{
    struct placet_client *client = calloc(1, sizeof(*client));
    if (client == NULL) {
        return pl_client_fail(err, PLACET_ENOMEM, "out of memory");
    }
    (void)zmq_msg_init(&client->kept);
    client->link.fd = -1;

    const char *role = options->role == NULL ? "portal" : options->role;
    int rc = pl_calls_init(&client->calls);
    if (rc == PLACET_OK) {
        rc = pl_link_open(&client->link, options, "api", role, err);
    }
    if (rc == PLACET_OK &&
        getrandom(&client->instance, sizeof(client->instance), 0) != sizeof(client->instance)) {
        rc = pl_client_fail(err, PLACET_EIO, "no random numbers");
    }
    if (rc < 0) {
        placet_client_close(&client);
        return rc;
    }
    *client_out = client;
    return PLACET_OK;
}

void placet_client_close(struct placet_client **client)
{
    if (client == NULL || *client == NULL) {
        return;
    }

    struct placet_client *c = *client;
    for (void *question = pl_calls_pop(&c->calls); question != NULL;
         question = pl_calls_pop(&c->calls)) {
        free(question);
    }
    while (c->free_questions != NULL) {
        struct question *question = c->free_questions;
        c->free_questions = question->next_free;
        free(question);
    }
    pl_link_close(&c->link);
    pl_calls_fini(&c->calls);
    placet_writer_fini(&c->scratch);
    (void)zmq_msg_close(&c->kept);
    free(c);
    *client = NULL;
}

const struct placet_session *placet_client_session(const struct placet_client *client)
{
    return &client->link.session;
}

size_t placet_client_pending(const struct placet_client *client)
{
    return client->calls.open;
}

int placet_client_fd(const struct placet_client *client)
{
    return client->link.fd;
}

static int64_t due_us(const struct placet_client *client)
{
    const int64_t link_us = pl_link_due_us(&client->link);
    const int64_t calls_us = pl_calls_due_us(&client->calls, &client->link);
    return link_us < calls_us ? link_us : calls_us;
}

int placet_client_wait_ms(const struct placet_client *client)
{
    const int64_t wait_us = due_us(client) - pl_link_now_us();
    if (wait_us <= 0) {
        return 0;
    }
    return wait_us > 1000000 ? 1000 : (int)((wait_us + 999) / 1000);
}

/* ---- asking ---- */

/* Kinds that change something; three of them are spoken by adapters too, with a lease instead. */
static bool is_command(enum placet_kind kind)
{
    return ((int)kind >= COMMANDS_FIRST && (int)kind <= COMMANDS_LAST) ||
           kind == PLACET_KIND_PAUSE || kind == PLACET_KIND_RESUME || kind == PLACET_KIND_HAND_OVER;
}

/* The body with an idempotency id, if it is a command without one. */
static int complete_body(struct placet_client *client, enum placet_kind kind,
                         struct placet_value body, struct placet_value *out)
{
    struct placet_items items = placet_items_of(body);
    struct placet_writer *scratch = &client->scratch;
    struct placet_text key;
    struct placet_value item;
    char idem[IDEM_SIZE];

    if (placet_value_type(body) != PLACET_TYPE_MAP) {
        return PLACET_EINVALID;
    }
    if (!is_command(kind) || placet_value_get(body, "idem").size > 0) {
        *out = body;
        return PLACET_OK;
    }
    placet_writer_clear(scratch);
    placet_put_map(scratch);
    while (placet_items_next(&items, &key, &item)) {
        placet_put_key_of(scratch, key);
        placet_put_value(scratch, item);
    }
    (void)snprintf(idem, sizeof(idem), "%016" PRIx64 "-%" PRIu64, client->instance,
                   ++client->last_idem);
    placet_put_key_text(scratch, "idem", idem);
    placet_put_end(scratch);
    return placet_writer_value(scratch, out);
}

static struct question *take_question(struct placet_client *client)
{
    struct question *question = client->free_questions;
    if (question == NULL) {
        return calloc(1, sizeof(*question));
    }
    client->free_questions = question->next_free;
    return question;
}

static void give_back(struct placet_client *client, struct question *question)
{
    question->next_free = client->free_questions;
    client->free_questions = question;
}

static void deliver(void *context, const struct pl_letter *letter, const struct pl_call *call)
{
    struct placet_client *client = context;
    struct question *question = call->second;
    const struct placet_reply reply = {.code = pl_letter_code(letter),
                                       .repeated = (letter->header.flags & PLACET_FLAG_DUP) != 0,
                                       .body = letter->body};

    client->answers++;
    question->answered(question->context, &reply);
    give_back(client, question);
}

static int ask(struct placet_client *client, enum placet_kind kind, struct placet_value body,
               void (*answered)(void *context, const struct placet_reply *reply), void *context,
               uint64_t *correlation_out)
{
    struct placet_value whole;
    const int rc = complete_body(client, kind, body, &whole);
    if (rc < 0) {
        return rc;
    }

    struct question *question = take_question(client);
    struct pl_call *call = question == NULL ? NULL : pl_calls_add(&client->calls, kind, whole);
    if (call == NULL) {
        free(question);
        return PLACET_ENOMEM;
    }
    *question = (struct question){.answered = answered, .context = context};
    call->answered = deliver;
    call->context = client;
    call->second = question;
    *correlation_out = call->correlation;
    return PLACET_OK;
}

int placet_call_later(struct placet_client *client, enum placet_kind kind, struct placet_value body,
                      void (*answered)(void *context, const struct placet_reply *reply),
                      void *context)
{
    uint64_t correlation;
    return ask(client, kind, body, answered, context, &correlation);
}

/* ---- the turn ---- */

static void turn(struct placet_client *client, int64_t wait_us)
{
    struct pl_letter letter;
    bool kept = false;

    pl_link_tick(&client->link);
    pl_calls_flush(&client->calls, &client->link);
    if (wait_us > 0) {
        const int64_t own_us = due_us(client) - pl_link_now_us();
        pl_link_wait(&client->link, own_us < wait_us ? own_us : wait_us);
    }
    while (!kept && pl_link_receive(&client->link, &letter)) {
        (void)pl_calls_answer(&client->calls, &letter, false);
        if (client->keep) {
            client->keep = false;
            kept = true;
            (void)zmq_msg_move(&client->kept, &letter.message);
        }
        (void)zmq_msg_close(&letter.message);
    }
    pl_link_tick(&client->link);
    pl_calls_flush(&client->calls, &client->link);
}

static int64_t end_of(int timeout_ms)
{
    return timeout_ms < 0 ? INT64_MAX : pl_link_now_us() + (int64_t)timeout_ms * 1000;
}

int placet_client_run(struct placet_client *client, int timeout_ms)
{
    const int64_t end_us = end_of(timeout_ms);

    client->answers = 0;
    turn(client, 0);
    while (client->answers == 0) {
        const int64_t left_us = end_us - pl_link_now_us();
        if (left_us <= 0) {
            break;
        }
        if (client->link.refused.status != PLACET_OK) {
            return client->link.refused.status;
        }
        turn(client, left_us);
    }
    return client->answers;
}

static void arrive(void *context, const struct placet_reply *reply)
{
    struct awaited *awaited = context;

    *awaited->reply_out = *reply;
    awaited->arrived = true;
    awaited->client->keep = true;
}

int placet_call(struct placet_client *client, enum placet_kind kind, struct placet_value body,
                int timeout_ms, struct placet_reply *reply_out, struct placet_error *err)
{
    const int64_t end_us = end_of(timeout_ms);
    struct placet_reply reply = {.code = PLACET_CODE_NONE};
    struct awaited awaited = {.client = client, .reply_out = &reply};
    uint64_t correlation = 0;

    int rc = ask(client, kind, body, arrive, &awaited, &correlation);
    if (rc < 0) {
        return pl_client_fail(err, rc, "the body is not one map of the profile");
    }
    turn(client, 0);
    while (!awaited.arrived) {
        const int64_t left_us = end_us - pl_link_now_us();
        if (client->link.refused.status != PLACET_OK || left_us <= 0) {
            rc = client->link.refused.status != PLACET_OK ? client->link.refused.status
                                                          : PLACET_ETIMEOUT;
            free(pl_calls_forget(&client->calls, correlation));
            return pl_client_fail(err, rc, "no answer to %s from %s", placet_kind_name(kind),
                                  client->link.endpoint);
        }
        turn(client, left_us);
    }
    /* A small message lies inside its zmq_msg_t: its bytes moved with it. */
    reply.body = (struct placet_value){.at = zmq_msg_data(&client->kept),
                                       .size = (uint32_t)zmq_msg_size(&client->kept)};
    *reply_out = reply;
    return PLACET_OK;
}
