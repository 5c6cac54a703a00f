/* Names and types of the flat code, in one pass with a stack of types: what has a wrong type is
 * refused at load time, what is only known at run time (PL_CEL_DYN) is checked there. */
#include <string.h>

#include "base/check.h"
#include "value/cel_code.h"
#include "value/mistake.h"

struct check {
    struct pl_cel_program *program;
    const struct pl_cel_scope *scope;
    struct placet_error *err;
    enum pl_cel_type types[PL_CEL_STACK_MAX];
    uint32_t depth;
};

static const char *const type_names[] = {
    [PL_CEL_NULL] = "null",
    [PL_CEL_BOOL] = "a truth value",
    [PL_CEL_INT] = "an integer",
    [PL_CEL_UINT] = "an integer",
    [PL_CEL_DOUBLE] = "a decimal",
    [PL_CEL_STRING] = "a text",
    [PL_CEL_BYTES] = "bytes",
    [PL_CEL_LIST] = "a list",
    [PL_CEL_MAP] = "a map",
    [PL_CEL_TIMESTAMP] = "a moment",
    [PL_CEL_DURATION] = "a span of time",
    [PL_CEL_TYPE] = "a type",
    [PL_CEL_OPTIONAL] = "an optional",
    [PL_CEL_DYN] = "any value",
};

static const char *const op_names[] = {
    [PL_CEL_OP_NOT] = "!",
    [PL_CEL_OP_NEGATE] = "-",
    [PL_CEL_OP_SIZE] = "size",
    [PL_CEL_OP_INT] = "int",
    [PL_CEL_OP_DOUBLE] = "double",
    [PL_CEL_OP_AND] = "&&",
    [PL_CEL_OP_OR] = "||",
    [PL_CEL_OP_EQUAL] = "==",
    [PL_CEL_OP_UNEQUAL] = "!=",
    [PL_CEL_OP_LESS] = "<",
    [PL_CEL_OP_LESS_EQUAL] = "<=",
    [PL_CEL_OP_GREATER] = ">",
    [PL_CEL_OP_GREATER_EQUAL] = ">=",
    [PL_CEL_OP_IN] = "in",
    [PL_CEL_OP_ADD] = "+",
    [PL_CEL_OP_SUBTRACT] = "-",
    [PL_CEL_OP_MULTIPLY] = "*",
    [PL_CEL_OP_DIVIDE] = "/",
    [PL_CEL_OP_MODULO] = "%",
    [PL_CEL_OP_INDEX] = "[]",
    [PL_CEL_OP_STARTS_WITH] = "startsWith",
    [PL_CEL_OP_ENDS_WITH] = "endsWith",
    [PL_CEL_OP_CONTAINS] = "contains",
};

static int push(struct check *c, const struct pl_cel_step *step, enum pl_cel_type type)
{
    if (c->depth == PL_CEL_STACK_MAX) {
        return pl_cel_limit(c->err, c->program->source, step->offset,
                            "the expression is nested too deeply");
    }
    c->types[c->depth++] = type;
    return PLACET_OK;
}

static enum pl_cel_type pop(struct check *c)
{
    PL_CHECK(c->depth > 0);
    return c->types[--c->depth];
}

static bool may_be(enum pl_cel_type type, enum pl_cel_type wanted)
{
    return type == wanted || type == PL_CEL_DYN;
}

static bool is_number(enum pl_cel_type type)
{
    return type == PL_CEL_INT || type == PL_CEL_UINT || type == PL_CEL_DOUBLE;
}

static bool may_be_number(enum pl_cel_type type)
{
    return is_number(type) || type == PL_CEL_DYN;
}

static bool is_container(enum pl_cel_type type)
{
    return type == PL_CEL_LIST || type == PL_CEL_MAP;
}

/* ---- operators: the type of the result, or false when no overload fits ---- */

static bool type_of_equality(enum pl_cel_type a, enum pl_cel_type b, enum pl_cel_type *out)
{
    *out = PL_CEL_BOOL;
    if (a == PL_CEL_NULL || b == PL_CEL_NULL) {
        return true;
    }
    return may_be(a, b) || b == PL_CEL_DYN || (is_number(a) && is_number(b));
}

static bool type_of_order(enum pl_cel_type a, enum pl_cel_type b, enum pl_cel_type *out)
{
    *out = PL_CEL_BOOL;
    if (may_be_number(a) && may_be_number(b)) {
        return true;
    }
    const enum pl_cel_type known = a == PL_CEL_DYN ? b : a;
    const bool has_order = known == PL_CEL_STRING || known == PL_CEL_BOOL || known == PL_CEL_BYTES;
    return has_order && may_be(a, known) && may_be(b, known);
}

static bool type_of_arithmetic(enum pl_cel_op op, enum pl_cel_type a, enum pl_cel_type b,
                               enum pl_cel_type *out)
{
    const enum pl_cel_type known = a == PL_CEL_DYN ? b : a;

