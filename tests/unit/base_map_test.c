#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <placet/error.h>
#include <string.h>

#include "base/map.h"
#include "support/draw.h"

#define KEYS 3000

static void test_put_get_replace_remove(void **state)
{
    (void)state;
    struct pl_map map;
    uint32_t value = 77;

    assert_int_equal(pl_map_init(&map, 10), PLACET_OK);
    assert_false(pl_map_get(&map, 5, &value));
    assert_int_equal(value, 77); /* written only on success */
    assert_int_equal(pl_map_put(&map, 5, 50), PLACET_OK);
    assert_int_equal(pl_map_put(&map, 5, 51), PLACET_OK);
    assert_int_equal(map.count, 1);
    assert_true(pl_map_get(&map, 5, &value));
    assert_int_equal(value, 51);
    assert_true(pl_map_remove(&map, 5));
    assert_false(pl_map_remove(&map, 5));
    assert_false(pl_map_get(&map, 5, &value));
    assert_int_equal(map.count, 0);
    pl_map_fini(&map);
    pl_map_fini(&map);
    pl_map_fini(NULL);
}

static void test_limit_refuses_new_keys_only(void **state)
{
    (void)state;
    struct pl_map map;
    uint32_t value;

    assert_int_equal(pl_map_init(&map, 3), PLACET_OK);
    for (uint64_t key = 1; key <= 3; key++) {
        assert_int_equal(pl_map_put(&map, key, (uint32_t)key), PLACET_OK);
    }
    assert_int_equal(pl_map_put(&map, 4, 4), PLACET_ELIMIT);
    assert_int_equal(pl_map_put(&map, 3, 33), PLACET_OK);
    assert_true(pl_map_get(&map, 3, &value));
    assert_int_equal(value, 33);
    assert_true(pl_map_remove(&map, 1));
    assert_int_equal(pl_map_put(&map, 4, 4), PLACET_OK);
    pl_map_fini(&map);
}

static void test_key_zero_is_never_there(void **state)
{
    (void)state;
    struct pl_map map;
    uint32_t value;

    assert_int_equal(pl_map_init(&map, 3), PLACET_OK);
    assert_false(pl_map_get(&map, 0, &value));
    assert_int_equal(pl_map_put(&map, 9, 9), PLACET_OK);
    assert_false(pl_map_get(&map, 0, &value));
    assert_false(pl_map_remove(&map, 0));
    pl_map_fini(&map);
}

static void compare(const struct pl_map *map, const int64_t model[KEYS], uint64_t stride)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < KEYS; i++) {
        uint32_t value = 0;
        const bool there = pl_map_get(map, (i + 1) * stride, &value);
        assert_int_equal(there, model[i] >= 0);
        if (there) {
            assert_int_equal(value, model[i]);
            count++;
        }
    }
    assert_int_equal(map->count, count);
}

/* Random puts and removes against a plain array; the shift on removal is the delicate part. */
static void agrees_with_array(uint64_t seed, uint64_t stride, uint32_t keys)
{
    static int64_t model[KEYS];
    struct draw draw = {seed};
    struct pl_map map;

    memset(model, 0xff, sizeof model);
    assert_int_equal(pl_map_init(&map, KEYS), PLACET_OK);
    for (uint32_t step = 0; step < 60000; step++) {
        const uint32_t i = draw_below(&draw, keys);
        const uint64_t key = (i + 1) * stride;
        if (draw_below(&draw, 100) < 55) {
            assert_int_equal(pl_map_put(&map, key, step), PLACET_OK);
            model[i] = step;
        } else {
            assert_int_equal(pl_map_remove(&map, key), model[i] >= 0);
            model[i] = -1;
        }
        if (step % 6000 == 0) {
            compare(&map, model, stride);
        }
    }
    compare(&map, model, stride);
    pl_map_fini(&map);
}

static void test_agrees_with_an_array(void **state)
{
    (void)state;
    agrees_with_array(1, 1, KEYS);
    agrees_with_array(2, UINT64_C(1) << 32, KEYS);
    agrees_with_array(3, UINT64_C(0x9e3779b97f4a7c15), KEYS);
    agrees_with_array(4, 1, 12); /* stays in the first, nearly full table */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_put_get_replace_remove),
        cmocka_unit_test(test_limit_refuses_new_keys_only),
        cmocka_unit_test(test_key_zero_is_never_there),
        cmocka_unit_test(test_agrees_with_an_array),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
