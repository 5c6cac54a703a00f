/* The rules for objects. The recursion follows schema and document. */
#include <string.h>

#include "value/mistake.h"
#include "value/schema_run.h"

/* A map that is walked pair by pair; `count` is 0 for a value of another type. */
struct pairs {
    struct pl_reader in;
    uint32_t count;
};

static struct pairs pairs_of(struct pl_bytes value)
{
    struct pairs pairs = {.count = 0};

    pl_reader_init(&pairs.in, value.at, value.size);
    if (pl_reader_peek(&pairs.in) == PL_VALUE_MAP) {
        pairs.count = pl_reader_map(&pairs.in);
    }
    return pairs;
}

/* The value of a field and its number in the map; size 0 when it is not there. */
static struct pl_bytes find_field(struct pl_schema_run *run, struct pl_bytes value,
                                  struct pl_text key, uint32_t *index_out)
{
    struct pairs pairs = pairs_of(value);

    run->work += pairs.count / 8;
    for (uint32_t i = 0; i < pairs.count; i++) {
        const bool is_it = pl_text_equal(pl_reader_text(&pairs.in, UINT32_MAX), key);
        const struct pl_bytes field = pl_reader_value(&pairs.in);
        if (is_it) {
            *index_out = i;
            return field;
        }
    }
    return (struct pl_bytes){NULL, 0};
}

/* The same for fields that mostly stand in the order in which they are asked for: looks at the one
 * behind the last that was found first. */
struct cursor {
    struct pairs pairs;
    uint32_t next;
};

static struct pl_bytes find_next(struct pl_schema_run *run, struct pl_bytes value,
                                 struct cursor *cursor, struct pl_text key, uint32_t *index_out)
{
    struct pl_reader ahead = cursor->pairs.in;

    if (cursor->next == cursor->pairs.count ||
        !pl_text_equal(pl_reader_text(&ahead, UINT32_MAX), key)) {
        return find_field(run, value, key, index_out);
    }
    const struct pl_bytes field = pl_reader_value(&ahead);
    cursor->pairs.in = ahead;
    *index_out = cursor->next++;
    return field;
}

/* A key for messages: short, NUL-terminated. */
#define KEY_SIZE 64

static void copy_key(char out[KEY_SIZE], struct pl_text key)
{
    const struct pl_text shown = pl_mistake_quote(key, KEY_SIZE - 1);

    memcpy(out, shown.at, shown.len);
    out[shown.len] = '\0';
}

/* ---- what must be there ---- */

/* A mistake about a field that is not there, under the field's own path and title. */
static void say_missing(struct pl_schema_run *run, const struct pl_schema *schema, const char *rule,
                        struct pl_text key, struct pl_text because)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_entry *entry = pl_schema_entry_of(properties, key);
    const struct pl_schema *const titled = run->titled;
    const uint32_t before = pl_pointer_add(&run->path, key);
    char name[KEY_SIZE];
    char reason[KEY_SIZE];

    copy_key(name, key);
    copy_key(reason, because);
    if (entry != NULL && entry->schema->title_en.len > 0) {
        run->titled = entry->schema;
    }
    pl_schema_say_text(run, rule, because.len > 0 ? PL_SAY_NEEDED : PL_SAY_MISSING, name, reason);
    run->titled = titled;
    pl_pointer_cut(&run->path, before);
}

void pl_schema_check_required(struct pl_schema_run *run, const struct pl_schema *schema,
                              const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct cursor cursor = {.pairs = pairs_of(value)};

    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        uint32_t index = 0;
        if (find_next(run, value, &cursor, rule->entries[i].key, &index).size == 0) {
            say_missing(run, schema, "required", rule->entries[i].key, PL_TEXT(""));
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
                say_missing(run, schema, "dependentRequired", entry->names[n].key, entry->key);
            }
        }
    }
}

void pl_schema_check_dependent_schemas(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        if (pl_value_get(value, rule->entries[i].key).size > 0) {
            pl_schema_apply(run, rule->entries[i].schema, value);
        }
    }
}

void pl_schema_check_min_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pl_schema_type_of(value) == PL_VALUE_MAP && pairs_of(value).count < rule->count) {
        pl_schema_say_count(run, "minProperties", PL_SAY_FIELDS_MIN, rule->count, 0);
    }
}

void pl_schema_check_max_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pairs_of(value).count > rule->count) {
        pl_schema_say_count(run, "maxProperties", PL_SAY_FIELDS_MAX, rule->count, 0);
    }
}

