#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <placet/error.h>
#include <string.h>

#include "base/heap.h"
#include "support/draw.h"

#define ITEMS 200
#define NONE  UINT64_MAX

static void test_empty(void **state)
{
    (void)state;
    struct pl_heap heap;

    pl_heap_init(&heap);
    assert_null(pl_heap_first(&heap));
    pl_heap_remove(&heap, 3);
    pl_heap_fini(&heap);
    pl_heap_fini(&heap);
    pl_heap_fini(NULL);
}

static void test_ties_by_item(void **state)
{
    (void)state;
    struct pl_heap heap;
    static const uint32_t items[] = {5, 1, 9, 0, 7};
    static const uint32_t sorted[] = {0, 1, 5, 7, 9};

    pl_heap_init(&heap);
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pl_heap_set(&heap, items[i], 1000), PLACET_OK);
    }
    for (size_t i = 0; i < 5; i++) {
        assert_int_equal(pl_heap_first(&heap)->item, sorted[i]);
        pl_heap_remove(&heap, sorted[i]);
    }
    assert_null(pl_heap_first(&heap));
    pl_heap_fini(&heap);
}

static void test_an_item_moves(void **state)
{
    (void)state;
    struct pl_heap heap;

    pl_heap_init(&heap);
    for (uint32_t item = 0; item < 10; item++) {
        assert_int_equal(pl_heap_set(&heap, item, 100 + item), PLACET_OK);
    }
    assert_int_equal(pl_heap_set(&heap, 9, 1), PLACET_OK);
    assert_int_equal(pl_heap_first(&heap)->item, 9);
    assert_int_equal(pl_heap_set(&heap, 9, UINT64_MAX), PLACET_OK);
    assert_int_equal(pl_heap_first(&heap)->item, 0);
    assert_int_equal(heap.count, 10);
    pl_heap_fini(&heap);
}

static uint32_t first_of(const uint64_t keys[ITEMS])
{
    uint32_t first = 0;

    for (uint32_t item = 1; item < ITEMS; item++) {
        if (keys[item] < keys[first]) {
            first = item;
        }
    }
    return first;
}

/* Few distinct keys, so that ties are the rule. */
static void test_agrees_with_a_search(void **state)
{
    (void)state;
    struct draw draw = {7};
    struct pl_heap heap;
    uint64_t keys[ITEMS];

    pl_heap_init(&heap);
    memset(keys, 0xff, sizeof keys);
    for (int step = 0; step < 100000; step++) {
        const uint32_t item = draw_below(&draw, ITEMS);
        if (draw_below(&draw, 3) > 0) {
            keys[item] = draw_below(&draw, 50);
            assert_int_equal(pl_heap_set(&heap, item, keys[item]), PLACET_OK);
        } else {
            keys[item] = NONE;
            pl_heap_remove(&heap, item);
        }
        const struct pl_heap_entry *const first = pl_heap_first(&heap);
        const uint32_t expected = first_of(keys);
        if (keys[expected] == NONE) {
            assert_null(first);
        } else {
            assert_int_equal(first->item, expected);
            assert_int_equal(first->key, keys[expected]);
        }
    }
    pl_heap_fini(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_empty),
        cmocka_unit_test(test_ties_by_item),
        cmocka_unit_test(test_an_item_moves),
        cmocka_unit_test(test_agrees_with_a_search),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
