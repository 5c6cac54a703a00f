#include "server/event_view.h"

#include <string.h>

#include "wire/case.h"
#include "wire/events.h"
#include "wire/frame.h"

#define SEQUENCE_MASK ((UINT64_C(1) << 56) - 1)

/* ---- cache ------------------------------------------------------------------------------------
 */

static uint32_t place_of(struct pl_case_id id)
{
    return (uint32_t)((id.v * UINT64_C(0x9e3779b97f4a7c15)) >> 52) % PL_VIEWS;
}

const struct pl_case_view *pl_view_find(const struct pl_views *views, struct pl_case_id id)
{
    const struct pl_case_view *view = &views->at[place_of(id)];
    return view->id.v == id.v && id.v != 0 ? view : NULL;
}

static struct pl_case_view *remember(struct pl_views *views, struct pl_case_id id,
                                     uint32_t definition, struct pl_text key)
{
    struct pl_case_view *view = &views->at[place_of(id)];

    *view = (struct pl_case_view){
        .id = id, .definition = definition, .key_len = key.len <= PL_KEY_MAX ? key.len : 0};
    memcpy(view->key, key.at, view->key_len);
    return view;
}

void pl_view_learn(struct pl_views *views, const struct pl_event *event)
{
    if (event->kind == PL_EVT_CASE_STARTED) {
        (void)remember(views, event->case_id, (uint32_t)event->case_started.definition,
                       event->case_started.key);
    }
}

const struct pl_case_view *pl_view_of_open(const struct pl_server *s, struct pl_views *views,
                                           struct pl_case_id id)
{
    struct pl_case c;
    uint32_t slot = 0;

    if (!pl_map_get(&s->state.slot_of_case, id.v, &slot)) {
        return NULL;
    }
    const struct pl_slot *at = &s->state.slots[slot];
    if (pl_wire_peek_case((struct pl_bytes){at->packed, at->packed_size}, &c) != PLACET_OK) {
        return NULL;
    }
    return remember(views, id, c.definition, c.key);
}

struct lookup {
    struct pl_views *views;
    struct pl_case_id id;
};

static int learn_from_frame(void *context, struct pl_bytes bytes)
{
    struct lookup *l = context;
    struct pl_frame frame;
    struct pl_event event;
    struct pl_reader in;

    if (pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HEADER, &frame) != PLACET_OK) {
        return PLACET_ECORRUPT;
    }
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        if (pl_wire_read_event(&in, &event) != PLACET_OK) {
            return PLACET_ECORRUPT;
        }
        if (event.case_id.v == l->id.v && event.kind == PL_EVT_CASE_STARTED) {
            pl_view_learn(l->views, &event);
            return 1;
        }
    }
    return 0;
}

void pl_view_load(struct pl_server *s, struct pl_views *views, struct pl_case_id id)
{
    struct lookup l = {.views = views, .id = id};

    views->at[place_of(id)] = (struct pl_case_view){.id = id};
    (void)s->journal->ops->read(s->journal, id.v & SEQUENCE_MASK, 1, learn_from_frame, &l);
}

void pl_view_write_event(struct pl_writer *out, const struct pl_server *s,
                         const struct pl_event *event, struct pl_event_place place,
                         const struct pl_case_view *view, bool values)
{
    struct pl_event_subject subject;

    if (view != NULL) {
        subject = (struct pl_event_subject){
            .id = view->id,
            .key = {view->key, view->key_len},
            .def = pl_state_definition_number(&s->state, view->definition),
        };
    }
    pl_event_write(out, event, place, view != NULL ? &subject : NULL, values);
}
