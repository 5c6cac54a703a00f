#include "engine.h"

#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dates.h"
#include "output.h"

#define OPEN_MS      3000
#define CALL_MS      10000
#define SEARCHED_MAX 10000 /* cases looked at for a key */
#define PAGE         200
#define NAMED_MAX    3 /* departments without adapter that are named one by one */

const char *pl_cli_user(void)
{
    static char name[64] = "";

    if (name[0] == '\0') {
        const struct passwd *user = getpwuid(getuid());
        if (user != NULL) {
            (void)snprintf(name, sizeof name, "%.40s", user->pw_name);
        } else {
            (void)snprintf(name, sizeof name, "uid-%u", (unsigned)getuid());
        }
    }
    return name;
}

static const char *place(const struct pl_cli *cli)
{
    const char *at = pl_cli_option(cli, "at");
    const char *environment = getenv("PLACET_AT");

    if (at != NULL) {
        return at;
    }
    return environment != NULL && environment[0] != '\0' ? environment : "/run/placet";
}

int pl_cli_unreachable(const struct pl_cli *cli)
{
    return pl_cli_fail(
        cli, PL_CLI_EXIT_UNREACHABLE,
        "Start one with \"placet dev\" or placetd, or say where it is: --at DIR or PLACET_AT.",
        "no engine answers at %s", place(cli));
}

int pl_cli_connect(const struct pl_cli *cli, const char *role, struct placet_client **client_out)
{
    const struct placet_options options = {
        .at = place(cli), .name = pl_cli_user(), .role = role, .open_ms = OPEN_MS};
    struct placet_error err = {.status = PLACET_OK};
    const int rc = placet_client_open(&options, client_out, &err);

    if (rc == PLACET_EUNREACHABLE || rc == PLACET_ETIMEOUT) {
        return pl_cli_unreachable(cli);
    }
    return rc < 0 ? pl_cli_fail_status(cli, rc, &err) : 0;
}

/* The exit code of a refusal. */
static enum pl_cli_exit exit_of_code(enum placet_code code)
{
    switch (code) {
    case PLACET_CODE_NONE:
        return PL_CLI_EXIT_YES;
    case PLACET_CODE_NOT_FOUND:
        return PL_CLI_EXIT_NOT_FOUND;
    case PLACET_CODE_ALREADY_EXISTS:
    case PLACET_CODE_CONFLICT:
    case PLACET_CODE_INVALID_STATE:
    case PLACET_CODE_SUPERSEDED:
    case PLACET_CODE_COMPACTED:
        return PL_CLI_EXIT_CONFLICT;
    case PLACET_CODE_PERMISSION_DENIED:
        return PL_CLI_EXIT_DENIED;
    case PLACET_CODE_INVALID_ARGUMENT:
        return PL_CLI_EXIT_USAGE;
    case PLACET_CODE_RESOURCE_EXHAUSTED:
    case PLACET_CODE_UNAVAILABLE:
        return PL_CLI_EXIT_TIMEOUT;
    case PLACET_CODE_BAD_FRAME:
    case PLACET_CODE_BAD_VERSION:
    case PLACET_CODE_NO_SESSION:
    case PLACET_CODE_TOO_LARGE:
    case PLACET_CODE_BAD_BODY:
    case PLACET_CODE_SCHEMA_VIOLATION:
    case PLACET_CODE_UNKNOWN_KIND:
    case PLACET_CODE_STORAGE_FULL:
    case PLACET_CODE_INTERNAL:
    case PLACET_CODE_DEFINITION_INVALID:
    default:
        return PL_CLI_EXIT_NO;
    }
}

