/* Ids and titles of steps: those of the file, and those that keys make of them. */
#include "definition/load.h"

static bool check_step_id(struct pl_load *l, const struct pl_yaml *entry, struct pl_text id)
{
    struct pl_diag *diag = NULL;

    if (pl_text_is(id, "apply") || pl_text_is(id, "this_step")) {
        diag = pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_RESERVED,
                           "`%.*s` is a word of the language, not a step", (int)id.len, id.at);
        pl_diag_hint(diag, "Give the step another name.");
        return false;
    }
    const uint16_t same = pl_definition_step(l->def, id);
    if (same == PL_NO_STEP) {
        return true;
    }
    diag = pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TWICE,
                       "there is a step `%.*s` already", (int)id.len, id.at);
    pl_diag_hint(diag, "`intake`, `deliver` and `obliges` make steps too: give one of the two "
                       "another name.");
    pl_diag_other(diag, pl_load_at_key(l, l->steps[same]), "the other is here");
    return false;
}

/* Enters a step; `of` made it. Returns whether there was room. */
static bool enter_step(struct pl_load *l, const struct pl_yaml *entry, struct pl_text id,
                       enum pl_step_origin origin, uint16_t of)
{
    struct pl_definition *def = l->def;

    if (!check_step_id(l, entry, id)) {
        return true;
    }
    if (def->step_count == PL_STEPS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TOO_MANY,
                          "with those that are made of `intake`, `deliver` and `obliges` there are "
                          "more than %d steps",
                          PL_STEPS_MAX);
        return false;
    }
    def->steps[def->step_count] = (struct pl_step_def){.id = id,
                                                       .line = entry->key_mark.line,
                                                       .counts = true,
                                                       .exclusive = PL_NO_GROUP,
                                                       .origin = origin};
    l->made_by[def->step_count] = of;
    l->steps[def->step_count++] = entry;
    return true;
}

static bool enter_delivery(struct pl_load *l, const struct pl_yaml *deliver, uint16_t of)
{
    const struct pl_text step = l->def->steps[of].id;
    char id[PL_ID_MAX + 16];
    struct pl_builder b;

    pl_builder_init(&b, id, sizeof(id));
    pl_builder_addf(&b, "%.*s_delivery", (int)step.len, step.at);
    return enter_step(l, deliver, pl_load_keep(l, (struct pl_text){id, (uint32_t)b.len}),
                      PL_ORIGIN_DELIVERY, of);
}

/* A step of the file, and those that its keys make. */
static bool enter_with_made(struct pl_load *l, const struct pl_yaml *entry)
{
    struct pl_text id = {0};
    const uint16_t number = l->def->step_count;

    if (!pl_load_id_key(l, entry, &id)) {
        id = pl_load_keep(l, entry->key);
        l->steps_doubtful = true;
    }
    if (!enter_step(l, entry, id, PL_ORIGIN_STEP, PL_NO_STEP)) {
        return false;
    }
    const struct pl_yaml *deliver = pl_yaml_get(entry, "deliver");
    const struct pl_yaml *obliges = pl_yaml_get(entry, "obliges");
    if (l->def->step_count == number) {
        return true; /* refused: so is what it would make */
    }
    if (deliver != NULL && !enter_delivery(l, deliver, number)) {
        return false;
    }
    if (obliges != NULL && !pl_load_is_map(l, obliges, "`obliges`")) {
        return true;
    }
    for (const struct pl_yaml *made = obliges != NULL ? obliges->first : NULL; made != NULL;
         made = made->next) {
        struct pl_text made_id = {0};
        if (!pl_load_id_key(l, made, &made_id)) {
            l->steps_doubtful = true;
        } else if (!enter_step(l, made, made_id, PL_ORIGIN_OBLIGATION, number)) {
            return false;
        }
    }
    return true;
}

/* Steps of the file and steps that are made, so many at most. */
static uint32_t count_steps(const struct pl_load *l, const struct pl_yaml *node)
{
    uint32_t count = node->count + (l->intake != NULL);

    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        const struct pl_yaml *obliges = pl_yaml_get(entry, "obliges");
        count += pl_yaml_get(entry, "deliver") != NULL;
        count += obliges != NULL ? obliges->count : 0;
    }
    return count < PL_STEPS_MAX ? count : PL_STEPS_MAX;
}

void pl_load_step_ids(struct pl_load *l, const struct pl_yaml *node)
{
    struct pl_definition *def = l->def;

    if (node == NULL || !pl_load_is_map(l, node, "`steps`")) {
        return;
    }
    if (node->count == 0 || node->count > PL_STEPS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node),
                          node->count == 0 ? PL_DIAG_EMPTY : PL_DIAG_TOO_MANY,
                          "%u steps; a workflow has 1 to %d", node->count, PL_STEPS_MAX);
        return;
    }
    def->steps = pl_load_alloc(l, count_steps(l, node) * sizeof(*def->steps));
    if (def->steps != NULL && l->intake != NULL) {
        def->intake = def->step_count;
        (void)enter_step(l, l->intake, PL_TEXT("intake"), PL_ORIGIN_INTAKE, PL_NO_STEP);
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL && def->steps != NULL;
         entry = entry->next) {
        if (!enter_with_made(l, entry)) {
            return;
        }
    }
}

static struct pl_text joined(struct pl_load *l, struct pl_text title, const char *suffix)
{
    char text[2 * PL_TITLE_MAX];
    struct pl_builder b;

    pl_builder_init(&b, text, PL_TITLE_MAX + 1);
    pl_builder_addf(&b, "%.*s%s", (int)title.len, title.at, suffix);
    return pl_load_keep(l, (struct pl_text){text, (uint32_t)b.len});
}

static struct pl_title title_of(struct pl_load *l, uint16_t step)
{
    const struct pl_step_def *def = &l->def->steps[step];
    const struct pl_yaml *title = pl_yaml_get(l->steps[step], "title");

    if (def->origin == PL_ORIGIN_DELIVERY) {
        const struct pl_title of = l->def->steps[l->made_by[step]].title;
        return (struct pl_title){joined(l, of.zh, "\uff1a\u9001\u8fbe"),
                                 joined(l, of.en, ": delivery")};
    }
    if (def->origin == PL_ORIGIN_INTAKE && title == NULL) {
        return (struct pl_title){PL_TEXT("\u53d7\u7406"), PL_TEXT("Intake")};
    }
    title = def->origin == PL_ORIGIN_OBLIGATION ? l->steps[step] : title;
    const struct pl_yaml *zh = title != NULL ? pl_yaml_get(title, "zh") : NULL;
    const struct pl_yaml *en = title != NULL ? pl_yaml_get(title, "en") : NULL;
    return (struct pl_title){pl_load_keep(l, zh != NULL ? zh->text : PL_TEXT("")),
                             pl_load_keep(l, en != NULL ? en->text : PL_TEXT(""))};
}

/* Titles first: messages about one step name others. */
void pl_load_step_titles(struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        l->def->steps[i].title = title_of(l, i);
    }
}
