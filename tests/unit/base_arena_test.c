#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdalign.h>

#include "base/arena.h"

static void test_memory_is_aligned_zeroed_and_apart(void **state)
{
    (void)state;
    alignas(max_align_t) unsigned char block[256];
    struct pl_arena arena;

    for (size_t i = 0; i < sizeof block; i++) {
        block[i] = 0xaa;
    }
    pl_arena_init(&arena, block, sizeof block);
    unsigned char *const first = pl_arena_alloc(&arena, 3);
    unsigned char *const second = pl_arena_alloc(&arena, 17);
    assert_int_equal((uintptr_t)first % alignof(max_align_t), 0);
    assert_int_equal((uintptr_t)second % alignof(max_align_t), 0);
    assert_true(second >= first + 3);
    for (size_t i = 0; i < 17; i++) {
        assert_int_equal(second[i], 0);
    }
}

static void test_full_is_null_and_changes_nothing(void **state)
{
    (void)state;
    alignas(max_align_t) unsigned char block[64];
    struct pl_arena arena;

    pl_arena_init(&arena, block, sizeof block);
    assert_non_null(pl_arena_alloc(&arena, 48));
    assert_null(pl_arena_alloc(&arena, 17));
    assert_null(pl_arena_alloc(&arena, SIZE_MAX));
    assert_null(pl_arena_alloc(&arena, SIZE_MAX - 20));
    assert_null(pl_arena_text(&arena, "", SIZE_MAX));
    assert_int_equal(arena.used, 48);
    assert_non_null(pl_arena_alloc(&arena, 16));
    assert_null(pl_arena_alloc(&arena, 1));
}

static void test_reset_keeps_the_high_water_mark(void **state)
{
    (void)state;
    alignas(max_align_t) unsigned char block[64];
    struct pl_arena arena;

    pl_arena_init(&arena, block, sizeof block);
    char *const text = pl_arena_text(&arena, "permit!", 6);
    assert_string_equal(text, "permit");
    assert_non_null(pl_arena_alloc(&arena, 32));
    pl_arena_reset(&arena);
    assert_int_equal(arena.used, 0);
    assert_int_equal(arena.used_max, 48);
    const char *const again = pl_arena_alloc(&arena, 16);
    assert_ptr_equal(again, text);
    assert_string_equal(again, ""); /* zeroed again */
    assert_int_equal(arena.used_max, 48);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_memory_is_aligned_zeroed_and_apart),
        cmocka_unit_test(test_full_is_null_and_changes_nothing),
        cmocka_unit_test(test_reset_keeps_the_high_water_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
