/* The machine that runs the flat code: a stack of values and faults, no allocation, no recursion.
 * Pure: it is linked into the core. */
#include <string.h>

#include "base/check.h"
#include "value/cel_code.h"

/* A fault is a value too: && and || may still find an answer (language definition, Logical
 * Operators). */
struct slot {
    enum pl_cel_fault fault;
    uint32_t column;
    struct pl_cel_value value;
};

struct eval {
    const struct pl_cel_program *program;
    const struct pl_cel_world *world;
    uint32_t depth;
    struct slot stack[PL_CEL_STACK_MAX];
    struct pl_cel_work work;
};

static struct slot *push(struct eval *e)
{
    PL_CHECK(e->depth < PL_CEL_STACK_MAX);
    return &e->stack[e->depth++];
}

static struct slot *top(struct eval *e)
{
    PL_CHECK(e->depth > 0);
    return &e->stack[e->depth - 1];
}

static struct slot faulty(enum pl_cel_fault fault, const struct pl_cel_step *step)
{
    return (struct slot){.fault = fault, .column = step->column};
}

/* ---- paths ---- */

static struct pl_bytes variable_of(const struct eval *e, const struct pl_cel_step *step)
{
    const bool known = step->variable < e->world->variable_count;
    return known ? e->world->variables[step->variable] : (struct pl_bytes){NULL, 0};
}

/* Maps are searched key by key: the larger the document, the dearer. */
static void charge(struct eval *e, struct pl_bytes document)
{
    e->work.cost += 1 + document.size / 256;
}

static struct slot load_path(struct eval *e, const struct pl_cel_step *step)
{
    const struct pl_bytes variable = variable_of(e, step);
    struct slot slot = {.column = step->column};

    charge(e, variable);
    if (variable.size == 0 || !pl_cel_load(pl_value_path(variable, step->path), &slot.value)) {
        return faulty(PL_CEL_NO_SUCH_FIELD, step);
    }
    pl_cel_adapt(&slot.value, step->type);
    return slot;
}

static const char *last_dot(struct pl_text path)
{
    for (uint32_t i = path.len; i > 0; i--) {
        if (path.at[i - 1] == '.') {
            return path.at + i - 1;
        }
    }
    return NULL;
}

/* Only the last field may be missing; a variable that is not there counts as an empty map. */
static struct slot has_path(struct eval *e, const struct pl_cel_step *step)
{
    const struct pl_bytes variable = variable_of(e, step);
    const char *const dot = last_dot(step->path);
    struct slot slot = {.column = step->column, .value = {.type = PL_CEL_BOOL}};

    charge(e, variable);
    if (variable.size == 0 || step->path.len == 0) {
        slot.value.boolean = variable.size > 0;
        return slot;
    }
    struct pl_bytes parent = variable;
    struct pl_text key = step->path;
    if (dot != NULL) {
        const uint32_t parent_len = (uint32_t)(dot - step->path.at);
        parent = pl_value_path(variable, (struct pl_text){step->path.at, parent_len});
        key = (struct pl_text){dot + 1, step->path.len - parent_len - 1};
    }
    struct pl_cel_value map;
    if (!pl_cel_load(parent, &map)) {
        return faulty(PL_CEL_NO_SUCH_FIELD, step);
    }
    if (map.type != PL_CEL_MAP) {
        return faulty(PL_CEL_NO_OVERLOAD, step);
    }
    slot.value.boolean = pl_value_get(parent, key).size > 0;
    return slot;
}

static struct slot load_field(struct eval *e, const struct pl_cel_step *step, const struct slot *of)
{
    struct slot slot = {.column = step->column};

    if (of->fault != PL_CEL_OK) {
        return *of;
    }
    if (of->value.type != PL_CEL_MAP) {
        return faulty(PL_CEL_NO_OVERLOAD, step);
    }
    charge(e, of->value.value);
    return pl_cel_load(pl_value_get(of->value.value, step->path), &slot.value)
               ? slot
               : faulty(PL_CEL_NO_SUCH_FIELD, step);
}

/* ---- logic ---- */

static bool is_bool(const struct slot *slot, bool wanted)
{
    return slot->fault == PL_CEL_OK && slot->value.type == PL_CEL_BOOL &&
           slot->value.boolean == wanted;
}

static void require_bool(struct slot *slot, const struct pl_cel_step *step)
{
    if (slot->fault == PL_CEL_OK && slot->value.type != PL_CEL_BOOL) {
        *slot = faulty(PL_CEL_NO_OVERLOAD, step);
    }
}

/* `decisive` is false for &&, true for ||: whichever side gives it decides, whatever the other
 * one is. */
static struct slot combine(const struct slot *a, struct slot *b, const struct pl_cel_step *step)
{
    const bool decisive = step->op == PL_CEL_OP_OR;

    require_bool(b, step);
    if (is_bool(b, decisive)) {
        return *b;
    }
    return a->fault != PL_CEL_OK ? *a : *b;
}

