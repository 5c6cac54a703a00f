/* What a step may answer. */
#include <string.h>

#include "definition/load_step.h"

static uint16_t back_target(struct pl_load *l, uint16_t step, const struct pl_yaml *back_to)
{
    if (pl_text_is(back_to->text, "this_step")) {
        return step;
    }
    if (pl_text_is(back_to->text, "apply")) {
        return PL_STEP_APPLY;
    }
    return pl_definition_step(l->def, back_to->text);
}

void pl_load_rule(struct pl_load *l, uint16_t step, uint16_t decision)
{
    struct pl_step_def *def = &l->def->steps[step];
    const struct pl_decision_spec *spec = &l->specs[decision];
    struct pl_decision_rule *rule = &def->rules[def->rule_count++];

    *rule = (struct pl_decision_rule){
        .decision = decision,
        .effect = spec->effect,
        .result = spec->effect == PL_DECISION_ENDS ? spec->result : PL_NO_RESULT,
        .back_to = PL_NO_STEP,
        .at_most = spec->at_most,
        .then = spec->effect == PL_DECISION_BACK ? spec->then : PL_RESULT_REJECTED,
        .undo = spec->undo,
        .waits_for_applicant = spec->waits_for_applicant,
        .clock = spec->clock,
        .reason_required = spec->reason_required,
    };
    if (spec->effect == PL_DECISION_BACK) {
        rule->back_to = back_target(l, step, spec->back_to);
        memcpy(rule->keep, spec->keep, sizeof(rule->keep));
    }
}

static void add_named_rules(struct pl_load *l, uint16_t step, const struct pl_yaml *decisions)
{
    const struct pl_yaml *items[PL_DECISIONS_MAX];
    const unsigned count = pl_load_list(l, decisions, items, PL_DECISIONS_MAX);

    for (unsigned i = 0; i < count; i++) {
        const uint16_t decision = pl_definition_decision(l->def, items[i]->text);
        if (decision != PL_NO_DECISION && decision != PL_DECISION_NO_OBJECTION &&
            decision != PL_DECISION_OBJECTION) {
            pl_load_rule(l, step, decision);
            continue;
        }
        if (decision != PL_NO_DECISION) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at(l, items[i]), PL_DIAG_NO_DECISION,
                            "only a member who gives an opinion answers `%.*s`",
                            (int)items[i]->text.len, items[i]->text.at);
            pl_diag_hint(diag,
                         "Leave it out: a member with `gives: opinion` may always answer it.");
            continue;
        }
        struct pl_names names = {0};
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, items[i]), PL_DIAG_NO_DECISION,
                        "there is no decision `%.*s`", (int)items[i]->text.len, items[i]->text.at);
        for (uint16_t k = 0; k < l->def->decision_count; k++) {
            const struct pl_decision_name *name = &l->def->decisions[k];
            if (k == PL_DECISION_APPROVE || k >= PL_DECISIONS_FIXED) {
                pl_names_add(&names, name->id, name->title.zh, name->title.en);
            }
        }
        pl_names_suggest(&names, items[i]->text, "Add it to `decisions` of the file.", diag);
    }
}

/* Every decision that the file lists, but not the two of opinions. */
static void add_listed_rules(struct pl_load *l, uint16_t step)
{
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        const bool opinion = i == PL_DECISION_NO_OBJECTION || i == PL_DECISION_OBJECTION;
        if (!opinion &&
            (l->specs[i].node != NULL || (!l->lists_decisions && i == PL_DECISION_APPROVE))) {
            pl_load_rule(l, step, i);
        }
    }
}

static void check_back_rules(struct pl_load *l, uint16_t step)
{
    const struct pl_step_def *def = &l->def->steps[step];
    unsigned count = 0;

    for (uint16_t i = 0; i < def->rule_count; i++) {
        count += def->rules[i].effect == PL_DECISION_BACK;
    }
    if (count > PL_BACK_RULES_MAX) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, l->steps[step]), PL_DIAG_TOO_MANY,
                        "step %s has %u decisions that go back, at most %d are allowed",
                        pl_name(def->id, &def->title).at, count, PL_BACK_RULES_MAX);
        pl_diag_hint(diag, "List fewer in `decisions` of the step.");
    }
}

void pl_load_rules(struct pl_load *l, uint16_t step, const struct pl_yaml *decisions)
{
    struct pl_step_def *def = &l->def->steps[step];

    def->rules = pl_load_alloc(l, l->def->decision_count * sizeof(*def->rules));
    if (l->full) {
        return;
    }
    switch (def->kind) {
    case PL_KIND_ASK:
        if (decisions != NULL) {
            add_named_rules(l, step, decisions);
        } else {
            add_listed_rules(l, step);
        }
        break;
    case PL_KIND_RUN:
        pl_load_result_rules(l, step);
        break;
    case PL_KIND_DECIDE:
        pl_load_table_rules(l, step);
        break;
    case PL_KIND_TELL:
    case PL_KIND_WAIT_FOR:
    case PL_STEP_KINDS:
        pl_load_rule(l, step, PL_DECISION_APPROVE);
        break;
    }
    check_back_rules(l, step);
}
