/* Decisions and results: what may be answered, and how a case may end. */
#include <string.h>

#include "definition/load.h"

struct entry {
    struct pl_title *title;
    struct pl_decision_spec *spec;
};

static void set_zh(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;
    pl_load_title_text(l, node, &entry->title->zh);
}

static void set_en(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;
    pl_load_title_text(l, node, &entry->title->en);
}

/* ---- results ---- */

static uint16_t find_result(const struct pl_definition *def, struct pl_text id)
{
    for (uint16_t i = 0; i < def->result_count; i++) {
        if (pl_text_equal(def->results[i].id, id)) {
            return i;
        }
    }
    return PL_NO_RESULT;
}

static void add_result(struct pl_definition *def, struct pl_text id, struct pl_title title)
{
    def->results[def->result_count++] = (struct pl_result){.id = id, .title = title};
}

void pl_load_finish_ids(struct pl_load *l, const struct pl_yaml *node)
{
    struct pl_definition *def = l->def;

    def->results = pl_load_alloc(l, PL_RESULTS_MAX * sizeof(*def->results));
    def->finish = pl_load_alloc(l, PL_RESULTS_MAX * sizeof(*def->finish));
    if (l->full) {
        return;
    }
    add_result(def, PL_TEXT("completed"),
               (struct pl_title){PL_TEXT("\u529e\u7ed3"), PL_TEXT("Completed")});
    add_result(def, PL_TEXT("rejected"),
               (struct pl_title){PL_TEXT("\u4e0d\u4e88\u8bb8\u53ef"), PL_TEXT("Refused")});
    add_result(def, PL_TEXT("withdrawn"),
               (struct pl_title){PL_TEXT("\u7533\u8bf7\u4eba\u64a4\u56de"), PL_TEXT("Withdrawn")});
    add_result(def, PL_TEXT("cancelled"),
               (struct pl_title){PL_TEXT("\u4f9d\u804c\u6743\u7ec8\u6b62"), PL_TEXT("Cancelled")});
    if (node == NULL || !pl_load_is_map(l, node, "`finish`")) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        struct pl_text id = {0};
        if (!pl_load_id_key(l, entry, &id)) {
            continue;
        }
        uint16_t result = find_result(def, id);
        if (result == PL_NO_RESULT && def->result_count == PL_RESULTS_MAX) {
            (void)pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TOO_MANY,
                              "more than %d results", PL_RESULTS_MAX);
            return;
        }
        if (result == PL_NO_RESULT) {
            result = def->result_count;
            add_result(def, id, (struct pl_title){0});
        }
        l->results[result] = entry;
    }
}

static void set_result_after(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    struct pl_arcs arcs = {0};

    pl_load_after(l, node, &arcs);
    result->join = arcs.join;
    result->after = arcs.at;
    result->after_count = arcs.count;
}

static void set_result_zh(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    pl_load_title_text(l, node, &result->title.zh);
}

static void set_result_en(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    pl_load_title_text(l, node, &result->title.en);
}

void pl_load_finish(struct pl_load *l)
{
    static const struct pl_key keys[] = {{"zh", true, set_result_zh},
                                         {"en", true, set_result_en},
                                         {"after", false, set_result_after}};
    struct pl_definition *def = l->def;
    const struct pl_yaml *finish = pl_yaml_get(l->workflow, "finish");

    for (uint16_t i = 0; i < def->result_count; i++) {
        if (l->results[i] != NULL) {
            pl_load_map(l, l->results[i], PL_KEYS("a result", keys), &def->results[i]);
        }
    }
    for (const struct pl_yaml *entry = finish != NULL ? finish->first : NULL; entry != NULL;
         entry = entry->next) {
        const uint16_t result = find_result(def, entry->key);
        if (result != PL_NO_RESULT && def->results[result].after_count > 0) {
            def->finish[def->finish_count++] = result;
        }
    }
}

/* ---- decisions ---- */

