/* doctor: is everything well, and what to do if not. Each finding has a word, the colour only
 * underlines it. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "dates.h"
#include "engine.h"
#include "grid.h"
#include "output.h"

#define MANY 10000

enum level { OK, WARN, FAIL };

static const char *const words[] = {[OK] = "ok", [WARN] = "warn", [FAIL] = "fail"};

struct examination {
    struct pl_cli *cli;
    struct placet_client *client;
    json_t *findings;
    enum level worst;
};

__attribute__((format(printf, 4, 5))) static void find(struct examination *x, enum level level,
                                                       const char *what, const char *text, ...)
{
    char line[512];
    va_list args;

    va_start(args, text);
    (void)vsnprintf(line, sizeof line, text, args);
    va_end(args);
    (void)json_array_append_new(x->findings, json_pack("{s:s, s:s, s:s}", "level", words[level],
                                                       "what", what, "text", line));
    x->worst = level > x->worst ? level : x->worst;
}

static int examine_health(struct examination *x)
{
    json_t *health = NULL;
    const int rc = pl_cli_ask(x->cli, x->client, PLACET_KIND_HEALTH, NULL, &health);

    if (rc != 0) {
        return rc;
    }
    const char *status = pl_cli_text(health, "status");
    const struct placet_session *session = placet_client_session(x->client);
    if (strcmp(status, "ok") == 0) {
        find(x, OK, "engine", "%s takes work, %lld events so far", session->node,
             (long long)pl_cli_number(health, "sequence"));
    } else {
        find(x, FAIL, "engine", "%s: it takes no new cases", status);
    }
    char now[PL_CLI_TIME_SIZE];
    pl_cli_time(pl_cli_number(health, "now"), now);
    if (session->rate == 1) {
        find(x, OK, "clock", "%s", now);
    } else {
        find(x, WARN, "clock", "%s, %lld times as fast as time: only for demonstrations", now,
             (long long)session->rate);
    }
    json_decref(health);
    return 0;
}

static int examine_store(struct examination *x)
{
    json_t *stats = NULL;
    const int rc = pl_cli_ask(x->cli, x->client, PLACET_KIND_STATS, NULL, &stats);

    if (rc != 0) {
        return rc;
    }
    const json_t *store = json_object_get(stats, "store");
    const double used = (double)pl_cli_number(store, "used_bytes") / (1 << 20);
    const double map = (double)pl_cli_number(store, "map_bytes") / (1 << 20);
    find(x, map > 0 && used > 0.8 * map ? WARN : OK, "store", "%.1f MiB of %.0f MiB in use%s", used,
         map, map > 0 && used > 0.8 * map ? ": start placetd with a larger --map-size" : "");
    json_decref(stats);
    return 0;
}

/* Departments with work and nobody there are a failure, those without work a warning. */
static int examine_departments(struct examination *x)
{
    json_t *services = NULL;
    json_t *waiting = json_object();
    bool more = false;
    size_t i = 0;
    json_t *service = NULL;
    const char *department = NULL;
    json_t *count = NULL;
    const int rc = pl_cli_list(x->cli, x->client, "services", NULL, MANY, &services, &more);

    if (rc != 0) {
        json_decref(waiting);
        return rc;
    }
    json_array_foreach(services, i, service)
    {
        if (!json_is_true(json_object_get(service, "connected"))) {
            const char *name = pl_cli_text(service, "department");
            (void)json_object_set_new(
                waiting, name,
                json_integer(pl_cli_number(waiting, name) + pl_cli_number(service, "queued")));
        }
    }
    json_object_foreach(waiting, department, count)
    {
        const long long queued = json_integer_value(count);
        find(x, queued > 0 ? FAIL : WARN, "adapter",
             "no adapter is connected for department %s  部门%s没有适配器在线; %lld tasks wait",
             department, department, queued);
    }
    if (json_object_size(waiting) == 0) {
        find(x, OK, "adapters", "all %zu services are answered for", json_array_size(services));
    }
    json_decref(waiting);
    json_decref(services);
    return 0;
}

static int count_of(struct examination *x, const char *what, json_t *filter, size_t *count_out)
{
    json_t *items = NULL;
    bool more = false;
    const int rc = pl_cli_list(x->cli, x->client, what, filter, MANY, &items, &more);

    if (rc == 0) {
        *count_out = json_array_size(items);
        json_decref(items);
    }
    return rc;
}

static int examine_cases(struct examination *x)
{
    size_t late = 0;
    size_t failed = 0;
    int rc = count_of(x, "cases", json_pack("{s:b}", "late", 1), &late);

    if (rc == 0) {
        rc = count_of(x, "tasks", json_pack("{s:s}", "state", "failed"), &failed);
    }
    if (rc != 0) {
        return rc;
    }
    find(x, late > 0 ? WARN : OK, "limits",
         late > 0 ? "%zu cases are late: placet cases --late" : "%zu cases are late", late);
    find(x, failed > 0 ? FAIL : OK, "incidents",
         failed > 0 ? "%zu tasks need an officer: placet tasks --state failed"
                    : "%zu tasks need an officer",
         failed);
    return 0;
}

static void draw_findings(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = ""}, {.title = ""}, {.title = "", .cut = 30, .wrap = true}};
    static const enum pl_cli_style styles[] = {PL_CLI_GOOD, PL_CLI_WARN, PL_CLI_BAD};
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, 3);
    size_t i = 0;
    json_t *finding = NULL;

    json_array_foreach(json_object_get(value, "findings"), i, finding)
    {
        enum level level = OK;
        while (level < FAIL && strcmp(words[level], pl_cli_text(finding, "level")) != 0) {
            level++;
        }
        pl_cli_grid_put(grid, styles[level], "%s", words[level]);
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(finding, "what"));
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(finding, "text"));
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

int pl_cli_run_doctor(struct pl_cli *cli)
{
    static int (*const examine[])(struct examination * x) = {examine_health, examine_store,
                                                             examine_departments, examine_cases};
    struct examination x = {.cli = cli};
    int rc = pl_cli_connect(cli, "monitor", &x.client);

    if (rc != 0) {
        return rc;
    }
    x.findings = json_array();
    for (size_t i = 0; rc == 0 && i < sizeof examine / sizeof examine[0]; i++) {
        rc = examine[i](&x);
    }
    placet_client_close(&x.client);
    if (rc != 0) {
        json_decref(x.findings);
        return rc;
    }
    return pl_cli_show(cli,
                       (struct pl_cli_result){.value = json_pack("{s:b, s:o}", "ok", x.worst < FAIL,
                                                                 "findings", x.findings),
                                              .list = "findings",
                                              .draw = draw_findings},
                       x.worst < FAIL ? PL_CLI_EXIT_YES : PL_CLI_EXIT_NO);
}
