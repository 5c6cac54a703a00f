/* The machine that runs the flat code: a stack of values, no allocation, no recursion. Pure: it is
 * linked into the core.
 *
 * A fault is a value too: && and || may still find an answer (language definition, Logical
 * Operators), and so may all() and exists(). */
#include "value/cel_eval.h"

#include <string.h>

#include "base/check.h"
#include "value/cel_function.h"

void pl_cel_push(struct pl_cel_eval *e, struct pl_cel_value value)
{
    PL_CHECK(e->depth < PL_CEL_STACK_MAX);
    e->stack[e->depth++] = value;
}

struct pl_cel_value pl_cel_pop(struct pl_cel_eval *e)
{
    PL_CHECK(e->depth > 0);
    return e->stack[--e->depth];
}

static struct pl_cel_value *top(struct pl_cel_eval *e)
{
    PL_CHECK(e->depth > 0);
    return &e->stack[e->depth - 1];
}

struct pl_cel_value pl_cel_faulty(const struct pl_cel_eval *e, enum pl_cel_fault fault,
                                  const struct pl_cel_step *step)
{
    uint32_t item = 0;

    for (uint32_t i = e->frame_count; i > 0 && item == 0; i--) {
        item = e->frames[i - 1].item;
    }
    return (struct pl_cel_value){
        .type = PL_CEL_FAULTY,
        .failure = {.fault = fault, .step = (uint32_t)(step - e->program->steps), .item = item}};
}

/* ---- fields ---- */

static struct pl_bytes variable_of(const struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    const struct pl_cel_world *const world = e->run.world;
    const bool known = step->variable < world->variable_count;
    return known ? world->variables[step->variable] : (struct pl_bytes){NULL, 0};
}

/* Takes the first key off a dotted path. */
static struct pl_text take_key(struct pl_text *path)
{
    const char *const dot = memchr(path->at, '.', path->len);
    const uint32_t len = dot != NULL ? (uint32_t)(dot - path->at) : path->len;
    const struct pl_text key = {path->at, len};

    path->at += dot != NULL ? len + 1 : len;
    path->len -= dot != NULL ? len + 1 : len;
    return key;
}

static struct pl_cel_value load_path(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_text path = step->path;
    struct pl_bytes at = variable_of(e, step);
    struct pl_cel_value value;

    while (path.len > 0 && at.size > 0) {
        at = pl_cel_get_text(&e->run, at, take_key(&path));
    }
    if (!pl_cel_load(at, &value)) {
        return pl_cel_faulty(e, PL_CEL_NO_SUCH_FIELD, step);
    }
    pl_cel_adapt(&value, step->type);
    return value;
}

/* Only the last field may be missing; a variable that is not there counts as an empty map. */
static struct pl_cel_value has_path(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_text path = step->path;
    struct pl_bytes at = variable_of(e, step);
    struct pl_cel_value map;

    if (at.size == 0 || path.len == 0) {
        return pl_cel_bool(at.size > 0);
    }
    for (;;) {
        const struct pl_text key = take_key(&path);
        if (!pl_cel_load(at, &map)) {
            return pl_cel_faulty(e, PL_CEL_NO_SUCH_FIELD, step);
        }
        if (map.type != PL_CEL_MAP) {
            return pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
        }
        at = pl_cel_get_text(&e->run, at, key);
        if (path.len == 0) {
            return pl_cel_bool(at.size > 0);
        }
    }
}