static void set_ends(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;
    struct pl_names names = {0};
    struct pl_text id = {0};

    entry->spec->ends = node;
    entry->spec->effect = PL_DECISION_ENDS;
    if (!pl_load_text(l, node, &id)) {
        return;
    }
    entry->spec->result = find_result(l->def, id);
    if (entry->spec->result != PL_NO_RESULT) {
        return;
    }
    entry->spec->result = PL_RESULT_REJECTED;
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NO_RESULT,
                                       "`finish` has no result `%.*s`", (int)id.len, id.at);
    for (uint16_t i = 0; i < l->def->result_count; i++) {
        const struct pl_result *known = &l->def->results[i];
        const struct pl_yaml *listed = l->results[i];
        const struct pl_yaml *zh = listed != NULL ? pl_yaml_get(listed, "zh") : NULL;
        const struct pl_yaml *en = listed != NULL ? pl_yaml_get(listed, "en") : NULL;
        pl_names_add(&names, known->id, zh != NULL ? zh->text : known->title.zh,
                     en != NULL ? en->text : known->title.en);
    }
    pl_names_suggest(&names, id, "Add it to `finish`.", diag);
}

static void set_back_to(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;
    struct pl_text id = {0};

    if (entry->spec->ends != NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NOT_FOR_KIND,
                                           "a decision either ends the case or sends it back");
        pl_diag_hint(diag, "Remove `ends` or `back_to`.");
        pl_diag_other(diag, pl_load_at_key(l, entry->spec->ends), "it ends the case here");
        return;
    }
    if (!pl_load_id(l, node, &id)) {
        return;
    }
    entry->spec->back_to = node;
    entry->spec->effect = PL_DECISION_BACK;
}

/* Whether the decision sends the case back: the other keys speak about that. */
static bool is_back(struct pl_load *l, const struct entry *entry, const struct pl_yaml *node)
{
    if (entry->spec->effect == PL_DECISION_BACK) {
        return true;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                    "`%.*s` makes sense only beside `back_to`", (int)node->key.len, node->key.at);
    pl_diag_hint(diag, "Add `back_to: this_step`, or leave the key out.");
    return false;
}

static void set_at_most(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;
    int64_t count = 0;

    if (is_back(l, entry, node) && pl_load_int(l, node, 1, PL_RETURNS_MAX, &count)) {
        entry->spec->at_most = (uint16_t)count;
    }
}

static void set_waits_for(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"applicant"};
    struct entry *entry = object;
    unsigned word = 0;

    if (is_back(l, entry, node) && pl_load_word(l, node, words, 1, &word)) {
        entry->spec->waits_for_applicant = true;
    }
}

static void set_clock(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"runs", "stops", "restarts"};
    struct entry *entry = object;
    unsigned word = 0;

    if (!is_back(l, entry, node) || !pl_load_word(l, node, words, 3, &word)) {
        return;
    }
    entry->spec->clock = (enum pl_clock_rule)word;
    if (!pl_text_is(entry->spec->back_to->text, "this_step")) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                                           "`clock` makes sense only with `back_to: this_step`");
        pl_diag_hint(diag, "Leave it out: the clocks of the steps that are done again begin anew.");
    }
}

static void set_reason(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"required"};
    struct entry *entry = object;
    unsigned word = 0;

    if (pl_load_word(l, node, words, 1, &word)) {
        entry->spec->reason_required = true;
    }
}

static void check_decision(struct pl_load *l, uint16_t decision)
{
    const struct pl_decision_spec *spec = &l->specs[decision];
    const struct pl_decision_name *name = &l->def->decisions[decision];
    const struct pl_yaml *node = spec->node;

    if (decision < PL_DECISIONS_FIXED && spec->effect != PL_DECISION_GOES_ON) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_RESERVED,
                                           "`%.*s` always goes on", (int)name->id.len, name->id.at);
        pl_diag_hint(diag, "Give the decision another name, such as `reject` or `supplement`.");
    }
    if (spec->effect == PL_DECISION_BACK && pl_yaml_get(node, "at_most") == NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, spec->back_to), PL_DIAG_NO_BOUND,
                                           "decision %s sends the case back without a bound",
                                           pl_name(name->id, &name->title).at);
        pl_diag_hint(diag, "Add `at_most: 2`: after that many returns of a step the case ends as "
                           "`rejected`.");
    }
    if (spec->effect == PL_DECISION_ENDS && spec->result == PL_RESULT_REJECTED &&
        pl_text_is(spec->ends->text, "rejected") && !spec->reason_required) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, spec->ends), PL_DIAG_NO_REASON,
                        "decision %s refuses without a reason", pl_name(name->id, &name->title).at);
        pl_diag_hint(diag, "Add `reason: required`.");
    }
}

