/* Formats that are asserted: what fits, and what is said about what does not. */
#include "value/schema_formats.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const struct {
    const char *format;
    const char *text;
    enum pl_format_fault fault;
} rows[] = {
    /* GB 32100-2015 */
    {"unified-social-credit-code", "9144030071526726XG", PL_FORMAT_FITS},
    {"unified-social-credit-code", "91440300708461136T", PL_FORMAT_FITS},
    {"unified-social-credit-code", "91110000100011743X", PL_FORMAT_FITS},
    {"unified-social-credit-code", "911100001000005001", PL_FORMAT_CHECK_DIGIT},
    {"unified-social-credit-code", "91440300708461163T", PL_FORMAT_CHECK_DIGIT}, /* swapped */
    {"unified-social-credit-code", "9144030071526726XI", PL_FORMAT_SHAPE},
    {"unified-social-credit-code", "9144030071526726xG", PL_FORMAT_SHAPE},
    {"unified-social-credit-code", "91A4030071526726XG", PL_FORMAT_SHAPE},
    {"unified-social-credit-code", "9144030071526726X", PL_FORMAT_SHAPE},
    {"unified-social-credit-code", "9144030071526726XG0", PL_FORMAT_SHAPE},
    {"unified-social-credit-code", "", PL_FORMAT_SHAPE},
    /* GB 11643-1999 */
    {"identity-number", "11010519491231002X", PL_FORMAT_FITS},
    {"identity-number", "110105194912310021", PL_FORMAT_CHECK_DIGIT},
    {"identity-number", "11010519491213002X", PL_FORMAT_CHECK_DIGIT},
    {"identity-number", "11010519490229002X", PL_FORMAT_NO_SUCH_DAY},
    {"identity-number", "11010519491331002X", PL_FORMAT_NO_SUCH_DAY},
    {"identity-number", "11010500001231002X", PL_FORMAT_NO_SUCH_DAY},
    {"identity-number", "11010519491231002x", PL_FORMAT_SHAPE},
    {"identity-number", "01010519491231002X", PL_FORMAT_SHAPE},
    {"identity-number", "1101051949123100X2", PL_FORMAT_SHAPE},
    {"identity-number", "110105491231002", PL_FORMAT_SHAPE}, /* the old form */
    {"identity-number", "", PL_FORMAT_SHAPE},
    /* GB 11714-1997 */
    {"organisation-code", "71526726-X", PL_FORMAT_FITS},
    {"organisation-code", "71526726X", PL_FORMAT_FITS},
    {"organisation-code", "70846113-6", PL_FORMAT_FITS},
    {"organisation-code", "D2143569-X", PL_FORMAT_FITS}, /* 11 - 221 mod 11 = 10 */
    {"organisation-code", "71526726-1", PL_FORMAT_CHECK_DIGIT},
    {"organisation-code", "71526726-A", PL_FORMAT_SHAPE},
    {"organisation-code", "71526726+X", PL_FORMAT_SHAPE},
    {"organisation-code", "7152672-6X", PL_FORMAT_SHAPE},
    {"organisation-code", "", PL_FORMAT_SHAPE},
    {"phone", "13800138000", PL_FORMAT_FITS},
    {"phone", "+8613800138000", PL_FORMAT_FITS},
    {"phone", "0756-1234567", PL_FORMAT_FITS},
    {"phone", "010-66220000", PL_FORMAT_FITS},
    {"phone", "020-83135078-1234", PL_FORMAT_FITS},
    {"phone", "12800138000", PL_FORMAT_SHAPE},
    {"phone", "1380013800", PL_FORMAT_SHAPE},
    {"phone", "+8513800138000", PL_FORMAT_SHAPE},
    {"phone", "07561234567", PL_FORMAT_SHAPE},
    {"phone", "00756-1234567", PL_FORMAT_SHAPE},
    {"phone", "0756-123456", PL_FORMAT_SHAPE},
    {"phone", "0756-12345678-", PL_FORMAT_SHAPE},
    {"phone", "0756-1234567-1234567", PL_FORMAT_SHAPE},
    {"phone", "-", PL_FORMAT_SHAPE},
    {"phone", "", PL_FORMAT_SHAPE},
    {"date", "2016-02-29", PL_FORMAT_FITS},
    {"date", "2015-02-29", PL_FORMAT_SHAPE},
    {"date-time", "2016-12-31T23:59:60Z", PL_FORMAT_FITS},
    {"date-time", "2017-01-01T07:59:60+08:00", PL_FORMAT_FITS},
    {"date-time", "2017-01-01T08:59:60+08:00", PL_FORMAT_SHAPE},
    {"date-time", "2016-04-20 09:00:00Z", PL_FORMAT_SHAPE},
    {"date-time", "2016-04-20T09:00:00", PL_FORMAT_SHAPE},
    {"time", "09:00:00.5+08:00", PL_FORMAT_FITS},
    {"time", "09:00:00.+08:00", PL_FORMAT_SHAPE},
    {"time", "24:00:00Z", PL_FORMAT_SHAPE},
    {"email", "chen.ming@ga.zhuhai.gov.cn", PL_FORMAT_FITS},
    {"email", "chen..ming@example.com", PL_FORMAT_SHAPE},
    {"email", "chen@-example.com", PL_FORMAT_SHAPE},
    {"email", "chen@example.", PL_FORMAT_SHAPE},
    {"email", "@", PL_FORMAT_SHAPE},
    {"email", "", PL_FORMAT_SHAPE},
    {"uri", "https://example.com:8080/a?b=%20#c", PL_FORMAT_FITS},
    {"uri", "https://example.com/%2", PL_FORMAT_SHAPE},
    {"uri", "//example.com", PL_FORMAT_SHAPE},
    {"uri", "", PL_FORMAT_SHAPE},
};

