/* A document against the rules of its schema: every mistake, named for the person who fills the
 * form. Bounded by work and depth; no allocation. The recursion follows schema and document, hence
 * NOLINT(misc-no-recursion) below. */
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "value/equal.h"
#include "value/mistake.h"
#include "value/schema_tree.h"

struct check {
    struct pl_schema_mistake *mistakes;
    uint32_t max;
    uint32_t count;
    uint32_t quiet; /* above 0 while alternatives are tried: mistakes are counted in `tried` */
    uint32_t tried;
    uint32_t depth;
    uint32_t work;
    const char *given_up; /* why the check stopped half-way: the document is not valid then */
    struct pl_pointer path;
    const struct pl_schema *titled; /* the nearest schema around with a title */
};

static void check_schema(struct check *c, const struct pl_schema *schema, struct pl_bytes value);

/* ---- mistakes ---- */

static void copy_text(char *out, size_t size, struct pl_text text)
{
    const struct pl_text cut = pl_mistake_quote(text, (uint32_t)size - 1);

    memcpy(out, cut.at, cut.len);
    out[cut.len] = '\0';
}

__attribute__((format(printf, 3, 4))) static void add(struct check *c, const char *rule,
                                                      const char *format, ...)
{
    if (c->quiet > 0) {
        c->tried++;
        return;
    }
    c->count++;
    if (c->count > c->max) {
        return;
    }
    struct pl_schema_mistake *mistake = &c->mistakes[c->count - 1];
    *mistake = (struct pl_schema_mistake){0};
    memcpy(mistake->path, c->path.at, c->path.len);
    copy_text(mistake->rule, sizeof(mistake->rule), pl_text_of(rule));
    if (c->titled != NULL) {
        copy_text(mistake->title_zh, sizeof(mistake->title_zh), c->titled->title_zh);
        copy_text(mistake->title_en, sizeof(mistake->title_en), c->titled->title_en);
    }

    char message[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    copy_text(mistake->message, sizeof(mistake->message), pl_text_of(message));
}

/* One unit of work; false when the check has been given up. */
static bool work(struct check *c)
{
    if (++c->work > PL_SCHEMA_WORK_MAX) {
        c->given_up = "the document takes too much work to check";
    }
    return c->given_up == NULL;
}

static enum pl_value_type type_of(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in);
}

static bool is_number(struct pl_bytes value)
{
    const enum pl_value_type type = type_of(value);
    return type == PL_VALUE_INT || type == PL_VALUE_FLOAT;
}

static double number_of(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_float(&in);
}

/* Whether a value fits a schema; nothing is reported. */
static bool fits(struct check *c, /* NOLINT(misc-no-recursion) */
                 const struct pl_schema *schema, struct pl_bytes value)
{
    const uint32_t before = c->tried;

    c->quiet++;
    check_schema(c, schema, value);
    c->quiet--;
    const bool is_good = c->tried == before;
    c->tried = before;
    return is_good;
}

/* ---- any value ---- */

static void check_all(struct check *c, /* NOLINT(misc-no-recursion) */
                      const struct pl_schema *schema, const struct pl_schema_rule *rule,
                      struct pl_bytes value)
{
    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        check_schema(c, rule->entries[i].schema, value);
    }
}

static uint64_t types_of(struct pl_bytes value)
{
    switch (type_of(value)) {
    case PL_VALUE_NIL:
        return PL_TYPE_NULL;
    case PL_VALUE_BOOL:
        return PL_TYPE_BOOLEAN;
    case PL_VALUE_INT:
        return PL_TYPE_INTEGER | PL_TYPE_NUMBER;
    case PL_VALUE_FLOAT: {
        const double number = number_of(value);
        return (uint64_t)PL_TYPE_NUMBER | (floor(number) == number ? PL_TYPE_INTEGER : 0);
    }
    case PL_VALUE_STR:
        return PL_TYPE_STRING;
    case PL_VALUE_ARRAY:
        return PL_TYPE_ARRAY;
    case PL_VALUE_MAP:
        return PL_TYPE_OBJECT;
    case PL_VALUE_BIN:
    case PL_VALUE_BAD:
        break;
    }
    return 0;
}

