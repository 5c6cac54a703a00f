/* What each keyword says to people, in both languages; and schemas made of several documents. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "value/json.h"
#include "value/limits.h"
#include "value/schema.h"

static char memory[4 << 20];
static struct pl_arena arena;
static uint8_t schema_bytes[1 << 17];
static uint8_t document_bytes[1 << 17];
static struct pl_schema_mistake mistakes[4];

static struct pl_bytes json(const char *text, uint8_t *bytes)
{
    struct pl_writer out;
    struct placet_error err = {0};

    pl_writer_init(&out, bytes, 1 << 17);
    if (pl_json_read(pl_text_of(text), &out, &err) != PLACET_OK) {
        fail_msg("%s: %s", text, err.message);
    }
    return pl_writer_bytes(&out);
}

static int compile(const char *text, const struct pl_schema_options *options,
                   const struct pl_schema **schema, struct placet_error *err)
{
    pl_arena_init(&arena, memory, sizeof(memory));
    return pl_schema_compile(json(text, schema_bytes), options, &arena, schema, err);
}

static uint32_t check(const char *schema_text, const char *document)
{
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};

    if (compile(schema_text, NULL, &schema, &err) != PLACET_OK) {
        fail_msg("%s: %s", schema_text, err.message);
    }
    memset(mistakes, 0, sizeof(mistakes));
    return pl_schema_check(schema, json(document, document_bytes), mistakes, 4);
}

static const struct {
    const char *schema;
    const char *document;
    const char *path;
    const char *rule;
    const char *message;
    const char *message_zh;
} rows[] = {
    {"{\"type\":\"string\"}", "1", "", "type", "must be a text, not a number",
     "应为文字，而不是数字"},
    {"{\"type\":\"object\"}", "null", "", "type", "must be a group of fields, not empty",
     "应为一组字段，而不是空"},
    {"{\"const\":true}", "1", "", "const", "must be true", "必须是 true"},
    {"{\"enum\":[1,2.5,\"x\"]}", "3", "", "enum", "must be one of 1, 2.5, `x`",
     "必须是下列之一：1, 2.5, `x`"},
    {"{\"required\":[\"a\"]}", "{}", "/a", "required", "`a` is missing", "缺少 `a`"},
    {"{\"dependentRequired\":{\"a\":[\"b\"]}}", "{\"a\":1}", "/b", "dependentRequired",
     "`b` is missing, which `a` calls for", "填写了 `a`，就必须填写 `b`"},
    {"{\"dependentSchemas\":{\"a\":{\"maxProperties\":1}}}", "{\"a\":1,\"b\":1}", "",
     "maxProperties", "must have at most 1 fields", "至多可有 1 项"},
    {"{\"minProperties\":2}", "{\"a\":1}", "", "minProperties", "must have at least 2 fields",
     "至少应有 2 项"},
    {"{\"properties\":{\"abc\":true},\"additionalProperties\":false}", "{\"abd\":1}", "/abd",
     "additionalProperties", "`abd` is unknown; did you mean `abc`?",
     "没有 `abd` 这一项，是否为 `abc`？"},
    {"{\"properties\":{\"abc\":true},\"unevaluatedProperties\":false}", "{\"abd\":1}", "/abd",
     "unevaluatedProperties", "`abd` is unknown; did you mean `abc`?",
     "没有 `abd` 这一项，是否为 `abc`？"},
    {"{\"propertyNames\":{\"maxLength\":1}}", "{\"ab\":1}", "/ab", "propertyNames",
     "`ab` is not allowed as a name", "不允许使用名称 `ab`"},
    {"{\"prefixItems\":[true],\"items\":false}", "[1,2]", "/1", "items", "entry 2 is one too many",
     "第 2 条是多余的"},
    {"{\"prefixItems\":[true],\"unevaluatedItems\":false}", "[1,2]", "/1", "unevaluatedItems",
     "entry 2 is one too many", "第 2 条是多余的"},
    {"{\"contains\":{\"const\":1},\"minContains\":2}", "[1,2]", "", "contains",
     "must have at least 2 entries of the form that is asked for", "符合要求的条目至少应有 2 条"},
    {"{\"contains\":{\"const\":1},\"maxContains\":1}", "[1,1]", "", "maxContains",
     "must have at most 1 entries of the form that is asked for", "符合要求的条目至多可有 1 条"},
    {"{\"uniqueItems\":true}", "[1,2,1.0]", "", "uniqueItems", "entries 1 and 3 are the same",
     "第 1 条与第 3 条相同"},
    {"{\"minItems\":1}", "[]", "", "minItems", "must have at least 1 entries", "至少应有 1 条"},
    {"{\"maxItems\":1}", "[1,2]", "", "maxItems", "must have at most 1 entries", "至多可有 1 条"},
    {"{\"minimum\":0.5}", "0", "", "minimum", "must be at least 0.5", "不得小于 0.5"},
    {"{\"maximum\":1}", "2", "", "maximum", "must be at most 1", "不得大于 1"},
    {"{\"exclusiveMinimum\":0}", "0", "", "exclusiveMinimum", "must be above 0", "必须大于 0"},
    {"{\"exclusiveMaximum\":0}", "0", "", "exclusiveMaximum", "must be below 0", "必须小于 0"},
    {"{\"multipleOf\":0.01}", "0.005", "", "multipleOf", "must be a multiple of 0.01",
     "必须是 0.01 的倍数"},
    {"{\"minLength\":2}", "\"设\"", "", "minLength", "must have at least 2 characters",
     "至少应有 2 个字"},
    {"{\"maxLength\":1}", "\"消防\"", "", "maxLength", "must have at most 1 characters",
     "至多可有 1 个字"},
    {"{\"pattern\":\"^\\\\p{Script=Han}+$\"}", "\"a\"", "", "pattern",
     "does not have the form that is asked for", "格式不符合要求"},
    {"{\"format\":\"date\"}", "\"2015-02-29\"", "", "format", "must be a date such as 2016-04-20",
     "应为日期，例如 2016-04-20"},
    {"{\"format\":\"unified-social-credit-code\"}", "\"911100001000005001\"", "", "format",
     "has a check digit that does not fit; it must be a unified social credit code of 18 "
     "characters such as 91110000100011743X",
     "校验码不符，应为统一社会信用代码（18 位），例如 91110000100011743X"},
    {"{\"format\":\"identity-number\"}", "\"11010519490229002X\"", "", "format",
     "holds a birthday that does not exist; it must be an identity number of 18 characters such "
     "as 11010519491231002X",
     "其中的出生日期不存在，应为公民身份号码（18 位），例如 11010519491231002X"},
    {"{\"anyOf\":[{\"maximum\":0},{\"minimum\":2}]}", "1", "", "anyOf",
     "fits none of the 2 forms that are allowed", "不符合所允许的 2 种形式中的任何一种"},
    {"{\"oneOf\":[true,{\"minimum\":1}]}", "1", "", "oneOf",
     "fits 2 of the 2 forms of which one is allowed", "应符合 2 种形式中的一种，而现符合 2 种"},
    {"{\"not\":{\"type\":\"null\"}}", "null", "", "not", "has a form that is not allowed",
     "采用了不允许的形式"},
    {"{\"if\":{\"required\":[\"lease\"]},\"then\":{\"required\":[\"term\"]},"
     "\"else\":{\"required\":[\"deed\"]}}",
     "{\"lease\":1}", "/term", "required", "`term` is missing", "缺少 `term`"},
    {"{\"if\":{\"required\":[\"lease\"]},\"then\":{\"required\":[\"term\"]},"
     "\"else\":{\"required\":[\"deed\"]}}",
     "{}", "/deed", "required", "`deed` is missing", "缺少 `deed`"},
    {"{\"properties\":{\"a\":false}}", "{\"a\":1}", "/a", "false", "is not allowed",
     "此处不得填写"},
};

static void every_keyword_says_what_is_wrong(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const uint32_t count = check(rows[i].schema, rows[i].document);
        const struct pl_schema_mistake *m = &mistakes[0];
        if (count != 1 || strcmp(m->path, rows[i].path) != 0 ||
            strcmp(m->rule, rows[i].rule) != 0 || strcmp(m->message, rows[i].message) != 0 ||
            strcmp(m->message_zh, rows[i].message_zh) != 0) {
            print_error("%s: %u %s %s: %s / %s\n", rows[i].schema, count, m->path, m->rule,
                        m->message, m->message_zh);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void a_long_list_of_values_is_cut(void **state)
{
    char schema[2048] = "{\"enum\":[";
    size_t len = strlen(schema);
    (void)state;

    for (int i = 0; i < 100; i++) {
        len += (size_t)snprintf(schema + len, sizeof(schema) - len, "%s\"value_%d\"",
                                i > 0 ? "," : "", i);
    }
    (void)snprintf(schema + len, sizeof(schema) - len, "]}");
    assert_int_equal(check(schema, "1"), 1);
    assert_non_null(strstr(mistakes[0].message, "must be one of `value_0`, `value_1`"));
    assert_string_equal(mistakes[0].message + strlen(mistakes[0].message) - 4, " ...");
}

static void a_mistake_fits_its_place_in_a_message(void **state)
{
    struct pl_schema_mistake longest;
    uint8_t bytes[2048];
    struct pl_writer out;
    (void)state;

    memset(&longest, 'x', sizeof(longest));
    longest.path[sizeof(longest.path) - 1] = '\0';
    longest.rule[sizeof(longest.rule) - 1] = '\0';
    longest.title_zh[sizeof(longest.title_zh) - 1] = '\0';
    longest.title_en[sizeof(longest.title_en) - 1] = '\0';
    longest.message[sizeof(longest.message) - 1] = '\0';
    longest.message_zh[sizeof(longest.message_zh) - 1] = '\0';
    pl_writer_init(&out, bytes, sizeof(bytes));
    pl_schema_mistake_write(&out, &longest);
    assert_in_range(out.used, 800, PL_SCHEMA_MISTAKE_SIZE);
}

/* ---- several documents ---- */

