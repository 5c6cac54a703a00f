#include "sim/people.h"

#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "sim/people_parts.h"

#define CREDIT_END 4000 /* as much as a watch may have */

const char *const people_officers[3] = {"officer:wu", "officer:li", "officer:an"};
const char *const people_services[DRAWN_DEPARTMENTS] = {"d0.s", "d1.s", "d2.s", "d3.s"};

bool people_one_in(struct people *p, uint32_t n)
{
    return draw_below(&p->draw, n) == 0;
}

void people_init(struct people *p, struct sim *w, uint64_t seed)
{
    memset(p, 0, sizeof *p);
    p->w = w;
    p->draw.state = seed;
    p->said = calloc(SAID_MAX, sizeof *p->said);
    PL_CHECK(p->said != NULL);
    watchers_init(&p->watchers, w, seed + 1, PEER_WATCHER);
}

void people_fini(struct people *p)
{
    free(p->said);
    watchers_fini(&p->watchers);
}

void people_forget_sessions(struct people *p)
{
    memset(p->greeted, 0, sizeof p->greeted);
    for (unsigned i = 0; i < WATCHERS; i++) {
        watchers_forget(&p->watchers, PEER_WATCHER + i);
    }
    p->letters_seen = 0;
    sim_clear_outbox(p->w);
}

/* ---- saying ---- */

static bool is_adapter(uint64_t peer)
{
    return peer >= PEER_ADAPTER && peer < PEER_WATCHER;
}

static enum pl_endpoint endpoint_of(uint64_t peer)
{
    return is_adapter(peer) ? PL_ENDPOINT_WORK : PL_ENDPOINT_API;
}

uint64_t people_send(struct people *p, uint64_t peer, uint16_t kind, const uint8_t *body, size_t n)
{
    uint8_t header[PLACET_HEADER_SIZE];

    placet_header_write(
        &(struct placet_header){.kind = kind, .correlation = ++p->w->next_correlation}, header);
    return sim_send_bytes(p->w, endpoint_of(peer), peer, (struct pl_bytes){header, sizeof header},
                          (struct pl_bytes){body, (uint32_t)n}, 2);
}

/* Each department has two adapters, and each of them serves both of its services. */
static void subscribe(struct people *p, uint64_t peer, char service)
{
    uint8_t body[128];
    char name[32];
    struct pl_writer out;

    (void)snprintf(name, sizeof name, "d%u.%c", (unsigned)(peer - PEER_ADAPTER) / 2, service);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 3);
    pl_write_key_string(&out, "service", name);
    pl_write_key_u64(&out, "subscription", (uint64_t)service);
    pl_write_key_u64(&out, "max", 1 + draw_below(&p->draw, 8));
    (void)people_send(p, peer, PLACET_KIND_SUBSCRIBE, body, out.used);
}

static void greet(struct people *p, uint64_t peer)
{
    const char *const role = is_adapter(peer)       ? "adapter"
                             : peer == PEER_OFFICER ? "officer"
                             : peer == PEER_PORTAL  ? "portal"
                                                    : "monitor";
    uint8_t body[256];
    char name[32];
    struct pl_writer out;

    (void)snprintf(name, sizeof name, "peer%u", (unsigned)peer);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_key_string(&out, "role", role);
    pl_write_key_string(&out, "name", name);
    (void)people_send(p, peer, PLACET_KIND_HELLO, body, out.used);
    watchers_forget(&p->watchers, peer);
    if (is_adapter(peer)) {
        subscribe(p, peer, 's');
        subscribe(p, peer, 't');
    }
    p->greeted[peer] = true;
}

void people_ensure_session(struct people *p, uint64_t peer)
{
    if (!p->greeted[peer]) {
        greet(p, peer);
    }
}

static void say_again(struct people *p, struct said *said)
{
    people_ensure_session(p, said->peer);
    said->correlation = people_send(p, said->peer, said->kind, said->body, said->size);
}

