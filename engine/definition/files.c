#include "definition/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/limits.h"
#include "value/mistake.h"

static int refuse(enum placet_status status, const char *path, const char *what,
                  struct placet_error *err)
{
    const struct pl_place place = {.file = path};
    return pl_mistake(err, status, place, NULL, "%s", what);
}

int pl_file_read(const char *path, char **text_out, size_t *size_out, struct placet_error *err)
{
    const size_t room = PL_PUBLISH_BODY_MAX + 1; /* one more than allowed shows what is too large */
    FILE *file = fopen(path, "rb");

    if (file == NULL) {
        const bool missing = errno == ENOENT || errno == ENOTDIR;
        return refuse(missing ? PLACET_ENOTFOUND : PLACET_EIO, path, strerror(errno), err);
    }
    char *text = malloc(room);
    if (text == NULL) {
        (void)fclose(file);
        return refuse(PLACET_ENOMEM, path, "out of memory", err);
    }
    const size_t size = fread(text, 1, room, file);
    const bool failed = ferror(file) != 0;
    (void)fclose(file);
    if (failed || size == room) {
        free(text);
        return failed ? refuse(PLACET_EIO, path, "the file cannot be read", err)
                      : refuse(PLACET_ELIMIT, path, "the file is larger than 4 MiB", err);
    }
    *text_out = text;
    *size_out = size;
    return PLACET_OK;
}
