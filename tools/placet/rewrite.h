/* Changing a file that somebody else wrote: whole or not at all, and shown before it is done. */
#ifndef PL_CLI_REWRITE_H
#define PL_CLI_REWRITE_H

#include <stddef.h>

/* Puts the text in the place of the file by way of a new file beside it: whoever reads the path
 * sees the old text or the new. Permission bits stay; a symbolic link goes on leading to the file.
 * Returns 0, or a negative errno with the file as it was. */
int pl_cli_rewrite(const char *path, const char *text, size_t size);

/* Both texts as a unified diff with three lines around each change, "" when they are equal. The
 * caller frees; NULL when there is no memory. */
char *pl_cli_diff(const char *path, const char *before, size_t before_size, const char *after,
                  size_t after_size);

#endif
