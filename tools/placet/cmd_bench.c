/* bench: what bench.h measures, as a command. */
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"
#include "cli.h"
#include "grid.h"
#include "output.h"

#define FOLDER "/var/tmp" /* a disk, where /tmp may be memory */

/* A whole number in an option; `fallback` when it was not given. False after a message. */
static bool read_count(struct pl_cli *cli, const char *name, const char *text, unsigned max,
                       unsigned *out)
{
    char *end = NULL;

    if (text == NULL) {
        return true;
    }
    errno = 0;
    const unsigned long value = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0' || errno != 0 || value == 0 || value > max) {
        (void)pl_cli_usage(cli, "--%s wants a number from 1 to %u", name, max);
        return false;
    }
    *out = (unsigned)value;
    return true;
}

/* placetd stands beside this program. */
static bool find_engine(char *out, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", out, size - 1);
    if (length <= 0) {
        return false;
    }
    out[length] = '\0';
    char *slash = strrchr(out, '/');
    const size_t at = slash == NULL ? 0 : (size_t)(slash + 1 - out);
    return snprintf(out + at, size - at, "placetd") < (int)(size - at) && access(out, X_OK) == 0;
}

static void say(void *context, const char *text)
{
    const struct pl_cli *cli = context;
    if (cli->format == PL_CLI_TABLE) {
        (void)fprintf(stderr, "%s ...\n", text);
    }
}

/* ---- the report ---- */

static double rounded(double value)
{
    return value < 100 ? (double)(long long)(value * 100 + 0.5) / 100
                       : (double)(long long)(value + 0.5);
}

static json_t *load_value(const struct pl_bench_load *load)
{
    return json_pack("{s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:f, s:I}", "steps_per_second",
                     rounded(load->steps_per_second), "p50_ms", rounded(load->p50_ms), "p99_ms",
                     rounded(load->p99_ms), "p999_ms", rounded(load->p999_ms), "cpu_us_per_step",
                     rounded(load->cpu_us_per_step), "bytes_per_step",
                     rounded(load->bytes_per_step), "journal_bytes_per_step",
                     rounded(load->journal_per_step), "steps_per_commit",
                     rounded(load->steps_per_commit), "refused", (json_int_t)load->refused);
}

static json_t *report_value(const struct pl_bench_report *report)
{
    if (report->open_cases > 0) {
        return json_pack("{s:I, s:f, s:f, s:f}", "open_cases", (json_int_t)report->open_cases,
                         "starts_per_second", rounded(report->starts_per_second), "rss_mib",
                         rounded(report->rss_mib), "recovery_ms", rounded(report->recovery_ms));
    }
    json_t *value = load_value(&report->full);
    (void)json_object_set_new(value, "rss_mib", json_real(rounded(report->rss_mib)));
    (void)json_object_set_new(value, "bytes_from",
                              json_string(report->device_known ? "device" : "engine"));
    if (report->half.steps_per_second > 0) {
        (void)json_object_set_new(value, "half_load", load_value(&report->half));
    }
    return value;
}

static void draw_row(struct pl_cli_grid *grid, const char *name, json_t *load)
{
    static const char *const keys[] = {"steps_per_second", "p50_ms",          "p99_ms",
                                       "p999_ms",          "cpu_us_per_step", "bytes_per_step"};

    pl_cli_grid_put(grid, PL_CLI_BOLD, "%s", name);
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        const double value = json_real_value(json_object_get(load, keys[i]));
        pl_cli_grid_put(grid, PL_CLI_PLAIN, value < 100 ? "%.2f" : "%.0f", value);
    }
}

static void draw_load(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = "load"},
        {.title = "steps/s", .right = true},
        {.title = "p50 ms", .right = true},
        {.title = "p99 ms", .right = true},
        {.title = "p99.9 ms", .right = true},
        {.title = "CPU us/step", .right = true},
        {.title = "bytes/step", .right = true},
    };
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, sizeof(columns) / sizeof(columns[0]));
    json_t *half = json_object_get(value, "half_load");

    draw_row(grid, half != NULL ? "full" : "given", value);
    if (half != NULL) {
        draw_row(grid, "half", half);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    (void)printf("memory of the engine %.0f MiB; %.0f steps a commit\n",
                 json_real_value(json_object_get(value, "rss_mib")),
                 json_real_value(json_object_get(value, "steps_per_commit")));
}

static void draw_open_cases(const struct pl_cli *cli, json_t *value)
{
    (void)cli;
    (void)printf("%lld open cases, %.0f started a second\n"
                 "memory of the engine %.0f MiB\n"
                 "commands accepted %.0f ms after kill -9\n",
                 (long long)pl_cli_number(value, "open_cases"),
                 json_real_value(json_object_get(value, "starts_per_second")),
                 json_real_value(json_object_get(value, "rss_mib")),
                 json_real_value(json_object_get(value, "recovery_ms")));
}

int pl_cli_run_bench(struct pl_cli *cli)
{
    char engine[PATH_MAX];
    const char *folder = pl_cli_option(cli, "folder");
    struct placet_error err = {.status = PLACET_OK};
    struct pl_bench_report report;
    struct pl_bench_options options = {.engine = engine,
                                       .folder = folder != NULL ? folder : FOLDER,
                                       .adapters = 1,
                                       .in_flight = 1000,
                                       .seconds = 10,
                                       .keep = pl_cli_given(cli, "keep"),
                                       .progress = say,
                                       .context = cli};

    if (!read_count(cli, "adapters", pl_cli_option(cli, "adapters"), 64, &options.adapters) ||
        !read_count(cli, "in-flight", pl_cli_option(cli, "in-flight"), 1000000,
                    &options.in_flight) ||
        !read_count(cli, "seconds", pl_cli_option(cli, "seconds"), 3600, &options.seconds) ||
        !read_count(cli, "rate", pl_cli_option(cli, "rate"), 10000000, &options.rate) ||
        !read_count(cli, "open-cases", pl_cli_option(cli, "open-cases"), 4000000,
                    &options.open_cases)) {
        return PL_CLI_EXIT_USAGE;
    }
    if (!find_engine(engine, sizeof(engine))) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NOT_FOUND, "It is built as build/placetd.",
                           "no placetd beside this program");
    }
    const int rc = pl_bench_run(&options, &report, &err);
    if (rc != PLACET_OK) {
        return pl_cli_fail_status(cli, rc, &err);
    }
    return pl_cli_show(
        cli,
        (struct pl_cli_result){.value = report_value(&report),
                               .draw = report.open_cases > 0 ? draw_open_cases : draw_load},
        PL_CLI_EXIT_YES);
}
