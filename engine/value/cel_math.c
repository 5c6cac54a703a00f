/* Arithmetic: integers that do not fit are a fault, doubles follow IEEE 754. Pure. */
#include "value/cel_function.h"

/* ---- operators ---- */

/* Integers of both kinds: the compiler's own check of overflow. */
#define CHECKED(NAME, BUILTIN)                                                                     \
    enum pl_cel_fault pl_cel_do_##NAME##_int(                                                      \
        struct pl_cel_run *run, const struct pl_cel_value *args, struct pl_cel_value *out)         \
    {                                                                                              \
        (void)run;                                                                                 \
        *out = pl_cel_int(0);                                                                      \
        return BUILTIN(args[0].integer, args[1].integer, &out->integer) ? PL_CEL_OVERFLOW          \
                                                                        : PL_CEL_OK;               \
    }                                                                                              \
    enum pl_cel_fault pl_cel_do_##NAME##_uint(                                                     \
        struct pl_cel_run *run, const struct pl_cel_value *args, struct pl_cel_value *out)         \
    {                                                                                              \
        (void)run;                                                                                 \
        *out = pl_cel_uint(0);                                                                     \
        return BUILTIN(args[0].natural, args[1].natural, &out->natural) ? PL_CEL_OVERFLOW          \
                                                                        : PL_CEL_OK;               \
    }

CHECKED(add, __builtin_add_overflow)
CHECKED(subtract, __builtin_sub_overflow)
CHECKED(multiply, __builtin_mul_overflow)

/* Towards zero, as C does; the one quotient that does not fit is INT64_MIN / -1. */
#define DIVISION(NAME, SIGN)                                                                       \
    enum pl_cel_fault pl_cel_do_##NAME##_int(                                                      \
        struct pl_cel_run *run, const struct pl_cel_value *args, struct pl_cel_value *out)         \
    {                                                                                              \
        (void)run;                                                                                 \
        if (args[1].integer == 0) {                                                                \
            return PL_CEL_DIVISION;                                                                \
        }                                                                                          \
        if (args[0].integer == INT64_MIN && args[1].integer == -1) {                               \
            return PL_CEL_OVERFLOW;                                                                \
        }                                                                                          \
        *out = pl_cel_int(args[0].integer SIGN args[1].integer);                                   \
        return PL_CEL_OK;                                                                          \
    }                                                                                              \
    enum pl_cel_fault pl_cel_do_##NAME##_uint(                                                     \
        struct pl_cel_run *run, const struct pl_cel_value *args, struct pl_cel_value *out)         \
    {                                                                                              \
        (void)run;                                                                                 \
        if (args[1].natural == 0) {                                                                \
            return PL_CEL_DIVISION;                                                                \
        }                                                                                          \
        *out = pl_cel_uint(args[0].natural SIGN args[1].natural);                                  \
        return PL_CEL_OK;                                                                          \
    }

DIVISION(divide, /)
DIVISION(modulo, %)

#define REAL(NAME, SIGN)                                                                           \
    enum pl_cel_fault pl_cel_do_##NAME##_double(                                                   \
        struct pl_cel_run *run, const struct pl_cel_value *args, struct pl_cel_value *out)         \
    {                                                                                              \
        (void)run;                                                                                 \
        *out = pl_cel_double(args[0].real SIGN args[1].real);                                      \
        return PL_CEL_OK;                                                                          \
    }

REAL(add, +)
REAL(subtract, -)
REAL(multiply, *)
REAL(divide, /)

/* A function of one or two values that cannot fail. */
#define PLAIN(NAME, VALUE)                                                                         \
    enum pl_cel_fault pl_cel_do_##NAME(struct pl_cel_run *run, const struct pl_cel_value *args,    \
                                       struct pl_cel_value *out)                                   \
    {                                                                                              \
        (void)run;                                                                                 \
        *out = VALUE;                                                                              \
        return PL_CEL_OK;                                                                          \
    }

PLAIN(negate_double, pl_cel_double(-args[0].real))

enum pl_cel_fault pl_cel_do_negate_int(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_int(0);
    return __builtin_sub_overflow(0, args[0].integer, &out->integer) ? PL_CEL_OVERFLOW : PL_CEL_OK;
}

/* ---- math.* ---- */

/* From here on a double has no fraction (2^52). */
#define WHOLE 4503599627370496.0

static double cut(double value)
{
    if (!(value > -WHOLE && value < WHOLE)) {
        return value;
    }
    const double whole = (double)(int64_t)value;
    return whole == 0 && __builtin_signbit(value) ? -0.0 : whole;
}

static double lower(double value)
{
    const double whole = cut(value);
    return whole > value ? whole - 1 : whole;
}

static double upper(double value)
{
    const double whole = cut(value);
    return whole < value ? whole + 1 : whole;
}

