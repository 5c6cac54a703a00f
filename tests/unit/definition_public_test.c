/* The public header as a tool uses it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <placet/definition.h>

#define WORKFLOWS PLACET_SOURCE_DIR "/workflows/"
#define CALENDAR  WORKFLOWS "calendars/cn.yaml"
#define START     "2016-04-20"

static struct placet_definition *load(const char *path)
{
    struct placet_bundle *bundle = NULL;
    struct placet_definition *definition = NULL;
    char *report = NULL;

    assert_int_equal(placet_bundle_read(path, &bundle, NULL), PLACET_OK);
    if (placet_bundle_check(bundle, PLACET_TEXT, &definition, &report) != PLACET_OK) {
        fail_msg("%s", report);
    }
    assert_string_equal(report, "");
    placet_free(report);
    placet_bundle_free(&bundle);
    assert_null(bundle);
    return definition;
}

static json_t *parse(char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);

    if (json == NULL) {
        fail_msg("%d: %s", error.line, error.text);
    }
    placet_free(text);
    return json;
}

static json_int_t number(const json_t *json, const char *key)
{
    const json_t *value = json_object_get(json, key);

    if (!json_is_integer(value)) {
        fail_msg("no number under %s", key);
    }
    return json_integer_value(value);
}

static const char *string(const json_t *json, const char *key)
{
    const char *value = json_string_value(json_object_get(json, key));

    if (value == NULL) {
        fail_msg("no text under %s", key);
    }
    return value;
}

static void test_analyse(void **state)
{
    struct placet_definition *definition = load(WORKFLOWS "construction_permit.yaml");
    char *text = NULL;

    (void)state;
    assert_int_equal(placet_definition_analyse(definition, START, PLACET_JSON, &text, NULL),
                     PLACET_OK);
    json_t *json = parse(text);
    assert_string_equal(string(json, "workflow"), "construction_permit");
    assert_int_equal(number(json, "procedures"), 16);
    assert_int_equal(number(json, "working_days"), 98);
    assert_int_equal(number(json, "calendar_days"), 140);
    assert_int_equal(number(json, "visits"), 2);
    assert_int_equal(number(json, "cost"), 150550);
    assert_string_equal(string(json, "finish"), "2016-09-07");
    assert_int_equal(number(json_object_get(json, "documents"), "distinct"), 19);
    assert_int_equal(json_array_size(json_object_get(json, "critical_path")), 8);
    const json_t *steps = json_object_get(json, "steps");
    size_t supplied = 0;
    size_t i = 0;
    const json_t *step = NULL;
    assert_int_equal(json_array_size(steps), 17);
    json_array_foreach(steps, i, step)
    {
        supplied += json_array_size(json_object_get(step, "documents"));
    }
    assert_int_equal(supplied, number(json_object_get(json, "documents"), "supplied"));
    json_decref(json);

    text = NULL;
    assert_int_equal(placet_definition_analyse(definition, START, PLACET_TEXT, &text, NULL),
                     PLACET_OK);
    assert_non_null(strstr(text, "  working days                98\n"));
    assert_null(strchr(text, '\033'));
    placet_free(text);
    placet_definition_free(&definition);
    assert_null(definition);
}

/* The two days of May and June 2016 on which the Labour Day holiday and the Dragon Boat holiday
 * moved a weekend are in the calendar of the definition. */
static void test_days(void **state)
{
    struct placet_definition *definition = load(WORKFLOWS "construction_permit.yaml");
    const int64_t april_20 = INT64_C(1461110400000);           /* 2016-04-20 08:00 in Beijing */
    const int64_t september_7 = INT64_C(1473210000000);        /* 09:00 */
    const int64_t april_21 = april_20 + 16 * INT64_C(3600000); /* midnight */
    int64_t working = 0;
    int64_t calendar = 0;

    (void)state;
    placet_definition_days(definition, april_20, september_7, &working, &calendar);
    assert_int_equal(working, 98);
    assert_int_equal(calendar, 140);
    placet_definition_days(definition, april_20, april_21 - 1, &working, &calendar);
    assert_int_equal(working, 0);
    assert_int_equal(calendar, 0);
    placet_definition_days(definition, april_20, april_21, &working, &calendar);
    assert_int_equal(working, 1);
    assert_int_equal(calendar, 1);
    placet_definition_days(definition, september_7, april_20, &working, &calendar);
    assert_int_equal(calendar, -140);
    placet_definition_free(&definition);
}

