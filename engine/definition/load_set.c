/* Sets of items: one task for each element of a list (`for_each: {item: ...}`). */
#include "definition/load_step.h"
#include "value/schema.h"

static struct pl_expression over_items(const struct pl_load *l, const struct pl_step_def *step,
                                       enum pl_cel_type wanted)
{
    return (struct pl_expression){.step = pl_load_number_of(l, step),
                                  .reach = PL_REACH_BEFORE,
                                  .wanted = wanted,
                                  .items = true};
}

static void set_item(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_expression list = {
        .step = pl_load_number_of(l, step), .reach = PL_REACH_BEFORE, .wanted = PL_CEL_LIST};

    step->set.items = pl_load_expression(l, node, &list);
}

static void set_at_most(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    int64_t count = 0;

    if (pl_load_int(l, node, 1, PL_ITEMS_MAX, &count)) {
        step->task_count = (uint16_t)count;
    }
}

static void set_open(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    step->set.open = pl_load_true(l, node);
}

static void set_at_once(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    int64_t count = 0;

    if (pl_load_int(l, node, 1, PL_ITEMS_MAX, &count)) {
        step->set.at_once = (uint16_t)count;
    }
}

static void set_need(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    int64_t count = 0;

    step->set.done_when = PL_DONE_NEED;
    if (pl_load_int(l, node, 1, PL_ITEMS_MAX, &count)) {
        step->set.need = (uint32_t)count;
    }
}

/* `all`, `any`, `{need: n}`, or an expression. */
static void set_done_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"need", true, set_need}};
    struct pl_step_def *step = object;
    const struct pl_expression done = over_items(l, step, PL_CEL_BOOL);

    if (node->kind == PL_YAML_MAP) {
        pl_load_map(l, node, PL_KEYS("`done_when`", keys), step);
    } else if (pl_text_is(node->text, "all")) {
        step->set.done_when = PL_DONE_ALL;
    } else if (pl_text_is(node->text, "any")) {
        step->set.done_when = PL_DONE_ANY;
    } else {
        step->set.done_when = PL_DONE_EXPRESSION;
        step->set.done = pl_load_expression(l, node, &done);
    }
}

static void set_rest(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"cancel", "finish"};
    struct pl_step_def *step = object;
    unsigned word = 0;

    if (pl_load_word(l, node, words, 2, &word)) {
        step->set.rest_finishes = word == 1;
    }
}

static void set_decision(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_expression decision = over_items(l, step, PL_CEL_STRING);

    step->set.decision = pl_load_expression(l, node, &decision);
}

/* Without `at_most` the form must say how long the list can be. */
static void find_bound(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    const struct pl_yaml *item = pl_yaml_get(node, "item");
    const char *near = NULL;
    struct pl_schema_field field = {.items_max = UINT64_MAX};
    struct pl_text path = item->text;

    if (pl_yaml_get(node, "at_most") != NULL || step->set.items == NULL) {
        return;
    }
    if (path.len > 5 && pl_text_equal((struct pl_text){path.at, 5}, PL_TEXT("form."))) {
        path = (struct pl_text){path.at + 5, path.len - 5};
    }
    if (l->def->form == NULL || (pl_schema_at(l->def->form, path, &field, &near) &&
                                 field.items_max <= PL_ITEMS_MAX && field.items_max > 0)) {
        step->task_count = l->def->form != NULL ? (uint16_t)field.items_max : 1;
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_NO_ITEM_BOUND,
                                       "nothing bounds how many items step %s may have",
                                       pl_name(step->id, &step->title).at);
    pl_diag_hint(diag, "Add `at_most: 20`, or `maxItems` to that field of the form; at most %d.",
                 PL_ITEMS_MAX);
}

void pl_load_set_items(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"item", true, set_item},
        {"at_most", false, set_at_most},
        {"open", false, set_open},
        {"at_once", false, set_at_once},
        {"done_when", false, set_done_when},
        {"rest", false, set_rest},
        {"decision", false, set_decision},
    };
    struct pl_step_def *step = object;
    const struct pl_yaml *item = node->kind == PL_YAML_MAP ? pl_yaml_get(node, "item") : NULL;

    if (item == NULL) {
        return; /* other departments: load_members.c */
    }
    if (step->set.kind != PL_SET_NONE) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NOT_FOR_KIND,
                                           "a step with items has no `each` and no `signers`");
        pl_diag_hint(diag, "Make two steps of it, one `after` the other.");
    }
    step->set.kind = PL_SET_ITEMS;
    pl_load_map(l, node, PL_KEYS("a set of items", keys), step);
    find_bound(l, step, node);
}
