/* Mistakes of a file, shown as they are everywhere. */
#ifndef PL_REHEARSAL_REPORT_H
#define PL_REHEARSAL_REPORT_H

#include <placet/definition.h>

#include "definition/bundle.h"
#include "definition/diag.h"

struct pl_report_as {
    enum placet_format format;
    enum placet_language language;
};

/* `path` is that of the first file; the names of the others are below its folder. Freed with
 * free(); NULL when there is no memory. */
char *pl_report(const struct pl_diags *diags, const struct pl_bundle *bundle, const char *path,
                struct pl_report_as as);

#endif
