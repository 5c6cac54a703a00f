#include "sim/people.h"

#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/hash.h"
#include "base/time.h"
#include "model/ids.h"
#include "value/json.h"

#define CREDIT_END 4000 /* as much as a watch may have */
#define PROMISE_MS ((int64_t)PL_IDEMPOTENCY_DAYS * PL_DAY_MS)

static bool one_in(struct people *p, uint32_t n)
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

static uint64_t send(struct people *p, uint64_t peer, uint16_t kind, const uint8_t *body, size_t n)
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
    (void)send(p, peer, PLACET_KIND_SUBSCRIBE, body, out.used);
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
    (void)send(p, peer, PLACET_KIND_HELLO, body, out.used);
    watchers_forget(&p->watchers, peer);
    if (is_adapter(peer)) {
        subscribe(p, peer, 's');
        subscribe(p, peer, 't');
    }
    p->greeted[peer] = true;
}

static void ensure_session(struct people *p, uint64_t peer)
{
    if (!p->greeted[peer]) {
        greet(p, peer);
    }
}

static void say_again(struct people *p, struct said *said)
{
    ensure_session(p, said->peer);
    said->correlation = send(p, said->peer, said->kind, said->body, said->size);
}

static void say(struct people *p, uint64_t peer, uint16_t kind, const struct pl_writer *body)
{
    PL_CHECK(pl_writer_ok(body) && body->used <= SAID_BODY_MAX);
    struct said *said = &p->said[p->said_count % SAID_MAX];

    p->said_count++;
    *said = (struct said){
        .peer = peer, .kind = kind, .size = (uint32_t)body->used, .said_ms = p->w->now_ms};
    memcpy(said->body, body->at, body->used);
    say_again(p, said);
    if (one_in(p, 12)) { /* the network says it twice */
        say_again(p, said);
    }
}

/* ---- what they do ---- */

static void open_body(struct pl_writer *out, uint8_t memory[SAID_BODY_MAX], uint32_t pairs)
{
    pl_writer_init(out, memory, SAID_BODY_MAX);
    pl_write_map(out, pairs);
}

static void add_idem(struct people *p, struct pl_writer *out)
{
    char idem[32];

    (void)snprintf(idem, sizeof idem, "idem-%u", ++p->idem);
    pl_write_key_string(out, "idem", idem);
}

static void publish(struct people *p)
{
    const struct pl_bytes bundle = draw_definition(&p->draw, p->definitions++);
    static uint8_t body[DRAWN_SIZE_MAX + 256];
    struct pl_writer out;

    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_key_value(&out, "files", bundle);
    add_idem(p, &out);
    ensure_session(p, PEER_OFFICER);
    (void)send(p, PEER_OFFICER, PLACET_KIND_PUBLISH, body, out.used);
}

/* The calendar of all of them, a few holidays later. */
static void amend(struct people *p)
{
    static char text[2048];
    uint8_t body[4096];
    struct pl_builder yaml;
    struct pl_writer out;
    const unsigned holiday = 4 + draw_below(&p->draw, 20);

    pl_builder_init(&yaml, text, sizeof text);
    pl_builder_addf(&yaml,
                    "calendar: sim\ntitle: {zh: 模拟, en: Simulated}\nzone: \"+08:00\"\n"
                    "version: %u\nweekend: [sat, sun]\nyears:\n  2016:\n"
                    "    source: invented for the simulation\n    holidays: [05-%02u]\n",
                    ++p->calendars + 1, holiday);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_string(&out, "files");
    pl_write_array(&out, 1);
    pl_write_array(&out, 2);
    pl_write_string(&out, "calendars/sim.yaml");
    pl_write_string(&out, text);
    add_idem(p, &out);
    PL_CHECK(pl_writer_ok(&out));
    ensure_session(p, PEER_OFFICER);
    (void)send(p, PEER_OFFICER, PLACET_KIND_PUBLISH, body, out.used);
}

static void start(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    char name[32];
    const bool with_c = one_in(p, 2);
    const uint32_t items = draw_below(&p->draw, 5);

    (void)snprintf(name, sizeof name, "sim_%u", draw_below(&p->draw, p->definitions + 1));
    open_body(&out, body, 4);
    pl_write_key_string(&out, "workflow", name);
    (void)snprintf(name, sizeof name, "key-%u", draw_below(&p->draw, 400));
    pl_write_key_string(&out, "key", name);
    pl_write_string(&out, "form");
    pl_write_map(&out, 2U + with_c + (items > 0));
    if (items > 0) {
        pl_write_string(&out, "d");
        pl_write_array(&out, items - 1);
        for (uint32_t i = 1; i < items; i++) {
            pl_write_u64(&out, i);
        }
    }
    pl_write_key_bool(&out, "a", one_in(p, 2));
    pl_write_key_u64(&out, "b", draw_below(&p->draw, 10));
    if (with_c) {
        pl_write_key_string(&out, "c", one_in(p, 2) ? "x" : "y");
    }
    add_idem(p, &out);
    say(p, PEER_PORTAL, PLACET_KIND_START, &out);
}