/* FIELD, HAS_FIELD and MAYBE; of an optional all of them look inside it. */
static struct pl_cel_value load_field(struct pl_cel_eval *e, const struct pl_cel_step *step,
                                      const struct pl_cel_value *of)
{
    const bool is_optional = of->type == PL_CEL_OPTIONAL;
    struct pl_cel_value map = *of;
    struct pl_cel_value value;

    if (of->type == PL_CEL_FAULTY) {
        return *of;
    }
    if (is_optional && !pl_cel_load(of->value, &map)) {
        return step->op == PL_CEL_OP_HAS_FIELD ? pl_cel_bool(false) : *of;
    }
    if (map.type != PL_CEL_MAP) {
        return pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
    }
    const struct pl_bytes found = pl_cel_get_text(&e->run, map.value, step->path);
    if (step->op == PL_CEL_OP_HAS_FIELD) {
        return pl_cel_bool(found.size > 0);
    }
    if (step->op == PL_CEL_OP_MAYBE || is_optional) {
        return pl_cel_encoded(PL_CEL_OPTIONAL, found);
    }
    if (!pl_cel_load(found, &value)) {
        return pl_cel_faulty(e, PL_CEL_NO_SUCH_FIELD, step);
    }
    pl_cel_adapt(&value, step->type);
    return value;
}

static struct pl_cel_value load_local(const struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_cel_value value = e->frames[step->frame].variables[step->index];

    pl_cel_adapt(&value, step->type);
    return value;
}

static struct pl_cel_value now_of(const struct pl_cel_eval *e)
{
    const int64_t now_ms = e->run.world->now_ms;
    const int64_t rest = (now_ms % 1000 + 1000) % 1000;

    return (struct pl_cel_value){
        .type = PL_CEL_TIMESTAMP,
        .time = {.seconds = (now_ms - rest) / 1000, .nanos = (uint32_t)rest * 1000000}};
}

/* ---- calls ---- */

static void call(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    PL_CHECK(e->depth >= step->argc);
    const struct pl_cel_value *const args = &e->stack[e->depth - step->argc];
    struct pl_cel_value value = {0};

    e->depth -= step->argc;
    for (uint32_t i = 0; i < step->argc; i++) {
        if (args[i].type == PL_CEL_FAULTY) {
            pl_cel_push(e, args[i]);
            return;
        }
    }
    e->run.pattern = step->pattern;
    const enum pl_cel_fault fault = step->op == PL_CEL_OP_UNKNOWN
                                        ? PL_CEL_NO_OVERLOAD
                                        : pl_cel_call(&e->run, step->row, args, step->argc, &value);
    if (fault == PL_CEL_OK) {
        pl_cel_adapt(&value, step->type);
    }
    pl_cel_push(e, fault == PL_CEL_OK ? value : pl_cel_faulty(e, fault, step));
}

/* ---- logic ---- */

static void require_bool(struct pl_cel_eval *e, struct pl_cel_value *value,
                         const struct pl_cel_step *step)
{
    if (value->type != PL_CEL_FAULTY && value->type != PL_CEL_BOOL) {
        *value = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
    }
}

/* `decisive` is false for &&, true for ||: whichever side gives it decides, whatever the other
 * one is. */
static void combine(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    const bool decisive = step->op == PL_CEL_OP_OR;
    struct pl_cel_value b = pl_cel_pop(e);
    struct pl_cel_value *const a = top(e);

    require_bool(e, &b, step);
    if (pl_cel_is_bool(&b, decisive) || a->type != PL_CEL_FAULTY) {
        *a = b;
    }
}

/* The condition of `c ? a : b`: the next step. A fault takes the place of the whole choice. */
static uint32_t branch(struct pl_cel_eval *e, const struct pl_cel_step *step, uint32_t next)
{
    struct pl_cel_value *condition = top(e);

    require_bool(e, condition, step);
    if (condition->type == PL_CEL_FAULTY) {
        return e->program->steps[step->target - 1].target;
    }
    e->depth--;
    return condition->boolean ? next : step->target;
}

static void want(struct pl_cel_eval *e, struct pl_cel_value *result, const struct pl_cel_step *step)
{
    if (result->type == PL_CEL_FAULTY || step->type == PL_CEL_DYN) {
        return;
    }
    pl_cel_adapt(result, step->type);
    if (result->type != step->type) {
        *result = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
    }
}

