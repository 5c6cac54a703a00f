/* Names, types and cost of the flat code, in one pass with a stack of what is known of each value:
 * what has a wrong type is refused at load time, what is only known at run time (PL_CEL_DYN) is
 * checked there. */
#include <string.h>

#include "base/check.h"
#include "value/cel_check.h"
#include "value/mistake.h"

/* ---- the stack ---- */

int pl_cel_check_push(struct pl_cel_checking *c, struct pl_cel_step *step,
                      struct pl_cel_shape shape, uint32_t start)
{
    if (c->depth == PL_CEL_STACK_MAX) {
        return pl_cel_limit(c->err, c->program->source, step->offset,
                            "the expression is nested too deeply");
    }
    step->start = start;
    c->stack[c->depth++] = (struct pl_cel_entry){
        .shape = c->options.unchecked ? pl_cel_shape_of(PL_CEL_DYN) : shape, .start = start};
    return PLACET_OK;
}

int pl_cel_check_push_type(struct pl_cel_checking *c, struct pl_cel_step *step,
                           enum pl_cel_type type, uint32_t start)
{
    return pl_cel_check_push(c, step, pl_cel_shape_of(type), start);
}

static struct pl_cel_entry pop(struct pl_cel_checking *c)
{
    PL_CHECK(c->depth > 0);
    return c->stack[--c->depth];
}

static struct pl_cel_scope_frame *open_frame(struct pl_cel_checking *c, uint32_t start)
{
    PL_CHECK(c->frame_count < PL_CEL_FRAMES_MAX);
    struct pl_cel_scope_frame *frame = &c->frames[c->frame_count++];
    *frame = (struct pl_cel_scope_frame){.start = start, .times = c->times};
    return frame;
}

static struct pl_cel_scope_frame *top_frame(struct pl_cel_checking *c)
{
    PL_CHECK(c->frame_count > 0);
    return &c->frames[c->frame_count - 1];
}

static struct pl_cel_scope_frame *close_frame(struct pl_cel_checking *c)
{
    struct pl_cel_scope_frame *frame = top_frame(c);
    c->frame_count--;
    c->times = frame->times;
    return frame;
}

/* ---- names ---- */

static int refuse_field(struct pl_cel_checking *c, const struct pl_cel_step *step,
                        struct pl_text name, const char *suggestion)
{
    const struct pl_text shown = pl_mistake_quote(name, 80);
    char hint[128] = {0};

    if (suggestion != NULL) {
        struct pl_builder b;
        pl_builder_init(&b, hint, sizeof(hint));
        pl_builder_addf(&b, "Did you mean `%s`?", suggestion);
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset, suggestion != NULL ? hint : NULL,
                         "no field `%.*s`", (int)shown.len, shown.at);
}

static int check_path(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    struct pl_cel_binding binding = {.type = PL_CEL_DYN};
    const char *suggestion = NULL;

    if (!c->scope->resolve(c->scope->context, step->path, &binding, &suggestion)) {
        if (step->op == PL_CEL_OP_PATH && pl_cel_name_type(step->path, &step->value)) {
            step->op = PL_CEL_OP_CONST;
            return pl_cel_check_push_type(c, step, PL_CEL_TYPE, c->at);
        }
        if (!c->options.unchecked) {
            return refuse_field(c, step, step->path, suggestion);
        }
        binding = (struct pl_cel_binding){.variable = PL_CEL_NO_VARIABLE, .type = PL_CEL_DYN};
    }
    step->variable = binding.variable;
    step->path = binding.rest;
    step->type = binding.type;
    c->cost += c->times * PL_CEL_SCAN_USUAL;
    return step->op == PL_CEL_OP_HAS
               ? pl_cel_check_push_type(c, step, PL_CEL_BOOL, c->at)
               : pl_cel_check_push(
                     c, step, pl_cel_shape_at(binding.type, binding.schema, binding.rest), c->at);
}

static int check_local(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_shape shape = c->frames[step->frame].variables[step->index];

    step->type = shape.schema != NULL ? shape.type : PL_CEL_DYN;
    return pl_cel_check_push(c, step, shape, c->at);
}

