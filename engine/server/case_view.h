/* Cases as people see them: open ones from memory, closed ones from the store. */
#ifndef PL_SERVER_CASE_VIEW_H
#define PL_SERVER_CASE_VIEW_H

#include "server/server.h"

struct pl_found {
    struct pl_case c;
    const struct pl_definition *def;
    bool open;
};

/* Unpacks a case into the turn's arena. PLACET_ENOTFOUND, PLACET_ELIMIT, PLACET_ECORRUPT. */
int pl_case_find(struct pl_server *s, struct pl_case_id id, struct pl_found *found_out);

/* The same for open cases only. */
int pl_case_find_open(struct pl_server *s, struct pl_case_id id, struct pl_found *found_out);

/* The same for a slot; PLACET_ENOTFOUND when it is free. Does not touch the turn's list of cases,
 * so that a scan may give the arena back after each. */
int pl_case_in_slot(struct pl_server *s, uint32_t slot, struct pl_found *found_out);

/* "open", "paused" or "closed". */
const char *pl_case_state(const struct pl_found *found);

/* Whether the limit of a step whose clock runs has passed. */
bool pl_case_is_late(const struct pl_found *found, int64_t now_ms);

/* One line of a list. At most PL_CASE_SUMMARY_SIZE. */
#define PL_CASE_SUMMARY_SIZE (4096 + PL_STEPS_MAX * (PL_ID_MAX + 3))
void pl_case_write_summary(struct pl_writer *out, const struct pl_found *found, int64_t now_ms);

/* Everything but the documents: the summary and each step with its tasks. */
uint32_t pl_case_full_size(const struct pl_found *found);
void pl_case_write_full(struct pl_writer *out, const struct pl_server *s,
                        const struct pl_found *found, struct pl_bytes form);

/* Key and time, nil for 0. */
void pl_write_key_time(struct pl_writer *out, const char *key, int64_t at_ms);

/* One task with its step; the pairs of a map that the caller opened: so many. */
#define PL_TASK_PAIRS 12 /* of a plain one */
uint32_t pl_task_pairs(const struct pl_found *found, uint16_t step, uint16_t item);
#define PL_TASK_VIEW_SIZE 2048
void pl_task_write(struct pl_writer *out, const struct pl_server *s, const struct pl_found *found,
                   uint16_t step, uint16_t item);

#endif
