/* JSON Schema from MessagePack to the tree of rules. What this engine would not check is refused in
 * a form, so that a form never promises more than it does. */
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "value/mistake.h"
#include "value/schema_build.h"

static const enum pl_schema_vocabulary vocabularies[] = {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER)                                            \
    [PL_RULE_##NAME] = PL_VOCABULARY_##VOCABULARY,
#include "value/schema_rules.def"
#undef RULE
};

static const char *const annotations[] = {
    "$schema",     "$id",     "$anchor",  "$dynamicAnchor", "$comment", "$defs",    "title",
    "description", "default", "examples", "deprecated",     "readOnly", "writeOnly"};

int pl_schema_refuse(const struct pl_schema_build *b, const char *hint, const char *message)
{
    return pl_mistake(b->err, PLACET_EINVALID, (struct pl_place){.file = b->pointer.at}, hint, "%s",
                      message);
}

int pl_schema_no_memory(const struct pl_schema_build *b)
{
    return pl_mistake(b->err, PLACET_ELIMIT, (struct pl_place){0}, "Make the schema smaller.",
                      "the schema does not fit in memory");
}

/* ---- keywords ---- */

static bool is_annotation(struct pl_text key)
{
    for (size_t i = 0; i < sizeof(annotations) / sizeof(annotations[0]); i++) {
        if (pl_text_is(key, annotations[i])) {
            return true;
        }
    }
    return key.len > 2 && key.at[0] == 'x' && key.at[1] == '-';
}

static int refuse_keyword(struct pl_schema_build *b, struct pl_text key)
{
    const char *keywords[PL_RULE_COUNT];
    char word[32];
    char hint[64] = "value/README.md lists the keywords that are checked.";
    const struct pl_text shown = pl_mistake_quote(key, sizeof(word) - 1);

    for (unsigned kind = 0; kind < PL_RULE_COUNT; kind++) {
        keywords[kind] = pl_schema_keyword((enum pl_schema_rule_kind)kind);
    }
    memcpy(word, shown.at, shown.len);
    word[shown.len] = '\0';
    const char *closest = pl_text_closest(word, keywords, PL_RULE_COUNT);
    if (closest != NULL) {
        (void)snprintf(hint, sizeof(hint), "Did you mean `%s`?", closest);
    }
    (void)pl_pointer_add(&b->pointer, key);
    return pl_schema_refuse(b, hint, "an unknown keyword");
}

/* In a form every keyword is known. */
static int check_keywords(struct pl_schema_build *b, struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        bool known = is_annotation(key);
        for (unsigned kind = 0; kind < PL_RULE_COUNT && !known; kind++) {
            known = pl_text_is(key, pl_schema_keyword((enum pl_schema_rule_kind)kind));
        }
        pl_reader_skip(&in);
        if (!known) {
            return refuse_keyword(b, key);
        }
    }
    return PLACET_OK;
}

