/* watch: events as they happen, or from any point of the journal. */
#include <stdlib.h>
#include <string.h>

#include "case_check.h"
#include "cli.h"
#include "engine.h"
#include "watching.h"

static int parse_number(const struct pl_cli *cli, const char *option, uint64_t *out)
{
    const char *text = pl_cli_option(cli, option);
    char *end = NULL;

    if (text == NULL) {
        return 0;
    }
    const unsigned long long value = strtoull(text, &end, 10);
    if (end == text || *end != '\0' || text[0] == '-') {
        return pl_cli_usage(cli, "--%s wants a number%s, not \"%.60s\"", option,
                            strcmp(option, "from") == 0 ? ", oldest or now" : "", text);
    }
    *out = value;
    return 0;
}

/* The number of the case that the argument names. */
static int find_case(struct pl_cli *cli, char id_out[PLACET_CASE_SIZE])
{
    struct placet_client *client = NULL;
    int rc = pl_cli_connect(cli, "monitor", &client);

    if (rc == 0) {
        rc = pl_cli_find_case(cli, client, pl_cli_argument(cli, 0), id_out);
    }
    placet_client_close(&client);
    return rc;
}

int pl_cli_run_watch(struct pl_cli *cli)
{
    char id[PLACET_CASE_SIZE];
    const char *from = pl_cli_option(cli, "from");
    struct pl_cli_following following = {.id = pl_cli_argument(cli, 0) != NULL ? id : NULL,
                                         .all = pl_cli_given(cli, "all"),
                                         .to_the_end = pl_cli_given(cli, "until-finished"),
                                         .types = pl_cli_option(cli, "type"),
                                         .departments = pl_cli_option(cli, "department"),
                                         .workflows = pl_cli_option(cli, "workflow")};
    int rc = parse_number(cli, "number", &following.max);

    if (following.to_the_end && following.id == NULL) {
        return pl_cli_usage(cli, "--until-finished wants a case");
    }
    /* One case is read from its beginning, the stream of all from now on. */
    if (from == NULL ? following.id == NULL : strcmp(from, "now") == 0) {
        following.only_new = true;
    } else if (rc == 0 && from != NULL && strcmp(from, "oldest") != 0) {
        rc = parse_number(cli, "from", &following.after);
    }
    if (rc == 0) {
        rc = pl_cli_check_types(cli, following.types);
    }
    if (rc == 0 && following.id != NULL) {
        rc = find_case(cli, id);
    }
    return rc != 0 ? rc : pl_cli_follow_events(cli, &following);
}
