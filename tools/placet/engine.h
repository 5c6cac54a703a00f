/* Asking an engine. One session a command; every question has an answer or an end within ten
 * seconds of real time. Answers are JSON from here on: what the engine says in milliseconds becomes
 * RFC 3339. */
#ifndef PL_CLI_ENGINE_H
#define PL_CLI_ENGINE_H

#include <jansson.h>
#include <placet/client.h>

#include "cli.h"

/* Who asks: the account of the user, so that the record says who decided. Never NULL. */
const char *pl_cli_user(void);

/* Says that no engine answers, and what to do. */
int pl_cli_unreachable(const struct pl_cli *cli);

/* Opens a session in a role ("monitor", "portal", "officer"). Returns 0, or the exit code after
 * saying what is wrong. */
int pl_cli_connect(const struct pl_cli *cli, const char *role, struct placet_client **client_out);

/* Asks and waits; `body` (may be NULL) is taken over. `*answer_out` belongs to the caller. Returns
 * 0, or the exit code after saying what is wrong: a refusal is a failure, too. */
int pl_cli_ask(const struct pl_cli *cli, struct placet_client *client, enum placet_kind kind,
               json_t *body, json_t **answer_out);

/* All items of a LIST, page by page, at most `max`; `filter` (may be NULL) is taken over. As
 * pl_cli_ask. `*more_out` says that there are more. */
int pl_cli_list(const struct pl_cli *cli, struct placet_client *client, const char *what,
                json_t *filter, size_t max, json_t **items_out, bool *more_out);

/* The number of a case from what a user wrote: the number itself ("C42"), or the applicant's key of
 * one case, open or closed. As pl_cli_ask. */
int pl_cli_find_case(const struct pl_cli *cli, struct placet_client *client, const char *text,
                     char id_out[PLACET_CASE_SIZE]);

/* A value of the wire as JSON; NULL without memory. */
json_t *pl_cli_json(struct placet_value value);

/* Makes RFC 3339 of the milliseconds under these keys, null of 0 and of what is absent. */
void pl_cli_stamp(json_t *object, const char *const *keys, size_t count);
#define PL_CLI_STAMP(OBJECT, ...)                                                                  \
    pl_cli_stamp((OBJECT), (const char *const[]){__VA_ARGS__},                                     \
                 sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

/* Says once for each department that tasks wait for it and nobody is there. `services` is a list of
 * objects with `department` and `connected`; those that are connected are passed over. */
void pl_cli_warn_missing(const struct pl_cli *cli, const json_t *services);

#endif
