/* What officers do to the clocks and the competence of a step, and to the calendar. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "acting.h"
#include "cli.h"
#include "engine.h"
#include "files.h"
#include "grid.h"
#include "output.h"

static int wants(const struct pl_cli *cli, const char *option, const char *why)
{
    return pl_cli_option(cli, option) != NULL
               ? 0
               : pl_cli_usage(cli, "--%s is missing: %s", option, why);
}

int pl_cli_run_clock_stop(struct pl_cli *cli)
{
    char done[256];
    const int rc = wants(cli, "estimate", "say how long it will take, as the applicant was told");

    if (rc != 0) {
        return rc;
    }
    (void)snprintf(done, sizeof done, "the clocks of %.80s stand still: %.80s",
                   pl_cli_argument(cli, 1), pl_cli_argument(cli, 2));
    return pl_cli_act_on_task(cli, PLACET_KIND_PAUSE,
                              json_pack("{s:s, s:s, s:s*}", "reason", pl_cli_argument(cli, 2),
                                        "estimate", pl_cli_option(cli, "estimate"), "note",
                                        pl_cli_option(cli, "note")),
                              done);
}

int pl_cli_run_clock_resume(struct pl_cli *cli)
{
    char done[256];

    (void)snprintf(done, sizeof done, "the clocks of %.80s go on after %.80s",
                   pl_cli_argument(cli, 1), pl_cli_argument(cli, 2));
    return pl_cli_act_on_task(cli, PLACET_KIND_RESUME,
                              json_pack("{s:s}", "reason", pl_cli_argument(cli, 2)), done);
}

/* `--count N`, less than all that the definition allows; the unit is its own. */
static int add_count(struct pl_cli *cli, json_t *body)
{
    const char *text = pl_cli_option(cli, "count");
    char *end = NULL;

    if (text == NULL) {
        return 0;
    }
    const long long count = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || count < 1 || count > UINT32_MAX) {
        return pl_cli_usage(cli, "--count wants a whole number from 1, not \"%.60s\"", text);
    }
    (void)json_object_set_new(body, "count", json_integer(count));
    return 0;
}

int pl_cli_run_step_extend(struct pl_cli *cli)
{
    char done[256];
    int rc = wants(cli, "role", "only the one that the definition names may extend");

    if (rc == 0) {
        rc = wants(cli, "reason", "say why; it goes into the record");
    }
    if (rc != 0) {
        return rc;
    }
    (void)snprintf(done, sizeof done, "the limits of %.80s are extended", pl_cli_argument(cli, 1));
    json_t *body = json_pack("{s:s, s:s, s:s}", "step", pl_cli_argument(cli, 1), "role",
                             pl_cli_option(cli, "role"), "reason", pl_cli_option(cli, "reason"));
    rc = add_count(cli, body);
    if (rc != 0) {
        json_decref(body);
        return rc;
    }
    return pl_cli_act(cli, "officer", PLACET_KIND_EXTEND, body, done);
}

int pl_cli_run_task_hand_over(struct pl_cli *cli)
{
    char done[256];
    const int rc = wants(cli, "reason", "say why; it goes into the record");

    if (rc != 0) {
        return rc;
    }
    (void)snprintf(done, sizeof done, "%.80s goes to %.128s", pl_cli_argument(cli, 1),
                   pl_cli_argument(cli, 2));
    return pl_cli_act_on_task(cli, PLACET_KIND_HAND_OVER,
                              json_pack("{s:s, s:s}", "service", pl_cli_argument(cli, 2), "reason",
                                        pl_cli_option(cli, "reason")),
                              done);
}

/* ---- calendar ---- */

static void draw_amended(const struct pl_cli *cli, json_t *value)
{
    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "calendar"));
    (void)printf("  version %lld", (long long)pl_cli_number(value, "version"));
    if (json_is_true(json_object_get(value, "unchanged"))) {
        (void)printf(" is in force already\n");
        return;
    }
    (void)printf(json_is_true(json_object_get(value, "dry_run"))
                     ? " would be followed by %lld definitions and their open cases\n"
                     : " is in force: %lld definitions and their open cases follow it\n",
                 (long long)pl_cli_number(value, "definitions"));
}

int pl_cli_run_calendar_amend(struct pl_cli *cli)
{
    const char *path = pl_cli_argument(cli, 0);
    const char *slash = strrchr(path, '/');
    struct placet_client *client = NULL;
    json_t *value = NULL;
    char name[256];
    char *text = NULL;
    size_t size = 0;

    int rc = pl_cli_read_file(cli, path, &text, &size);
    if (rc != 0) {
        return rc;
    }
    (void)snprintf(name, sizeof name, "calendars/%s", slash != NULL ? slash + 1 : path);
    json_t *file = json_stringn(text, size);
    free(text);
    if (file == NULL) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "\"%s\" is not UTF-8", path);
    }
    json_t *body = json_pack("{s:[[s, o]], s:b}", "files", name, file, "dry_run",
                             pl_cli_given(cli, "dry-run"));
    rc = pl_cli_connect(cli, "officer", &client);
    if (rc == 0) {
        rc = pl_cli_ask(cli, client, PLACET_KIND_PUBLISH, json_incref(body), &value);
    }
    placet_client_close(&client);
    json_decref(body);
    return rc != 0 ? rc
                   : pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw_amended},
                                 PL_CLI_EXIT_YES);
}
