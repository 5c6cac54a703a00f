/* The yaml-test-suite (data-2022-01-17): every case is read with the value that the suite names, or
 * refused with a place and a reason. Skipped where the suite is not at hand: PLACET_SUITES, by
 * default ../shared/suites. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "value/equal.h"
#include "value/json.h"
#include "value/yaml.h"

#define ARENA_SIZE (8u * 1024 * 1024)

static struct pl_arena arena;
static uint8_t yaml_value[1 << 16];
static uint8_t json_value[1 << 16];

struct tally {
    unsigned cases;
    unsigned equal;   /* read, with the right value */
    unsigned valued;  /* read, and the suite names no single JSON value */
    unsigned refused; /* with a place */
    unsigned wrong;
};

static char *read_file(const char *folder, const char *name, size_t *size_out)
{
    char path[1024];
    (void)snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        return NULL;
    }
    char *text = malloc(1 << 16);
    assert_non_null(text);
    *size_out = fread(text, 1, 1 << 16, file);
    (void)fclose(file);
    return text;
}

/* Whether the tree means what in.json says; a case without one value passes. */
static void compare_value(const char *folder, const struct pl_yaml *root, struct tally *tally)
{
    size_t size = 0;
    char *json = read_file(folder, "in.json", &size);
    struct pl_writer yaml_out;
    struct pl_writer json_out;

    pl_writer_init(&json_out, json_value, sizeof(json_value));
    if (json == NULL ||
        pl_json_read((struct pl_text){json, (uint32_t)size}, &json_out, NULL) != PLACET_OK) {
        tally->valued++;
        free(json);
        return;
    }
    free(json);
    pl_writer_init(&yaml_out, yaml_value, sizeof(yaml_value));
    if (pl_yaml_write(root, &yaml_out) == PLACET_OK &&
        pl_value_equal(pl_writer_bytes(&yaml_out), pl_writer_bytes(&json_out))) {
        tally->equal++;
        return;
    }
    print_error("%s: another value\n", folder);
    tally->wrong++;
}

static void run_case(const char *folder, struct tally *tally)
{
    size_t size = 0;
    size_t ignored = 0;
    char *text = read_file(folder, "in.yaml", &size);
    if (text == NULL) {
        return;
    }
    char *error = read_file(folder, "error", &ignored);
    struct pl_yaml *root = NULL;
    struct placet_error err = {0};

    tally->cases++;
    pl_arena_reset(&arena);
    const int rc =
        pl_yaml_parse((struct pl_text){text, (uint32_t)size}, "in.yaml", &arena, &root, &err);
    if (rc == PLACET_OK && error != NULL) {
        print_error("%s: read, though wrong\n", folder);
        tally->wrong++;
    } else if (rc == PLACET_OK) {
        compare_value(folder, root, tally);
    } else if (rc == PLACET_EINVALID && err.line > 0 && err.column > 0 && err.message[0] != '\0' &&
               err.hint[0] != '\0') {
        tally->refused++;
        if (error == NULL && getenv("PLACET_VERBOSE") != NULL) {
            print_message("%s: %u:%u %s\n", folder, err.line, err.column, err.message);
        }
    } else {
        print_error("%s: %d %u:%u %s\n", folder, rc, err.line, err.column, err.message);
        tally->wrong++;
    }
    free(text);
    free(error);
}

/* A case, or a folder of numbered ones. */
static void run_folder(const char *folder, unsigned depth, struct tally *tally)
{
    DIR *dir = opendir(folder);
    if (dir == NULL) {
        return;
    }
    run_case(folder, tally);
    for (struct dirent *entry = readdir(dir); entry != NULL && depth < 2; entry = readdir(dir)) {
        char path[1024];
        if (entry->d_name[0] != '.') {
            (void)snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
            run_folder(path, depth + 1, tally);
        }
    }
    (void)closedir(dir);
}

static const char *suite_folder(void)
{
    static char folder[512];
    const char *suites = getenv("PLACET_SUITES");

    (void)snprintf(folder, sizeof(folder), "%s/yaml",
                   suites != NULL ? suites : PLACET_SOURCE_DIR "/../shared/suites");
    return folder;
}

static void every_case_is_read_right_or_refused_with_a_place(void **state)
{
    struct tally tally = {0};
    (void)state;

    void *block = malloc(ARENA_SIZE);
    assert_non_null(block);
    pl_arena_init(&arena, block, ARENA_SIZE);
    run_folder(suite_folder(), 0, &tally);
    free(block);
    print_message("%u cases: %u equal, %u without a value to compare, %u refused\n", tally.cases,
                  tally.equal, tally.valued, tally.refused);
    assert_int_equal(tally.wrong, 0);
    assert_in_range(tally.cases, 400, 1000);
    assert_in_range(tally.equal, 157, 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_case_is_read_right_or_refused_with_a_place),
    };

    if (access(suite_folder(), R_OK) != 0) {
        print_message("skipped: no yaml-test-suite in %s\n", suite_folder());
        return 77;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
