#include "processes.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define TURN_MS     10

/* Between fork and exec: only what POSIX allows there. */
_Noreturn static void become(char *const *arguments, const char *log, pid_t parent)
{
    const int file = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

    (void)setpgid(0, 0);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (file < 0 || getppid() != parent || dup2(file, STDOUT_FILENO) < 0 ||
        dup2(file, STDERR_FILENO) < 0) {
        _exit(127);
    }
    (void)execv(arguments[0], arguments);
    _exit(127);
}

int pl_cli_spawn(const char *const *arguments, const char *log, pid_t *pid_out)
{
    const pid_t parent = getpid();
    const pid_t pid = fork();

    if (pid < 0) {
        return errno;
    }
    if (pid == 0) {
        become((char *const *)(uintptr_t)arguments, log, parent);
    }
    *pid_out = pid;
    return 0;
}

bool pl_cli_has_ended(pid_t *pid, int *signal_out)
{
    int status = 0;

    if (*pid == 0 || waitpid(*pid, &status, WNOHANG) != *pid) {
        return false;
    }
    *pid = 0;
    *signal_out = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return true;
}

static void wait_all(pid_t *pids, unsigned count, int patience_ms)
{
    const struct timespec turn = {.tv_nsec = TURN_MS * 1000000L};
    unsigned left = 1;

    for (int waited = 0; left > 0 && waited <= patience_ms; waited += TURN_MS) {
        left = 0;
        for (unsigned i = 0; i < count; i++) {
            int signal_number = 0;
            left += pids[i] != 0 && !pl_cli_has_ended(&pids[i], &signal_number);
        }
        if (left > 0) {
            (void)nanosleep(&turn, NULL);
        }
    }
}

void pl_cli_stop(pid_t *pids, unsigned count)
{
    static const int signals[] = {SIGTERM, SIGKILL};

    for (unsigned s = 0; s < 2; s++) {
        for (unsigned i = 0; i < count; i++) {
            if (pids[i] > 0) {
                (void)kill(pids[i], signals[s]);
            }
        }
        wait_all(pids, count, PATIENCE_MS);
    }
}
