/* JSON at the edge (jansson) to and from MessagePack of the strict profile. Integers beyond
 * +-(2^53-1), duplicate keys, NaN and nesting deeper than the profile are refused with the place.
 */
#ifndef PL_VALUE_JSON_H
#define PL_VALUE_JSON_H

#include <placet/error.h>
#include <stdbool.h>

#include "value/reader.h"
#include "value/writer.h"

/* Appends the value of `text`, which may be any JSON value. PLACET_EINVALID: `err` has line and
 * column of a mistake in the syntax, or the JSON Pointer in the message where a value is beyond the
 * profile. PLACET_ELIMIT when `out` is full, PLACET_ENOMEM. After a failure `out` holds a part. */
int pl_json_read(struct pl_text text, struct pl_writer *out, struct placet_error *err);

/* The value as JSON, keys in their order, NUL-terminated; `*json_out` is freed by the caller with
 * free(). Bytes become base16 text; doubles keep a point or exponent (`2500.0`), so that reading
 * back gives the same value. PLACET_EINVALID when the bytes are not one value, PLACET_ENOMEM. */
int pl_json_write(struct pl_bytes value, bool indent, char **json_out);

#endif
