/* Moments and spans as text (RFC 3339; "1h30m", "90s"). Pure: no library that would look at a
 * locale or a time zone file. */
#ifndef PL_VALUE_CEL_TIME_H
#define PL_VALUE_CEL_TIME_H

#include "value/cel.h"

#define PL_CEL_TIME_TEXT_SIZE 40

/* "2016-04-20T09:00:00.5+08:00", years 0001 to 9999. */
bool pl_cel_moment_parse(struct pl_text text, struct pl_cel_time *out);

/* "1h45m47s", "-1.5s", "250ms"; units h, m, s, ms, us, ns. */
bool pl_cel_span_parse(struct pl_text text, struct pl_cel_time *out);

/* In UTC, with as many digits of the second as are not zero; "90s", "-1.5s". Not NUL-terminated.
 * Return the length. */
uint32_t pl_cel_moment_format(struct pl_cel_time time, char out[PL_CEL_TIME_TEXT_SIZE]);
uint32_t pl_cel_span_format(struct pl_cel_time time, char out[PL_CEL_TIME_TEXT_SIZE]);

/* Whether it lies in the range that CEL gives: years 0001 to 9999; 64 bits of nanoseconds. */
bool pl_cel_moment_fits(struct pl_cel_time time);
bool pl_cel_span_fits(struct pl_cel_time time);

#endif
