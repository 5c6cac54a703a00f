/* check: mistakes of workflows, with place and remedy; mended where it is certain what was meant.
 */
#include <errno.h>
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "files.h"
#include "grid.h"
#include "output.h"
#include "rewrite.h"
#include "sarif.h"

struct check {
    struct pl_cli *cli;
    json_t *files;
    enum placet_language language;
    bool mends;   /* --fix */
    bool is_plan; /* --dry-run: shows, writes nothing */
    int checked;
    int wrong;
    int64_t errors;
    size_t edits;
};

/* One workflow on its way: what was mended in it, and the difference that makes. */
struct mending {
    size_t edits;
    char *diff; /* of all its files, with --dry-run */
};

static bool wants_text(const struct pl_cli *cli)
{
    return cli->format == PL_CLI_TABLE && !pl_cli_given(cli, "fields");
}

static int no_memory(const struct check *check)
{
    const struct placet_error err = {.status = PLACET_OK};

    return pl_cli_fail_status(check->cli, PLACET_ENOMEM, &err);
}

/* ---- mending ---- */

static int append(char **text, const char *more)
{
    char *longer = NULL;

    if (asprintf(&longer, "%s%s", *text != NULL ? *text : "", more) < 0) {
        return -1;
    }
    free(*text);
    *text = longer;
    return 0;
}

static int write_file(const struct check *check, const char *path, const char *text, size_t size)
{
    const int rc = pl_cli_rewrite(path, text, size);

    if (rc < 0) {
        return pl_cli_fail(check->cli, rc == -EACCES ? PL_CLI_EXIT_DENIED : PL_CLI_EXIT_NO,
                           "The file is as it was.", "cannot write \"%s\": %s", path,
                           strerror(-rc));
    }
    return 0;
}

struct text {
    const char *at;
    size_t size;
};

static int note_file(const struct check *check, const char *path, struct text before,
                     struct text after, struct mending *mending)
{
    char *diff = pl_cli_diff(path, before.at, before.size, after.at, after.size);
    const int rc = diff != NULL ? append(&mending->diff, diff) : -1;

    free(diff);
    return rc == 0 ? 0 : no_memory(check);
}

/* Writes a file that was mended, or notes the difference. */
static int keep_file(struct check *check, const struct placet_bundle *before,
                     const struct placet_bundle *after, size_t index, struct mending *mending)
{
    char path[PLACET_PATH_SIZE];
    size_t old_size = 0;
    size_t size = 0;
    const char *text = placet_bundle_file(after, index, path, &size);
    const char *old = placet_bundle_file(before, index, path, &old_size);
    char *found = NULL; /* a file that the workflow refers to only since it was mended */
    int rc = 0;

    if (old == NULL) {
        rc = pl_cli_read_file(check->cli, path, &found, &old_size);
        old = found;
    }
    if (rc == 0 && (old_size != size || memcmp(old, text, size) != 0)) {
        rc = check->is_plan ? note_file(check, path, (struct text){old, old_size},
                                        (struct text){text, size}, mending)
                            : write_file(check, path, text, size);
    }
    free(found);
    return rc;
}

/* Replaces the bundle by the mended one, once its files are written. */
static int mend(struct check *check, struct placet_bundle **bundle, struct mending *mending)
{
    struct placet_bundle *mended = NULL;
    struct placet_error err = {.status = PLACET_OK};
    int rc = placet_bundle_mend(*bundle, &mended, &mending->edits, &err);

    if (rc < 0) {
        return pl_cli_fail_status(check->cli, rc, &err);
    }
    if (mending->edits == 0) {
        return 0;
    }
    for (size_t i = 0; rc == 0 && i < placet_bundle_count(mended); i++) {
        rc = keep_file(check, *bundle, mended, i, mending);
    }
    placet_bundle_free(bundle);
    *bundle = mended;
    check->edits += mending->edits;
    return rc;
}

/* ---- reporting ---- */

static int add_report(struct check *check, const char *path, const char *id, const char *report,
                      const struct mending *mending)
{
    json_t *found = json_loads(report, 0, NULL);
    json_t *file = json_pack("{s:s, s:s?}", "file", path, "workflow", id);

    if (found == NULL || file == NULL || json_object_update(file, found) != 0) {
        json_decref(found);
        json_decref(file);
        return -1;
    }
    json_decref(found);
    if (check->mends) {
        (void)json_object_set_new(file, "fixed", json_integer((json_int_t)mending->edits));
    }
    if (check->is_plan) {
        const char *diff = mending->diff != NULL ? mending->diff : "";
        (void)json_object_set_new(file, "diff", json_string(diff));
    }
    check->errors += pl_cli_number(file, "errors");
    return json_array_append_new(check->files, file);
}

