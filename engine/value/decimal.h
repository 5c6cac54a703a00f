/* Decimal text to a double, for what is read at load time (YAML, expressions). */
#ifndef PL_VALUE_DECIMAL_H
#define PL_VALUE_DECIMAL_H

#include <stdbool.h>

#include "base/text.h"

/* The nearest finite double of digits with an optional sign, fraction and exponent; false for
 * anything else, and for what is too large for a double. */
bool pl_decimal_parse(struct pl_text text, double *out);

#endif
