/* What an answer must look like: a schema in a file of its own, or written beside the step. */
#include "definition/load_step.h"
#include "value/schema.h"

static const struct pl_schema *load_file(struct pl_load *l, const struct pl_yaml *node)
{
    char name[PL_BUNDLE_NAME_SIZE];
    struct pl_text id = {0};

    if (!pl_load_id(l, node, &id)) {
        return NULL;
    }
    pl_bundle_answer_name(id, name);
    const int file = pl_bundle_find(l->bundle, name);
    if (file < 0) {
        pl_load_missing_file(l, node, name);
        return NULL;
    }
    const struct pl_bytes schema = pl_load_json(l, (uint16_t)file);
    return schema.size > 0 ? pl_load_schema(l, schema, (uint16_t)file, NULL) : NULL;
}

static const struct pl_schema *load_inline(struct pl_load *l, const struct pl_yaml *node)
{
    const struct pl_diag_place place = pl_load_at_key(l, node);
    const size_t size = pl_load_value_size(node);
    struct pl_writer out;
    void *memory = pl_arena_alloc(l->trees, size);

    pl_writer_init(&out, memory, memory != NULL ? size : 0);
    if (pl_yaml_write(node, &out) != PLACET_OK) {
        (void)pl_diag_add(l->diags, place, PL_DIAG_FORM, "a number of this schema is too large");
        return NULL;
    }
    return pl_load_schema(l, pl_writer_bytes(&out), place.file, node);
}

void pl_load_answers(struct pl_load *l)
{
    for (uint16_t i = 0; i < l->def->step_count; i++) {
        const struct pl_yaml *node = pl_yaml_get(l->steps[i], "answer");
        if (node != NULL) {
            l->answers[i] = node->kind == PL_YAML_MAP ? load_inline(l, node) : load_file(l, node);
        }
    }
}

void pl_load_set_answer(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_step_def *step = object;

    (void)node;
    step->answer = l->answers[pl_load_number_of(l, step)];
}
