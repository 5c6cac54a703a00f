/* One case and the time around it, for tests of the core: decides, applies, and after every command
 * checks what must always hold (reliability: I4 to I9, replay). */
#ifndef PL_TESTS_WORLD_H
#define PL_TESTS_WORLD_H

#include "core/core.h"
#include "support/definition_builder.h"

#define WORLD_EVENTS_MAX  4096
#define WORLD_VALUES_MAX  2048
#define WORLD_VALUES_SIZE (1 << 16)

struct world {
    const struct pl_definition *def;
    struct pl_case c;
    struct pl_step steps[BUILD_STEPS];
    struct pl_task tasks[BUILD_TASKS];
    struct pl_facts facts;
    struct pl_bytes form;
    uint8_t form_memory[256];
    struct pl_outcome out; /* of the last command */
    struct pl_event journal[WORLD_EVENTS_MAX];
    int64_t times[WORLD_EVENTS_MAX];
    uint32_t journal_count;
    struct pl_value_at values[WORLD_VALUES_MAX]; /* that events brought, as a store keeps them */
    uint32_t value_count;
    uint8_t value_memory[WORLD_VALUES_SIZE];
    size_t value_used;
    uint32_t seen; /* where `saw` goes on */
    uint8_t leases;
};

/* Time starts on 2025-03-03T09:00+08:00 (a Monday); the form is {"fire": false, "area": 10}. */
void world_init(struct world *w, const struct pl_definition *def);

/* Decides and applies. A rejection leaves the case as it was but for a recorded refusal. */
enum pl_rejection world_do(struct world *w, struct pl_command cmd);

enum pl_rejection world_start(struct world *w);
void world_set_form(struct world *w, bool fire, const char *area);

/* A case that has begun. */
void world_begin(struct world *w, const struct pl_definition *def);

/* Offers and takes a task; gives its lease. */
struct pl_lease world_take(struct world *w, uint16_t step, uint16_t item);
enum pl_rejection world_offer(struct world *w, uint16_t step, uint16_t item);

/* Offers, takes and completes, with a reason. */
enum pl_rejection world_answer(struct world *w, uint16_t step, uint16_t item, const char *decision);

/* Completes with a lease; `body` stands for the message. */
enum pl_rejection world_complete(struct world *w, uint16_t step, uint16_t item,
                                 struct pl_lease lease, const char *decision, uint64_t body);

/* Offers, takes and completes in the name of an officer. */
enum pl_rejection world_sign(struct world *w, uint16_t step, uint16_t item, const char *decision,
                             const char *officer);

/* What the engine tells a RUN step of its child. */
enum pl_rejection world_child(struct world *w, enum pl_command_kind kind, uint16_t step,
                              uint16_t item, const char *decision);

/* An officer's command. */
enum pl_rejection world_officer(struct world *w, enum pl_command_kind kind, uint16_t step,
                                uint16_t item);
enum pl_rejection world_signal(struct world *w, const char *name);

/* A signal that brings a number. */
enum pl_rejection world_signal_with(struct world *w, const char *name, int64_t number);
enum pl_rejection world_supplement(struct world *w);

/* Moves the time; `world_until` fires every timer on the way at its own time. */
void world_set_time(struct world *w, struct pl_date date, int64_t ms_of_day);
void world_until(struct world *w, int64_t at_ms);
enum pl_rejection world_fire(struct world *w);

/* Whether the next event of this kind, after those seen before, is of this step and item. */
bool world_saw(struct world *w, enum pl_event_kind kind, uint16_t step);
unsigned world_count(const struct world *w, enum pl_event_kind kind);

/* That event; fails the test when there is none. */
const struct pl_event *world_next(struct world *w, enum pl_event_kind kind, uint16_t step);

enum pl_step_state world_state(const struct world *w, uint16_t step);
const struct pl_task *world_task(const struct world *w, uint16_t step, uint16_t item);

/* How many tasks of a step are in a state. */
unsigned world_count_tasks(const struct world *w, uint16_t step, enum pl_task_state state);

/* What the step as a whole waits for; fails the test when that is nothing. */
struct pl_wait world_wait_of(const struct world *w, uint16_t step);

/* The first millisecond after a day in the zone of the calendar: the end of a limit. */
int64_t world_day_end(struct pl_date date);

#endif
