#include "options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char usage[] =
    "usage: placet-demo --department ID [--at RUN] [--pace full|half|instant] [--hands N]\n"
    "                   [--services A,B] [--except SERVICE] [--verbose]\n"
    "\n"
    "Serves the services of a department (all that published definitions ask of it, or those\n"
    "given) like an office: files each task and decides on its due day.\n"
    "\n"
    "  --at RUN       run directory of the engine, or its work endpoint (PLACET_AT)\n"
    "  --pace         full: on the due day; half: in half the time; instant: at once\n"
    "  --hands N      tasks of a service that may come before the first is filed (64)\n"
    "  --except NAME  leave this service to somebody else\n";

static bool read_pace(const char *word, enum pace *out)
{
    static const char *const words[] = {
        [PACE_FULL] = "full", [PACE_HALF] = "half", [PACE_INSTANT] = "instant"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (strcmp(word, words[i]) == 0) {
            *out = (enum pace)i;
            return true;
        }
    }
    (void)fprintf(stderr, "error: unknown pace \"%s\"\n", word);
    return false;
}

static bool read_hands(const char *word, int *out)
{
    char *end = NULL;
    const long value = strtol(word, &end, 10);

    if (end == word || *end != '\0' || value < 1 || value > 4096) {
        (void)fprintf(stderr, "error: --hands wants a number from 1 to 4096\n");
        return false;
    }
    *out = (int)value;
    return true;
}

static bool take(int letter, struct options *options)
{
    switch (letter) {
    case 'd':
        options->department = optarg;
        return true;
    case 'a':
        options->at = optarg;
        return true;
    case 's':
        options->services = optarg;
        return true;
    case 'x':
        options->except = optarg;
        return true;
    case 'p':
        return read_pace(optarg, &options->pace);
    case 'n':
        return read_hands(optarg, &options->hands);
    case 'v':
        options->verbose = true;
        return true;
    default:
        (void)fputs(usage, stderr);
        return false;
    }
}

bool read_options(int argc, char **argv, struct options *options)
{
    static const struct option known[] = {
        {"department", required_argument, NULL, 'd'}, {"at", required_argument, NULL, 'a'},
        {"services", required_argument, NULL, 's'},   {"except", required_argument, NULL, 'x'},
        {"pace", required_argument, NULL, 'p'},       {"hands", required_argument, NULL, 'n'},
        {"verbose", no_argument, NULL, 'v'},          {NULL, 0, NULL, 0}};
    int letter = 0;

    *options = (struct options){.hands = 64};
    while ((letter = getopt_long(argc, argv, "", known, NULL)) != -1) {
        if (!take(letter, options)) {
            return false;
        }
    }
    if (options->department == NULL || optind < argc) {
        (void)fputs(usage, stderr);
        return false;
    }
    return true;
}
