/* What a name in an expression stands for. */
#include <string.h>

#include "definition/load_step.h"
#include "value/schema.h"

/* The first part of a path, and what follows its dot. */
static struct pl_text split(struct pl_text path, struct pl_text *rest_out)
{
    const char *dot = memchr(path.at, '.', path.len);

    if (dot == NULL) {
        *rest_out = (struct pl_text){path.at + path.len, 0};
        return path;
    }
    const struct pl_text first = {path.at, (uint32_t)(dot - path.at)};
    *rest_out = (struct pl_text){dot + 1, path.len - first.len - 1};
    return first;
}

static bool add_variable(struct pl_load *l, struct pl_variable variable, uint16_t *number_out)
{
    struct pl_definition *def = l->def;

    for (uint16_t i = 0; i < def->variable_count; i++) {
        const struct pl_variable *known = &def->variables[i];
        if (known->kind == variable.kind && known->step == variable.step &&
            known->value.at == variable.value.at) {
            *number_out = i;
            return true;
        }
    }
    if (def->variable_count == PL_VARIABLES_MAX) {
        l->full = true;
        return false;
    }
    def->variables[def->variable_count] = variable;
    *number_out = def->variable_count++;
    return true;
}

/* A suggestion that is put together: before, the nearest word, and what follows. */
static const char *join(struct pl_load *l, const char *before, const char *word,
                        struct pl_text after)
{
    char text[3 * PL_ID_MAX];
    struct pl_builder b;

    pl_builder_init(&b, text, sizeof(text));
    pl_builder_addf(&b, "%s%s%s%.*s", before, word, after.len > 0 ? "." : "", (int)after.len,
                    after.at);
    return pl_arena_text(l->trees, text, b.len);
}

static const char *nearest(struct pl_text word, const char *const *known, size_t count)
{
    char text[2 * PL_ID_MAX];
    struct pl_builder b;

    pl_builder_init(&b, text, sizeof(text));
    pl_builder_add(&b, word);
    return pl_text_closest(text, known, count);
}

/* ---- the form ---- */

static bool read_form(struct pl_load *l, struct pl_text path, struct pl_name_read *out,
                      const char **suggestion_out)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN, .required = true};

    out->binding =
        (struct pl_cel_binding){.rest = path, .type = PL_CEL_MAP, .schema = l->def->form};
    if (path.len == 0) {
        return true;
    }
    /* That the form is missing was reported where it is named. */
    if (l->def->form != NULL && !pl_schema_at(l->def->form, path, &field, suggestion_out)) {
        return false;
    }
    out->binding.type = field.type;
    out->optional = !field.required;
    return true;
}

/* ---- the case ---- */

static bool read_case(struct pl_load *l, struct pl_text rest, struct pl_name_read *out,
                      const char **suggestion_out)
{
    static const char *const fields[] = {"id", "key", "by", "started", "accepted"};
    const size_t count = sizeof(fields) / sizeof(fields[0]);
    const struct pl_variable variable = {.kind = PL_VARIABLE_CASE, .step = PL_NO_STEP};

    for (size_t i = 0; i < count; i++) {
        if (pl_text_is(rest, fields[i])) {
            out->binding = (struct pl_cel_binding){.rest = rest, .type = PL_CEL_STRING};
            return add_variable(l, variable, &out->binding.variable);
        }
    }
    const char *near = nearest(rest, fields, count);
    *suggestion_out = near != NULL ? join(l, "case.", near, PL_TEXT("")) : "case.id";
    return false;
}

/* ---- steps ---- */

/* What a decision table gives: outputs, or with `collect` the list of those of all rules. */
static bool read_outputs(struct pl_load *l, const struct pl_yaml *decide, struct pl_text rest,
                         struct pl_name_read *out, const char **suggestion_out)
{
    const struct pl_yaml *hit = pl_yaml_get(decide, "hit");
    struct pl_text inside = {0};
    const struct pl_text output = split(rest, &inside);

    if (hit != NULL && pl_text_is(hit->text, "collect")) {
        out->binding.type = PL_CEL_LIST;
        return rest.len == 0;
    }
    out->binding.type = PL_CEL_MAP;
    if (rest.len == 0 || pl_load_table_output(decide, output, &out->binding.type)) {
        return true;
    }
    const char *near = pl_load_table_suggest(decide, output);
    if (near != NULL) {
        const struct pl_text id = l->def->steps[out->step].id;
        char before[2 * PL_ID_MAX];
        struct pl_builder b;
        pl_builder_init(&b, before, sizeof(before));
        pl_builder_addf(&b, "steps.%.*s.answer.", (int)id.len, id.at);
        *suggestion_out = join(l, before, near, PL_TEXT(""));
    }
    return false;
}

/* What an answer of a step has at a path: by its schema, or by the rules of its table. */
static bool read_answer(struct pl_load *l, uint16_t step, struct pl_text rest,
                        struct pl_name_read *out, const char **suggestion_out)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN, .required = true};
    const struct pl_schema *schema = l->answers[step];
    const struct pl_yaml *decide = pl_yaml_get(l->steps[step], "decide");

    out->binding.type = PL_CEL_DYN;
    if (decide != NULL) {
        return read_outputs(l, decide, rest, out, suggestion_out);
    }
    if (rest.len == 0 || schema == NULL) {
        return true;
    }
    if (!pl_schema_at(schema, rest, &field, suggestion_out)) {
        return false;
    }
    out->binding.type = field.type;
    out->binding.schema = schema;
    out->optional = !field.required;
    return true;
}

