/* The JSON-Schema-Test-Suite, draft 2020-12: every required case gives the verdict that the suite
 * names, and so do the formats that are asserted here. Skipped where the suite is not at hand:
 * PLACET_SUITES, by default ../shared/suites. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>
#include <jansson.h>

#include "value/json.h"
#include "value/schema.h"

#define HOST         "http://localhost:1234/draft2020-12/"
#define DIALECT      "\"$schema\":\"https://json-schema.org/draft/2020-12/schema\""
#define VOCAB        "\"https://json-schema.org/draft/2020-12/vocab/"
#define VALUE_SIZE   (1u << 16)
#define ARENA_SIZE   (1u << 20)
#define MISTAKES_MAX 2

/* What the suite's web server would answer: documents that its cases refer to by URI. */
static const struct {
    const char *uri;
    const char *text;
} remotes[] = {
    {HOST "integer.json", "{\"type\":\"integer\"}"},
    {HOST "subSchemas.json", "{\"$defs\":{\"integer\":{\"type\":\"integer\"},"
                             "\"refToInteger\":{\"$ref\":\"#/$defs/integer\"}}}"},
    {HOST "locationIndependentIdentifier.json",
     "{\"$defs\":{\"refToInteger\":{\"$ref\":\"#foo\"},"
     "\"A\":{\"$anchor\":\"foo\",\"type\":\"integer\"}}}"},
    {HOST "baseUriChange/folderInteger.json", "{\"type\":\"integer\"}"},
    {HOST "baseUriChangeFolder/folderInteger.json", "{\"type\":\"integer\"}"},
    {HOST "baseUriChangeFolderInSubschema/folderInteger.json", "{\"type\":\"integer\"}"},
    {HOST "name-defs.json", "{\"$defs\":{\"orNull\":{\"anyOf\":[{\"type\":\"null\"},"
                            "{\"$ref\":\"#\"}]}},\"type\":\"string\"}"},
    {HOST "ref-and-defs.json", "{\"$id\":\"" HOST "ref-and-defs.json\","
                               "\"$defs\":{\"inner\":{\"properties\":{\"bar\":"
                               "{\"type\":\"string\"}}}},\"$ref\":\"#/$defs/inner\"}"},
    {HOST "nested/foo-ref-string.json",
     "{\"type\":\"object\",\"properties\":{\"foo\":{\"$ref\":\"string.json\"}}}"},
    {HOST "nested/string.json", "{\"type\":\"string\"}"},
    {HOST "different-id-ref-string.json",
     "{\"$id\":\"http://localhost:1234/real-id-ref-string.json\","
     "\"$defs\":{\"bar\":{\"type\":\"string\"}},\"$ref\":\"#/$defs/bar\"}"},
    {HOST "urn-ref-string.json", "{\"$id\":\"urn:uuid:feebdaed-ffff-0000-ffff-0000deadbeef\","
                                 "\"$defs\":{\"bar\":{\"type\":\"string\"}},"
                                 "\"$ref\":\"#/$defs/bar\"}"},
    {HOST "nested-absolute-ref-to-string.json",
     "{\"$defs\":{\"bar\":{\"$id\":\"http://localhost:1234/the-nested-id.json\","
     "\"type\":\"string\"}},\"$ref\":\"http://localhost:1234/the-nested-id.json\"}"},
    {HOST "detached-ref.json", "{\"$defs\":{\"foo\":{\"$ref\":\"#detached\"},"
                               "\"detached\":{\"$anchor\":\"detached\",\"type\":\"integer\"}}}"},
    {HOST "detached-dynamicref.json",
     "{\"$defs\":{\"foo\":{\"$dynamicRef\":\"#detached\"},"
     "\"detached\":{\"$dynamicAnchor\":\"detached\",\"type\":\"integer\"}}}"},
    {HOST "tree.json",
     "{\"$id\":\"" HOST "tree.json\",\"$dynamicAnchor\":\"node\",\"type\":\"object\","
     "\"properties\":{\"data\":true,\"children\":{\"type\":\"array\","
     "\"items\":{\"$dynamicRef\":\"#node\"}}}}"},
    {HOST "extendible-dynamic-ref.json",
     "{\"$id\":\"" HOST "extendible-dynamic-ref.json\",\"type\":\"object\","
     "\"properties\":{\"elements\":{\"type\":\"array\","
     "\"items\":{\"$dynamicRef\":\"#elements\"}}},\"required\":[\"elements\"],"
     "\"additionalProperties\":false,"
     "\"$defs\":{\"elements\":{\"$dynamicAnchor\":\"elements\"}}}"},
    {HOST "metaschema-no-validation.json",
     "{" DIALECT ",\"$id\":\"" HOST "metaschema-no-validation.json\",\"$vocabulary\":{" VOCAB
     "applicator\":true," VOCAB "core\":true}}"},
    {HOST "metaschema-optional-vocabulary.json",
     "{" DIALECT ",\"$id\":\"" HOST "metaschema-optional-vocabulary.json\",\"$vocabulary\":{" VOCAB
     "validation\":true," VOCAB "core\":true,"
     "\"http://localhost:1234/draft/2020-12/vocab/custom\":false}}"},
    {HOST "format-assertion-true.json",
     "{" DIALECT ",\"$id\":\"" HOST "format-assertion-true.json\",\"$vocabulary\":{" VOCAB
     "core\":true," VOCAB "format-assertion\":true}}"},
    {HOST "format-assertion-false.json",
     "{" DIALECT ",\"$id\":\"" HOST "format-assertion-false.json\",\"$vocabulary\":{" VOCAB
     "core\":true," VOCAB "format-assertion\":false}}"},
};

