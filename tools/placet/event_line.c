#include "event_line.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dates.h"
#include "engine.h"
#include "grid.h"
#include "output.h"

#define PHRASE_SIZE 1024
#define WIDE        110

/* What happened, in words; `{x}` is a field of the event or of its data. Technical events are those
 * that say how a task travels; they are left out unless asked for. */
static const struct phrase {
    const char *type;
    bool technical;
    enum pl_cli_style style;
    const char *text;
} phrases[] = {
    {"definition_published", false, PL_CLI_PLAIN, "workflow {workflow} revision {revision}"},
    {"command_accepted", true, PL_CLI_DIM, "{command} of {by}"},
    {"command_rejected", true, PL_CLI_WARN, "{command} of {by} refused: {rejection}"},
    {"case_started", false, PL_CLI_BOLD, "opened by {by}, key {key}"},
    {"case_finished", false, PL_CLI_BOLD, "closed: {result}, {reason}"},
    {"case_paused", false, PL_CLI_WARN, "paused by {by}: {reason}"},
    {"case_resumed", false, PL_CLI_PLAIN, "resumed by {by}"},
    {"case_supplemented", false, PL_CLI_PLAIN, "supplemented by {by}"},
    {"case_withdrawn", false, PL_CLI_WARN, "withdrawn by {by}: {reason}"},
    {"case_cancelled", false, PL_CLI_WARN, "cancelled by {by}: {reason}"},
    {"signal_received", false, PL_CLI_PLAIN, "signal {name} from {by}"},
    {"case_undoing", false, PL_CLI_WARN, "is undone, then {result}: {reason}"},
    {"calendar_amended", false, PL_CLI_BOLD, "calendar {calendar} version {version} by {by}"},
    {"case_recalendared", false, PL_CLI_PLAIN, "goes on with the calendar as amended"},
    {"document_issued", false, PL_CLI_GOOD, "{document} is valid until {until}"},
    {"step_started", false, PL_CLI_PLAIN, "begins, due {due}, {department}"},
    {"step_done", false, PL_CLI_GOOD, "decided: {decision}"},
    {"step_skipped", false, PL_CLI_DIM, "not needed: {reason}"},
    {"step_unreached", false, PL_CLI_DIM, "not reached, because of {by_step}"},
    {"step_cancelled", false, PL_CLI_DIM, "cancelled, because of {by_step}"},
    {"step_returned", false, PL_CLI_WARN, "returned to the applicant: {decision}"},
    {"step_resumed", false, PL_CLI_PLAIN, "goes on, due {due}"},
    {"step_reopened", false, PL_CLI_WARN, "opened again, because of {by_step}"},
    {"step_late", false, PL_CLI_BAD, "card: {card}, due {due}, {department}"},
    {"step_incident", false, PL_CLI_BAD, "incident {code}: {message}"},
    {"step_sent_back", false, PL_CLI_WARN, "sent back by {by}: {decision}, {reason}"},
    {"step_queued", false, PL_CLI_DIM, "waits for its turn behind {behind}"},
    {"step_evaluated", false, PL_CLI_PLAIN, "rule {#rule} of its table"},
    {"step_rescheduled", false, PL_CLI_WARN, "due {due} instead of {due_before}"},
    {"step_extended", false, PL_CLI_WARN, "due {due} instead of {due_before}, by {role}: {reason}"},
    {"step_deemed", false, PL_CLI_WARN, "{decision} by silence, {law}"},
    {"clock_stopped", false, PL_CLI_WARN, "stands still for {reason}, about {estimate}"},
    {"clock_resumed", false, PL_CLI_PLAIN, "goes on after {reason}"},
    {"item_added", false, PL_CLI_PLAIN, "item {#item}, from {by}"},
    {"set_closed", false, PL_CLI_PLAIN, "no more items, by {by}"},
    {"child_started", false, PL_CLI_PLAIN, "started {child}"},
    {"child_finished", false, PL_CLI_GOOD, "{child} ended: {decision}"},
    {"child_refused", false, PL_CLI_BAD, "its case cannot start: {reason}"},
    {"task_assigned", false, PL_CLI_WARN, "goes to {service}, by {by}: {reason}"},
    {"task_readied", true, PL_CLI_DIM, "asks {department}"},
    {"task_offered", true, PL_CLI_DIM, "offered to {to}"},
    {"task_taken", true, PL_CLI_DIM, "taken by {by}"},
    {"task_progressed", true, PL_CLI_DIM, "{department} at {percent} %: {note}"},
    {"task_parked", true, PL_CLI_DIM, "filed by {department} as {reference}"},
    {"task_completed", false, PL_CLI_PLAIN, "{decision} by {department}: {reason}"},
    {"task_deemed", false, PL_CLI_WARN, "{decision} by silence of {department}"},
    {"task_failed", false, PL_CLI_BAD, "{department} failed: {code}, {message}"},
    {"task_thrown", false, PL_CLI_BAD, "{department} gave up: {code}, {message}"},
    {"task_released", true, PL_CLI_DIM, "given back by {by}"},
    {"task_timed_out", true, PL_CLI_WARN, "no news from {department} ({what})"},
    {"task_cancelled", true, PL_CLI_DIM, "task of {department} withdrawn"},
    {"task_refused", true, PL_CLI_WARN, "answer of {by} refused: {rejection}"},
    {"task_retried", false, PL_CLI_PLAIN, "offered again by {by}"},
    {"task_revoked", true, PL_CLI_DIM, "taken back from {by}"},
};
#define PHRASES (sizeof phrases / sizeof phrases[0])

