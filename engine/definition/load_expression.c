/* Expressions: CEL over the form, the case, the steps and the reference tables. */
#include <string.h>

#include "definition/load_step.h"
#include "value/schema.h"

#define USES_MAX 64 /* names in one expression that are looked at again when it is understood */

/* A name that was read, to be judged with the whole expression. */
struct use {
    struct pl_text path;
    uint16_t step;
    bool needs_done;
    bool optional;
};

struct reading {
    struct pl_load *l;
    const struct pl_expression *e;
    const struct pl_yaml *node;
    struct pl_text source;
    struct pl_text part; /* of the source: what the node says */
    struct use uses[USES_MAX];
    uint32_t count;
};

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

/* Characters of the name or number that begins there; 1 for anything else. */
static uint32_t word_length(struct pl_text source, uint32_t at)
{
    uint32_t length = 0;

    while (at + length < source.len &&
           (is_word(source.at[at + length]) || source.at[at + length] == '.')) {
        length++;
    }
    return length > 0 ? length : 1;
}

/* ---- places ---- */

/* Where a part of the source stands in the file: within the node if the node says it. The quotes
 * are columns of the file, not of the expression. */
static struct pl_diag_place place_of(const struct reading *r, struct pl_text part)
{
    struct pl_diag_place place = pl_load_at(r->l, r->node);
    const char *end = r->part.at + r->part.len;
    uint32_t before = 0;
    uint32_t length = 0;

    if (r->part.len == 0 || part.at < r->part.at || part.at + part.len > end) {
        return place;
    }
    for (const char *at = r->part.at; at < part.at + part.len; at++) {
        const bool begins = ((unsigned char)*at & 0xC0) != 0x80;
        before += begins && at < part.at;
        length += begins && at >= part.at;
    }
    if (before + length <= place.mark.length) {
        place.mark.column += before + (r->node->plain ? 0 : 1);
        place.mark.length = length > 0 ? length : 1;
    }
    return place;
}

/* The byte of a column of the source, which counts characters from 1. */
static uint32_t byte_of(struct pl_text source, uint32_t column)
{
    uint32_t at = 0;

    for (uint32_t passed = 1; at < source.len && passed < column; passed++) {
        at++;
        while (at < source.len && ((unsigned char)source.at[at] & 0xC0) == 0x80) {
            at++;
        }
    }
    return at;
}

/* ---- names ---- */

static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    struct reading *r = context;
    struct pl_name_read name = {.step = PL_NO_STEP};

    if (!pl_load_name(r->l, r->e, path, &name, suggestion_out)) {
        return false;
    }
    if (r->count < USES_MAX && (name.step != PL_NO_STEP || name.optional)) {
        r->uses[r->count++] = (struct use){path, name.step, name.needs_done, name.optional};
    }
    *binding_out = name.binding;
    return true;
}

/* Whether the path that stands there is asked for by `has(...)`. */
static bool is_question(const struct reading *r, struct pl_text path)
{
    const char *at = path.at;

    while (at > r->source.at && at[-1] == ' ') {
        at--;
    }
    if (at <= r->source.at || at[-1] != '(') {
        return false;
    }
    at--;
    while (at > r->source.at && at[-1] == ' ') {
        at--;
    }
    return at - r->source.at >= 3 && memcmp(at - 3, "has", 3) == 0 &&
           (at - r->source.at == 3 || !is_word(at[-4]));
}

static bool begins_with(struct pl_text path, struct pl_text start)
{
    return path.len >= start.len && memcmp(path.at, start.at, start.len) == 0 &&
           (path.len == start.len || path.at[start.len] == '.');
}

/* Whether the author knows that it may be absent: the expression asks for it, or for what it is in.
 */
static bool is_asked(const struct reading *r, const struct use *use)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (is_question(r, r->uses[i].path) && begins_with(use->path, r->uses[i].path)) {
            return true;
        }
    }
    return false;
}

/* Whether the expression asks for anything that the step has only when it is done. */
static bool is_step_asked(const struct reading *r, uint16_t step)
{
    for (uint32_t i = 0; i < r->count; i++) {
        if (r->uses[i].step == step && r->uses[i].needs_done && is_question(r, r->uses[i].path)) {
            return true;
        }
    }
    return false;
}

static void mention(const struct reading *r, const struct use *use, bool needs)
{
    struct pl_load *l = r->l;
    struct pl_mention *m = pl_arena_alloc(l->trees, sizeof(*m));

    if (m == NULL) {
        l->full = true;
        return;
    }
    *m = (struct pl_mention){.next = l->mentions,
                             .place = place_of(r, use->path),
                             .of = r->e->step,
                             .step = use->step,
                             .needs = needs};
    l->mentions = m;
}