json_t *pl_cli_json(struct placet_value value)
{
    char *text = NULL;
    json_t *json = NULL;

    if (value.size == 0) {
        return json_null();
    }
    if (placet_value_to_json(value, false, &text) == PLACET_OK) {
        json = json_loads(text, JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
        free(text);
    }
    return json;
}

/* One mistake of a form: where, what the field is called, and what is wrong in both languages. */
static void add_mistake(const json_t *error, char *hint, size_t size)
{
    const size_t used = strlen(hint);
    const json_t *title = json_object_get(error, "title");
    const char *path = pl_cli_text(error, "path");
    const char *zh = pl_cli_text(title, "zh");
    const char *en = pl_cli_text(title, "en");

    (void)snprintf(hint + used, size - used, "%s%s%s%s%s%s%s: %s; %s", used > 0 ? "\n  " : "",
                   path[0] != '\0' ? path : "the form", zh[0] != '\0' ? " (" : "", zh,
                   zh[0] != '\0' ? " / " : "", en, zh[0] != '\0' ? ")" : "",
                   pl_cli_text(error, "message"), pl_cli_text(error, "message_zh"));
}

/* The mistakes of a form, one a line, in the words of the engine. */
static void add_mistakes(const json_t *detail, char *hint, size_t size)
{
    const json_t *errors = json_object_get(detail, "errors");
    const json_int_t count = json_integer_value(json_object_get(detail, "count"));
    const json_int_t listed = (json_int_t)json_array_size(errors);
    size_t i = 0;
    json_t *error = NULL;

    json_array_foreach(errors, i, error)
    {
        add_mistake(error, hint, size);
    }
    if (count > listed) {
        const size_t used = strlen(hint);
        (void)snprintf(hint + used, size - used, "\n  and %lld more", (long long)(count - listed));
    }
}

static int refuse(const struct pl_cli *cli, const struct placet_reply *reply)
{
    json_t *body = pl_cli_json(reply->body);
    const json_t *detail = json_object_get(body, "detail");
    const char *message = json_string_value(json_object_get(body, "message"));
    const json_t *path = json_object_get(detail, "path");
    char hint[20 * 1024] = ""; /* all that the engine lists */

    add_mistakes(detail, hint, sizeof hint);
    if (hint[0] == '\0') {
        (void)snprintf(hint, sizeof hint, "\"placet explain %s\" says more.",
                       placet_code_name(reply->code));
    }
    const int code = pl_cli_fail(cli, exit_of_code(reply->code), hint, "%s%s%s",
                                 json_is_string(path) ? json_string_value(path) : "",
                                 json_is_string(path) ? ": " : "",
                                 message != NULL ? message : placet_code_text(reply->code));
    json_decref(body);
    return code;
}

static int call(const struct pl_cli *cli, struct placet_client *client, enum placet_kind kind,
                struct placet_value body, json_t **answer_out)
{
    struct placet_error err = {.status = PLACET_OK};
    struct placet_reply reply = {.code = PLACET_CODE_NONE};
    const int rc = placet_call(client, kind, body, CALL_MS, &reply, &err);

    if (rc == PLACET_ETIMEOUT) {
        return pl_cli_fail(cli, PL_CLI_EXIT_TIMEOUT, "Look with \"placet doctor\" and ask again.",
                           "the engine did not answer within %d seconds", CALL_MS / 1000);
    }
    if (rc < 0) {
        return pl_cli_fail_status(cli, rc, &err);
    }
    if (reply.code != PLACET_CODE_NONE) {
        return refuse(cli, &reply);
    }
    json_t *answer = pl_cli_json(reply.body);
    if (answer == NULL) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
    }
    *answer_out = answer;
    return 0;
}

int pl_cli_ask(const struct pl_cli *cli, struct placet_client *client, enum placet_kind kind,
               json_t *body, json_t **answer_out)
{
    struct placet_error err = {.status = PLACET_OK};
    struct placet_writer out = {.at = NULL};
    struct placet_value value = {.at = NULL};
    char *text = body != NULL ? json_dumps(body, JSON_COMPACT) : strdup("{}");
    int rc = text != NULL ? placet_put_json(&out, text, strlen(text), &err) : PLACET_ENOMEM;

    if (rc == PLACET_OK) {
        rc = placet_writer_value(&out, &value);
    }
    rc = rc < 0 ? pl_cli_fail_status(cli, rc, &err) : call(cli, client, kind, value, answer_out);
    placet_writer_fini(&out);
    free(text);
    json_decref(body);
    return rc;
}

int pl_cli_list(const struct pl_cli *cli, struct placet_client *client, const char *what,
                json_t *filter, size_t max, json_t **items_out, bool *more_out)
{
    json_t *items = json_array();
    json_int_t after = 0;
    int rc = 0;

    do {
        json_t *body = filter != NULL ? json_copy(filter) : json_object();
        json_t *page = NULL;
        (void)json_object_set_new(body, "what", json_string(what));
        (void)json_object_set_new(body, "limit", json_integer(PAGE));
        (void)json_object_set_new(body, "after", json_integer(after));
        rc = pl_cli_ask(cli, client, PLACET_KIND_LIST, body, &page);
        if (rc == 0) {
            (void)json_array_extend(items, json_object_get(page, "items"));
            after = json_integer_value(json_object_get(page, "next"));
            json_decref(page);
        }
    } while (rc == 0 && after != 0 && json_array_size(items) < max && !pl_cli_interrupted());
    json_decref(filter);
    if (rc != 0) {
        json_decref(items);
        return rc;
    }
    *more_out = after != 0 || json_array_size(items) > max;
    while (json_array_size(items) > max) {
        (void)json_array_remove(items, json_array_size(items) - 1);
    }
    *items_out = items;
    return 0;
}

