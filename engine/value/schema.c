#include "value/schema.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "value/schema_tree.h"

const char *pl_schema_keyword(enum pl_schema_rule_kind kind)
{
    static const char *const keywords[] = {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER) [PL_RULE_##NAME] = (KEYWORD),
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

uint64_t pl_schema_types_of(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    switch (pl_reader_peek(&in)) {
    case PL_VALUE_NIL:
        return PL_TYPE_NULL;
    case PL_VALUE_BOOL:
        return PL_TYPE_BOOLEAN;
    case PL_VALUE_INT:
        return PL_TYPE_INTEGER | PL_TYPE_NUMBER;
    case PL_VALUE_FLOAT: {
        const double number = pl_reader_float(&in);
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
