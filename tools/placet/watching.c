#include "watching.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine.h"
#include "event_line.h"
#include "output.h"

#define TURN_MS 200 /* how soon Ctrl-C is noticed */
#define OPEN_MS 3000

/* "a,b" as a list under a key. */
static void add_names(json_t *filter, const char *key, const char *names)
{
    json_t *list = json_array();

    while (names != NULL && *names != '\0') {
        const size_t len = strcspn(names, ",");
        (void)json_array_append_new(list, json_stringn(names, len));
        names += len + (names[len] == ',' ? 1 : 0);
    }
    if (json_array_size(list) > 0) {
        (void)json_object_set(filter, key, list);
    }
    json_decref(list);
}

static int make_filter(const struct pl_cli_following *following, struct placet_writer *out,
                       struct placet_value *filter_out, struct placet_error *err)
{
    json_t *filter = json_object();

    add_names(filter, "types", following->types);
    add_names(filter, "department", following->departments);
    add_names(filter, "workflow", following->workflows);
    add_names(filter, "case", following->id);
    if (following->types == NULL && !following->all) {
        (void)json_object_set_new(filter, "types", pl_cli_event_types(false));
    }
    char *text = json_dumps(filter, JSON_COMPACT);
    int rc = text != NULL ? placet_put_json(out, text, strlen(text), err) : PLACET_ENOMEM;
    if (rc == PLACET_OK) {
        rc = placet_writer_value(out, filter_out);
    }
    free(text);
    json_decref(filter);
    return rc;
}

static int show(const struct pl_cli *cli, const struct placet_event *event)
{
    json_t *value = pl_cli_event_json(event);
    int rc = 0;

    if (value == NULL) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
    }
    if (cli->format == PL_CLI_TABLE && !pl_cli_given(cli, "fields")) {
        pl_cli_event_print(cli, value);
    } else {
        rc = pl_cli_show_line(cli, value);
    }
    json_decref(value);
    return rc;
}

/* Results that say no; every definition has these three, whatever others it names. */
static enum pl_cli_exit exit_of_result(const struct placet_event *event)
{
    static const char *const bad[] = {"rejected", "withdrawn", "cancelled"};
    const struct placet_text result = placet_get_text(event->body, "data.result");

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        if (placet_text_is(result, bad[i])) {
            return PL_CLI_EXIT_NO;
        }
    }
    return PL_CLI_EXIT_YES;
}

/* What the engine does not understand came from the command line. */
static int refused(const struct pl_cli *cli, int status, const struct placet_error *err)
{
    return status == PLACET_EINVALID
               ? pl_cli_fail(cli, PL_CLI_EXIT_USAGE, err->hint, "%s", err->message)
               : pl_cli_fail_status(cli, status, err);
}

static int read_events(const struct pl_cli *cli, const struct pl_cli_following *following,
                       struct placet_watch *watch)
{
    struct placet_error err = {.status = PLACET_OK};
    struct placet_event event;
    uint64_t count = 0;

    while (!pl_cli_interrupted()) {
        int rc = placet_watch_next(watch, TURN_MS, &event, &err);
        if (following->turn != NULL) {
            following->turn(following->context);
        }
        if (rc == PLACET_EUNREACHABLE || rc == 0) {
            continue; /* the library connects again and goes on where it was */
        }
        if (rc < 0) {
            return refused(cli, rc, &err);
        }
        rc = show(cli, &event);
        if (rc != 0 || ferror(stdout) != 0) {
            return rc; /* nobody reads any more */
        }
        if (following->to_the_end && placet_text_is(event.type, "case_finished")) {
            return (int)exit_of_result(&event);
        }
        if (++count == following->max) {
            return PL_CLI_EXIT_YES;
        }
    }
    return PL_CLI_EXIT_INTERRUPTED;
}

int pl_cli_follow_events(const struct pl_cli *cli, const struct pl_cli_following *following)
{
    struct placet_writer out = {.at = NULL};
    struct placet_watch *watch = NULL;
    struct placet_error err = {.status = PLACET_OK};
    struct placet_watch_options options = {
        .connect = {.at = following->at != NULL ? following->at : pl_cli_option(cli, "at"),
                    .name = pl_cli_user(),
                    .open_ms = OPEN_MS},
        .after = following->after,
        .only_new = following->only_new};

    int rc = make_filter(following, &out, &options.filter, &err);
    if (rc == PLACET_OK) {
        rc = placet_watch_open(&options, &watch, &err);
    }
    if (rc == PLACET_EUNREACHABLE || rc == PLACET_ETIMEOUT) {
        rc = pl_cli_unreachable(cli);
    } else if (rc < 0) {
        rc = refused(cli, rc, &err);
    } else {
        rc = read_events(cli, following, watch);
    }
    placet_watch_close(&watch);
    placet_writer_fini(&out);
    return rc;
}

int pl_cli_follow(const struct pl_cli *cli, const char *id)
{
    const struct pl_cli_following following = {.id = id, .to_the_end = true};
    return pl_cli_follow_events(cli, &following);
}
