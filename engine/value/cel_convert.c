/* Conversions between types (language definition, Standard Definitions). What does not fit is a
 * fault; a text that says something else is one too. Pure. */
#include <string.h>

#include "value/cel_function.h"
#include "value/cel_time.h"
#include "value/decimal.h"

#define TWO_TO_63 9223372036854775808.0
#define TWO_TO_64 18446744073709551616.0

static enum pl_cel_fault give(bool fits, struct pl_cel_value value, struct pl_cel_value *out)
{
    *out = value;
    return fits ? PL_CEL_OK : PL_CEL_OVERFLOW;
}

enum pl_cel_fault pl_cel_do_same(struct pl_cel_run *run, const struct pl_cel_value *args,
                                 struct pl_cel_value *out)
{
    (void)run;
    return give(true, args[0], out);
}

/* ---- numbers ---- */

/* -2^63 itself is refused: a double that was rounded to it may have been less. */
enum pl_cel_fault pl_cel_do_int_of_double(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const double real = args[0].real;
    const bool fits = real > -TWO_TO_63 && real < TWO_TO_63;

    (void)run;
    return give(fits, pl_cel_int(fits ? (int64_t)real : 0), out);
}

enum pl_cel_fault pl_cel_do_int_of_uint(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    return give(args[0].natural <= INT64_MAX, pl_cel_int((int64_t)args[0].natural), out);
}

enum pl_cel_fault pl_cel_do_int_of_moment(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    (void)run;
    return give(true, pl_cel_int(args[0].time.seconds), out);
}

enum pl_cel_fault pl_cel_do_uint_of_int(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    (void)run;
    return give(args[0].integer >= 0, pl_cel_uint((uint64_t)args[0].integer), out);
}

enum pl_cel_fault pl_cel_do_uint_of_double(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    const double real = args[0].real;
    const bool fits = real > -1 && real < TWO_TO_64;

    (void)run;
    return give(fits && real >= 0, pl_cel_uint(fits && real >= 0 ? (uint64_t)real : 0), out);
}

enum pl_cel_fault pl_cel_do_double_of_int(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    (void)run;
    return give(true, pl_cel_double((double)args[0].integer), out);
}

enum pl_cel_fault pl_cel_do_double_of_uint(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    (void)run;
    return give(true, pl_cel_double((double)args[0].natural), out);
}

/* ---- from text ---- */

/* Digits alone. */
static enum pl_cel_fault read_digits(struct pl_text text, uint64_t *out)
{
    uint64_t value = 0;

    if (text.len == 0) {
        return PL_CEL_ARGUMENT;
    }
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (c < '0' || c > '9') {
            return PL_CEL_ARGUMENT;
        }
        if (__builtin_mul_overflow(value, UINT64_C(10), &value) ||
            __builtin_add_overflow(value, (uint64_t)(c - '0'), &value)) {
            return PL_CEL_OVERFLOW;
        }
    }
    *out = value;
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_int_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                        struct pl_cel_value *out)
{
    struct pl_text text = args[0].text;
    const bool signs = text.len > 0 && (text.at[0] == '-' || text.at[0] == '+');
    const bool negative = signs && text.at[0] == '-';
    uint64_t value = 0;

    (void)run;
    text.at += signs ? 1 : 0;
    text.len -= signs ? 1 : 0;
    const enum pl_cel_fault fault = read_digits(text, &value);
    if (fault != PL_CEL_OK) {
        return fault;
    }
    return give(value <= (uint64_t)INT64_MAX + (negative ? 1 : 0),
                pl_cel_int((int64_t)(negative ? 0 - value : value)), out);
}

enum pl_cel_fault pl_cel_do_uint_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    (void)run;
    *out = pl_cel_uint(0);
    return read_digits(args[0].text, &out->natural);
}

enum pl_cel_fault pl_cel_do_double_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    static const struct {
        const char *name;
        double value;
    } words[] = {
        {"NaN", __builtin_nan("")}, {"Infinity", __builtin_inf()}, {"-Infinity", -__builtin_inf()}};

    run->cost += 50; /* of long texts it is dear */
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (pl_text_is(args[0].text, words[i].name)) {
            return give(true, pl_cel_double(words[i].value), out);
        }
    }
    *out = pl_cel_double(0);
    return pl_decimal_parse(args[0].text, &out->real) ? PL_CEL_OK : PL_CEL_ARGUMENT;
}