static void test_compare(void **state)
{
    struct placet_definition *before = load(WORKFLOWS "construction_permit_traditional.yaml");
    struct placet_definition *after = load(WORKFLOWS "construction_permit.yaml");
    char *text = NULL;

    (void)state;
    assert_int_equal(placet_definition_compare(before, after, START, PLACET_JSON, &text, NULL),
                     PLACET_OK);
    json_t *json = parse(text);
    const json_t *difference = json_object_get(json, "difference");
    const json_t *days = json_object_get(difference, "working_days");
    assert_int_equal(number(days, "before"), 195);
    assert_int_equal(number(days, "after"), 98);
    assert_int_equal(number(days, "difference"), -97);
    assert_true(json_real_value(json_object_get(days, "percent")) < -49.69);
    assert_true(json_real_value(json_object_get(days, "percent")) > -49.71);
    json_decref(json);

    text = NULL;
    assert_int_equal(placet_definition_compare(before, after, START, PLACET_TEXT, &text, NULL),
                     PLACET_OK);
    assert_non_null(strstr(text, "-97     -49.7 %\n"));
    placet_free(text);
    placet_definition_free(&before);
    placet_definition_free(&after);
}

/* What is published loads again from its bytes, with the same hash. */
static void test_bytes(void **state)
{
    struct placet_bundle *bundle = NULL;
    struct placet_bundle *copy = NULL;
    struct placet_definition *first = NULL;
    struct placet_definition *second = NULL;
    char hash[2][PLACET_HASH_TEXT_SIZE];
    char *report = NULL;
    size_t size = 0;

    (void)state;
    assert_int_equal(placet_bundle_read(WORKFLOWS "construction_permit.yaml", &bundle, NULL),
                     PLACET_OK);
    const void *bytes = placet_bundle_bytes(bundle, &size);
    assert_int_equal(placet_bundle_from_bytes(bytes, size, "", &copy, NULL), PLACET_OK);
    assert_int_equal(placet_bundle_check(bundle, PLACET_TEXT, &first, &report), PLACET_OK);
    placet_free(report);
    placet_bundle_free(&bundle);
    assert_int_equal(placet_bundle_check(copy, PLACET_TEXT, &second, &report), PLACET_OK);
    placet_free(report);
    placet_bundle_free(&copy);
    placet_definition_hash(first, hash[0]);
    placet_definition_hash(second, hash[1]);
    assert_string_equal(hash[0], hash[1]);
    assert_int_equal(strlen(hash[0]), PLACET_HASH_TEXT_SIZE - 1);
    assert_string_equal(placet_definition_id(second), "construction_permit");
    placet_definition_free(&first);
    placet_definition_free(&second);
}

static void test_report(void **state)
{
    struct placet_bundle *bundle = NULL;
    struct placet_definition *definition = NULL;
    char *report = NULL;

    (void)state;
    assert_int_equal(placet_bundle_read(PLACET_SOURCE_DIR "/tests/broken/workflow/span_zero.yaml",
                                        &bundle, NULL),
                     PLACET_OK);
    assert_int_equal(placet_bundle_check(bundle, PLACET_JSON, &definition, &report),
                     PLACET_EINVALID);
    assert_null(definition);
    json_t *json = parse(report);
    assert_true(json_is_false(json_object_get(json, "ok")));
    const json_t *list = json_object_get(json, "diagnostics");
    assert_int_equal(number(json, "errors"), json_array_size(list));
    bool found = false;
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *one = json_array_get(list, i);
        if (strcmp(string(one, "code"), "P0501") == 0) {
            found = true;
            assert_int_equal(number(one, "line"), 51);
            assert_int_equal(number(one, "column"), 12);
            assert_int_equal(number(one, "length"), 14);
            assert_non_null(strstr(string(one, "file"), "tests/broken/workflow/span_zero.yaml"));
        }
    }
    assert_true(found);
    json_decref(json);
    assert_int_equal(placet_bundle_check(bundle, PLACET_TEXT_COLOUR, &definition, &report),
                     PLACET_EINVALID);
    assert_non_null(strstr(report, "\033[1;31merror[P0501]\033[0m"));
    placet_free(report);
    placet_bundle_free(&bundle);
}