    *out = known;
    if (!may_be(a, known) || !may_be(b, known)) {
        return false;
    }
    switch (known) {
    case PL_CEL_DYN:
    case PL_CEL_INT:
        return true;
    case PL_CEL_DOUBLE:
        return op != PL_CEL_OP_MODULO;
    case PL_CEL_STRING:
        return op == PL_CEL_OP_ADD;
    case PL_CEL_NULL:
    case PL_CEL_BOOL:
    case PL_CEL_UINT:
    case PL_CEL_BYTES:
    case PL_CEL_LIST:
    case PL_CEL_MAP:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_OPTIONAL:
        break;
    }
    return false;
}

static bool type_of_index(enum pl_cel_type a, enum pl_cel_type b, enum pl_cel_type *out)
{
    *out = PL_CEL_DYN;
    return (may_be(a, PL_CEL_LIST) && may_be(b, PL_CEL_INT)) ||
           (may_be(a, PL_CEL_MAP) && may_be(b, PL_CEL_STRING));
}

static bool type_of_two(enum pl_cel_op op, enum pl_cel_type a, enum pl_cel_type b,
                        enum pl_cel_type *out)
{
    *out = PL_CEL_BOOL;
    if (op == PL_CEL_OP_AND || op == PL_CEL_OP_OR) {
        return may_be(a, PL_CEL_BOOL) && may_be(b, PL_CEL_BOOL);
    }
    if (op == PL_CEL_OP_EQUAL || op == PL_CEL_OP_UNEQUAL) {
        return type_of_equality(a, b, out);
    }
    if (op >= PL_CEL_OP_LESS && op <= PL_CEL_OP_GREATER_EQUAL) {
        return type_of_order(a, b, out);
    }
    if (op == PL_CEL_OP_IN) {
        return may_be(b, PL_CEL_LIST) || b == PL_CEL_MAP;
    }
    if (op >= PL_CEL_OP_ADD && op <= PL_CEL_OP_MODULO) {
        return type_of_arithmetic(op, a, b, out);
    }
    if (op == PL_CEL_OP_INDEX) {
        return type_of_index(a, b, out);
    }
    return may_be(a, PL_CEL_STRING) && may_be(b, PL_CEL_STRING);
}

static bool type_of_one(enum pl_cel_op op, enum pl_cel_type a, enum pl_cel_type *out)
{
    if (op == PL_CEL_OP_NOT) {
        *out = PL_CEL_BOOL;
        return may_be(a, PL_CEL_BOOL);
    }
    if (op == PL_CEL_OP_NEGATE) {
        *out = a;
        return may_be_number(a);
    }
    if (op == PL_CEL_OP_SIZE) {
        *out = PL_CEL_INT;
        return is_container(a) || may_be(a, PL_CEL_STRING) || a == PL_CEL_BYTES;
    }
    *out = op == PL_CEL_OP_INT ? PL_CEL_INT : PL_CEL_DOUBLE;
    return may_be_number(a);
}

static const char *hint_of(enum pl_cel_op op, enum pl_cel_type a, enum pl_cel_type b)
{
    if (op >= PL_CEL_OP_ADD && op <= PL_CEL_OP_MODULO && is_number(a) && is_number(b)) {
        return "Write both sides as decimals (2.0), or use double() or int().";
    }
    if (a == PL_CEL_STRING && is_number(b)) {
        return "Write the number in quotes, or compare with a field that is a number.";
    }
    return NULL;
}

static int check_two(struct check *c, struct pl_cel_step *step)
{
    const enum pl_cel_type b = pop(c);
    const enum pl_cel_type a = pop(c);

    if (!type_of_two(step->op, a, b, &step->type)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, hint_of(step->op, a, b),
                             "`%s` does not take %s and %s", op_names[step->op], type_names[a],
                             type_names[b]);
    }
    return push(c, step, step->type);
}

static int check_one(struct check *c, struct pl_cel_step *step)
{
    const enum pl_cel_type a = pop(c);

    if (!type_of_one(step->op, a, &step->type)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL,
                             "`%s` does not take %s", op_names[step->op], type_names[a]);
    }
    return push(c, step, step->type);
}

/* ---- names ---- */

static int check_path(struct check *c, struct pl_cel_step *step)
{
    struct pl_cel_binding binding = {.type = PL_CEL_DYN};
    const char *suggestion = NULL;

    if (!c->scope->resolve(c->scope->context, step->path, &binding, &suggestion)) {
        const struct pl_text shown = pl_mistake_quote(step->path, 80);
        char hint[128] = {0};
        if (suggestion != NULL) {
            struct pl_builder b;
            pl_builder_init(&b, hint, sizeof(hint));
            pl_builder_addf(&b, "Did you mean `%s`?", suggestion);
        }
        return pl_cel_refuse(c->err, c->program->source, step->offset,
                             suggestion != NULL ? hint : NULL, "no field `%.*s`", (int)shown.len,
                             shown.at);
    }
    step->variable = binding.variable;
    step->path = binding.rest;
    step->type = step->op == PL_CEL_OP_HAS ? PL_CEL_BOOL : binding.type;
    return push(c, step, step->type);
}

