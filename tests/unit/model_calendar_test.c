#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/time.h"
#include "model/calendar.h"
#include "support/draw.h"

/* Where the data sets stand from which the facts below were taken; outside the sources, so that the
 * tests that need them are skipped where they are absent. */
#ifndef PLACET_SHARED_DIR
#define PLACET_SHARED_DIR PLACET_SOURCE_DIR "/../shared"
#endif

static struct pl_calendar calendar;

static int32_t day_of(const char *text)
{
    struct pl_date date;

    if (!pl_date_parse(pl_text_of(text), &date)) {
        fail_msg("not a date: %s", text);
    }
    return pl_day_of_date(date);
}

static void set_working(int32_t day, bool working)
{
    const uint32_t index = (uint32_t)(day - calendar.first_day);
    const uint8_t bit = (uint8_t)(1U << index % 8);

    assert_true(index < calendar.day_count);
    calendar.working[index / 8] &= (uint8_t)~bit;
    calendar.working[index / 8] |= working ? bit : 0;
}

/* A table of weeks without holidays. */
static void make_weeks(const char *first, const char *last)
{
    memset(&calendar, 0, sizeof calendar);
    calendar.zone_minutes = 480;
    calendar.first_day = day_of(first);
    calendar.day_count = (uint32_t)(day_of(last) - calendar.first_day + 1);
    for (int32_t day = calendar.first_day; day <= day_of(last); day++) {
        set_working(day, pl_weekday(day) <= 5);
    }
}

static void set_range(const char *first, const char *last, bool working)
{
    for (int32_t day = day_of(first); day <= day_of(last); day++) {
        set_working(day, working);
    }
}

/* The notices of the General Office of the State Council for 2024, 2025 and 2026. */
static void make_cn(void)
{
    static const char *const off[][2] = {
        {"2024-01-01", "2024-01-01"}, {"2024-02-10", "2024-02-17"}, {"2024-04-04", "2024-04-06"},
        {"2024-05-01", "2024-05-05"}, {"2024-06-10", "2024-06-10"}, {"2024-09-15", "2024-09-17"},
        {"2024-10-01", "2024-10-07"}, {"2025-01-01", "2025-01-01"}, {"2025-01-28", "2025-02-04"},
        {"2025-04-04", "2025-04-06"}, {"2025-05-01", "2025-05-05"}, {"2025-05-31", "2025-06-02"},
        {"2025-10-01", "2025-10-08"}, {"2026-01-01", "2026-01-03"}, {"2026-02-15", "2026-02-23"},
        {"2026-04-04", "2026-04-06"}, {"2026-05-01", "2026-05-05"}, {"2026-06-19", "2026-06-21"},
        {"2026-09-25", "2026-09-27"}, {"2026-10-01", "2026-10-07"},
    };
    static const char *const work[] = {
        "2024-02-04", "2024-02-18", "2024-04-07", "2024-04-28", "2024-05-11",
        "2024-09-14", "2024-09-29", "2024-10-12", "2025-01-26", "2025-02-08",
        "2025-04-27", "2025-09-28", "2025-10-11", "2026-01-04", "2026-02-14",
        "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10",
    };

    make_weeks("2024-01-01", "2026-12-31");
    for (size_t i = 0; i < sizeof off / sizeof off[0]; i++) {
        set_range(off[i][0], off[i][1], false);
    }
    for (size_t i = 0; i < sizeof work / sizeof work[0]; i++) {
        set_range(work[i], work[i], true);
    }
    pl_calendar_seal(&calendar);
}

static void limit_is(const char *event, uint32_t n, const char *expected)
{
    bool beyond = true;
    const int32_t day = pl_calendar_add(&calendar, day_of(event), n, &beyond);

    if (day != day_of(expected) || beyond) {
        char text[PL_DATE_TEXT_SIZE];
        pl_date_format(pl_date_of_day(day), text);
        fail_msg("%u working days after %s: %s expected, %s given", n, event, expected, text);
    }
    assert_int_equal(pl_calendar_working_days(&calendar, day_of(event), day), n);
}

