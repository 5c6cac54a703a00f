/* Names, types and cost of the flat code, in one pass with a stack of what is known of each value:
 * what has a wrong type is refused at load time, what is only known at run time (PL_CEL_DYN) is
 * checked there. */
#include <string.h>

#include "base/check.h"
#include "value/cel_function.h"
#include "value/cel_shape.h"
#include "value/mistake.h"
#include "value/pattern.h"

/* A sub-expression: what it gives, and where it begins. */
struct entry {
    struct pl_cel_shape shape;
    uint32_t start;
};

/* What a list, map, macro or cel.bind() has opened. */
struct frame {
    uint32_t start;
    struct pl_cel_shape walked;
    struct pl_cel_shape variables[2];
    struct pl_cel_shape item; /* of the entries so far */
    uint32_t count;
    uint64_t times; /* how often the code around it runs */
};

struct check {
    struct pl_cel_program *program;
    const struct pl_cel_scope *scope;
    struct pl_arena *arena;
    struct placet_error *err;
    struct pl_cel_options options;
    uint32_t at;    /* the step */
    uint64_t times; /* how often it runs at most */
    uint64_t cost;
    uint32_t depth;
    uint32_t frame_count;
    struct entry stack[PL_CEL_STACK_MAX];
    struct frame frames[PL_CEL_FRAMES_MAX];
};

/* ---- the stack ---- */

static int push(struct check *c, struct pl_cel_step *step, struct pl_cel_shape shape,
                uint32_t start)
{
    if (c->depth == PL_CEL_STACK_MAX) {
        return pl_cel_limit(c->err, c->program->source, step->offset,
                            "the expression is nested too deeply");
    }
    step->start = start;
    c->stack[c->depth++] = (struct entry){
        .shape = c->options.unchecked ? pl_cel_shape_of(PL_CEL_DYN) : shape, .start = start};
    return PLACET_OK;
}

static int push_type(struct check *c, struct pl_cel_step *step, enum pl_cel_type type,
                     uint32_t start)
{
    return push(c, step, pl_cel_shape_of(type), start);
}

static struct entry pop(struct check *c)
{
    PL_CHECK(c->depth > 0);
    return c->stack[--c->depth];
}

static struct frame *open_frame(struct check *c, uint32_t start)
{
    PL_CHECK(c->frame_count < PL_CEL_FRAMES_MAX);
    struct frame *frame = &c->frames[c->frame_count++];
    *frame = (struct frame){.start = start, .times = c->times};
    return frame;
}

static struct frame *top_frame(struct check *c)
{
    PL_CHECK(c->frame_count > 0);
    return &c->frames[c->frame_count - 1];
}

static struct frame *close_frame(struct check *c)
{
    struct frame *frame = top_frame(c);
    c->frame_count--;
    c->times = frame->times;
    return frame;
}

static bool may_be(enum pl_cel_type type, enum pl_cel_type wanted)
{
    return type == wanted || type == PL_CEL_DYN;
}

static bool is_number(enum pl_cel_type type)
{
    return type == PL_CEL_INT || type == PL_CEL_UINT || type == PL_CEL_DOUBLE;
}

/* Whether the two can be equal at all. */
static bool is_comparable(enum pl_cel_type a, enum pl_cel_type b)
{
    return a == PL_CEL_NULL || b == PL_CEL_NULL || a == PL_CEL_DYN || may_be(b, a) ||
           (is_number(a) && is_number(b));
}

/* ---- calls ---- */

static const char *hint_of(const char *name, enum pl_cel_type a, enum pl_cel_type b)
{
    if (strchr("+-*/%", name[0]) != NULL && is_number(a) && is_number(b)) {
        return "Write both sides as decimals (2.0), or use double() or int().";
    }
    if (a == PL_CEL_STRING && is_number(b)) {
        return "Write the number in quotes, or compare with a field that is a number.";
    }
    return NULL;
}

static int refuse_types(struct check *c, const struct pl_cel_step *step,
                        const enum pl_cel_type *types)
{
    const char *const name = pl_cel_rows[step->row].name;
    const char *hint = step->argc == 2 ? hint_of(name, types[0], types[1]) : NULL;
    char list[200];
    struct pl_builder b;

    pl_builder_init(&b, list, sizeof(list));
    for (uint32_t i = 0; i < step->argc; i++) {
        const char *between = i == 0 ? "" : i + 1 < step->argc ? ", " : " and ";
        pl_builder_addf(&b, "%s%s", between, pl_cel_shape_name(types[i]));
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset, hint, "`%s` does not take %s",
                         name, step->argc > 0 ? list : "nothing");
}

