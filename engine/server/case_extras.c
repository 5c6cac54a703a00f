#include "server/case_extras.h"

#include "model/command.h"

/* ---- the case ---------------------------------------------------------------------------------
 */

uint32_t pl_case_child_count(const struct pl_found *found)
{
    uint32_t count = 0;

    for (uint16_t i = 0; i < found->c.task_count; i++) {
        count += found->c.tasks[i].child != 0;
    }
    return count;
}

static bool is_undoing(const struct pl_found *found)
{
    return found->open && found->c.undoing < found->def->result_count;
}

uint32_t pl_case_extra_pairs(const struct pl_found *found)
{
    const struct pl_case *c = &found->c;

    return (c->parent.v != 0 ? 2U : 0U) + (c->accepted_ms != 0 ? 1U : 0U) +
           (is_undoing(found) ? 1U : 0U) + (c->calendar != 0 ? 1U : 0U) +
           (pl_case_child_count(found) > 0 ? 1U : 0U);
}

static void write_children(struct pl_writer *out, const struct pl_found *found)
{
    char text[PL_CASE_TEXT_SIZE];

    pl_write_string(out, "children");
    pl_write_array(out, pl_case_child_count(found));
    for (uint16_t i = 0; i < found->c.task_count; i++) {
        if (found->c.tasks[i].child != 0) {
            pl_case_id_format((struct pl_case_id){found->c.tasks[i].child}, text);
            pl_write_string(out, text);
        }
    }
}

void pl_case_write_extras(struct pl_writer *out, const struct pl_found *found)
{
    const struct pl_case *c = &found->c;
    char text[PL_CASE_TEXT_SIZE];

    if (c->parent.v != 0) {
        pl_case_id_format(c->parent, text);
        pl_write_key_string(out, "parent", text);
        pl_write_key_u64(out, "depth", c->depth);
    }
    if (c->accepted_ms != 0) {
        pl_write_key_time(out, "accepted", c->accepted_ms);
    }
    if (is_undoing(found)) {
        pl_write_key_text(out, "undoing", found->def->results[c->undoing].id);
    }
    if (c->calendar != 0) {
        pl_write_key_u64(out, "calendar_amendments", c->calendar);
    }
    if (pl_case_child_count(found) > 0) {
        write_children(out, found);
    }
}

/* ---- its steps --------------------------------------------------------------------------------
 */

static const char *const clock_names[PL_CLOCKS] = {
    [PL_CLOCK_PROMISED] = "promised",
    [PL_CLOCK_STATUTORY] = "statutory",
    [PL_CLOCK_INTERNAL] = "internal",
};

static int64_t clock_end(const struct pl_step *step, unsigned clock)
{
    const int64_t ends[PL_CLOCKS] = {
        [PL_CLOCK_PROMISED] = step->due_ms,
        [PL_CLOCK_STATUTORY] = step->statutory_ms,
        [PL_CLOCK_INTERNAL] = step->internal_ms,
    };
    return ends[clock];
}

static const char *colour_of(const struct pl_step *step, unsigned clock)
{
    static const char *const colours[] = {"green", "warning", "yellow", "red"};
    return colours[step->cards >> (2 * clock) & 3U];
}

static uint32_t clock_count(const struct pl_step *step)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < PL_CLOCKS; i++) {
        count += clock_end(step, i) != 0;
    }
    return count;
}

static uint32_t stop_count(const struct pl_step *step)
{
    uint32_t count = 0;

    for (unsigned i = 0; i < PL_STOPS; i++) {
        count += step->stops >> i & 1U;
    }
    return count;
}

static bool is_obligation(const struct pl_found *found, uint16_t step)
{
    return found->def->steps[step].origin == PL_ORIGIN_OBLIGATION;
}

uint32_t pl_step_extra_pairs(const struct pl_found *found, uint16_t step)
{
    const struct pl_step *s = &found->c.steps[step];

    return (clock_count(s) > 0 ? 1U : 0U) + (s->stops != 0 ? 1U : 0U) +
           (s->extended != 0 ? 1U : 0U) + (s->deemed ? 1U : 0U) + (s->undo_seq != 0 ? 1U : 0U) +
           (s->item_count != 0 ? 2U : 0U) + (is_obligation(found, step) ? 1U : 0U);
}

static void write_clocks(struct pl_writer *out, const struct pl_step *step)
{
    pl_write_string(out, "clocks");
    pl_write_map(out, clock_count(step));
    for (unsigned i = 0; i < PL_CLOCKS; i++) {
        if (clock_end(step, i) != 0) {
            pl_write_string(out, clock_names[i]);
            pl_write_map(out, 2);
            pl_write_key_time(out, "due", clock_end(step, i));
            pl_write_key_string(out, "colour", colour_of(step, i));
        }
    }
}

static void write_stops(struct pl_writer *out, const struct pl_step *step)
{
    pl_write_string(out, "stops");
    pl_write_array(out, stop_count(step));
    for (unsigned i = 0; i < PL_STOPS; i++) {
        if ((step->stops >> i & 1U) != 0) {
            pl_write_string(out, pl_stop_word((enum pl_stop)i));
        }
    }
}

void pl_step_write_extras(struct pl_writer *out, const struct pl_found *found, uint16_t step)
{
    const struct pl_step *s = &found->c.steps[step];

    if (clock_count(s) > 0) {
        write_clocks(out, s);
    }
    if (s->stops != 0) {
        write_stops(out, s);
    }
    if (s->extended != 0) {
        pl_write_key_u64(out, "extended", s->extended);
    }
    if (s->deemed) {
        pl_write_key_bool(out, "deemed", true);
    }
    if (s->undo_seq != 0) {
        pl_write_key_bool(out, "to_be_undone", true);
    }
    if (s->item_count != 0) {
        pl_write_key_u64(out, "items", s->item_count);
        pl_write_key_bool(out, "closed", s->closed || !found->def->steps[step].set.open);
    }
    if (is_obligation(found, step)) {
        pl_write_key_bool(out, "obligation", true);
    }
}

/* ---- their tasks ------------------------------------------------------------------------------
 */

static bool is_undo(const struct pl_found *found, uint16_t step, uint16_t item)
{
    return pl_step_is_undo(&found->def->steps[step], item);
}

static bool is_signature(const struct pl_found *found, uint16_t step, uint16_t item)
{
    return pl_step_member(&found->def->steps[step], item)->role == PL_ROLE_SIGNER;
}

static uint64_t child_of(const struct pl_found *found, uint16_t step, uint16_t item)
{
    return found->c.tasks[found->def->steps[step].first_task + item].child;
}

uint32_t pl_task_view_extra_pairs(const struct pl_found *found, uint16_t step, uint16_t item)
{
    return (is_undo(found, step, item) ? 1U : 0U) + (is_signature(found, step, item) ? 1U : 0U) +
           (child_of(found, step, item) != 0 ? 1U : 0U);
}

void pl_task_view_write_extras(struct pl_writer *out, const struct pl_found *found, uint16_t step,
                               uint16_t item)
{
    const uint64_t child = child_of(found, step, item);

    if (is_undo(found, step, item)) {
        pl_write_key_bool(out, "undo", true);
    }
    if (is_signature(found, step, item)) {
        pl_write_key_text(out, "signer", pl_step_member(&found->def->steps[step], item)->signer);
    }
    if (child != 0) {
        char text[PL_CASE_TEXT_SIZE];
        pl_case_id_format((struct pl_case_id){child}, text);
        pl_write_key_string(out, "child", text);
    }
}
