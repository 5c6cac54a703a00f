/* The grammar of CEL by precedence climbing, straight to postfix code. The recursion is bounded by
 * PL_CEL_DEPTH_MAX. */
#include <string.h>

#include "base/check.h"
#include "value/cel_code.h"
#include "value/decimal.h"
#include "value/mistake.h"

struct parse {
    struct pl_cel_lex lex;
    struct pl_cel_token token; /* not yet taken */
    struct pl_arena *arena;
    struct pl_cel_program *program;
    uint32_t depth;
};

static int parse_expression(struct parse *p);

static int refuse(struct parse *p, uint32_t offset, const char *hint, const char *message)
{
    return pl_cel_refuse(p->lex.err, p->lex.source, offset, hint, "%s", message);
}

static int advance(struct parse *p)
{
    return pl_cel_lex_next(&p->lex, &p->token);
}

static bool at_mark(const struct parse *p, const char *mark)
{
    return p->token.kind == PL_CEL_TOKEN_MARK && p->token.text.len == strlen(mark) &&
           memcmp(p->token.text.at, mark, p->token.text.len) == 0;
}

static bool at_word(const struct parse *p, const char *word)
{
    return p->token.kind == PL_CEL_TOKEN_NAME && p->token.text.len == strlen(word) &&
           memcmp(p->token.text.at, word, p->token.text.len) == 0;
}

static int expect(struct parse *p, const char *mark, const char *hint)
{
    if (at_mark(p, mark)) {
        return advance(p);
    }
    if (p->token.kind == PL_CEL_TOKEN_END) {
        return pl_cel_refuse(p->lex.err, p->lex.source, p->token.offset, hint,
                             "the expression ends where `%s` is expected", mark);
    }
    const struct pl_text shown = pl_mistake_quote(p->token.text, 40);
    return pl_cel_refuse(p->lex.err, p->lex.source, p->token.offset, hint,
                         "`%.*s` where `%s` is expected", (int)shown.len, shown.at, mark);
}

/* ---- code ---- */

/* The caller has made room: pl_cel_parse counted the tokens. */
static struct pl_cel_step *emit(struct parse *p, enum pl_cel_op op, uint32_t offset)
{
    PL_CHECK(p->program->count < p->program->count_max);
    struct pl_cel_step *step = &p->program->steps[p->program->count++];
    *step = (struct pl_cel_step){.op = op, .type = PL_CEL_DYN, .offset = offset};
    return step;
}

static struct pl_cel_step *last_step(struct parse *p)
{
    PL_CHECK(p->program->count > 0);
    return &p->program->steps[p->program->count - 1];
}

static int emit_text(struct parse *p)
{
    struct pl_text text;
    const int rc = pl_cel_lex_string(&p->lex, &p->token, p->arena, &text);
    if (rc != PLACET_OK) {
        return rc;
    }
    struct pl_cel_step *step = emit(p, PL_CEL_OP_CONST, p->token.offset);
    step->value = (struct pl_cel_value){.type = PL_CEL_STRING, .text = text};
    return advance(p);
}

/* ---- numbers ---- */

static int emit_number(struct parse *p, bool negative, uint32_t offset)
{
    struct pl_cel_value value = {.type = PL_CEL_INT};

    if (p->token.kind == PL_CEL_TOKEN_REAL) {
        value.type = PL_CEL_DOUBLE;
        if (!pl_decimal_parse(p->token.text, &value.real)) {
            return refuse(p, p->token.offset, NULL, "a number beyond the range of a double");
        }
        value.real = negative ? -value.real : value.real;
    } else if (p->token.text.len == 2 && p->token.text.at[1] == 'x') {
        return refuse(p, p->token.offset, "Write digits after `0x`.", "a number without digits");
    } else if (!pl_cel_literal_int(p->token.text, negative, &value.integer)) {
        return refuse(p, p->token.offset, "Write a number with a fraction, such as `1e20`.",
                      "a number beyond 64 bits");
    }
    emit(p, PL_CEL_OP_CONST, offset)->value = value;
    return advance(p);
}

/* ---- names ---- */

