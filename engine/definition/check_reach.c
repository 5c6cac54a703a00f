/* Outcomes: every step can start, and every way through the steps ends in a result.
 *
 * Only decisions that some `after` names make a difference for what starts; their combinations are
 * gone through one by one, which is exact. A step that was skipped passes like one that goes on,
 * except where a decision of it is named or arrivals are counted. A step that can be cancelled may
 * be, if one that cancels it goes on. */
#include "definition/check.h"

#define COMBINATIONS_MAX 65536 /* sixteen independent yes-or-no branches */
#define CHOICES_MAX      64
#define OTHER            PL_NO_DECISION /* any decision that no `after` names */
#define SKIPPED          (PL_NO_DECISION - 1)
#define UNREACHED        (PL_NO_DECISION - 2)
#define CANCELLED        (PL_NO_DECISION - 3) /* by another step, or by its own `while` */

#define STEP_WORDS       (PL_STEPS_MAX / 64)

struct choice {
    uint16_t step;
    uint16_t count;
    uint16_t at; /* the outcome of the present combination */
    uint16_t outcomes[PL_DECISIONS_MAX + 3];
};

struct reach {
    uint32_t choice_count;
    struct choice choices[CHOICES_MAX];
    const struct choice *choice_of[PL_STEPS_MAX]; /* NULL: there is only one outcome */
    bool may_cancel;                              /* some step may be cancelled */
    uint64_t cancelled_by[PL_STEPS_MAX][STEP_WORDS];
    bool ever[PL_STEPS_MAX];
    uint16_t outcome[PL_STEPS_MAX]; /* of the present combination */
    uint32_t worst;                 /* decisions in the shortest combination without a result */
    uint16_t example[PL_STEPS_MAX]; /* its outcomes */
};

static bool names(const struct pl_arc *arcs, uint16_t count, uint16_t step, uint16_t decision)
{
    for (uint16_t i = 0; i < count; i++) {
        if (arcs[i].step == step && arcs[i].decision == decision) {
            return true;
        }
    }
    return false;
}

static bool is_named(const struct pl_definition *def, uint16_t step, uint16_t decision)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (names(def->steps[i].after, def->steps[i].after_count, step, decision)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < def->result_count; i++) {
        if (names(def->results[i].after, def->results[i].after_count, step, decision)) {
            return true;
        }
    }
    return false;
}

/* Whether a join counts what is satisfied: then a step that was skipped is not like one that went
 * on. */
static bool is_counted(const struct pl_definition *def, uint16_t step)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *other = &def->steps[i];
        if ((other->join == PL_JOIN_NEED || other->join == PL_JOIN_EACH) &&
            names(other->after, other->after_count, step, PL_NO_DECISION)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < def->result_count; i++) {
        const struct pl_result *result = &def->results[i];
        if (result->join == PL_JOIN_NEED &&
            names(result->after, result->after_count, step, PL_NO_DECISION)) {
            return true;
        }
    }
    return false;
}

static void add_to(uint64_t mask[static STEP_WORDS], uint16_t step)
{
    mask[step / 64] |= UINT64_C(1) << (step % 64);
}

static bool meet(const uint64_t a[static STEP_WORDS], const uint64_t b[static STEP_WORDS])
{
    uint64_t both = 0;

    for (unsigned i = 0; i < STEP_WORDS; i++) {
        both |= a[i] & b[i];
    }
    return both != 0;
}

static void find_cancelling(const struct pl_definition *def, struct reach *r)
{
    for (uint16_t by = 0; by < def->step_count; by++) {
        for (uint16_t i = 0; i < def->step_count; i++) {
            if (pl_steps_have(def->steps[by].cancels, i)) {
                add_to(r->cancelled_by[i], by);
            }
        }
    }
}

static bool may_be_cancelled(const struct pl_definition *def, const struct reach *r, uint16_t step)
{
    return def->steps[step].while_true != NULL ||
           meet(r->cancelled_by[step], r->cancelled_by[step]);
}

/* The outcomes of a step that can be told apart; one outcome is no choice. */
static void list_outcomes(const struct pl_definition *def, const struct reach *r, uint16_t number,
                          struct choice *out)
{
    const struct pl_step_def *step = &def->steps[number];
    const bool may_be_skipped = step->when != NULL || step->while_true != NULL;
    bool other = false;

    *out = (struct choice){.step = number};
    for (uint16_t i = 0; i < step->rule_count; i++) {
        const struct pl_decision_rule *rule = &step->rules[i];
        if (rule->effect != PL_DECISION_GOES_ON) {
            continue;
        }
        if (is_named(def, number, rule->decision)) {
            out->outcomes[out->count++] = rule->decision;
        } else {
            other = true;
        }
    }
    const bool named = out->count > 0;
    if (other) {
        out->outcomes[out->count++] = OTHER;
    }
    if (may_be_skipped && (named || is_counted(def, number))) {
        out->outcomes[out->count++] = SKIPPED;
    }
    if (out->count > 0 && may_be_cancelled(def, r, number)) {
        out->outcomes[out->count++] = CANCELLED;
    }
}

