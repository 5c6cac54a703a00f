#include "wire/case.h"

#include <placet/error.h>
#include <string.h>

#define CASE_VERSION       2
#define FLAG_PAUSED        1u
#define FLAG_FINISHED      2u

/* ---- one step, one task: [mask, fields that are not zero...] ---- */

#define IS_ENUM(V)         ((V) != 0)
#define IS_U(V)            ((V) != 0)
#define IS_I(V)            ((V) != 0)
#define IS_FLAG(V)         (V)
#define IS_LEASE(V)        (lease_is_set(&(V)))

#define PUT_ENUM(V)        pl_write_u64(out, (uint64_t)(V))
#define PUT_U(V)           pl_write_u64(out, (V))
#define PUT_I(V)           pl_write_i64(out, (V))
#define PUT_FLAG(V)        (void)(V) /* the bit of the mask says it all */
#define PUT_LEASE(V)       pl_write_bin(out, (V).at, sizeof(V).at)

#define GET_ENUM(V, TYPE)  (V) = (TYPE)pl_reader_u64(in, UINT8_MAX)
#define GET_U(V, TYPE)     (V) = (TYPE)pl_reader_u64(in, (uint64_t)(TYPE)-1)
#define GET_I(V, TYPE)     (V) = pl_reader_i64(in)
#define GET_FLAG(V, TYPE)  (V) = true
#define GET_LEASE(V, TYPE) (V) = read_lease(in)

static bool lease_is_set(const struct pl_lease *lease)
{
    static const struct pl_lease none;

    return memcmp(lease, &none, sizeof none) != 0;
}

static struct pl_lease read_lease(struct pl_reader *in)
{
    struct pl_lease lease = {{0}};
    const struct pl_bytes bytes = pl_reader_bin(in, sizeof lease.at);

    if (bytes.size != sizeof lease.at) {
        in->bad = true;
        return lease;
    }
    memcpy(lease.at, bytes.at, sizeof lease.at);
    return lease;
}

#define FIELD(FORM, TYPE, NAME)                                                                    \
    mask |= IS_##FORM(v->NAME) ? bit : 0;                                                          \
    bit <<= 1;

static uint64_t step_mask(const struct pl_step *v)
{
    uint64_t mask = 0;
    uint64_t bit = 1;
#include "model/step_fields.def"
    return mask;
}

static uint64_t task_mask(const struct pl_task *v)
{
    uint64_t mask = 0;
    uint64_t bit = 1;
#include "model/task_fields.def"
    return mask;
}
#undef FIELD

#define FIELD(FORM, TYPE, NAME)                                                                    \
    if ((mask & 1) != 0) {                                                                         \
        PUT_##FORM(v->NAME);                                                                       \
    }                                                                                              \
    mask >>= 1;

static void write_step(struct pl_writer *out, const struct pl_step *v)
{
    uint64_t mask = step_mask(v);

    pl_write_u64(out, mask);
#include "model/step_fields.def"
}

static void write_task(struct pl_writer *out, const struct pl_task *v)
{
    uint64_t mask = task_mask(v);

    pl_write_u64(out, mask);
#include "model/task_fields.def"
}
#undef FIELD

#define FIELD(FORM, TYPE, NAME)                                                                    \
    if ((mask & 1) != 0) {                                                                         \
        GET_##FORM(v->NAME, TYPE);                                                                 \
    }                                                                                              \
    mask >>= 1;

static void read_step(struct pl_reader *in, struct pl_step *v)
{
    uint64_t mask = pl_reader_u64(in, UINT64_MAX);
#include "model/step_fields.def"
    in->bad |= mask != 0 || v->state >= PL_STEP_STATES;
}

static void read_task(struct pl_reader *in, struct pl_task *v)
{
    uint64_t mask = pl_reader_u64(in, UINT64_MAX);
#include "model/task_fields.def"
    in->bad |= mask != 0 || v->state >= PL_TASK_STATES;
}
#undef FIELD

/* No number takes more than nine bytes, a flag none. */
#define SIZE_ENUM               2
#define SIZE_U                  9
#define SIZE_I                  9
#define SIZE_FLAG               0
#define SIZE_LEASE              (2 + sizeof(struct pl_lease))
#define SIZE_MASK               9
#define SIZE_HEAD               (21 * 9 + PL_KEY_MAX + PL_PRINCIPAL_MAX + 16)

/* NOLINTNEXTLINE(bugprone-macro-parentheses): a term of a sum, not a value */
#define FIELD(FORM, TYPE, NAME) +SIZE_##FORM
static const size_t step_size = SIZE_MASK
#include "model/step_fields.def"
    ;
static const size_t task_size = SIZE_MASK
#include "model/task_fields.def"
    ;
#undef FIELD

size_t pl_wire_case_size_max(uint16_t step_count, uint16_t task_count)
{
    return SIZE_HEAD + step_count * step_size + task_count * task_size;
}

/* ---- the case: a run of values, head first so that an index can be made from it alone ---- */

