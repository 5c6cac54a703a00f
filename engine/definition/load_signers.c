/* Signers: officers who sign the same decision, each with a task of the step. */
#include "definition/load_step.h"

#define WEIGHT_MAX 1000

static const char *const ways[] = {"all", "any", "in order"};
enum { WAY_ALL, WAY_ANY, WAY_IN_ORDER };

static struct pl_member signer_of(struct pl_load *l, const struct pl_step_def *step,
                                  struct pl_text role, uint32_t weight)
{
    const struct pl_member *lead = &step->members[0];

    return (struct pl_member){.service = lead->service,
                              .role = PL_ROLE_SIGNER,
                              .silent_decision = PL_NO_DECISION,
                              .weight = weight,
                              .signer = pl_load_keep(l, role),
                              .title = lead->title};
}

static void check_role(struct pl_load *l, struct pl_diag_place place, struct pl_text role)
{
    if (!pl_load_is_id(role)) {
        struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_BAD_ID, "`%.*s` is not an id",
                                           (int)role.len, role.at);
        pl_diag_hint(diag, "Use small English letters, digits and `_`; titles can be Chinese.");
    }
}

static unsigned load_list(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node)
{
    const struct pl_yaml *items[PL_MEMBERS_MAX];
    const unsigned count = pl_load_list(l, node, items, PL_MEMBERS_MAX);

    for (unsigned i = 0; i < count; i++) {
        check_role(l, pl_load_at(l, items[i]), items[i]->text);
        step->members[i] = signer_of(l, step, items[i]->text, 1);
    }
    return count;
}

static unsigned load_weights(struct pl_load *l, struct pl_step_def *step,
                             const struct pl_yaml *node)
{
    unsigned count = 0;

    if (node->count > PL_MEMBERS_MAX || node->count == 0) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node),
                          node->count == 0 ? PL_DIAG_EMPTY : PL_DIAG_TOO_MANY,
                          "%u signers; a step has 1 to %d", node->count, PL_MEMBERS_MAX);
        return 0;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        int64_t weight = 1;
        check_role(l, pl_load_at_key(l, entry), entry->key);
        (void)pl_load_int(l, entry, 1, WEIGHT_MAX, &weight);
        step->members[count++] = signer_of(l, step, entry->key, (uint32_t)weight);
    }
    return count;
}

void pl_load_set_signers(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;

    if (step->members == NULL) {
        return;
    }
    if (step->set.kind != PL_SET_NONE || pl_load_key_of(l, step, "for_each") != NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NOT_FOR_KIND,
                                           "a step with signers has no `for_each` and no `each`");
        pl_diag_hint(diag, "Make two steps of it, one `after` the other.");
        return;
    }
    step->set.kind = PL_SET_SIGNERS;
    step->member_count = (uint16_t)(node->kind == PL_YAML_MAP ? load_weights(l, step, node)
                                                              : load_list(l, step, node));
    if (step->member_count == 0) {
        step->member_count = 1;
    }
}

static bool has_signers(struct pl_load *l, const struct pl_step_def *step,
                        const struct pl_yaml *node)
{
    if (pl_load_key_of(l, step, "signers") != NULL) {
        return true;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NEEDS_KEY,
                    "`%.*s` makes sense only beside `signers`", (int)node->key.len, node->key.at);
    pl_diag_hint(diag, "Add `signers: [handler, section_head]`, or leave the key out.");
    return false;
}

static void set_need(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    int64_t sum = 0;
    int64_t need = 0;

    for (uint16_t i = 0; i < step->member_count; i++) {
        sum += step->members[i].weight;
    }
    if (pl_load_int(l, node, 1, sum > 0 ? sum : 1, &need)) {
        step->set.need = (uint32_t)need;
    }
}

void pl_load_set_sign(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {{"need", true, set_need}};
    struct pl_step_def *step = object;
    unsigned way = WAY_ALL;

    if (!has_signers(l, step, node)) {
        return;
    }
    if (node->kind == PL_YAML_MAP) {
        step->set.done_when = PL_DONE_NEED;
        pl_load_map(l, node, PL_KEYS("`sign`", keys), step);
    } else if (pl_load_word(l, node, ways, sizeof(ways) / sizeof(ways[0]), &way)) {
        step->set.done_when = way == WAY_ANY ? PL_DONE_ANY : PL_DONE_ALL;
        step->set.at_once = way == WAY_IN_ORDER ? 1 : 0;
    }
}

void pl_load_set_same_person(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;

    if (has_signers(l, step, node)) {
        step->set.same_person = pl_load_true(l, node);
    }
}
