/* Decision tables: each rule becomes one condition and one map of outputs. The cells are checked
 * one by one first, so that a mistake is shown where it stands. */
#include <string.h>

#include "definition/load_step.h"

#define INPUTS_MAX 16
#define TEXT_SIZE  8192 /* of the condition of one rule: sixteen cells of some length */

struct table {
    struct pl_step_def *step;
    struct pl_decision_table *out;
    const struct pl_yaml *inputs;
    const struct pl_yaml *rules;
    const struct pl_yaml *otherwise;
    bool sound; /* the inputs can be read */
};

/* ---- cells ---- */

static struct pl_expression test_of(const struct pl_load *l, const struct table *t,
                                    enum pl_cel_type wanted)
{
    return (struct pl_expression){
        .step = pl_load_number_of(l, t->step), .reach = PL_REACH_BEFORE, .wanted = wanted};
}

/* A scalar that is checked where it stands, and added to the condition of its rule. */
static void add_test(struct pl_load *l, const struct table *t, const struct pl_yaml *input,
                     const struct pl_yaml *cell, struct pl_builder *rule)
{
    const struct pl_expression e = test_of(l, t, PL_CEL_BOOL);
    char text[TEXT_SIZE / 4];
    struct pl_builder b;

    pl_builder_init(&b, text, sizeof(text));
    pl_cell_put_test(&b, input->text, cell);
    const struct pl_text whole = {pl_arena_text(l->trees, text, b.len), (uint32_t)b.len};
    if (b.full || whole.at == NULL) {
        (void)pl_diag_add(l->diags, pl_load_at(l, cell), PL_DIAG_TOO_MANY,
                          "this test is too long to be read");
    } else if (t->sound) {
        (void)pl_load_expression_of(l, cell, whole, PL_TEXT(""), &e, true);
    }
    pl_builder_add(rule, whole);
}

/* One cell: a test, or a list of which one must hold. */
static void add_cell(struct pl_load *l, const struct table *t, const struct pl_yaml *input,
                     const struct pl_yaml *cell, struct pl_builder *rule)
{
    const struct pl_yaml *items[PL_TABLE_RULES_MAX];
    const unsigned count = pl_load_list(l, cell, items, PL_TABLE_RULES_MAX);

    pl_builder_addf(rule, "%s(", rule->len > 0 ? " && " : "");
    for (unsigned i = 0; i < count; i++) {
        pl_builder_addf(rule, "%s", i > 0 ? " || " : "");
        add_test(l, t, input, items[i], rule);
    }
    pl_builder_addf(rule, ")");
}

/* ---- rules ---- */

static const struct pl_yaml *input_of(const struct table *t, struct pl_text key)
{
    for (const struct pl_yaml *input = t->inputs->first; input != NULL; input = input->next) {
        if (pl_text_equal(input->key, key)) {
            return input;
        }
    }
    return NULL;
}

static const struct pl_cel_program *compile(struct pl_load *l, const struct table *t,
                                            const struct pl_yaml *node, const struct pl_builder *b,
                                            enum pl_cel_type wanted)
{
    const struct pl_expression e = test_of(l, t, wanted);

    if (b->full) {
        (void)pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_TOO_MANY,
                          "this rule is too long to be read");
        return NULL;
    }
    const struct pl_text text = pl_load_keep(l, (struct pl_text){b->at, (uint32_t)b->len});
    return pl_load_expression_of(l, node, text, PL_TEXT(""), &e, false);
}

static void load_rule(struct pl_load *l, const struct table *t, const struct pl_yaml *node,
                      struct pl_table_rule *out)
{
    char when_text[TEXT_SIZE];
    char output_text[TEXT_SIZE];
    struct pl_builder when;
    struct pl_builder outputs;
    const uint32_t mistakes = pl_load_mistakes(l);

