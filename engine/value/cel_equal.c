/* Equality and order of values (language definition, Equality and Ordering). Pure. */
#include <string.h>

#include "value/cel_run.h"

static enum pl_cel_order order_of(bool below, bool above)
{
    return below ? PL_CEL_BELOW : above ? PL_CEL_ABOVE : PL_CEL_SAME;
}

static enum pl_cel_order reversed(enum pl_cel_order order)
{
    return order == PL_CEL_BELOW ? PL_CEL_ABOVE : order == PL_CEL_ABOVE ? PL_CEL_BELOW : order;
}

/* ---- numbers: by value, never by conversion (2^53 + 1 is above 2^53, as a double too) ----
 *
 * But for the double 2^63, of which CEL says that it is the largest integer: that one is rounded.
 */

static enum pl_cel_order order_reals(double a, double b)
{
    return a != a || b != b ? PL_CEL_UNORDERED : order_of(a<b, a> b);
}

static enum pl_cel_order order_int_real(int64_t a, double b)
{
    if (b != b) {
        return PL_CEL_UNORDERED;
    }
    if (b < -9223372036854775808.0 || b >= 9223372036854775808.0) {
        return b < 0 ? PL_CEL_ABOVE : order_reals((double)a, b);
    }
    const int64_t whole = (int64_t)b;
    return a != whole ? order_of(a < whole, true) : order_reals((double)whole, b);
}

static enum pl_cel_order order_uint_real(uint64_t a, double b)
{
    if (b != b) {
        return PL_CEL_UNORDERED;
    }
    if (b < 0 || b >= 18446744073709551616.0) {
        return b < 0 ? PL_CEL_ABOVE : PL_CEL_BELOW;
    }
    const uint64_t whole = (uint64_t)b;
    return a != whole ? order_of(a < whole, true) : order_reals((double)whole, b);
}

static enum pl_cel_order order_int_uint(int64_t a, uint64_t b)
{
    return a < 0 ? PL_CEL_BELOW : order_of((uint64_t)a<b, (uint64_t)a> b);
}

static enum pl_cel_order order_numbers(const struct pl_cel_value *a, const struct pl_cel_value *b)
{
    if (a->type > b->type) {
        return reversed(order_numbers(b, a)); /* at most once: INT < UINT < DOUBLE */
    }
    if (a->type == b->type) {
        return a->type == PL_CEL_INT    ? order_of(a->integer<b->integer, a->integer> b->integer)
               : a->type == PL_CEL_UINT ? order_of(a->natural<b->natural, a->natural> b->natural)
                                        : order_reals(a->real, b->real);
    }
    if (b->type == PL_CEL_UINT) {
        return order_int_uint(a->integer, b->natural);
    }
    return a->type == PL_CEL_INT ? order_int_real(a->integer, b->real)
                                 : order_uint_real(a->natural, b->real);
}

/* ---- the rest ---- */

static enum pl_cel_order order_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const size_t size = a_size < b_size ? a_size : b_size;
    const int diff = size > 0 ? memcmp(a, b, size) : 0;

    return diff != 0 ? order_of(diff<0, diff> 0) : order_of(a_size<b_size, a_size> b_size);
}

static enum pl_cel_order order_times(struct pl_cel_time a, struct pl_cel_time b)
{
    return a.seconds != b.seconds ? order_of(a.seconds < b.seconds, true)
                                  : order_of(a.nanos<b.nanos, a.nanos> b.nanos);
}

enum pl_cel_order pl_cel_compare(const struct pl_cel_value *a, const struct pl_cel_value *b)
{
    if (pl_cel_is_number(a) && pl_cel_is_number(b)) {
        return order_numbers(a, b);
    }
    if (a->type != b->type) {
        return PL_CEL_UNORDERED;
    }
    switch (a->type) {
    case PL_CEL_NULL:
        return PL_CEL_SAME;
    case PL_CEL_BOOL:
        return order_of(!a->boolean && b->boolean, a->boolean && !b->boolean);
    case PL_CEL_STRING: /* UTF-8 keeps the order of code points */
    case PL_CEL_TYPE:
        return order_bytes(a->text.at, a->text.len, b->text.at, b->text.len);
    case PL_CEL_BYTES:
        return order_bytes(a->value.at, a->value.size, b->value.at, b->value.size);
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
        return order_times(a->time, b->time);
    case PL_CEL_INT:
    case PL_CEL_UINT:
    case PL_CEL_DOUBLE:
    case PL_CEL_LIST:
    case PL_CEL_MAP:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        break;
    }
    return PL_CEL_UNORDERED;
}

/* ---- lists and maps ---- */

static enum pl_cel_fault equal_encoded(struct pl_cel_run *run, struct pl_bytes a, struct pl_bytes b,
                                       bool *equal_out)
{
    struct pl_cel_value left;
    struct pl_cel_value right;

    *equal_out = false;
    if (!pl_cel_load(a, &left) || !pl_cel_load(b, &right)) {
        *equal_out = a.size == b.size;
        return PL_CEL_OK;
    }
    return pl_cel_equal(run, &left, &right, equal_out);
}

static enum pl_cel_fault equal_lists(struct pl_cel_run *run, struct pl_bytes a, struct pl_bytes b,
                                     bool *equal_out)
{
    struct pl_cel_cursor left = pl_cel_walk(a);
    struct pl_cel_cursor right = pl_cel_walk(b);
    enum pl_cel_fault fault = PL_CEL_OK;
    bool equal = left.left == right.left;

    for (; left.left > 0 && equal && fault == PL_CEL_OK; left.left--) {
        run->cost++;
        fault = equal_encoded(run, pl_cel_take(&left), pl_cel_take(&right), &equal);
    }
    *equal_out = equal;
    return fault;
}

static enum pl_cel_fault equal_maps(struct pl_cel_run *run, struct pl_bytes a, struct pl_bytes b,
                                    bool *equal_out)
{
    struct pl_cel_cursor left = pl_cel_walk(a);
    enum pl_cel_fault fault = PL_CEL_OK;
    bool equal = left.left == pl_cel_count(b);

    for (; left.left > 0 && equal && fault == PL_CEL_OK; left.left--) {
        struct pl_cel_value key = {0};
        run->cost++;
        (void)pl_cel_load(pl_cel_take(&left), &key);
        const struct pl_bytes other = pl_cel_get(run, b, &key);
        fault = equal_encoded(run, pl_cel_take(&left), other, &equal);
    }
    *equal_out = equal;
    return fault;
}

/* The nesting of documents, and of what a program can put together, is bounded. */
enum pl_cel_fault pl_cel_equal(struct pl_cel_run *run, const struct pl_cel_value *a,
                               const struct pl_cel_value *b, bool *equal_out)
{
    if (pl_cel_is_spent(run)) {
        return PL_CEL_COST;
    }
    if (a->type == b->type) {
        if (a->type == PL_CEL_LIST) {
            return equal_lists(run, a->value, b->value, equal_out);
        }
        if (a->type == PL_CEL_MAP) {
            return equal_maps(run, a->value, b->value, equal_out);
        }
        if (a->type == PL_CEL_OPTIONAL) {
            return equal_encoded(run, a->value, b->value, equal_out);
        }
    }
    *equal_out = pl_cel_compare(a, b) == PL_CEL_SAME;
    return PL_CEL_OK;
}
