/* The grammar of CEL by precedence climbing, straight to postfix code. The recursion is bounded by
 * PL_CEL_DEPTH_MAX. */
#include "value/cel_parse.h"

#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "value/cel_function.h"
#include "value/mistake.h"

int pl_cel_parse_refuse(struct pl_cel_parse *p, uint32_t offset, const char *hint,
                        const char *message)
{
    return pl_cel_refuse(p->lex.err, p->lex.source, offset, hint, "%s", message);
}

int pl_cel_parse_advance(struct pl_cel_parse *p)
{
    p->end = p->token.offset + p->token.text.len;
    return pl_cel_lex_next(&p->lex, &p->token);
}

bool pl_cel_parse_at(const struct pl_cel_parse *p, const char *mark)
{
    return p->token.kind == PL_CEL_TOKEN_MARK && pl_text_is(p->token.text, mark);
}

bool pl_cel_parse_at_word(const struct pl_cel_parse *p, const char *word)
{
    return p->token.kind == PL_CEL_TOKEN_NAME && pl_text_is(p->token.text, word);
}

int pl_cel_parse_expect(struct pl_cel_parse *p, const char *mark, const char *hint)
{
    if (pl_cel_parse_at(p, mark)) {
        return pl_cel_parse_advance(p);
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

struct pl_cel_step *pl_cel_parse_emit(struct pl_cel_parse *p, enum pl_cel_op op, uint32_t from,
                                      uint32_t offset)
{
    PL_CHECK(p->program->count < p->program->count_max);
    struct pl_cel_step *step = &p->program->steps[p->program->count++];
    *step = (struct pl_cel_step){.op = op,
                                 .type = PL_CEL_DYN,
                                 .start = PL_CEL_NO_START,
                                 .offset = offset,
                                 .from = from,
                                 .to = p->end};
    return step;
}

struct pl_cel_step *pl_cel_parse_last(struct pl_cel_parse *p)
{
    PL_CHECK(p->program->count > 0);
    return &p->program->steps[p->program->count - 1];
}

int pl_cel_parse_open(struct pl_cel_parse *p, enum pl_cel_op op, uint32_t from, uint32_t offset)
{
    if (p->frames == PL_CEL_FRAMES_MAX) {
        return pl_cel_limit(p->lex.err, p->lex.source, offset,
                            "the expression is nested too deeply");
    }
    p->frames++;
    (void)pl_cel_parse_emit(p, op, from, offset);
    return PLACET_OK;
}

/* One level deeper; the caller goes back up. */
static int enter(struct pl_cel_parse *p)
{
    return ++p->depth <= PL_CEL_DEPTH_MAX ? PLACET_OK
                                          : pl_cel_limit(p->lex.err, p->lex.source, p->token.offset,
                                                         "the expression is nested too deeply");
}

/* ---- what follows a value ---- */

/* A path is resolved as a whole, wherever its parts stand. */
static int extend_path(struct pl_cel_parse *p, struct pl_cel_step *step, struct pl_text name)
{
    if (step->path.at + step->path.len + 1 == name.at) {
        step->path.len += 1 + name.len;
    } else {
        char *joined = pl_arena_reserve(p->arena, step->path.len + 1 + name.len);
        if (joined == NULL) {
            return pl_cel_limit(p->lex.err, p->lex.source, p->token.offset,
                                "the definition does not fit in memory");
        }
        memcpy(joined, step->path.at, step->path.len);
        joined[step->path.len] = '.';
        memcpy(joined + step->path.len + 1, name.at, name.len);
        step->path = (struct pl_text){joined, step->path.len + 1 + name.len};
        pl_arena_keep(p->arena, step->path.len);
    }
    step->to = p->end;
    return PLACET_OK;
}

/* `.name`, `.?name` or `.name(...)`; the dot is taken. */
static int parse_member(struct pl_cel_parse *p, uint32_t from)
{
    const bool is_maybe = pl_cel_parse_at(p, "?");
    int rc = is_maybe ? pl_cel_parse_advance(p) : PLACET_OK;
    struct pl_cel_token name = p->token;
    const bool is_quoted = name.kind == PL_CEL_TOKEN_QUOTED;

    if (rc != PLACET_OK) {
        return rc;
    }
    if ((name.kind != PL_CEL_TOKEN_NAME && !is_quoted) || pl_cel_parse_at_word(p, "in") ||
        pl_cel_parse_at_word(p, "true") || pl_cel_parse_at_word(p, "false") ||
        pl_cel_parse_at_word(p, "null")) {
        return pl_cel_parse_refuse(p, name.offset, "Write the name of a field after the dot.",
                                   "a name is missing");
    }
    rc = pl_cel_parse_advance(p);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (pl_cel_parse_at(p, "(") && !is_maybe && !is_quoted) {
        return pl_cel_parse_call(p, &name, true, from);
    }
    if (is_quoted) {
        name.text = (struct pl_text){name.text.at + 1, name.text.len - 2};
    }
    struct pl_cel_step *step = pl_cel_parse_last(p);
    if (step->op == PL_CEL_OP_PATH && step->from == from && !is_maybe && !is_quoted) {
        return extend_path(p, step, name.text);
    }
    const enum pl_cel_op op = is_maybe ? PL_CEL_OP_MAYBE : PL_CEL_OP_FIELD;
    pl_cel_parse_emit(p, op, from, name.offset)->path = name.text;
    return PLACET_OK;
}

static void emit_call(struct pl_cel_parse *p, const char *name, uint8_t argc, uint32_t from,
                      uint32_t offset)
{
    struct pl_cel_step *step = pl_cel_parse_emit(p, PL_CEL_OP_CALL, from, offset);

    step->row = pl_cel_row_of(pl_text_of(name), PL_CEL_FORM_OPERATOR);
    step->argc = argc;
}

/* `[index]` or `[?index]`, at the bracket. */
static int parse_index(struct pl_cel_parse *p, uint32_t from)
{
    const uint32_t offset = p->token.offset;
    int rc = pl_cel_parse_advance(p);
    const bool is_maybe = rc == PLACET_OK && pl_cel_parse_at(p, "?");

    rc = is_maybe ? pl_cel_parse_advance(p) : rc;
    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, "]", "Close the bracket.") : rc;
    if (rc == PLACET_OK) {
        emit_call(p, is_maybe ? "[?]" : "[]", 2, from, offset);
    }
    return rc;
}

/* What may follow a value: fields, indexes, methods. */
static int parse_postfix(struct pl_cel_parse *p, uint32_t from)
{
    int rc = PLACET_OK;

    while (rc == PLACET_OK) {
        if (pl_cel_parse_at(p, ".")) {
            rc = pl_cel_parse_advance(p);
            rc = rc == PLACET_OK ? parse_member(p, from) : rc;
        } else if (pl_cel_parse_at(p, "[")) {
            rc = parse_index(p, from);
        } else if (pl_cel_parse_at(p, "{") && pl_cel_parse_last(p)->op == PL_CEL_OP_PATH) {
            return pl_cel_parse_refuse(p, p->token.offset, "Write a map: `{'name': 'value'}`.",
                                       "messages of protocol buffers are not supported");
        } else {
            break;
        }
    }
    return rc;
}

static int parse_unary(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    const bool is_not = pl_cel_parse_at(p, "!");
    const bool is_minus = pl_cel_parse_at(p, "-");
    int rc = PLACET_OK;

    if (!is_not && !is_minus) {
        rc = pl_cel_parse_primary(p);
        return rc == PLACET_OK ? parse_postfix(p, from) : rc;
    }
    rc = enter(p);
    rc = rc == PLACET_OK ? pl_cel_parse_advance(p) : rc;
    if (rc == PLACET_OK && is_minus &&
        (p->token.kind == PL_CEL_TOKEN_INT || p->token.kind == PL_CEL_TOKEN_REAL)) {
        rc = pl_cel_parse_number(p, true, from);
        rc = rc == PLACET_OK ? parse_postfix(p, from) : rc;
    } else if (rc == PLACET_OK) {
        rc = parse_unary(p);
        if (rc == PLACET_OK) {
            emit_call(p, is_not ? "!" : "-", 1, from, from);
        }
    }
    p->depth--;
    return rc;
}

static const struct binary {
    const char *mark;
    int level;
} binaries[] = {
    {"||", 1}, {"&&", 2}, {"==", 3}, {"!=", 3}, {"<", 3}, {"<=", 3}, {">", 3},
    {">=", 3}, {"in", 3}, {"+", 4},  {"-", 4},  {"*", 5}, {"/", 5},  {"%", 5},
};

static const struct binary *binary_at(const struct pl_cel_parse *p)
{
    for (size_t i = 0; i < sizeof(binaries) / sizeof(binaries[0]); i++) {
        if (pl_cel_parse_at(p, binaries[i].mark) || pl_cel_parse_at_word(p, binaries[i].mark)) {
            return &binaries[i];
        }
    }
    return NULL;
}

static int parse_binary(struct pl_cel_parse *p, int level);

/* The right side of && or ||, at the operator. */
static int parse_logic(struct pl_cel_parse *p, const struct binary *binary, uint32_t from)
{
    const bool is_and = binary->level == 2;
    const uint32_t offset = p->token.offset;
    const uint32_t jump = p->program->count;
    (void)pl_cel_parse_emit(p, is_and ? PL_CEL_OP_JUMP_FALSE : PL_CEL_OP_JUMP_TRUE, from, offset);

    int rc = pl_cel_parse_advance(p);
    rc = rc == PLACET_OK ? parse_binary(p, binary->level + 1) : rc;
    if (rc == PLACET_OK) {
        (void)pl_cel_parse_emit(p, is_and ? PL_CEL_OP_AND : PL_CEL_OP_OR, from, offset);
        p->program->steps[jump].target = p->program->count;
    }
    return rc;
}

/* Operators of `level` and above; each level is left-associative. */
static int parse_binary(struct pl_cel_parse *p, int level)
{
    const uint32_t from = p->token.offset;
    int rc = parse_unary(p);
    const struct binary *binary = NULL;

    while (rc == PLACET_OK && (binary = binary_at(p)) != NULL && binary->level >= level) {
        const uint32_t offset = p->token.offset;
        if (binary->level < 3) {
            rc = parse_logic(p, binary, from);
            continue;
        }
        rc = pl_cel_parse_advance(p);
        rc = rc == PLACET_OK ? parse_binary(p, binary->level + 1) : rc;
        if (rc == PLACET_OK) {
            emit_call(p, binary->mark, 2, from, offset);
        }
    }
    return rc;
}

/* After the condition of `c ? a : b`, at the question mark. */
static int parse_choice(struct pl_cel_parse *p, uint32_t from)
{
    struct pl_cel_program *program = p->program;
    const uint32_t branch = program->count;
    (void)pl_cel_parse_emit(p, PL_CEL_OP_BRANCH, from, p->token.offset);
    int rc = pl_cel_parse_advance(p);
    rc = rc == PLACET_OK ? parse_binary(p, 1) : rc;

    const uint32_t jump = program->count;
    const uint32_t offset = p->token.offset;
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, ":", "A choice is written `condition ? a : b`.")
                         : rc;
    if (rc != PLACET_OK) {
        return rc;
    }
    (void)pl_cel_parse_emit(p, PL_CEL_OP_JUMP, from, offset);
    program->steps[branch].target = program->count;
    rc = pl_cel_parse_expression(p);
    if (rc == PLACET_OK) {
        (void)pl_cel_parse_emit(p, PL_CEL_OP_JOIN, from, offset);
        program->steps[jump].target = program->count;
    }
    return rc;
}

