/* Making and opening a store: what is made, who may open it, and with which flags. */
#include <fcntl.h>
#include <placet/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <dirent.h>

#include "store/inside.h"
#include "support/store_dir.h"

static void test_open_never_creates(void **state)
{
    const struct test_dir *dir = *state;
    struct placet_error error;
    struct pl_lmdb *lmdb = NULL;
    struct stat there;

    assert_int_equal(pl_lmdb_open(dir->store, NULL, &lmdb, &error), PLACET_ENOTFOUND);
    assert_int_not_equal(stat(dir->store, &there), 0);
    assert_int_equal(mkdir(dir->store, 0700), 0);
    assert_int_equal(pl_lmdb_open(dir->store, NULL, &lmdb, &error), PLACET_ENOTFOUND);
    assert_int_equal(rmdir(dir->store), 0); /* still empty */
    assert_null(lmdb);
}

static void test_create_twice_is_refused(void **state)
{
    const struct test_dir *dir = *state;
    struct pl_lmdb *lmdb = test_store_new(dir, NULL);
    struct placet_error error;

    test_store_put(lmdb, PL_TABLE_BLOCKS, 1, "kept");
    assert_int_equal(pl_lmdb_create(dir->store, &error), PLACET_ECONFLICT);
    test_store_expect(lmdb, PL_TABLE_BLOCKS, 1, "kept");
    pl_lmdb_close(&lmdb);
}

/* What an interrupted creation leaves has another name, and the next creation removes it. */
static void test_interrupted_creation(void **state)
{
    const struct test_dir *dir = *state;
    char path[256];
    struct pl_lmdb *lmdb = NULL;
    int fd;

    (void)snprintf(path, sizeof path, "%s.tmp", dir->store);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s.tmp/data.mdb", dir->store);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "half", 4), 4);
    assert_int_equal(close(fd), 0);

    assert_int_equal(pl_lmdb_open(dir->store, NULL, &lmdb, NULL), PLACET_ENOTFOUND);
    lmdb = test_store_new(dir, NULL);
    (void)snprintf(path, sizeof path, "%s.tmp", dir->store);
    assert_int_not_equal(access(path, F_OK), 0);
    pl_lmdb_close(&lmdb);
}

/* Creation does not delete what it does not know. */
static void test_creation_spares_strangers(void **state)
{
    const struct test_dir *dir = *state;
    char path[256];
    int fd;

    (void)snprintf(path, sizeof path, "%s.tmp", dir->store);
    assert_int_equal(mkdir(path, 0700), 0);
    (void)snprintf(path, sizeof path, "%s.tmp/precious", dir->store);
    fd = open(path, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(close(fd), 0);
    assert_int_equal(pl_lmdb_create(dir->store, NULL), PLACET_EIO);
    assert_int_equal(access(path, F_OK), 0);
}

static void test_second_engine_is_refused(void **state)
{
    const struct test_dir *dir = *state;
    struct pl_lmdb *lmdb;
    int ready[2];
    int stop[2];
    char byte = 0;
    pid_t pid;
    struct placet_error error;
    char expected[64];

    assert_int_equal(pl_lmdb_create(dir->store, NULL), PLACET_OK);
    assert_int_equal(pipe(ready), 0);
    assert_int_equal(pipe(stop), 0);
    pid = fork();
    if (pid == 0) {
        (void)close(stop[1]);
        lmdb = NULL;
        if (pl_lmdb_open(dir->store, NULL, &lmdb, NULL) == PLACET_OK &&
            write(ready[1], "r", 1) == 1) {
            (void)!read(stop[0], &byte, 1);
        }
        _exit(0);
    }
    (void)close(stop[0]);
    (void)close(ready[1]);
    assert_int_equal(read(ready[0], &byte, 1), 1);
    lmdb = NULL;
    assert_int_equal(pl_lmdb_open(dir->store, NULL, &lmdb, &error), PLACET_ECONFLICT);
    (void)snprintf(expected, sizeof expected, "process %ld is running on this store", (long)pid);
    assert_string_equal(error.message, expected);
    (void)close(stop[1]);
    (void)close(ready[0]);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    /* The lock died with its holder. */
    lmdb = test_store_open(dir, NULL);
    pl_lmdb_close(&lmdb);
}

static void test_network_file_systems(void **state)
{
    (void)state;
    assert_true(pl_place_is_network(0x6969));     /* NFS_SUPER_MAGIC */
    assert_true(pl_place_is_network(0xff534d42)); /* CIFS_SUPER_MAGIC */
    assert_true(pl_place_is_network((int32_t)0xff534d42u));
    assert_true(pl_place_is_network(0x01021997));  /* V9FS_MAGIC */
    assert_false(pl_place_is_network(0xef53));     /* EXT4_SUPER_MAGIC */
    assert_false(pl_place_is_network(0x58465342)); /* XFS_SUPER_MAGIC */
    assert_false(pl_place_is_network(0x01021994)); /* TMPFS_MAGIC */
    assert_false(pl_place_is_network(0x794c7630)); /* OVERLAYFS_SUPER_MAGIC */
}

static void test_default_sync_only(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    unsigned flags = 0;

    assert_int_equal(mdb_env_get_flags(lmdb->env, &flags), MDB_SUCCESS);
    assert_int_equal(flags & (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC |
                              MDB_NOLOCK | MDB_NOMEMINIT),
                     0);
    for (unsigned i = 0; i < PL_TABLES; i++) {
        MDB_txn *txn = NULL;
        assert_int_equal(mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn), MDB_SUCCESS);
        assert_int_equal(mdb_dbi_flags(txn, lmdb->tables[i], &flags), MDB_SUCCESS);
        assert_int_equal(flags & MDB_DUPSORT, 0);
        mdb_txn_abort(txn);
    }
    pl_lmdb_close(&lmdb);
}

/* A child of the engine gets none of its files. */
static void test_descriptors_close_on_exec(void **state)
{
    const struct test_dir *dir = *state;
    struct pl_lmdb *lmdb = test_store_new(dir, NULL);
    DIR *fds = opendir("/proc/self/fd");
    const struct dirent *entry;
    unsigned found = 0;

    assert_non_null(fds);
    while ((entry = readdir(fds)) != NULL) {
        char target[512];
        const ssize_t size = readlinkat(dirfd(fds), entry->d_name, target, sizeof target - 1);
        target[size > 0 ? size : 0] = '\0';
        if (strncmp(target, dir->store, strlen(dir->store)) == 0) {
            found++;
            assert_int_not_equal(fcntl((int)strtol(entry->d_name, NULL, 10), F_GETFD) & FD_CLOEXEC,
                                 0);
        }
    }
    assert_true(found >= 4); /* the directory, both locks, the data once or twice */
    assert_int_equal(closedir(fds), 0);
    pl_lmdb_close(&lmdb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_open_never_creates, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_create_twice_is_refused, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_interrupted_creation, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_creation_spares_strangers, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_second_engine_is_refused, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test(test_network_file_systems),
        cmocka_unit_test_setup_teardown(test_default_sync_only, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_descriptors_close_on_exec, test_dir_setup,
                                        test_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
