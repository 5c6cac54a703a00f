/* Decisions: what may be answered, and what it does. */
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

static void set_ends(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;

    entry->spec->ends = node;
    entry->spec->effect = PL_DECISION_ENDS;
    const uint16_t result = pl_load_result_ref(l, node);
    entry->spec->result = result != PL_NO_RESULT ? result : PL_RESULT_REJECTED;
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
    if (!pl_load_text(l, node, &id)) {
        return;
    }
    entry->spec->back_to = node;
    entry->spec->effect = PL_DECISION_BACK;
}

/* Whether the decision sends the case back: the other keys speak about that. */
static bool is_back(struct pl_load *l, const struct entry *entry, const struct pl_yaml *node)
{
    const struct pl_yaml *map = entry->spec->node;

    if (entry->spec->effect == PL_DECISION_BACK) {
        return true;
    }
    if (pl_yaml_get(map, "back_to") != NULL || pl_load_is_meant(map, "back_to")) {
        return false; /* what is wrong with it was reported there */
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

static void set_keep(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;

    if (is_back(l, entry, node)) {
        pl_load_steps_mask(l, node, entry->spec->keep);
        entry->spec->keeps = node;
    }
}

static void set_then(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;

    if (is_back(l, entry, node)) {
        const uint16_t result = pl_load_result_ref(l, node);
        entry->spec->then = result != PL_NO_RESULT ? result : PL_RESULT_REJECTED;
    }
}

static void set_undo(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct entry *entry = object;

    if (is_back(l, entry, node)) {
        entry->spec->undo = pl_load_true(l, node);
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
        {"keep", false, set_keep},
        {"then", false, set_then},
        {"undo", false, set_undo},
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
    l->lists_decisions = node->count > 0;
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        const uint16_t decision = enter_decision(l, entry);
        if (decision == PL_NO_DECISION) {
            continue;
        }
        struct entry object = {&def->decisions[decision].title, &l->specs[decision]};
        object.spec->node = entry;
        object.spec->clock = PL_CLOCK_RESTARTS;
        object.spec->then = PL_RESULT_REJECTED;
        const uint32_t mistakes = pl_load_mistakes(l);
        pl_load_map(l, entry, PL_KEYS("a decision", keys), &object);
        if (pl_load_mistakes(l) == mistakes) {
            check_decision(l, decision);
        }
    }
}
