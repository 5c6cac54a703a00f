/* Schemas of forms: what is found in a document, how it is named, and which schemas are refused. */
#include "value/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/json.h"
#include "value/limits.h"

static char memory[4 << 20];
static struct pl_arena arena;
static uint8_t schema_bytes[1 << 18];
static uint8_t document_bytes[1 << 18];
static struct pl_schema_mistake mistakes[8];

static struct pl_bytes json(const char *text, uint8_t *bytes, size_t size)
{
    struct pl_writer out;
    struct placet_error err = {0};

    pl_writer_init(&out, bytes, size);
    if (pl_json_read(pl_text_of(text), &out, &err) != PLACET_OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return pl_writer_bytes(&out);
}

static int compile(const char *text, const struct pl_schema **schema, struct placet_error *err)
{
    pl_arena_init(&arena, memory, sizeof(memory));
    const struct pl_bytes bytes = json(text, schema_bytes, sizeof(schema_bytes));
    const int rc = pl_schema_compile(bytes, NULL, &arena, schema, err);
    memset(schema_bytes, 0, sizeof(schema_bytes)); /* nothing borrows from it */
    return rc;
}

static const struct pl_schema *compile_good(const char *text)
{
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};

    if (compile(text, &schema, &err) != PLACET_OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return schema;
}

static uint32_t check(const struct pl_schema *schema, const char *document)
{
    memset(mistakes, 0, sizeof(mistakes));
    return pl_schema_check(schema, json(document, document_bytes, sizeof(document_bytes)), mistakes,
                           8);
}

static const char form[] =
    "{\"type\":\"object\",\"title\":\"Form / 表\",\"additionalProperties\":false,"
    "\"required\":[\"project\"],\"properties\":{"
    "\"project\":{\"title\":\"Project / 项目\",\"type\":\"object\",\"required\":[\"area\"],"
    "\"additionalProperties\":false,\"properties\":{"
    "\"area\":{\"title\":\"Area / 面积\",\"type\":\"number\",\"exclusiveMinimum\":0},"
    "\"floors\":{\"type\":\"integer\",\"maximum\":200},"
    "\"special_fire\":{\"type\":\"boolean\"},"
    "\"use\":{\"title\":\"Use / 用途\",\"enum\":[\"housing\",\"office\"]},"
    "\"code\":{\"$ref\":\"#/$defs/code\"},"
    "\"note\":{\"type\":[\"string\",\"null\"],\"maxLength\":4},"
    "\"owners\":{\"type\":\"array\",\"minItems\":1,\"uniqueItems\":true,"
    "\"items\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"}}}},"
    "\"a/b~c\":{\"type\":\"null\"},"
    "\"start\":{\"type\":\"string\",\"format\":\"date\"}}},"
    "\"free\":{\"type\":\"object\"},"
    "\"fees\":{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}},"
    "\"$defs\":{\"code\":{\"type\":\"string\",\"pattern\":\"^[1-8][0-9]{5}$\"}}}";

static void a_good_form_has_no_mistakes(void **state)
{
    (void)state;
    const struct pl_schema *schema = compile_good(form);

    assert_int_equal(check(schema, "{\"project\":{\"area\":2500,\"floors\":24.0,\"use\":\"office\","
                                   "\"code\":\"110105\",\"note\":\"消防设计\","
                                   "\"special_fire\":true,\"a/b~c\":null,"
                                   "\"owners\":[{\"name\":\"Li\"},{\"name\":\"Wu\"}],"
                                   "\"start\":\"2016-02-29\"},\"free\":{\"x\":1},"
                                   "\"fees\":{\"x\":1.5}}"),
                     0);
}

