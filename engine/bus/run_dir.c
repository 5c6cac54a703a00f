#include "bus/run_dir.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "value/mistake.h"

#define NO_PLACE ((struct pl_place){0})

static const char *endpoint_name(enum pl_endpoint endpoint)
{
    static const char *const names[PL_ENDPOINTS] = {"work", "api", "tail"};
    return names[endpoint];
}

static int check_owner(const char *run_dir, struct placet_error *err)
{
    struct stat st;

    if (stat(run_dir, &st) != 0) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot look at %s: %s", run_dir,
                          strerror(errno));
    }
    if (!S_ISDIR(st.st_mode)) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE, NULL, "%s is not a directory", run_dir);
    }
    if (st.st_uid != geteuid() || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
        return pl_mistake(err, PLACET_EDENIED, NO_PLACE,
                          "Choose a directory of your own, with mode 0700.",
                          "%s may be changed by others", run_dir);
    }
    return PLACET_OK;
}

/* The lock is the kernel's, not the file's presence: it cannot be left behind by a crash. */
static int lock_file(const char *path, int *lock_out, struct placet_error *err)
{
    const int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot open %s: %s", path,
                          strerror(errno));
    }
    if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
        close(fd);
        return pl_mistake(err, PLACET_ECONFLICT, NO_PLACE,
                          "Stop it first, or choose another run directory.",
                          "an engine runs in this directory already: %s is locked", path);
    }
    char text[32];
    const int len = snprintf(text, sizeof text, "%ld\n", (long)getpid());
    if (ftruncate(fd, 0) != 0 || write(fd, text, (size_t)len) != len) {
        close(fd);
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot write %s: %s", path,
                          strerror(errno));
    }
    *lock_out = fd;
    return PLACET_OK;
}

int pl_run_dir_lock(const char *run_dir, int *lock_out, struct placet_error *err)
{
    char path[PATH_MAX];

    if (mkdir(run_dir, 0700) != 0 && errno != EEXIST) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot make %s: %s", run_dir,
                          strerror(errno));
    }
    const int rc = check_owner(run_dir, err);
    if (rc != PLACET_OK) {
        return rc;
    }
    if (snprintf(path, sizeof path, "%s/placetd.pid", run_dir) >= (int)sizeof path) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE, NULL, "the path %s is too long", run_dir);
    }
    return lock_file(path, lock_out, err);
}

int pl_run_dir_socket(const char *run_dir, enum pl_endpoint endpoint, char out[PL_ADDRESS_SIZE],
                      struct placet_error *err)
{
    static const size_t path_max = sizeof((struct sockaddr_un *)0)->sun_path - 1;
    char text[PL_ADDRESS_SIZE];
    char absolute[PATH_MAX];

    if (realpath(run_dir, absolute) == NULL) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot look at %s: %s", run_dir,
                          strerror(errno));
    }
    const int len =
        snprintf(text, sizeof text, "ipc://%s/%s.sock", absolute, endpoint_name(endpoint));

    if (len >= (int)sizeof text || (size_t)len - strlen("ipc://") > path_max) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE,
                          "Choose a shorter run directory, such as one below /run.",
                          "the path of a socket has at most %zu bytes, %s/%s.sock is longer",
                          path_max, absolute, endpoint_name(endpoint));
    }
    memcpy(out, text, (size_t)len + 1);
    return PLACET_OK;
}

static json_t *addresses_json(const struct pl_addresses *addresses)
{
    json_t *root = json_object();

    for (unsigned e = 0; e < PL_ENDPOINTS; e++) {
        json_t *list = json_array();
        for (unsigned i = 0; i < PL_ADDRESSES; i++) {
            if (addresses->text[e][i][0] != '\0') {
                json_array_append_new(list, json_string(addresses->text[e][i]));
            }
        }
        json_object_set_new(root, endpoint_name((enum pl_endpoint)e), list);
    }
    return root;
}

int pl_run_dir_publish(const char *run_dir, const struct pl_addresses *addresses,
                       struct placet_error *err)
{
    char path[PATH_MAX];
    char path_new[PATH_MAX];
    const int len = snprintf(path, sizeof path, "%s/endpoints", run_dir);
    const int len_new = snprintf(path_new, sizeof path_new, "%s/endpoints.new", run_dir);
    if (len >= (int)sizeof path || len_new >= (int)sizeof path_new) {
        return pl_mistake(err, PLACET_EINVALID, NO_PLACE, NULL, "the path %s is too long", run_dir);
    }
    json_t *root = addresses_json(addresses);
    const int dumped = json_dump_file(root, path_new, JSON_INDENT(2));
    json_decref(root);
    if (dumped != 0 || rename(path_new, path) != 0) {
        return pl_mistake(err, PLACET_EIO, NO_PLACE, NULL, "cannot write %s: %s", path,
                          strerror(errno));
    }
    return PLACET_OK;
}
