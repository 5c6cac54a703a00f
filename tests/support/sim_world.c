#include "support/sim_world.h"

#include <placet/error.h>
#include <placet/protocol.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "definition/bundle.h"
#include "definition/definition.h"
#include "server/turn.h"
#include "value/json.h"

#define OF_BUS(B)    ((struct sim *)(void *)((char *)(B)-offsetof(struct sim, bus)))
#define OF_CLOCK(C)  ((struct sim *)(void *)((char *)(C)-offsetof(struct sim, clock)))
#define OF_RANDOM(R) ((struct sim *)(void *)((char *)(R)-offsetof(struct sim, random)))

#define START_MS     INT64_C(1461114000000) /* 2016-04-20T09:00+08:00 */
#define PUBLISHER    31                     /* a peer that no script uses */
#define TURNS_MAX    10000
#define BODY_MAX     (1u << 20)
#define ARENA_SIZE   (8u << 20)

void sim_port_call(struct sim *w)
{
    w->port_calls++;
    if (w->crash_after != 0 && --w->crash_after == 0) {
        w->crashed = true;
        longjmp(w->crash, 1);
    }
}

int sim_store_fault(struct sim *w)
{
    if (w->fail_after == 0 || --w->fail_after != 0) {
        return PLACET_OK;
    }
    w->faults++;
    return w->fail_status;
}

bool sim_plant_strikes(struct sim *w, enum sim_plant plant, unsigned one_in)
{
    return w->plant == plant && ++w->plant_calls % one_in == 0;
}

/* ---- bus ---- */

static void free_inbox(struct sim *w)
{
    for (uint32_t i = 0; i < w->inbox_count; i++) {
        free((void *)(uintptr_t)w->inbox[i].header.at);
        free((void *)(uintptr_t)w->inbox[i].body.at);
    }
    w->inbox_count = 0;
}

/* The messages of a turn stay until the next call, as on a real bus: `taken` of them wait to be
 * freed. */
static int receive(struct pl_bus *bus, int timeout_ms, struct pl_message *out, unsigned max,
                   uint32_t bytes_max)
{
    struct sim *w = OF_BUS(bus);
    const uint32_t n = w->inbox_count < max ? w->inbox_count : max;

    (void)timeout_ms;
    (void)bytes_max;
    sim_port_call(w);
    memcpy(out, w->inbox, n * sizeof *out);
    return (int)n;
}

static struct pl_bytes keep(struct pl_bytes bytes)
{
    uint8_t *memory = malloc(bytes.size + 1U);

    PL_CHECK(memory != NULL);
    if (bytes.size > 0) {
        memcpy(memory, bytes.at, bytes.size);
    }
    return (struct pl_bytes){memory, bytes.size};
}

static int send_letter(struct pl_bus *bus, enum pl_endpoint endpoint, struct pl_peer to,
                       struct pl_bytes header, struct pl_bytes body)
{
    struct sim *w = OF_BUS(bus);
    struct placet_header head;

    sim_port_call(w);
    PL_CHECK(placet_header_read(header.at, header.size, &head) == PLACET_OK);
    if (head.kind == PLACET_KIND_EVENTS && sim_plant_strikes(w, SIM_PLANT_DEAF, 20)) {
        return PLACET_OK;
    }
    if (head.kind == PLACET_KIND_TASK && sim_plant_strikes(w, SIM_PLANT_STRAY, 20)) {
        to.v ^= 1;
    }
    if (w->outbox_count == w->outbox_size) {
        w->outbox_size = w->outbox_size == 0 ? 256 : w->outbox_size * 2;
        w->outbox = realloc(w->outbox, w->outbox_size * sizeof *w->outbox);
        PL_CHECK(w->outbox != NULL);
    }
    w->outbox[w->outbox_count++] = (struct sim_letter){
        .endpoint = endpoint,
        .peer = to,
        .kind = head.kind,
        .flags = head.flags,
        .correlation = head.correlation,
        .body = keep(body),
        .durable_seq = w->durable_seq,
    };
    return PLACET_OK;
}