static void print_report(const struct check *check, const char *path, const char *id,
                         const char *report, const struct mending *mending)
{
    if (mending->diff != NULL) {
        (void)fputs(mending->diff, stdout);
    }
    if (mending->edits > 0 && !check->is_plan) {
        pl_cli_print(check->cli, PL_CLI_GOOD, "mended");
        (void)printf("  %s: %zu %s\n", path, mending->edits,
                     mending->edits == 1 ? "place" : "places");
    }
    (void)fputs(report, stdout);
    if (id != NULL && mending->edits == 0) {
        pl_cli_print(check->cli, PL_CLI_GOOD, "ok");
        (void)printf("  %s\n", path);
    }
}

static int report_bundle(struct check *check, const struct placet_bundle *bundle, const char *path,
                         const struct mending *mending)
{
    const enum placet_format format = check->cli->color ? PLACET_TEXT_COLOUR : PLACET_TEXT;
    struct placet_definition *definition = NULL;
    char *report = NULL;
    int rc = placet_bundle_check(bundle, wants_text(check->cli) ? format : PLACET_JSON, &definition,
                                 &report);
    const char *id = rc == PLACET_OK ? placet_definition_id(definition) : NULL;

    if (report == NULL) {
        return no_memory(check);
    }
    check->checked++;
    check->wrong += rc == PLACET_EINVALID;
    rc = 0;
    if (wants_text(check->cli)) {
        print_report(check, path, id, report, mending);
    } else if (add_report(check, path, id, report, mending) != 0) {
        rc = no_memory(check);
    }
    placet_free(report);
    placet_definition_free(&definition);
    return rc;
}

/* ---- paths ---- */

static int check_file(struct check *check, const char *path)
{
    struct placet_bundle *bundle = NULL;
    struct placet_error err = {.status = PLACET_OK};
    struct mending mending = {0};
    int rc = placet_bundle_read(path, &bundle, &err);

    if (rc < 0) {
        return pl_cli_fail_status(check->cli, rc, &err);
    }
    placet_bundle_speak(bundle, check->language);
    rc = check->mends ? mend(check, &bundle, &mending) : 0;
    if (rc == 0) {
        rc = report_bundle(check, bundle, path, &mending);
    }
    placet_bundle_free(&bundle);
    free(mending.diff);
    return rc;
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

static int parse_options(struct check *check)
{
    static const char *const names[] = {"both", "zh", "en"};
    const char *language = pl_cli_option(check->cli, "lang");

    check->mends = pl_cli_given(check->cli, "fix");
    check->is_plan = pl_cli_given(check->cli, "dry-run");
    if (check->is_plan && !check->mends) {
        return pl_cli_usage(check->cli, "--dry-run says what --fix would do: give both");
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (language == NULL || strcmp(language, names[i]) == 0) {
            check->language = (enum placet_language)i;
            return 0;
        }
    }
    return pl_cli_usage(check->cli, "\"%.60s\" is no value of --lang: both, zh or en", language);
}

/* Something to do: mistakes that remain, or edits that were only shown. */
static enum pl_cli_exit exit_of(const struct check *check)
{
    const bool is_open = check->wrong > 0 || (check->is_plan && check->edits > 0);

    return is_open ? PL_CLI_EXIT_NO : PL_CLI_EXIT_YES;
}

static void print_summary(const struct check *check)
{
    if (check->mends && check->edits == 0) {
        (void)printf("nothing to mend\n");
    }
    if (check->is_plan && check->edits > 0) {
        (void)printf("%zu %s to mend; without --dry-run they are written\n", check->edits,
                     check->edits == 1 ? "place" : "places");
    }
    if (check->checked > 1 || check->wrong > 0) {
        (void)printf("%d checked, %d with mistakes\n", check->checked, check->wrong);
    }
}

static int show(const struct check *check)
{
    struct pl_cli *cli = check->cli;
    const bool ok = exit_of(check) == PL_CLI_EXIT_YES;
    json_t *value = NULL;

    if (wants_text(cli)) {
        print_summary(check);
        return (int)exit_of(check);
    }
    if (cli->format == PL_CLI_SARIF) {
        cli->format = PL_CLI_JSON;
        value = pl_cli_sarif(check->files);
        return pl_cli_show(cli, (struct pl_cli_result){.value = value}, exit_of(check));
    }
    value = json_pack("{s:b, s:I, s:O}", "ok", ok, "errors", (json_int_t)check->errors, "files",
                      check->files);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .list = "files"},
                       exit_of(check));
}

int pl_cli_run_check(struct pl_cli *cli)
{
    struct check check = {.cli = cli, .files = json_array()};
    int rc = parse_options(&check);

    for (int i = 0; rc == 0 && i < cli->argument_count; i++) {
        rc = check_path(&check, cli->arguments[i]);
    }
    rc = rc == 0 ? show(&check) : rc;
    json_decref(check.files);
    return rc;
}