/* After the name and `(`: the arguments and `)`. */
static int parse_call(struct parse *p, const struct pl_cel_token *name, bool is_method)
{
    const struct pl_cel_function *function = pl_cel_function_of(name->text, is_method);
    if (function == NULL) {
        return pl_cel_refuse_function(&p->lex, name, is_method);
    }
    const bool has_argument = !is_method || function->op != PL_CEL_OP_SIZE;

    if (has_argument) {
        if (at_mark(p, ")")) {
            return refuse(p, p->token.offset, NULL, "an argument is missing");
        }
        const int rc = parse_expression(p);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    if (at_mark(p, ",")) {
        return refuse(p, p->token.offset, NULL, "too many arguments");
    }
    const int rc = expect(p, ")", "Close the call with `)`.");
    if (rc == PLACET_OK) {
        (void)emit(p, function->op, name->offset);
    }
    return rc;
}

/* has(path.field): the argument is not evaluated. */
static int parse_has(struct parse *p)
{
    const uint32_t start = p->program->count;
    const uint32_t offset = p->token.offset;
    int rc = parse_expression(p);
    if (rc != PLACET_OK) {
        return rc;
    }
    struct pl_cel_step *step = last_step(p);
    if (p->program->count != start + 1 || step->op != PL_CEL_OP_PATH ||
        memchr(step->path.at, '.', step->path.len) == NULL) {
        return refuse(p, offset, "Write has(project.area).", "has() takes the path of a field");
    }
    step->op = PL_CEL_OP_HAS;
    return expect(p, ")", "Close the call with `)`.");
}

/* Whether the name that follows a dot is a method: then the path ends before. */
static bool next_is_open(const struct parse *p)
{
    struct pl_cel_lex ahead = p->lex;
    struct pl_cel_token token;

    ahead.err = NULL;
    return pl_cel_lex_next(&ahead, &token) == PLACET_OK && token.kind == PL_CEL_TOKEN_MARK &&
           token.text.at[0] == '(';
}

static int parse_name(struct parse *p)
{
    const struct pl_cel_token name = p->token;
    int rc = advance(p);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (at_mark(p, "(")) {
        rc = advance(p);
        if (rc != PLACET_OK) {
            return rc;
        }
        return pl_text_is(name.text, "has") ? parse_has(p) : parse_call(p, &name, false);
    }
    if (pl_cel_name_is_reserved(name.text)) {
        return pl_cel_refuse(p->lex.err, p->lex.source, name.offset, "Choose another name.",
                             "`%.*s` is a reserved word", (int)name.text.len, name.text.at);
    }
    emit(p, PL_CEL_OP_PATH, name.offset)->path = name.text;
    return PLACET_OK;
}

static int parse_word(struct parse *p)
{
    static const struct {
        const char *word;
        struct pl_cel_value value;
    } literals[] = {
        {"true", {.type = PL_CEL_BOOL, .boolean = true}},
        {"false", {.type = PL_CEL_BOOL, .boolean = false}},
        {"null", {.type = PL_CEL_NULL}},
    };

    for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
        if (at_word(p, literals[i].word)) {
            emit(p, PL_CEL_OP_CONST, p->token.offset)->value = literals[i].value;
            return advance(p);
        }
    }
    if (at_word(p, "in")) {
        return refuse(p, p->token.offset, "Write a value before `in`.", "a value is missing");
    }
    return parse_name(p);
}

/* ---- lists of constants ---- */

/* Replaces the constants from `start` on by one list. */
static int fold_list(struct parse *p, uint32_t start, uint32_t offset)
{
    struct pl_cel_program *program = p->program;
    struct pl_cel_value list;

    for (uint32_t i = start; i < program->count; i++) {
        if (program->steps[i].op != PL_CEL_OP_CONST) {
            return refuse(p, program->steps[i].offset, "Write the comparisons out with `||`.",
                          "a list may hold constants only");
        }
    }
    if (!pl_cel_literal_list(program->steps + start, program->count - start, p->arena, &list)) {
        return pl_cel_limit(p->lex.err, p->lex.source, offset,
                            "the definition does not fit in memory");
    }
    program->count = start;
    emit(p, PL_CEL_OP_CONST, offset)->value = list;
    return PLACET_OK;
}

static int parse_list(struct parse *p)
{
    const uint32_t start = p->program->count;
    const uint32_t offset = p->token.offset;
    int rc = advance(p);

    while (rc == PLACET_OK && !at_mark(p, "]")) {
        rc = parse_expression(p);
        if (rc != PLACET_OK || at_mark(p, "]")) {
            break;
        }
        rc = expect(p, ",", "Separate the entries with `,` and close the list with `]`.");
    }
    if (rc == PLACET_OK) {
        rc = advance(p);
    }
    return rc == PLACET_OK ? fold_list(p, start, offset) : rc;
}

/* ---- expressions ---- */