static void test_real_limits(void **state)
{
    (void)state;
    make_cn();
    limit_is("2024-02-05", 5, "2024-02-18"); /* a make-up Sunday counts, the holiday does not */
    limit_is("2024-02-09", 1, "2024-02-18");
    limit_is("2024-02-18", 1, "2024-02-19"); /* the event on a make-up Sunday */
    limit_is("2024-04-03", 20, "2024-05-06");
    limit_is("2024-09-12", 10, "2024-09-27");
    limit_is("2024-09-27", 20, "2024-10-30");
    limit_is("2024-12-31", 1, "2025-01-02");
    limit_is("2025-01-27", 20, "2025-03-03");
    limit_is("2025-09-26", 20, "2025-10-30");
    limit_is("2025-12-31", 5, "2026-01-08");
    limit_is("2026-02-13", 10, "2026-03-05");
    limit_is("2026-09-24", 45, "2026-12-03"); /* joint handling */
    limit_is("2026-10-03", 0, "2026-10-03");
}

/* Civil Code art. 201 and 203: the day of the event is excluded, the limit ends at midnight. */
static void test_a_limit_ends_at_midnight_in_its_zone(void **state)
{
    (void)state;
    make_cn();
    const struct pl_span five = {5, PL_UNIT_WORKING_DAYS};
    const int64_t begin_ms = pl_ms_of_day(day_of("2024-02-05"), 480);
    const int64_t due_ms = pl_ms_of_day(day_of("2024-02-19"), 480);

    for (int64_t at_ms = begin_ms; at_ms < begin_ms + PL_DAY_MS; at_ms += PL_HOUR_MS / 2) {
        const struct pl_deadline end = pl_calendar_deadline(&calendar, at_ms, five);
        assert_int_equal(end.due_ms, due_ms);
        assert_int_equal(end.day, day_of("2024-02-18"));
        assert_false(end.beyond);
    }
    const struct pl_deadline last = pl_calendar_deadline(&calendar, begin_ms + PL_DAY_MS - 1, five);
    assert_int_equal(last.due_ms, due_ms);
    const struct pl_deadline next = pl_calendar_deadline(&calendar, begin_ms + PL_DAY_MS, five);
    assert_int_equal(next.day, day_of("2024-02-19"));
}

static void plain_limit_is(const char *event, uint32_t days, const char *expected)
{
    const struct pl_deadline end = pl_calendar_deadline(&calendar, pl_ms_of_day(day_of(event), 480),
                                                        (struct pl_span){days, PL_UNIT_DAYS});

    assert_int_equal(end.day, day_of(expected));
    assert_int_equal(end.due_ms, pl_ms_of_day(day_of(expected) + 1, 480));
    assert_false(end.beyond);
}

static void test_plain_days_move_off_holidays(void **state)
{
    (void)state;
    make_cn();
    plain_limit_is("2024-09-20", 7, "2024-09-27");
    plain_limit_is("2024-09-20", 8, "2024-09-29"); /* Saturday; the Sunday after it is worked */
    plain_limit_is("2024-09-20", 9, "2024-09-29"); /* a worked Sunday is a good last day */
    plain_limit_is("2024-09-20", 11, "2024-10-08");
    plain_limit_is("2024-10-03", 0, "2024-10-03"); /* no limit, nothing to move */
}

static void exact_limit_is(struct pl_span limit, int64_t span_ms)
{
    const int64_t at_ms = pl_ms_of_day(day_of("2024-09-30"), 480) + 22 * PL_HOUR_MS + 1;
    const struct pl_deadline end = pl_calendar_deadline(&calendar, at_ms, limit);

    assert_int_equal(end.due_ms, at_ms + span_ms);
    assert_int_equal(end.day, pl_day_of_ms(at_ms + span_ms - 1, 480));
    assert_false(end.beyond);
}

