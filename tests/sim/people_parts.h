/* What the parts of `people` use of each other. Whatever is said goes through people_say, which
 * remembers it for the promises; everybody draws from the same numbers. */
#ifndef PL_TESTS_SIM_PEOPLE_PARTS_H
#define PL_TESTS_SIM_PEOPLE_PARTS_H

#include "sim/people.h"

extern const char *const people_officers[3];
extern const char *const people_services[DRAWN_DEPARTMENTS];

bool people_one_in(struct people *p, uint32_t n);

/* Without a memory of it; gives the correlation. */
uint64_t people_send(struct people *p, uint64_t peer, uint16_t kind, const uint8_t *body, size_t n);
void people_ensure_session(struct people *p, uint64_t peer);
void people_say(struct people *p, uint64_t peer, uint16_t kind, const struct pl_writer *body);

/* A map of so many pairs, and its pair that makes the command idempotent. */
void people_open_body(struct pl_writer *out, uint8_t memory[SAID_BODY_MAX], uint32_t pairs);
void people_add_idem(struct people *p, struct pl_writer *out);

/* The applicant and the officer. */
void people_publish(struct people *p);
void people_amend(struct people *p);
void people_start(struct people *p);
void people_govern(struct people *p);

/* The adapters: one of them does something with a task; a task comes to one. */
void people_work(struct people *p);
void people_take_task(struct people *p, const struct sim_letter *letter);

/* An answer must be what was promised before. */
void people_compare_answer(struct people *p, const struct sim_letter *letter);

#endif
