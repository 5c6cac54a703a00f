/* The values of number literals. */
#include "value/cel_code.h"

static bool read_digits(struct pl_text text, uint64_t *out)
{
    const bool hex = text.len > 2 && text.at[1] == 'x';
    const uint64_t base = hex ? 16 : 10;
    uint64_t value = 0;

    for (uint32_t i = hex ? 2 : 0; i < text.len; i++) {
        const char c = text.at[i];
        const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
        if (__builtin_mul_overflow(value, base, &value) ||
            __builtin_add_overflow(value, (uint64_t)digit, &value)) {
            return false;
        }
    }
    *out = value;
    return true;
}

bool pl_cel_literal_int(struct pl_text digits, bool negative, int64_t *out)
{
    uint64_t value = 0;

    if (!read_digits(digits, &value) || value > (uint64_t)INT64_MAX + (negative ? 1 : 0)) {
        return false;
    }
    *out = negative ? (int64_t)(0 - value) : (int64_t)value;
    return true;
}

bool pl_cel_literal_uint(struct pl_text digits, uint64_t *out)
{
    return read_digits((struct pl_text){digits.at, digits.len - 1}, out);
}
