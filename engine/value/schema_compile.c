/* JSON Schema from MessagePack to the tree of rules. Whatever this engine would not check is
 * refused, so that a form never promises more than it does. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "value/mistake.h"
#include "value/schema_tree.h"

struct compile {
    struct pl_bytes root;
    struct pl_arena *arena;
    struct placet_error *err;
    const struct pl_schema *known; /* all of them, latest first */
    struct pl_pointer pointer;     /* where we are */
    uint32_t depth;
};

static const enum pl_schema_shape shapes[] = {
#define RULE(NAME, KEYWORD, SHAPE, CHECKER) [PL_RULE_##NAME] = PL_SHAPE_##SHAPE,
#include "value/schema_rules.def"
#undef RULE
};

static const char *const annotations[] = {"$schema",    "$id",         "$comment", "$defs",
                                          "title",      "description", "default",  "examples",
                                          "deprecated", "readOnly",    "writeOnly"};

static int compile_schema(struct compile *c, struct pl_bytes value,
                          const struct pl_schema **schema_out);

static int refuse(const struct compile *c, const char *hint, const char *message)
{
    return pl_mistake(c->err, PLACET_EINVALID, (struct pl_place){0}, hint, "%s at `%.160s`",
                      message, c->pointer.len > 0 ? c->pointer.at : "/");
}

static int no_memory(const struct compile *c)
{
    return pl_mistake(c->err, PLACET_ELIMIT, (struct pl_place){0}, "Make the schema smaller.",
                      "the schema does not fit in memory");
}

static bool is_type(struct pl_bytes value, enum pl_value_type type)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in) == type;
}

/* ---- entries ---- */

static int name_entry(struct compile *c, struct pl_text key, struct pl_schema_entry *entry)
{
    entry->key = key;
    entry->name = pl_arena_text(c->arena, key.at, key.len);
    return entry->name != NULL ? PLACET_OK : no_memory(c);
}

static int compile_pattern(struct compile *c, struct pl_text source,
                           const struct pl_pattern **pattern_out)
{
    char reason[128];
    char message[176];

    const int rc = pl_pattern_compile(source, c->arena, pattern_out, reason, sizeof(reason));
    if (rc != PLACET_EINVALID) {
        return rc == PLACET_OK ? PLACET_OK : no_memory(c);
    }
    (void)snprintf(message, sizeof(message), "a wrong regular expression: %s", reason);
    return refuse(c, NULL, message);
}

static int compile_names(struct compile *c, struct pl_bytes value,
                         const struct pl_schema_entry **entries_out, uint32_t *count_out)
{
    struct pl_reader in;

    if (!is_type(value, PL_VALUE_ARRAY)) {
        return refuse(c, NULL, "not a list of names");
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_array(&in);
    struct pl_schema_entry *entries = pl_arena_alloc(c->arena, (count + 1) * sizeof(*entries));
    if (entries == NULL) {
        return no_memory(c);
    }
    for (uint32_t i = 0; i < count; i++) {
        if (pl_reader_peek(&in) != PL_VALUE_STR) {
            return refuse(c, NULL, "not a list of names");
        }
        const int rc = name_entry(c, pl_reader_text(&in, UINT32_MAX), &entries[i]);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    *entries_out = entries;
    *count_out = count;
    return PLACET_OK;
}

/* A schema holds schemas; PL_SCHEMA_DEPTH_MAX bounds how deep. */

/* The value of one key of `properties`, `patternProperties` or `dependentRequired`. */
static int compile_entry(struct compile *c, enum pl_schema_shape shape, struct pl_bytes value,
                         struct pl_schema_entry *entry)
{
    if (shape == PL_SHAPE_DEPENDENTS) {
        return compile_names(c, value, &entry->names, &entry->name_count);
    }
    if (shape == PL_SHAPE_PATTERNS) {
        const int rc = compile_pattern(c, entry->key, &entry->pattern);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    return compile_schema(c, value, &entry->schema);
}

static int compile_map(struct compile *c, enum pl_schema_shape shape, struct pl_bytes value,
                       struct pl_schema_rule *rule)
{
    struct pl_reader in;

    if (!is_type(value, PL_VALUE_MAP)) {
        return refuse(c, NULL, "not an object");
    }
    pl_reader_init(&in, value.at, value.size);
    rule->entry_count = pl_reader_map(&in);
    struct pl_schema_entry *entries =
        pl_arena_alloc(c->arena, (rule->entry_count + 1) * sizeof(*entries));
    const char **names = pl_arena_alloc(c->arena, (rule->entry_count + 1) * sizeof(*names));
    if (entries == NULL || names == NULL) {
        return no_memory(c);
    }
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        int rc = name_entry(c, key, &entries[i]);
        const uint32_t before = pl_pointer_add(&c->pointer, key);
        rc = rc == PLACET_OK ? compile_entry(c, shape, pl_reader_value(&in), &entries[i]) : rc;
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&c->pointer, before);
        names[i] = entries[i].name;
    }
    rule->entries = entries;
    rule->names = names;
    return PLACET_OK;
}

static int compile_list(struct compile *c, struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    rule->entry_count = is_type(value, PL_VALUE_ARRAY) ? pl_reader_array(&in) : 0;
    if (rule->entry_count == 0) {
        return refuse(c, NULL, "not a list of schemas");
    }
    struct pl_schema_entry *entries =
        pl_arena_alloc(c->arena, rule->entry_count * sizeof(*entries));
    if (entries == NULL) {
        return no_memory(c);
    }
    for (uint32_t i = 0; i < rule->entry_count; i++) {
        const uint32_t before = pl_pointer_add_index(&c->pointer, i);
        const int rc = compile_schema(c, pl_reader_value(&in), &entries[i].schema);
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&c->pointer, before);
    }
    rule->entries = entries;
    return PLACET_OK;
}

