/* Spans of time, and the ladders of what happens when they run out. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "definition/load.h"

#define SPAN_COUNT_MAX  99999
#define SPAN_DIGITS_MAX 5
#define PERCENT_MAX     999

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
            "Units are `working days` (wd), `days` (d), `hours` (h), `minutes` (min) and "
            "`seconds` (s)."};
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
    char mended[PL_FIX_TEXT_MAX];
    if (pl_span_mend(node->text, mended)) {
        pl_diag_hint(diag, "Write `%s`.", mended);
        pl_diag_fix(diag, node->text, mended);
    } else {
        pl_diag_hint(diag, "%s", mistake.hint);
    }
    return false;
}

/* ---- ladders ---- */

static const char *const cards[] = {"warn", "yellow card", "red card"};

/* N of "at N%", or 0. */
static uint32_t percent_of(struct pl_text key)
{
    uint32_t percent = 0;

    if (key.len < 5 || memcmp(key.at, "at ", 3) != 0 || key.at[key.len - 1] != '%') {
        return 0;
    }
    const struct pl_text number = {key.at + 3, key.len - 4};
    const uint32_t digits = read_digits(number, &percent);
    return digits == number.len && number.at[0] != '0' && percent <= PERCENT_MAX ? percent : 0;
}

static bool is_statutory(const struct pl_yaml *rung)
{
    return pl_text_is(rung->key, "statutory");
}

static bool check_rung(struct pl_load *l, const struct pl_yaml *rung)
{
    unsigned card = 0;

    if (!is_statutory(rung) && percent_of(rung->key) == 0) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, rung), PL_DIAG_BAD_RUNG,
                        "`%.*s` is no rung of a ladder", (int)rung->key.len, rung->key.at);
        pl_diag_hint(diag, "Write `at 80%%: warn` (1 to 999 percent of `limit`) or "
                           "`statutory: red card`.");
        return false;
    }
    return pl_load_word(l, rung, cards, sizeof(cards) / sizeof(cards[0]), &card);
}

/* The shape of a whole ladder, reported once, where it stands. */
static bool check_ladder(struct pl_load *l, const struct pl_yaml *node)
{
    bool good = true;

    if (!pl_load_is_map(l, node, "a ladder")) {
        return false;
    }
    if (node->count > PL_RUNGS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_TOO_MANY,
                          "a ladder of %u rungs, at most %d are allowed", node->count,
                          PL_RUNGS_MAX);
        return false;
    }
    for (const struct pl_yaml *rung = node->first; rung != NULL; rung = rung->next) {
        good = check_rung(l, rung) && good;
    }
    return good;
}

/* Hours, counting seven days to five working days: only to put rungs in order. */
static uint64_t rough_seconds(struct pl_span span)
{
    static const uint32_t seconds[] = {
        [PL_UNIT_WORKING_DAYS] = 120960, [PL_UNIT_DAYS] = 86400, [PL_UNIT_HOURS] = 3600,
        [PL_UNIT_MINUTES] = 60,          [PL_UNIT_SECONDS] = 1,  [PL_UNIT_MONTHS] = 2629800,
        [PL_UNIT_YEARS] = 31557600,
    };
    return (uint64_t)span.count * seconds[span.unit];
}

static void add_rung(struct pl_rung *rungs, uint16_t *count, struct pl_rung rung)
{
    uint16_t at = (*count)++;

    while (at > 0 && rough_seconds(rungs[at - 1].at) > rough_seconds(rung.at)) {
        rungs[at] = rungs[at - 1];
        at--;
    }
    rungs[at] = rung;
}

static struct pl_rung rung_of(struct pl_span at, enum pl_law_clock clock, enum pl_card card)
{
    return (struct pl_rung){.at = at, .clock = clock, .card = card, .decides = PL_NO_DECISION};
}

static enum pl_card card_of(const struct pl_yaml *rung)
{
    for (unsigned card = 0; card < sizeof(cards) / sizeof(cards[0]); card++) {
        if (pl_text_is(rung->text, cards[card])) {
            return (enum pl_card)card;
        }
    }
    PL_UNREACHABLE(); /* the shape of the file was checked before */
}

static struct pl_span percent_span(struct pl_span limit, uint32_t percent)
{
    return (struct pl_span){(uint32_t)((uint64_t)limit.count * percent / 100), limit.unit};
}

const struct pl_yaml *pl_load_ladder(struct pl_load *l, struct pl_step_def *step,
                                     const struct pl_yaml *own)
{
    const struct pl_yaml *ladder = own != NULL ? own : l->late;

    if (ladder == NULL || !step->has_limit || (own != NULL && !check_ladder(l, own))) {
        return NULL;
    }
    step->rungs = pl_load_alloc(l, ladder->count * sizeof(*step->rungs));
    if (step->rungs == NULL) {
        return NULL;
    }
    for (const struct pl_yaml *rung = ladder->first; rung != NULL; rung = rung->next) {
        if (!is_statutory(rung)) {
            const struct pl_span at = percent_span(step->limit, percent_of(rung->key));
            add_rung(step->rungs, &step->rung_count, rung_of(at, PL_CLOCK_PROMISED, card_of(rung)));
        } else if (step->has_statutory) {
            add_rung(step->rungs, &step->rung_count,
                     rung_of(step->statutory, PL_CLOCK_STATUTORY, card_of(rung)));
        } else if (own != NULL) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_key(l, rung), PL_DIAG_NO_STATUTORY,
                            "step %s has no statutory limit", pl_name(step->id, &step->title).at);
            pl_diag_hint(diag, "Add `statutory: ...` to the step, or use a rung `at N%%`.");
        }
    }
    return ladder;
}

void pl_load_member_ladder(struct pl_load *l, const struct pl_yaml *ladder,
                           struct pl_member *member)
{
    if (ladder == NULL || !member->has_limit) {
        return;
    }
    member->rungs = pl_load_alloc(l, ladder->count * sizeof(*member->rungs));
    if (member->rungs == NULL) {
        return;
    }
    for (const struct pl_yaml *rung = ladder->first; rung != NULL; rung = rung->next) {
        const uint32_t percent = percent_of(rung->key);
        if (percent > 0) {
            const struct pl_span at = percent_span(member->limit, percent);
            add_rung(member->rungs, &member->rung_count,
                     rung_of(at, PL_CLOCK_PROMISED, card_of(rung)));
        }
    }
}

bool pl_load_late(struct pl_load *l, const struct pl_yaml *node)
{
    return check_ladder(l, node);
}