    pl_builder_init(&when, when_text, sizeof(when_text));
    pl_builder_init(&outputs, output_text, sizeof(output_text));
    for (const struct pl_yaml *cell = node->first; cell != NULL; cell = cell->next) {
        const struct pl_yaml *input = input_of(t, cell->key);
        struct pl_text id = {0};
        if (input != NULL) {
            add_cell(l, t, input, cell, &when);
        } else if (cell->kind != PL_YAML_SCALAR) {
            (void)pl_load_text(l, cell, &id);
        } else if (pl_load_id_key(l, cell, &id)) {
            pl_builder_addf(&outputs, "%s\"%.*s\": ", outputs.len > 0 ? ", " : "{",
                            (int)cell->key.len, cell->key.at);
            pl_cell_put_value(&outputs, cell);
        }
    }
    pl_builder_addf(&outputs, outputs.len > 0 ? "}" : "{}");
    if (pl_load_mistakes(l) > mistakes || !t->sound) {
        return;
    }
    out->when = when.len > 0 ? compile(l, t, node, &when, PL_CEL_BOOL) : NULL;
    out->outputs = compile(l, t, node, &outputs, PL_CEL_MAP);
}

/* ---- what rules give ---- */

static bool is_output(const struct table *t, const struct pl_yaml *cell)
{
    return input_of(t, cell->key) == NULL;
}

/* A column that only one of two rules has: an output that the other lacks, or a misspelt input.
 * Returns whether there was one. */
static bool check_outputs(struct pl_load *l, const struct table *t, const struct pl_yaml *giving,
                          const struct pl_yaml *lacking)
{
    struct pl_names names = {0};

    for (const struct pl_yaml *cell = giving->first; cell != NULL; cell = cell->next) {
        if (!is_output(t, cell) || pl_load_output_of(lacking, cell->key) != NULL) {
            continue;
        }
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, cell), PL_DIAG_OUTPUTS,
                                           "`%.*s` is no input, and not every rule gives it",
                                           (int)cell->key.len, cell->key.at);
        for (const struct pl_yaml *input = t->inputs->first; input != NULL; input = input->next) {
            pl_names_add(&names, input->key, (struct pl_text){0}, (struct pl_text){0});
        }
        for (const struct pl_yaml *known = lacking->first; known != NULL; known = known->next) {
            if (is_output(t, known)) {
                pl_names_add(&names, known->key, (struct pl_text){0}, (struct pl_text){0});
            }
        }
        pl_names_suggest(&names, cell->key, "Give it in each rule, and in `otherwise`.", diag);
        pl_diag_other(diag, pl_load_at(l, lacking), "this rule does not have it");
        return true;
    }
    return false;
}

static void check_columns(struct pl_load *l, const struct table *t, const struct pl_yaml *rule,
                          const struct pl_yaml *first)
{
    if (!check_outputs(l, t, rule, first)) {
        (void)check_outputs(l, t, first, rule);
    }
}

/* `decision` is the word of the language for what the step decides. */
static void check_decision(struct pl_load *l, const struct table *t, const struct pl_yaml *rule)
{
    const struct pl_yaml *node = pl_yaml_get(rule, "decision");
    struct pl_names names = {0};

    if (node == NULL || !is_output(t, node) || node->kind != PL_YAML_SCALAR) {
        return;
    }
    if (t->out->hit == PL_HIT_COLLECT) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NOT_FOR_KIND,
                                           "a table that collects decides `approve`");
        pl_diag_hint(diag, "Name the output otherwise, or write `hit: first`.");
        return;
    }
    const uint16_t decision = pl_definition_decision(l->def, node->text);
    if (decision != PL_NO_DECISION && decision != PL_DECISION_NO_OBJECTION &&
        decision != PL_DECISION_OBJECTION) {
        return;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NO_DECISION,
                    "there is no decision `%.*s`", (int)node->text.len, node->text.at);
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        const struct pl_decision_name *known = &l->def->decisions[i];
        pl_names_add(&names, known->id, known->title.zh, known->title.en);
    }
    pl_names_suggest(&names, node->text, "Add it to `decisions` of the file.", diag);
}

/* ---- the keys of `decide` ---- */

