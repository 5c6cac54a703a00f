/* One case: start it, look at it, and what officers and applicants may do to it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "acting.h"
#include "case_check.h"
#include "case_view.h"
#include "cli.h"
#include "engine.h"
#include "files.h"
#include "grid.h"
#include "output.h"
#include "watching.h"

/* ---- submit ---- */

/* The JSON of a file as a value, or an exit code. */
static int read_value(const struct pl_cli *cli, const char *path, json_t **value_out)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t error;
    int rc = pl_cli_read_file(cli, path, &text, &size);

    if (rc != 0) {
        return rc;
    }
    *value_out = json_loadb(text, size, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    free(text);
    return *value_out != NULL
               ? 0
               : pl_cli_fail(cli, PL_CLI_EXIT_USAGE, "The data are JSON.", "%s:%d:%d: %s", path,
                             error.line, error.column, error.text);
}

int pl_cli_read_json(const struct pl_cli *cli, const char *path, json_t **value_out)
{
    char *text = NULL;
    size_t size = 0;
    json_error_t error;
    int rc = pl_cli_read_file(cli, path, &text, &size);

    if (rc != 0) {
        return rc;
    }
    json_t *value = json_loadb(text, size, JSON_REJECT_DUPLICATES, &error);
    free(text);
    if (!json_is_object(value)) {
        const bool parsed = value != NULL;
        json_decref(value);
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, "A form is one JSON object.", "%s:%d:%d: %s",
                           path, parsed ? 1 : error.line, parsed ? 1 : error.column,
                           parsed ? "not an object" : error.text);
    }
    *value_out = value;
    return 0;
}

/* Two submissions in the same nanosecond by one process are not possible. */
static void make_key(char out[64])
{
    struct timespec now = {.tv_sec = 0};

    (void)clock_gettime(CLOCK_REALTIME, &now);
    (void)snprintf(out, 64, "%s-%lld%09ld-%d", pl_cli_user(), (long long)now.tv_sec, now.tv_nsec,
                   (int)getpid());
}

/* Departments of the workflow that nobody answers for: the case will wait there. */
static void warn_missing(const struct pl_cli *cli, struct placet_client *client,
                         const char *workflow)
{
    json_t *definition = NULL;
    json_t *services = NULL;
    json_t *asked = json_object();
    json_t *missing = json_array();
    bool more = false;
    size_t i = 0;
    json_t *item = NULL;

    if (pl_cli_ask(cli, client, PLACET_KIND_GET,
                   json_pack("{s:s, s:s}", "what", "definition", "workflow", workflow),
                   &definition) == 0 &&
        pl_cli_list(cli, client, "services", NULL, 10000, &services, &more) == 0) {
        json_array_foreach(json_object_get(definition, "steps"), i, item)
        {
            size_t k = 0;
            json_t *name = NULL;
            json_array_foreach(json_object_get(item, "services"), k, name)
            {
                (void)json_object_set_new(asked, json_string_value(name), json_true());
            }
        }
        json_array_foreach(services, i, item)
        {
            if (json_object_get(asked, pl_cli_text(item, "service")) != NULL) {
                (void)json_array_append(missing, item);
            }
        }
        pl_cli_warn_missing(cli, missing);
    }
    json_decref(definition);
    json_decref(services);
    json_decref(asked);
    json_decref(missing);
}

static void draw_submitted(const struct pl_cli *cli, json_t *value)
{
    const bool existing = json_is_true(json_object_get(value, "existing"));

    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "case"));
    (void)printf("  %s: %s revision %lld, key %s\n", existing ? "is open already" : "opened",
                 pl_cli_text(value, "workflow"), (long long)pl_cli_number(value, "revision"),
                 pl_cli_text(value, "key"));
}

