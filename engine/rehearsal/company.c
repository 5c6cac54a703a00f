#include "rehearsal/company.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition/definition.h"
#include "definition/diag_show.h"
#include "rehearsal/report.h"
#include "value/mistake.h"

#define PATH_SIZE 4096

static int no_memory(struct placet_error *err)
{
    return pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
}

void pl_company_free(struct pl_company_files *files)
{
    for (uint32_t i = 0; i < files->company.count; i++) {
        pl_definition_free(files->owned[i]);
    }
    files->company.count = 0;
}

static int read_one(const char *path, struct pl_report_as as, struct pl_company_files *files,
                    char **report_out, struct placet_error *err)
{
    struct pl_diags *diags = pl_diags_new();
    struct pl_definition *def = NULL;
    struct pl_bundle bundle = {0};
    uint8_t *bytes = NULL;
    size_t size = 0;

    if (diags == NULL) {
        return no_memory(err);
    }
    int rc = pl_bundle_read_files(path, &bytes, &size, err);
    if (rc == PLACET_OK) {
        rc = pl_definition_load((struct pl_bytes){bytes, (uint32_t)size}, diags, &def, err);
        if (rc == PLACET_EINVALID) {
            (void)pl_bundle_parse((struct pl_bytes){bytes, (uint32_t)size}, &bundle, NULL);
            *report_out = pl_report(diags, &bundle, path, as);
        }
    }
    if (rc == PLACET_OK) {
        def->revision = 1;
        def->number = files->company.count + 1;
        files->owned[files->company.count] = def;
        files->company.defs[files->company.count++] = def;
    }
    free(bytes);
    free(diags);
    return rc;
}

/* The workflows that one of them runs and that are not there yet. */
static int read_children(const char *folder, int folder_len, const struct pl_definition *def,
                         struct pl_report_as as, struct pl_company_files *files, char **report_out,
                         struct placet_error *err)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_run *run = def->steps[i].run;
        char path[PATH_SIZE];

        if (run == NULL || pl_company_find(&files->company, run->workflow) != NULL) {
            continue;
        }
        if (files->company.count == PL_COMPANY_MAX) {
            return pl_mistake(err, PLACET_ELIMIT, (struct pl_place){0}, NULL,
                              "the workflow runs more than %d others", PL_COMPANY_MAX);
        }
        (void)snprintf(path, sizeof(path), "%.*s%.*s.yaml", folder_len, folder,
                       (int)run->workflow.len, run->workflow.at);
        const int rc = read_one(path, as, files, report_out, err);
        if (rc < 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

int pl_company_read(const char *workflow_path, enum placet_format format,
                    enum placet_language language, struct pl_company_files *files_out,
                    char **report_out, struct placet_error *err)
{
    const char *slash = strrchr(workflow_path, '/');
    const int folder_len = slash == NULL ? 0 : (int)(slash + 1 - workflow_path);
    const struct pl_report_as as = {format, language};

    files_out->company.count = 0;
    int rc = read_one(workflow_path, as, files_out, report_out, err);
    for (uint32_t i = 0; rc == PLACET_OK && i < files_out->company.count; i++) {
        rc = read_children(workflow_path, folder_len, files_out->company.defs[i], as, files_out,
                           report_out, err);
    }
    if (rc < 0) {
        pl_company_free(files_out);
    }
    return rc;
}
