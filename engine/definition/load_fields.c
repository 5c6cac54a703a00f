/* The names of a form's sections and fields, for "did you mean". */
#include <string.h>

#include "definition/load.h"
#include "value/reader.h"
#include "value/schema.h"

#define PARTS_MAX 64 /* sections and groups of a form whose fields are named */

/* Parts of the form whose fields are still to be named, the form first. */
struct parts {
    unsigned count;
    struct pl_text paths[PARTS_MAX];
    struct pl_bytes properties[PARTS_MAX];
};

static void enter(struct parts *parts, struct pl_text path, struct pl_bytes part)
{
    const struct pl_bytes properties = pl_value_get(part, PL_TEXT("properties"));

    if (properties.size > 0 && parts->count < PARTS_MAX) {
        parts->paths[parts->count] = path;
        parts->properties[parts->count++] = properties;
    }
}

/* NUL-terminated, as names are; nothing for a field without a title. */
static struct pl_text title_of(struct pl_load *l, struct pl_text title)
{
    const char *copy = title.len > 0 ? pl_arena_text(l->trees, title.at, title.len) : NULL;

    return (struct pl_text){copy, copy != NULL ? title.len : 0};
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

static void add_field(struct pl_load *l, struct pl_names *names, struct pl_text path)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN};
    const char *near = NULL;

    if (path.len > 0 && pl_schema_at(l->def->form, path, &field, &near)) {
        pl_names_add(names, path, title_of(l, field.title_zh), title_of(l, field.title_en));
    }
}

static void add_fields(struct pl_load *l, struct pl_names *names, struct parts *parts, unsigned at)
{
    struct pl_reader in;

    pl_reader_init(&in, parts->properties[at].at, parts->properties[at].size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && !in.bad; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT16_MAX);
        const struct pl_bytes value = pl_reader_value(&in);
        if (!in.bad) {
            const struct pl_text path = join(l, parts->paths[at], key);
            add_field(l, names, path);
            enter(parts, path, value);
        }
    }
}

void pl_load_field_names(struct pl_load *l, struct pl_names *names)
{
    struct parts parts = {0};

    if (l->def->form == NULL || l->form.size == 0) {
        return;
    }
    enter(&parts, PL_TEXT(""), l->form);
    for (unsigned i = 0; i < parts.count; i++) {
        add_fields(l, names, &parts, i);
    }
}