/* FIELD, HAS_FIELD and MAYBE. */
static int check_field(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry of = pop(c);
    struct pl_cel_shape shape = pl_cel_shape_of(PL_CEL_DYN);
    const char *suggestion = NULL;

    if (!pl_cel_may_be(of.shape.type, PL_CEL_MAP) && of.shape.type != PL_CEL_OPTIONAL) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL, "%s has no fields",
                             pl_cel_shape_name(of.shape.type));
    }
    if (of.shape.type == PL_CEL_MAP &&
        !pl_cel_shape_field(&of.shape, step->path, c->arena, &shape, &suggestion)) {
        return refuse_field(c, step, step->path, suggestion);
    }
    c->cost += c->times * PL_CEL_SCAN_USUAL;
    step->type = shape.schema != NULL ? shape.type : PL_CEL_DYN;
    if (step->op == PL_CEL_OP_FIELD && of.shape.type != PL_CEL_OPTIONAL) {
        return pl_cel_check_push(c, step, shape, of.start);
    }
    const bool is_has = step->op == PL_CEL_OP_HAS_FIELD;
    return pl_cel_check_push_type(c, step, is_has ? PL_CEL_BOOL : PL_CEL_OPTIONAL, of.start);
}

/* ---- choices ---- */

static int check_condition(struct pl_cel_checking *c, const struct pl_cel_step *step,
                           const struct pl_cel_shape *shape)
{
    if (pl_cel_may_be(shape->type, PL_CEL_BOOL)) {
        return PLACET_OK;
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset,
                         "Compare it with something, or use has().",
                         "%s where a condition is expected", pl_cel_shape_name(shape->type));
}

static int check_logic(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry b = pop(c);
    const struct pl_cel_entry a = pop(c);

    if (!pl_cel_may_be(b.shape.type, PL_CEL_BOOL)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL,
                             "`%s` does not take %s and %s",
                             step->op == PL_CEL_OP_AND ? "&&" : "||",
                             pl_cel_shape_name(a.shape.type), pl_cel_shape_name(b.shape.type));
    }
    return pl_cel_check_push_type(c, step, PL_CEL_BOOL, a.start);
}

static int check_join(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry b = pop(c);
    const struct pl_cel_entry a = pop(c);
    const struct pl_cel_entry condition = pop(c);
    const enum pl_cel_type x = a.shape.type;
    const enum pl_cel_type y = b.shape.type;

    if (x == y) {
        const bool same = a.shape.schema == b.shape.schema &&
                          pl_text_equal(a.shape.place, b.shape.place) &&
                          a.shape.item == b.shape.item;
        return pl_cel_check_push(c, step, same ? a.shape : pl_cel_shape_of(x), condition.start);
    }
    if (x == PL_CEL_DYN || y == PL_CEL_DYN || x == PL_CEL_NULL || y == PL_CEL_NULL) {
        return pl_cel_check_push_type(c, step, PL_CEL_DYN, condition.start);
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset,
                         "Give both sides of `:` the same type.", "a choice between %s and %s",
                         pl_cel_shape_name(x), pl_cel_shape_name(y));
}

/* ---- frames ---- */

static void add_item(struct pl_cel_scope_frame *frame, const struct pl_cel_shape *shape)
{
    const bool same = frame->count == 0 || frame->item.type == shape->type;

    frame->item = same ? *shape : pl_cel_shape_of(PL_CEL_DYN);
    frame->count++;
}

static int check_entry(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry value = pop(c);
    struct pl_cel_shape shape = value.shape;

    if (step->op == PL_CEL_OP_PUT) {
        const enum pl_cel_type key = pop(c).shape.type;
        if (!pl_cel_is_number_type(key) && key != PL_CEL_STRING && key != PL_CEL_BOOL &&
            key != PL_CEL_DYN) {
            return pl_cel_refuse(c->err, c->program->source, step->offset,
                                 "Keys are texts, numbers or truth values.", "%s as a key",
                                 pl_cel_shape_name(key));
        }
    }
    if (step->index == 1) {
        if (!pl_cel_may_be(shape.type, PL_CEL_OPTIONAL)) {
            return pl_cel_refuse(c->err, c->program->source, step->offset,
                                 "Leave the `?` out, or write optional.of(...).",
                                 "%s where an optional is expected", pl_cel_shape_name(shape.type));
        }
        shape = pl_cel_shape_of(PL_CEL_DYN);
    }
    add_item(top_frame(c), &shape);
    return PLACET_OK;
}

