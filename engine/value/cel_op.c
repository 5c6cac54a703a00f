/* The operators of CEL on values (language definition, Standard Definitions). Pure. */
#include <string.h>

#include "value/cel_code.h"
#include "value/equal.h"

static struct pl_cel_value bool_value(bool value)
{
    return (struct pl_cel_value){.type = PL_CEL_BOOL, .boolean = value};
}

static struct pl_cel_value int_value(int64_t value)
{
    return (struct pl_cel_value){.type = PL_CEL_INT, .integer = value};
}

static struct pl_cel_value real_value(double value)
{
    return (struct pl_cel_value){.type = PL_CEL_DOUBLE, .real = value};
}

/* ---- values of documents ---- */

bool pl_cel_load(struct pl_bytes bytes, struct pl_cel_value *value_out)
{
    struct pl_reader in;

    if (bytes.size == 0) {
        return false;
    }
    pl_reader_init(&in, bytes.at, bytes.size);
    switch (pl_reader_peek(&in)) {
    case PL_VALUE_NIL:
        *value_out = (struct pl_cel_value){.type = PL_CEL_NULL};
        return true;
    case PL_VALUE_BOOL:
        *value_out = bool_value(pl_reader_bool(&in));
        return true;
    case PL_VALUE_INT:
        *value_out = int_value(pl_reader_i64(&in));
        return true;
    case PL_VALUE_FLOAT:
        *value_out = real_value(pl_reader_float(&in));
        return true;
    case PL_VALUE_STR:
        *value_out =
            (struct pl_cel_value){.type = PL_CEL_STRING, .text = pl_reader_text(&in, UINT32_MAX)};
        return true;
    case PL_VALUE_BIN:
        *value_out =
            (struct pl_cel_value){.type = PL_CEL_BYTES, .value = pl_reader_bin(&in, UINT32_MAX)};
        return true;
    case PL_VALUE_ARRAY:
        *value_out = (struct pl_cel_value){.type = PL_CEL_LIST, .value = bytes};
        return true;
    case PL_VALUE_MAP:
        *value_out = (struct pl_cel_value){.type = PL_CEL_MAP, .value = bytes};
        return true;
    case PL_VALUE_BAD:
        break;
    }
    return false;
}

/* Whether a double lies in the range of int64 (2^63 itself does not). */
static bool fits_int(double value)
{
    return value >= -9223372036854775808.0 && value < 9223372036854775808.0;
}

void pl_cel_adapt(struct pl_cel_value *value, enum pl_cel_type declared)
{
    if (declared == PL_CEL_DOUBLE && value->type == PL_CEL_INT) {
        *value = real_value((double)value->integer);
    } else if (declared == PL_CEL_INT && value->type == PL_CEL_DOUBLE && fits_int(value->real) &&
               (double)(int64_t)value->real == value->real) {
        *value = int_value((int64_t)value->real);
    }
}

/* ---- order and equality ---- */

/* UNORDERED: other types, or NaN. */
enum order { BELOW = -1, SAME = 0, ABOVE = 1, UNORDERED = 2 };

static enum order order_of(bool below, bool above)
{
    return below ? BELOW : above ? ABOVE : SAME;
}

static enum order order_reals(double a, double b)
{
    return a != a || b != b ? UNORDERED : order_of(a<b, a> b);
}

/* By value, not by conversion: 2^53 + 1 is above 2^53, as a double too. */
static enum order order_int_real(int64_t a, double b)
{
    if (b != b) {
        return UNORDERED;
    }
    if (!fits_int(b)) {
        return b < 0 ? ABOVE : BELOW;
    }
    const int64_t whole = (int64_t)b;
    if (a != whole) {
        return order_of(a < whole, true);
    }
    return order_reals((double)whole, b);
}

static enum order reversed(enum order order)
{
    return order == BELOW ? ABOVE : order == ABOVE ? BELOW : order;
}

static enum order order_bytes(const void *a, size_t a_size, const void *b, size_t b_size)
{
    const size_t size = a_size < b_size ? a_size : b_size;
    const int diff = size > 0 ? memcmp(a, b, size) : 0;

    return diff != 0 ? order_of(diff<0, diff> 0) : order_of(a_size<b_size, a_size> b_size);
}

