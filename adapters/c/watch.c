/* Events from a cursor: in order, none missing, none twice. */
#include <placet/client.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "link.h"
#include "mistake.h"

#define CREDIT    2048        /* events that may be on their way */
#define CREDIT_BY (512 << 10) /* bytes taken after which some is given back in any case */
#define BATCH     256         /* events of one message */

struct placet_watch {
    struct pl_link link;
    struct placet_writer filter; /* a copy, for every new session */
    struct placet_writer scratch;
    bool without_values;
    bool only_new;
    bool anchored;     /* `cursor` counts: some event or mark was seen, or `after` was given */
    bool linked;       /* `last` is the event before the next one in this session */
    uint64_t cursor;   /* everything up to here was seen or filtered out */
    uint64_t last;     /* last event of this session */
    uint64_t sessions; /* session in which the stream was asked for; its number names the stream */
    uint64_t asked;    /* correlation of the WATCH that is under way */
    uint32_t used;     /* events since credit was given */
    uint32_t used_bytes;
    zmq_msg_t message; /* events are borrowed from it */
    struct placet_items items;
    uint64_t upto; /* of the message: reached when its events are read */
    struct placet_error failure;
};

/* ---- asking ---- */

static int begin_stream(struct placet_watch *watch)
{
    struct placet_writer *out = &watch->scratch;
    struct placet_value body;
    struct placet_value filter;

    placet_writer_clear(out);
    placet_put_map(out);
    placet_put_key_i64(out, "watch", (int64_t)pl_link_sessions(&watch->link));
    if (!watch->anchored) {
        placet_put_key_text(out, "from", watch->only_new ? "now" : "oldest");
    } else {
        placet_put_key(out, "from");
        placet_put_map(out);
        placet_put_key_i64(out, "0", (int64_t)watch->cursor); /* partition 0 */
        placet_put_end(out);
    }
    if (placet_writer_value(&watch->filter, &filter) == PLACET_OK) {
        placet_put_key_value(out, "filter", filter);
    }
    placet_put_key_bool(out, "values", !watch->without_values);
    placet_put_key_i64(out, "credit", CREDIT);
    placet_put_key_i64(out, "batch", BATCH);
    placet_put_end(out);
    const int rc = placet_writer_value(out, &body);
    if (rc < 0) {
        return rc;
    }
    const uint64_t correlation = pl_link_correlate(&watch->link);
    if (pl_link_send(&watch->link, PLACET_KIND_WATCH, correlation, body)) {
        watch->asked = correlation;
        watch->sessions = pl_link_sessions(&watch->link);
        watch->linked = false;
        watch->used = 0;
        watch->used_bytes = 0;
    }
    return PLACET_OK;
}

/* Lets as many events come as were taken. */
static void give_credit(struct placet_watch *watch)
{
    struct placet_writer *out = &watch->scratch;
    struct placet_value body;

    if (watch->used == 0 || (watch->used < CREDIT / 2 && watch->used_bytes < CREDIT_BY)) {
        return;
    }
    placet_writer_clear(out);
    placet_put_map(out);
    placet_put_key_i64(out, "watch", (int64_t)watch->sessions);
    placet_put_key_i64(out, "n", watch->used);
    placet_put_end(out);
    if (placet_writer_value(out, &body) == PLACET_OK &&
        pl_link_send(&watch->link, PLACET_KIND_CREDIT, pl_link_correlate(&watch->link), body)) {
        watch->used = 0;
        watch->used_bytes = 0;
    }
}

/* ---- opening and closing ---- */

static int copy_filter(struct placet_watch *watch, struct placet_value filter)
{
    struct placet_value copy;

    if (filter.size == 0) {
        return PLACET_OK;
    }
    placet_put_value(&watch->filter, filter);
    return placet_writer_value(&watch->filter, &copy);
}

