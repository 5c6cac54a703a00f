/* Numbers for tests that try many cases: drawn from a seed, so that a failure comes back. */
#ifndef PL_TESTS_DRAW_H
#define PL_TESTS_DRAW_H

#include <stdint.h>

struct draw {
    uint64_t state; /* any seed */
};

/* SplitMix64. */
static inline uint64_t draw_u64(struct draw *draw)
{
    uint64_t z = draw->state += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/* From 0 to below - 1. */
static inline uint32_t draw_below(struct draw *draw, uint32_t below)
{
    return (uint32_t)((draw_u64(draw) >> 32) * below >> 32);
}

#endif
