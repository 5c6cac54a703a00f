/* The rules for numbers and texts. */
#include <math.h>

#include "base/time.h"
#include "value/schema_run.h"

/* ---- numbers ---- */

static bool is_number(struct pl_bytes value)
{
    const enum pl_value_type type = pl_schema_type_of(value);
    return type == PL_VALUE_INT || type == PL_VALUE_FLOAT;
}

/* Below, equal or above zero; integers beyond 2^53 do not occur in documents. */
static int compare_numbers(struct pl_bytes value, const struct pl_schema_rule *rule)
{
    const double number = pl_schema_number_of(value);
    return number < rule->number ? -1 : number > rule->number ? 1 : 0;
}

void pl_schema_check_minimum(struct pl_schema_run *run, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) < 0) {
        pl_schema_add(run, "minimum", "must be at least %.15g", rule->number);
    }
}

void pl_schema_check_maximum(struct pl_schema_run *run, const struct pl_schema *schema,
                             const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) > 0) {
        pl_schema_add(run, "maximum", "must be at most %.15g", rule->number);
    }
}

void pl_schema_check_exclusive_minimum(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) <= 0) {
        pl_schema_add(run, "exclusiveMinimum", "must be above %.15g", rule->number);
    }
}

void pl_schema_check_exclusive_maximum(struct pl_schema_run *run, const struct pl_schema *schema,
                                       const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (is_number(value) && compare_numbers(value, rule) >= 0) {
        pl_schema_add(run, "exclusiveMaximum", "must be below %.15g", rule->number);
    }
}

/* 0.0075 is a multiple of 0.0001 for people, not for doubles: the quotient may be off by the
 * rounding of both. */
void pl_schema_check_multiple_of(struct pl_schema_run *run, const struct pl_schema *schema,
                                 const struct pl_schema_rule *rule, struct pl_bytes value)
{
    (void)schema;
    if (!is_number(value)) {
        return;
    }
    const double quotient = pl_schema_number_of(value) / rule->number;
    const double off = fabs(quotient - nearbyint(quotient));
    const bool is_multiple = isinf(quotient) ? fmod(pl_schema_number_of(value), rule->number) == 0
                                             : off <= fabs(quotient) * 4e-16;
    if (!is_multiple) {
        pl_schema_add(run, "multipleOf", "must be a multiple of %.15g", rule->number);
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
        pl_schema_add(run, "minLength", "must have at least %llu characters",
                      (unsigned long long)rule->count);
    }
}

void pl_schema_check_max_length(struct pl_schema_run *run, const struct pl_schema *schema,
                                const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;

    (void)schema;
    if (pl_value_as_text(value, &text) && count_characters(text) > rule->count) {
        pl_schema_add(run, "maxLength", "must have at most %llu characters",
                      (unsigned long long)rule->count);
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
        pl_schema_add(run, "pattern", "does not have the form that is asked for");
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

void pl_schema_check_format(struct pl_schema_run *run, const struct pl_schema *schema,
                            const struct pl_schema_rule *rule, struct pl_bytes value)
{
    struct pl_text text;
    struct pl_date date;

    (void)schema;
    if (!pl_value_as_text(value, &text)) {
        return;
    }
    if (rule->count == PL_FORMAT_DATE && !pl_date_parse(text, &date)) {
        pl_schema_add(run, "format", "must be a date such as 2016-04-20");
    }
    if (rule->count == PL_FORMAT_DATE_TIME && !is_date_time(text)) {
        pl_schema_add(run, "format", "must be a time such as 2016-04-20T09:00:00+08:00");
    }
}