/* What the registry cannot say: both sides of an equality are of one type. */
static bool fits_together(const char *name, const struct entry *args, struct pl_arena *arena)
{
    const struct pl_cel_shape *const a = &args[0].shape;
    const struct pl_cel_shape *const b = &args[1].shape;

    if (strcmp(name, "==") == 0 || strcmp(name, "!=") == 0) {
        return is_comparable(a->type, b->type);
    }
    return strcmp(name, "in") != 0 || b->type != PL_CEL_LIST ||
           is_comparable(a->type, pl_cel_shape_item(b, arena).type);
}

static struct pl_cel_shape shape_of_letter(char letter, const struct entry *args, uint32_t count,
                                           struct pl_arena *arena)
{
    static const enum pl_cel_type types[128] = {
        ['b'] = PL_CEL_BOOL,   ['i'] = PL_CEL_INT,      ['u'] = PL_CEL_UINT,
        ['d'] = PL_CEL_DOUBLE, ['s'] = PL_CEL_STRING,   ['y'] = PL_CEL_BYTES,
        ['l'] = PL_CEL_LIST,   ['m'] = PL_CEL_MAP,      ['t'] = PL_CEL_TIMESTAMP,
        ['T'] = PL_CEL_TYPE,   ['D'] = PL_CEL_DURATION, ['o'] = PL_CEL_OPTIONAL,
        ['x'] = PL_CEL_DYN,
    };

    if (letter == 'e') {
        return pl_cel_shape_item(&args[0].shape, arena);
    }
    if (letter == '0' || letter == 'N') {
        struct pl_cel_shape shape = pl_cel_shape_of(args[0].shape.type);
        shape.item = args[0].shape.item;
        for (uint32_t i = 1; i < count; i++) {
            const struct pl_cel_shape *other = &args[i].shape;
            shape.type = shape.type == other->type ? shape.type : PL_CEL_DYN;
            shape.item = shape.item == other->item ? shape.item : PL_CEL_DYN;
        }
        return shape;
    }
    return pl_cel_shape_of(types[(unsigned char)letter]);
}

static int compile_pattern(struct check *c, struct pl_cel_step *step)
{
    const struct pl_cel_step *text = c->at > 0 ? step - 1 : step;
    char reason[160] = "the definition does not fit in memory";

    if (strcmp(pl_cel_rows[step->row].name, "matches") != 0 || text->op != PL_CEL_OP_CONST ||
        text->value.type != PL_CEL_STRING) {
        return PLACET_OK;
    }
    const int rc =
        pl_pattern_compile(text->value.text, c->arena, &step->pattern, reason, sizeof(reason));
    if (rc == PLACET_OK || c->options.unchecked) {
        return PLACET_OK;
    }
    return rc == PLACET_ELIMIT
               ? pl_cel_limit(c->err, c->program->source, text->offset, "%s", reason)
               : pl_cel_refuse(c->err, c->program->source, text->offset, NULL,
                               "a wrong pattern: %s", reason);
}

static int check_call(struct check *c, struct pl_cel_step *step)
{
    enum pl_cel_type types[PL_CEL_ARGUMENTS_MAX] = {0};

    PL_CHECK(c->depth >= step->argc);
    c->depth -= step->argc;
    const struct entry *const args = &c->stack[c->depth];
    for (uint32_t i = 0; i < step->argc; i++) {
        types[i] = args[i].shape.type;
    }
    const uint32_t start = step->argc > 0 ? args[0].start : c->at;
    const uint16_t row = pl_cel_row_taking(step->row, types, step->argc);
    if (c->options.unchecked) {
        const int rc = compile_pattern(c, step);
        return rc == PLACET_OK ? push_type(c, step, PL_CEL_DYN, start) : rc;
    }
    if (row == PL_CEL_NO_ROW || !fits_together(pl_cel_rows[row].name, args, c->arena)) {
        return refuse_types(c, step, types);
    }
    step->row = row;
    struct pl_cel_shape shape =
        shape_of_letter(pl_cel_rows[row].result, args, step->argc, c->arena);
    const uint16_t other = pl_cel_row_other(row, types, step->argc);
    if (other != PL_CEL_NO_ROW && pl_cel_rows[other].result != pl_cel_rows[row].result) {
        shape = pl_cel_shape_of(PL_CEL_DYN);
    }
    step->type = shape.schema != NULL ? shape.type : PL_CEL_DYN;
    const bool walks = pl_cel_rows[row].scans || pl_cel_rows[row].reads_calendar;
    c->cost += c->times * (walks ? PL_CEL_SCAN_USUAL : 0);
    if (pl_cel_rows[row].run == pl_cel_do_in_list) {
        const uint32_t size = args[1].shape.size;
        c->cost += c->times * (size > 0 ? size : PL_CEL_LIST_USUAL);
    }
    const int rc = compile_pattern(c, step);
    return rc == PLACET_OK ? push(c, step, shape, start) : rc;
}