static int check_field(struct check *c, struct pl_cel_step *step)
{
    const enum pl_cel_type of = pop(c);

    if (!may_be(of, PL_CEL_MAP)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset, NULL, "%s has no fields",
                             type_names[of]);
    }
    return push(c, step, PL_CEL_DYN);
}

/* ---- the pass ---- */

static int check_condition(struct check *c, const struct pl_cel_step *step, bool keep)
{
    const enum pl_cel_type type = c->types[c->depth - 1];

    if (!may_be(type, PL_CEL_BOOL)) {
        return pl_cel_refuse(c->err, c->program->source, step->offset,
                             "Compare it with something, or use has().",
                             "%s where a condition is expected", type_names[type]);
    }
    c->depth -= keep ? 0 : 1;
    return PLACET_OK;
}

static int check_join(struct check *c, struct pl_cel_step *step)
{
    const enum pl_cel_type b = pop(c);
    const enum pl_cel_type a = pop(c);

    if (a != b && a != PL_CEL_DYN && b != PL_CEL_DYN) {
        return pl_cel_refuse(c->err, c->program->source, step->offset,
                             "Give both sides of `:` the same type.", "a choice between %s and %s",
                             type_names[a], type_names[b]);
    }
    step->type = a == b ? a : PL_CEL_DYN;
    return push(c, step, step->type);
}

static int check_step(struct check *c, struct pl_cel_step *step)
{
    switch (step->op) {
    case PL_CEL_OP_CONST:
        step->type = step->value.type;
        return push(c, step, step->type);
    case PL_CEL_OP_PATH:
    case PL_CEL_OP_HAS:
        return check_path(c, step);
    case PL_CEL_OP_FIELD:
        return check_field(c, step);
    case PL_CEL_OP_BRANCH:
        return check_condition(c, step, false);
    case PL_CEL_OP_JUMP_FALSE:
    case PL_CEL_OP_JUMP_TRUE:
        return check_condition(c, step, true);
    case PL_CEL_OP_JOIN:
        return check_join(c, step);
    case PL_CEL_OP_JUMP:
    case PL_CEL_OP_WANT:
        return PLACET_OK;
    case PL_CEL_OP_NOT:
    case PL_CEL_OP_NEGATE:
    case PL_CEL_OP_SIZE:
    case PL_CEL_OP_INT:
    case PL_CEL_OP_DOUBLE:
        return check_one(c, step);
    case PL_CEL_OP_AND:
    case PL_CEL_OP_OR:
    case PL_CEL_OP_EQUAL:
    case PL_CEL_OP_UNEQUAL:
    case PL_CEL_OP_LESS:
    case PL_CEL_OP_LESS_EQUAL:
    case PL_CEL_OP_GREATER:
    case PL_CEL_OP_GREATER_EQUAL:
    case PL_CEL_OP_IN:
    case PL_CEL_OP_ADD:
    case PL_CEL_OP_SUBTRACT:
    case PL_CEL_OP_MULTIPLY:
    case PL_CEL_OP_DIVIDE:
    case PL_CEL_OP_MODULO:
    case PL_CEL_OP_INDEX:
    case PL_CEL_OP_STARTS_WITH:
    case PL_CEL_OP_ENDS_WITH:
    case PL_CEL_OP_CONTAINS:
        return check_two(c, step);
    }
    return PLACET_OK;
}

static int check_result(struct check *c, enum pl_cel_type wanted)
{
    struct pl_cel_program *program = c->program;
    const enum pl_cel_type type = c->types[0];
    const bool fits = may_be(type, wanted) || wanted == PL_CEL_DYN ||
                      (type == PL_CEL_INT && wanted == PL_CEL_DOUBLE);

    PL_CHECK(c->depth == 1 && program->count < program->count_max);
    if (!fits) {
        return pl_cel_refuse(c->err, program->source, 0, NULL,
                             "the expression gives %s, but %s is wanted", type_names[type],
                             type_names[wanted]);
    }
    program->steps[program->count++] =
        (struct pl_cel_step){.op = PL_CEL_OP_WANT, .type = wanted, .column = 1};
    return PLACET_OK;
}

int pl_cel_check(struct pl_cel_program *program, const struct pl_cel_scope *scope,
                 enum pl_cel_type wanted, struct placet_error *err)
{
    struct check c = {.program = program, .scope = scope, .err = err};

    for (uint32_t i = 0; i < program->count; i++) {
        const int rc = check_step(&c, &program->steps[i]);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    return check_result(&c, wanted);
}
