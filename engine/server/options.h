/* The command line of placetd: one table gives the parser, the help and the checks. */
#ifndef PL_SERVER_OPTIONS_H
#define PL_SERVER_OPTIONS_H

#include <placet/error.h>
#include <stdbool.h>
#include <stdio.h>

#include "server/config.h"

struct pl_options {
    struct pl_config config;
    bool create;   /* make the store if it is not there */
    bool log_json; /* lines of the log as JSON */
    bool help;
    bool version;
};

/* Fills `options` from defaults and arguments; texts borrow from argv. PLACET_EINVALID names the
 * argument in `err`. */
int pl_options_parse(int argc, char **argv, struct pl_options *options, struct placet_error *err);

void pl_options_help(FILE *out);

#endif
