/* What a schema promises about a path: types, what is always there, bounds, titles. */
#include "value/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "value/json.h"

static char memory[1 << 20];
static struct pl_arena arena;
static uint8_t bytes[1 << 16];

static const struct pl_schema *compile(const char *text)
{
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};
    struct pl_writer out;

    pl_arena_init(&arena, memory, sizeof(memory));
    pl_writer_init(&out, bytes, sizeof(bytes));
    if (pl_json_read(pl_text_of(text), &out, &err) != PLACET_OK ||
        pl_schema_compile(pl_writer_bytes(&out), NULL, &arena, &schema, &err) != PLACET_OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return schema;
}

static const char form[] =
    "{\"type\":\"object\",\"title\":\"Form / 表\",\"additionalProperties\":false,"
    "\"required\":[\"project\",\"owners\"],\"properties\":{"
    "\"project\":{\"title\":\"Project / "
    "项目\",\"type\":\"object\",\"required\":[\"area\",\"code\"],"
    "\"additionalProperties\":false,\"properties\":{"
    "\"area\":{\"title\":\"Area / 面积\",\"type\":\"number\"},"
    "\"floors\":{\"type\":\"integer\"},"
    "\"special_fire\":{\"type\":\"boolean\"},"
    "\"use\":{\"title\":\"Use / 用途\",\"enum\":[\"housing\",\"office\"]},"
    "\"grade\":{\"type\":\"number\",\"enum\":[1,2,2.5]},"
    "\"kind\":{\"const\":3},"
    "\"code\":{\"$ref\":\"#/$defs/code\",\"maxLength\":6},"
    "\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":4}}},"
    "\"owners\":{\"type\":\"array\",\"maxItems\":20,\"items\":{\"$ref\":\"#/$defs/person\"}},"
    "\"pair\":{\"type\":\"array\",\"prefixItems\":[{\"type\":\"string\"}]},"
    "\"agent\":{\"allOf\":[{\"$ref\":\"#/$defs/person\"},"
    "{\"required\":[\"until\"],\"properties\":{\"until\":{\"type\":\"string\"}}}]},"
    "\"either\":{\"type\":\"object\",\"required\":[\"left\"],\"anyOf\":["
    "{\"properties\":{\"left\":{\"type\":\"string\"}}},{\"maxProperties\":1}]},"
    "\"loop\":{\"$ref\":\"#/$defs/loop\"},"
    "\"free\":{\"type\":\"object\"},"
    "\"fees\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}},"
    "\"$defs\":{\"code\":{\"title\":\"Code / 代码\",\"type\":\"string\",\"maxLength\":9},"
    "\"loop\":{\"type\":\"object\",\"properties\":{\"in\":{\"$ref\":\"#/$defs/loop\"}}},"
    "\"person\":{\"type\":\"object\",\"required\":[\"name\"],\"properties\":{"
    "\"name\":{\"type\":\"string\"},\"phones\":{\"type\":\"array\",\"items\":{\"type\":\"array\","
    "\"items\":{\"type\":\"integer\"}}}}}}}";

static void paths_have_types(void **state)
{
    static const struct {
        const char *path;
        bool found;
        bool required;
        enum pl_cel_type type;
        const char *suggestion;
    } rows[] = {
        {"", true, true, PL_CEL_MAP, NULL},
        {"project", true, true, PL_CEL_MAP, NULL},
        {"project.area", true, true, PL_CEL_DOUBLE, NULL},
        {"project.floors", true, false, PL_CEL_INT, NULL},
        {"project.special_fire", true, false, PL_CEL_BOOL, NULL},
        {"project.use", true, false, PL_CEL_STRING, NULL},
        {"project.grade", true, false, PL_CEL_DOUBLE, NULL},
        {"project.kind", true, false, PL_CEL_INT, NULL},
        {"project.code", true, true, PL_CEL_STRING, NULL},
        {"project.note", true, false, PL_CEL_DYN, NULL},
        {"owners", true, true, PL_CEL_LIST, NULL},
        {"owners[]", true, true, PL_CEL_MAP, NULL},
        {"owners[].name", true, true, PL_CEL_STRING, NULL},
        {"owners[].phones[][]", true, false, PL_CEL_INT, NULL},
        {"owners[].nam", false, false, PL_CEL_DYN, "name"},
        {"owners.name", false, false, PL_CEL_DYN, NULL},
        {"project[]", false, false, PL_CEL_DYN, NULL},
        {"pair[]", true, false, PL_CEL_DYN, NULL},
        {"agent.name", true, false, PL_CEL_STRING, NULL},
        {"agent.until", true, false, PL_CEL_STRING, NULL},
        {"either.left", true, false, PL_CEL_DYN, NULL},
        {"loop.in.in.in.in", true, false, PL_CEL_MAP, NULL},
        {"free.any.thing", true, false, PL_CEL_DYN, NULL},
        {"fees.survey", true, false, PL_CEL_DOUBLE, NULL},
        {"project.specal_fire", false, false, PL_CEL_DYN, "special_fire"},
        {"projet.area", false, false, PL_CEL_DYN, "project"},
        {"project.area.x", false, false, PL_CEL_DYN, NULL},
        {"zzz", false, false, PL_CEL_DYN, NULL},
        {"project..area", false, false, PL_CEL_DYN, NULL},
        {"[", false, false, PL_CEL_DYN, NULL},
    };
    (void)state;
    const struct pl_schema *schema = compile(form);

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct pl_schema_field field = {.type = PL_CEL_DYN};
        const char *suggestion = NULL;
        const bool found = pl_schema_at(schema, pl_text_of(rows[i].path), &field, &suggestion);
        if (found != rows[i].found || field.type != rows[i].type ||
            field.required != rows[i].required ||
            (suggestion == NULL) != (rows[i].suggestion == NULL) ||
            (suggestion != NULL && strcmp(suggestion, rows[i].suggestion) != 0)) {
            fail_msg("%s: %d %d %d %s", rows[i].path, found, field.required, (int)field.type,
                     suggestion != NULL ? suggestion : "-");
        }
    }
}