static const char *type_name(uint64_t types)
{
    static const struct {
        uint64_t types; /* all of them must be there; the first row that fits is the name */
        const char *name;
    } names[] = {
        {PL_TYPE_STRING, "a text"},
        {PL_TYPE_INTEGER | PL_TYPE_NUMBER, "a number"},
        {PL_TYPE_INTEGER, "a whole number"},
        {PL_TYPE_NUMBER, "a number"},
        {PL_TYPE_BOOLEAN, "true or false"},
        {PL_TYPE_ARRAY, "a list"},
        {PL_TYPE_OBJECT, "a group of fields"},
        {PL_TYPE_NULL, "empty"},
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if ((types & names[i].types) == names[i].types) {
            return names[i].name;
        }
    }
    return "bytes";
}

static void check_type(struct check *c, const struct pl_schema *schema,
                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const uint64_t types = types_of(value);

    (void)schema;
    if ((types & rule->count) == 0) {
        add(c, "type", "must be %s, not %s", type_name(rule->count), type_name(types));
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
    } else if (type_of(value) == PL_VALUE_FLOAT) {
        pl_builder_addf(b, "%.15g", number_of(value));
    } else {
        pl_builder_addf(b, type_of(value) == PL_VALUE_NIL ? "null" : "a list or group");
    }
}

static void check_const(struct check *c, const struct pl_schema *schema,
                        const struct pl_schema_rule *rule, struct pl_bytes value)
{
    char memory[128];
    struct pl_builder b;

    (void)schema;
    if (!pl_value_equal(rule->value, value)) {
        pl_builder_init(&b, memory, sizeof(memory));
        print_value(&b, rule->value);
        add(c, "const", "must be %s", memory);
    }
}

static void check_enum(struct check *c, const struct pl_schema *schema,
                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;
    char memory[160];
    struct pl_builder b;

    (void)schema;
    pl_builder_init(&b, memory, sizeof(memory));
    pl_reader_init(&in, rule->value.at, rule->value.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count && work(c); i++) {
        const struct pl_bytes one = pl_reader_value(&in);
        if (pl_value_equal(one, value)) {
            return;
        }
        if (c->quiet == 0) {
            pl_builder_add(&b, i == 0 ? PL_TEXT("") : PL_TEXT(", "));
            print_value(&b, one);
        }
    }
    add(c, "enum", count == 1 ? "must be %s%s" : "must be one of %s%s", memory,
        b.full ? " ..." : "");
}

/* ---- objects ---- */

/* A mistake about a field that is not there, under the field's own path and title. */
static void add_missing(struct check *c, const struct pl_schema *schema, const char *rule,
                        struct pl_text key)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_entry *entry = pl_schema_entry_of(properties, key);
    const struct pl_schema *const titled = c->titled;
    const uint32_t before = pl_pointer_add(&c->path, key);
    const struct pl_text shown = pl_mistake_quote(key, 64);

    if (entry != NULL && entry->schema->title_en.len > 0) {
        c->titled = entry->schema;
    }
    add(c, rule, "`%.*s` is missing", (int)shown.len, shown.at);
    c->titled = titled;
    pl_pointer_cut(&c->path, before);
}

static void check_required(struct check *c, const struct pl_schema *schema,
                           const struct pl_schema_rule *rule, struct pl_bytes value)
{
    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && work(c); i++) {
        if (pl_value_get(value, rule->entries[i].key).size == 0) {
            add_missing(c, schema, "required", rule->entries[i].key);
        }
    }
}

static void check_dependent_required(struct check *c, const struct pl_schema *schema,
                                     const struct pl_schema_rule *rule, struct pl_bytes value)
{
    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && work(c); i++) {
        const struct pl_schema_entry *entry = &rule->entries[i];
        if (pl_value_get(value, entry->key).size == 0) {
            continue;
        }
        for (uint32_t n = 0; n < entry->name_count && work(c); n++) {
            if (pl_value_get(value, entry->names[n].key).size == 0) {
                add_missing(c, schema, "dependentRequired", entry->names[n].key);
            }
        }
    }
}

static void check_at(struct check *c, /* NOLINT(misc-no-recursion) */
                     const struct pl_schema *schema, struct pl_text key, struct pl_bytes value)
{
    const uint32_t before = pl_pointer_add(&c->path, key);

    check_schema(c, schema, value);
    pl_pointer_cut(&c->path, before);
}

static void check_properties(struct check *c, /* NOLINT(misc-no-recursion) */
                             const struct pl_schema *schema, const struct pl_schema_rule *rule,
                             struct pl_bytes value)
{
    (void)schema;
    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    for (uint32_t i = 0; i < rule->entry_count && work(c); i++) {
        const struct pl_schema_entry *entry = &rule->entries[i];
        const struct pl_bytes field = pl_value_get(value, entry->key);
        if (field.size > 0) {
            check_at(c, entry->schema, entry->key, field);
        }
    }
}

