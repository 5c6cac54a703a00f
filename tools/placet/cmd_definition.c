/* check, analyse, compare, calendar count, explain: what needs files and no engine. */
#include <dirent.h>
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* ---- check ---- */

struct check {
    struct pl_cli *cli;
    json_t *files;
    int checked;
    int wrong;
    int64_t errors;
};

static int add_report(struct check *check, const char *path, const char *id, const char *report)
{
    json_t *found = json_loads(report, 0, NULL);
    json_t *file = json_pack("{s:s, s:s?}", "file", path, "workflow", id);

    if (found == NULL || file == NULL || json_object_update(file, found) != 0) {
        json_decref(found);
        json_decref(file);
        return PLACET_ENOMEM;
    }
    json_decref(found);
    check->errors += pl_cli_number(file, "errors");
    return json_array_append_new(check->files, file) == 0 ? 0 : PLACET_ENOMEM;
}

static void print_report(const struct check *check, const char *path, const char *id,
                         const char *report)
{
    (void)fputs(report, stdout);
    if (id != NULL) {
        pl_cli_print(check->cli, PL_CLI_GOOD, "ok");
        (void)printf("  %s\n", path);
    }
}

static int report_bundle(struct check *check, const struct placet_bundle *bundle, const char *path)
{
    struct placet_definition *definition = NULL;
    char *report = NULL;
    int rc = placet_bundle_check(bundle, library_format(check->cli), &definition, &report);
    const char *id = rc == PLACET_OK ? placet_definition_id(definition) : NULL;

    if (report == NULL) {
        return rc < 0 ? rc : PLACET_ENOMEM;
    }
    check->checked++;
    check->wrong += rc == PLACET_EINVALID;
    if (wants_text(check->cli)) {
        print_report(check, path, id, report);
        rc = PLACET_OK;
    } else {
        rc = add_report(check, path, id, report);
    }
    placet_free(report);
    placet_definition_free(&definition);
    return rc;
}

static int check_file(struct check *check, const char *path)
{
    struct placet_bundle *bundle = NULL;
    struct placet_error err = {.status = PLACET_OK};
    int rc = placet_bundle_read(path, &bundle, &err);

    if (rc < 0) {
        return pl_cli_fail_status(check->cli, rc, &err);
    }
    rc = report_bundle(check, bundle, path);
    placet_bundle_free(&bundle);
    return rc < 0 ? pl_cli_fail_status(check->cli, rc, &err) : 0;
}

static int check_path(struct check *check, const char *path)
{
    char **paths = NULL;
    int count = 0;
    int rc = pl_cli_workflows(check->cli, path, &paths, &count);

    for (int i = 0; i < count; i++) {
        rc = rc == 0 ? check_file(check, paths[i]) : rc;
        free(paths[i]);
    }
    free(paths);
    return rc;
}

int pl_cli_run_check(struct pl_cli *cli)
{
    struct check check = {.cli = cli, .files = json_array()};
    int rc = 0;

    for (int i = 0; rc == 0 && i < cli->argument_count; i++) {
        rc = check_path(&check, cli->arguments[i]);
    }
    const enum pl_cli_exit code = check.wrong == 0 ? PL_CLI_EXIT_YES : PL_CLI_EXIT_NO;
    if (rc != 0) {
        json_decref(check.files);
        return rc;
    }
    if (wants_text(cli)) {
        if (check.checked > 1 || check.wrong > 0) {
            (void)printf("%d checked, %d with mistakes\n", check.checked, check.wrong);
        }
        json_decref(check.files);
        return (int)code;
    }
    json_t *value = json_pack("{s:b, s:I, s:o}", "ok", check.wrong == 0, "errors",
                              (json_int_t)check.errors, "files", check.files);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .list = "files"}, code);
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

/* ---- calendar count, explain ---- */

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
