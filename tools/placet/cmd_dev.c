/* dev: an engine, an office for every department and both permits in one terminal. Nothing needs to
 * be installed or set up, and nothing stays unless --keep says so. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"
#include "cli.h"
#include "engine.h"
#include "files.h"
#include "grid.h"
#include "output.h"
#include "processes.h"
#include "publishing.h"
#include "watching.h"

#define OFFICES_MAX  128
#define DEFAULT_RATE "300000" /* a day in 0.3 s */
#define DEFAULT_DAY  "2016-04-20"
#define OPEN_MS      15000

struct dev {
    struct pl_cli *cli;
    char folder[PL_CLI_PATH_SIZE];
    char data[PL_CLI_PATH_SIZE + 16];
    char run[PL_CLI_PATH_SIZE + 16];
    char log[PL_CLI_PATH_SIZE + 16];
    char engine[PL_CLI_PATH_SIZE];
    char office[PL_CLI_PATH_SIZE];
    pid_t pids[1 + OFFICES_MAX]; /* the engine first */
    unsigned count;
};

static int find_programs(struct dev *dev)
{
    if (!pl_cli_program("placetd", dev->engine)) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_NOT_FOUND,
                           "It is built and installed together with this program.",
                           "there is no placetd beside this program");
    }
    if (!pl_cli_program("placet-demo", dev->office)) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_NOT_FOUND,
                           "It is built and installed together with this program.",
                           "there is no placet-demo beside this program");
    }
    return 0;
}

static int make_folder(struct dev *dev)
{
    const char *keep = pl_cli_option(dev->cli, "keep");

    if (keep != NULL) {
        (void)snprintf(dev->folder, sizeof dev->folder, "%s", keep);
        if (mkdir(keep, 0700) != 0 && errno != EEXIST) {
            return pl_cli_fail(dev->cli, PL_CLI_EXIT_NO, NULL, "cannot make \"%s\": %s", keep,
                               strerror(errno));
        }
    } else {
        (void)snprintf(dev->folder, sizeof dev->folder, "/tmp/placet-dev.XXXXXX");
        if (mkdtemp(dev->folder) == NULL) {
            return pl_cli_fail(dev->cli, PL_CLI_EXIT_NO, NULL, "cannot make \"%s\": %s",
                               dev->folder, strerror(errno));
        }
    }
    (void)snprintf(dev->data, sizeof dev->data, "%s/data", dev->folder);
    (void)snprintf(dev->run, sizeof dev->run, "%s/run", dev->folder);
    (void)snprintf(dev->log, sizeof dev->log, "%s/log", dev->folder);
    return 0;
}

static int start_engine(struct dev *dev)
{
    const char *rate = pl_cli_option(dev->cli, "rate");
    const char *from = pl_cli_option(dev->cli, "from");
    const char *const arguments[] = {dev->engine,
                                     "--data",
                                     dev->data,
                                     "--run",
                                     dev->run,
                                     "--create",
                                     "--clock-rate",
                                     rate != NULL ? rate : DEFAULT_RATE,
                                     "--clock-start",
                                     from != NULL ? from : DEFAULT_DAY,
                                     NULL};
    const int rc = pl_cli_spawn(arguments, dev->log, &dev->pids[0]);

    dev->count = dev->count == 0 ? 1 : dev->count;
    return rc == 0 ? 0
                   : pl_cli_fail(dev->cli, PL_CLI_EXIT_NO, NULL, "cannot start %s: %s", dev->engine,
                                 strerror(rc));
}

static int start_office(struct dev *dev, const char *department)
{
    const char *by_hand = pl_cli_option(dev->cli, "by-hand");
    const char *const arguments[] = {dev->office, "--department",
                                     department,  "--at",
                                     dev->run,    by_hand != NULL ? "--except" : NULL,
                                     by_hand,     NULL};

    if (dev->count == 1 + OFFICES_MAX) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_NO, NULL, "more than %d departments", OFFICES_MAX);
    }
    const int rc = pl_cli_spawn(arguments, dev->log, &dev->pids[dev->count]);
    dev->count += rc == 0;
    return rc == 0 ? 0
                   : pl_cli_fail(dev->cli, PL_CLI_EXIT_NO, NULL, "cannot start %s: %s", dev->office,
                                 strerror(rc));
}

/* An office for each department that the published workflows ask. */
static int start_offices(struct dev *dev, struct placet_client *client)
{
    json_t *services = NULL;
    json_t *started = json_object();
    bool more = false;
    size_t i = 0;
    json_t *service = NULL;
    int rc = pl_cli_list(dev->cli, client, "services", NULL, 10000, &services, &more);

    json_array_foreach(services, i, service)
    {
        const char *department = pl_cli_text(service, "department");
        if (rc == 0 && json_object_get(started, department) == NULL) {
            (void)json_object_set_new(started, department, json_true());
            rc = start_office(dev, department);
        }
    }
    json_decref(services);
    json_decref(started);
    return rc;
}

