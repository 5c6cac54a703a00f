/* Names that a user typed against those of the case, before the engine is asked: it says no in a
 * few words, and here is room for what there is instead. */
#ifndef PL_CLI_CASE_CHECK_H
#define PL_CLI_CASE_CHECK_H

#include <placet/client.h>

#include "cli.h"

/* Whether the case has the step and, unless `decision` is NULL, the step may decide so. Returns 0,
 * or the exit code after saying what is wrong. */
int pl_cli_check_step(const struct pl_cli *cli, struct placet_client *client, const char *id,
                      const char *step, const char *decision);

/* Whether all of "a,b" are types of events. As pl_cli_check_step. */
int pl_cli_check_types(const struct pl_cli *cli, const char *types);

#endif