static void other_documents_are_found_by_their_uri(void **state)
{
    static uint8_t other_bytes[1 << 17];
    static const char person[] =
        "{\"$id\":\"person.json\",\"title\":\"Person / 人员\",\"type\":\"object\","
        "\"required\":[\"name\"],\"properties\":{\"name\":{\"type\":\"string\"},"
        "\"heir\":{\"$ref\":\"#\"}}}";
    static const char form[] =
        "{\"$id\":\"https://example.com/forms/licence.json\",\"type\":\"object\","
        "\"properties\":{\"agent\":{\"$ref\":\"person.json\"}}}";
    const struct pl_schema_source other = {PL_TEXT("https://example.com/forms/person.json"),
                                           json(person, other_bytes)};
    const struct pl_schema_options options = {.others = &other, .other_count = 1};
    const struct pl_schema *schema = NULL;
    struct pl_schema_field field;
    const char *suggestion;
    struct placet_error err = {0};
    (void)state;

    assert_int_equal(compile(form, &options, &schema, &err), PLACET_OK);
    memset(other_bytes, 0, sizeof(other_bytes)); /* nothing borrows from it */
    assert_int_equal(
        pl_schema_check(schema, json("{\"agent\":{\"name\":\"Li\",\"heir\":{}}}", document_bytes),
                        mistakes, 4),
        1);
    assert_string_equal(mistakes[0].path, "/agent/heir/name");
    assert_string_equal(mistakes[0].title_zh, "人员");
    assert_true(pl_schema_at(schema, PL_TEXT("agent.heir.heir.name"), &field, &suggestion));
    assert_int_equal(field.type, PL_CEL_STRING);

    assert_int_equal(compile(form, NULL, &schema, &err), PLACET_EINVALID);
    assert_string_equal(err.message, "a reference outside of the schema");
    assert_string_equal(err.file, "/properties/agent/$ref");
}

