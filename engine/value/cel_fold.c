/* Computes at load time what depends on nothing: the largest sub-expressions that read no variable,
 * not the time, not the calendar. They are run by the same machine as everything else; one that
 * fails stays as it is, and fails when it is reached. */
#include <stdlib.h>
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

/* What folding needs while it goes on; too large for the stack. */
struct fold {
    struct pl_cel_program *program;
    struct pl_arena *arena;
    bool full;
    bool dropped[2 * PL_CEL_STEPS_MAX];
    uint32_t moved[2 * PL_CEL_STEPS_MAX + 1]; /* where a step went, and the end */
    uint8_t room[PL_CEL_FOLD_ROOM];
    struct pl_cel_eval e;
};

/* What lies in the room moves to the arena. */
static bool keep(struct fold *f, struct pl_cel_value *value)
{
    const bool is_text = value->type == PL_CEL_STRING;
    const bool is_bytes =
        value->type == PL_CEL_BYTES || value->type == PL_CEL_OPTIONAL || pl_cel_is_container(value);
    if (!is_text && !is_bytes) {
        return true;
    }
    const char *const at = is_text ? value->text.at : (const char *)value->value.at;
    const uint32_t size = is_text ? value->text.len : value->value.size;
    const char *const copy = pl_arena_text(f->arena, size > 0 ? at : "", size);
    if (copy == NULL) {
        f->full = true;
        return false;
    }
    if (is_text) {
        value->text.at = copy;
    } else {
        value->value.at = size > 0 ? (const uint8_t *)copy : NULL;
    }
    return true;
}

/* The value of the steps; false when they fail, or give more than a program should hold. */
static bool compute(struct fold *f, uint32_t start, uint32_t last, struct pl_cel_value *value_out)
{
    const struct pl_cel_world world = {.room = f->room, .room_size = sizeof(f->room)};
    struct pl_cel_eval *const e = &f->e;
    uint32_t stopped = 0;

    e->program = f->program;
    e->run = (struct pl_cel_run){.world = &world};
    e->depth = 0;
    e->frame_count = frames_at(f->program, start);
    for (uint32_t i = 0; i < e->frame_count; i++) {
        e->frames[i].item = 0; /* those around it are not running */
    }
    if (pl_cel_run_steps(e, start, last + 1, &stopped) != PL_CEL_OK ||
        e->stack[0].type == PL_CEL_FAULTY) {
        return false;
    }
    *value_out = e->stack[0];
    return keep(f, value_out);
}

/* Marks the constants: the last step of each becomes its value, those before it are dropped. */
static void mark(struct fold *f)
{
    struct pl_cel_program *const program = f->program;

    for (uint32_t i = program->count; i > 0; i--) {
        struct pl_cel_step *step = &program->steps[i - 1];
        const uint32_t start = step->start;
        struct pl_cel_value value;

        if (start == PL_CEL_NO_START || start + 1 >= i ||
            !is_region_constant(program, start, i - 1) || !compute(f, start, i - 1, &value)) {
            continue;
        }
        step->op = PL_CEL_OP_CONST;
        step->value = value;
        step->target = 0;
        memset(f->dropped + start, true, i - 1 - start);
        i = start + 1;
    }
}

/* Leaves the dropped steps out; jumps and starts follow those that stay. */
static void shorten(struct fold *f)
{
    struct pl_cel_program *const program = f->program;
    uint32_t count = 0;

    for (uint32_t i = 0; i < program->count; i++) {
        f->moved[i] = count;
        if (!f->dropped[i]) {
            program->steps[count++] = program->steps[i];
        }
    }
    f->moved[program->count] = count;
    program->count = count;
    for (uint32_t i = 0; i < count; i++) {
        struct pl_cel_step *step = &program->steps[i];
        step->target = f->moved[step->target];
        if (step->start != PL_CEL_NO_START) {
            step->start = f->moved[step->start];
        }
    }
}

int pl_cel_fold(struct pl_cel_program *program, struct pl_arena *arena, struct placet_error *err)
{
    struct fold *f = malloc(sizeof(*f));

    if (f == NULL) {
        return pl_cel_limit(err, program->source, 0, "the definition does not fit in memory");
    }
    f->program = program;
    f->arena = arena;
    f->full = false;
    memset(f->dropped, 0, sizeof(f->dropped));
    mark(f);
    shorten(f);
    const bool full = f->full;
    free(f);
    return full ? pl_cel_limit(err, program->source, 0, "the definition does not fit in memory")
                : PLACET_OK;
}
