/* The keys of a step that say when its turn is, and whose is not. */
#include "definition/check.h"
#include "definition/load_step.h"

void pl_load_set_after(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_arcs arcs = {0};

    pl_load_after(l, node, &arcs);
    step->join = arcs.join;
    step->need = arcs.need;
    step->after = arcs.at;
    step->after_count = arcs.count;
    if (arcs.join == PL_JOIN_EACH && step->members != NULL) {
        step->set.kind = PL_SET_ARCS;
    } else if (arcs.join == PL_JOIN_EACH) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node->first), PL_DIAG_NOT_FOR_KIND,
                        "only a step that asks, tells or runs can start once for each");
        pl_diag_hint(diag, "Write `after: {any: [...]}` or `{some: [...]}`.");
    }
}

void pl_load_set_decide_after(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_yaml *items[PL_ARCS_MAX];
    const unsigned count = pl_load_list(l, node, items, PL_ARCS_MAX);

    step->decide_after = pl_load_alloc(l, count * sizeof(*step->decide_after));
    for (unsigned i = 0; i < count && step->decide_after != NULL; i++) {
        const uint16_t other = pl_load_step_ref(l, items[i], items[i]->text);
        if (other != PL_NO_STEP) {
            step->decide_after[step->decide_after_count++] = other;
        }
    }
}

void pl_load_set_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    step->when = pl_load_when(l, step, node);
}

void pl_load_set_while(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_expression condition = {
        .step = pl_load_number_of(l, step), .reach = PL_REACH_ALL, .wanted = PL_CEL_BOOL};

    step->while_true = pl_load_expression(l, node, &condition);
}

/* Names of `exclusive` are numbered in the order in which they stand first. */
void pl_load_set_exclusive(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_text id = {0};

    if (!pl_load_id(l, node, &id)) {
        return;
    }
    uint16_t group = 0;
    while (group < l->group_count && !pl_text_equal(l->groups[group]->text, id)) {
        group++;
    }
    if (group == l->group_count) {
        l->groups[l->group_count++] = node;
    }
    step->exclusive = group;
}

/* The entry of a list that names the step; the list where there is none. */
static const struct pl_yaml *entry_of(const struct pl_yaml *node, struct pl_text id)
{
    for (const struct pl_yaml *item = node->first; item != NULL; item = item->next) {
        if (pl_text_equal(item->text, id)) {
            return item;
        }
    }
    return node;
}

/* A list of other steps. */
static void set_others(struct pl_load *l, const struct pl_step_def *step,
                       const struct pl_yaml *node, uint64_t mask[static PL_STEPS_MAX / 64])
{
    const uint16_t own = pl_load_number_of(l, step);

    pl_load_steps_mask(l, node, mask);
    if (!pl_steps_have(mask, own)) {
        return;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, entry_of(node, l->def->steps[own].id)), PL_DIAG_ITSELF,
                    "`%.*s` of step %s names the step itself", (int)node->key.len, node->key.at,
                    pl_name_step(l->def, own).at);
    pl_diag_hint(diag, "Name other steps only.");
}

void pl_load_set_cancels(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    set_others(l, step, node, step->cancels);
}

void pl_load_set_not_by(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    set_others(l, step, node, step->not_by);
}

void pl_load_set_undo(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_text name = {0};

    if (!pl_load_text(l, node, &name)) {
        return;
    }
    const uint16_t service = pl_load_service(l, node->text, pl_load_at(l, node));
    if (service == UINT16_MAX) {
        return;
    }
    step->undo = pl_load_alloc(l, sizeof(*step->undo));
    if (step->undo != NULL) {
        *step->undo = (struct pl_member){.service = service,
                                         .role = PL_ROLE_LEAD,
                                         .silent_decision = PL_NO_DECISION,
                                         .title = l->def->services[service].title};
    }
}

static bool has_undo(const struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        if (pl_yaml_get(l->steps[i], "undo") != NULL) {
            return true;
        }
    }
    return false;
}

static void refuse_undo(struct pl_load *l, const struct pl_yaml *entry, bool is_result)
{
    const struct pl_diag_place place = pl_load_at_key(l, pl_yaml_get(entry, "undo"));
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_NOTHING_TO_UNDO,
                                       is_result ? "result `%.*s` undoes, and no step has `undo`"
                                                 : "decision `%.*s` undoes, and no step has `undo`",
                                       (int)entry->key.len, entry->key.at);

    pl_diag_hint(diag, "Add `undo: department.service` to the steps that can be taken back, or "
                       "leave it out here.");
}

void pl_check_undo(struct pl_load *l)
{
    if (has_undo(l)) {
        return;
    }
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        if (l->specs[i].undo) {
            refuse_undo(l, l->specs[i].node, false);
        }
    }
    for (uint16_t i = 0; i < l->def->result_count; i++) {
        if (l->def->results[i].undo) {
            refuse_undo(l, l->results[i], true);
        }
    }
}