/* Whether a key belongs to a pattern; a pattern that cannot be decided is a mistake. */
static bool matches(struct check *c, const char *rule, const struct pl_pattern *pattern,
                    struct pl_text text)
{
    const enum pl_pattern_answer answer = pl_pattern_match(pattern, text);

    c->work += 1 + text.len / 16;
    if (answer == PL_PATTERN_TOO_DEAR && c->quiet > 0) {
        c->given_up = "a text is too long for its pattern";
    } else if (answer == PL_PATTERN_TOO_DEAR) {
        add(c, rule, "is too long for its pattern");
    }
    return answer == PL_PATTERN_YES;
}

static void check_pattern_properties(struct check *c, /* NOLINT(misc-no-recursion) */
                                     const struct pl_schema *schema,
                                     const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_reader in;

    (void)schema;
    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&in);
        for (uint32_t p = 0; p < rule->entry_count && work(c); p++) {
            if (matches(c, "patternProperties", rule->entries[p].pattern, key)) {
                check_at(c, rule->entries[p].schema, key, field);
            }
        }
    }
}

static bool has_pattern(struct check *c, const struct pl_schema_rule *patterns, struct pl_text key)
{
    for (uint32_t i = 0; patterns != NULL && i < patterns->entry_count && work(c); i++) {
        if (matches(c, "patternProperties", patterns->entries[i].pattern, key)) {
            return true;
        }
    }
    return false;
}

static void add_unknown(struct check *c, const struct pl_schema_rule *properties,
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
    const uint32_t before = pl_pointer_add(&c->path, key);
    if (closest != NULL) {
        add(c, "additionalProperties", "`%s` is unknown; did you mean `%s`?", word, closest);
    } else {
        add(c, "additionalProperties", "`%s` is unknown", word);
    }
    pl_pointer_cut(&c->path, before);
}

static void check_additional(struct check *c, /* NOLINT(misc-no-recursion) */
                             const struct pl_schema *schema, const struct pl_schema_rule *rule,
                             struct pl_bytes value)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_rule *patterns = pl_schema_rule_of(schema, PL_RULE_PATTERN_PROPERTIES);
    const struct pl_schema *rest = rule->entries[0].schema;
    struct pl_reader in;

    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && work(c); i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        const struct pl_bytes field = pl_reader_value(&in);
        if (pl_schema_entry_of(properties, key) != NULL || has_pattern(c, patterns, key)) {
            continue;
        }
        if (rest->is_false) {
            add_unknown(c, properties, key);
        } else {
            check_at(c, rest, key, field);
        }
    }
}

static void check_property_names(struct check *c, /* NOLINT(misc-no-recursion) */
                                 const struct pl_schema *schema, const struct pl_schema_rule *rule,
                                 struct pl_bytes value)
{
    struct pl_reader in;

    (void)schema;
    if (type_of(value) != PL_VALUE_MAP) {
        return;
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count && work(c); i++) {
        struct pl_reader ahead = in;
        const struct pl_bytes name = pl_reader_value(&ahead); /* the key as a value */
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        pl_reader_skip(&in);
        if (!fits(c, rule->entries[0].schema, name)) {
            const struct pl_text shown = pl_mistake_quote(key, 64);
            const uint32_t before = pl_pointer_add(&c->path, key);
            add(c, "propertyNames", "`%.*s` is not allowed as a name", (int)shown.len, shown.at);
            pl_pointer_cut(&c->path, before);
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

static void check_min_properties(struct check *c, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_MAP);

    (void)schema;
    if (count >= 0 && (uint64_t)count < rule->count) {
        add(c, "minProperties", "must have at least %llu fields", (unsigned long long)rule->count);
    }
}

static void check_max_properties(struct check *c, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_MAP);

    (void)schema;
    if (count >= 0 && (uint64_t)count > rule->count) {
        add(c, "maxProperties", "must have at most %llu fields", (unsigned long long)rule->count);
    }
}

/* ---- lists ---- */

static void check_min_items(struct check *c, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_ARRAY);

    (void)schema;
    if (count >= 0 && (uint64_t)count < rule->count) {
        add(c, "minItems", "must have at least %llu entries", (unsigned long long)rule->count);
    }
}

static void check_max_items(struct check *c, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_ARRAY);

    (void)schema;
    if (count >= 0 && (uint64_t)count > rule->count) {
        add(c, "maxItems", "must have at most %llu entries", (unsigned long long)rule->count);
    }
}