static void publish(struct pl_bus *bus, struct pl_text topic, struct pl_bytes header,
                    struct pl_bytes body)
{
    (void)topic;
    (void)header;
    (void)body;
    sim_port_call(OF_BUS(bus));
}

static bool has_listeners(struct pl_bus *bus)
{
    (void)bus;
    return false;
}

/* ---- clock and chance ---- */

static int64_t now_ms(struct pl_clock *clock, int64_t floor_ms)
{
    struct sim *w = OF_CLOCK(clock);

    return w->now_ms > floor_ms ? w->now_ms : floor_ms;
}

static int64_t real_ms_until(struct pl_clock *clock, int64_t at_ms)
{
    (void)clock;
    (void)at_ms;
    return 0;
}

static int64_t real_ms(struct pl_clock *clock)
{
    return OF_CLOCK(clock)->real_ms;
}

static void hold(struct pl_clock *clock, int64_t ceiling_ms)
{
    (void)clock;
    (void)ceiling_ms;
}

static void fill(struct pl_random *random, void *bytes, size_t size)
{
    struct sim *w = OF_RANDOM(random);
    uint8_t *at = bytes;

    for (size_t i = 0; i < size; i++) {
        at[i] = w->plant == SIM_PLANT_LEASE ? 7 : (uint8_t)draw_below(&w->draw, 256);
    }
}

/* ---- life ---- */

static int start(struct sim *w)
{
    struct placet_error err;

    memset(&w->server, 0, sizeof w->server);
    pl_config_default(&w->server.config);
    w->server.config.turn_arena_bytes = ARENA_SIZE;
    w->server.store = &w->store;
    w->server.journal = &w->journal;
    w->server.bus = &w->bus;
    w->server.clock = &w->clock;
    w->server.random = &w->random;
    int rc = pl_server_init(&w->server);
    if (rc == PLACET_OK) {
        rc = pl_server_recover(&w->server, &err);
    }
    w->running = true;
    return rc;
}

void sim_init(struct sim *w, uint64_t seed)
{
    static const struct pl_bus_ops bus_ops = {
        .receive = receive,
        .send = send_letter,
        .publish = publish,
        .has_listeners = has_listeners,
    };

    memset(w, 0, sizeof *w);
    w->store.ops = &sim_store_ops;
    w->journal.ops = &sim_journal_ops;
    w->bus.ops = &bus_ops;
    w->clock = (struct pl_clock){.now_ms = now_ms,
                                 .real_ms_until = real_ms_until,
                                 .real_ms = real_ms,
                                 .hold = hold,
                                 .rate = 1};
    w->random.fill = fill;
    w->now_ms = START_MS;
    w->real_ms = START_MS;
    w->draw.state = seed;
    PL_CHECK(start(w) == PLACET_OK);
}

static void stop(struct sim *w)
{
    if (w->running) {
        pl_server_fini(&w->server);
        w->running = false;
    }
    free_inbox(w);
}

void sim_fini(struct sim *w)
{
    stop(w);
    sim_clear_outbox(w);
    free(w->outbox);
    sim_store_free(w);
}

int sim_restart(struct sim *w)
{
    stop(w);
    w->store.ops->abort(&w->store);
    sim_store_lose(w);
    w->crashed = false;
    w->crash_after = 0;
    return start(w);
}

/* ---- talking ---- */

uint64_t sim_send_bytes(struct sim *w, enum pl_endpoint endpoint, uint64_t peer,
                        struct pl_bytes header, struct pl_bytes body, uint32_t frames)
{
    PL_CHECK(w->inbox_count < SIM_INBOX_MAX);
    w->inbox[w->inbox_count++] = (struct pl_message){
        .endpoint = endpoint,
        .peer = {peer},
        .header = keep(header),
        .body = keep(body),
        .frames = frames,
    };
    return w->next_correlation;
}

void sim_drop(struct sim *w, uint32_t index)
{
    PL_CHECK(index < w->inbox_count);
    free((void *)(uintptr_t)w->inbox[index].header.at);
    free((void *)(uintptr_t)w->inbox[index].body.at);
    w->inbox_count--;
    memmove(&w->inbox[index], &w->inbox[index + 1], (w->inbox_count - index) * sizeof w->inbox[0]);
}

