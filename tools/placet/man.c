/* The manual pages, as troff, from the table of commands. */
#include <errno.h>
#include <placet/version.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "daemon.h"
#include "help.h"

#define PATH_SIZE 4096

/* Text of a line: backslashes and hyphens as they are meant, no dot or quote that would be a
 * request. */
static void put(FILE *page, const char *text)
{
    if (text[0] == '.' || text[0] == '\'') {
        (void)fputs("\\&", page);
    }
    for (; *text != '\0'; text++) {
        if (*text == '\\') {
            (void)fputs("\\e", page);
        } else if (*text == '-') {
            (void)fputs("\\-", page);
        } else {
            (void)fputc(*text, page);
        }
    }
}

static void put_line(FILE *page, const char *before, const char *text)
{
    (void)fputs(before, page);
    put(page, text);
    (void)fputc('\n', page);
}

/* "case back" is documented in placet-case-back(1). */
static void page_name(const char *command, char out[64])
{
    (void)snprintf(out, 64, "placet%s%s", command[0] != '\0' ? "-" : "", command);
    for (char *at = out; *at != '\0'; at++) {
        *at = *at == ' ' ? '-' : *at;
    }
}

static FILE *open_page(const char *folder, const char *name, int section, const char *title)
{
    char path[PATH_SIZE];

    (void)snprintf(path, sizeof path, "%s/man%d", folder, section);
    if (mkdir(path, 0777) != 0 && errno != EEXIST) {
        return NULL;
    }
    (void)snprintf(path, sizeof path, "%s/man%d/%s.%d", folder, section, name, section);
    FILE *page = fopen(path, "w");
    if (page != NULL) {
        (void)fprintf(page, ".TH \"%s\" \"%d\" \"\" \"placet %s\" \"Placet\"\n.SH NAME\n", name,
                      section, PLACET_VERSION);
        put(page, name);
        put_line(page, " \\- ", title);
    }
    return page;
}

static int close_page(FILE *page)
{
    const bool written = ferror(page) == 0;
    return fclose(page) == 0 && written ? 0 : -1;
}

static void put_option(FILE *page, const char *name, char letter, const char *value,
                       const char *help)
{
    (void)fputs(".TP\n.B ", page);
    if (letter != 0) {
        (void)fprintf(page, "\\-%c, ", letter);
    }
    (void)fputs("\\-\\-", page);
    put(page, name);
    if (value[0] != '\0') {
        (void)fputs(" \\fI", page);
        put(page, value);
        (void)fputs("\\fR", page);
    }
    put_line(page, "\n", help);
}

static void put_options(FILE *page, const struct pl_cli_row *command)
{
    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_OPTION); row != NULL;
         row = pl_cli_next(row, PL_CLI_OPTION)) {
        put_option(page, row->name, row->letter, row->arguments, row->en);
    }
}

static void put_exits(FILE *page)
{
    (void)fputs(".SH EXIT STATUS\n", page);
#define X(NAME, VALUE, TEXT)                                                                       \
    (void)fprintf(page, ".TP\n.B %d\n", (VALUE));                                                  \
    put_line(page, "", (TEXT));
    PL_CLI_EXITS(X)
#undef X
}

static int write_command(const char *folder, const struct pl_cli_row *command)
{
    char name[64];
    char title[512];

    page_name(command->name, name);
    (void)snprintf(title, sizeof title, "%s (%s)", command->en, command->zh);
    FILE *page = open_page(folder, name, 1, title);
    if (page == NULL) {
        return -1;
    }
    (void)fputs(".SH SYNOPSIS\n.B placet ", page);
    put(page, command->name);
    put_line(page, command->arguments[0] != '\0' ? " " : "", command->arguments);
    (void)fputs("[OPTION...]\n.SH DESCRIPTION\n", page);
    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_ABOUT); row != NULL;
         row = pl_cli_next(row, PL_CLI_ABOUT)) {
        put_line(page, ".PP\n", row->en);
    }
    put_line(page, ".PP\n",
             command->changes ? "This command changes something." : "This command only reads.");
    if (pl_cli_next(command, PL_CLI_OPTION) != NULL) {
        (void)fputs(".SH OPTIONS\n", page);
        put_options(page, command);
        (void)fputs(".PP\nOptions of every command are in placet(1).\n", page);
    }
    if (pl_cli_next(command, PL_CLI_EXAMPLE) != NULL) {
        (void)fputs(".SH EXAMPLES\n", page);
    }
    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_EXAMPLE); row != NULL;
         row = pl_cli_next(row, PL_CLI_EXAMPLE)) {
        put_line(page, ".TP\n.B ", row->name);
        put_line(page, "", row->en);
    }
    put_exits(page);
    (void)fputs(".SH SEE ALSO\n.BR placet (1),\n.BR placetd (8)\n", page);
    return close_page(page);
}

