/* Help, manual pages and completion: the table of commands in other shapes. */
#ifndef PL_CLI_HELP_H
#define PL_CLI_HELP_H

#include "cli.h"

/* Help of a command, or of the whole program for the row of the program. */
void pl_cli_help(const struct pl_cli *cli, const struct pl_cli_row *command);

/* Writes placet.1, placet-<command>.1 and placetd.8 below `folder`. Returns the exit code. */
int pl_cli_man(const struct pl_cli *cli, const char *folder);

#endif
