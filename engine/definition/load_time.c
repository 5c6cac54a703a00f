/* Spans of time. */
#include <string.h>

#include "definition/load.h"

#define SPAN_COUNT_MAX  99999
#define SPAN_DIGITS_MAX 5

/* Longest first, so that `working days` is not read as `w...`. */
static const struct {
    const char *word;
    enum pl_unit unit;
} units[] = {
    {"working days", PL_UNIT_WORKING_DAYS},
    {"working day", PL_UNIT_WORKING_DAYS},
    {"wd", PL_UNIT_WORKING_DAYS},
    {"days", PL_UNIT_DAYS},
    {"day", PL_UNIT_DAYS},
    {"d", PL_UNIT_DAYS},
    {"hours", PL_UNIT_HOURS},
    {"hour", PL_UNIT_HOURS},
    {"h", PL_UNIT_HOURS},
    {"minutes", PL_UNIT_MINUTES},
    {"minute", PL_UNIT_MINUTES},
    {"min", PL_UNIT_MINUTES},
    {"months", PL_UNIT_MONTHS},
    {"month", PL_UNIT_MONTHS},
    {"mon", PL_UNIT_MONTHS},
    {"years", PL_UNIT_YEARS},
    {"year", PL_UNIT_YEARS},
    {"y", PL_UNIT_YEARS},
    {"seconds", PL_UNIT_SECONDS},
    {"second", PL_UNIT_SECONDS},
    {"s", PL_UNIT_SECONDS},
};

/* What people write instead. */
static const struct {
    const char *word;
    const char *hint;
} other_units[] = {
    {"\u5929", "Write `days` for calendar days, `working days` for working days."},
    {"\u65e5", "Write `days` for calendar days, `working days` for working days."},
    {"weeks", "A week is `7 days`, or `5 working days`."},
    {"week", "A week is `7 days`, or `5 working days`."},
};

/* Digits at the start of a text; returns how many there are. */
static uint32_t read_digits(struct pl_text text, uint32_t *value_out)
{
    uint32_t value = 0;
    uint32_t len = 0;

    while (len < text.len && len <= SPAN_DIGITS_MAX && text.at[len] >= '0' && text.at[len] <= '9') {
        value = value * 10 + (uint32_t)(text.at[len] - '0');
        len++;
    }
    *value_out = value;
    return len;
}

static bool read_unit(struct pl_text word, enum pl_unit *unit_out)
{
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (pl_text_is(word, units[i].word)) {
            *unit_out = units[i].unit;
            return true;
        }
    }
    return false;
}

struct pl_span_mistake pl_span_parse(struct pl_text text, struct pl_span *out)
{
    struct pl_span span = {0};
    const uint32_t digits = read_digits(text, &span.count);

    if (digits == 0) {
        return (struct pl_span_mistake){
            "a time begins with a whole number",
            "Write a number and a unit, such as `20 working days` or `30 days`."};
    }
    if (span.count == 0 || text.at[0] == '0') {
        return (struct pl_span_mistake){
            "a time is at least 1",
            "Write a number without a leading zero, or leave the line out."};
    }
    if (digits > SPAN_DIGITS_MAX) {
        return (struct pl_span_mistake){"a time is at most 99999", "Use a larger unit."};
    }
    const uint32_t start = digits < text.len && text.at[digits] == ' ' ? digits + 1 : digits;
    const struct pl_text word = {text.at + start, text.len - start};
    if (word.len == 0) {
        return (struct pl_span_mistake){"the unit is missing",
                                        "Say which days are meant: `working days` or `days`."};
    }
    if (!read_unit(word, &span.unit)) {
        for (size_t i = 0; i < sizeof(other_units) / sizeof(other_units[0]); i++) {
            if (pl_text_is(word, other_units[i].word)) {
                return (struct pl_span_mistake){"this unit is not known", other_units[i].hint};
            }
        }
        return (struct pl_span_mistake){
            "this unit is not known",
            "Units are `working days` (wd), `days` (d), `months` (mon), `years` (y), `hours` (h), "
            "`minutes` (min) and `seconds` (s)."};
    }
    *out = span;
    return (struct pl_span_mistake){NULL, NULL};
}

bool pl_load_span(struct pl_load *l, const struct pl_yaml *node, struct pl_span *out)
{
    struct pl_text text = {0};

    if (!pl_load_text(l, node, &text)) {
        return false;
    }
    const struct pl_span_mistake mistake = pl_span_parse(text, out);
    if (mistake.message == NULL) {
        return true;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_SPAN, "`%.*s`: %s",
                    (int)node->text.len, node->text.at, mistake.message);
    pl_diag_say_zh(diag, "`%.*s`：%s", (int)node->text.len, node->text.at,
                   pl_said_zh(mistake.message));
    char mended[PL_FIX_TEXT_MAX];
    if (pl_span_mend(node->text, mended)) {
        pl_diag_hint(diag, "Write `%s`.", mended);
        pl_diag_fix(diag, node->text, mended);
    } else {
        pl_diag_hint(diag, "%s", mistake.hint);
    }
    return false;
}
