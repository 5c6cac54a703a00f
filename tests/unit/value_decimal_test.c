/* Decimals: the nearest double of any digits, the shortest digits of any double. */
#include "value/decimal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void texts_give_the_nearest_double(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0},
        {"-2500.5", -2500.5},
        {"+1", 1},
        {".5", 0.5},
        {"5.", 5},
        {"1e3", 1000},
        {"1E-3", 0.001},
        {"000123.4500", 123.45},
        {"0.1", 0.1},
        {"9007199254740993", 9007199254740992.0}, /* a tie goes to the even one */
        {"9007199254740993.00000000000000000000000000000000000001", 9007199254740994.0},
        {"1.7976931348623157e308", 0x1.fffffffffffffp1023},
        {"1.7976931348623158e308", 0x1.fffffffffffffp1023},
        {"2.2250738585072014e-308", 0x1p-1022},
        {"2.2250738585072011e-308", 0x0.fffffffffffffp-1022}, /* hung other parsers */
        {"4.9406564584124654e-324", 0x1p-1074},
        {"2.4703282292062328e-324", 0x1p-1074},
        {"2.4703282292062327e-324", 0},
        {"1e-400", 0},
        {"0e99999", 0},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        double value = -1;
        assert_true(pl_decimal_parse(pl_text_of(cases[i].text), &value));
        if (value != cases[i].value) {
            fail_msg("%s: %a, not %a", cases[i].text, value, cases[i].value);
        }
    }
}

static void what_is_no_decimal_is_refused(void **state)
{
    static const char *const bad[] = {
        "",   "-",  ".",   "e5",  "1e",   "1e+", "1.2.3", "0x1",     "inf",      "nan",
        "1 ", " 1", "--1", "1,5", "1e5x", "1_0", "2e308", "1.8e308", "1e999999", "\xD9\xA1"};
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        double value = 7;
        if (pl_decimal_parse(pl_text_of(bad[i]), &value) || value != 7) {
            fail_msg("\"%s\" was read as %a", bad[i], value);
        }
    }
}

/* A number of 900 digits around a tie: only the last one decides. */
static void every_digit_counts(void **state)
{
    char text[1100] = "9007199254740993.";
    double value = 0;
    (void)state;

    memset(text + 17, '0', 1000);
    text[1017] = '\0';
    assert_true(pl_decimal_parse(pl_text_of(text), &value));
    assert_true(value == 9007199254740992.0);
    text[1016] = '1';
    assert_true(pl_decimal_parse(pl_text_of(text), &value));
    assert_true(value == 9007199254740994.0);
}

static void doubles_are_written_short(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0"},
        {-0.0, "-0"},
        {1, "1"},
        {-2500.5, "-2500.5"},
        {2500000, "2500000"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1.0 / 3, "0.3333333333333333"},
        {0.000001, "0.000001"},
        {1e-7, "1e-7"},
        {1e21, "1e+21"},
        {123456789012345680000.0, "123456789012345680000"},
        {1.5e300, "1.5e+300"},
        {0x1p-1074, "5e-324"},
        {0x1.fffffffffffffp1023, "1.7976931348623157e+308"},
        {0x1p-1022, "2.2250738585072014e-308"},
        {9007199254740993.0, "9007199254740992"},
        {5e-324 * 3, "1.5e-323"},
        {__builtin_nan(""), "NaN"},
        {__builtin_inf(), "Infinity"},
        {-__builtin_inf(), "-Infinity"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[PL_DECIMAL_TEXT_SIZE + 1] = {0};
        assert_int_equal(pl_decimal_format(cases[i].value, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

/* As printf does it, which the C library computes exactly, too. */
static void places_are_rounded_as_printf_does(void **state)
{
    static const double values[] = {0,       -0.0,
                                    0.5,     1.5,
                                    2.5,     -2500.505,
                                    0.05,    0.25,
                                    9.995,   0.9999999,
                                    99999.5, 1e21,
                                    1e-7,    1.0 / 3,
                                    1e300,   5e-324,
                                    0.045,   0.055,
                                    123456,  9.5,
                                    0.95,    0x1.fffffffffffffp1023};
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        for (unsigned places = 0; places <= PL_DECIMAL_PLACES_MAX; places += places < 4 ? 1 : 9) {
            char text[PL_DECIMAL_FIXED_SIZE + 1] = {0};
            char expected[512];
            (void)snprintf(expected, sizeof(expected), "%.*f", (int)places, values[i]);
            assert_int_equal(pl_decimal_fixed(values[i], places, text), strlen(expected));
            assert_string_equal(text, expected);
            memset(text, 0, sizeof(text));
            (void)snprintf(expected, sizeof(expected), "%.*e", (int)places, values[i]);
            assert_int_equal(pl_decimal_scientific(values[i], places, text), strlen(expected));
            assert_string_equal(text, expected);
        }
    }
}

/* Random bits against the C library: read back to the same, and never longer than needed. */
static void random_doubles_come_back(void **state)
{
    uint64_t bits = UINT64_C(88172645463325252);
    (void)state;

    for (unsigned i = 0; i < 20000; i++) {
        char text[PL_DECIMAL_TEXT_SIZE + 1] = {0};
        char digits[PL_DECIMAL_DIGITS_MAX];
        char shorter[64];
        double value = 0;
        double back = 0;
        int point = 0;

        bits ^= bits << 13;
        bits ^= bits >> 7;
        bits ^= bits << 17;
        const uint64_t positive = bits & ~(UINT64_C(1) << 63);
        memcpy(&value, &positive, sizeof(value));
        if (value - value != 0 || value == 0) {
            continue;
        }
        const unsigned len = pl_decimal_format(value, text);
        assert_true(pl_decimal_parse((struct pl_text){text, len}, &back) && back == value);
        assert_true(strtod(text, NULL) == value);
        const unsigned count = pl_decimal_digits(value, digits, &point);
        if (count > 1) {
            (void)snprintf(shorter, sizeof(shorter), "%.*e", (int)count - 2, value);
            assert_true(strtod(shorter, NULL) != value);
        }
        (void)snprintf(shorter, sizeof(shorter), "%.*g", (int)(bits % 25) + 1, value);
        if (pl_decimal_parse(pl_text_of(shorter), &back)) {
            assert_true(back == strtod(shorter, NULL));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_give_the_nearest_double),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(every_digit_counts),
        cmocka_unit_test(doubles_are_written_short),
        cmocka_unit_test(places_are_rounded_as_printf_does),
        cmocka_unit_test(random_doubles_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
