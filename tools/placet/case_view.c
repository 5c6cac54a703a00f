#include "case_view.h"

#include <stdio.h>
#include <string.h>

#include "dates.h"
#include "engine.h"
#include "grid.h"
#include "output.h"

#define LOCAL_SIZE 32
_Static_assert(LOCAL_SIZE >= PL_CLI_TIME_SIZE, "a time fits");

/* Time and limit under a key, for people; "" when there is none. */
static const char *local_time(const json_t *object, const char *key, char out[LOCAL_SIZE])
{
    pl_cli_time(pl_cli_parse_utc(pl_cli_text(object, key)), out);
    return out;
}

static const char *local_due(const json_t *object, const char *key, char out[LOCAL_SIZE])
{
    const int64_t due_ms = pl_cli_parse_utc(pl_cli_text(object, key));

    out[0] = '\0';
    if (due_ms != 0) {
        pl_cli_due(due_ms, out);
    }
    return out;
}

static bool is_true(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static const char *title_of(const json_t *object, const char *language)
{
    return pl_cli_text(json_object_get(object, "title"), language);
}

/* ---- tidying ---- */

void pl_cli_summary_tidy(json_t *value)
{
    PL_CLI_STAMP(value, "started", "finished", "paused", "due");
}

void pl_cli_task_tidy(json_t *value)
{
    PL_CLI_STAMP(value, "since", "due", "until");
}

void pl_cli_case_tidy(json_t *value)
{
    size_t i = 0;
    size_t k = 0;
    json_t *step = NULL;
    json_t *task = NULL;
    json_t *law_clock = NULL;
    const char *name = NULL;

    pl_cli_summary_tidy(value);
    if (json_object_get(value, "accepted") != NULL) {
        PL_CLI_STAMP(value, "accepted");
    }
    if (json_is_null(json_object_get(value, "form"))) {
        (void)json_object_del(value, "form");
    }
    json_array_foreach(json_object_get(value, "all_steps"), i, step)
    {
        PL_CLI_STAMP(step, "since", "started", "stopped", "due");
        json_object_foreach(json_object_get(step, "clocks"), name, law_clock)
        {
            PL_CLI_STAMP(law_clock, "due");
        }
        json_array_foreach(json_object_get(step, "tasks"), k, task)
        {
            pl_cli_task_tidy(task);
        }
    }
}

void pl_cli_why_tidy(json_t *value)
{
    size_t i = 0;
    json_t *wait = NULL;

    PL_CLI_STAMP(value, "now");
    pl_cli_summary_tidy(json_object_get(value, "case"));
    json_array_foreach(json_object_get(value, "waits"), i, wait)
    {
        PL_CLI_STAMP(wait, "since", "until", "next");
    }
}

/* ---- one case ---- */

struct look {
    const char *state;
    const char *mark;
    enum pl_cli_style style;
};

/* The mark and the colour only underline the word that stands beside them. */
static struct look look_of(const json_t *step)
{
    static const struct look looks[] = {
        {"waiting", "·", PL_CLI_DIM},   {"active", ">", PL_CLI_BOLD},
        {"returned", "<", PL_CLI_WARN}, {"done", "+", PL_CLI_GOOD},
        {"skipped", "-", PL_CLI_DIM},   {"unreached", "-", PL_CLI_DIM},
        {"cancelled", "x", PL_CLI_DIM}, {"answered", "+", PL_CLI_GOOD},
        {"deemed", "+", PL_CLI_GOOD},   {"failed", "!", PL_CLI_BAD},
    };
    for (size_t i = 0; i < sizeof looks / sizeof looks[0]; i++) {
        if (strcmp(looks[i].state, pl_cli_text(step, "state")) == 0) {
            return looks[i];
        }
    }
    return looks[1];
}

static const char *decision_or_state(const json_t *value)
{
    const char *decision = pl_cli_text(value, "decision");

    if (is_true(value, "incident")) {
        return "incident";
    }
    return decision[0] != '\0' && strcmp(pl_cli_text(value, "state"), "returned") != 0
               ? decision
               : pl_cli_text(value, "state");
}

static enum pl_cli_style style_of(const json_t *value)
{
    if (is_true(value, "incident")) {
        return PL_CLI_BAD;
    }
    return is_true(value, "late") ? PL_CLI_WARN : look_of(value).style;
}

/* The limit of what is open, the day of the end of what is not; why it does not run. */
static void put_due(struct pl_cli_grid *grid, const json_t *value, bool open)
{
    char text[LOCAL_SIZE];
    const char *stop = json_string_value(json_array_get(json_object_get(value, "stops"), 0));

    pl_cli_grid_put(grid, is_true(value, "late") ? PL_CLI_BAD : PL_CLI_PLAIN, "%s%s%s%s",
                    open ? local_due(value, "due", text) : "",
                    open && is_true(value, "late") ? " late" : "",
                    open && stop != NULL ? " stopped: " : "", open && stop != NULL ? stop : "");
}

/* Who has a task: a department, or the case that it started. */
static const char *who(const json_t *task)
{
    const char *child = pl_cli_text(task, "child");
    return child[0] != '\0' ? child : pl_cli_text(task, "department");
}

static void put_day(struct pl_cli_grid *grid, const json_t *value, const char *key)
{
    char text[LOCAL_SIZE];

    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%.10s", local_time(value, key, text));
}

static bool is_open(const json_t *value)
{
    static const char *const states[] = {"active", "returned", "ready", "offered",
                                         "parked", "backoff",  "failed"};
    for (size_t i = 0; i < sizeof states / sizeof states[0]; i++) {
        if (strcmp(states[i], pl_cli_text(value, "state")) == 0) {
            return true;
        }
    }
    return false;
}

static void put_member(struct pl_cli_grid *grid, const json_t *task, bool last)
{
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", "");
    pl_cli_grid_put(grid, PL_CLI_DIM, "%s member %lld", last ? "└" : "├",
                    (long long)pl_cli_number(task, "item"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", "");
    pl_cli_grid_put(grid, look_of(task).style, "%s", decision_or_state(task));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", who(task));
    put_day(grid, task, "since");
    put_due(grid, task, is_open(task));
}

static void put_step(struct pl_cli_grid *grid, const json_t *step)
{
    const json_t *tasks = json_object_get(step, "tasks");
    const size_t count = json_array_size(tasks);
    const struct look look = look_of(step);

    pl_cli_grid_put(grid, look.style, "%s", look.mark);
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(step, "step"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", title_of(step, "zh"));
    pl_cli_grid_put(grid, style_of(step), "%s", decision_or_state(step));
    if (count > 1) {
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%zu departments", count);
    } else {
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", who(json_array_get(tasks, 0)));
    }
    put_day(grid, step, "started");
    put_due(grid, step, is_open(step));
    for (size_t i = 0; count > 1 && i < count; i++) {
        put_member(grid, json_array_get(tasks, i), i + 1 == count);
    }
}

/* Both languages side by side, or one below the other where the terminal is too narrow; the cursor
 * stands at `indent`. */
static void print_title(const struct pl_cli *cli, const json_t *value, size_t indent)
{
    const char *zh = title_of(value, "zh");
    const char *en = title_of(value, "en");
    const bool fits =
        cli->width == 0 || indent + pl_cli_width(zh) + 2 + pl_cli_width(en) <= (size_t)cli->width;

    (void)printf("%s%s%*s", zh, fits ? "  " : "\n", fits ? 0 : (int)indent, "");
    pl_cli_paragraph(cli, fits ? 0 : indent, en);
}

static void draw_family(const json_t *value)
{
    size_t i = 0;
    json_t *child = NULL;

    if (json_object_get(value, "parent") != NULL) {
        (void)printf("child of %s\n", pl_cli_text(value, "parent"));
    }
    json_array_foreach(json_object_get(value, "children"), i, child)
    {
        (void)printf("%s%s", i == 0 ? "children " : ", ", json_string_value(child));
    }
    (void)printf("%s", json_object_get(value, "children") != NULL ? "\n" : "");
    if (json_object_get(value, "undoing") != NULL) {
        (void)printf("being undone, then %s\n", pl_cli_text(value, "undoing"));
    }
}

static void draw_heading(const struct pl_cli *cli, const json_t *value)
{
    char started[LOCAL_SIZE];
    char finished[LOCAL_SIZE];
    const char *state = pl_cli_text(value, "state");

    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "case"));
    (void)printf("  ");
    print_title(cli, value, pl_cli_width(pl_cli_text(value, "case")) + 2);
    (void)printf("key %s, %s revision %lld, applicant %s\n", pl_cli_text(value, "key"),
                 pl_cli_text(value, "workflow"), (long long)pl_cli_number(value, "revision"),
                 pl_cli_text(value, "by"));
    (void)printf("%s since %s", strcmp(state, "closed") == 0 ? "was open" : state,
                 local_time(value, "started", started));
    if (strcmp(state, "closed") == 0) {
        (void)printf(", closed %s: %s", local_time(value, "finished", finished),
                     pl_cli_text(value, "result"));
    }
    (void)printf("; %lld of %lld steps settled\n", (long long)pl_cli_number(value, "settled"),
                 (long long)pl_cli_number(value, "steps"));
    draw_family(value);
    (void)printf("\n");
}

/* Nobody is there for something that is open. */
static void draw_missing(const struct pl_cli *cli, const json_t *steps)
{
    size_t i = 0;
    size_t k = 0;
    json_t *step = NULL;
    json_t *task = NULL;
    json_t *missing = json_array();

    json_array_foreach(steps, i, step)
    {
        json_array_foreach(json_object_get(step, "tasks"), k, task)
        {
            if (is_open(task) && !json_is_null(json_object_get(task, "service"))) {
                (void)json_array_append(missing, task);
            }
        }
    }
    pl_cli_warn_missing(cli, missing);
    json_decref(missing);
}

void pl_cli_case_draw(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = ""},
        {.title = "STEP", .cut = 27},
        {.title = "环节", .cut = 12, .drop = 1},
        {.title = "STATE"},
        {.title = "DEPARTMENT", .cut = 12},
        {.title = "STARTED", .drop = 2},
        {.title = "DUE"},
    };
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, sizeof columns / sizeof columns[0]);
    const json_t *steps = json_object_get(value, "all_steps");
    size_t i = 0;
    json_t *step = NULL;

    draw_heading(cli, value);
    json_array_foreach(steps, i, step)
    {
        put_step(grid, step);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    if (json_object_get(value, "form") != NULL) {
        (void)printf("\nform\n");
        (void)json_dumpf(json_object_get(value, "form"), stdout, JSON_INDENT(2));
        (void)printf("\n");
    }
    draw_missing(cli, steps);
}

