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
#include "value/schema_formats.h"

enum pl_schema_rule_kind {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER) PL_RULE_##NAME,
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

/* The parts of the standard, as bits of a dialect (core, 8.1.2). */
enum pl_schema_vocabulary {
    PL_VOCABULARY_CORE = 1,
    PL_VOCABULARY_APPLICATOR = 2,
    PL_VOCABULARY_UNEVALUATED = 4,
    PL_VOCABULARY_VALIDATION = 8,
    PL_VOCABULARY_FORMAT = 16, /* `format` is asserted */
    PL_VOCABULARY_OTHER = 32,  /* for people and programs only: nothing to check */
};

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
    uint64_t count;        /* COUNT; bits of TYPES; FLAG */
    struct pl_bytes value; /* NUMBER, VALUE, VALUES */
    double number;         /* NUMBER */
    struct pl_text anchor; /* $dynamicRef that looks for its target at run time; else "" */
    const struct pl_pattern *pattern;
    const struct pl_format *format;
    const struct pl_schema_entry *entries;
    uint32_t entry_count;
    const char *const *names; /* of the entries, for "did you mean" */
};

/* A name for a schema within its resource. */
struct pl_schema_anchor {
    struct pl_text name;
    const struct pl_schema *schema;
    bool is_dynamic;
    const struct pl_schema_anchor *next;
};

/* A schema with a URI of its own, and all within it that have none (core, 4.3.5). */
struct pl_schema_resource {
    struct pl_text uri;     /* without fragment; "" for a form without `$id` */
    struct pl_text got_by;  /* the URI that a caller gave it, or "" */
    unsigned vocabularies;  /* bits of its dialect */
    struct pl_bytes source; /* its root */
    const struct pl_schema *root;
    const struct pl_schema_anchor *anchors;
    struct pl_schema_resource *next;
};

struct pl_schema {
    struct pl_bytes source; /* its place in the copy: references find it by this */
    struct pl_schema_resource *resource;
    struct pl_schema *next_known;
    uint32_t number; /* of the compilation, from 0 */
    bool is_false;   /* the schema `false` */
    bool asks;       /* has unevaluatedItems or unevaluatedProperties */
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