static enum order order_values(const struct pl_cel_value *a, const struct pl_cel_value *b)
{
    if (a->type == PL_CEL_INT && b->type == PL_CEL_DOUBLE) {
        return order_int_real(a->integer, b->real);
    }
    if (a->type == PL_CEL_DOUBLE && b->type == PL_CEL_INT) {
        return reversed(order_int_real(b->integer, a->real));
    }
    if (a->type != b->type) {
        return UNORDERED;
    }
    switch (a->type) {
    case PL_CEL_NULL:
        return SAME;
    case PL_CEL_BOOL:
        return order_of(!a->boolean && b->boolean, a->boolean && !b->boolean);
    case PL_CEL_INT:
        return order_of(a->integer<b->integer, a->integer> b->integer);
    case PL_CEL_DOUBLE:
        return order_reals(a->real, b->real);
    case PL_CEL_STRING: /* UTF-8 keeps the order of code points */
        return order_bytes(a->text.at, a->text.len, b->text.at, b->text.len);
    case PL_CEL_BYTES:
        return order_bytes(a->value.at, a->value.size, b->value.at, b->value.size);
    case PL_CEL_UINT:
    case PL_CEL_LIST:
    case PL_CEL_MAP:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        break;
    }
    return UNORDERED;
}

static bool is_number(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_INT || value->type == PL_CEL_DOUBLE;
}

static bool is_container(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_LIST || value->type == PL_CEL_MAP;
}

/* Of other types: false, except for numbers (language definition, Equality). */
static bool are_equal(const struct pl_cel_value *a, const struct pl_cel_value *b)
{
    if (is_container(a) && a->type == b->type) {
        return pl_value_equal(a->value, b->value);
    }
    return order_values(a, b) == SAME;
}

static enum pl_cel_fault compare(enum pl_cel_op op, const struct pl_cel_value *a,
                                 const struct pl_cel_value *b, struct pl_cel_value *out)
{
    if (op == PL_CEL_OP_EQUAL || op == PL_CEL_OP_UNEQUAL) {
        *out = bool_value(are_equal(a, b) == (op == PL_CEL_OP_EQUAL));
        return PL_CEL_OK;
    }
    if (a->type == PL_CEL_NULL || is_container(a) ||
        (a->type != b->type && !(is_number(a) && is_number(b)))) {
        return PL_CEL_NO_OVERLOAD;
    }
    const enum order order = order_values(a, b);
    const bool is_less = op == PL_CEL_OP_LESS || op == PL_CEL_OP_LESS_EQUAL;
    const bool or_equal = op == PL_CEL_OP_LESS_EQUAL || op == PL_CEL_OP_GREATER_EQUAL;
    *out = bool_value(order == (is_less ? BELOW : ABOVE) || (or_equal && order == SAME));
    return PL_CEL_OK;
}

/* ---- arithmetic ---- */

static enum pl_cel_fault divide(enum pl_cel_op op, int64_t a, int64_t b, int64_t *out)
{
    if (b == 0) {
        return PL_CEL_DIVISION;
    }
    if (a == INT64_MIN && b == -1) {
        return PL_CEL_OVERFLOW;
    }
    *out = op == PL_CEL_OP_DIVIDE ? a / b : a % b;
    return PL_CEL_OK;
}

static enum pl_cel_fault calculate_int(enum pl_cel_op op, int64_t a, int64_t b,
                                       struct pl_cel_value *out)
{
    int64_t result = 0;
    bool overflow = false;

    if (op == PL_CEL_OP_DIVIDE || op == PL_CEL_OP_MODULO) {
        const enum pl_cel_fault fault = divide(op, a, b, &result);
        if (fault != PL_CEL_OK) {
            return fault;
        }
    } else if (op == PL_CEL_OP_ADD) {
        overflow = __builtin_add_overflow(a, b, &result);
    } else if (op == PL_CEL_OP_SUBTRACT) {
        overflow = __builtin_sub_overflow(a, b, &result);
    } else {
        overflow = __builtin_mul_overflow(a, b, &result);
    }
    if (overflow) {
        return PL_CEL_OVERFLOW;
    }
    *out = int_value(result);
    return PL_CEL_OK;
}

