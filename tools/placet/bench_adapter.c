/* The adapter of the benchmark: approves everything at once, and notes how long each answer took to
 * become durable. */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "bench.h"

#define HANDS   4096
#define TURN_MS 200
#define OPEN_MS 30000

static void approve(void *context, struct placet_task *task)
{
    static const struct placet_answer answer = {.decision = "approve"};

    if (placet_task_complete(task, &answer) != PLACET_OK) {
        pl_bench_share_refused(context);
    }
}

/* "C1042.15.0.1" is the last of sixteen steps. */
static bool is_last(const char *task)
{
    const char *dot = strchr(task, '.');
    return dot != NULL && strtol(dot + 1, NULL, 10) == PL_BENCH_STEPS - 1;
}

static void count(void *context, const struct placet_outcome *outcome)
{
    if (outcome->code != PLACET_CODE_NONE) {
        pl_bench_share_refused(context);
        return;
    }
    pl_bench_share_step(context, outcome->took_us, is_last(outcome->task));
}

static int serve(const char *run, struct pl_bench_share *share)
{
    const struct placet_options options = {.at = run, .name = "bench", .open_ms = OPEN_MS};
    struct placet_adapter *adapter = NULL;

    int rc = placet_adapter_open(&options, &adapter, NULL);
    for (size_t i = 0; rc == PLACET_OK && pl_bench_services[i] != NULL; i++) {
        const struct placet_service service = {
            .name = pl_bench_services[i], .hands = HANDS, .context = share, .handle = approve};
        rc = placet_adapter_subscribe(adapter, &service);
    }
    if (rc == PLACET_OK) {
        placet_adapter_on_outcome(adapter, count, share);
    }
    while (rc >= 0 && !pl_bench_share_ended(share)) {
        rc = placet_adapter_run(adapter, TURN_MS, NULL);
    }
    placet_adapter_close(&adapter);
    return rc < 0 ? 1 : 0;
}

int pl_bench_start_adapter(const char *run, struct pl_bench_share *share, pid_t *pid_out)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();

    if (pid < 0) {
        return PLACET_EIO;
    }
    if (pid == 0) {
        /* Whatever becomes of the benchmark, its adapters do not outlive it. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
        _exit(getppid() == parent ? serve(run, share) : 1);
    }
    *pid_out = pid;
    return PLACET_OK;
}
