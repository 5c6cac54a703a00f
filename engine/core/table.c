/* Decision tables: which rules match, and what they give. */
#include "base/check.h"
#include "core/internal.h"
#include "value/equal.h"
#include "value/writer.h"

/* One reading of a table; an incident ends it. */
struct table {
    struct pl_deciding *d;
    const struct pl_decision_table *def;
    uint16_t step;
    uint16_t first; /* rule that matched first */
    uint16_t matched;
    struct pl_bytes outputs[PL_TABLE_RULES_MAX]; /* of those that matched, in order */
};

static bool fails(struct table *t, const char *message)
{
    pl_core_incident(t->d, t->step, PL_NO_ITEM, "table", message);
    return false;
}

/* `otherwise` stands last and has no condition. */
static bool matches(struct table *t, const struct pl_table_rule *rule, bool *matches_out)
{
    if (rule->when == NULL) {
        *matches_out = t->matched == 0;
        return true;
    }
    return pl_core_condition(t->d, t->step, PL_NO_ITEM, rule->when, matches_out);
}

static bool keep_outputs(struct table *t, uint16_t rule)
{
    struct pl_cel_value value;

    if (!pl_core_evaluate(t->d, t->step, PL_NO_ITEM, t->def->rules[rule].outputs, &value)) {
        return false;
    }
    if (value.type != PL_CEL_MAP || !pl_core_keep_value(t->d, &value, &t->outputs[t->matched])) {
        return fails(t, "the outputs of a rule cannot be kept");
    }
    t->first = t->matched == 0 ? rule : t->first;
    t->matched++;
    return true;
}

static bool read_rules(struct table *t)
{
    const enum pl_hit hit = t->def->hit;

    for (uint16_t i = 0; i < t->def->rule_count; i++) {
        bool match = false;

        if (!matches(t, &t->def->rules[i], &match)) {
            return false;
        }
        if (match && t->matched > 0 && hit == PL_HIT_UNIQUE) {
            return fails(t, "two rules match, and the table wants exactly one (hit: unique)");
        }
        if (match && !keep_outputs(t, i)) {
            return false;
        }
        if (match && hit == PL_HIT_FIRST) {
            return true;
        }
        if (match && hit == PL_HIT_ANY &&
            !pl_value_equal(t->outputs[0], t->outputs[t->matched - 1])) {
            return fails(t, "two rules match and give different outputs (hit: any)");
        }
    }
    return t->matched > 0 || fails(t, "no rule of the table matches, and it has no `otherwise`");
}

/* The outputs of the rule that counts, or with COLLECT the list of all. */
static bool join_outputs(struct table *t, struct pl_bytes *outputs_out)
{
    struct pl_outcome *out = t->d->out;
    struct pl_writer writer;

    if (t->def->hit != PL_HIT_COLLECT) {
        *outputs_out = t->outputs[0];
        return true;
    }
    pl_writer_init(&writer, out->room + out->room_used, sizeof(out->room) - out->room_used);
    pl_write_array(&writer, t->matched);
    for (uint16_t i = 0; i < t->matched; i++) {
        pl_write_value(&writer, t->outputs[i]);
    }
    if (!pl_writer_ok(&writer)) {
        return fails(t, "the outputs of the table are too large");
    }
    out->room_used += writer.used;
    *outputs_out = pl_writer_bytes(&writer);
    return true;
}

/* What the outputs decide; APPROVE when they do not say. */
static bool read_decision(struct table *t, const struct pl_decision_rule **rule_out)
{
    const struct pl_definition *def = t->d->def;
    uint16_t decision = PL_DECISION_APPROVE;
    struct pl_text word;

    if (t->def->hit != PL_HIT_COLLECT &&
        pl_value_as_text(pl_value_get(t->outputs[0], PL_TEXT("decision")), &word)) {
        decision = pl_definition_decision(def, word);
    }
    *rule_out = decision == PL_NO_DECISION ? NULL : pl_step_rule(&def->steps[t->step], decision);
    return *rule_out != NULL || fails(t, "the table gives a decision that the step does not know");
}

bool pl_core_read_table(struct pl_deciding *d, uint16_t step, struct pl_table_answer *answer_out)
{
    struct table t = {.d = d, .def = d->def->steps[step].table, .step = step};
    struct pl_bytes outputs;

    PL_CHECK(t.def != NULL && t.def->rule_count <= PL_TABLE_RULES_MAX);
    if (!read_rules(&t) || !join_outputs(&t, &outputs) ||
        !read_decision(&t, &answer_out->decides)) {
        return false;
    }
    answer_out->rule = t.first;
    answer_out->outputs = outputs;
    return true;
}
