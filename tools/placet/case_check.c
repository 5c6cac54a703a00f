#include "case_check.h"

#include <stdio.h>
#include <string.h>

#include "engine.h"
#include "event_line.h"
#include "near.h"
#include "output.h"

#define HINT_SIZE 2048

static bool contains(const json_t *names, const char *name)
{
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(names, i, item)
    {
        if (strcmp(json_string_value(item), name) == 0) {
            return true;
        }
    }
    return false;
}

/* "Did you mean x?" when one is near, otherwise all there are. */
static void suggest(const json_t *names, const char *typed, char hint[HINT_SIZE])
{
    size_t i = 0;
    json_t *item = NULL;
    unsigned best = pl_cli_distance_max(typed) + 1;
    size_t used = (size_t)snprintf(hint, HINT_SIZE, "There are:");

    json_array_foreach(names, i, item)
    {
        const char *name = json_string_value(item);
        const unsigned distance = pl_cli_distance(typed, name);
        if (distance < best) {
            best = distance;
            used = (size_t)snprintf(hint, HINT_SIZE, "Did you mean \"%.200s\"?", name);
        } else if (best > pl_cli_distance_max(typed) && used < HINT_SIZE) {
            used += (size_t)snprintf(hint + used, HINT_SIZE - used, " %s", name);
        }
    }
}

/* The values under a key of each element. */
static json_t *pluck(const json_t *list, const char *key)
{
    json_t *values = json_array();
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(list, i, item)
    {
        (void)json_array_append(values, json_object_get(item, key));
    }
    return values;
}

static const json_t *find_step(const json_t *definition, const char *step)
{
    size_t i = 0;
    json_t *item = NULL;

    json_array_foreach(json_object_get(definition, "steps"), i, item)
    {
        if (strcmp(pl_cli_text(item, "step"), step) == 0) {
            return item;
        }
    }
    return NULL;
}

static int check_name(const struct pl_cli *cli, json_t *names, const char *typed, const char *what)
{
    char hint[HINT_SIZE];
    int rc = 0;

    if (!contains(names, typed)) {
        suggest(names, typed, hint);
        rc = pl_cli_fail(cli, PL_CLI_EXIT_USAGE, hint, "no %s \"%.80s\" here", what, typed);
    }
    json_decref(names);
    return rc;
}

/* The definition that the case runs on. */
static int get_definition(const struct pl_cli *cli, struct placet_client *client, const char *id,
                          json_t **definition_out)
{
    json_t *one = NULL;
    int rc = pl_cli_ask(cli, client, PLACET_KIND_GET,
                        json_pack("{s:s, s:s}", "what", "case", "case", id), &one);

    if (rc == 0) {
        rc = pl_cli_ask(cli, client, PLACET_KIND_GET,
                        json_pack("{s:s, s:O, s:O}", "what", "definition", "workflow",
                                  json_object_get(one, "workflow"), "revision",
                                  json_object_get(one, "revision")),
                        definition_out);
    }
    json_decref(one);
    return rc;
}

int pl_cli_check_step(const struct pl_cli *cli, struct placet_client *client, const char *id,
                      const char *step, const char *decision)
{
    json_t *definition = NULL;
    int rc = get_definition(cli, client, id, &definition);

    if (rc == 0) {
        rc = check_name(cli, pluck(json_object_get(definition, "steps"), "step"), step, "step");
    }
    if (rc == 0 && decision != NULL) {
        const json_t *found = find_step(definition, step);
        json_t *decisions = json_deep_copy(json_object_get(found, "decisions"));
        /* Members of a joint step may be asked for an opinion only. */
        if (json_array_size(json_object_get(found, "services")) > 1) {
            (void)json_array_append_new(decisions, json_string("no_objection"));
            (void)json_array_append_new(decisions, json_string("objection"));
        }
        if (json_array_size(decisions) > 0) {
            rc = check_name(cli, decisions, decision, "decision");
        } else {
            json_decref(decisions); /* a step that only tells: the engine knows */
        }
    }
    json_decref(definition);
    return rc;
}

int pl_cli_check_types(const struct pl_cli *cli, const char *types)
{
    int rc = 0;

    while (rc == 0 && types != NULL && *types != '\0') {
        char name[64];
        const size_t len = strcspn(types, ",");
        (void)snprintf(name, sizeof name, "%.*s", (int)(len < 60 ? len : 60), types);
        rc = check_name(cli, pl_cli_event_types(true), name, "type of event");
        types += len + (types[len] == ',' ? 1 : 0);
    }
    return rc;
}
