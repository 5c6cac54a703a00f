/* Changes to a form: JSON Merge Patch, with the cases of RFC 7396 appendix A that a map can be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "value/json.h"
#include "value/merge.h"

static uint8_t memory[1 << 16];

static struct pl_bytes read_json(const char *text, uint8_t *into, size_t size)
{
    struct pl_writer out;
    struct placet_error err;
    pl_writer_init(&out, into, size);
    assert_int_equal(pl_json_read(pl_text_of(text), &out, &err), PLACET_OK);
    return pl_writer_bytes(&out);
}

static void check_merge(const char *form, const char *changes, const char *expected)
{
    uint8_t form_bytes[1024];
    uint8_t change_bytes[1024];
    uint8_t expected_bytes[1024];
    struct pl_arena arena;
    struct pl_bytes merged;

    pl_arena_init(&arena, memory, sizeof memory);
    assert_int_equal(pl_value_merge(&arena, read_json(form, form_bytes, sizeof form_bytes),
                                    read_json(changes, change_bytes, sizeof change_bytes), &merged),
                     PLACET_OK);
    assert_int_equal(pl_msgpack_check(merged.at, merged.size), PL_MSGPACK_OK);
    const struct pl_bytes wanted = read_json(expected, expected_bytes, sizeof expected_bytes);
    assert_int_equal(merged.size, wanted.size);
    assert_memory_equal(merged.at, wanted.at, wanted.size);
}

static void patches_of_the_rfc(void **state)
{
    (void)state;
    check_merge("{\"a\":\"b\"}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    check_merge("{\"a\":\"b\"}", "{\"b\":\"c\"}", "{\"a\":\"b\",\"b\":\"c\"}");
    check_merge("{\"a\":\"b\"}", "{\"a\":null}", "{}");
    check_merge("{\"a\":\"b\",\"b\":\"c\"}", "{\"a\":null}", "{\"b\":\"c\"}");
    check_merge("{\"a\":[\"b\"]}", "{\"a\":\"c\"}", "{\"a\":\"c\"}");
    check_merge("{\"a\":\"c\"}", "{\"a\":[\"b\"]}", "{\"a\":[\"b\"]}");
    check_merge("{\"a\":{\"b\":\"c\"}}", "{\"a\":{\"b\":\"d\",\"c\":null}}",
                "{\"a\":{\"b\":\"d\"}}");
    check_merge("{\"a\":[{\"b\":\"c\"}]}", "{\"a\":[1]}", "{\"a\":[1]}");
    check_merge("{\"e\":null}", "{\"a\":1}", "{\"e\":null,\"a\":1}");
    check_merge("{}", "{\"a\":{\"bb\":{\"ccc\":null}}}", "{\"a\":{\"bb\":{}}}");
}

static void nothing_stays_nothing(void **state)
{
    (void)state;
    check_merge("{\"a\":{\"b\":1,\"c\":[1,2]}}", "{}", "{\"a\":{\"b\":1,\"c\":[1,2]}}");
    check_merge("{}", "{\"x\":null}", "{}");
    check_merge("{\"a\":1}", "{\"a\":{\"b\":2}}", "{\"a\":{\"b\":2}}");
}

static void a_full_arena_is_a_limit(void **state)
{
    (void)state;
    struct pl_arena arena;
    struct pl_bytes merged = {.size = 77};
    uint8_t bytes[64];
    const struct pl_bytes form = read_json("{\"a\":1}", bytes, sizeof bytes);

    pl_arena_init(&arena, memory, 8);
    assert_int_equal(pl_value_merge(&arena, form, form, &merged), PLACET_ELIMIT);
    assert_int_equal(merged.size, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(patches_of_the_rfc),
        cmocka_unit_test(nothing_stays_nothing),
        cmocka_unit_test(a_full_arena_is_a_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