static int write_program(const char *folder)
{
    const struct pl_cli_row *rows = pl_cli_rows();
    FILE *page = open_page(folder, "placet", 1, rows->en);

    if (page == NULL) {
        return -1;
    }
    put_line(page, ".SH SYNOPSIS\n.B placet ", rows->arguments);
    (void)fputs(".SH DESCRIPTION\n"
                "Placet drives approvals through departments: it loads workflow definitions,\n"
                "offers work to the adapters of departments and keeps every answer in a journal.\n"
                "This program checks definitions, submits cases and looks at what happens.\n",
                page);
    for (const struct pl_cli_row *row = rows; row->kind != PL_CLI_END; row++) {
        char name[64];
        if (row->kind == PL_CLI_GROUP) {
            put_line(page, ".SS ", row->en);
        } else if (row->kind == PL_CLI_COMMAND) {
            page_name(row->name, name);
            (void)fputs(".TP\n.BR ", page);
            put(page, name);
            put_line(page, " (1)\n", row->en);
        }
    }
    (void)fputs(".SH OPTIONS\n", page);
    put_options(page, rows);
    put_exits(page);
    (void)fputs(".SH ENVIRONMENT\n.TP\n.B PLACET_AT\nwhere the engine is, as with \\-\\-at\n"
                ".TP\n.B NO_COLOR\nno colour, unless \\-\\-color says otherwise\n"
                ".TP\n.B COLUMNS\nwidth of tables, instead of that of the terminal\n"
                ".SH SEE ALSO\n.BR placetd (8)\n",
                page);
    return close_page(page);
}

static int write_daemon(const char *folder)
{
    FILE *page = open_page(folder, "placetd", 8, PL_CLI_DAEMON_TITLE);

    if (page == NULL) {
        return -1;
    }
    put_line(page, ".SH SYNOPSIS\n.B placetd ", "--data DIR [OPTION...]");
    put_line(page, ".SH DESCRIPTION\n", PL_CLI_DAEMON_ABOUT);
    (void)fputs(".SH OPTIONS\n", page);
#define OPTION(NAME, VALUE, EN) put_option(page, NAME, 0, VALUE, EN);
    PL_CLI_DAEMON_OPTIONS(OPTION)
#undef OPTION
    (void)fputs(".SH EXIT STATUS\n", page);
#define X(VALUE, TEXT)                                                                             \
    (void)fprintf(page, ".TP\n.B %d\n", (VALUE));                                                  \
    put_line(page, "", (TEXT));
    PL_CLI_DAEMON_EXITS(X)
#undef X
    (void)fputs(".SH SEE ALSO\n.BR placet (1)\n", page);
    return close_page(page);
}

int pl_cli_man(const struct pl_cli *cli, const char *folder)
{
    int rc = mkdir(folder, 0777) != 0 && errno != EEXIST ? -1 : write_program(folder);

    for (const struct pl_cli_row *row = pl_cli_rows(); rc == 0 && row->kind != PL_CLI_END; row++) {
        rc = row->kind == PL_CLI_COMMAND ? write_command(folder, row) : 0;
    }
    if (rc == 0) {
        rc = write_daemon(folder);
    }
    if (rc != 0) {
        return pl_cli_fail(cli, PL_CLI_EXIT_NO, "Say a folder that can be written.",
                           "cannot write manual pages to \"%s\": %s", folder, strerror(errno));
    }
    return PL_CLI_EXIT_YES;
}
