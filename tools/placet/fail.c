#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "grid.h"

#define MESSAGE_SIZE 1024

static const char *exit_name(enum pl_cli_exit code)
{
    switch (code) {
#define X(NAME, VALUE, TEXT)                                                                       \
    case PL_CLI_EXIT_##NAME:                                                                       \
        return #NAME;
        PL_CLI_EXITS(X)
#undef X
    default:
        return "NO";
    }
}

/* Machines get one line that can be parsed alone, whatever else stands on standard error. */
static void say_json(enum pl_cli_exit code, const char *place, const char *message,
                     const char *hint)
{
    json_t *error = json_pack("{s:{s:s, s:i, s:s?, s:s, s:s?}}", "error", "name", exit_name(code),
                              "exit", (int)code, "where", place, "message", message, "hint", hint);
    if (error != NULL) {
        (void)json_dumpf(error, stderr, JSON_COMPACT);
        (void)fputc('\n', stderr);
    }
    json_decref(error);
}

/* The rest of a line that begins before `column`, broken between words to fit a terminal. */
static void put(const struct pl_cli *cli, size_t column, const char *text)
{
    if (cli->width > 0) {
        pl_cli_wrap(stderr, (size_t)cli->width, column, 2, text);
    } else {
        (void)fprintf(stderr, "%s\n", text);
    }
}

static void put_hint(const struct pl_cli *cli, const char *hint)
{
    while (*hint != '\0') {
        char line[MESSAGE_SIZE];
        hint += strspn(hint, " \n");
        const size_t len = strcspn(hint, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)len, hint);
        (void)fputs("  ", stderr);
        put(cli, 2, line);
        hint += len;
    }
}

static int say(const struct pl_cli *cli, enum pl_cli_exit code, const char *place,
               const char *message, const char *hint)
{
    (void)fflush(stdout);
    if (hint != NULL && hint[0] == '\0') {
        hint = NULL;
    }
    if (cli->format != PL_CLI_TABLE) {
        say_json(code, place, message, hint);
        return (int)code;
    }
    (void)fprintf(stderr, "%s%s%serror:%s ", place != NULL ? place : "", place != NULL ? ": " : "",
                  cli->color_err ? "\033[1;31m" : "", cli->color_err ? "\033[0m" : "");
    put(cli, (place != NULL ? pl_cli_width(place) + 2 : 0) + sizeof "error: " - 1, message);
    if (hint != NULL) {
        put_hint(cli, hint);
    }
    return (int)code;
}

int pl_cli_fail(const struct pl_cli *cli, enum pl_cli_exit code, const char *hint,
                const char *message, ...)
{
    char text[MESSAGE_SIZE];
    va_list args;

    va_start(args, message);
    (void)vsnprintf(text, sizeof text, message, args);
    va_end(args);
    return say(cli, code, NULL, text, hint);
}

int pl_cli_usage(const struct pl_cli *cli, const char *message, ...)
{
    char text[MESSAGE_SIZE];
    char hint[MESSAGE_SIZE];
    va_list args;

    va_start(args, message);
    (void)vsnprintf(text, sizeof text, message, args);
    va_end(args);
    (void)snprintf(hint, sizeof hint, "Usage: placet %s%s%s", cli->command->name,
                   cli->command->name[0] != '\0' && cli->command->arguments[0] != '\0' ? " " : "",
                   cli->command->arguments);
    return say(cli, PL_CLI_EXIT_USAGE, NULL, text, hint);
}

/* The exit code that a negative enum placet_status or a code of the protocol ends in. */
static enum pl_cli_exit exit_of_status(int status)
{
    switch ((enum placet_status)status) {
    case PLACET_OK:
        return PL_CLI_EXIT_YES;
    case PLACET_ENOTFOUND:
        return PL_CLI_EXIT_NOT_FOUND;
    case PLACET_ECONFLICT:
        return PL_CLI_EXIT_CONFLICT;
    case PLACET_EDENIED:
        return PL_CLI_EXIT_DENIED;
    case PLACET_ETIMEOUT:
    case PLACET_EUNKNOWN:
        return PL_CLI_EXIT_TIMEOUT;
    case PLACET_EUNREACHABLE:
        return PL_CLI_EXIT_UNREACHABLE;
    case PLACET_ENOMEM:
    case PLACET_ELIMIT:
    case PLACET_EINVALID:
    case PLACET_EIO:
    case PLACET_ECORRUPT:
    case PLACET_EFULL:
    default:
        return PL_CLI_EXIT_NO;
    }
}

int pl_cli_fail_status(const struct pl_cli *cli, int status, const struct placet_error *err)
{
    char place[sizeof err->file + 32];
    const char *message = err->message[0] != '\0' ? err->message : placet_strstatus(status);

    if (err->file[0] != '\0' && err->line != 0) {
        (void)snprintf(place, sizeof place, "%s:%u:%u", err->file, err->line, err->column);
    } else {
        (void)snprintf(place, sizeof place, "%s", err->file);
    }
    return say(cli, exit_of_status(status), place[0] != '\0' ? place : NULL, message, err->hint);
}

void pl_cli_warn(const struct pl_cli *cli, const char *message, ...)
{
    char text[MESSAGE_SIZE];
    va_list args;

    va_start(args, message);
    (void)vsnprintf(text, sizeof text, message, args);
    va_end(args);
    (void)fflush(stdout);
    if (cli->format != PL_CLI_TABLE) {
        json_t *warning = json_pack("{s:{s:s}}", "warning", "message", text);
        if (warning != NULL) {
            (void)json_dumpf(warning, stderr, JSON_COMPACT);
            (void)fputc('\n', stderr);
        }
        json_decref(warning);
        return;
    }
    (void)fprintf(stderr, "%swarning:%s ", cli->color_err ? "\033[1;33m" : "",
                  cli->color_err ? "\033[0m" : "");
    put(cli, sizeof "warning: " - 1, text);
}
