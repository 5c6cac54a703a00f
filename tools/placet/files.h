/* Files that commands take or that came with the program. */
#ifndef PL_CLI_FILES_H
#define PL_CLI_FILES_H

#include <stddef.h>

#include "cli.h"

#define PL_CLI_PATH_SIZE     4096
#define PL_CLI_FILE_SIZE_MAX (4u << 20) /* no form and no definition is larger than a message */

/* The workflow files that a path stands for: itself, or those of a folder (the .yaml files whose
 * first key is `workflow`), sorted. The caller frees each and the array. Returns 0, or the exit
 * code after saying what is wrong. */
int pl_cli_workflows(const struct pl_cli *cli, const char *path, char ***paths_out, int *count_out);

/* A folder or file below the shipped `workflows`: beside the working folder, in the source tree
 * that the program was built from, or where it is installed. Returns false when it is nowhere. */
bool pl_cli_shipped(const char *name, char path_out[PL_CLI_PATH_SIZE]);

/* A calendar: a file, or the id of a shipped one. As pl_cli_workflows. */
int pl_cli_calendar(const struct pl_cli *cli, const char *name, char path_out[PL_CLI_PATH_SIZE]);

/* A program that stands beside this one, or in the path. */
bool pl_cli_program(const char *name, char path_out[PL_CLI_PATH_SIZE]);

/* Reads a file, or standard input for "-", NUL-terminated; the caller frees. As pl_cli_workflows.
 */
int pl_cli_read_file(const struct pl_cli *cli, const char *path, char **text_out, size_t *size_out);

#endif
