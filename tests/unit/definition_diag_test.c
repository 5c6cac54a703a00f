/* How mistakes are shown: the caret stands under what it speaks of, also behind Chinese. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "definition/diag_show.h"
#include "definition/load.h"

static const char source[] = "one: 1\n"
                             "title: {zh: \xE6\x96\xBD\xE5\xB7\xA5, en: x}\n"
                             "\tafter: \xFF\n";

static struct pl_bundle bundle_of(const char *text)
{
    return (struct pl_bundle){.count = 1, .files = {{PL_TEXT("x.yaml"), pl_text_of(text)}}};
}

static char *show(struct pl_diag_place place, const char *folder)
{
    const struct pl_bundle bundle = bundle_of(source);
    struct pl_diags *diags = pl_diags_new();

    assert_non_null(diags);
    (void)pl_diag_add(diags, place, PL_DIAG_NO_STEP, "there is no step `x`");
    char *text = pl_diags_text(diags, &bundle, (struct pl_show){.folder = folder});
    free(diags);
    assert_non_null(text);
    return text;
}

static void test_caret_behind_chinese(void **state)
{
    char *text = show((struct pl_diag_place){0, {2, 20, 1}}, "workflows/");

    (void)state;
    assert_non_null(strstr(text, " --> workflows/x.yaml:2:20\n"));
    /* 19 characters before it, two of them two columns wide. */
    assert_non_null(strstr(text, "\n  |                      ^\n"));
    free(text);
}

static void test_caret_under_chinese(void **state)
{
    char *text = show((struct pl_diag_place){0, {2, 13, 2}}, "");

    (void)state;
    assert_non_null(strstr(text, "\n  |             ^^^^\n"));
    free(text);
}

/* Places that are not in the text, lines that are not text, and the file as a whole. */
static void test_odd_places(void **state)
{
    static const struct pl_diag_place places[] = {
        {0, {0, 0, 0}},  {0, {3, 1, 1}},          {0, {4, 1, 1}},          {0, {99, 1, 1}},
        {0, {1, 99, 9}}, {0, {1, 1, UINT32_MAX}}, {0, {UINT32_MAX, 1, 1}}, {7, {1, 1, 1}},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
        char *text = show(places[i], "");
        assert_non_null(strstr(text, "error[P0301]"));
        assert_non_null(strstr(text, "1 mistake."));
        free(text);
    }
}