static void a_schema_can_be_checked_against_the_schema_of_schemas(void **state)
{
    static const char answer[] = "{\"properties\":{\"answer\":{\"$ref\":"
                                 "\"https://json-schema.org/draft/2020-12/schema\"}}}";
    (void)state;

    assert_int_equal(check(answer, "{\"answer\":{\"type\":\"object\",\"properties\":"
                                   "{\"a\":{\"minimum\":1},\"b\":true}}}"),
                     0);
    assert_int_equal(check(answer, "{\"answer\":{\"properties\":{\"a\":{\"minimum\":\"1\"}}}}"), 1);
    assert_string_equal(mistakes[0].path, "/answer/properties/a/minimum");
    assert_int_equal(check(answer, "{\"answer\":{\"allOf\":[]}}"), 1);
}

static void the_schema_of_schemas_names_every_keyword(void **state)
{
    static const char *const keywords[] = {
#define RULE(NAME, KEYWORD, VOCABULARY, SHAPE, CHECKER) (KEYWORD),
#include "value/schema_rules.def"
#undef RULE
    };
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};
    (void)state;

    assert_int_equal(
        compile("{\"$ref\":\"https://json-schema.org/draft/2020-12/schema\"}", NULL, &schema, &err),
        PLACET_OK);
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        struct pl_schema_field field;
        const char *suggestion;
        if (!pl_schema_at(schema, pl_text_of(keywords[i]), &field, &suggestion)) {
            fail_msg("%s", keywords[i]);
        }
        assert_false(pl_schema_at(schema, PL_TEXT("maximun"), &field, &suggestion));
        assert_string_equal(suggestion, "maximum");
    }
}