/* ---- steps ---- */

/* Runs the step at `at`; gives the next. */
static uint32_t run_step(struct pl_cel_eval *e, uint32_t at)
{
    const struct pl_cel_step *step = &e->program->steps[at];

    switch (step->op) {
    case PL_CEL_OP_CONST:
        pl_cel_push(e, step->value);
        break;
    case PL_CEL_OP_PATH:
        pl_cel_push(e, load_path(e, step));
        break;
    case PL_CEL_OP_HAS:
        pl_cel_push(e, has_path(e, step));
        break;
    case PL_CEL_OP_NOW:
        pl_cel_push(e, now_of(e));
        break;
    case PL_CEL_OP_LOCAL:
        pl_cel_push(e, load_local(e, step));
        break;
    case PL_CEL_OP_FIELD:
    case PL_CEL_OP_HAS_FIELD:
    case PL_CEL_OP_MAYBE:
        *top(e) = load_field(e, step, top(e));
        break;
    case PL_CEL_OP_CALL:
    case PL_CEL_OP_UNKNOWN:
        call(e, step);
        break;
    case PL_CEL_OP_WANT:
        want(e, top(e), step);
        break;
    case PL_CEL_OP_BRANCH:
        return branch(e, step, at + 1);
    case PL_CEL_OP_JUMP:
        return step->target;
    case PL_CEL_OP_JOIN:
        break;
    case PL_CEL_OP_JUMP_FALSE:
    case PL_CEL_OP_JUMP_TRUE:
        require_bool(e, top(e), step);
        return pl_cel_is_bool(top(e), step->op == PL_CEL_OP_JUMP_TRUE) ? step->target : at + 1;
    case PL_CEL_OP_AND:
    case PL_CEL_OP_OR:
        combine(e, step);
        break;
    case PL_CEL_OP_OPEN:
    case PL_CEL_OP_ADD:
    case PL_CEL_OP_PUT:
    case PL_CEL_OP_CLOSE:
    case PL_CEL_OP_LOOP:
    case PL_CEL_OP_TEST:
    case PL_CEL_OP_NEXT:
    case PL_CEL_OP_BIND:
    case PL_CEL_OP_UNBIND:
    case PL_CEL_OP_UNWRAP:
    case PL_CEL_OP_REWRAP:
        return pl_cel_run_frame(e, at);
    }
    return at + 1;
}

enum pl_cel_fault pl_cel_run_steps(struct pl_cel_eval *e, uint32_t from, uint32_t to,
                                   uint32_t *stopped_out)
{
    for (uint32_t at = from; at < to;) {
        e->run.cost++;
        if (pl_cel_is_spent(&e->run)) {
            *stopped_out = at;
            return PL_CEL_COST;
        }
        at = run_step(e, at);
    }
    return PL_CEL_OK;
}

struct pl_cel_result pl_cel_eval(const struct pl_cel_program *program,
                                 const struct pl_cel_world *world)
{
    struct pl_cel_result result = {0};
    struct pl_cel_eval e;

    e.program = program;
    e.run = (struct pl_cel_run){.world = world};
    e.depth = 0;
    e.frame_count = 0;
    result.fault = pl_cel_run_steps(&e, 0, program->count, &result.step);
    result.cost = e.run.cost;
    if (result.fault == PL_CEL_OK) {
        PL_CHECK(e.depth == 1 && e.frame_count == 0);
        if (e.stack[0].type != PL_CEL_FAULTY) {
            result.value = e.stack[0];
            return result;
        }
        result.fault = e.stack[0].failure.fault;
        result.step = e.stack[0].failure.step;
        result.item = e.stack[0].failure.item;
    }
    const struct pl_cel_step *const step = &program->steps[result.step];
    result.column = pl_cel_column(program->source, step->from);
    result.length = pl_cel_column(program->source, step->to) - result.column;
    return result;
}
