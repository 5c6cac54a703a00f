/* Moments and spans of time (language definition, Timestamps and Durations). A span is kept as
 * whole seconds, towards the past, and nanoseconds that count up from there: -1.5 s is -2 s and 5e8
 * ns. */
#include "value/cel_time.h"

#include <string.h>

#include "base/time.h"
#include "value/cel_function.h"

#define SECOND_NS   INT64_C(1000000000)
#define DAY_S       INT64_C(86400)
#define MOMENT_LOW  (-INT64_C(62135596800)) /* 0001-01-01T00:00:00Z */
#define MOMENT_HIGH INT64_C(253402300799)   /* 9999-12-31T23:59:59Z */

bool pl_cel_moment_fits(struct pl_cel_time time)
{
    return time.seconds >= MOMENT_LOW && time.seconds <= MOMENT_HIGH;
}

bool pl_cel_span_fits(struct pl_cel_time time)
{
    int64_t ns = 0;

    return !__builtin_mul_overflow(time.seconds, SECOND_NS, &ns) &&
           !__builtin_add_overflow(ns, (int64_t)time.nanos, &ns);
}

/* ---- reading ---- */

static bool take_digits(struct pl_text *text, uint32_t count, uint32_t *out)
{
    uint32_t value = 0;

    if (text->len < count) {
        return false;
    }
    for (uint32_t i = 0; i < count; i++) {
        const char c = text->at[i];
        if (c < '0' || c > '9') {
            return false;
        }
        value = value * 10 + (uint32_t)(c - '0');
    }
    text->at += count;
    text->len -= count;
    *out = value;
    return true;
}

static bool take_char(struct pl_text *text, char c)
{
    if (text->len == 0 || text->at[0] != c) {
        return false;
    }
    text->at++;
    text->len--;
    return true;
}

/* ".5" as nanoseconds; further digits are cut. Nothing there is 0. */
static bool take_fraction(struct pl_text *text, uint32_t *nanos)
{
    uint32_t unit = 100000000;
    uint32_t digit = 0;

    *nanos = 0;
    if (!take_char(text, '.')) {
        return true;
    }
    if (!take_digits(text, 1, &digit)) {
        return false;
    }
    do {
        *nanos += digit * unit;
        unit /= 10;
    } while (take_digits(text, 1, &digit));
    return true;
}

/* "+08:00" or "08:00" in seconds. */
static bool take_offset(struct pl_text *text, int32_t *seconds)
{
    const bool west = take_char(text, '-');
    uint32_t hours = 0;
    uint32_t minutes = 0;

    (void)(west || take_char(text, '+'));
    if (!take_digits(text, 2, &hours) || !take_char(text, ':') || !take_digits(text, 2, &minutes) ||
        hours > 23 || minutes > 59) {
        return false;
    }
    *seconds = (int32_t)(hours * 3600 + minutes * 60) * (west ? -1 : 1);
    return true;
}

bool pl_cel_moment_parse(struct pl_text text, struct pl_cel_time *out)
{
    struct pl_date date;
    uint32_t hour = 0;
    uint32_t minute = 0;
    uint32_t second = 0;
    uint32_t nanos = 0;
    int32_t offset = 0;
    struct pl_text rest = {text.at + 10, text.len - 10};

    if (text.len < 20 || !pl_date_parse((struct pl_text){text.at, 10}, &date) ||
        !(take_char(&rest, 'T') || take_char(&rest, 't')) || !take_digits(&rest, 2, &hour) ||
        !take_char(&rest, ':') || !take_digits(&rest, 2, &minute) || !take_char(&rest, ':') ||
        !take_digits(&rest, 2, &second) || hour > 23 || minute > 59 || second > 59 ||
        !take_fraction(&rest, &nanos)) {
        return false;
    }
    const bool utc = take_char(&rest, 'Z') || take_char(&rest, 'z');
    const bool signed_offset = rest.len > 0 && (rest.at[0] == '+' || rest.at[0] == '-');
    if ((!utc && !(signed_offset && take_offset(&rest, &offset))) || rest.len > 0) {
        return false;
    }
    const struct pl_cel_time time = {.seconds = (int64_t)pl_day_of_date(date) * DAY_S +
                                                (int64_t)hour * 3600 + (int64_t)minute * 60 +
                                                (int64_t)second - offset,
                                     .nanos = nanos};
    if (!pl_cel_moment_fits(time)) {
        return false;
    }
    *out = time;
    return true;
}

