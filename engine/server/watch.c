#include "server/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "server/event_view.h"
#include "server/handlers.h"
#include "server/session.h"
#include "wire/events.h"
#include "wire/frame.h"

#define WATCHES_MAX      1024
#define FILTER_NAMES_MAX 16
#define FRAMES_PER_READ  16           /* one read transaction */
#define FRAMES_PER_TURN  64           /* of all watches together: about 4 MiB of journal */
#define BODY_SIZE        (9u << 20)   /* one event of the largest size and its frame */
#define BODY_TARGET      (192u << 10) /* of EVENTS: about what one ZeroMQ write takes */
#define BATCH_MAX        1000
#define MARK_MS          1000
#define HEAD_MS          1000
#define TOPIC_SIZE       200 /* libzmq 4.3 mishandles longer subscriptions */

struct names {
    uint32_t count;
    char at[FILTER_NAMES_MAX][PL_ID_MAX + 1];
};

struct filter {
    uint64_t types; /* bit by event number; 0 = all */
    struct names workflows;
    struct names departments;
    uint32_t case_count;
    struct pl_case_id cases[FILTER_NAMES_MAX];
};

struct watch {
    uint64_t session; /* number of its session */
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    uint32_t client_id;
    uint64_t correlation;
    uint64_t next_seq;
    uint64_t prev_seq; /* the last event that matched, or where it began */
    uint64_t marked_seq;
    int64_t told_real_ms; /* last EVENTS or MARK */
    uint32_t credit;      /* events */
    uint32_t batch;
    bool values;
    bool stuck; /* its queue was full: tried again in the next turn, without haste */
    struct filter filter;
};

struct pl_watches {
    struct watch *at[WATCHES_MAX];
    uint32_t count; /* entries used so far */
    uint32_t first; /* who is served first in the next turn */
    uint32_t frames_left;
    bool behind;
    uint8_t *body; /* of the message that is being made; touched as far as it is used */
    int64_t head_real_ms;
    struct pl_views views;
};

_Static_assert(PL_EVT_TASK_RETRIED < 64, "the mask of types has 64 bits");

int pl_watches_init(struct pl_server *s)
{
    s->watches = calloc(1, sizeof *s->watches);
    if (s->watches == NULL) {
        return PLACET_ENOMEM;
    }
    s->watches->body = malloc(BODY_SIZE);
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

static bool names_have(const struct names *names, struct pl_text name)
{
    for (uint32_t i = 0; i < names->count; i++) {
        if (pl_text_is(name, names->at[i])) {
            return true;
        }
    }
    return names->count == 0;
}

static bool case_matches(const struct filter *filter, struct pl_case_id id)
{
    for (uint32_t i = 0; i < filter->case_count; i++) {
        if (filter->cases[i].v == id.v) {
            return true;
        }
    }
    return filter->case_count == 0;
}

/* Looks at the event alone; what needs the case comes after it in filter_view. */
static bool event_matches(const struct filter *filter, const struct pl_event *event)
{
    return (filter->types == 0 || (filter->types >> event->kind & 1) != 0) &&
           case_matches(filter, event->case_id);
}

static bool view_matches(const struct pl_server *s, const struct filter *filter,
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
           (filter->departments.count == 0 ||
            names_have(&filter->departments, pl_event_department(def, event)));
}

/* ---- serving ----------------------------------------------------------------------------------
 */

enum stop { GO_ON, BATCH_FULL, VIEW_MISSING };

/* One EVENTS message while it is made. */
struct batch {
    struct pl_server *s;
    struct watch *w;
    struct pl_writer out; /* the events, one after the other */
    uint32_t count;
    uint32_t max;
    uint64_t next_seq; /* first that was not looked at */
    uint64_t prev_seq;
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
    pl_event_write(&b->out, b->s, event, place, view, b->w->values);
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

static int send_to(struct pl_server *s, const struct watch *w, uint16_t kind, struct pl_bytes body)
{
    const struct placet_header header = {.kind = kind, .correlation = w->correlation};
    uint8_t bytes[PLACET_HEADER_SIZE];

    placet_header_write(&header, bytes);
    return s->bus->ops->send(s->bus, w->endpoint, w->peer, (struct pl_bytes){bytes, sizeof bytes},
                             body);
}

static void drop(struct pl_server *s, struct watch *w)
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

static void end(struct pl_server *s, struct watch *w, enum placet_code code, uint64_t oldest)
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
    drop(s, w);
}

static void end_compacted(struct pl_server *s, struct watch *w)
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
    uint8_t head[64];

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
    return send_to(b->s, b->w, PLACET_KIND_EVENTS, bytes);
}