static const struct {
    const char *document;
    const char *path;
    const char *rule;
    const char *title_zh;
    const char *title_en;
    const char *message;
} cases[] = {
    {"{}", "/project", "required", "项目", "Project", "`project` is missing"},
    {"[]", "", "type", "表", "Form", "must be a group of fields, not a list"},
    {"{\"project\":{}}", "/project/area", "required", "面积", "Area", "`area` is missing"},
    {"{\"project\":{\"area\":\"big\"}}", "/project/area", "type", "面积", "Area",
     "must be a number, not a text"},
    {"{\"project\":{\"area\":0}}", "/project/area", "exclusiveMinimum", "面积", "Area",
     "must be above 0"},
    {"{\"project\":{\"area\":1,\"floors\":2.5}}", "/project/floors", "type", "项目", "Project",
     "must be a whole number, not a number"},
    {"{\"project\":{\"area\":1,\"floors\":201}}", "/project/floors", "maximum", "项目", "Project",
     "must be at most 200"},
    {"{\"project\":{\"area\":1,\"use\":\"farm\"}}", "/project/use", "enum", "用途", "Use",
     "must be one of `housing`, `office`"},
    {"{\"project\":{\"area\":1,\"code\":\"910105\"}}", "/project/code", "pattern", "项目",
     "Project", "does not have the form that is asked for"},
    {"{\"project\":{\"area\":1,\"code\":\"110105\\n\"}}", "/project/code", "pattern", "项目",
     "Project", "does not have the form that is asked for"},
    {"{\"project\":{\"area\":1,\"note\":\"消防设计审\"}}", "/project/note", "maxLength", "项目",
     "Project", "must have at most 4 characters"},
    {"{\"project\":{\"area\":1,\"owners\":[]}}", "/project/owners", "minItems", "项目", "Project",
     "must have at least 1 entries"},
    {"{\"project\":{\"area\":1,\"owners\":[{},{\"name\":1}]}}", "/project/owners/1/name", "type",
     "项目", "Project", "must be a text, not a number"},
    {"{\"project\":{\"area\":1,\"owners\":[{\"name\":\"a\"},{\"name\":\"a\"}]}}", "/project/owners",
     "uniqueItems", "项目", "Project", "entries 1 and 2 are the same"},
    {"{\"project\":{\"area\":1,\"a/b~c\":1}}", "/project/a~1b~0c", "type", "项目", "Project",
     "must be empty, not a number"},
    {"{\"project\":{\"area\":1,\"start\":\"2015-02-29\"}}", "/project/start", "format", "项目",
     "Project", "must be a date such as 2016-04-20"},
    {"{\"project\":{\"area\":1,\"specal_fire\":true}}", "/project/specal_fire",
     "additionalProperties", "项目", "Project",
     "`specal_fire` is unknown; did you mean `special_fire`?"},
    {"{\"project\":{\"area\":1},\"zzzzzz\":1}", "/zzzzzz", "additionalProperties", "表", "Form",
     "`zzzzzz` is unknown"},
    {"{\"project\":{\"area\":1},\"fees\":{\"x\":\"1\"}}", "/fees/x", "type", "表", "Form",
     "must be a number, not a text"},
};

