/* Case ids and task references: one spelling each, round trips at the ends of the ranges. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/ids.h"

static void test_case_ids_round_trip(void **state)
{
    static const struct {
        uint64_t v;
        const char *text;
    } rows[] = {
        {1, "C1"},
        {1042, "C1042"},
        {(UINT64_C(1) << 56) - 1, "C72057594037927935"},
        {UINT64_C(3) << 56 | 7, "C7@3"},
        {UINT64_MAX, "C72057594037927935@255"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[PL_CASE_TEXT_SIZE];
        struct pl_case_id id = {0};

        pl_case_id_format((struct pl_case_id){rows[i].v}, text);
        assert_string_equal(text, rows[i].text);
        assert_true(pl_case_id_parse(pl_text_of(text), &id));
        assert_true(id.v == rows[i].v);
    }
}

static void test_case_ids_have_one_spelling(void **state)
{
    static const char *const bad[] = {
        "",       "C",
        "c1",     "1",
        "C0",     "C01",
        "C+1",    "C-1",
        "C1 ",    " C1",
        "C1@0",   "C1@",
        "C1@256", "C72057594037927936",
        "C1@3x",  "C1@03",
        "C1.0",   "CC1",
        "C1@-1",  "C99999999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pl_case_id id = {77};

        assert_false(pl_case_id_parse(pl_text_of(bad[i]), &id));
        assert_true(id.v == 77);
    }
}

static void test_task_references_round_trip(void **state)
{
    char text[PL_TASK_TEXT_SIZE];
    struct pl_task_ref ref = {{UINT64_MAX}, UINT16_MAX, UINT16_MAX, UINT16_MAX};
    struct pl_task_ref back = {{0}, 0, 0, 0};

    (void)state;
    pl_task_ref_format(ref, text);
    assert_string_equal(text, "C72057594037927935@255.65535.65535.65535");
    assert_true(pl_task_ref_parse(pl_text_of(text), &back));
    assert_memory_equal(&ref.id, &back.id, sizeof(ref.id));
    assert_int_equal(back.round, UINT16_MAX);

    assert_true(pl_task_ref_parse(pl_text_of("C9.4.0.1"), &back));
    assert_int_equal(back.id.v, 9);
    assert_int_equal(back.step, 4);
    assert_int_equal(back.item, 0);
    assert_int_equal(back.round, 1);
}

static void test_task_references_are_strict(void **state)
{
    static const char *const bad[] = {"C9",       "C9.4.0",  "C9.4.0.1.2",   "C9.4.0.1 ",
                                      "C9.4.0.x", "C9..0.1", "C9.65536.0.1", "C9.4.00.1"};

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct pl_task_ref ref = {{77}, 0, 0, 0};

        assert_false(pl_task_ref_parse(pl_text_of(bad[i]), &ref));
        assert_true(ref.id.v == 77);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_ids_round_trip),
        cmocka_unit_test(test_case_ids_have_one_spelling),
        cmocka_unit_test(test_task_references_round_trip),
        cmocka_unit_test(test_task_references_are_strict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