static void send_mark(struct pl_server *s, struct watch *w, int64_t real_ms)
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

    while (t->frames_left > 0 && b->next_seq <= s->state.last_seq) {
        const uint32_t left = t->frames_left;
        const int rc =
            s->journal->ops->read(s->journal, b->next_seq,
                                  left < FRAMES_PER_READ ? left : FRAMES_PER_READ, take_frame, b);
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
static void serve(struct pl_server *s, struct watch *w, int64_t real_ms)
{
    struct pl_watches *t = s->watches;
    struct batch b = {.s = s,
                      .w = w,
                      .max = w->credit < w->batch ? w->credit : w->batch,
                      .next_seq = w->next_seq,
                      .prev_seq = w->prev_seq};

    pl_writer_init(&b.out, t->body + 64, BODY_SIZE - 64);
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
        w->stuck = sent == PLACET_ELIMIT;
        if (sent == PLACET_EUNREACHABLE) {
            drop(s, w);
        }
        if (sent != PLACET_OK) {
            return;
        }
        w->credit -= b.count;
        w->told_real_ms = real_ms;
        w->marked_seq = b.next_seq;
    }
    w->next_seq = b.next_seq;
    w->prev_seq = b.prev_seq;
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
    t->first = (t->first + 1) % count;
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t index = (t->first + i) % count;
        struct watch *w = t->at[index];
        if (w != NULL && w->credit > 0 && w->next_seq <= s->state.last_seq && t->frames_left > 0) {
            serve(s, w, real_ms);
            w = t->at[index];
        }
        if (w == NULL) {
            continue;
        }
        if (w->next_seq > w->marked_seq && real_ms - w->told_real_ms >= MARK_MS) {
            send_mark(s, w, real_ms);
        }
        t->behind |= !w->stuck && w->credit > 0 && w->next_seq <= s->state.last_seq;
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

static struct watch *find(struct pl_server *s, const struct pl_session *session, uint32_t client_id)
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
    struct watch *w = find(s, session, client_id);

    if (w == NULL) {
        return false;
    }
    w->credit = count > UINT32_MAX - w->credit ? UINT32_MAX : w->credit + count;
    s->watches->behind |= w->next_seq <= s->state.last_seq;
    return true;
}

/* ---- WATCH ------------------------------------------------------------------------------------
 */

static bool add_type(void *into, struct pl_text name)
{
    static const struct {
        const char *type;
        unsigned number;
    } types[] = {
#define EVENT(NO, NAME, APPLIER, FIELDS) {#APPLIER, (NO)},
#include "model/events.def"
#undef EVENT
    };
    uint64_t *mask = into;

    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (pl_text_is(name, types[i].type)) {
            *mask |= UINT64_C(1) << types[i].number;
            return true;
        }
    }
    return false;
}

static bool add_name(void *into, struct pl_text name)
{
    struct names *names = into;

    if (names->count == FILTER_NAMES_MAX || name.len == 0 || name.len > PL_ID_MAX) {
        return false;
    }
    memcpy(names->at[names->count], name.at, name.len);
    names->at[names->count++][name.len] = '\0';
    return true;
}

static bool add_case(void *into, struct pl_text name)
{
    struct filter *filter = into;

    return filter->case_count < FILTER_NAMES_MAX &&
           pl_case_id_parse(name, &filter->cases[filter->case_count++]);
}

