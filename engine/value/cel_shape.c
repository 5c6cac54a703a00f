#include "value/cel_shape.h"

#include "value/cel_run.h"
#include "value/schema.h"

struct pl_cel_shape pl_cel_shape_of(enum pl_cel_type type, const struct pl_schema *schema)
{
    return (struct pl_cel_shape){.type = type, .item = PL_CEL_DYN, .schema = schema};
}

struct pl_cel_shape pl_cel_shape_of_value(const struct pl_cel_value *value)
{
    return pl_cel_shape_of(value->type, NULL);
}

struct pl_cel_shape pl_cel_shape_item(const struct pl_cel_shape *shape)
{
    return pl_cel_shape_of(shape->item, NULL);
}

bool pl_cel_shape_field(const struct pl_cel_shape *shape, struct pl_text key,
                        struct pl_cel_shape *field_out, const char **suggestion_out)
{
    (void)key;
    (void)suggestion_out;
    *field_out = pl_cel_shape_item(shape);
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
