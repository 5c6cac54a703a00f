/* WATCH: where from, which events, how many at a time. */
#include <stdlib.h>
#include <string.h>

#include "server/handlers.h"
#include "server/watching.h"

#define EVENT(NO, NAME, APPLIER, FIELDS) _Static_assert((NO) < 64, "the mask has 64 bits");
#include "model/events.def"
#undef EVENT

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
    struct pl_watch_names *names = into;

    if (names->count == PL_WATCH_NAMES_MAX || name.len == 0 || name.len > PL_ID_MAX) {
        return false;
    }
    memcpy(names->at[names->count], name.at, name.len);
    names->at[names->count++][name.len] = '\0';
    return true;
}

static bool add_case(void *into, struct pl_text name)
{
    struct pl_watch_filter *filter = into;

    return filter->case_count < PL_WATCH_NAMES_MAX &&
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

static struct pl_watch_filter request_filter(struct pl_request *r)
{
    const struct pl_bytes map = pl_request_map(r, "filter", PL_OPTIONAL);
    struct pl_watch_filter filter = {0};

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

static struct pl_watch *new_watch(struct pl_watches *t, const struct pl_session *session)
{
    uint32_t i = t->count;
    uint32_t mine = 0;

    for (uint32_t k = t->count; k > 0; k--) {
        if (t->at[k - 1] == NULL) {
            i = k - 1;
        } else {
            mine += t->at[k - 1]->session == session->number;
        }
    }
    if (i == PL_WATCHES_MAX || mine == PL_WATCHES_OF_ONE) {
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
    const struct pl_watch_filter filter = request_filter(r);
    const uint32_t credit =
        (uint32_t)pl_request_int_or(r, "credit", 0, PL_CREDIT_MAX, PL_WATCH_BATCH_MAX);
    const uint32_t batch =
        (uint32_t)pl_request_int_or(r, "batch", 1, PL_WATCH_BATCH_MAX, PL_WATCH_BATCH_MAX);
    const bool values = pl_request_bool(r, "values", true);
    const bool close = pl_request_bool(r, "close", false);

    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    struct pl_watch *w = pl_watch_find(s, r->session, client_id);
    if (w != NULL) {
        pl_watch_drop(s, w);
    }
    if (close) {
        return answer_watch(r, client_id, from, false);
    }
    w = new_watch(s->watches, r->session);
    if (w == NULL) {
        return pl_answer_exhausted(r);
    }
    *w = (struct pl_watch){.session = r->session->number,
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