static void test_hours_and_less_are_exact(void **state)
{
    (void)state;
    make_cn();
    exact_limit_is((struct pl_span){1, PL_UNIT_HOURS}, PL_HOUR_MS);
    exact_limit_is((struct pl_span){100, PL_UNIT_HOURS}, 100 * PL_HOUR_MS);
    exact_limit_is((struct pl_span){90, PL_UNIT_MINUTES}, 90 * 60000);
    exact_limit_is((struct pl_span){45, PL_UNIT_SECONDS}, 45000);
    exact_limit_is((struct pl_span){UINT32_MAX, PL_UNIT_HOURS}, UINT32_MAX * PL_HOUR_MS);

    /* A limit that ends with the day ends on that day, not on the next. */
    const int64_t noon_ms = pl_ms_of_day(day_of("2024-09-30"), 480) + 12 * PL_HOUR_MS;
    const struct pl_span twelve = {12, PL_UNIT_HOURS};
    const struct pl_span none = {0, PL_UNIT_HOURS};
    assert_int_equal(pl_calendar_deadline(&calendar, noon_ms, twelve).day, day_of("2024-09-30"));
    assert_int_equal(pl_calendar_deadline(&calendar, noon_ms, none).due_ms, noon_ms);
}

static void test_past_the_table_weekends_are_off_and_it_says_so(void **state)
{
    (void)state;
    make_cn();
    bool beyond = true;

    assert_int_equal(pl_calendar_add(&calendar, day_of("2026-12-30"), 1, &beyond),
                     day_of("2026-12-31"));
    assert_false(beyond);
    assert_int_equal(pl_calendar_add(&calendar, day_of("2026-12-30"), 2, &beyond),
                     day_of("2027-01-01"));
    assert_true(beyond);
    assert_int_equal(pl_calendar_add(&calendar, day_of("2026-12-31"), 1, &beyond),
                     day_of("2027-01-01"));
    assert_true(beyond);
    assert_int_equal(pl_calendar_add(&calendar, day_of("2023-12-28"), 2, &beyond),
                     day_of("2024-01-02"));
    assert_true(beyond); /* the 29th was counted by guess */
    assert_int_equal(pl_calendar_add(&calendar, day_of("2023-12-31"), 1, &beyond),
                     day_of("2024-01-02"));
    assert_false(beyond);
    assert_true(pl_calendar_is_working(&calendar, day_of("2027-01-01")));
    assert_false(pl_calendar_is_working(&calendar, day_of("2027-01-02")));

    const int64_t at_ms = pl_ms_of_day(day_of("2026-12-30"), 480);
    assert_false(pl_calendar_deadline(&calendar, at_ms, (struct pl_span){1, PL_UNIT_DAYS}).beyond);
    assert_true(pl_calendar_deadline(&calendar, at_ms, (struct pl_span){2, PL_UNIT_DAYS}).beyond);
    assert_true(pl_calendar_deadline(&calendar, at_ms, (struct pl_span){4, PL_UNIT_DAYS}).beyond);
}

/* Limits that no law knows saturate; they do not wrap round into the past. */
static void test_absurd_limits(void **state)
{
    (void)state;
    make_cn();
    bool beyond = false;

    assert_int_equal(pl_calendar_add(&calendar, 0, UINT32_MAX, &beyond), INT32_MAX);
    assert_true(beyond);
    const struct pl_span days = {UINT32_MAX, PL_UNIT_DAYS};
    assert_true(pl_calendar_deadline(&calendar, 0, days).day >= INT32_MAX - 2);
    assert_int_equal(pl_calendar_add(&calendar, INT32_MAX, 1, &beyond), INT32_MAX);
    assert_true(pl_calendar_working_days(&calendar, INT32_MIN / 2, INT32_MAX / 2) > 1000000000);
}

static void make_random(struct draw *draw)
{
    static const uint32_t sizes[] = {0, 1, 63, 64, 65, 128, 1000, 4000, PL_CALENDAR_DAYS_MAX};

    memset(&calendar, 0, sizeof calendar);
    calendar.first_day = (int32_t)draw_below(draw, 40000) - 20000;
    calendar.day_count = sizes[draw_below(draw, sizeof sizes / sizeof sizes[0])];
    const uint32_t odds = 1 + draw_below(draw, 9); /* from hardly any working day to most */
    for (uint32_t i = 0; i < calendar.day_count; i++) {
        set_working(calendar.first_day + (int32_t)i, draw_below(draw, 10) < odds);
    }
    pl_calendar_seal(&calendar);
}

