/* The client of the benchmark: submits cases as fast as others end, or at a rate. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define DRAIN_S   60
#define PENDING   2048 /* submissions under way while cases are made */
#define SECOND_US INT64_C(1000000)

static void started(void *context, const struct placet_reply *reply)
{
    struct pl_bench_load_state *load = context;
    if (reply->code == PLACET_CODE_NONE) {
        load->accepted++;
    } else {
        load->refused++;
    }
}

static int submit(struct pl_bench_load_state *load)
{
    struct placet_writer *out = &load->body;
    struct placet_value body;
    char key[48];

    (void)snprintf(key, sizeof(key), "bench-%d-%llu", (int)getpid(),
                   (unsigned long long)load->asked);
    placet_writer_clear(out);
    placet_put_map(out);
    placet_put_key_text(out, "workflow", PL_BENCH_WORKFLOW);
    placet_put_key_text(out, "key", key);
    placet_put_key_text(out, "idem", key);
    placet_put_key(out, "form");
    placet_put_map(out);
    placet_put_key(out, "project");
    placet_put_map(out);
    placet_put_key_text(out, "name", "A workshop of four storeys");
    placet_put_key_i64(out, "area_m2", 10000);
    placet_put_end(out);
    placet_put_end(out);
    placet_put_end(out);
    int rc = placet_writer_value(out, &body);
    if (rc == PLACET_OK) {
        rc = placet_call_later(load->client, PLACET_KIND_START, body, started, load);
    }
    load->asked += rc == PLACET_OK;
    return rc;
}

/* How many cases should have been submitted by now. */
static uint64_t wanted(const struct pl_bench_load_state *load, uint64_t before, int64_t elapsed_us,
                       unsigned in_flight, unsigned rate)
{
    if (rate == 0) {
        return pl_bench_share_cases(load->share) + in_flight;
    }
    return before + (uint64_t)(elapsed_us * rate / (SECOND_US * PL_BENCH_STEPS));
}

int pl_bench_drive(struct pl_bench_load_state *load, double seconds, unsigned in_flight,
                   unsigned rate, struct placet_error *err)
{
    const int64_t begin_us = pl_bench_now_us();
    const int64_t end_us = begin_us + (int64_t)(seconds * (double)SECOND_US);
    const uint64_t before = load->asked;
    int64_t now_us = begin_us;

    while (now_us < end_us) {
        const uint64_t target = wanted(load, before, now_us - begin_us, in_flight, rate);
        while (load->asked < target) {
            const int rc = submit(load);
            if (rc < 0) {
                return pl_bench_fail(err, rc, "cannot submit a case");
            }
        }
        const int rc = placet_client_run(load->client, 1);
        if (rc < 0) {
            return pl_bench_fail(err, rc, "the engine refused the client");
        }
        if (load->refused > 0) {
            return pl_bench_fail(err, PLACET_ECONFLICT, "the engine refused to start a case");
        }
        now_us = pl_bench_now_us();
    }
    return PLACET_OK;
}

int pl_bench_drain(struct pl_bench_load_state *load, struct placet_error *err)
{
    const int64_t end_us = pl_bench_now_us() + DRAIN_S * SECOND_US;

    while (pl_bench_share_cases(load->share) < load->asked) {
        if (pl_bench_now_us() > end_us) {
            return pl_bench_fail(
                err, PLACET_ETIMEOUT, "%llu of %llu cases did not end in %d s",
                (unsigned long long)(load->asked - pl_bench_share_cases(load->share)),
                (unsigned long long)load->asked, DRAIN_S);
        }
        const int rc = placet_client_run(load->client, 5);
        if (rc < 0) {
            return pl_bench_fail(err, rc, "the engine refused the client");
        }
    }
    return PLACET_OK;
}

int pl_bench_fill(struct pl_bench_load_state *load, uint64_t count, struct placet_error *err)
{
    while (load->accepted < count) {
        while (load->asked < count && placet_client_pending(load->client) < PENDING) {
            const int rc = submit(load);
            if (rc < 0) {
                return pl_bench_fail(err, rc, "cannot submit a case");
            }
        }
        const int rc = placet_client_run(load->client, 1000);
        if (rc < 0 || load->refused > 0) {
            return pl_bench_fail(err, rc < 0 ? rc : PLACET_ECONFLICT,
                                 "the engine refused to start a case");
        }
    }
    return PLACET_OK;
}
