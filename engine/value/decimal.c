#include "value/decimal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any number that means something; 17 digits identify a double. */
#define DECIMAL_LEN_MAX 64

bool pl_decimal_parse(struct pl_text text, double *out)
{
    char copy[DECIMAL_LEN_MAX + 1];

    /* strtod alone would take "inf", "0x1p3" and leading blanks */
    if (text.len == 0 || text.len > DECIMAL_LEN_MAX || memchr(text.at, '\0', text.len) != NULL) {
        return false;
    }
    memcpy(copy, text.at, text.len);
    copy[text.len] = '\0';
    if (strspn(copy, "0123456789+-.eE") != text.len) {
        return false;
    }

    char *end = NULL;
    const double value = strtod(copy, &end);
    if (end != copy + text.len || !isfinite(value)) {
        return false;
    }
    *out = value;
    return true;
}