#define REMOTE_COUNT (sizeof(remotes) / sizeof(remotes[0]))

static struct pl_schema_source others[REMOTE_COUNT];
static uint8_t remote_bytes[VALUE_SIZE];
static uint8_t schema_bytes[VALUE_SIZE];
static uint8_t document_bytes[VALUE_SIZE];
static char memory[ARENA_SIZE];

struct tally {
    bool may_leave_out;
    unsigned cases;
    unsigned left_out;
    unsigned wrong;
};

/* The suite holds numbers beyond 2^53 and texts with NUL, which the profile keeps outside: this
 * writes them all the same. Integers of JSON are written with and without a fraction.
 * NOLINTNEXTLINE(misc-no-recursion) */
static void write_json(struct pl_writer *out, json_t *value)
{
    const char *key = NULL;
    json_t *field = NULL;

    switch (json_typeof(value)) {
    case JSON_OBJECT:
        pl_write_map(out, (uint32_t)json_object_size(value));
        json_object_foreach(value, key, field)
        {
            pl_write_string(out, key);
            write_json(out, field);
        }
        break;
    case JSON_ARRAY:
        pl_write_array(out, (uint32_t)json_array_size(value));
        for (size_t i = 0; i < json_array_size(value); i++) {
            write_json(out, json_array_get(value, i));
        }
        break;
    case JSON_STRING:
        pl_write_text(
            out, (struct pl_text){json_string_value(value), (uint32_t)json_string_length(value)});
        break;
    case JSON_INTEGER:
        pl_write_i64(out, json_integer_value(value));
        break;
    case JSON_REAL:
        pl_write_float(out, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        pl_write_bool(out, json_is_true(value));
        break;
    case JSON_NULL:
        pl_write_nil(out);
        break;
    }
}

static struct pl_bytes value_of(json_t *value, uint8_t *bytes)
{
    struct pl_writer out;

    pl_writer_init(&out, bytes, VALUE_SIZE);
    write_json(&out, value);
    assert_true(pl_writer_ok(&out));
    return pl_writer_bytes(&out);
}

static void read_remotes(void)
{
    struct pl_writer out;

    pl_writer_init(&out, remote_bytes, sizeof(remote_bytes));
    for (size_t i = 0; i < REMOTE_COUNT; i++) {
        struct placet_error err = {0};
        const size_t before = out.used;
        if (pl_json_read(pl_text_of(remotes[i].text), &out, &err) != PLACET_OK) {
            fail_msg("%s: %s", remotes[i].uri, err.message);
        }
        others[i] = (struct pl_schema_source){
            pl_text_of(remotes[i].uri), {remote_bytes + before, (uint32_t)(out.used - before)}};
    }
}

/* Cases that have another verdict here, and why. */
static const struct {
    const char *name;
    const char *reason;
} left_out[] = {
    {"latin-1 non-breaking-space matches", "`\\s` is ASCII"},
    {"zero-width whitespace matches", "`\\s` is ASCII"},
    {"paragraph separator matches (line terminator)", "`\\s` is ASCII"},
    {"EM SPACE matches (Space_Separator)", "`\\s` is ASCII"},
    {"latin-1 non-breaking-space does not match", "`\\s` is ASCII"},
    {"zero-width whitespace does not match", "`\\s` is ASCII"},
    {"paragraph separator does not match (line terminator)", "`\\s` is ASCII"},
    {"EM SPACE does not match (Space_Separator)", "`\\s` is ASCII"},
    {"format-assertion: false: invalid string", "`ipv4` is no format of an office"},
    {"format-assertion: true: invalid string", "`ipv4` is no format of an office"},
    {"a quoted string with a space in the local part is valid", "no office has such an address"},
    {"a quoted string with a double dot in the local part is valid",
     "no office has such an address"},
    {"a quoted string with a @ in the local part is valid", "no office has such an address"},
    {"an IPv4-address-literal after the @ is valid", "no office has such an address"},
    {"an IPv6-address-literal after the @ is valid", "no office has such an address"},
    {"leading zero in an embedded IPv4 address is invalid", "the host may be a name"},
};

static const char *why_left_out(const char *name)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++) {
        if (strcmp(left_out[i].name, name) == 0) {
            return left_out[i].reason;
        }
    }
    return NULL;
}

