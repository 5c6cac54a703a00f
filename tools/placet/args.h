/* The command line, taken apart as the table says. */
#ifndef PL_CLI_ARGS_H
#define PL_CLI_ARGS_H

#include "cli.h"

/* Fills `cli` from the words after the program's name. Options of every command may stand before
 * the command, all others anywhere after it; `--name=value` and `--name value` are the same; `--`
 * ends them. Returns 0, or the exit code after saying what is wrong. `*help_out` says that help was
 * asked for: then arguments may be missing, and the command is the row of the program when none was
 * named. */
int pl_cli_parse(struct pl_cli *cli, const char *const *words, int count, bool *help_out);

#endif
