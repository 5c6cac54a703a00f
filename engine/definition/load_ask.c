/* Whom a step asks: one department, or the first of several that is competent. */
#include "definition/load_step.h"

#define CHOICES_MAX 32

static bool find_service(struct pl_load *l, const struct pl_yaml *node, uint16_t *service_out)
{
    const uint16_t service = pl_load_service(l, node->text, pl_load_at(l, node));

    if (service != UINT16_MAX) {
        *service_out = service;
    }
    return service != UINT16_MAX;
}

struct reading {
    const struct pl_step_def *step;
    struct pl_choice *choice;
};

static void set_service(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    struct pl_text name = {0};

    if (pl_load_text(l, node, &name)) {
        (void)find_service(l, node, &r->choice->service);
    }
}

static void set_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    const struct pl_yaml *for_each = pl_load_key_of(l, r->step, "for_each");
    const struct pl_expression condition = {
        .step = pl_load_number_of(l, r->step),
        .reach = PL_REACH_BEFORE,
        .wanted = PL_CEL_BOOL,
        .item = for_each != NULL && pl_yaml_get(for_each, "item") != NULL,
    };

    r->choice->when = pl_load_expression(l, node, &condition);
}

static void load_choices(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"service", true, set_service}, {"when", false, set_when}};

    if (node->count == 0 || node->count > CHOICES_MAX) {
        (void)pl_diag_add(
            l->diags, pl_load_at_key(l, node), node->count == 0 ? PL_DIAG_EMPTY : PL_DIAG_TOO_MANY,
            "%u departments to choose from; 1 to %d are possible", node->count, CHOICES_MAX);
        return;
    }
    step->choices = pl_load_alloc(l, node->count * sizeof(*step->choices));
    for (const struct pl_yaml *entry = node->first; entry != NULL && step->choices != NULL;
         entry = entry->next) {
        struct reading r = {step, &step->choices[step->choice_count++]};
        pl_load_map(l, entry, PL_KEYS("a choice", keys), &r);
        if (r.choice->when == NULL && entry->next != NULL && pl_yaml_get(entry, "when") == NULL &&
            !pl_load_is_meant(entry, "when") && entry->kind == PL_YAML_MAP) {
            struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, entry), PL_DIAG_NEVER_CHOSEN,
                                               "nobody after this choice is ever asked");
            pl_diag_hint(diag, "Add `when: ...` to it, or make it the last one.");
        }
    }
}

void pl_load_set_ask(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_text name = {0};
    uint16_t service = 0;

    if (node->kind == PL_YAML_LIST) {
        load_choices(l, step, node);
        service = step->choice_count > 0 ? step->choices[0].service : 0;
    } else if (!pl_load_text(l, node, &name) || !find_service(l, node, &service)) {
        return;
    }
    if (step->members != NULL && service < l->def->service_count) {
        step->members[0].service = service;
        step->members[0].title = l->def->services[service].title;
    }
}
