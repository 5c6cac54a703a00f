/* What placetd(8) says. The daemon reads its own options (engine/server); tests/cli/man_test.py
 * compares this list with `placetd --help`. */
#ifndef PL_CLI_DAEMON_H
#define PL_CLI_DAEMON_H

#define PL_CLI_DAEMON_TITLE "the engine of Placet: drives cases, keeps the journal"
#define PL_CLI_DAEMON_ABOUT                                                                        \
    "One process and one store: receives commands, decides, commits to the journal, and only "     \
    "then "                                                                                        \
    "answers, offers tasks and tells watchers. It stays in the foreground and is meant to be "     \
    "restarted by a supervisor whenever it ends with 75."

/* X(name, value, what it does) */
#define PL_CLI_DAEMON_OPTIONS(X)                                                                   \
    X("data", "DIR", "folder of the store")                                                        \
    X("run", "DIR", "folder of the sockets work.sock, api.sock and tail.sock")                     \
    X("clock-rate", "N", "lets the clock run N times as fast, for demonstrations (default 1)")     \
    X("clock-start", "DATE", "the day on which such a clock begins")

#define PL_CLI_DAEMON_EXITS(X)                                                                     \
    X(0, "ended by SIGTERM or SIGINT, everything durable")                                         \
    X(1, "could not start; standard error says why")                                               \
    X(2, "the command line is wrong")                                                              \
    X(75, "a commit failed and its outcome is unknown: start again, and recovery decides")

#endif
