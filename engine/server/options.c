#include "server/options.h"
#include "base/check.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/time.h"
#include "model/limits.h"
#include "value/mistake.h"

#define NO_PLACE ((struct pl_place){0})

enum kind { TEXT, FLAG, COUNT, SECONDS, BYTES, DATE };

struct option {
    const char *name;
    enum kind kind;
    const char *argument; /* NULL: takes none */
    size_t offset;
    int64_t min;
    int64_t max;
    const char *help;
};

#define AT(FIELD)     offsetof(struct pl_options, FIELD)
#define CONFIG(FIELD) offsetof(struct pl_options, config.FIELD)

static const struct option table[] = {
    {"--data", TEXT, "DIR", CONFIG(data_dir), 0, 0, "the store (required)"},
    {"--run", TEXT, "DIR", CONFIG(run_dir), 0, 0,
     "sockets and pid file; default: DIR of --data with .run"},
    {"--create", FLAG, NULL, AT(create), 0, 0, "make the store if it is not there"},
    {"--tcp", TEXT, "HOST", CONFIG(tcp_host), 0, 0,
     "listen on tcp too, on an address of the loopback"},
    {"--port", COUNT, "N", CONFIG(tcp_port), 0, 65533,
     "port of work; api is +1, tail +2; 0: any, see the file `endpoints`"},
    {"--accept", SECONDS, "S", CONFIG(accept_ms), 1, 3600000,
     "how long an offer waits for TAKEN; default 10"},
    {"--lease", SECONDS, "S", CONFIG(lease_ms), 1, 86400000,
     "how long a taken task may stay silent; default 60"},
    {"--backoff", SECONDS, "S", CONFIG(backoff_ms), 1, 86400000,
     "first delay after a retryable failure; default 1"},
    {"--session-dead", SECONDS, "S", CONFIG(session_dead_ms), 1000, 3600000,
     "silence after which a session ends; default 10"},
    {"--clock-rate", COUNT, "N", CONFIG(clock_rate), 1, 10000000,
     "run the clock N times as fast: for demonstrations"},
    {"--clock-start", DATE, "DATE", CONFIG(clock_start_ms), 0, 0,
     "begin a new store at 00:00 UTC of this day"},
    {"--map-size", BYTES, "MIB", CONFIG(map_bytes), 16, 1 << 24,
     "the store never grows beyond this"},
    {"--batch", COUNT, "N", CONFIG(batch_messages), 1, PL_BATCH_MESSAGES_MAX,
     "messages that share one commit, at most"},
    {"--log-json", FLAG, NULL, AT(log_json), 0, 0, "write the log as JSON lines"},
    {"--help", FLAG, NULL, AT(help), 0, 0, "this text"},
    {"--version", FLAG, NULL, AT(version), 0, 0, "the version"},
};
#define OPTIONS (sizeof table / sizeof table[0])

void pl_options_help(FILE *out)
{
    (void)fprintf(
        out, "usage: placetd --data DIR [options]\n\n"
             "The workflow engine: takes messages on its sockets until SIGTERM or SIGINT.\n\n");
    for (size_t i = 0; i < OPTIONS; i++) {
        char left[40];
        (void)snprintf(left, sizeof left, "%s %s", table[i].name,
                       table[i].argument == NULL ? "" : table[i].argument);
        (void)fprintf(out, "  %-20s %s\n", left, table[i].help);
    }
    (void)fprintf(out,
                  "\nexit codes: 0 stopped, 1 cannot start, 2 usage, 5 another engine runs there,\n"
                  "            75 the store failed: start again, it recovers\n");
}

static const struct option *find(const char *name)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        if (strcmp(table[i].name, name) == 0) {
            return &table[i];
        }
    }
    return NULL;
}

