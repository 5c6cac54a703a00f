/* JSON at the edge: both ways, and what is refused with its place. */
#include "value/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/limits.h"

static uint8_t memory[1 << 16];

static int read_json(const char *json, struct pl_writer *out, struct placet_error *err)
{
    pl_writer_init(out, memory, sizeof(memory));
    return pl_json_read(pl_text_of(json), out, err);
}

static void comes_back_as(const char *json, bool indent, const char *wanted)
{
    struct pl_writer out;
    struct placet_error err = {0};
    char *written = NULL;

    if (read_json(json, &out, &err) != PLACET_OK) {
        fail_msg("%s: %u:%u %s", json, err.line, err.column, err.message);
    }
    assert_int_equal(pl_json_write(pl_writer_bytes(&out), indent, &written), PLACET_OK);
    assert_string_equal(written, wanted);
    free(written);
}

static void values_survive_the_way_there_and_back(void **state)
{
    static const char *const same[] = {
        "null",
        "true",
        "-7",
        "0.1",
        "2500.0",
        "1e+300",
        "4.94065645841247e-324",
        "9007199254740991",
        "-9007199254740991",
        "\"\"",
        "\"住宅 \\\"a\\\\b\\\"\\n\\t\\u0001/\"",
        "[]",
        "{}",
        "[[], {}, [1, 2], {\"a\": {}}]",
        "{\"z\": 1, \"a\": [true, false, null], \"m\": {\"x\": \"y\"}}",
        "[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]",
    };
    (void)state;
    for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
        comes_back_as(same[i], false, same[i]);
    }
    comes_back_as("\"\\ud83c\\udfe0\"", false, "\"\xF0\x9F\x8F\xA0\"");
    comes_back_as("{\"a\":[1,{}],\"b\":{}}", true,
                  "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": {}\n}");
}

static void bytes_become_base16(void **state)
{
    static const uint8_t bytes[] = {0xC4, 0x03, 0x00, 0xAB, 0xFF};
    char *written = NULL;
    (void)state;

    assert_int_equal(pl_json_write((struct pl_bytes){bytes, sizeof(bytes)}, false, &written),
                     PLACET_OK);
    assert_string_equal(written, "\"00abff\"");
    free(written);
}

static void broken_bytes_give_no_json(void **state)
{
    static const uint8_t truncated[] = {0x92, 0x01};
    static const uint8_t trailing[] = {0x01, 0x01};
    uint8_t deep[40];
    char *written = NULL;
    (void)state;

    memset(deep, 0x91, sizeof(deep));
    deep[sizeof(deep) - 1] = 0x01;
    assert_int_equal(pl_json_write((struct pl_bytes){NULL, 0}, false, &written), PLACET_EINVALID);
    assert_int_equal(pl_json_write((struct pl_bytes){truncated, 2}, false, &written),
                     PLACET_EINVALID);
    assert_int_equal(pl_json_write((struct pl_bytes){trailing, 2}, false, &written),
                     PLACET_EINVALID);
    assert_int_equal(pl_json_write((struct pl_bytes){deep, sizeof(deep)}, false, &written),
                     PLACET_EINVALID);
    assert_null(written);
}

static const struct {
    const char *json;
    uint32_t line;
    uint32_t column;
    const char *message; /* how it begins */
} bads[] = {
    {"", 1, 1, "unexpected"},
    {"{\"a\": 1,\n \"b\": }", 2, 7, "unexpected token near '}'"},
    {"{\"a\": 1, \"a\": 2}", 1, 12, "duplicate object key"},
    {"[1, 2", 1, 5, "']' expected near end of file"},
    {"1 2", 1, 3, "end of file expected near '2'"},
    {"\"\xFF\"", 1, 1, "unable to decode byte 0xff"},
    {"\"\\u0000\"", 1, 8, "\\u0000 is not allowed"},
    {"[NaN]", 1, 4, "invalid token near 'NaN'"},
    {"1e999", 1, 5, "real number overflow"},
    {"99999999999999999999", 1, 20, "too big integer"},
    {"{\"form\": [0, {\"area\": 9007199254740992}]}", 0, 0,
     "an integer beyond 2^53 at `/form/1/area`"},
    {"[-9007199254740992]", 0, 0, "an integer beyond 2^53 at `/0`"},
    {"[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]", 0, 0,
     "lists and maps nested too deeply at `/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0`"},
};

static void mistakes_have_a_place(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct pl_writer out;
        struct placet_error err = {0};
        const int rc = read_json(bads[i].json, &out, &err);
        if (rc != PLACET_EINVALID || err.line != bads[i].line || err.column != bads[i].column ||
            strncmp(err.message, bads[i].message, strlen(bads[i].message)) != 0) {
            print_error("%s: %d %u:%u %s\n", bads[i].json, rc, err.line, err.column, err.message);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void size_and_depth_are_bounded(void **state)
{
    static char deep[100001];
    struct pl_writer out;
    struct placet_error err = {0};
    (void)state;

    memset(deep, '[', sizeof(deep) - 1);
    assert_int_equal(read_json(deep, &out, &err), PLACET_EINVALID);
    assert_int_equal(err.line, 1);

    pl_writer_init(&out, memory, 4);
    assert_int_equal(pl_json_read(PL_TEXT("\"12345\""), &out, &err), PLACET_ELIMIT);
    assert_string_equal(err.message, "the document is larger than 4 bytes");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_survive_the_way_there_and_back),
        cmocka_unit_test(bytes_become_base16),
        cmocka_unit_test(broken_bytes_give_no_json),
        cmocka_unit_test(mistakes_have_a_place),
        cmocka_unit_test(size_and_depth_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
