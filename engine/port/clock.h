/* The only source of time and of chance. The server stamps batches with it; nothing below the
 * server asks. */
#ifndef PL_PORT_CLOCK_H
#define PL_PORT_CLOCK_H

#include <stddef.h>
#include <stdint.h>

struct pl_clock {
    /* The engine's time, UTC ms; never below `floor_ms`, the time of the last commit. May run fast
     * (rate > 1). */
    int64_t (*now_ms)(struct pl_clock *clock, int64_t floor_ms);

    /* Real milliseconds until the engine's time reaches `at_ms` (0 when it has), for the poll. */
    int64_t (*real_ms_until)(struct pl_clock *clock, int64_t at_ms);

    /* Monotonic real milliseconds: heartbeats, fuses. */
    int64_t (*real_ms)(struct pl_clock *clock);

    /* A fast clock does not pass this time until it is called again (INT64_MAX: free); a clock of
     * rate 1 ignores it. */
    void (*hold)(struct pl_clock *clock, int64_t ceiling_ms);

    int64_t rate; /* engine milliseconds for one real millisecond; 1 in production */
};

struct pl_random {
    /* Fills with unpredictable bytes (leases); in tests from a seed. */
    void (*fill)(struct pl_random *random, void *bytes, size_t size);
};

#endif
