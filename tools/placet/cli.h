/* One run of `placet`: what was asked, where answers go, and how it ends.
 *
 * A handler reads its arguments here, asks the engine or the files, and says the result by output.h
 * or a failure by the functions below. Everything it allocates it frees; the program may be told to
 * end at any time (Ctrl-C), which is pl_cli_interrupted. */
#ifndef PL_CLI_CLI_H
#define PL_CLI_CLI_H

#include <placet/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "table.h"

/* The meaning of the exit codes, the same in every command; help and the manual print this list. */
#define PL_CLI_EXITS(X)                                                                            \
    X(YES, 0, "yes, done")                                                                         \
    X(NO, 1, "the answer is no: mistakes found, refused, different, late, not well")               \
    X(USAGE, 2, "the command line is wrong")                                                       \
    X(UNREACHABLE, 3, "the engine cannot be reached")                                              \
    X(NOT_FOUND, 4, "no such file, case, step, workflow")                                          \
    X(CONFLICT, 5, "in conflict with the present state")                                           \
    X(DENIED, 6, "not allowed")                                                                    \
    X(TIMEOUT, 7, "no answer in time; the outcome is open")                                        \
    X(INTERRUPTED, 130, "ended by Ctrl-C")

enum pl_cli_exit {
#define X(NAME, VALUE, TEXT) PL_CLI_EXIT_##NAME = (VALUE),
    PL_CLI_EXITS(X)
#undef X
};

enum pl_cli_format { PL_CLI_TABLE, PL_CLI_JSON, PL_CLI_JSONL, PL_CLI_YAML, PL_CLI_SARIF };

#define PL_CLI_ARGUMENTS_MAX 256 /* as many files as a folder has */
#define PL_CLI_OPTIONS_MAX   64

struct pl_cli {
    const struct pl_cli_row *command;
    const char *arguments[PL_CLI_ARGUMENTS_MAX];
    int argument_count;
    struct {
        const struct pl_cli_row *row;
        const char *value; /* "" of an option without a value */
    } options[PL_CLI_OPTIONS_MAX];
    int option_count;

    enum pl_cli_format format;
    bool color;     /* of standard output */
    bool color_err; /* of standard error */
    int width;      /* columns of standard output; 0: no terminal, no limit */
};

/* Argument number `index`, from 0; NULL when it was not given. */
const char *pl_cli_argument(const struct pl_cli *cli, int index);

/* The value of an option of this command, "" for one without a value, NULL when it was not given.
 * Given twice, the last counts. */
const char *pl_cli_option(const struct pl_cli *cli, const char *name);
static inline bool pl_cli_given(const struct pl_cli *cli, const char *name)
{
    return pl_cli_option(cli, name) != NULL;
}

/* True once Ctrl-C or SIGTERM came. */
bool pl_cli_interrupted(void);

/* Says on standard error what is wrong (one clause) and what to do (sentences, may be NULL), as
 * text or, with -o json, as one line of JSON. Returns `code`. */
__attribute__((format(printf, 4, 5))) int pl_cli_fail(const struct pl_cli *cli,
                                                      enum pl_cli_exit code, const char *hint,
                                                      const char *message, ...);

/* The same for a mistake in the arguments; the usage of the command is the hint. */
__attribute__((format(printf, 2, 3))) int pl_cli_usage(const struct pl_cli *cli,
                                                       const char *message, ...);

/* The same for the failure of a library. `err` may be all zero: then the status speaks. */
int pl_cli_fail_status(const struct pl_cli *cli, int status, const struct placet_error *err);

/* Something that does not stop the command: one line on standard error. */
__attribute__((format(printf, 2, 3))) void pl_cli_warn(const struct pl_cli *cli,
                                                       const char *message, ...);

/* pl_cli_run_check and so on: one handler a row of commands.def. */
#define PROGRAM(ARGUMENTS, EN, ZH)
#define GROUP(TITLE)
#define COMMAND(NAME, HANDLER, IMPACT, PLACE, ARGUMENTS, EN, ZH)                                   \
    pl_cli_handler pl_cli_run_##HANDLER;
#define ABOUT(TEXT)
#define OPTION(NAME, LETTER, VALUE, EN)
#define EXAMPLE(LINE, EN)
#include "commands.def"
#undef PROGRAM
#undef GROUP
#undef COMMAND
#undef ABOUT
#undef OPTION
#undef EXAMPLE

#endif
