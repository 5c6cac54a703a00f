/* Ready tasks by service, in order of acceptance (the sequence that made them ready). Folded from
 * the cases, kept in memory only; entries are checked against the case when they are taken out, so
 * nothing has to be removed when a task is answered otherwise. Services are numbered for the whole
 * store, by name. */
#ifndef PL_SERVER_QUEUES_H
#define PL_SERVER_QUEUES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/ids.h"
#include "model/limits.h"

struct pl_queue_entry {
    uint64_t ready_seq;
    struct pl_case_id case_id;
    uint16_t step;
    uint16_t item;
};

struct pl_queue {
    char name[PL_ID_MAX * 2 + 2]; /* "department.service" */
    struct pl_queue_entry *heap;
    uint32_t count;
    uint32_t size;
    uint32_t credit; /* hands free over all subscriptions; kept by sessions.c */
};

struct pl_queues {
    struct pl_queue *queues;
    uint32_t count;
    uint32_t size;
};

void pl_queues_init(struct pl_queues *queues);
void pl_queues_fini(struct pl_queues *queues);

/* Empties every queue; services keep their numbers. */
void pl_queues_clear(struct pl_queues *queues);

/* The number of a service, added when new; UINT32_MAX at PL_SERVICES_MAX or without memory. */
uint32_t pl_queues_service(struct pl_queues *queues, struct pl_text name);

/* The number of a service that is known, or UINT32_MAX. */
uint32_t pl_queues_find(const struct pl_queues *queues, struct pl_text name);

int pl_queues_push(struct pl_queues *queues, uint32_t service, struct pl_queue_entry entry);

/* Whether the next push takes more memory. */
bool pl_queues_is_full(const struct pl_queues *queues, uint32_t service);

/* Drops the entries of which `keep` says no. Takes time for each entry: when the queue is full. */
void pl_queues_sweep(struct pl_queues *queues, uint32_t service,
                     bool (*keep)(const void *context, const struct pl_queue_entry *entry),
                     const void *context);

/* Takes the entry with the lowest sequence. False when the queue is empty. */
bool pl_queues_pop(struct pl_queues *queues, uint32_t service, struct pl_queue_entry *entry_out);

#endif
