#include "value/schema.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "value/schema_tree.h"

const char *pl_schema_keyword(enum pl_schema_rule_kind kind)
{
    static const char *const keywords[] = {
#define RULE(NAME, KEYWORD, SHAPE, CHECKER) [PL_RULE_##NAME] = (KEYWORD),
#include "value/schema_rules.def"
#undef RULE
    };

    PL_CHECK(kind < PL_RULE_COUNT);
    return keywords[kind];
}

const struct pl_schema_rule *pl_schema_rule_of(const struct pl_schema *schema,
                                               enum pl_schema_rule_kind kind)
{
    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if (rule->kind == kind) {
            return rule;
        }
    }
    return NULL;
}

const struct pl_schema_entry *pl_schema_entry_of(const struct pl_schema_rule *rule,
                                                 struct pl_text key)
{
    for (uint32_t i = 0; rule != NULL && i < rule->entry_count; i++) {
        if (pl_text_equal(rule->entries[i].key, key)) {
            return &rule->entries[i];
        }
    }
    return NULL;
}

/* ---- pointers ---- */

uint32_t pl_pointer_add(struct pl_pointer *pointer, struct pl_text part)
{
    const uint32_t before = pointer->len;
    uint32_t len = before;
    char *at = pointer->at;

    if (len + 2 + 2 * (size_t)part.len > sizeof(pointer->at)) {
        return before;
    }
    at[len++] = '/';
    for (uint32_t i = 0; i < part.len; i++) {
        const char c = part.at[i];
        if (c == '~' || c == '/') {
            at[len++] = '~';
            at[len++] = c == '~' ? '0' : '1';
        } else {
            at[len++] = c;
        }
    }
    at[len] = '\0';
    pointer->len = len;
    return before;
}

uint32_t pl_pointer_add_index(struct pl_pointer *pointer, uint32_t index)
{
    char digits[12];

    (void)snprintf(digits, sizeof(digits), "%u", index);
    return pl_pointer_add(pointer, pl_text_of(digits));
}

void pl_pointer_cut(struct pl_pointer *pointer, uint32_t len)
{
    pointer->len = len;
    pointer->at[len] = '\0';
}

/* ---- fields, for expressions ---- */

static enum pl_cel_type cel_type_of(const struct pl_schema *schema)
{
    const struct pl_schema_rule *type = pl_schema_rule_of(schema, PL_RULE_TYPE);

    switch (type != NULL ? type->count : 0) {
    case PL_TYPE_BOOLEAN:
        return PL_CEL_BOOL;
    case PL_TYPE_INTEGER:
        return PL_CEL_INT;
    case PL_TYPE_NUMBER:
    case PL_TYPE_NUMBER | PL_TYPE_INTEGER:
        return PL_CEL_DOUBLE;
    case PL_TYPE_STRING:
        return PL_CEL_STRING;
    case PL_TYPE_ARRAY:
        return PL_CEL_LIST;
    case PL_TYPE_OBJECT:
        return PL_CEL_MAP;
    default:
        return PL_CEL_DYN;
    }
}

/* What stands behind `$ref`, when that is the whole schema of a field. */
static const struct pl_schema *referred(const struct pl_schema *schema)
{
    for (unsigned i = 0; i < PL_SCHEMA_DEPTH_MAX; i++) {
        const struct pl_schema_rule *ref = pl_schema_rule_of(schema, PL_RULE_REF);
        if (ref == NULL) {
            return schema;
        }
        schema = ref->entries[0].schema;
    }
    return schema;
}

/* The nearest of the names to a key that is none of them, or NULL. */
static const char *closest(const struct pl_schema_rule *properties, struct pl_text key)
{
    char word[64];

    if (properties == NULL || key.len >= sizeof(word)) {
        return NULL;
    }
    memcpy(word, key.at, key.len);
    word[key.len] = '\0';
    return pl_text_closest(word, properties->names, properties->entry_count);
}

enum find { FOUND, FREE, MISSING };

/* One field of a schema: FREE when the schema says nothing about its fields. */
static enum find find_field(const struct pl_schema **schema, struct pl_text key,
                            const char **suggestion_out)
{
    const struct pl_schema *const in = referred(*schema);
    const struct pl_schema_rule *properties = pl_schema_rule_of(in, PL_RULE_PROPERTIES);
    const struct pl_schema_rule *additional = pl_schema_rule_of(in, PL_RULE_ADDITIONAL);
    const struct pl_schema_rule *type = pl_schema_rule_of(in, PL_RULE_TYPE);
    const struct pl_schema_entry *entry = pl_schema_entry_of(properties, key);

    if (entry != NULL) {
        *schema = entry->schema;
        return FOUND;
    }
    const bool is_closed = additional != NULL && additional->entries[0].schema->is_false;
    const bool is_other = type != NULL && (type->count & PL_TYPE_OBJECT) == 0;
    if (properties == NULL && !is_closed && !is_other) {
        if (additional == NULL) {
            return FREE;
        }
        *schema = additional->entries[0].schema;
        return FOUND;
    }
    *suggestion_out = closest(properties, key);
    return MISSING;
}

bool pl_schema_field(const struct pl_schema *schema, struct pl_text dotted_path,
                     enum pl_cel_type *type_out, const char **suggestion_out)
{
    const char *at = dotted_path.at;
    const char *const end = at + dotted_path.len;

    *suggestion_out = NULL;
    while (at < end) {
        const char *dot = memchr(at, '.', (size_t)(end - at));
        const char *const stop = dot != NULL ? dot : end;
        const struct pl_text key = {at, (uint32_t)(stop - at)};
        switch (find_field(&schema, key, suggestion_out)) {
        case FREE:
            *type_out = PL_CEL_DYN;
            return true;
        case MISSING:
            return false;
        case FOUND:
            break;
        }
        at = dot != NULL ? dot + 1 : end;
    }
    *type_out = cel_type_of(referred(schema));
    return true;
}