static bool take_unit(struct pl_text *text, int64_t *ns)
{
    static const struct {
        const char *name;
        int64_t ns;
    } units[] = {{"ns", 1},        {"us", 1000},          {"\xC2\xB5s", 1000},    {"ms", 1000000},
                 {"s", SECOND_NS}, {"m", 60 * SECOND_NS}, {"h", 3600 * SECOND_NS}};

    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        const uint32_t len = (uint32_t)strlen(units[i].name);
        if (text->len >= len && memcmp(text->at, units[i].name, len) == 0) {
            text->at += len;
            text->len -= len;
            *ns = units[i].ns;
            return true;
        }
    }
    return false;
}

/* One number and its unit, added to a sum that is kept negative or zero: that side reaches one
 * nanosecond further. */
static bool add_part(struct pl_text *text, int64_t *sum)
{
    int64_t whole = 0;
    uint32_t nanos = 0;
    uint32_t digit = 0;
    int64_t unit = 0;
    bool any = false;

    for (; take_digits(text, 1, &digit); any = true) {
        if (__builtin_mul_overflow(whole, 10, &whole) ||
            __builtin_add_overflow(whole, (int64_t)digit, &whole)) {
            return false;
        }
    }
    const bool has_fraction = text->len > 0 && text->at[0] == '.';
    if (!(any || has_fraction) || !take_fraction(text, &nanos) || !take_unit(text, &unit)) {
        return false;
    }
    /* nanos is the fraction in billionths; of the unit that is at most 3600 * 10^9 */
    const int64_t part =
        unit >= SECOND_NS ? (int64_t)nanos * (unit / SECOND_NS) : (int64_t)nanos * unit / SECOND_NS;
    return !__builtin_mul_overflow(whole, unit, &whole) &&
           !__builtin_sub_overflow(*sum, whole, sum) && !__builtin_sub_overflow(*sum, part, sum);
}

static struct pl_cel_time time_of_ns(int64_t ns)
{
    const int64_t rest = (ns % SECOND_NS + SECOND_NS) % SECOND_NS;

    return (struct pl_cel_time){.seconds = ns / SECOND_NS - (ns % SECOND_NS < 0 ? 1 : 0),
                                .nanos = (uint32_t)rest};
}

bool pl_cel_span_parse(struct pl_text text, struct pl_cel_time *out)
{
    const bool negative = take_char(&text, '-');
    int64_t sum = 0;

    (void)(negative || take_char(&text, '+'));
    if (pl_text_is(text, "0")) {
        *out = (struct pl_cel_time){0};
        return true;
    }
    if (text.len == 0) {
        return false;
    }
    while (text.len > 0) {
        if (!add_part(&text, &sum)) {
            return false;
        }
    }
    if (!negative && __builtin_sub_overflow(0, sum, &sum)) {
        return false;
    }
    *out = time_of_ns(sum);
    return true;
}

/* ---- writing ---- */

static uint32_t add_digits(char *out, uint32_t at, uint64_t value, uint32_t width)
{
    char digits[20];
    uint32_t count = 0;

    for (; value > 0 || count < width; value /= 10) {
        digits[count++] = (char)('0' + value % 10);
    }
    for (uint32_t i = count; i > 0; i--) {
        out[at++] = digits[i - 1];
    }
    return at;
}

