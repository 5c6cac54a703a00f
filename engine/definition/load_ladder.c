/* Ladders: what happens while no answer comes, and what silence decides. */
#include <string.h>

#include "base/check.h"
#include "definition/load_step.h"

#define PERCENT_MAX      999
#define ANNOUNCE_PERCENT 80 /* a decision by silence is announced at this part of the limit */
#define ANNOUNCE_DAYS    3  /* or so long before a limit that ends with a day */

static const char *const card_words[] = {"warn", "yellow card", "red card", "remind"};
static const enum pl_card cards[] = {PL_CARD_WARNING, PL_CARD_YELLOW, PL_CARD_RED,
                                     PL_CARD_REMINDER};
#define CARDS (sizeof(card_words) / sizeof(card_words[0]))

/* ---- when ---- */

enum moment { AT_PERCENT, BEFORE, AT_INTERNAL, AT_STATUTORY, NO_MOMENT };

struct when {
    enum moment moment;
    uint32_t percent;
    struct pl_span before;
};

/* N of "at N%", or 0. */
static uint32_t percent_of(struct pl_text key)
{
    uint32_t percent = 0;

    if (key.len < 5 || memcmp(key.at, "at ", 3) != 0 || key.at[key.len - 1] != '%') {
        return 0;
    }
    for (uint32_t i = 3; i + 1 < key.len; i++) {
        if (key.at[i] < '0' || key.at[i] > '9' || percent > PERCENT_MAX) {
            return 0;
        }
        percent = percent * 10 + (uint32_t)(key.at[i] - '0');
    }
    return key.at[3] != '0' && percent <= PERCENT_MAX ? percent : 0;
}

static struct when when_of(struct pl_text key)
{
    static const char suffix[] = " before";
    const uint32_t len = (uint32_t)sizeof(suffix) - 1;
    struct when when = {.moment = NO_MOMENT};

    if (pl_text_is(key, "statutory")) {
        when.moment = AT_STATUTORY;
    } else if (pl_text_is(key, "internal")) {
        when.moment = AT_INTERNAL;
    } else if ((when.percent = percent_of(key)) > 0) {
        when.moment = AT_PERCENT;
    } else if (key.len > len && memcmp(key.at + key.len - len, suffix, len) == 0 &&
               pl_span_parse((struct pl_text){key.at, key.len - len}, &when.before).message ==
                   NULL) {
        when.moment = BEFORE;
    }
    return when;
}

/* ---- what ---- */

struct reading {
    struct pl_rung *rung;
    const struct pl_yaml *decide;
    const struct pl_yaml *law;
};

static bool read_card(struct pl_load *l, const struct pl_yaml *node, struct pl_rung *rung)
{
    unsigned card = 0;

    if (!pl_load_word(l, node, card_words, CARDS, &card)) {
        return false;
    }
    rung->card = cards[card];
    return true;
}

static void set_card(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    (void)read_card(l, node, r->rung);
}

static void set_tell(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    (void)pl_load_text(l, node, &r->rung->tell);
}

static void set_liable(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    r->rung->liable = pl_load_true(l, node);
}

static void set_decide(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    struct pl_text id = {0};

    if (pl_load_id(l, node, &id)) {
        r->decide = node;
    }
}

static void set_law(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;

    if (pl_load_text(l, node, &r->rung->law)) {
        r->law = node;
    }
}

static struct pl_rung empty_rung(void)
{
    return (struct pl_rung){
        .card = PL_CARD_NONE, .decides = PL_NO_DECISION, .law = PL_TEXT(""), .tell = PL_TEXT("")};
}

/* A card, or a map with more. */
static struct reading read_rung(struct pl_load *l, const struct pl_yaml *node, struct pl_rung *rung)
{
    static const struct pl_key keys[] = {
        {"card", false, set_card},     {"tell", false, set_tell}, {"liable", false, set_liable},
        {"decide", false, set_decide}, {"law", false, set_law},
    };
    struct reading r = {.rung = rung};

    *rung = empty_rung();
    if (node->kind != PL_YAML_MAP) {
        (void)read_card(l, node, rung);
        return r;
    }
    pl_load_map(l, node, PL_KEYS("a rung", keys), &r);
    if (rung->card == PL_CARD_NONE && r.decide == NULL && pl_yaml_get(node, "card") == NULL &&
        pl_yaml_get(node, "decide") == NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_BAD_RUNG,
                                           "this rung does nothing");
        pl_diag_hint(diag, "Add `card: warn`, or `decide: ...` with its `law`.");
    }
    return r;
}

/* ---- the shape of a ladder ---- */

