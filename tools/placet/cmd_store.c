/* store info, verify, rebuild: the files of an engine, looked at from outside. */
#include <inttypes.h>
#include <placet/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "grid.h"
#include "output.h"

static json_t *number(uint64_t value)
{
    return json_integer((json_int_t)value);
}

/* ---- info ---- */

static json_t *info_as_json(const char *folder, const struct placet_store_info *info)
{
    json_t *value = json_pack("{s:s, s:I, s:i}", "store", folder, "engine_pid",
                              (json_int_t)info->engine_pid, "format", (int)info->format);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"oldest_sequence", info->oldest_seq},
        {"last_sequence", info->last_seq},
        {"hot_frames", info->hot_frames},
        {"hot_sequence", info->hot_seq},
        {"segments", info->segments},
        {"segment_bytes", info->segment_bytes},
        {"file_bytes", info->file_bytes},
        {"used_bytes", info->used_bytes},
        {"blocks", info->blocks},
        {"blobs", info->blobs},
        {"definitions", info->definitions},
        {"closed_cases", info->closed},
        {"replies", info->replies},
        {"oldest_reader_age", info->oldest_reader_age},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)json_object_set_new(value, numbers[i].key, number(numbers[i].value));
    }
    return value;
}

static double mib(const json_t *value, const char *key)
{
    return (double)pl_cli_number(value, key) / (1 << 20);
}

static void draw_info(const struct pl_cli *cli, json_t *value)
{
    const long long pid = pl_cli_number(value, "engine_pid");

    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "store"));
    if (pid > 0) {
        (void)printf("  an engine runs on it, process %lld\n", pid);
    } else {
        (void)printf("  %s\n", pid == 0 ? "no engine runs on it" : "some engine runs on it");
    }
    (void)printf("  events     %lld to %lld\n", (long long)pl_cli_number(value, "oldest_sequence"),
                 (long long)pl_cli_number(value, "last_sequence"));
    (void)printf("  file       %.1f MiB, %.1f MiB in use\n", mib(value, "file_bytes"),
                 mib(value, "used_bytes"));
    (void)printf("  archive    %lld segments, %.1f MiB\n",
                 (long long)pl_cli_number(value, "segments"), mib(value, "segment_bytes"));
    (void)printf("  workflows  %lld revisions\n", (long long)pl_cli_number(value, "definitions"));
    (void)printf("  closed     %lld cases\n", (long long)pl_cli_number(value, "closed_cases"));
}

int pl_cli_run_store_info(struct pl_cli *cli)
{
    const char *folder = pl_cli_argument(cli, 0);
    struct placet_store_info info = {.engine_pid = 0};
    struct placet_error err = {.status = PLACET_OK};
    const int rc = placet_store_info(folder, &info, &err);

    if (rc < 0) {
        return pl_cli_fail_status(cli, rc, &err);
    }
    return pl_cli_show(
        cli, (struct pl_cli_result){.value = info_as_json(folder, &info), .draw = draw_info},
        PL_CLI_EXIT_YES);
}

/* ---- verify ---- */

static void take_finding(void *context, const struct placet_store_finding *finding)
{
    (void)json_array_append_new(context,
                                json_pack("{s:s, s:I, s:s}", "place", finding->place, "key",
                                          (json_int_t)finding->key, "what", finding->what));
}

static void draw_verified(const struct pl_cli *cli, json_t *value)
{
    size_t i = 0;
    json_t *finding = NULL;
    const bool whole = json_is_true(json_object_get(value, "ok"));

    json_array_foreach(json_object_get(value, "findings"), i, finding)
    {
        pl_cli_print(cli, PL_CLI_BAD, "%s", pl_cli_text(finding, "place"));
        (void)printf(" %lld: %s\n", (long long)pl_cli_number(finding, "key"),
                     pl_cli_text(finding, "what"));
    }
    pl_cli_print(cli, whole ? PL_CLI_GOOD : PL_CLI_BAD, whole ? "whole" : "damaged");
    (void)printf(
        ": %lld events, %lld to %lld, in %lld frames; %lld values, %lld pages, "
        "%lld segments\nhash of the newest frame %s\n",
        (long long)pl_cli_number(value, "events"),
        (long long)pl_cli_number(value, "first_sequence"),
        (long long)pl_cli_number(value, "last_sequence"), (long long)pl_cli_number(value, "frames"),
        (long long)pl_cli_number(value, "values"), (long long)pl_cli_number(value, "pages"),
        (long long)pl_cli_number(value, "segments"), pl_cli_text(value, "hash"));
    if (pl_cli_number(value, "pages") == 0) {
        (void)printf("An engine runs on it: pages are checked when none does.\n");
    }
}

