#include "sim/watchers.h"

#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "model/command.h"

#define LOST_ONE_IN 40

static const uint64_t filters[WATCHERS] = {
    0,
    UINT64_C(1) << PL_EVT_STEP_DONE | UINT64_C(1) << PL_EVT_CASE_FINISHED |
        UINT64_C(1) << PL_EVT_STEP_LATE,
    UINT64_C(1) << PL_EVT_COMMAND_REJECTED | UINT64_C(1) << PL_EVT_TASK_REFUSED |
        UINT64_C(1) << PL_EVT_DEFINITION_PUBLISHED,
};

void watchers_init(struct watchers *v, struct sim *w, uint64_t seed, uint64_t first_peer)
{
    memset(v, 0, sizeof *v);
    v->w = w;
    v->draw.state = seed;
    for (unsigned i = 0; i < WATCHERS; i++) {
        v->all[i] = (struct watcher){.peer = first_peer + i, .types = filters[i]};
    }
}

void watchers_fini(struct watchers *v)
{
    free(v->kinds);
}

void watchers_learn(struct watchers *v, uint16_t kind)
{
    if (v->kind_count == v->kind_size) {
        v->kind_size = v->kind_size == 0 ? 4096 : 2 * v->kind_size;
        v->kinds = realloc(v->kinds, v->kind_size);
        PL_CHECK(v->kinds != NULL);
    }
    v->kinds[v->kind_count++] = (uint8_t)kind;
}

static bool matches(const struct watchers *v, const struct watcher *it, uint64_t seq)
{
    PL_CHECK(seq >= 1 && seq <= v->kind_count);
    return it->types == 0 || (it->types >> v->kinds[seq - 1] & 1) != 0;
}

_Noreturn static void broken(const struct watcher *it, const char *what, uint64_t seq)
{
    (void)fprintf(stderr, "I14 broken: watcher %" PRIu64 ": %s at %" PRIu64 "\n", it->peer, what,
                  seq);
    abort();
}

/* ---- asking ---- */

static void say(struct watchers *v, const struct watcher *it, uint16_t kind,
                const struct pl_writer *body)
{
    uint8_t header[PLACET_HEADER_SIZE];

    PL_CHECK(pl_writer_ok(body));
    placet_header_write(
        &(struct placet_header){.kind = kind, .correlation = ++v->w->next_correlation}, header);
    (void)sim_send_bytes(v->w, PL_ENDPOINT_API, it->peer, (struct pl_bytes){header, sizeof header},
                         pl_writer_bytes(body), 2);
}

static void write_filter(struct pl_writer *out, uint64_t types)
{
    pl_write_string(out, "filter");
    pl_write_map(out, types == 0 ? 0 : 1);
    if (types == 0) {
        return;
    }
    pl_write_string(out, "types");
    pl_write_array(out, (uint32_t)__builtin_popcountll(types));
    for (unsigned kind = 0; kind < 64; kind++) {
        if ((types >> kind & 1) != 0) {
            pl_write_string(out, pl_event_type((enum pl_event_kind)kind));
        }
    }
}

static void close_watch(struct watchers *v, const struct watcher *it)
{
    uint8_t memory[64];
    struct pl_writer out;

    pl_writer_init(&out, memory, sizeof memory);
    pl_write_map(&out, 2);
    pl_write_key_u64(&out, "watch", it->number);
    pl_write_key_bool(&out, "close", true);
    say(v, it, PLACET_KIND_WATCH, &out);
}

static void open_watch(struct watchers *v, struct watcher *it, uint32_t credit)
{
    uint8_t memory[512];
    struct pl_writer out;

    if (it->number > 0) {
        close_watch(v, it);
    }
    it->number++;
    pl_writer_init(&out, memory, sizeof memory);
    pl_write_map(&out, 5);
    pl_write_key_u64(&out, "watch", it->number);
    pl_write_string(&out, "from");
    pl_write_map(&out, 1);
    pl_write_key_u64(&out, "0", it->covered);
    pl_write_key_u64(&out, "credit", credit);
    pl_write_key_u64(&out, "batch", 1 + draw_below(&v->draw, 30));
    write_filter(&out, it->types);
    say(v, it, PLACET_KIND_WATCH, &out);
    it->known = it->covered;
    it->chain = it->covered;
    it->open = true;
    it->lost = false;
}

void watchers_act(struct watchers *v, unsigned number, uint32_t credit)
{
    struct watcher *it = &v->all[number];
    uint8_t memory[64];
    struct pl_writer out;

    if (!it->open || (v->calm && it->lost)) { /* what was lost last, nothing else may show */
        open_watch(v, it, credit);
        return;
    }
    pl_writer_init(&out, memory, sizeof memory);
    pl_write_map(&out, 2);
    pl_write_key_u64(&out, "watch", it->number);
    pl_write_key_u64(&out, "n", credit);
    say(v, it, PLACET_KIND_CREDIT, &out);
}