static void a_field_brings_its_bounds_and_titles(void **state)
{
    struct pl_schema_field field;
    const char *suggestion;
    struct pl_text text;
    (void)state;
    const struct pl_schema *schema = compile(form);

    assert_true(pl_schema_at(schema, PL_TEXT("project.code"), &field, &suggestion));
    assert_int_equal(field.length_max, 6);
    assert_true(field.items_max == UINT64_MAX);
    assert_true(pl_text_is(field.title_zh, "代码"));
    assert_true(pl_text_is(field.title_en, "Code"));

    assert_true(pl_schema_at(schema, PL_TEXT("owners"), &field, &suggestion));
    assert_int_equal(field.items_max, 20);
    assert_int_equal(field.types, PL_TYPE_ARRAY);
    assert_int_equal(field.title_zh.len, 0);

    assert_true(pl_schema_at(schema, PL_TEXT("project.use"), &field, &suggestion));
    struct pl_reader in;
    pl_reader_init(&in, field.values.at, field.values.size);
    assert_int_equal(pl_reader_array(&in), 2);
    text = pl_reader_text(&in, UINT32_MAX);
    assert_true(pl_text_is(text, "housing"));
    assert_true(pl_schema_at(schema, PL_TEXT("project.kind"), &field, &suggestion));
    assert_int_equal(field.constant.size, 1);
    assert_true(pl_schema_at(schema, PL_TEXT("project.note"), &field, &suggestion));
    assert_int_equal(field.types, PL_TYPE_STRING | PL_TYPE_NULL);
}

/* `required` speaks of objects: a text need not have the field. */
static void what_may_be_something_else_requires_nothing(void **state)
{
    struct pl_schema_field field;
    const char *suggestion;
    (void)state;

    const struct pl_schema *schema =
        compile("{\"required\":[\"a\"],\"properties\":{\"a\":{\"required\":[\"b\"]}}}");
    assert_true(pl_schema_at(schema, PL_TEXT("a"), &field, &suggestion));
    assert_true(field.required);
    assert_true(pl_schema_at(schema, PL_TEXT("a.b"), &field, &suggestion));
    assert_false(field.required);
}

static void many_schemas_over_one_value_leave_it_open(void **state)
{
    char text[8192] = "{\"allOf\":[";
    size_t len = strlen(text);
    struct pl_schema_field field;
    const char *suggestion;
    (void)state;

    for (int i = 0; i < 40; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "%s{\"properties\":{\"f%d\":{\"type\":\"string\"}}}",
                                i > 0 ? "," : "", i);
    }
    (void)snprintf(text + len, sizeof(text) - len, "]}");
    const struct pl_schema *schema = compile(text);
    assert_true(pl_schema_at(schema, PL_TEXT("f0"), &field, &suggestion));
    assert_int_equal(field.type, PL_CEL_STRING);
    assert_true(pl_schema_at(schema, PL_TEXT("f39"), &field, &suggestion));
    assert_int_equal(field.type, PL_CEL_DYN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_have_types),
        cmocka_unit_test(a_field_brings_its_bounds_and_titles),
        cmocka_unit_test(what_may_be_something_else_requires_nothing),
        cmocka_unit_test(many_schemas_over_one_value_leave_it_open),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
