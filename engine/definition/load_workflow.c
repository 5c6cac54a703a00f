/* The keys at the top of a workflow. */
#include "definition/load_step.h"
#include "value/schema.h"

static void set_workflow(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    char wanted[PL_BUNDLE_NAME_SIZE];
    struct pl_builder b;

    (void)object;
    if (!pl_load_id(l, node, &l->def->workflow)) {
        return;
    }
    pl_builder_init(&b, wanted, sizeof(wanted));
    pl_builder_add(&b, l->def->workflow);
    pl_builder_add(&b, PL_TEXT(".yaml"));
    const struct pl_text file = l->bundle->files[0].name;
    if (!pl_text_is(file, wanted)) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_FILE_NAME,
                        "workflow `%.*s` stands in file `%.*s`", (int)l->def->workflow.len,
                        l->def->workflow.at, (int)file.len, file.at);
        pl_diag_hint(diag, "Rename the file to `%s`, or change the id.", wanted);
    }
}

static void set_title(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    pl_load_title(l, node, &l->def->title);
}

void pl_load_missing_file(struct pl_load *l, const struct pl_yaml *node, const char *name)
{
    const struct pl_diag_place place =
        node != NULL ? pl_load_at(l, node) : (struct pl_diag_place){.file = 0};
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_NO_FILE,
                                       "there is no file `%s` beside the workflow", name);
    pl_diag_hint(diag, "Check the name, or add the file.");
}

static void set_calendar(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text id = {0};
    char name[PL_BUNDLE_NAME_SIZE];

    (void)object;
    if (!pl_load_id(l, node, &id)) {
        return;
    }
    pl_bundle_calendar_name(id, name);
    if (pl_bundle_find(l->bundle, name) < 0) {
        pl_load_missing_file(l, node, name);
    } else if (l->calendar != NULL) {
        pl_load_calendar(l, l->calendar, &l->def->calendar);
    }
}

static void set_form(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    char name[PL_BUNDLE_NAME_SIZE];

    (void)object;
    if (!pl_load_id(l, node, &l->def->form_id)) {
        return;
    }
    pl_bundle_form_name(l->def->form_id, name);
    if (pl_bundle_find(l->bundle, name) < 0) {
        pl_load_missing_file(l, node, name);
    } else if (l->form.size > 0) {
        l->def->form = pl_load_schema(l, l->form, l->form_file, NULL);
    }
}

static void target_procedures(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_targets *targets = object;
    int64_t value = 0;

    if (pl_load_int(l, node, 0, PL_STEPS_MAX, &value)) {
        targets->procedures = (int32_t)value;
    }
}

static void target_time(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_targets *targets = object;
    targets->has_time = pl_load_span(l, node, &targets->time);
}

static void target_visits(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_targets *targets = object;
    int64_t value = 0;

    if (pl_load_int(l, node, 0, 1000, &value)) {
        targets->visits = (int32_t)value;
    }
}

static void target_cost(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_targets *targets = object;
    (void)pl_load_int(l, node, 0, INT64_C(1000000000000000), &targets->cost);
}

static void set_targets(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"procedures", false, target_procedures},
        {"time", false, target_time},
        {"visits", false, target_visits},
        {"cost", false, target_cost},
    };

    (void)object;
    l->targets = node;
    pl_load_map(l, node, PL_KEYS("`targets`", keys), &l->def->targets);
}

static void set_late(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    l->late = pl_load_late(l, node) ? node : NULL;
}

static void set_stages(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text id = {0};
    struct pl_title title = {0};

    (void)object;
    if (!pl_load_is_map(l, node, "`stages`")) {
        return;
    }
    l->stages = node;
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        (void)pl_load_id_key(l, entry, &id);
        pl_load_title(l, entry, &title);
    }
}

static void set_intake(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    l->intake = pl_load_is_map(l, node, "the intake") ? node : NULL;
}

static void set_retry(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    l->retry = pl_load_retry(l, node);
}

static void set_decisions(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)l;
    (void)object;
    (void)node;
}

static void set_steps(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    pl_load_step_ids(l, node);
    pl_load_finish_ids(l, pl_yaml_get(l->workflow, "finish"));
    pl_load_decisions(l, pl_yaml_get(l->workflow, "decisions"));
    if (l->intake != NULL) {
        pl_load_intake_names(l);
    }
    pl_load_children(l);
    pl_load_answers(l);
    pl_load_steps(l);
}

static void set_finish(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)object;
    if (node->kind == PL_YAML_MAP && l->def->results != NULL) {
        pl_load_finish(l);
    }
}

/* The steps come last but one: what they refer to has been read. Ids of decisions and results are
 * entered with them. */
static const struct pl_key file_keys[] = {
    {"workflow", true, set_workflow},    {"title", true, set_title},
    {"calendar", true, set_calendar},    {"form", true, set_form},
    {"targets", false, set_targets},     {"late", false, set_late},
    {"stages", false, set_stages},       {"tables", false, pl_load_tables},
    {"retry", false, set_retry},         {"intake", false, set_intake},
    {"decisions", false, set_decisions}, {"steps", true, set_steps},
    {"finish", true, set_finish},
};

void pl_load_workflow(struct pl_load *l)
{
    pl_load_map(l, l->workflow, PL_KEYS("a workflow", file_keys), NULL);
}