/* ---- names ---- */

static int refuse_field(struct check *c, const struct pl_cel_step *step, struct pl_text name,
                        const char *suggestion)
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

static int check_path(struct check *c, struct pl_cel_step *step)
{
    struct pl_cel_binding binding = {.type = PL_CEL_DYN};
    const char *suggestion = NULL;

    if (!c->scope->resolve(c->scope->context, step->path, &binding, &suggestion)) {
        if (step->op == PL_CEL_OP_PATH && pl_cel_name_type(step->path, &step->value)) {
            step->op = PL_CEL_OP_CONST;
            return push_type(c, step, PL_CEL_TYPE, c->at);
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
               ? push_type(c, step, PL_CEL_BOOL, c->at)
               : push(c, step, pl_cel_shape_at(binding.type, binding.schema, binding.rest), c->at);
}

static int check_local(struct check *c, struct pl_cel_step *step)
{
    const struct pl_cel_shape shape = c->frames[step->frame].variables[step->index];

    step->type = shape.schema != NULL ? shape.type : PL_CEL_DYN;
    return push(c, step, shape, c->at);
}

/* FIELD, HAS_FIELD and MAYBE. */
static int check_field(struct check *c, struct pl_cel_step *step)
{
    const struct entry of = pop(c);
    struct pl_cel_shape shape = pl_cel_shape_of(PL_CEL_DYN);
    const char *suggestion = NULL;

    if (!may_be(of.shape.type, PL_CEL_MAP) && of.shape.type != PL_CEL_OPTIONAL) {
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
        return push(c, step, shape, of.start);
    }
    const bool is_has = step->op == PL_CEL_OP_HAS_FIELD;
    return push_type(c, step, is_has ? PL_CEL_BOOL : PL_CEL_OPTIONAL, of.start);
}

/* ---- choices ---- */

static int check_condition(struct check *c, const struct pl_cel_step *step,
                           const struct pl_cel_shape *shape)
{
    if (may_be(shape->type, PL_CEL_BOOL)) {
        return PLACET_OK;
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset,
                         "Compare it with something, or use has().",
                         "%s where a condition is expected", pl_cel_shape_name(shape->type));
}

static int check_logic(struct check *c, struct pl_cel_step *step)
{
    const struct entry b = pop(c);
    const struct entry a = pop(c);

    if (!may_be(b.shape.type, PL_CEL_BOOL)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL,
                             "`%s` does not take %s and %s",
                             step->op == PL_CEL_OP_AND ? "&&" : "||",
                             pl_cel_shape_name(a.shape.type), pl_cel_shape_name(b.shape.type));
    }
    return push_type(c, step, PL_CEL_BOOL, a.start);
}

static int check_join(struct check *c, struct pl_cel_step *step)
{
    const struct entry b = pop(c);
    const struct entry a = pop(c);
    const struct entry condition = pop(c);
    const enum pl_cel_type x = a.shape.type;
    const enum pl_cel_type y = b.shape.type;

    if (x == y) {
        const bool same = a.shape.schema == b.shape.schema &&
                          pl_text_equal(a.shape.place, b.shape.place) &&
                          a.shape.item == b.shape.item;
        return push(c, step, same ? a.shape : pl_cel_shape_of(x), condition.start);
    }
    if (x == PL_CEL_DYN || y == PL_CEL_DYN || x == PL_CEL_NULL || y == PL_CEL_NULL) {
        return push_type(c, step, PL_CEL_DYN, condition.start);
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset,
                         "Give both sides of `:` the same type.", "a choice between %s and %s",
                         pl_cel_shape_name(x), pl_cel_shape_name(y));
}

/* ---- frames ---- */

static void add_item(struct frame *frame, const struct pl_cel_shape *shape)
{
    const bool same = frame->count == 0 || frame->item.type == shape->type;

    frame->item = same ? *shape : pl_cel_shape_of(PL_CEL_DYN);
    frame->count++;
}

static int check_entry(struct check *c, struct pl_cel_step *step)
{
    const struct entry value = pop(c);
    struct pl_cel_shape shape = value.shape;

    if (step->op == PL_CEL_OP_PUT) {
        const enum pl_cel_type key = pop(c).shape.type;
        if (!is_number(key) && key != PL_CEL_STRING && key != PL_CEL_BOOL && key != PL_CEL_DYN) {
            return pl_cel_refuse(c->err, c->program->source, step->offset,
                                 "Keys are texts, numbers or truth values.", "%s as a key",
                                 pl_cel_shape_name(key));
        }
    }
    if (step->index == 1) {
        if (!may_be(shape.type, PL_CEL_OPTIONAL)) {
            return pl_cel_refuse(c->err, c->program->source, step->offset,
                                 "Leave the `?` out, or write optional.of(...).",
                                 "%s where an optional is expected", pl_cel_shape_name(shape.type));
        }
        shape = pl_cel_shape_of(PL_CEL_DYN);
    }
    add_item(top_frame(c), &shape);
    return PLACET_OK;
}

static int check_close(struct check *c, struct pl_cel_step *step)
{
    const struct frame *frame = close_frame(c);
    struct pl_cel_shape shape = pl_cel_shape_of(step->type);

    shape.item = frame->count > 0 ? frame->item.type : PL_CEL_DYN;
    shape.size = frame->count;
    return push(c, step, shape, frame->start);
}

static int check_loop(struct check *c, struct pl_cel_step *step)
{
    const struct entry over = pop(c);
    const bool is_list = over.shape.type == PL_CEL_LIST;
    const uint32_t size = over.shape.size > 0 ? over.shape.size : PL_CEL_LIST_USUAL;

    if (!is_list && !may_be(over.shape.type, PL_CEL_MAP)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset,
                             "Macros walk lists, and the keys of maps.", "%s is no list",
                             pl_cel_shape_name(over.shape.type));
    }
    struct frame *frame = open_frame(c, over.start);
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

static int check_next(struct check *c, struct pl_cel_step *step)
{
    const struct entry body = pop(c);
    const struct frame *frame = close_frame(c);
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
    return rc == PLACET_OK ? push(c, step, shape, frame->start) : rc;
}

static int check_unwrap(struct check *c, struct pl_cel_step *step)
{
    const struct entry value = pop(c);

    if (step->op == PL_CEL_OP_UNWRAP && !may_be(value.shape.type, PL_CEL_OPTIONAL)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL,
                             "%s where an optional is expected",
                             pl_cel_shape_name(value.shape.type));
    }
    open_frame(c, value.start)->variables[0] =
        step->op == PL_CEL_OP_BIND ? value.shape : pl_cel_shape_of(PL_CEL_DYN);
    return PLACET_OK;
}