/* IEEE 754: division by zero gives infinity or NaN. */
static enum pl_cel_fault calculate_real(enum pl_cel_op op, double a, double b,
                                        struct pl_cel_value *out)
{
    if (op == PL_CEL_OP_MODULO) {
        return PL_CEL_NO_OVERLOAD;
    }
    *out = real_value(op == PL_CEL_OP_ADD        ? a + b
                      : op == PL_CEL_OP_SUBTRACT ? a - b
                      : op == PL_CEL_OP_MULTIPLY ? a * b
                                                 : a / b);
    return PL_CEL_OK;
}

static enum pl_cel_fault join_text(struct pl_text a, struct pl_text b, struct pl_cel_work *work,
                                   struct pl_cel_value *out)
{
    if (a.len > work->room_left || b.len > work->room_left - a.len) {
        return PL_CEL_ROOM;
    }
    char *at = (char *)work->room;
    if (a.len > 0) {
        memcpy(at, a.at, a.len);
    }
    if (b.len > 0) {
        memcpy(at + a.len, b.at, b.len);
    }
    work->room += a.len + b.len;
    work->room_left -= a.len + b.len;
    *out = (struct pl_cel_value){.type = PL_CEL_STRING, .text = {at, a.len + b.len}};
    return PL_CEL_OK;
}

static enum pl_cel_fault calculate(enum pl_cel_op op, const struct pl_cel_value *a,
                                   const struct pl_cel_value *b, struct pl_cel_work *work,
                                   struct pl_cel_value *out)
{
    if (a->type == PL_CEL_INT && b->type == PL_CEL_INT) {
        return calculate_int(op, a->integer, b->integer, out);
    }
    if (a->type == PL_CEL_DOUBLE && b->type == PL_CEL_DOUBLE) {
        return calculate_real(op, a->real, b->real, out);
    }
    if (op == PL_CEL_OP_ADD && a->type == PL_CEL_STRING && b->type == PL_CEL_STRING) {
        return join_text(a->text, b->text, work, out);
    }
    return PL_CEL_NO_OVERLOAD;
}

/* ---- lists, maps, texts ---- */

static enum pl_cel_fault find_in(const struct pl_cel_value *a, const struct pl_cel_value *b,
                                 struct pl_cel_work *work, struct pl_cel_value *out)
{
    if (!is_container(b)) {
        return PL_CEL_NO_OVERLOAD;
    }
    if (b->type == PL_CEL_MAP) {
        const bool found = a->type == PL_CEL_STRING && pl_value_get(b->value, a->text).size > 0;
        *out = bool_value(found);
        return PL_CEL_OK;
    }
    struct pl_reader in;
    bool found = false;
    pl_reader_init(&in, b->value.at, b->value.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count && !found; i++) {
        struct pl_cel_value element;
        if (++work->cost > PL_CEL_COST_MAX) {
            return PL_CEL_COST;
        }
        found = pl_cel_load(pl_reader_value(&in), &element) && are_equal(a, &element);
    }
    *out = bool_value(found);
    return PL_CEL_OK;
}

static enum pl_cel_fault index_list(struct pl_bytes list, int64_t index, struct pl_cel_value *out)
{
    struct pl_reader in;

    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_array(&in);
    if (index < 0 || index >= count) {
        return PL_CEL_INDEX;
    }
    for (int64_t i = 0; i < index; i++) {
        pl_reader_skip(&in);
    }
    return pl_cel_load(pl_reader_value(&in), out) ? PL_CEL_OK : PL_CEL_INDEX;
}

static enum pl_cel_fault index_value(const struct pl_cel_value *a, const struct pl_cel_value *b,
                                     struct pl_cel_value *out)
{
    if (a->type == PL_CEL_LIST) {
        struct pl_cel_value index = *b;
        pl_cel_adapt(&index, PL_CEL_INT);
        return index.type == PL_CEL_INT ? index_list(a->value, index.integer, out)
                                        : PL_CEL_NO_OVERLOAD;
    }
    if (a->type == PL_CEL_MAP && b->type == PL_CEL_STRING) {
        return pl_cel_load(pl_value_get(a->value, b->text), out) ? PL_CEL_OK : PL_CEL_NO_SUCH_FIELD;
    }
    return PL_CEL_NO_OVERLOAD;
}