int placet_watch_open(const struct placet_watch_options *options, struct placet_watch **watch_out,
                      struct placet_error *err)
{
    const char *role = options->connect.role == NULL ? "monitor" : options->connect.role;
    struct placet_watch *watch = calloc(1, sizeof(*watch));
    if (watch == NULL) {
        return pl_client_fail(err, PLACET_ENOMEM, "out of memory");
    }

    watch->link.fd = -1;
    watch->without_values = options->without_values;
    watch->only_new = options->only_new;
    watch->cursor = options->only_new ? 0 : options->after;
    watch->anchored = !options->only_new && options->after > 0;
    (void)zmq_msg_init(&watch->message);
    int rc = copy_filter(watch, options->filter);
    if (rc < 0) {
        rc = pl_client_fail(err, rc, "the filter is no value of the profile");
    } else {
        rc = pl_link_open(&watch->link, &options->connect, "api", role, err);
    }
    if (rc == PLACET_OK) {
        rc = begin_stream(watch);
    }
    if (rc < 0) {
        placet_watch_close(&watch);
        return rc;
    }
    *watch_out = watch;
    return PLACET_OK;
}

void placet_watch_close(struct placet_watch **watch)
{
    if (watch == NULL || *watch == NULL) {
        return;
    }

    struct placet_watch *w = *watch;
    pl_link_close(&w->link);
    (void)zmq_msg_close(&w->message);
    placet_writer_fini(&w->filter);
    placet_writer_fini(&w->scratch);
    free(w);
    *watch = NULL;
}

/* ---- reading ---- */

static void stop(struct placet_watch *watch, const struct pl_letter *letter)
{
    const enum placet_code code = (enum placet_code)placet_get_i64(letter->body, "code");

    (void)pl_client_refusal(code == PLACET_CODE_NONE ? PLACET_CODE_UNAVAILABLE : code, letter->body,
                            &watch->failure);
    const int64_t oldest = placet_get_i64(letter->body, "oldest");
    if (oldest > 0) {
        (void)snprintf(watch->failure.hint, sizeof(watch->failure.hint),
                       "The oldest event here is %" PRId64 ".", oldest);
    }
}

/* Nothing else up to `upto` passes the filter. */
static void reach(struct placet_watch *watch)
{
    if (watch->upto > watch->cursor) {
        watch->cursor = watch->upto;
        watch->anchored = true;
    }
}

static bool is_mine(const struct placet_watch *watch, const struct pl_letter *letter)
{
    return watch->sessions == pl_link_sessions(&watch->link) &&
           placet_get_i64(letter->body, "watch") == (int64_t)watch->sessions;
}

static void handle(struct placet_watch *watch, struct pl_letter *letter)
{
    switch (letter->header.kind) {
    case PLACET_KIND_WATCH:
        if (letter->header.correlation == watch->asked &&
            pl_letter_code(letter) != PLACET_CODE_NONE) {
            stop(watch, letter);
        }
        break;
    case PLACET_KIND_EVENTS:
        if (is_mine(watch, letter)) {
            (void)zmq_msg_move(&watch->message, &letter->message);
            const struct placet_value body = {.at = zmq_msg_data(&watch->message),
                                              .size = letter->body.size};
            watch->items = placet_items_of(placet_value_get(body, "events"));
            watch->upto = (uint64_t)placet_get_i64(body, "upto");
            watch->used_bytes += body.size;
        }
        break;
    case PLACET_KIND_MARK:
        if (is_mine(watch, letter)) {
            watch->upto = (uint64_t)placet_get_i64(letter->body, "upto");
            reach(watch);
        }
        break;
    case PLACET_KIND_END:
        if (is_mine(watch, letter)) {
            stop(watch, letter);
        }
        break;
    default:
        break;
    }
}

/* The event is the next one: the one before it is the last that was seen, or lies at or before the
 * cursor from which the stream was asked for. */