static int submit(struct pl_cli *cli, struct placet_client *client, const char *key, json_t *form,
                  char case_out[PLACET_CASE_SIZE])
{
    const char *workflow = pl_cli_argument(cli, 0);
    json_t *answer = NULL;
    const int rc = pl_cli_ask(cli, client, PLACET_KIND_START,
                              json_pack("{s:s, s:s, s:o, s:s}", "workflow", workflow, "key", key,
                                        "form", form, "on_existing", "use"),
                              &answer);
    if (rc != 0) {
        return rc;
    }
    (void)snprintf(case_out, PLACET_CASE_SIZE, "%s", pl_cli_text(answer, "case"));
    json_t *value = json_pack("{s:s, s:s, s:s, s:O, s:O, s:O}", "case", case_out, "key", key,
                              "workflow", workflow, "revision", json_object_get(answer, "revision"),
                              "existing", json_object_get(answer, "existing"), "sequence",
                              json_object_get(answer, "sequence"));
    json_decref(answer);
    const int shown = pl_cli_show(
        cli, (struct pl_cli_result){.value = value, .draw = draw_submitted}, PL_CLI_EXIT_YES);
    warn_missing(cli, client, workflow);
    return shown;
}

int pl_cli_run_submit(struct pl_cli *cli)
{
    struct placet_client *client = NULL;
    const char *path = pl_cli_argument(cli, 1);
    const char *given = pl_cli_option(cli, "key");
    char key[64];
    char id[PLACET_CASE_SIZE] = "";
    json_t *form = NULL;

    if (path == NULL) {
        form = json_object();
    } else {
        const int rc = pl_cli_read_json(cli, path, &form);
        if (rc != 0) {
            return rc;
        }
    }
    make_key(key);
    int rc = pl_cli_connect(cli, "portal", &client);
    if (rc != 0) {
        json_decref(form);
        return rc;
    }
    rc = submit(cli, client, given != NULL ? given : key, form, id);
    placet_client_close(&client);
    if (rc == 0 && pl_cli_given(cli, "follow")) {
        rc = pl_cli_follow(cli, id);
    }
    return rc;
}

/* ---- looking ---- */

/* Asks something about the case that the first argument names; the body is taken over, `id_out` is
 * its number. */
static int ask_about(struct pl_cli *cli, const char *role, enum placet_kind kind, json_t *body,
                     char id_out[PLACET_CASE_SIZE], json_t **answer_out)
{
    struct placet_client *client = NULL;
    const char *step = json_string_value(json_object_get(body, "step"));
    int rc = pl_cli_connect(cli, role, &client);

    if (rc == 0) {
        rc = pl_cli_find_case(cli, client, pl_cli_argument(cli, 0), id_out);
    }
    if (rc == 0 && step != NULL) {
        rc = pl_cli_check_step(cli, client, id_out, step,
                               json_string_value(json_object_get(body, "decision")));
    }
    if (rc == 0) {
        (void)json_object_set_new(body, "case", json_string(id_out));
        rc = pl_cli_ask(cli, client, kind, json_incref(body), answer_out);
    }
    placet_client_close(&client);
    json_decref(body);
    return rc;
}

int pl_cli_run_case(struct pl_cli *cli)
{
    char id[PLACET_CASE_SIZE];
    json_t *value = NULL;
    const int rc = ask_about(
        cli, "monitor", PLACET_KIND_GET,
        json_pack("{s:s, s:b}", "what", "case", "form", pl_cli_given(cli, "form")), id, &value);

    if (rc != 0) {
        return rc;
    }
    pl_cli_case_tidy(value);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = pl_cli_case_draw},
                       PL_CLI_EXIT_YES);
}

int pl_cli_run_why(struct pl_cli *cli)
{
    char id[PLACET_CASE_SIZE];
    json_t *value = NULL;
    const int rc = ask_about(cli, "monitor", PLACET_KIND_WHY, json_object(), id, &value);

    if (rc != 0) {
        return rc;
    }
    pl_cli_why_tidy(value);
    return pl_cli_show(
        cli, (struct pl_cli_result){.value = value, .list = "waits", .draw = pl_cli_why_draw},
        PL_CLI_EXIT_YES);
}

