/* eval: one expression over data of the user. */
#include <placet/expression.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli.h"
#include "files.h"
#include "grid.h"
#include "output.h"

/* What is read from files lives until the answer is printed. */
struct asking {
    struct placet_sight sight;
    struct placet_writer data;
    struct placet_writer schema;
    char calendar[PL_CLI_PATH_SIZE];
};

/* ---- what to evaluate over ---- */

static int read_json(struct pl_cli *cli, const char *path, struct placet_writer *out,
                     struct placet_value *value_out)
{
    struct placet_error err = {.status = PLACET_OK};
    char *text = NULL;
    size_t size = 0;
    int rc = pl_cli_read_file(cli, path, &text, &size);

    if (rc != 0) {
        return rc;
    }
    rc = placet_put_json(out, text, size, &err);
    free(text);
    if (rc == PLACET_OK) {
        rc = placet_writer_value(out, value_out);
    }
    if (rc < 0) {
        (void)snprintf(err.file, sizeof err.file, "%s", strcmp(path, "-") == 0 ? "stdin" : path);
        return pl_cli_fail_status(cli, rc, &err);
    }
    return 0;
}

static int read_files(struct pl_cli *cli, struct asking *asking)
{
    const char *data = pl_cli_option(cli, "data");
    const char *schema = pl_cli_option(cli, "schema");
    const char *calendar = pl_cli_option(cli, "calendar");
    int rc = data != NULL ? read_json(cli, data, &asking->data, &asking->sight.data) : 0;

    if (rc == 0 && data != NULL && placet_value_type(asking->sight.data) != PLACET_TYPE_MAP) {
        rc = pl_cli_fail(cli, PL_CLI_EXIT_NO, "Its fields are the names of the expression.",
                         "the data are no JSON object");
    }
    if (rc == 0 && schema != NULL) {
        rc = read_json(cli, schema, &asking->schema, &asking->sight.schema);
    }
    if (rc == 0 && calendar != NULL) {
        rc = pl_cli_calendar(cli, calendar, asking->calendar);
        asking->sight.calendar_path = asking->calendar;
    } else if (rc == 0 && pl_cli_shipped("calendars/cn.yaml", asking->calendar)) {
        asking->sight.calendar_path = asking->calendar;
    }
    return rc;
}

/* ---- mistakes ---- */

/* Bytes of the first `columns` characters. */
static size_t bytes_of(const char *text, uint32_t columns)
{
    size_t at = 0;

    while (columns > 0 && text[at] != '\0' && text[at] != '\n') {
        at++;
        while (((unsigned char)text[at] & 0xC0) == 0x80) {
            at++;
        }
        columns--;
    }
    return at;
}

/* Columns of a terminal that so many bytes take. */
static size_t width_of(const char *text, size_t size)
{
    char *part = strndup(text, size);
    const size_t width = part != NULL ? pl_cli_width(part) : 0;

    free(part);
    return width;
}

/* The line of the expression in which a character stands; `*column` becomes its column there. */
static const char *line_of(const char *expression, uint32_t *column)
{
    const char *line = expression;
    uint32_t in_line = 1;

    for (uint32_t passed = 1; passed < *column && *expression != '\0'; passed++) {
        const bool ends = *expression == '\n';
        expression += ends ? 1 : bytes_of(expression, 1);
        line = ends ? expression : line;
        in_line = ends ? 1 : in_line + 1;
    }
    *column = in_line;
    return line;
}

static int say(struct pl_cli *cli, const char *expression, uint32_t column, uint32_t length,
               const char *message, const char *hint)
{
    if (cli->format != PL_CLI_TABLE || column == 0) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, hint, "%s", message);
    }
    (void)fflush(stdout);
    const char *line = line_of(expression, &column);
    const size_t before = width_of(line, bytes_of(line, column - 1));
    const size_t under =
        width_of(line, bytes_of(line, column - 1 + (length > 0 ? length : 1))) - before;
    (void)fprintf(stderr, "%serror:%s %s\n  %.*s\n  %*s", cli->color_err ? "\033[1;31m" : "",
                  cli->color_err ? "\033[0m" : "", message, (int)strcspn(line, "\n"), line,
                  (int)before, "");
    for (size_t i = 0; i < (under > 0 ? under : 1); i++) {
        (void)fputc('^', stderr);
    }
    (void)fprintf(stderr, "\n%s%s%s", hint[0] != '\0' ? "  " : "", hint,
                  hint[0] != '\0' ? "\n" : "");
    return PL_CLI_EXIT_NO;
}

/* A name or number is underlined whole, anything else by its first character. */
static uint32_t word_length(const char *expression, uint32_t column)
{
    const char *line = line_of(expression, &column);
    const char *at = line + bytes_of(line, column - 1);

    return (uint32_t)strspn(at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.");
}

/* ---- the answer ---- */

static void draw(const struct pl_cli *cli, json_t *value)
{
    char *text = json_dumps(json_object_get(value, "value"), JSON_ENCODE_ANY);

    pl_cli_print(cli, PL_CLI_BOLD, "%s", text != NULL ? text : "");
    pl_cli_print(cli, PL_CLI_DIM, "\n%s, cost %lld of at most %lld\n", pl_cli_text(value, "type"),
                 (long long)pl_cli_number(value, "cost"),
                 (long long)pl_cli_number(value, "cost_max"));
    free(text);
}

static int show(struct pl_cli *cli, const char *expression, const struct placet_evaluation *result)
{
    if (result->fault[0] != '\0') {
        return say(cli, expression, result->column, result->length, result->fault, "");
    }
    json_t *value = json_pack(
        "{s:o, s:s, s:I, s:I}", "value", json_loads(result->json, JSON_DECODE_ANY, NULL), "type",
        result->type, "cost", (json_int_t)result->cost, "cost_max", (json_int_t)result->cost_max);
    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw}, PL_CLI_EXIT_YES);
}

int pl_cli_run_eval(struct pl_cli *cli)
{
    const char *expression = pl_cli_argument(cli, 0);
    struct asking asking = {.sight = {.type = pl_cli_option(cli, "type"),
                                      .now = pl_cli_option(cli, "now"),
                                      .now_ms = (int64_t)time(NULL) * 1000}};
    struct placet_evaluation result = {0};
    struct placet_error err = {.status = PLACET_OK};
    int rc = read_files(cli, &asking);

    if (rc == 0) {
        rc = placet_evaluate(expression, &asking.sight, &result, &err);
        if (rc == PLACET_OK) {
            rc = show(cli, expression, &result);
            placet_evaluation_fini(&result);
        } else if (err.column > 0 && err.file[0] == '\0') {
            rc = say(cli, expression, err.column, word_length(expression, err.column), err.message,
                     err.hint);
        } else if (rc == PLACET_EINVALID && err.file[0] == '\0') {
            rc = pl_cli_fail(cli, PL_CLI_EXIT_USAGE, err.hint, "%s", err.message);
        } else {
            rc = pl_cli_fail_status(cli, rc, &err);
        }
    }
    placet_writer_fini(&asking.data);
    placet_writer_fini(&asking.schema);
    return rc;
}
