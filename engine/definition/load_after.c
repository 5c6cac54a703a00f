/* What comes before: references to steps and to their decisions. */
#include <string.h>

#include "definition/load.h"

uint16_t pl_load_step_ref(struct pl_load *l, const struct pl_yaml *node, struct pl_text id)
{
    const uint16_t step = pl_definition_step(l->def, id);
    struct pl_names names = {0};

    if (step != PL_NO_STEP || l->steps_doubtful) {
        return step;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_part(l, node, id), PL_DIAG_NO_STEP,
                                       "there is no step `%.*s`", (int)id.len, id.at);
    if (pl_text_is(id, "apply")) {
        pl_diag_hint(diag, "A step without `after` starts with the application: leave it out.");
        return PL_NO_STEP;
    }
    if (node->key.at != NULL && pl_text_is(node->key, "back_to")) {
        pl_names_add(&names, PL_TEXT("this_step"), (struct pl_text){0}, (struct pl_text){0});
        pl_names_add(&names, PL_TEXT("apply"), (struct pl_text){0}, (struct pl_text){0});
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

static bool refuse_half(struct pl_load *l, const struct pl_yaml *node, bool has_step)
{
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), has_step ? PL_DIAG_NO_DECISION : PL_DIAG_NO_STEP,
                    has_step ? "`%.*s` names no decision behind the dot"
                             : "`%.*s` names no step before the dot",
                    (int)node->text.len, node->text.at);
    pl_diag_hint(diag, "Write `step`, or `step.decision` where one decision is meant.");
    return false;
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
        if (id.len == 0 || decision.len == 0) {
            return refuse_half(l, node, id.len > 0);
        }
        arc.decision = decision_ref(l, node, decision);
        if (arc.decision == PL_NO_DECISION) {
            return false;
        }
    }
    arc.step = pl_load_step_ref(l, node, id);
    *out = arc;
    return arc.step != PL_NO_STEP;
}

/* {any: [...]}, {some: [...]}, {need: n, of: [...]}, {each: [...]}: the list; NULL when it is none
 * of these, which is reported. */
static const struct pl_yaml *read_join(struct pl_load *l, const struct pl_yaml *node,
                                       struct pl_arcs *out)
{
    static const struct {
        const char *key;
        enum pl_join join;
    } joins[] = {{"any", PL_JOIN_ANY}, {"some", PL_JOIN_SOME}, {"each", PL_JOIN_EACH}};
    const struct pl_yaml *need = pl_yaml_get(node, "need");
    const struct pl_yaml *of = pl_yaml_get(node, "of");
    int64_t count = 0;

    for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]) && node->count == 1; i++) {
        const struct pl_yaml *list = pl_yaml_get(node, joins[i].key);
        if (list != NULL) {
            out->join = joins[i].join;
            return list;
        }
    }
    if (need != NULL && of != NULL && node->count == 2) {
        if (!pl_load_int(l, need, 1, of->count > 0 ? of->count : 1, &count)) {
            return NULL;
        }
        out->join = PL_JOIN_NEED;
        out->need = (uint16_t)count;
        return of;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                                       "`after` is a step, a list of steps (all of them), or a map "
                                       "that says how many");
    pl_diag_hint(diag, "Write `after: x`, `after: [x, y]`, `{any: [x, y]}`, `{some: [x, y]}`, "
                       "`{need: 2, of: [x, y, z]}` or `{each: [x, y]}`.");
    return NULL;
}

void pl_load_after(struct pl_load *l, const struct pl_yaml *node, struct pl_arcs *out)
{
    const struct pl_yaml *items[PL_ARCS_MAX];
    const struct pl_yaml *list = node->kind == PL_YAML_MAP ? read_join(l, node, out) : node;

    if (list == NULL) {
        return;
    }
    const unsigned count = pl_load_list(l, list, items, PL_ARCS_MAX);
    out->at = pl_load_alloc(l, count * sizeof(*out->at));
    for (unsigned i = 0; i < count && out->at != NULL; i++) {
        if (load_arc(l, items[i], &out->at[out->count])) {
            out->count++;
        }
    }
}

void pl_load_steps_mask(struct pl_load *l, const struct pl_yaml *node,
                        uint64_t mask[static PL_STEPS_MAX / 64])
{
    const struct pl_yaml *items[PL_STEPS_MAX];
    const unsigned count = pl_load_list(l, node, items, PL_STEPS_MAX);

    for (unsigned i = 0; i < count; i++) {
        const uint16_t step = pl_load_step_ref(l, items[i], items[i]->text);
        if (step != PL_NO_STEP) {
            mask[step / 64] |= UINT64_C(1) << (step % 64);
        }
    }
}
