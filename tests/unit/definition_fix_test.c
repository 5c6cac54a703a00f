/* Places in texts, and edits that mend: at odd places, beside each other, and never half. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <placet/definition.h>

#include "definition/fix.h"
#include "definition/source.h"

static void assert_text(struct pl_text text, const char *expected)
{
    assert_non_null(text.at);
    assert_int_equal(text.len, strlen(expected));
    assert_memory_equal(text.at, expected, text.len);
}

/* ---- places ---- */

static void test_lines(void **state)
{
    const struct pl_text text = PL_TEXT("\xEF\xBB\xBFone\r\ntwo\nthree\rfour\xC2\x85"
                                        "five\xE2\x80\xA8six\n\nlast");
    static const char *const lines[] = {"one", "two", "three", "four", "five", "six", "", "last"};

    (void)state;
    for (uint32_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        assert_text(pl_source_line(text, i + 1), lines[i]);
    }
    assert_null(pl_source_line(text, 0).at);
    assert_null(pl_source_line(text, 9).at);
    assert_null(pl_source_line(text, UINT32_MAX).at);
    assert_text(pl_source_line(PL_TEXT(""), 1), "");
    assert_null(pl_source_line(PL_TEXT(""), 2).at);
}

/* Two characters of three bytes, one of four that is two code units of UTF-16, one with a mark. */
static void test_columns(void **state)
{
    const struct pl_text text =
        PL_TEXT("a\n\xE5\xA4\x87\xE6\xA1\x88 \xF0\xA0\xAE\xB7 e\xCC\x81 x\n");
    const struct pl_text line = pl_source_line(text, 2);

    (void)state;
    assert_text(pl_source_marked(text, (struct pl_mark){2, 2, 1}), "\xE6\xA1\x88");
    assert_text(pl_source_marked(text, (struct pl_mark){2, 9, 5}), "x");
    assert_text(pl_source_marked(text, (struct pl_mark){2, 99, 5}), "");
    assert_null(pl_source_marked(text, (struct pl_mark){4, 1, 1}).at);
    assert_int_equal(pl_source_utf16(line), 10);
    assert_text(pl_source_characters(line, 3), "\xE5\xA4\x87\xE6\xA1\x88 ");
    for (uint32_t byte = 0; byte < text.len; byte++) {
        const struct pl_mark mark = pl_source_mark(text, byte);
        const struct pl_text at = pl_source_marked(text, mark);
        assert_true(at.at <= text.at + byte);
        assert_true(at.at + at.len >= text.at + byte);
    }
}

/* ---- edits ---- */

static struct pl_bundle bundle_of(struct pl_text text)
{
    return (struct pl_bundle){.count = 1, .files = {{PL_TEXT("x.yaml"), text}}};
}

/* The text with the fix of one mistake at that place; the caller frees. NULL: it does not apply. */
static char *mended(struct pl_text text, struct pl_mark mark, const char *old, const char *new)
{
    const struct pl_bundle bundle = bundle_of(text);
    struct pl_diags *diags = pl_diags_new();
    struct pl_edit edit = {0};
    char *out = NULL;

    assert_non_null(diags);
    struct pl_diag *diag =
        pl_diag_add(diags, (struct pl_diag_place){0, mark}, PL_DIAG_NO_STEP, "x");
    if (old != NULL) {
        pl_diag_fix(diag, pl_text_of(old), new);
    } else {
        pl_diag_fix_remove(diag);
    }
    if (pl_fix_edit(diag, &bundle, &edit)) {
        out = calloc(1, text.len + edit.text.len + 1);
        assert_non_null(out);
        memcpy(out, text.at, edit.from);
        memcpy(out + edit.from, edit.text.at, edit.text.len);
        memcpy(out + edit.from + edit.text.len, text.at + edit.to, text.len - edit.to);
    }
    free(diags);
    return out;
}

