/* A calendar: the weekend off, the holidays off, the make-up days worked. */
#include <stdio.h>
#include <string.h>

#include "base/time.h"
#include "definition/load.h"

#define YEAR_MIN 1900
#define YEAR_MAX 2199

static const char *const weekdays[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

struct reading {
    struct pl_calendar *calendar;
    uint8_t weekend; /* bit 0 = Monday */
    bool weekend_known;
    int32_t year;
};

static void set_working(struct pl_calendar *calendar, int32_t day, bool working)
{
    const uint32_t index = (uint32_t)(day - calendar->first_day);
    const uint8_t bit = (uint8_t)(1u << (index % 8));

    if (working) {
        calendar->working[index / 8] |= bit;
    } else {
        calendar->working[index / 8] &= (uint8_t)~bit;
    }
}

static bool is_weekend(const struct reading *r, int32_t day)
{
    return (r->weekend >> (pl_weekday(day) - 1) & 1) != 0;
}

static bool two_digits(const char *at, uint8_t *out)
{
    if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9') {
        return false;
    }
    *out = (uint8_t)((at[0] - '0') * 10 + (at[1] - '0'));
    return true;
}

/* A day "MM-DD" that exists in the year. */
static bool read_day(const struct reading *r, const char *at, int32_t *day_out)
{
    struct pl_date date = {.year = r->year};

    if (!two_digits(at, &date.month) || at[2] != '-' || !two_digits(at + 3, &date.day) ||
        date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31) {
        return false;
    }
    const int32_t day = pl_day_of_date(date);
    const struct pl_date back = pl_date_of_day(day);
    if (back.month != date.month || back.day != date.day) {
        return false;
    }
    *day_out = day;
    return true;
}

/* "MM-DD" or "MM-DD..MM-DD" */
static bool read_days(const struct reading *r, struct pl_text text, int32_t *first, int32_t *last)
{
    if (text.len == 5 && read_day(r, text.at, first)) {
        *last = *first;
        return true;
    }
    return text.len == 12 && memcmp(text.at + 5, "..", 2) == 0 && read_day(r, text.at, first) &&
           read_day(r, text.at + 7, last) && *first <= *last;
}

static void mark_days(struct pl_load *l, const struct reading *r, const struct pl_yaml *item,
                      bool working)
{
    int32_t first = 0;
    int32_t last = 0;

    if (!read_days(r, item->text, &first, &last)) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_BAD_DAY,
                                           "`%.*s` is no day of the year %d", (int)item->text.len,
                                           item->text.at, r->year);
        pl_diag_hint(diag, "Write a day as `10-01`, several as `10-01..10-07`.");
        return;
    }
    for (int32_t day = first; day <= last; day++) {
        if (working && r->weekend_known && pl_calendar_is_working(r->calendar, day)) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_NOT_MAKE_UP,
                            "`%.*s` is a working day anyhow", (int)item->text.len, item->text.at);
            pl_diag_hint(diag, "`work` lists days of the weekend that are worked; check the date.");
            return;
        }
        set_working(r->calendar, day, working);
    }
}

static void mark_list(struct pl_load *l, const struct reading *r, const struct pl_yaml *node,
                      bool working)
{
    if (node->kind != PL_YAML_LIST) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                        "`%.*s` wants a list of days", (int)node->key.len, node->key.at);
        pl_diag_hint(diag, "Write `[10-01..10-07]`.");
        return;
    }
    for (const struct pl_yaml *item = node->first; item != NULL; item = item->next) {
        mark_days(l, r, item, working);
    }
}

static void set_source(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_text source = {0};

    (void)object;
    (void)pl_load_text(l, node, &source);
}

static void set_holidays(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    mark_list(l, object, node, false);
}

static void set_work(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    mark_list(l, object, node, true);
}

static bool read_year(struct pl_text text, int32_t *year_out)
{
    int32_t year = 0;

    if (text.len != 4) {
        return false;
    }
    for (uint32_t i = 0; i < 4; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') {
            return false;
        }
        year = year * 10 + (text.at[i] - '0');
    }
    *year_out = year;
    return year >= YEAR_MIN && year <= YEAR_MAX;
}

