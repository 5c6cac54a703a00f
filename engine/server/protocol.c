#include "server/protocol.h"

#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "server/handlers.h"
#include "server/session.h"
#include "wire/messages.h"

#define QUESTIONS_FIRST 0x0300
#define QUESTIONS_LAST  0x03ff

static const struct route {
    uint16_t kind;
    pl_handler *handler;
} routes[] = {
    {PLACET_KIND_HELLO, pl_handle_hello},
    {PLACET_KIND_PING, pl_handle_ping},
    {PLACET_KIND_BYE, pl_handle_bye},
    {PLACET_KIND_CREDIT, pl_handle_credit},
    {PLACET_KIND_SUBSCRIBE, pl_handle_subscribe},
    {PLACET_KIND_TAKEN, pl_handle_taken},
    {PLACET_KIND_PROGRESS, pl_handle_progress},
    {PLACET_KIND_PARK, pl_handle_park},
    {PLACET_KIND_COMPLETE, pl_handle_complete},
    {PLACET_KIND_FAIL, pl_handle_fail},
    {PLACET_KIND_THROW, pl_handle_throw},
    {PLACET_KIND_RELEASE, pl_handle_release},
    {PLACET_KIND_START, pl_handle_start},
    {PLACET_KIND_SIGNAL, pl_handle_signal},
    {PLACET_KIND_CANCEL_CASE, pl_handle_cancel_case},
    {PLACET_KIND_PAUSE_CASE, pl_handle_pause_case},
    {PLACET_KIND_RESUME_CASE, pl_handle_resume_case},
    {PLACET_KIND_RETRY, pl_handle_retry},
    {PLACET_KIND_SUPPLEMENT, pl_handle_supplement},
    {PLACET_KIND_PUBLISH, pl_handle_publish},
    {PLACET_KIND_WITHDRAW, pl_handle_withdraw},
    {PLACET_KIND_SKIP, pl_handle_skip},
    {PLACET_KIND_BACK, pl_handle_back},
    {PLACET_KIND_DECIDE, pl_handle_decide},
    {PLACET_KIND_EXTEND, pl_handle_extend},
    {PLACET_KIND_HAND_OVER, pl_handle_hand_over},
    {PLACET_KIND_PAUSE, pl_handle_pause},
    {PLACET_KIND_RESUME, pl_handle_resume},
    {PLACET_KIND_GET, pl_handle_get},
    {PLACET_KIND_LIST, pl_handle_list},
    {PLACET_KIND_HISTORY, pl_handle_history},
    {PLACET_KIND_STATS, pl_handle_stats},
    {PLACET_KIND_HEALTH, pl_handle_health},
    {PLACET_KIND_WHY, pl_handle_why},
    {PLACET_KIND_WATCH, pl_handle_watch},
};

static pl_handler *handler_of(uint16_t kind)
{
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (routes[i].kind == kind) {
            return routes[i].handler;
        }
    }
    return NULL;
}

/* Refuses a message; a peer without a session gets only so many answers in a turn, so that a flood
 * of nonsense costs little. */
static int refuse(struct pl_request *r, enum placet_code code, const char *message)
{
    r->server->metrics.rejections++;
    if (r->session == NULL && !pl_session_answers_stranger(r->server)) {
        return PLACET_OK;
    }
    return pl_answer_error(r, code, message, 0, (struct pl_bytes){0});
}

static int refuse_version(struct pl_request *r)
{
    uint8_t memory[64];
    struct pl_writer detail;

    pl_writer_init(&detail, memory, sizeof memory);
    pl_write_map(&detail, 2);
    pl_write_key_u64(&detail, "version_min", PLACET_PROTOCOL_VERSION);
    pl_write_key_u64(&detail, "version_max", PLACET_PROTOCOL_VERSION);
    return pl_session_answers_stranger(r->server)
               ? pl_answer_error(r, PLACET_CODE_BAD_VERSION, NULL, 0, pl_writer_bytes(&detail))
               : PLACET_OK;
}

