/* Inside of schemas: the compiled form. A schema is a list of rules in a fixed order; a rule is a
 * keyword with what it needs, ready to check. Everything lives in the arena of the schema. */
#ifndef PL_VALUE_SCHEMA_TREE_H
#define PL_VALUE_SCHEMA_TREE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/limits.h"
#include "value/pattern.h"
#include "value/reader.h"
#include "value/schema.h"

enum pl_schema_rule_kind {
#define RULE(NAME, KEYWORD, SHAPE, CHECKER) PL_RULE_##NAME,
#include "value/schema_rules.def"
#undef RULE
    PL_RULE_COUNT
};

/* What the value of a keyword must be. */
enum pl_schema_shape {
    PL_SHAPE_REF,
    PL_SHAPE_TYPES,
    PL_SHAPE_VALUE,
    PL_SHAPE_VALUES,
    PL_SHAPE_NAMES,
    PL_SHAPE_PROPERTIES,
    PL_SHAPE_PATTERNS,
    PL_SHAPE_DEPENDENTS,
    PL_SHAPE_SCHEMA,
    PL_SHAPE_SCHEMAS,
    PL_SHAPE_COUNT,
    PL_SHAPE_NUMBER,
    PL_SHAPE_FLAG,
    PL_SHAPE_PATTERN,
    PL_SHAPE_FORMAT,
};

enum pl_schema_format { PL_FORMAT_DATE = 1, PL_FORMAT_DATE_TIME };

/* A property with its schema, a pattern with its schema, a name that is required, or one of a list
 * of schemas. */
struct pl_schema_entry {
    const char *name; /* NUL-terminated; NULL for a schema without one */
    struct pl_text key;
    const struct pl_schema *schema;
    const struct pl_pattern *pattern;
    const struct pl_schema_entry *names; /* dependentRequired */
    uint32_t name_count;
};

struct pl_schema_rule {
    enum pl_schema_rule_kind kind;
    const struct pl_schema_rule *next;
    uint64_t count;        /* COUNT; bits of TYPES; FORMAT; FLAG */
    struct pl_bytes value; /* NUMBER, VALUE, VALUES */
    double number;         /* NUMBER */
    const struct pl_pattern *pattern;
    const struct pl_schema_entry *entries;
    uint32_t entry_count;
    const char *const *names; /* of the entries, for "did you mean" */
};

struct pl_schema {
    const uint8_t *source; /* its place in the MessagePack copy: $ref finds it by this */
    const struct pl_schema *next_known;
    bool is_false; /* the schema `false` */
    const struct pl_schema_rule *rules;
    struct pl_text title_zh;
    struct pl_text title_en;
};

/* The keyword of a rule. */
const char *pl_schema_keyword(enum pl_schema_rule_kind kind);

/* The rule of a kind, or NULL. */
const struct pl_schema_rule *pl_schema_rule_of(const struct pl_schema *schema,
                                               enum pl_schema_rule_kind kind);

/* The entry whose name is the key, or NULL. */
const struct pl_schema_entry *pl_schema_entry_of(const struct pl_schema_rule *rule,
                                                 struct pl_text key);

/* Bits of enum pl_schema_type; 0 for bytes, which no schema knows. */
uint64_t pl_schema_types_of(struct pl_bytes value);

/* Takes the operand of a keyword that holds no schema. NULL, or what is wrong with it; then
 * `hint_out` may be a hint. */
const char *pl_schema_operand(enum pl_schema_shape shape, struct pl_bytes value,
                              struct pl_schema_rule *rule, const char **hint_out);

/* The value that `$ref` names. NULL, or what is wrong with the reference. */
const char *pl_schema_refer(struct pl_bytes root, struct pl_text reference,
                            struct pl_bytes *target_out);

/* ---- JSON Pointer (RFC 6901) in memory of a fixed size ---- */

struct pl_pointer {
    char at[256];
    uint32_t len;
};

/* Adds a part, escaped; gives the length before, for pl_pointer_cut. What does not fit is left out
 * whole. */
uint32_t pl_pointer_add(struct pl_pointer *pointer, struct pl_text part);
uint32_t pl_pointer_add_index(struct pl_pointer *pointer, uint32_t index);
void pl_pointer_cut(struct pl_pointer *pointer, uint32_t len);

#endif
