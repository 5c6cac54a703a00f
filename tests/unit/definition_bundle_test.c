/* What belongs to a definition is found beside it: catalogues, calendar and form, tables, schemas
 * of answers, and of a child its results alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "definition/bundle.h"

#define PATH_SIZE 512

static const struct {
    const char *name;
    const char *text;
} files[] = {
    {"flow/parent.yaml", "workflow: parent\ncalendar: cn\nform: site\ntables: [fees]\nsteps:\n"
                         "  a: {run: child}\n  b: {run: {workflow: child}, answer: sheet}\n"
                         "  c: {run: ../secret, answer: ../secret}\n  d: {run: missing}\n"},
    {"flow/child.yaml",
     "workflow: child\nform: another\nfinish:\n"
     "  completed: {zh: a, en: Done}\n  lapsed: {zh: \"\\\"b\\\"\", en: Lapsed}\n"},
    {"flow/departments.yaml", "departments"},
    {"flow/documents.yaml", "documents"},
    {"flow/calendars/cn.yaml", "calendar"},
    {"flow/tables/fees.yaml", "table"},
    {"schemas/forms/site.schema.json", "form"},
    {"schemas/answers/sheet.schema.json", "answer"},
    {"secret.yaml", "finish: {secret: {zh: a, en: b}}"},
};
static const char *const folders[] = {"flow",    "flow/calendars", "flow/tables",
                                      "schemas", "schemas/forms",  "schemas/answers"};
#define COUNT(ARRAY) (sizeof(ARRAY) / sizeof((ARRAY)[0]))

static int set_up(void **state)
{
    char *root = strdup("/tmp/placet-bundle-XXXXXX");
    char path[PATH_SIZE];

    assert_non_null(root);
    assert_non_null(mkdtemp(root));
    for (size_t i = 0; i < COUNT(folders); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, folders[i]);
        assert_int_equal(mkdir(path, 0700), 0);
    }
    for (size_t i = 0; i < COUNT(files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, files[i].name);
        FILE *file = fopen(path, "wb");
        assert_non_null(file);
        assert_true(fputs(files[i].text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    }
    *state = root;
    return 0;
}

static int tear_down(void **state)
{
    char *root = *state;
    char path[PATH_SIZE];

    for (size_t i = 0; i < COUNT(files); i++) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, files[i].name);
        assert_int_equal(unlink(path), 0);
    }
    for (size_t i = COUNT(folders); i > 0; i--) {
        (void)snprintf(path, sizeof(path), "%s/%s", root, folders[i - 1]);
        assert_int_equal(rmdir(path), 0);
    }
    assert_int_equal(rmdir(root), 0);
    free(root);
    return 0;
}

static void test_files_beside(void **state)
{
    static const char *const wanted[] = {
        "parent.yaml",
        "departments.yaml",
        "documents.yaml",
        "calendars/cn.yaml",
        "../schemas/forms/site.schema.json",
        "tables/fees.yaml",
        "results/child.json",
        "../schemas/answers/sheet.schema.json",
    };
    struct pl_bundle bundle = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof(path), "%s/flow/parent.yaml", (const char *)*state);
    assert_int_equal(pl_bundle_read_files(path, &bytes, &size, NULL), PLACET_OK);
    assert_int_equal(pl_bundle_parse((struct pl_bytes){bytes, (uint32_t)size}, &bundle, NULL),
                     PLACET_OK);
    assert_int_equal(bundle.count, COUNT(wanted));
    for (size_t i = 0; i < COUNT(wanted); i++) {
        if (!pl_text_is(bundle.files[i].name, wanted[i])) {
            fail_msg("%.*s instead of %s", (int)bundle.files[i].name.len, bundle.files[i].name.at,
                     wanted[i]);
        }
    }
    const struct pl_text results = bundle.files[pl_bundle_find(&bundle, "results/child.json")].text;
    static const char expected[] = "{\"completed\": {\"zh\": \"a\", \"en\": \"Done\"}, "
                                   "\"lapsed\": {\"zh\": \"\\\"b\\\"\", \"en\": \"Lapsed\"}}";
    if (!pl_text_is(results, expected)) {
        fail_msg("%.*s instead of %s", (int)results.len, results.at, expected);
    }
    free(bytes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_files_beside, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