/* ---- doing ---- */

static void draw_done(const struct pl_cli *cli, json_t *value)
{
    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "case"));
    (void)printf("  %s, event %lld\n", pl_cli_text(value, "done"),
                 (long long)pl_cli_number(value, "sequence"));
}

int pl_cli_act(struct pl_cli *cli, const char *role, enum placet_kind kind, json_t *body,
               const char *done)
{
    char id[PLACET_CASE_SIZE];
    json_t *answer = NULL;
    const int rc = ask_about(cli, role, kind, body, id, &answer);

    if (rc != 0) {
        return rc;
    }
    json_t *value = json_pack("{s:s, s:s, s:O}", "case", id, "done", done, "sequence",
                              json_object_get(answer, "sequence"));
    json_decref(answer);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw_done},
                       PL_CLI_EXIT_YES);
}

static json_t *body_with_reason(const struct pl_cli *cli)
{
    return json_pack("{s:s*}", "reason", pl_cli_option(cli, "reason"));
}

/* What changes a case by hand has its reason in the record, always. */
static int with_reason(struct pl_cli *cli, enum placet_kind kind, const char *done)
{
    if (pl_cli_option(cli, "reason") == NULL) {
        return pl_cli_usage(cli, "say why: --reason TEXT; it goes into the record");
    }
    return pl_cli_act(cli, "officer", kind, body_with_reason(cli), done);
}

/* `--item N` of the members of a joint step. */
static int add_item(struct pl_cli *cli, json_t *body)
{
    const char *item = pl_cli_option(cli, "item");
    char *end = NULL;

    if (item == NULL) {
        return 0;
    }
    const long number = strtol(item, &end, 10);
    if (end == item || *end != '\0' || number < 0 || number > 255) {
        return pl_cli_usage(cli, "\"%.60s\" is no number of a member", item);
    }
    (void)json_object_set_new(body, "item", json_integer(number));
    return 0;
}

int pl_cli_act_on_task(struct pl_cli *cli, enum placet_kind kind, json_t *body, const char *done)
{
    (void)json_object_set_new(body, "step", json_string(pl_cli_argument(cli, 1)));
    const int rc = add_item(cli, body);
    if (rc != 0) {
        json_decref(body);
        return rc;
    }
    return pl_cli_act(cli, "officer", kind, body, done);
}

/* Who decided, where that is somebody else, and what was answered beside the decision. */
static int add_answer(struct pl_cli *cli, json_t *body)
{
    const char *officer = pl_cli_option(cli, "officer");
    const char *path = pl_cli_option(cli, "answer");
    json_t *answer = NULL;

    if (officer != NULL) {
        (void)json_object_set_new(body, "officer", json_string(officer));
    }
    const int rc = path != NULL ? pl_cli_read_json(cli, path, &answer) : 0;
    if (answer != NULL) {
        (void)json_object_set_new(body, "answer", answer);
    }
    return rc;
}

int pl_cli_run_decide(struct pl_cli *cli)
{
    char done[256];
    json_t *body = body_with_reason(cli);

    const int rc = add_answer(cli, body);
    if (rc != 0) {
        json_decref(body);
        return rc;
    }
    (void)json_object_set_new(body, "decision", json_string(pl_cli_argument(cli, 2)));
    (void)snprintf(done, sizeof done, "%.80s decided: %.80s", pl_cli_argument(cli, 1),
                   pl_cli_argument(cli, 2));
    return pl_cli_act_on_task(cli, PLACET_KIND_DECIDE, body, done);
}

int pl_cli_run_case_retry(struct pl_cli *cli)
{
    return pl_cli_act_on_task(cli, PLACET_KIND_RETRY, body_with_reason(cli), "offered again");
}

static int on_step(struct pl_cli *cli, enum placet_kind kind, const char *done)
{
    json_t *body = body_with_reason(cli);

    if (pl_cli_option(cli, "reason") == NULL) {
        json_decref(body);
        return pl_cli_usage(cli, "say why: --reason TEXT; it goes into the record");
    }
    (void)json_object_set_new(body, "step", json_string(pl_cli_argument(cli, 1)));
    return pl_cli_act(cli, "officer", kind, body, done);
}

