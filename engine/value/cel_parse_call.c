/* Calls: functions of the registry, and macros, which have variables of their own and open a frame.
 */
#include <string.h>

#include "value/cel_function.h"
#include "value/cel_parse.h"
#include "value/mistake.h"

#define CLOSE_CALL "Close the call with `)`."

/* The first token of an argument is the name of a new variable. */
static int take_variable(struct pl_cel_parse *p, struct pl_text *name_out)
{
    if (p->token.kind != PL_CEL_TOKEN_NAME || pl_cel_name_is_reserved(p->token.text)) {
        return pl_cel_parse_refuse(p, p->token.offset, "Such as `x` in `list.all(x, x > 1)`.",
                                   "the name of a variable is expected");
    }
    *name_out = p->token.text;
    const int rc = pl_cel_parse_advance(p);
    return rc == PLACET_OK ? pl_cel_parse_expect(p, ",", "A name, a comma, an expression.") : rc;
}

static void show_variable(struct pl_cel_parse *p, struct pl_text name, uint32_t opened,
                          uint8_t index)
{
    p->locals[p->local_count++] = (struct pl_cel_local){
        .name = name, .frame = (uint8_t)(p->frames - 1), .index = index, .opened = opened};
}

/* ---- macros that walk a list or map ---- */

static const struct walk {
    const char *name;
    enum pl_cel_macro macro;
    bool one;       /* x.all(v, ...) */
    bool two;       /* x.all(k, v, ...) */
    bool transform; /* may have a condition before its expression */
} walks[] = {
    {"all", PL_CEL_MACRO_ALL, true, true, false},
    {"exists", PL_CEL_MACRO_EXISTS, true, true, false},
    {"exists_one", PL_CEL_MACRO_EXISTS_ONE, true, true, false},
    {"existsOne", PL_CEL_MACRO_EXISTS_ONE, true, true, false},
    {"map", PL_CEL_MACRO_MAP, true, false, true},
    {"filter", PL_CEL_MACRO_FILTER, true, false, false},
    {"transformList", PL_CEL_MACRO_MAP, false, true, true},
    {"transformMap", PL_CEL_MACRO_TRANSFORM_MAP, false, true, true},
};

static const struct walk *walk_of(struct pl_text name)
{
    for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
        if (pl_text_is(name, walks[i].name)) {
            return &walks[i];
        }
    }
    return NULL;
}

/* Whether the next argument is a second variable: a name and a comma. */
static bool at_variable(const struct pl_cel_parse *p)
{
    struct pl_cel_lex ahead = p->lex;
    struct pl_cel_token token;

    ahead.err = NULL;
    return p->token.kind == PL_CEL_TOKEN_NAME && pl_cel_lex_next(&ahead, &token) == PLACET_OK &&
           token.kind == PL_CEL_TOKEN_MARK && pl_text_is(token.text, ",");
}

static int parse_variables(struct pl_cel_parse *p, const struct walk *walk, uint32_t loop)
{
    struct pl_text name;
    int rc = take_variable(p, &name);

    if (rc != PLACET_OK) {
        return rc;
    }
    show_variable(p, name, loop, 0);
    p->program->steps[loop].argc = 1;
    if (!walk->two || (walk->one && !at_variable(p))) {
        return PLACET_OK;
    }
    rc = take_variable(p, &name);
    if (rc == PLACET_OK) {
        show_variable(p, name, loop, 1);
        p->program->steps[loop].argc = 2;
    }
    return rc;
}

