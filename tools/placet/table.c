#include "table.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"
#include "near.h"

#define NAME_SIZE 64 /* "store rebuild" and whatever somebody typed in its place */

#define READS     false
#define CHANGES   true
#define HERE      false
#define ENGINE    true
static const struct pl_cli_row rows[] = {
#define PROGRAM(ARGUMENTS, EN, ZH)                                                                 \
    {.kind = PL_CLI_PROGRAM, .name = "", .arguments = (ARGUMENTS), .en = (EN), .zh = (ZH)},
#define GROUP(TITLE) {.kind = PL_CLI_GROUP, .en = (TITLE)},
#define COMMAND(NAME, HANDLER, IMPACT, PLACE, ARGUMENTS, EN, ZH)                                   \
    {.kind = PL_CLI_COMMAND,                                                                       \
     .name = (NAME),                                                                               \
     .arguments = (ARGUMENTS),                                                                     \
     .en = (EN),                                                                                   \
     .zh = (ZH),                                                                                   \
     .handler = pl_cli_run_##HANDLER,                                                              \
     .changes = (IMPACT),                                                                          \
     .engine = (PLACE)},
#define ABOUT(TEXT) {.kind = PL_CLI_ABOUT, .en = (TEXT)},
#define OPTION(NAME, LETTER, VALUE, EN)                                                            \
    {.kind = PL_CLI_OPTION, .name = (NAME), .letter = (LETTER), .arguments = (VALUE), .en = (EN)},
#define EXAMPLE(LINE, EN) {.kind = PL_CLI_EXAMPLE, .name = (LINE), .en = (EN)},
#include "commands.def"
#undef PROGRAM
#undef GROUP
#undef COMMAND
#undef ABOUT
#undef OPTION
#undef EXAMPLE
    {.kind = PL_CLI_END},
};

const struct pl_cli_row *pl_cli_rows(void)
{
    return rows;
}

const struct pl_cli_row *pl_cli_next(const struct pl_cli_row *row, enum pl_cli_row_kind kind)
{
    for (row++; row->kind != PL_CLI_COMMAND && row->kind != PL_CLI_GROUP && row->kind != PL_CLI_END;
         row++) {
        if (row->kind == kind) {
            return row;
        }
    }
    return NULL;
}

/* How many of the words the name consists of; 0 when it is another name. */
static int words_of_name(const char *name, const char *const *words, int count)
{
    for (int used = 0; used < count; used++) {
        const size_t len = strcspn(name, " ");
        if (strlen(words[used]) != len || strncmp(words[used], name, len) != 0) {
            return 0;
        }
        name += len;
        if (*name == '\0') {
            return used + 1;
        }
        name++;
    }
    return 0;
}

const struct pl_cli_row *pl_cli_command(const char *const *words, int count, int *used_out)
{
    const struct pl_cli_row *best = NULL;
    int best_used = 0;

    for (const struct pl_cli_row *row = rows; row->kind != PL_CLI_END; row++) {
        const int used = row->kind == PL_CLI_COMMAND ? words_of_name(row->name, words, count) : 0;
        if (used > best_used) {
            best = row;
            best_used = used;
        }
    }
    if (best != NULL) {
        *used_out = best_used;
    }
    return best;
}

bool pl_cli_is_noun(const char *word)
{
    const size_t len = strlen(word);

    for (const struct pl_cli_row *row = rows; row->kind != PL_CLI_END; row++) {
        if (row->kind == PL_CLI_COMMAND && strncmp(row->name, word, len) == 0 &&
            row->name[len] == ' ') {
            return true;
        }
    }
    return false;
}

/* The options of the command, then those of the program. */
static const struct pl_cli_row *next_option(const struct pl_cli_row *command,
                                            const struct pl_cli_row *row)
{
    const struct pl_cli_row *next = pl_cli_next(row, PL_CLI_OPTION);
    if (next == NULL && row >= command && command != rows) {
        next = pl_cli_next(rows, PL_CLI_OPTION);
    }
    return next;
}

const struct pl_cli_row *pl_cli_option_row(const struct pl_cli_row *command, const char *name,
                                           size_t len)
{
    const struct pl_cli_row *row = next_option(command, command);
    while (row != NULL && (strlen(row->name) != len || strncmp(row->name, name, len) != 0)) {
        row = next_option(command, row);
    }
    return row;
}

const struct pl_cli_row *pl_cli_letter_row(const struct pl_cli_row *command, char letter)
{
    const struct pl_cli_row *row = next_option(command, command);
    while (row != NULL && row->letter != letter) {
        row = next_option(command, row);
    }
    return row;
}

int pl_cli_arguments_min(const struct pl_cli_row *command)
{
    int count = 0;

    for (const char *at = command->arguments; *at != '\0'; at += strspn(at, " ")) {
        const size_t len = strcspn(at, " ");
        count += at[0] != '[';
        at += len;
    }
    return count;
}

int pl_cli_arguments_max(const struct pl_cli_row *command)
{
    int count = 0;

    if (strstr(command->arguments, "...") != NULL) {
        return INT_MAX;
    }
    for (const char *at = command->arguments; *at != '\0'; at += strspn(at, " ")) {
        count++;
        at += strcspn(at, " ");
    }
    return count;
}

/* "calandar" alone is near to "calendar count", too. */
static unsigned distance_to(const char *typed, const char *name)
{
    char first[NAME_SIZE];

    if (strchr(typed, ' ') != NULL) {
        return pl_cli_distance(typed, name);
    }
    (void)snprintf(first, sizeof first, "%.*s", (int)strcspn(name, " "), name);
    return pl_cli_distance(typed, first);
}

const char *pl_cli_near_command(const char *const *words, int count)
{
    char typed[NAME_SIZE];
    const char *best = NULL;
    unsigned best_distance = UINT_MAX;

    for (const struct pl_cli_row *row = rows; row->kind != PL_CLI_END; row++) {
        if (row->kind != PL_CLI_COMMAND) {
            continue;
        }
        if (strchr(row->name, ' ') != NULL && count > 1) {
            (void)snprintf(typed, sizeof typed, "%s %s", words[0], words[1]);
        } else {
            (void)snprintf(typed, sizeof typed, "%s", words[0]);
        }
        const unsigned distance = distance_to(typed, row->name);
        if (distance < best_distance && distance <= pl_cli_distance_max(row->name)) {
            best = row->name;
            best_distance = distance;
        }
    }
    return best;
}

const char *pl_cli_near_option(const struct pl_cli_row *command, const char *name)
{
    const char *best = NULL;
    unsigned best_distance = UINT_MAX;

    for (const struct pl_cli_row *row = next_option(command, command); row != NULL;
         row = next_option(command, row)) {
        const unsigned distance = pl_cli_distance(name, row->name);
        if (distance < best_distance && distance <= pl_cli_distance_max(row->name)) {
            best = row->name;
            best_distance = distance;
        }
    }
    return best;
}
