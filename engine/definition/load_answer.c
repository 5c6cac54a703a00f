/* What an answer must look like: a schema in a file of its own, or written beside the step. */
#include "definition/load.h"
#include "value/json.h"
#include "value/schema.h"

static struct pl_writer writer(struct pl_load *l, size_t size)
{
    struct pl_writer out;
    void *memory = pl_arena_alloc(l->trees, size);

    pl_writer_init(&out, memory, memory != NULL ? size : 0);
    return out;
}

static void report(struct pl_load *l, struct pl_diag_place place, const struct placet_error *err)
{
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_FORM, "%s", err->message);

    if (err->hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err->hint);
    }
}

static const struct pl_schema *compile(struct pl_load *l, struct pl_bytes bytes,
                                       struct pl_diag_place place)
{
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};

    if (pl_schema_compile(bytes, NULL, l->arena, &schema, &err) != PLACET_OK) {
        report(l, place, &err);
        return NULL;
    }
    return schema;
}

static const struct pl_schema *load_file(struct pl_load *l, const struct pl_yaml *node)
{
    char name[PL_BUNDLE_NAME_SIZE];
    struct placet_error err = {0};
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
    const struct pl_text text = l->bundle->files[file].text;
    struct pl_writer out = writer(l, (size_t)text.len + 64);
    if (pl_json_read(text, &out, &err) != PLACET_OK) {
        report(l, (struct pl_diag_place){(uint16_t)file, {err.line, err.column, 1}}, &err);
        return NULL;
    }
    return compile(l, pl_writer_bytes(&out), (struct pl_diag_place){.file = (uint16_t)file});
}

static const struct pl_schema *load_inline(struct pl_load *l, const struct pl_yaml *node)
{
    struct pl_writer out = writer(l, pl_load_value_size(node));

    if (pl_yaml_write(node, &out) != PLACET_OK) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_FORM,
                          "a number of this schema is too large");
        return NULL;
    }
    return compile(l, pl_writer_bytes(&out), pl_load_at_key(l, node));
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