static void add_case(struct people *p, struct pl_writer *out)
{
    char text[PL_CASE_TEXT_SIZE];
    const uint64_t id = p->case_count == 0 ? 1 : p->case_ids[draw_below(&p->draw, p->case_count)];

    pl_case_id_format((struct pl_case_id){id}, text);
    pl_write_key_string(out, "case", text);
}

static const char *const officers[] = {"officer:wu", "officer:li", "officer:an"};
static const char *const services[DRAWN_DEPARTMENTS] = {"d0.s", "d1.s", "d2.s", "d3.s"};

static const struct known_step *known_step(struct people *p, const struct known_step *steps,
                                           unsigned count)
{
    return &steps[draw_below(&p->draw, count < STEPS_KNOWN ? count : STEPS_KNOWN)];
}

/* What a set waits for: one more, or no more. */
static void add_to_set(struct people *p, struct pl_writer *out)
{
    const struct known_step *set = known_step(p, p->sets, p->set_count);
    char name[32];

    (void)snprintf(name, sizeof name, "%s.%s", set->step, one_in(p, 2) ? "add" : "close");
    pl_write_key_string(out, "name", name);
    pl_write_key_string(out, "case", set->case_id);
}

/* What a step waits for, a delivery, what is owed. */
static void add_to_step(struct people *p, struct pl_writer *out)
{
    const unsigned step = draw_below(&p->draw, 9);
    const uint32_t which = draw_below(&p->draw, 4);
    char name[32];

    (void)snprintf(name, sizeof name, "%s", which < 1 ? "pong" : "ping");
    if (which == 2) {
        (void)snprintf(name, sizeof name, "o%u", step);
    } else if (which == 3) {
        (void)snprintf(name, sizeof name, "s%u_delivered", step);
    }
    pl_write_key_string(out, "name", name);
    add_case(p, out);
}

/* To whoever waits with that key. */
static void add_to_key(struct people *p, struct pl_writer *out)
{
    char key[8];

    (void)snprintf(key, sizeof key, "%u", draw_below(&p->draw, 10));
    pl_write_key_string(out, "name", "ping");
    pl_write_key_string(out, "key", key);
}

static void signal_somebody(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    const uint32_t whom = draw_below(&p->draw, 4);

    open_body(&out, body, 4);
    if (whom == 0 && p->set_count > 0) {
        add_to_set(p, &out);
    } else if (whom == 1) {
        add_to_key(p, &out);
    } else {
        add_to_step(p, &out);
    }
    pl_write_string(&out, "data");
    pl_write_map(&out, 1);
    pl_write_key_u64(&out, "n", draw_below(&p->draw, 9));
    add_idem(p, &out);
    say(p, PEER_PORTAL, PLACET_KIND_SIGNAL, &out);
}

/* What an officer may do to a step that somebody was asked for. */
static void change_limits(struct people *p, uint16_t kind)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;

    if (p->asked_count == 0) {
        return;
    }
    const struct known_step *asked = known_step(p, p->asked, p->asked_count);
    open_body(&out, body, 5);
    pl_write_key_string(&out, "case", asked->case_id);
    pl_write_key_string(&out, "step", asked->step);
    if (kind == PLACET_KIND_EXTEND) {
        pl_write_key_string(&out, "role", one_in(p, 8) ? "clerk" : "head");
        pl_write_key_string(&out, "reason", "flood");
    } else if (kind == PLACET_KIND_HAND_OVER) {
        pl_write_key_string(&out, "service", services[draw_below(&p->draw, DRAWN_DEPARTMENTS)]);
        pl_write_key_string(&out, "reason", "not ours");
    } else {
        pl_write_key_string(&out, "reason", one_in(p, 2) ? "hearing" : "test");
        pl_write_key_string(&out, "estimate", "two days");
    }
    add_idem(p, &out);
    say(p, PEER_OFFICER, kind, &out);
}