json_t *pl_cli_event_types(bool technical)
{
    json_t *types = json_array();

    for (size_t i = 0; i < PHRASES; i++) {
        if (technical || !phrases[i].technical) {
            (void)json_array_append_new(types, json_string(phrases[i].type));
        }
    }
    return types;
}

/* ---- as a value ---- */

/* "due_ms": 1461081600000 becomes "due": "2016-04-19T16:00:00.000Z". */
static json_t *data_of(const json_t *wire)
{
    json_t *data = json_object();
    const char *key = NULL;
    json_t *value = NULL;

    json_object_foreach(json_object_get(wire, "data"), key, value)
    {
        const size_t len = strlen(key);
        if (len > 3 && strcmp(key + len - 3, "_ms") == 0) {
            char name[64];
            char text[PL_CLI_TIME_SIZE];
            const json_int_t at_ms = json_integer_value(value);
            (void)snprintf(name, sizeof name, "%.*s", (int)(len - 3), key);
            pl_cli_time_utc(at_ms, text);
            (void)json_object_set_new(data, name, at_ms != 0 ? json_string(text) : json_null());
        } else {
            (void)json_object_set(data, key, value);
        }
    }
    return data;
}

json_t *pl_cli_event_json(const struct placet_event *event)
{
    static const char *const keys[] = {"type", "case",  "key",        "workflow", "revision",
                                       "step", "title", "department", "service",  "item"};
    json_t *wire = pl_cli_json(event->body);
    json_t *value = json_object();
    char time[PL_CLI_TIME_SIZE];

    pl_cli_time_utc(event->at_ms, time);
    (void)json_object_set_new(value, "sequence", json_integer((json_int_t)event->sequence));
    (void)json_object_set_new(value, "previous", json_integer((json_int_t)event->previous));
    (void)json_object_set_new(value, "time", json_string(time));
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
        json_t *part = json_object_get(wire, keys[i]);
        (void)json_object_set(value, keys[i], part != NULL ? part : json_null());
    }
    (void)json_object_set_new(value, "data", data_of(wire));
    json_decref(wire);
    return value;
}

/* ---- as a line ---- */

/* `#name` is a place in a list, which people count from 1. */
static void add_field(const json_t *event, const char *name, char *out, size_t size)
{
    const json_int_t first = name[0] == '#' ? 1 : 0;
    name += first;
    const json_t *data = json_object_get(event, "data");
    const json_t *value = json_object_get(data, name);
    char text[PL_CLI_TIME_SIZE];

    if (value == NULL) {
        value = json_object_get(event, name);
    }
    if (json_is_integer(value)) {
        (void)snprintf(out, size, "%lld", (long long)(json_integer_value(value) + first));
    } else if (json_is_string(value)) {
        const int64_t at_ms = pl_cli_parse_utc(json_string_value(value));
        if (at_ms != 0) {
            pl_cli_due(at_ms, text);
        }
        (void)snprintf(out, size, "%s", at_ms != 0 ? text : json_string_value(value));
    } else {
        (void)snprintf(out, size, "%s", "");
    }
}

