#include "args.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

struct words {
    const char *const *at;
    int count;
    int next;
};

static int unknown_option(const struct pl_cli *cli, const char *name)
{
    const char *near = pl_cli_near_option(cli->command, name);
    char hint[128];

    (void)snprintf(hint, sizeof hint, "Did you mean --%s?", near != NULL ? near : "");
    return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, near != NULL ? hint : NULL,
                       "unknown option \"--%s\"%s%s", name,
                       cli->command->name[0] != '\0' ? " of placet " : "", cli->command->name);
}

static int add_option(struct pl_cli *cli, const struct pl_cli_row *row, const char *value,
                      struct words *words)
{
    if (row->arguments[0] == '\0' && value != NULL) {
        return pl_cli_usage(cli, "--%s takes no value", row->name);
    }
    if (row->arguments[0] != '\0' && value == NULL) {
        if (words->next == words->count) {
            return pl_cli_usage(cli, "--%s wants a value: %s", row->name, row->arguments);
        }
        value = words->at[words->next++];
    }
    if (cli->option_count == PL_CLI_OPTIONS_MAX) {
        return pl_cli_usage(cli, "more than %d options", PL_CLI_OPTIONS_MAX);
    }
    cli->options[cli->option_count].row = row;
    cli->options[cli->option_count++].value = value != NULL ? value : "";
    return 0;
}

static int parse_option(struct pl_cli *cli, const char *word, struct words *words)
{
    if (word[1] != '-') {
        const struct pl_cli_row *row = pl_cli_letter_row(cli->command, word[1]);
        if (row == NULL) {
            return pl_cli_usage(cli, "unknown option \"-%c\"", word[1]);
        }
        if (row->arguments[0] == '\0' && word[2] != '\0') {
            return pl_cli_usage(cli, "write options of one letter one by one: -%c", word[1]);
        }
        return add_option(cli, row, word[2] != '\0' ? word + 2 : NULL, words);
    }
    const char *name = word + 2;
    const size_t len = strcspn(name, "=");
    const struct pl_cli_row *row = pl_cli_option_row(cli->command, name, len);
    if (row == NULL) {
        char quoted[PL_CLI_ARGUMENTS_MAX];
        (void)snprintf(quoted, sizeof quoted, "%.*s", (int)(len < 60 ? len : 60), name);
        return unknown_option(cli, quoted);
    }
    return add_option(cli, row, name[len] == '=' ? name + len + 1 : NULL, words);
}

static bool is_option(const char *word)
{
    return word[0] == '-' && word[1] != '\0';
}

/* Reads options up to the first word that is none. */
static int parse_leading(struct pl_cli *cli, struct words *words)
{
    while (words->next < words->count && is_option(words->at[words->next])) {
        const int rc = parse_option(cli, words->at[words->next++], words);
        if (rc != 0) {
            return rc;
        }
    }
    return 0;
}

static int parse_rest(struct pl_cli *cli, struct words *words)
{
    bool only_arguments = false;

    while (words->next < words->count) {
        const char *word = words->at[words->next++];
        if (!only_arguments && strcmp(word, "--") == 0) {
            only_arguments = true;
        } else if (!only_arguments && is_option(word)) {
            const int rc = parse_option(cli, word, words);
            if (rc != 0) {
                return rc;
            }
        } else if (cli->argument_count == PL_CLI_ARGUMENTS_MAX) {
            return pl_cli_usage(cli, "more than %d arguments", PL_CLI_ARGUMENTS_MAX);
        } else {
            cli->arguments[cli->argument_count++] = word;
        }
    }
    return 0;
}

static int unknown_command(const struct pl_cli *cli, const char *const *words, int count)
{
    const char *near = pl_cli_near_command(words, count);
    char hint[160];

    if (near != NULL) {
        (void)snprintf(hint, sizeof hint, "Did you mean \"placet %s\"?", near);
    } else if (pl_cli_is_noun(words[0])) {
        (void)snprintf(hint, sizeof hint, "See \"placet help %.40s\".", words[0]);
    } else {
        (void)snprintf(hint, sizeof hint, "See \"placet help\".");
    }
    if (count > 1 && pl_cli_is_noun(words[0])) {
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, hint, "unknown command \"%.60s %.60s\"",
                           words[0], words[1]);
    }
    return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, hint, "unknown command \"%.60s\"", words[0]);
}

static int check_count(const struct pl_cli *cli)
{
    const int min = pl_cli_arguments_min(cli->command);
    const int max = pl_cli_arguments_max(cli->command);

    if (cli->argument_count < min) {
        const char *missing = cli->command->arguments;
        for (int i = 0; i < cli->argument_count; i++) {
            missing += strcspn(missing, " ");
            missing += strspn(missing, " ");
        }
        return pl_cli_usage(cli, "%.*s is missing", (int)strcspn(missing, " ."), missing);
    }
    if (cli->argument_count > max) {
        return pl_cli_usage(cli, "\"%.60s\" is one argument too many", cli->arguments[max]);
    }
    return 0;
}