/* Of two forms the one is taken that a person must have meant. */
static void alternatives_are_told_apart_by_what_is_fixed(void **state)
{
    static const char holders[] =
        "{\"oneOf\":[{\"$ref\":\"#/$defs/person\"},{\"$ref\":\"#/$defs/firm\"},"
        "{\"type\":\"null\"}],\"$defs\":{"
        "\"person\":{\"type\":\"object\",\"required\":[\"id_no\"],"
        "\"properties\":{\"kind\":{\"const\":\"person\"}}},"
        "\"firm\":{\"type\":\"object\",\"required\":[\"code\"],"
        "\"properties\":{\"kind\":{\"enum\":[\"firm\",\"branch\"]}}}}}";
    (void)state;

    assert_int_equal(check(holders, "{\"kind\":\"branch\",\"code\":1}"), 0);
    assert_int_equal(check(holders, "{\"kind\":\"branch\"}"), 1);
    assert_string_equal(mistakes[0].path, "/code");
    assert_int_equal(check(holders, "{\"kind\":\"person\"}"), 1);
    assert_string_equal(mistakes[0].path, "/id_no");
    assert_int_equal(check(holders, "{}"), 1);
    assert_string_equal(mistakes[0].rule, "oneOf");
    assert_int_equal(check(holders, "{\"kind\":\"ship\"}"), 1);
    assert_string_equal(mistakes[0].rule, "oneOf");
    assert_int_equal(check(holders, "1"), 1);
    assert_string_equal(mistakes[0].rule, "oneOf");
}

static void a_dialect_that_is_not_known_is_refused(void **state)
{
    static uint8_t other_bytes[1 << 17];
    const struct pl_schema_source other = {
        PL_TEXT("https://example.com/dialect"),
        json("{\"$vocabulary\":{\"https://example.com/vocab\":true}}", other_bytes)};
    const struct pl_schema_options options = {.others = &other, .other_count = 1, .is_open = true};
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};
    (void)state;

    assert_int_equal(
        compile("{\"$schema\":\"https://example.com/dialect\"}", &options, &schema, &err),
        PLACET_EINVALID);
    assert_string_equal(err.message, "a dialect that needs an unknown vocabulary");
    assert_int_equal(compile("{\"$schema\":\"https://example.com/none\"}", &options, &schema, &err),
                     PLACET_EINVALID);
    assert_null(schema);
}

/* ---- bounds ---- */

static void a_long_list_with_contains_and_unevaluated_is_a_limit(void **state)
{
    static const char schema[] = "{\"contains\":{\"const\":1},\"unevaluatedItems\":{\"const\":2}}";
    char document[8192] = "[2";
    size_t len = 2;
    (void)state;

    for (int i = 1; i < PL_MSGPACK_KEYS_MAX; i++) {
        len += (size_t)snprintf(document + len, sizeof(document) - len, ",%d", i == 700 ? 1 : 2);
    }
    (void)snprintf(document + len, sizeof(document) - len, "]");
    assert_int_equal(check(schema, document), 0);
    (void)snprintf(document + len, sizeof(document) - len, ",1]");
    assert_int_equal(check(schema, document), 1);
    assert_string_equal(mistakes[0].rule, "limit");
}