/* A pattern is made of clauses, parted by `, ` or `: `. One whose last field is empty is left out,
 * but never the first. */
static void fill(const char *pattern, const json_t *event, char out[PHRASE_SIZE])
{
    size_t used = 0;
    size_t clause = 0; /* where the present one begins */
    bool is_empty = false;

    while (used + 1 < PHRASE_SIZE) {
        const char *end = pattern[0] == '{' ? strchr(pattern, '}') : NULL;
        if (*pattern == '\0' || strncmp(pattern, ", ", 2) == 0 || strncmp(pattern, ": ", 2) == 0) {
            used = is_empty && clause > 0 ? clause : used;
            clause = used;
            is_empty = false;
        }
        if (*pattern == '\0') {
            break;
        }
        if (end == NULL) {
            out[used++] = *pattern++;
            continue;
        }
        char name[32];
        (void)snprintf(name, sizeof name, "%.*s", (int)(end - pattern - 1), pattern + 1);
        out[used] = '\0';
        add_field(event, name, out + used, PHRASE_SIZE - used);
        is_empty = out[used] == '\0';
        used += strlen(out + used);
        pattern = end + 1;
    }
    out[used] = '\0';
}

static const struct phrase *phrase_of(const json_t *event)
{
    static const struct phrase unknown = {"", false, PL_CLI_PLAIN, "{type}"};

    for (size_t i = 0; i < PHRASES; i++) {
        if (strcmp(phrases[i].type, pl_cli_text(event, "type")) == 0) {
            return &phrases[i];
        }
    }
    return &unknown;
}

/* Lines come one at a time, so columns have fixed widths. A narrow terminal has no room for ids:
 * the title is what people read. */
static struct pl_cli_grid *new_line(const struct pl_cli *cli, bool has_step)
{
    static const struct pl_cli_column narrow[] = {
        {.title = "", .width = 16},         {.title = "", .width = 5},
        {.title = "", .max = 1, .drop = 1}, {.title = "", .width = 20, .max = 20},
        {.title = "", .cut = 20},
    };
    static const struct pl_cli_column wide[] = {
        {.title = "", .width = 16},
        {.title = "", .width = 5},
        {.title = "", .width = 27, .max = 27},
        {.title = "", .width = 24, .max = 24},
        {.title = "", .cut = 30},
    };
    static const struct pl_cli_column without_step[] = {
        {.title = "", .width = 16}, {.title = "", .width = 5}, {.title = "", .cut = 30}};

    if (!has_step) {
        return pl_cli_grid_new(without_step, 3);
    }
    return cli->width > 0 && cli->width < WIDE ? pl_cli_grid_new(narrow, 5)
                                               : pl_cli_grid_new(wide, 5);
}

void pl_cli_event_print(const struct pl_cli *cli, const json_t *event)
{
    const struct phrase *phrase = phrase_of(event);
    const bool wide = cli->width == 0 || cli->width >= WIDE;
    const bool has_step = pl_cli_text(event, "step")[0] != '\0';
    struct pl_cli_grid *grid = new_line(cli, has_step);
    char time[PL_CLI_TIME_SIZE];
    char text[PHRASE_SIZE];

    fill(phrase->text, event, text);
    pl_cli_time(pl_cli_parse_utc(pl_cli_text(event, "time")), time);
    pl_cli_grid_put(grid, PL_CLI_DIM, "%s", time);
    pl_cli_grid_put(grid, PL_CLI_BOLD, "%s",
                    json_is_string(json_object_get(event, "case")) ? pl_cli_text(event, "case")
                                                                   : "-");
    if (has_step) {
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", wide ? pl_cli_text(event, "step") : "");
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s",
                        pl_cli_text(json_object_get(event, "title"), "zh"));
    }
    pl_cli_grid_put(grid, phrase->style, "%s", text);
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
    (void)fflush(stdout);
}
