#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "args.h"
#include "help.h"

static volatile sig_atomic_t interrupted;

static void on_signal(int number)
{
    (void)number;
    interrupted = 1;
}

bool pl_cli_interrupted(void)
{
    return interrupted != 0;
}

/* Waiting calls come back with EINTR, so that a handler can end what it began. SIGPIPE keeps its
 * meaning: when the reader goes away (`placet watch | head`), there is nothing left to do. */
static void catch_signals(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    (void)sigemptyset(&action.sa_mask);
    (void)sigaction(SIGINT, &action, NULL);
    (void)sigaction(SIGTERM, &action, NULL);
    (void)sigaction(SIGHUP, &action, NULL);
}

int main(int argc, char **argv)
{
    struct pl_cli cli = {.command = NULL};
    bool help = false;

    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        argv[1] += 2; /* the command of that name */
    }
    catch_signals();
    int rc = pl_cli_parse(&cli, (const char *const *)argv + 1, argc - 1, &help);
    if (rc == 0 && help) {
        pl_cli_help(&cli, cli.command);
    } else if (rc == 0) {
        rc = cli.command->handler(&cli);
    }
    if (fflush(stdout) != 0 && rc == 0) {
        rc = PL_CLI_EXIT_NO;
    }
    return rc;
}
