/* Steps: their kinds, and what each kind may have. */
#include <string.h>

#include "definition/load_step.h"

/* Keys that only some kinds of step may have. */
enum {
    ASK = 1 << PL_KIND_ASK,
    TELL = 1 << PL_KIND_TELL,
    WAIT = 1 << PL_KIND_WAIT_FOR,
    RUN = 1 << PL_KIND_RUN,
    TABLE = 1 << PL_KIND_DECIDE
};
static const struct {
    const char *key;
    unsigned kinds;
} kind_keys[] = {
    {"decide_after", ASK | RUN},
    {"for_each", ASK | TELL | RUN},
    {"decisions", ASK},
    {"answer", ASK | WAIT},
    {"send", ASK | TELL},
    {"retry", ASK | TELL | RUN},
    {"signers", ASK},
    {"sign", ASK},
    {"same_person", ASK},
    {"not_by", ASK},
    {"undo", ASK | TELL | RUN},
    {"needs", ASK},
    {"issues", ASK},
    {"renews", ASK},
    {"deliver", ASK},
    {"obliges", ASK | RUN | WAIT},
    {"internal", ASK | WAIT | RUN},
    {"extension", ASK | WAIT | RUN},
    {"clock", ASK | WAIT | RUN},
    {"visit", ASK},
    {"cost", ASK},
    {"deposit", ASK},
    {"sees", ASK | TELL},
    {"limit", ASK | WAIT | RUN},
    {"statutory", ASK | WAIT | RUN},
    {"late", ASK | WAIT | RUN},
};

/* ---- one step ---- */

/* The kind of which this is the key; PL_STEP_KINDS when it is another key. */
static unsigned kind_of(struct pl_text key)
{
    static const char *const keys[] = {
#define STEP_KIND(NAME, KEY, TEXT) KEY,
#include "model/step_kinds.def"
#undef STEP_KIND
    };
    unsigned kind = 0;

    while (kind < PL_STEP_KINDS && !pl_text_is(key, keys[kind])) {
        kind++;
    }
    return kind;
}

/* Which of the three keys is there; reports none and more than one. */
static bool read_kind(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    const struct pl_yaml *first = NULL;

    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        const unsigned kind = kind_of(entry->key);
        if (kind == PL_STEP_KINDS) {
            continue;
        }
        if (first != NULL) {
            struct pl_diag *diag = pl_diag_add(
                l->diags, pl_load_at_key(l, entry), PL_DIAG_KIND,
                "step %s does two things: `%.*s` and `%.*s`", pl_name(step->id, &step->title).at,
                (int)first->key.len, first->key.at, (int)entry->key.len, entry->key.at);
            pl_diag_hint(diag, "Make two steps of it, one `after` the other.");
            pl_diag_other(diag, pl_load_at_key(l, first), "the first is here");
            return false;
        }
        first = entry;
        step->kind = (enum pl_step_kind)kind;
    }
    if (first == NULL) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_KIND, "step %s does nothing",
                        pl_name(step->id, &step->title).at);
        pl_diag_hint(diag, "Add `ask: department.service`, `tell: department.service`, "
                           "`wait_for: signal`, `run: workflow` or `decide: ...`.");
    }
    return first != NULL;
}

static void check_kind_keys(struct pl_load *l, const struct pl_step_def *step,
                            const struct pl_yaml *node)
{
    static const char *const verbs[] = {"asks", "tells", "waits", "runs", "decides"};
    const unsigned kind = 1u << step->kind;

    for (size_t i = 0; i < sizeof(kind_keys) / sizeof(kind_keys[0]); i++) {
        const struct pl_yaml *entry = pl_yaml_get(node, kind_keys[i].key);
        if (entry != NULL && (kind_keys[i].kinds & kind) == 0) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_NOT_FOR_KIND,
                            "a step that %s has no `%s`", verbs[step->kind], kind_keys[i].key);
            pl_diag_hint(diag, "Leave the line out, or ask the department with `ask:`.");
        }
    }
}

static void check_limit(struct pl_load *l, const struct pl_step_def *step,
                        const struct pl_yaml *node)
{
    if (step->kind != PL_KIND_ASK || pl_yaml_get(node, "limit") != NULL ||
        pl_yaml_get(node, "counts") != NULL || pl_load_is_meant(node, "limit")) {
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_MISSING_KEY,
                                       "step %s has no limit", pl_name(step->id, &step->title).at);
    pl_diag_hint(diag, "Add `limit: 5 working days`, or `counts: false` for a milestone.");
}

