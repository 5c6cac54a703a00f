/* Messages in, answers out. Checks come in the order of their cost: frames, header, size, kind,
 * profile, session, permission, fields. Everything from outside is hostile until it passed them;
 * what does not pass is answered as the protocol says, or dropped when nobody could use the
 * answer. */
#ifndef PL_SERVER_PROTOCOL_H
#define PL_SERVER_PROTOCOL_H

#include "port/bus.h"
#include "server/server.h"

/* Handles one message within the current turn: commands run by pl_turn_execute, the answer goes to
 * the outbox. Returns 0, or a status that ends the turn (never PLACET_ELIMIT: such a message is
 * refused with RESOURCE_EXHAUSTED). */
int pl_protocol_handle(struct pl_server *s, const struct pl_message *message);

#endif
