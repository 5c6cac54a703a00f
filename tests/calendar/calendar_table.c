/* The engine's working-day arithmetic as a filter, for brute_force_test.py.
 *
 *     calendar_table working|plain FIRST_DATE LAST_DATE COUNT_MAX < DAYS
 *
 * DAYS has a line "2026-02-14 work" or "2026-02-16 off" for each day that is not as its weekday
 * says; the table goes from FIRST_DATE to LAST_DATE. Prints a line for each of these days as the
 * day of the event: the ends of the limits of 1 to COUNT_MAX days, in milliseconds, with a "+"
 * behind those that the table does not cover. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "model/calendar.h"

static struct pl_calendar calendar = {.zone_minutes = 480};

_Noreturn static void refuse(const char *what)
{
    (void)fprintf(stderr, "calendar_table: bad %s\n", what);
    exit(2);
}

static int32_t day_of(const char *text)
{
    struct pl_date date;

    if (!pl_date_parse(pl_text_of(text), &date)) {
        refuse(text);
    }
    return pl_day_of_date(date);
}

static void set_working(int32_t day, bool working)
{
    const uint32_t index = (uint32_t)(day - calendar.first_day);
    const uint8_t bit = (uint8_t)(1U << index % 8);

    if (day < calendar.first_day || index >= calendar.day_count) {
        refuse("day outside the table");
    }
    calendar.working[index / 8] &= (uint8_t)~bit;
    calendar.working[index / 8] |= working ? bit : 0;
}

static void read_calendar(const char *first_date, const char *last_date)
{
    char date[16];
    char kind[8];

    calendar.first_day = day_of(first_date);
    calendar.day_count = (uint32_t)(day_of(last_date) - calendar.first_day + 1);
    if (calendar.day_count > PL_CALENDAR_DAYS_MAX) {
        refuse("range");
    }
    for (uint32_t i = 0; i < calendar.day_count; i++) {
        const int32_t day = calendar.first_day + (int32_t)i;
        set_working(day, pl_weekday(day) <= 5);
    }
    while (scanf("%15s %7s", date, kind) == 2) {
        set_working(day_of(date), strcmp(kind, "work") == 0);
    }
    pl_calendar_seal(&calendar);
}

static void print_row(int32_t day, enum pl_unit unit, uint32_t count_max)
{
    /* Some moment of the day; which one must not matter. */
    const int64_t at_ms =
        pl_ms_of_day(day, calendar.zone_minutes) + (int64_t)day * 7919000 % PL_DAY_MS;

    for (uint32_t n = 1; n <= count_max; n++) {
        const struct pl_deadline end =
            pl_calendar_deadline(&calendar, at_ms, (struct pl_span){n, unit});
        printf("%s%" PRId64 "%s", n == 1 ? "" : " ", end.due_ms, end.beyond ? "+" : "");
    }
    (void)putchar('\n');
}

int main(int argc, char **argv)
{
    if (argc != 5) {
        refuse("arguments");
    }
    const enum pl_unit unit = strcmp(argv[1], "plain") == 0 ? PL_UNIT_DAYS : PL_UNIT_WORKING_DAYS;
    const unsigned long count_max = strtoul(argv[4], NULL, 10);

    read_calendar(argv[2], argv[3]);
    for (uint32_t i = 0; i < calendar.day_count; i++) {
        print_row(calendar.first_day + (int32_t)i, unit, (uint32_t)count_max);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
