/* How a case is shown: alone, in lists, and why it waits. The `tidy` functions make of the answer
 * of the engine what `-o json` prints; the `draw` functions draw that. */
#ifndef PL_CLI_CASE_VIEW_H
#define PL_CLI_CASE_VIEW_H

#include <jansson.h>

#include "cli.h"

void pl_cli_case_tidy(json_t *value);
void pl_cli_case_draw(const struct pl_cli *cli, json_t *value);

/* A case as lists have it, and such a list: {cases, more}. */
void pl_cli_summary_tidy(json_t *value);
void pl_cli_cases_draw(const struct pl_cli *cli, json_t *value);

void pl_cli_why_tidy(json_t *value);
void pl_cli_why_draw(const struct pl_cli *cli, json_t *value);

/* {tasks, more} */
void pl_cli_task_tidy(json_t *value);
void pl_cli_tasks_draw(const struct pl_cli *cli, json_t *value);

/* Time and limit under a key, for people; "" when there is none. */
#define PL_CLI_LOCAL_SIZE 32
const char *pl_cli_local(const json_t *object, const char *key, char out[PL_CLI_LOCAL_SIZE]);
const char *pl_cli_local_due(const json_t *object, const char *key, char out[PL_CLI_LOCAL_SIZE]);

#endif
