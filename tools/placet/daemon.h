/* What placetd(8) says. The daemon reads its own options (engine/server); tests/cli/table_test.py
 * compares these lists with `placetd --help`. */
#ifndef PL_CLI_DAEMON_H
#define PL_CLI_DAEMON_H

#define PL_CLI_DAEMON_TITLE "the engine of Placet: drives cases, keeps the journal"
#define PL_CLI_DAEMON_ABOUT                                                                        \
    "One process and one store. It takes commands on its sockets, decides, commits to the "        \
    "journal, "                                                                                    \
    "and only then answers, offers tasks and tells watchers. It stays in the foreground until "    \
    "SIGTERM or SIGINT, writes its words to standard error, and is meant to be started again by "  \
    "a supervisor whenever it ends with 75."

/* X(name, value, what it does) */
#define PL_CLI_DAEMON_OPTIONS(X)                                                                   \
    X("data", "DIR", "the folder of the store; required")                                          \
    X("run", "DIR",                                                                                \
      "the folder of the sockets, of the pid file and of the file `endpoints` "                    \
      "(default: that of --data with .run added)")                                                 \
    X("create", "", "make the store if it is not there; otherwise that is a failure")              \
    X("tcp", "HOST", "listen on TCP too, on an address of the loopback")                           \
    X("port", "N",                                                                                 \
      "port of the endpoint work; api is the next, tail the one after; 0 takes any, "              \
      "which the file `endpoints` names")                                                          \
    X("accept", "S", "seconds that an offered task waits for TAKEN (default 10)")                  \
    X("lease", "S", "seconds that a taken task may stay silent (default 60)")                      \
    X("backoff", "S", "seconds before a failed task is offered again, the first time (default 1)") \
    X("session-dead", "S", "seconds of silence after which a session ends (default 10)")           \
    X("clock-rate", "N", "run the clock N times as fast, for demonstrations")                      \
    X("clock-start", "DATE", "the day on which the clock of a new store begins")                   \
    X("map-size", "MIB", "the store never grows beyond this")                                      \
    X("batch", "N", "messages that share one commit, at most")                                     \
    X("log-json", "", "write the log as JSON lines")                                               \
    X("help", "", "show help and end")                                                             \
    X("version", "", "show the version and end")

#define PL_CLI_DAEMON_EXITS(X)                                                                     \
    X(0, "ended by SIGTERM or SIGINT, everything durable")                                         \
    X(1, "could not start; standard error says why")                                               \
    X(2, "the command line is wrong")                                                              \
    X(5, "another engine runs on this store")                                                      \
    X(75, "a commit failed and its outcome is unknown: start again, and recovery decides")

#endif
