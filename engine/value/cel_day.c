/* Days as forms have them, texts "2016-04-20", and the working days of a calendar that the caller
 * lends. Pure. */
#include "base/time.h"
#include "value/cel_function.h"

/* Farther than any limit reaches; bounds the work of a calendar. */
#define DAYS_MAX 40000

static bool day_of(const struct pl_cel_value *value, int32_t *out)
{
    struct pl_date date;

    if (!pl_date_parse(value->text, &date)) {
        return false;
    }
    *out = pl_day_of_date(date);
    return true;
}

/* Years 0001 to 9999. */
static enum pl_cel_fault give_day(struct pl_cel_run *run, int32_t day, struct pl_cel_value *out)
{
    const struct pl_date date = pl_date_of_day(day);
    char text[10];

    if (date.year < 1 || date.year > 9999) {
        return PL_CEL_OVERFLOW;
    }
    for (uint32_t i = 0, rest = (uint32_t)date.year; i < 4; i++, rest /= 10) {
        text[3 - i] = (char)('0' + rest % 10);
    }
    text[4] = '-';
    text[5] = (char)('0' + date.month / 10);
    text[6] = (char)('0' + date.month % 10);
    text[7] = '-';
    text[8] = (char)('0' + date.day / 10);
    text[9] = (char)('0' + date.day % 10);
    struct pl_cel_build build = pl_cel_build(run);
    pl_cel_put(&build, text, sizeof(text));
    return pl_cel_finish(&build, PL_CEL_STRING, out);
}

enum pl_cel_fault pl_cel_do_today(struct pl_cel_run *run, const struct pl_cel_value *args,
                                  struct pl_cel_value *out)
{
    const struct pl_cel_days *const days = run->world->days;

    (void)args;
    return days == NULL ? PL_CEL_NO_CALENDAR
                        : give_day(run, pl_day_of_ms(run->world->now_ms, days->zone_minutes), out);
}

enum pl_cel_fault pl_cel_do_add_days(struct pl_cel_run *run, const struct pl_cel_value *args,
                                     struct pl_cel_value *out)
{
    const int64_t count = args[1].integer;
    int32_t day = 0;

    if (!day_of(&args[0], &day) || count > 100 * DAYS_MAX || count < -100 * DAYS_MAX) {
        return PL_CEL_ARGUMENT;
    }
    return give_day(run, day + (int32_t)count, out);
}

enum pl_cel_fault pl_cel_do_days_between(struct pl_cel_run *run, const struct pl_cel_value *args,
                                         struct pl_cel_value *out)
{
    int32_t from = 0;
    int32_t to = 0;

    (void)run;
    if (!day_of(&args[0], &from) || !day_of(&args[1], &to)) {
        return PL_CEL_ARGUMENT;
    }
    *out = pl_cel_int(to - from);
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_add_working_days(struct pl_cel_run *run,
                                             const struct pl_cel_value *args,
                                             struct pl_cel_value *out)
{
    const struct pl_cel_days *const days = run->world->days;
    const int64_t count = args[1].integer;
    int32_t day = 0;

    if (days == NULL) {
        return PL_CEL_NO_CALENDAR;
    }
    if (!day_of(&args[0], &day) || count > DAYS_MAX || count < -DAYS_MAX) {
        return PL_CEL_ARGUMENT;
    }
    run->cost += (uint32_t)(count < 0 ? -count : count) / 8;
    return give_day(run, days->add(days->calendar, day, (int32_t)count), out);
}

enum pl_cel_fault pl_cel_do_working_days_between(struct pl_cel_run *run,
                                                 const struct pl_cel_value *args,
                                                 struct pl_cel_value *out)
{
    const struct pl_cel_days *const days = run->world->days;
    int32_t from = 0;
    int32_t to = 0;

    if (days == NULL) {
        return PL_CEL_NO_CALENDAR;
    }
    if (!day_of(&args[0], &from) || !day_of(&args[1], &to)) {
        return PL_CEL_ARGUMENT;
    }
    *out = pl_cel_int(days->between(days->calendar, from, to));
    return PL_CEL_OK;
}

enum pl_cel_fault pl_cel_do_is_working_day(struct pl_cel_run *run, const struct pl_cel_value *args,
                                           struct pl_cel_value *out)
{
    const struct pl_cel_days *const days = run->world->days;
    int32_t day = 0;

    if (days == NULL) {
        return PL_CEL_NO_CALENDAR;
    }
    if (!day_of(&args[0], &day)) {
        return PL_CEL_ARGUMENT;
    }
    *out = pl_cel_bool(days->is_working(days->calendar, day));
    return PL_CEL_OK;
}