static int unknown(const char *name, struct placet_error *err)
{
    const char *names[OPTIONS];
    char hint[96];

    for (size_t i = 0; i < OPTIONS; i++) {
        names[i] = table[i].name;
    }
    const char *closest = pl_text_closest(name, names, OPTIONS);
    (void)snprintf(hint, sizeof hint, "Did you mean %s?", closest == NULL ? "--help" : closest);
    return pl_mistake(err, PLACET_EINVALID, NO_PLACE, hint, "unknown option %s", name);
}

/* A decimal number; for SECONDS up to three digits after a point, in thousandths. */
static bool parse_number(const char *text, bool thousandths, int64_t *out)
{
    char *end = NULL;

    PL_CHECK(text != NULL); /* the table says that the option has an argument */
    if (*text < '0' || *text > '9') {
        return false;
    }
    errno = 0;
    const long long whole = strtoll(text, &end, 10);
    if (errno != 0 || whole > INT64_MAX / 1000) {
        return false;
    }
    int64_t value = thousandths ? whole * 1000 : whole;
    if (thousandths && *end == '.') {
        end++;
        for (int64_t unit = 100; unit > 0 && *end >= '0' && *end <= '9'; unit /= 10) {
            value += unit * (*end++ - '0');
        }
    }
    *out = value;
    return *end == '\0';
}

static int set_number(struct pl_options *options, const struct option *option, const char *text,
                      struct placet_error *err)
{
    char *field = (char *)options + option->offset;
    int64_t value = 0;

    if (!parse_number(text, option->kind == SECONDS, &value) || value < option->min ||
        value > option->max) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE, NULL,
                          "%s: \"%s\" is not between %g and %g", option->name, text,
                          (double)option->min / (option->kind == SECONDS ? 1000 : 1),
                          (double)option->max / (option->kind == SECONDS ? 1000 : 1));
    }
    if (option->offset == CONFIG(tcp_port)) {
        *(uint16_t *)(void *)field = (uint16_t)value;
    } else if (option->offset == CONFIG(batch_messages)) {
        *(uint32_t *)(void *)field = (uint32_t)value;
    } else if (option->kind == BYTES) {
        *(uint64_t *)(void *)field = (uint64_t)value << 20;
    } else {
        *(int64_t *)(void *)field = value;
    }
    return PLACET_OK;
}

static int set(struct pl_options *options, const struct option *option, const char *text,
               struct placet_error *err)
{
    char *field = (char *)options + option->offset;
    struct pl_date date;

    switch (option->kind) {
    case FLAG:
        *(bool *)(void *)field = true;
        return PLACET_OK;
    case TEXT:
        *(const char **)(void *)field = text;
        return PLACET_OK;
    case DATE:
        if (!pl_date_parse(pl_text_of(text), &date)) {
            return pl_mistake(err, PLACET_EINVALID, NO_PLACE, "Write it as 2016-04-20.",
                              "%s: \"%s\" is not a date", option->name, text);
        }
        *(int64_t *)(void *)field = pl_ms_of_day(pl_day_of_date(date), 0);
        return PLACET_OK;
    case COUNT:
    case SECONDS:
    case BYTES:
        return set_number(options, option, text, err);
    }
    return PLACET_OK;
}

int pl_options_parse(int argc, char **argv, struct pl_options *options, struct placet_error *err)
{
    struct pl_options parsed = {0};

    pl_config_default(&parsed.config);
    for (int i = 1; i < argc; i++) {
        const struct option *option = find(argv[i]);
        if (option == NULL) {
            return unknown(argv[i], err);
        }
        if (option->argument != NULL && i + 1 == argc) {
            return pl_mistake(err, PLACET_EINVALID, NO_PLACE, NULL, "%s needs %s", option->name,
                              option->argument);
        }
        const char *text = option->argument == NULL ? NULL : argv[++i];
        const int rc = set(&parsed, option, text, err);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    if (parsed.config.data_dir == NULL && !parsed.help && !parsed.version) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE, "Try placetd --help.",
                          "--data is required");
    }
    *options = parsed;
    return PLACET_OK;
}