static void check_prefix_items(struct check *c, /* NOLINT(misc-no-recursion) */
                               const struct pl_schema *schema, const struct pl_schema_rule *rule,
                               struct pl_bytes value)
{
    const int64_t count = count_of(value, PL_VALUE_ARRAY);
    struct pl_reader in;

    (void)schema;
    pl_reader_init(&in, value.at, value.size);
    if (count >= 0) {
        (void)pl_reader_array(&in);
    }
    for (uint32_t i = 0; i < count && i < rule->entry_count && work(c); i++) {
        const uint32_t before = pl_pointer_add_index(&c->path, i);
        check_schema(c, rule->entries[i].schema, pl_reader_value(&in));
        pl_pointer_cut(&c->path, before);
    }
}

static void check_items(struct check *c, /* NOLINT(misc-no-recursion) */
                        const struct pl_schema *schema, const struct pl_schema_rule *rule,
                        struct pl_bytes value)
{
    const struct pl_schema_rule *prefix = pl_schema_rule_of(schema, PL_RULE_PREFIX_ITEMS);
    const uint32_t first = prefix != NULL ? prefix->entry_count : 0;
    const int64_t count = count_of(value, PL_VALUE_ARRAY);
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    if (count >= 0) {
        (void)pl_reader_array(&in);
    }
    for (uint32_t i = 0; i < count && work(c); i++) {
        const struct pl_bytes element = pl_reader_value(&in);
        if (i >= first) {
            const uint32_t before = pl_pointer_add_index(&c->path, i);
            check_schema(c, rule->entries[0].schema, element);
            pl_pointer_cut(&c->path, before);
        }
    }
}

static void check_unique_items(struct check *c, const struct pl_schema *schema,
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
        for (uint32_t n = i + 1; n < count && work(c); n++) {
            if (pl_value_equal(a, pl_reader_value(&rest))) {
                add(c, "uniqueItems", "entries %u and %u are the same", i + 1, n + 1);
                return;
            }
        }
    }
}

/* ---- numbers ---- */

/* Below, equal or above zero; integers beyond 2^53 do not occur in documents. */
static int compare_numbers(struct pl_bytes value, const struct pl_schema_rule *rule)
{
    const double number = number_of(value);
    return number < rule->number ? -1 : number > rule->number ? 1 : 0;
}

static void check_minimum(struct check *c, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) < 0) {
        add(c, "minimum", "must be at least %.15g", rule->number);
    }
}

static void check_maximum(struct check *c, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) > 0) {
        add(c, "maximum", "must be at most %.15g", rule->number);
    }
}

static void check_exclusive_minimum(struct check *c, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) <= 0) {
        add(c, "exclusiveMinimum", "must be above %.15g", rule->number);
    }
}

static void check_exclusive_maximum(struct check *c, const struct pl_schema *schema,
                                    const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) >= 0) {
        add(c, "exclusiveMaximum", "must be below %.15g", rule->number);
    }
}

/* 0.0075 is a multiple of 0.0001 for people, not for doubles: the quotient may be off by the
 * rounding of both. */
static void check_multiple_of(struct check *c, const struct pl_schema *schema,
                              const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (!is_number(value)) {
        return;
    }
    const double quotient = number_of(value) / rule->number;
    const double off = fabs(quotient - nearbyint(quotient));
    const bool is_multiple =
        isinf(quotient) ? fmod(number_of(value), rule->number) == 0 : off <= fabs(quotient) * 4e-16;
    if (!is_multiple) {
        add(c, "multipleOf", "must be a multiple of %.15g", rule->number);
    }
}

/* ---- texts ---- */

static uint64_t count_characters(struct pl_text text)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

static void check_min_length(struct check *c, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;

    (void)schema;
    if (pl_value_as_text(value, &text) && count_characters(text) < rule->count) {
        add(c, "minLength", "must have at least %llu characters", (unsigned long long)rule->count);
    }
}

static void check_max_length(struct check *c, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;

    (void)schema;
    if (pl_value_as_text(value, &text) && count_characters(text) > rule->count) {
        add(c, "maxLength", "must have at most %llu characters", (unsigned long long)rule->count);
    }
}

static void check_pattern(struct check *c, const struct pl_schema *schema,
                          const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;
    const uint32_t before = c->count;

    (void)schema;
    if (pl_value_as_text(value, &text) && !matches(c, "pattern", rule->pattern, text) &&
        c->count == before) {
        add(c, "pattern", "does not have the form that is asked for");
    }
}

static bool is_two_digits(const char *at, int max, int *out)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *out = (at[0] - '0') * 10 + (at[1] - '0');
    return *out <= max;
}