/* Half goes away from zero. */
static double nearest(double value)
{
    const double whole = cut(value);
    const double rest = value - whole;
    return rest >= 0.5 ? whole + 1 : rest <= -0.5 ? whole - 1 : whole;
}

static double sign_of(double value)
{
    return value > 0 ? 1 : value < 0 ? -1 : value;
}

PLAIN(truncate, pl_cel_double(cut(args[0].real)))
PLAIN(floor_down, pl_cel_double(lower(args[0].real)))
PLAIN(ceiling, pl_cel_double(upper(args[0].real)))
PLAIN(round_half, pl_cel_double(nearest(args[0].real)))
PLAIN(abs_double, pl_cel_double(__builtin_fabs(args[0].real)))
PLAIN(sign_int, pl_cel_int((args[0].integer > 0) - (args[0].integer < 0)))
PLAIN(sign_uint, pl_cel_uint(args[0].natural > 0 ? 1 : 0))
PLAIN(sign_double, pl_cel_double(sign_of(args[0].real)))
PLAIN(is_nan, pl_cel_bool(args[0].real != args[0].real))
PLAIN(is_inf, pl_cel_bool(__builtin_isinf(args[0].real) != 0))
PLAIN(is_finite, pl_cel_bool(args[0].real - args[0].real == 0))

enum pl_cel_fault pl_cel_do_abs_int(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    (void)run;
    if (args[0].integer == INT64_MIN) {
        return PL_CEL_OVERFLOW;
    }
    *out = pl_cel_int(args[0].integer < 0 ? -args[0].integer : args[0].integer);
    return PL_CEL_OK;
}

/* The bits of both kinds of integers lie in the same place of the union. */
static struct pl_cel_value bits_of(const struct pl_cel_value *like, uint64_t bits)
{
    return (struct pl_cel_value){.type = like->type, .natural = bits};
}

PLAIN(bit_and, bits_of(args, args[0].natural &args[1].natural))
PLAIN(bit_or, bits_of(args, args[0].natural | args[1].natural))
PLAIN(bit_xor, bits_of(args, args[0].natural ^ args[1].natural))
PLAIN(bit_not, bits_of(args, ~args[0].natural))

static enum pl_cel_fault shift(const struct pl_cel_value *args, bool left, struct pl_cel_value *out)
{
    const int64_t count = args[1].integer;

    if (count < 0) {
        return PL_CEL_ARGUMENT;
    }
    const uint64_t bits = args[0].natural;
    *out = bits_of(args, count > 63 ? 0 : left ? bits << count : bits >> count);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_shift_left(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    (void)run;
    return shift(args, true, out);
}

enum pl_cel_fault pl_cel_do_shift_right(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    return shift(args, false, out);
}

/* ---- the greatest and the least, of arguments or of a list ---- */

static bool is_better(const struct pl_cel_value *a, const struct pl_cel_value *b,
                      enum pl_cel_order wanted)
{
    return pl_cel_compare(a, b) == wanted;
}

static enum pl_cel_fault best_of(const struct pl_cel_run *run, const struct pl_cel_value *args,
                                 enum pl_cel_order wanted, struct pl_cel_value *out)
{
    *out = args[0];
    for (uint32_t i = 1; i < run->argc; i++) {
        if (is_better(&args[i], out, wanted)) {
            *out = args[i];
        }
    }
    return PL_CEL_OK;
}

static enum pl_cel_fault best_in(struct pl_bytes list, enum pl_cel_order wanted,
                                 struct pl_cel_value *out)
{
    struct pl_cel_cursor cursor = pl_cel_walk(list);

    if (cursor.left == 0) {
        return PL_CEL_ARGUMENT;
    }
    for (bool first = true; cursor.left > 0; cursor.left--, first = false) {
        struct pl_cel_value value = {0};
        if (!pl_cel_load(pl_cel_take(&cursor), &value) || !pl_cel_is_number(&value)) {
            return PL_CEL_NO_OVERLOAD;
        }
        if (first || is_better(&value, out, wanted)) {
            *out = value;
        }
    }
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_greatest(struct pl_cel_run *run, const struct pl_cel_value *args,
                                     struct pl_cel_value *out)
{
    return best_of(run, args, PL_CEL_ABOVE, out);
}

enum pl_cel_fault pl_cel_do_least(struct pl_cel_run *run, const struct pl_cel_value *args,
                                  struct pl_cel_value *out)
{
    return best_of(run, args, PL_CEL_BELOW, out);
}

enum pl_cel_fault pl_cel_do_greatest_in(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    return best_in(args[0].value, PL_CEL_ABOVE, out);
}

enum pl_cel_fault pl_cel_do_least_in(struct pl_cel_run *run, const struct pl_cel_value *args,
                                     struct pl_cel_value *out)
{
    (void)run;
    return best_in(args[0].value, PL_CEL_BELOW, out);
}
