/* The rules for any value, and schemas put together. The recursion follows schema and document. */
#include <string.h>

#include "value/equal.h"
#include "value/schema_run.h"

/* ---- types and values ---- */

static struct pl_schema_words type_words(uint64_t types)
{
    static const struct {
        uint64_t type;
        enum pl_schema_text text;
    } names[] = {
        {PL_TYPE_STRING, PL_SAY_A_TEXT},      {PL_TYPE_NUMBER, PL_SAY_A_NUMBER},
        {PL_TYPE_INTEGER, PL_SAY_AN_INTEGER}, {PL_TYPE_BOOLEAN, PL_SAY_A_BOOLEAN},
        {PL_TYPE_ARRAY, PL_SAY_A_LIST},       {PL_TYPE_OBJECT, PL_SAY_AN_OBJECT},
        {PL_TYPE_NULL, PL_SAY_A_NULL},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((types & names[i].type) != 0) {
            return pl_schema_words_of(names[i].text);
        }
    }
    return pl_schema_words_of(PL_SAY_BYTES);
}

void pl_schema_check_type(struct pl_schema_run *run, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const uint64_t types = pl_schema_types_of(value);

    (void)schema;
    if ((types & rule->count) == 0) {
        pl_schema_say(run, "type", PL_SAY_TYPE, type_words(rule->count), type_words(types));
    }
}

/* A value as people write it, for messages. */
static void print_value(struct pl_builder *b, struct pl_bytes value)
{
    struct pl_text text;
    int64_t integer = 0;
    bool flag = false;

    if (pl_value_as_text(value, &text)) {
        pl_builder_addf(b, "`%.*s`", (int)text.len, text.at);
    } else if (pl_value_as_i64(value, &integer)) {
        pl_builder_addf(b, "%lld", (long long)integer);
    } else if (pl_value_as_bool(value, &flag)) {
        pl_builder_addf(b, flag ? "true" : "false");
    } else if (pl_schema_type_of(value) == PL_VALUE_FLOAT) {
        pl_builder_addf(b, "%.15g", pl_schema_number_of(value));
    } else {
        pl_builder_addf(b, pl_schema_type_of(value) == PL_VALUE_NIL ? "null" : "a list or group");
    }
}

void pl_schema_check_const(struct pl_schema_run *run, const struct pl_schema *schema,
                           const struct pl_schema_rule *rule, struct pl_bytes value)
{
    char memory[128];
    struct pl_builder b;

    (void)schema;
    if (!pl_value_equal_counted(rule->value, value, &run->work)) {
        pl_builder_init(&b, memory, sizeof(memory));
        print_value(&b, rule->value);
        pl_schema_say_text(run, "const", PL_SAY_CONST, memory, NULL);
    }
}

/* Room for the dots behind a list that is too long. */
#define VALUES_SIZE 160

void pl_schema_check_enum(struct pl_schema_run *run, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;
    char memory[VALUES_SIZE + 8];
    struct pl_builder b;

    (void)schema;
    pl_builder_init(&b, memory, VALUES_SIZE);
    pl_reader_init(&in, rule->value.at, rule->value.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count && pl_schema_work(run); i++) {
        const struct pl_bytes one = pl_reader_value(&in);
        if (pl_value_equal_counted(one, value, &run->work)) {
            return;
        }
        if (pl_schema_is_listed(run) && !b.full) {
            pl_builder_add(&b, i == 0 ? PL_TEXT("") : PL_TEXT(", "));
            print_value(&b, one);
        }
    }
    if (b.full) {
        memcpy(memory + b.len, " ...", 5);
    }
    pl_schema_say_text(run, "enum", count == 1 ? PL_SAY_CONST : PL_SAY_ENUM, memory, NULL);
}

/* ---- references ---- */

void pl_schema_check_ref(struct pl_schema_run *run, const struct pl_schema *schema,
                         const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    pl_schema_apply(run, rule->entries[0].schema, value);
}

static const struct pl_schema *dynamic_anchor_of(struct pl_schema_run *run,
                                                 const struct pl_schema_resource *resource,
                                                 struct pl_text name)
{
    for (const struct pl_schema_anchor *a = resource->anchors; a != NULL; a = a->next) {
        run->work++;
        if (a->is_dynamic && pl_text_equal(a->name, name)) {
            return a->schema;
        }
    }
    return NULL;
}

/* The outermost resource on the way here that has the anchor (core, 8.2.3.2). */
void pl_schema_check_dynamic_ref(struct pl_schema_run *run, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema *target = rule->entries[0].schema;

    (void)schema;
    for (const struct pl_schema_scope *scope = run->scope;
         scope != NULL && rule->anchor.len > 0 && pl_schema_work(run); scope = scope->outer) {
        const struct pl_schema *found = dynamic_anchor_of(run, scope->resource, rule->anchor);
        target = found != NULL ? found : target;
    }
    pl_schema_apply(run, target, value);
}