static uint64_t send_body(struct sim *w, uint64_t peer, uint16_t kind, const struct pl_writer *body)
{
    uint8_t header[PLACET_HEADER_SIZE];

    placet_header_write(&(struct placet_header){.kind = kind, .correlation = ++w->next_correlation},
                        header);
    return sim_send_bytes(w, PL_ENDPOINT_API, peer, (struct pl_bytes){header, sizeof header},
                          pl_writer_bytes(body), 2);
}

uint64_t sim_send(struct sim *w, enum pl_endpoint endpoint, uint64_t peer, uint16_t kind,
                  const char *json)
{
    static uint8_t body[BODY_MAX];
    struct pl_writer out;
    struct placet_error err;
    uint8_t header[PLACET_HEADER_SIZE];

    pl_writer_init(&out, body, sizeof body);
    if (pl_json_read(pl_text_of(json), &out, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", json, err.message);
        abort();
    }
    placet_header_write(&(struct placet_header){.kind = kind, .correlation = ++w->next_correlation},
                        header);
    return sim_send_bytes(w, endpoint, peer, (struct pl_bytes){header, sizeof header},
                          pl_writer_bytes(&out), 2);
}

static uint32_t publish_bytes(struct sim *w, struct pl_bytes bundle, const char *name)
{
    static uint8_t body[BODY_MAX];
    struct pl_writer out;
    const uint32_t before = w->server.state.revision_count;

    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_key_string(&out, "role", "officer");
    pl_write_key_string(&out, "name", "publisher");
    (void)send_body(w, PUBLISHER, PLACET_KIND_HELLO, &out);
    pl_writer_init(&out, body, sizeof body);
    pl_write_map(&out, 2);
    pl_write_key_value(&out, "files", bundle);
    pl_write_key_string(&out, "idem", name);
    const uint64_t asked = send_body(w, PUBLISHER, PLACET_KIND_PUBLISH, &out);
    PL_CHECK(sim_settle(w) >= 0);
    const struct sim_letter *reply = sim_reply(w, asked);
    if (reply == NULL || (reply->flags & PLACET_FLAG_ERROR) != 0) {
        char *json = NULL;
        if (reply != NULL) {
            (void)pl_json_write(reply->body, true, &json);
        }
        (void)fprintf(stderr, "%s: not published: %s\n", name, json == NULL ? "" : json);
        abort();
    }
    return before + 1;
}

uint32_t sim_publish(struct sim *w, const char *path)
{
    char file[512];
    uint8_t *bytes;
    size_t size;
    struct placet_error err;

    (void)snprintf(file, sizeof file, "%s/%s", PLACET_SOURCE_DIR, path);
    if (pl_bundle_read_files(file, &bytes, &size, &err) < 0) {
        (void)fprintf(stderr, "%s: %s\n", file, err.message);
        abort();
    }
    const uint32_t number = publish_bytes(w, (struct pl_bytes){bytes, (uint32_t)size}, path);
    free(bytes);
    return number;
}

int sim_turn(struct sim *w)
{
    if (setjmp(w->crash) != 0) {
        return PLACET_EUNKNOWN;
    }
    const int rc = pl_server_turn(&w->server, 0);
    free_inbox(w);
    return rc;
}

int sim_settle(struct sim *w)
{
    for (unsigned turn = 0; turn < TURNS_MAX; turn++) {
        const uint64_t faults = w->faults;
        const int rc = sim_turn(w);
        if (rc < 0 || (rc == 0 && w->faults == faults)) {
            return rc;
        }
    }
    PL_UNREACHABLE();
}

const struct sim_letter *sim_reply(const struct sim *w, uint64_t correlation)
{
    for (uint32_t i = w->outbox_count; i > 0; i--) {
        const struct sim_letter *letter = &w->outbox[i - 1];
        if (letter->correlation == correlation && (letter->flags & PLACET_FLAG_REPLY) != 0) {
            return letter;
        }
    }
    return NULL;
}

void sim_clear_outbox(struct sim *w)
{
    for (uint32_t i = 0; i < w->outbox_count; i++) {
        free((void *)(uintptr_t)w->outbox[i].body.at);
    }
    w->outbox_count = 0;
}
