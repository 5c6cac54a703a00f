/* case figures: what a case took, computed from its events, alone or beside another. The events say
 * which steps were decided, when, and how it ended; what one decided step meant to the applicant
 * (visits, cost, documents) and the calendar stand in the revision that the case runs on. */
#include <placet/definition.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "dates.h"
#include "engine.h"
#include "grid.h"
#include "output.h"

#define PAGE 500 /* events asked for at once */

/* One case while its events are read. */
struct fold {
    json_t *steps; /* id -> what the definition says of the step */
    int64_t started_ms;
    int64_t last_ms; /* of its newest event */
    json_t *seen;    /* ids of steps that began: false, true when it was decided, too */
    json_t *value;   /* what is shown */
    int64_t procedures;
    int64_t visits;
    int64_t cost;
    int64_t documents;
    int64_t returns;
    int64_t warnings;
    int64_t yellow;
    int64_t red;
    bool finished;
};

/* ---- the definition ---- */

/* The bundle that the engine keeps, as a definition of ours. */
static int load_definition(const struct pl_cli *cli, json_t *answer,
                           struct placet_definition **definition_out)
{
    char *files = json_dumps(json_object_get(answer, "files"), JSON_COMPACT);
    struct placet_writer out = {.at = NULL};
    struct placet_error err = {.status = PLACET_OK};
    struct placet_bundle *bundle = NULL;
    struct placet_value bytes;
    char *report = NULL;

    int rc = files == NULL ? PLACET_ENOMEM : placet_put_json(&out, files, strlen(files), &err);
    if (rc == PLACET_OK) {
        rc = placet_writer_value(&out, &bytes);
    }
    if (rc == PLACET_OK) {
        rc = placet_bundle_from_bytes(bytes.at, bytes.size, "", &bundle, &err);
    }
    if (rc == PLACET_OK) {
        rc = placet_bundle_check(bundle, PLACET_TEXT, definition_out, &report);
    }
    placet_free(report);
    placet_bundle_free(&bundle);
    placet_writer_fini(&out);
    free(files);
    return rc == PLACET_OK ? 0 : pl_cli_fail_status(cli, rc, &err);
}

/* What the definition says of each step, by id. */
static json_t *steps_of(const struct placet_definition *definition)
{
    json_t *steps = json_object();
    char *text = NULL;
    size_t i = 0;
    json_t *step = NULL;

    /* The day does not matter: only what does not depend on it is read. */
    if (placet_definition_analyse(definition, "2016-01-04", PLACET_JSON, &text, NULL) < 0) {
        json_decref(steps);
        return NULL;
    }
    json_t *analysis = json_loads(text, 0, NULL);
    placet_free(text);
    json_array_foreach(json_object_get(analysis, "steps"), i, step)
    {
        (void)json_object_set(steps, pl_cli_text(step, "id"), step);
    }
    json_decref(analysis);
    return steps;
}

static int get_definition(const struct pl_cli *cli, struct placet_client *client,
                          const json_t *found, struct placet_definition **definition_out)
{
    json_t *answer = NULL;
    json_t *body = json_pack("{s:s, s:s, s:I, s:b}", "what", "definition", "workflow",
                             pl_cli_text(found, "workflow"), "revision",
                             (json_int_t)pl_cli_number(found, "revision"), "source", 1);

    int rc = pl_cli_ask(cli, client, PLACET_KIND_GET, body, &answer);
    if (rc == 0) {
        rc = load_definition(cli, answer, definition_out);
    }
    json_decref(answer);
    return rc;
}

/* ---- the events ---- */

/* A step began for the first time: its documents are asked for. What is asked for after a return is
 * said by hand, not by the definition. */
static void step_started(struct fold *fold, const char *id, const json_t *step)
{
    if (json_object_get(fold->seen, id) == NULL) {
        (void)json_object_set_new(fold->seen, id, json_false());
        fold->documents += (int64_t)json_array_size(json_object_get(step, "documents"));
    }
}

/* A step that is done again is no new procedure, but costs another visit and what it costs. */
static void step_done(struct fold *fold, const char *id, const json_t *step)
{
    const bool first = !json_is_true(json_object_get(fold->seen, id));

    fold->procedures += first && strcmp(pl_cli_text(step, "kind"), "ask") == 0;
    fold->visits += pl_cli_number(step, "visits");
    fold->cost += pl_cli_number(step, "cost");
    (void)json_object_set_new(fold->seen, id, json_true());
}