/* ---- lists ---- */

static void join(const json_t *list, char *out, size_t size)
{
    size_t i = 0;
    json_t *item = NULL;

    out[0] = '\0';
    json_array_foreach(list, i, item)
    {
        const size_t used = strlen(out);
        (void)snprintf(out + used, size - used, "%s%s", used > 0 ? ", " : "",
                       json_string_value(item));
    }
}

static void put_case(struct pl_cli_grid *grid, const json_t *item)
{
    char at[1024];
    const char *result = pl_cli_text(item, "result");

    join(json_object_get(item, "at"), at, sizeof at);
    pl_cli_grid_put(grid, PL_CLI_BOLD, "%s", pl_cli_text(item, "case"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(item, "key"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(item, "workflow"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s",
                    result[0] != '\0' ? result : pl_cli_text(item, "state"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%lld/%lld", (long long)pl_cli_number(item, "settled"),
                    (long long)pl_cli_number(item, "steps"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", at);
    put_due(grid, item, strcmp(pl_cli_text(item, "state"), "closed") != 0);
}

static void draw_more(const json_t *value, const char *key)
{
    const size_t count = json_array_size(json_object_get(value, key));

    (void)printf("%zu %s%s\n", count, key,
                 is_true(value, "more") ? "; there are more: -n shows them" : "");
}

void pl_cli_cases_draw(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = "CASE"},
        {.title = "KEY", .cut = 14},
        {.title = "WORKFLOW", .cut = 16, .drop = 1},
        {.title = "STATE"},
        {.title = "STEPS", .right = true},
        {.title = "AT", .cut = 16},
        {.title = "DUE"},
    };
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, sizeof columns / sizeof columns[0]);
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(json_object_get(value, "cases"), i, item)
    {
        put_case(grid, item);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    draw_more(value, "cases");
}

static void put_task(struct pl_cli_grid *grid, const json_t *item)
{
    const bool missing =
        !is_true(item, "connected") && strcmp(pl_cli_text(item, "state"), "ready") == 0;

    pl_cli_grid_put(grid, PL_CLI_BOLD, "%s", pl_cli_text(item, "case"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(item, "step"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%lld", (long long)pl_cli_number(item, "item"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", title_of(item, "zh"));
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", pl_cli_text(item, "department"));
    pl_cli_grid_put(grid, missing ? PL_CLI_WARN : PL_CLI_PLAIN, "%s",
                    missing ? "no adapter" : pl_cli_text(item, "state"));
    put_due(grid, item, true);
}

void pl_cli_tasks_draw(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {
        {.title = "CASE"},
        {.title = "STEP", .cut = 20},
        {.title = "ITEM", .right = true},
        {.title = "环节", .cut = 16, .drop = 1},
        {.title = "DEPARTMENT", .cut = 12},
        {.title = "STATE"},
        {.title = "DUE"},
    };
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, sizeof columns / sizeof columns[0]);
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(json_object_get(value, "tasks"), i, item)
    {
        put_task(grid, item);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    draw_more(value, "tasks");
    pl_cli_warn_missing(cli, json_object_get(value, "tasks"));
}

/* ---- why ---- */

static void draw_sentence(const struct pl_cli *cli, const json_t *text)
{
    (void)printf("  %s\n  ", pl_cli_text(text, "zh"));
    pl_cli_paragraph(cli, 2, pl_cli_text(text, "en"));
}

static void draw_wait(const struct pl_cli *cli, const json_t *wait, size_t number)
{
    char since[LOCAL_SIZE];
    char until[LOCAL_SIZE];
    char next[LOCAL_SIZE];
    const json_t *then = json_object_get(wait, "then");

    const bool has_step = pl_cli_text(wait, "step")[0] != '\0';

    (void)printf("\n");
    pl_cli_print(cli, PL_CLI_BOLD, "%zu %s", number,
                 has_step ? pl_cli_text(wait, "step") : "the whole case");
    (void)printf("\n");
    if (has_step) {
        (void)printf("  ");
        print_title(cli, wait, 2);
    }
    draw_sentence(cli, json_object_get(wait, "text"));
    (void)printf("  since %s", local_time(wait, "since", since));
    if (local_due(wait, "until", until)[0] != '\0') {
        (void)printf(", due %s", until);
    }
    (void)printf("\n");
    if (then != NULL && local_due(wait, "next", next)[0] != '\0') {
        (void)printf("  then, at the end of %s:\n", next);
        draw_sentence(cli, then);
    }
}

void pl_cli_why_draw(const struct pl_cli *cli, json_t *value)
{
    const json_t *summary = json_object_get(value, "case");
    const json_t *waits = json_object_get(value, "waits");
    char now[LOCAL_SIZE];
    size_t i = 0;
    json_t *wait = NULL;

    draw_heading(cli, summary);
    if (json_array_size(waits) == 0) {
        (void)printf("It waits for nothing: it is closed.\n");
        return;
    }
    (void)printf("At %s it waits for %lld thing%s:\n", local_time(value, "now", now),
                 (long long)pl_cli_number(value, "count"),
                 pl_cli_number(value, "count") == 1 ? "" : "s");
    json_array_foreach(waits, i, wait)
    {
        draw_wait(cli, wait, i + 1);
    }
}
