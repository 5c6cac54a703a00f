#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <string.h>

#include "base/time.h"

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Walks day by day from a known one, as a wall calendar does. */
static void test_every_day_of_three_thousand_years(void **state)
{
    (void)state;
    static const uint8_t month_days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    struct pl_date date = {-400, 1, 1};
    int32_t day = -865625; /* 2,370 years before 1970: 5 x 146,097 + 370 x 365 + 90 days */
    unsigned weekday = 6;  /* the weekdays, too, repeat after 400 years: as 2000-01-01 */

    while (date.year < 2800) {
        const struct pl_date given = pl_date_of_day(day);
        if (given.year != date.year || given.month != date.month || given.day != date.day ||
            pl_day_of_date(date) != day || pl_weekday(day) != weekday) {
            fail_msg("day %d", day);
        }
        day++;
        weekday = weekday % 7 + 1;
        date.day++;
        if (date.day > month_days[date.month - 1] + (date.month == 2 && is_leap(date.year))) {
            date.day = 1;
            date.month++;
        }
        if (date.month > 12) {
            date.month = 1;
            date.year++;
        }
    }
}

static void test_known_days(void **state)
{
    (void)state;
    assert_int_equal(pl_day_of_date((struct pl_date){1970, 1, 1}), 0);
    assert_int_equal(pl_day_of_date((struct pl_date){2000, 3, 1}), 11017);
    assert_int_equal(pl_day_of_date((struct pl_date){2016, 4, 20}), 16911);
    assert_int_equal(pl_day_of_date((struct pl_date){1, 1, 1}), -719162);
    assert_int_equal(pl_weekday(0), 4);
    assert_int_equal(pl_weekday(16911), 3);
}

static void test_ends_of_the_range(void **state)
{
    (void)state;
    assert_int_equal(pl_day_of_date(pl_date_of_day(INT32_MAX)), INT32_MAX);
    assert_int_equal(pl_day_of_date(pl_date_of_day(INT32_MIN)), INT32_MIN);
    assert_in_range(pl_weekday(INT32_MAX), 1, 7);
    assert_in_range(pl_weekday(INT32_MIN), 1, 7);

    /* A time that the wire cannot carry counts as the last that it can. */
    const int64_t last_ms = (INT64_C(1) << 53) - 1;
    assert_int_equal(pl_day_of_ms(INT64_MAX, 840), pl_day_of_ms(last_ms, 840));
    assert_int_equal(pl_day_of_ms(INT64_MIN, -720), pl_day_of_ms(-last_ms, -720));
    char text[PL_TIME_TEXT_SIZE];
    pl_time_format(INT64_MAX, 0, text);
    assert_string_equal(text, "287396-10-12T08:59:00.991Z");
}

static void test_days_begin_in_their_zone(void **state)
{
    (void)state;
    assert_int_equal(pl_day_of_ms(0, 0), 0);
    assert_int_equal(pl_day_of_ms(-1, 0), -1);
    assert_int_equal(pl_day_of_ms(16 * PL_HOUR_MS - 1, 480), 0);
    assert_int_equal(pl_day_of_ms(16 * PL_HOUR_MS, 480), 1);
    assert_int_equal(pl_day_of_ms(0, -1), -1);
    static const int32_t zones[] = {0, 480, -720, 840, 345};
    for (size_t i = 0; i < sizeof zones / sizeof zones[0]; i++) {
        for (int32_t day = -1000; day < 1000; day += 7) {
            const int64_t at_ms = pl_ms_of_day(day, zones[i]);
            assert_int_equal(pl_day_of_ms(at_ms, zones[i]), day);
            assert_int_equal(pl_day_of_ms(at_ms - 1, zones[i]), day - 1);
        }
    }
}

static bool parses(const char *text)
{
    struct pl_date date = {7, 7, 7};
    const bool good = pl_date_parse(pl_text_of(text), &date);

    if (!good) {
        assert_int_equal(date.year, 7); /* written only on success */
    }
    return good;
}

static void test_parse_takes_real_dates_only(void **state)
{
    (void)state;
    static const char *const good[] = {"2016-04-20", "2000-02-29", "2016-02-29", "0001-01-01",
                                       "9999-12-31"};
    static const char *const bad[] = {
        "",           "2016-4-20",  "2016-04-2",  "2016/04/20", "2016-04-200", "2016-13-01",
        "2016-00-01", "2016-01-00", "2016-01-32", "2016-04-31", "2015-02-29",  "1900-02-29",
        "2100-02-29", "0000-01-01", " 016-04-20", "+016-04-20", "2016-04-2 ",  "2016-0a-20",
        "20160420",   "2016-04 20", "-016-04-20", "2016-04-+1",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(parses(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(parses(bad[i]));
    }
}

static void test_format_and_parse_are_inverse(void **state)
{
    (void)state;
    for (int32_t day = -700000; day < 2000000; day += 13) {
        char text[PL_DATE_TEXT_SIZE];
        struct pl_date date;
        pl_date_format(pl_date_of_day(day), text);
        assert_true(pl_date_parse(pl_text_of(text), &date));
        assert_int_equal(pl_day_of_date(date), day);
    }
}

static void time_is(int64_t at_ms, int32_t zone_minutes, const char *expected)
{
    char text[PL_TIME_TEXT_SIZE];

    pl_time_format(at_ms, zone_minutes, text);
    assert_string_equal(text, expected);
}

static void test_time_text(void **state)
{
    (void)state;
    time_is(0, 0, "1970-01-01T00:00:00.000Z");
    time_is(-1, 0, "1969-12-31T23:59:59.999Z");
    time_is(INT64_C(1461114000000), 480, "2016-04-20T09:00:00.000+08:00");
    time_is(INT64_C(1461114000000), 0, "2016-04-20T01:00:00.000Z");
    time_is(INT64_C(1461114000007), -210, "2016-04-19T21:30:00.007-03:30");
    time_is(INT64_C(951868799999), 0, "2000-02-29T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_day_of_three_thousand_years),
        cmocka_unit_test(test_known_days),
        cmocka_unit_test(test_ends_of_the_range),
        cmocka_unit_test(test_days_begin_in_their_zone),
        cmocka_unit_test(test_parse_takes_real_dates_only),
        cmocka_unit_test(test_format_and_parse_are_inverse),
        cmocka_unit_test(test_time_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