static bool in_table(int32_t day)
{
    return day >= calendar.first_day && day < calendar.first_day + (int32_t)calendar.day_count;
}

/* What the table says, read bit by bit without the sums. */
static bool is_working(int32_t day)
{
    if (!in_table(day)) {
        return pl_weekday(day) <= 5;
    }
    const uint32_t index = (uint32_t)(day - calendar.first_day);
    return (calendar.working[index / 8] & 1U << index % 8) != 0;
}

static void compare_from(int32_t day, uint32_t count_max)
{
    int32_t end = day;
    bool outside = false;

    for (uint32_t n = 0; n <= count_max; n++) {
        bool beyond = !outside;
        if (pl_calendar_add(&calendar, day, n, &beyond) != end || beyond != outside) {
            fail_msg("%u after %d: %d expected", n, day, end);
        }
        assert_int_equal(pl_calendar_working_days(&calendar, day, end), n);
        assert_int_equal(pl_calendar_working_days(&calendar, end, day), -(int32_t)n);
        do {
            end++;
            outside = outside || !in_table(end);
            assert_int_equal(pl_calendar_is_working(&calendar, end), is_working(end));
        } while (!is_working(end));
    }
}

static void test_random_calendars_day_by_day(void **state)
{
    (void)state;
    struct draw draw = {98};

    for (int round = 0; round < 300; round++) {
        make_random(&draw);
        for (int i = 0; i < 20; i++) {
            const int32_t from = calendar.first_day - 100;
            compare_from(from + (int32_t)draw_below(&draw, calendar.day_count + 200), 60);
        }
        compare_from(calendar.first_day - 1, 60);
        compare_from(calendar.first_day + (int32_t)calendar.day_count - 1, 60);
    }
}

/* So many working days before the end of a day: the end of the working day after which that many
 * are left. Day by day, over holidays and past both ends of the table. */
static void test_counting_back_day_by_day(void **state)
{
    (void)state;
    struct draw draw = {7};

    for (int round = 0; round < 200; round++) {
        make_random(&draw);
        const int32_t end =
            calendar.first_day - 50 + (int32_t)draw_below(&draw, calendar.day_count + 100);
        const int64_t due_ms = pl_ms_of_day(end + 1, calendar.zone_minutes);
        int32_t day = end;
        uint32_t left = 0;

        for (uint32_t n = 1; n <= 60; n++) {
            /* The clerk's finger goes back until n days are left behind it, and it is on one. */
            for (; left < n || !pl_calendar_is_working(&calendar, day); day--) {
                left += pl_calendar_is_working(&calendar, day);
            }
            assert_int_equal(
                pl_calendar_before(&calendar, due_ms, (struct pl_span){n, PL_UNIT_WORKING_DAYS}),
                pl_ms_of_day(day + 1, calendar.zone_minutes));
        }
    }
}

static void test_subtracting_day_by_day(void **state)
{
    (void)state;
    struct draw draw = {11};

    for (int round = 0; round < 200; round++) {
        make_random(&draw);
        const int32_t from =
            calendar.first_day - 50 + (int32_t)draw_below(&draw, calendar.day_count + 100);
        int32_t day = from;

        assert_int_equal(pl_calendar_subtract(&calendar, from, 0), from);
        for (uint32_t n = 1; n <= 60; n++) {
            do {
                day--;
            } while (!is_working(day));
            assert_int_equal(pl_calendar_subtract(&calendar, from, n), day);
        }
    }
}

static void before_is(const char *end, uint32_t count, enum pl_unit unit, const char *expected)
{
    const int64_t due_ms = pl_ms_of_day(day_of(end) + 1, 480);

    assert_int_equal(pl_calendar_before(&calendar, due_ms, (struct pl_span){count, unit}),
                     pl_ms_of_day(day_of(expected) + 1, 480));
}

