/* Every broken definition of this folder is refused with exactly the text beside it: code, file,
 * line, column, caret, message and help. With PLACET_ACCEPT=1 the texts are written anew; look at
 * the difference before you keep it. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "definition/definition.h"
#include "definition/diag_show.h"
#include "definition/files.h"

#define FOLDER    PLACET_SOURCE_DIR "/tests/broken/"
#define PATH_SIZE 1024
#define CASES_MAX 512
#define CASES_MIN 60 /* fewer found: the folder was not read */

/* What each folder replaces in the good bundle; the order of the bundle. */
static const struct {
    const char *folder;
    const char *name; /* in the bundle */
    const char *good;
} parts[] = {
    {"workflow", "permit.yaml", "good/permit.yaml"},
    {"departments", "departments.yaml", "good/departments.yaml"},
    {"documents", "documents.yaml", "good/documents.yaml"},
    {"calendar", "calendars/cn.yaml", "good/calendars/cn.yaml"},
    {"form", "../schemas/forms/permit.schema.json", "good/forms/permit.schema.json"},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct broken {
    size_t part;
    char path[PATH_SIZE];
    char expected_path[PATH_SIZE];
};

static char *read_text(const char *path, size_t *size_out)
{
    struct placet_error err = {0};
    char *text = NULL;

    if (pl_file_read(path, &text, size_out, &err) != PLACET_OK) {
        fail_msg("%s: %s", err.file, err.message);
    }
    return text;
}

/* The good bundle with one file replaced (`replaced` NULL: none). */
static void load(size_t part, const char *replaced, struct pl_diags *diags, char **report_out,
                 int *rc_out)
{
    struct pl_bundle bundle = {.count = PARTS};
    char *texts[PARTS];
    struct pl_definition *def = NULL;
    uint8_t *bytes = NULL;
    size_t size = 0;

    for (size_t i = 0; i < PARTS; i++) {
        char path[PATH_SIZE];
        (void)snprintf(path, sizeof(path), "%s%s", FOLDER, parts[i].good);
        texts[i] = read_text(replaced != NULL && i == part ? replaced : path, &size);
        bundle.files[i] =
            (struct pl_bundle_file){pl_text_of(parts[i].name), {texts[i], (uint32_t)size}};
    }
    assert_int_equal(pl_bundle_write(&bundle, &bytes, &size, NULL), PLACET_OK);
    *rc_out = pl_definition_load((struct pl_bytes){bytes, (uint32_t)size}, diags, &def, NULL);
    *report_out = pl_diags_text(diags, &bundle, (struct pl_show){.folder = "workflows/"});
    pl_definition_free(def);
    free(bytes);
    for (size_t i = 0; i < PARTS; i++) {
        free(texts[i]);
    }
    assert_non_null(*report_out);
}

static void accept(const char *path, const char *text)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
    assert_int_equal(fclose(file), 0);
}

static void test_broken(void **state)
{
    const struct broken *broken = *state;
    struct pl_diags *diags = pl_diags_new();
    char *report = NULL;
    size_t size = 0;
    int rc = PLACET_OK;

    assert_non_null(diags);
    load(broken->part, broken->path, diags, &report, &rc);
    assert_int_equal(rc, PLACET_EINVALID);
    assert_true(diags->count > 0);
    if (getenv("PLACET_ACCEPT") != NULL) {
        accept(broken->expected_path, report);
    }
    char *expected = read_text(broken->expected_path, &size);
    if (strlen(report) != size || memcmp(report, expected, size) != 0) {
        fail_msg("%s is refused with\n%s", broken->path, report);
    }
    free(expected);
    free(report);
    free(diags);
}

/* The good files are good: what is refused above is refused for what was broken in it. */
static void test_good(void **state)
{
    struct pl_diags *diags = pl_diags_new();
    char *report = NULL;
    int rc = PLACET_EINVALID;

    (void)state;
    assert_non_null(diags);
    load(0, NULL, diags, &report, &rc);
    assert_string_equal(report, "");
    assert_int_equal(rc, PLACET_OK);
    free(report);
    free(diags);
}

static int by_path(const void *a, const void *b)
{
    const struct broken *x = a;
    const struct broken *y = b;

    return strcmp(x->path, y->path);
}

static size_t add_folder(size_t part, struct broken *cases, size_t count)
{
    char path[PATH_SIZE];
    (void)snprintf(path, sizeof(path), "%s%s", FOLDER, parts[part].folder);
    DIR *dir = opendir(path);

    for (const struct dirent *entry = dir != NULL ? readdir(dir) : NULL;
         entry != NULL && count < CASES_MAX; entry = readdir(dir)) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || (strcmp(dot, ".yaml") != 0 && strcmp(dot, ".json") != 0)) {
            continue;
        }
        struct broken *broken = &cases[count++];
        const int stem = (int)(dot - entry->d_name);
        broken->part = part;
        (void)snprintf(broken->path, PATH_SIZE, "%s%s/%s", FOLDER, parts[part].folder,
                       entry->d_name);
        (void)snprintf(broken->expected_path, PATH_SIZE, "%s%s/%.*s.txt", FOLDER,
                       parts[part].folder, stem, entry->d_name);
    }
    if (dir != NULL) {
        (void)closedir(dir);
    }
    return count;
}

int main(void)
{
    static struct broken cases[CASES_MAX];
    static struct CMUnitTest tests[CASES_MAX + 1];
    size_t count = 0;

    for (size_t part = 0; part < PARTS; part++) {
        count = add_folder(part, cases, count);
    }
    if (count < CASES_MIN) {
        (void)fprintf(stderr, "only %zu broken definitions found in %s\n", count, FOLDER);
        return 1;
    }
    qsort(cases, count, sizeof(cases[0]), by_path);
    tests[0] = (struct CMUnitTest)cmocka_unit_test(test_good);
    for (size_t i = 0; i < count; i++) {
        tests[i + 1] = (struct CMUnitTest){.name = cases[i].path + strlen(FOLDER),
                                           .test_func = test_broken,
                                           .initial_state = &cases[i]};
    }
    return _cmocka_run_group_tests("broken definitions", tests, count + 1, NULL, NULL);
}
