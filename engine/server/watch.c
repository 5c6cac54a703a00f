#include "server/watch.h"

#include <stdlib.h>
#include <string.h>

#include "server/watching.h"
#include "wire/events.h"
#include "wire/frame.h"

#define FRAMES_PER_TURN 64           /* of all watches together: about 4 MiB of journal */
#define BODY_TARGET     (192u << 10) /* of EVENTS: about what one ZeroMQ write takes */
#define HEAD_ROOM       64           /* in front of the events: the keys of the message */
#define FRAMES_OF_ONE   16 /* of them, so that one that finds little does not hold up the others */
#define AHEAD_MAX       (4u << 20) /* bytes that go to one watcher before it gives credit again */
#define TRICKLE_MS      1000       /* then one message goes all the same: nobody waits for ever */
#define STUCK_MS        20         /* before a full queue is tried again */
#define MARK_MS         1000

int pl_watches_init(struct pl_server *s)
{
    s->watches = calloc(1, sizeof *s->watches);
    if (s->watches == NULL) {
        return PLACET_ENOMEM;
    }
    s->watches->body = malloc(PL_WATCH_BODY_SIZE);
    return s->watches->body == NULL ? PLACET_ENOMEM : PLACET_OK;
}

void pl_watches_fini(struct pl_server *s)
{
    struct pl_watches *t = s->watches;

    if (t != NULL) {
        for (uint32_t i = 0; i < t->count; i++) {
            free(t->at[i]);
        }
        free(t->body);
        free(t);
        s->watches = NULL;
    }
}

/* ---- filter -----------------------------------------------------------------------------------
 */

static bool names_have(const struct pl_watch_names *names, struct pl_text name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (pl_text_is(name, names->at[i])) {
            return true;
        }
    }
    return names->count == 0;
}

static bool concerns(const struct pl_watch_names *departments, const struct pl_definition *def,
                     const struct pl_event *event)
{
    for (uint32_t i = 0; i < departments->count; i++) {
        if (pl_event_concerns(def, event, pl_text_of(departments->at[i]))) {
            return true;
        }
    }
    return departments->count == 0;
}

static bool case_matches(const struct pl_watch_filter *filter, struct pl_case_id id)
{
    for (uint32_t i = 0; i < filter->case_count; i++) {
        if (filter->cases[i].v == id.v) {
            return true;
        }
    }
    return filter->case_count == 0;
}

/* Looks at the event alone; what needs the case comes after it in filter_view. */
static bool event_matches(const struct pl_watch_filter *filter, const struct pl_event *event)
{
    return (filter->types == 0 || (filter->types >> event->kind & 1) != 0) &&
           case_matches(filter, event->case_id);
}

static bool view_matches(const struct pl_server *s, const struct pl_watch_filter *filter,
                         const struct pl_event *event, const struct pl_case_view *view)
{
    if (filter->workflows.count == 0 && filter->departments.count == 0) {
        return true;
    }
    const struct pl_definition *def =
        view == NULL ? NULL : pl_state_definition_number(&s->state, view->definition);
    if (def == NULL) {
        return false;
    }
    return names_have(&filter->workflows, def->workflow) &&
           concerns(&filter->departments, def, event);
}

/* ---- serving ----------------------------------------------------------------------------------
 */

enum stop { GO_ON, BATCH_FULL, VIEW_MISSING };

/* One EVENTS message while it is made. */
struct batch {
    struct pl_server *s;
    struct pl_watch *w;
    struct pl_writer out; /* the events, one after the other */
    uint32_t count;
    uint32_t max;
    uint64_t next_seq; /* first that was not looked at */
    uint64_t prev_seq;
    uint32_t frames; /* read for it in this turn */
    struct pl_case_id missing;
    bool corrupt;
};

static enum stop take_event(struct batch *b, const struct pl_event *event, uint64_t seq,
                            int64_t at_ms)
{
    struct pl_views *views = &b->s->watches->views;
    const struct pl_case_view *view = NULL;

    pl_view_learn(views, event);
    if (!event_matches(&b->w->filter, event)) {
        return GO_ON;
    }
    if (event->case_id.v != 0) {
        view = pl_view_find(views, event->case_id);
        if (view == NULL) {
            view = pl_view_of_open(b->s, views, event->case_id);
        }
        if (view == NULL) {
            b->missing = event->case_id;
            return VIEW_MISSING;
        }
    }
    if (!view_matches(b->s, &b->w->filter, event, view)) {
        return GO_ON;
    }
    const uint32_t size = pl_event_view_size(event, b->w->values);
    if (b->count == b->max || (b->count > 0 && b->out.used + size > BODY_TARGET)) {
        return BATCH_FULL;
    }
    const struct pl_event_place place = {.seq = seq, .prev = b->prev_seq, .at_ms = at_ms};
    pl_view_write_event(&b->out, b->s, event, place, view, b->w->values);
    b->prev_seq = seq;
    b->count++;
    return GO_ON;
}