static void test_counting_back(void **state)
{
    (void)state;
    make_cn();
    before_is("2025-02-06", 1, PL_UNIT_WORKING_DAYS, "2025-02-05");
    before_is("2025-02-06", 2, PL_UNIT_WORKING_DAYS,
              "2025-01-27"); /* the Spring Festival between */
    before_is("2025-01-27", 1, PL_UNIT_WORKING_DAYS, "2025-01-26"); /* a worked Sunday */
    before_is("2025-05-10", 1, PL_UNIT_WORKING_DAYS,
              "2025-05-08"); /* Friday is left of a Saturday */
    before_is("2025-05-10", 0, PL_UNIT_WORKING_DAYS, "2025-05-10");
    before_is("2025-05-10", 30, PL_UNIT_DAYS, "2025-04-10");
    before_is("2025-03-31", 1, PL_UNIT_MONTHS, "2025-02-28");
    before_is("2024-02-29", 1, PL_UNIT_YEARS, "2023-02-28");
    const int64_t due_ms = pl_ms_of_day(day_of("2025-05-10"), 480);
    assert_int_equal(pl_calendar_before(&calendar, due_ms, (struct pl_span){5, PL_UNIT_HOURS}),
                     due_ms - 5 * PL_HOUR_MS);
}

static FILE *open_shared(const char *name)
{
    const char *const folder = getenv("PLACET_SHARED_DIR");
    char path[512];

    (void)snprintf(path, sizeof path, "%s/domain/%s", folder ? folder : PLACET_SHARED_DIR, name);
    FILE *const file = fopen(path, "r");
    if (file == NULL) {
        print_message("skipped: no data at %s (PLACET_SHARED_DIR)\n", path);
        skip();
    }
    return file;
}

/* The data set "date,kind,name" of 2015 to 2026. */
static void make_from_data(void)
{
    FILE *const file = open_shared("cn_calendar.csv");
    char line[256];
    unsigned rows = 0;

    make_weeks("2015-01-01", "2026-12-31");
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '2') {
            continue;
        }
        line[10] = '\0';
        set_working(day_of(line), strncmp(line + 11, "work", 4) == 0);
        rows++;
    }
    (void)fclose(file);
    assert_true(rows > 300);
    pl_calendar_seal(&calendar);
}

/* The vectors "event_date,working_days,deadline,calendar_days,note". */
static void test_vectors(void **state)
{
    (void)state;
    char line[256];
    unsigned rows = 0;

    make_from_data();
    FILE *const file = open_shared("clock_vectors.csv");
    while (fgets(line, sizeof line, file) != NULL) {
        if (line[0] != '2') {
            continue;
        }
        char *rest;
        line[10] = '\0';
        const unsigned long n = strtoul(line + 11, &rest, 10);
        rest[11] = '\0';
        const long calendar_days = strtol(rest + 12, NULL, 10);
        limit_is(line, (uint32_t)n, rest + 1);
        assert_int_equal(day_of(rest + 1) - day_of(line), calendar_days);
        rows++;
    }
    (void)fclose(file);
    assert_true(rows >= 20);
}

static void test_real_calendar_day_by_day(void **state)
{
    (void)state;
    make_from_data();
    for (int32_t day = day_of("2015-01-01"); day <= day_of("2026-12-31"); day++) {
        compare_from(day, 60);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_limits),
        cmocka_unit_test(test_a_limit_ends_at_midnight_in_its_zone),
        cmocka_unit_test(test_plain_days_move_off_holidays),
        cmocka_unit_test(test_counting_back),
        cmocka_unit_test(test_counting_back_day_by_day),
        cmocka_unit_test(test_subtracting_day_by_day),
        cmocka_unit_test(test_hours_and_less_are_exact),
        cmocka_unit_test(test_past_the_table_weekends_are_off_and_it_says_so),
        cmocka_unit_test(test_absurd_limits),
        cmocka_unit_test(test_random_calendars_day_by_day),
        cmocka_unit_test(test_vectors),
        cmocka_unit_test(test_real_calendar_day_by_day),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