void watchers_forget(struct watchers *v, uint64_t peer)
{
    for (unsigned i = 0; i < WATCHERS; i++) {
        if (v->all[i].peer == peer) {
            v->all[i].open = false;
        }
    }
}

/* ---- reading ---- */

static void cover(const struct watchers *v, struct watcher *it, uint64_t upto)
{
    for (uint64_t seq = it->covered + 1; seq <= upto; seq++) {
        if (matches(v, it, seq)) {
            broken(it, "an event is missing", seq);
        }
    }
    it->covered = upto > it->covered ? upto : it->covered;
}

static void read_event(struct watchers *v, struct watcher *it, struct pl_bytes event)
{
    int64_t seq = 0;
    int64_t prev = 0;
    struct pl_text type = {0};

    PL_CHECK(pl_value_as_i64(pl_value_get(event, PL_TEXT("seq")), &seq));
    PL_CHECK(pl_value_as_i64(pl_value_get(event, PL_TEXT("prev")), &prev));
    PL_CHECK(pl_value_as_text(pl_value_get(event, PL_TEXT("type")), &type));
    if ((uint64_t)prev != it->chain) {
        if (!it->lost) {
            broken(it, "the chain has a gap", (uint64_t)seq);
        }
        v->gaps++; /* as it must be: the cursor goes back to what it has */
        it->open = false;
        return;
    }
    if ((uint64_t)seq <= it->known || (uint64_t)seq > v->kind_count) {
        broken(it, "an event came twice, or before it was written", (uint64_t)seq);
    }
    cover(v, it, (uint64_t)seq - 1);
    if (!matches(v, it, (uint64_t)seq) ||
        !pl_text_is(type, pl_event_type((enum pl_event_kind)v->kinds[seq - 1]))) {
        broken(it, "an event is not what the journal says", (uint64_t)seq);
    }
    it->known = (uint64_t)seq;
    it->chain = (uint64_t)seq;
    it->covered = (uint64_t)seq;
    v->seen++;
}

static void read_events(struct watchers *v, struct watcher *it, const struct sim_letter *letter)
{
    const struct pl_bytes events = pl_value_get(letter->body, PL_TEXT("events"));
    struct pl_reader in;

    pl_reader_init(&in, events.at, events.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count && it->open; i++) {
        read_event(v, it, pl_reader_value(&in));
    }
}

void watchers_read(struct watchers *v, const struct sim_letter *letter, bool *hello_out)
{
    struct watcher *it = NULL;
    int64_t upto = 0;
    int64_t number = 0;

    *hello_out = false;
    for (unsigned i = 0; i < WATCHERS; i++) {
        it = v->all[i].peer == letter->peer.v ? &v->all[i] : it;
    }
    if (it == NULL || !it->open) {
        return;
    }
    if (pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("watch")), &number) &&
        number != it->number) {
        return; /* of a watch that is given up */
    }
    if ((letter->flags & PLACET_FLAG_ERROR) != 0) {
        /* What it had asked for was lost, or too many of its watches were never closed. */
        int64_t code = 0;
        (void)pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("code")), &code);
        it->open = it->open && letter->kind != PLACET_KIND_CREDIT &&
                   code != PLACET_CODE_RESOURCE_EXHAUSTED;
        *hello_out = code == PLACET_CODE_RESOURCE_EXHAUSTED;
        return;
    }
    if (letter->kind == PLACET_KIND_END) {
        broken(it, "the watch ended", it->known);
    }
    if (letter->kind != PLACET_KIND_EVENTS && letter->kind != PLACET_KIND_MARK) {
        return;
    }
    PL_CHECK(pl_value_as_i64(pl_value_get(letter->body, PL_TEXT("upto")), &upto));
    if ((uint64_t)upto > letter->durable_seq) {
        broken(it, "told what is not durable", (uint64_t)upto);
    }
    if (!v->calm && draw_below(&v->draw, LOST_ONE_IN) == 0) {
        it->lost = true; /* on the way */
        return;
    }
    if (letter->kind == PLACET_KIND_EVENTS) {
        read_events(v, it, letter);
    } else if (!it->lost) {
        cover(v, it, (uint64_t)upto);
    }
}

void watchers_check_end(struct watchers *v)
{
    for (unsigned i = 0; i < WATCHERS; i++) {
        if (!v->all[i].open) {
            broken(&v->all[i], "no watch can be opened", v->all[i].covered);
        }
        cover(v, &v->all[i], v->kind_count);
    }
}