static void set_hit(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"unique", "first", "any", "collect"};
    struct table *t = object;
    unsigned word = 0;

    if (pl_load_word(l, node, words, sizeof(words) / sizeof(words[0]), &word)) {
        t->out->hit = (enum pl_hit)word;
    }
}

static void set_inputs(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct table *t = object;
    const struct pl_expression e = test_of(l, t, PL_CEL_DYN);
    const uint32_t mistakes = pl_load_mistakes(l);

    if (!pl_load_is_map(l, node, "`inputs`")) {
        return;
    }
    if (node->count == 0 || node->count > INPUTS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node),
                          node->count == 0 ? PL_DIAG_EMPTY : PL_DIAG_TOO_MANY,
                          "%u inputs; a table has 1 to %d", node->count, INPUTS_MAX);
        return;
    }
    t->inputs = node;
    for (const struct pl_yaml *input = node->first; input != NULL; input = input->next) {
        struct pl_text text = {0};
        if (pl_load_id_key(l, input, &text) && pl_load_text(l, input, &text)) {
            (void)pl_load_expression_of(l, input, text, text, &e, true);
        }
    }
    t->sound = pl_load_mistakes(l) == mistakes;
}

static void set_rules(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct table *t = object;

    (void)l;
    t->rules = node;
}

static void set_otherwise(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct table *t = object;

    if (pl_load_is_map(l, node, "`otherwise`")) {
        t->otherwise = node;
    }
}

/* Shapes, columns and decisions of all rules; false when something was reported. */
static bool check_rules(struct pl_load *l, const struct table *t)
{
    const struct pl_yaml *first = t->rules->first;
    const uint32_t mistakes = pl_load_mistakes(l);

    for (const struct pl_yaml *rule = first; rule != NULL; rule = rule->next) {
        if (!pl_load_is_map(l, rule, "a rule")) {
            return false;
        }
    }
    for (const struct pl_yaml *rule = first; rule != NULL; rule = rule->next) {
        check_decision(l, t, rule);
        if (rule != first) {
            check_columns(l, t, rule, first);
        }
    }
    if (t->otherwise != NULL) {
        check_decision(l, t, t->otherwise);
        check_columns(l, t, t->otherwise, first);
    }
    return pl_load_mistakes(l) == mistakes;
}

static void load_rules(struct pl_load *l, const struct table *t)
{
    struct pl_decision_table *out = t->out;

    out->rules = pl_load_alloc(l, (t->rules->count + 1) * sizeof(*out->rules));
    if (out->rules == NULL) {
        return;
    }
    for (const struct pl_yaml *rule = t->rules->first; rule != NULL; rule = rule->next) {
        load_rule(l, t, rule, &out->rules[out->rule_count++]);
    }
    if (t->otherwise != NULL) {
        load_rule(l, t, t->otherwise, &out->rules[out->rule_count++]);
    }
}

void pl_load_set_decide(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"hit", false, set_hit},
        {"inputs", true, set_inputs},
        {"rules", true, set_rules},
        {"otherwise", false, set_otherwise},
    };
    struct pl_step_def *step = object;
    struct table t = {.step = step, .out = pl_load_alloc(l, sizeof(*t.out))};

    if (t.out == NULL) {
        return;
    }
    step->table = t.out;
    pl_load_map(l, node, PL_KEYS("a decision table", keys), &t);
    if (t.inputs == NULL || t.rules == NULL) {
        return;
    }
    const int rules_max = PL_TABLE_RULES_MAX - (t.otherwise != NULL);
    if (t.rules->kind != PL_YAML_LIST || t.rules->first == NULL ||
        t.rules->count > (uint32_t)rules_max) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, t.rules), PL_DIAG_WRONG_TYPE,
                                           "`rules` is a list of 1 to %d rules", rules_max);
        pl_diag_hint(diag, "Write one rule a line: `- {area: \"> 1000\", decision: approve}`.");
        return;
    }
    if (check_rules(l, &t)) {
        load_rules(l, &t);
    }
}