static enum pl_cel_fault search(enum pl_cel_op op, const struct pl_cel_value *a,
                                const struct pl_cel_value *b, struct pl_cel_value *out)
{
    if (a->type != PL_CEL_STRING || b->type != PL_CEL_STRING) {
        return PL_CEL_NO_OVERLOAD;
    }
    const struct pl_text text = a->text;
    const struct pl_text part = b->text;
    bool found = part.len == 0;

    if (!found && part.len <= text.len) {
        if (op == PL_CEL_OP_STARTS_WITH) {
            found = memcmp(text.at, part.at, part.len) == 0;
        } else if (op == PL_CEL_OP_ENDS_WITH) {
            found = memcmp(text.at + text.len - part.len, part.at, part.len) == 0;
        } else {
            found = memmem(text.at, text.len, part.at, part.len) != NULL;
        }
    }
    *out = bool_value(found);
    return PL_CEL_OK;
}

static int64_t count_characters(struct pl_text text)
{
    int64_t count = 0;

    for (uint32_t i = 0; i < text.len; i++) {
        count += ((unsigned char)text.at[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return count;
}

static enum pl_cel_fault size_of(const struct pl_cel_value *a, struct pl_cel_value *out)
{
    struct pl_reader in;

    if (a->type == PL_CEL_STRING) {
        *out = int_value(count_characters(a->text));
        return PL_CEL_OK;
    }
    if (a->type == PL_CEL_BYTES) {
        *out = int_value(a->value.size);
        return PL_CEL_OK;
    }
    if (!is_container(a)) {
        return PL_CEL_NO_OVERLOAD;
    }
    pl_reader_init(&in, a->value.at, a->value.size);
    *out = int_value(a->type == PL_CEL_LIST ? pl_reader_array(&in) : pl_reader_map(&in));
    return PL_CEL_OK;
}

/* ---- one and two operands ---- */

static enum pl_cel_fault negate(const struct pl_cel_value *a, struct pl_cel_value *out)
{
    if (a->type == PL_CEL_DOUBLE) {
        *out = real_value(-a->real);
        return PL_CEL_OK;
    }
    return a->type == PL_CEL_INT ? calculate_int(PL_CEL_OP_SUBTRACT, 0, a->integer, out)
                                 : PL_CEL_NO_OVERLOAD;
}

static enum pl_cel_fault convert(enum pl_cel_op op, const struct pl_cel_value *a,
                                 struct pl_cel_value *out)
{
    if (!is_number(a)) {
        return PL_CEL_NO_OVERLOAD;
    }
    if (op == PL_CEL_OP_DOUBLE) {
        *out = real_value(a->type == PL_CEL_INT ? (double)a->integer : a->real);
        return PL_CEL_OK;
    }
    if (a->type == PL_CEL_DOUBLE && !(a->real > -9223372036854775808.0 && fits_int(a->real))) {
        return PL_CEL_OVERFLOW;
    }
    *out = int_value(a->type == PL_CEL_INT ? a->integer : (int64_t)a->real);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_apply_one(enum pl_cel_op op, const struct pl_cel_value *a,
                                   struct pl_cel_value *value_out)
{
    if (op == PL_CEL_OP_NOT) {
        if (a->type != PL_CEL_BOOL) {
            return PL_CEL_NO_OVERLOAD;
        }
        *value_out = bool_value(!a->boolean);
        return PL_CEL_OK;
    }
    if (op == PL_CEL_OP_NEGATE) {
        return negate(a, value_out);
    }
    if (op == PL_CEL_OP_SIZE) {
        return size_of(a, value_out);
    }
    return convert(op, a, value_out);
}

enum pl_cel_fault pl_cel_apply_two(enum pl_cel_op op, const struct pl_cel_value *a,
                                   const struct pl_cel_value *b, struct pl_cel_work *work,
                                   struct pl_cel_value *value_out)
{
    if (op >= PL_CEL_OP_EQUAL && op <= PL_CEL_OP_GREATER_EQUAL) {
        return compare(op, a, b, value_out);
    }
    if (op == PL_CEL_OP_IN) {
        return find_in(a, b, work, value_out);
    }
    if (op >= PL_CEL_OP_ADD && op <= PL_CEL_OP_MODULO) {
        return calculate(op, a, b, work, value_out);
    }
    if (op == PL_CEL_OP_INDEX) {
        return index_value(a, b, value_out);
    }
    return search(op, a, b, value_out);
}