/* ---- steps ---- */

static void apply_one(struct eval *e, const struct pl_cel_step *step)
{
    struct slot *a = top(e);

    if (a->fault == PL_CEL_OK) {
        struct pl_cel_value value = {0};
        const enum pl_cel_fault fault = pl_cel_apply_one(step->op, &a->value, &value);
        *a = (struct slot){.fault = fault, .column = step->column, .value = value};
    }
}

/* The documents behind the operands are walked, texts are compared. */
static uint32_t weight_of(const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_STRING:
        return value->text.len / 256;
    case PL_CEL_BYTES:
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        return value->value.size / 256;
    case PL_CEL_NULL:
    case PL_CEL_BOOL:
    case PL_CEL_INT:
    case PL_CEL_UINT:
    case PL_CEL_DOUBLE:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        break;
    }
    return 0;
}

static void apply_two(struct eval *e, const struct pl_cel_step *step)
{
    PL_CHECK(e->depth >= 2);
    struct slot *a = &e->stack[e->depth - 2];
    struct slot *b = &e->stack[e->depth - 1];

    e->depth--;
    if (step->op == PL_CEL_OP_AND || step->op == PL_CEL_OP_OR) {
        *a = combine(a, b, step);
        return;
    }
    if (a->fault != PL_CEL_OK) {
        return;
    }
    if (b->fault != PL_CEL_OK) {
        *a = *b;
        return;
    }
    struct pl_cel_value value = {0};
    e->work.cost += weight_of(&a->value) + weight_of(&b->value);
    const enum pl_cel_fault fault =
        pl_cel_apply_two(step->op, &a->value, &b->value, &e->work, &value);
    *a = (struct slot){.fault = fault, .column = step->column, .value = value};
}

/* The condition of `c ? a : b`: the next step. A fault takes the place of the whole choice. */
static uint32_t branch(struct eval *e, const struct pl_cel_step *step, uint32_t next)
{
    struct slot *condition = top(e);

    require_bool(condition, step);
    if (condition->fault != PL_CEL_OK) {
        return e->program->steps[step->target - 1].target;
    }
    e->depth--;
    return condition->value.boolean ? next : step->target;
}

static void want(struct slot *result, const struct pl_cel_step *step)
{
    if (result->fault != PL_CEL_OK || step->type == PL_CEL_DYN) {
        return;
    }
    pl_cel_adapt(&result->value, step->type);
    if (result->value.type != step->type) {
        *result = faulty(PL_CEL_NO_OVERLOAD, step);
    }
}

/* Runs the step at `at`; gives the next. */
static uint32_t run_step(struct eval *e, uint32_t at)
{
    const struct pl_cel_step *step = &e->program->steps[at];

    if (step->op >= PL_CEL_OP_AND) {
        apply_two(e, step);
    } else if (step->op >= PL_CEL_OP_NOT) {
        apply_one(e, step);
    } else if (step->op == PL_CEL_OP_CONST) {
        *push(e) = (struct slot){.column = step->column, .value = step->value};
    } else if (step->op == PL_CEL_OP_PATH) {
        *push(e) = load_path(e, step);
    } else if (step->op == PL_CEL_OP_HAS) {
        *push(e) = has_path(e, step);
    } else if (step->op == PL_CEL_OP_FIELD) {
        *top(e) = load_field(e, step, top(e));
    } else if (step->op == PL_CEL_OP_BRANCH) {
        return branch(e, step, at + 1);
    } else if (step->op == PL_CEL_OP_JUMP) {
        return step->target;
    } else if (step->op == PL_CEL_OP_JUMP_FALSE || step->op == PL_CEL_OP_JUMP_TRUE) {
        require_bool(top(e), step);
        return is_bool(top(e), step->op == PL_CEL_OP_JUMP_TRUE) ? step->target : at + 1;
    } else if (step->op == PL_CEL_OP_WANT) {
        want(top(e), step);
    }
    return at + 1;
}

struct pl_cel_result pl_cel_eval(const struct pl_cel_program *program,
                                 const struct pl_cel_world *world)
{
    struct eval e;

    e.program = program;
    e.world = world;
    e.depth = 0;
    e.work = (struct pl_cel_work){.room = world->room, .room_left = world->room_size};
    for (uint32_t at = 0; at < program->count;) {
        if (++e.work.cost > PL_CEL_COST_MAX) {
            return (struct pl_cel_result){.fault = PL_CEL_COST,
                                          .column = program->steps[at].column,
                                          .length = 1,
                                          .cost = e.work.cost};
        }
        at = run_step(&e, at);
    }
    PL_CHECK(e.depth == 1);
    return (struct pl_cel_result){.fault = e.stack[0].fault,
                                  .column = e.stack[0].column,
                                  .length = 1,
                                  .cost = e.work.cost,
                                  .value = e.stack[0].value};
}
