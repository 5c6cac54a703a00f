/* Computes at load time what depends on nothing: the largest sub-expressions that read no variable,
 * not the time, not the calendar. They are run by the same machine as everything else; one that
 * fails stays as it is, and fails when it is reached. */
#include <string.h>

#include "value/cel_eval.h"
#include "value/cel_function.h"

/* Whether the step gives the same each time, wherever it runs; `start` begins the sub-expression.
 */
static bool is_constant(const struct pl_cel_step *step, uint32_t start)
{
    if (step->op == PL_CEL_OP_LOCAL) {
        return step->target >= start; /* its frame opens inside */
    }
    if (step->op == PL_CEL_OP_CALL) {
        return !pl_cel_rows[step->row].reads_calendar;
    }
    return step->op != PL_CEL_OP_PATH && step->op != PL_CEL_OP_HAS && step->op != PL_CEL_OP_NOW &&
           step->op != PL_CEL_OP_UNKNOWN && step->op != PL_CEL_OP_WANT;
}

static bool is_region_constant(const struct pl_cel_program *program, uint32_t start, uint32_t last)
{
    for (uint32_t i = start; i <= last; i++) {
        if (!is_constant(&program->steps[i], start)) {
            return false;
        }
    }
    return true;
}

/* Frames that are open before the step. */
static uint32_t frames_at(const struct pl_cel_program *program, uint32_t at)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < at; i++) {
        const enum pl_cel_op op = program->steps[i].op;
        if (op == PL_CEL_OP_OPEN || op == PL_CEL_OP_LOOP || op == PL_CEL_OP_BIND ||
            op == PL_CEL_OP_UNWRAP) {
            count++;
        } else if (op == PL_CEL_OP_CLOSE || op == PL_CEL_OP_NEXT || op == PL_CEL_OP_UNBIND ||
                   op == PL_CEL_OP_REWRAP) {
            count--;
        }
    }
    return count;
}

/* The value of the steps; false when they fail, or give more than a program should hold. */
static bool compute(const struct pl_cel_program *program, uint32_t start, uint32_t last,
                    struct pl_arena *arena, struct pl_cel_value *value_out)
{
    uint8_t *const room = pl_arena_reserve(arena, PL_CEL_FOLD_ROOM);
    const struct pl_cel_world world = {.room = room, .room_size = PL_CEL_FOLD_ROOM};
    struct pl_cel_eval e;
    uint32_t stopped = 0;

    if (room == NULL) {
        return false;
    }
    e.program = program;
    e.run = (struct pl_cel_run){.world = &world};
    e.depth = 0;
    e.frame_count = frames_at(program, start);
    for (uint32_t i = 0; i < e.frame_count; i++) {
        e.frames[i].item = 0; /* those around it are not running */
    }
    if (pl_cel_run_steps(&e, start, last + 1, &stopped) != PL_CEL_OK ||
        e.stack[0].type == PL_CEL_FAULTY) {
        return false;
    }
    pl_arena_keep(arena, e.run.used);
    *value_out = e.stack[0];
    return true;
}

/* Where a step went: one index for each of the old code, and its end. */
static void renumber(struct pl_cel_program *program, const uint32_t *moved)
{
    for (uint32_t i = 0; i < program->count; i++) {
        struct pl_cel_step *step = &program->steps[i];
        step->target = moved[step->target];
        if (step->start != PL_CEL_NO_START) {
            step->start = moved[step->start];
        }
    }
}

/* Marks the constants: the last step of each becomes its value, those before it are dropped. */
static void mark(struct pl_cel_program *program, struct pl_arena *arena, bool *dropped)
{
    for (uint32_t i = program->count; i > 0; i--) {
        struct pl_cel_step *step = &program->steps[i - 1];
        const uint32_t start = step->start;
        struct pl_cel_value value;

        if (start == PL_CEL_NO_START || start + 1 >= i ||
            !is_region_constant(program, start, i - 1) ||
            !compute(program, start, i - 1, arena, &value)) {
            continue;
        }
        step->op = PL_CEL_OP_CONST;
        step->value = value;
        step->target = 0;
        memset(dropped + start, true, i - 1 - start);
        i = start + 1;
    }
}

int pl_cel_fold(struct pl_cel_program *program, struct pl_arena *arena, struct placet_error *err)
{
    bool *const dropped = pl_arena_alloc(arena, program->count);
    uint32_t *const moved = pl_arena_alloc(arena, (program->count + 1) * sizeof(*moved));
    uint32_t count = 0;

    if (dropped == NULL || moved == NULL) {
        return pl_cel_limit(err, program->source, 0, "the definition does not fit in memory");
    }
    mark(program, arena, dropped);
    for (uint32_t i = 0; i < program->count; i++) {
        moved[i] = count;
        if (!dropped[i]) {
            program->steps[count++] = program->steps[i];
        }
    }
    moved[program->count] = count;
    program->count = count;
    renumber(program, moved);
    return PLACET_OK;
}
