#include "rehearsal/report.h"

#include <stdio.h>
#include <string.h>

#include "definition/diag_show.h"

char *pl_report(const struct pl_diags *diags, const struct pl_bundle *bundle, const char *path,
                struct pl_report_as as)
{
    static const enum pl_show_language languages[] = {
        [PLACET_BOTH] = PL_SHOW_BOTH,
        [PLACET_CHINESE] = PL_SHOW_ZH,
        [PLACET_ENGLISH] = PL_SHOW_EN,
    };
    const char *slash = strrchr(path, '/');
    char folder[4096];

    (void)snprintf(folder, sizeof(folder), "%.*s", slash == NULL ? 0 : (int)(slash + 1 - path),
                   path);
    const struct pl_show show = {folder, as.format == PLACET_TEXT_COLOUR, languages[as.language]};
    return as.format == PLACET_JSON ? pl_diags_json(diags, bundle, show)
                                    : pl_diags_text(diags, bundle, show);
}
