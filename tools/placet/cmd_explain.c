/* explain: codes of diagnostics (P0301) and of the protocol (404, SUPERSEDED). */
#include <placet/definition.h>
#include <placet/protocol.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cli.h"
#include "grid.h"
#include "near.h"
#include "output.h"

struct code {
    int number;
    const char *name;
};

static const struct code codes[] = {
#define ERROR(CODE, NAME, RETRY, TEXT) {(CODE), #NAME},
#include <placet/errors.def>
#undef ERROR
};

/* What to do, by the word of the protocol for it. */
static const char *advice(const char *retry)
{
    static const struct {
        const char *word;
        const char *text;
    } texts[] = {
        {"never", "Asking again will not help."},
        {"fix", "Correct what was sent, then ask again."},
        {"same", "Ask again with the same id, after the time that the answer names."},
        {"hello", "Open a new session, then ask again with the same id."},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(texts[i].word, retry) == 0) {
            return texts[i].text;
        }
    }
    return "";
}

static const struct code *find_code(const char *text)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);

    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (strcasecmp(codes[i].name, text) == 0 || (*end == '\0' && codes[i].number == number)) {
            return &codes[i];
        }
    }
    return NULL;
}

static void draw_code(const struct pl_cli *cli, json_t *value)
{
    pl_cli_print(cli, PL_CLI_BOLD, "%s", pl_cli_text(value, "name"));
    (void)printf(" (code %lld of the protocol): %s.\n%s\n",
                 (long long)pl_cli_number(value, "number"), pl_cli_text(value, "en"),
                 pl_cli_text(value, "advice"));
}

static int show_code(const struct pl_cli *cli, const struct code *code)
{
    const unsigned number = (unsigned)code->number;
    const char *retry = placet_code_retry(number);
    json_t *value = json_pack("{s:s, s:i, s:s, s:s, s:s, s:s}", "code", code->name, "number",
                              code->number, "name", code->name, "en", placet_code_text(number),
                              "retry", retry, "advice", advice(retry));

    return pl_cli_show(cli, (struct pl_cli_result){.value = value, .draw = draw_code},
                       PL_CLI_EXIT_YES);
}

static const char *near_code(const char *text)
{
    for (size_t i = 0; i < sizeof codes / sizeof codes[0]; i++) {
        if (pl_cli_distance(text, codes[i].name) <= 2) {
            return codes[i].name;
        }
    }
    return NULL;
}

static size_t character_size(const char *at)
{
    size_t size = 1;

    while (((unsigned char)at[size] & 0xC0) == 0x80) {
        size++;
    }
    return size;
}

/* A line may end behind a blank, and before a Chinese character other than punctuation. */
static bool may_break(const char *line, const char *at)
{
    const unsigned char lead = (unsigned char)*at;

    return at > line && (at[-1] == ' ' || (lead >= 0xE4 && lead <= 0xE9));
}

/* Prints a line of so many bytes over as many lines of the terminal as it needs. */
static void print_wrapped(const char *line, size_t len, size_t width)
{
    const char *end = line + len;

    while (line < end) {
        const char *at = line;
        const char *cut = NULL;
        size_t used = 0;
        while (at < end && used <= width) {
            char character[8] = "";
            const size_t size = character_size(at);
            cut = may_break(line, at) ? at : cut;
            memcpy(character, at, size < sizeof character ? size : 1);
            used += pl_cli_width(character);
            at += size;
        }
        if (used <= width || cut == NULL) {
            cut = used <= width ? end : at;
        }
        (void)printf("%.*s\n", (int)(cut - line) - (cut[-1] == ' '), line);
        line = cut;
    }
}

/* Examples stand behind blanks and stay as they are. */
static void print_page(const struct pl_cli *cli, const char *text)
{
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        if (cli->width == 0 || len == 0 || text[0] == ' ' || text[0] == '\033') {
            (void)printf("%.*s\n", (int)len, text);
        } else {
            print_wrapped(text, len, (size_t)cli->width);
        }
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

int pl_cli_run_explain(struct pl_cli *cli)
{
    const char *text = pl_cli_argument(cli, 0);
    const struct code *code = find_code(text);
    const bool plain = cli->format == PL_CLI_TABLE && !pl_cli_given(cli, "fields");
    const enum placet_format text_format = cli->color ? PLACET_TEXT_COLOUR : PLACET_TEXT;
    char *words = NULL;

    if (code != NULL) {
        return show_code(cli, code);
    }
    if (placet_explain(text, plain ? text_format : PLACET_JSON, &words) < 0) {
        const char *near = near_code(text);
        char hint[128];
        (void)snprintf(hint, sizeof hint, near != NULL ? "Did you mean %s?" : "%s",
                       near != NULL ? near : "Codes look like P0301, 404 or SUPERSEDED.");
        return pl_cli_fail(cli, PL_CLI_EXIT_NOT_FOUND, hint, "no code \"%.60s\"", text);
    }
    int rc = PL_CLI_EXIT_YES;
    if (plain) {
        print_page(cli, words);
    } else {
        rc = pl_cli_show(cli, (struct pl_cli_result){.value = json_loads(words, 0, NULL)},
                         PL_CLI_EXIT_YES);
    }
    placet_free(words);
    return rc;
}
