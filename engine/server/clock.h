/* The system's clock and chance behind port/clock.h.
 *
 * At rate 1 the engine's time is the system's (UTC), never stepping back below the last commit. At
 * a higher rate it is a time of its own that begins at `start_ms` or where the journal ends, and
 * stands still while it is held (decisions/0007). */
#ifndef PL_SERVER_CLOCK_H
#define PL_SERVER_CLOCK_H

#include <stdbool.h>

#include "port/clock.h"

struct pl_system_clock {
    struct pl_clock clock;
    int64_t last_ms;      /* last time that was told */
    int64_t last_real_ms; /* when */
    int64_t ceiling_ms;
    bool own; /* a time of its own */
};

/* `start_ms` 0: the system's time now. */
void pl_system_clock_init(struct pl_system_clock *clock, int64_t rate, int64_t start_ms);

/* getrandom(2). */
struct pl_random *pl_system_random(void);

#endif
