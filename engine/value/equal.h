/* Equality of MessagePack values by meaning: numbers by their value (1 is 1.0), maps whatever the
 * order of their keys. The equality of JSON Schema (core, 4.2.2) and of CEL. */
#ifndef PL_VALUE_EQUAL_H
#define PL_VALUE_EQUAL_H

#include <stdbool.h>

#include "value/reader.h"

/* Both are checked values; no value equals only no value. Pure. */
bool pl_value_equal(struct pl_bytes a, struct pl_bytes b);

/* The same; adds about one for each value that was looked at. Maps of many keys are dear: the keys
 * of one are searched in the other. */
bool pl_value_equal_counted(struct pl_bytes a, struct pl_bytes b, uint64_t *work);

/* Whether two numbers are the same number, without rounding. */
bool pl_value_equal_numbers(int64_t integer, double real);

#endif