static void run_case(const char *file, json_t *test, const struct pl_schema *schema,
                     struct tally *tally)
{
    const char *name = json_string_value(json_object_get(test, "description"));
    const bool valid = json_is_true(json_object_get(test, "valid"));
    struct pl_schema_mistake mistakes[MISTAKES_MAX] = {0};
    const struct pl_bytes document = value_of(json_object_get(test, "data"), document_bytes);
    const bool is_right = (pl_schema_check(schema, document, mistakes, MISTAKES_MAX) == 0) == valid;
    const bool is_optional = tally->may_leave_out && why_left_out(name) != NULL;

    if (is_right && !is_optional) {
        return;
    }
    if (is_optional && !is_right) {
        print_message("left out: %s: %s: %s\n", file, name, why_left_out(name));
        tally->left_out++;
        return;
    }
    print_error("%s: %s: %s\n", file, name,
                is_right ? "right, and yet left out"
                : valid  ? mistakes[0].message
                         : "no mistake found");
    tally->wrong++;
}

static void run_group(const char *file, const json_t *group,
                      const struct pl_schema_options *options, struct tally *tally)
{
    json_t *tests = json_object_get(group, "tests");
    const struct pl_schema *schema = NULL;
    struct placet_error err = {0};
    struct pl_arena arena;

    pl_arena_init(&arena, memory, sizeof(memory));
    tally->cases += (unsigned)json_array_size(tests);
    if (pl_schema_compile(value_of(json_object_get(group, "schema"), schema_bytes), options, &arena,
                          &schema, &err) != PLACET_OK) {
        print_error("%s: %s: not compiled: %s\n", file,
                    json_string_value(json_object_get(group, "description")), err.message);
        tally->wrong += (unsigned)json_array_size(tests);
        return;
    }
    for (size_t i = 0; i < json_array_size(tests); i++) {
        run_case(file, json_array_get(tests, i), schema, tally);
    }
}