/* Commands of the office and the applicant about a case. */
static void govern(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    char step[8];
    static const char *const decisions[] = {"approve", "conditions", "fix",
                                            "again",   "reject",     "no_objection"};
    static const uint16_t kinds[] = {
        PLACET_KIND_SUPPLEMENT,  PLACET_KIND_SUPPLEMENT,  PLACET_KIND_SUPPLEMENT,
        PLACET_KIND_SIGNAL,      PLACET_KIND_SIGNAL,      PLACET_KIND_RETRY,
        PLACET_KIND_RETRY,       PLACET_KIND_DECIDE,      PLACET_KIND_PAUSE_CASE,
        PLACET_KIND_RESUME_CASE, PLACET_KIND_RESUME_CASE, PLACET_KIND_SKIP,
        PLACET_KIND_BACK,        PLACET_KIND_WITHDRAW,    PLACET_KIND_CANCEL_CASE,
        PLACET_KIND_DECIDE,      PLACET_KIND_PAUSE,       PLACET_KIND_RESUME,
        PLACET_KIND_EXTEND,      PLACET_KIND_HAND_OVER,   PLACET_KIND_SIGNAL,
        PLACET_KIND_SIGNAL,      PLACET_KIND_SIGNAL};
    const uint16_t kind = kinds[draw_below(&p->draw, sizeof kinds / sizeof kinds[0])];

    (void)snprintf(step, sizeof step, "s%u", draw_below(&p->draw, 9));
    switch (kind) {
    case PLACET_KIND_SUPPLEMENT:
        open_body(&out, body, 3);
        pl_write_string(&out, "changes");
        pl_write_map(&out, 2);
        pl_write_key_u64(&out, "b", draw_below(&p->draw, 10));
        pl_write_key_string(&out, "c", "x");
        break;
    case PLACET_KIND_SIGNAL:
        signal_somebody(p);
        return;
    case PLACET_KIND_PAUSE:
    case PLACET_KIND_RESUME:
    case PLACET_KIND_EXTEND:
    case PLACET_KIND_HAND_OVER:
        change_limits(p, kind);
        return;
    case PLACET_KIND_DECIDE:
        open_body(&out, body, 7);
        pl_write_key_string(&out, "step", step);
        pl_write_key_u64(&out, "item", one_in(p, 2) ? 0 : draw_below(&p->draw, 5));
        pl_write_key_string(&out, "officer", officers[draw_below(&p->draw, 3)]);
        pl_write_key_string(&out, "decision", decisions[draw_below(&p->draw, 6)]);
        pl_write_key_string(&out, "reason", "by hand");
        break;
    case PLACET_KIND_RETRY:
    case PLACET_KIND_SKIP:
    case PLACET_KIND_BACK:
        open_body(&out, body, 4);
        pl_write_key_string(&out, "step", step);
        pl_write_key_string(&out, "reason", "by order");
        break;
    default:
        open_body(&out, body, 3);
        pl_write_key_string(&out, "reason", "by order");
        break;
    }
    add_case(p, &out);
    add_idem(p, &out);
    say(p,
        kind == PLACET_KIND_SUPPLEMENT || kind == PLACET_KIND_WITHDRAW ? PEER_PORTAL : PEER_OFFICER,
        kind, &out);
}

/* An adapter does something with a task that it knows, sometimes one that is not its own any more.
 */