enum arrival { DEAD, PASSES, SATISFIED };

static enum arrival arrival_of(const struct reach *r, const struct pl_arc *arc)
{
    const uint16_t outcome = r->outcome[arc->step];

    if (outcome == UNREACHED || outcome == CANCELLED) {
        return DEAD;
    }
    if (arc->decision != PL_NO_DECISION) {
        return arc->decision == outcome ? SATISFIED : DEAD;
    }
    return outcome == SKIPPED ? PASSES : SATISFIED;
}

static bool join_holds(const struct reach *r, enum pl_join join, uint16_t need,
                       const struct pl_arc *arcs, uint16_t count)
{
    uint16_t found[3] = {0};

    for (uint16_t i = 0; i < count; i++) {
        found[arrival_of(r, &arcs[i])]++;
    }
    if (count == 0) {
        return true;
    }
    switch (join) {
    case PL_JOIN_ALL:
        return found[DEAD] == 0;
    case PL_JOIN_ANY:
    case PL_JOIN_SOME:
        return found[DEAD] < count;
    case PL_JOIN_NEED:
        return found[SATISFIED] >= need || (found[DEAD] == 0 && found[PASSES] > 0);
    case PL_JOIN_EACH:
        return found[SATISFIED] > 0;
    }
    return false;
}

static bool has_result(const struct pl_definition *def, const struct reach *r)
{
    for (uint16_t i = 0; i < def->finish_count; i++) {
        const struct pl_result *result = &def->results[def->finish[i]];
        if (result->when == NULL &&
            join_holds(r, result->join, result->need, result->after, result->after_count)) {
            return true;
        }
    }
    return false;
}

/* The steps that go on in the present combination. */
static void find_going(const struct pl_definition *def, const struct reach *r,
                       uint64_t going[static STEP_WORDS])
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        const uint16_t outcome = r->outcome[i];
        if (outcome != UNREACHED && outcome != CANCELLED && outcome != SKIPPED) {
            add_to(going, i);
        }
    }
}

/* Whether a combination can come about: nothing is cancelled without a cause, what comes after a
 * step that cancels it is, and of two that cancel each other one is. */
static bool is_possible(const struct pl_definition *def, const struct reach *r)
{
    uint64_t going[STEP_WORDS] = {0};

    find_going(def, r, going);
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        uint64_t causes[STEP_WORDS];
        for (unsigned k = 0; k < STEP_WORDS; k++) {
            causes[k] = r->cancelled_by[i][k] & going[k];
        }
        const bool is_going = pl_steps_have(going, i);
        if (is_going && (meet(causes, step->ancestors) || meet(causes, step->cancels))) {
            return false;
        }
        if (r->outcome[i] == CANCELLED && step->while_true == NULL && !meet(causes, going)) {
            return false;
        }
    }
    return true;
}

static void play(const struct pl_load *l, struct reach *r)
{
    const struct pl_definition *def = l->def;
    bool started[PL_STEPS_MAX] = {0};
    uint32_t decisions = 0;

    for (uint16_t i = 0; i < def->step_count; i++) {
        const uint16_t number = l->order[i];
        const struct pl_step_def *step = &def->steps[number];
        const struct choice *choice = r->choice_of[number];
        if (!join_holds(r, step->join, step->need, step->after, step->after_count)) {
            r->outcome[number] = UNREACHED;
            continue;
        }
        started[number] = true;
        r->outcome[number] = choice != NULL ? choice->outcomes[choice->at] : OTHER;
        decisions += choice != NULL;
    }
    if (r->may_cancel && !is_possible(def, r)) {
        return;
    }
    for (uint16_t i = 0; i < def->step_count; i++) {
        r->ever[i] = r->ever[i] || started[i];
    }
    if (!has_result(def, r) && decisions < r->worst) {
        r->worst = decisions;
        for (uint16_t i = 0; i < def->step_count; i++) {
            r->example[i] = r->outcome[i];
        }
    }
}

/* The next combination, like a counter; false after the last. */
static bool advance(struct reach *r)
{
    for (uint32_t i = 0; i < r->choice_count; i++) {
        if (++r->choices[i].at < r->choices[i].count) {
            return true;
        }
        r->choices[i].at = 0;
    }
    return false;
}

