/* Days and times as people of the office read them: in the zone of the calendar cn, UTC+08:00,
 * which has had no daylight saving time since 1991. The user's own zone would show deadlines on the
 * wrong day. */
#ifndef PL_CLI_DATES_H
#define PL_CLI_DATES_H

#include <stdbool.h>
#include <stdint.h>

#define PL_CLI_DATE_SIZE 11 /* 2026-05-11 */
#define PL_CLI_TIME_SIZE 32 /* 2026-05-11 17:30, 2026-05-11T09:30:00.000Z */

/* Whether this is a day that exists, written 2026-05-11. */
bool pl_cli_is_date(const char *text);

void pl_cli_today(char out[PL_CLI_DATE_SIZE]);

/* As "2026-05-11 17:30"; a time beyond the year 9999 is "9999-12-31+". */
void pl_cli_time(int64_t at_ms, char out[PL_CLI_TIME_SIZE]);

/* A limit: "2026-05-11" when it ends with that day, as limits of days do, otherwise with the time.
 */
void pl_cli_due(int64_t due_ms, char out[PL_CLI_TIME_SIZE]);

/* As "2026-05-11T09:30:00.000Z" (RFC 3339), for machines, at most the end
 * of the year 9999; and back, 0 for anything else. */
void pl_cli_time_utc(int64_t at_ms, char out[PL_CLI_TIME_SIZE]);
int64_t pl_cli_parse_utc(const char *text);

#endif