static int compile_one(struct compile *c, struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_schema_entry *entry = pl_arena_alloc(c->arena, sizeof(*entry));

    if (entry == NULL) {
        return no_memory(c);
    }
    rule->entries = entry;
    rule->entry_count = 1;
    return compile_schema(c, value, &entry->schema);
}

static int compile_ref(struct compile *c, struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_text reference = {"", 0};
    struct pl_bytes target = {NULL, 0};

    (void)pl_value_as_text(value, &reference);
    const char *problem = pl_schema_refer(c->root, reference, &target);
    return problem == NULL ? compile_one(c, target, rule)
                           : refuse(c, "Write `#/$defs/name`.", problem);
}

/* ---- keywords ---- */

static int compile_text_pattern(struct compile *c, struct pl_bytes value,
                                struct pl_schema_rule *rule)
{
    struct pl_text source;

    if (!pl_value_as_text(value, &source)) {
        return refuse(c, NULL, "not a text");
    }
    return compile_pattern(c, source, &rule->pattern);
}

static int compile_rule(struct compile *c, struct pl_bytes value, struct pl_schema_rule *rule)
{
    const enum pl_schema_shape shape = shapes[rule->kind];

    switch (shape) {
    case PL_SHAPE_REF:
        return compile_ref(c, value, rule);
    case PL_SHAPE_NAMES:
        return compile_names(c, value, &rule->entries, &rule->entry_count);
    case PL_SHAPE_PROPERTIES:
    case PL_SHAPE_PATTERNS:
    case PL_SHAPE_DEPENDENTS:
        return compile_map(c, shape, value, rule);
    case PL_SHAPE_SCHEMA:
        return compile_one(c, value, rule);
    case PL_SHAPE_SCHEMAS:
        return compile_list(c, value, rule);
    case PL_SHAPE_PATTERN:
        return compile_text_pattern(c, value, rule);
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
    return problem == NULL ? PLACET_OK : refuse(c, hint, problem);
}

static bool is_annotation(struct pl_text key)
{
    for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
        if (pl_text_is(key, annotations[i])) {
            return true;
        }
    }
    return key.len > 2 && key.at[0] == 'x' && key.at[1] == '-';
}

static int check_keywords(struct compile *c, struct pl_bytes value)
{
    struct pl_reader in;
    const char *keywords[PL_RULE_COUNT];
    char word[32];

    for (unsigned kind = 0; kind < PL_RULE_COUNT; kind++) {
        keywords[kind] = pl_schema_keyword((enum pl_schema_rule_kind)kind);
    }
    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        bool known = is_annotation(key);
        for (unsigned kind = 0; kind < PL_RULE_COUNT; kind++) {
            known |= pl_text_is(key, keywords[kind]);
        }
        pl_reader_skip(&in);
        if (known) {
            continue;
        }
        char hint[64] = "value/README.md lists the keywords that are checked.";
        const struct pl_text shown = pl_mistake_quote(key, sizeof(word) - 1);
        memcpy(word, shown.at, shown.len);
        word[shown.len] = '\0';
        const char *closest = pl_text_closest(word, keywords, PL_RULE_COUNT);
        if (closest != NULL) {
            (void)snprintf(hint, sizeof(hint), "Did you mean `%s`?", closest);
        }
        (void)pl_pointer_add(&c->pointer, key);
        return refuse(c, hint, "an unknown keyword");
    }
    return PLACET_OK;
}

