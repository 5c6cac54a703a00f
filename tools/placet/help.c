#include "help.h"

#include <jansson.h>
#include <placet/protocol.h>
#include <placet/version.h>
#include <stdio.h>
#include <string.h>

#include "grid.h"
#include "output.h"

static const struct pl_cli_column two_columns[] = {{.title = ""},
                                                   {.title = "", .cut = 30, .wrap = true}};
static const struct pl_cli_column command_columns[] = {
    {.title = ""}, {.title = "", .drop = 1}, {.title = "", .cut = 46, .wrap = true}};

static void put_command(struct pl_cli_grid *grid, const struct pl_cli_row *row)
{
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "  %s %s", row->name, row->arguments);
    pl_cli_grid_put(grid, PL_CLI_DIM, "%s", row->zh);
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", row->en);
}

static void put_option(struct pl_cli_grid *grid, const struct pl_cli_row *row)
{
    char letter[8] = "    ";

    if (row->letter != 0) {
        (void)snprintf(letter, sizeof letter, "-%c, ", row->letter);
    }
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "  %s--%s%s%s", letter, row->name,
                    row->arguments[0] != '\0' ? " " : "", row->arguments);
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", row->en);
}

static void print_options(const struct pl_cli *cli, const struct pl_cli_row *command)
{
    struct pl_cli_grid *grid = pl_cli_grid_new(two_columns, 2);

    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_OPTION); row != NULL;
         row = pl_cli_next(row, PL_CLI_OPTION)) {
        put_option(grid, row);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

/* One grid for all groups, so that they line up; headings come between its rows. */
static void print_commands(const struct pl_cli *cli)
{
    const struct pl_cli_row *row = pl_cli_rows();

    while (row->kind != PL_CLI_END) {
        if (row->kind == PL_CLI_GROUP) {
            pl_cli_print(cli, PL_CLI_BOLD, "\n%s\n", row->en);
        }
        struct pl_cli_grid *grid = pl_cli_grid_new(command_columns, 3);
        for (row++; row->kind != PL_CLI_GROUP && row->kind != PL_CLI_END; row++) {
            if (row->kind == PL_CLI_COMMAND) {
                put_command(grid, row);
            }
        }
        pl_cli_grid_print(grid, cli);
        pl_cli_grid_free(grid);
    }
}

static void print_exits(const struct pl_cli *cli)
{
    struct pl_cli_grid *grid = pl_cli_grid_new(two_columns, 2);

#define X(NAME, VALUE, TEXT)                                                                       \
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "  %d", (VALUE));                                          \
    pl_cli_grid_put(grid, PL_CLI_PLAIN, "%s", (TEXT));
    PL_CLI_EXITS(X)
#undef X
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

static void help_program(const struct pl_cli *cli, const struct pl_cli_row *program)
{
    (void)printf("placet %s: %s  %s\n\nUsage: placet %s\n", PLACET_VERSION, program->en,
                 program->zh, program->arguments);
    print_commands(cli);
    pl_cli_print(cli, PL_CLI_BOLD, "\nOptions of every command\n");
    print_options(cli, program);
    pl_cli_print(cli, PL_CLI_BOLD, "\nExit codes\n");
    print_exits(cli);
    (void)printf("\nBegin with: placet dev. More: placet help COMMAND\n");
}

static void print_examples(const struct pl_cli *cli, const struct pl_cli_row *command)
{
    struct pl_cli_grid *grid = pl_cli_grid_new(two_columns, 2);

    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_EXAMPLE); row != NULL;
         row = pl_cli_next(row, PL_CLI_EXAMPLE)) {
        pl_cli_grid_put(grid, PL_CLI_PLAIN, "  %s", row->name);
        pl_cli_grid_put(grid, PL_CLI_DIM, "%s", row->en);
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

void pl_cli_help(const struct pl_cli *cli, const struct pl_cli_row *command)
{
    if (command->kind == PL_CLI_PROGRAM) {
        help_program(cli, command);
        return;
    }
    char title[512];

    (void)snprintf(title, sizeof title, "placet %s: %s  %s", command->name, command->en,
                   command->zh);
    pl_cli_paragraph(cli, 0, title);
    (void)printf("\nUsage: placet %s%s%s [OPTION...]\n", command->name,
                 command->arguments[0] != '\0' ? " " : "", command->arguments);
    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_ABOUT); row != NULL;
         row = pl_cli_next(row, PL_CLI_ABOUT)) {
        (void)fputc('\n', stdout);
        pl_cli_paragraph(cli, 0, row->en);
    }
    if (pl_cli_next(command, PL_CLI_EXAMPLE) != NULL) {
        pl_cli_print(cli, PL_CLI_BOLD, "\nExamples\n");
        print_examples(cli, command);
    }
    if (pl_cli_next(command, PL_CLI_OPTION) != NULL) {
        pl_cli_print(cli, PL_CLI_BOLD, "\nOptions\n");
        print_options(cli, command);
    }
    pl_cli_print(cli, PL_CLI_BOLD, "\nOptions of every command\n");
    print_options(cli, pl_cli_rows());
    (void)printf("\n%s; exit codes: placet help\n",
                 command->changes ? "This command changes something" : "This command only reads");
}