/* "C42", "C42@3" */
static bool is_case_number(const char *text)
{
    const size_t digits = text[0] == 'C' ? strspn(text + 1, "0123456789") : 0;
    const char *rest = text + 1 + digits;

    return digits > 0 && strlen(text) < PLACET_CASE_SIZE &&
           (*rest == '\0' || (*rest == '@' && strspn(rest + 1, "0123456789") == strlen(rest + 1)));
}

/* Cases with exactly this key among the open or the closed ones. */
static int find_by_key(const struct pl_cli *cli, struct placet_client *client, const char *key,
                       const char *state, json_t *found)
{
    json_t *items = NULL;
    bool more = false;
    size_t i = 0;
    json_t *item = NULL;
    const int rc =
        pl_cli_list(cli, client, "cases", json_pack("{s:s, s:s*}", "text", key, "state", state),
                    SEARCHED_MAX, &items, &more);

    json_array_foreach(items, i, item)
    {
        const char *own = json_string_value(json_object_get(item, "key"));
        if (own != NULL && strcmp(own, key) == 0) {
            (void)json_array_append(found, json_object_get(item, "case"));
        }
    }
    json_decref(items);
    return rc;
}

int pl_cli_find_case(const struct pl_cli *cli, struct placet_client *client, const char *text,
                     char id_out[PLACET_CASE_SIZE])
{
    json_t *found = json_array();
    char hint[512] = "They are:";
    size_t i = 0;
    json_t *item = NULL;

    if (is_case_number(text)) {
        (void)snprintf(id_out, PLACET_CASE_SIZE, "%s", text);
        json_decref(found);
        return 0;
    }
    int rc = find_by_key(cli, client, text, NULL, found);
    if (rc == 0 && json_array_size(found) == 0) {
        rc = find_by_key(cli, client, text, "closed", found);
    }
    json_array_foreach(found, i, item)
    {
        const size_t used = strlen(hint);
        (void)snprintf(hint + used, sizeof hint - used, " %s", json_string_value(item));
    }
    if (rc == 0 && json_array_size(found) == 0) {
        rc = pl_cli_fail(cli, PL_CLI_EXIT_NOT_FOUND, "\"placet cases\" lists them.",
                         "no case has the number or the key \"%.128s\"", text);
    } else if (rc == 0 && json_array_size(found) > 1) {
        rc = pl_cli_fail(cli, PL_CLI_EXIT_CONFLICT, hint, "%zu cases have the key \"%.128s\"",
                         json_array_size(found), text);
    } else if (rc == 0) {
        (void)snprintf(id_out, PLACET_CASE_SIZE, "%s", json_string_value(json_array_get(found, 0)));
    }
    json_decref(found);
    return rc;
}

void pl_cli_stamp(json_t *object, const char *const *keys, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const json_int_t at_ms = json_integer_value(json_object_get(object, keys[i]));
        char text[PL_CLI_TIME_SIZE];

        pl_cli_time_utc(at_ms, text);
        (void)json_object_set_new(object, keys[i], at_ms != 0 ? json_string(text) : json_null());
    }
}

void pl_cli_warn_missing(const struct pl_cli *cli, const json_t *services)
{
    json_t *missing = json_object();
    size_t i = 0;
    json_t *service = NULL;
    size_t said = 0;

    json_array_foreach(services, i, service)
    {
        const char *department = json_string_value(json_object_get(service, "department"));
        if (department == NULL || json_is_true(json_object_get(service, "connected")) ||
            json_object_get(missing, department) != NULL) {
            continue;
        }
        (void)json_object_set_new(missing, department, json_true());
        if (said < NAMED_MAX) {
            said++;
            pl_cli_warn(cli, "no adapter is connected for department %s  部门%s没有适配器在线",
                        department, department);
        }
    }
    if (json_object_size(missing) > said) {
        pl_cli_warn(cli, "nor for %zu more: placet adapter list", json_object_size(missing) - said);
    }
    json_decref(missing);
}
