#include "output.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "grid.h"
#include "yaml_out.h"

#define FIELDS_MAX 32

const char *pl_cli_text(const json_t *object, const char *key)
{
    const char *text = json_string_value(json_object_get(object, key));
    return text != NULL ? text : "";
}

int64_t pl_cli_number(const json_t *object, const char *key)
{
    return json_integer_value(json_object_get(object, key));
}

static void print_json(const json_t *value, size_t flags)
{
    (void)json_dumpf(value, stdout, flags | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
    (void)fputc('\n', stdout);
}

static int no_memory(const struct pl_cli *cli)
{
    return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
}

static int print_machine(const struct pl_cli *cli, json_t *value, const json_t *list)
{
    size_t i = 0;
    const json_t *item = NULL;

    switch (cli->format) {
    case PL_CLI_YAML:
        return pl_cli_yaml(value, stdout) == 0 ? 0 : no_memory(cli);
    case PL_CLI_JSONL:
        if (list == NULL) {
            print_json(value, JSON_COMPACT);
        }
        json_array_foreach(list, i, item)
        {
            print_json(item, JSON_COMPACT);
        }
        return 0;
    case PL_CLI_JSON:
    case PL_CLI_SARIF:
    case PL_CLI_TABLE:
    default:
        print_json(value, JSON_INDENT(2));
        return 0;
    }
}

/* A scalar as it stands in a cell; lists and maps as JSON. The caller frees. */
static char *cell_of(const json_t *value)
{
    if (json_is_string(value)) {
        return strdup(json_string_value(value));
    }
    if (value == NULL || json_is_null(value)) {
        return strdup("");
    }
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
}

static void put_value(struct pl_cli_grid *grid, const json_t *value)
{
    char *text = cell_of(value);
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", text != NULL ? text : "");
    free(text);
}

/* Key and value, one a row: what has no drawing of its own. */
static void draw_object(const struct pl_cli *cli, json_t *value)
{
    static const struct pl_cli_column columns[] = {{.title = ""}, {.title = ""}};
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, 2);
    const char *key = NULL;
    json_t *item = NULL;

    json_object_foreach(value, key, item)
    {
        pl_cli_grid_put(grid, PL_CLI_DIM, "%s", key);
        put_value(grid, item);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

/* ---- --fields ---- */

struct fields {
    char *text;
    const char *names[FIELDS_MAX];
    unsigned count;
};

static bool split_fields(struct fields *fields, const char *option)
{
    fields->text = strdup(option);
    for (char *at = fields->text; at != NULL && fields->count < FIELDS_MAX;) {
        fields->names[fields->count++] = strsep(&at, ",");
    }
    return fields->text != NULL;
}

static json_t *pick(const json_t *object, const struct fields *fields)
{
    json_t *picked = json_object();

    for (unsigned i = 0; i < fields->count; i++) {
        json_t *value = json_object_get(object, fields->names[i]);
        (void)json_object_set(picked, fields->names[i], value != NULL ? value : json_null());
    }
    return picked;
}

static json_t *pick_each(const json_t *list, const struct fields *fields)
{
    json_t *all = json_array();
    size_t i = 0;
    const json_t *item = NULL;

    json_array_foreach(list, i, item)
    {
        (void)json_array_append_new(all, pick(item, fields));
    }
    return all;
}

static void draw_fields(const struct pl_cli *cli, const json_t *list, const struct fields *fields)
{
    struct pl_cli_column columns[FIELDS_MAX] = {{.title = NULL}};
    size_t i = 0;
    const json_t *item = NULL;

    for (unsigned f = 0; f < fields->count; f++) {
        columns[f].title = fields->names[f];
    }
    struct pl_cli_grid *grid = pl_cli_grid_new(columns, fields->count);
    json_array_foreach(list, i, item)
    {
        for (unsigned f = 0; f < fields->count; f++) {
            put_value(grid, json_object_get(item, fields->names[f]));
        }
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

/* A field that no item has is a typing mistake; say which ones there are. */
static int check_fields(const struct pl_cli *cli, json_t *object, const struct fields *fields)
{
    for (unsigned f = 0; object != NULL && f < fields->count; f++) {
        if (json_object_get(object, fields->names[f]) != NULL) {
            continue;
        }
        char hint[512] = "There are:";
        const char *key = NULL;
        json_t *value = NULL;
        json_object_foreach(object, key, value)
        {
            const size_t used = strlen(hint);
            (void)snprintf(hint + used, sizeof hint - used, " %s", key);
        }
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, hint, "no field \"%.60s\" here",
                           fields->names[f]);
    }
    return 0;
}

static int show_fields(const struct pl_cli *cli, json_t *value, const char *key, const char *option)
{
    struct fields fields = {0};
    json_t *list = key != NULL ? json_incref(json_object_get(value, key)) : json_pack("[O]", value);
    int rc = split_fields(&fields, option) ? 0 : no_memory(cli);

    if (rc == 0) {
        rc = check_fields(cli, json_array_get(list, 0), &fields);
    }
    if (rc == 0 && cli->format == PL_CLI_TABLE) {
        draw_fields(cli, list, &fields);
    } else if (rc == 0) {
        json_t *picked = pick_each(list, &fields);
        json_t *whole =
            key != NULL ? json_pack("{s:O}", key, picked) : json_incref(json_array_get(picked, 0));
        rc =
            whole != NULL ? print_machine(cli, whole, key != NULL ? picked : NULL) : no_memory(cli);
        json_decref(whole);
        json_decref(picked);
    }
    json_decref(list);
    free(fields.text);
    return rc;
}

int pl_cli_show(const struct pl_cli *cli, struct pl_cli_result result, enum pl_cli_exit code)
{
    const char *fields = pl_cli_option(cli, "fields");
    int rc = 0;

    if (result.value == NULL) {
        return no_memory(cli);
    }
    if (fields != NULL) {
        rc = show_fields(cli, result.value, result.list, fields);
    } else if (cli->format == PL_CLI_TABLE) {
        (result.draw != NULL ? result.draw : draw_object)(cli, result.value);
    } else {
        rc = print_machine(cli, result.value,
                           result.list != NULL ? json_object_get(result.value, result.list) : NULL);
    }
    json_decref(result.value);
    return rc != 0 ? rc : (int)code;
}

int pl_cli_show_line(const struct pl_cli *cli, json_t *value)
{
    const char *option = pl_cli_option(cli, "fields");
    struct fields fields = {0};
    json_t *picked = NULL;
    int rc = 0;

    if (option != NULL) {
        if (!split_fields(&fields, option)) {
            return no_memory(cli);
        }
        picked = pick(value, &fields);
        value = picked;
        free(fields.text);
    }
    if (cli->format == PL_CLI_YAML) {
        rc = pl_cli_yaml(value, stdout) == 0 ? 0 : no_memory(cli);
    } else {
        print_json(value, JSON_COMPACT);
    }
    json_decref(picked);
    (void)fflush(stdout);
    return rc;
}
