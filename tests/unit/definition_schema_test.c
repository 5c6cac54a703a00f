/* The schemas of schemas/ and the loader say the same: what the loader takes fits them, what has
 * the wrong shape does not, and what the tools write as JSON is what they describe. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>
#include <placet/definition.h>

#include "base/arena.h"
#include "definition/files.h"
#include "value/json.h"
#include "value/schema.h"
#include "value/yaml.h"

#define SOURCE      PLACET_SOURCE_DIR "/"
#define MEMORY_SIZE (64u << 20)

struct memory {
    struct pl_arena arena;
    void *block;
};

static int set_up(void **state)
{
    struct memory *m = malloc(sizeof(*m));

    assert_non_null(m);
    m->block = malloc(MEMORY_SIZE);
    assert_non_null(m->block);
    pl_arena_init(&m->arena, m->block, MEMORY_SIZE);
    *state = m;
    return 0;
}

static int tear_down(void **state)
{
    struct memory *m = *state;

    free(m->block);
    free(m);
    return 0;
}

static struct pl_text read_text(struct memory *m, const char *path)
{
    struct placet_error err = {0};
    char *text = NULL;
    size_t size = 0;

    if (pl_file_read(path, &text, &size, &err) != PLACET_OK) {
        fail_msg("%s: %s", err.file, err.message);
    }
    const char *kept = pl_arena_text(&m->arena, text, size);
    assert_non_null(kept);
    free(text);
    return (struct pl_text){kept, (uint32_t)size};
}

static struct pl_writer writer(struct memory *m, size_t size)
{
    struct pl_writer out;
    void *memory = pl_arena_alloc(&m->arena, size);

    assert_non_null(memory);
    pl_writer_init(&out, memory, size);
    return out;
}

static struct pl_bytes json_value(struct memory *m, struct pl_text text)
{
    struct pl_writer out = writer(m, text.len + 64);
    struct placet_error err = {0};

    if (pl_json_read(text, &out, &err) != PLACET_OK) {
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    }
    return pl_writer_bytes(&out);
}

/* Size 0 when it is not YAML. */
static struct pl_bytes yaml_text_value(struct memory *m, struct pl_text text, const char *path)
{
    struct pl_writer out = writer(m, (size_t)text.len * 2 + 64);
    struct pl_yaml *root = NULL;

    if (pl_yaml_parse(text, path, &m->arena, &root, NULL) != PLACET_OK ||
        pl_yaml_write(root, &out) != PLACET_OK) {
        return (struct pl_bytes){0};
    }
    return pl_writer_bytes(&out);
}

static struct pl_bytes yaml_value(struct memory *m, const char *path)
{
    return yaml_text_value(m, read_text(m, path), path);
}

static const struct pl_schema *schema(struct memory *m, const char *name)
{
    const struct pl_schema *compiled = NULL;
    struct placet_error err = {0};
    char path[1024];
    struct pl_builder b;

    pl_builder_init(&b, path, sizeof(path));
    pl_builder_addf(&b, SOURCE "schemas/%s.schema.json", name);
    if (pl_schema_compile(json_value(m, read_text(m, path)), NULL, &m->arena, &compiled, &err) !=
        PLACET_OK) {
        fail_msg("%s: %s", name, err.message);
    }
    return compiled;
}

static void assert_fits(const struct pl_schema *s, struct pl_bytes value, const char *what)
{
    struct pl_schema_mistake mistakes[1];

    assert_true(value.size > 0);
    if (pl_schema_check(s, value, mistakes, 1) > 0) {
        fail_msg("%s: %s: %s", what, mistakes[0].path, mistakes[0].message);
    }
}

static void test_good_files_fit(void **state)
{
    static const struct {
        const char *schema;
        const char *path;
    } files[] = {
        {"workflow", SOURCE "workflows/construction_permit.yaml"},
        {"workflow", SOURCE "workflows/construction_permit_traditional.yaml"},
        {"workflow", SOURCE "tests/broken/good/permit.yaml"},
        {"departments", SOURCE "workflows/departments.yaml"},
        {"departments", SOURCE "tests/broken/good/departments.yaml"},
        {"documents", SOURCE "workflows/documents.yaml"},
        {"documents", SOURCE "tests/broken/good/documents.yaml"},
        {"calendar", SOURCE "workflows/calendars/cn.yaml"},
        {"calendar", SOURCE "tests/broken/good/calendars/cn.yaml"},
    };

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        assert_fits(schema(*state, files[i].schema), yaml_value(*state, files[i].path),
                    files[i].path);
    }
}

static void test_tables_fit(void **state)
{
    static const char good[] = "table: fees\ntitle: {zh: 收费, en: Fees}\nversion: \"2016-1\"\n"
                               "rows:\n  survey: {cny: 1200, note: null}\n  A-1: {cny: 0.5}\n";
    static const char bad[] = "table: fees\nversion: 2016\nrows: [1]\n";
    const struct pl_schema *table = schema(*state, "table");

    assert_fits(table, yaml_text_value(*state, PL_TEXT(good), "good"), "good");
    assert_int_equal(pl_schema_check(table, yaml_text_value(*state, PL_TEXT(bad), "bad"), NULL, 0),
                     1);
}

