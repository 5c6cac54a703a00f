#include <string.h>
#include <unistd.h>

#include "server/handlers.h"
#include "server/session.h"

#define NAME_MAX_LEN 48 /* with its role it fits a principal */

static bool is_name(struct pl_text name)
{
    for (uint32_t i = 0; i < name.len; i++) {
        const char c = name.at[i];
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
              c == '_' || c == '-' || c == '.')) {
            return false;
        }
    }
    return name.len > 0;
}

static bool is_role(struct pl_text role)
{
    static const char *const names[] = {"adapter", "portal", "officer", "admin", "monitor"};

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (pl_text_is(role, names[i])) {
            return true;
        }
    }
    return false;
}

static void write_limits(struct pl_writer *body)
{
    pl_write_string(body, "limits");
    pl_write_map(body, 5);
    pl_write_key_u64(body, "body", PL_BODY_MAX);
    pl_write_key_u64(body, "publish_body", PL_PUBLISH_BODY_MAX);
    pl_write_key_u64(body, "credit", PL_CREDIT_MAX);
    pl_write_key_u64(body, "key", PL_KEY_MAX);
    pl_write_key_u64(body, "reason", PL_REASON_MAX);
}

static int answer_welcome(struct pl_request *r, struct pl_text role)
{
    const struct pl_server *s = r->server;
    char node[64] = "placetd";
    struct pl_writer body;

    (void)gethostname(node, sizeof node - 1);
    if (pl_answer_open(r, &body, 1024) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 11);
    pl_write_key_u64(&body, "version", PLACET_PROTOCOL_VERSION);
    pl_write_key_string(&body, "node", node);
    pl_write_key_u64(&body, "epoch", 1); /* a journal in the same store has one leader for ever */
    pl_write_key_string(&body, "session", r->session->name);
    pl_write_key_u64(&body, "heartbeat", PL_HEARTBEAT_MS);
    pl_write_key_u64(&body, "dead", (uint64_t)s->config.session_dead_ms);
    write_limits(&body);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    pl_write_key_u64(&body, "rate", (uint64_t)s->clock->rate);
    pl_write_key_string(&body, "principal", r->session->principal);
    pl_write_string(&body, "roles");
    pl_write_array(&body, 1);
    pl_write_text(&body, role);
    return pl_answer_send(r, 0, &body);
}

int pl_handle_hello(struct pl_request *r)
{
    const struct pl_text role = pl_request_text(r, "role", 16, PL_REQUIRED);
    const struct pl_text name = pl_request_text(r, "name", NAME_MAX_LEN, PL_REQUIRED);
    const int64_t version_min = pl_request_int_or(r, "version_min", 0, 255, 1);
    const int64_t version_max = pl_request_int_or(r, "version_max", 0, 255, 1);

    if (!is_role(role)) {
        pl_request_mistake(r, "role", "must be adapter, portal, officer, admin or monitor");
    }
    if (!is_name(name)) {
        pl_request_mistake(r, "name", "must be letters, digits, dots, dashes and underscores");
    }
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    if (version_min > PLACET_PROTOCOL_VERSION || version_max < PLACET_PROTOCOL_VERSION) {
        return pl_answer_error(r, PLACET_CODE_BAD_VERSION, NULL, 0, (struct pl_bytes){0});
    }
    if (r->message->endpoint == PL_ENDPOINT_WORK && !pl_text_is(role, "adapter")) {
        return pl_answer_error(r, PLACET_CODE_PERMISSION_DENIED,
                               "the work endpoint is for adapters", 0, (struct pl_bytes){0});
    }
    r->session = pl_session_open(r->server, r->message->endpoint, r->message->peer, role, name);
    return r->session == NULL ? pl_answer_exhausted(r) : answer_welcome(r, role);
}

