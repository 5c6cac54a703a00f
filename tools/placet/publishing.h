/* Publishing a folder, for commands that set an engine up. */
#ifndef PL_CLI_PUBLISHING_H
#define PL_CLI_PUBLISHING_H

#include <placet/client.h>

#include "cli.h"

/* Publishes the workflows of a path and says nothing unless it fails. Returns the exit code. */
int pl_cli_publish_quietly(struct pl_cli *cli, struct placet_client *client, const char *path);

#endif
