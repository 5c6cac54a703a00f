#include "value/equal.h"

#include <string.h>

bool pl_value_equal_numbers(int64_t integer, double real)
{
    /* 2^63 itself is out of range; the cast of the rest is exact or cuts a fraction */
    return real >= -9223372036854775808.0 && real < 9223372036854775808.0 &&
           (int64_t)real == integer && (double)(int64_t)real == real;
}

static bool equal_numbers(struct pl_reader *a, struct pl_reader *b)
{
    const bool a_is_int = pl_reader_peek(a) == PL_VALUE_INT;
    const bool b_is_int = pl_reader_peek(b) == PL_VALUE_INT;

    if (a_is_int && b_is_int) {
        return pl_reader_i64(a) == pl_reader_i64(b);
    }
    if (a_is_int) {
        return pl_value_equal_numbers(pl_reader_i64(a), pl_reader_float(b));
    }
    if (b_is_int) {
        return pl_value_equal_numbers(pl_reader_i64(b), pl_reader_float(a));
    }
    return pl_reader_float(a) == pl_reader_float(b);
}

static bool equal_lists(struct pl_reader *a, struct pl_reader *b, uint64_t *work)
{
    const uint32_t count = pl_reader_array(a);

    if (pl_reader_array(b) != count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        if (!pl_value_equal_counted(pl_reader_value(a), pl_reader_value(b), work)) {
            return false;
        }
    }
    return true;
}

static bool equal_maps(struct pl_bytes a, struct pl_bytes b, uint64_t *work)
{
    struct pl_reader in_a;
    struct pl_reader in_b;

    pl_reader_init(&in_a, a.at, a.size);
    pl_reader_init(&in_b, b.at, b.size);
    const uint32_t count = pl_reader_map(&in_a);
    if (pl_reader_map(&in_b) != count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_text key = pl_reader_text(&in_a, UINT32_MAX);
        const struct pl_bytes other = pl_value_get(b, key);
        *work += count / 4;
        if (other.size == 0 || !pl_value_equal_counted(pl_reader_value(&in_a), other, work)) {
            return false;
        }
    }
    return true;
}

/* The profile bounds the depth. */
bool pl_value_equal_counted(struct pl_bytes a, struct pl_bytes b, uint64_t *work)
{
    struct pl_reader in_a;
    struct pl_reader in_b;

    *work += 1;
    if (a.size == b.size && (a.size == 0 || memcmp(a.at, b.at, a.size) == 0)) {
        return true;
    }
    pl_reader_init(&in_a, a.at, a.size);
    pl_reader_init(&in_b, b.at, b.size);
    const enum pl_value_type type = pl_reader_peek(&in_a);
    const enum pl_value_type type_b = pl_reader_peek(&in_b);
    const bool a_is_number = type == PL_VALUE_INT || type == PL_VALUE_FLOAT;
    const bool b_is_number = type_b == PL_VALUE_INT || type_b == PL_VALUE_FLOAT;
    if (a_is_number && b_is_number) {
        return equal_numbers(&in_a, &in_b);
    }
    if (type != type_b) {
        return false;
    }
    if (type == PL_VALUE_ARRAY) {
        return equal_lists(&in_a, &in_b, work);
    }
    if (type == PL_VALUE_MAP) {
        return equal_maps(a, b, work);
    }
    if (type == PL_VALUE_STR) {
        return pl_text_equal(pl_reader_text(&in_a, UINT32_MAX), pl_reader_text(&in_b, UINT32_MAX));
    }
    if (type == PL_VALUE_BIN) {
        const struct pl_bytes bytes = pl_reader_bin(&in_a, UINT32_MAX);
        const struct pl_bytes other = pl_reader_bin(&in_b, UINT32_MAX);
        return bytes.size == other.size && memcmp(bytes.at, other.at, bytes.size) == 0;
    }
    return false; /* nil and booleans have one encoding */
}

bool pl_value_equal(struct pl_bytes a, struct pl_bytes b)
{
    uint64_t work = 0;
    return pl_value_equal_counted(a, b, &work);
}
