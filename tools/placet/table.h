/* The table of commands (commands.def), and looking things up in it. */
#ifndef PL_CLI_TABLE_H
#define PL_CLI_TABLE_H

#include <stdbool.h>
#include <stddef.h>

struct pl_cli;

/* Does the work of a command; returns the exit code of the program (cli.h). */
typedef int pl_cli_handler(struct pl_cli *cli);

enum pl_cli_row_kind {
    PL_CLI_PROGRAM,
    PL_CLI_GROUP,
    PL_CLI_COMMAND,
    PL_CLI_ABOUT,
    PL_CLI_OPTION,
    PL_CLI_EXAMPLE,
    PL_CLI_END,
};

/* One row of commands.def; which members are used depends on the kind. */
struct pl_cli_row {
    enum pl_cli_row_kind kind;
    const char *name;      /* of a command or an option; the line of an example */
    const char *arguments; /* of a command; of an option "FORMAT", "" when it takes none */
    const char *en;        /* what it does; the title of a group; a paragraph */
    const char *zh;
    pl_cli_handler *handler;
    bool changes;
    bool engine;
    char letter; /* 0: none */
};

/* The first row, of kind PL_CLI_PROGRAM; the last is of kind PL_CLI_END. */
const struct pl_cli_row *pl_cli_rows(void);

/* The next row after `row`, of this kind and of the same command; NULL when there is none. Begin
 * with the row of the command. */
const struct pl_cli_row *pl_cli_next(const struct pl_cli_row *row, enum pl_cli_row_kind kind);

/* The command with the longest name that the words begin with; `*used_out` is how many words that
 * are. NULL when there is none. */
const struct pl_cli_row *pl_cli_command(const char *const *words, int count, int *used_out);

/* Whether commands "word ..." exist, though "word" alone is none: `placet calendar`. */
bool pl_cli_is_noun(const char *word);

/* The option of a command, its own or one that every command has; NULL when it has none such. */
const struct pl_cli_row *pl_cli_option_row(const struct pl_cli_row *command, const char *name,
                                           size_t len);
const struct pl_cli_row *pl_cli_letter_row(const struct pl_cli_row *command, char letter);

/* How many arguments a command takes at least and at most, as its row says. */
int pl_cli_arguments_min(const struct pl_cli_row *command);
int pl_cli_arguments_max(const struct pl_cli_row *command);

/* The name nearest to what was written, for "did you mean"; NULL when nothing is near. */
const char *pl_cli_near_command(const char *const *words, int count);
const char *pl_cli_near_option(const struct pl_cli_row *command, const char *name);

#endif