static bool set_format(struct pl_cli *cli, const char *format)
{
    static const char *const names[] = {"table", "json", "jsonl", "yaml", "sarif"};

    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        if (strcmp(names[i], format) == 0) {
            cli->format = (enum pl_cli_format)i;
            return true;
        }
    }
    return false;
}

/* Machines want mistakes of the command line in their own language, too: look before parsing. */
static void guess_format(struct pl_cli *cli, const char *const *words, int count)
{
    for (int i = 0; i + 1 < count; i++) {
        if (strcmp(words[i], "-o") == 0 || strcmp(words[i], "--output") == 0) {
            (void)set_format(cli, words[i + 1]);
        }
    }
}

static int parse_format(struct pl_cli *cli)
{
    const char *format = pl_cli_option(cli, "output");

    cli->format = PL_CLI_TABLE;
    if (format != NULL && !set_format(cli, format)) {
        return pl_cli_usage(cli, "\"%.60s\" is no output format: table, json, jsonl or yaml",
                            format);
    }
    if (cli->format == PL_CLI_SARIF && strcmp(cli->command->name, "check") != 0) {
        cli->format = PL_CLI_TABLE;
        return pl_cli_usage(cli, "only \"placet check\" writes sarif");
    }
    if (cli->format == PL_CLI_SARIF && pl_cli_given(cli, "fields")) {
        return pl_cli_usage(cli, "--fields picks from json, jsonl, yaml and table, not from sarif");
    }
    return 0;
}

static bool is_dumb(void)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");

    return (no_color != NULL && no_color[0] != '\0') || term == NULL || strcmp(term, "dumb") == 0;
}

static int parse_color(struct pl_cli *cli)
{
    const char *when = pl_cli_option(cli, "color");

    cli->color = isatty(STDOUT_FILENO) == 1 && !is_dumb();
    cli->color_err = isatty(STDERR_FILENO) == 1 && !is_dumb();
    if (when == NULL || strcmp(when, "auto") == 0) {
        return 0;
    }
    if (strcmp(when, "always") != 0 && strcmp(when, "never") != 0) {
        return pl_cli_usage(cli, "\"%.60s\" is no value of --color: auto, always or never", when);
    }
    cli->color = strcmp(when, "always") == 0;
    cli->color_err = cli->color;
    return 0;
}

/* COLUMNS may narrow or widen the output; without it a terminal knows, and a file has no limit. */
static int find_width(void)
{
    const char *columns = getenv("COLUMNS");
    struct winsize size;

    if (columns != NULL) {
        char *end = NULL;
        const long value = strtol(columns, &end, 10);
        if (*end == '\0' && value >= 20 && value <= 10000) {
            return (int)value;
        }
    }
    if (isatty(STDOUT_FILENO) == 1 && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0) {
        return size.ws_col;
    }
    return 0;
}

int pl_cli_parse(struct pl_cli *cli, const char *const *words, int count, bool *help_out)
{
    struct words rest = {.at = words, .count = count};
    int used = 0;

    cli->command = pl_cli_rows();
    guess_format(cli, words, count);
    int rc = parse_leading(cli, &rest);
    if (rc != 0) {
        return rc;
    }
    if (rest.next < count) {
        const struct pl_cli_row *command =
            pl_cli_command(words + rest.next, count - rest.next, &used);
        if (command == NULL) {
            return unknown_command(cli, words + rest.next, count - rest.next);
        }
        cli->command = command;
        rest.next += used;
        rc = parse_rest(cli, &rest);
    }
    if (rc == 0) {
        rc = parse_format(cli);
    }
    if (rc == 0) {
        rc = parse_color(cli);
    }
    cli->width = find_width();
    *help_out = pl_cli_given(cli, "help") || cli->command == pl_cli_rows();
    if (rc == 0 && !*help_out) {
        rc = check_count(cli);
    }
    return rc;
}

const char *pl_cli_argument(const struct pl_cli *cli, int index)
{
    return index < cli->argument_count ? cli->arguments[index] : NULL;
}

const char *pl_cli_option(const struct pl_cli *cli, const char *name)
{
    const struct pl_cli_row *row = pl_cli_option_row(cli->command, name, strlen(name));
    assert(row != NULL); /* the table has every option that a handler asks for */

    for (int i = cli->option_count; i > 0; i--) {
        if (cli->options[i - 1].row == row) {
            return cli->options[i - 1].value;
        }
    }
    return NULL;
}