static void report_optional(const struct reading *r, const struct use *use)
{
    struct pl_diag *diag = pl_diag_add(r->l->diags, place_of(r, use->path), PL_DIAG_OPTIONAL_FIELD,
                                       "`%.*s` may be absent, and this expression needs it",
                                       (int)use->path.len, use->path.at);
    pl_diag_hint(diag, "Make it `required` in its schema, or ask first: `has(%.*s) && ...`.",
                 (int)use->path.len, use->path.at);
}

static void check_uses(const struct reading *r)
{
    for (uint32_t i = 0; i < r->count; i++) {
        const struct use *use = &r->uses[i];
        if (use->optional && !is_asked(r, use)) {
            report_optional(r, use);
            continue;
        }
        const bool needs =
            use->needs_done && use->step != PL_NO_STEP && !is_step_asked(r, use->step);
        if (needs && r->e->reach == PL_REACH_ALL) {
            report_optional(r, use);
        } else if (use->step != PL_NO_STEP && r->e->reach == PL_REACH_BEFORE) {
            mention(r, use, needs);
        }
    }
}

/* ---- compiling ---- */

/* Whether a name that is not known can only be meant for a field of the form. */
static bool is_field(const struct pl_load *l, struct pl_text word, const struct placet_error *err)
{
    static const char *const others[] = {"case.", "steps.", "tables.", "item.", "items."};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        const struct pl_text other = pl_text_of(others[i]);
        if (word.len >= other.len && memcmp(word.at, other.at, other.len) == 0) {
            return false;
        }
    }
    return l->def->form != NULL && word.len > 0 && strncmp(err->message, "no field `", 10) == 0;
}

static void suggest_field(struct pl_load *l, struct pl_text word, const char *otherwise,
                          struct pl_diag *diag)
{
    struct pl_names names = {0};

    pl_load_field_names(l, &names);
    pl_names_suggest(&names, word,
                     otherwise[0] != '\0' ? otherwise
                                          : "The sections of the form are the keys of its "
                                            "`properties`; a field is `section.field`.",
                     diag);
}

static void report(const struct reading *r, const struct placet_error *err)
{
    struct pl_diag_place place = pl_load_at(r->l, r->node);
    struct pl_text word = {r->source.at, 0};

    if (err->column > 0) {
        const uint32_t at = byte_of(r->source, err->column);
        const uint32_t length = word_length(r->source, at);
        const uint32_t left = r->source.len - at;
        word = (struct pl_text){r->source.at + at, length < left ? length : left};
        place = place_of(r, word);
    }
    struct pl_diag *diag = pl_diag_add(r->l->diags, place, PL_DIAG_EXPRESSION, "%s", err->message);
    if (is_field(r->l, word, err)) {
        suggest_field(r->l, word, err->hint, diag);
    } else if (err->hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err->hint);
    } else {
        pl_diag_hint(diag, "A condition compares fields of the form: `design.special_fire`, "
                           "`project.investment_cny > 1000000`.");
    }
}

const struct pl_cel_program *pl_load_expression_of(struct pl_load *l, const struct pl_yaml *node,
                                                   struct pl_text source, struct pl_text part,
                                                   const struct pl_expression *e, bool scratch)
{
    struct reading r = {.l = l, .e = e, .node = node, .source = source, .part = part};
    const struct pl_cel_scope scope = {.context = &r, .resolve = resolve};
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    struct pl_arena *arena = scratch ? l->trees : l->arena;

    const int rc = pl_cel_compile(source, &scope, e->wanted, arena, &program, &err);
    if (rc == PLACET_OK) {
        check_uses(&r);
        return program;
    }
    if (!pl_load_ran_out(l, arena, rc)) {
        report(&r, &err);
    }
    return NULL;
}

const struct pl_cel_program *pl_load_expression(struct pl_load *l, const struct pl_yaml *node,
                                                const struct pl_expression *e)
{
    struct pl_text source = {0};

    if (!pl_load_text(l, node, &source)) {
        return NULL;
    }
    return pl_load_expression_of(l, node, source, source, e, false);
}

const struct pl_cel_program *pl_load_when(struct pl_load *l, const struct pl_step_def *step,
                                          const struct pl_yaml *node)
{
    const struct pl_expression condition = {
        .step = pl_load_number_of(l, step), .reach = PL_REACH_BEFORE, .wanted = PL_CEL_BOOL};

    return pl_load_expression(l, node, &condition);
}