/* ---- schemas together ---- */

void pl_schema_check_all_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        pl_schema_apply(run, rule->entries[i].schema, value);
    }
}

/* How many of the schemas fit; stops at `enough` unless somebody asks what they have seen. */
static uint32_t count_fitting(struct pl_schema_run *run, const struct pl_schema_rule *rule,
                              struct pl_bytes value, uint32_t enough)
{
    uint32_t fitting = 0;

    for (uint32_t i = 0; i < rule->entry_count && (fitting < enough || run->seen != NULL); i++) {
        fitting += pl_schema_fits(run, rule->entries[i].schema, value) ? 1 : 0;
    }
    return fitting;
}

/* Whether the fields with a fixed value have it. */
static bool fits_fixed_fields(struct pl_schema_run *run, const struct pl_schema_rule *properties,
                              struct pl_bytes value)
{
    for (uint32_t i = 0; i < properties->entry_count && pl_schema_work(run); i++) {
        const struct pl_schema_entry *entry = &properties->entries[i];
        const bool is_fixed = pl_schema_rule_of(entry->schema, PL_RULE_CONST) != NULL ||
                              pl_schema_rule_of(entry->schema, PL_RULE_ENUM) != NULL;
        const struct pl_bytes field = is_fixed && pl_schema_type_of(value) == PL_VALUE_MAP
                                          ? pl_value_get(value, entry->key)
                                          : (struct pl_bytes){NULL, 0};
        if (field.size > 0 && !pl_schema_fits_alone(run, entry->schema, field)) {
            return false;
        }
    }
    return true;
}

/* Whether a value that does not fit was meant to: by its type and by what is fixed in it. */
static bool is_meant(struct pl_schema_run *run, const struct pl_schema *schema,
                     struct pl_bytes value)
{
    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
        if (rule->kind == PL_RULE_TYPE && (pl_schema_types_of(value) & rule->count) == 0) {
            return false;
        }
        if (rule->kind == PL_RULE_PROPERTIES && !fits_fixed_fields(run, rule, value)) {
            return false;
        }
    }
    return true;
}

/* The one alternative that is meant, or NULL. */
static const struct pl_schema *find_meant(struct pl_schema_run *run,
                                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const struct pl_schema *meant = NULL;

    for (uint32_t i = 0; i < rule->entry_count; i++) {
        const struct pl_schema *schema = rule->entries[i].schema;
        const struct pl_schema_rule *ref = pl_schema_rule_of(schema, PL_RULE_REF);
        if (!is_meant(run, schema, value) ||
            (ref != NULL && !is_meant(run, ref->entries[0].schema, value))) {
            continue;
        }
        if (meant != NULL) {
            return NULL;
        }
        meant = schema;
    }
    return meant;
}

/* Says what is wrong with a value that fits no alternative. */
static void say_unfit(struct pl_schema_run *run, const struct pl_schema_rule *rule,
                      struct pl_bytes value, enum pl_schema_text text, uint64_t first,
                      uint64_t second)
{
    const struct pl_schema *meant = run->quiet == 0 ? find_meant(run, rule, value) : NULL;

    if (meant != NULL) {
        pl_schema_apply(run, meant, value);
    } else {
        pl_schema_say_count(run, pl_schema_keyword(rule->kind), text, first, second);
    }
}

void pl_schema_check_any_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (count_fitting(run, rule, value, 1) == 0) {
        say_unfit(run, rule, value, PL_SAY_ANY_OF, rule->entry_count, 0);
    }
}

void pl_schema_check_one_of(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    const uint32_t fitting = count_fitting(run, rule, value, UINT32_MAX);
    if (fitting == 0) {
        say_unfit(run, rule, value, PL_SAY_ONE_OF, 0, rule->entry_count);
    } else if (fitting > 1) {
        pl_schema_say_count(run, "oneOf", PL_SAY_ONE_OF, fitting, rule->entry_count);
    }
}

void pl_schema_check_not(struct pl_schema_run *run, const struct pl_schema *schema,
                         const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (pl_schema_fits_alone(run, rule->entries[0].schema, value)) {
        pl_schema_say_text(run, "not", PL_SAY_NOT, NULL, NULL);
    }
}

void pl_schema_check_if(struct pl_schema_run *run, const struct pl_schema *schema,
                        const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const bool fits = pl_schema_fits(run, rule->entries[0].schema, value);
    const struct pl_schema_rule *next =
        pl_schema_rule_of(schema, fits ? PL_RULE_THEN : PL_RULE_ELSE);

    if (next != NULL) {
        pl_schema_apply(run, next->entries[0].schema, value);
    }
}

/* `then`, `else`, `minContains` and `maxContains` are read by the rule that they belong to. */
void pl_schema_check_nothing_alone(struct pl_schema_run *run, const struct pl_schema *schema,
                                   const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)run;
    (void)schema;
    (void)rule;
    (void)value;
}
