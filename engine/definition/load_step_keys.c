/* The keys of a step: what it asks, after what, with what, and how long it may take. */
#include <string.h>

#include "definition/load_step.h"
#include "value/schema.h"

#define SEES_MAX   64
#define NEEDS_MAX  64
#define ISSUES_MAX 16
#define VISITS_MAX 20
#define MONEY_MAX  INT64_C(1000000000000) /* CNY: a thousand times the largest project */

static const char *const acts[] = {
    "permit", "filing", "registration", "contract",   "technical_review", "joint_review",
    "bundle", "market", "payment",      "acceptance", "commitment",
};

uint16_t pl_load_number_of(const struct pl_load *l, const struct pl_step_def *step)
{
    return (uint16_t)(step - l->def->steps);
}

const struct pl_yaml *pl_load_key_of(const struct pl_load *l, const struct pl_step_def *step,
                                     const char *key)
{
    return pl_yaml_get(l->steps[pl_load_number_of(l, step)], key);
}

static void set_title(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    pl_load_title(l, node, &step->title);
}

static void set_stage(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    struct pl_names names = {0};

    if (!pl_load_text(l, node, &step->stage)) {
        return;
    }
    const struct pl_yaml *stages = l->stages;
    for (const struct pl_yaml *entry = stages != NULL ? stages->first : NULL; entry != NULL;
         entry = entry->next) {
        if (pl_text_equal(entry->key, step->stage)) {
            return;
        }
        const struct pl_yaml *zh = pl_yaml_get(entry, "zh");
        const struct pl_yaml *en = pl_yaml_get(entry, "en");
        pl_names_add(&names, entry->key, zh != NULL ? zh->text : (struct pl_text){0},
                     en != NULL ? en->text : (struct pl_text){0});
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NO_STAGE, "there is no stage `%.*s`",
                    (int)step->stage.len, step->stage.at);
    pl_names_suggest(&names, step->stage, "Add it to `stages` of the file.", diag);
}

static void set_act(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    unsigned act = 0;

    if (pl_load_word(l, node, acts, sizeof(acts) / sizeof(acts[0]), &act)) {
        step->act = pl_text_of(acts[act]);
    }
}

static void set_tell(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text name = {0};

    if (pl_load_text(l, node, &name)) {
        pl_load_set_ask(l, object, node);
    }
}

static void set_sees(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_yaml *items[SEES_MAX];
    const unsigned count = pl_load_list(l, node, items, SEES_MAX);

    step->sees = pl_load_alloc(l, count * sizeof(*step->sees));
    for (unsigned i = 0; i < count && step->sees != NULL; i++) {
        const char *near = NULL;
        struct pl_schema_field field;
        const struct pl_text section = items[i]->text;
        step->sees[step->sees_count++] = pl_load_keep(l, section);
        if (l->def->form == NULL || pl_schema_at(l->def->form, section, &field, &near)) {
            continue;
        }
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, items[i]), PL_DIAG_NO_SECTION,
                        "form `%.*s` has no section or field `%.*s`", (int)l->def->form_id.len,
                        l->def->form_id.at, (int)section.len, section.at);
        struct pl_names names = {0};
        pl_load_field_names(l, &names);
        pl_names_suggest(&names, section,
                         "The sections of the form are the keys of its `properties`; a field is "
                         "`section.field`.",
                         diag);
    }
}

static void load_documents(struct pl_load *l, const struct pl_yaml *node, unsigned max,
                           uint16_t **at, uint16_t *count_out)
{
    const struct pl_yaml *items[NEEDS_MAX];
    const unsigned count = pl_load_list(l, node, items, max);

    *at = pl_load_alloc(l, count * sizeof(**at));
    for (unsigned i = 0; i < count && *at != NULL; i++) {
        const uint16_t document = pl_load_document(l, items[i]);
        if (document != UINT16_MAX) {
            (*at)[(*count_out)++] = document;
        }
    }
}

static void set_needs(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    load_documents(l, node, NEEDS_MAX, &step->needs, &step->needs_count);
}

static void set_issues(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    load_documents(l, node, ISSUES_MAX, &step->issues, &step->issues_count);
}