static bool check_rung(struct pl_load *l, const struct pl_yaml *node)
{
    const uint32_t mistakes = pl_load_mistakes(l);
    struct pl_rung rung;

    if (when_of(node->key).moment == NO_MOMENT) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_BAD_RUNG,
                        "`%.*s` is no rung of a ladder", (int)node->key.len, node->key.at);
        pl_diag_hint(diag, "Write `at 80%%: warn` (1 to 999 percent of `limit`), `2 working days "
                           "before: remind`, `internal: warn` or `statutory: red card`.");
        return false;
    }
    (void)read_rung(l, node, &rung);
    return pl_load_mistakes(l) == mistakes;
}

/* Reported once, where it stands. */
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

bool pl_load_late(struct pl_load *l, const struct pl_yaml *node)
{
    if (!check_ladder(l, node)) {
        return false;
    }
    for (const struct pl_yaml *rung = node->first; rung != NULL; rung = rung->next) {
        const struct pl_yaml *decide =
            rung->kind == PL_YAML_MAP ? pl_yaml_get(rung, "decide") : NULL;
        if (decide != NULL) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_key(l, decide), PL_DIAG_SILENCE,
                            "the ladder of the file decides nothing: each silence has its own law");
            pl_diag_hint(diag, "Write the ladder in `late` of the step that it is about.");
            return false;
        }
    }
    return true;
}

/* ---- the ladder of a step ---- */

/* To compare two times, counting seven days to five working days. */
static uint64_t rough_seconds(struct pl_span span)
{
    static const uint32_t seconds[] = {
        [PL_UNIT_WORKING_DAYS] = 120960, [PL_UNIT_DAYS] = 86400, [PL_UNIT_HOURS] = 3600,
        [PL_UNIT_MINUTES] = 60,          [PL_UNIT_SECONDS] = 1,  [PL_UNIT_MONTHS] = 2629800,
        [PL_UNIT_YEARS] = 31557600,
    };
    return (uint64_t)span.count * seconds[span.unit];
}

static struct pl_span percent_span(struct pl_span limit, uint32_t percent)
{
    return (struct pl_span){(uint32_t)((uint64_t)limit.count * percent / 100), limit.unit};
}

/* Sets when a rung is reached. False: this step has no such moment. */
static bool place_rung(const struct pl_step_def *step, struct when when, struct pl_rung *rung)
{
    const bool until = step->limit_until != NULL;

    switch (when.moment) {
    case AT_PERCENT:
        rung->at =
            until ? (struct pl_span){0, PL_UNIT_DAYS} : percent_span(step->limit, when.percent);
        rung->before = until;
        return !until || when.percent == 100;
    case BEFORE:
        rung->at = when.before;
        rung->before = true;
        return until || rough_seconds(when.before) < rough_seconds(step->limit);
    case AT_INTERNAL:
        rung->at = step->internal;
        rung->clock = PL_CLOCK_INTERNAL;
        return step->has_internal;
    case AT_STATUTORY:
        rung->at = step->statutory;
        rung->clock = PL_CLOCK_STATUTORY;
        return step->has_statutory;
    case NO_MOMENT:
        break;
    }
    PL_UNREACHABLE(); /* the shape of the ladder was checked before */
}

static void report_no_moment(struct pl_load *l, const struct pl_step_def *step, struct when when,
                             const struct pl_yaml *node)
{
    const struct pl_diag_place place = pl_load_at_key(l, node);
    const struct pl_named name = pl_name(step->id, &step->title);
    struct pl_diag *diag = NULL;

    switch (when.moment) {
    case AT_STATUTORY:
        diag = pl_diag_add(l->diags, place, PL_DIAG_NO_STATUTORY, "step %s has no statutory limit",
                           name.at);
        pl_diag_hint(diag, "Add `statutory: ...` to the step, or use a rung `at N%%`.");
        break;
    case AT_INTERNAL:
        diag = pl_diag_add(l->diags, place, PL_DIAG_NO_STATUTORY, "step %s has no internal limit",
                           name.at);
        pl_diag_hint(diag, "Add `internal: ...` to the step, or use a rung `at N%%`.");
        break;
    case AT_PERCENT:
        diag = pl_diag_add(l->diags, place, PL_DIAG_BAD_RUNG,
                           "a limit that ends with a day has no parts: only `at 100%%` is known");
        pl_diag_hint(diag, "Write `3 working days before: warn`.");
        break;
    case BEFORE:
        diag = pl_diag_add(l->diags, place, PL_DIAG_BAD_RUNG,
                           "this rung comes before step %s has begun", name.at);
        pl_diag_hint(diag, "Write a time that is shorter than `limit`.");
        break;
    case NO_MOMENT:
        break;
    }
}

/* What silence decides: a decision that the step may give, with its law where a department is
 * asked. */
