/* HISTORY: the events of one case, a page at a time. A page reads a bounded piece of the journal;
 * `next` goes on behind it, also when nothing matched in it, and is nil behind the last event. */
#include <string.h>

#include "server/case_view.h"
#include "server/event_view.h"
#include "server/handlers.h"
#include "server/session.h"
#include "wire/events.h"
#include "wire/frame.h"

#define LIMIT_MAX     500
#define LIMIT_DEFAULT 100
#define FRAMES_MAX    256 /* of one page: at most 16 MiB of journal */
#define SEQUENCE_MASK ((UINT64_C(1) << 56) - 1)
#define PAGE_SIZE     (512u << 10)

struct page {
    struct pl_server *s;
    struct pl_case_view view;
    struct pl_writer out;
    uint64_t after;
    uint64_t last_seq; /* of the case */
    uint64_t prev;
    uint64_t next; /* everything below was looked at */
    uint32_t count;
    uint32_t limit;
    bool values;
    bool full;
};

static bool take_event(struct page *p, const struct pl_event *event, uint64_t seq, int64_t at_ms)
{
    if (event->case_id.v != p->view.id.v) {
        return true;
    }
    const uint32_t size = pl_event_view_size(event, p->values);
    if (p->count == p->limit || (p->count > 0 && p->out.size - p->out.used < size)) {
        p->full = true;
        return false;
    }
    const struct pl_event_place place = {.seq = seq, .prev = p->prev, .at_ms = at_ms};
    pl_view_write_event(&p->out, p->s, event, place, &p->view,
                        p->values && p->out.size - p->out.used > size);
    p->prev = seq;
    p->count++;
    return true;
}

static int take_frame(void *context, struct pl_bytes bytes)
{
    struct page *p = context;
    struct pl_frame frame;
    struct pl_reader in;

    if (pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame) != PLACET_OK) {
        return PLACET_ECORRUPT;
    }
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint64_t seq = frame.first_seq; seq <= pl_frame_last_seq(&frame); seq++) {
        struct pl_event event;
        if (pl_wire_read_event(&in, &event) != PLACET_OK) {
            return PLACET_ECORRUPT;
        }
        if (seq >= p->next && !take_event(p, &event, seq, frame.at_ms)) {
            return 1;
        }
        p->next = seq >= p->next ? seq + 1 : p->next;
    }
    return p->next > p->last_seq ? 1 : 0;
}

static int answer_page(struct pl_request *r, const struct page *p)
{
    struct pl_writer body;
    char text[PL_CASE_TEXT_SIZE];

    if (pl_answer_open(r, &body, (uint32_t)p->out.used + 192) == NULL) {
        return PLACET_ELIMIT;
    }
    pl_case_id_format(p->view.id, text);
    pl_write_map(&body, 4);
    pl_write_key_string(&body, "case", text);
    pl_write_key_u64(&body, "sequence", r->server->state.last_seq);
    pl_write_string(&body, "next");
    if (p->next > p->last_seq) {
        pl_write_nil(&body);
    } else {
        pl_write_u64(&body, p->next - 1);
    }
    pl_write_string(&body, "events");
    pl_write_array(&body, p->count);
    pl_write_raw(&body, pl_writer_bytes(&p->out));
    return pl_answer_send(r, 0, &body);
}

int pl_handle_history(struct pl_request *r)
{
    struct pl_server *s = r->server;
    const struct pl_case_id id = pl_request_case(r);
    const uint64_t after = (uint64_t)pl_request_int_or(r, "after", 0, INT64_MAX, 0);
    struct page p = {.s = s};
    struct pl_found found;

    p.limit = (uint32_t)pl_request_int_or(r, "limit", 1, LIMIT_MAX, LIMIT_DEFAULT);
    p.values = pl_request_bool(r, "values", true);
    if (pl_request_bad(r)) {
        return pl_answer_mistake(r);
    }
    int rc = pl_case_find(s, id, &found);
    if (rc != PLACET_OK) {
        return rc == PLACET_ENOTFOUND ? pl_answer_error(r, PLACET_CODE_NOT_FOUND, "no such case", 0,
                                                        (struct pl_bytes){0})
                                      : rc;
    }
    const uint64_t first = id.v & SEQUENCE_MASK;
    /* The command that started the case stands just before its first event. */
    p.next = after + 1 > first - 1 ? after + 1 : first - 1;
    p.prev = after;
    /* The journal of a closed case goes on with refused answers; they are not looked for. */
    p.last_seq = found.c.seq;
    p.view = (struct pl_case_view){.id = id, .definition = found.def->number};
    p.view.key_len = found.c.key.len <= PL_KEY_MAX ? found.c.key.len : 0;
    memcpy(p.view.key, found.c.key.at, p.view.key_len);
    const uint32_t size = PAGE_SIZE + (p.values ? PL_BODY_MAX : 0);
    void *memory = pl_arena_alloc(&s->arena, size);
    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&p.out, memory, size);
    if (p.next <= p.last_seq) {
        rc =
            s->journal->ops->read(s->journal, p.next == 0 ? 1 : p.next, FRAMES_MAX, take_frame, &p);
    }
    if (rc == PLACET_ENOTFOUND) {
        return pl_answer_error(r, PLACET_CODE_COMPACTED, NULL, 0, (struct pl_bytes){0});
    }
    return rc < 0 ? rc : answer_page(r, &p);
}
