/* The workflows of a rehearsal from their files: that of the case, and those that it starts. */
#ifndef PL_REHEARSAL_COMPANY_H
#define PL_REHEARSAL_COMPANY_H

#include <placet/definition.h>

#include "definition/answers.h"

struct pl_company_files {
    struct pl_company company;
    struct pl_definition *owned[PL_COMPANY_MAX];
};

/* As placet_rehearsal_open. End with pl_company_free. */
int pl_company_read(const char *workflow_path, enum placet_format format,
                    enum placet_language language, struct pl_company_files *files_out,
                    char **report_out, struct placet_error *err);
void pl_company_free(struct pl_company_files *files);

#endif
