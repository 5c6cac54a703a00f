/* Steps that are made of keys: the intake of the file, the delivery of a decision, and the
 * obligations that a step leaves behind. */
#include <string.h>

#include "definition/load_step.h"

static void make_waiting(struct pl_load *l, struct pl_step_def *step, uint16_t of,
                         struct pl_text signal)
{
    step->kind = PL_KIND_WAIT_FOR;
    step->wait_for = PL_WAIT_SIGNAL;
    step->signal = signal;
    step->counts = false;
    step->after = pl_load_alloc(l, sizeof(*step->after));
    if (step->after != NULL) {
        step->after[0] = (struct pl_arc){of, PL_NO_DECISION};
        step->after_count = 1;
    }
}

static const struct pl_silence nothing = {PL_NO_DECISION, {"", 0}};

/* ---- delivery ---- */

void pl_load_delivery(struct pl_load *l, struct pl_step_def *step, uint16_t of)
{
    const struct pl_step_def *before = &l->def->steps[of];
    const struct pl_yaml *node = l->steps[pl_load_number_of(l, step)];
    char signal[PL_ID_MAX + 16];
    struct pl_builder b;

    pl_builder_init(&b, signal, sizeof(signal));
    pl_builder_addf(&b, "%.*s_delivered", (int)before->id.len, before->id.at);
    make_waiting(l, step, of, pl_load_keep(l, (struct pl_text){signal, (uint32_t)b.len}));
    step->has_limit = pl_load_span(l, node, &step->limit);
    pl_load_rules(l, pl_load_number_of(l, step), NULL);
    (void)pl_load_ladder(l, step, NULL, nothing);
}

/* ---- obligations ---- */

struct obligation {
    struct pl_step_def *step;
    struct pl_silence breach;
};

static void set_zh(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;
    pl_load_title_text(l, node, &o->step->title.zh);
}

static void set_en(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;
    pl_load_title_text(l, node, &o->step->title.en);
}

static void set_within(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;
    o->step->has_limit = pl_load_span(l, node, &o->step->limit);
}

/* The steps may stand below in the file: pl_load_blocks enters it with them. */
static void set_blocks(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    uint64_t mask[PL_STEPS_MAX / 64] = {0};

    (void)object;
    pl_load_steps_mask(l, node, mask);
}

static void set_document(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;
    struct pl_text id = {0};

    if (!pl_load_text(l, node, &id)) {
        return;
    }
    const uint16_t document = pl_load_document(l, node);
    o->step->needs = pl_load_alloc(l, sizeof(*o->step->needs));
    if (document == UINT16_MAX || o->step->needs == NULL) {
        return;
    }
    o->step->needs[o->step->needs_count++] = document;
    if (!l->def->documents[document].by_applicant) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NOT_DEFERRED,
                                           "only a document of the applicant can come later");
        pl_diag_hint(diag, "A document from a department is issued by its step.");
    }
}

static void set_breach(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;
    struct pl_names names = {0};
    struct pl_text id = {0};

    if (!pl_load_text(l, node, &id)) {
        return;
    }
    o->breach.decision = pl_definition_decision(l->def, id);
    if (o->breach.decision != PL_NO_DECISION) {
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_NO_DECISION,
                                       "there is no decision `%.*s`", (int)id.len, id.at);
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        const struct pl_decision_name *known = &l->def->decisions[i];
        pl_names_add(&names, known->id, known->title.zh, known->title.en);
    }
    pl_names_suggest(&names, id, "Add it to `decisions` of the file.", diag);
}

static void set_commitment(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct obligation *o = object;

    if (pl_load_true(l, node)) {
        o->step->act = PL_TEXT("commitment");
    }
}

void pl_load_obligation(struct pl_load *l, struct pl_step_def *step, uint16_t of)
{
    static const struct pl_key keys[] = {
        {"zh", true, set_zh},
        {"en", true, set_en},
        {"within", true, set_within},
        {"blocks", false, set_blocks},
        {"document", false, set_document},
        {"breach", false, set_breach},
        {"commitment", false, set_commitment},
    };
    struct obligation o = {step, nothing};

    make_waiting(l, step, of, step->id);
    pl_load_map(l, l->steps[pl_load_number_of(l, step)], PL_KEYS("an obligation", keys), &o);
    pl_load_rules(l, pl_load_number_of(l, step), NULL);
    if (o.breach.decision != PL_NO_DECISION && pl_step_rule(step, o.breach.decision) == NULL) {
        pl_load_rule(l, pl_load_number_of(l, step), o.breach.decision);
    }
    (void)pl_load_ladder(l, step, NULL, o.breach);
}

