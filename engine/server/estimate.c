#include "server/estimate.h"

#include <placet/error.h>

#include "wire/events.h"
#include "wire/frame.h"

struct search {
    uint64_t seq;
    struct pl_builder out;
};

/* Looks at one frame, which has the event or not. */
static int find(void *context, struct pl_bytes bytes)
{
    struct search *search = context;
    struct pl_frame frame;
    struct pl_reader in;
    struct pl_event event;

    if (pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame) != PLACET_OK) {
        return PLACET_ECORRUPT;
    }
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint64_t seq = frame.first_seq; seq <= pl_frame_last_seq(&frame); seq++) {
        if (pl_wire_read_event(&in, &event) != PLACET_OK) {
            return PLACET_ECORRUPT;
        }
        if (seq == search->seq && event.kind == PL_EVT_CLOCK_STOPPED) {
            pl_builder_add(&search->out, event.clock_stopped.estimate);
        }
    }
    return 1;
}

void pl_stop_estimate(struct pl_server *s, uint64_t seq, char *out, size_t size)
{
    struct search search = {.seq = seq};

    pl_builder_init(&search.out, out, size);
    if (seq != 0) {
        /* WHY is worth an answer without it. */
        (void)s->journal->ops->read(s->journal, seq, 1, find, &search);
    }
}
