/* YAML as an office writes it, and as it must not be written. */
#include "value/yaml.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "value/limits.h"

#define ARENA_SIZE (64u * 1024 * 1024)

static struct pl_arena arena;

static int set_up(void **state)
{
    (void)state;
    void *block = malloc(ARENA_SIZE);
    if (block == NULL) {
        return -1;
    }
    pl_arena_init(&arena, block, ARENA_SIZE);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    free(arena.base);
    return 0;
}

static int parse(const char *text, size_t len, struct pl_yaml **root, struct placet_error *err)
{
    pl_arena_reset(&arena);
    return pl_yaml_parse((struct pl_text){text, (uint32_t)len}, "x.yaml", &arena, root, err);
}

static const struct pl_yaml *parse_good(const char *text)
{
    struct pl_yaml *root = NULL;
    struct placet_error err = {0};

    if (parse(text, strlen(text), &root, &err) != PLACET_OK) {
        fail_msg("%u:%u: %s", err.line, err.column, err.message);
    }
    return root;
}

static bool text_is(struct pl_text text, const char *wanted)
{
    return text.len == strlen(wanted) && memcmp(text.at, wanted, text.len) == 0;
}

static void a_tree_keeps_order_text_and_marks(void **state)
{
    (void)state;
    const struct pl_yaml *root = parse_good("workflow: permit\n"
                                            "steps:\n"
                                            "  fire:\n"
                                            "    after: [\"a\", b]\n"
                                            "    title: {zh: 消防设计审查, en: Fire}\n");

    assert_int_equal(root->kind, PL_YAML_MAP);
    assert_int_equal(root->count, 2);
    const struct pl_yaml *workflow = root->first;
    assert_true(text_is(workflow->key, "workflow"));
    assert_true(text_is(workflow->text, "permit"));
    assert_true(workflow->plain);
    assert_int_equal(workflow->mark.line, 1);
    assert_int_equal(workflow->mark.column, 11);
    assert_int_equal(workflow->mark.length, 6);
    assert_int_equal(workflow->key_mark.column, 1);
    assert_int_equal(workflow->key_mark.length, 8);

    const struct pl_yaml *fire = pl_yaml_get(pl_yaml_get(root, "steps"), "fire");
    const struct pl_yaml *after = pl_yaml_get(fire, "after");
    assert_int_equal(after->kind, PL_YAML_LIST);
    assert_int_equal(after->count, 2);
    assert_false(after->first->plain);
    assert_true(text_is(after->first->text, "a"));
    assert_true(text_is(after->first->next->text, "b"));

    /* columns count characters, not bytes */
    const struct pl_yaml *title = pl_yaml_get(fire, "title");
    const struct pl_yaml *en = pl_yaml_get(title, "en");
    assert_int_equal(en->key_mark.line, 5);
    assert_int_equal(en->key_mark.column, 25);
    assert_int_equal(pl_yaml_get(title, "zh")->mark.length, 6);
    assert_null(pl_yaml_get(title, "fr"));
    assert_null(pl_yaml_get(NULL, "fr"));
}

static void texts_outlive_the_source(void **state)
{
    (void)state;
    char source[] = "key: \"a\\tb\"\n";
    struct pl_yaml *root = NULL;

    assert_int_equal(parse(source, strlen(source), &root, NULL), PLACET_OK);
    memset(source, 'x', sizeof(source));
    assert_string_equal(root->first->key.at, "key");
    assert_string_equal(root->first->text.at, "a\tb");
}

static void a_byte_order_mark_and_crlf_are_read(void **state)
{
    (void)state;
    const struct pl_yaml *root = parse_good("\xEF\xBB\xBFkey: one\r\nnext: two\r\n");

    assert_string_equal(root->first->text.at, "one");
    assert_int_equal(root->first->key_mark.column, 1);
    assert_int_equal(root->first->next->key_mark.line, 2);
    assert_string_equal(root->first->next->text.at, "two");
}

/* What looks like the mistakes that libyaml lets through, and is none. */
static void texts_near_a_mistake_are_read(void **state)
{
    static const char *const goods[] = {
        "a: [b,\n  c\n]\n",
        "[b,\nc]\n",
        "a: {b: 1,\n\n# all\n  c: 2}\n",
        "a: \"b\n\n  c\"\n",
        "a: b#c\n",
        "a: \"#\" # b\n",
        "a: [\"#b\", c#d] # e\n",
        "a: | # b\n  #c\n",
        "a: |2\n    \n   b\n",
        "a: |\n\n  \n  b\n",
        "- - [a,\n     b]\n",
        "a: '-'\nb: -c\n",
        "a: |\n  \nb: c\n",
        "a: 'it''s # no\n  comment'\n",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(goods) / sizeof(goods[0]); i++) {
        (void)parse_good(goods[i]);
    }
}

