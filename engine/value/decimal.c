#include "value/decimal.h"

#include <string.h>

#include "base/check.h"

/* Digits that are kept when a text is read; beyond 767 no digit can change the nearest double but
 * by being there at all. */
#define DIGITS_MAX 800

/* Enough for 10^1131, the largest power that DIGITS_MAX digits and the smallest double need. */
#define BIG_WORDS  130

/* A natural number, lowest word first. */
struct big {
    uint32_t count; /* words in use; the highest of them is not zero */
    uint32_t word[BIG_WORDS];
};

static void big_set(struct big *a, uint64_t value)
{
    a->word[0] = (uint32_t)value;
    a->word[1] = (uint32_t)(value >> 32);
    a->count = value >> 32 != 0 ? 2 : value != 0 ? 1 : 0;
}

/* a * factor + add */
static void big_multiply(struct big *a, uint32_t factor, uint32_t add)
{
    uint64_t carry = add;

    for (uint32_t i = 0; i < a->count; i++) {
        carry += (uint64_t)a->word[i] * factor;
        a->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    if (carry != 0) {
        PL_CHECK(a->count < BIG_WORDS);
        a->word[a->count++] = (uint32_t)carry;
    }
}

static void big_multiply_power(struct big *a, uint32_t exponent)
{
    for (; exponent >= 9; exponent -= 9) {
        big_multiply(a, 1000000000, 0);
    }
    for (; exponent > 0; exponent--) {
        big_multiply(a, 10, 0);
    }
}

static void big_shift(struct big *a, uint32_t bits)
{
    const uint32_t words = bits / 32;
    const uint32_t rest = bits % 32;

    if (a->count == 0) {
        return;
    }
    PL_CHECK(a->count + words <= BIG_WORDS);
    memmove(a->word + words, a->word, a->count * sizeof(a->word[0]));
    memset(a->word, 0, words * sizeof(a->word[0]));
    a->count += words;
    if (rest > 0) {
        big_multiply(a, UINT32_C(1) << rest, 0);
    }
}

static int big_compare(const struct big *a, const struct big *b)
{
    if (a->count != b->count) {
        return a->count < b->count ? -1 : 1;
    }
    for (uint32_t i = a->count; i > 0; i--) {
        if (a->word[i - 1] != b->word[i - 1]) {
            return a->word[i - 1] < b->word[i - 1] ? -1 : 1;
        }
    }
    return 0;
}

/* a + b against c. */
static int big_compare_sum(const struct big *a, const struct big *b, const struct big *c)
{
    struct big sum = *a;
    uint64_t carry = 0;

    for (uint32_t i = 0; i < b->count || carry != 0; i++) {
        PL_CHECK(i < BIG_WORDS);
        if (i == sum.count) {
            sum.word[sum.count++] = 0;
        }
        carry += (uint64_t)sum.word[i] + (i < b->count ? b->word[i] : 0);
        sum.word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    return big_compare(&sum, c);
}

/* a - b, which is not negative. */
static void big_subtract(struct big *a, const struct big *b)
{
    uint64_t borrow = 0;

    for (uint32_t i = 0; i < a->count; i++) {
        const uint64_t take = borrow + (i < b->count ? b->word[i] : 0);
        borrow = a->word[i] < take ? 1 : 0;
        a->word[i] = (uint32_t)(a->word[i] - take);
    }
    while (a->count > 0 && a->word[a->count - 1] == 0) {
        a->count--;
    }
}

static int big_bits(const struct big *a)
{
    return a->count == 0 ? 0 : (int)(32 * a->count) - __builtin_clz(a->word[a->count - 1]);
}

/* ---- reading ---- */

/* Digits without leading zeros; the value is 0.DIGITS * 10^point. */
struct number {
    bool negative;
    uint32_t count;
    int64_t point;
    char digits[DIGITS_MAX + 1];
};

static bool is_digit(struct pl_text text, uint32_t at)
{
    return at < text.len && text.at[at] >= '0' && text.at[at] <= '9';
}

static void keep_digit(struct number *number, char digit)
{
    if (number->count == 0 && digit == '0') {
        return;
    }
    if (number->count < DIGITS_MAX) {
        number->digits[number->count++] = digit;
    } else if (digit != '0') {
        number->digits[DIGITS_MAX - 1] |= 1; /* there is more: enough to break a tie */
    }
}

static bool read_exponent(struct pl_text text, uint32_t *at, int64_t *point)
{
    const char sign = *at + 1 < text.len ? text.at[*at + 1] : '\0';
    int64_t exponent = 0;

    *at += sign == '+' || sign == '-' ? 2 : 1;
    if (!is_digit(text, *at)) {
        return false;
    }
    for (; is_digit(text, *at); (*at)++) {
        exponent = exponent < 100000 ? exponent * 10 + (text.at[*at] - '0') : exponent;
    }
    *point += sign == '-' ? -exponent : exponent;
    return true;
}

static bool read_number(struct pl_text text, struct number *number)
{
    uint32_t at = 0;
    bool any = false;

    if (at < text.len && (text.at[at] == '-' || text.at[at] == '+')) {
        number->negative = text.at[at++] == '-';
    }
    for (; is_digit(text, at); at++) {
        keep_digit(number, text.at[at]);
        number->point += number->count > 0 ? 1 : 0;
        any = true;
    }
    if (at < text.len && text.at[at] == '.') {
        for (at++; is_digit(text, at); at++) {
            keep_digit(number, text.at[at]);
            number->point -= number->count == 0 ? 1 : 0;
            any = true;
        }
    }
    if (any && at < text.len && (text.at[at] | 0x20) == 'e' &&
        !read_exponent(text, &at, &number->point)) {
        return false;
    }
    return any && at == text.len;
}

static double from_bits(uint64_t bits)
{
    double value;

    memcpy(&value, &bits, sizeof(value));
    return value;
}

/* The double nearest to a / b; false when it is too large. */
static bool divide(struct big *a, struct big *b, double *out)
{
    int exponent = big_bits(a) - big_bits(b);
    uint64_t mantissa = 0;

    big_shift(exponent > 0 ? b : a, (uint32_t)(exponent > 0 ? exponent : -exponent));
    if (big_compare(a, b) < 0) {
        big_shift(a, 1);
        exponent--;
    }
    const int bits = exponent >= -1022 ? 53 : exponent + 1075; /* fewer where it is subnormal */
    for (int i = 0; i < bits; i++) {
        const bool one = big_compare(a, b) >= 0;
        if (one) {
            big_subtract(a, b);
        }
        mantissa = mantissa * 2 + (one ? 1 : 0);
        big_shift(a, 1);
    }
    const int half = bits >= 0 ? big_compare(a, b) : -1;
    mantissa += half > 0 || (half == 0 && mantissa % 2 == 1) ? 1 : 0;
    if (bits < 53) {
        *out = from_bits(mantissa);
        return true;
    }
    if (mantissa == UINT64_C(1) << 53) {
        mantissa >>= 1;
        exponent++;
    }
    if (exponent > 1023) {
        return false;
    }
    *out = from_bits((uint64_t)(exponent + 1023) << 52 | (mantissa & ((UINT64_C(1) << 52) - 1)));
    return true;
}

static bool convert(const struct number *number, double *out)
{
    const int64_t exponent = number->point - number->count;
    struct big a;
    struct big b;

    if (number->count == 0 || number->point < -330) {
        *out = 0;
        return true;
    }
    if (number->point > 310) {
        return false;
    }
    big_set(&a, 0);
    for (uint32_t i = 0; i < number->count; i++) {
        big_multiply(&a, 10, (uint32_t)(number->digits[i] - '0'));
    }
    big_set(&b, 1);
    big_multiply_power(exponent < 0 ? &b : &a, (uint32_t)(exponent < 0 ? -exponent : exponent));
    return divide(&a, &b, out);
}

bool pl_decimal_parse(struct pl_text text, double *out)
{
    struct number number;
    double value;

    number.negative = false;
    number.count = 0;
    number.point = 0;
    if (!read_number(text, &number) || !convert(&number, &value)) {
        return false;
    }
    *out = number.negative ? -value : value;
    return true;
}

/* ---- writing ---- */

/* The value is r / s; half the way to the next double up is up / s, down is down / s. */
struct printing {
    struct big r;
    struct big s;
    struct big up;
    struct big down;
    bool even; /* the ends of the interval read as the same double too */
};

static void set_printing(struct printing *p, uint64_t mantissa, int exponent)
{
    const bool uneven = mantissa == UINT64_C(1) << 52 && exponent > -1074;
    const uint32_t extra = uneven ? 2 : 1;

    big_set(&p->r, mantissa);
    big_set(&p->s, 1);
    big_set(&p->up, uneven ? 2 : 1);
    big_set(&p->down, 1);
    p->even = mantissa % 2 == 0;
    big_shift(&p->r, extra);
    big_shift(&p->s, extra);
    if (exponent >= 0) {
        big_shift(&p->r, (uint32_t)exponent);
        big_shift(&p->up, (uint32_t)exponent);
        big_shift(&p->down, (uint32_t)exponent);
    } else {
        big_shift(&p->s, (uint32_t)-exponent);
    }
}

static bool reaches_next(const struct printing *p)
{
    const int order = big_compare_sum(&p->r, &p->up, &p->s);
    return order > 0 || (order == 0 && p->even);
}

static void scale_up(struct printing *p, uint32_t power)
{
    big_multiply_power(&p->r, power);
    big_multiply_power(&p->up, power);
    big_multiply_power(&p->down, power);
}

/* Brings r / s between 0.1 and 1; gives the power of ten that was taken out. */
static int scale(struct printing *p, int exponent)
{
    int point = (exponent + 52) * 30103 / 100000 - 1; /* a little below log10 */

    if (point > 0) {
        big_multiply_power(&p->s, (uint32_t)point);
    } else {
        scale_up(p, (uint32_t)-point);
    }
    while (reaches_next(p)) {
        big_multiply(&p->s, 10, 0);
        point++;
    }
    for (;;) {
        struct printing tenfold = *p;
        scale_up(&tenfold, 1);
        if (reaches_next(&tenfold)) {
            return point;
        }
        *p = tenfold;
        point--;
    }
}

unsigned pl_decimal_digits(double value, char digits[PL_DECIMAL_DIGITS_MAX], int *point_out)
{
    struct printing p;
    uint64_t bits;
    unsigned count = 0;

    memcpy(&bits, &value, sizeof(bits));
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int biased = (int)(bits >> 52 & 0x7FF);
    PL_CHECK(value > 0 && biased != 0x7FF);
    const int exponent = biased == 0 ? -1074 : biased - 1075;
    set_printing(&p, biased == 0 ? fraction : fraction | UINT64_C(1) << 52, exponent);
    *point_out = scale(&p, biased == 0 ? exponent - __builtin_clzll(fraction) + 11 : exponent);

    for (;;) {
        char digit = '0';
        scale_up(&p, 1);
        for (; big_compare(&p.r, &p.s) >= 0; digit++) {
            big_subtract(&p.r, &p.s);
        }
        const int low = big_compare(&p.r, &p.down);
        const bool down_ok = low < 0 || (low == 0 && p.even);
        const bool up_ok = reaches_next(&p);
        if (down_ok || up_ok) {
            const bool upper_half = big_compare_sum(&p.r, &p.r, &p.s) >= 0;
            digit = (char)(digit + (up_ok && (!down_ok || upper_half) ? 1 : 0));
        }
        PL_CHECK(count < PL_DECIMAL_DIGITS_MAX);
        digits[count++] = digit;
        if (down_ok || up_ok) {
            return count;
        }
    }
}

struct writing {
    char *at;
    unsigned len;
};

static void add(struct writing *w, const char *text, unsigned len)
{
    memcpy(w->at + w->len, text, len);
    w->len += len;
}

static void add_zeros(struct writing *w, int count)
{
    for (; count > 0; count--) {
        add(w, "0", 1);
    }
}

static void add_exponent(struct writing *w, int exponent)
{
    char digits[4];
    unsigned from = sizeof(digits);
    unsigned rest = (unsigned)(exponent < 0 ? -exponent : exponent);

    add(w, exponent < 0 ? "e-" : "e+", 2);
    do {
        digits[--from] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    add(w, digits + from, (unsigned)sizeof(digits) - from);
}

unsigned pl_decimal_format(double value, char out[PL_DECIMAL_TEXT_SIZE])
{
    struct writing w = {.at = out};
    char digits[PL_DECIMAL_DIGITS_MAX];
    int point = 0;

    if (value != value) {
        add(&w, "NaN", 3);
        return w.len;
    }
    if (__builtin_signbit(value)) {
        add(&w, "-", 1);
        value = -value;
    }
    if (value == 0 || value > 1.7976931348623157e308) {
        add(&w, value == 0 ? "0" : "Infinity", value == 0 ? 1 : 8);
        return w.len;
    }
    const unsigned count = pl_decimal_digits(value, digits, &point);
    if (point > 21 || point < -5) {
        add(&w, digits, 1);
        if (count > 1) {
            add(&w, ".", 1);
            add(&w, digits + 1, count - 1);
        }
        add_exponent(&w, point - 1);
    } else if (point <= 0) {
        add(&w, "0.", 2);
        add_zeros(&w, -point);
        add(&w, digits, count);
    } else if ((unsigned)point >= count) {
        add(&w, digits, count);
        add_zeros(&w, point - (int)count);
    } else {
        add(&w, digits, (unsigned)point);
        add(&w, ".", 1);
        add(&w, digits + point, count - (unsigned)point);
    }
    return w.len;
}

/* ---- a given number of places ---- */

#define ROUNDED_MAX (311 + PL_DECIMAL_PLACES_MAX)

/* 0.DIGITS * 10^point */
struct rounded {
    char digits[ROUNDED_MAX];
    int count;
    int point;
};

/* The ratio that the double is, brought between 0.1 and 1. */
static int ratio_of(double value, struct big *r, struct big *s)
{
    uint64_t bits;
    int point = 0;

    memcpy(&bits, &value, sizeof(bits));
    const uint64_t fraction = bits & ((UINT64_C(1) << 52) - 1);
    const int biased = (int)(bits >> 52 & 0x7FF);
    const int exponent = biased == 0 ? -1074 : biased - 1075;
    big_set(r, biased == 0 ? fraction : fraction | UINT64_C(1) << 52);
    big_set(s, 1);
    big_shift(exponent > 0 ? r : s, (uint32_t)(exponent > 0 ? exponent : -exponent));
    for (; big_compare(r, s) >= 0; point++) {
        big_multiply(s, 10, 0);
    }
    for (;;) {
        struct big tenfold = *r;
        big_multiply(&tenfold, 10, 0);
        if (big_compare(&tenfold, s) >= 0) {
            return point;
        }
        *r = tenfold;
        point--;
    }
}

/* One more in the last digit; all nines become a one and a larger power. */
static void round_up(struct rounded *n)
{
    int at = n->count;

    while (at > 0 && n->digits[at - 1] == '9') {
        n->digits[--at] = '0';
    }
    if (at > 0) {
        n->digits[at - 1]++;
        return;
    }
    memmove(n->digits + 1, n->digits, (size_t)n->count);
    n->digits[0] = '1';
    n->point++;
    n->count++;
}

/* The first digits of a positive value: `places` behind the point of the power `point`, or, when
 * `significant`, that many in all. */
static void round_to(double value, int places, bool significant, struct rounded *n)
{
    struct big r;
    struct big s;

    n->point = ratio_of(value, &r, &s);
    n->count = significant ? places : n->point + places;
    if (n->count < 0) {
        n->count = 0;
        n->point = -places;
        return;
    }
    for (int i = 0; i < n->count; i++) {
        n->digits[i] = '0';
        big_multiply(&r, 10, 0);
        for (; big_compare(&r, &s) >= 0; n->digits[i]++) {
            big_subtract(&r, &s);
        }
    }
    const int half = big_compare_sum(&r, &r, &s);
    const bool is_odd = n->count > 0 && (n->digits[n->count - 1] - '0') % 2 == 1;
    if (half > 0 || (half == 0 && is_odd)) {
        round_up(n);
    }
}

/* Digits, from the one of the power `from` on; zeros where there are none. */
static void add_digits(struct writing *w, const struct rounded *n, int from, int count)
{
    for (int i = from; i < from + count; i++) {
        add(w, i >= 0 && i < n->count ? n->digits + i : "0", 1);
    }
}

unsigned pl_decimal_fixed(double value, unsigned places, char out[PL_DECIMAL_FIXED_SIZE])
{
    struct writing w = {.at = out};
    struct rounded n = {.count = 0};
    const bool negative = __builtin_signbit(value);

    PL_CHECK(places <= PL_DECIMAL_PLACES_MAX && value - value == 0);
    if (value != 0) {
        round_to(negative ? -value : value, (int)places, false, &n);
    }
    if (negative) {
        add(&w, "-", 1);
    }
    if (n.point <= 0) {
        add(&w, "0", 1);
    } else {
        add_digits(&w, &n, 0, n.point);
    }
    if (places > 0) {
        add(&w, ".", 1);
        add_digits(&w, &n, n.point, (int)places);
    }
    return w.len;
}

unsigned pl_decimal_scientific(double value, unsigned places, char out[PL_DECIMAL_FIXED_SIZE])
{
    struct writing w = {.at = out};
    struct rounded n = {.count = 0, .point = 1};
    const bool negative = __builtin_signbit(value);

    PL_CHECK(places <= PL_DECIMAL_PLACES_MAX && value - value == 0);
    if (value != 0) {
        round_to(negative ? -value : value, (int)places + 1, true, &n);
    }
    if (negative) {
        add(&w, "-", 1);
    }
    add_digits(&w, &n, 0, 1);
    if (places > 0) {
        add(&w, ".", 1);
        add_digits(&w, &n, 1, (int)places);
    }
    const int exponent = n.point - 1;
    if (exponent > -10 && exponent < 10) {
        add(&w, exponent < 0 ? "e-0" : "e+0", 3);
        const char digit = (char)('0' + (exponent < 0 ? -exponent : exponent));
        add(&w, &digit, 1);
    } else {
        add_exponent(&w, exponent);
    }
    return w.len;
}
