/* simulate: one case of a workflow by hand, on a clock of its own. */
#include <placet/rehearsal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "dates.h"
#include "engine.h"
#include "event_line.h"
#include "grid.h"
#include "output.h"

struct show {
    const struct pl_cli *cli;
    bool trace;
    bool as_lines; /* for people */
    bool failed;
    json_t *types; /* of events that people follow a case by */
};

/* What was refused belongs to the story: whoever wrote the answers meant it to happen. */
static bool is_told(const struct show *show, const struct placet_event *event)
{
    size_t i = 0;
    const json_t *type = NULL;

    if (placet_text_is(event->type, "command_rejected") ||
        placet_text_is(event->type, "task_refused")) {
        return true;
    }

    json_array_foreach(show->types, i, type)
    {
        if (placet_text_is(event->type, json_string_value(type))) {
            return true;
        }
    }
    return false;
}

static void show_event(void *context, const struct placet_event *event)
{
    struct show *show = context;

    if (show->trace ? show->failed : !is_told(show, event)) {
        return;
    }
    json_t *value = pl_cli_event_json(event);
    if (value == NULL) {
        show->failed = true;
        return;
    }
    if (show->as_lines) {
        pl_cli_event_print(show->cli, value);
    } else {
        show->failed = pl_cli_show_line(show->cli, value) != 0;
    }
    json_decref(value);
}

/* ---- the end ---- */

/* Why nothing more happens, in the words of who wrote the answers; a field of the wait ends the
 * text. */
static const struct {
    const char *kind;
    const char *text;
    const char *field;
    const char *what_to_do;
} reasons[] = {
    {"silent", "no answer from ", "service", "and no rung of `late` decides in its place"},
    {"signal", "waits for the signal ", "signal", "say it under `signals`, or under `answers`"},
    {"supplement", "the file is with the applicant", NULL, "say what comes under `supplement`"},
    {"incident", "an incident: an officer must look", NULL, "its event says why"},
    {"held", "has answered; the decision is held", NULL, "until what it waits for is settled"},
    {"resume", "the case is paused", NULL, "say `resume_case` under `acts`"},
    {"time", "waits for its time", NULL, "which is after `until`"},
    {"child", "the case that it started has not ended", NULL, "see below"},
    {"turn", "waits for its turn", NULL, "another step has the name that it excludes"},
    {"obligation", "waits for an obligation", NULL, "say its signal under `signals`"},
    {"close", "more items may come", NULL, "say STEP.close under `signals`"},
    {"arrival", "waits for arrivals", NULL, "of steps that are open"},
    {"clock", "its clocks stand still", NULL, "say `resume` under `acts`"},
    {"undo", "waits until something is undone", NULL, "see `undo`"},
    {"backoff", "its system failed", NULL, "and is tried again after `until`"},
};

static void print_wait(const struct pl_cli *cli, const json_t *wait)
{
    const char *kind = pl_cli_text(wait, "kind");
    const char *step = pl_cli_text(wait, "step");

    (void)printf("  %s%s%s: ", step[0] != '\0' ? step : "the case", step[0] != '\0' ? " " : "",
                 pl_cli_text(json_object_get(wait, "title"), "zh"));
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (strcmp(reasons[i].kind, kind) == 0) {
            const char *field = reasons[i].field;
            (void)printf("%s%s", reasons[i].text, field != NULL ? pl_cli_text(wait, field) : "");
            pl_cli_print(cli, PL_CLI_DIM, ", %s", reasons[i].what_to_do);
            kind = "";
        }
    }
    (void)printf("%s\n", kind);
}

/* Nobody should believe that something was tried which never came. */
static void print_left_over(const json_t *lines)
{
    size_t i = 0;
    const json_t *line = NULL;

    if (json_array_size(lines) == 0) {
        return;
    }
    (void)printf("  did not come any more: line");
    json_array_foreach(lines, i, line)
    {
        (void)printf("%s %lld", i > 0 ? "," : "", (long long)json_integer_value(line));
    }
    (void)printf(" of the answers\n");
}