static void blanks_at_the_end_of_the_file_are_kept(void **state)
{
    (void)state;
    assert_string_equal(parse_good("a: |\n  x\n   ")->first->text.at, "x\n \n");
    assert_string_equal(parse_good("a: |+\n   ")->first->text.at, "\n");
    assert_string_equal(parse_good("a: |\n  x")->first->text.at, "x");
}

struct bad {
    const char *text;
    uint32_t line;
    uint32_t column;
    const char *message; /* how it begins */
};

static const struct bad bads[] = {
    {"", 1, 1, "the file is empty"},
    {"# nothing\n", 1, 1, "the file is empty"},
    {"a: 1\nb: 2\na: 3\n", 3, 1, "key `a` is already in line 1"},
    {"\"\\e[2J\": 1\n\"\\e[2J\": 2\n", 2, 1, "key `?[2J` is already in line 1"},
    {"a: &x 1\n", 1, 4, "anchors are not allowed"},
    {"a: *x\n", 1, 4, "aliases are not allowed"},
    {"a: !!str 1\n", 1, 4, "tags are not allowed"},
    {"a: !mine [1]\n", 1, 4, "tags are not allowed"},
    {"a: ! 1\n", 1, 4, "tags are not allowed"},
    {"a: !x!y 1\n", 1, 4, "tags are not allowed"},
    {"消: !x 1\n", 1, 4, "tags are not allowed"},
    {"%YAML 1.2\n---\na: 1\n", 1, 1, "directives are not allowed"},
    {"%TAG ! tag:x,2000:\n---\na: 1\n", 1, 1, "directives are not allowed"},
    {"%YAML 3.0\n---\na: 1\n", 1, 1, "directives are not allowed"},
    {"a: 1\n---\nb: 2\n", 2, 1, "a second document in one file"},
    {"? [a, b]\n: 1\n", 1, 3, "a key must be a text"},
    {"? a\n: 1\n", 1, 3, "explicit keys are not allowed"},
    {"{?a: 1}\n", 1, 3, "explicit keys are not allowed"},
    {"[?a]\n", 1, 3, "explicit keys are not allowed"},
    {"a: & b\n", 1, 5, "a text cannot begin with `&` or `*`"},
    {"{a: 1}: 2\n", 1, 1, "a key must be a text"},
    {"a:\n  <<: {b: 1}\n", 2, 3, "merge keys are not allowed"},
    {"?\n: 1\n", 1, 2, "a key is missing"},
    {"a:\n\tb: 1\n", 2, 1, "a tab in the indentation"},
    {"a:\n  \tb: 1\n", 2, 3, "a tab in the indentation"},
    {"a: b: c\n", 1, 5, "a `:` is not allowed here"},
    {"a:\n   b: 1\n  c: 2\n", 3, 3, "this line fits no key of the map around it"},
    {"a: [1, 2\nb: 3\n", 2, 2, "the list in brackets is not finished (begun in line 1)"},
    {"a: {b: 1\n", 2, 1, "the map in braces is not finished (begun in line 1)"},
    {"a: \"open\n", 2, 1, "a text in quotes is not closed (begun in line 1)"},
    {"a: @b\n", 1, 4, "a text cannot begin with this character"},
    {"a: \"\\q\"\n", 1, 5, "an escape sequence that YAML does not know"},
    {"a: \"\\0\"\n", 1, 4, "a text with a NUL character"},
    {"a: 1\nb: \xFF\n", 2, 4, "bytes that are not UTF-8"},
    {"a: 1\n消: \xE6\xB6\n", 2, 5, "bytes that are not UTF-8"},
    {"a: \x01\n", 1, 4, "a control character"},
    {"a: 1\nb\n", 3, 1, "a key without `:`"},
    {"a: \"b\"#c\n", 1, 7, "a comment without a blank before it"},
    {"a: [b,#c\n  d]\n", 1, 7, "a comment without a blank before it"},
    {"a: {b: 1}#c\n", 1, 10, "a comment without a blank before it"},
    {"消: >#c\n  d\n", 1, 5, "a comment without a blank before it"},
    {"a: [b,\nc]\n", 2, 1, "this line is not indented"},
    {"a:\n  b: {c: 1,\n  d: 2}\n", 3, 3, "this line is not indented"},
    {"a: \"b\nc\"\n", 2, 1, "this line is not indented"},
    {"a: |\n   \n  b\n", 3, 3, "this line is less indented than an empty line before it"},
    {"a: [-]\n", 1, 5, "a dash alone"},
    {"a: \"b\xC2\x85 c\"\n", 1, 6, "an end of line that is none"},
    {"a: b\nc: d\xE2\x80\xA8\n", 2, 5, "an end of line that is none"},
};