static uint32_t add_fraction(char *out, uint32_t at, uint32_t nanos)
{
    if (nanos == 0) {
        return at;
    }
    out[at++] = '.';
    at = add_digits(out, at, nanos, 9);
    while (out[at - 1] == '0') {
        at--;
    }
    return at;
}

static int64_t day_of(int64_t seconds)
{
    return seconds / DAY_S - (seconds % DAY_S < 0 ? 1 : 0);
}

uint32_t pl_cel_moment_format(struct pl_cel_time time, char out[PL_CEL_TIME_TEXT_SIZE])
{
    const int64_t day = day_of(time.seconds);
    const uint32_t second = (uint32_t)(time.seconds - day * DAY_S);
    const struct pl_date date = pl_date_of_day((int32_t)day);
    const struct {
        uint32_t value;
        uint32_t width;
        char after;
    } parts[] = {{(uint32_t)date.year, 4, '-'}, {date.month, 2, '-'},       {date.day, 2, 'T'},
                 {second / 3600, 2, ':'},       {second / 60 % 60, 2, ':'}, {second % 60, 2, 'Z'}};
    uint32_t at = 0;

    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        at = add_digits(out, at, parts[i].value, parts[i].width);
        out[at++] = parts[i].after;
    }
    at = add_fraction(out, at - 1, time.nanos);
    out[at++] = 'Z';
    return at;
}

uint32_t pl_cel_span_format(struct pl_cel_time time, char out[PL_CEL_TIME_TEXT_SIZE])
{
    const bool negative = time.seconds < 0;
    const bool borrows = negative && time.nanos > 0;
    const uint64_t whole =
        negative ? (uint64_t)-time.seconds - (borrows ? 1 : 0) : (uint64_t)time.seconds;
    uint32_t at = 0;

    if (negative) {
        out[at++] = '-';
    }
    at = add_digits(out, at, whole, 1);
    at = add_fraction(out, at, borrows ? (uint32_t)SECOND_NS - time.nanos : time.nanos);
    out[at++] = 's';
    return at;
}

/* ---- arithmetic ---- */

static struct pl_cel_time sum_of(struct pl_cel_time a, struct pl_cel_time b)
{
    const uint32_t nanos = a.nanos + b.nanos;
    const uint32_t carry = nanos >= SECOND_NS ? 1 : 0;

    return (struct pl_cel_time){.seconds = a.seconds + b.seconds + carry,
                                .nanos = nanos - carry * (uint32_t)SECOND_NS};
}

static struct pl_cel_time negated(struct pl_cel_time a)
{
    const bool borrows = a.nanos > 0;

    return (struct pl_cel_time){.seconds = -a.seconds - (borrows ? 1 : 0),
                                .nanos = borrows ? (uint32_t)SECOND_NS - a.nanos : 0};
}

/* Both are in their ranges, so that nothing overflows 64 bits. */
static enum pl_cel_fault give(struct pl_cel_time time, enum pl_cel_type type,
                              struct pl_cel_value *out)
{
    const bool fits = type == PL_CEL_TIMESTAMP ? pl_cel_moment_fits(time) : pl_cel_span_fits(time);

    *out = (struct pl_cel_value){.type = type, .time = time};
    return fits ? PL_CEL_OK : PL_CEL_OVERFLOW;
}

#define SUM(NAME, A, B, TYPE)                                                                      \
    enum pl_cel_fault pl_cel_do_##NAME(struct pl_cel_run *run, const struct pl_cel_value *args,    \
                                       struct pl_cel_value *out)                                   \
    {                                                                                              \
        (void)run;                                                                                 \
        return give(sum_of(A, B), TYPE, out);                                                      \
    }

SUM(add_span, args[0].time, args[1].time, PL_CEL_TIMESTAMP)
SUM(add_moment, args[0].time, args[1].time, PL_CEL_TIMESTAMP)
SUM(add_spans, args[0].time, args[1].time, PL_CEL_DURATION)
SUM(subtract_span, args[0].time, negated(args[1].time), PL_CEL_TIMESTAMP)
SUM(subtract_spans, args[0].time, negated(args[1].time), PL_CEL_DURATION)
SUM(subtract_moments, args[0].time, negated(args[1].time), PL_CEL_DURATION)

