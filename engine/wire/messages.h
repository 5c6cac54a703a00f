/* What the messages of the protocol are called, who may send them, and the body of an error reply.
 * The header's codec and the names are public (<placet/protocol.h>) and implemented here. */
#ifndef PL_WIRE_MESSAGES_H
#define PL_WIRE_MESSAGES_H

#include <placet/protocol.h>
#include <stdbool.h>

#include "value/writer.h"

struct pl_kind_info {
    uint16_t number;
    const char *name;
    const char *on;   /* endpoints: W work, A api, T tail */
    const char *from; /* roles: A adapter, P portal, O officer or admin, M monitor; - the engine */
};

/* NULL for a number that is no kind. */
const struct pl_kind_info *pl_kind_info(unsigned number);

/* Writes {code, name, message, retry} and, when given, `after` (ms; 0 = none) and `detail` (one
 * value; size 0 = none). `message` NULL takes the fixed text of the code. */
void pl_error_write(struct pl_writer *out, enum placet_code code, const char *message,
                    int64_t after_ms, struct pl_bytes detail);

#endif
