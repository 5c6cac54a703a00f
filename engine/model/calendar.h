/* Working-day arithmetic, pure.
 *
 * A calendar is a table of days: working or not, from `first_day` for `day_count` days, in a zone
 * of fixed offset. The day of the event is excluded, a limit ends with the end of its last working
 * day (Civil Code of the PRC art. 201, 203). Outside the table weekends are off and the result says
 * `beyond`, because the holidays of a year are published in the autumn before it. A limit in plain
 * days whose last day is not a working day ends with the next working day (art. 203). */
#ifndef PL_MODEL_CALENDAR_H
#define PL_MODEL_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#define PL_CALENDAR_DAYS_MAX 16384 /* 44 years; the known data begin with 2015 */

struct pl_calendar {
    char id[32];
    uint32_t version;
    int32_t zone_minutes;
    int32_t first_day; /* days since 1970-01-01, local */
    uint32_t day_count;
    uint8_t working[PL_CALENDAR_DAYS_MAX / 8]; /* bit set = working day */
    uint32_t before[PL_CALENDAR_DAYS_MAX / 64 +
                    1]; /* working days before each word of 64 days: makes counts O(1) */
};

enum pl_unit {
    PL_UNIT_WORKING_DAYS,
    PL_UNIT_DAYS,
    PL_UNIT_HOURS,
    PL_UNIT_MINUTES,
    PL_UNIT_SECONDS,
    PL_UNIT_MONTHS, /* end with the day of the same number, or the last of the month (Civil Code
                       art. 202) */
    PL_UNIT_YEARS
};

struct pl_span {
    uint32_t count;
    enum pl_unit unit;
};

/* Time that a limit leaves out because its clock stood still, in each of the units that a limit may
 * have: working days for working days, days for days, months and years, the time for the others. */
struct pl_left_out {
    uint32_t working_days;
    uint32_t days;
    int64_t ms;
};

struct pl_deadline {
    int64_t due_ms; /* the first millisecond after the limit: end of the last day, or the exact
                       moment for hours and less */
    int32_t day;    /* last day of the limit */
    bool beyond;    /* reached past the calendar's table */
};

/* Fills `before` after `working` was set. */
void pl_calendar_seal(struct pl_calendar *calendar);

bool pl_calendar_is_working(const struct pl_calendar *calendar, int32_t day);

/* Working days in (from, to]; negative when to < from. */
int32_t pl_calendar_working_days(const struct pl_calendar *calendar, int32_t from_day,
                                 int32_t to_day);

/* The n-th working day after `day`; n = 0 gives the day itself. `beyond` when a day that was
 * counted lies outside the table. Days past INT32_MAX are given as INT32_MAX. */
int32_t pl_calendar_add(const struct pl_calendar *calendar, int32_t day, uint32_t n,
                        bool *beyond_out);

/* The n-th working day before `day`; n = 0 gives the day itself. Days before
 * INT32_MIN are given as INT32_MIN. */
int32_t pl_calendar_subtract(const struct pl_calendar *calendar, int32_t day, uint32_t n);

/* End of a limit that begins at `at_ms`. */
struct pl_deadline pl_calendar_deadline(const struct pl_calendar *calendar, int64_t at_ms,
                                        struct pl_span limit);

/* The same for a limit whose clock stood still meanwhile. */
struct pl_deadline pl_calendar_deadline_without(const struct pl_calendar *calendar, int64_t at_ms,
                                                struct pl_span limit,
                                                const struct pl_left_out *left_out);

/* End of a limit that is extended: of the same unit both are one longer limit, otherwise the
 * extension begins with the end of the limit. */
struct pl_deadline pl_calendar_deadline_extended(const struct pl_calendar *calendar, int64_t at_ms,
                                                 struct pl_span limit, struct pl_span extension,
                                                 const struct pl_left_out *left_out);

/* When so much is left before `due_ms`, the end of a limit: by days, the end of the day after which
 * that many are left (a working day, for working days). */
int64_t pl_calendar_before(const struct pl_calendar *calendar, int64_t due_ms, struct pl_span span);

#endif
