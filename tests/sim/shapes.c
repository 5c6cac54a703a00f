#include "sim/shapes.h"

#include <inttypes.h>
#include <placet/error.h>
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

/* A case as it stands, open or closed. False when it is neither. */
static bool find_case(const struct sim *w, struct pl_case_id id, struct pl_arena *arena,
                      struct pl_case *out, bool *open_out)
{
    const struct pl_state *state = &w->server.state;
    uint32_t slot = 0;

    *open_out = pl_map_get(&state->slot_of_case, id.v, &slot);
    if (*open_out) {
        const struct pl_slot *at = &state->slots[slot];
        return pl_wire_read_case((struct pl_bytes){at->packed, at->packed_size}, arena, out) ==
               PLACET_OK;
    }
    for (uint32_t i = 0; i < w->row_count; i++) {
        if (w->rows[i].table == PL_TABLE_CLOSED && w->rows[i].key == id.v) {
            return pl_wire_read_case((struct pl_bytes){w->rows[i].bytes, w->rows[i].size}, arena,
                                     out) == PLACET_OK;
        }
    }
    return false;
}

/* I12 of a child: its parent waits for it, or let it go on purpose. */
static void check_parent(const struct sim *w, const struct pl_case *c)
{
    static uint8_t memory[1u << 20];
    struct pl_arena arena;
    struct pl_case parent;
    const uint16_t step = PL_NO_STEP;
    bool open = false;

    pl_arena_init(&arena, memory, sizeof memory);
    MUST(find_case(w, c->parent, &arena, &parent, &open), "I12");
    const struct pl_definition *def =
        pl_state_definition_number(&w->server.state, parent.definition);
    const struct pl_run *run = def->steps[pl_definition_step_of_task(def, c->parent_task)].run;
    const struct pl_task *t = &parent.tasks[c->parent_task];
    MUST(run != NULL, "I12");
    MUST(run->detached || (open && t->state == PL_TASK_ACTIVE && t->child == c->id.v), "I12");
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

void shapes_check_case(const struct sim *w, const struct pl_definition *def,
                       const struct pl_case *c, bool settled)
{
    for (uint16_t step = 0; step < def->step_count; step++) {
        if (settled) {
            check_children(&w->server, def, c, step);
        }
        check_exclusive(def, c, step);
        check_tasks(def, c, step);
        check_clock(c, step);
    }
    if (settled && c->parent.v != 0) {
        check_parent(w, c);
    }
}
