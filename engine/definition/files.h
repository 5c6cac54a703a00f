/* Reading whole files, for the tools. The engine itself only gets bytes. */
#ifndef PL_DEFINITION_FILES_H
#define PL_DEFINITION_FILES_H

#include <placet/error.h>
#include <stddef.h>

/* The bytes of a file of at most 4 MiB (one PUBLISH message), freed with free(). PLACET_ENOTFOUND,
 * PLACET_EIO, PLACET_ELIMIT, PLACET_ENOMEM, each with the path in `err`. */
int pl_file_read(const char *path, char **text_out, size_t *size_out, struct placet_error *err);

#endif
