#include "rewrite.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int write_all(int fd, const char *text, size_t size)
{
    while (size > 0) {
        const ssize_t written = write(fd, text, size);
        if (written < 0 && errno == EINTR) {
            continue;
        }
        if (written <= 0) {
            return written < 0 ? -errno : -EIO;
        }
        text += written;
        size -= (size_t)written;
    }
    return 0;
}

/* The new file: complete, on disk, with the bits and the group of the old one. */
static int fill(int fd, const struct stat *old, const char *text, size_t size)
{
    int rc = write_all(fd, text, size);

    if (rc == 0 && old->st_gid != getegid() && fchown(fd, (uid_t)-1, old->st_gid) != 0) {
        errno = 0; /* allowed only to members of the group: then it is ours */
    }
    if (rc == 0 && fchmod(fd, old->st_mode & 07777) != 0) {
        rc = -errno;
    }
    if (rc == 0 && fsync(fd) != 0) {
        rc = -errno;
    }
    if (close(fd) != 0 && rc == 0) {
        rc = -errno;
    }
    return rc;
}

static void sync_folder(const char *real)
{
    char *copy = strdup(real);
    const int fd = copy != NULL ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        (void)fsync(fd);
        (void)close(fd);
    }
    free(copy);
}

static int replace(const char *real, const char *text, size_t size)
{
    char *temporary = NULL;
    struct stat old;

    if (stat(real, &old) != 0) {
        return -errno;
    }
    if (access(real, W_OK) != 0) {
        return -errno; /* a folder would let us; the bits of the file say no */
    }
    if (asprintf(&temporary, "%s.XXXXXX", real) < 0) {
        return -ENOMEM;
    }
    const int fd = mkostemp(temporary, O_CLOEXEC);
    int rc = fd >= 0 ? fill(fd, &old, text, size) : -errno;
    if (rc == 0 && rename(temporary, real) != 0) {
        rc = -errno;
    }
    if (rc != 0 && fd >= 0) {
        (void)unlink(temporary);
    }
    free(temporary);
    if (rc == 0) {
        sync_folder(real);
    }
    return rc;
}

int pl_cli_rewrite(const char *path, const char *text, size_t size)
{
    char *real = realpath(path, NULL);
    const int rc = real != NULL ? replace(real, text, size) : -errno;

    free(real);
    return rc;
}
