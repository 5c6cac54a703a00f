#include "sim/shapes.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "wire/case.h"

#define MUST(COND, WHICH)                                                                          \
    ((COND) ? (void)0                                                                              \
            : ((void)fprintf(stderr, "%s broken in case %" PRIu64 ", step %u: %s\n", WHICH,        \
                             c->id.v, (unsigned)step, #COND),                                      \
               abort()))

static bool is_open_case(const struct pl_server *s, uint64_t id)
{
    uint32_t slot = 0;
    return pl_map_get(&s->state.slot_of_case, id, &slot);
}

/* I12 of a parent. */
static void check_children(const struct pl_server *s, const struct pl_definition *def,
                           const struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];

    for (uint16_t i = 0; sd->run != NULL && i < sd->task_count; i++) {
        const struct pl_task *t = &c->tasks[sd->first_task + i];
        if (pl_step_is_undo(sd, i) || c->paused) {
            continue;
        }
        MUST(t->state != PL_TASK_READY, "I12");
        MUST(t->state != PL_TASK_ACTIVE || is_open_case(s, t->child), "I12");
    }
}

/* I12 of a child. */
static void check_parent(struct pl_server *s, const struct pl_case *c)
{
    static uint8_t memory[1u << 20];
    struct pl_arena arena;
    struct pl_case parent;
    uint32_t slot = 0;
    const uint16_t step = PL_NO_STEP;

    if (!pl_map_get(&s->state.slot_of_case, c->parent.v, &slot)) {
        return; /* let go: whether on purpose the end of the parent has settled */
    }
    const struct pl_slot *at = &s->state.slots[slot];
    pl_arena_init(&arena, memory, sizeof memory);
    MUST(pl_wire_read_case((struct pl_bytes){at->packed, at->packed_size}, &arena, &parent) ==
             PLACET_OK,
         "I12");
    const struct pl_definition *def = pl_state_definition_number(&s->state, parent.definition);
    const uint16_t of = pl_definition_step_of_task(def, c->parent_task);
    const struct pl_task *t = &parent.tasks[c->parent_task];
    MUST(def->steps[of].run != NULL, "I12");
    MUST(def->steps[of].run->detached || (t->state == PL_TASK_ACTIVE && t->child == c->id.v),
         "I12");
}

static bool is_at_work(const struct pl_definition *def, const struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];
    bool open = sd->kind == PL_KIND_WAIT_FOR;

    for (uint16_t i = 0; i < sd->task_count; i++) {
        open |= pl_task_is_open(c->tasks[sd->first_task + i].state) && !pl_step_is_undo(sd, i);
    }
    return c->steps[step].state == PL_STEP_ACTIVE && open;
}

static void check_exclusive(const struct pl_definition *def, const struct pl_case *c, uint16_t step)
{
    for (uint16_t i = 0; i < step; i++) {
        MUST(def->steps[step].exclusive == PL_NO_GROUP ||
                 def->steps[i].exclusive != def->steps[step].exclusive || !is_at_work(def, c, i) ||
                 !is_at_work(def, c, step),
             "I13");
    }
}

static void check_tasks(const struct pl_definition *def, const struct pl_case *c, uint16_t step)
{
    const struct pl_step_def *sd = &def->steps[step];
    const struct pl_step *s = &c->steps[step];

    if (!pl_step_is_settled(s->state) || sd->kind == PL_KIND_TELL || sd->set.rest_finishes) {
        return;
    }
    for (uint16_t i = 0; i < sd->task_count; i++) {
        MUST(pl_step_is_undo(sd, i) || !pl_task_is_open(c->tasks[sd->first_task + i].state), "I15");
    }
}

static void check_clock(const struct pl_case *c, uint16_t step)
{
    const struct pl_step *s = &c->steps[step];

    if (pl_step_is_live(s->state) && s->started_ms != 0) {
        MUST((s->stops != 0) == (s->stopped_ms != 0), "I16");
    }
}

void shapes_check_case(struct pl_server *s, const struct pl_definition *def,
                       const struct pl_case *c, bool settled)
{
    for (uint16_t step = 0; step < def->step_count; step++) {
        if (settled) {
            check_children(s, def, c, step);
        }
        check_exclusive(def, c, step);
        check_tasks(def, c, step);
        check_clock(c, step);
    }
    if (settled && c->parent.v != 0) {
        check_parent(s, c);
    }
}
