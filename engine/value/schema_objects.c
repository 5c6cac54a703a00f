/* The rules for objects and lists. The recursion follows schema and document. */
#include <string.h>

#include "value/equal.h"
#include "value/mistake.h"
#include "value/schema_run.h"

/* ---- objects ---- */

/* A mistake about a field that is not there, under the field's own path and title. */
static void add_missing(struct pl_schema_run *run, const struct pl_schema *schema, const char *rule,
                        struct pl_text key)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_entry *entry = pl_schema_entry_of(properties, key);
    const struct pl_schema *const titled = run->titled;
    const uint32_t before = pl_pointer_add(&run->path, key);
    const struct pl_text shown = pl_mistake_quote(key, 64);

    if (entry != NULL && entry->schema->title_en.len > 0) {
        run->titled = entry->schema;
    }
    pl_schema_add(run, rule, "`%.*s` is missing", (int)shown.len, shown.at);
    run->titled = titled;
    pl_pointer_cut(&run->path, before);
}

void pl_schema_check_required(struct pl_schema_run *run, const struct pl_schema *schema,
                              const struct pl_schema_rule *rule, struct pl_bytes value)
{
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        if (pl_value_get(value, rule->entries[i].key).size == 0) {
            add_missing(run, schema, "required", rule->entries[i].key);
        }
    }
}

void pl_schema_check_dependent_required(struct pl_schema_run *run, const struct pl_schema *schema,
                                        const struct pl_schema_rule *rule, struct pl_bytes value)
{
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        const struct pl_schema_entry *entry = &rule->entries[i];
        if (pl_value_get(value, entry->key).size == 0) {
            continue;
        }
        for (uint32_t n = 0; n < entry->name_count && pl_schema_work(run); n++) {
            if (pl_value_get(value, entry->names[n].key).size == 0) {
                add_missing(run, schema, "dependentRequired", entry->names[n].key);
            }
        }
    }
}

void pl_schema_check_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        const struct pl_schema_entry *entry = &rule->entries[i];
        const struct pl_bytes field = pl_value_get(value, entry->key);
        if (field.size > 0) {
            pl_schema_apply_at(run, entry->schema, entry->key, field);
        }
    }
}

void pl_schema_check_pattern_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                        const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;

    (void)schema;
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&in);
        for (uint32_t p = 0; p < rule->entry_count && pl_schema_work(run); p++) {
            if (pl_schema_matches(run, "patternProperties", rule->entries[p].pattern, key)) {
                pl_schema_apply_at(run, rule->entries[p].schema, key, field);
            }
        }
    }
}

static bool has_pattern(struct pl_schema_run *run, const struct pl_schema_rule *patterns,
                        struct pl_text key)
{
    for (uint32_t i = 0; patterns != NULL && i < patterns->entry_count && pl_schema_work(run);
         i++) {
        if (pl_schema_matches(run, "patternProperties", patterns->entries[i].pattern, key)) {
            return true;
        }
    }
    return false;
}

static void add_unknown(struct pl_schema_run *run, const struct pl_schema_rule *properties,
                        struct pl_text key)
{
    char word[64];
    const struct pl_text shown = pl_mistake_quote(key, sizeof(word) - 1);
    const char *closest = NULL;

    memcpy(word, shown.at, shown.len);
    word[shown.len] = '\0';
    if (properties != NULL && shown.len == key.len) {
        closest = pl_text_closest(word, properties->names, properties->entry_count);
    }
    const uint32_t before = pl_pointer_add(&run->path, key);
    if (closest != NULL) {
        pl_schema_add(run, "additionalProperties", "`%s` is unknown; did you mean `%s`?", word,
                      closest);
    } else {
        pl_schema_add(run, "additionalProperties", "`%s` is unknown", word);
    }
    pl_pointer_cut(&run->path, before);
}

void pl_schema_check_additional(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_rule *patterns = pl_schema_rule_of(schema, PL_RULE_PATTERN_PROPERTIES);
    const struct pl_schema *rest = rule->entries[0].schema;
    struct pl_reader in;

    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && pl_schema_work(run); i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&in);
        if (pl_schema_entry_of(properties, key) != NULL || has_pattern(run, patterns, key)) {
            continue;
        }
        if (rest->is_false) {
            add_unknown(run, properties, key);
        } else {
            pl_schema_apply_at(run, rest, key, field);
        }
    }
}