static void mistakes_are_named_with_their_place(void **state)
{
    (void)state;
    unsigned wrong = 0;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        struct pl_yaml *root = NULL;
        struct placet_error err = {0};
        const int rc = parse(bads[i].text, strlen(bads[i].text), &root, &err);

        if (rc != PLACET_EINVALID || err.line != bads[i].line || err.column != bads[i].column ||
            strncmp(err.message, bads[i].message, strlen(bads[i].message)) != 0) {
            print_error("%s gives %d %u:%u %s\n", bads[i].text, rc, err.line, err.column,
                        err.message);
            wrong++;
        }
        assert_null(root);
        assert_int_equal(err.status, rc);
        assert_string_equal(err.file, "x.yaml");
        assert_true(err.hint[0] != '\0');
    }
    assert_int_equal(wrong, 0);
}

static void scalars_follow_the_core_schema(void **state)
{
    (void)state;
    const struct pl_yaml *root = parse_good("- 12\n- -7\n- 012\n- 0x1F\n- 0o17\n- \"12\"\n"
                                            "- 9223372036854775808\n- 09:00\n- 1_000\n"
                                            "- -9223372036854775808\n- 1e3\n- .5\n- 1.\n- .inf\n"
                                            "- 2016-04-20\n- 00.5\n- 1e999\n");
    const struct pl_yaml *node = root->first;
    int64_t integer = 0;
    double real = 0;

    static const struct {
        bool is_integer;
        int64_t integer;
        bool is_real;
        double real;
    } wanted[] = {
        {true, 12, true, 12},
        {true, -7, true, -7},
        {false, 0, false, 0},
        {true, 31, false, 0},
        {true, 15, false, 0},
        {false, 0, false, 0},
        {false, 0, true, 9223372036854775808.0},
        {false, 0, false, 0},
        {false, 0, false, 0},
        {true, INT64_MIN, true, -9223372036854775808.0},
        {false, 0, true, 1000},
        {false, 0, true, 0.5},
        {false, 0, true, 1},
        {false, 0, false, 0},
        {false, 0, false, 0},
        {false, 0, false, 0},
        {false, 0, false, 0},
    };
    for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++, node = node->next) {
        assert_int_equal(pl_yaml_as_i64(node, &integer), wanted[i].is_integer);
        assert_int_equal(pl_yaml_as_float(node, &real), wanted[i].is_real);
        if (wanted[i].is_integer) {
            assert_true(integer == wanted[i].integer);
        }
        if (wanted[i].is_real) {
            assert_true(real == wanted[i].real);
        }
    }
    assert_null(node);
}

static void a_country_is_not_a_boolean(void **state)
{
    (void)state;
    const struct pl_yaml *root =
        parse_good("[no, true, FALSE, \"true\", ~, null, \"\", off, [no]]");
    const struct pl_yaml *node = root->first;
    bool flag = true;

    assert_false(pl_yaml_as_bool(node, &flag));
    assert_true(pl_yaml_looks_boolean_11(node));
    node = node->next;
    assert_true(pl_yaml_as_bool(node, &flag) && flag);
    assert_false(pl_yaml_looks_boolean_11(node));
    node = node->next;
    assert_true(pl_yaml_as_bool(node, &flag) && !flag);
    node = node->next;
    assert_false(pl_yaml_as_bool(node, &flag));
    node = node->next;
    assert_true(pl_yaml_is_null(node));
    assert_true(pl_yaml_is_null(node->next));
    assert_false(pl_yaml_is_null(node->next->next));
    node = node->next->next->next;
    assert_true(pl_yaml_looks_boolean_11(node));
    assert_false(pl_yaml_looks_boolean_11(node->next));
    assert_false(pl_yaml_as_bool(NULL, &flag));
}

static void trees_become_messagepack(void **state)
{
    (void)state;
    const struct pl_yaml *root = parse_good("a: [1, -2, 1.5, yes]\nb: {}\nc: ~\nd: {e: [[]]}\n");
    static const uint8_t wanted[] = {0x84, 0xA1, 'a', 0x94, 0x01, 0xFE, 0xCB, 0x3F,
                                     0xF8, 0,    0,   0,    0,    0,    0,    0xA3,
                                     'y',  'e',  's', 0xA1, 'b',  0x80, 0xA1, 'c',
                                     0xC0, 0xA1, 'd', 0x81, 0xA1, 'e',  0x91, 0x90};
    uint8_t bytes[64];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_yaml_write(root, &out), PLACET_OK);
    assert_int_equal(out.used, sizeof(wanted));
    assert_memory_equal(bytes, wanted, sizeof(wanted));

    pl_writer_init(&out, bytes, 5);
    assert_int_equal(pl_yaml_write(root, &out), PLACET_ELIMIT);
    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_yaml_write(parse_good("9007199254740992"), &out), PLACET_EINVALID);
}

