/* placetd: opens the store, recovers, opens the sockets, and runs turns until it is told to stop.
 */
#include <placet/error.h>
#include <placet/version.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>

#include "bus/zmq.h"
#include "server/clock.h"
#include "server/log.h"
#include "server/options.h"
#include "server/server.h"
#include "server/session.h"
#include "store/lmdb.h"

#define TURN_MS     250 /* longest sleep: marks, dead sessions and signals are looked at after it */
#define DRAIN_MS    500 /* how long answers are still taken after SIGTERM */
#define LINGER_MS   400 /* how long queued letters are still sent */
#define FILES_SPARE 4096 /* for peers beyond the sessions: strangers, and those just gone */
#define TRY_AGAIN   75   /* EX_TEMPFAIL of sysexits.h: the supervisor starts it again */

enum { YES = 0, NO = 1, USAGE = 2, CONFLICT = 5 };

static volatile sig_atomic_t stop_signal;

static void on_signal(int number)
{
    stop_signal = number;
}

static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigemptyset(&action.sa_mask);
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
}

/* libzmq aborts when a connection finds no free descriptor, and the usual soft limit of 1024 is
 * less than the sessions that may be open. */
static void allow_many_files(void)
{
    const rlim_t wanted = PL_SESSIONS_MAX + FILES_SPARE;
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted) {
        return;
    }
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted) {
        pl_log(PL_LOG_WARNING, "only %llu files may be open, %llu are wanted: raise the limit",
               (unsigned long long)limit.rlim_cur, (unsigned long long)wanted);
    }
}

static int fail(const struct placet_error *err, int rc)
{
    pl_log(PL_LOG_ERROR, "%s%s%s", err->message[0] != '\0' ? err->message : placet_strstatus(rc),
           err->hint[0] != '\0' ? ". " : "", err->hint);
    return rc == PLACET_ECONFLICT ? CONFLICT : NO;
}

static int64_t monotonic_ms(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

struct daemon {
    struct pl_server server;
    struct pl_system_clock clock;
    struct pl_lmdb *lmdb;
    struct pl_bus *bus;
    char run_dir[512];
};

static int open_store(struct daemon *d, const struct pl_options *options, struct placet_error *err)
{
    const struct pl_lmdb_options lmdb_options = {.map_bytes = options->config.map_bytes};
    struct stat st;
    int rc = PLACET_OK;

    if (options->create && stat(options->config.data_dir, &st) != 0) {
        rc = pl_lmdb_create(options->config.data_dir, err);
        if (rc != PLACET_OK) {
            return rc;
        }
        pl_log(PL_LOG_INFO, "made a new store in %s", options->config.data_dir);
    }
    return pl_lmdb_open(options->config.data_dir, &lmdb_options, &d->lmdb, err);
}

static int recover(struct daemon *d, struct placet_error *err)
{
    struct pl_server *s = &d->server;
    const int64_t began_ms = monotonic_ms();
    int rc = pl_server_init(s);

    if (rc == PLACET_OK) {
        rc = pl_server_recover(s, err);
    }
    if (rc == PLACET_OK) {
        pl_log(PL_LOG_INFO,
               "recovered %u open cases, %llu closed, %u definitions, up to event %llu, in %lld ms",
               s->state.open_count, (unsigned long long)s->state.closed_count,
               s->state.revision_count, (unsigned long long)s->state.last_seq,
               (long long)(monotonic_ms() - began_ms));
    }
    return rc;
}

static int open_bus(struct daemon *d, const struct pl_config *config, struct placet_error *err)
{
    const struct pl_zmq_options options = {
        .run_dir = d->run_dir, .tcp_host = config->tcp_host, .tcp_port = config->tcp_port};

    const int rc = pl_zmq_open(&options, &d->bus, err);
    d->server.bus = d->bus;
    return rc;
}

/* The one line that tells a supervisor, or a script, that messages are taken. */
static void say_ready(const struct daemon *d)
{
    const char *tcp = pl_zmq_address(d->bus, PL_ENDPOINT_WORK, 1);

    pl_log(PL_LOG_INFO, "ready: %s %s %s%s%s", pl_zmq_address(d->bus, PL_ENDPOINT_WORK, 0),
           pl_zmq_address(d->bus, PL_ENDPOINT_API, 0), pl_zmq_address(d->bus, PL_ENDPOINT_TAIL, 0),
           tcp == NULL ? "" : " ", tcp == NULL ? "" : tcp);
}

static int run(struct daemon *d)
{
    struct pl_server *s = &d->server;
    int64_t stop_at_ms = 0;
    int rc = 0;

    while (rc >= 0) {
        if (stop_signal != 0 && stop_at_ms == 0) {
            pl_log(PL_LOG_INFO, "signal %d: stopping", (int)stop_signal);
            pl_sessions_drain(s);
            stop_at_ms = monotonic_ms() + DRAIN_MS;
        }
        rc = pl_server_turn(s, stop_at_ms == 0 ? TURN_MS : 20);
        if (stop_at_ms != 0 && (rc == 0 || monotonic_ms() >= stop_at_ms)) {
            pl_log(PL_LOG_INFO, "stopped at event %llu", (unsigned long long)s->state.last_seq);
            return YES;
        }
    }
    pl_log(PL_LOG_ERROR, "the turn failed: %s; start again, the store recovers",
           placet_strstatus(rc));
    return TRY_AGAIN;
}

static int start(struct daemon *d, const struct pl_options *options)
{
    struct placet_error err = {0};
    struct pl_server *s = &d->server;

    s->config = options->config;
    (void)snprintf(d->run_dir, sizeof d->run_dir, "%s%s",
                   s->config.run_dir != NULL ? s->config.run_dir : s->config.data_dir,
                   s->config.run_dir != NULL ? "" : ".run");
    int rc = open_store(d, options, &err);
    if (rc != PLACET_OK) {
        return fail(&err, rc);
    }
    s->store = pl_lmdb_store(d->lmdb);
    s->journal = pl_lmdb_journal(d->lmdb);
    s->random = pl_system_random();
    pl_system_clock_init(&d->clock, s->config.clock_rate, s->config.clock_start_ms);
    s->clock = &d->clock.clock;
    rc = recover(d, &err);
    if (rc == PLACET_OK) {
        rc = open_bus(d, &s->config, &err);
    }
    if (rc != PLACET_OK) {
        return fail(&err, rc);
    }
    say_ready(d);
    return run(d);
}

int main(int argc, char **argv)
{
    static struct daemon daemon;
    struct pl_options options;
    struct placet_error err = {0};

    if (pl_options_parse(argc, argv, &options, &err) != PLACET_OK) {
        (void)fprintf(stderr, "placetd: %s%s%s\n", err.message, err.hint[0] != '\0' ? ". " : "",
                      err.hint);
        return USAGE;
    }
    if (options.help || options.version) {
        if (options.help) {
            pl_options_help(stdout);
        } else {
            (void)printf("placetd %s\n", PLACET_VERSION);
        }
        return YES;
    }
    pl_log_as_json(options.log_json);
    if (sodium_init() < 0) {
        pl_log(PL_LOG_ERROR, "libsodium does not start");
        return NO;
    }
    catch_signals();
    allow_many_files();
    const int code = start(&daemon, &options);
    pl_zmq_close(daemon.bus, code == YES ? LINGER_MS : 0);
    pl_server_fini(&daemon.server);
    pl_lmdb_close(&daemon.lmdb);
    return code;
}