static int take_frame(void *context, struct pl_bytes bytes)
{
    struct batch *b = context;
    struct pl_frame frame;
    struct pl_reader in;

    b->s->watches->frames_left--;
    b->frames++;
    if (pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame) != PLACET_OK) {
        b->corrupt = true;
        return PLACET_ECORRUPT;
    }
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint64_t seq = frame.first_seq; seq <= pl_frame_last_seq(&frame); seq++) {
        struct pl_event event;
        if (seq < b->next_seq) {
            pl_reader_skip(&in);
            continue;
        }
        if (pl_wire_read_event(&in, &event) != PLACET_OK) {
            b->corrupt = true;
            return PLACET_ECORRUPT;
        }
        const enum stop stop = take_event(b, &event, seq, frame.at_ms);
        if (stop != GO_ON) {
            return (int)stop;
        }
        b->next_seq = seq + 1;
    }
    return GO_ON;
}

static int send_to(struct pl_server *s, const struct pl_watch *w, uint16_t kind,
                   struct pl_bytes body)
{
    const struct placet_header header = {.kind = kind, .correlation = w->correlation};
    uint8_t bytes[PLACET_HEADER_SIZE];

    placet_header_write(&header, bytes);
    return s->bus->ops->send(s->bus, w->endpoint, w->peer, (struct pl_bytes){bytes, sizeof bytes},
                             body);
}

void pl_watch_drop(struct pl_server *s, struct pl_watch *w)
{
    struct pl_watches *t = s->watches;

    for (uint32_t i = 0; i < t->count; i++) {
        if (t->at[i] == w) {
            t->at[i] = NULL;
            free(w);
            return;
        }
    }
}

static void end(struct pl_server *s, struct pl_watch *w, enum placet_code code, uint64_t oldest)
{
    uint8_t memory[256];
    struct pl_writer body;

    pl_writer_init(&body, memory, sizeof memory);
    pl_write_map(&body, 4);
    pl_write_key_u64(&body, "watch", w->client_id);
    pl_write_key_u64(&body, "code", code);
    pl_write_key_string(&body, "name", placet_code_name(code));
    pl_write_key_u64(&body, "oldest", oldest);
    (void)send_to(s, w, PLACET_KIND_END, pl_writer_bytes(&body));
    pl_watch_drop(s, w);
}

static void end_compacted(struct pl_server *s, struct pl_watch *w)
{
    struct pl_store_info info = {0};

    (void)s->store->ops->info(s->store, &info);
    end(s, w, PLACET_CODE_COMPACTED, info.oldest_seq);
}

/* Sends what was collected. When it could not go the cursor stays, and is read again. */
static int send_events(struct batch *b)
{
    struct pl_watches *t = b->s->watches;
    struct pl_writer body;
    uint8_t head[HEAD_ROOM];

    /* The events stand in `t->body` behind room for this head. */
    pl_writer_init(&body, head, sizeof head);
    pl_write_map(&body, 3);
    pl_write_key_u64(&body, "watch", b->w->client_id);
    pl_write_key_u64(&body, "upto", b->next_seq - 1);
    pl_write_string(&body, "events");
    pl_write_array(&body, b->count);
    uint8_t *first = t->body + sizeof head - body.used;
    memcpy(first, head, body.used);
    const struct pl_bytes bytes = {first, (uint32_t)(body.used + b->out.used)};
    const int rc = send_to(b->s, b->w, PLACET_KIND_EVENTS, bytes);
    if (rc == PLACET_OK) {
        b->w->credit -= b->count;
        b->w->ahead += b->count;
        b->w->ahead_bytes += bytes.size;
    }
    return rc;
}

static void send_mark(struct pl_server *s, struct pl_watch *w, int64_t real_ms)
{
    uint8_t memory[64];
    struct pl_writer body;

    pl_writer_init(&body, memory, sizeof memory);
    pl_write_map(&body, 3);
    pl_write_key_u64(&body, "watch", w->client_id);
    pl_write_key_u64(&body, "upto", w->next_seq - 1);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    if (send_to(s, w, PLACET_KIND_MARK, pl_writer_bytes(&body)) == PLACET_OK) {
        w->marked_seq = w->next_seq;
        w->told_real_ms = real_ms;
    }
}

/* Reads on until a message is full, the journal ends, or the turn's share is used up. Returns what
 * journal.read says, with 0 for all that is no error. */