static int parse_primary(struct parse *p)
{
    switch (p->token.kind) {
    case PL_CEL_TOKEN_NAME:
        return parse_word(p);
    case PL_CEL_TOKEN_INT:
    case PL_CEL_TOKEN_REAL:
        return emit_number(p, false, p->token.offset);
    case PL_CEL_TOKEN_STRING:
        return emit_text(p);
    case PL_CEL_TOKEN_END:
        return refuse(p, p->token.offset, NULL, "the expression ends where a value is expected");
    case PL_CEL_TOKEN_MARK:
        break;
    }
    if (at_mark(p, "[")) {
        return parse_list(p);
    }
    if (at_mark(p, "(")) {
        int rc = advance(p);
        rc = rc == PLACET_OK ? parse_expression(p) : rc;
        return rc == PLACET_OK ? expect(p, ")", "Close the bracket.") : rc;
    }
    if (at_mark(p, "{")) {
        return refuse(p, p->token.offset, NULL, "map literals are not supported yet");
    }
    const struct pl_text shown = p->token.text;
    return pl_cel_refuse(p->lex.err, p->lex.source, p->token.offset, NULL,
                         "`%.*s` where a value is expected", (int)shown.len, shown.at);
}

/* `.name` or `.name(...)`; the dot is taken. */
static int parse_member(struct parse *p)
{
    const struct pl_cel_token name = p->token;

    if (name.kind != PL_CEL_TOKEN_NAME || at_word(p, "in") || at_word(p, "true") ||
        at_word(p, "false") || at_word(p, "null")) {
        return refuse(p, name.offset, "Write the name of a field after the dot.",
                      "a name is missing");
    }
    const bool is_method = next_is_open(p);
    int rc = advance(p);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (is_method) {
        rc = advance(p);
        return rc == PLACET_OK ? parse_call(p, &name, true) : rc;
    }

    struct pl_cel_step *step = last_step(p);
    if (step->op != PL_CEL_OP_PATH) {
        emit(p, PL_CEL_OP_FIELD, name.offset)->path = name.text;
        return PLACET_OK;
    }
    /* a path is resolved as a whole, so it has to stand there as a whole */
    if (step->path.at + step->path.len + 1 != name.text.at) {
        return refuse(p, name.offset, "Write the path without blanks and brackets: `a.b.c`.",
                      "a path in pieces");
    }
    step->path.len += 1 + name.text.len;
    return PLACET_OK;
}

static int parse_postfix(struct parse *p)
{
    int rc = parse_primary(p);

    while (rc == PLACET_OK) {
        const uint32_t offset = p->token.offset;
        if (at_mark(p, ".")) {
            rc = advance(p);
            rc = rc == PLACET_OK ? parse_member(p) : rc;
        } else if (at_mark(p, "[")) {
            rc = advance(p);
            rc = rc == PLACET_OK ? parse_expression(p) : rc;
            rc = rc == PLACET_OK ? expect(p, "]", "Close the bracket.") : rc;
            if (rc == PLACET_OK) {
                (void)emit(p, PL_CEL_OP_INDEX, offset);
            }
        } else {
            break;
        }
    }
    return rc;
}

static int enter(struct parse *p)
{
    if (p->depth == PL_CEL_DEPTH_MAX) {
        return pl_cel_limit(p->lex.err, p->lex.source, p->token.offset,
                            "the expression is nested too deeply");
    }
    p->depth++;
    return PLACET_OK;
}

static int parse_unary(struct parse *p)
{
    const uint32_t offset = p->token.offset;
    const bool is_not = at_mark(p, "!");

    if (!is_not && !at_mark(p, "-")) {
        return parse_postfix(p);
    }
    int rc = enter(p);
    rc = rc == PLACET_OK ? advance(p) : rc;
    if (rc != PLACET_OK) {
        return rc;
    }
    if (!is_not && (p->token.kind == PL_CEL_TOKEN_INT || p->token.kind == PL_CEL_TOKEN_REAL)) {
        rc = emit_number(p, true, offset);
    } else {
        rc = parse_unary(p);
        if (rc == PLACET_OK) {
            (void)emit(p, is_not ? PL_CEL_OP_NOT : PL_CEL_OP_NEGATE, offset);
        }
    }
    p->depth--;
    return rc;
}

static const struct binary {
    const char *mark;
    int level;
    enum pl_cel_op op;
} binaries[] = {
    {"||", 1, PL_CEL_OP_OR},      {"&&", 2, PL_CEL_OP_AND},
    {"==", 3, PL_CEL_OP_EQUAL},   {"!=", 3, PL_CEL_OP_UNEQUAL},
    {"<", 3, PL_CEL_OP_LESS},     {"<=", 3, PL_CEL_OP_LESS_EQUAL},
    {">", 3, PL_CEL_OP_GREATER},  {">=", 3, PL_CEL_OP_GREATER_EQUAL},
    {"in", 3, PL_CEL_OP_IN},      {"+", 4, PL_CEL_OP_ADD},
    {"-", 4, PL_CEL_OP_SUBTRACT}, {"*", 5, PL_CEL_OP_MULTIPLY},
    {"/", 5, PL_CEL_OP_DIVIDE},   {"%", 5, PL_CEL_OP_MODULO},
};

