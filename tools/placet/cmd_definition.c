/* analyse, compare, calendar count: what needs files and no engine. */
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "dates.h"
#include "files.h"
#include "grid.h"
#include "output.h"

static enum placet_format text_format(const struct pl_cli *cli)
{
    return cli->color ? PLACET_TEXT_COLOUR : PLACET_TEXT;
}

/* Whether the text of the library is what was asked for, rather than a value of ours. */
static bool wants_text(const struct pl_cli *cli)
{
    return cli->format == PL_CLI_TABLE && !pl_cli_given(cli, "fields");
}

static enum placet_format library_format(const struct pl_cli *cli)
{
    return wants_text(cli) ? text_format(cli) : PLACET_JSON;
}

/* Prints what the library computed, as it wrote it or in the shape that was asked for. Frees it. */
static int show_report(const struct pl_cli *cli, char *report, enum pl_cli_exit code)
{
    int rc = (int)code;

    if (wants_text(cli)) {
        pl_cli_print_lines(cli, report);
    } else {
        rc = pl_cli_show(cli, (struct pl_cli_result){.value = json_loads(report, 0, NULL)}, code);
    }
    placet_free(report);
    return rc;
}

/* ---- analyse, compare ---- */

/* A definition without mistakes, or the mistakes and an exit code. */
static int load(struct pl_cli *cli, const char *path, struct placet_definition **definition_out)
{
    struct placet_bundle *bundle = NULL;
    struct placet_error err = {.status = PLACET_OK};
    char *report = NULL;
    int rc = placet_bundle_read(path, &bundle, &err);

    if (rc < 0) {
        return pl_cli_fail_status(cli, rc, &err);
    }
    rc = placet_bundle_check(bundle, cli->color_err ? PLACET_TEXT_COLOUR : PLACET_TEXT,
                             definition_out, &report);
    placet_bundle_free(&bundle);
    if (rc == PLACET_EINVALID && cli->format == PL_CLI_TABLE) {
        (void)fputs(report, stderr);
    }
    placet_free(report);
    if (rc == PLACET_EINVALID) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, "\"placet check\" explains each of them.",
                           "\"%s\" has mistakes", path);
    }
    return rc < 0 ? pl_cli_fail_status(cli, rc, &err) : 0;
}

static int start_date(const struct pl_cli *cli, char out[PL_CLI_DATE_SIZE])
{
    const char *from = pl_cli_option(cli, "from");

    if (from == NULL) {
        pl_cli_today(out);
        return 0;
    }
    if (!pl_cli_is_date(from)) {
        return pl_cli_usage(cli, "\"%.60s\" is no date: write it as 2026-05-11", from);
    }
    (void)snprintf(out, PL_CLI_DATE_SIZE, "%s", from);
    return 0;
}

int pl_cli_run_analyse(struct pl_cli *cli)
{
    struct placet_definition *definition = NULL;
    struct placet_error err = {.status = PLACET_OK};
    char from[PL_CLI_DATE_SIZE];
    char *report = NULL;
    int rc = start_date(cli, from);

    if (rc == 0) {
        rc = load(cli, pl_cli_argument(cli, 0), &definition);
    }
    if (rc != 0) {
        return rc;
    }
    rc = placet_definition_analyse(definition, from, library_format(cli), &report, &err);
    placet_definition_free(&definition);
    return rc < 0 ? pl_cli_fail_status(cli, rc, &err) : show_report(cli, report, PL_CLI_EXIT_YES);
}

int pl_cli_run_compare(struct pl_cli *cli)
{
    struct placet_definition *before = NULL;
    struct placet_definition *after = NULL;
    struct placet_error err = {.status = PLACET_OK};
    char from[PL_CLI_DATE_SIZE];
    char *report = NULL;
    int rc = start_date(cli, from);

    if (rc == 0) {
        rc = load(cli, pl_cli_argument(cli, 0), &before);
    }
    if (rc == 0) {
        rc = load(cli, pl_cli_argument(cli, 1), &after);
    }
    if (rc == 0) {
        rc = placet_definition_compare(before, after, from, library_format(cli), &report, &err);
        rc = rc < 0 ? pl_cli_fail_status(cli, rc, &err) : show_report(cli, report, PL_CLI_EXIT_YES);
    }
    placet_definition_free(&before);
    placet_definition_free(&after);
    return rc;
}

/* ---- calendar count ---- */

int pl_cli_run_calendar_count(struct pl_cli *cli)
{
    const char *date = pl_cli_argument(cli, 0);
    const char *option = pl_cli_option(cli, "calendar");
    struct placet_error err = {.status = PLACET_OK};
    char path[PL_CLI_PATH_SIZE];
    char today[PL_CLI_DATE_SIZE];
    char *report = NULL;

    if (strcmp(date, "today") == 0) {
        pl_cli_today(today);
        date = today;
    } else if (!pl_cli_is_date(date)) {
        return pl_cli_usage(cli, "\"%.60s\" is no date: write it as 2026-05-11, or today", date);
    }
    int rc = pl_cli_calendar(cli, option != NULL ? option : "cn", path);
    if (rc != 0) {
        return rc;
    }
    rc = placet_calendar_count(path, date, pl_cli_argument(cli, 1), library_format(cli), &report,
                               &err);
    if (rc == PLACET_EINVALID && err.file[0] == '\0') {
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, err.hint, "%s", err.message);
    }
    return rc < 0 ? pl_cli_fail_status(cli, rc, &err) : show_report(cli, report, PL_CLI_EXIT_YES);
}
