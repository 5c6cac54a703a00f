/* How long a stop of the clock takes, as it was told in writing: the case remembers only the event.
 */
#ifndef PL_SERVER_ESTIMATE_H
#define PL_SERVER_ESTIMATE_H

#include "server/server.h"

/* Reads it from the journal; "" when the event is 0 or no longer kept. Cut to the size of `out`. */
void pl_stop_estimate(struct pl_server *s, uint64_t seq, char *out, size_t size);

#endif
