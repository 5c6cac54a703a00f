#include "model/days.h"

static int32_t add(const void *calendar, int32_t day, int32_t working_days)
{
    bool beyond = false;

    return working_days >= 0 ? pl_calendar_add(calendar, day, (uint32_t)working_days, &beyond)
                             : pl_calendar_subtract(calendar, day, (uint32_t)-working_days);
}

static int32_t between(const void *calendar, int32_t from_day, int32_t to_day)
{
    return pl_calendar_working_days(calendar, from_day, to_day);
}

static bool is_working(const void *calendar, int32_t day)
{
    return pl_calendar_is_working(calendar, day);
}

struct pl_cel_days pl_calendar_days(const struct pl_calendar *calendar)
{
    return (struct pl_cel_days){.calendar = calendar,
                                .zone_minutes = calendar->zone_minutes,
                                .add = add,
                                .between = between,
                                .is_working = is_working};
}
