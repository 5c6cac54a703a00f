/* Completion for bash, written from the table: commands, second words of commands, options, and the
 * values of options that have few. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static void print_second_words(const char *word)
{
    const size_t len = strlen(word);

    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        if (row->kind == PL_CLI_COMMAND && strncmp(row->name, word, len) == 0 &&
            row->name[len] == ' ') {
            (void)printf(" %s", row->name + len + 1);
        }
    }
}

/* Whether an earlier row began with the same word. */
static bool is_repeated(const struct pl_cli_row *row)
{
    const size_t len = strcspn(row->name, " ");

    for (const struct pl_cli_row *at = pl_cli_rows(); at < row; at++) {
        if (at->kind == PL_CLI_COMMAND && strcspn(at->name, " ") == len &&
            strncmp(at->name, row->name, len) == 0) {
            return true;
        }
    }
    return false;
}

static void print_first_words(void)
{
    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        if (row->kind == PL_CLI_COMMAND && !is_repeated(row)) {
            (void)printf(" %.*s", (int)strcspn(row->name, " "), row->name);
        }
    }
}

static void print_options(const struct pl_cli_row *command)
{
    for (const struct pl_cli_row *row = pl_cli_next(command, PL_CLI_OPTION); row != NULL;
         row = pl_cli_next(row, PL_CLI_OPTION)) {
        (void)printf(" --%s", row->name);
    }
}

static void print_cases(void)
{
    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        if (row->kind != PL_CLI_COMMAND) {
            continue;
        }
        (void)printf("    '%s') options='", row->name);
        print_options(row);
        (void)printf("';;\n");
    }
}

static void print_nouns(void)
{
    for (const struct pl_cli_row *row = pl_cli_rows(); row->kind != PL_CLI_END; row++) {
        char word[64];
        if (row->kind != PL_CLI_COMMAND || is_repeated(row)) {
            continue;
        }
        (void)snprintf(word, sizeof word, "%.*s", (int)strcspn(row->name, " "), row->name);
        if (pl_cli_is_noun(word)) {
            (void)printf("    '%s') words='", word);
            print_second_words(word);
            (void)printf("';;\n");
        }
    }
}

int pl_cli_run_completion(struct pl_cli *cli)
{
    const char *shell = pl_cli_argument(cli, 0);

    if (strcmp(shell, "bash") != 0) {
        return pl_cli_fail(cli, PL_CLI_EXIT_USAGE, "There is one for bash.",
                           "no completion for \"%.60s\"", shell);
    }
    (void)printf(
        "# bash completion of placet; made by `placet completion bash`\n"
        "_placet()\n{\n"
        "    local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
        "    local first=${COMP_WORDS[1]} second=${COMP_WORDS[2]} words='' options=''\n"
        "    COMPREPLY=()\n"
        "    case $previous in\n"
        "    -o | --output) words='table json jsonl yaml sarif' ;;\n"
        "    --color) words='auto always never' ;;\n"
        "    --lang) words='both zh en' ;;\n"
        "    esac\n"
        "    if [ -n \"$words\" ]; then\n"
        "        COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
        "        return\n"
        "    fi\n"
        "    if [ \"$COMP_CWORD\" = 1 ]; then\n"
        "        words='");
    print_first_words();
    (void)printf("'\n    elif [ \"$COMP_CWORD\" = 2 ]; then\n    case $first in\n");
    print_nouns();
    (void)printf("    esac\n    fi\n    case \"$first $second\" in\n");
    print_cases();
    (void)printf("    *) case $first in\n");
    print_cases();
    (void)printf("    esac ;;\n    esac\n    options+='");
    print_options(pl_cli_rows());
    (void)printf("'\n"
                 "    [ \"${current#-}\" != \"$current\" ] && words=$options\n"
                 "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
                 "}\n"
                 "complete -o default -F _placet placet\n");
    return PL_CLI_EXIT_YES;
}