static bool is_set(const struct pl_load *l, uint16_t step)
{
    const struct pl_yaml *for_each = pl_yaml_get(l->steps[step], "for_each");

    return for_each != NULL && pl_yaml_get(for_each, "item") != NULL;
}

static bool read_of_step(struct pl_load *l, uint16_t step, struct pl_text part, struct pl_text rest,
                         struct pl_name_read *out, const char **suggestion_out)
{
    static const char *const parts[] = {"decision", "state", "answer", "items"};
    static const enum pl_variable_kind kinds[] = {PL_VARIABLE_DECISION, PL_VARIABLE_STATE,
                                                  PL_VARIABLE_ANSWER, PL_VARIABLE_ITEMS};
    static const enum pl_cel_type types[] = {PL_CEL_STRING, PL_CEL_STRING, PL_CEL_DYN, PL_CEL_LIST};
    const size_t count = sizeof(parts) / sizeof(parts[0]);

    for (size_t i = 0; i < count; i++) {
        const bool items = kinds[i] == PL_VARIABLE_ITEMS;
        const bool answer = kinds[i] == PL_VARIABLE_ANSWER;
        if (!pl_text_is(part, parts[i]) || (items && !is_set(l, step)) ||
            (!answer && rest.len > 0)) {
            continue;
        }
        const struct pl_variable variable = {.kind = kinds[i], .step = step};
        out->step = step;
        out->needs_done = answer || kinds[i] == PL_VARIABLE_DECISION;
        out->binding = (struct pl_cel_binding){.rest = rest, .type = types[i]};
        return add_variable(l, variable, &out->binding.variable) &&
               (!answer || read_answer(l, step, rest, out, suggestion_out));
    }
    const char *near = nearest(part, parts, count);
    char before[2 * PL_ID_MAX];
    struct pl_builder b;
    pl_builder_init(&b, before, sizeof(before));
    pl_builder_addf(&b, "steps.%.*s.", (int)l->def->steps[step].id.len, l->def->steps[step].id.at);
    *suggestion_out = join(l, before, near != NULL ? near : "decision", PL_TEXT(""));
    return false;
}

static bool read_steps(struct pl_load *l, const struct pl_expression *e, struct pl_text path,
                       struct pl_name_read *out, const char **suggestion_out)
{
    const char *ids[PL_STEPS_MAX];
    struct pl_text rest = {0};
    struct pl_text inside = {0};
    const struct pl_text id = split(path, &rest);
    const uint16_t step = pl_definition_step(l->def, id);

    if (e->reach == PL_REACH_NONE) {
        return false;
    }
    if (step != PL_NO_STEP) {
        const struct pl_text part = split(rest, &inside);
        return read_of_step(l, step, part, inside, out, suggestion_out);
    }
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        ids[i] = l->def->steps[i].id.at;
    }
    const char *near = nearest(id, ids, l->def->step_count);
    *suggestion_out = near != NULL ? join(l, "steps.", near, rest) : NULL;
    return false;
}

/* ---- items ---- */

static bool read_item(struct pl_load *l, uint16_t step, enum pl_variable_kind kind,
                      struct pl_text rest, struct pl_name_read *out)
{
    const struct pl_variable variable = {.kind = kind, .step = step};

    out->binding = (struct pl_cel_binding){
        .rest = rest, .type = kind == PL_VARIABLE_ITEMS ? PL_CEL_LIST : PL_CEL_DYN};
    return add_variable(l, variable, &out->binding.variable);
}

/* ---- reference tables ---- */

static bool read_table(struct pl_load *l, struct pl_text id, struct pl_name_read *out,
                       const char **suggestion_out)
{
    const char *ids[PL_TABLES_MAX];

    for (uint16_t i = 0; i < l->table_count; i++) {
        const struct pl_table_read *table = &l->tables[i];
        const struct pl_variable variable = {
            .kind = PL_VARIABLE_TABLE, .step = PL_NO_STEP, .value = table->rows};
        if (pl_text_equal(table->id, id)) {
            out->binding = (struct pl_cel_binding){.rest = {id.at + id.len, 0}, .type = PL_CEL_MAP};
            return add_variable(l, variable, &out->binding.variable);
        }
        ids[i] = table->id.at;
    }
    const char *near = nearest(id, ids, l->table_count);
    *suggestion_out = near != NULL ? join(l, "tables.", near, PL_TEXT("")) : NULL;
    return false;
}

bool pl_load_name(struct pl_load *l, const struct pl_expression *e, struct pl_text path,
                  struct pl_name_read *out, const char **suggestion_out)
{
    struct pl_text rest = {0};
    const struct pl_text first = split(path, &rest);

    *out = (struct pl_name_read){.step = PL_NO_STEP};
    *suggestion_out = NULL;
    if (pl_text_is(first, "form")) {
        return read_form(l, rest, out, suggestion_out);
    }
    if (pl_text_is(first, "case")) {
        return read_case(l, rest, out, suggestion_out);
    }
    if (pl_text_is(first, "steps")) {
        return read_steps(l, e, rest, out, suggestion_out);
    }
    if (pl_text_is(first, "tables")) {
        return read_table(l, rest, out, suggestion_out);
    }
    if (pl_text_is(first, "items") && e->items && rest.len == 0) {
        return read_item(l, e->step, PL_VARIABLE_ITEMS, rest, out);
    }
    if (pl_text_is(first, "item") && e->item) {
        return read_item(l, e->step, PL_VARIABLE_ITEM, rest, out);
    }
    return read_form(l, path, out, suggestion_out);
}
