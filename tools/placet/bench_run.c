/* The phases of the benchmark. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench.h"

#define ADAPTERS_MAX 64
#define WARM_S       2
#define CALM_S       1 /* before the memory is read: what is due in the next turns is done */
#define OPEN_MS      30000
#define PATH_SIZE    4096

struct bench {
    const struct pl_bench_options *options;
    char folder[PATH_SIZE];
    char run[PATH_SIZE];
    struct pl_bench_share *share;
    pid_t engine;
    pid_t adapters[ADAPTERS_MAX];
    struct pl_bench_load_state load;
};

static void say(const struct bench *b, const char *text)
{
    if (b->options->progress != NULL) {
        b->options->progress(b->options->context, text);
    }
}

/* ---- measuring ---- */

/* What is read before and after a measurement. */
struct reading {
    int64_t now_us;
    uint64_t steps;
    uint64_t cpu_us;
    uint64_t device;
    bool device_known;
    uint64_t journal;
    uint64_t commits;
    uint64_t refused;
};

static int read_all(struct bench *b, struct reading *out, struct placet_error *err)
{
    struct placet_writer nothing = {0};
    struct placet_value body;
    struct placet_reply reply;

    placet_put_map(&nothing);
    placet_put_end(&nothing);
    int rc = placet_writer_value(&nothing, &body);
    if (rc == PLACET_OK) {
        rc = placet_call(b->load.client, PLACET_KIND_STATS, body, OPEN_MS, &reply, err);
    }
    if (rc == PLACET_OK) {
        rc = placet_reply_status(&reply, err);
    }
    if (rc == PLACET_OK) {
        out->journal = (uint64_t)placet_get_i64(reply.body, "turn.frame_bytes") +
                       (uint64_t)placet_get_i64(reply.body, "turn.block_bytes");
        out->commits = (uint64_t)placet_get_i64(reply.body, "turn.commits");
        out->device_known = pl_bench_device_bytes(b->folder, &out->device);
        out->cpu_us = pl_bench_cpu_us(b->engine);
        out->steps = pl_bench_share_steps(b->share);
        out->refused = pl_bench_share_refusals(b->share);
        out->now_us = pl_bench_now_us();
    }
    placet_writer_fini(&nothing);
    return rc;
}

static void compare(const struct bench *b, const struct reading *from, const struct reading *to,
                    struct pl_bench_load *out)
{
    const double steps = (double)(to->steps - from->steps);
    const double divisor = steps > 0 ? steps : 1;
    const double commits = (double)(to->commits - from->commits);

    out->seconds = (double)(to->now_us - from->now_us) / 1e6;
    out->steps_per_second = steps / out->seconds;
    out->p50_ms = pl_bench_share_quantile_ms(b->share, 0.5);
    out->p99_ms = pl_bench_share_quantile_ms(b->share, 0.99);
    out->p999_ms = pl_bench_share_quantile_ms(b->share, 0.999);
    out->cpu_us_per_step = (double)(to->cpu_us - from->cpu_us) / divisor;
    out->journal_per_step = (double)(to->journal - from->journal) / divisor;
    out->bytes_per_step =
        to->device_known ? (double)(to->device - from->device) / divisor : out->journal_per_step;
    out->steps_per_commit = steps / (commits > 0 ? commits : 1);
    out->refused = to->refused - from->refused;
}

/* Warms up, measures, and lets everything end. */
static int measure(struct bench *b, unsigned rate, struct pl_bench_load *out,
                   struct placet_error *err)
{
    const unsigned in_flight = b->options->in_flight;
    struct reading from;
    struct reading to;

    int rc = pl_bench_drive(&b->load, WARM_S, in_flight, rate, err);
    if (rc == PLACET_OK) {
        rc = read_all(b, &from, err);
    }
    if (rc == PLACET_OK) {
        pl_bench_share_forget(b->share);
        rc = pl_bench_drive(&b->load, b->options->seconds, in_flight, rate, err);
    }
    if (rc == PLACET_OK) {
        rc = read_all(b, &to, err);
    }
    if (rc == PLACET_OK) {
        compare(b, &from, &to, out);
        rc = pl_bench_drain(&b->load, err);
    }
    return rc;
}

static int measure_load(struct bench *b, struct pl_bench_report *out, struct placet_error *err)
{
    const unsigned rate = b->options->rate;
    struct reading known;

    say(b, rate == 0 ? "at saturation" : "at the given rate");
    int rc = measure(b, rate, &out->full, err);
    if (rc == PLACET_OK && rate == 0) {
        say(b, "at half of it");
        rc = measure(b, (unsigned)(out->full.steps_per_second / 2), &out->half, err);
    }
    if (rc == PLACET_OK) {
        rc = read_all(b, &known, err);
    }
    if (rc == PLACET_OK) {
        out->device_known = known.device_known;
        out->rss_mib = pl_bench_rss_mib(b->engine);
    }
    return rc;
}