static int parse_walk(struct pl_cel_parse *p, const struct walk *walk, uint32_t from,
                      uint32_t offset)
{
    const uint32_t loop = p->program->count;
    const uint32_t outer = p->local_count;
    int rc = pl_cel_parse_open(p, PL_CEL_OP_LOOP, from, offset);

    if (rc != PLACET_OK) {
        return rc;
    }
    p->program->steps[loop].macro = (uint8_t)walk->macro;
    rc = parse_variables(p, walk, loop);
    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    if (rc == PLACET_OK && walk->transform && pl_cel_parse_at(p, ",")) {
        pl_cel_parse_emit(p, PL_CEL_OP_TEST, p->end, p->end)->target = loop;
        rc = pl_cel_parse_advance(p);
        rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    }
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, ")", CLOSE_CALL) : rc;
    if (rc == PLACET_OK) {
        pl_cel_parse_emit(p, PL_CEL_OP_NEXT, from, offset)->target = loop;
        p->program->steps[loop].target = p->program->count;
        p->local_count = outer;
        p->frames--;
    }
    return rc;
}

/* ---- macros that name a value ---- */

/* From the new variable's expression on: `body)`. */
static int parse_bound(struct pl_cel_parse *p, struct pl_text name, uint32_t bind,
                       enum pl_cel_op end, uint32_t from)
{
    const uint32_t outer = p->local_count;

    show_variable(p, name, bind, 0);
    int rc = pl_cel_parse_expression(p);
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, ")", CLOSE_CALL) : rc;
    if (rc == PLACET_OK) {
        (void)pl_cel_parse_emit(p, end, from, from);
        p->program->steps[bind].target = p->program->count;
        p->local_count = outer;
        p->frames--;
    }
    return rc;
}

/* cel.bind(name, value, expression) */
static int parse_bind(struct pl_cel_parse *p, uint32_t from)
{
    struct pl_text name;
    int rc = take_variable(p, &name);

    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, ",", "cel.bind(name, value, expression)") : rc;
    const uint32_t bind = p->program->count;
    rc = rc == PLACET_OK ? pl_cel_parse_open(p, PL_CEL_OP_BIND, from, from) : rc;
    return rc == PLACET_OK ? parse_bound(p, name, bind, PL_CEL_OP_UNBIND, from) : rc;
}

/* optional.optMap(name, expression), and optFlatMap whose expression is an optional itself */
static int parse_opt_map(struct pl_cel_parse *p, uint32_t from, uint32_t offset, bool is_flat)
{
    struct pl_text name;
    const uint32_t unwrap = p->program->count;
    int rc = pl_cel_parse_open(p, PL_CEL_OP_UNWRAP, from, offset);

    rc = rc == PLACET_OK ? take_variable(p, &name) : rc;
    rc = rc == PLACET_OK ? parse_bound(p, name, unwrap, PL_CEL_OP_REWRAP, from) : rc;
    if (rc == PLACET_OK) {
        pl_cel_parse_last(p)->index = is_flat ? 1 : 0;
    }
    return rc;
}

/* has(path.field): whether the last field is there. */
static int parse_has(struct pl_cel_parse *p, uint32_t from)
{
    const uint32_t offset = p->token.offset;
    int rc = pl_cel_parse_expression(p);

    if (rc != PLACET_OK) {
        return rc;
    }
    struct pl_cel_step *step = pl_cel_parse_last(p);
    const bool is_path =
        step->op == PL_CEL_OP_PATH && memchr(step->path.at, '.', step->path.len) != NULL;
    if (!is_path && step->op != PL_CEL_OP_FIELD) {
        return pl_cel_parse_refuse(p, offset, "Write has(project.area).",
                                   "has() takes the path of a field");
    }
    step->op = is_path ? PL_CEL_OP_HAS : PL_CEL_OP_HAS_FIELD;
    rc = pl_cel_parse_expect(p, ")", CLOSE_CALL);
    step->from = from;
    step->to = p->end;
    return rc;
}

/* ---- functions ---- */

