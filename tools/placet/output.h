/* Results: one JSON value a command, shown as people or machines want it.
 *
 * A handler builds the value that `-o json` prints (schemas/cli describes it) and says how to draw
 * it as a table from that same value: the two cannot tell different things. */
#ifndef PL_CLI_OUTPUT_H
#define PL_CLI_OUTPUT_H

#include <jansson.h>

#include "cli.h"

struct pl_cli_result {
    json_t *value;    /* an object; pl_cli_show takes it over. NULL: no memory */
    const char *list; /* key of the list in it that is the point of it: one line each with -o jsonl,
                         columns with --fields. NULL: the object itself */
    void (*draw)(const struct pl_cli *cli, json_t *value); /* NULL: key and value in rows */
};

/* Prints. Returns `code`, or another exit code after saying what is wrong (--fields). */
int pl_cli_show(const struct pl_cli *cli, struct pl_cli_result result, enum pl_cli_exit code);

/* One value of a stream: a line of JSON, a YAML document. For tables the handler prints itself. */
int pl_cli_show_line(const struct pl_cli *cli, json_t *value);

/* The text under a key, "" when there is none; numbers and booleans need `json_..._value`. */
const char *pl_cli_text(const json_t *object, const char *key);
int64_t pl_cli_number(const json_t *object, const char *key);

#endif
