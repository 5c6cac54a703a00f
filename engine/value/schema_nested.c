/* Keywords that hold schemas, patterns or names. */
#include <stdio.h>

#include "value/schema_build.h"

static const enum pl_schema_shape shapes[] = {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER) [PL_RULE_##NAME] = PL_SHAPE_##SHAPE,
#include "value/schema_rules.def"
#undef RULE
};

static bool is_type(struct pl_bytes value, enum pl_value_type type)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in) == type;
}

/* ---- entries ---- */

static int name_entry(struct pl_schema_build *b, struct pl_text key, struct pl_schema_entry *entry)
{
    entry->key = key;
    entry->name = pl_arena_text(b->arena, key.at, key.len);
    return entry->name != NULL ? PLACET_OK : pl_schema_no_memory(b);
}

static int compile_pattern(struct pl_schema_build *b, struct pl_text source,
                           const struct pl_pattern **pattern_out)
{
    char reason[128];
    char message[176];

    const int rc = pl_pattern_compile(source, b->arena, pattern_out, reason, sizeof(reason));
    if (rc != PLACET_EINVALID) {
        return rc == PLACET_OK ? PLACET_OK : pl_schema_no_memory(b);
    }
    (void)snprintf(message, sizeof(message), "a wrong regular expression: %s", reason);
    return pl_schema_refuse(b, NULL, message);
}

static int compile_names(struct pl_schema_build *b, struct pl_bytes value,
                         const struct pl_schema_entry **entries_out, uint32_t *count_out)
{
    struct pl_reader in;

    if (!is_type(value, PL_VALUE_ARRAY)) {
        return pl_schema_refuse(b, NULL, "not a list of names");
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_array(&in);
    struct pl_schema_entry *entries = pl_arena_alloc(b->arena, (count + 1) * sizeof(*entries));
    if (entries == NULL) {
        return pl_schema_no_memory(b);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (pl_reader_peek(&in) != PL_VALUE_STR) {
            return pl_schema_refuse(b, NULL, "not a list of names");
        }
        const int rc = name_entry(b, pl_reader_text(&in, UINT32_MAX), &entries[i]);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    *entries_out = entries;
    *count_out = count;
    return PLACET_OK;
}

/* ---- schemas in schemas; PL_SCHEMA_DEPTH_MAX bounds how deep ---- */

/* The value of one key of `properties`, `patternProperties` or `dependentRequired`. */
static int compile_entry(struct pl_schema_build *b, enum pl_schema_shape shape,
                         struct pl_bytes value, struct pl_schema_entry *entry)
{
    if (shape == PL_SHAPE_DEPENDENTS) {
        return compile_names(b, value, &entry->names, &entry->name_count);
    }
    if (shape == PL_SHAPE_PATTERNS) {
        const int rc = compile_pattern(b, entry->key, &entry->pattern);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    return pl_schema_build(b, value, &entry->schema);
}

int pl_schema_build_map(struct pl_schema_build *b, enum pl_schema_shape shape,
                        struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_reader in;

    if (!is_type(value, PL_VALUE_MAP)) {
        return pl_schema_refuse(b, NULL, "not an object");
    }
    pl_reader_init(&in, value.at, value.size);
    rule->entry_count = pl_reader_map(&in);
    struct pl_schema_entry *entries =
        pl_arena_alloc(b->arena, (rule->entry_count + 1) * sizeof(*entries));
    const char **names = pl_arena_alloc(b->arena, (rule->entry_count + 1) * sizeof(*names));
    if (entries == NULL || names == NULL) {
        return pl_schema_no_memory(b);
    }
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        int rc = name_entry(b, key, &entries[i]);
        const uint32_t before = pl_pointer_add(&b->pointer, key);
        rc = rc == PLACET_OK ? compile_entry(b, shape, pl_reader_value(&in), &entries[i]) : rc;
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&b->pointer, before);
        names[i] = entries[i].name;
    }
    rule->entries = entries;
    rule->names = names;
    return PLACET_OK;
}

static int compile_list(struct pl_schema_build *b, struct pl_bytes value,
                        struct pl_schema_rule *rule)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    rule->entry_count = is_type(value, PL_VALUE_ARRAY) ? pl_reader_array(&in) : 0;
    if (rule->entry_count == 0) {
        return pl_schema_refuse(b, NULL, "not a list of schemas");
    }
    struct pl_schema_entry *entries =
        pl_arena_alloc(b->arena, rule->entry_count * sizeof(*entries));
    if (entries == NULL) {
        return pl_schema_no_memory(b);
    }
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        const uint32_t before = pl_pointer_add_index(&b->pointer, i);
        const int rc = pl_schema_build(b, pl_reader_value(&in), &entries[i].schema);
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&b->pointer, before);
    }
    rule->entries = entries;
    return PLACET_OK;
}

static int compile_one(struct pl_schema_build *b, struct pl_bytes value,
                       struct pl_schema_rule *rule)
{
    struct pl_schema_entry *entry = pl_arena_alloc(b->arena, sizeof(*entry));

    if (entry == NULL) {
        return pl_schema_no_memory(b);
    }
    rule->entries = entry;
    rule->entry_count = 1;
    return pl_schema_build(b, value, &entry->schema);
}

static int compile_text_pattern(struct pl_schema_build *b, struct pl_bytes value,
                                struct pl_schema_rule *rule)
{
    struct pl_text source;

    if (!pl_value_as_text(value, &source)) {
        return pl_schema_refuse(b, NULL, "not a text");
    }
    return compile_pattern(b, source, &rule->pattern);
}

static int refuse_format(const struct pl_schema_build *b, struct pl_bytes value, const char *hint)
{
    struct pl_text name = {"", 0};
    char near[64];

    (void)pl_value_as_text(value, &name);
    const char *closest = pl_format_closest(name);
    if (closest != NULL) {
        (void)snprintf(near, sizeof(near), "Did you mean `%s`?", closest);
        hint = near;
    }
    return pl_schema_refuse(b, hint, "an unknown format");
}

int pl_schema_build_rule(struct pl_schema_build *b, struct pl_bytes value,
                         struct pl_schema_rule *rule)
{
    const enum pl_schema_shape shape = shapes[rule->kind];

    switch (shape) {
    case PL_SHAPE_REF:
        return pl_schema_remember(b, value, rule);
    case PL_SHAPE_NAMES:
        return compile_names(b, value, &rule->entries, &rule->entry_count);
    case PL_SHAPE_PROPERTIES:
    case PL_SHAPE_PATTERNS:
    case PL_SHAPE_DEPENDENTS:
        return pl_schema_build_map(b, shape, value, rule);
    case PL_SHAPE_SCHEMA:
        return compile_one(b, value, rule);
    case PL_SHAPE_SCHEMAS:
        return compile_list(b, value, rule);
    case PL_SHAPE_PATTERN:
        return compile_text_pattern(b, value, rule);
    case PL_SHAPE_TYPES:
    case PL_SHAPE_VALUE:
    case PL_SHAPE_VALUES:
    case PL_SHAPE_COUNT:
    case PL_SHAPE_NUMBER:
    case PL_SHAPE_FLAG:
    case PL_SHAPE_FORMAT:
        break;
    }
    const char *hint = NULL;
    const char *problem = pl_schema_operand(shape, value, rule, &hint);
    if (problem == NULL) {
        return PLACET_OK;
    }
    return shape == PL_SHAPE_FORMAT ? refuse_format(b, value, hint)
                                    : pl_schema_refuse(b, hint, problem);
}
