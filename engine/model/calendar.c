#include "model/calendar.h"

#include <endian.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"

#define WORD_DAYS       64
#define MONTHS_YEAR_MAX 9999

/* The bits of 64 days, the first day lowest. */
static uint64_t word_at(const struct pl_calendar *calendar, uint32_t word)
{
    uint64_t bits;

    memcpy(&bits, calendar->working + (size_t)word * sizeof bits, sizeof bits);
    return le64toh(bits);
}

/* Bits set in bytes 0 to i, in byte i: counted side by side, since the compiler's own popcount is a
 * call where the machine is not known to have one. */
static uint64_t counts_of_bytes(uint64_t bits)
{
    uint64_t counts = bits - (bits >> 1 & UINT64_C(0x5555555555555555));

    counts = (counts & UINT64_C(0x3333333333333333)) + (counts >> 2 & UINT64_C(0x3333333333333333));
    counts = (counts + (counts >> 4)) & UINT64_C(0x0f0f0f0f0f0f0f0f);
    return counts * UINT64_C(0x0101010101010101);
}

static uint32_t bit_count(uint64_t bits)
{
    return (uint32_t)(counts_of_bytes(bits) >> 56);
}

/* Number of the n-th bit that is set, n from 1. */
static unsigned select_bit(uint64_t bits, uint32_t n)
{
    const uint64_t counts = counts_of_bytes(bits);
    unsigned shift = 0;

    while ((counts >> shift & 0xff) < n) {
        shift += 8;
    }
    n -= shift > 0 ? (uint32_t)(counts >> (shift - 8) & 0xff) : 0;
    bits >>= shift;
    for (; n > 1; n--) {
        bits &= bits - 1;
    }
    return shift + (unsigned)__builtin_ctzll(bits);
}

/* Working days of the table before the day with this index. */
static uint32_t count_before(const struct pl_calendar *calendar, uint32_t index)
{
    const uint32_t word = index / WORD_DAYS;
    const uint32_t rest = index % WORD_DAYS;
    uint32_t count = calendar->before[word];

    if (rest > 0) {
        count += bit_count(word_at(calendar, word) & ((UINT64_C(1) << rest) - 1));
    }
    return count;
}

void pl_calendar_seal(struct pl_calendar *calendar)
{
    const uint32_t words = PL_CALENDAR_DAYS_MAX / WORD_DAYS;
    uint32_t count = 0;

    PL_CHECK(calendar->day_count <= PL_CALENDAR_DAYS_MAX);
    for (uint32_t word = 0; word < words; word++) {
        calendar->before[word] = count;
        count += bit_count(word_at(calendar, word));
    }
    calendar->before[words] = count;
}

/* One past the last day of the table. */
static int64_t end_day(const struct pl_calendar *calendar)
{
    return (int64_t)calendar->first_day + calendar->day_count;
}

static bool covers(const struct pl_calendar *calendar, int64_t day)
{
    return day >= calendar->first_day && day < end_day(calendar);
}

bool pl_calendar_is_working(const struct pl_calendar *calendar, int32_t day)
{
    if (!covers(calendar, day)) {
        return pl_weekday(day) <= 5;
    }
    const uint32_t index = (uint32_t)((int64_t)day - calendar->first_day);
    return (calendar->working[index / 8] >> (index % 8) & 1) != 0;
}

/* Mondays to Fridays from a Monday long ago up to and including the day. */
static int64_t weekdays_until(int64_t day)
{
    const int64_t since_monday = day + 3; /* 1969-12-29 */
    const int64_t weeks = since_monday / 7 - (since_monday % 7 < 0);
    const int64_t rest = since_monday - weeks * 7 + 1;

    return weeks * 5 + (rest < 5 ? rest : 5);
}

/* Working days from the first day of the table up to and including `day`; before the table negative
 * or zero. */
static int64_t working_until(const struct pl_calendar *calendar, int64_t day)
{
    const int64_t end = end_day(calendar);

    if (day < calendar->first_day) {
        return weekdays_until(day) - weekdays_until((int64_t)calendar->first_day - 1);
    }
    if (day < end) {
        return count_before(calendar, (uint32_t)(day - calendar->first_day) + 1);
    }
    return count_before(calendar, calendar->day_count) + weekdays_until(day) -
           weekdays_until(end - 1);
}