static void mistakes_are_named_for_people(void **state)
{
    unsigned wrong = 0;
    (void)state;
    const struct pl_schema *schema = compile_good(form);

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const uint32_t count = check(schema, cases[i].document);
        const struct pl_schema_mistake *m = &mistakes[0];
        if (count != 1 || strcmp(m->path, cases[i].path) != 0 ||
            strcmp(m->rule, cases[i].rule) != 0 || strcmp(m->title_zh, cases[i].title_zh) != 0 ||
            strcmp(m->title_en, cases[i].title_en) != 0 ||
            strcmp(m->message, cases[i].message) != 0) {
            print_error("%s: %u %s %s %s %s %s\n", cases[i].document, count, m->path, m->rule,
                        m->title_zh, m->title_en, m->message);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void all_mistakes_are_counted_even_without_room(void **state)
{
    (void)state;
    const struct pl_schema *schema = compile_good("{\"items\":{\"type\":\"null\"}}");

    assert_int_equal(check(schema, "[1,2,3,4,5,6,7,8,9,10,null]"), 10);
    assert_string_equal(mistakes[7].path, "/7");
    assert_int_equal(pl_schema_check(schema, json("[1,2]", document_bytes, 64), NULL, 0), 2);
}

static void alternatives_report_what_was_meant(void **state)
{
    (void)state;
    const struct pl_schema *schema = compile_good(
        "{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"object\",\"required\":[\"a\",\"b\"]}],"
        "\"not\":{\"const\":\"no\"}}");
    assert_int_equal(check(schema, "\"yes\""), 0);
    assert_int_equal(check(schema, "{\"a\":1,\"b\":1}"), 0);
    assert_int_equal(check(schema, "{}"), 2); /* it is no text: the object is meant */
    assert_string_equal(mistakes[0].path, "/a");
    assert_int_equal(check(schema, "1"), 1);
    assert_string_equal(mistakes[0].rule, "anyOf");
    assert_int_equal(check(schema, "\"no\""), 1);
    assert_string_equal(mistakes[0].rule, "not");

    schema = compile_good("{\"oneOf\":[{\"minimum\":3},{\"multipleOf\":2}]}");
    assert_int_equal(check(schema, "5"), 0);
    assert_int_equal(check(schema, "2"), 0);
    assert_int_equal(check(schema, "4"), 1);
    assert_string_equal(mistakes[0].message, "fits 2 of the 2 forms of which one is allowed");
}

static const struct {
    const char *schema;
    const char *message;
    const char *place;
    const char *hint;
} bads[] = {
    {"{\"properties\":{\"a\":{\"minimun\":1}}}", "an unknown keyword", "/properties/a/minimun",
     "Did you mean `minimum`?"},
    {"{\"$defs\":{\"a\":{\"contentMediaType\":\"text/html\"}}}", "an unknown keyword",
     "/$defs/a/contentMediaType", "value/README.md lists the keywords that are checked."},
    {"{\"then\":true}", "`then` without `if`", "/then", ""},
    {"{\"items\":{\"minContains\":2}}", "`minContains` without `contains`", "/items/minContains",
     ""},
    {"{\"$defs\":{\"a\":{\"$id\":\"x#y\"}}}", "an `$id` with a fragment", "/$defs/a",
     "Write `$anchor` for a name within a schema."},
    {"{\"$defs\":{\"a\":{\"$id\":\"x\"},\"b\":{\"$id\":\"x\"}}}",
     "an `$id` that another schema has", "/$defs/b", ""},
    {"{\"$defs\":{\"a\":{\"$anchor\":\"x\"},\"b\":{\"$anchor\":\"x\"}}}",
     "an anchor that another schema has", "/$defs/b", ""},
    {"{\"$defs\":{\"a\":{\"$anchor\":1}}}", "`$anchor` is not a text", "/$defs/a", ""},
    {"{\"type\":\"text\"}", "an unknown type", "/type",
     "Known are null, boolean, integer, number, string, array, object."},
    {"{\"type\":[]}", "an empty list of types", "/type",
     "Known are null, boolean, integer, number, string, array, object."},
    {"{\"minLength\":-1}", "not a number from 0 on", "/minLength", ""},
    {"{\"minLength\":1.5}", "not a number from 0 on", "/minLength", ""},
    {"{\"minimum\":\"1\"}", "not a number", "/minimum", ""},
    {"{\"multipleOf\":0}", "not a number above 0", "/multipleOf", ""},
    {"{\"required\":\"a\"}", "not a list of names", "/required", ""},
    {"{\"properties\":[]}", "not an object", "/properties", ""},
    {"{\"items\":[]}", "not a schema", "/items", ""},
    {"{\"allOf\":[]}", "not a list of schemas", "/allOf", ""},
    {"{\"uniqueItems\":1}", "not true or false", "/uniqueItems", ""},
    {"{\"$ref\":\"#/$defs/none\"}", "a reference to nothing", "/$ref", "Write `#/$defs/name`."},
    {"{\"$ref\":\"#\"}", "a reference that leads back to itself", "/$ref",
     "Refer to a schema from `properties` or `items` of another."},
    {"{\"properties\":{\"a\":{\"$ref\":\"#/$defs/b\"}},\"$defs\":{"
     "\"b\":{\"allOf\":[{\"not\":{\"$ref\":\"#/$defs/c\"}}]},\"c\":{\"if\":{\"$ref\":\"#/$defs/"
     "b\"}}}}",
     "a reference that leads back to itself", "/$defs/b/allOf/0/not/$ref",
     "Refer to a schema from `properties` or `items` of another."},
    {"{\"$ref\":\"other.json\"}", "a reference outside of the schema", "/$ref",
     "Write `#/$defs/name`."},
    {"{\"pattern\":\"(a\"}",
     "a wrong regular expression: missing closing parenthesis (after 2 characters)", "/pattern",
     ""},
    {"{\"pattern\":\"(a)\\\\1\"}", "a wrong regular expression: back-references are not supported",
     "/pattern", ""},
    {"{\"format\":\"ipv4\"}", "an unknown format", "/format",
     "Known are date, time, date-time, email, uri, phone, unified-social-credit-code, "
     "organisation-code, identity-number; use `pattern` for others."},
    {"{\"format\":\"e-mail\"}", "an unknown format", "/format", "Did you mean `email`?"},
    {"{\"else\":true}", "`else` without `if`", "/else", ""},
    {"{\"$schema\":\"http://json-schema.org/draft-07/schema#\"}", "another dialect of JSON Schema",
     "", "Write https://json-schema.org/draft/2020-12/schema."},
    {"12", "not a schema", "", ""},
};

static void schemas_that_are_not_understood_are_refused(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        const struct pl_schema *schema = NULL;
        struct placet_error err = {0};
        const int rc = compile(bads[i].schema, &schema, &err);
        if (rc != PLACET_EINVALID || schema != NULL || strcmp(err.message, bads[i].message) != 0 ||
            strcmp(err.file, bads[i].place) != 0 || strcmp(err.hint, bads[i].hint) != 0) {
            print_error("%s: %d %s at %s (%s)\n", bads[i].schema, rc, err.message, err.file,
                        err.hint);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void annotations_are_let_through(void **state)
{
    (void)state;
    const struct pl_schema *schema =
        compile_good("{\"$schema\":\"https://json-schema.org/draft/2020-12/schema\",\"$id\":\"x\","
                     "\"$comment\":\"c\",\"description\":\"d\",\"default\":1,\"examples\":[1],"
                     "\"deprecated\":true,\"readOnly\":true,\"writeOnly\":false,\"x-order\":3}");
    assert_int_equal(check(schema, "{\"anything\":[1]}"), 0);
}

static void endless_schemas_and_dear_documents_end(void **state)
{
    (void)state;
    assert_int_equal(check(compile_good("{\"$dynamicAnchor\":\"a\",\"$dynamicRef\":\"#a\"}"), "1"),
                     1);
    assert_string_equal(mistakes[0].message, "is nested too deeply to check");
    assert_int_equal(
        check(compile_good("{\"$dynamicAnchor\":\"a\",\"not\":{\"$dynamicRef\":\"#a\"}}"), "1"), 1);
    assert_string_equal(mistakes[0].rule, "limit");

    /* every level doubles the work */
    char schema[4096] = "{\"$defs\":{\"d0\":true";
    size_t len = strlen(schema);
    for (int i = 1; i < 40; i++) {
        len += (size_t)snprintf(schema + len, sizeof(schema) - len,
                                ",\"d%d\":{\"allOf\":[{\"$ref\":\"#/$defs/d%d\"},"
                                "{\"$ref\":\"#/$defs/d%d\"}]}",
                                i, i - 1, i - 1);
    }
    (void)snprintf(schema + len, sizeof(schema) - len, "},\"$ref\":\"#/$defs/d25\"}");
    assert_int_equal(check(compile_good(schema), "1"), 1);
    assert_string_equal(mistakes[0].message, "takes too much work to check");

    /* ten thousand different numbers are fifty million comparisons */
    static char many[60000] = "[0";
    len = 2;
    for (int i = 1; i < 10000; i++) {
        len += (size_t)snprintf(many + len, sizeof(many) - len, ",%d", i);
    }
    (void)snprintf(many + len, sizeof(many) - len, "]");
    assert_int_equal(check(compile_good("{\"uniqueItems\":true}"), many), 1);
    assert_string_equal(mistakes[0].rule, "limit");
}

static void evil_patterns_are_harmless(void **state)
{
    static char document[9000];
    (void)state;
    const struct pl_schema *schema = compile_good("{\"pattern\":\"^(a+)+$\"}");

    document[0] = '"';
    memset(document + 1, 'a', 8000);
    memcpy(document + 401, "\"", 2);
    assert_int_equal(check(schema, document), 0);
    memcpy(document + 401, "b\"", 3);
    assert_int_equal(check(schema, document), 1);
    assert_string_equal(mistakes[0].message, "does not have the form that is asked for");

    memset(document + 1, 'a', 8000);
    memcpy(document + 4001, "b\"", 3);
    assert_int_equal(check(schema, document), 1);
    assert_string_equal(mistakes[0].message, "is too long for its pattern");
    assert_int_equal(check(compile_good("{\"not\":{\"pattern\":\"^(a+)+$\"}}"), document), 1);
    assert_string_equal(mistakes[0].rule, "limit");

    assert_int_equal(check(compile_good("{\"pattern\":\"^a+b$\"}"), document), 0);
    memset(document + 1, 'a', 8000);
    memcpy(document + 5001, "\"", 2);
    assert_int_equal(check(compile_good("{\"pattern\":\"^a+$\"}"), document), 1);
    assert_string_equal(mistakes[0].message, "is too long for its pattern");
}

static void checking_does_not_use_the_arena(void **state)
{
    (void)state;
    const struct pl_schema *schema = compile_good(form);
    const size_t used = arena.used;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        (void)check(schema, cases[i].document);
    }
    assert_int_equal(arena.used, used);
}

static void a_small_arena_is_a_limit(void **state)
{
    (void)state;
    const struct pl_bytes bytes = json(form, schema_bytes, sizeof(schema_bytes));

    for (size_t size = 64; size < 20000; size += 64) {
        const struct pl_schema *schema = NULL;
        struct placet_error err = {0};
        pl_arena_init(&arena, memory, size);
        const int rc = pl_schema_compile(bytes, NULL, &arena, &schema, &err);
        if (rc == PLACET_OK) {
            assert_in_range(size, 4000, 20000);
            return;
        }
        assert_int_equal(rc, PLACET_ELIMIT);
        assert_non_null(strstr(err.message, "does not fit in memory"));
    }
    fail_msg("never fits");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_form_has_no_mistakes),
        cmocka_unit_test(mistakes_are_named_for_people),
        cmocka_unit_test(all_mistakes_are_counted_even_without_room),
        cmocka_unit_test(alternatives_report_what_was_meant),
        cmocka_unit_test(schemas_that_are_not_understood_are_refused),
        cmocka_unit_test(annotations_are_let_through),
        cmocka_unit_test(endless_schemas_and_dear_documents_end),
        cmocka_unit_test(evil_patterns_are_harmless),
        cmocka_unit_test(checking_does_not_use_the_arena),
        cmocka_unit_test(a_small_arena_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
