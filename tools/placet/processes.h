/* Programs that a command starts and ends with it. */
#ifndef PL_CLI_PROCESSES_H
#define PL_CLI_PROCESSES_H

#include <stdbool.h>
#include <sys/types.h>

/* Starts a program (a path) with arguments (NULL-terminated, the first is the program), its output
 * appended to `log`. It is out of reach of the terminal's Ctrl-C, and ends when this process ends,
 * however that happens. Returns 0 or an errno. */
int pl_cli_spawn(const char *const *arguments, const char *log, pid_t *pid_out);

/* Whether it has ended; `*signal_out` is what ended it, 0 when it ended by itself. The pid becomes
 * 0. */
bool pl_cli_has_ended(pid_t *pid, int *signal_out);

/* Asks all to end, waits some seconds, ends the rest. The pids become 0. */
void pl_cli_stop(pid_t *pids, unsigned count);

#endif