enum pl_cel_fault pl_cel_do_bool_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    static const char *const words[] = {"0", "f", "F", "false", "FALSE", "False",
                                        "1", "t", "T", "true",  "TRUE",  "True"};
    const size_t count = sizeof(words) / sizeof(words[0]);

    (void)run;
    for (size_t i = 0; i < count; i++) {
        if (pl_text_is(args[0].text, words[i])) {
            return give(true, pl_cel_bool(i >= count / 2), out);
        }
    }
    return PL_CEL_ARGUMENT;
}

enum pl_cel_fault pl_cel_do_bytes_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const struct pl_bytes bytes = {(const uint8_t *)args[0].text.at, args[0].text.len};

    (void)run;
    return give(true, pl_cel_encoded(PL_CEL_BYTES, bytes), out);
}

enum pl_cel_fault pl_cel_do_text_of_bytes(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const struct pl_text text = {(const char *)args[0].value.at, args[0].value.size};

    (void)run;
    return pl_text_is_utf8(text.at, text.len) ? give(true, pl_cel_text(text), out)
                                              : PL_CEL_ARGUMENT;
}

/* ---- time ---- */

enum pl_cel_fault pl_cel_do_moment_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    (void)run;
    *out = (struct pl_cel_value){.type = PL_CEL_TIMESTAMP};
    return pl_cel_moment_parse(args[0].text, &out->time) ? PL_CEL_OK : PL_CEL_ARGUMENT;
}

enum pl_cel_fault pl_cel_do_moment_of_int(struct pl_cel_run *run, const struct pl_cel_value *args,
                                          struct pl_cel_value *out)
{
    const struct pl_cel_time time = {.seconds = args[0].integer};

    (void)run;
    return give(pl_cel_moment_fits(time),
                (struct pl_cel_value){.type = PL_CEL_TIMESTAMP, .time = time}, out);
}

enum pl_cel_fault pl_cel_do_span_of_text(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    (void)run;
    *out = (struct pl_cel_value){.type = PL_CEL_DURATION};
    return pl_cel_span_parse(args[0].text, &out->time) ? PL_CEL_OK : PL_CEL_ARGUMENT;
}

/* ---- to text ---- */

void pl_cel_put_as_text(struct pl_cel_build *build, const struct pl_cel_value *value)
{
    char text[PL_CEL_TIME_TEXT_SIZE];
    uint32_t len = 0;

    if (value->type == PL_CEL_BOOL) {
        pl_cel_put_text(build, value->boolean ? PL_TEXT("true") : PL_TEXT("false"));
        return;
    }
    if (value->type == PL_CEL_TIMESTAMP) {
        len = pl_cel_moment_format(value->time, text);
    } else if (value->type == PL_CEL_DURATION) {
        len = pl_cel_span_format(value->time, text);
    } else if (value->type == PL_CEL_DOUBLE) {
        build->run->cost += 50;
        len = pl_decimal_format(value->real, text);
    } else {
        const bool negative = value->type == PL_CEL_INT && value->integer < 0;
        uint64_t rest = negative ? 0 - value->natural : value->natural;
        uint32_t from = sizeof(text);
        do {
            text[--from] = (char)('0' + rest % 10);
            rest /= 10;
        } while (rest > 0);
        if (negative) {
            text[--from] = '-';
        }
        pl_cel_put(build, text + from, sizeof(text) - from);
    }
    pl_cel_put(build, text, len);
}

enum pl_cel_fault pl_cel_do_text_of(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    struct pl_cel_build build = pl_cel_build(run);

    pl_cel_put_as_text(&build, &args[0]);
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_type_of(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out)
{
    const struct pl_text name = pl_text_of(pl_cel_type_name(args[0].type));

    (void)run;
    return give(true, (struct pl_cel_value){.type = PL_CEL_TYPE, .text = name}, out);
}