/* What a tool gets wrong: each says so, and writes nothing. */
static void test_refusals(void **state)
{
    struct placet_definition *definition = load(WORKFLOWS "construction_permit.yaml");
    struct placet_bundle *bundle = NULL;
    struct placet_error err = {0};
    char *text = NULL;

    (void)state;
    assert_int_equal(placet_bundle_read(WORKFLOWS "nothing.yaml", &bundle, &err), PLACET_ENOTFOUND);
    assert_non_null(strstr(err.file, "nothing.yaml"));
    assert_int_equal(placet_bundle_read(WORKFLOWS, &bundle, &err), PLACET_EIO);
    assert_int_equal(placet_bundle_from_bytes("\xC1", 1, "", &bundle, &err), PLACET_EINVALID);
    assert_null(bundle);
    assert_int_equal(placet_definition_analyse(definition, "2015-02-29", PLACET_TEXT, &text, &err),
                     PLACET_EINVALID);
    assert_string_equal(err.message, "there is no day \"2015-02-29\"");
    assert_int_equal(
        placet_definition_compare(definition, definition, "tomorrow", PLACET_TEXT, &text, &err),
        PLACET_EINVALID);
    assert_int_equal(placet_explain("P9999", PLACET_TEXT, &text), PLACET_ENOTFOUND);
    assert_int_equal(placet_explain("span", PLACET_TEXT, &text), PLACET_ENOTFOUND);
    assert_null(text);
    placet_bundle_free(NULL);
    placet_bundle_free(&bundle);
    placet_definition_free(NULL);
    placet_definition_free(&definition);
}

static void test_explain(void **state)
{
    static const char *const names[] = {"P0401", "p0401", "0401", "401"};

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char *text = NULL;
        assert_int_equal(placet_explain(names[i], PLACET_JSON, &text), PLACET_OK);
        json_t *json = parse(text);
        assert_string_equal(string(json, "code"), "P0401");
        json_decref(json);
    }
}

/* Published examples of limits across holidays and make-up days. */
static const struct {
    const char *start;
    const char *duration;
    const char *date;
    int calendar_days;
} counts[] = {
    {"2024-02-05", "5 working days", "2024-02-18", 13},
    {"2024-02-09", "1 working day", "2024-02-18", 9},
    {"2024-02-18", "1wd", "2024-02-19", 1},
    {"2024-04-03", "20wd", "2024-05-06", 33},
    {"2024-04-26", "5wd", "2024-05-07", 11},
    {"2024-09-12", "10 wd", "2024-09-27", 15},
    {"2024-12-31", "1wd", "2025-01-02", 2},
    {"2025-01-24", "5wd", "2025-02-07", 14},
    {"2025-09-26", "20wd", "2025-10-30", 34},
    {"2026-02-13", "10wd", "2026-03-05", 20},
    {"2026-09-24", "45 working days", "2026-12-03", 70},
    {"2016-04-20", "98 working days", "2016-09-07", 140},
};

static void test_count(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        char *text = NULL;
        assert_int_equal(placet_calendar_count(CALENDAR, counts[i].start, counts[i].duration,
                                               PLACET_JSON, &text, NULL),
                         PLACET_OK);
        json_t *json = parse(text);
        assert_string_equal(string(json, "date"), counts[i].date);
        assert_int_equal(number(json, "calendar_days"), counts[i].calendar_days);
        assert_int_equal(number(json, "working_days"), atoll(counts[i].duration));
        assert_true(json_is_false(json_object_get(json, "beyond_calendar")));
        json_decref(json);
    }
}

static void test_count_refusals(void **state)
{
    struct placet_error err = {0};
    char *text = NULL;

    (void)state;
    assert_int_equal(placet_calendar_count(WORKFLOWS "calendars/mars.yaml", START, "5wd",
                                           PLACET_TEXT, &text, &err),
                     PLACET_ENOTFOUND);
    assert_int_equal(placet_calendar_count(CALENDAR, "2016-13-01", "5wd", PLACET_TEXT, &text, &err),
                     PLACET_EINVALID);
    assert_int_equal(placet_calendar_count(CALENDAR, START, "5 weeks", PLACET_TEXT, &text, &err),
                     PLACET_EINVALID);
    assert_non_null(strstr(err.message, "5 weeks"));
    assert_int_equal(placet_calendar_count(PLACET_SOURCE_DIR "/tests/broken/calendar/zone.yaml",
                                           START, "5wd", PLACET_TEXT, &text, &err),
                     PLACET_EINVALID);
    assert_true(err.line > 0);
    assert_null(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_analyse),        cmocka_unit_test(test_days),
        cmocka_unit_test(test_compare),        cmocka_unit_test(test_bytes),
        cmocka_unit_test(test_report),         cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_explain),        cmocka_unit_test(test_count),
        cmocka_unit_test(test_count_refusals),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