int pl_cli_run_case_skip(struct pl_cli *cli)
{
    return on_step(cli, PLACET_KIND_SKIP, "skipped");
}

int pl_cli_run_case_back(struct pl_cli *cli)
{
    return on_step(cli, PLACET_KIND_BACK, "went back");
}

int pl_cli_run_case_pause(struct pl_cli *cli)
{
    return with_reason(cli, PLACET_KIND_PAUSE_CASE, "paused");
}

int pl_cli_run_case_cancel(struct pl_cli *cli)
{
    return with_reason(cli, PLACET_KIND_CANCEL_CASE, "cancelled");
}

int pl_cli_run_case_resume(struct pl_cli *cli)
{
    return pl_cli_act(cli, "officer", PLACET_KIND_RESUME_CASE, body_with_reason(cli), "resumed");
}

int pl_cli_run_withdraw(struct pl_cli *cli)
{
    return pl_cli_act(cli, "portal", PLACET_KIND_WITHDRAW, body_with_reason(cli), "withdrawn");
}

int pl_cli_run_supplement(struct pl_cli *cli)
{
    json_t *changes = NULL;
    const int rc = pl_cli_read_json(cli, pl_cli_argument(cli, 1), &changes);

    return rc != 0 ? rc
                   : pl_cli_act(cli, "portal", PLACET_KIND_SUPPLEMENT,
                                json_pack("{s:o}", "changes", changes), "supplemented");
}

static void draw_told(const struct pl_cli *cli, json_t *value)
{
    size_t i = 0;
    json_t *id = NULL;

    json_array_foreach(json_object_get(value, "cases"), i, id)
    {
        pl_cli_print(cli, PL_CLI_BOLD, "%s", json_string_value(id));
        (void)printf("  signal received\n");
    }
}

/* To every open case that waits for it with this key. */
static int signal_by_key(struct pl_cli *cli, const char *key, json_t *body)
{
    struct placet_client *client = NULL;
    json_t *answer = NULL;
    int rc = pl_cli_connect(cli, "portal", &client);

    (void)json_object_set_new(body, "key", json_string(key));
    if (rc == 0) {
        rc = pl_cli_ask(cli, client, PLACET_KIND_SIGNAL, json_incref(body), &answer);
    }
    placet_client_close(&client);
    json_decref(body);
    if (rc != 0) {
        return rc;
    }
    json_t *value = json_pack(
        "{s:O, s:s, s:O, s:O}", "case", json_object_get(answer, "case"), "done", "signal received",
        "sequence", json_object_get(answer, "sequence"), "cases", json_object_get(answer, "cases"));
    json_decref(answer);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw_told},
                       PL_CLI_EXIT_YES);
}

int pl_cli_run_signal(struct pl_cli *cli)
{
    const char *key = pl_cli_option(cli, "key");
    const int first = key == NULL ? 1 : 0; /* a key stands for the case */
    const char *name = pl_cli_argument(cli, first);
    const char *path = pl_cli_argument(cli, first + 1);
    json_t *data = NULL;

    if (name == NULL) {
        return pl_cli_usage(cli, "say which case and which signal, or --key KEY and the signal");
    }
    if (key != NULL && cli->argument_count > 2) {
        return pl_cli_usage(cli, "with --key there is no CASE");
    }
    const int rc = path != NULL ? read_value(cli, path, &data) : 0;
    if (rc != 0) {
        return rc;
    }
    json_t *body = json_pack("{s:s}", "name", name);
    if (data != NULL) {
        (void)json_object_set_new(body, "data", data);
    }
    return key != NULL ? signal_by_key(cli, key, body)
                       : pl_cli_act(cli, "portal", PLACET_KIND_SIGNAL, body, "signal received");
}