static int submit(struct dev *dev, struct placet_client *client, const char *workflow,
                  const char *key)
{
    char path[PL_CLI_PATH_SIZE];
    char *text = NULL;
    size_t size = 0;
    json_t *answer = NULL;

    if (!pl_cli_shipped("examples/construction_permit.json", path)) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_NOT_FOUND, NULL,
                           "there is no example of a form beside this program");
    }
    int rc = pl_cli_read_file(dev->cli, path, &text, &size);
    if (rc != 0) {
        return rc;
    }
    rc = pl_cli_ask(dev->cli, client, PLACET_KIND_START,
                    json_pack("{s:s, s:s, s:o, s:s}", "workflow", workflow, "key", key, "form",
                              json_loadb(text, size, 0, NULL), "on_existing", "use"),
                    &answer);
    free(text);
    if (rc == 0) {
        pl_cli_print(dev->cli, PL_CLI_BOLD, "%-6s", pl_cli_text(answer, "case"));
        (void)printf(" %s\n", workflow);
    }
    json_decref(answer);
    return rc;
}

static void say_where(const struct dev *dev)
{
    const char *rate = pl_cli_option(dev->cli, "rate");

    (void)printf("engine process %d, clock %s times as fast\n", (int)dev->pids[0],
                 rate != NULL ? rate : DEFAULT_RATE);
    (void)printf("folder %s: store in data, words of the programs in log%s\n", dev->folder,
                 pl_cli_given(dev->cli, "keep") ? "" : "\nnothing is kept: see --keep");
}

static void say_what_to_try(const struct dev *dev)
{
    pl_cli_print(dev->cli, PL_CLI_BOLD, "\nTry in another terminal\n");
    (void)printf("  export PLACET_AT=%s\n"
                 "  placet cases                        what is under way\n"
                 "  placet why dev-new                  what it waits for, and until when\n"
                 "  placet tasks                        what the departments have to do\n"
                 "  placet decide dev-new STEP approve  decide one step by hand\n"
                 "  kill -9 %-10d                  the engine comes back, and nothing is lost\n"
                 "Ctrl-C stops everything.\n\n",
                 dev->run, (int)dev->pids[0]);
    (void)fflush(stdout);
}

/* The supervisor of a terminal: an engine that ended is started again. */
static void look_after(void *context)
{
    struct dev *dev = context;
    int signal_number = 0;

    if (pl_cli_has_ended(&dev->pids[0], &signal_number) && start_engine(dev) == 0) {
        (void)printf("the engine was ended by signal %d; started again as process %d\n",
                     signal_number, (int)dev->pids[0]);
        (void)fflush(stdout);
    }
}

static int set_up(struct dev *dev, struct placet_client *client)
{
    char workflows[PL_CLI_PATH_SIZE];

    if (!pl_cli_shipped("departments.yaml", workflows)) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_NOT_FOUND, NULL,
                           "there are no workflows beside this program");
    }
    *strrchr(workflows, '/') = '\0';
    int rc = pl_cli_publish_quietly(dev->cli, client, workflows);
    if (rc == 0) {
        rc = start_offices(dev, client);
    }
    if (rc == 0) {
        (void)printf("offices for %u departments answer on the morning of their last day\n\n",
                     dev->count - 1);
        rc = submit(dev, client, "construction_permit", "dev-new");
    }
    return rc == 0 ? submit(dev, client, "construction_permit_traditional", "dev-old") : rc;
}

static int run(struct dev *dev)
{
    const struct pl_cli_following following = {.at = dev->run, .turn = look_after, .context = dev};
    const struct placet_options options = {
        .at = dev->run, .name = pl_cli_user(), .role = "officer", .open_ms = OPEN_MS};
    struct placet_client *client = NULL;
    struct placet_error err = {.status = PLACET_OK};

    int rc = start_engine(dev);
    if (rc != 0) {
        return rc;
    }
    if (placet_client_open(&options, &client, &err) < 0) {
        return pl_cli_fail(dev->cli, PL_CLI_EXIT_UNREACHABLE,
                           "Its words are in the file log there.",
                           "the engine in %s does not answer", dev->folder);
    }
    say_where(dev);
    rc = set_up(dev, client);
    placet_client_close(&client);
    if (rc != 0) {
        return rc;
    }
    say_what_to_try(dev);
    rc = pl_cli_follow_events(dev->cli, &following);
    return rc == PL_CLI_EXIT_INTERRUPTED ? PL_CLI_EXIT_YES : rc;
}

int pl_cli_run_dev(struct pl_cli *cli)
{
    struct dev *dev = calloc(1, sizeof *dev);

    if (dev == NULL) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, NULL, "out of memory");
    }
    dev->cli = cli;
    /* `placet dev | head` must not leave programs and folders behind. */
    (void)signal(SIGPIPE, SIG_IGN);
    int rc = find_programs(dev);
    if (rc == 0) {
        rc = make_folder(dev);
    }
    if (rc == 0) {
        rc = run(dev);
        /* Offices first, so that none of them sees the engine go. */
        if (dev->count > 1) {
            pl_cli_stop(dev->pids + 1, dev->count - 1);
        }
        pl_cli_stop(dev->pids, 1);
        if (!pl_cli_given(cli, "keep") && rc == 0) {
            pl_bench_remove(dev->folder);
        }
    }
    free(dev);
    return rc;
}