/* ---- what each field must be ---- */

void pl_schema_check_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct cursor cursor = {.pairs = pairs_of(value)};

    (void)schema;
    if (pl_schema_type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && pl_schema_work(run); i++) {
        const struct pl_schema_entry *entry = &rule->entries[i];
        uint32_t index = 0;
        const struct pl_bytes field = find_next(run, value, &cursor, entry->key, &index);
        if (field.size > 0) {
            pl_schema_apply_at(run, entry->schema, entry->key, field);
            pl_schema_see(run, index);
        }
    }
}

void pl_schema_check_pattern_properties(struct pl_schema_run *run, const struct pl_schema *schema,
                                        const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pairs pairs = pairs_of(value);

    (void)schema;
    for (uint32_t i = 0; i < pairs.count; i++) {
        const struct pl_text key = pl_reader_text(&pairs.in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&pairs.in);
        for (uint32_t p = 0; p < rule->entry_count && pl_schema_work(run); p++) {
            if (pl_schema_matches(run, "patternProperties", rule->entries[p].pattern, key)) {
                pl_schema_apply_at(run, rule->entries[p].schema, key, field);
                pl_schema_see(run, i);
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

static void say_unknown(struct pl_schema_run *run, const struct pl_schema *schema, const char *rule,
                        struct pl_text key)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const char *closest = NULL;
    char name[KEY_SIZE];

    copy_key(name, key);
    if (properties != NULL && key.len < KEY_SIZE && pl_schema_is_listed(run)) {
        closest = pl_text_closest(name, properties->names, properties->entry_count);
    }
    const uint32_t before = pl_pointer_add(&run->path, key);
    pl_schema_say_text(run, rule, closest != NULL ? PL_SAY_UNKNOWN_NEAR : PL_SAY_UNKNOWN, name,
                       closest);
    pl_pointer_cut(&run->path, before);
}

/* A field that only this rule speaks of. */
static void check_rest(struct pl_schema_run *run, const struct pl_schema *schema,
                       const struct pl_schema_rule *rule, struct pl_text key, struct pl_bytes field)
{
    const struct pl_schema *rest = rule->entries[0].schema;

    if (rest->is_false) {
        say_unknown(run, schema, pl_schema_keyword(rule->kind), key);
    } else {
        pl_schema_apply_at(run, rest, key, field);
    }
}

void pl_schema_check_additional(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_rule *patterns = pl_schema_rule_of(schema, PL_RULE_PATTERN_PROPERTIES);
    struct pairs pairs = pairs_of(value);

    for (uint32_t i = 0; i < pairs.count && pl_schema_work(run); i++) {
        const struct pl_text key = pl_reader_text(&pairs.in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&pairs.in);
        run->work += properties != NULL ? properties->entry_count / 8 : 0;
        if (pl_schema_entry_of(properties, key) == NULL && !has_pattern(run, patterns, key)) {
            check_rest(run, schema, rule, key, field);
            pl_schema_see(run, i);
        }
    }
}

void pl_schema_check_unevaluated(struct pl_schema_run *run, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pairs pairs = pairs_of(value);

    for (uint32_t i = 0; i < pairs.count && pl_schema_work(run); i++) {
        const struct pl_text key = pl_reader_text(&pairs.in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&pairs.in);
        if (!pl_schema_is_seen(run, i)) {
            check_rest(run, schema, rule, key, field);
        }
    }
    pl_schema_see_until(run, pairs.count);
}

void pl_schema_check_property_names(struct pl_schema_run *run, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pairs pairs = pairs_of(value);

    (void)schema;
    for (uint32_t i = 0; i < pairs.count && pl_schema_work(run); i++) {
        struct pl_reader ahead = pairs.in;
        const struct pl_bytes name = pl_reader_value(&ahead); /* the key as a value */
        const struct pl_text key = pl_reader_text(&pairs.in, UINT32_MAX);
        pl_reader_skip(&pairs.in);
        if (!pl_schema_fits_alone(run, rule->entries[0].schema, name)) {
            char shown[KEY_SIZE];
            copy_key(shown, key);
            const uint32_t before = pl_pointer_add(&run->path, key);
            pl_schema_say_text(run, "propertyNames", PL_SAY_NAME, shown, NULL);
            pl_pointer_cut(&run->path, before);
        }
    }
}