/* ---- bombs ---- */

static char *repeated(const char *unit, size_t count)
{
    const size_t len = strlen(unit);
    char *text = malloc(len * count + 1);
    assert_non_null(text);
    for (size_t i = 0; i < count; i++) {
        memcpy(text + i * len, unit, len);
    }
    text[len * count] = '\0';
    return text;
}

/* Processor time, not wall time: the bound holds on a busy machine. Under sanitizers everything is
 * a few times slower, so it is generous; without the depth limit this takes ten seconds and more.
 */
static void refused_soon(char *text, enum placet_status wanted, const char *message)
{
    struct pl_yaml *root = NULL;
    struct placet_error err = {0};
    const clock_t start = clock();
    const int rc = parse(text, strlen(text), &root, &err);
    const double seconds = (double)(clock() - start) / CLOCKS_PER_SEC;

    free(text);
    if (rc != (int)wanted || strstr(err.message, message) == NULL) {
        fail_msg("%d %s", rc, err.message);
    }
    if (seconds > 1.0) {
        fail_msg("%s after %.3f s", err.message, seconds);
    }
}

static void bombs_are_refused_soon(void **state)
{
    (void)state;
    refused_soon(repeated("[", 64000), PLACET_ELIMIT, "nested more than 32 deep");
    refused_soon(repeated("[", PL_YAML_SIZE_MAX), PLACET_ELIMIT, "nested more than 32 deep");
    refused_soon(repeated("{a: ", PL_YAML_SIZE_MAX / 4), PLACET_ELIMIT, "nested more than 32 deep");
    refused_soon(repeated("{", 64000), PLACET_EINVALID, "a key must be a text");
    refused_soon(repeated("- ", 64000), PLACET_ELIMIT, "nested more than 32 deep");
    refused_soon(repeated("? ", 64000), PLACET_EINVALID, "a key must be a text");
    refused_soon(repeated("a, ", PL_YAML_SIZE_MAX / 3 + 2), PLACET_ELIMIT, "more than 1 MiB");
    refused_soon(repeated("-\n", PL_YAML_SIZE_MAX / 2), PLACET_ELIMIT, "more than 200000 values");
    refused_soon(repeated("x", PL_YAML_SIZE_MAX), PLACET_ELIMIT, "more than 65536 bytes");

    char *laughs = strdup("a: &a [lol, lol]\nb: &b [*a, *a, *a]\nc: [*b, *b, *b]\n");
    refused_soon(laughs, PLACET_EINVALID, "anchors are not allowed");
}

static void a_map_of_too_many_keys_is_refused(void **state)
{
    (void)state;
    char *text = malloc(1024 * 16);
    assert_non_null(text);
    size_t len = 0;
    for (int i = 0; i < PL_YAML_KEYS_MAX + 1; i++) {
        len += (size_t)snprintf(text + len, 1024 * 16 - len, "k%d: 1\n", i);
    }
    refused_soon(text, PLACET_ELIMIT, "more than 1024 keys");
}

static void a_full_arena_is_a_limit(void **state)
{
    (void)state;
    char block[1024];
    struct pl_arena small;
    struct pl_yaml *root = NULL;
    struct placet_error err = {0};
    char *text = repeated("- a\n", 100);

    pl_arena_init(&small, block, sizeof(block));
    assert_int_equal(pl_yaml_parse((struct pl_text){text, 400}, NULL, &small, &root, &err),
                     PLACET_ELIMIT);
    assert_string_equal(err.message, "the definition does not fit in memory");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_keeps_order_text_and_marks),
        cmocka_unit_test(texts_outlive_the_source),
        cmocka_unit_test(a_byte_order_mark_and_crlf_are_read),
        cmocka_unit_test(texts_near_a_mistake_are_read),
        cmocka_unit_test(blanks_at_the_end_of_the_file_are_kept),
        cmocka_unit_test(mistakes_are_named_with_their_place),
        cmocka_unit_test(scalars_follow_the_core_schema),
        cmocka_unit_test(a_country_is_not_a_boolean),
        cmocka_unit_test(trees_become_messagepack),
        cmocka_unit_test(bombs_are_refused_soon),
        cmocka_unit_test(a_map_of_too_many_keys_is_refused),
        cmocka_unit_test(a_full_arena_is_a_limit),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
