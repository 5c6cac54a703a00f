/* The schema of schemas: what a schema of this dialect may say. It stands for the meta-schema and
 * the vocabularies of the standard in one document, written from schema_rules.def. */
#include "base/check.h"
#include "value/json.h"
#include "value/schema_build.h"

#define META_SIZE_MAX 8192 /* 3,500 bytes */

static const char meta[] =
    "{\"$schema\":\"" PL_SCHEMA_META_URI "\",\"$id\":\"" PL_SCHEMA_META_URI "\","
    "\"$dynamicAnchor\":\"meta\",\"title\":\"JSON Schema\",\"type\":[\"object\",\"boolean\"],"
    "\"properties\":{"
    "\"$id\":{\"type\":\"string\",\"pattern\":\"^[^#]*#?$\"},"
    "\"$schema\":{\"type\":\"string\"},"
    "\"$ref\":{\"type\":\"string\"},"
    "\"$dynamicRef\":{\"type\":\"string\"},"
    "\"$anchor\":{\"$ref\":\"#/$defs/name\"},"
    "\"$dynamicAnchor\":{\"$ref\":\"#/$defs/name\"},"
    "\"$vocabulary\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"boolean\"}},"
    "\"$comment\":{\"type\":\"string\"},"
    "\"$defs\":{\"$ref\":\"#/$defs/schemas\"},"
    "\"type\":{\"anyOf\":[{\"$ref\":\"#/$defs/type\"},{\"type\":\"array\",\"minItems\":1,"
    "\"uniqueItems\":true,\"items\":{\"$ref\":\"#/$defs/type\"}}]},"
    "\"const\":true,\"enum\":{\"type\":\"array\"},"
    "\"required\":{\"$ref\":\"#/$defs/names\"},"
    "\"properties\":{\"$ref\":\"#/$defs/schemas\"},"
    "\"patternProperties\":{\"$ref\":\"#/$defs/schemas\"},"
    "\"dependentSchemas\":{\"$ref\":\"#/$defs/schemas\"},"
    "\"dependentRequired\":{\"type\":\"object\","
    "\"additionalProperties\":{\"$ref\":\"#/$defs/names\"}},"
    "\"additionalProperties\":{\"$dynamicRef\":\"#meta\"},"
    "\"propertyNames\":{\"$dynamicRef\":\"#meta\"},"
    "\"unevaluatedProperties\":{\"$dynamicRef\":\"#meta\"},"
    "\"unevaluatedItems\":{\"$dynamicRef\":\"#meta\"},"
    "\"items\":{\"$dynamicRef\":\"#meta\"},\"contains\":{\"$dynamicRef\":\"#meta\"},"
    "\"not\":{\"$dynamicRef\":\"#meta\"},\"if\":{\"$dynamicRef\":\"#meta\"},"
    "\"then\":{\"$dynamicRef\":\"#meta\"},\"else\":{\"$dynamicRef\":\"#meta\"},"
    "\"contentSchema\":{\"$dynamicRef\":\"#meta\"},"
    "\"prefixItems\":{\"$ref\":\"#/$defs/list\"},\"allOf\":{\"$ref\":\"#/$defs/list\"},"
    "\"anyOf\":{\"$ref\":\"#/$defs/list\"},\"oneOf\":{\"$ref\":\"#/$defs/list\"},"
    "\"minProperties\":{\"$ref\":\"#/$defs/count\"},\"maxProperties\":{\"$ref\":\"#/$defs/count\"},"
    "\"minItems\":{\"$ref\":\"#/$defs/count\"},\"maxItems\":{\"$ref\":\"#/$defs/count\"},"
    "\"minContains\":{\"$ref\":\"#/$defs/count\"},\"maxContains\":{\"$ref\":\"#/$defs/count\"},"
    "\"minLength\":{\"$ref\":\"#/$defs/count\"},\"maxLength\":{\"$ref\":\"#/$defs/count\"},"
    "\"minimum\":{\"type\":\"number\"},\"maximum\":{\"type\":\"number\"},"
    "\"exclusiveMinimum\":{\"type\":\"number\"},\"exclusiveMaximum\":{\"type\":\"number\"},"
    "\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},"
    "\"pattern\":{\"type\":\"string\"},\"format\":{\"type\":\"string\"},"
    "\"contentEncoding\":{\"type\":\"string\"},\"contentMediaType\":{\"type\":\"string\"},"
    "\"uniqueItems\":{\"type\":\"boolean\"},\"deprecated\":{\"type\":\"boolean\"},"
    "\"readOnly\":{\"type\":\"boolean\"},\"writeOnly\":{\"type\":\"boolean\"},"
    "\"title\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"},"
    "\"default\":true,\"examples\":{\"type\":\"array\"}},"
    "\"$defs\":{"
    "\"name\":{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"},"
    "\"names\":{\"type\":\"array\",\"uniqueItems\":true,\"items\":{\"type\":\"string\"}},"
    "\"count\":{\"type\":\"integer\",\"minimum\":0},"
    "\"list\":{\"type\":\"array\",\"minItems\":1,\"items\":{\"$dynamicRef\":\"#meta\"}},"
    "\"schemas\":{\"type\":\"object\",\"additionalProperties\":{\"$dynamicRef\":\"#meta\"}},"
    "\"type\":{\"enum\":[\"null\",\"boolean\",\"integer\",\"number\",\"string\",\"array\","
    "\"object\"]}}}";

struct pl_bytes pl_schema_meta(struct pl_arena *arena)
{
    uint8_t *memory = pl_arena_reserve(arena, META_SIZE_MAX);
    struct pl_writer out;

    if (memory == NULL) {
        return (struct pl_bytes){NULL, 0};
    }
    pl_writer_init(&out, memory, META_SIZE_MAX);
    const int rc = pl_json_read(PL_TEXT(meta), &out, NULL);
    if (rc != PLACET_OK) {
        PL_CHECK(rc == PLACET_ENOMEM);
        return (struct pl_bytes){NULL, 0};
    }
    pl_arena_keep(arena, out.used);
    return pl_writer_bytes(&out);
}
