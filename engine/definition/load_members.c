/* Joint steps: who is asked together with the lead. */
#include "definition/load_step.h"

#define JOINT_MAX (PL_MEMBERS_MAX - 1) /* members besides the lead */

struct reading {
    struct pl_step_def *step;
    struct pl_member *member;
};

static void set_gives(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"decision", "opinion"};
    struct reading *r = object;
    unsigned word = 0;

    if (pl_load_word(l, node, words, 2, &word)) {
        r->member->role = word == 0 ? PL_ROLE_DECISION : PL_ROLE_OPINION;
    }
}

static void set_limit(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    struct pl_member *member = r->member;
    const struct pl_step_def *step = r->step;

    member->has_limit = pl_load_span(l, node, &member->limit);
    if (member->has_limit && step->has_limit && member->limit.unit == step->limit.unit &&
        member->limit.count > step->limit.count) {
        const struct pl_yaml *own = pl_yaml_get(l->steps[step - l->def->steps], "limit");
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_MEMBER_LIMIT,
                        "member %s has more time than step %s",
                        pl_name(l->def->services[member->service].name, &member->title).at,
                        pl_name(step->id, &step->title).at);
        pl_diag_hint(diag, "Shorten it, or give the step a longer `limit`.");
        pl_diag_other(diag, pl_load_at(l, own), "the limit of the step");
    }
}

static void set_silence(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const char *const words[] = {"no_objection"};
    struct reading *r = object;
    unsigned word = 0;

    if (r->member->role != PL_ROLE_OPINION) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_SILENCE,
                        "silence cannot stand for a decision, only for an opinion");
        pl_diag_hint(diag, "Leave `silence` out: the step waits and the ladder of `late` runs. Or "
                           "write `gives: opinion`.");
        return;
    }
    if (pl_load_word(l, node, words, 1, &word)) {
        r->member->silent_decision = PL_DECISION_NO_OBJECTION;
    }
}

static void set_when(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    r->member->when = pl_load_when(l, r->step, node);
}

static bool is_asked(const struct pl_step_def *step, uint16_t service)
{
    for (uint16_t i = 0; i < step->member_count; i++) {
        if (step->members[i].service == service) {
            return true;
        }
    }
    return false;
}

static void load_member(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *entry,
                        const struct pl_yaml *ladder)
{
    /* `gives` before `silence`, which depends on it. */
    static const struct pl_key keys[] = {
        {"gives", true, set_gives},
        {"limit", true, set_limit},
        {"silence", false, set_silence},
        {"when", false, set_when},
    };
    struct pl_member *member = &step->members[step->member_count];
    const uint16_t service = pl_load_service(l, entry->key, pl_load_at_key(l, entry));
    const bool known = service != UINT16_MAX;

    if (known && is_asked(step, service)) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TWICE,
                                           "`%.*s` is the lead of this step already",
                                           (int)entry->key.len, entry->key.at);
        pl_diag_hint(diag, "`ask` names the lead; `for_each` the others.");
    }
    *member = (struct pl_member){
        .service = known ? service : 0,
        .role = PL_ROLE_OPINION,
        .silent_decision = PL_NO_DECISION,
    };
    if (known) {
        member->title = l->def->services[service].title;
    }
    struct reading r = {step, member};
    if (known || l->def->service_count > 0) {
        pl_load_map(l, entry, PL_KEYS("a member", keys), &r);
    }
    if (member->silent_decision == PL_NO_DECISION) {
        pl_load_member_ladder(l, ladder, member);
    }
    step->member_count++;
}

void pl_load_members(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *for_each,
                     const struct pl_yaml *ladder)
{
    if (!pl_load_is_map(l, for_each, "`for_each`")) {
        return;
    }
    if (step->set.kind == PL_SET_ARCS) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, for_each), PL_DIAG_NOT_FOR_KIND,
                        "a joint step starts once: it has no `each`");
        pl_diag_hint(diag, "Write `after: {any: [...]}` or `{some: [...]}`.");
    }
    if (for_each->count == 0) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, for_each), PL_DIAG_EMPTY,
                                           "`for_each` names nobody");
        pl_diag_hint(diag, "Add lines `department.service: {gives: ..., limit: ...}`, or leave it "
                           "out.");
    }
    if (for_each->count > JOINT_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, for_each), PL_DIAG_TOO_MANY,
                          "%u members, at most %d are allowed besides the lead", for_each->count,
                          JOINT_MAX);
        return;
    }
    for (const struct pl_yaml *entry = for_each->first; entry != NULL; entry = entry->next) {
        load_member(l, step, entry, ladder);
    }
}