/* Steps that can do nothing but end the case or send it back: nothing after them can start. */
static bool find_choices(struct pl_load *l, struct reach *r)
{
    const struct pl_definition *def = l->def;
    uint64_t combinations = 1;

    for (uint16_t i = 0; i < def->step_count; i++) {
        struct choice choice;
        list_outcomes(def, r, i, &choice);
        if (choice.count == 0) {
            choice.outcomes[choice.count++] = UNREACHED;
        } else if (choice.count == 1 && choice.outcomes[0] == OTHER) {
            continue;
        }
        r->may_cancel = r->may_cancel || choice.outcomes[choice.count - 1] == CANCELLED;
        combinations *= choice.count;
        if (r->choice_count == CHOICES_MAX || combinations > COMBINATIONS_MAX) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_key(l, l->steps[i]), PL_DIAG_TOO_COMPLEX,
                            "more than %d combinations of decisions, counted up to this step",
                            COMBINATIONS_MAX);
            pl_diag_hint(diag, "Name fewer decisions in `after`: plain steps need no proof.");
            return false;
        }
        r->choices[r->choice_count] = choice;
        r->choice_of[i] = &r->choices[r->choice_count++];
    }
    return true;
}

static void put_outcome(struct pl_builder *b, const struct pl_definition *def, uint16_t outcome,
                        bool zh)
{
    if (outcome == SKIPPED) {
        pl_builder_addf(b, "%s", zh ? "被跳过" : "is skipped");
    } else if (outcome == CANCELLED) {
        pl_builder_addf(b, "%s", zh ? "被取消" : "is cancelled");
    } else if (outcome == OTHER) {
        pl_builder_addf(b, "%s", zh ? "作出其他决定" : "decides otherwise");
    } else {
        const struct pl_text id = def->decisions[outcome].id;
        pl_builder_addf(b, "%s `%.*s`", zh ? "决定" : "decides", (int)id.len, id.at);
    }
}

/* "`a` decides `x`, `b` is skipped", in English or in Chinese; "" when nothing was decided. */
static void put_example(const struct pl_definition *def, const struct reach *r, bool zh,
                        char out[PL_DIAG_TEXT_MAX / 2])
{
    const char *const comma = zh ? "，" : ", ";
    struct pl_builder b;

    pl_builder_init(&b, out, PL_DIAG_TEXT_MAX / 2);
    for (uint32_t i = 0; i < r->choice_count; i++) {
        const uint16_t step = r->choices[i].step;
        const uint16_t outcome = r->example[step];
        if (outcome != UNREACHED) {
            const struct pl_text id = def->steps[step].id;
            pl_builder_addf(&b, "%s`%.*s` ", b.len == 0 ? "" : comma, (int)id.len, id.at);
            put_outcome(&b, def, outcome, zh);
        }
    }
}

static void report_no_outcome(struct pl_load *l, const struct reach *r)
{
    const struct pl_yaml *finish = pl_yaml_get(l->workflow, "finish");
    char en[PL_DIAG_TEXT_MAX / 2];
    char zh[PL_DIAG_TEXT_MAX / 2];
    struct pl_diag *diag = NULL;

    if (l->def->finish_count == 0) {
        diag = pl_diag_add(l->diags, pl_load_at_key(l, finish), PL_DIAG_NO_OUTCOME,
                           "no result has an `after`: the case could never end");
        pl_diag_hint(diag, "Add `after: ...` with the last step to `completed`.");
        return;
    }
    put_example(l->def, r, false, en);
    put_example(l->def, r, true, zh);
    diag = pl_diag_add(l->diags, pl_load_at_key(l, finish), PL_DIAG_NO_OUTCOME,
                       en[0] == '\0' ? "when every step is settled, no result applies%s"
                                     : "no result applies when %s",
                       en);
    if (en[0] != '\0') {
        pl_diag_say_zh(diag, "有一种情形没有办结结果：%s", zh);
    }
    pl_diag_hint(diag, "Add a result whose `after` covers this, or use `{any: [...]}`.");
}

/* A step that cannot start because one before it cannot. */
static bool follows_from_other(const struct pl_definition *def, const struct reach *r,
                               uint16_t step)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (i != step && !r->ever[i] && (def->steps[step].ancestors[i / 64] >> (i % 64) & 1) != 0) {
            return true;
        }
    }
    return false;
}

static void report_never(struct pl_load *l, uint16_t number)
{
    const struct pl_step_def *step = &l->def->steps[number];
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at_key(l, l->steps[number]), PL_DIAG_NEVER_RUNS,
                    "step %s can never start", pl_name(step->id, &step->title).at);

    pl_diag_hint(diag, "What its `after` names excludes itself, or never goes on. To start with "
                       "the first of several, write `{any: [...]}`.");
}

void pl_check_reach(struct pl_load *l)
{
    const struct pl_definition *def = l->def;
    struct reach r = {.worst = UINT32_MAX};

    find_cancelling(def, &r);
    if (!find_choices(l, &r)) {
        return;
    }
    do {
        play(l, &r);
    } while (advance(&r));
    const uint32_t mistakes = pl_load_mistakes(l);
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (!r.ever[i] && !follows_from_other(def, &r, i)) {
            report_never(l, i);
        }
    }
    if (r.worst != UINT32_MAX && pl_load_mistakes(l) == mistakes) {
        report_no_outcome(l, &r);
    }
}
