/* One message while it is handled: its fields, and its answer.
 *
 * Fields are fetched by name; the first mistake is remembered and later fetches give zeros, so that
 * a handler fetches all it needs and looks once: `if (pl_request_bad(r)) return
 * pl_answer_mistake(r);`. Keys that nobody fetches are ignored, as the protocol says. Everything
 * that is fetched borrows from the message. */
#ifndef PL_SERVER_REQUEST_H
#define PL_SERVER_REQUEST_H

#include <placet/protocol.h>
#include <stdbool.h>

#include "server/server.h"
#include "wire/messages.h"

struct pl_session;

struct pl_request {
    struct pl_server *server;
    const struct pl_message *message;
    struct placet_header header;
    struct pl_session *session; /* NULL for HELLO */
    struct pl_bytes body;
    const char *mistake_key; /* NULL: none so far */
    const char *mistake;     /* one clause */
};

enum pl_need { PL_OPTIONAL, PL_REQUIRED };

/* ---- fields ---- */

struct pl_text pl_request_text(struct pl_request *r, const char *key, uint32_t len_max,
                               enum pl_need need);
int64_t pl_request_int(struct pl_request *r, const char *key, int64_t min, int64_t max,
                       enum pl_need need); /* absent: `min` clamped to 0 */
int64_t pl_request_int_or(struct pl_request *r, const char *key, int64_t min, int64_t max,
                          int64_t fallback);
bool pl_request_bool(struct pl_request *r, const char *key, bool fallback);
struct pl_bytes pl_request_map(struct pl_request *r, const char *key, enum pl_need need);
struct pl_bytes pl_request_value(struct pl_request *r, const char *key); /* of any type */
struct pl_bytes pl_request_array(struct pl_request *r, const char *key, enum pl_need need);

/* `case`: "C1042", or `workflow` and `key` of an open case. Id 0 with a mistake otherwise; an open
 * case that is not found by its key is a mistake too. */
struct pl_case_id pl_request_case(struct pl_request *r);

/* `task` and, for adapters, `lease`. */
struct pl_task_ref pl_request_task(struct pl_request *r);
struct pl_lease pl_request_lease(struct pl_request *r);

void pl_request_mistake(struct pl_request *r, const char *key, const char *clause);

static inline bool pl_request_bad(const struct pl_request *r)
{
    return r->mistake_key != NULL;
}

/* ---- answers: each returns what the handler returns ---- */

/* Opens the body of a reply; NULL when the turn has no room left (then answer with
 * pl_answer_exhausted). Nothing else may use the turn's arena until pl_answer_send. */
struct pl_writer *pl_answer_open(struct pl_request *r, struct pl_writer *body, uint32_t size);
int pl_answer_send(struct pl_request *r, uint16_t flags, const struct pl_writer *body);

/* Copies bytes that are MessagePack already: the elements of an array that was counted. */
void pl_write_raw(struct pl_writer *out, struct pl_bytes bytes);

int pl_answer_error(struct pl_request *r, enum placet_code code, const char *message,
                    int64_t after_ms, struct pl_bytes detail);
int pl_answer_mistake(struct pl_request *r); /* INVALID_ARGUMENT {path} */
int pl_answer_exhausted(struct pl_request *r);

/* Runs a command and answers {partition, sequence, case}, or with the rejection. */
int pl_answer_command(struct pl_request *r, struct pl_command *cmd);

/* The same in two steps, for replies with fields of their own: `ran` stays false when the answer
 * has been given already (a rejection, or no room). */
int pl_request_execute(struct pl_request *r, struct pl_command *cmd, struct pl_verdict *out,
                       bool *ran);
/* What pl_request_execute does with a result that is there already. */
int pl_request_executed(struct pl_request *r, const struct pl_verdict *x, bool *ran);
void pl_write_verdict(struct pl_writer *body, const struct pl_verdict *x); /* three pairs */

/* A command of this session: who, with what right, under which idempotency id (client commands:
 * `idem` is required). */
struct pl_command pl_request_command(struct pl_request *r, enum pl_command_kind kind);

#endif