static void block(struct pl_load *l, struct pl_step_def *step, uint16_t by)
{
    uint16_t *list = step->blocked_by;

    /* A step is blocked by few: the list grows by one and the old one is left behind. */
    step->blocked_by = pl_load_alloc(l, (step->blocked_by_count + 1u) * sizeof(*list));
    if (step->blocked_by == NULL) {
        return;
    }
    if (step->blocked_by_count > 0) {
        memcpy(step->blocked_by, list, step->blocked_by_count * sizeof(*list));
    }
    step->blocked_by[step->blocked_by_count++] = by;
}

void pl_load_blocks(struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const struct pl_yaml *blocks = l->def->steps[i].origin == PL_ORIGIN_OBLIGATION
                                           ? pl_yaml_get(l->steps[i], "blocks")
                                           : NULL;
        for (uint16_t k = 0; k < l->def->step_count && blocks != NULL; k++) {
            const struct pl_text id = l->def->steps[k].id;
            bool named = pl_text_equal(blocks->text, id) && blocks->kind == PL_YAML_SCALAR;
            for (const struct pl_yaml *item = blocks->first; item != NULL; item = item->next) {
                named = named || pl_text_equal(item->text, id);
            }
            if (named) {
                block(l, &l->def->steps[k], i);
            }
        }
    }
}

/* ---- intake ---- */

enum { ACCEPT, NOTICE, NOT_COMPETENT, NOT_NEEDED, ANSWERS };

static const struct {
    struct pl_text id;
    struct pl_title title;
    struct pl_text result; /* with which the case ends; "" = it goes on */
} answers[ANSWERS] = {
    [ACCEPT] = {{"accept", 6}, {{"\u53d7\u7406", 6}, {"Accepted", 8}}, {"", 0}},
    [NOTICE] = {{"notice", 6},
                {{"\u4e00\u6b21\u6027\u544a\u77e5\u8865\u6b63", 21},
                 {"Notice of what is missing", 25}},
                {"", 0}},
    [NOT_COMPETENT] = {{"not_competent", 13},
                       {{"\u4e0d\u5c5e\u672c\u673a\u5173\u804c\u6743", 21}, {"Not competent", 13}},
                       {"not_accepted", 12}},
    [NOT_NEEDED] = {{"not_needed", 10},
                    {{"\u65e0\u9700\u8bb8\u53ef", 12}, {"No permit is needed", 19}},
                    {"not_needed", 10}},
};

void pl_load_intake_names(struct pl_load *l)
{
    struct pl_definition *def = l->def;

    for (unsigned i = 0; i < ANSWERS && !l->full; i++) {
        if (pl_definition_decision(def, answers[i].id) == PL_NO_DECISION) {
            if (def->decision_count == PL_DECISIONS_MAX) {
                l->full = true;
                return;
            }
            def->decisions[def->decision_count++] =
                (struct pl_decision_name){answers[i].id, answers[i].title};
        }
        if (answers[i].result.len > 0) {
            pl_load_add_result(l, answers[i].result, answers[i].title);
        }
    }
}

static void add_answers(struct pl_load *l, struct pl_step_def *step)
{
    step->rules = pl_load_alloc(l, ANSWERS * sizeof(*step->rules));
    for (unsigned i = 0; i < ANSWERS && step->rules != NULL; i++) {
        struct pl_decision_rule *rule = &step->rules[step->rule_count++];
        *rule = (struct pl_decision_rule){
            .decision = pl_definition_decision(l->def, answers[i].id),
            .effect = answers[i].result.len > 0 ? PL_DECISION_ENDS : PL_DECISION_GOES_ON,
            .result = answers[i].result.len > 0 ? pl_load_find_result(l->def, answers[i].result)
                                                : PL_NO_RESULT,
            .back_to = PL_NO_STEP,
            .then = PL_RESULT_REJECTED,
            .clock = PL_CLOCK_RESTARTS,
            .reason_required = i != ACCEPT,
        };
        if (i == NOTICE) {
            rule->effect = PL_DECISION_BACK;
            rule->back_to = pl_load_number_of(l, step);
            rule->waits_for_applicant = true;
            rule->at_most = 1;
            rule->once = true;
        }
    }
}

void pl_load_intake(struct pl_load *l, struct pl_step_def *step)
{
    const struct pl_yaml *node = l->steps[pl_load_number_of(l, step)];
    const uint16_t accept = pl_definition_decision(l->def, answers[ACCEPT].id);
    /* Art. 32: who says nothing within the limit has accepted as of the day of receipt. */
    const struct pl_silence silence = {accept, PL_TEXT("Administrative Licensing Law art. 32")};

    step->kind = PL_KIND_ASK;
    step->members = pl_load_alloc(l, sizeof(*step->members));
    if (step->members == NULL) {
        return;
    }
    step->member_count = 1;
    step->members[0] = (struct pl_member){.role = PL_ROLE_LEAD, .silent_decision = PL_NO_DECISION};
    add_answers(l, step);
    pl_load_intake_keys(l, step, node);
    (void)pl_load_ladder(l, step, pl_yaml_get(node, "late"), silence);
}
