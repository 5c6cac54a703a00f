/* Decimal text to doubles and back, exactly: the nearest double of any digits, the shortest digits
 * of any double. Pure: the C library's own would look at the locale. */
#ifndef PL_VALUE_DECIMAL_H
#define PL_VALUE_DECIMAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* The nearest finite double (ties to even) of digits with an optional sign, fraction and exponent;
 * false for anything else, and for what is too large for a double. */
bool pl_decimal_parse(struct pl_text text, double *out);

/* The fewest digits that pl_decimal_parse reads as the same double, without a point: the value is
 * 0.DIGITS times ten to the power of `*point_out`. Positive finite values. Returns how many there
 * are. (Steele and White, How to Print Floating-Point Numbers Accurately, 1990.) */
#define PL_DECIMAL_DIGITS_MAX 17
unsigned pl_decimal_digits(double value, char digits[PL_DECIMAL_DIGITS_MAX], int *point_out);

/* As JSON and ECMAScript write it: "0.25", "2500000", "1e+21"; "NaN", "Infinity", "-Infinity". Not
 * NUL-terminated. Returns the length. */
#define PL_DECIMAL_TEXT_SIZE 32
unsigned pl_decimal_format(double value, char out[PL_DECIMAL_TEXT_SIZE]);

/* With exactly so many places behind the point, correctly rounded, ties to even: "2500.50"; and one
 * digit before it: "2.500500e+03". Finite values, at most PL_DECIMAL_PLACES_MAX places. Not
 * NUL-terminated. Return the length. */
#define PL_DECIMAL_PLACES_MAX 40
#define PL_DECIMAL_FIXED_SIZE 368
unsigned pl_decimal_fixed(double value, unsigned places, char out[PL_DECIMAL_FIXED_SIZE]);
unsigned pl_decimal_scientific(double value, unsigned places, char out[PL_DECIMAL_FIXED_SIZE]);

#endif