int pl_handle_ping(struct pl_request *r)
{
    struct pl_writer body;

    if (pl_answer_open(r, &body, 64) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 2);
    pl_write_key_u64(&body, "now", (uint64_t)r->server->now_ms);
    pl_write_key_u64(&body, "sequence", r->server->state.last_seq);
    return pl_answer_send(r, 0, &body);
}

int pl_handle_bye(struct pl_request *r)
{
    const bool drain = pl_request_bool(r, "drain", false);
    struct pl_writer body;

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    if (drain) {
        r->session->draining = true;
    } else {
        pl_session_close(r->server, r->session);
    }
    if (pl_answer_open(r, &body, 32) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 1);
    pl_write_key_bool(&body, "drain", drain);
    return pl_answer_send(r, 0, &body);
}

/* Two identifiers and a dot, as definitions have them. */
static bool is_service(struct pl_text service)
{
    uint32_t dots = 0;
    char before = '.';

    for (uint32_t i = 0; i < service.len; i++) {
        const char c = service.at[i];
        if (c == '.' && before != '.') {
            dots++;
        } else if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_')) {
            return false;
        }
        before = c;
    }
    return dots == 1 && before != '.';
}

int pl_handle_subscribe(struct pl_request *r)
{
    const struct pl_text service = pl_request_text(r, "service", 2 * PL_ID_MAX + 1, PL_REQUIRED);
    const int64_t id = pl_request_int_or(r, "subscription", 1, UINT32_MAX - 1, 1);
    const int64_t max = pl_request_int(r, "max", 1, PL_CREDIT_MAX, PL_REQUIRED);
    const int64_t credit = pl_request_int_or(r, "credit", 0, PL_CREDIT_MAX, max);
    uint32_t index = 0;
    struct pl_writer body;

    if (!is_service(service)) {
        pl_request_mistake(r, "service", "must be department.service");
    }
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    const int rc =
        pl_subscribe(r->server, r->session, service, (uint32_t)id, (uint32_t)max, &index);
    if (rc == PLACET_ECONFLICT) {
        return pl_answer_error(r, PLACET_CODE_CONFLICT,
                               "this subscription number belongs to another service", 0,
                               (struct pl_bytes){0});
    }
    if (rc != PLACET_OK) {
        return pl_answer_exhausted(r);
    }
    struct pl_subscription *sub = &r->server->sessions->subscriptions[index];
    pl_subscription_add_hands(r->server, sub, (uint32_t)credit);
    if (pl_answer_open(r, &body, 128) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 3);
    pl_write_key_u64(&body, "subscription", (uint64_t)id);
    pl_write_key_u64(&body, "credit", sub->free);
    pl_write_key_u64(&body, "pending", r->server->queues.queues[sub->service].count);
    return pl_answer_send(r, 0, &body);
}

/* CREDIT is not answered when it is right: it is sent as often as tasks are. */
int pl_handle_credit(struct pl_request *r)
{
    const int64_t count = pl_request_int(r, "n", 1, PL_CREDIT_MAX, PL_REQUIRED);
    const int64_t watch = pl_request_int_or(r, "watch", 1, UINT32_MAX - 1, 0);
    const int64_t id = pl_request_int_or(r, "subscription", 1, UINT32_MAX - 1, 1);

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    if (watch != 0) {
        if (!pl_watch_add_credit(r->server, r->session, (uint32_t)watch, (uint32_t)count)) {
            return pl_answer_error(r, PLACET_CODE_NOT_FOUND, "no such watch", 0,
                                   (struct pl_bytes){0});
        }
        return PLACET_OK;
    }
    struct pl_subscription *sub = pl_subscription_of(r->server, r->session, (uint32_t)id);
    if (sub == NULL) {
        return pl_answer_error(r, PLACET_CODE_NOT_FOUND, "no such subscription", 0,
                               (struct pl_bytes){0});
    }
    pl_subscription_add_hands(r->server, sub, (uint32_t)count);
    return PLACET_OK;
}
