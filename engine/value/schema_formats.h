/* The values of the keyword `format` that are asserted: dates and addresses as the standard has
 * them (validation, 7.3), and the numbers by which offices know firms and people. */
#ifndef PL_VALUE_SCHEMA_FORMATS_H
#define PL_VALUE_SCHEMA_FORMATS_H

#include "base/text.h"

/* What is wrong with a text. */
enum pl_format_fault {
    PL_FORMAT_FITS,
    PL_FORMAT_SHAPE,       /* length or characters */
    PL_FORMAT_CHECK_DIGIT, /* mistyped, most likely */
    PL_FORMAT_NO_SUCH_DAY, /* a birthday that no calendar has */
};

struct pl_format {
    const char *name;
    enum pl_format_fault (*check)(struct pl_text text);
    const char *what;
    const char *what_zh;
    const char *example;
};

/* The format of that name, or NULL. */
const struct pl_format *pl_format_of(struct pl_text name);

/* The name that was meant, or NULL. */
const char *pl_format_closest(struct pl_text name);

#endif