static void step_late(struct fold *fold, const char *card)
{
    fold->warnings += strcmp(card, "warning") == 0;
    fold->yellow += strcmp(card, "yellow") == 0;
    fold->red += strcmp(card, "red") == 0;
}

static void take_event(struct fold *fold, const json_t *event)
{
    const char *type = pl_cli_text(event, "type");
    const char *id = pl_cli_text(event, "step");
    const json_t *data = json_object_get(event, "data");
    const json_t *step = json_object_get(fold->steps, id);
    const bool counts = step != NULL && json_is_true(json_object_get(step, "counts"));

    fold->last_ms = pl_cli_number(event, "time");
    if (strcmp(type, "case_started") == 0) {
        fold->started_ms = fold->last_ms;
    } else if (strcmp(type, "case_finished") == 0) {
        fold->finished = true;
        (void)json_object_set(fold->value, "result", json_object_get(data, "result"));
    } else if (strcmp(type, "step_started") == 0 && counts) {
        step_started(fold, id, step);
    } else if (strcmp(type, "step_done") == 0 && counts) {
        step_done(fold, id, step);
    } else if (strcmp(type, "step_sent_back") == 0) {
        fold->returns++;
    } else if (strcmp(type, "step_late") == 0) {
        step_late(fold, pl_cli_text(data, "card"));
    }
}

static int read_events(const struct pl_cli *cli, struct placet_client *client, const char *id,
                       struct fold *fold)
{
    json_int_t after = 0;

    do {
        json_t *answer = NULL;
        size_t i = 0;
        json_t *event = NULL;
        const int rc = pl_cli_ask(cli, client, PLACET_KIND_HISTORY,
                                  json_pack("{s:s, s:I, s:i, s:b}", "case", id, "after", after,
                                            "limit", PAGE, "values", 0),
                                  &answer);
        if (rc != 0) {
            return rc;
        }
        json_array_foreach(json_object_get(answer, "events"), i, event)
        {
            take_event(fold, event);
        }
        after = json_integer_value(json_object_get(answer, "next"));
        json_decref(answer);
    } while (after != 0);
    return 0;
}

/* ---- the value ---- */

static void complete(struct fold *fold, const struct placet_definition *definition)
{
    json_t *value = fold->value;
    char time[PL_CLI_TIME_SIZE];
    int64_t working = 0;
    int64_t calendar = 0;

    placet_definition_days(definition, fold->started_ms, fold->last_ms, &working, &calendar);
    pl_cli_time_utc(fold->started_ms, time);
    (void)json_object_set_new(value, "started", json_string(time));
    pl_cli_time_utc(fold->last_ms, time);
    (void)json_object_set_new(value, "finished", fold->finished ? json_string(time) : json_null());
    const struct {
        const char *key;
        int64_t number;
    } figures[] = {{"procedures", fold->procedures},
                   {"working_days", working},
                   {"calendar_days", calendar},
                   {"visits", fold->visits},
                   {"cost", fold->cost},
                   {"documents", fold->documents},
                   {"returns", fold->returns},
                   {"warnings", fold->warnings},
                   {"yellow_cards", fold->yellow},
                   {"red_cards", fold->red}};
    for (size_t i = 0; i < sizeof figures / sizeof figures[0]; i++) {
        (void)json_object_set_new(value, figures[i].key, json_integer(figures[i].number));
    }
}

/* The figures of one case; 0 or an exit code. `*value_out` belongs to the caller. */
static int measure(const struct pl_cli *cli, struct placet_client *client, const char *text,
                   json_t **value_out)
{
    struct placet_definition *definition = NULL;
    struct fold fold = {.steps = NULL};
    char id[PLACET_CASE_SIZE];
    json_t *found = NULL;

    int rc = pl_cli_find_case(cli, client, text, id);
    if (rc == 0) {
        rc = pl_cli_ask(cli, client, PLACET_KIND_GET,
                        json_pack("{s:s, s:s}", "what", "case", "case", id), &found);
    }
    if (rc == 0) {
        rc = get_definition(cli, client, found, &definition);
    }
    if (rc == 0) {
        fold.steps = steps_of(definition);
        fold.seen = json_object();
        fold.value =
            json_pack("{s:s, s:s, s:O?, s:I, s:n}", "case", pl_cli_text(found, "case"), "workflow",
                      pl_cli_text(found, "workflow"), "title", json_object_get(found, "title"),
                      "revision", (json_int_t)pl_cli_number(found, "revision"), "result");
        rc = fold.steps == NULL || fold.value == NULL
                 ? pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory")
                 : read_events(cli, client, id, &fold);
    }
    if (rc == 0) {
        complete(&fold, definition);
        *value_out = json_incref(fold.value);
    }
    json_decref(fold.value);
    json_decref(fold.seen);
    json_decref(fold.steps);
    json_decref(found);
    placet_definition_free(&definition);
    return rc;
}