static bool is_workflow(struct pl_bytes value)
{
    return value.size > 0 && pl_value_get(value, PL_TEXT("workflow")).size > 0 &&
           pl_value_get(value, PL_TEXT("steps")).size > 0;
}

/* The patterns use every construct of the language. */
static void test_patterns_fit(void **state)
{
    const struct pl_schema *workflow = schema(*state, "workflow");
    unsigned count = 0;
    glob_t found;

    assert_int_equal(glob(SOURCE "tests/patterns/*/*.yaml", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++) {
        const struct pl_bytes value = yaml_value(*state, found.gl_pathv[i]);
        if (is_workflow(value)) {
            assert_fits(workflow, value, found.gl_pathv[i]);
            count++;
        }
    }
    globfree(&found);
    assert_in_range(count, 43, 1000);
}

/* Mistakes of shape, which an editor shows while one writes. */
static const char *const broken[] = {
    "unknown_key",
    "unknown_key_at_top",
    "unknown_key_of_decision",
    "missing_title",
    "missing_english",
    "title_one_language",
    "missing_limit",
    "missing_finish",
    "missing_gives",
    "two_kinds",
    "no_kind",
    "step_is_text",
    "counts_yes",
    "visit_text",
    "visit_too_many",
    "cost_with_comma",
    "cost_negative",
    "id_with_hyphen",
    "id_chinese",
    "id_reserved",
    "act_unknown",
    "reason_yes",
    "needs_twice",
    "needs_map",
    "after_empty",
    "tell_with_limit",
    "for_each_empty",
    "back_to_without_bound",
    "back_to_bound_too_high",
    "decision_ends_and_back",
    "span_unit_unknown",
    "span_unit_missing",
    "span_number_missing",
    "span_zero",
    "span_too_long",
    "ladder_rung",
    "ladder_percent",
    "ladder_card",
    "ladder_too_long",
    "silence_grants",
    "statutory_alone",
    "deliver_of_tell",
    "extension_without_role",
    "intake_without_limit",
    "result_for_each",
    "retry_days",
    "retry_jitter",
    "rung_empty",
    "sign_alone",
    "silence_of_file",
    "stop_reason_unknown",
    "undo_false",
    "unknown_key_of_member",
    "wait_for_keys",
    "yaml_list_at_top",
};

static void test_broken_shapes_do_not_fit(void **state)
{
    const struct pl_schema *workflow = schema(*state, "workflow");
    char path[1024];

    for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
        struct pl_builder b;
        pl_builder_init(&b, path, sizeof(path));
        pl_builder_addf(&b, SOURCE "tests/broken/workflow/%s.yaml", broken[i]);
        const struct pl_bytes value = yaml_value(*state, path);
        struct pl_schema_mistake mistakes[1];
        assert_true(value.size > 0);
        if (pl_schema_check(workflow, value, mistakes, 1) == 0) {
            fail_msg("the schema takes %s", broken[i]);
        }
    }
}

/* ---- what the tools write ---- */

static struct placet_definition *load(const char *path)
{
    struct placet_bundle *bundle = NULL;
    struct placet_definition *definition = NULL;
    char *report = NULL;

    assert_int_equal(placet_bundle_read(path, &bundle, NULL), PLACET_OK);
    assert_int_equal(placet_bundle_check(bundle, PLACET_JSON, &definition, &report), PLACET_OK);
    placet_free(report);
    placet_bundle_free(&bundle);
    return definition;
}

static void assert_output_fits(struct memory *m, const char *name, char *text)
{
    assert_non_null(text);
    assert_fits(schema(m, name), json_value(m, pl_text_of(text)), name);
    placet_free(text);
}

static void test_outputs_fit(void **state)
{
    static const char *const start = "2016-04-20";
    struct placet_definition *after = load(SOURCE "workflows/construction_permit.yaml");
    struct placet_definition *before =
        load(SOURCE "workflows/construction_permit_traditional.yaml");
    char *text = NULL;

    assert_int_equal(placet_definition_analyse(before, start, PLACET_JSON, &text, NULL), PLACET_OK);
    assert_output_fits(*state, "cli/analyse", text);
    assert_int_equal(placet_definition_compare(before, after, start, PLACET_JSON, &text, NULL),
                     PLACET_OK);
    assert_output_fits(*state, "cli/compare", text);
    assert_int_equal(placet_calendar_count(SOURCE "workflows/calendars/cn.yaml", start, "20 days",
                                           PLACET_JSON, &text, NULL),
                     PLACET_OK);
    assert_output_fits(*state, "cli/calendar_count", text);
    assert_int_equal(placet_explain("P0401", PLACET_JSON, &text), PLACET_OK);
    assert_output_fits(*state, "cli/explain", text);
    placet_definition_free(&before);
    placet_definition_free(&after);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_good_files_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tables_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_patterns_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_broken_shapes_do_not_fit, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_outputs_fit, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