/* Which rules apply, and what `#` means, must not depend on where one looks. */
static int check_dialect(struct compile *c, struct pl_bytes value)
{
    const struct pl_bytes dialect = pl_value_get(value, PL_TEXT("$schema"));
    struct pl_text name;

    if (dialect.size > 0 && (!pl_value_as_text(dialect, &name) ||
                             !pl_text_is(name, "https://json-schema.org/draft/2020-12/schema"))) {
        return refuse(c, "Write https://json-schema.org/draft/2020-12/schema.",
                      "another dialect of JSON Schema");
    }
    if (c->depth > 1 && pl_value_get(value, PL_TEXT("$id")).size > 0) {
        return refuse(c, "Leave `$id` to the top of the file.", "a schema within the schema");
    }
    return PLACET_OK;
}

/* Titles are written `English / Chinese` in one text. */
static void take_titles(struct pl_bytes value, struct pl_schema *schema)
{
    struct pl_text title;

    if (!pl_value_as_text(pl_value_get(value, PL_TEXT("title")), &title)) {
        return;
    }
    const char *slash = memmem(title.at, title.len, " / ", 3);
    schema->title_en = title;
    schema->title_zh = title;
    if (slash != NULL) {
        schema->title_en.len = (uint32_t)(slash - title.at);
        schema->title_zh = (struct pl_text){slash + 3, title.len - schema->title_en.len - 3};
    }
}

static int compile_rules(struct compile *c, struct pl_bytes value, struct pl_schema *schema)
{
    const struct pl_schema_rule **tail = &schema->rules;

    for (unsigned kind = 0; kind < PL_RULE_COUNT; kind++) {
        const struct pl_text keyword =
            pl_text_of(pl_schema_keyword((enum pl_schema_rule_kind)kind));
        const struct pl_bytes operand = pl_value_get(value, keyword);
        if (operand.size == 0) {
            continue;
        }
        struct pl_schema_rule *rule = pl_arena_alloc(c->arena, sizeof(*rule));
        if (rule == NULL) {
            return no_memory(c);
        }
        rule->kind = (enum pl_schema_rule_kind)kind;
        const uint32_t before = pl_pointer_add(&c->pointer, keyword);
        const int rc = compile_rule(c, operand, rule);
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&c->pointer, before);
        *tail = rule;
        tail = &rule->next;
    }
    return PLACET_OK;
}

/* Definitions are looked at even where nothing refers to them. */
static int compile_definitions(struct compile *c, struct pl_bytes value)
{
    const struct pl_bytes definitions = pl_value_get(value, PL_TEXT("$defs"));
    struct pl_schema_rule unused = {0};

    if (definitions.size == 0) {
        return PLACET_OK;
    }
    const uint32_t before = pl_pointer_add(&c->pointer, PL_TEXT("$defs"));
    const int rc = compile_map(c, PL_SHAPE_PROPERTIES, definitions, &unused);
    if (rc == PLACET_OK) {
        pl_pointer_cut(&c->pointer, before);
    }
    return rc;
}

static int compile_schema(struct compile *c, struct pl_bytes value,
                          const struct pl_schema **schema_out)
{
    bool flag = true;

    for (const struct pl_schema *known = c->known; known != NULL; known = known->next_known) {
        if (known->source == value.at) {
            *schema_out = known;
            return PLACET_OK;
        }
    }
    const bool is_map = is_type(value, PL_VALUE_MAP);
    if (!is_map && !pl_value_as_bool(value, &flag)) {
        return refuse(c, NULL, "not a schema");
    }
    if (c->depth == PL_SCHEMA_DEPTH_MAX) {
        return pl_mistake(c->err, PLACET_ELIMIT, (struct pl_place){0}, NULL,
                          "schemas nested too deeply");
    }
    struct pl_schema *schema = pl_arena_alloc(c->arena, sizeof(*schema));
    if (schema == NULL) {
        return no_memory(c);
    }
    *schema = (struct pl_schema){.source = value.at, .next_known = c->known, .is_false = !flag};
    c->known = schema;

    int rc = PLACET_OK;
    if (is_map) {
        c->depth++;
        take_titles(value, schema);
        rc = check_dialect(c, value);
        rc = rc == PLACET_OK ? check_keywords(c, value) : rc;
        rc = rc == PLACET_OK ? compile_definitions(c, value) : rc;
        rc = rc == PLACET_OK ? compile_rules(c, value, schema) : rc;
        c->depth--;
    }
    if (rc == PLACET_OK) {
        *schema_out = schema;
    }
    return rc;
}

int pl_schema_compile(struct pl_bytes schema, struct pl_arena *arena,
                      const struct pl_schema **schema_out, struct placet_error *err)
{
    struct compile c = {.arena = arena, .err = err};

    void *copy = pl_arena_alloc(arena, schema.size);
    if (copy == NULL) {
        return no_memory(&c);
    }
    memcpy(copy, schema.at, schema.size);
    c.root = (struct pl_bytes){copy, schema.size};
    return compile_schema(&c, c.root, schema_out);
}