/* One text or an array of texts. */
static void read_names(struct pl_request *r, struct pl_bytes map, const char *key,
                       bool (*add)(void *into, struct pl_text name), void *into)
{
    const struct pl_bytes value = pl_value_get(map, pl_text_of(key));
    struct pl_reader in;
    struct pl_text name;

    if (value.size == 0) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const bool list = pl_reader_peek(&in) == PL_VALUE_ARRAY;
    const uint32_t count = list ? pl_reader_array(&in) : 1;
    bool good = true;
    for (uint32_t i = 0; good && i < count; i++) {
        good = pl_value_as_text(pl_reader_value(&in), &name) && add(into, name);
    }
    if (!good) {
        pl_request_mistake(r, key, "names something that does not exist, or too many");
    }
}

static struct filter request_filter(struct pl_request *r)
{
    const struct pl_bytes map = pl_request_map(r, "filter", PL_OPTIONAL);
    struct filter filter = {0};

    read_names(r, map, "types", add_type, &filter.types);
    read_names(r, map, "workflow", add_name, &filter.workflows);
    read_names(r, map, "department", add_name, &filter.departments);
    read_names(r, map, "case", add_case, &filter);
    return filter;
}

/* `from`: "now", "oldest", or {"0": the last sequence that is known}. Gives the first sequence that
 * is wanted. */
static uint64_t request_from(struct pl_request *r)
{
    const struct pl_bytes value = pl_value_get(r->body, PL_TEXT("from"));
    const struct pl_state *state = &r->server->state;
    struct pl_store_info info = {0};
    struct pl_text word = {0};
    int64_t after = 0;

    if (value.size == 0 || (pl_value_as_text(value, &word) && pl_text_is(word, "now"))) {
        return state->last_seq + 1;
    }
    if (pl_text_is(word, "oldest")) {
        (void)r->server->store->ops->info(r->server->store, &info);
        return info.oldest_seq == 0 ? 1 : info.oldest_seq;
    }
    if (!pl_value_as_i64(pl_value_get(value, PL_TEXT("0")), &after) || after < 0) {
        pl_request_mistake(r, "from", "must be now, oldest, or {\"0\": sequence}");
    } else if ((uint64_t)after > state->last_seq) {
        pl_request_mistake(r, "from", "lies in the future");
    }
    return (uint64_t)after + 1;
}

static struct watch *new_watch(struct pl_watches *t)
{
    uint32_t i = 0;

    while (i < t->count && t->at[i] != NULL) {
        i++;
    }
    if (i == WATCHES_MAX) {
        return NULL;
    }
    t->at[i] = calloc(1, sizeof *t->at[i]);
    if (t->at[i] != NULL && i == t->count) {
        t->count++;
    }
    return t->at[i];
}

static int answer_watch(struct pl_request *r, uint32_t client_id, uint64_t from, bool open)
{
    struct pl_writer body;

    if (pl_answer_open(r, &body, 128) == NULL) {
        return PLACET_OK;
    }
    pl_write_map(&body, 4);
    pl_write_key_u64(&body, "watch", client_id);
    pl_write_key_u64(&body, "from", from);
    pl_write_key_u64(&body, "sequence", r->server->state.last_seq);
    pl_write_key_bool(&body, "open", open);
    return pl_answer_send(r, 0, &body);
}

int pl_handle_watch(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const uint32_t client_id = (uint32_t)pl_request_int_or(r, "watch", 1, UINT32_MAX - 1, 1);
    const uint64_t from = request_from(r);
    const struct filter filter = request_filter(r);
    const uint32_t credit = (uint32_t)pl_request_int_or(r, "credit", 0, UINT32_MAX, BATCH_MAX);
    const uint32_t batch = (uint32_t)pl_request_int_or(r, "batch", 1, BATCH_MAX, BATCH_MAX);
    const bool values = pl_request_bool(r, "values", true);
    const bool close = pl_request_bool(r, "close", false);

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    struct watch *w = find(s, r->session, client_id);
    if (w != NULL) {
        drop(s, w);
    }
    if (close) {
        return answer_watch(r, client_id, from, false);
    }
    w = new_watch(s->watches);
    if (w == NULL) {
        return pl_answer_exhausted(r);
    }
    *w = (struct watch){.session = r->session->number,
                        .endpoint = r->message->endpoint,
                        .peer = r->message->peer,
                        .client_id = client_id,
                        .correlation = r->header.correlation,
                        .next_seq = from,
                        .prev_seq = from - 1,
                        .marked_seq = from,
                        .credit = credit,
                        .batch = batch,
                        .values = values,
                        .filter = filter};
    return answer_watch(r, client_id, from, true);
}

