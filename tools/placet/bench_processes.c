/* Starting, ending and measuring processes. */
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

#define PATH_SIZE    4096
#define SECTOR_BYTES 512 /* of /proc/diskstats, whatever the device has */

int64_t pl_bench_now_us(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

int pl_bench_fail(struct placet_error *err, enum placet_status status, const char *format, ...)
{
    if (err != NULL) {
        va_list arguments;
        *err = (struct placet_error){.status = status};
        va_start(arguments, format);
        (void)vsnprintf(err->message, sizeof(err->message), format, arguments);
        va_end(arguments);
    }
    return status;
}

/* ---- the engine ---- */

/* Its words go to a file beside the store: they matter only when something fails. */
static int spawn(char *const *arguments, const char *log, pid_t *pid_out)
{
    posix_spawn_file_actions_t actions;

    if (posix_spawn_file_actions_init(&actions) != 0) {
        return ENOMEM;
    }
    int rc = posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, log,
                                              O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (rc == 0) {
        rc = posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    }
    if (rc == 0) {
        rc = posix_spawn(pid_out, arguments[0], &actions, NULL, arguments, environ);
    }
    (void)posix_spawn_file_actions_destroy(&actions);
    return rc;
}

int pl_bench_start_engine(const struct pl_bench_options *options, const char *folder,
                          pid_t *pid_out, struct placet_error *err)
{
    char engine[PATH_SIZE];
    char store[PATH_SIZE];
    char run[PATH_SIZE];
    char log[PATH_SIZE];
    char data_flag[] = "--data";
    char run_flag[] = "--run";
    char create_flag[] = "--create";

    (void)snprintf(engine, sizeof(engine), "%s", options->engine);
    (void)snprintf(store, sizeof(store), "%s/store", folder);
    (void)snprintf(run, sizeof(run), "%s/run", folder);
    (void)snprintf(log, sizeof(log), "%s/log", folder);
    char *const arguments[] = {engine, data_flag, store, run_flag, run, create_flag, NULL};
    const int rc = spawn(arguments, log, pid_out);
    if (rc != 0) {
        return pl_bench_fail(err, PLACET_ENOTFOUND, "cannot start %s: %s", engine, strerror(rc));
    }
    return PLACET_OK;
}

void pl_bench_stop(pid_t *pid, int signal_number)
{
    if (*pid > 0) {
        (void)kill(*pid, signal_number);
        while (waitpid(*pid, NULL, 0) < 0 && errno == EINTR) {
        }
        *pid = 0;
    }
}

/* ---- measuring ---- */

uint64_t pl_bench_cpu_us(pid_t pid)
{
    char path[64];
    char line[1024] = "";
    unsigned long long user = 0;
    unsigned long long kernel = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    const bool read = fgets(line, sizeof(line), file) != NULL;
    (void)fclose(file);
    /* The name in parentheses may hold anything: the fields begin behind its end. */
    const char *at = read ? strrchr(line, ')') : NULL;
    if (at == NULL || sscanf(at + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %llu %llu",
                             &user, &kernel) != 2) {
        return 0;
    }
    return (user + kernel) * UINT64_C(1000000) / (uint64_t)sysconf(_SC_CLK_TCK);
}

double pl_bench_rss_mib(pid_t pid)
{
    char path[64];
    char line[256];
    double mib = 0;
    long kib = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/status", (int)pid);
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return 0;
    }
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "VmRSS: %ld kB", &kib) == 1) {
            mib = (double)kib / 1024;
        }
    }
    (void)fclose(file);
    return mib;
}

bool pl_bench_device_bytes(const char *folder, uint64_t *bytes_out)
{
    struct stat info;
    char path[64];
    unsigned long long sectors = 0;

    if (stat(folder, &info) != 0) {
        return false;
    }
    (void)snprintf(path, sizeof(path), "/sys/dev/block/%u:%u/stat", major(info.st_dev),
                   minor(info.st_dev));
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        return false;
    }
    const int fields = fscanf(file, "%*u %*u %*u %*u %*u %*u %llu", &sectors);
    (void)fclose(file);
    if (fields != 1) {
        return false;
    }
    *bytes_out = (uint64_t)sectors * SECTOR_BYTES;
    return true;
}

/* ---- cleaning up ---- */

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

void pl_bench_remove(const char *folder)
{
    (void)nftw(folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
