/* The engine's calendars and working-day arithmetic as a filter, for brute_force_test.py.
 *
 *     calendar_table working|plain CALENDAR_FILE COUNT_MAX
 *
 * Loads the calendar as the engine does. Prints a line for each of its days as the day of the
 * event: the ends of the limits of 1 to COUNT_MAX days, in milliseconds, with a "+" behind those
 * that the calendar does not cover. */
#include <inttypes.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "definition/definition.h"
#include "model/calendar.h"

#define FILE_MAX (1u << 20)

static struct pl_calendar calendar;

_Noreturn static void refuse(const char *what)
{
    (void)fprintf(stderr, "calendar_table: bad %s\n", what);
    exit(2);
}

static void load(const char *path)
{
    static char text[FILE_MAX];
    FILE *file = fopen(path, "rb");
    struct pl_diags *diags = pl_diags_new();

    if (file == NULL || diags == NULL) {
        refuse(path);
    }
    const size_t size = fread(text, 1, sizeof text, file);
    (void)fclose(file);
    const struct pl_text yaml = {text, (uint32_t)size};
    if (pl_calendar_load(yaml, "calendars/cn.yaml", diags, &calendar) != PLACET_OK) {
        refuse(diags->list[0].message);
    }
    free(diags);
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
    if (argc != 4) {
        refuse("arguments");
    }
    const enum pl_unit unit = strcmp(argv[1], "plain") == 0 ? PL_UNIT_DAYS : PL_UNIT_WORKING_DAYS;
    const unsigned long count_max = strtoul(argv[3], NULL, 10);

    load(argv[2]);
    for (uint32_t i = 0; i < calendar.day_count; i++) {
        print_row(calendar.first_day + (int32_t)i, unit, (uint32_t)count_max);
    }
    return fflush(stdout) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
