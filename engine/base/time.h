/* Times are milliseconds since 1970-01-01T00:00Z; days are whole days since 1970-01-01 in a zone of
 * fixed offset. Proleptic Gregorian calendar (ISO 8601). Nothing here reads a
 * clock. Times beyond +-(2^53 - 1) ms, which the wire cannot carry, count as the nearest one. */
#ifndef PL_BASE_TIME_H
#define PL_BASE_TIME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

#define PL_DAY_MS  INT64_C(86400000)
#define PL_HOUR_MS INT64_C(3600000)

struct pl_date {
    int32_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
};

/* A day past the end of its month counts on into the next; pl_date_parse gives real dates only. */
int32_t pl_day_of_date(struct pl_date date);
struct pl_date pl_date_of_day(int32_t day);

/* The local day in which `at_ms` lies, and the first millisecond of a local day. */
int32_t pl_day_of_ms(int64_t at_ms, int32_t zone_minutes);
int64_t pl_ms_of_day(int32_t day, int32_t zone_minutes);

/* 1 = Monday to 7 = Sunday (ISO 8601). */
unsigned pl_weekday(int32_t day);

/* Reads "2016-04-20" strictly: real dates, years 0001 to 9999. */
bool pl_date_parse(struct pl_text text, struct pl_date *date_out);

/* Writes "2016-04-20" / "2016-04-20T09:00:00.000+08:00" / "...Z" for zone 0, NUL-terminated. */
#define PL_DATE_TEXT_SIZE 16
#define PL_TIME_TEXT_SIZE 48
void pl_date_format(struct pl_date date, char out[PL_DATE_TEXT_SIZE]);
void pl_time_format(int64_t at_ms, int32_t zone_minutes, char out[PL_TIME_TEXT_SIZE]);

#endif
