#include "base/time.h"

#include <stdio.h>
#include <string.h>

#include "base/check.h"

/* Days are counted in years that begin with March, so that the leap day is the last of its year,
 * from the 1st of March of the year 0. The calendar repeats after 400 years. */
#define DAYS_OF_400_YEARS 146097
#define DAYS_OF_100_YEARS 36524 /* without the leap day of the fourth century */
#define DAYS_OF_4_YEARS   1461
#define EPOCH_DAY         719468 /* 1970-01-01 */

/* Beyond what the wire can carry (2^53 - 1); about 285,000 years. */
#define TIME_MS_MAX       ((INT64_C(1) << 53) - 1)

static int64_t floor_divide(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

/* Days from the 1st of March to the 1st of the month; months 0 = March to 11 = February. The months
 * from March on have 31 30 31 30 31 days, twice and a bit: 153 days in five months. */
static int32_t days_before_month(int32_t month)
{
    return (153 * month + 2) / 5;
}

int32_t pl_day_of_date(struct pl_date date)
{
    PL_CHECK(date.month >= 1 && date.month <= 12 && date.day >= 1 && date.day <= 31);

    const int64_t year = (int64_t)date.year - (date.month < 3);
    const int32_t month = (date.month + 9) % 12;
    const int64_t cycle = floor_divide(year, 400);
    const int64_t year_of_cycle = year - cycle * 400;
    const int64_t day_of_cycle = year_of_cycle * 365 + year_of_cycle / 4 - year_of_cycle / 100 +
                                 days_before_month(month) + date.day - 1;
    const int64_t day = cycle * DAYS_OF_400_YEARS + day_of_cycle - EPOCH_DAY;
    PL_CHECK(day >= INT32_MIN && day <= INT32_MAX);
    return (int32_t)day;
}

struct pl_date pl_date_of_day(int32_t day)
{
    const int64_t days = (int64_t)day + EPOCH_DAY;
    const int64_t cycle = floor_divide(days, DAYS_OF_400_YEARS);
    int32_t rest = (int32_t)(days - cycle * DAYS_OF_400_YEARS);

    /* The last day of four centuries and of four years is the leap day: the division would take it
     * for the first of one more. */
    const int32_t century = rest / DAYS_OF_100_YEARS - rest / (DAYS_OF_400_YEARS - 1);
    rest -= century * DAYS_OF_100_YEARS;
    const int32_t leap_cycle = rest / DAYS_OF_4_YEARS;
    rest -= leap_cycle * DAYS_OF_4_YEARS;
    const int32_t year = rest / 365 - rest / (DAYS_OF_4_YEARS - 1);
    rest -= year * 365;

    const int32_t month = (5 * rest + 2) / 153;
    const int64_t whole_year = cycle * 400 + century * 100 + leap_cycle * 4 + year;
    return (struct pl_date){
        .year = (int32_t)(whole_year + (month >= 10)),
        .month = (uint8_t)(month < 10 ? month + 3 : month - 9),
        .day = (uint8_t)(rest - days_before_month(month) + 1),
    };
}

static int64_t bounded(int64_t at_ms)
{
    if (at_ms > TIME_MS_MAX) {
        return TIME_MS_MAX;
    }
    return at_ms < -TIME_MS_MAX ? -TIME_MS_MAX : at_ms;
}

int32_t pl_day_of_ms(int64_t at_ms, int32_t zone_minutes)
{
    const int64_t local_ms = bounded(at_ms) + (int64_t)zone_minutes * 60000;

    return (int32_t)floor_divide(local_ms, PL_DAY_MS);
}

int64_t pl_ms_of_day(int32_t day, int32_t zone_minutes)
{
    return day * PL_DAY_MS - (int64_t)zone_minutes * 60000;
}

unsigned pl_weekday(int32_t day)
{
    /* 1970-01-01 was a Thursday. */
    const int64_t since_monday = (int64_t)day + 3;

    return (unsigned)(since_monday - floor_divide(since_monday, 7) * 7) + 1;
}

/* The number of exactly `len` digits, or -1. */
static int32_t digits(const char *at, size_t len)
{
    int32_t number = 0;

    for (size_t i = 0; i < len; i++) {
        if (at[i] < '0' || at[i] > '9') {
            return -1;
        }
        number = number * 10 + (at[i] - '0');
    }
    return number;
}

bool pl_date_parse(struct pl_text text, struct pl_date *date_out)
{
    if (text.len != 10 || text.at[4] != '-' || text.at[7] != '-') {
        return false;
    }
    const int32_t year = digits(text.at, 4);
    const int32_t month = digits(text.at + 5, 2);
    const int32_t day = digits(text.at + 8, 2);
    if (year < 1 || month < 1 || month > 12 || day < 1 || day > 31) {
        return false;
    }

    /* A date that is not real (the 30th of February) comes back as another one. */
    const struct pl_date date = {year, (uint8_t)month, (uint8_t)day};
    const struct pl_date real = pl_date_of_day(pl_day_of_date(date));
    if (real.month != date.month || real.day != date.day) {
        return false;
    }
    *date_out = date;
    return true;
}

/* At least so many digits; returns how many. */
static size_t put_number(char *out, uint32_t value, size_t digits_min)
{
    char digits[10];
    size_t count = 0;

    for (; value != 0 || count < digits_min; value /= 10) {
        digits[count++] = (char)('0' + value % 10);
    }
    for (size_t i = 0; i < count; i++) {
        out[i] = digits[count - 1 - i];
    }
    return count;
}

/* By hand: the core writes days too, and printf is no pure function. */
void pl_date_format(struct pl_date date, char out[PL_DATE_TEXT_SIZE])
{
    const uint32_t parts[] = {date.month, date.day};
    size_t at = 0;

    if (date.year < 0) {
        out[at++] = '-';
    }
    at += put_number(out + at, (uint32_t)(date.year < 0 ? -date.year : date.year), 4);
    for (unsigned i = 0; i < 2; i++) {
        out[at++] = '-';
        at += put_number(out + at, parts[i], 2);
    }
    out[at] = '\0';
}

void pl_time_format(int64_t at_ms, int32_t zone_minutes, char out[PL_TIME_TEXT_SIZE])
{
    at_ms = bounded(at_ms);

    const int32_t day = pl_day_of_ms(at_ms, zone_minutes);
    const unsigned ms = (unsigned)(at_ms - pl_ms_of_day(day, zone_minutes));
    const unsigned offset = (unsigned)(zone_minutes < 0 ? -zone_minutes : zone_minutes);
    char date[PL_DATE_TEXT_SIZE];
    char zone[16] = "Z";

    pl_date_format(pl_date_of_day(day), date);
    if (zone_minutes != 0) {
        (void)snprintf(zone, sizeof zone, "%c%02u:%02u", zone_minutes < 0 ? '-' : '+',
                       offset / 60 % 100, offset % 60);
    }
    (void)snprintf(out, PL_TIME_TEXT_SIZE, "%sT%02u:%02u:%02u.%03u%s", date, ms / 3600000,
                   ms / 60000 % 60, ms / 1000 % 60, ms % 1000, zone);
}
