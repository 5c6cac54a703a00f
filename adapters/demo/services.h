/* Which services an office has: those given, or those that the published definitions ask for. */
#ifndef SERVICES_H
#define SERVICES_H

#include <placet/client.h>

#include "options.h"

struct services {
    char **names;
    size_t count;
};

/* PLACET_ENOTFOUND when there are none. */
int find_services(const struct options *options, struct services *out, struct placet_error *err);
void free_services(struct services *services);

#endif
