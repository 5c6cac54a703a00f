/* What comes before: references to steps and to their decisions. */
#include <string.h>

#include "definition/load.h"

uint16_t pl_load_step_ref(struct pl_load *l, const struct pl_yaml *node, struct pl_text id)
{
    const uint16_t step = pl_definition_step(l->def, id);
    struct pl_names names = {0};

    if (step != PL_NO_STEP) {
        return step;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_part(l, node, id), PL_DIAG_NO_STEP,
                                       "there is no step `%.*s`", (int)id.len, id.at);
    if (pl_text_is(id, "apply")) {
        pl_diag_hint(diag, "A step without `after` starts with the application: leave it out.");
        return PL_NO_STEP;
    }
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const struct pl_step_def *known = &l->def->steps[i];
        pl_names_add(&names, known->id, known->title.zh, known->title.en);
    }
    pl_names_suggest(&names, id, "Steps are named by their ids, the keys below `steps`.", diag);
    return PL_NO_STEP;
}

static uint16_t decision_ref(struct pl_load *l, const struct pl_yaml *node, struct pl_text id)
{
    const uint16_t decision = pl_definition_decision(l->def, id);
    struct pl_names names = {0};

    if (decision != PL_NO_DECISION) {
        return decision;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_part(l, node, id), PL_DIAG_NO_DECISION,
                                       "there is no decision `%.*s`", (int)id.len, id.at);
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        const struct pl_decision_name *known = &l->def->decisions[i];
        pl_names_add(&names, known->id, known->title.zh, known->title.en);
    }
    pl_names_suggest(&names, id, "Decisions are listed below `decisions` of the file.", diag);
    return PL_NO_DECISION;
}

/* "x" or "x.d" */
static bool load_arc(struct pl_load *l, const struct pl_yaml *node, struct pl_arc *out)
{
    const struct pl_text text = node->text;
    const char *dot = memchr(text.at, '.', text.len);
    struct pl_text id = text;
    struct pl_arc arc = {PL_NO_STEP, PL_NO_DECISION};

    if (dot != NULL) {
        id.len = (uint32_t)(dot - text.at);
        const struct pl_text decision = {dot + 1, text.len - id.len - 1};
        arc.decision = decision_ref(l, node, decision);
        if (arc.decision == PL_NO_DECISION) {
            return false;
        }
    }
    arc.step = pl_load_step_ref(l, node, id);
    *out = arc;
    return arc.step != PL_NO_STEP;
}

void pl_load_after(struct pl_load *l, const struct pl_yaml *node, struct pl_arcs *out)
{
    const struct pl_yaml *items[PL_ARCS_MAX];
    const struct pl_yaml *list = node;

    if (node->kind == PL_YAML_MAP) {
        list = pl_yaml_get(node, "any");
        if (list == NULL || node->count != 1) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                            "`after` is a step, a list of steps (all of them) or `{any: [...]}`");
            pl_diag_hint(diag, "Write `after: x`, `after: [x, y]` or `after: {any: [x, y]}`.");
            return;
        }
        out->join = PL_JOIN_ANY;
    }
    const unsigned count = pl_load_list(l, list, items, PL_ARCS_MAX);
    out->at = pl_load_alloc(l, count * sizeof(*out->at));
    for (unsigned i = 0; i < count && out->at != NULL; i++) {
        if (load_arc(l, items[i], &out->at[out->count])) {
            out->count++;
        }
    }
}
