/* Following events: in order, none missing (the client library checks that each event names the one
 * before it), each as one line. */
#ifndef PL_CLI_WATCHING_H
#define PL_CLI_WATCHING_H

#include <placet/client.h>

#include "cli.h"

struct pl_cli_following {
    const char *at;    /* NULL: where the options say */
    uint64_t after;    /* cursor: 0 = from the oldest event */
    bool only_new;     /* from now on */
    bool all;          /* also what only technicians want to see */
    bool to_the_end;   /* until the case has finished */
    uint64_t max;      /* stop after so many; 0: never */
    const char *id;    /* of one case; NULL: all */
    const char *types; /* "a,b"; these three NULL: all */
    const char *departments;
    const char *workflows;
    void (*turn)(void *context); /* called a few times a second; may be NULL */
    void *context;
};

/* Prints events until the end that was asked for. Returns the exit code: with `to_the_end`, whether
 * the case ended well. */
int pl_cli_follow_events(const struct pl_cli *cli, const struct pl_cli_following *following);

/* One case from its beginning to its end. */
int pl_cli_follow(const struct pl_cli *cli, const char *id);

#endif
