/* What a decision table gives, for the rest of the file: decisions and the names of its outputs. */
#include "definition/load_step.h"

#define OUTPUTS_MAX 64 /* that are looked through for a misspelt one */

const struct pl_yaml *pl_load_output_of(const struct pl_yaml *rule, struct pl_text key)
{
    for (const struct pl_yaml *cell = rule->first; cell != NULL; cell = cell->next) {
        if (pl_text_equal(cell->key, key)) {
            return cell;
        }
    }
    return NULL;
}

/* The rule in the file that follows another; NULL: the first. `otherwise` is the last of all. */
static const struct pl_yaml *next_rule(const struct pl_yaml *decide, const struct pl_yaml *rule)
{
    const struct pl_yaml *rules = pl_yaml_get(decide, "rules");
    const struct pl_yaml *otherwise = pl_yaml_get(decide, "otherwise");
    const struct pl_yaml *next = NULL;

    if (rule == otherwise && rule != NULL) {
        return NULL;
    }
    if (rules != NULL && rules->kind == PL_YAML_LIST) {
        next = rule == NULL ? rules->first : rule->next;
    }
    return next != NULL ? next : otherwise;
}

void pl_load_table_rules(struct pl_load *l, uint16_t step)
{
    const struct pl_yaml *decide = pl_yaml_get(l->steps[step], "decide");
    const struct pl_yaml *rule = NULL;
    bool decides = false;

    while (decide != NULL && (rule = next_rule(decide, rule)) != NULL) {
        const struct pl_yaml *node = pl_yaml_get(rule, "decision");
        const uint16_t decision =
            node != NULL ? pl_definition_decision(l->def, node->text) : PL_NO_DECISION;
        if (decision != PL_NO_DECISION && pl_step_rule(&l->def->steps[step], decision) == NULL) {
            pl_load_rule(l, step, decision);
        }
        decides = decides || node != NULL;
    }
    if (!decides) {
        pl_load_rule(l, step, PL_DECISION_APPROVE);
    }
}

/* An output of the first rule, or NULL. */
static const struct pl_yaml *first_output(const struct pl_yaml *decide, struct pl_text name)
{
    const struct pl_yaml *rule = next_rule(decide, NULL);
    const struct pl_yaml *inputs = pl_yaml_get(decide, "inputs");
    const struct pl_yaml *cell = rule != NULL ? pl_load_output_of(rule, name) : NULL;
    const bool is_input = inputs != NULL && pl_load_output_of(inputs, name) != NULL;

    return cell != NULL && !is_input && cell->kind == PL_YAML_SCALAR ? cell : NULL;
}

bool pl_load_table_output(const struct pl_yaml *decide, struct pl_text name,
                          enum pl_cel_type *type_out)
{
    const struct pl_yaml *cell = first_output(decide, name);
    bool truth = false;
    int64_t integer = 0;

    if (cell == NULL) {
        return false;
    }
    if (cell->plain && pl_yaml_as_bool(cell, &truth)) {
        *type_out = PL_CEL_BOOL;
    } else if (cell->plain && pl_yaml_as_i64(cell, &integer)) {
        *type_out = PL_CEL_INT;
    } else {
        *type_out = cell->plain && pl_cell_is_number(cell->text) ? PL_CEL_DOUBLE : PL_CEL_STRING;
    }
    return true;
}

const char *pl_load_table_suggest(const struct pl_yaml *decide, struct pl_text name)
{
    const struct pl_yaml *rule = next_rule(decide, NULL);
    const char *names[OUTPUTS_MAX];
    char word[2 * PL_ID_MAX];
    struct pl_builder b;
    size_t count = 0;

    for (const struct pl_yaml *cell = rule != NULL ? rule->first : NULL;
         cell != NULL && count < OUTPUTS_MAX; cell = cell->next) {
        if (first_output(decide, cell->key) != NULL) {
            names[count++] = cell->key.at;
        }
    }
    pl_builder_init(&b, word, sizeof(word));
    pl_builder_add(&b, name);
    return pl_text_closest(word, names, count);
}
