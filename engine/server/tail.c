/* The lossy publication of events for dashboards: made only when somebody listens. */
#include "base/check.h"
#include "server/watching.h"
#include "wire/events.h"
#include "wire/frame.h"

#define HEAD_MS    1000
#define TOPIC_SIZE 200 /* libzmq 4.3 mishandles longer subscriptions */

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
    pl_writer_init(&body, t->body, PL_WATCH_BODY_SIZE);
    const struct pl_event_place place = {.seq = seq, .prev = seq - 1, .at_ms = at_ms};
    pl_view_write_event(&body, s, event, place, view, false);
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