static const struct {
    const char *key;
    const char *title;
} rows[] = {{"procedures", "procedures"},
            {"working_days", "working days"},
            {"calendar_days", "calendar days"},
            {"visits", "visits"},
            {"cost", "cost (CNY)"},
            {"documents", "documents asked for"},
            {"returns", "returns"},
            {"warnings", "warnings"},
            {"yellow_cards", "yellow cards"},
            {"red_cards", "red cards"}};

static json_t *difference(const json_t *before, const json_t *after)
{
    json_t *value = json_object();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        (void)json_object_set_new(
            value, rows[i].key,
            json_integer(pl_cli_number(after, rows[i].key) - pl_cli_number(before, rows[i].key)));
    }
    return value;
}

/* ---- for people ---- */

static void put_words(struct pl_cli_grid *grid, const char *title, const json_t *cases,
                      const char *key)
{
    size_t i = 0;
    json_t *one = NULL;

    pl_cli_grid_put(grid, PL_CLI_BOLD, "%s", title);
    json_array_foreach(cases, i, one)
    {
        /* Of a time the day is enough here. */
        const char *text = pl_cli_text(one, key);
        char time[PL_CLI_TIME_SIZE];
        if (strcmp(key, "started") == 0 || strcmp(key, "finished") == 0) {
            pl_cli_time(pl_cli_parse_utc(text), time);
            text = *text == '\0' ? "still open" : time;
        }
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", text);
    }
    if (json_array_size(cases) > 1) {
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", "");
    }
}

static void draw(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = "", .right = false},
        {.title = "", .right = true, .cut = 16},
        {.title = "", .right = true, .cut = 16},
        {.title = "", .right = true},
    };
    const json_t *cases = json_object_get(value, "cases");
    const json_t *differences = json_object_get(value, "difference");
    const unsigned count = (unsigned)json_array_size(cases);
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, count > 1 ? 4 : 2);

    put_words(grid, "case", cases, "case");
    put_words(grid, "workflow", cases, "workflow");
    put_words(grid, "result", cases, "result");
    put_words(grid, "started", cases, "started");
    put_words(grid, "finished", cases, "finished");
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_cli_grid_put(grid, PL_CLI_BOLD, "%s", rows[i].title);
        for (size_t k = 0; k < count; k++) {
            pl_cli_grid_put(grid, PL_CLI_PLAIN, "%lld",
                            (long long)pl_cli_number(json_array_get(cases, k), rows[i].key));
        }
        if (count > 1) {
            const long long change = (long long)pl_cli_number(differences, rows[i].key);
            pl_cli_grid_put(grid, change < 0 ? PL_CLI_GOOD : PL_CLI_PLAIN, "%+lld", change);
        }
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

int pl_cli_run_case_figures(struct pl_cli *cli)
{
    json_t *cases = json_array();
    struct placet_client *client = NULL;
    int rc = pl_cli_connect(cli, "monitor", &client);

    for (int i = 0; rc == 0 && pl_cli_argument(cli, i) != NULL; i++) {
        json_t *one = NULL;
        rc = measure(cli, client, pl_cli_argument(cli, i), &one);
        if (rc == 0) {
            (void)json_array_append_new(cases, one);
        }
    }
    placet_client_close(&client);
    if (rc != 0) {
        json_decref(cases);
        return rc;
    }
    json_t *value = json_pack("{s:O}", "cases", cases);
    if (json_array_size(cases) == 2) {
        (void)json_object_set_new(value, "difference",
                                  difference(json_array_get(cases, 0), json_array_get(cases, 1)));
    }
    json_decref(cases);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .list = "cases", .draw = draw},
                       PL_CLI_EXIT_YES);
}