/* Room for everybody whom the step may ask; the lead is there from the start. */
static void make_members(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    const struct pl_yaml *others = pl_yaml_get(node, "for_each");
    const struct pl_yaml *signers = pl_yaml_get(node, "signers");
    uint32_t count = 1;

    if (step->kind == PL_KIND_WAIT_FOR || step->kind == PL_KIND_DECIDE) {
        return;
    }
    count += others != NULL && others->count < PL_MEMBERS_MAX ? others->count : 0;
    count += signers != NULL && signers->count <= PL_MEMBERS_MAX ? signers->count : 0;
    step->members = pl_load_alloc(l, count * sizeof(*step->members));
    if (step->members != NULL) {
        step->member_count = 1;
        step->members[0] =
            (struct pl_member){.service = step->kind == PL_KIND_RUN ? PL_NO_SERVICE : 0,
                               .role = PL_ROLE_LEAD,
                               .silent_decision = PL_NO_DECISION};
    }
}

/* Everything comes after the intake: the steps that would start with the case, and so the rest. */
static void start_after_intake(struct pl_load *l, struct pl_step_def *step,
                               const struct pl_yaml *node)
{
    if (l->def->intake == PL_NO_STEP || pl_yaml_get(node, "after") != NULL) {
        return;
    }
    step->after = pl_load_alloc(l, sizeof(*step->after));
    if (step->after != NULL) {
        step->after[0] = (struct pl_arc){l->def->intake, PL_NO_DECISION};
        step->after_count = 1;
    }
}

static void load_step(struct pl_load *l, uint16_t number)
{
    struct pl_step_def *step = &l->def->steps[number];
    const struct pl_yaml *node = l->steps[number];

    if (!pl_load_is_map(l, node, "a step")) {
        return;
    }
    const bool kind_known = read_kind(l, step, node);
    const struct pl_yaml *for_each = pl_yaml_get(node, "for_each");
    make_members(l, step, node);
    pl_load_step_keys(l, step, node);
    if (kind_known) {
        check_kind_keys(l, step, node);
        check_limit(l, step, node);
    }
    if (step->rules == NULL) {
        pl_load_rules(l, number, NULL);
    }
    if (step->retry == NULL && step->members != NULL) {
        step->retry = l->retry;
    }
    start_after_intake(l, step, node);
    const struct pl_silence nothing = {PL_NO_DECISION, PL_TEXT("")};
    const struct pl_yaml *ladder = pl_load_ladder(l, step, pl_yaml_get(node, "late"), nothing);
    if (for_each != NULL && step->set.kind != PL_SET_ITEMS && step->members != NULL) {
        pl_load_members(l, step, for_each, ladder);
    }
}

/* ---- all steps ---- */

static void load_any(struct pl_load *l, uint16_t number)
{
    struct pl_step_def *step = &l->def->steps[number];

    switch (step->origin) {
    case PL_ORIGIN_STEP:
        load_step(l, number);
        break;
    case PL_ORIGIN_INTAKE:
        pl_load_intake(l, step);
        break;
    case PL_ORIGIN_DELIVERY:
        pl_load_delivery(l, step, l->made_by[number]);
        break;
    case PL_ORIGIN_OBLIGATION:
        pl_load_obligation(l, step, l->made_by[number]);
        break;
    }
}

/* Items have their bound there already. */
static uint16_t tasks_of(const struct pl_step_def *step)
{
    uint16_t count = step->member_count;

    if (step->set.kind == PL_SET_ITEMS) {
        count = step->task_count;
    } else if (step->set.kind == PL_SET_ARCS) {
        count = step->member_count > 0 ? step->after_count : 0;
    }
    return (uint16_t)(count + (step->undo != NULL));
}

void pl_load_steps(struct pl_load *l)
{
    struct pl_definition *def = l->def;
    uint32_t tasks = 0;

    pl_load_step_titles(l);
    for (uint16_t i = 0; i < def->step_count && !l->full; i++) {
        const uint32_t mistakes = pl_load_mistakes(l);
        load_any(l, i);
        l->doubtful[i] = pl_load_mistakes(l) > mistakes;
        def->steps[i].task_count = tasks_of(&def->steps[i]);
        def->steps[i].first_task = (uint16_t)tasks;
        tasks += def->steps[i].task_count;
    }
    if (tasks > PL_TASKS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, pl_yaml_get(l->workflow, "steps")),
                          PL_DIAG_TOO_MANY, "%u tasks in one case, at most %d are allowed", tasks,
                          PL_TASKS_MAX);
    }
    def->task_count = (uint16_t)tasks;
    pl_load_blocks(l);
}
