/* An event as one value and as one line. */
#ifndef PL_CLI_EVENT_LINE_H
#define PL_CLI_EVENT_LINE_H

#include <jansson.h>
#include <placet/client.h>

#include "cli.h"

/* As `-o json` prints it (schemas/cli/watch.schema.json); NULL without memory. */
json_t *pl_cli_event_json(const struct placet_event *event);

/* One line: when, which case, which step, what. */
void pl_cli_event_print(const struct pl_cli *cli, const json_t *event);

/* Types of events for a filter, as a list: those that people follow a case by, or all. */
json_t *pl_cli_event_types(bool technical);

#endif
