/* Order: rings, what comes before what, and where a case may be sent back to. */
#include <string.h>

#include "definition/analyse.h"
#include "definition/check.h"

#define RING_SHOWN_MAX 8

static bool is_in(const uint64_t *set, uint16_t step)
{
    return (set[step / 64] >> (step % 64) & 1) != 0;
}

static void add_all(uint64_t *set, const uint64_t *other)
{
    for (unsigned i = 0; i < PL_STEPS_MAX / 64; i++) {
        set[i] |= other[i];
    }
}

/* The n-th step that comes before this one, through whichever key; PL_NO_STEP after the last. */
static uint16_t before(const struct pl_step_def *step, uint16_t n)
{
    if (n < step->after_count) {
        return step->after[n].step;
    }
    n = (uint16_t)(n - step->after_count);
    if (n < step->decide_after_count) {
        return step->decide_after[n];
    }
    n = (uint16_t)(n - step->decide_after_count);
    return n < step->blocked_by_count ? step->blocked_by[n] : PL_NO_STEP;
}

/* The entry of `after` or `decide_after` that names a step, for its place. */
static const struct pl_yaml *entry_naming(const struct pl_yaml *list, struct pl_text id)
{
    if (list != NULL && list->kind == PL_YAML_MAP) {
        const struct pl_yaml *of = pl_yaml_get(list, "of");
        list = of != NULL ? of : list->first;
    }
    if (list == NULL) {
        return NULL;
    }
    const struct pl_yaml *entry = list->kind == PL_YAML_SCALAR ? list : list->first;
    for (; entry != NULL; entry = entry->next) {
        const char *dot = memchr(entry->text.at, '.', entry->text.len);
        struct pl_text named = entry->text;
        named.len = dot != NULL ? (uint32_t)(dot - named.at) : named.len;
        if (pl_text_equal(named, id)) {
            return entry;
        }
        if (list->kind == PL_YAML_SCALAR) {
            break;
        }
    }
    return NULL;
}

static const struct pl_yaml *reference(const struct pl_load *l, uint16_t from, uint16_t to)
{
    const struct pl_text id = l->def->steps[to].id;
    const struct pl_yaml *entry = entry_naming(pl_yaml_get(l->steps[from], "after"), id);

    if (entry == NULL) {
        entry = entry_naming(pl_yaml_get(l->steps[from], "decide_after"), id);
    }
    /* An obligation says itself what it blocks. */
    return entry != NULL
               ? entry
               : entry_naming(pl_yaml_get(l->steps[to], "blocks"), l->def->steps[from].id);
}

/* ---- rings ---- */

/* A walk from step to step before it, without recursion: a file may have 256 in a row. */
struct walk {
    uint16_t stack[PL_STEPS_MAX];
    uint16_t next[PL_STEPS_MAX];
    uint16_t depth;
    enum { NEW, OPEN, CLOSED } seen[PL_STEPS_MAX];
};

/* "`a` waits for `b` waits for `a`", in either language. */
static void put_ring(const struct pl_load *l, const struct walk *w, uint16_t first,
                     const char *waits, char out[PL_DIAG_TEXT_MAX])
{
    const struct pl_step_def *steps = l->def->steps;
    const struct pl_step_def *end = &steps[w->stack[first]];
    struct pl_builder b;

    pl_builder_init(&b, out, PL_DIAG_TEXT_MAX);
    for (uint16_t i = first; i < w->depth && i - first < RING_SHOWN_MAX; i++) {
        const struct pl_text id = steps[w->stack[i]].id;
        pl_builder_addf(&b, "`%.*s` %s ", (int)id.len, id.at, waits);
    }
    if (w->depth - first > RING_SHOWN_MAX) {
        pl_builder_addf(&b, "... %s ", waits);
    }
    pl_builder_addf(&b, "`%.*s`", (int)end->id.len, end->id.at);
}

static void report_ring(struct pl_load *l, const struct walk *w, uint16_t closing)
{
    char ring[PL_DIAG_TEXT_MAX];
    char zh[PL_DIAG_TEXT_MAX];
    uint16_t first = 0;

    while (w->stack[first] != closing) {
        first++;
    }
    put_ring(l, w, first, "waits for", ring);
    put_ring(l, w, first, "等待", zh);
    const bool itself = w->depth - first == 1;
    const uint16_t last = w->stack[w->depth - 1];
    const struct pl_yaml *entry = reference(l, last, closing);
    struct pl_diag *diag = pl_diag_add(
        l->diags, entry != NULL ? pl_load_at(l, entry) : pl_load_at(l, l->steps[last]),
        PL_DIAG_RING, itself ? "the step waits for itself: %s" : "steps wait for each other: %s",
        ring);
    pl_diag_say_zh(diag, "%s：%s", itself ? "环节在等待自己" : "环节互相等待，形成循环", zh);
    pl_diag_hint(diag,
                 "Take one of these names out of `after`, `decide_after` or `blocks`. To do a "
                 "step again, use a decision with `back_to`.");
}

static void walk_from(struct pl_load *l, struct walk *w, uint16_t start)
{
    w->stack[0] = start;
    w->next[0] = 0;
    w->depth = 1;
    w->seen[start] = OPEN;
    while (w->depth > 0) {
        const uint16_t at = w->stack[w->depth - 1];
        const uint16_t other = before(&l->def->steps[at], w->next[w->depth - 1]++);
        if (other == PL_NO_STEP) {
            struct pl_step_def *step = &l->def->steps[at];
            for (uint16_t n = 0; before(step, n) != PL_NO_STEP; n++) {
                const uint16_t b = before(step, n);
                add_all(step->ancestors, l->def->steps[b].ancestors);
                step->ancestors[b / 64] |= UINT64_C(1) << (b % 64);
            }
            w->seen[at] = CLOSED;
            w->depth--;
        } else if (w->seen[other] == OPEN) {
            report_ring(l, w, other);
            l->acyclic = false;
        } else if (w->seen[other] == NEW) {
            w->seen[other] = OPEN;
            w->stack[w->depth] = other;
            w->next[w->depth] = 0;
            w->depth++;
        }
    }
}