static int collect(struct batch *b)
{
    struct pl_server *s = b->s;
    struct pl_watches *t = s->watches;

    while (t->frames_left > 0 && b->frames < FRAMES_OF_ONE && b->next_seq <= s->state.last_seq) {
        const uint32_t left = t->frames_left;
        const uint32_t own = FRAMES_OF_ONE - b->frames;
        const int rc =
            s->journal->ops->read(s->journal, b->next_seq, left < own ? left : own, take_frame, b);
        if (rc == VIEW_MISSING) {
            pl_view_load(s, &t->views, b->missing);
        } else if (rc != GO_ON) {
            return rc == BATCH_FULL ? PLACET_OK : rc;
        } else if (t->frames_left == left) {
            return PLACET_ECORRUPT; /* the journal ends before the state */
        }
    }
    return PLACET_OK;
}

/* One message for one watch. */
static void serve(struct pl_server *s, struct pl_watch *w, int64_t real_ms)
{
    struct pl_watches *t = s->watches;
    struct batch b = {.s = s,
                      .w = w,
                      .max = w->credit < w->batch ? w->credit : w->batch,
                      .next_seq = w->next_seq,
                      .prev_seq = w->prev_seq};

    pl_writer_init(&b.out, t->body + HEAD_ROOM, PL_WATCH_BODY_SIZE - HEAD_ROOM);
    const int rc = collect(&b);
    if (rc == PLACET_ENOTFOUND) {
        end_compacted(s, w);
        return;
    }
    if (b.corrupt || rc < 0) {
        end(s, w, PLACET_CODE_INTERNAL, 0);
        return;
    }
    if (b.count > 0) {
        const int sent = send_events(&b);
        w->stuck_real_ms = sent == PLACET_ELIMIT ? real_ms : 0;
        if (sent == PLACET_EUNREACHABLE) {
            pl_watch_drop(s, w);
        }
        if (sent != PLACET_OK) {
            return;
        }
        w->told_real_ms = real_ms;
        w->marked_seq = b.next_seq;
    }
    w->next_seq = b.next_seq;
    w->prev_seq = b.prev_seq;
}

/* Whether there is something for it that may go now. */
static bool wants(const struct pl_server *s, const struct pl_watch *w, int64_t real_ms)
{
    return w->credit > 0 && w->next_seq <= s->state.last_seq &&
           (w->ahead_bytes < AHEAD_MAX || real_ms - w->told_real_ms >= TRICKLE_MS) &&
           (w->stuck_real_ms == 0 || real_ms - w->stuck_real_ms >= STUCK_MS);
}

void pl_watches_serve(struct pl_server *s)
{
    struct pl_watches *t = s->watches;
    const uint32_t count = t->count;
    int64_t real_ms = 0;

    t->frames_left = FRAMES_PER_TURN;
    t->behind = false;
    if (count == 0) {
        return;
    }
    real_ms = s->clock->real_ms(s->clock);
    const uint32_t first = t->first % count;
    t->first = first + 1;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = (first + i) % count;
        struct pl_watch *w = t->at[index];
        if (w != NULL && wants(s, w, real_ms) && t->frames_left > 0) {
            serve(s, w, real_ms);
            w = t->at[index];
            t->first = t->frames_left == 0 ? index + 1 : t->first; /* who had nothing comes first */
        }
        if (w == NULL) {
            continue;
        }
        if (w->next_seq > w->marked_seq && real_ms - w->told_real_ms >= MARK_MS) {
            send_mark(s, w, real_ms);
        }
        t->behind |= wants(s, w, real_ms);
    }
}

bool pl_watches_behind(const struct pl_server *s)
{
    return s->watches->behind;
}

void pl_watches_close_session(struct pl_server *s, const struct pl_session *session)
{
    struct pl_watches *t = s->watches;

    for (uint32_t i = 0; t != NULL && i < t->count; i++) {
        if (t->at[i] != NULL && t->at[i]->session == session->number) {
            free(t->at[i]);
            t->at[i] = NULL;
        }
    }
}

struct pl_watch *pl_watch_find(struct pl_server *s, const struct pl_session *session,
                               uint32_t client_id)
{
    struct pl_watches *t = s->watches;

    for (uint32_t i = 0; i < t->count; i++) {
        if (t->at[i] != NULL && t->at[i]->session == session->number &&
            t->at[i]->client_id == client_id) {
            return t->at[i];
        }
    }
    return NULL;
}

bool pl_watch_add_credit(struct pl_server *s, const struct pl_session *session, uint32_t client_id,
                         uint32_t count)
{
    struct pl_watch *w = pl_watch_find(s, session, client_id);

    if (w == NULL) {
        return false;
    }
    w->credit = count > PL_CREDIT_MAX - w->credit ? PL_CREDIT_MAX : w->credit + count;
    if (count >= w->ahead) {
        w->ahead = 0;
        w->ahead_bytes = 0;
    } else {
        w->ahead_bytes -= w->ahead_bytes / w->ahead * count;
        w->ahead -= count;
    }
    s->watches->behind |= w->next_seq <= s->state.last_seq;
    return true;
}
