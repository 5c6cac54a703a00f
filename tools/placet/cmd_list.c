/* cases, tasks, adapter list: what there is. */
#include <stdlib.h>
#include <string.h>

#include "case_view.h"
#include "cli.h"
#include "engine.h"
#include "grid.h"
#include "output.h"

#define SHOWN 100

static int parse_max(const struct pl_cli *cli, size_t *out)
{
    const char *text = pl_cli_option(cli, "number");
    char *end = NULL;

    *out = SHOWN;
    if (text == NULL) {
        return 0;
    }
    const long value = strtol(text, &end, 10);
    if (end == text || *end != '\0' || value < 1 || value > 1000000) {
        return pl_cli_usage(cli, "-n wants a number from 1 to 1000000, not \"%.60s\"", text);
    }
    *out = (size_t)value;
    return 0;
}

/* Connects, lists and closes. */
static int list(struct pl_cli *cli, const char *what, json_t *filter, size_t max, json_t **items,
                bool *more)
{
    struct placet_client *client = NULL;
    int rc = pl_cli_connect(cli, "monitor", &client);

    if (rc != 0) {
        json_decref(filter);
        return rc;
    }
    rc = pl_cli_list(cli, client, what, filter, max, items, more);
    placet_client_close(&client);
    return rc;
}

/* The engine looks for one word; the others are looked for here. */
static bool has_all_words(const struct pl_cli *cli, const json_t *item)
{
    for (int i = 1; i < cli->argument_count; i++) {
        if (strstr(pl_cli_text(item, "key"), cli->arguments[i]) == NULL &&
            strstr(pl_cli_text(item, "by"), cli->arguments[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* The cases that the tasks of one case started. */
static int list_children(struct pl_cli *cli, const char *parent, size_t max, json_t **items,
                         bool *more)
{
    struct placet_client *client = NULL;
    char id[PLACET_CASE_SIZE];
    int rc = pl_cli_connect(cli, "monitor", &client);

    if (rc == 0) {
        rc = pl_cli_find_case(cli, client, parent, id);
    }
    if (rc == 0) {
        rc = pl_cli_list(cli, client, "children", json_pack("{s:s}", "case", id), max, items, more);
    }
    placet_client_close(&client);
    return rc;
}

static int list_cases(struct pl_cli *cli, size_t max, json_t **items, bool *more)
{
    const char *parent = pl_cli_option(cli, "children-of");

    return parent != NULL
               ? list_children(cli, parent, max, items, more)
               : list(cli, "cases",
                      json_pack("{s:s*, s:s*, s:s*, s:b}", "workflow",
                                pl_cli_option(cli, "workflow"), "state",
                                pl_cli_option(cli, "state"), "text", pl_cli_argument(cli, 0),
                                "late", pl_cli_given(cli, "late")),
                      max, items, more);
}

int pl_cli_run_cases(struct pl_cli *cli)
{
    json_t *items = NULL;
    json_t *cases = json_array();
    bool more = false;
    size_t max = 0;
    size_t i = 0;
    json_t *item = NULL;
    int rc = parse_max(cli, &max);

    if (rc == 0) {
        rc = list_cases(cli, max, &items, &more);
    }
    if (rc != 0) {
        json_decref(cases);
        return rc;
    }
    json_array_foreach(items, i, item)
    {
        if (has_all_words(cli, item)) {
            pl_cli_summary_tidy(item);
            (void)json_array_append(cases, item);
        }
    }
    json_decref(items);
    return pl_cli_show(
        cli,
        (struct pl_cli_result){.value = json_pack("{s:o, s:b}", "cases", cases, "more", more),
                               .list = "cases",
                               .draw = pl_cli_cases_draw},
        PL_CLI_EXIT_YES);
}

int pl_cli_run_tasks(struct pl_cli *cli)
{
    json_t *tasks = NULL;
    bool more = false;
    size_t max = 0;
    size_t i = 0;
    json_t *task = NULL;
    int rc = parse_max(cli, &max);

    if (rc == 0) {
        rc = list(cli, "tasks",
                  json_pack("{s:s*, s:s*, s:s*}", "department", pl_cli_option(cli, "department"),
                            "workflow", pl_cli_option(cli, "workflow"), "state",
                            pl_cli_option(cli, "state")),
                  max, &tasks, &more);
    }
    if (rc != 0) {
        return rc;
    }
    json_array_foreach(tasks, i, task)
    {
        pl_cli_task_tidy(task);
    }
    return pl_cli_show(
        cli,
        (struct pl_cli_result){.value = json_pack("{s:o, s:b}", "tasks", tasks, "more", more),
                               .list = "tasks",
                               .draw = pl_cli_tasks_draw},
        PL_CLI_EXIT_YES);
}

/* ---- adapter list ---- */

static void put_service(struct pl_cli_grid *grid, const json_t *service)
{
    const bool connected = json_is_true(json_object_get(service, "connected"));

    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(service, "department"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(service, "service"));
    pl_cli_grid_put(grid, connected ? PL_CLI_GOOD : PL_CLI_BAD, "%s",
                    connected ? "connected" : "no adapter");
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%lld", (long long)pl_cli_number(service, "queued"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%lld", (long long)pl_cli_number(service, "free"));
}

static void draw_adapters(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = "DEPARTMENT", .cut = 12, .drop = 1},
        {.title = "SERVICE", .cut = 24},
        {.title = "ADAPTER"},
        {.title = "WAITING", .right = true},
        {.title = "HANDS", .right = true},
    };
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, sizeof columns / sizeof columns[0]);
    const json_t *services = json_object_get(value, "services");
    size_t i = 0;
    json_t *service = NULL;

    json_array_foreach(services, i, service)
    {
        put_service(grid, service);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    if (json_array_size(services) == 0) {
        (void)printf("No workflow is published and no adapter is connected.\n");
    }
    pl_cli_warn_missing(cli, services);
}

/* Sessions of adapters; portals, officers and this very question are others. */
static json_t *adapters_of(const json_t *sessions)
{
    json_t *adapters = json_array();
    size_t i = 0;
    json_t *session = NULL;

    json_array_foreach(sessions, i, session)
    {
        const char *principal = pl_cli_text(session, "principal");
        if (strncmp(principal, "adapter:", strlen("adapter:")) == 0) {
            PL_CLI_STAMP(session, "since");
            (void)json_object_set_new(session, "department",
                                      json_string(principal + strlen("adapter:")));
            (void)json_array_append(adapters, session);
        }
    }
    return adapters;
}

int pl_cli_run_adapter_list(struct pl_cli *cli)
{
    struct placet_client *client = NULL;
    json_t *services = NULL;
    json_t *sessions = NULL;
    bool more = false;
    int rc = pl_cli_connect(cli, "monitor", &client);

    if (rc != 0) {
        return rc;
    }
    rc = pl_cli_list(cli, client, "services",
                     json_pack("{s:s*}", "department", pl_cli_option(cli, "department")), 10000,
                     &services, &more);
    if (rc == 0) {
        rc = pl_cli_list(cli, client, "sessions", NULL, 10000, &sessions, &more);
    }
    placet_client_close(&client);
    if (rc == 0) {
        json_t *value =
            json_pack("{s:O, s:o}", "services", services, "adapters", adapters_of(sessions));
        rc = pl_cli_show(
            cli, (struct pl_cli_result){.value = value, .list = "services", .draw = draw_adapters},
            PL_CLI_EXIT_YES);
    }
    json_decref(services);
    json_decref(sessions);
    return rc;
}
