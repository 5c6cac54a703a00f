/* What a schema promises about one path, for the types of expressions. The value at a path is under
 * several schemas at once (`$ref`, `allOf`): they are kept as one view, of a fixed size. */
#include <string.h>

#include "value/schema_tree.h"

#define VIEW_MAX 24 /* schemas over one value; three is usual */

/* The schemas that hold for one value for sure. `open` when others may hold too (`anyOf`, `if`, a
 * view that overflowed): then the value may have fields that none of these names. */
struct view {
    const struct pl_schema *all[VIEW_MAX];
    unsigned count;
    bool open;
};

static void look_at(struct view *view, const struct pl_schema *schema)
{
    for (unsigned i = 0; i < view->count; i++) {
        if (view->all[i] == schema) {
            return;
        }
    }
    if (view->count == VIEW_MAX) {
        view->open = true;
        return;
    }
    view->all[view->count++] = schema;
}

/* Keywords whose schemas hold for some documents only. */
static bool may_hold(enum pl_schema_rule_kind kind)
{
    return kind == PL_RULE_DYNAMIC_REF || kind == PL_RULE_ANY_OF || kind == PL_RULE_ONE_OF ||
           kind == PL_RULE_IF || kind == PL_RULE_DEPENDENT_SCHEMAS;
}

/* Adds what every schema of the view brings in. */
static void expand(struct view *view)
{
    for (unsigned i = 0; i < view->count; i++) {
        for (const struct pl_schema_rule *rule = view->all[i]->rules; rule != NULL;
             rule = rule->next) {
            const bool holds = rule->kind == PL_RULE_REF || rule->kind == PL_RULE_ALL_OF;
            view->open |= may_hold(rule->kind);
            for (uint32_t n = 0; n < rule->entry_count && holds; n++) {
                look_at(view, rule->entries[n].schema);
            }
        }
    }
}

static struct view view_of(const struct pl_schema *schema)
{
    struct view view = {.all = {schema}, .count = 1};

    expand(&view);
    return view;
}

/* ---- types ---- */

#define ANY_TYPE 127u

/* A whole number is meant as one, though `number` would let it in too. */
static uint64_t types_of_value(struct pl_bytes value)
{
    const uint64_t types = pl_schema_types_of(value);
    return (types & PL_TYPE_INTEGER) != 0 ? (uint64_t)PL_TYPE_INTEGER : types;
}

static uint64_t types_of_values(struct pl_bytes list)
{
    struct pl_reader in;
    uint64_t types = 0;

    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        types |= types_of_value(pl_reader_value(&in));
    }
    return types;
}

/* An integer is a number too: what `type` allows and what the values are may name either. */
static uint64_t widen(uint64_t types)
{
    return (types & PL_TYPE_NUMBER) != 0 ? types | PL_TYPE_INTEGER : types;
}

static uint64_t types_of(const struct view *view)
{
    uint64_t types = ANY_TYPE;

    for (unsigned i = 0; i < view->count; i++) {
        for (const struct pl_schema_rule *rule = view->all[i]->rules; rule != NULL;
             rule = rule->next) {
            if (rule->kind == PL_RULE_TYPE) {
                types &= widen(rule->count);
            } else if (rule->kind == PL_RULE_ENUM) {
                types &= widen(types_of_values(rule->value));
            } else if (rule->kind == PL_RULE_CONST) {
                types &= widen(types_of_value(rule->value));
            }
        }
    }
    return types;
}

/* ---- one step down ---- */

static bool requires(const struct view *view, struct pl_text key)
{
    for (unsigned i = 0; i < view->count; i++) {
        const struct pl_schema_rule *rule = pl_schema_rule_of(view->all[i], PL_RULE_REQUIRED);
        if (pl_schema_entry_of(rule, key) != NULL) {
            return true;
        }
    }
    return false;
}

/* The nearest of the names to a key that is none of them, or NULL. */
static const char *closest(const struct view *view, struct pl_text key)
{
    char word[64];
    const char *found = NULL;

    if (key.len >= sizeof(word)) {
        return NULL;
    }
    memcpy(word, key.at, key.len);
    word[key.len] = '\0';
    for (unsigned i = 0; i < view->count && found == NULL; i++) {
        const struct pl_schema_rule *rule = pl_schema_rule_of(view->all[i], PL_RULE_PROPERTIES);
        found = rule != NULL ? pl_text_closest(word, rule->names, rule->entry_count) : NULL;
    }
    return found;
}

/* What one schema says of a field: NAMED when it names it or what all others are, CLOSED when it
 * forbids it, SILENT when it names others only (a mistyped name, most likely), FREE when it speaks
 * of no fields. */
enum says { NAMED, CLOSED, SILENT, FREE };

