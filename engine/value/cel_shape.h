/* Static types: what is known of a value before run time. One level deep for lists and maps that an
 * expression puts together; as deep as its schema for what comes from a document. */
#ifndef PL_VALUE_CEL_SHAPE_H
#define PL_VALUE_CEL_SHAPE_H

#include "value/cel_code.h"

struct pl_cel_shape {
    enum pl_cel_type type;          /* PL_CEL_DYN: not known */
    enum pl_cel_type item;          /* LIST, MAP: of what is in it */
    const struct pl_schema *schema; /* of the document that the value comes from; or NULL */
    struct pl_text place;           /* of the value in it, as pl_schema_at takes it */
    uint32_t size;                  /* LIST, MAP: elements at most; 0: not known */
};

struct pl_cel_shape pl_cel_shape_of(enum pl_cel_type type);

/* Of what stands at a place of a document; `type` is what is known of it already. */
struct pl_cel_shape pl_cel_shape_at(enum pl_cel_type type, const struct pl_schema *schema,
                                    struct pl_text place);

/* Of a constant. */
struct pl_cel_shape pl_cel_shape_of_value(const struct pl_cel_value *value);

/* Of what is in a list or map. Places are put together in the arena; when it is full, nothing is
 * known. */
struct pl_cel_shape pl_cel_shape_item(const struct pl_cel_shape *shape, struct pl_arena *arena);

/* Of a field of a map; false when its schema has none of the name. */
bool pl_cel_shape_field(const struct pl_cel_shape *shape, struct pl_text key,
                        struct pl_arena *arena, struct pl_cel_shape *field_out,
                        const char **suggestion_out);

/* As messages call it: "a list". */
const char *pl_cel_shape_name(enum pl_cel_type type);

#endif
