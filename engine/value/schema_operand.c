/* The operands of keywords that hold no other schema. */
#include "base/check.h"
#include "value/schema_build.h"

static bool is_array(struct pl_bytes value)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    return pl_reader_peek(&in) == PL_VALUE_ARRAY;
}

static const char *take_types(struct pl_bytes value, struct pl_schema_rule *rule)
{
    static const struct {
        const char *name;
        enum pl_schema_type type;
    } types[] = {
        {"null", PL_TYPE_NULL},     {"boolean", PL_TYPE_BOOLEAN}, {"integer", PL_TYPE_INTEGER},
        {"number", PL_TYPE_NUMBER}, {"string", PL_TYPE_STRING},   {"array", PL_TYPE_ARRAY},
        {"object", PL_TYPE_OBJECT},
    };
    struct pl_reader in;
    const bool is_list = is_array(value);

    pl_reader_init(&in, value.at, value.size);
    const uint32_t count = is_list ? pl_reader_array(&in) : 1;
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text name = pl_reader_text(&in, UINT32_MAX);
        uint64_t found = 0;
        for (size_t t = 0; t < sizeof(types) / sizeof(types[0]); t++) {
            found |= pl_text_is(name, types[t].name) ? (uint64_t)types[t].type : 0;
        }
        if (found == 0) {
            return "an unknown type";
        }
        rule->count |= found;
    }
    return rule->count != 0 ? NULL : "an empty list of types";
}

static const char *take_count(struct pl_bytes value, struct pl_schema_rule *rule)
{
    double number = -1;
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    number = pl_reader_float(&in);
    if (!pl_reader_done(&in) || number < 0 || number > 9007199254740991.0 ||
        (double)(uint64_t)number != number) {
        return "not a number from 0 on";
    }
    rule->count = (uint64_t)number;
    return NULL;
}

static const char *take_number(struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_reader in;

    pl_reader_init(&in, value.at, value.size);
    rule->number = pl_reader_float(&in);
    rule->value = value;
    if (!pl_reader_done(&in)) {
        return "not a number";
    }
    if (rule->kind == PL_RULE_MULTIPLE_OF && rule->number <= 0) {
        return "not a number above 0";
    }
    return NULL;
}

static const char *take_format(struct pl_bytes value, struct pl_schema_rule *rule)
{
    struct pl_text name = {"", 0};

    (void)pl_value_as_text(value, &name);
    rule->format = pl_format_of(name);
    return rule->format != NULL ? NULL : "an unknown format";
}

static const char *take_flag(struct pl_bytes value, struct pl_schema_rule *rule)
{
    bool flag = false;

    if (!pl_value_as_bool(value, &flag)) {
        return "not true or false";
    }
    rule->count = flag ? 1 : 0;
    return NULL;
}

const char *pl_schema_operand(enum pl_schema_shape shape, struct pl_bytes value,
                              struct pl_schema_rule *rule, const char **hint_out)
{
    switch (shape) {
    case PL_SHAPE_TYPES:
        *hint_out = "Known are null, boolean, integer, number, string, array, object.";
        return take_types(value, rule);
    case PL_SHAPE_VALUES:
        rule->value = value;
        return is_array(value) ? NULL : "not a list of values";
    case PL_SHAPE_VALUE:
        rule->value = value;
        return NULL;
    case PL_SHAPE_COUNT:
        return take_count(value, rule);
    case PL_SHAPE_NUMBER:
        return take_number(value, rule);
    case PL_SHAPE_FLAG:
        return take_flag(value, rule);
    case PL_SHAPE_FORMAT:
        *hint_out =
            "Known are date, time, date-time, email, uri, phone, unified-social-credit-code, "
            "organisation-code, identity-number; use `pattern` for others.";
        return take_format(value, rule);
    case PL_SHAPE_REF:
    case PL_SHAPE_NAMES:
    case PL_SHAPE_PROPERTIES:
    case PL_SHAPE_PATTERNS:
    case PL_SHAPE_DEPENDENTS:
    case PL_SHAPE_SCHEMA:
    case PL_SHAPE_SCHEMAS:
    case PL_SHAPE_PATTERN:
        break;
    }
    PL_UNREACHABLE();
}
