/* Answers and signals at the door: whether they look as their step says. */
#ifndef PL_SERVER_ANSWERS_H
#define PL_SERVER_ANSWERS_H

#include "server/request.h"

/* Whether the answer of a TASK_COMPLETE or TASK_DECIDE fits `answer` of its step. What the members
 * of a joint step say beside the lead has no schema; nor has a compensation, or a decision that
 * ends the case or sends it back and comes without an answer. Otherwise the message has been
 * answered:
 * `*rc_out`. */
bool pl_answer_fits(struct pl_request *r, const struct pl_command *cmd, struct pl_bytes answer,
                    int *rc_out);

/* The same for the data of a signal, and every step of the case that waits for it. */
bool pl_signal_fits(struct pl_request *r, struct pl_case_id id, const struct pl_command *cmd,
                    int *rc_out);

#endif