int32_t pl_calendar_working_days(const struct pl_calendar *calendar, int32_t from_day,
                                 int32_t to_day)
{
    return (int32_t)(working_until(calendar, to_day) - working_until(calendar, from_day));
}

/* The n-th Monday to Friday after the day; n < 1 counts back from the last one up to it. */
static int64_t add_weekdays(int64_t day, int64_t n)
{
    const int64_t weekdays = weekdays_until(day) + n;
    const int64_t weeks = (weekdays - 1) / 5 - ((weekdays - 1) % 5 < 0);

    return weeks * 7 + (weekdays - 1 - weeks * 5) - 3;
}

/* The day of the table with the n-th of its `known` working days, n from 1. Years are much alike:
 * the word where it would stand if all days were is at most a few away. */
static int64_t nth_of_table(const struct pl_calendar *calendar, uint32_t n, uint32_t known)
{
    uint32_t word = (uint32_t)((uint64_t)n * calendar->day_count / known / WORD_DAYS);

    while (calendar->before[word] >= n) {
        word--;
    }
    while (word + 1 < PL_CALENDAR_DAYS_MAX / WORD_DAYS && calendar->before[word + 1] < n) {
        word++;
    }
    return (int64_t)calendar->first_day + word * WORD_DAYS +
           select_bit(word_at(calendar, word), n - calendar->before[word]);
}

/* The working day with this number, where the first of the table is 1. */
static int64_t nth_working(const struct pl_calendar *calendar, int64_t n)
{
    const uint32_t known = count_before(calendar, calendar->day_count);

    if (n < 1) {
        return add_weekdays((int64_t)calendar->first_day - 1, n);
    }
    return n <= known ? nth_of_table(calendar, (uint32_t)n, known)
                      : add_weekdays(end_day(calendar) - 1, n - known);
}

int32_t pl_calendar_add(const struct pl_calendar *calendar, int32_t day, uint32_t n,
                        bool *beyond_out)
{
    const int64_t result = n > 0 ? nth_working(calendar, working_until(calendar, day) + n) : day;

    *beyond_out = n > 0 && (!covers(calendar, (int64_t)day + 1) || !covers(calendar, result));
    return result > INT32_MAX ? INT32_MAX : (int32_t)result;
}

int32_t pl_calendar_subtract(const struct pl_calendar *calendar, int32_t day, uint32_t n)
{
    if (n == 0) {
        return day;
    }
    const int64_t last = working_until(calendar, (int64_t)day - 1);
    const int64_t result = nth_working(calendar, last + 1 - n);

    return result < INT32_MIN ? INT32_MIN : (int32_t)result;
}

/* The day itself if it is a working day, else the next one. */
static int32_t first_working_day_from(const struct pl_calendar *calendar, int32_t day,
                                      bool *beyond_out)
{
    if (pl_calendar_is_working(calendar, day)) {
        *beyond_out = !covers(calendar, day);
        return day;
    }
    return pl_calendar_add(calendar, day, 1, beyond_out);
}

/* The day of the same number so many months later, or the last of that month. */
static int64_t add_months(int32_t day, int64_t months)
{
    struct pl_date date = pl_date_of_day(day);
    const int64_t month = (int64_t)date.year * 12 + date.month - 1 + months;

    if (month / 12 > MONTHS_YEAR_MAX) {
        return INT32_MAX;
    }
    if (month < 12) {
        return INT32_MIN;
    }
    date.year = (int32_t)(month / 12);
    date.month = (uint8_t)(month % 12 + 1);
    const int32_t first = pl_day_of_date((struct pl_date){date.year, date.month, 1});
    const int32_t next =
        date.month == 12
            ? pl_day_of_date((struct pl_date){date.year + 1, 1, 1})
            : pl_day_of_date((struct pl_date){date.year, (uint8_t)(date.month + 1), 1});

    return first + date.day - 1 < next ? first + date.day - 1 : next - 1;
}

static int64_t add_plain(int32_t event_day, struct pl_span limit)
{
    if (limit.unit == PL_UNIT_MONTHS) {
        return add_months(event_day, limit.count);
    }
    if (limit.unit == PL_UNIT_YEARS) {
        return add_months(event_day, (int64_t)limit.count * 12);
    }
    return (int64_t)event_day + limit.count;
}

