/* A store comes into being whole: made under another name, synchronised, renamed. */
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "store/inside.h"

static int fail_errno(struct placet_error *error, const char *dir, const char *what)
{
    const int status = errno == ENOSPC || errno == EDQUOT ? PLACET_EFULL : PLACET_EIO;

    return pl_place_fail(error, status, dir, "cannot %s: %s", what, strerror(errno));
}

/* Removes what an interrupted creation left, and nothing that it does not know. */
static int clear_leftover(const char *tmp)
{
    static const char *const names[] = {"data.mdb", "lock.mdb", "engine.lock"};
    const int fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0) {
        return errno == ENOENT ? 0 : -1;
    }
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        (void)unlinkat(fd, names[i], 0);
    }
    (void)unlinkat(fd, "archive", AT_REMOVEDIR);
    (void)close(fd);
    return rmdir(tmp);
}

static int sync_path(const char *path)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0) {
        return -1;
    }
    rc = fsync(fd);
    (void)close(fd);
    return rc;
}

static int put_format(MDB_txn *txn, MDB_dbi meta)
{
    uint8_t value[4 + PL_STORED_CRC_SIZE];
    struct pl_lmdb_key key = pl_lmdb_key_of(PL_META_FORMAT);
    MDB_val key_val = pl_lmdb_key_val(&key);
    MDB_val val = {.mv_size = sizeof value, .mv_data = value};

    pl_save_u32(value, PL_STORE_FORMAT);
    pl_save_u32(value + 4, pl_stored_crc(PL_TABLE_META, PL_META_FORMAT,
                                         (struct pl_bytes){.at = value, .size = 4}));
    return mdb_put(txn, meta, &key_val, &val, 0);
}

/* The environment with its tables, committed. LMDB's result. */
static int fill(MDB_env *env, const char *tmp)
{
    MDB_dbi tables[PL_TABLES];
    MDB_dbi frames;
    MDB_txn *txn = NULL;
    int rc = mdb_env_set_maxdbs(env, PL_TABLES + 1);

    if (rc == MDB_SUCCESS) {
        rc = mdb_env_open(env, tmp, PL_LMDB_FLAGS, 0600);
    }
    if (rc == MDB_SUCCESS) {
        rc = mdb_txn_begin(env, NULL, 0, &txn);
    }
    if (rc != MDB_SUCCESS) {
        return rc;
    }
    rc = pl_lmdb_open_tables(txn, true, tables, &frames);
    if (rc == MDB_SUCCESS) {
        rc = put_format(txn, tables[PL_TABLE_META]);
    }
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return rc;
    }
    rc = mdb_txn_commit(txn);
    return rc == MDB_SUCCESS ? mdb_env_sync(env, 1) : rc;
}

static int make(const char *dir, const char *tmp, struct placet_error *error)
{
    char path[PATH_MAX + sizeof "/data.mdb"];
    MDB_env *env = NULL;
    int fd;
    int rc;

    if (clear_leftover(tmp) != 0) {
        return fail_errno(error, tmp, "remove what an interrupted creation left");
    }
    if (mkdir(tmp, 0700) != 0) {
        return fail_errno(error, tmp, "make the directory");
    }
    fd = open(tmp, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || mkdirat(fd, "archive", 0700) != 0) {
        rc = fail_errno(error, tmp, "make the archive");
    } else {
        rc = pl_place_check(fd, dir, error);
    }
    if (fd >= 0) {
        (void)close(fd);
    }
    if (rc < 0) {
        return rc;
    }
    rc = mdb_env_create(&env);
    if (rc == MDB_SUCCESS) {
        rc = fill(env, tmp);
        mdb_env_close(env);
    }
    if (rc != MDB_SUCCESS) {
        return pl_place_fail(error, pl_lmdb_status(rc), dir, "cannot make data.mdb: %s",
                             mdb_strerror(rc));
    }
    /* LMDB leaves the first sizes of the file and its name to the directory's next sync. */
    (void)snprintf(path, sizeof path, "%s/data.mdb", tmp);
    if (sync_path(path) != 0 || sync_path(tmp) != 0) {
        return fail_errno(error, dir, "synchronise");
    }
    return PLACET_OK;
}

int pl_lmdb_create(const char *dir, struct placet_error *error)
{
    char tmp[PATH_MAX];
    char parent[PATH_MAX];
    struct stat there;
    size_t len = strlen(dir);
    int rc;

    while (len > 1 && dir[len - 1] == '/') {
        len--;
    }
    /* The longest name below is that of a segment. */
    if (len == 0 || len + 80 > sizeof tmp) {
        return pl_place_fail(error, PLACET_EINVALID, dir, "not a usable path");
    }
    (void)snprintf(tmp, sizeof tmp, "%.*s.tmp", (int)len, dir);
    if (lstat(dir, &there) == 0) {
        return pl_place_fail(error, PLACET_ECONFLICT, dir, "this exists already");
    }
    rc = make(dir, tmp, error);
    if (rc < 0) {
        return rc;
    }
    rc = renameat2(AT_FDCWD, tmp, AT_FDCWD, dir, RENAME_NOREPLACE);
    if (rc != 0 && errno == EINVAL) {
        rc = rename(tmp, dir); /* a file system that cannot promise not to replace */
    }
    if (rc != 0) {
        return fail_errno(error, dir, "rename the new store");
    }
    (void)snprintf(parent, sizeof parent, "%.*s", (int)len, dir);
    if (sync_path(dirname(parent)) != 0) {
        return fail_errno(error, dir, "synchronise the parent directory");
    }
    return PLACET_OK;
}
