/* The benchmark: the engine, adapters and a submitting client as processes of this machine, cases
 * of sixteen steps in the shape 1, 6, 1, 7, 1, default durability. What is reported was durable: a
 * step counts when its adapter has the engine's answer, and its latency is from sending the
 * decision to that answer.
 *
 * bench_run.c runs the phases; bench_processes.c starts and measures processes; bench_load.c
 * submits; bench_adapter.c answers; bench_share.c is the memory that they share; bench_definition.c
 * is the workflow. */
#ifndef PL_CLI_BENCH_H
#define PL_CLI_BENCH_H

#include <placet/client.h>
#include <placet/error.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define PL_BENCH_STEPS 16

struct pl_bench_options {
    const char *engine;  /* path of placetd */
    const char *folder;  /* where the store is made; must exist */
    unsigned adapters;   /* processes */
    unsigned in_flight;  /* cases under way at saturation */
    unsigned seconds;    /* of each measurement */
    unsigned rate;       /* steps a second; 0: saturation, then half of it */
    unsigned open_cases; /* 0: none; otherwise only this: fill, measure memory, kill, recover */
    bool keep;           /* leave the store behind */
    void (*progress)(void *context, const char *text); /* may be NULL */
    void *context;
};

/* One measurement. */
struct pl_bench_load {
    double seconds;
    double steps_per_second;
    double p50_ms;
    double p99_ms;
    double p999_ms;
    double cpu_us_per_step;  /* of the engine */
    double bytes_per_step;   /* that reached the disk, by the kernel's count of the device */
    double journal_per_step; /* frames and state blocks, by the engine's count */
    double steps_per_commit;
    uint64_t refused;
};

struct pl_bench_report {
    struct pl_bench_load full; /* saturation, or the rate that was given */
    struct pl_bench_load half; /* steps_per_second 0: not run */
    bool device_known;         /* bytes_per_step is the device's; otherwise the engine's count */
    double rss_mib;
    uint64_t open_cases;
    double starts_per_second; /* while open cases were made */
    double recovery_ms;       /* from kill -9 to the first command accepted by the next engine */
};

/* PLACET_EUNREACHABLE, PLACET_EIO and so on with words in `err`. Ends every process it started and
 * removes what it made, also on failure. */
int pl_bench_run(const struct pl_bench_options *options, struct pl_bench_report *report_out,
                 struct placet_error *err);

/* ---- shared memory ---- */

struct pl_bench_share;

/* Anonymous memory that forked processes see too; NULL without. */
struct pl_bench_share *pl_bench_share_new(void);
void pl_bench_share_free(struct pl_bench_share *share);

void pl_bench_share_step(struct pl_bench_share *share, uint64_t took_us, bool last_of_case);
void pl_bench_share_refused(struct pl_bench_share *share);
void pl_bench_share_end(struct pl_bench_share *share); /* adapters stop */
bool pl_bench_share_ended(const struct pl_bench_share *share);
uint64_t pl_bench_share_steps(const struct pl_bench_share *share);
uint64_t pl_bench_share_cases(const struct pl_bench_share *share); /* finished */
uint64_t pl_bench_share_refusals(const struct pl_bench_share *share);

/* Forgets the latencies so far; a quantile (0.5, 0.99) of those since, within 1.6 %. */
void pl_bench_share_forget(struct pl_bench_share *share);
double pl_bench_share_quantile_ms(const struct pl_bench_share *share, double quantile);

/* ---- processes ---- */

/* Starts placetd on `folder`/store and `folder`/run. */
int pl_bench_start_engine(const struct pl_bench_options *options, const char *folder,
                          pid_t *pid_out, struct placet_error *err);
/* Forks an adapter at a run directory that answers until the share is ended. Before any socket is
 * open. */
int pl_bench_start_adapter(const char *run, struct pl_bench_share *share, pid_t *pid_out);
/* Sends the signal and waits for the end. 0 is fine; the pid becomes 0. */
void pl_bench_stop(pid_t *pid, int signal);

uint64_t pl_bench_cpu_us(pid_t pid);
double pl_bench_rss_mib(pid_t pid);
/* Bytes that the device below `folder` has written so far; false when it has no device (tmpfs). */
bool pl_bench_device_bytes(const char *folder, uint64_t *bytes_out);

/* Removes a folder with everything in it. */
void pl_bench_remove(const char *folder);

int64_t pl_bench_now_us(void);

/* ---- the workflow and its cases ---- */

#define PL_BENCH_WORKFLOW "bench"

/* The services of its department, NULL at the end. */
extern const char *const pl_bench_services[];

int pl_bench_publish(struct placet_client *client, struct placet_error *err);

/* Submits cases and keeps them under way. */
struct pl_bench_load_state {
    struct placet_client *client;
    struct pl_bench_share *share;
    struct placet_writer body;
    uint64_t asked;    /* cases submitted */
    uint64_t accepted; /* of them */
    uint64_t refused;
};

/* For `seconds`, either `in_flight` cases at a time (rate 0) or `rate` steps a second. */
int pl_bench_drive(struct pl_bench_load_state *load, double seconds, unsigned in_flight,
                   unsigned rate, struct placet_error *err);
/* Until every case that was submitted is finished. */
int pl_bench_drain(struct pl_bench_load_state *load, struct placet_error *err);
/* Submits `count` cases and waits until each is accepted. */
int pl_bench_fill(struct pl_bench_load_state *load, uint64_t count, struct placet_error *err);

__attribute__((format(printf, 3, 4))) int
pl_bench_fail(struct placet_error *err, enum placet_status status, const char *format, ...);

#endif