static bool is_by_days(enum pl_unit unit)
{
    return unit == PL_UNIT_WORKING_DAYS || unit == PL_UNIT_DAYS || unit == PL_UNIT_MONTHS ||
           unit == PL_UNIT_YEARS;
}

static int32_t last_day(const struct pl_calendar *calendar, int32_t event_day, struct pl_span limit,
                        const struct pl_left_out *left_out, bool *beyond_out)
{
    if (limit.unit == PL_UNIT_WORKING_DAYS) {
        return pl_calendar_add(calendar, event_day, limit.count + left_out->working_days,
                               beyond_out);
    }
    if (limit.count == 0 && left_out->days == 0) {
        *beyond_out = false;
        return event_day;
    }
    const int64_t day = add_plain(event_day, limit) + left_out->days;
    return first_working_day_from(calendar, day > INT32_MAX ? INT32_MAX : (int32_t)day, beyond_out);
}

static int64_t unit_ms(enum pl_unit unit)
{
    switch (unit) {
    case PL_UNIT_HOURS:
        return PL_HOUR_MS;
    case PL_UNIT_MINUTES:
        return 60000;
    case PL_UNIT_SECONDS:
        return 1000;
    case PL_UNIT_WORKING_DAYS:
    case PL_UNIT_DAYS:
    case PL_UNIT_MONTHS:
    case PL_UNIT_YEARS:
        break;
    }
    PL_UNREACHABLE();
}

struct pl_deadline pl_calendar_deadline_without(const struct pl_calendar *calendar, int64_t at_ms,
                                                struct pl_span limit,
                                                const struct pl_left_out *left_out)
{
    const int32_t zone = calendar->zone_minutes;
    struct pl_deadline deadline;

    if (is_by_days(limit.unit)) {
        const int32_t event_day = pl_day_of_ms(at_ms, zone);
        deadline.day = last_day(calendar, event_day, limit, left_out, &deadline.beyond);
        deadline.due_ms = pl_ms_of_day(deadline.day, zone) + PL_DAY_MS;
        return deadline;
    }
    deadline.due_ms = at_ms + limit.count * unit_ms(limit.unit) + left_out->ms;
    deadline.day = pl_day_of_ms(deadline.due_ms - (limit.count > 0), zone);
    deadline.beyond = false;
    return deadline;
}

struct pl_deadline pl_calendar_deadline(const struct pl_calendar *calendar, int64_t at_ms,
                                        struct pl_span limit)
{
    static const struct pl_left_out nothing;

    return pl_calendar_deadline_without(calendar, at_ms, limit, &nothing);
}

struct pl_deadline pl_calendar_deadline_extended(const struct pl_calendar *calendar, int64_t at_ms,
                                                 struct pl_span limit, struct pl_span extension,
                                                 const struct pl_left_out *left_out)
{
    if (limit.unit == extension.unit) {
        limit.count += extension.count;
        return pl_calendar_deadline_without(calendar, at_ms, limit, left_out);
    }
    const struct pl_deadline first = pl_calendar_deadline_without(calendar, at_ms, limit, left_out);
    /* Days are counted after the last day of the limit, not after the midnight that ends it. */
    struct pl_deadline deadline =
        pl_calendar_deadline(calendar, first.due_ms - is_by_days(extension.unit), extension);

    deadline.beyond |= first.beyond;
    return deadline;
}

static int64_t day_before(const struct pl_calendar *calendar, int32_t day, struct pl_span span)
{
    if (span.unit == PL_UNIT_WORKING_DAYS) {
        return nth_working(calendar, working_until(calendar, day) - span.count);
    }
    if (span.unit == PL_UNIT_MONTHS) {
        return add_months(day, -(int64_t)span.count);
    }
    if (span.unit == PL_UNIT_YEARS) {
        return add_months(day, -(int64_t)span.count * 12);
    }
    return (int64_t)day - span.count;
}

int64_t pl_calendar_before(const struct pl_calendar *calendar, int64_t due_ms, struct pl_span span)
{
    const int32_t zone = calendar->zone_minutes;

    if (span.count == 0) {
        return due_ms;
    }
    if (!is_by_days(span.unit)) {
        return due_ms - span.count * unit_ms(span.unit);
    }
    const int64_t day = day_before(calendar, pl_day_of_ms(due_ms - 1, zone), span);

    return pl_ms_of_day(day < INT32_MIN ? INT32_MIN : (int32_t)day, zone) + PL_DAY_MS;
}
