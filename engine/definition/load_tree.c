/* Trees of expressions: what `send` gives a department, and the form of a child. */
#include "definition/load_step.h"

/* Trees are at most PL_YAML_DEPTH_MAX deep: the reader has refused others. */
static void load_node(struct pl_load *l, /* NOLINT(misc-no-recursion) */
                      const struct pl_expression *leaf, const struct pl_yaml *node,
                      struct pl_send *out)
{
    if (node->kind == PL_YAML_SCALAR) {
        out->value = pl_load_expression(l, node, leaf);
        return;
    }
    out->is_list = node->kind == PL_YAML_LIST;
    out->parts = pl_load_alloc(l, node->count * sizeof(*out->parts));
    for (const struct pl_yaml *entry = node->first; entry != NULL && out->parts != NULL;
         entry = entry->next) {
        struct pl_send *part = &out->parts[out->part_count++];
        part->key = out->is_list ? PL_TEXT("") : pl_load_keep(l, entry->key);
        load_node(l, leaf, entry, part);
    }
}

struct pl_send *pl_load_tree(struct pl_load *l, const struct pl_step_def *step,
                             const struct pl_yaml *node)
{
    const struct pl_yaml *for_each = pl_load_key_of(l, step, "for_each");
    const struct pl_expression leaf = {
        .step = pl_load_number_of(l, step),
        .reach = PL_REACH_BEFORE,
        .wanted = PL_CEL_DYN,
        .item = for_each != NULL && pl_yaml_get(for_each, "item") != NULL,
    };
    struct pl_send *tree = pl_load_alloc(l, sizeof(*tree));

    if (tree != NULL && pl_load_is_map(l, node, "a document")) {
        load_node(l, &leaf, node, tree);
    }
    return tree;
}

void pl_load_set_send(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;
    const struct pl_yaml *sees = pl_load_key_of(l, step, "sees");

    if (sees != NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_NOT_FOR_KIND,
                                           "`send` says all that the department gets: `sees` "
                                           "beside it would change nothing");
        pl_diag_hint(diag, "Remove one of the two.");
        pl_diag_other(diag, pl_load_at_key(l, sees), "the sections of the form are named here");
    }
    step->send = pl_load_tree(l, step, node);
}
