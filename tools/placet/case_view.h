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

#endif