/* The commands "word" and "word ...". */
static void help_noun(const struct pl_cli *cli, const char *word)
{
    struct pl_cli_grid *grid = pl_cli_grid_new(command_columns, 3);
    const size_t len = strlen(word);
    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        if (row->kind == PL_CLI_COMMAND && strncmp(row->name, word, len) == 0 &&
            (row->name[len] == ' ' || row->name[len] == '\0')) {
            put_command(grid, row);
        }
    }
    pl_cli_grid_print(grid, cli);
    pl_cli_grid_free(grid);
}

/* ---- help --json ---- */

static json_t *options_of(const struct pl_cli_row *command)
{
    json_t *options = json_array();

    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_OPTION); row != NULL;
         row = pl_cli_next(row, PL_CLI_OPTION)) {
        const char letter[2] = {row->letter, '\0'};
        (void)json_array_append_new(
            options, json_pack("{s:s, s:s?, s:s?, s:s}", "name", row->name, "letter",
                               row->letter != 0 ? letter : NULL, "value",
                               row->arguments[0] != '\0' ? row->arguments : NULL, "help", row->en));
    }
    return options;
}

static json_t *texts_of(const struct pl_cli_row *command, enum pl_cli_row_kind kind)
{
    json_t *texts = json_array();

    for (const struct pl_cli_row *row = pl_cli_next(command, kind); row != NULL;
         row = pl_cli_next(row, kind)) {
        (void)json_array_append_new(
            texts, kind == PL_CLI_ABOUT
                       ? json_string(row->en)
                       : json_pack("{s:s, s:s}", "line", row->name, "help", row->en));
    }
    return texts;
}

static json_t *table_as_json(void)
{
    json_t *commands = json_array();
    json_t *exits = json_array();

    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        if (row->kind == PL_CLI_COMMAND) {
            (void)json_array_append_new(
                commands,
                json_pack("{s:s, s:s, s:{s:s, s:s}, s:s, s:b, s:o, s:o, s:o}", "name", row->name,
                          "arguments", row->arguments, "title", "zh", row->zh, "en", row->en,
                          "impact", row->changes ? "changes" : "reads", "engine", (int)row->engine,
                          "about", texts_of(row, PL_CLI_ABOUT), "options", options_of(row),
                          "examples", texts_of(row, PL_CLI_EXAMPLE)));
        }
    }
#define X(NAME, VALUE, TEXT)                                                                       \
    (void)json_array_append_new(                                                                   \
        exits, json_pack("{s:i, s:s, s:s}", "code", (VALUE), "name", #NAME, "help", (TEXT)));
    PL_CLI_EXITS(X)
#undef X
    return json_pack("{s:s, s:o, s:o, s:o}", "version", PLACET_VERSION, "options",
                     options_of(pl_cli_rows()), "commands", commands, "exit_codes", exits);
}

int pl_cli_run_help(struct pl_cli *cli)
{
    int used = 0;

    if (pl_cli_given(cli, "man")) {
        return pl_cli_man(cli, pl_cli_option(cli, "man"));
    }
    if (pl_cli_given(cli, "json")) {
        cli->format = PL_CLI_JSON;
    }
    if (cli->format != PL_CLI_TABLE) {
        return pl_cli_show(cli,
                           (struct pl_cli_result){.value = table_as_json(), .list = "commands"},
                           PL_CLI_EXIT_YES);
    }
    if (cli->argument_count == 0) {
        pl_cli_help(cli, pl_cli_rows());
        return PL_CLI_EXIT_YES;
    }
    const bool noun = cli->argument_count == 1 && pl_cli_is_noun(cli->arguments[0]);
    const struct pl_cli_row *command = pl_cli_command(cli->arguments, cli->argument_count, &used);
    if (command == NULL && !noun) {
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, NULL, "no command \"%.60s\"", cli->arguments[0]);
    }
    if (command != NULL) {
        pl_cli_help(cli, command);
    }
    if (command != NULL && noun) {
        pl_cli_print(cli, PL_CLI_BOLD, "\nRelated\n");
    }
    if (noun) {
        help_noun(cli, cli->arguments[0]);
    }
    return PL_CLI_EXIT_YES;
}

int pl_cli_run_version(struct pl_cli *cli)
{
    if (cli->format == PL_CLI_TABLE) {
        (void)printf("placet %s, protocol %d\n", PLACET_VERSION, PLACET_PROTOCOL_VERSION);
        return PL_CLI_EXIT_YES;
    }
    return pl_cli_show(
        cli,
        (struct pl_cli_result){.value = json_pack("{s:s, s:i}", "version", PLACET_VERSION,
                                                  "protocol", PLACET_PROTOCOL_VERSION)},
        PL_CLI_EXIT_YES);
}