static int check_close(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_scope_frame *frame = close_frame(c);
    struct pl_cel_shape shape = pl_cel_shape_of(step->type);

    shape.item = frame->count > 0 ? frame->item.type : PL_CEL_DYN;
    shape.size = frame->count;
    return pl_cel_check_push(c, step, shape, frame->start);
}

static int check_loop(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry over = pop(c);
    const bool is_list = over.shape.type == PL_CEL_LIST;
    const uint32_t size = over.shape.size > 0 ? over.shape.size : PL_CEL_LIST_USUAL;

    if (!is_list && !pl_cel_may_be(over.shape.type, PL_CEL_MAP)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset,
                             "Macros walk lists, and the keys of maps.", "%s is no list",
                             pl_cel_shape_name(over.shape.type));
    }
    struct pl_cel_scope_frame *frame = open_frame(c, over.start);
    const bool is_known = over.shape.type != PL_CEL_DYN;
    const struct pl_cel_shape item = pl_cel_shape_item(&over.shape, c->arena);
    const struct pl_cel_shape key =
        pl_cel_shape_of(over.shape.schema != NULL && !is_list ? PL_CEL_STRING : PL_CEL_DYN);
    const struct pl_cel_shape any = pl_cel_shape_of(PL_CEL_DYN);
    frame->walked = over.shape;
    if (step->argc == 2) {
        frame->variables[0] = is_list ? pl_cel_shape_of(PL_CEL_INT) : key;
        frame->variables[1] = is_known ? item : any;
    } else {
        frame->variables[0] = is_list ? item : key;
    }
    c->times *= size;
    if (c->times > UINT32_MAX) {
        c->times = UINT32_MAX;
    }
    return PLACET_OK;
}

static int check_next(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry body = pop(c);
    const struct pl_cel_scope_frame *frame = close_frame(c);
    const enum pl_cel_macro macro = (enum pl_cel_macro)c->program->steps[step->target].macro;
    struct pl_cel_shape shape = pl_cel_shape_of(PL_CEL_BOOL);
    int rc = PLACET_OK;

    if (macro == PL_CEL_MACRO_MAP || macro == PL_CEL_MACRO_TRANSFORM_MAP) {
        shape.type = macro == PL_CEL_MACRO_MAP ? PL_CEL_LIST : PL_CEL_MAP;
        shape.item = body.shape.type;
    } else {
        rc = check_condition(c, step, &body.shape);
    }
    if (macro == PL_CEL_MACRO_FILTER) {
        const bool is_list = frame->walked.type == PL_CEL_LIST;
        shape = is_list ? frame->walked : pl_cel_shape_of(PL_CEL_LIST);
    }
    shape.size = frame->walked.size;
    return rc == PLACET_OK ? pl_cel_check_push(c, step, shape, frame->start) : rc;
}

static int check_unwrap(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry value = pop(c);

    if (step->op == PL_CEL_OP_UNWRAP && !pl_cel_may_be(value.shape.type, PL_CEL_OPTIONAL)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL,
                             "%s where an optional is expected",
                             pl_cel_shape_name(value.shape.type));
    }
    open_frame(c, value.start)->variables[0] =
        step->op == PL_CEL_OP_BIND ? value.shape : pl_cel_shape_of(PL_CEL_DYN);
    return PLACET_OK;
}

static int check_rewrap(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry body = pop(c);
    const struct pl_cel_scope_frame *frame = close_frame(c);

    return step->op == PL_CEL_OP_UNBIND
               ? pl_cel_check_push(c, step, body.shape, frame->start)
               : pl_cel_check_push_type(c, step, PL_CEL_OPTIONAL, frame->start);
}

/* ---- the pass ---- */

static int check_const(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    return pl_cel_check_push(c, step, pl_cel_shape_of_value(&step->value), c->at);
}

static int check_now(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    return pl_cel_check_push_type(c, step, PL_CEL_TIMESTAMP, c->at);
}

static int check_unknown(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    c->depth -= step->argc;
    return pl_cel_check_push_type(c, step, PL_CEL_DYN,
                                  step->argc > 0 ? c->stack[c->depth].start : c->at);
}

