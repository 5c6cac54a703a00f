/* A full disk and a full map: found before anything is written, reads go on, it recovers by itself.
 * The full disk needs a small tmpfs of its own (a mount namespace): skipped where that is not
 * allowed. */
#include <errno.h>
#include <fcntl.h>
#include <placet/error.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inside.h"
#include "support/store_dir.h"

enum { CANNOT_MOUNT = 77, FRAME = 20000 };

static int count_frame(void *context, struct pl_bytes bytes)
{
    struct pl_frame frame;

    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_true(test_frame_is_right(&frame));
    ++*(unsigned *)context;
    return 0;
}

static unsigned frames_in(struct pl_lmdb *lmdb)
{
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    unsigned count = 0;

    assert_int_equal(journal->ops->read(journal, 1, UINT32_MAX, count_frame, &count), PLACET_OK);
    return count;
}

/* Commits frames until one is refused; gives their number. Nothing but EFULL may refuse. */
static unsigned commit_until_full(struct pl_lmdb *lmdb, struct test_frames *frames)
{
    unsigned count = 0;
    int rc;

    while ((rc = test_commit_frame(lmdb, frames, 1, FRAME)) == PLACET_OK) {
        count++;
    }
    assert_int_equal(rc, PLACET_EFULL);
    return count;
}

static bool nearly_full(struct pl_lmdb *lmdb)
{
    return pl_lmdb_store(lmdb)->ops->nearly_full(pl_lmdb_store(lmdb));
}

/* The answer is cached for a tenth of a second: asks until it is `wanted`, for ten seconds. */
static void await_nearly_full(struct pl_lmdb *lmdb, bool wanted)
{
    for (int i = 0; i < 1000 && nearly_full(lmdb) != wanted; i++) {
        (void)nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    assert_true(nearly_full(lmdb) == wanted);
}

static void test_full_map(void **state)
{
    const struct pl_lmdb_options tiny = {.map_bytes = 8 << 20, .reserve_bytes = 2 << 20};
    const struct pl_lmdb_options raised = {.map_bytes = 64 << 20, .reserve_bytes = 2 << 20};
    struct pl_lmdb *lmdb = test_store_new(*state, &tiny);
    struct test_frames frames;
    unsigned count = 0;

    test_frames_init(&frames);
    assert_false(nearly_full(lmdb));
    count = commit_until_full(lmdb, &frames);
    assert_true(count > 250 && count < 420); /* 8 MiB of frames in five pages each */
    await_nearly_full(lmdb, true);
    assert_int_equal(frames_in(lmdb), count);
    /* Refused again, and still nothing broke. */
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_EFULL);
    assert_int_equal(frames_in(lmdb), count);
    pl_lmdb_close(&lmdb);

    lmdb = test_store_open(*state, &raised);
    assert_false(nearly_full(lmdb));
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_OK);
    assert_int_equal(frames_in(lmdb), count + 1);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* New cases are refused while there is still room for what is under way. */
static void test_warned_before_full(void **state)
{
    const struct pl_lmdb_options tiny = {.map_bytes = 16 << 20, .reserve_bytes = 4 << 20};
    struct pl_lmdb *lmdb = test_store_new(*state, &tiny);
    struct test_frames frames;
    unsigned left;

    test_frames_init(&frames);
    do {
        assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_OK);
        lmdb->looked_ns = 0; /* as if a tenth of a second had passed */
    } while (!nearly_full(lmdb));
    left = commit_until_full(lmdb, &frames);
    assert_true(left >= (3 << 20) / FRAME);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* Takes all space of the file system but `spare` bytes. */
static void fill_disk(const char *path, uint64_t spare)
{
    static const char zeros[4096];
    const int fd = open(path, O_WRONLY | O_CREAT, 0600);
    struct statvfs fs;

    assert_true(fd >= 0);
    for (;;) {
        assert_int_equal(fstatvfs(fd, &fs), 0);
        if ((uint64_t)fs.f_bavail * fs.f_frsize <= spare ||
            write(fd, zeros, sizeof zeros) != (ssize_t)sizeof zeros) {
            break;
        }
    }
    assert_int_equal(close(fd), 0);
}

static void live_on_full_disk(const struct test_dir *dir)
{
    const struct pl_lmdb_options options = {.reserve_bytes = 2 << 20, .segment_frames = 50};
    struct pl_lmdb *lmdb = test_store_new(dir, &options);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct test_frames frames;
    char filler[256];
    unsigned before;
    unsigned reserved;

    test_frames_init(&frames);
    for (before = 0; before < 120; before++) {
        assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_OK);
    }
    assert_false(nearly_full(lmdb));
    (void)snprintf(filler, sizeof filler, "%s/filler", dir->root);
    fill_disk(filler, 0);

    /* What is under way goes on in the reserve, for about its size, and then is refused. */
    reserved = commit_until_full(lmdb, &frames);
    assert_true(reserved >= (2 << 20) / 20480 - 10);
    await_nearly_full(lmdb, true);
    assert_int_equal(frames_in(lmdb), before + reserved);
    assert_int_equal(store->ops->archive(store, frames.seq), 0); /* it does not try */
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_EFULL);

    /* It also starts on a full disk. */
    pl_lmdb_close(&lmdb);
    lmdb = test_store_open(dir, &options);
    store = pl_lmdb_store(lmdb);
    assert_true(nearly_full(lmdb));
    assert_int_equal(frames_in(lmdb), before + reserved);
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_EFULL);

    /* Somebody makes room: no restart. */
    assert_int_equal(unlink(filler), 0);
    await_nearly_full(lmdb, false);
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, FRAME), PLACET_OK);
    while (store->ops->archive(store, frames.seq) == 1) {
    }
    assert_int_equal(frames_in(lmdb), before + reserved + 1);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* In a child with mounts of its own, which go away with it. */
static void test_full_disk(void **state)
{
    const struct test_dir *dir = *state;
    const pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
            mount("tmpfs", dir->root, "tmpfs", 0, "size=16m") != 0) {
            (void)fprintf(stderr, "skipped: cannot mount a tmpfs: %s\n", strerror(errno));
            _exit(CANNOT_MOUNT);
        }
        live_on_full_disk(dir);
        _exit(0);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == CANNOT_MOUNT) {
        skip();
    }
    assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_full_map, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_warned_before_full, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_full_disk, test_dir_setup, test_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
