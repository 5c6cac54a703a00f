/* The smallest useful adapter: a water bureau that approves what keeps its soil, and sends the rest
 * back. It runs until it is interrupted, through every restart of the engine. */
#include <placet/client.h>
#include <signal.h>
#include <stdio.h>

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

static void decide(void *context, struct placet_task *task)
{
    const int64_t earthwork_m3 = placet_get_i64(task->data, "assessment.earthwork_m3");
    struct placet_answer answer = {.decision = "approve"};
    struct placet_writer opinion = {0};

    (void)context;
    if (earthwork_m3 > 100000) {
        answer.decision = "supplement";
        answer.reason = "The scheme has no retaining basin for this volume of earthwork.";
    }
    placet_put_map(&opinion);
    placet_put_key_text(&opinion, "officer", "Chen Min");
    placet_put_key_i64(&opinion, "earthwork_m3", earthwork_m3);
    placet_put_end(&opinion);
    printf("%s %s: %s\n", task->case_id, task->step, answer.decision);
    if (placet_writer_value(&opinion, &answer.answer) != PLACET_OK ||
        placet_task_complete(task, &answer) != PLACET_OK) {
        (void)fprintf(stderr, "out of memory\n"); /* the lease ends, and it is offered again */
    }
    placet_writer_fini(&opinion);
}

int main(void)
{
    const struct placet_options options = {.name = "water"};
    const struct placet_service service = {
        .name = "water.soil_water_approval", .hands = 8, .handle = decide};
    struct placet_adapter *adapter = NULL;
    struct placet_error err;

    (void)setvbuf(stdout, NULL, _IOLBF, 0); /* also into a file, line by line */
    (void)signal(SIGINT, stop);
    int rc = placet_adapter_open(&options, &adapter, &err);
    if (rc == PLACET_OK) {
        rc = placet_adapter_subscribe(adapter, &service);
    }
    while (rc >= 0 && stopped == 0) {
        rc = placet_adapter_run(adapter, 500, &err);
    }
    if (rc < 0) {
        (void)fprintf(stderr, "error: %s\n", err.message);
    }
    placet_adapter_close(&adapter);
    return rc < 0;
}