/* NOLINTNEXTLINE(readability-function-cognitive-complexity): a die with nine faces */
static void work(struct people *p)
{
    uint8_t body[SAID_BODY_MAX];
    struct pl_writer out;
    static const char *const decisions[] = {"approve",      "approve",   "approve", "conditions",
                                            "no_objection", "objection", "fix",     "again",
                                            "reject",       "nonsense",  "accept",  "notice"};
    const uint32_t what = draw_below(&p->draw, 22);

    if (p->task_count == 0) {
        return;
    }
    const unsigned at = draw_below(&p->draw, p->task_count);
    const struct known_task task = p->tasks[at];
    const bool complete = what < 13;
    const bool fails = what == 13 || what == 14;

    const bool stops = what == 20;
    const bool hands_over = what == 21;
    open_body(&out, body,
              complete                       ? 6
              : fails || stops || hands_over ? 4
              : what == 15 || what == 16     ? 3
                                             : 2);
    pl_write_key_string(&out, "task", task.task);
    pl_write_string(&out, "lease");
    pl_write_bin(&out, task.lease, sizeof task.lease);
    if (complete) {
        const char *decision = decisions[draw_below(&p->draw, 12)];
        pl_write_key_string(&out, "decision",
                            task.opinion && one_in(p, 2) ? "no_objection" : decision);
        pl_write_key_string(&out, "reason", "as it is");
        pl_write_key_string(&out, "officer", officers[draw_below(&p->draw, 3)]);
        pl_write_string(&out, "answer");
        pl_write_map(&out, one_in(p, 2) ? 0 : 1);
        if (out.at[out.used - 1] == 0x81) {
            pl_write_key_u64(&out, "n", draw_below(&p->draw, 1000));
        }
        say(p, task.peer, PLACET_KIND_COMPLETE, &out);
    } else if (fails) {
        pl_write_key_string(&out, "code", "E1");
        pl_write_key_bool(&out, "retryable", what == 13);
        say(p, task.peer, PLACET_KIND_FAIL, &out);
    } else if (what == 15) {
        pl_write_key_string(&out, "code", "E2");
        say(p, task.peer, PLACET_KIND_THROW, &out);
    } else if (what == 16) {
        pl_write_key_string(&out, "reference", "file 7");
        say(p, task.peer, PLACET_KIND_PARK, &out);
    } else if (stops) {
        pl_write_key_string(&out, "reason", "hearing");
        pl_write_key_string(&out, "estimate", "two days");
        say(p, task.peer, one_in(p, 2) ? PLACET_KIND_PAUSE : PLACET_KIND_RESUME, &out);
    } else if (hands_over) {
        pl_write_key_string(&out, "service", services[draw_below(&p->draw, DRAWN_DEPARTMENTS)]);
        pl_write_key_string(&out, "reason", "not ours");
        say(p, task.peer, PLACET_KIND_HAND_OVER, &out);
    } else {
        static const uint16_t kinds[] = {PLACET_KIND_TAKEN, PLACET_KIND_PROGRESS,
                                         PLACET_KIND_RELEASE};
        say(p, task.peer, kinds[what - 17], &out);
    }
    if (one_in(p, 2)) { /* it forgets the task; otherwise it may answer again */
        p->tasks[at] = p->tasks[--p->task_count];
    }
}

void people_act(struct people *p)
{
    const uint32_t what = draw_below(&p->draw, 100);

    if (p->w->inbox_count + 8 >= SIM_INBOX_MAX) {
        return;
    }
    if (p->definitions == 0 || what < 2) {
        publish(p);
    } else if (what == 99) {
        amend(p);
    } else if (what < 4) {
        greet(p, 1 + draw_below(&p->draw, PEERS - 1));
    } else if (what < 18) {
        start(p);
    } else if (what < 26 && p->said_count > 0) {
        const unsigned newest = p->said_count < SAID_MAX ? p->said_count : SAID_MAX;
        say_again(p, &p->said[draw_below(&p->draw, newest)]);
    } else if (what < 45) {
        govern(p);
    } else if (what < 50) {
        const unsigned number = draw_below(&p->draw, WATCHERS);
        ensure_session(p, PEER_WATCHER + number);
        watchers_act(&p->watchers, number, 1 + draw_below(&p->draw, 200));
    } else {
        ensure_session(p, PEER_ADAPTER + draw_below(&p->draw, ADAPTERS));
        work(p);
    }
}

void people_watch_to_the_end(struct people *p)
{
    p->watchers.calm = true;
    for (unsigned i = 0; i < WATCHERS; i++) {
        ensure_session(p, PEER_WATCHER + i);
        watchers_act(&p->watchers, i, CREDIT_END);
    }
}

/* ---- listening ---- */

static void copy_text(char *out, size_t size, struct pl_bytes body, const char *key)
{
    struct pl_text text;

    PL_CHECK(pl_value_as_text(pl_value_get(body, pl_text_of(key)), &text) && text.len < size);
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
}

static void learn_step(struct known_step *steps, unsigned *count, struct pl_bytes body)
{
    struct known_step *at = &steps[(*count)++ % STEPS_KNOWN];

    copy_text(at->case_id, sizeof at->case_id, body, "case");
    copy_text(at->step, sizeof at->step, body, "step");
}