static void test_edits(void **state)
{
    static const struct {
        const char *text;
        struct pl_mark mark;
        const char *old; /* NULL: the entry goes */
        const char *new;
        const char *expected; /* NULL: no edit */
    } cases[] = {
        {"after: flling # x", {1, 8, 6}, "flling", "filing", "after: filing # x"},
        {"after: \"flling\"", {1, 8, 8}, "flling", "filing", "after: \"filing\""},
        {"after: 'flling'", {1, 8, 8}, "flling", "filing", "after: 'filing'"},
        {"visit: \"1\"", {1, 8, 3}, "\"1\"", "1", "visit: 1"},
        {"\xE5\xA4\x87: \xE6\xA1\x88\r\nx",
         {1, 4, 1},
         "\xE6\xA1\x88",
         "case",
         "\xE5\xA4\x87: case\r\nx"},
        {"after: fllings", {1, 8, 7}, "flling", "filing", NULL},
        {"after: \"fl\\x6cing\"", {1, 8, 11}, "flling", "filing", NULL},
        {"after: >-\n  flling", {1, 8, 2}, "flling", "filing", NULL},
        {"after: x", {2, 1, 1}, "x", "y", NULL},
        {"after: x", {1, 99, 1}, "x", "y", NULL},
        {"after: x", {0, 0, 0}, "x", "y", NULL},
        {"after: x", {1, 8, 1}, "x", "", NULL},
        {"[a, b, a]", {1, 8, 1}, NULL, NULL, "[a, b]"},
        {"[a, a, b]", {1, 5, 1}, NULL, NULL, "[a, b]"},
        {"[a,a]", {1, 4, 1}, NULL, NULL, "[a]"},
        {"[a , a , b]", {1, 6, 1}, NULL, NULL, "[a , b]"},
        {"x:\n- a\n- a\n- b\n", {3, 3, 1}, NULL, NULL, "x:\n- a\n- b\n"},
        {"x:\r\n  - a\r\n  - a", {3, 5, 1}, NULL, NULL, "x:\r\n  - a\r\n"},
        {"x:\n- a\n- a # why\n", {3, 3, 1}, NULL, NULL, NULL},
        {"[a,\n  a]", {2, 3, 1}, NULL, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char *text = mended(pl_text_of(cases[i].text), cases[i].mark, cases[i].old, cases[i].new);
        if ((text == NULL) != (cases[i].expected == NULL) ||
            (text != NULL && strcmp(text, cases[i].expected) != 0)) {
            fail_msg("%s became %s", cases[i].text, text != NULL ? text : "nothing");
        }
        free(text);
    }
}

/* ---- whole definitions ---- */

static const char departments[] =
    "departments: {d: {title: {zh: D, en: D}, level: city, services: {s: {zh: S, en: S}}}}\n";
static const char calendar[] =
    "calendar: cn\ntitle: {zh: C, en: C}\nzone: \"+08:00\"\nversion: 1\nweekend: [sat, sun]\n"
    "years: {2025: {source: x, holidays: [01-01], work: []}}\n";
static const char form[] = "{\"type\": \"object\", \"properties\": {}}";

/* A bundle of a workflow with these decisions and this step; the caller frees the bytes. */
static struct pl_bytes definition_of(const char *decisions, const char *step)
{
    char text[2048];
    struct pl_builder b;
    uint8_t *bytes = NULL;
    size_t size = 0;

    pl_builder_init(&b, text, sizeof(text));
    pl_builder_addf(&b,
                    "workflow: x\ntitle: {zh: X, en: X}\ncalendar: cn\nform: f\n%s"
                    "steps:\n  one:\n    title: {zh: A, en: A}\n    ask: d.s\n%s"
                    "finish: {completed: {zh: E, en: E, after: one}}\n",
                    decisions, step);
    const struct pl_bundle bundle = {
        .count = 5,
        .files = {{PL_TEXT("x.yaml"), pl_text_of(text)},
                  {PL_TEXT("departments.yaml"), pl_text_of(departments)},
                  {PL_TEXT("documents.yaml"), PL_TEXT("documents: {}\n")},
                  {PL_TEXT("calendars/cn.yaml"), pl_text_of(calendar)},
                  {PL_TEXT("../schemas/forms/f.schema.json"), pl_text_of(form)}},
    };
    assert_int_equal(pl_bundle_write(&bundle, &bytes, &size, NULL), PLACET_OK);
    return (struct pl_bytes){bytes, (uint32_t)size};
}

/* The edits that were made; the workflow is then to contain `expected`. */
static size_t mend(const char *decisions, const char *step, const char *expected)
{
    const struct pl_bytes bytes = definition_of(decisions, step);
    struct placet_bundle *bundle = NULL;
    struct placet_bundle *after = NULL;
    char path[PLACET_PATH_SIZE];
    size_t edits = 0;
    size_t size = 0;

    assert_int_equal(placet_bundle_from_bytes(bytes.at, bytes.size, "w/", &bundle, NULL),
                     PLACET_OK);
    assert_int_equal(placet_bundle_count(bundle), 5);
    assert_int_equal(placet_bundle_mend(bundle, &after, &edits, NULL), PLACET_OK);
    if (edits > 0) {
        const char *text = placet_bundle_file(after, 0, path, &size);
        assert_string_equal(path, "w/x.yaml");
        assert_non_null(memmem(text, size, expected, strlen(expected)));
        assert_null(placet_bundle_file(after, 5, path, &size));
    }
    placet_bundle_free(&after);
    placet_bundle_free(&bundle);
    free((void *)(uintptr_t)bytes.at);
    return edits;
}

static void test_mend(void **state)
{
    (void)state;
    assert_int_equal(mend("", "    limit: 5 working days\n", ""), 0);
    assert_int_equal(mend("", "    limt: 5 workdays\n", "    limit: 5 working days\n"), 2);
    assert_int_equal(mend("", "    limit:5 working days\n    visit: \"1\"\n",
                          "    limit: 5 working days\n    visit: 1\n"),
                     2);
}

/* A key that was misspelt hides what is wrong below it: mending it would show two mistakes instead
 * of one. What helps beside it is mended all the same. */
static void test_mend_singly(void **state)
{
    static const char hidden[] = "decsions:\n  approve: {zh: A}\n  reject: {en: R}\n";

    (void)state;
    assert_int_equal(mend(hidden, "    limit: 5 working days\n", ""), 0);
    assert_int_equal(mend(hidden, "    limit: 5 workdays\n", "decsions:"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines),       cmocka_unit_test(test_columns),
        cmocka_unit_test(test_edits),       cmocka_unit_test(test_mend),
        cmocka_unit_test(test_mend_singly),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