static const struct binary *binary_at(const struct parse *p)
{
    for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
        if (at_mark(p, binaries[i].mark) || at_word(p, binaries[i].mark)) {
            return &binaries[i];
        }
    }
    return NULL;
}

/* Operators of `level` and above; each level is left-associative. */
static int parse_binary(struct parse *p, int level)
{
    int rc = parse_unary(p);
    const struct binary *binary = NULL;

    while (rc == PLACET_OK && (binary = binary_at(p)) != NULL && binary->level >= level) {
        const uint32_t offset = p->token.offset;
        const uint32_t jump = p->program->count;
        const bool is_logic = binary->op == PL_CEL_OP_AND || binary->op == PL_CEL_OP_OR;
        if (is_logic) {
            const bool is_and = binary->op == PL_CEL_OP_AND;
            (void)emit(p, is_and ? PL_CEL_OP_JUMP_FALSE : PL_CEL_OP_JUMP_TRUE, offset);
        }
        rc = advance(p);
        rc = rc == PLACET_OK ? parse_binary(p, binary->level + 1) : rc;
        if (rc == PLACET_OK) {
            (void)emit(p, binary->op, offset);
            if (is_logic) {
                p->program->steps[jump].target = p->program->count;
            }
        }
    }
    return rc;
}

/* After the condition of `c ? a : b`, at the question mark. */
static int parse_choice(struct parse *p)
{
    struct pl_cel_program *program = p->program;
    const uint32_t branch = program->count;
    (void)emit(p, PL_CEL_OP_BRANCH, p->token.offset);
    int rc = advance(p);
    rc = rc == PLACET_OK ? parse_binary(p, 1) : rc;

    const uint32_t jump = program->count;
    const uint32_t offset = p->token.offset;
    rc = rc == PLACET_OK ? expect(p, ":", "A choice is written `condition ? a : b`.") : rc;
    if (rc != PLACET_OK) {
        return rc;
    }
    (void)emit(p, PL_CEL_OP_JUMP, offset);
    program->steps[branch].target = program->count;
    rc = parse_expression(p);
    if (rc == PLACET_OK) {
        (void)emit(p, PL_CEL_OP_JOIN, offset);
        program->steps[jump].target = program->count;
    }
    return rc;
}

static int parse_expression(struct parse *p)
{
    int rc = enter(p);
    rc = rc == PLACET_OK ? parse_binary(p, 1) : rc;
    if (rc == PLACET_OK && at_mark(p, "?")) {
        rc = parse_choice(p);
    }
    p->depth--;
    return rc;
}

/* No token makes more than two steps (`&&`: the jump and the operator; `?` and `:`: three
 * together). */
static int make_room(struct pl_text source, struct pl_arena *arena, struct pl_cel_program *program,
                     struct placet_error *err)
{
    struct pl_cel_lex lex = {.source = source, .err = err};
    struct pl_cel_token token = {.kind = PL_CEL_TOKEN_NAME};
    uint32_t count = 1; /* PL_CEL_OP_WANT */

    while (token.kind != PL_CEL_TOKEN_END) {
        const int rc = pl_cel_lex_next(&lex, &token);
        if (rc != PLACET_OK) {
            return rc;
        }
        count += 2;
        if (count > PL_CEL_STEPS_MAX * 2) {
            return pl_cel_limit(err, source, token.offset, "the expression is too long");
        }
    }
    program->steps = pl_arena_alloc(arena, count * sizeof(*program->steps));
    program->count_max = count;
    if (program->steps == NULL) {
        return pl_cel_limit(err, source, 0, "the definition does not fit in memory");
    }
    return PLACET_OK;
}

int pl_cel_parse(struct pl_text source, struct pl_arena *arena, struct pl_cel_program *program,
                 struct placet_error *err)
{
    struct parse p = {.lex = {.source = source, .err = err}, .arena = arena, .program = program};

    int rc = make_room(source, arena, program, err);
    rc = rc == PLACET_OK ? advance(&p) : rc;
    if (rc == PLACET_OK && p.token.kind == PL_CEL_TOKEN_END) {
        return refuse(&p, 0, NULL, "the expression is empty");
    }
    rc = rc == PLACET_OK ? parse_expression(&p) : rc;
    if (rc != PLACET_OK || p.token.kind == PL_CEL_TOKEN_END) {
        return rc;
    }
    const struct pl_text shown = pl_mistake_quote(p.token.text, 40);
    return pl_cel_refuse(err, source, p.token.offset,
                         "Join two conditions with `&&` (and) or `||` (or).",
                         "`%.*s` after the end of the expression", (int)shown.len, shown.at);
}
