/* The values that an expression begins with: literals, lists, maps, names, brackets. */
#include <string.h>

#include "value/cel_parse.h"
#include "value/decimal.h"
#include "value/mistake.h"

/* ---- literals ---- */

static int parse_text(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    const bool is_bytes = p->token.kind == PL_CEL_TOKEN_BYTES;
    struct pl_text text;
    int rc = pl_cel_lex_string(&p->lex, &p->token, p->arena, &text);
    rc = rc == PLACET_OK ? pl_cel_parse_advance(p) : rc;
    if (rc == PLACET_OK) {
        pl_cel_parse_emit(p, PL_CEL_OP_CONST, from, from)->value =
            is_bytes ? (struct pl_cel_value){.type = PL_CEL_BYTES,
                                             .value = {(const uint8_t *)text.at, text.len}}
                     : (struct pl_cel_value){.type = PL_CEL_STRING, .text = text};
    }
    return rc;
}

int pl_cel_parse_number(struct pl_cel_parse *p, bool negative, uint32_t from)
{
    const struct pl_text text = p->token.text;
    const bool is_hex = text.len >= 2 && text.at[1] == 'x';
    struct pl_cel_value value = {.type = PL_CEL_INT};
    bool fits = false;

    if (is_hex && text.len == (p->token.kind == PL_CEL_TOKEN_UINT ? 3U : 2U)) {
        return pl_cel_parse_refuse(p, p->token.offset, "Write digits after `0x`.",
                                   "a number without digits");
    }
    if (p->token.kind == PL_CEL_TOKEN_REAL) {
        value.type = PL_CEL_DOUBLE;
        if (!pl_decimal_parse(text, &value.real)) {
            return pl_cel_parse_refuse(p, p->token.offset, NULL,
                                       "a number beyond the range of a double");
        }
        value.real = negative ? -value.real : value.real;
        fits = true;
    } else if (p->token.kind == PL_CEL_TOKEN_UINT) {
        value.type = PL_CEL_UINT;
        fits = pl_cel_literal_uint(text, &value.natural);
    } else {
        fits = pl_cel_literal_int(text, negative, &value.integer);
    }
    if (!fits) {
        return pl_cel_parse_refuse(p, p->token.offset,
                                   "Write a number with a fraction, such as `1e20`.",
                                   "a number beyond 64 bits");
    }
    const int rc = pl_cel_parse_advance(p);
    if (rc == PLACET_OK) {
        pl_cel_parse_emit(p, PL_CEL_OP_CONST, from, from)->value = value;
    }
    return rc;
}

/* `?` before an entry: it is left out when its value is an empty optional. */
static int parse_entry_mark(struct pl_cel_parse *p, uint8_t *index)
{
    *index = pl_cel_parse_at(p, "?") ? 1 : 0;
    return *index == 1 ? pl_cel_parse_advance(p) : PLACET_OK;
}

static int parse_list_entry(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    uint8_t index = 0;
    int rc = parse_entry_mark(p, &index);

    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    if (rc == PLACET_OK) {
        pl_cel_parse_emit(p, PL_CEL_OP_ADD, from, from)->index = index;
    }
    return rc;
}

static int parse_map_entry(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    uint8_t index = 0;
    int rc = parse_entry_mark(p, &index);

    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    rc = rc == PLACET_OK ? pl_cel_parse_expect(p, ":", "An entry is written `key: value`.") : rc;
    rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
    if (rc == PLACET_OK) {
        pl_cel_parse_emit(p, PL_CEL_OP_PUT, from, from)->index = index;
    }
    return rc;
}

/* A list or map, at its opening bracket. */
static int parse_container(struct pl_cel_parse *p, enum pl_cel_type type)
{
    const char *const end = type == PL_CEL_LIST ? "]" : "}";
    const char *const hint = type == PL_CEL_LIST
                                 ? "Separate the entries with `,` and close the list with `]`."
                                 : "Separate the entries with `,` and close the map with `}`.";
    const uint32_t from = p->token.offset;
    int rc = pl_cel_parse_advance(p);
    rc = rc == PLACET_OK ? pl_cel_parse_open(p, PL_CEL_OP_OPEN, from, from) : rc;
    if (rc != PLACET_OK) {
        return rc;
    }
    pl_cel_parse_last(p)->type = type;
    while (rc == PLACET_OK && !pl_cel_parse_at(p, end)) {
        rc = type == PL_CEL_LIST ? parse_list_entry(p) : parse_map_entry(p);
        if (rc != PLACET_OK || pl_cel_parse_at(p, end)) {
            break;
        }
        rc = pl_cel_parse_expect(p, ",", hint);
    }
    rc = rc == PLACET_OK ? pl_cel_parse_advance(p) : rc;
    if (rc == PLACET_OK) {
        p->frames--;
        pl_cel_parse_emit(p, PL_CEL_OP_CLOSE, from, from)->type = type;
    }
    return rc;
}