static void test_folder(void **state)
{
    const struct pl_bundle bundle = {.count = 1,
                                     .files = {{PL_TEXT("../schemas/forms/x.json"), PL_TEXT("")}}};
    static const struct {
        const char *folder;
        const char *shown;
    } names[] = {
        {"workflows/", "--> schemas/forms/x.json\n"},
        {"/srv/office/workflows/", "--> /srv/office/schemas/forms/x.json\n"},
        {"", "--> ../schemas/forms/x.json\n"},
        {"./", "--> ./../schemas/forms/x.json\n"},
        {"../", "--> ../../schemas/forms/x.json\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct pl_diags *diags = pl_diags_new();
        assert_non_null(diags);
        (void)pl_diag_add(diags, (struct pl_diag_place){.file = 0}, PL_DIAG_FORM, "x");
        char *text = pl_diags_text(diags, &bundle, (struct pl_show){.folder = names[i].folder});
        if (strstr(text, names[i].shown) == NULL) {
            fail_msg("%s", text);
        }
        free(text);
        free(diags);
    }
}

static void test_sorted(void **state)
{
    struct pl_diags *diags = pl_diags_new();

    (void)state;
    assert_non_null(diags);
    (void)pl_diag_add(diags, (struct pl_diag_place){1, {1, 1, 1}}, PL_DIAG_YAML, "e");
    (void)pl_diag_add(diags, (struct pl_diag_place){0, {9, 1, 1}}, PL_DIAG_YAML, "d");
    (void)pl_diag_add(diags, (struct pl_diag_place){0, {2, 5, 1}}, PL_DIAG_YAML, "b");
    (void)pl_diag_add(diags, (struct pl_diag_place){0, {2, 5, 1}}, PL_DIAG_YAML, "c");
    (void)pl_diag_add(diags, (struct pl_diag_place){0, {2, 1, 1}}, PL_DIAG_YAML, "a");
    pl_diags_sort(diags);
    for (uint32_t i = 0; i < diags->count; i++) {
        assert_int_equal(diags->list[i].message[0], 'a' + (char)i);
    }
    free(diags);
}

/* A message is never cut inside a character, and the hundred-and-first is only counted. */
static void test_bounds(void **state)
{
    struct pl_diags *diags = pl_diags_new();
    char text[3 * PL_DIAG_TEXT_MAX + 1] = {0};

    (void)state;
    assert_non_null(diags);
    for (size_t i = 0; i < PL_DIAG_TEXT_MAX; i++) {
        memcpy(text + 3 * i, "\xE6\x96\xBD", 3);
    }
    for (unsigned i = 0; i < PL_DIAGS_MAX + 5; i++) {
        struct pl_diag *diag =
            pl_diag_add(diags, (struct pl_diag_place){0, {1, 1, 1}}, PL_DIAG_YAML, "x%s", text);
        pl_diag_hint(diag, "%s", text);
        pl_diag_other(diag, (struct pl_diag_place){0, {2, 1, 1}}, "xx%s", text);
        assert_true(pl_text_is_utf8(diag->message, strlen(diag->message)));
        assert_true(pl_text_is_utf8(diag->hint, strlen(diag->hint)));
        assert_true(pl_text_is_utf8(diag->other_text, strlen(diag->other_text)));
    }
    assert_int_equal(diags->count, PL_DIAGS_MAX);
    assert_int_equal(diags->left_out, 5);
    const struct pl_bundle bundle = bundle_of(source);
    char *shown = pl_diags_text(diags, &bundle, (struct pl_show){.folder = "", .colour = true});
    assert_non_null(strstr(shown, "5 more mistakes are not shown.\n105 mistakes."));
    free(shown);
    shown = pl_diags_json(diags, &bundle, (struct pl_show){.folder = ""});
    assert_non_null(shown);
    free(shown);
    free(diags);
}

static void test_spans(void **state)
{
    static const struct {
        const char *text;
        uint32_t count;
        enum pl_unit unit;
    } good[] = {
        {"20 working days", 20, PL_UNIT_WORKING_DAYS},
        {"1 working day", 1, PL_UNIT_WORKING_DAYS},
        {"7wd", 7, PL_UNIT_WORKING_DAYS},
        {"7 wd", 7, PL_UNIT_WORKING_DAYS},
        {"30 days", 30, PL_UNIT_DAYS},
        {"30d", 30, PL_UNIT_DAYS},
        {"1 day", 1, PL_UNIT_DAYS},
        {"3 hours", 3, PL_UNIT_HOURS},
        {"3h", 3, PL_UNIT_HOURS},
        {"10 minutes", 10, PL_UNIT_MINUTES},
        {"10min", 10, PL_UNIT_MINUTES},
        {"99999 seconds", 99999, PL_UNIT_SECONDS},
        {"5s", 5, PL_UNIT_SECONDS},
    };
    static const char *const bad[] = {"",        "days",    "0 days",    "07 days", "-1 days",
                                      "1.5d",    "7",       "7 ",        "7  days", "7 Days",
                                      "100000d", "7 days ", "7workdays", "1e3 d",   "d7"};
    struct pl_span span = {0};

    (void)state;
    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        assert_null(pl_span_parse(pl_text_of(good[i].text), &span).message);
        assert_int_equal(span.count, good[i].count);
        assert_int_equal(span.unit, good[i].unit);
    }
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        const struct pl_span_mistake mistake = pl_span_parse(pl_text_of(bad[i]), &span);
        if (mistake.message == NULL) {
            fail_msg("\"%s\" was read", bad[i]);
        }
        assert_non_null(mistake.hint);
    }
    assert_int_equal(span.count, 5); /* written only when it was right */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_caret_behind_chinese),
        cmocka_unit_test(test_caret_under_chinese),
        cmocka_unit_test(test_odd_places),
        cmocka_unit_test(test_folder),
        cmocka_unit_test(test_sorted),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_spans),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