void pl_wire_write_case(struct pl_writer *out, const struct pl_case *c)
{
    pl_write_u64(out, CASE_VERSION);
    pl_write_u64(out, c->id.v);
    pl_write_u64(out, c->slot);
    pl_write_u64(out, c->definition);
    pl_write_text(out, c->key);
    pl_write_u64(out, c->seq);
    pl_write_u64(out, c->event_count);
    pl_write_u64(out, (c->paused ? FLAG_PAUSED : 0) | (c->finished ? FLAG_FINISHED : 0));
    pl_write_u64(out, c->result);
    pl_write_i64(out, c->started_ms);
    pl_write_i64(out, c->paused_ms);
    pl_write_i64(out, c->finished_ms);
    pl_write_i64(out, c->accepted_ms);
    pl_write_u64(out, c->parent.v);
    pl_write_u64(out, c->parent_task);
    pl_write_u64(out, c->depth);
    pl_write_u64(out, c->undoing);
    pl_write_u64(out, c->calendar);
    pl_write_u64(out, c->form_seq);
    pl_write_text(out, c->by);
    pl_write_u64(out, c->step_count);
    for (uint16_t i = 0; i < c->step_count; i++) {
        write_step(out, &c->steps[i]);
    }
    pl_write_u64(out, c->task_count);
    for (uint16_t i = 0; i < c->task_count; i++) {
        write_task(out, &c->tasks[i]);
    }
}

static void read_head(struct pl_reader *in, struct pl_case *c)
{
    in->bad |= pl_reader_u64(in, UINT8_MAX) != CASE_VERSION;
    c->id.v = pl_reader_u64(in, UINT64_MAX);
    c->slot = (uint32_t)pl_reader_u64(in, UINT32_MAX);
    c->definition = (uint32_t)pl_reader_u64(in, UINT32_MAX);
    c->key = pl_reader_text(in, PL_KEY_MAX);
}

static void read_rest(struct pl_reader *in, struct pl_case *c)
{
    c->seq = pl_reader_u64(in, UINT64_MAX);
    c->event_count = (uint32_t)pl_reader_u64(in, UINT32_MAX);
    const uint64_t flags = pl_reader_u64(in, FLAG_PAUSED | FLAG_FINISHED);
    c->paused = (flags & FLAG_PAUSED) != 0;
    c->finished = (flags & FLAG_FINISHED) != 0;
    c->result = (uint16_t)pl_reader_u64(in, UINT16_MAX);
    c->started_ms = pl_reader_i64(in);
    c->paused_ms = pl_reader_i64(in);
    c->finished_ms = pl_reader_i64(in);
    c->accepted_ms = pl_reader_i64(in);
    c->parent.v = pl_reader_u64(in, UINT64_MAX);
    c->parent_task = (uint16_t)pl_reader_u64(in, UINT16_MAX);
    c->depth = (uint16_t)pl_reader_u64(in, UINT16_MAX);
    c->undoing = (uint16_t)pl_reader_u64(in, UINT16_MAX);
    c->calendar = (uint16_t)pl_reader_u64(in, UINT16_MAX);
    c->form_seq = pl_reader_u64(in, UINT64_MAX);
    c->by = pl_reader_text(in, PL_PRINCIPAL_MAX);
}

static int read_steps(struct pl_reader *in, struct pl_arena *arena, struct pl_case *c)
{
    c->step_count = (uint16_t)pl_reader_u64(in, PL_STEPS_MAX);
    c->steps = pl_arena_alloc(arena, c->step_count * sizeof *c->steps);
    if (c->steps == NULL) {
        return PLACET_ELIMIT;
    }
    for (uint16_t i = 0; i < c->step_count; i++) {
        read_step(in, &c->steps[i]);
    }
    return PLACET_OK;
}

static int read_tasks(struct pl_reader *in, struct pl_arena *arena, struct pl_case *c)
{
    c->task_count = (uint16_t)pl_reader_u64(in, PL_TASKS_MAX);
    c->tasks = pl_arena_alloc(arena, c->task_count * sizeof *c->tasks);
    if (c->tasks == NULL) {
        return PLACET_ELIMIT;
    }
    for (uint16_t i = 0; i < c->task_count; i++) {
        read_task(in, &c->tasks[i]);
    }
    return PLACET_OK;
}

int pl_wire_read_case(struct pl_bytes packed, struct pl_arena *arena, struct pl_case *c_out)
{
    struct pl_reader in;
    struct pl_case c = {0};

    pl_reader_init(&in, packed.at, packed.size);
    read_head(&in, &c);
    read_rest(&in, &c);
    int rc = read_steps(&in, arena, &c);
    if (rc < 0) {
        return rc;
    }
    rc = read_tasks(&in, arena, &c);
    if (rc < 0) {
        return rc;
    }
    if (!pl_reader_done(&in)) {
        return PLACET_ECORRUPT;
    }
    *c_out = c;
    return PLACET_OK;
}

int pl_wire_peek_case(struct pl_bytes packed, struct pl_case *c_out)
{
    struct pl_reader in;
    struct pl_case c = {0};

    pl_reader_init(&in, packed.at, packed.size);
    read_head(&in, &c);
    if (in.bad) {
        return PLACET_ECORRUPT;
    }
    *c_out = c;
    return PLACET_OK;
}