static int check_chain(struct placet_watch *watch, const struct placet_event *event,
                       struct placet_error *err)
{
    const bool joined = watch->linked ? event->previous == watch->last
                                      : !watch->anchored || event->previous <= watch->cursor;

    if (!joined || (watch->anchored && event->sequence <= watch->cursor)) {
        return pl_client_fail(err, PLACET_ECORRUPT,
                              "event %" PRIu64 " names %" PRIu64
                              " as the one before it, but %" PRIu64 " was seen last",
                              event->sequence, event->previous, watch->cursor);
    }
    watch->linked = true;
    watch->anchored = true;
    watch->last = event->sequence;
    watch->cursor = event->sequence;
    return PLACET_OK;
}

/* 1 and the next event of the message in hand, 0 when there is none left. */
static int take_event(struct placet_watch *watch, struct placet_event *event_out,
                      struct placet_error *err)
{
    struct placet_value item;

    if (!placet_items_next(&watch->items, NULL, &item)) {
        reach(watch);
        return 0;
    }
    const struct placet_event event = {.sequence = (uint64_t)placet_get_i64(item, "seq"),
                                       .previous = (uint64_t)placet_get_i64(item, "prev"),
                                       .at_ms = placet_get_i64(item, "time"),
                                       .type = placet_get_text(item, "type"),
                                       .case_id = placet_get_text(item, "case"),
                                       .step = placet_get_text(item, "step"),
                                       .body = item};
    const int rc = check_chain(watch, &event, err);
    if (rc < 0) {
        return rc;
    }
    watch->used++;
    *event_out = event;
    return 1;
}

/* Receives until there is something to read, or nothing to receive. */
static int receive(struct placet_watch *watch, struct placet_error *err)
{
    struct pl_letter letter;

    while (watch->items.left == 0 && watch->failure.status == PLACET_OK &&
           pl_link_receive(&watch->link, &letter)) {
        handle(watch, &letter);
        (void)zmq_msg_close(&letter.message);
    }
    pl_link_tick(&watch->link);
    if (pl_link_is_up(&watch->link) && watch->sessions != pl_link_sessions(&watch->link)) {
        const int rc = begin_stream(watch);
        if (rc < 0) {
            return pl_client_fail(err, rc, "out of memory");
        }
    }
    const struct placet_error *failure =
        watch->link.refused.status != PLACET_OK ? &watch->link.refused : &watch->failure;
    if (failure->status != PLACET_OK && watch->items.left == 0) {
        if (err != NULL) {
            *err = *failure;
        }
        return failure->status;
    }
    return PLACET_OK;
}

int placet_watch_next(struct placet_watch *watch, int timeout_ms, struct placet_event *event_out,
                      struct placet_error *err)
{
    const int64_t end_us =
        timeout_ms < 0 ? INT64_MAX : pl_link_now_us() + (int64_t)timeout_ms * 1000;

    for (;;) {
        int rc = take_event(watch, event_out, err);
        if (rc != 0) {
            return rc;
        }
        give_credit(watch);
        rc = receive(watch, err);
        if (rc < 0) {
            return rc;
        }
        if (watch->items.left > 0) {
            continue;
        }
        const int64_t left_us = end_us - pl_link_now_us();
        if (left_us <= 0) {
            return 0;
        }
        pl_link_wait(&watch->link, left_us);
    }
}

uint64_t placet_watch_cursor(const struct placet_watch *watch)
{
    return watch->cursor;
}

const struct placet_session *placet_watch_session(const struct placet_watch *watch)
{
    return &watch->link.session;
}

int placet_watch_fd(const struct placet_watch *watch)
{
    return watch->link.fd;
}

int placet_watch_wait_ms(const struct placet_watch *watch)
{
    const int64_t wait_us = pl_link_due_us(&watch->link) - pl_link_now_us();
    if (watch->items.left > 0 || wait_us <= 0) {
        return 0;
    }
    return wait_us > 1000000 ? 1000 : (int)((wait_us + 999) / 1000);
}