static void set_decisions(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    pl_load_rules(l, pl_load_number_of(l, object), node);
}

/* Documents that the step issues anew; another step issued them first. */
static void set_renews(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const uint16_t *before = step->issues;
    const uint16_t count = step->issues_count;
    uint16_t *renewed = NULL;
    uint16_t renewed_count = 0;

    load_documents(l, node, ISSUES_MAX, &renewed, &renewed_count);
    step->issues = pl_load_alloc(l, (size_t)(count + renewed_count) * sizeof(*step->issues));
    if (step->issues == NULL || renewed == NULL) {
        return;
    }
    for (uint16_t i = 0; i < count; i++) {
        step->issues[i] = before[i];
    }
    for (uint16_t i = 0; i < renewed_count; i++) {
        step->issues[step->issues_count++] = renewed[i];
    }
}

static void set_visit(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    int64_t visits = 0;

    if (pl_load_int(l, node, 0, VISITS_MAX, &visits)) {
        step->visits = (uint32_t)visits;
    }
}

static void set_cost(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    (void)pl_load_int(l, node, 0, MONEY_MAX, &step->cost);
}

static void set_deposit(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    (void)pl_load_int(l, node, 1, MONEY_MAX, &step->deposit);
}

static void set_counts(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    bool counts = true;

    if (!pl_load_bool(l, node, &counts)) {
        return;
    }
    step->counts = counts;
    if (counts) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_WORD,
                                           "`counts` can only be `false`");
        pl_diag_hint(diag, "Leave the line out when the step counts.");
    }
}

/* Steps of their own are made of these keys: load_made.c. */
static void set_later(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    (void)l;
    (void)object;
    (void)node;
}

/* `members` are made before, `when` after the title, `for_each` after `after`, `sign` after
 * `signers`, `statutory` after `limit`,
 * `renews` after `issues`. */
static const struct pl_key step_keys[] = {
    {"title", true, set_title},
    {"stage", false, set_stage},
    {"act", false, set_act},
    {"ask", false, pl_load_set_ask},
    {"tell", false, set_tell},
    {"run", false, pl_load_set_run},
    {"decide", false, pl_load_set_decide},
    {"wait_for", false, pl_load_set_wait_for},
    {"after", false, pl_load_set_after},
    {"decide_after", false, pl_load_set_decide_after},
    {"when", false, pl_load_set_when},
    {"while", false, pl_load_set_while},
    {"exclusive", false, pl_load_set_exclusive},
    {"cancels", false, pl_load_set_cancels},
    {"undo", false, pl_load_set_undo},
    {"for_each", false, pl_load_set_items},
    {"signers", false, pl_load_set_signers},
    {"sign", false, pl_load_set_sign},
    {"same_person", false, pl_load_set_same_person},
    {"not_by", false, pl_load_set_not_by},
    {"answer", false, pl_load_set_answer},
    {"send", false, pl_load_set_send},
    {"sees", false, set_sees},
    {"needs", false, set_needs},
    {"issues", false, set_issues},
    {"renews", false, set_renews},
    {"decisions", false, set_decisions},
    {"limit", false, pl_load_set_limit},
    {"statutory", false, pl_load_set_statutory},
    {"internal", false, pl_load_set_internal},
    {"extension", false, pl_load_set_extension},
    {"clock", false, pl_load_set_clock},
    {"late", false, pl_load_set_late},
    {"deliver", false, set_later},
    {"obliges", false, set_later},
    {"retry", false, pl_load_set_retry},
    {"visit", false, set_visit},
    {"cost", false, set_cost},
    {"deposit", false, set_deposit},
    {"counts", false, set_counts},
};

void pl_load_step_keys(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    pl_load_map(l, node, PL_KEYS("a step", step_keys), step);
}

void pl_load_intake_keys(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"title", false, set_title},        {"ask", true, pl_load_set_ask},
        {"sees", false, set_sees},          {"needs", false, set_needs},
        {"limit", true, pl_load_set_limit}, {"late", false, pl_load_set_late},
        {"visit", false, set_visit},
    };

    pl_load_map(l, node, PL_KEYS("the intake", keys), step);
}