/* The arguments and the bracket, after `count` that are in the code already. */
static int parse_arguments(struct pl_cel_parse *p, uint32_t least, uint32_t most, uint32_t *count)
{
    bool more = !pl_cel_parse_at(p, ")");
    int rc = PLACET_OK;

    while (rc == PLACET_OK && more) {
        if (*count == most) {
            return pl_cel_parse_refuse(p, p->end - 1, NULL, "too many arguments");
        }
        rc = pl_cel_parse_expression(p);
        *count += 1;
        more = rc == PLACET_OK && pl_cel_parse_at(p, ",");
        rc = more ? pl_cel_parse_advance(p) : rc;
    }
    if (rc == PLACET_OK && pl_cel_parse_at(p, ")") && *count < least) {
        return pl_cel_parse_refuse(p, p->token.offset, NULL, "an argument is missing");
    }
    return rc == PLACET_OK ? pl_cel_parse_expect(p, ")", CLOSE_CALL) : rc;
}

static int parse_function(struct pl_cel_parse *p, struct pl_text name, uint32_t offset,
                          bool is_method, uint32_t from)
{
    const enum pl_cel_form form = is_method ? PL_CEL_FORM_METHOD : PL_CEL_FORM_FUNCTION;
    const uint16_t row = pl_cel_row_of(name, form);
    uint32_t count = is_method ? 1 : 0;
    uint32_t least = 0;
    uint32_t most = PL_CEL_ARGUMENTS_MAX;

    if (row == PL_CEL_NO_ROW && !p->options.unchecked) {
        return pl_cel_refuse_function(p->lex.err, p->lex.source, name, offset, is_method);
    }
    if (row != PL_CEL_NO_ROW && !p->options.unchecked) {
        pl_cel_row_arity(row, &least, &most);
    }
    const int rc = parse_arguments(p, least, most, &count);
    if (rc == PLACET_OK) {
        const enum pl_cel_op op = row == PL_CEL_NO_ROW ? PL_CEL_OP_UNKNOWN : PL_CEL_OP_CALL;
        struct pl_cel_step *step = pl_cel_parse_emit(p, op, from, offset);
        step->row = row;
        step->argc = (uint8_t)count;
        step->path = name;
    }
    return rc;
}

/* `math.abs`: the name with that of its library before it, when the two belong together. */
static bool join_library(struct pl_cel_parse *p, const struct pl_cel_token *name, uint32_t from,
                         struct pl_text *joined_out)
{
    const struct pl_cel_step *step = pl_cel_parse_last(p);
    char text[64];
    const uint32_t len = step->path.len + 1 + name->text.len;

    if (step->op != PL_CEL_OP_PATH || step->from != from || len > sizeof(text)) {
        return false;
    }
    memcpy(text, step->path.at, step->path.len);
    text[step->path.len] = '.';
    memcpy(text + step->path.len + 1, name->text.at, name->text.len);
    const struct pl_text joined = {text, len};
    const uint16_t row = pl_cel_row_of(joined, PL_CEL_FORM_FUNCTION);
    if (row == PL_CEL_NO_ROW && !pl_text_is(joined, "cel.bind")) {
        return false;
    }
    *joined_out = row == PL_CEL_NO_ROW ? PL_TEXT("cel.bind") : pl_text_of(pl_cel_rows[row].name);
    p->program->count--;
    return true;
}

int pl_cel_parse_call(struct pl_cel_parse *p, const struct pl_cel_token *name, bool is_method,
                      uint32_t from)
{
    struct pl_text text = name->text;
    uint32_t offset = name->offset;
    const int rc = pl_cel_parse_advance(p);

    if (rc != PLACET_OK) {
        return rc;
    }
    if (is_method && join_library(p, name, from, &text)) {
        is_method = false;
        offset = from;
    }
    const struct walk *walk = is_method ? walk_of(text) : NULL;
    if (walk != NULL) {
        return parse_walk(p, walk, from, offset);
    }
    if (is_method && (pl_text_is(text, "optMap") || pl_text_is(text, "optFlatMap"))) {
        return parse_opt_map(p, from, offset, pl_text_is(text, "optFlatMap"));
    }
    if (!is_method && pl_text_is(text, "has")) {
        return parse_has(p, from);
    }
    return !is_method && pl_text_is(text, "cel.bind")
               ? parse_bind(p, from)
               : parse_function(p, text, offset, is_method, from);
}
