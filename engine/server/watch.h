/* Event streams. Live and replay are one path: each watch is a cursor over the journal that is
 * served by credit, a bounded piece each turn, in short reads. A watcher that does not take its
 * events costs a cursor; it slows neither the engine nor another watcher.
 *
 * The tail is the lossy publication of the same events for dashboards. */
#ifndef PL_SERVER_WATCH_H
#define PL_SERVER_WATCH_H

#include "server/server.h"

/* Makes s->watches; PLACET_ENOMEM. */
int pl_watches_init(struct pl_server *s);
void pl_watches_fini(struct pl_server *s);

/* After the commit and the outbox: sends EVENTS and MARK up to state.last_seq straight on the bus,
 * bounded for each turn. */
void pl_watches_serve(struct pl_server *s);

/* Whether some watch has credit and events to get: then the next turn does not sleep. */
bool pl_watches_behind(const struct pl_server *s);

/* After the commit: publishes the events of the frame that was just committed, if anybody listens,
 * and HEAD when a second has passed. `frame` may be empty. */
void pl_tail_publish(struct pl_server *s, struct pl_bytes frame);

#endif