/* ---- tail -------------------------------------------------------------------------------------
 */

static void publish_event(struct pl_server *s, const struct pl_event *event, uint64_t seq,
                          int64_t at_ms)
{
    struct pl_watches *t = s->watches;
    const struct pl_case_view *view = NULL;
    const struct pl_definition *def = NULL;
    char topic[TOPIC_SIZE];
    struct pl_builder b;
    struct pl_writer body;
    uint8_t head[PLACET_HEADER_SIZE];
    const struct placet_header header = {.kind = PLACET_KIND_EVENT, .correlation = seq};

    pl_view_learn(&t->views, event);
    if (event->case_id.v != 0) {
        view = pl_view_find(&t->views, event->case_id);
        view = view != NULL ? view : pl_view_of_open(s, &t->views, event->case_id);
        if (view == NULL) {
            pl_view_load(s, &t->views, event->case_id);
            view = pl_view_find(&t->views, event->case_id);
        }
        def = pl_state_definition_number(&s->state, view->definition);
    }
    pl_builder_init(&b, topic, sizeof topic);
    pl_builder_addf(&b, "e/%s/", pl_event_type(event->kind));
    pl_builder_add(&b, pl_event_department(def, event));
    pl_builder_addf(&b, "/");
    pl_writer_init(&body, t->body, BODY_SIZE);
    const struct pl_event_place place = {.seq = seq, .prev = seq - 1, .at_ms = at_ms};
    pl_event_write(&body, s, event, place, view, false);
    placet_header_write(&header, head);
    s->bus->ops->publish(s->bus, (struct pl_text){topic, (uint32_t)b.len},
                         (struct pl_bytes){head, sizeof head}, pl_writer_bytes(&body));
}

static void publish_head(struct pl_server *s)
{
    const struct placet_header header = {.kind = PLACET_KIND_HEAD,
                                         .correlation = s->state.last_seq};
    uint8_t head[PLACET_HEADER_SIZE];
    uint8_t memory[64];
    struct pl_writer body;

    placet_header_write(&header, head);
    pl_writer_init(&body, memory, sizeof memory);
    pl_write_map(&body, 3);
    pl_write_key_u64(&body, "partition", 0);
    pl_write_key_u64(&body, "seq", s->state.last_seq);
    pl_write_key_u64(&body, "now", (uint64_t)s->now_ms);
    s->bus->ops->publish(s->bus, PL_TEXT("h/"), (struct pl_bytes){head, sizeof head},
                         pl_writer_bytes(&body));
}

void pl_tail_publish(struct pl_server *s, struct pl_bytes frame)
{
    struct pl_watches *t = s->watches;
    struct pl_frame parsed;
    struct pl_reader in;

    if (!s->bus->ops->has_listeners(s->bus)) {
        return;
    }
    if (frame.size > 0) {
        PL_CHECK(pl_frame_parse(frame.at, frame.size, PL_FRAME_HEADER, &parsed) == PLACET_OK);
        pl_reader_init(&in, parsed.payload.at, parsed.payload.size);
        for (uint32_t i = 0; i < parsed.count; i++) {
            struct pl_event event;
            PL_CHECK(pl_wire_read_event(&in, &event) == PLACET_OK);
            publish_event(s, &event, parsed.first_seq + i, parsed.at_ms);
        }
    }
    const int64_t real_ms = s->clock->real_ms(s->clock);
    if (real_ms - t->head_real_ms >= HEAD_MS) {
        t->head_real_ms = real_ms;
        publish_head(s);
    }
}
