/* The rules for numbers and texts. */
#include <math.h>
#include <stdio.h>

#include "value/schema_run.h"

/* ---- numbers ---- */

static bool is_number(struct pl_bytes value)
{
    const enum pl_value_type type = pl_schema_type_of(value);
    return type == PL_VALUE_INT || type == PL_VALUE_FLOAT;
}

/* Below, equal or above zero; whole numbers are compared as such, beyond 2^53 too. */
static int compare_numbers(struct pl_bytes value, const struct pl_schema_rule *rule)
{
    int64_t a = 0;
    int64_t b = 0;

    if (pl_value_as_i64(value, &a) && pl_value_as_i64(rule->value, &b)) {
        return a < b ? -1 : a > b ? 1 : 0;
    }
    const double number = pl_schema_number_of(value);
    return number < rule->number ? -1 : number > rule->number ? 1 : 0;
}

static void say_number(struct pl_schema_run *run, const char *keyword, enum pl_schema_text text,
                       const struct pl_schema_rule *rule)
{
    char number[32];

    (void)snprintf(number, sizeof(number), "%.15g", rule->number);
    pl_schema_say_text(run, keyword, text, number, NULL);
}

void pl_schema_check_minimum(struct pl_schema_run *run, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) < 0) {
        say_number(run, "minimum", PL_SAY_MINIMUM, rule);
    }
}

void pl_schema_check_maximum(struct pl_schema_run *run, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) > 0) {
        say_number(run, "maximum", PL_SAY_MAXIMUM, rule);
    }
}

void pl_schema_check_exclusive_minimum(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) <= 0) {
        say_number(run, "exclusiveMinimum", PL_SAY_ABOVE, rule);
    }
}

void pl_schema_check_exclusive_maximum(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) >= 0) {
        say_number(run, "exclusiveMaximum", PL_SAY_BELOW, rule);
    }
}

/* 0.0075 is a multiple of 0.0001 for people, not for doubles: the quotient may be off by the
 * rounding of both. */
static bool is_multiple(double number, double of)
{
    const double quotient = number / of;
    const double off = fabs(quotient - nearbyint(quotient));

    return isinf(quotient) ? fmod(number, of) == 0 : off <= fabs(quotient) * 4e-16;
}

void pl_schema_check_multiple_of(struct pl_schema_run *run, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    int64_t a = 0;
    int64_t b = 0;

    (void)schema;
    if (!is_number(value)) {
        return;
    }
    const bool are_whole = pl_value_as_i64(value, &a) && pl_value_as_i64(rule->value, &b);
    const bool fits =
        are_whole ? a % b == 0 : is_multiple(pl_schema_number_of(value), rule->number);
    if (!fits) {
        say_number(run, "multipleOf", PL_SAY_MULTIPLE, rule);
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

void pl_schema_check_min_length(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;

    (void)schema;
    if (pl_value_as_text(value, &text) && count_characters(text) < rule->count) {
        pl_schema_say_count(run, "minLength", PL_SAY_LENGTH_MIN, rule->count, 0);
    }
}

void pl_schema_check_max_length(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;

    (void)schema;
    if (pl_value_as_text(value, &text) && count_characters(text) > rule->count) {
        pl_schema_say_count(run, "maxLength", PL_SAY_LENGTH_MAX, rule->count, 0);
    }
}

void pl_schema_check_pattern(struct pl_schema_run *run, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;
    const uint32_t before = run->count;

    (void)schema;
    if (pl_value_as_text(value, &text) && !pl_schema_matches(run, "pattern", rule->pattern, text) &&
        run->count == before) {
        pl_schema_say_text(run, "pattern", PL_SAY_PATTERN, NULL, NULL);
    }
}

void pl_schema_check_format(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    static const enum pl_schema_text says[] = {
        [PL_FORMAT_SHAPE] = PL_SAY_FORMAT,
        [PL_FORMAT_CHECK_DIGIT] = PL_SAY_CHECK_DIGIT,
        [PL_FORMAT_NO_SUCH_DAY] = PL_SAY_NO_SUCH_DAY,
    };
    const struct pl_format *format = rule->format;
    struct pl_text text;

    (void)schema;
    if (!pl_value_as_text(value, &text)) {
        return;
    }
    run->work += text.len / 16;
    const enum pl_format_fault fault = format->check(text);
    if (fault != PL_FORMAT_FITS) {
        pl_schema_say(run, "format", says[fault],
                      (struct pl_schema_words){format->what, format->what_zh},
                      (struct pl_schema_words){format->example, format->example});
    }
}
