/* What may leave only after the commit: replies, tasks, cancellations. Lives in the turn's arena;
 * dropped whole when the turn fails, so that nothing is told that is not durable. */
#ifndef PL_SERVER_OUTBOX_H
#define PL_SERVER_OUTBOX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "port/bus.h"
#include "value/writer.h"

struct pl_letter {
    struct pl_letter *next;
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    uint8_t header[16];
    struct pl_bytes body;
};

struct pl_outbox {
    struct pl_arena *arena;
    struct pl_letter *first;
    struct pl_letter **last;
    uint32_t count;
};

void pl_outbox_init(struct pl_outbox *outbox, struct pl_arena *arena);

/* Reserves a body of at most `size` bytes in the arena and opens a writer on it; NULL-safe:
 * PLACET_ELIMIT when the arena is full. */
int pl_outbox_open(struct pl_outbox *outbox, uint32_t size, struct pl_writer *body_out);

/* Queues a letter whose body was written by the writer of the last pl_outbox_open; gives back what
 * was not used. */
int pl_outbox_post(struct pl_outbox *outbox, enum pl_endpoint endpoint, struct pl_peer peer,
                   const uint8_t header[16], const struct pl_writer *body);

/* Sends everything in order and empties. Letters whose peer is gone or full are dropped: `lost` is
 * called for each. */
void pl_outbox_flush(struct pl_outbox *outbox, struct pl_bus *bus,
                     void (*lost)(void *context, const struct pl_letter *letter, int status),
                     void *context);

#endif