/* A keyword that says nothing without another one is a mistake in a form. */
static int check_companions(struct pl_schema_build *b, const struct pl_schema *schema)
{
    static const struct {
        enum pl_schema_rule_kind kind;
        enum pl_schema_rule_kind needs;
        const char *message;
    } rows[] = {
        {PL_RULE_THEN, PL_RULE_IF, "`then` without `if`"},
        {PL_RULE_ELSE, PL_RULE_IF, "`else` without `if`"},
        {PL_RULE_MIN_CONTAINS, PL_RULE_CONTAINS, "`minContains` without `contains`"},
        {PL_RULE_MAX_CONTAINS, PL_RULE_CONTAINS, "`maxContains` without `contains`"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (pl_schema_rule_of(schema, rows[i].kind) != NULL &&
            pl_schema_rule_of(schema, rows[i].needs) == NULL) {
            (void)pl_pointer_add(&b->pointer, pl_text_of(pl_schema_keyword(rows[i].kind)));
            return pl_schema_refuse(b, NULL, rows[i].message);
        }
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

/* Formats that are not known say nothing, where that is allowed. */
static bool is_left_out(const struct pl_schema_build *b, enum pl_schema_rule_kind kind,
                        struct pl_bytes operand)
{
    struct pl_text name;

    if ((b->resource->vocabularies & (unsigned)vocabularies[kind]) == 0) {
        return true;
    }
    return kind == PL_RULE_FORMAT && b->options->is_open && pl_value_as_text(operand, &name) &&
           pl_format_of(name) == NULL;
}

static int compile_rules(struct pl_schema_build *b, struct pl_schema *schema)
{
    const struct pl_schema_rule **tail = &schema->rules;

    for (unsigned i = 0; i < PL_RULE_COUNT; i++) {
        const enum pl_schema_rule_kind kind = (enum pl_schema_rule_kind)i;
        const struct pl_text keyword = pl_text_of(pl_schema_keyword(kind));
        const struct pl_bytes operand = pl_value_get(schema->source, keyword);
        if (operand.size == 0 || is_left_out(b, kind, operand)) {
            continue;
        }
        struct pl_schema_rule *rule = pl_arena_alloc(b->arena, sizeof(*rule));
        if (rule == NULL) {
            return pl_schema_no_memory(b);
        }
        rule->kind = kind;
        const uint32_t before = pl_pointer_add(&b->pointer, keyword);
        const int rc = pl_schema_build_rule(b, operand, rule);
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_pointer_cut(&b->pointer, before);
        schema->asks |= kind == PL_RULE_UNEVALUATED || kind == PL_RULE_UNEVALUATED_ITEMS;
        *tail = rule;
        tail = &rule->next;
    }
    return PLACET_OK;
}

/* Definitions are looked at even where nothing refers to them. */
static int compile_definitions(struct pl_schema_build *b, const struct pl_schema *schema)
{
    const struct pl_bytes definitions = pl_value_get(schema->source, PL_TEXT("$defs"));
    struct pl_schema_rule unused = {0};

    if (definitions.size == 0) {
        return PLACET_OK;
    }
    const uint32_t before = pl_pointer_add(&b->pointer, PL_TEXT("$defs"));
    const int rc = pl_schema_build_map(b, PL_SHAPE_PROPERTIES, definitions, &unused);
    if (rc == PLACET_OK) {
        pl_pointer_cut(&b->pointer, before);
    }
    return rc;
}

/* ---- schemas ---- */

static unsigned bucket_of(const uint8_t *place)
{
    return (unsigned)(((uint64_t)(uintptr_t)place * UINT64_C(0x9E3779B97F4A7C15)) >> 56);
}

const struct pl_schema *pl_schema_known(const struct pl_schema_build *b, const uint8_t *place)
{
    const struct pl_schema *one = b->known[bucket_of(place)];

    while (one != NULL && one->source.at != place) {
        one = one->next_known;
    }
    return one;
}

static int compile_map(struct pl_schema_build *b, struct pl_schema *schema)
{
    struct pl_schema_resource *const around = b->resource;

    b->depth++;
    take_titles(schema->source, schema);
    int rc = pl_schema_enter(b, schema, schema->source.at == around->source.at);
    rc = rc == PLACET_OK && !b->options->is_open ? check_keywords(b, schema->source) : rc;
    rc = rc == PLACET_OK ? compile_definitions(b, schema) : rc;
    rc = rc == PLACET_OK ? compile_rules(b, schema) : rc;
    rc = rc == PLACET_OK && !b->options->is_open ? check_companions(b, schema) : rc;
    b->depth--;
    b->resource = around;
    return rc;
}

int pl_schema_build(struct pl_schema_build *b, struct pl_bytes value,
                    const struct pl_schema **schema_out)
{
    const struct pl_schema *known = pl_schema_known(b, value.at);
    bool flag = true;

    if (known != NULL) {
        *schema_out = known;
        return PLACET_OK;
    }
    const bool is_map = pl_schema_types_of(value) == PL_TYPE_OBJECT;
    if (!is_map && !pl_value_as_bool(value, &flag)) {
        return pl_schema_refuse(b, NULL, "not a schema");
    }
    if (b->depth == PL_SCHEMA_DEPTH_MAX) {
        return pl_mistake(b->err, PLACET_ELIMIT, (struct pl_place){0}, NULL,
                          "schemas nested too deeply");
    }
    struct pl_schema *schema = pl_arena_alloc(b->arena, sizeof(*schema));
    if (schema == NULL) {
        return pl_schema_no_memory(b);
    }
    struct pl_schema **bucket = &b->known[bucket_of(value.at)];
    *schema = (struct pl_schema){.source = value,
                                 .resource = b->resource,
                                 .next_known = *bucket,
                                 .number = b->count++,
                                 .is_false = !flag};
    *bucket = schema;
    const int rc = is_map ? compile_map(b, schema) : PLACET_OK;
    if (rc == PLACET_OK) {
        *schema_out = schema;
    }
    return rc;
}

int pl_schema_build_document(struct pl_schema_build *b, struct pl_text uri,
                             struct pl_bytes document, struct pl_schema_resource **resource_out)
{
    struct pl_schema_resource *resource = pl_arena_alloc(b->arena, sizeof(*resource));
    uint8_t *copy = pl_arena_alloc(b->arena, document.size);

    if (resource == NULL || copy == NULL) {
        return pl_schema_no_memory(b);
    }
    memcpy(copy, document.at, document.size);
    *resource = (struct pl_schema_resource){
        .uri = uri, .got_by = uri, .source = {copy, document.size}, .next = b->resources};
    b->resources = resource;
    b->resource = resource;
    int rc = pl_schema_dialect(b, PL_TEXT(PL_SCHEMA_META_URI), &resource->vocabularies);
    rc = rc == PLACET_OK ? pl_schema_build(b, resource->source, &resource->root) : rc;
    if (rc == PLACET_OK) {
        *resource_out = resource;
    }
    return rc;
}

int pl_schema_compile(struct pl_bytes schema, const struct pl_schema_options *options,
                      struct pl_arena *arena, const struct pl_schema **schema_out,
                      struct placet_error *err)
{
    static const struct pl_schema_options form;
    struct pl_schema_build b = {
        .options = options != NULL ? options : &form, .arena = arena, .err = err};
    struct pl_schema_resource *resource = NULL;

    b.references_end = &b.references;
    int rc = pl_schema_build_document(&b, PL_TEXT(""), schema, &resource);
    if (rc != PLACET_OK) {
        return rc;
    }
    PL_CHECK(resource != NULL);
    rc = pl_schema_follow(&b);
    rc = rc == PLACET_OK && !b.options->is_open ? pl_schema_refuse_loops(&b) : rc;
    if (rc == PLACET_OK) {
        *schema_out = resource->root;
    }
    return rc;
}
