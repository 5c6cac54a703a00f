#include "server/sessions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "server/session.h"

#define CHECK_MS 1000 /* how often silent sessions are looked for */

static uint64_t peer_key(enum pl_endpoint endpoint, struct pl_peer peer)
{
    return (peer.v << 2 | (uint64_t)endpoint) + 1;
}

int pl_sessions_init(struct pl_server *s)
{
    struct pl_sessions *t = calloc(1, sizeof *t);

    if (t == NULL) {
        return PLACET_ENOMEM;
    }
    t->first_free_subscription = PL_NONE;
    t->offering = PL_NONE;
    for (unsigned i = 0; i < PL_SERVICES_MAX; i++) {
        t->ring[i] = PL_NONE;
    }
    t->checked_real_ms = s->clock->real_ms(s->clock);
    s->sessions = t;
    if (pl_map_init(&t->of_peer, PL_SESSIONS_MAX) != PLACET_OK ||
        pl_holders_init(&t->holders) != PLACET_OK) {
        pl_sessions_fini(s);
        return PLACET_ENOMEM;
    }
    return PLACET_OK;
}

void pl_sessions_fini(struct pl_server *s)
{
    struct pl_sessions *t = s->sessions;

    if (t != NULL) {
        pl_map_fini(&t->of_peer);
        pl_holders_fini(&t->holders);
        free(t->subscriptions);
        free(t);
        s->sessions = NULL;
    }
}

struct pl_session *pl_session_of(struct pl_server *s, enum pl_endpoint endpoint,
                                 struct pl_peer peer)
{
    uint32_t index = 0;
    return pl_map_get(&s->sessions->of_peer, peer_key(endpoint, peer), &index)
               ? &s->sessions->sessions[index]
               : NULL;
}

struct pl_session *pl_session_by_number(struct pl_server *s, uint64_t number)
{
    struct pl_sessions *t = s->sessions;

    for (uint32_t i = 0; number != 0 && i < t->session_count; i++) {
        if (t->sessions[i].number == number) {
            return &t->sessions[i];
        }
    }
    return NULL;
}

static const struct role {
    const char *name;
    char letter;
    enum pl_actor actor;
} roles[] = {
    {"adapter", 'A', PL_ACTOR_ADAPTER}, {"portal", 'P', PL_ACTOR_PORTAL},
    {"officer", 'O', PL_ACTOR_OFFICER}, {"admin", 'O', PL_ACTOR_OFFICER},
    {"monitor", 'M', PL_ACTOR_PORTAL},
};

static const struct role *role_of(struct pl_text name)
{
    for (size_t i = 0; i < sizeof roles / sizeof roles[0]; i++) {
        if (pl_text_is(name, roles[i].name)) {
            return &roles[i];
        }
    }
    return NULL;
}

static struct pl_session *free_session(struct pl_sessions *t)
{
    for (uint32_t i = 0; i < t->session_count; i++) {
        if (t->sessions[i].number == 0) {
            return &t->sessions[i];
        }
    }
    return t->session_count < PL_SESSIONS_MAX ? &t->sessions[t->session_count++] : NULL;
}

struct pl_session *pl_session_open(struct pl_server *s, enum pl_endpoint endpoint,
                                   struct pl_peer peer, struct pl_text role_name,
                                   struct pl_text name)
{
    struct pl_sessions *t = s->sessions;
    const struct role *role = role_of(role_name);
    struct pl_session *session = pl_session_of(s, endpoint, peer);

    PL_CHECK(t != NULL && role != NULL);
    if (session != NULL) {
        pl_session_close(s, session);
    }
    session = free_session(t);
    if (session == NULL) {
        return NULL;
    }
    if (pl_map_put(&t->of_peer, peer_key(endpoint, peer), (uint32_t)(session - t->sessions)) !=
        PLACET_OK) {
        return NULL;
    }
    *session = (struct pl_session){.number = ++t->last_number,
                                   .endpoint = endpoint,
                                   .peer = peer,
                                   .actor = role->actor,
                                   .role = role->letter,
                                   .opened_ms = s->now_ms,
                                   .heard_real_ms = s->clock->real_ms(s->clock),
                                   .subscriptions = PL_NONE};
    struct pl_builder b;
    pl_builder_init(&b, session->principal, sizeof session->principal);
    pl_builder_addf(&b, "%s:", role->name);
    pl_builder_add(&b, name);
    (void)snprintf(session->name, sizeof session->name, "%s#%llu", session->principal,
                   (unsigned long long)session->number);
    t->open_count++;
    return session;
}

void pl_session_close(struct pl_server *s, struct pl_session *session)
{
    struct pl_sessions *t = s->sessions;

    pl_unsubscribe_all(s, session);
    for (uint32_t i = 0; session->holds && i < t->holders.count; i++) {
        struct pl_holder *h = &t->holders.at[i];
        if (h->case_id.v != 0 && h->session == session->number) {
            h->session = 0;
            h->subscription = PL_NONE;
            h->hand = false;
        }
    }
    pl_watches_close_session(s, session);
    pl_map_remove(&t->of_peer, peer_key(session->endpoint, session->peer));
    session->number = 0;
    t->open_count--;
}

bool pl_session_answers_stranger(struct pl_server *s)
{
    struct pl_sessions *t = s->sessions;

    if (t->stranger_turn != s->metrics.turns) {
        t->stranger_turn = s->metrics.turns;
        t->stranger_errors = 0;
    }
    return t->stranger_errors++ < PL_STRANGER_ERRORS;
}

void pl_sessions_drain(struct pl_server *s)
{
    s->sessions->draining = true;
}

/* A fast clock waits for messages that are on their way, stops at each time at which a case wants
 * to wake, so that nothing happens late, and stands while nothing is open. */
static int64_t fast_clock_ceiling(struct pl_server *s, int64_t real_ms)
{
    const struct pl_heap_entry *wake = pl_heap_first(&s->state.wakes);
    int64_t ceiling_ms = pl_holders_ceiling(s, s->now_ms, real_ms);

    if (s->state.open_count == 0) {
        return s->now_ms;
    }
    if (wake != NULL && (int64_t)wake->key < ceiling_ms) {
        ceiling_ms = (int64_t)wake->key;
    }
    return ceiling_ms > s->now_ms ? ceiling_ms : s->now_ms;
}

void pl_sessions_tick(struct pl_server *s)
{
    struct pl_sessions *t = s->sessions;
    const int64_t real_ms = s->clock->real_ms(s->clock);

    if (s->clock->rate > 1) {
        s->clock->hold(s->clock, fast_clock_ceiling(s, real_ms));
    }
    if (real_ms - t->checked_real_ms < CHECK_MS) {
        return;
    }
    /* While the engine itself stood still nobody could be heard. */
    const int64_t deaf_ms = real_ms - t->checked_real_ms - 2 * CHECK_MS;
    t->checked_real_ms = real_ms;
    for (uint32_t i = 0; i < t->session_count; i++) {
        struct pl_session *session = &t->sessions[i];
        session->heard_real_ms += deaf_ms > 0 ? deaf_ms : 0;
        if (session->number != 0 && real_ms - session->heard_real_ms > s->config.session_dead_ms) {
            pl_session_close(s, session);
        }
    }
}

void pl_sessions_letter_lost(void *server, const struct pl_letter *letter, int status)
{
    struct pl_server *s = server;

    /* A full queue loses the letter only: the peer is slow, not gone. */
    if (status == PLACET_EUNREACHABLE) {
        struct pl_session *session = pl_session_of(s, letter->endpoint, letter->peer);
        if (session != NULL) {
            pl_session_close(s, session);
        }
    }
}