/* RFC 3339 date-time: 2016-04-20T09:00:00[.000](Z|+08:00). */
static bool is_date_time(struct pl_text text)
{
    struct pl_date date;
    int hour = 0;
    int minute = 0;
    int second = 0;
    uint32_t at = 19;

    if (text.len < 20 || !pl_date_parse((struct pl_text){text.at, 10}, &date) ||
        (text.at[10] != 'T' && text.at[10] != 't') || text.at[13] != ':' || text.at[16] != ':' ||
        !is_two_digits(text.at + 11, 23, &hour) || !is_two_digits(text.at + 14, 59, &minute) ||
        !is_two_digits(text.at + 17, 59, &second)) {
        return false;
    }
    if (text.at[at] == '.') {
        const uint32_t first = ++at;
        while (at < text.len && text.at[at] >= '0' && text.at[at] <= '9') {
            at++;
        }
        if (at == first || at == text.len) {
            return false;
        }
    }
    if (text.at[at] == 'Z' || text.at[at] == 'z') {
        return at + 1 == text.len;
    }
    return (text.at[at] == '+' || text.at[at] == '-') && at + 6 == text.len &&
           text.at[at + 3] == ':' && is_two_digits(text.at + at + 1, 23, &hour) &&
           is_two_digits(text.at + at + 4, 59, &minute);
}

static void check_format(struct check *c, const struct pl_schema *schema,
                         const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;
    struct pl_date date;

    (void)schema;
    if (!pl_value_as_text(value, &text)) {
        return;
    }
    if (rule->count == PL_FORMAT_DATE && !pl_date_parse(text, &date)) {
        add(c, "format", "must be a date such as 2016-04-20");
    }
    if (rule->count == PL_FORMAT_DATE_TIME && !is_date_time(text)) {
        add(c, "format", "must be a time such as 2016-04-20T09:00:00+08:00");
    }
}

/* ---- alternatives ---- */

static void check_any_of(struct check *c, /* NOLINT(misc-no-recursion) */
                         const struct pl_schema *schema, const struct pl_schema_rule *rule,
                         struct pl_bytes value)
{
    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        if (fits(c, rule->entries[i].schema, value)) {
            return;
        }
    }
    add(c, "anyOf", "fits none of the %u forms that are allowed", rule->entry_count);
}

static void check_one_of(struct check *c, /* NOLINT(misc-no-recursion) */
                         const struct pl_schema *schema, const struct pl_schema_rule *rule,
                         struct pl_bytes value)
{
    uint32_t fitting = 0;

    (void)schema;
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        fitting += fits(c, rule->entries[i].schema, value) ? 1 : 0;
    }
    if (fitting != 1) {
        add(c, "oneOf", "fits %u of the %u forms of which one is allowed", fitting,
            rule->entry_count);
    }
}

static void check_not(struct check *c, /* NOLINT(misc-no-recursion) */
                      const struct pl_schema *schema, const struct pl_schema_rule *rule,
                      struct pl_bytes value)
{
    (void)schema;
    if (fits(c, rule->entries[0].schema, value)) {
        add(c, "not", "has a form that is not allowed");
    }
}

/* ---- a schema ---- */

static void check_schema(struct check *c, /* NOLINT(misc-no-recursion) */
                         const struct pl_schema *schema, struct pl_bytes value)
{
    static void (*const checkers[])(struct check *, const struct pl_schema *,
                                    const struct pl_schema_rule *, struct pl_bytes) = {
#define RULE(NAME, KEYWORD, SHAPE, CHECKER) [PL_RULE_##NAME] = (CHECKER),
#include "value/schema_rules.def"
#undef RULE
    };
    const struct pl_schema *const titled = c->titled;

    if (c->depth == PL_SCHEMA_DEPTH_MAX) {
        c->given_up = "schema and document are nested too deeply";
        return;
    }
    c->titled = schema->title_en.len > 0 ? schema : titled;
    c->depth++;
    if (schema->is_false) {
        add(c, "false", "is not allowed");
    }
    for (const struct pl_schema_rule *rule = schema->rules; rule != NULL && work(c);
         rule = rule->next) {
        checkers[rule->kind](c, schema, rule, value);
    }
    c->depth--;
    c->titled = titled;
}

uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max)
{
    struct check c = {.mistakes = mistakes, .max = mistakes_max};

    check_schema(&c, schema, document);
    if (c.given_up != NULL) {
        c.path = (struct pl_pointer){0};
        add(&c, "limit", "%s", c.given_up);
    }
    return c.count;
}