static void run_file(const char *file, const struct pl_schema_options *options, struct tally *tally)
{
    json_error_t error;
    json_t *groups = json_load_file(file, JSON_DECODE_ANY | JSON_ALLOW_NUL, &error);

    if (!json_is_array(groups)) {
        fail_msg("%s:%d: %s", file, error.line, error.text);
    }
    for (size_t i = 0; i < json_array_size(groups); i++) {
        run_group(strrchr(file, '/') + 1, json_array_get(groups, i), options, tally);
    }
    json_decref(groups);
}

static const char *suite_folder(void)
{
    static char folder[512];
    const char *suites = getenv("PLACET_SUITES");

    (void)snprintf(folder, sizeof(folder), "%s/json-schema/draft2020-12",
                   suites != NULL ? suites : PLACET_SOURCE_DIR "/../shared/suites");
    return folder;
}

static void every_required_case_has_its_verdict(void **state)
{
    const struct pl_schema_options options = {
        .others = others, .other_count = REMOTE_COUNT, .is_open = true};
    struct tally tally = {0};
    (void)state;

    DIR *dir = opendir(suite_folder());
    assert_non_null(dir);
    for (struct dirent *entry = readdir(dir); entry != NULL; entry = readdir(dir)) {
        const char *point = strrchr(entry->d_name, '.');
        char path[1024];
        if (point != NULL && strcmp(point, ".json") == 0) {
            (void)snprintf(path, sizeof(path), "%s/%s", suite_folder(), entry->d_name);
            run_file(path, &options, &tally);
        }
    }
    (void)closedir(dir);
    print_message("%u required cases, %u wrong\n", tally.cases, tally.wrong);
    assert_int_equal(tally.wrong, 0);
    assert_in_range(tally.cases, 1299, 5000);
}

/* Parts of the standard that the suite calls optional and that are kept here too. Not kept: numbers
 * beyond 2^53 (bignum), other dialects (cross-draft), `dependencies`. */
static void optional_cases_that_are_kept(void **state)
{
    static const char *const files[] = {"anchor",
                                        "dynamicRef",
                                        "id",
                                        "unknownKeyword",
                                        "no-schema",
                                        "float-overflow",
                                        "refOfUnknownKeyword",
                                        "format-assertion",
                                        "non-bmp-regex",
                                        "ecmascript-regex"};
    const struct pl_schema_options options = {
        .others = others, .other_count = REMOTE_COUNT, .is_open = true};
    struct tally tally = {.may_leave_out = true};
    (void)state;

    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        char path[1024];
        (void)snprintf(path, sizeof(path), "%s/optional/%s.json", suite_folder(), files[i]);
        run_file(path, &options, &tally);
    }
    print_message("%u optional cases, %u left out, %u wrong\n", tally.cases, tally.left_out,
                  tally.wrong);
    assert_int_equal(tally.wrong, 0);
}

static void formats_are_asserted_in_forms(void **state)
{
    static const char *const names[] = {"date", "time", "date-time", "email", "uri"};
    struct tally tally = {.may_leave_out = true};
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char path[1024];
        (void)snprintf(path, sizeof(path), "%s/optional/format/%s.json", suite_folder(), names[i]);
        run_file(path, NULL, &tally);
    }
    print_message("%u cases of formats, %u left out, %u wrong\n", tally.cases, tally.left_out,
                  tally.wrong);
    assert_int_equal(tally.wrong, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_required_case_has_its_verdict),
        cmocka_unit_test(optional_cases_that_are_kept),
        cmocka_unit_test(formats_are_asserted_in_forms),
    };

    if (access(suite_folder(), R_OK) != 0) {
        print_message("skipped: no JSON-Schema-Test-Suite in %s\n", suite_folder());
        return 77;
    }
    read_remotes();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