int pl_cel_parse_expression(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    int rc = enter(p);

    rc = rc == PLACET_OK ? parse_binary(p, 1) : rc;
    if (rc == PLACET_OK && pl_cel_parse_at(p, "?")) {
        rc = parse_choice(p, from);
    }
    p->depth--;
    return rc;
}

/* ---- the pass ---- */

/* No token makes more than two steps (`&&`: the jump and the operator; `?` and `:`: three
 * together; a macro has at least six tokens). That is three times what is usual. */
static int make_room(struct pl_text source, struct pl_cel_program *program,
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
    program->steps = calloc(count, sizeof(*program->steps));
    program->count_max = count;
    return program->steps != NULL
               ? PLACET_OK
               : pl_cel_limit(err, source, 0, "the definition does not fit in memory");
}

int pl_cel_parse(struct pl_text source, struct pl_cel_options options, struct pl_arena *arena,
                 struct pl_cel_program *program, struct placet_error *err)
{
    struct pl_cel_parse p = {.lex = {.source = source, .err = err},
                             .options = options,
                             .arena = arena,
                             .program = program};

    int rc = make_room(source, program, err);
    rc = rc == PLACET_OK ? pl_cel_parse_advance(&p) : rc;
    if (rc == PLACET_OK && p.token.kind == PL_CEL_TOKEN_END) {
        return pl_cel_parse_refuse(&p, 0, NULL, "the expression is empty");
    }
    rc = rc == PLACET_OK ? pl_cel_parse_expression(&p) : rc;
    if (rc != PLACET_OK || p.token.kind == PL_CEL_TOKEN_END) {
        return rc;
    }
    const struct pl_text shown = pl_mistake_quote(p.token.text, 40);
    return pl_cel_refuse(err, source, p.token.offset,
                         "Join two conditions with `&&` (and) or `||` (or).",
                         "`%.*s` after the end of the expression", (int)shown.len, shown.at);
}
