#include <stdatomic.h>
#include <stddef.h>
#include <sys/mman.h>

#include "bench.h"

/* Latencies by octave of microseconds, each octave in 64 parts: an error of 1.6 % at most. */
#define PARTS_LOG2 6
#define PARTS      (1u << PARTS_LOG2)
#define OCTAVES    32
#define BUCKETS    (OCTAVES * PARTS)

struct pl_bench_share {
    _Atomic uint64_t steps;
    _Atomic uint64_t cases;
    _Atomic uint64_t refusals;
    _Atomic bool ended;
    _Atomic uint64_t buckets[BUCKETS];
};

struct pl_bench_share *pl_bench_share_new(void)
{
    void *memory = mmap(NULL, sizeof(struct pl_bench_share), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

void pl_bench_share_free(struct pl_bench_share *share)
{
    if (share != NULL) {
        (void)munmap(share, sizeof(*share));
    }
}

static unsigned bucket_of(uint64_t us)
{
    if (us < PARTS) {
        return (unsigned)us;
    }
    const unsigned octave = 63u - (unsigned)__builtin_clzll(us) - PARTS_LOG2;
    const unsigned bucket = (octave + 1) * PARTS + (unsigned)((us >> octave) & (PARTS - 1));
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The upper end of a bucket. */
static double us_of(unsigned bucket)
{
    if (bucket < PARTS) {
        return bucket + 1.0;
    }
    const unsigned octave = bucket / PARTS - 1;
    return (double)((uint64_t)(PARTS + bucket % PARTS + 1) << octave);
}

void pl_bench_share_step(struct pl_bench_share *share, uint64_t took_us, bool last_of_case)
{
    atomic_fetch_add_explicit(&share->steps, 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&share->buckets[bucket_of(took_us)], 1, memory_order_relaxed);
    if (last_of_case) {
        atomic_fetch_add_explicit(&share->cases, 1, memory_order_relaxed);
    }
}

void pl_bench_share_refused(struct pl_bench_share *share)
{
    atomic_fetch_add_explicit(&share->refusals, 1, memory_order_relaxed);
}

void pl_bench_share_end(struct pl_bench_share *share)
{
    atomic_store(&share->ended, true);
}

bool pl_bench_share_ended(const struct pl_bench_share *share)
{
    return atomic_load(&share->ended);
}

uint64_t pl_bench_share_steps(const struct pl_bench_share *share)
{
    return atomic_load_explicit(&share->steps, memory_order_relaxed);
}

uint64_t pl_bench_share_cases(const struct pl_bench_share *share)
{
    return atomic_load_explicit(&share->cases, memory_order_relaxed);
}

uint64_t pl_bench_share_refusals(const struct pl_bench_share *share)
{
    return atomic_load_explicit(&share->refusals, memory_order_relaxed);
}

void pl_bench_share_forget(struct pl_bench_share *share)
{
    for (unsigned i = 0; i < BUCKETS; i++) {
        atomic_store_explicit(&share->buckets[i], 0, memory_order_relaxed);
    }
}

double pl_bench_share_quantile_ms(const struct pl_bench_share *share, double quantile)
{
    uint64_t total = 0;
    uint64_t below = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        total += atomic_load_explicit(&share->buckets[i], memory_order_relaxed);
    }
    for (unsigned i = 0; i < BUCKETS && total > 0; i++) {
        below += atomic_load_explicit(&share->buckets[i], memory_order_relaxed);
        if ((double)below >= quantile * (double)total) {
            return us_of(i) / 1000;
        }
    }
    return 0;
}
