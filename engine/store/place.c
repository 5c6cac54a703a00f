/* Where a store may lie, and who is on it. */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "store/inside.h"

int pl_place_fail(struct placet_error *error, int status, const char *dir, const char *format, ...)
{
    va_list args;

    if (error == NULL) {
        return status;
    }
    memset(error, 0, sizeof *error);
    error->status = (enum placet_status)status;
    (void)snprintf(error->file, sizeof error->file, "%s", dir);
    va_start(args, format);
    (void)vsnprintf(error->message, sizeof error->message, format, args);
    va_end(args);
    return status;
}

/* Numbers of statfs(2). Their locks or their maps do not hold between machines, and their
 * synchronisation is a promise of somebody else. FUSE may hide any of them. */
bool pl_place_is_network(int64_t file_system_type)
{
    static const uint32_t refused[] = {
        0x6969,     /* NFS */
        0x517b,     /* SMB */
        0xff534d42, /* CIFS */
        0xfe534d42, /* SMB2 */
        0x5346414f, /* AFS */
        0x6b414653, /* AFS of the kernel */
        0x73757245, /* Coda */
        0x01021997, /* 9p */
        0x00c36400, /* Ceph */
        0x0bd00bd0, /* Lustre */
        0x65735546, /* FUSE */
    };

    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        if ((uint32_t)file_system_type == refused[i]) {
            return true;
        }
    }
    return false;
}

int pl_place_check(int dir_fd, const char *dir, struct placet_error *error)
{
    struct statfs fs;

    if (fstatfs(dir_fd, &fs) != 0) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot tell the file system: %s",
                             strerror(errno));
    }
    if (pl_place_is_network((int64_t)fs.f_type)) {
        (void)pl_place_fail(error, PLACET_EINVALID, dir,
                            "the store lies on a network file system (type 0x%lx)",
                            (unsigned long)(uint32_t)fs.f_type);
        if (error != NULL) {
            (void)snprintf(error->hint, sizeof error->hint,
                           "Move it to a disk of this machine: neither locks nor "
                           "synchronisation can be relied on over a network.");
        }
        return PLACET_EINVALID;
    }
    return PLACET_OK;
}

static int held_by_another(int fd, const char *dir, struct placet_error *error)
{
    char pid[24] = "";
    const ssize_t size = pread(fd, pid, sizeof pid - 1, 0);

    pid[size > 0 ? size : 0] = '\0';
    pid[strcspn(pid, "\n")] = '\0';
    (void)pl_place_fail(error, PLACET_ECONFLICT, dir, "process %s is running on this store",
                        pid[0] != '\0' ? pid : "unknown");
    if (error != NULL) {
        (void)snprintf(error->hint, sizeof error->hint,
                       "Stop that engine first; a store has one engine at a time.");
    }
    return PLACET_ECONFLICT;
}

int pl_place_lock(int dir_fd, const char *dir, int *lock_fd_out, struct placet_error *error)
{
    char pid[24];
    const int fd = openat(dir_fd, "engine.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int size;
    int rc;

    if (fd < 0) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot open engine.lock: %s",
                             strerror(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        rc = errno == EWOULDBLOCK
                 ? held_by_another(fd, dir, error)
                 : pl_place_fail(error, PLACET_EIO, dir, "cannot lock: %s", strerror(errno));
        (void)close(fd);
        return rc;
    }
    /* The number is for people only: the lock itself is flock's, and dies with the process. That it
     * cannot be written on a full disk is no reason not to start. */
    size = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) == 0) {
        (void)!pwrite(fd, pid, (size_t)size, 0);
    }
    *lock_fd_out = fd;
    return PLACET_OK;
}