static json_t *checked_as_json(const char *folder, const struct placet_store_checked *checked,
                               json_t *findings)
{
    char hash[2 * sizeof checked->hash + 1];

    for (size_t i = 0; i < sizeof checked->hash; i++) {
        (void)snprintf(hash + 2 * i, 3, "%02x", checked->hash[i]);
    }
    return json_pack("{s:s, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:o}", "store", folder,
                     "ok", checked->findings == 0, "pages", (json_int_t)checked->pages, "segments",
                     (json_int_t)checked->segments, "frames", (json_int_t)checked->frames, "events",
                     (json_int_t)checked->events, "first_sequence", (json_int_t)checked->first_seq,
                     "last_sequence", (json_int_t)checked->last_seq, "values",
                     (json_int_t)checked->values, "hash", hash, "findings", findings);
}

int pl_cli_run_store_verify(struct pl_cli *cli)
{
    const char *folder = pl_cli_argument(cli, 0);
    struct placet_store_checked checked = {.pages = 0};
    struct placet_error err = {.status = PLACET_OK};
    json_t *findings = json_array();
    const int rc = placet_store_verify(folder, take_finding, findings, &checked, &err);

    if (rc < 0 && rc != PLACET_ECORRUPT) {
        json_decref(findings);
        return pl_cli_fail_status(cli, rc, &err);
    }
    return pl_cli_show(cli,
                       (struct pl_cli_result){.value = checked_as_json(folder, &checked, findings),
                                              .draw = draw_verified},
                       rc == PLACET_OK ? PL_CLI_EXIT_YES : PL_CLI_EXIT_NO);
}

/* ---- rebuild ---- */

static json_t *rebuilt_as_json(const char *folder, bool check,
                               const struct placet_store_rebuilt *rebuilt)
{
    json_t *value = json_pack("{s:s, s:b, s:b}", "store", folder, "check", check, "ok",
                              !check || rebuilt->differences == 0);
    const struct {
        const char *key;
        uint64_t value;
    } numbers[] = {
        {"frames", rebuilt->frames},           {"events", rebuilt->events},
        {"open_cases", rebuilt->open_cases},   {"closed_cases", rebuilt->closed_cases},
        {"definitions", rebuilt->definitions}, {"blobs", rebuilt->blobs},
        {"replies", rebuilt->replies},         {"rows_compared", rebuilt->rows_compared},
        {"differences", rebuilt->differences},
    };
    for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
        (void)json_object_set_new(value, numbers[i].key, number(numbers[i].value));
    }
    (void)json_object_set_new(value, "first_difference",
                              rebuilt->first_difference[0] != '\0'
                                  ? json_string(rebuilt->first_difference)
                                  : json_null());
    return value;
}

static void draw_rebuilt(const struct pl_cli *cli, json_t *value)
{
    const bool good = json_is_true(json_object_get(value, "ok"));

    if (!json_is_true(json_object_get(value, "check"))) {
        pl_cli_print(cli, PL_CLI_GOOD, "rebuilt");
    } else {
        pl_cli_print(cli, good ? PL_CLI_GOOD : PL_CLI_BAD, good ? "the same" : "different");
        (void)printf(": %lld rows compared, %lld differ\n  ",
                     (long long)pl_cli_number(value, "rows_compared"),
                     (long long)pl_cli_number(value, "differences"));
    }
    (void)printf("  %lld events in %lld frames: %lld open cases, %lld closed, %lld workflows\n",
                 (long long)pl_cli_number(value, "events"),
                 (long long)pl_cli_number(value, "frames"),
                 (long long)pl_cli_number(value, "open_cases"),
                 (long long)pl_cli_number(value, "closed_cases"),
                 (long long)pl_cli_number(value, "definitions"));
    if (pl_cli_text(value, "first_difference")[0] != '\0') {
        (void)printf("  first: %s\n", pl_cli_text(value, "first_difference"));
    }
}

int pl_cli_run_store_rebuild(struct pl_cli *cli)
{
    const char *folder = pl_cli_argument(cli, 0);
    const bool check = pl_cli_given(cli, "check");
    struct placet_store_rebuilt rebuilt = {.frames = 0};
    struct placet_error err = {.status = PLACET_OK};
    const int rc = placet_store_rebuild(folder, check, &rebuilt, &err);

    if (rc < 0 && (rc != PLACET_ECORRUPT || rebuilt.differences == 0)) {
        return pl_cli_fail_status(cli, rc, &err);
    }
    return pl_cli_show(cli,
                       (struct pl_cli_result){.value = rebuilt_as_json(folder, check, &rebuilt),
                                              .draw = draw_rebuilt},
                       rc == PLACET_OK ? PL_CLI_EXIT_YES : PL_CLI_EXIT_NO);
}