static uint16_t enter_decision(struct pl_load *l, const struct pl_yaml *entry)
{
    struct pl_definition *def = l->def;
    struct pl_text id = {0};

    if (!pl_load_id_key(l, entry, &id)) {
        return PL_NO_DECISION;
    }
    const uint16_t known = pl_definition_decision(def, id);
    if (known != PL_NO_DECISION) {
        return known;
    }
    if (def->decision_count == PL_DECISIONS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TOO_MANY,
                          "more than %d decisions", PL_DECISIONS_MAX - PL_DECISIONS_FIXED);
        return PL_NO_DECISION;
    }
    def->decisions[def->decision_count].id = id;
    return def->decision_count++;
}

static void add_fixed(struct pl_definition *def, struct pl_text id, struct pl_title title)
{
    def->decisions[def->decision_count++] = (struct pl_decision_name){id, title};
}

void pl_load_decisions(struct pl_load *l, const struct pl_yaml *node)
{
    /* `ends` and `back_to` before the keys that speak about them. */
    static const struct pl_key keys[] = {
        {"zh", true, set_zh},
        {"en", true, set_en},
        {"ends", false, set_ends},
        {"back_to", false, set_back_to},
        {"at_most", false, set_at_most},
        {"waits_for", false, set_waits_for},
        {"clock", false, set_clock},
        {"reason", false, set_reason},
    };
    struct pl_definition *def = l->def;

    def->decisions = pl_load_alloc(l, PL_DECISIONS_MAX * sizeof(*def->decisions));
    if (l->full) {
        return;
    }
    add_fixed(def, PL_TEXT("approve"),
              (struct pl_title){PL_TEXT("\u540c\u610f"), PL_TEXT("Approved")});
    add_fixed(def, PL_TEXT("no_objection"),
              (struct pl_title){PL_TEXT("\u65e0\u5f02\u8bae"), PL_TEXT("No objection")});
    add_fixed(def, PL_TEXT("objection"),
              (struct pl_title){PL_TEXT("\u6709\u5f02\u8bae"), PL_TEXT("Objection")});
    if (node == NULL || !pl_load_is_map(l, node, "`decisions`")) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        const uint16_t decision = enter_decision(l, entry);
        if (decision == PL_NO_DECISION) {
            continue;
        }
        struct entry object = {&def->decisions[decision].title, &l->specs[decision]};
        object.spec->node = entry;
        object.spec->clock = PL_CLOCK_RESTARTS;
        const uint32_t mistakes = pl_load_mistakes(l);
        pl_load_map(l, entry, PL_KEYS("a decision", keys), &object);
        if (pl_load_mistakes(l) == mistakes) {
            check_decision(l, decision);
        }
    }
}

/* ---- what a step may answer ---- */

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

static void add_rule(struct pl_load *l, uint16_t step, uint16_t decision)
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
        .then = PL_RESULT_REJECTED,
        .waits_for_applicant = spec->waits_for_applicant,
        .clock = spec->clock,
        .reason_required = spec->reason_required,
    };
    if (spec->effect == PL_DECISION_BACK) {
        rule->back_to = back_target(l, step, spec->back_to);
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
            add_rule(l, step, decision);
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
            (l->specs[i].node != NULL || l->def->decision_count == PL_DECISIONS_FIXED)) {
            add_rule(l, step, i);
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
    if (def->kind != PL_KIND_ASK) {
        add_rule(l, step, PL_DECISION_APPROVE);
    } else if (decisions != NULL) {
        add_named_rules(l, step, decisions);
    } else {
        add_listed_rules(l, step);
    }
    check_back_rules(l, step);
}
