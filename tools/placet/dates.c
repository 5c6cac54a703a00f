#include "dates.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#define ZONE_MS   (INT64_C(8) * 3600 * 1000)
#define DAY_MS    (INT64_C(24) * 3600 * 1000)
#define MINUTE_MS INT64_C(60000)
#define LAST_MS   (INT64_C(253402300800000) - ZONE_MS - 1) /* of 9999-12-31 in that zone */

struct day {
    int64_t year;
    unsigned month;
    unsigned day;
};

/* Days since 1970-01-01 to a date: the year is taken to begin in March, so that the leap day is its
 * last; 400 years have 146097 days. */
static struct day day_of(int64_t days)
{
    const int64_t shifted = days + 719468;
    const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    const unsigned of_era = (unsigned)(shifted - era * 146097);
    const unsigned year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    const unsigned of_year = of_era - (365 * year + year / 4 - year / 100);
    const unsigned month = (5 * of_year + 2) / 153;
    struct day day = {.day = of_year - (153 * month + 2) / 5 + 1,
                      .month = month < 10 ? month + 3 : month - 9};

    day.year = (int64_t)year + era * 400 + (day.month <= 2 ? 1 : 0);
    return day;
}

static int64_t floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0 ? 1 : 0);
}

/* The inverse of day_of. */
static int64_t days_of(int64_t year, unsigned month, unsigned day)
{
    year -= month <= 2 ? 1 : 0;
    const int64_t era = floor_div(year, 400);
    const int64_t of_era = year - era * 400;
    const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool pl_cli_is_date(const char *text)
{
    static const unsigned lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    int used = 0;

    if (strlen(text) != PL_CLI_DATE_SIZE - 1 ||
        sscanf(text, "%4u-%2u-%2u%n", &year, &month, &day, &used) != 3 ||
        used != PL_CLI_DATE_SIZE - 1 || month < 1 || month > 12) {
        return false;
    }
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= lengths[month - 1] + (month == 2 && leap ? 1 : 0);
}

static void write_date(int64_t days, char out[PL_CLI_DATE_SIZE])
{
    const struct day day = day_of(days);
    char text[PL_CLI_TIME_SIZE];

    (void)snprintf(text, sizeof text, "%04d-%02u-%02u", (int)(day.year % 10000), day.month,
                   day.day);
    memcpy(out, text, PL_CLI_DATE_SIZE - 1);
    out[PL_CLI_DATE_SIZE - 1] = '\0';
}

void pl_cli_today(char out[PL_CLI_DATE_SIZE])
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    write_date(floor_div((int64_t)now.tv_sec * 1000 + ZONE_MS, DAY_MS), out);
}

/* A time beyond the year 9999, such as a limit that no calendar reaches: "9999-12-31+". */
static bool write_beyond(int64_t at_ms, char out[PL_CLI_TIME_SIZE])
{
    const bool beyond = at_ms > LAST_MS;

    if (beyond) {
        (void)snprintf(out, PL_CLI_TIME_SIZE, "9999-12-31+");
    }
    return beyond;
}

/* Milliseconds since the epoch as "2026-05-11"; "" for 0. */
static void format_date(int64_t at_ms, char out[PL_CLI_TIME_SIZE])
{
    out[0] = '\0';
    if (at_ms != 0 && !write_beyond(at_ms, out)) {
        write_date(floor_div(at_ms + ZONE_MS, DAY_MS), out);
    }
}

void pl_cli_time(int64_t at_ms, char out[PL_CLI_TIME_SIZE])
{
    char date[PL_CLI_DATE_SIZE];

    out[0] = '\0';
    if (at_ms == 0 || write_beyond(at_ms, out)) {
        return;
    }
    const int64_t days = floor_div(at_ms + ZONE_MS, DAY_MS);
    const int minutes = (int)((at_ms + ZONE_MS - days * DAY_MS) / MINUTE_MS);
    write_date(days, date);
    (void)snprintf(out, PL_CLI_TIME_SIZE, "%s %02d:%02d", date, minutes / 60, minutes % 60);
}

void pl_cli_due(int64_t due_ms, char out[PL_CLI_TIME_SIZE])
{
    if (write_beyond(due_ms, out)) {
        return;
    }
    const int64_t left = (due_ms + ZONE_MS) % DAY_MS;

    if (left == 0 || left == DAY_MS - 1) {
        format_date(due_ms - (left == 0 ? 1 : 0), out);
    } else {
        pl_cli_time(due_ms, out);
    }
}

void pl_cli_time_utc(int64_t at_ms, char out[PL_CLI_TIME_SIZE])
{
    at_ms = at_ms < LAST_MS ? at_ms : LAST_MS; /* RFC 3339 has years of four digits */
    char date[PL_CLI_DATE_SIZE];
    const int64_t days = floor_div(at_ms, DAY_MS);
    const int64_t of_day = at_ms - days * DAY_MS;

    write_date(days, date);
    (void)snprintf(out, PL_CLI_TIME_SIZE, "%sT%02d:%02d:%02d.%03dZ", date, (int)(of_day / 3600000),
                   (int)(of_day / 60000 % 60), (int)(of_day / 1000 % 60), (int)(of_day % 1000));
}

int64_t pl_cli_parse_utc(const char *text)
{
    unsigned year = 0;
    unsigned month = 0;
    unsigned day = 0;
    unsigned hour = 0;
    unsigned minute = 0;
    unsigned second = 0;
    unsigned ms = 0;

    if (sscanf(text, "%4u-%2u-%2uT%2u:%2u:%2u.%3uZ", &year, &month, &day, &hour, &minute, &second,
               &ms) != 7) {
        return 0;
    }
    return days_of(year, month, day) * DAY_MS + (int64_t)hour * 3600000 + (int64_t)minute * 60000 +
           (int64_t)second * 1000 + ms;
}
