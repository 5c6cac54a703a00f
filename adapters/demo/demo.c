/* An office of the demonstration: one process serves every service of a department. It files each
 * task under a number of its own, lets it lie until the morning of its due day, and then decides
 * what lets the case go on, as an office would that always keeps its promise. */
#include <placet/client.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"
#include "services.h"

/* A due day ends at midnight: nine in the morning is so long before. */
#define MORNING_BEFORE_MS INT64_C(54000000)
#define TURN_MS           500
#define OPEN_MS           30000 /* the engine may still be starting */

struct office {
    const struct options *options;
    unsigned files;   /* numbers given out */
    unsigned decided; /* for the officers to take turns */
};

static volatile sig_atomic_t stopped;

static void stop(int number)
{
    (void)number;
    stopped = 1;
}

/* The first decision that the step lists is the one that lets the case go on: that is how the
 * definitions are written. An opinion has no list. */
static void favourable(const struct placet_task *task, char *out, size_t size)
{
    struct placet_items items = placet_items_of(task->decisions);
    struct placet_value item;
    struct placet_text text = {.size = 0};

    if (strcmp(task->role, "opinion") == 0) {
        (void)snprintf(out, size, "no_objection");
    } else if (placet_items_next(&items, NULL, &item) && placet_value_as_text(item, &text)) {
        (void)snprintf(out, size, "%.*s", (int)text.size, text.at);
    } else {
        (void)snprintf(out, size, "approve");
    }
}

static void decide(void *context, struct placet_task *task)
{
    static const char *const officers[] = {"Chen Min", "Li Hua", "Wang Lei", "Zhao Ning"};
    struct office *office = context;
    char decision[80];
    struct placet_answer answer = {.decision = decision};
    struct placet_writer out = {0};

    favourable(task, decision, sizeof(decision));
    placet_put_map(&out);
    placet_put_key_text(&out, "officer",
                        officers[office->decided % (sizeof(officers) / sizeof(officers[0]))]);
    placet_put_key_text(&out, "opinion", "Examined; the requirements are met.");
    placet_put_end(&out);
    if (placet_writer_value(&out, &answer.answer) != PLACET_OK ||
        placet_task_complete(task, &answer) != PLACET_OK) {
        (void)fprintf(stderr, "%s: cannot answer %s\n", office->options->department, task->task);
    }
    office->decided++;
    placet_writer_fini(&out);
}

/* When the file is taken up again; 0 or past: at once. */
static int64_t until_ms(const struct office *office, const struct placet_task *task)
{
    if (task->due_ms == 0 || office->options->pace == PACE_INSTANT) {
        return 0;
    }
    if (office->options->pace == PACE_HALF) {
        return task->now_ms + (task->due_ms - task->now_ms) / 2;
    }
    return task->due_ms - MORNING_BEFORE_MS;
}

static void receive(void *context, struct placet_task *task)
{
    struct office *office = context;
    const int64_t until = until_ms(office, task);
    char reference[96];

    if (until <= task->now_ms) {
        decide(office, task);
        return;
    }
    (void)snprintf(reference, sizeof(reference), "%s-%05u", office->options->department,
                   ++office->files);
    if (placet_task_park(task, reference, until) != PLACET_OK) {
        (void)fprintf(stderr, "%s: cannot file %s\n", office->options->department, task->task);
    }
}

static void drop(void *context, struct placet_task *task, const char *reason)
{
    const struct office *office = context;
    if (office->options->verbose) {
        printf("%s: %s of %s is %s\n", office->options->department, task->step, task->case_id,
               reason);
        (void)fflush(stdout);
    }
}

static int serve(struct placet_adapter *adapter, const struct services *services,
                 struct office *office)
{
    for (size_t i = 0; i < services->count; i++) {
        const struct placet_service service = {.name = services->names[i],
                                               .hands = office->options->hands,
                                               .context = office,
                                               .handle = receive,
                                               .due = decide,
                                               .withdrawn = drop};
        const int rc = placet_adapter_subscribe(adapter, &service);
        if (rc < 0) {
            return rc;
        }
    }
    return PLACET_OK;
}

int main(int argc, char **argv)
{
    struct options options;
    struct services services = {.count = 0};
    struct placet_adapter *adapter = NULL;
    struct placet_error err = {.status = PLACET_OK};

    if (!read_options(argc, argv, &options)) {
        return 2;
    }
    struct office office = {.options = &options};
    (void)signal(SIGINT, stop);
    (void)signal(SIGTERM, stop);

    const struct placet_options connect = {
        .at = options.at, .name = options.department, .open_ms = OPEN_MS};
    int rc = find_services(&options, &services, &err);
    if (rc == PLACET_OK) {
        rc = placet_adapter_open(&connect, &adapter, &err);
    }
    if (rc == PLACET_OK) {
        rc = serve(adapter, &services, &office);
    }
    while (rc >= 0 && stopped == 0) {
        rc = placet_adapter_run(adapter, TURN_MS, &err);
    }
    if (rc < 0) {
        (void)fprintf(stderr, "%s: error: %s\n", options.department,
                      err.message[0] != '\0' ? err.message : placet_strstatus(rc));
    }
    placet_adapter_close(&adapter);
    free_services(&services);
    return rc < 0 ? 3 : 0;
}
