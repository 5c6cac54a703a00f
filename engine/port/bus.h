/* Messages in and out, as the server needs them. Implemented by bus/zmq.c and tests/sim.
 *
 * The bus moves bytes and knows peers; what they mean is the server's business. Sizes are bounded
 * by the bus (PL_PUBLISH_BODY_MAX); bodies are NOT validated by it. */
#ifndef PL_PORT_BUS_H
#define PL_PORT_BUS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "value/reader.h"

enum pl_endpoint { PL_ENDPOINT_WORK, PL_ENDPOINT_API, PL_ENDPOINT_TAIL, PL_ENDPOINTS };

/* A connected peer: the bus's own number for a connection to one endpoint, never reused while the
 * engine runs. */
struct pl_peer {
    uint64_t v;
};

struct pl_message {
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    struct pl_bytes header; /* F0 as it came; may be of the wrong size */
    struct pl_bytes body;   /* F1 as it came; empty when the frame count was wrong */
    uint32_t frames;        /* number of frames after the routing id; 2 is right */
};

struct pl_bus;

struct pl_bus_ops {
    /* Waits up to `timeout_ms` for something to read, then takes what is there without blocking, at
     * most `max` messages and about `bytes_max` bytes. The memory belongs to the bus until the next
     * call. Returns the number, or a negative status. */
    int (*receive)(struct pl_bus *bus, int timeout_ms, struct pl_message *out, unsigned max,
                   uint32_t bytes_max);

    /* Sends two frames. PLACET_OK; PLACET_EUNREACHABLE: the peer is gone; PLACET_ELIMIT: its queue
     * is full. Never blocks. */
    int (*send)(struct pl_bus *bus, enum pl_endpoint endpoint, struct pl_peer to,
                struct pl_bytes header, struct pl_bytes body);

    /* Publishes on the tail endpoint, lossily: topic, header, body. */
    void (*publish)(struct pl_bus *bus, struct pl_text topic, struct pl_bytes header,
                    struct pl_bytes body);

    /* Whether anybody subscribed to the tail: otherwise nothing need be made for it. */
    bool (*has_listeners)(struct pl_bus *bus);
};

struct pl_bus {
    const struct pl_bus_ops *ops;
};

#endif
