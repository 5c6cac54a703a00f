/* What commands that change one case share. */
#ifndef PL_CLI_ACTING_H
#define PL_CLI_ACTING_H

#include <jansson.h>
#include <placet/protocol.h>

#include "cli.h"

/* The JSON object in a file, or an exit code. */
int pl_cli_read_json(const struct pl_cli *cli, const char *path, json_t **value_out);

/* Sends a command about the case that the first argument names, in the name of an officer or an
 * applicant, and says that it is done: `done` is what the record has now. The body is taken over.
 */
int pl_cli_act(struct pl_cli *cli, const char *role, enum placet_kind kind, json_t *body,
               const char *done);

/* The same as an officer, of the step that the second argument names, and of `--item`. */
int pl_cli_act_on_task(struct pl_cli *cli, enum placet_kind kind, json_t *body, const char *done);

#endif