/* Takes a year in: it must follow the one before. */
static bool open_year(struct pl_load *l, struct reading *r, const struct pl_yaml *entry)
{
    struct pl_calendar *calendar = r->calendar;
    const int32_t before = r->year;

    if (!read_year(entry->key, &r->year)) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_BAD_DAY, "`%.*s` is no year",
                          (int)entry->key.len, entry->key.at);
        r->year = before;
        return false;
    }
    if (before != 0 && r->year != before + 1) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_YEAR_GAP,
                                           "year %d stands after %d", r->year, before);
        pl_diag_hint(diag, "List every year from the first to the last, in order.");
        return false;
    }
    const int32_t first = pl_day_of_date((struct pl_date){r->year, 1, 1});
    const int32_t end = pl_day_of_date((struct pl_date){r->year + 1, 1, 1});
    if (before == 0) {
        calendar->first_day = first;
    }
    if (end - calendar->first_day > PL_CALENDAR_DAYS_MAX) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_TOO_MANY,
                          "a calendar of more than %d days", PL_CALENDAR_DAYS_MAX);
        return false;
    }
    calendar->day_count = (uint32_t)(end - calendar->first_day);
    for (int32_t day = first; day < end; day++) {
        set_working(calendar, day, !is_weekend(r, day));
    }
    return true;
}

static void set_years(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    static const struct pl_key keys[] = {
        {"source", true, set_source}, {"holidays", true, set_holidays}, {"work", false, set_work}};
    struct reading *r = object;

    if (!pl_load_is_map(l, node, "`years`")) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        if (open_year(l, r, entry)) {
            pl_load_map(l, entry, PL_KEYS("a year", keys), r);
        }
    }
}

static void set_weekend(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    const uint32_t mistakes = pl_load_mistakes(l);
    struct reading *r = object;

    if (node->kind == PL_YAML_LIST && node->count == 0) {
        r->weekend_known = true;
        return;
    }
    const struct pl_yaml *items[7];
    const unsigned count = pl_load_list(l, node, items, 7);
    for (unsigned i = 0; i < count; i++) {
        unsigned day = 0;
        if (pl_load_word(l, items[i], weekdays, 7, &day)) {
            r->weekend |= (uint8_t)(1u << day);
        }
    }
    r->weekend_known = pl_load_mistakes(l) == mistakes;
}

static void set_version(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    int64_t version = 0;

    if (pl_load_int(l, node, 1, UINT16_MAX, &version)) {
        r->calendar->version = (uint32_t)version;
    }
}

/* "+08:00"; YAML 1.1 would read it as a number, so people put it in quotes. */
static void set_zone(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    const char *at = node->text.at;
    uint8_t hours = 0;
    uint8_t minutes = 0;

    if (node->kind == PL_YAML_SCALAR && node->text.len == 6 && (at[0] == '+' || at[0] == '-') &&
        two_digits(at + 1, &hours) && at[3] == ':' && two_digits(at + 4, &minutes) && hours <= 14 &&
        minutes < 60) {
        const int32_t offset = hours * 60 + minutes;
        r->calendar->zone_minutes = at[0] == '-' ? -offset : offset;
        return;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_ZONE,
                                       "`zone` is no offset from UTC");
    pl_diag_hint(diag, "Write `zone: \"+08:00\"`.");
}

static void set_id(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct reading *r = object;
    struct pl_text id = {0};
    char name[PL_BUNDLE_NAME_SIZE];

    if (!pl_load_id(l, node, &id)) {
        return;
    }
    pl_bundle_calendar_name(id, name);
    const struct pl_text file = l->bundle->files[l->file].name;
    if (!pl_text_is(file, name) || id.len >= sizeof(r->calendar->id)) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_FILE_NAME,
                        "calendar `%.*s` stands in a file with another name", (int)id.len, id.at);
        pl_diag_hint(diag, "Write the name of the file without `.yaml`, at most %zu characters.",
                     sizeof(r->calendar->id) - 1);
        return;
    }
    memcpy(r->calendar->id, id.at, id.len);
}

static void set_title(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_title title = {0};

    (void)object;
    pl_load_title(l, node, &title);
}

void pl_load_calendar(struct pl_load *l, const struct pl_yaml *root, struct pl_calendar *calendar)
{
    /* `weekend` before `years`: the days of a year begin with it. */
    static const struct pl_key keys[] = {
        {"calendar", true, set_id},     {"title", true, set_title},     {"zone", true, set_zone},
        {"version", true, set_version}, {"weekend", true, set_weekend}, {"years", true, set_years},
    };
    struct reading r = {.calendar = calendar};

    l->file = l->calendar_file;
    pl_load_map(l, root, PL_KEYS("a calendar", keys), &r);
    pl_calendar_seal(calendar);
    l->file = 0;
}