/* ---- arcs and returns ---- */

static void check_arc(struct pl_load *l, const struct pl_yaml *node, const struct pl_arc *arc)
{
    const struct pl_step_def *other = &l->def->steps[arc->step];

    if (arc->decision == PL_NO_DECISION) {
        return;
    }
    const struct pl_decision_rule *rule = pl_step_rule(other, arc->decision);
    if (rule != NULL && rule->effect == PL_DECISION_GOES_ON) {
        return;
    }
    const struct pl_decision_name *name = &l->def->decisions[arc->decision];
    const struct pl_yaml *entry = entry_naming(node, other->id);
    const bool ends = rule != NULL && rule->effect == PL_DECISION_ENDS;
    const bool goes_back = rule != NULL && !ends;
    struct pl_diag *diag = pl_diag_add(
        l->diags, pl_load_at(l, entry != NULL ? entry : node), PL_DIAG_NOT_DECIDED_THERE,
        ends        ? "step %s ends the case when it decides %s"
        : goes_back ? "step %s sends the case back when it decides %s"
                    : "step %s never decides %s",
        pl_name(other->id, &other->title).at, pl_name(name->id, &name->title).at);
    pl_diag_hint(diag, "Name a decision with which the step goes on, or the step alone.");
}

/* Returns whether something was wrong. */
static bool check_back(struct pl_load *l, uint16_t number, const struct pl_decision_rule *rule)
{
    const struct pl_step_def *step = &l->def->steps[number];
    const struct pl_yaml *node = l->specs[rule->decision].back_to;
    const struct pl_decision_name *name = &l->def->decisions[rule->decision];

    if (rule->effect != PL_DECISION_BACK || rule->back_to == PL_STEP_APPLY ||
        rule->back_to == number) {
        return false;
    }
    if (rule->back_to == PL_NO_STEP || is_in(step->ancestors, rule->back_to)) {
        return false;
    }
    const struct pl_yaml *own = pl_yaml_get(l->steps[number], "decisions");
    const struct pl_yaml *listed = entry_naming(own, name->id);
    struct pl_diag *diag = pl_diag_add(
        l->diags, listed != NULL ? pl_load_at(l, listed) : pl_load_at_key(l, l->steps[number]),
        PL_DIAG_BACK_NOT_BEFORE, "step %s cannot go back to %s, which does not come before it",
        pl_name(step->id, &step->title).at, pl_name_step(l->def, rule->back_to).at);
    pl_diag_hint(diag,
                 "Go back to `this_step`, `apply` or a step before this one; or list the "
                 "`decisions` of the step without `%.*s`.",
                 (int)name->id.len, name->id.at);
    pl_diag_other(diag, pl_load_at(l, node), "decision `%.*s` goes back to it", (int)name->id.len,
                  name->id.at);
    return true;
}

/* What is done again cannot stay as it is. Returns whether something was wrong. */
static bool check_keep(struct pl_load *l, const struct pl_decision_rule *rule)
{
    if (rule->effect != PL_DECISION_BACK || rule->back_to >= l->def->step_count ||
        !pl_steps_have(rule->keep, rule->back_to)) {
        return false;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, l->specs[rule->decision].keeps),
                                       PL_DIAG_ITSELF, "`keep` names step %s, which is done again",
                                       pl_name_step(l->def, rule->back_to).at);
    pl_diag_hint(diag, "Keep other steps only, or go back to another one.");
    return true;
}

/* One report for each decision: the first step that cannot go back there. */
static void check_backs(struct pl_load *l)
{
    bool told[PL_DECISIONS_MAX] = {false};

    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const struct pl_step_def *step = &l->def->steps[i];
        for (uint16_t k = 0; k < step->rule_count && !l->doubtful[i]; k++) {
            const struct pl_decision_rule *rule = &step->rules[k];
            if (!told[rule->decision]) {
                told[rule->decision] = check_back(l, i, rule) || check_keep(l, rule);
            }
        }
    }
}

/* Each decision's target once, where it stands. */
static void check_targets(struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->decision_count; i++) {
        const struct pl_yaml *back_to = l->specs[i].back_to;
        if (back_to != NULL && !pl_text_is(back_to->text, "this_step") &&
            !pl_text_is(back_to->text, "apply")) {
            (void)pl_load_step_ref(l, back_to, back_to->text);
        }
    }
}

void pl_check_graph(struct pl_load *l)
{
    struct pl_definition *def = l->def;
    struct walk w = {.depth = 0};

    l->acyclic = true;
    check_targets(l);
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (w.seen[i] == NEW) {
            walk_from(l, &w, i);
        }
    }
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        for (uint16_t k = 0; k < step->after_count; k++) {
            check_arc(l, pl_yaml_get(l->steps[i], "after"), &step->after[k]);
        }
    }
    for (uint16_t i = 0; i < def->result_count; i++) {
        const struct pl_result *result = &def->results[i];
        for (uint16_t k = 0; k < result->after_count; k++) {
            check_arc(l, pl_yaml_get(l->results[i], "after"), &result->after[k]);
        }
    }
    if (l->acyclic) {
        check_backs(l);
        pl_definition_order(def, l->order);
    }
}