void people_say(struct people *p, uint64_t peer, uint16_t kind, const struct pl_writer *body)
{
    PL_CHECK(pl_writer_ok(body) && body->used <= SAID_BODY_MAX);
    struct said *said = &p->said[p->said_count % SAID_MAX];

    p->said_count++;
    *said = (struct said){
        .peer = peer, .kind = kind, .size = (uint32_t)body->used, .said_ms = p->w->now_ms};
    memcpy(said->body, body->at, body->used);
    say_again(p, said);
    if (people_one_in(p, 12)) { /* the network says it twice */
        say_again(p, said);
    }
}

void people_open_body(struct pl_writer *out, uint8_t memory[SAID_BODY_MAX], uint32_t pairs)
{
    pl_writer_init(out, memory, SAID_BODY_MAX);
    pl_write_map(out, pairs);
}

void people_add_idem(struct people *p, struct pl_writer *out)
{
    char idem[32];

    (void)snprintf(idem, sizeof idem, "idem-%u", ++p->idem);
    pl_write_key_string(out, "idem", idem);
}

void people_act(struct people *p)
{
    const uint32_t what = draw_below(&p->draw, 100);

    if (p->w->inbox_count + 8 >= SIM_INBOX_MAX) {
        return;
    }
    if (p->definitions == 0 || what < 2) {
        people_publish(p);
    } else if (what == 99) {
        people_amend(p);
    } else if (what < 4) {
        greet(p, 1 + draw_below(&p->draw, PEERS - 1));
    } else if (what < 18) {
        people_start(p);
    } else if (what < 26 && p->said_count > 0) {
        const unsigned newest = p->said_count < SAID_MAX ? p->said_count : SAID_MAX;
        say_again(p, &p->said[draw_below(&p->draw, newest)]);
    } else if (what < 45) {
        people_govern(p);
    } else if (what < 50) {
        const unsigned number = draw_below(&p->draw, WATCHERS);
        people_ensure_session(p, PEER_WATCHER + number);
        watchers_act(&p->watchers, number, 1 + draw_below(&p->draw, 200));
    } else {
        people_ensure_session(p, PEER_ADAPTER + draw_below(&p->draw, ADAPTERS));
        people_work(p);
    }
}

void people_watch_to_the_end(struct people *p)
{
    p->watchers.calm = true;
    for (unsigned i = 0; i < WATCHERS; i++) {
        people_ensure_session(p, PEER_WATCHER + i);
        watchers_act(&p->watchers, i, CREDIT_END);
    }
}

/* ---- listening ---- */

static void learn_case(struct people *p, const struct sim_letter *letter)
{
    struct pl_text text;
    struct pl_case_id id;

    if (!pl_value_as_text(pl_value_get(letter->body, PL_TEXT("case")), &text) ||
        !pl_case_id_parse(text, &id)) {
        return;
    }
    if (p->case_count < 64) {
        p->case_ids[p->case_count++] = id.v;
    } else {
        p->case_ids[draw_below(&p->draw, 64)] = id.v;
    }
}

void people_listen(struct people *p)
{
    struct sim *w = p->w;

    while (p->letters_seen < w->outbox_count) {
        const struct sim_letter *letter = &w->outbox[p->letters_seen++];
        int64_t code = 0;
        if (letter->kind == PLACET_KIND_TASK) {
            people_take_task(p, letter);
        }
        if (letter->peer.v >= PEER_WATCHER && letter->peer.v < PEERS) {
            bool hello = false;
            watchers_read(&p->watchers, letter, &hello);
            p->greeted[letter->peer.v] = p->greeted[letter->peer.v] && !hello;
        }
        if ((letter->flags & PLACET_FLAG_REPLY) == 0) {
            continue;
        }
        if (letter->kind == PLACET_KIND_START && (letter->flags & PLACET_FLAG_ERROR) == 0) {
            learn_case(p, letter);
        }
        if ((letter->flags & PLACET_FLAG_ERROR) != 0 &&
            pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code) &&
            code == PLACET_CODE_NO_SESSION) {
            p->greeted[letter->peer.v] = false;
            watchers_forget(&p->watchers, letter->peer.v);
        }
        people_compare_answer(p, letter);
    }
    p->letters_seen = 0;
    sim_clear_outbox(w);
}
