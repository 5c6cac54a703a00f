/* A definition with every key of the language loads, and fits the schema for editors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "definition/diag_show.h"
#include "definition/files.h"
#include "support/definition_files.h"
#include "value/json.h"
#include "value/schema.h"
#include "value/yaml.h"

#define FOLDER      PLACET_SOURCE_DIR "/"
#define MEMORY_SIZE (64u << 20)

static const char fees[] = "table: fees\n"
                           "title: {zh: 收费, en: Fees}\n"
                           "version: 2025-1\n"
                           "rows:\n"
                           "  new: {fee: 10}\n"
                           "  extension: {fee: 20}\n";

static void put_file(struct definition_files *files, const char *name, const char *path)
{
    char *text = NULL;
    size_t size = 0;

    assert_int_equal(pl_file_read(path, &text, &size, NULL), PLACET_OK);
    definition_files_put(files, name, text, size);
    free(text);
}

static void test_it_loads(void **state)
{
    struct definition_files files;

    (void)state;
    definition_files_read(&files);
    put_file(&files, "permit.yaml", FOLDER "tests/broken/good/permit_whole.yaml");
    definition_files_add(&files, "tables/fees.yaml", fees);
    definition_files_add(&files, "../schemas/answers/sheet.schema.json", "{\"type\": \"object\"}");
    definition_files_add(&files, "results/fire_case.json",
                         "{\"completed\":{\"zh\":\"a\",\"en\":\"b\"}}");
    struct pl_definition *def = NULL;
    if (definition_files_load(&files, &def) != PLACET_OK) {
        char *report = pl_diags_text(files.diags, &files.bundle, (struct pl_show){.folder = ""});
        print_error("%s", report);
        free(report);
        fail();
    }
    assert_int_equal(def->step_count, 15);
    assert_int_equal(def->intake, 0);
    assert_true(def->variable_count > 5);
    pl_definition_free(def);
    definition_files_free(&files);
}

/* ---- the schema for editors ---- */

struct memory {
    struct pl_arena arena;
    void *block;
};

static struct pl_bytes tree_of(struct memory *m, struct pl_text text)
{
    struct pl_writer out;
    struct pl_yaml *root = NULL;
    const size_t size = (size_t)text.len * 2 + 64;

    assert_int_equal(pl_yaml_parse(text, "", &m->arena, &root, NULL), PLACET_OK);
    void *memory = pl_arena_alloc(&m->arena, size);
    assert_non_null(memory);
    pl_writer_init(&out, memory, size);
    assert_int_equal(pl_yaml_write(root, &out), PLACET_OK);
    return pl_writer_bytes(&out);
}

static void assert_fits(const char *schema_path, const char *path, struct pl_text given)
{
    struct memory m = {.block = malloc(MEMORY_SIZE)};
    const struct pl_schema *schema = NULL;
    struct pl_schema_mistake mistake;
    struct pl_writer out;
    char *text = NULL;
    size_t size = 0;

    assert_non_null(m.block);
    pl_arena_init(&m.arena, m.block, MEMORY_SIZE);
    assert_int_equal(pl_file_read(schema_path, &text, &size, NULL), PLACET_OK);
    void *memory = pl_arena_alloc(&m.arena, size + 64);
    pl_writer_init(&out, memory, size + 64);
    assert_int_equal(pl_json_read((struct pl_text){text, (uint32_t)size}, &out, NULL), PLACET_OK);
    assert_int_equal(pl_schema_compile(pl_writer_bytes(&out), NULL, &m.arena, &schema, NULL),
                     PLACET_OK);
    free(text);
    text = NULL;
    if (given.len == 0) {
        assert_int_equal(pl_file_read(path, &text, &size, NULL), PLACET_OK);
        given = (struct pl_text){text, (uint32_t)size};
    }
    if (pl_schema_check(schema, tree_of(&m, given), &mistake, 1) > 0) {
        fail_msg("%s: %s: %s", path, mistake.path, mistake.message);
    }
    free(text);
    free(m.block);
}

static void test_it_fits_the_schema(void **state)
{
    (void)state;
    assert_fits(FOLDER "schemas/workflow.schema.json", FOLDER "tests/broken/good/permit_whole.yaml",
                PL_TEXT(""));
    assert_fits(FOLDER "schemas/table.schema.json", "fees.yaml", PL_TEXT(fees));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_it_loads),
        cmocka_unit_test(test_it_fits_the_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
