/* The peers: sessions, subscriptions, credit, and who holds which task. Memory only: after a
 * restart every peer gets NO_SESSION and says HELLO again, while leases live on in the cases.
 *
 * A *hand* is one unit of credit. A subscription has `max` hands at most; offering a task takes
 * one, and it is free again when the task is answered, parked, released, cancelled, or queued
 * again after a time-out. */
#ifndef PL_SERVER_SESSIONS_H
#define PL_SERVER_SESSIONS_H

#include "server/server.h"

/* Makes s->sessions; PLACET_ENOMEM. */
int pl_sessions_init(struct pl_server *s);
void pl_sessions_fini(struct pl_server *s);

/* For recover.c: once for every task that is leased (OFFERED, ACTIVE, PARKED) in a recovered case.
 * Its holder is unknown until some session speaks of it; known still when a turn was taken back. */
void pl_sessions_recovered(struct pl_server *s, const struct pl_live *live, uint16_t step,
                           uint16_t item);

/* Matches ready tasks with free hands by TASK_OFFER commands, round-robin over the subscriptions of
 * a service, until hands, tasks or the turn's room are used up. Called after all commands and
 * timers of the turn. Returns the number of offers, or a status that ends the turn. */
int pl_sessions_offer(struct pl_server *s);

/* Effects, called within the turn; letters go to the outbox.
 * SEND_TASK: TASK to the session of the offer that is being executed.
 * CANCEL_TASK: CANCEL to the session that holds it, if one is known. */
int pl_sessions_send_task(struct pl_server *s, const struct pl_live *live, uint16_t step,
                          uint16_t item);
void pl_sessions_cancel_task(struct pl_server *s, const struct pl_live *live, uint16_t step,
                             uint16_t item);

/* Whether offers were left for want of room in the turn: then the next turn does not sleep. */
bool pl_sessions_behind(const struct pl_server *s);

/* At the end of every turn: drops sessions that are silent for config.session_dead_ms, and holds a
 * fast clock while a message is on its way. Cheap when there is nothing to do. */
void pl_sessions_tick(struct pl_server *s);

/* The turn was taken back (PLACET_EFULL): forgets holders that are none according to the state. */
void pl_sessions_turn_failed(struct pl_server *s);

/* A letter could not be delivered: its session ends, its tasks time out. For pl_outbox_flush. */
void pl_sessions_letter_lost(void *server, const struct pl_letter *letter, int status);

#endif
