/* The names of a form's sections and fields, for "did you mean". */
#include <string.h>

#include "definition/load.h"
#include "value/reader.h"
#include "value/schema.h"

#define FIELD_DEPTH_MAX 4 /* section.group.part.field */

static void add_fields(struct pl_load *l, struct pl_names *names, struct pl_bytes part,
                       struct pl_text path, unsigned depth);

/* NUL-terminated, as names are; nothing for a field without a title. */
static struct pl_text title_of(struct pl_load *l, struct pl_text title)
{
    const char *copy = title.len > 0 ? pl_arena_text(l->trees, title.at, title.len) : NULL;

    return (struct pl_text){copy, copy != NULL ? title.len : 0};
}

static void add_field(struct pl_load *l, struct pl_names *names, struct pl_text path,
                      struct pl_bytes part, unsigned depth)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN};
    const char *near = NULL;
    const bool known = pl_schema_at(l->def->form, path, &field, &near);

    if (known) {
        pl_names_add(names, path, title_of(l, field.title_zh), title_of(l, field.title_en));
    }
    if (depth < FIELD_DEPTH_MAX) {
        add_fields(l, names, part, path, depth + 1);
    }
}

static struct pl_text join(struct pl_load *l, struct pl_text path, struct pl_text key)
{
    char *memory = pl_arena_alloc(l->trees, (size_t)path.len + key.len + 2);
    struct pl_builder b;

    if (memory == NULL) {
        return PL_TEXT("");
    }
    pl_builder_init(&b, memory, (size_t)path.len + key.len + 2);
    if (path.len > 0) {
        pl_builder_add(&b, path);
        pl_builder_add(&b, PL_TEXT("."));
    }
    pl_builder_add(&b, key);
    return (struct pl_text){b.at, (uint32_t)b.len};
}

static void add_fields(struct pl_load *l, struct pl_names *names, struct pl_bytes part,
                       struct pl_text path, unsigned depth)
{
    const struct pl_bytes properties = pl_value_get(part, PL_TEXT("properties"));
    struct pl_reader in;

    if (properties.size == 0) {
        return;
    }
    pl_reader_init(&in, properties.at, properties.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && !in.bad; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT16_MAX);
        const struct pl_bytes value = pl_reader_value(&in);
        if (!in.bad) {
            add_field(l, names, join(l, path, key), value, depth);
        }
    }
}

void pl_load_field_names(struct pl_load *l, struct pl_names *names)
{
    if (l->def->form != NULL && l->form.size > 0) {
        add_fields(l, names, l->form, PL_TEXT(""), 1);
    }
}