/* ---- parts of a moment ---- */

struct parts {
    int32_t day; /* since 1970-01-01 */
    struct pl_date date;
    uint32_t second; /* of the day */
};

/* In UTC, or with the second argument's offset; names of zones are not known. */
static bool parts_of(const struct pl_cel_run *run, const struct pl_cel_value *args,
                     struct parts *out)
{
    struct pl_text zone = run->argc > 1 ? args[1].text : PL_TEXT("UTC");
    int32_t offset = 0;

    if (!pl_text_is(zone, "UTC") && (!take_offset(&zone, &offset) || zone.len > 0)) {
        return false;
    }
    const int64_t seconds = args[0].time.seconds + offset;
    const int64_t day = day_of(seconds);
    *out = (struct parts){.day = (int32_t)day,
                          .date = pl_date_of_day((int32_t)day),
                          .second = (uint32_t)(seconds - day * DAY_S)};
    return true;
}

static int64_t day_of_year(const struct parts *parts)
{
    return parts->day - pl_day_of_date((struct pl_date){parts->date.year, 1, 1});
}

#define PART(NAME, VALUE)                                                                          \
    enum pl_cel_fault pl_cel_do_##NAME(struct pl_cel_run *run, const struct pl_cel_value *args,    \
                                       struct pl_cel_value *out)                                   \
    {                                                                                              \
        struct parts parts;                                                                        \
        if (!parts_of(run, args, &parts)) {                                                        \
            return PL_CEL_ARGUMENT;                                                                \
        }                                                                                          \
        *out = pl_cel_int(VALUE);                                                                  \
        return PL_CEL_OK;                                                                          \
    }

PART(get_year, parts.date.year)
PART(get_month, parts.date.month - 1)
PART(get_date, parts.date.day)
PART(get_day_of_month, parts.date.day - 1)
PART(get_day_of_week, pl_weekday(parts.day) % 7)
PART(get_day_of_year, day_of_year(&parts))
PART(get_hours, parts.second / 3600)
PART(get_minutes, parts.second / 60 % 60)
PART(get_seconds, parts.second % 60)

/* ---- parts of a span, towards zero ---- */

static int64_t whole_seconds(struct pl_cel_time time)
{
    return time.seconds + (time.seconds < 0 && time.nanos > 0 ? 1 : 0);
}

static enum pl_cel_fault give_span(const struct pl_cel_value *args, int64_t unit,
                                   struct pl_cel_value *out)
{
    *out = pl_cel_int(whole_seconds(args[0].time) / unit);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_span_hours(struct pl_cel_run *run, const struct pl_cel_value *args,
                                       struct pl_cel_value *out)
{
    (void)run;
    return give_span(args, 3600, out);
}

enum pl_cel_fault pl_cel_do_span_minutes(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    (void)run;
    return give_span(args, 60, out);
}

enum pl_cel_fault pl_cel_do_span_seconds(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    (void)run;
    return give_span(args, 1, out);
}

/* The milliseconds within the second, of moments and spans. */
enum pl_cel_fault pl_cel_do_get_milliseconds(struct pl_cel_run *run,
                                             const struct pl_cel_value *args,
                                             struct pl_cel_value *out)
{
    const bool backwards = args[0].type == PL_CEL_DURATION && args[0].time.seconds < 0;
    struct parts parts;

    if (!parts_of(run, args, &parts)) {
        return PL_CEL_ARGUMENT;
    }
    const int64_t ns = backwards && args[0].time.nanos > 0 ? (int64_t)args[0].time.nanos - SECOND_NS
                                                           : (int64_t)args[0].time.nanos;
    *out = pl_cel_int(ns / 1000000);
    return PL_CEL_OK;
}
