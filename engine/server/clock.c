#include "server/clock.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/check.h"

static int64_t read_ms(clockid_t id)
{
    struct timespec now;

    PL_CHECK(clock_gettime(id, &now) == 0);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct pl_system_clock *clock_of(struct pl_clock *clock)
{
    return (struct pl_system_clock *)(void *)((char *)clock -
                                              offsetof(struct pl_system_clock, clock));
}

static int64_t system_real_ms(struct pl_clock *clock)
{
    (void)clock;
    return read_ms(CLOCK_MONOTONIC);
}

/* What the time is, without telling it. */
static int64_t peek_ms(const struct pl_system_clock *c, int64_t real_ms)
{
    if (!c->own) {
        return read_ms(CLOCK_REALTIME);
    }
    const int64_t now_ms = c->last_ms + (real_ms - c->last_real_ms) * c->clock.rate;
    const int64_t ceiling_ms = c->ceiling_ms > c->last_ms ? c->ceiling_ms : c->last_ms;
    return now_ms < ceiling_ms ? now_ms : ceiling_ms;
}

static int64_t system_now_ms(struct pl_clock *clock, int64_t floor_ms)
{
    struct pl_system_clock *c = clock_of(clock);
    const int64_t real_ms = read_ms(CLOCK_MONOTONIC);
    const int64_t now_ms = peek_ms(c, real_ms);

    c->last_ms = now_ms > floor_ms ? now_ms : floor_ms;
    c->last_real_ms = real_ms;
    return c->last_ms;
}

static int64_t system_real_ms_until(struct pl_clock *clock, int64_t at_ms)
{
    const struct pl_system_clock *c = clock_of(clock);
    const int64_t now_ms = peek_ms(c, read_ms(CLOCK_MONOTONIC));

    if (at_ms <= now_ms) {
        return 0;
    }
    /* A clock that is held does not get there before somebody calls. */
    if (c->own && at_ms > c->ceiling_ms) {
        return INT64_MAX;
    }
    return (at_ms - now_ms + clock->rate - 1) / clock->rate;
}

static void system_hold(struct pl_clock *clock, int64_t ceiling_ms)
{
    struct pl_system_clock *c = clock_of(clock);

    if (!c->own || ceiling_ms == c->ceiling_ms) {
        return;
    }
    /* The time until now passed under the old ceiling. */
    const int64_t real_ms = read_ms(CLOCK_MONOTONIC);
    c->last_ms = peek_ms(c, real_ms);
    c->last_real_ms = real_ms;
    c->ceiling_ms = ceiling_ms;
}

void pl_system_clock_init(struct pl_system_clock *clock, int64_t rate, int64_t start_ms)
{
    PL_CHECK(rate >= 1);
    *clock = (struct pl_system_clock){
        .clock = {.now_ms = system_now_ms,
                  .real_ms_until = system_real_ms_until,
                  .real_ms = system_real_ms,
                  .hold = system_hold,
                  .rate = rate},
        .last_ms = start_ms != 0 ? start_ms : read_ms(CLOCK_REALTIME),
        .last_real_ms = read_ms(CLOCK_MONOTONIC),
        /* A fast clock starts when the server lets it: opening takes real time. */
        .ceiling_ms = rate > 1 ? 0 : INT64_MAX,
        .own = rate > 1 || start_ms != 0,
    };
}

/* A system call for every lease would be a fiftieth of a step: the kernel is asked for many at
 * once. What was handed out is wiped, so that a memory dump shows no lease that is not in use. */
struct pool {
    struct pl_random random;
    uint8_t bytes[1024];
    size_t left;
};

static void refill(struct pool *pool)
{
    while (pool->left < sizeof pool->bytes) {
        const ssize_t n = getrandom(pool->bytes + pool->left, sizeof pool->bytes - pool->left, 0);
        PL_CHECK(n >= 0 || errno == EINTR);
        pool->left += n > 0 ? (size_t)n : 0;
    }
}

static void random_fill(struct pl_random *random, void *bytes, size_t size)
{
    struct pool *pool = (struct pool *)(void *)((char *)random - offsetof(struct pool, random));

    PL_CHECK(size <= sizeof pool->bytes);
    if (pool->left < size) {
        refill(pool);
    }
    pool->left -= size;
    memcpy(bytes, pool->bytes + pool->left, size);
    explicit_bzero(pool->bytes + pool->left, size);
}

struct pl_random *pl_system_random(void)
{
    static struct pool pool = {.random = {.fill = random_fill}};
    return &pool.random;
}
