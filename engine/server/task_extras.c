#include "server/task_extras.h"

#include <placet/error.h>

#include "core/data.h"
#include "server/turn.h"

#define READING_ROOM (128u << 10) /* what the expressions of one document put together */
#define PAIR_SIZE    64           /* a key and a number or an id of the registries */

int pl_task_document(struct pl_server *s, const struct pl_live *live, uint16_t step, uint16_t item,
                     struct pl_bytes *document_out, char *why, size_t why_size)
{
    uint8_t *memory = pl_arena_reserve(&s->arena, PL_BODY_MAX + READING_ROOM);
    struct pl_writer out;

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    struct pl_reading reading = {
        .def = live->def,
        .c = &live->c,
        .data = &live->data,
        .next_seq = UINT64_MAX, /* nothing is being decided */
        .now_ms = s->now_ms,
        .step = step,
        .item = item,
        .room = memory + PL_BODY_MAX,
        .room_size = READING_ROOM,
    };
    pl_writer_init(&out, memory, PL_BODY_MAX);
    const int rc = pl_core_write_tree(&reading, live->def->steps[step].send, &out, why, why_size);
    if (rc == PLACET_ELIMIT) {
        struct pl_builder b;
        pl_builder_init(&b, why, why_size);
        pl_builder_addf(&b, "the document of `send` is larger than a message may be");
        return PLACET_EINVALID;
    }
    if (rc == PLACET_OK) {
        *document_out = pl_writer_bytes(&out);
        pl_arena_keep(&s->arena, out.used);
    }
    return rc;
}

/* ---- one after the other ----------------------------------------------------------------------
 */

static bool is_element(const struct pl_step_def *step, uint16_t item)
{
    return step->set.kind == PL_SET_ITEMS && !pl_step_is_undo(step, item);
}

static bool is_arrival(const struct pl_step_def *step, uint16_t item)
{
    return step->set.kind == PL_SET_ARCS && !pl_step_is_undo(step, item) &&
           item < step->after_count;
}

static bool is_signature(const struct pl_step_def *step, uint16_t item)
{
    return !pl_step_is_undo(step, item) && pl_step_member(step, item)->role == PL_ROLE_SIGNER;
}

static struct pl_bytes element_of(const struct pl_server *s, const struct pl_live *live,
                                  uint16_t step, uint16_t item)
{
    const struct pl_task *task = &live->c.tasks[live->def->steps[step].first_task + item];
    return pl_state_blob(&s->state, live->c.slot, task->item_seq);
}

/* What the lead answered, that is taken back. */
static struct pl_bytes taken_back(const struct pl_server *s, const struct pl_live *live,
                                  uint16_t step)
{
    const struct pl_task *task = &live->c.tasks[live->def->steps[step].first_task];
    return task->has_answer ? pl_state_blob(&s->state, live->c.slot, task->seq)
                            : (struct pl_bytes){0};
}

static uint32_t stop_count(const struct pl_step_def *step)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < PL_STOPS - PL_STOP_FIRST_REASON; i++) {
        count += step->stops >> i & 1U;
    }
    return count;
}

uint32_t pl_task_extra_pairs(const struct pl_live *live, uint16_t step, uint16_t item)
{
    const struct pl_step_def *def = &live->def->steps[step];
    const struct pl_step *now = &live->c.steps[step];

    return (is_element(def, item) ? 1U : 0U) + (is_arrival(def, item) ? 1U : 0U) +
           (is_signature(def, item) ? 1U : 0U) + (pl_step_is_undo(def, item) ? 2U : 0U) +
           (def->choice_count > 0 ? 1U : 0U) + (def->stops != 0 ? 1U : 0U) +
           (now->statutory_ms != 0 ? 1U : 0U) + (now->internal_ms != 0 ? 1U : 0U);
}

uint32_t pl_task_extra_size(const struct pl_server *s, const struct pl_live *live, uint16_t step,
                            uint16_t item)
{
    const struct pl_step_def *def = &live->def->steps[step];
    uint32_t size = 8U * PAIR_SIZE + def->choice_count * (2U * PL_ID_MAX + 4U);

    size += stop_count(def) * PAIR_SIZE;
    if (is_element(def, item)) {
        size += element_of(s, live, step, item).size;
    }
    return pl_step_is_undo(def, item) ? size + taken_back(s, live, step).size : size;
}

static void write_choices(struct pl_writer *out, const struct pl_definition *def,
                          const struct pl_step_def *step)
{
    pl_write_string(out, "choices");
    pl_write_array(out, step->choice_count);
    for (uint16_t i = 0; i < step->choice_count; i++) {
        pl_write_text(out, def->services[step->choices[i].service].name);
    }
}

static void write_stops(struct pl_writer *out, const struct pl_step_def *step)
{
    pl_write_string(out, "stops");
    pl_write_array(out, stop_count(step));
    for (unsigned i = 0; i < PL_STOPS - PL_STOP_FIRST_REASON; i++) {
        if ((step->stops >> i & 1U) != 0) {
            pl_write_string(out, pl_stop_word((enum pl_stop)(i + PL_STOP_FIRST_REASON)));
        }
    }
}

void pl_task_write_extras(struct pl_writer *out, const struct pl_server *s,
                          const struct pl_live *live, uint16_t step, uint16_t item)
{
    const struct pl_definition *def = live->def;
    const struct pl_step_def *step_def = &def->steps[step];
    const struct pl_step *now = &live->c.steps[step];

    if (is_element(step_def, item)) {
        pl_write_key_value(out, "element", element_of(s, live, step, item));
    }
    if (is_arrival(step_def, item)) {
        pl_write_key_text(out, "arrival", def->steps[step_def->after[item].step].id);
    }
    if (is_signature(step_def, item)) {
        pl_write_key_text(out, "signer", pl_step_member(step_def, item)->signer);
    }
    if (pl_step_is_undo(step_def, item)) {
        pl_write_key_bool(out, "undo", true);
        pl_write_key_value(out, "taken_back", taken_back(s, live, step));
    }
    if (step_def->choice_count > 0) {
        write_choices(out, def, step_def);
    }
    if (step_def->stops != 0) {
        write_stops(out, step_def);
    }
    if (now->statutory_ms != 0) {
        pl_write_key_u64(out, "statutory", (uint64_t)now->statutory_ms);
    }
    if (now->internal_ms != 0) {
        pl_write_key_u64(out, "internal", (uint64_t)now->internal_ms);
    }
}
