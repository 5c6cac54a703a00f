/* JSON at the edge (jansson) to and from MessagePack of the strict profile. Integers beyond
 * +-(2^53-1), duplicate keys, NaN and nesting deeper than the profile are refused with the place.
 */
#ifndef PL_VALUE_JSON_H
#define PL_VALUE_JSON_H

#include <placet/error.h>
#include <stddef.h>

#include "value/reader.h"
#include "value/writer.h"

/* Appends the value of `text`. PLACET_EINVALID with line and column in `err`, PLACET_ELIMIT when
 * `out` is full. */
int pl_json_read(struct pl_text text, struct pl_writer *out, struct placet_error *err);

/* The value as JSON, keys in their order, NUL-terminated; `*json_out` is freed by the caller with
 * free(). Bytes become base16 text. */
int pl_json_write(struct pl_bytes value, bool indent, char **json_out);

#endif