static void take_task(struct people *p, const struct sim_letter *letter)
{
    struct known_task task = {.peer = letter->peer.v};
    struct pl_text text;
    struct pl_reader in;

    if (one_in(p, 10)) {
        return; /* lost on the way */
    }
    learn_step(p->asked, &p->asked_count, letter->body);
    if (pl_value_get(letter->body, PL_TEXT("element")).size > 0) {
        learn_step(p->sets, &p->set_count, letter->body);
    }
    PL_CHECK(pl_value_as_text(pl_value_get(letter->body, PL_TEXT("task")), &text));
    PL_CHECK(text.len < sizeof task.task);
    memcpy(task.task, text.at, text.len);
    PL_CHECK(pl_value_as_text(pl_value_get(letter->body, PL_TEXT("role")), &text));
    task.opinion = pl_text_is(text, "opinion");
    const struct pl_bytes lease = pl_value_get(letter->body, PL_TEXT("lease"));
    pl_reader_init(&in, lease.at, lease.size);
    const struct pl_bytes bytes = pl_reader_bin(&in, sizeof task.lease);
    PL_CHECK(bytes.size == sizeof task.lease);
    memcpy(task.lease, bytes.at, sizeof task.lease);
    if (p->task_count == TASKS_KNOWN) {
        p->tasks[draw_below(&p->draw, TASKS_KNOWN)] = task;
    } else {
        p->tasks[p->task_count++] = task;
    }
}

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

/* Answers that say "later" promise nothing. */
static bool is_final(const struct sim_letter *letter)
{
    int64_t code = 0;

    if ((letter->flags & PLACET_FLAG_ERROR) == 0) {
        return true;
    }
    PL_CHECK(pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code));
    return code != PLACET_CODE_NO_SESSION && code != PLACET_CODE_RESOURCE_EXHAUSTED &&
           code != PLACET_CODE_UNAVAILABLE && code != PLACET_CODE_INTERNAL &&
           code != PLACET_CODE_STORAGE_FULL;
}

/* Hints about the present (how long a lease is) may change; whether, where and in which event may
 * not. */
static uint64_t promise_of(const struct sim_letter *letter)
{
    const struct pl_bytes seq = pl_value_get(letter->body, PL_TEXT("sequence"));
    const struct pl_bytes code = pl_value_get(letter->body, PL_TEXT("code"));
    const struct pl_bytes id = pl_value_get(letter->body, PL_TEXT("case"));

    return pl_hash64(seq.at, seq.size) ^ 3 * pl_hash64(code.at, code.size) ^
           5 * pl_hash64(id.at, id.size);
}

static bool is_answer_once(uint16_t kind)
{
    return kind != PLACET_KIND_TAKEN && kind != PLACET_KIND_PROGRESS && kind != PLACET_KIND_PARK &&
           kind != PLACET_KIND_RELEASE && kind != PLACET_KIND_PAUSE && kind != PLACET_KIND_RESUME &&
           kind != PLACET_KIND_HAND_OVER;
}

/* An adapter's answer is known by its lease as long as its task has no newer answer; after that the
 * same words are refused, and change nothing. */
static bool was_overtaken(const struct said *said, const struct sim_letter *letter)
{
    int64_t code = 0;

    (void)pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code);
    return (said->kind == PLACET_KIND_COMPLETE || said->kind == PLACET_KIND_FAIL ||
            said->kind == PLACET_KIND_THROW) &&
           (code == PLACET_CODE_SUPERSEDED || code == PLACET_CODE_INVALID_STATE ||
            code == PLACET_CODE_CONFLICT);
}

static void compare_answer(struct people *p, const struct sim_letter *letter)
{
    for (unsigned i = 0; i < p->said_count && i < SAID_MAX; i++) {
        struct said *said = &p->said[i];
        if (said->correlation != letter->correlation || !is_answer_once(said->kind) ||
            !is_final(letter)) {
            continue;
        }
        const bool accepted = (letter->flags & PLACET_FLAG_ERROR) == 0;
        if (said->answered && said->accepted && !accepted && was_overtaken(said, letter)) {
            return;
        }
        if (p->w->now_ms - said->said_ms >= PROMISE_MS) {
            return;
        }
        if (said->answered && said->accepted &&
            (!accepted || said->answer_hash != promise_of(letter))) {
            char *json = NULL;
            (void)pl_json_write(letter->body, false, &json);
            (void)fprintf(stderr, "I1: %s was accepted and is answered otherwise now: %s\n",
                          placet_kind_name(said->kind), json);
            abort();
        }
        p->answers_compared += said->answered ? 1 : 0;
        said->answered = true;
        said->accepted = accepted;
        said->answer_hash = promise_of(letter);
        return;
    }
}

void people_listen(struct people *p)
{
    struct sim *w = p->w;

    while (p->letters_seen < w->outbox_count) {
        const struct sim_letter *letter = &w->outbox[p->letters_seen++];
        int64_t code = 0;
        if (letter->kind == PLACET_KIND_TASK) {
            take_task(p, letter);
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
        compare_answer(p, letter);
    }
    p->letters_seen = 0;
    sim_clear_outbox(w);
}