static void load_decision(struct pl_load *l, struct pl_step_def *step, const struct reading *r)
{
    const struct pl_text id = r->decide->text;
    const uint16_t decision = pl_definition_decision(l->def, id);
    struct pl_names names = {0};

    if (decision != PL_NO_DECISION && step->kind == PL_KIND_WAIT_FOR &&
        pl_step_rule(step, decision) == NULL) {
        pl_load_rule(l, pl_load_number_of(l, step), decision);
    }
    if (decision == PL_NO_DECISION || pl_step_rule(step, decision) == NULL) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, r->decide), PL_DIAG_NO_DECISION,
                                           "step %s never decides `%.*s`",
                                           pl_name(step->id, &step->title).at, (int)id.len, id.at);
        for (uint16_t i = 0; i < step->rule_count; i++) {
            const struct pl_decision_name *known = &l->def->decisions[step->rules[i].decision];
            pl_names_add(&names, known->id, known->title.zh, known->title.en);
        }
        pl_names_suggest(&names, id, "Name a decision of the step.", diag);
        return;
    }
    r->rung->decides = decision;
    if (step->kind == PL_KIND_ASK && r->law == NULL) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, r->decide), PL_DIAG_NO_LAW,
                        "silence decides for a department only by law, and none is named");
        pl_diag_hint(diag,
                     "Add `law: ...` with the article, such as `law: Administrative Licensing "
                     "Law art. 50`.");
    }
}

static void add_rung(struct pl_step_def *step, struct pl_rung rung)
{
    step->rungs[step->rung_count++] = rung;
}

/* Roughly when it is reached, from the start. */
static uint64_t rough_time(const struct pl_step_def *step, const struct pl_rung *rung)
{
    const uint64_t end = step->limit_until != NULL ? UINT64_MAX / 2 : rough_seconds(step->limit);

    return rung->before ? end - rough_seconds(rung->at) : rough_seconds(rung->at);
}

/* A decision by silence is announced: nobody is surprised by it. */
static void announce(struct pl_step_def *step)
{
    const struct pl_rung *first = NULL;

    for (uint16_t i = 0; i < step->rung_count; i++) {
        const struct pl_rung *rung = &step->rungs[i];
        if (rung->decides != PL_NO_DECISION &&
            (first == NULL || rough_time(step, rung) < rough_time(step, first))) {
            first = rung;
        }
    }
    for (uint16_t i = 0; i < step->rung_count && first != NULL; i++) {
        if (rough_time(step, &step->rungs[i]) < rough_time(step, first)) {
            return;
        }
    }
    if (first != NULL) {
        struct pl_rung rung = empty_rung();
        rung.card = PL_CARD_ANNOUNCEMENT;
        rung.at = percent_span(step->limit, ANNOUNCE_PERCENT);
        if (step->limit_until != NULL) {
            rung.at = (struct pl_span){ANNOUNCE_DAYS, PL_UNIT_DAYS};
            rung.before = true;
        }
        add_rung(step, rung);
    }
}

static void load_rung(struct pl_load *l, struct pl_step_def *step, const struct pl_yaml *node,
                      bool own)
{
    const struct when when = when_of(node->key);
    struct pl_rung rung;
    const struct reading r = read_rung(l, node, &rung);

    if (!place_rung(step, when, &rung)) {
        if (own) {
            report_no_moment(l, step, when, node);
        }
        return;
    }
    if (r.decide != NULL) {
        load_decision(l, step, &r);
    }
    add_rung(step, rung);
}

const struct pl_yaml *pl_load_ladder(struct pl_load *l, struct pl_step_def *step,
                                     const struct pl_yaml *own, struct pl_silence silence)
{
    const struct pl_yaml *ladder = own != NULL ? own : l->late;
    const bool decides = silence.decision != PL_NO_DECISION;

    if (!step->has_limit || (own != NULL && !check_ladder(l, own))) {
        return NULL;
    }
    const uint32_t count = (ladder != NULL ? ladder->count : 0) + 2; /* silence, announcement */
    step->rungs = ladder != NULL || decides ? pl_load_alloc(l, count * sizeof(*step->rungs)) : NULL;
    if (step->rungs == NULL) {
        return ladder;
    }
    for (const struct pl_yaml *node = ladder != NULL ? ladder->first : NULL; node != NULL;
         node = node->next) {
        load_rung(l, step, node, own != NULL);
    }
    if (decides) {
        struct pl_rung rung = empty_rung();
        rung.decides = silence.decision;
        rung.law = pl_load_keep(l, silence.law);
        (void)place_rung(step, (struct when){.moment = AT_PERCENT, .percent = 100}, &rung);
        add_rung(step, rung);
    }
    announce(step);
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
    for (const struct pl_yaml *node = ladder->first; node != NULL; node = node->next) {
        const struct when when = when_of(node->key);
        struct pl_rung rung;
        (void)read_rung(l, node, &rung);
        if (when.moment == AT_PERCENT && rung.card != PL_CARD_NONE) {
            rung.at = percent_span(member->limit, when.percent);
            member->rungs[member->rung_count++] = rung;
        }
    }
}