static enum pl_format_fault check(const char *format, const char *text)
{
    const struct pl_format *found = pl_format_of(pl_text_of(format));
    assert_non_null(found);
    return found->check(pl_text_of(text));
}

static void each_format_tells_right_from_wrong(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const enum pl_format_fault fault = check(rows[i].format, rows[i].text);
        if (fault != rows[i].fault) {
            print_error("%s %s: %d, not %d\n", rows[i].format, rows[i].text, (int)fault,
                        (int)rows[i].fault);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static const char *const names[] = {
#define FORMAT(NAME, CHECKER, WHAT, WHAT_ZH, EXAMPLE) NAME,
#include "value/schema_formats.def"
#undef FORMAT
};

static void every_example_fits_its_format(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const struct pl_format *format = pl_format_of(pl_text_of(names[i]));
        assert_non_null(format);
        if (format->check(pl_text_of(format->example)) != PL_FORMAT_FITS) {
            fail_msg("%s: %s", names[i], format->example);
        }
        assert_string_equal(pl_format_closest(pl_text_of(names[i])), names[i]);
    }
    assert_null(pl_format_of(PL_TEXT("ipv4")));
    assert_string_equal(pl_format_closest(PL_TEXT("identiy-number")), "identity-number");
    assert_null(pl_format_closest(PL_TEXT("a name that is longer than any format here")));
}

/* What check characters are for: no single mistyped character passes. */
static void one_mistyped_character_is_found(void **state)
{
    static const struct {
        const char *format;
        const char *text;
        const char *alphabet;
    } codes[] = {
        {"unified-social-credit-code", "9144030071526726XG", "0123456789ABCDEFGHJKLMNPQRTUWXY"},
        {"identity-number", "11010519491231002X", "0123456789X"},
        {"organisation-code", "71526726-X", "0123456789"},
    };
    unsigned tried = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
        for (size_t at = 0; codes[i].text[at] != '\0'; at++) {
            for (const char *c = codes[i].alphabet; *c != '\0'; c++) {
                char text[24];
                (void)snprintf(text, sizeof(text), "%s", codes[i].text);
                text[at] = *c;
                if (strcmp(text, codes[i].text) != 0 &&
                    check(codes[i].format, text) == PL_FORMAT_FITS) {
                    fail_msg("%s passes", text);
                }
                tried++;
            }
        }
    }
    assert_in_range(tried, 800, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_format_tells_right_from_wrong),
        cmocka_unit_test(every_example_fits_its_format),
        cmocka_unit_test(one_mistyped_character_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