static void draw_ending(const struct pl_cli *cli, json_t *value)
{
    const json_t *result = json_object_get(value, "result");
    const bool ran_out = json_is_true(json_object_get(value, "ran_out"));
    char time[PL_CLI_TIME_SIZE];
    size_t i = 0;
    json_t *wait = NULL;

    pl_cli_time(pl_cli_parse_utc(pl_cli_text(value, "ended")), time);
    if (json_is_object(result)) {
        pl_cli_print(cli, PL_CLI_BOLD, "%s %s", pl_cli_text(result, "id"),
                     pl_cli_text(result, "zh"));
    } else {
        pl_cli_print(cli, PL_CLI_WARN, "%s", ran_out ? "not ended in time" : "stands still");
    }
    const int64_t working_days = pl_cli_number(value, "working_days");
    const int64_t days = pl_cli_number(value, "calendar_days");
    (void)printf(" on %s, after %lld working day%s (%lld day%s), %lld events\n", time,
                 (long long)working_days, working_days == 1 ? "" : "s", (long long)days,
                 days == 1 ? "" : "s", (long long)pl_cli_number(value, "events"));
    json_array_foreach(json_object_get(value, "waits"), i, wait)
    {
        print_wait(cli, wait);
    }
    print_left_over(json_object_get(value, "left_over"));
}

static json_t *ending_json(struct placet_value ending)
{
    json_t *value = pl_cli_json(ending);
    size_t i = 0;
    json_t *wait = NULL;

    PL_CLI_STAMP(value, "started", "ended");
    json_array_foreach(json_object_get(value, "waits"), i, wait)
    {
        PL_CLI_STAMP(wait, "until", "next");
    }
    return value;
}

/* ---- the command ---- */

/* Mistakes in the files: the report for people, otherwise the first of them. */
static int refuse(const struct pl_cli *cli, int rc, const char *report,
                  const struct placet_error *err)
{
    if (rc != PLACET_EINVALID) {
        return pl_cli_fail_status(cli, rc, err);
    }
    if (report != NULL && cli->format == PL_CLI_TABLE) {
        (void)fputs(report, stderr);
        return PL_CLI_EXIT_USAGE;
    }
    if (err->line > 0) {
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, err->hint[0] != '\0' ? err->hint : NULL,
                           "%s:%u:%u: %s", err->file, err->line, err->column, err->message);
    }
    return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, err->hint[0] != '\0' ? err->hint : NULL, "%s",
                       err->message);
}

static int play(struct pl_cli *cli, struct placet_rehearsal *rehearsal)
{
    const bool trace = pl_cli_given(cli, "trace");
    struct show show = {
        .cli = cli,
        .trace = trace,
        .as_lines = cli->format == PL_CLI_TABLE && !pl_cli_given(cli, "fields"),
        .types = pl_cli_event_types(false),
    };
    struct placet_error err = {.status = PLACET_OK};
    struct placet_value ending;
    const int rc = placet_rehearsal_play(rehearsal, trace || show.as_lines ? show_event : NULL,
                                         &show, &ending, &err);

    json_decref(show.types);
    if (rc < 0) {
        return refuse(cli, rc, NULL, &err);
    }
    if (show.failed) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "the events cannot be shown");
    }
    json_t *value = ending_json(ending);
    const bool closed = strcmp(pl_cli_text(value, "state"), "closed") == 0;
    const enum pl_cli_exit code = closed ? PL_CLI_EXIT_YES : PL_CLI_EXIT_NO;
    if (trace && !show.as_lines) {
        json_decref(value); /* a trace is its events; the exit code says how it ended */
        return code;
    }
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw_ending}, code);
}

int pl_cli_run_simulate(struct pl_cli *cli)
{
    const enum placet_format format = cli->color_err ? PLACET_TEXT_COLOUR : PLACET_TEXT;
    const char *answers = pl_cli_option(cli, "answers");
    struct placet_rehearsal *rehearsal = NULL;
    struct placet_error err = {.status = PLACET_OK};
    char *report = NULL;

    if (answers == NULL) {
        return pl_cli_usage(cli, "say who answers what: --answers FILE");
    }
    int rc = placet_rehearsal_open(pl_cli_argument(cli, 0), format, PLACET_BOTH, &rehearsal,
                                   &report, &err);
    if (rc == PLACET_OK) {
        rc = placet_rehearsal_answers(rehearsal, answers, format, PLACET_BOTH, &report, &err);
    }
    rc = rc == PLACET_OK ? play(cli, rehearsal) : refuse(cli, rc, report, &err);
    placet_free(report);
    placet_rehearsal_close(&rehearsal);
    return rc;
}