/* Whether the header is good. If not, the message has been dealt with: `*rc_out`. */
static bool check_frames(struct pl_request *r, int *rc_out)
{
    const struct pl_message *m = r->message;
    const int read = placet_header_read(m->header.at, m->header.size, &r->header);

    /* NOLINTNEXTLINE(bugprone-branch-clone): the checks in their order */
    if (read == PLACET_EINVALID) {
        /* Whoever speaks another language altogether still learns what is spoken here. */
        *rc_out = refuse(r, PLACET_CODE_BAD_FRAME, NULL);
    } else if (read == PLACET_ECONFLICT) {
        *rc_out = refuse_version(r);
    } else if (m->frames != 2) {
        *rc_out = refuse(r, PLACET_CODE_BAD_FRAME, NULL);
    } else if ((r->header.flags & PLACET_FLAG_REPLY) != 0) {
        *rc_out = PLACET_OK; /* the engine asks nothing; two engines must not answer each other */
    } else {
        return true;
    }
    return false;
}

static bool check_kind(struct pl_request *r, const struct pl_kind_info *info, int *rc_out)
{
    const char here = r->message->endpoint == PL_ENDPOINT_WORK ? 'W' : 'A';

    if (info == NULL || handler_of(r->header.kind) == NULL || strchr(info->on, here) == NULL) {
        *rc_out = refuse(r, PLACET_CODE_UNKNOWN_KIND, NULL);
        return false;
    }
    if (r->session == NULL && r->header.kind != PLACET_KIND_HELLO) {
        *rc_out = refuse(r, PLACET_CODE_NO_SESSION, NULL);
        return false;
    }
    if (r->session != NULL && strchr(info->from, r->session->role) == NULL) {
        *rc_out = refuse(r, PLACET_CODE_PERMISSION_DENIED, NULL);
        return false;
    }
    return true;
}

static bool check_body(struct pl_request *r, int *rc_out)
{
    const struct pl_bytes body = r->message->body;
    const uint32_t size_max =
        r->header.kind == PLACET_KIND_PUBLISH ? PL_PUBLISH_BODY_MAX : PL_BODY_MAX;

    if (body.size > size_max) {
        *rc_out = refuse(r, PLACET_CODE_TOO_LARGE, NULL);
        return false;
    }
    const enum pl_msgpack_fault fault = pl_msgpack_check(body.at, body.size);
    if (fault != PL_MSGPACK_OK) {
        *rc_out = refuse(r, PLACET_CODE_BAD_BODY, pl_msgpack_fault_text(fault));
        return false;
    }
    struct pl_reader in;
    pl_reader_init(&in, body.at, body.size);
    if (pl_reader_peek(&in) != PL_VALUE_MAP) {
        *rc_out = refuse(r, PLACET_CODE_BAD_BODY, "the body is not a map");
        return false;
    }
    r->body = body;
    return true;
}

/* Questions may have half of a turn's memory: work, timers and the commit need the rest. Whether
 * the engine is well must be heard most of all when it is busy. */
static bool is_crowded_out(const struct pl_request *r)
{
    const bool question = r->header.kind >= QUESTIONS_FIRST && r->header.kind <= QUESTIONS_LAST &&
                          r->header.kind != PLACET_KIND_HEALTH;
    return question && r->server->arena.used > r->server->arena.size / 2;
}

int pl_protocol_handle(struct pl_server *s, const struct pl_message *message)
{
    struct pl_request r = {.server = s, .message = message};
    int rc = PLACET_OK;

    r.session = pl_session_of(s, message->endpoint, message->peer);
    if (r.session != NULL) {
        r.session->heard_real_ms = s->clock->real_ms(s->clock);
    }
    if (!check_frames(&r, &rc) || !check_kind(&r, pl_kind_info(r.header.kind), &rc) ||
        !check_body(&r, &rc)) {
        return rc;
    }
    if (is_crowded_out(&r)) {
        return pl_answer_exhausted(&r);
    }
    rc = handler_of(r.header.kind)(&r);
    return rc == PLACET_ELIMIT ? pl_answer_exhausted(&r) : rc;
}
