#include "wire/events.h"

#include <placet/error.h>
#include <string.h>

#include "base/check.h"

/* NOLINTBEGIN(bugprone-macro-parentheses): field lists cannot be parenthesized */

#define HEAD_COUNT                       4
#define SERVED_SHIFT                     16 /* above the item, in the same number */

#define U64(NAME)                        +1
#define I64(NAME)                        +1
#define TEXT(NAME)                       +1
#define LEASE(NAME)                      +1
#define VALUE(NAME)                      +1
#define EVENT(NO, NAME, APPLIER, FIELDS) enum { count_##APPLIER = HEAD_COUNT FIELDS };
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64

static void write_head(struct pl_writer *out, const struct pl_event *event, uint32_t count)
{
    pl_write_array(out, count);
    pl_write_u64(out, (uint64_t)event->kind);
    pl_write_u64(out, event->case_id.v);
    pl_write_u64(out, event->step == PL_NO_STEP ? 0 : event->step + 1U);
    pl_write_u64(out, (event->item == PL_NO_ITEM ? 0 : event->item + 1U) |
                          (uint32_t)event->served_by << SERVED_SHIFT);
}

#define U64(NAME)   pl_write_u64(out, f->NAME);
#define I64(NAME)   pl_write_i64(out, f->NAME);
#define TEXT(NAME)  pl_write_text(out, f->NAME);
#define LEASE(NAME) pl_write_bin(out, f->NAME.at, sizeof f->NAME.at);
#define VALUE(NAME) pl_write_value(out, f->NAME);
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    static void write_##APPLIER(struct pl_writer *out, const struct pl_event *event)               \
    {                                                                                              \
        const __typeof__(event->APPLIER) *f = &event->APPLIER;                                     \
        write_head(out, event, count_##APPLIER);                                                   \
        FIELDS                                                                                     \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64

void pl_wire_write_event(struct pl_writer *out, const struct pl_event *event)
{
    switch (event->kind) {
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME:                                                                            \
        write_##APPLIER(out, event);                                                               \
        return;
#include "model/events.def"
#undef EVENT
    }
    PL_UNREACHABLE();
}

static struct pl_lease read_lease(struct pl_reader *in)
{
    struct pl_lease lease = {{0}};
    const struct pl_bytes bytes = pl_reader_bin(in, sizeof lease.at);

    if (bytes.size == sizeof lease.at) {
        memcpy(lease.at, bytes.at, sizeof lease.at);
    } else {
        in->bad = true;
    }
    return lease;
}

/* A field without a value is nil on disk and empty in memory. */
static struct pl_bytes read_value(struct pl_reader *in)
{
    const bool none = pl_reader_peek(in) == PL_VALUE_NIL;
    const struct pl_bytes bytes = pl_reader_value(in);

    return none ? (struct pl_bytes){0} : bytes;
}

static uint16_t read_index(struct pl_reader *in)
{
    const uint64_t plus_one = pl_reader_u64(in, UINT16_MAX);

    return plus_one == 0 ? UINT16_MAX : (uint16_t)(plus_one - 1);
}

static void read_item(struct pl_reader *in, struct pl_event *event)
{
    const uint64_t both = pl_reader_u64(in, UINT32_MAX);
    const uint16_t plus_one = (uint16_t)both;

    event->item = plus_one == 0 ? PL_NO_ITEM : (uint16_t)(plus_one - 1);
    event->served_by = (uint16_t)(both >> SERVED_SHIFT);
}

static void read_fields(struct pl_reader *in, uint32_t count, struct pl_event *event)
{
    uint32_t left = count > HEAD_COUNT ? count - HEAD_COUNT : 0;

    switch (event->kind) {
/* An event written before its row grew ends early: what it lacks stays zero. */
#define NEXT(NAME, READ)                                                                           \
    if (left > 0) {                                                                                \
        left--;                                                                                    \
        f->NAME = READ;                                                                            \
    }
#define U64(NAME)   NEXT(NAME, pl_reader_u64(in, UINT64_MAX))
#define I64(NAME)   NEXT(NAME, pl_reader_i64(in))
#define TEXT(NAME)  NEXT(NAME, pl_reader_text(in, PL_REASON_MAX))
#define LEASE(NAME) NEXT(NAME, read_lease(in))
#define VALUE(NAME) NEXT(NAME, read_value(in))
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME: {                                                                          \
        __typeof__(event->APPLIER) *f = &event->APPLIER;                                           \
        in->bad |= count > count_##APPLIER;                                                        \
        FIELDS                                                                                     \
        break;                                                                                     \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
#undef NEXT
    default:
        in->bad = true;
        break;
    }
}

int pl_wire_read_event(struct pl_reader *in, struct pl_event *out)
{
    struct pl_event event;
    const uint32_t count = pl_reader_array(in);

    memset(&event, 0, sizeof event);
    event.kind = (enum pl_event_kind)pl_reader_u64(in, UINT8_MAX);
    event.case_id.v = pl_reader_u64(in, UINT64_MAX);
    event.step = read_index(in);
    read_item(in, &event);
    if (!in->bad) {
        read_fields(in, count, &event);
    }
    if (in->bad) {
        return PLACET_ECORRUPT;
    }
    *out = event;
    return PLACET_OK;
}

/* NOLINTEND(bugprone-macro-parentheses) */