/* ---- names ---- */

static bool emit_local(struct pl_cel_parse *p, struct pl_text name, uint32_t from)
{
    for (uint32_t i = p->local_count; i > 0; i--) {
        const struct pl_cel_local *local = &p->locals[i - 1];
        if (pl_text_equal(local->name, name)) {
            struct pl_cel_step *step = pl_cel_parse_emit(p, PL_CEL_OP_LOCAL, from, from);
            step->frame = local->frame;
            step->index = local->index;
            step->target = local->opened;
            step->path = name;
            return true;
        }
    }
    return false;
}

/* A name that is no literal; after `.` it is not one of a macro. */
static int parse_name(struct pl_cel_parse *p, uint32_t from, bool is_root)
{
    const struct pl_cel_token name = p->token;
    const int rc = pl_cel_parse_advance(p);

    if (rc != PLACET_OK) {
        return rc;
    }
    if (pl_cel_parse_at(p, "(")) {
        return pl_cel_parse_call(p, &name, false, from);
    }
    if (!is_root && emit_local(p, name.text, from)) {
        return PLACET_OK;
    }
    if (pl_cel_name_is_reserved(name.text)) {
        return pl_cel_refuse(p->lex.err, p->lex.source, name.offset, "Choose another name.",
                             "`%.*s` is a reserved word", (int)name.text.len, name.text.at);
    }
    if (pl_text_is(name.text, "now")) {
        (void)pl_cel_parse_emit(p, PL_CEL_OP_NOW, from, from);
    } else {
        pl_cel_parse_emit(p, PL_CEL_OP_PATH, from, name.offset)->path = name.text;
    }
    return PLACET_OK;
}

static int parse_word(struct pl_cel_parse *p)
{
    static const struct {
        const char *word;
        struct pl_cel_value value;
    } literals[] = {
        {"true", {.type = PL_CEL_BOOL, .boolean = true}},
        {"false", {.type = PL_CEL_BOOL, .boolean = false}},
        {"null", {.type = PL_CEL_NULL}},
    };
    const uint32_t from = p->token.offset;

    for (size_t i = 0; i < sizeof(literals) / sizeof(literals[0]); i++) {
        if (pl_cel_parse_at_word(p, literals[i].word)) {
            const int rc = pl_cel_parse_advance(p);
            if (rc == PLACET_OK) {
                pl_cel_parse_emit(p, PL_CEL_OP_CONST, from, from)->value = literals[i].value;
            }
            return rc;
        }
    }
    if (pl_cel_parse_at_word(p, "in")) {
        return pl_cel_parse_refuse(p, from, "Write a value before `in`.", "a value is missing");
    }
    return parse_name(p, from, false);
}

/* ---- the first of them that is there ---- */

static int parse_mark(struct pl_cel_parse *p)
{
    const uint32_t from = p->token.offset;
    int rc = PLACET_OK;

    if (pl_cel_parse_at(p, "[")) {
        return parse_container(p, PL_CEL_LIST);
    }
    if (pl_cel_parse_at(p, "{")) {
        return parse_container(p, PL_CEL_MAP);
    }
    if (pl_cel_parse_at(p, "(")) {
        rc = pl_cel_parse_advance(p);
        rc = rc == PLACET_OK ? pl_cel_parse_expression(p) : rc;
        return rc == PLACET_OK ? pl_cel_parse_expect(p, ")", "Close the bracket.") : rc;
    }
    if (pl_cel_parse_at(p, ".")) {
        rc = pl_cel_parse_advance(p);
        if (rc == PLACET_OK && p->token.kind == PL_CEL_TOKEN_NAME) {
            return parse_name(p, from, true);
        }
    }
    const struct pl_text shown = p->token.text;
    return rc != PLACET_OK
               ? rc
               : pl_cel_refuse(p->lex.err, p->lex.source, p->token.offset, NULL,
                               "`%.*s` where a value is expected", (int)shown.len, shown.at);
}

int pl_cel_parse_primary(struct pl_cel_parse *p)
{
    switch (p->token.kind) {
    case PL_CEL_TOKEN_NAME:
        return parse_word(p);
    case PL_CEL_TOKEN_INT:
    case PL_CEL_TOKEN_UINT:
    case PL_CEL_TOKEN_REAL:
        return pl_cel_parse_number(p, false, p->token.offset);
    case PL_CEL_TOKEN_STRING:
    case PL_CEL_TOKEN_BYTES:
        return parse_text(p);
    case PL_CEL_TOKEN_QUOTED:
        return pl_cel_parse_refuse(p, p->token.offset,
                                   "Backticks are for fields: `form.`content-type``.",
                                   "a name in backticks where a value is expected");
    case PL_CEL_TOKEN_END:
        return pl_cel_parse_refuse(p, p->token.offset, NULL,
                                   "the expression ends where a value is expected");
    case PL_CEL_TOKEN_MARK:
        break;
    }
    return parse_mark(p);
}
