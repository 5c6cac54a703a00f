#include "value/cel_shape.h"

#include <string.h>

#include "value/cel_run.h"
#include "value/schema.h"

struct pl_cel_shape pl_cel_shape_of(enum pl_cel_type type)
{
    return (struct pl_cel_shape){.type = type, .item = PL_CEL_DYN};
}

static uint32_t bound_of(const struct pl_schema_field *field)
{
    return field->type == PL_CEL_LIST && field->items_max < UINT32_MAX ? (uint32_t)field->items_max
                                                                       : 0;
}

struct pl_cel_shape pl_cel_shape_at(enum pl_cel_type type, const struct pl_schema *schema,
                                    struct pl_text place)
{
    struct pl_cel_shape shape = pl_cel_shape_of(type);
    struct pl_schema_field field = {0};
    const char *suggestion = NULL;

    shape.schema = schema;
    shape.place = place;
    if (schema != NULL && pl_schema_at(schema, place, &field, &suggestion)) {
        shape.size = bound_of(&field);
    }
    return shape;
}

struct pl_cel_shape pl_cel_shape_of_value(const struct pl_cel_value *value)
{
    struct pl_cel_shape shape = pl_cel_shape_of(value->type);

    if (pl_cel_is_container(value)) {
        shape.size = pl_cel_count(value->value);
    }
    return shape;
}

/* The place with a part behind it: `[]` or a key. */
static bool go(const struct pl_cel_shape *shape, struct pl_text part, struct pl_arena *arena,
               struct pl_text *place_out)
{
    const bool dot = shape->place.len > 0 && part.at[0] != '[';
    char *place = pl_arena_alloc(arena, shape->place.len + part.len + 2);

    if (place == NULL) {
        return false;
    }
    if (shape->place.len > 0) {
        memcpy(place, shape->place.at, shape->place.len);
    }
    place[shape->place.len] = '.';
    const uint32_t before = shape->place.len + (dot ? 1 : 0);
    memcpy(place + before, part.at, part.len);
    *place_out = (struct pl_text){place, before + part.len};
    return true;
}

struct pl_cel_shape pl_cel_shape_item(const struct pl_cel_shape *shape, struct pl_arena *arena)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN};
    const char *suggestion = NULL;
    struct pl_text place;

    if (shape->schema == NULL || shape->type != PL_CEL_LIST) {
        return pl_cel_shape_of(shape->item);
    }
    if (!go(shape, PL_TEXT("[]"), arena, &place) ||
        !pl_schema_at(shape->schema, place, &field, &suggestion)) {
        return pl_cel_shape_of(PL_CEL_DYN);
    }
    return pl_cel_shape_at(field.type, shape->schema, place);
}

bool pl_cel_shape_field(const struct pl_cel_shape *shape, struct pl_text key,
                        struct pl_arena *arena, struct pl_cel_shape *field_out,
                        const char **suggestion_out)
{
    struct pl_schema_field field = {.type = PL_CEL_DYN};
    const bool is_plain = memchr(key.at, '.', key.len) == NULL;
    struct pl_text place;

    *field_out = pl_cel_shape_of(shape->schema == NULL ? shape->item : PL_CEL_DYN);
    if (shape->schema == NULL || !is_plain || !go(shape, key, arena, &place)) {
        return true;
    }
    if (!pl_schema_at(shape->schema, place, &field, suggestion_out)) {
        return false;
    }
    *field_out = pl_cel_shape_at(field.type, shape->schema, place);
    return true;
}

const char *pl_cel_shape_name(enum pl_cel_type type)
{
    static const char *const names[] = {
        [PL_CEL_NULL] = "null",
        [PL_CEL_BOOL] = "a truth value",
        [PL_CEL_INT] = "an integer",
        [PL_CEL_UINT] = "an unsigned integer",
        [PL_CEL_DOUBLE] = "a decimal",
        [PL_CEL_STRING] = "a text",
        [PL_CEL_BYTES] = "bytes",
        [PL_CEL_LIST] = "a list",
        [PL_CEL_MAP] = "a map",
        [PL_CEL_TIMESTAMP] = "a moment",
        [PL_CEL_DURATION] = "a span of time",
        [PL_CEL_TYPE] = "a type",
        [PL_CEL_OPTIONAL] = "an optional",
        [PL_CEL_DYN] = "any value",
    };
    return names[type];
}
