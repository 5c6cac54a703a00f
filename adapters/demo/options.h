/* The command line of the demonstration's offices. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

enum pace {
    PACE_FULL,    /* on the due day */
    PACE_HALF,    /* in half the time */
    PACE_INSTANT, /* at once */
};

struct options {
    const char *department;
    const char *at;       /* NULL: as the library finds it */
    const char *services; /* "a,b": these only; NULL: all that the engine lists */
    const char *except;   /* a service left to a person; or NULL */
    enum pace pace;
    int hands;
    bool verbose;
};

/* False after a message: exit 2. */
bool read_options(int argc, char **argv, struct options *options);

#endif
