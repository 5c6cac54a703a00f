/* Results: how a case may end. */
#include "definition/load.h"

uint16_t pl_load_find_result(const struct pl_definition *def, struct pl_text id)
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

/* A result that the language needs; one that the file lists stays as it is. */
void pl_load_add_result(struct pl_load *l, struct pl_text id, struct pl_title title)
{
    if (pl_load_find_result(l->def, id) != PL_NO_RESULT) {
        return;
    }
    if (l->def->result_count == PL_RESULTS_MAX) {
        l->full = true;
        return;
    }
    add_result(l->def, id, title);
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
        uint16_t result = pl_load_find_result(def, id);
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

uint16_t pl_load_result_ref(struct pl_load *l, const struct pl_yaml *node)
{
    struct pl_names names = {0};
    struct pl_text id = {0};

    if (!pl_load_text(l, node, &id)) {
        return PL_NO_RESULT;
    }
    const uint16_t result = pl_load_find_result(l->def, id);
    if (result != PL_NO_RESULT) {
        return result;
    }
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
    return PL_NO_RESULT;
}

/* ---- the keys of a result ---- */

static void set_after(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    struct pl_arcs arcs = {0};

    pl_load_after(l, node, &arcs);
    if (arcs.join == PL_JOIN_EACH) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node->first), PL_DIAG_NOT_FOR_KIND,
                        "a case ends once: a result has no `each`");
        pl_diag_hint(diag, "Write `after: {any: [...]}` or `{some: [...]}`.");
    }
    result->join = arcs.join;
    result->need = arcs.need;
    result->after = arcs.at;
    result->after_count = arcs.count;
}

static void set_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_expression when = {
        .step = PL_NO_STEP, .reach = PL_REACH_ALL, .wanted = PL_CEL_BOOL};
    struct pl_result *result = object;

    result->when = pl_load_expression(l, node, &when);
}

static void set_undo(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    result->undo = pl_load_true(l, node);
}

static void set_zh(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    pl_load_title_text(l, node, &result->title.zh);
}

static void set_en(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_result *result = object;
    pl_load_title_text(l, node, &result->title.en);
}

void pl_load_finish(struct pl_load *l)
{
    static const struct pl_key keys[] = {
        {"zh", true, set_zh},      {"en", true, set_en},      {"after", false, set_after},
        {"when", false, set_when}, {"undo", false, set_undo},
    };
    struct pl_definition *def = l->def;
    const struct pl_yaml *finish = pl_yaml_get(l->workflow, "finish");

    for (uint16_t i = 0; i < def->result_count; i++) {
        if (l->results[i] != NULL) {
            pl_load_map(l, l->results[i], PL_KEYS("a result", keys), &def->results[i]);
        }
    }
    for (const struct pl_yaml *entry = finish != NULL ? finish->first : NULL; entry != NULL;
         entry = entry->next) {
        const uint16_t result = pl_load_find_result(def, entry->key);
        if (result != PL_NO_RESULT &&
            (def->results[result].after_count > 0 || def->results[result].when != NULL)) {
            def->finish[def->finish_count++] = result;
        }
    }
}