static enum says ask(const struct pl_schema *schema, struct pl_text key,
                     const struct pl_schema **field_out)
{
    const struct pl_schema_rule *properties = pl_schema_rule_of(schema, PL_RULE_PROPERTIES);
    const struct pl_schema_rule *rest = pl_schema_rule_of(schema, PL_RULE_ADDITIONAL);
    const struct pl_schema_rule *unseen = pl_schema_rule_of(schema, PL_RULE_UNEVALUATED);
    const struct pl_schema_entry *entry = pl_schema_entry_of(properties, key);

    if (entry != NULL) {
        *field_out = entry->schema;
        return NAMED;
    }
    if (pl_schema_rule_of(schema, PL_RULE_PATTERN_PROPERTIES) != NULL) {
        return FREE;
    }
    if (rest != NULL && !rest->entries[0].schema->is_false) {
        *field_out = rest->entries[0].schema;
        return NAMED;
    }
    if (rest != NULL) {
        return CLOSED;
    }
    return properties != NULL || unseen != NULL ? SILENT : FREE;
}

/* The schemas of one field; false when the value cannot have it. */
static bool step_to_field(struct view *view, struct pl_text key)
{
    struct view next = {.open = view->open};
    bool is_closed = false;
    bool is_silent = false;

    if ((types_of(view) & PL_TYPE_OBJECT) == 0) {
        return false;
    }
    for (unsigned i = 0; i < view->count; i++) {
        const struct pl_schema *field = NULL;
        const enum says said = ask(view->all[i], key, &field);
        if (said == NAMED) {
            look_at(&next, field);
        }
        is_closed |= said == CLOSED;
        is_silent |= said == SILENT;
    }
    if (next.count == 0 && (is_closed || (is_silent && !view->open))) {
        return false;
    }
    next.open |= next.count == 0;
    *view = next;
    return true;
}

/* The schemas of the entries of a list. */
static bool step_to_items(struct view *view)
{
    struct view next = {.open = view->open};

    if ((types_of(view) & PL_TYPE_ARRAY) == 0) {
        return false;
    }
    for (unsigned i = 0; i < view->count; i++) {
        const struct pl_schema_rule *items = pl_schema_rule_of(view->all[i], PL_RULE_ITEMS);
        const struct pl_schema_rule *first = pl_schema_rule_of(view->all[i], PL_RULE_PREFIX_ITEMS);
        next.open |= first != NULL;
        if (items != NULL && first == NULL) {
            look_at(&next, items->entries[0].schema);
        }
    }
    next.open |= next.count == 0;
    *view = next;
    return true;
}

/* ---- what holds for a view ---- */

static enum pl_cel_type cel_type_of(uint64_t types)
{
    switch (types) {
    case PL_TYPE_NULL:
        return PL_CEL_NULL;
    case PL_TYPE_BOOLEAN:
        return PL_CEL_BOOL;
    case PL_TYPE_INTEGER:
        return PL_CEL_INT;
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

static void take_rule(struct pl_schema_field *field, const struct pl_schema_rule *rule)
{
    if (rule->kind == PL_RULE_ENUM) {
        field->values = rule->value;
    } else if (rule->kind == PL_RULE_CONST) {
        field->constant = rule->value;
    } else if (rule->kind == PL_RULE_MAX_ITEMS && rule->count < field->items_max) {
        field->items_max = rule->count;
    } else if (rule->kind == PL_RULE_MAX_LENGTH && rule->count < field->length_max) {
        field->length_max = rule->count;
    }
}

static struct pl_schema_field describe(const struct view *view, bool required)
{
    struct pl_schema_field field = {
        .required = required, .items_max = UINT64_MAX, .length_max = UINT64_MAX};

    for (unsigned i = 0; i < view->count; i++) {
        const struct pl_schema *schema = view->all[i];
        if (field.title_en.len == 0) {
            field.title_en = schema->title_en;
            field.title_zh = schema->title_zh;
        }
        for (const struct pl_schema_rule *rule = schema->rules; rule != NULL; rule = rule->next) {
            take_rule(&field, rule);
        }
    }
    field.types = types_of(view);
    field.type = view->count > 0 ? cel_type_of(field.types) : PL_CEL_DYN;
    return field;
}

/* ---- paths ---- */

/* Takes the next part: a key, or `[]` behind one. */
static struct pl_text next_part(struct pl_text *left)
{
    uint32_t len = 0;

    if (left->len >= 2 && memcmp(left->at, "[]", 2) == 0) {
        len = 2;
    } else {
        while (len < left->len && left->at[len] != '.' && left->at[len] != '[') {
            len++;
        }
        len += len == 0 ? 1 : 0; /* no part is empty: the walk goes on */
    }
    const struct pl_text part = {left->at, len};
    const uint32_t used = len < left->len && left->at[len] == '.' ? len + 1 : len;
    *left = (struct pl_text){left->at + used, left->len - used};
    return part;
}

bool pl_schema_at(const struct pl_schema *schema, struct pl_text path,
                  struct pl_schema_field *field_out, const char **suggestion_out)
{
    struct view view = view_of(schema);
    bool required = true;
    bool is_object = true; /* the document; below, `required` speaks of objects only */

    *suggestion_out = NULL;
    while (path.len > 0) {
        const struct pl_text part = next_part(&path);
        if (pl_text_is(part, "[]")) {
            if (!step_to_items(&view)) {
                return false;
            }
        } else {
            required = required && is_object && requires(&view, part);
            const struct view before = view;
            if (!step_to_field(&view, part)) {
                *suggestion_out = closest(&before, part);
                return false;
            }
        }
        expand(&view);
        is_object = types_of(&view) == PL_TYPE_OBJECT;
    }
    *field_out = describe(&view, required);
    return true;
}