static int check_rewrap(struct check *c, struct pl_cel_step *step)
{
    const struct entry body = pop(c);
    const struct frame *frame = close_frame(c);

    return step->op == PL_CEL_OP_UNBIND ? push(c, step, body.shape, frame->start)
                                        : push_type(c, step, PL_CEL_OPTIONAL, frame->start);
}

/* ---- the pass ---- */

static int check_const(struct check *c, struct pl_cel_step *step)
{
    return push(c, step, pl_cel_shape_of_value(&step->value), c->at);
}

static int check_now(struct check *c, struct pl_cel_step *step)
{
    return push_type(c, step, PL_CEL_TIMESTAMP, c->at);
}

static int check_unknown(struct check *c, struct pl_cel_step *step)
{
    c->depth -= step->argc;
    return push_type(c, step, PL_CEL_DYN, step->argc > 0 ? c->stack[c->depth].start : c->at);
}

/* The condition stays: of ?: it is where the choice starts. */
static int check_branch(struct check *c, struct pl_cel_step *step)
{
    return check_condition(c, step, &c->stack[c->depth - 1].shape);
}

static int check_test(struct check *c, struct pl_cel_step *step)
{
    const struct entry condition = pop(c);

    return check_condition(c, step, &condition.shape);
}

static int check_open(struct check *c, struct pl_cel_step *step)
{
    (void)step;
    (void)open_frame(c, c->at);
    return PLACET_OK;
}

static int check_nothing(struct check *c, struct pl_cel_step *step)
{
    (void)c;
    (void)step;
    return PLACET_OK;
}

static int (*const checks[])(struct check *c, struct pl_cel_step *step) = {
    [PL_CEL_OP_CONST] = check_const,       [PL_CEL_OP_PATH] = check_path,
    [PL_CEL_OP_HAS] = check_path,          [PL_CEL_OP_NOW] = check_now,
    [PL_CEL_OP_LOCAL] = check_local,       [PL_CEL_OP_FIELD] = check_field,
    [PL_CEL_OP_HAS_FIELD] = check_field,   [PL_CEL_OP_MAYBE] = check_field,
    [PL_CEL_OP_CALL] = check_call,         [PL_CEL_OP_UNKNOWN] = check_unknown,
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

static int check_result(struct check *c, enum pl_cel_type wanted)
{
    struct pl_cel_program *program = c->program;

    PL_CHECK(c->depth == 1 && c->frame_count == 0 && program->count < program->count_max);
    const enum pl_cel_type type = pop(c).shape.type;
    const bool fits = may_be(type, wanted) || wanted == PL_CEL_DYN ||
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
    struct check c;

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