void pl_schema_check_property_names(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;

    (void)schema;
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && pl_schema_work(run); i++) {
        struct pl_reader ahead = in;
        const struct pl_bytes name = pl_reader_value(&ahead); /* the key as a value */
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        pl_reader_skip(&in);
        if (!pl_schema_fits(run, rule->entries[0].schema, name)) {
            const struct pl_text shown = pl_mistake_quote(key, 64);
            const uint32_t before = pl_pointer_add(&run->path, key);
            pl_schema_add(run, "propertyNames", "`%.*s` is not allowed as a name", (int)shown.len,
                          shown.at);
            pl_pointer_cut(&run->path, before);
        }
    }
}

/* Pairs of a map, elements of a list; -1 for anything else. */
static int64_t count_of(struct pl_bytes value, enum pl_value_type type)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    if (pl_reader_peek(&in) != type) {
        return -1;
    }
    return type == PL_VALUE_MAP ? pl_reader_map(&in) : pl_reader_array(&in);
}

/* A count below zero is that of a value of another type: the rule does not speak of it. */
static void check_least(struct pl_schema_run *run, const struct pl_schema_rule *rule, int64_t count,
                        const char *keyword, const char *what)
{
    if (count >= 0 && (uint64_t)count < rule->count) {
        pl_schema_add(run, keyword, "must have at least %llu %s", (unsigned long long)rule->count,
                      what);
    }
}

static void check_most(struct pl_schema_run *run, const struct pl_schema_rule *rule, int64_t count,
                       const char *keyword, const char *what)
{
    if (count >= 0 && (uint64_t)count > rule->count) {
        pl_schema_add(run, keyword, "must have at most %llu %s", (unsigned long long)rule->count,
                      what);
    }
}

void pl_schema_check_min_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    check_least(run, rule, count_of(value, PL_VALUE_MAP), "minProperties", "fields");
}

void pl_schema_check_max_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    check_most(run, rule, count_of(value, PL_VALUE_MAP), "maxProperties", "fields");
}

/* ---- lists ---- */

void pl_schema_check_min_items(struct pl_schema_run *run, const struct pl_schema *schema,
                               const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    check_least(run, rule, count_of(value, PL_VALUE_ARRAY), "minItems", "entries");
}

void pl_schema_check_max_items(struct pl_schema_run *run, const struct pl_schema *schema,
                               const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    check_most(run, rule, count_of(value, PL_VALUE_ARRAY), "maxItems", "entries");
}

void pl_schema_check_prefix_items(struct pl_schema_run *run, const struct pl_schema *schema,
                                  const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_ARRAY);
    struct pl_reader in;

    (void)schema;
    pl_reader_init(&in, value.at, value.size);
    if (count >= 0) {
        (void)pl_reader_array(&in);
    }
    for (uint32_t i = 0; i < count && i < rule->entry_count && pl_schema_work(run); i++) {
        const uint32_t before = pl_pointer_add_index(&run->path, i);
        pl_schema_apply(run, rule->entries[i].schema, pl_reader_value(&in));
        pl_pointer_cut(&run->path, before);
    }
}

void pl_schema_check_items(struct pl_schema_run *run, const struct pl_schema *schema,
                           const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema_rule *prefix = pl_schema_rule_of(schema, PL_RULE_PREFIX_ITEMS);
    const uint32_t first = prefix != NULL ? prefix->entry_count : 0;
    const int64_t count = count_of(value, PL_VALUE_ARRAY);
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    if (count >= 0) {
        (void)pl_reader_array(&in);
    }
    for (uint32_t i = 0; i < count && pl_schema_work(run); i++) {
        const struct pl_bytes element = pl_reader_value(&in);
        if (i >= first) {
            const uint32_t before = pl_pointer_add_index(&run->path, i);
            pl_schema_apply(run, rule->entries[0].schema, element);
            pl_pointer_cut(&run->path, before);
        }
    }
}

void pl_schema_check_unique_items(struct pl_schema_run *run, const struct pl_schema *schema,
                                  const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_ARRAY);
    struct pl_reader in;

    (void)schema;
    if (count < 2 || rule->count == 0) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    (void)pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_bytes a = pl_reader_value(&in);
        struct pl_reader rest = in;
        for (uint32_t n = i + 1; n < count && pl_schema_work(run); n++) {
            if (pl_value_equal(a, pl_reader_value(&rest))) {
                pl_schema_add(run, "uniqueItems", "entries %u and %u are the same", i + 1, n + 1);
                return;
            }
        }
    }
}