/* The condition stays: of ?: it is where the choice starts. */
static int check_branch(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    return check_condition(c, step, &c->stack[c->depth - 1].shape);
}

static int check_test(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_entry condition = pop(c);

    return check_condition(c, step, &condition.shape);
}

static int check_open(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    (void)step;
    (void)open_frame(c, c->at);
    return PLACET_OK;
}

static int check_nothing(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    (void)c;
    (void)step;
    return PLACET_OK;
}

static int (*const checks[])(struct pl_cel_checking *c, struct pl_cel_step *step) = {
    [PL_CEL_OP_CONST] = check_const,       [PL_CEL_OP_PATH] = check_path,
    [PL_CEL_OP_HAS] = check_path,          [PL_CEL_OP_NOW] = check_now,
    [PL_CEL_OP_LOCAL] = check_local,       [PL_CEL_OP_FIELD] = check_field,
    [PL_CEL_OP_HAS_FIELD] = check_field,   [PL_CEL_OP_MAYBE] = check_field,
    [PL_CEL_OP_CALL] = pl_cel_check_call,  [PL_CEL_OP_UNKNOWN] = check_unknown,
    [PL_CEL_OP_WANT] = check_nothing,      [PL_CEL_OP_BRANCH] = check_branch,
    [PL_CEL_OP_JUMP] = check_nothing,      [PL_CEL_OP_JOIN] = check_join,
    [PL_CEL_OP_JUMP_FALSE] = check_branch, [PL_CEL_OP_JUMP_TRUE] = check_branch,
    [PL_CEL_OP_AND] = check_logic,         [PL_CEL_OP_OR] = check_logic,
    [PL_CEL_OP_OPEN] = check_open,         [PL_CEL_OP_ADD] = check_entry,
    [PL_CEL_OP_PUT] = check_entry,         [PL_CEL_OP_CLOSE] = check_close,
    [PL_CEL_OP_LOOP] = check_loop,         [PL_CEL_OP_TEST] = check_test,
    [PL_CEL_OP_NEXT] = check_next,         [PL_CEL_OP_BIND] = check_unwrap,
    [PL_CEL_OP_UNBIND] = check_rewrap,     [PL_CEL_OP_UNWRAP] = check_unwrap,
    [PL_CEL_OP_REWRAP] = check_rewrap,
};

static int check_result(struct pl_cel_checking *c, enum pl_cel_type wanted)
{
    struct pl_cel_program *program = c->program;

    PL_CHECK(c->depth == 1 && c->frame_count == 0 && program->count < program->count_max);
    const enum pl_cel_type type = pop(c).shape.type;
    const bool fits = pl_cel_may_be(type, wanted) || wanted == PL_CEL_DYN ||
                      (type == PL_CEL_INT && wanted == PL_CEL_DOUBLE);

    if (!fits) {
        return pl_cel_refuse(c->err, program->source, 0, NULL,
                             "the expression gives %s, but %s is wanted", pl_cel_shape_name(type),
                             pl_cel_shape_name(wanted));
    }
    if (c->cost > PL_CEL_COST_STATIC_MAX) {
        return pl_cel_limit(c->err, program->source, 0,
                            "the expression may take %llu steps, more than %d",
                            (unsigned long long)c->cost, PL_CEL_COST_STATIC_MAX);
    }
    program->cost_max = c->cost;
    program->steps[program->count++] = (struct pl_cel_step){
        .op = PL_CEL_OP_WANT, .type = wanted, .start = PL_CEL_NO_START, .to = program->source.len};
    return PLACET_OK;
}

int pl_cel_check(struct pl_cel_program *program, const struct pl_cel_scope *scope,
                 enum pl_cel_type wanted, struct pl_cel_options options, struct pl_arena *arena,
                 struct placet_error *err)
{
    struct pl_cel_checking c;

    c.program = program;
    c.scope = scope;
    c.arena = arena;
    c.err = err;
    c.options = options;
    c.times = 1;
    c.cost = 0;
    c.depth = 0;
    c.frame_count = 0;
    for (c.at = 0; c.at < program->count; c.at++) {
        c.cost += c.times;
        const int rc = checks[program->steps[c.at].op](&c, &program->steps[c.at]);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    return check_result(&c, wanted);
}
