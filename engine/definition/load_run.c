/* Children: `run`, and the results that a child can have. */
#include <string.h>

#include "definition/load_step.h"

/* ---- what is run ---- */

struct reading {
    const struct pl_step_def *step;
    struct pl_run *run;
};

static void set_form(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    r->run->form = pl_load_tree(l, r->step, node);
}

static void set_detached(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    r->run->detached = pl_load_true(l, node);
}

static void set_workflow(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    (void)pl_load_id(l, node, &r->run->workflow);
}

void pl_load_set_run(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"workflow", true, set_workflow},
        {"form", false, set_form},
        {"detached", false, set_detached},
    };
    struct pl_step_def *step = object;
    struct reading r = {step, pl_load_alloc(l, sizeof(*r.run))};

    if (r.run == NULL) {
        return;
    }
    if (node->kind == PL_YAML_MAP) {
        pl_load_map(l, node, PL_KEYS("`run`", keys), &r);
    } else {
        set_workflow(l, &r, node);
    }
    step->run = r.run;
}

/* ---- what can come of it ---- */

static const struct pl_yaml *workflow_of(const struct pl_yaml *step)
{
    const struct pl_yaml *run = pl_yaml_get(step, "run");

    if (run != NULL && run->kind == PL_YAML_MAP) {
        run = pl_yaml_get(run, "workflow");
    }
    return run != NULL && run->kind == PL_YAML_SCALAR ? run : NULL;
}

static bool is_detached(const struct pl_yaml *step)
{
    const struct pl_yaml *run = pl_yaml_get(step, "run");
    const struct pl_yaml *detached =
        run != NULL && run->kind == PL_YAML_MAP ? pl_yaml_get(run, "detached") : NULL;

    return detached != NULL;
}

/* `finish` of the child: its own for a workflow that runs itself. NULL when it is not there. */
static const struct pl_yaml *results_of(struct pl_load *l, const struct pl_yaml *workflow)
{
    char name[PL_BUNDLE_NAME_SIZE];
    struct pl_yaml *root = NULL;

    if (pl_text_equal(workflow->text, l->def->workflow)) {
        return pl_yaml_get(l->workflow, "finish");
    }
    pl_bundle_results_name(workflow->text, name);
    const int file = pl_bundle_find(l->bundle, name);
    if (file < 0 || pl_yaml_parse(l->bundle->files[file].text, "", l->trees, &root, NULL) < 0) {
        return NULL;
    }
    return root;
}

static struct pl_text text_of(const struct pl_yaml *map, const char *key)
{
    const struct pl_yaml *node = map->kind == PL_YAML_MAP ? pl_yaml_get(map, key) : NULL;

    return node != NULL && node->kind == PL_YAML_SCALAR ? node->text : PL_TEXT("");
}

/* A result that `decisions` of the file does not list has an effect of its own. */
static void enter_result(struct pl_load *l, struct pl_text id, struct pl_title title)
{
    struct pl_definition *def = l->def;

    if (pl_definition_decision(def, id) != PL_NO_DECISION || !pl_load_is_id(id)) {
        return;
    }
    if (def->decision_count == PL_DECISIONS_MAX) {
        l->full = true;
        return;
    }
    const uint16_t number = def->decision_count++;
    const bool ends =
        pl_text_is(id, "rejected") || pl_text_is(id, "withdrawn") || pl_text_is(id, "cancelled");
    def->decisions[number] = (struct pl_decision_name){
        pl_load_keep(l, id), {pl_load_keep(l, title.zh), pl_load_keep(l, title.en)}};
    l->specs[number].effect = ends ? PL_DECISION_ENDS : PL_DECISION_GOES_ON;
    l->specs[number].result = PL_RESULT_REJECTED;
}

static void enter_results(struct pl_load *l, const struct pl_yaml *results)
{
    const struct pl_definition *def = l->def;

    for (int i = 0; i < PL_RESULTS_FIXED && i < def->result_count; i++) {
        enter_result(l, def->results[i].id, def->results[i].title);
    }
    for (const struct pl_yaml *entry = results != NULL ? results->first : NULL; entry != NULL;
         entry = entry->next) {
        enter_result(l, entry->key, (struct pl_title){text_of(entry, "zh"), text_of(entry, "en")});
    }
}

void pl_load_children(struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const struct pl_yaml *workflow = workflow_of(l->steps[i]);
        if (workflow == NULL || !pl_load_is_id(workflow->text)) {
            continue;
        }
        const struct pl_yaml *results = results_of(l, workflow);
        if (results == NULL) {
            struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, workflow),
                                               PL_DIAG_NO_WORKFLOW, "there is no workflow `%.*s`",
                                               (int)workflow->text.len, workflow->text.at);
            pl_diag_hint(diag, "Its file stands beside this one: `%.*s.yaml`.",
                         (int)workflow->text.len, workflow->text.at);
        }
        if (!is_detached(l->steps[i])) {
            enter_results(l, results);
        }
    }
}

/* Every result that the child can have is a decision of the step. */
void pl_load_result_rules(struct pl_load *l, uint16_t step)
{
    const struct pl_yaml *workflow = workflow_of(l->steps[step]);
    const struct pl_run *run = l->def->steps[step].run;

    if (run == NULL || is_detached(l->steps[step]) || workflow == NULL ||
        !pl_load_is_id(workflow->text)) {
        pl_load_rule(l, step, PL_DECISION_APPROVE);
        return;
    }
    for (int i = 0; i < PL_RESULTS_FIXED; i++) {
        const uint16_t decision = pl_definition_decision(l->def, l->def->results[i].id);
        if (decision != PL_NO_DECISION) { /* the table of decisions may be full */
            pl_load_rule(l, step, decision);
        }
    }
    const struct pl_yaml *results = results_of(l, workflow);
    for (const struct pl_yaml *entry = results != NULL ? results->first : NULL; entry != NULL;
         entry = entry->next) {
        const uint16_t decision = pl_definition_decision(l->def, entry->key);
        if (pl_step_rule(&l->def->steps[step], decision) == NULL && decision != PL_NO_DECISION) {
            pl_load_rule(l, step, decision);
        }
    }
}