/* Twenty maps of 500 keys, each in another order: each pair alone is a quarter of a million. */
static void comparing_is_work_too(void **state)
{
    static char document[1 << 17] = "[";
    size_t len = 1;
    (void)state;

    for (int map = 0; map < 20; map++) {
        len += (size_t)snprintf(document + len, sizeof(document) - len, map > 0 ? ",{" : "{");
        for (int i = 0; i < 500; i++) {
            const int key = map % 2 == 0 ? i : 499 - i;
            len += (size_t)snprintf(document + len, sizeof(document) - len, "%s\"k%d\":%d",
                                    i > 0 ? "," : "", key, key == 499 * (map % 2 == 0) ? map : 0);
        }
        len += (size_t)snprintf(document + len, sizeof(document) - len, "}");
    }
    (void)snprintf(document + len, sizeof(document) - len, "]");
    assert_int_equal(check("{\"uniqueItems\":true}", document), 1);
    assert_string_equal(mistakes[0].rule, "limit");
}

/* Each unknown key is compared with each known one. */
static void many_names_are_work(void **state)
{
    static char schema[1 << 15] = "{\"items\":{\"additionalProperties\":{},\"properties\":{";
    static char document[1 << 17] = "[";
    size_t len = strlen(schema);
    (void)state;

    for (int i = 0; i < 1000; i++) {
        len += (size_t)snprintf(schema + len, sizeof(schema) - len, "%s\"k%d\":true",
                                i > 0 ? "," : "", i);
    }
    (void)snprintf(schema + len, sizeof(schema) - len, "}}}");
    len = 1;
    for (int map = 0; map < 12; map++) {
        len += (size_t)snprintf(document + len, sizeof(document) - len, map > 0 ? ",{" : "{");
        for (int i = 0; i < 1000; i++) {
            len += (size_t)snprintf(document + len, sizeof(document) - len, "%s\"u%d\":0",
                                    i > 0 ? "," : "", i);
        }
        len += (size_t)snprintf(document + len, sizeof(document) - len, "}");
    }
    (void)snprintf(document + len, sizeof(document) - len, "]");
    assert_int_equal(check(schema, document), 1);
    assert_string_equal(mistakes[0].rule, "limit");
}

/* Each reference walks through all that stands before its target. */
static void many_references_are_a_limit(void **state)
{
    static char schema[1 << 17] = "{\"$comment\":\"";
    const struct pl_schema *compiled = NULL;
    struct placet_error err = {0};
    size_t len = strlen(schema);
    (void)state;

    memset(schema + len, 'x', 50000);
    len += 50000;
    len += (size_t)snprintf(schema + len, sizeof(schema) - len,
                            "\",\"$defs\":{\"z\":true},"
                            "\"allOf\":[true");
    for (int i = 0; i < 3000; i++) {
        len += (size_t)snprintf(schema + len, sizeof(schema) - len, ",{\"$ref\":\"#/$defs/z\"}");
    }
    (void)snprintf(schema + len, sizeof(schema) - len, "]}");
    assert_int_equal(compile(schema, NULL, &compiled, &err), PLACET_ELIMIT);
    assert_string_equal(err.message, "the references of the schema take too much work to follow");
    assert_null(compiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_keyword_says_what_is_wrong),
        cmocka_unit_test(a_long_list_of_values_is_cut),
        cmocka_unit_test(a_mistake_fits_its_place_in_a_message),
        cmocka_unit_test(other_documents_are_found_by_their_uri),
        cmocka_unit_test(a_schema_can_be_checked_against_the_schema_of_schemas),
        cmocka_unit_test(the_schema_of_schemas_names_every_keyword),
        cmocka_unit_test(alternatives_are_told_apart_by_what_is_fixed),
        cmocka_unit_test(a_dialect_that_is_not_known_is_refused),
        cmocka_unit_test(a_long_list_with_contains_and_unevaluated_is_a_limit),
        cmocka_unit_test(comparing_is_work_too),
        cmocka_unit_test(many_names_are_work),
        cmocka_unit_test(many_references_are_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
