#include "services.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

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

/* The services of our department in one page of the engine's list. */
static int collect(const struct options *options, struct placet_value body, struct services *out)
{
    struct placet_items departments = placet_items_of(placet_value_get(body, "items"));
    struct placet_value department;
    struct placet_value service;

    while (placet_items_next(&departments, NULL, &department)) {
        if (!placet_text_is(placet_get_text(department, "id"), options->department)) {
            continue;
        }
        struct placet_items services = placet_items_of(placet_value_get(department, "services"));
        while (placet_items_next(&services, NULL, &service)) {
            const struct placet_text name = placet_get_text(service, "id");
            if (!add(out, options, name.at, name.size)) {
                return PLACET_ENOMEM;
            }
        }
    }
    return PLACET_OK;
}

static int ask_engine(const struct options *options, struct services *out, struct placet_error *err)
{
    const struct placet_options connect = {
        .at = options->at, .name = options->department, .role = "monitor", .open_ms = 30000};
    const struct placet_value everything = {.size = 0};
    struct placet_client *client = NULL;
    struct placet_reply reply;

    int rc = placet_client_open(&connect, &client, err);
    if (rc == PLACET_OK) {
        rc = placet_list(client, "departments", everything, 500, NULL, &reply, err);
    }
    if (rc == PLACET_OK) {
        rc = collect(options, reply.body, out);
    }
    placet_client_close(&client);
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
