#include "services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define OPEN_MS 30000 /* the engine may still be starting */

static bool add(struct services *services, const struct options *options, const char *name,
                size_t size)
{
    char **grown = realloc(services->names, (services->count + 1) * sizeof(char *));
    if (grown == NULL) {
        return false;
    }
    services->names = grown;
    char *copy = strndup(name, size);
    if (copy == NULL) {
        return false;
    }
    if (options->except != NULL && strcmp(copy, options->except) == 0) {
        free(copy);
        return true;
    }
    services->names[services->count++] = copy;
    return true;
}

static int split(const struct options *options, struct services *out)
{
    const char *at = options->services;

    while (*at != '\0') {
        const size_t size = strcspn(at, ",");
        if (size > 0 && !add(out, options, at, size)) {
            return PLACET_ENOMEM;
        }
        at += size + (at[size] == ',');
    }
    return PLACET_OK;
}

/* Takes the names of one page. */
static int collect(const struct options *options, struct placet_value page, struct services *out)
{
    struct placet_items services = placet_items_of(placet_value_get(page, "items"));
    struct placet_value service;

    while (placet_items_next(&services, NULL, &service)) {
        const struct placet_text name = placet_get_text(service, "service");
        if (!add(out, options, name.at, name.size)) {
            return PLACET_ENOMEM;
        }
    }
    return PLACET_OK;
}

static int ask_engine(const struct options *options, struct services *out, struct placet_error *err)
{
    const struct placet_options connect = {
        .at = options->at, .name = options->department, .role = "monitor", .open_ms = OPEN_MS};
    struct placet_writer filter = {0};
    struct placet_value ours;
    struct placet_client *client = NULL;
    struct placet_reply reply;
    int64_t after = 0;

    placet_put_map(&filter);
    placet_put_key_text(&filter, "department", options->department);
    placet_put_end(&filter);
    int rc = placet_writer_value(&filter, &ours);
    if (rc == PLACET_OK) {
        rc = placet_client_open(&connect, &client, err);
    }
    do {
        if (rc == PLACET_OK) {
            rc = placet_list(client, "services", ours, 0, after, &reply, err);
        }
        if (rc == PLACET_OK) {
            rc = collect(options, reply.body, out);
            after = placet_get_i64(reply.body, "next");
        }
    } while (rc == PLACET_OK && after != 0);
    placet_client_close(&client);
    placet_writer_fini(&filter);
    return rc;
}

int find_services(const struct options *options, struct services *out, struct placet_error *err)
{
    const int rc = options->services != NULL ? split(options, out) : ask_engine(options, out, err);

    if (rc == PLACET_OK && out->count == 0) {
        *err = (struct placet_error){.status = PLACET_ENOTFOUND};
        (void)snprintf(err->message, sizeof(err->message),
                       "no published definition asks this department for anything");
        return PLACET_ENOTFOUND;
    }
    return rc;
}

void free_services(struct services *services)
{
    for (size_t i = 0; i < services->count; i++) {
        free(services->names[i]);
    }
    free(services->names);
    *services = (struct services){.count = 0};
}