/* ---- open cases and recovery ---- */

static int connect_client(struct bench *b, struct placet_error *err)
{
    const struct placet_options options = {
        .at = b->run, .name = "bench", .role = "admin", .open_ms = OPEN_MS};
    return placet_client_open(&options, &b->load.client, err);
}

/* From the kill to the first case that the next engine accepts. */
static int measure_recovery(struct bench *b, double *ms_out, struct placet_error *err)
{
    const int64_t begin_us = pl_bench_now_us();

    pl_bench_stop(&b->engine, SIGKILL);
    int rc = pl_bench_start_engine(b->options, b->folder, &b->engine, err);
    if (rc == PLACET_OK) {
        rc = pl_bench_fill(&b->load, b->load.accepted + 1, err);
    }
    *ms_out = (double)(pl_bench_now_us() - begin_us) / 1000;
    return rc;
}

static int measure_open_cases(struct bench *b, struct pl_bench_report *out,
                              struct placet_error *err)
{
    const int64_t begin_us = pl_bench_now_us();

    say(b, "making open cases");
    int rc = pl_bench_fill(&b->load, b->options->open_cases, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    out->open_cases = b->load.accepted;
    out->starts_per_second =
        (double)b->load.accepted * 1e6 / (double)(pl_bench_now_us() - begin_us);
    (void)sleep(CALM_S);
    out->rss_mib = pl_bench_rss_mib(b->engine);
    say(b, "kill -9");
    return measure_recovery(b, &out->recovery_ms, err);
}

/* ---- the whole ---- */

static int set_up(struct bench *b, struct placet_error *err)
{
    const struct pl_bench_options *options = b->options;
    const unsigned adapters = options->open_cases > 0 ? 0 : options->adapters;

    (void)snprintf(b->folder, sizeof(b->folder), "%s/placet-bench-XXXXXX", options->folder);
    if (mkdtemp(b->folder) == NULL) {
        b->folder[0] = '\0';
        return pl_bench_fail(err, PLACET_EIO, "cannot make a folder in %s", options->folder);
    }
    const int length = snprintf(b->run, sizeof(b->run), "%s/run", b->folder);
    if (length < 0 || (size_t)length >= sizeof(b->run)) {
        return pl_bench_fail(err, PLACET_EINVALID, "the path of %s is too long", options->folder);
    }
    b->share = pl_bench_share_new();
    if (b->share == NULL) {
        return pl_bench_fail(err, PLACET_ENOMEM, "out of memory");
    }
    b->load.share = b->share;

    int rc = PLACET_OK;
    for (unsigned i = 0; rc == PLACET_OK && i < adapters && i < ADAPTERS_MAX; i++) {
        rc = pl_bench_start_adapter(b->run, b->share, &b->adapters[i]);
    }
    if (rc != PLACET_OK) {
        return pl_bench_fail(err, rc, "cannot start an adapter");
    }
    rc = pl_bench_start_engine(options, b->folder, &b->engine, err);
    if (rc == PLACET_OK) {
        rc = connect_client(b, err);
    }
    return rc == PLACET_OK ? pl_bench_publish(b->load.client, err) : rc;
}

static void tear_down(struct bench *b, bool failed)
{
    placet_client_close(&b->load.client);
    placet_writer_fini(&b->load.body);
    if (b->share != NULL) {
        pl_bench_share_end(b->share);
    }
    for (unsigned i = 0; i < ADAPTERS_MAX; i++) {
        pl_bench_stop(&b->adapters[i], SIGTERM);
    }
    pl_bench_stop(&b->engine, failed ? SIGKILL : SIGTERM);
    pl_bench_share_free(b->share);
    if (b->folder[0] != '\0' && !b->options->keep) {
        pl_bench_remove(b->folder);
    }
}

int pl_bench_run(const struct pl_bench_options *options, struct pl_bench_report *report_out,
                 struct placet_error *err)
{
    struct bench b = {.options = options};
    struct pl_bench_report report = {.open_cases = 0};

    int rc = set_up(&b, err);
    if (rc == PLACET_OK) {
        rc = options->open_cases > 0 ? measure_open_cases(&b, &report, err)
                                     : measure_load(&b, &report, err);
    }
    tear_down(&b, rc != PLACET_OK);
    if (rc == PLACET_OK) {
        *report_out = report;
    }
    return rc;
}
