/* Documents: whatever a step needs is there when it starts. */
#include "definition/check.h"

static const struct pl_yaml *entry_of(const struct pl_load *l, uint16_t step, const char *key,
                                      uint16_t document)
{
    const struct pl_yaml *list = pl_yaml_get(l->steps[step], key);
    const struct pl_text id = l->def->documents[document].id;

    if (list == NULL || list->kind == PL_YAML_SCALAR) {
        return list != NULL && pl_text_equal(list->text, id) ? list : NULL;
    }
    for (const struct pl_yaml *item = list->first; item != NULL; item = item->next) {
        if (pl_text_equal(item->text, id)) {
            return item;
        }
    }
    return NULL;
}

static bool has(const uint16_t *list, uint16_t count, uint16_t document)
{
    for (uint16_t i = 0; i < count; i++) {
        if (list[i] == document) {
            return true;
        }
    }
    return false;
}

/* The step that issues a document for the first time. */
static uint16_t issuer_of(const struct pl_load *l, uint16_t document)
{
    const struct pl_definition *def = l->def;

    for (uint16_t i = 0; i < def->step_count; i++) {
        if (has(def->steps[i].issues, def->steps[i].issues_count, document) &&
            entry_of(l, i, "issues", document) != NULL) {
            return i;
        }
    }
    return PL_NO_STEP;
}

static bool comes_before(const struct pl_load *l, uint16_t step, uint16_t other)
{
    return pl_steps_have(l->def->steps[step].ancestors, other);
}

/* What is renewed was issued by a step before. */
static void check_renewal(struct pl_load *l, uint16_t step, uint16_t document)
{
    const struct pl_document *d = &l->def->documents[document];
    const struct pl_yaml *entry = entry_of(l, step, "renews", document);
    const uint16_t issuer = issuer_of(l, document);

    if (issuer == PL_NO_STEP || !comes_before(l, step, issuer)) {
        struct pl_diag *diag = pl_diag_add(
            l->diags, pl_load_at(l, entry),
            issuer == PL_NO_STEP ? PL_DIAG_NOT_ISSUED : PL_DIAG_ISSUED_LATER,
            "document %s is renewed, but no step before issues it", pl_name(d->id, &d->title).at);
        pl_diag_hint(diag,
                     "Write `issues` where it is issued for the first time, before this step.");
    }
}

static void check_issue(struct pl_load *l, uint16_t step, uint16_t document)
{
    const struct pl_document *d = &l->def->documents[document];
    const struct pl_yaml *entry = entry_of(l, step, "issues", document);
    const uint16_t first = issuer_of(l, document);

    if (entry == NULL) {
        check_renewal(l, step, document);
        return;
    }
    if (d->by_applicant && l->documents_doubtful) {
        return; /* where it comes from was not understood */
    }
    if (d->by_applicant) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, entry), PL_DIAG_ISSUED_BY_APPLICANT,
                        "document %s comes from the applicant: no step issues it",
                        pl_name(d->id, &d->title).at);
        pl_diag_hint(diag,
                     "Write `from: department` in documents.yaml, or issue another document.");
    } else if (first != step) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, entry), PL_DIAG_ISSUED_TWICE,
                        "document %s is issued by two steps", pl_name(d->id, &d->title).at);
        pl_diag_hint(diag, "Let one of the two issue another document.");
        pl_diag_other(diag, pl_load_at(l, entry_of(l, first, "issues", document)),
                      "the other is step `%.*s`", (int)l->def->steps[first].id.len,
                      l->def->steps[first].id.at);
    }
}

/* Whether something is wrong with the step or with one before it: then their order is not known. */
static bool is_doubtful(const struct pl_load *l, uint16_t number)
{
    const struct pl_step_def *step = &l->def->steps[number];

    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const bool before = (step->ancestors[i / 64] >> (i % 64) & 1) != 0;
        if (l->doubtful[i] && (before || i == number)) {
            return true;
        }
    }
    return false;
}

static bool any_doubtful(const struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        if (l->doubtful[i]) {
            return true;
        }
    }
    return false;
}

static void check_need(struct pl_load *l, uint16_t step, uint16_t document)
{
    const struct pl_step_def *def = &l->def->steps[step];
    const struct pl_document *d = &l->def->documents[document];
    const uint16_t issuer = issuer_of(l, document);

    if (d->by_applicant || is_doubtful(l, step) || (issuer == PL_NO_STEP && any_doubtful(l))) {
        return;
    }
    const struct pl_diag_place place = pl_load_at(l, entry_of(l, step, "needs", document));
    if (issuer == PL_NO_STEP) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, place, PL_DIAG_NOT_ISSUED, "no step issues document %s",
                        pl_name(d->id, &d->title).at);
        pl_diag_hint(diag,
                     "Add `issues: %.*s` to the step that produces it, or write `from: "
                     "applicant` in documents.yaml.",
                     (int)d->id.len, d->id.at);
    } else if (!comes_before(l, step, issuer)) {
        const struct pl_step_def *other = &l->def->steps[issuer];
        struct pl_diag *diag =
            pl_diag_add(l->diags, place, PL_DIAG_ISSUED_LATER,
                        "document %s is issued by step %s, which does not come before step `%.*s`",
                        pl_name(d->id, &d->title).at, pl_name(other->id, &other->title).at,
                        (int)def->id.len, def->id.at);
        if (issuer == step) {
            pl_diag_hint(diag, "A step cannot need what it issues: take it out of `needs`.");
        } else {
            pl_diag_hint(diag, "Add `%.*s` to `after` of this step.", (int)other->id.len,
                         other->id.at);
        }
        pl_diag_other(diag, pl_load_at(l, entry_of(l, issuer, "issues", document)),
                      "it is issued here");
    }
}

void pl_check_data(struct pl_load *l)
{
    const struct pl_definition *def = l->def;

    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        for (uint16_t k = 0; k < step->issues_count; k++) {
            check_issue(l, i, step->issues[k]);
        }
        for (uint16_t k = 0; k < step->needs_count; k++) {
            check_need(l, i, step->needs[k]);
        }
    }
}
