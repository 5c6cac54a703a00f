/* A process that commits is killed at random: what it was told is durable, is; the rest of the last
 * turn is there whole or not at all.
 * ctest: timeout 180 */
#include <errno.h>
#include <fcntl.h>
#include <placet/error.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "store/inside.h"
#include "support/store_dir.h"

enum { KILLS = 50, BLOCKS = 3 };

static const struct pl_lmdb_options small = {.reserve_bytes = 4 << 20, .segment_frames = 20};

static int setup(void **state)
{
    (void)test_dir_setup(state);
    return pl_lmdb_create(((const struct test_dir *)*state)->store, NULL);
}

/* One turn: a frame, three blocks that say up to where they are, a blob. */
static int turn(struct pl_lmdb *lmdb, struct test_frames *frames, uint32_t payload_size)
{
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    const uint64_t first_seq = frames->seq;
    uint8_t upto[8000] = {0};
    int rc = store->ops->begin(store);

    if (rc < 0) {
        return rc;
    }
    rc = journal->ops->append(journal, first_seq, test_frames_next(frames, 2, payload_size));
    pl_save_u64(upto, frames->seq - 1);
    for (uint64_t block = 0; rc == PLACET_OK && block < BLOCKS; block++) {
        rc = store->ops->put(store, PL_TABLE_BLOCKS, block, (struct pl_bytes){upto, sizeof upto});
    }
    if (rc == PLACET_OK) {
        rc = store->ops->put(store, PL_TABLE_BLOBS, first_seq, (struct pl_bytes){upto, 8});
    }
    if (rc < 0) {
        store->ops->abort(store);
        return rc;
    }
    return store->ops->commit(store);
}

/* Commits and tells until it is killed. */
static _Noreturn void commit_for_ever(const struct test_dir *dir, int told_fd)
{
    struct pl_lmdb *lmdb = NULL;
    struct test_frames frames;
    struct pl_store *store;

    test_frames_init(&frames);
    if (pl_lmdb_open(dir->store, &small, &lmdb, NULL) != PLACET_OK) {
        _exit(2);
    }
    test_frames_follow(&frames, pl_lmdb_journal(lmdb));
    store = pl_lmdb_store(lmdb);
    for (uint32_t i = 0;; i++) {
        uint64_t told;
        if (turn(lmdb, &frames, 2 + i * 2654435761u % 20000) != PLACET_OK) {
            _exit(3);
        }
        told = frames.seq - 1;
        if (write(told_fd, &told, sizeof told) != sizeof told) {
            _exit(4);
        }
        /* Archives closely behind, so that kills fall into it too. */
        if (store->ops->archive(store, frames.seq) < 0) {
            _exit(5);
        }
    }
}

struct walk {
    uint64_t next_seq;
    struct pl_digest hash;
};

static int step(void *context, struct pl_bytes bytes)
{
    struct walk *walk = context;
    struct pl_frame frame;

    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_true(test_frame_is_right(&frame));
    assert_int_equal(frame.first_seq, walk->next_seq);
    assert_memory_equal(frame.previous.at, walk->hash.at, PL_DIGEST_SIZE);
    walk->next_seq = pl_frame_last_seq(&frame) + 1;
    walk->hash = frame.hash;
    return 0;
}

static int block_is_at(void *context, uint64_t key, struct pl_bytes value)
{
    const uint64_t *last_seq = context;

    assert_true(key < BLOCKS);
    assert_int_equal(pl_load_u64(value.at), *last_seq);
    return 0;
}

/* The whole store is that of one turn, not older than `told`. */
static void assert_whole(const struct test_dir *dir, uint64_t told)
{
    struct pl_lmdb *lmdb = test_store_open(dir, &small);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    struct walk walk = {.next_seq = 1};
    struct pl_store_info info;
    uint64_t last_seq;

    assert_int_equal(journal->ops->read(journal, 1, UINT32_MAX, step, &walk), PLACET_OK);
    last_seq = walk.next_seq - 1;
    assert_true(last_seq >= told);
    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOCKS, 0, block_is_at, &last_seq),
                     PLACET_OK);
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.last_seq, last_seq);
    assert_int_equal(info.entries[PL_TABLE_BLOBS], last_seq / 2);
    pl_lmdb_close(&lmdb);
}

/* Lets a child run until it has told `turns` and `delay_ns` more have passed; gives the last that
 * it told. */
static uint64_t run_and_kill(const struct test_dir *dir, unsigned turns, long delay_ns)
{
    uint64_t told = 0;
    int fds[2];
    pid_t pid;

    assert_int_equal(pipe(fds), 0);
    pid = fork();
    if (pid == 0) {
        (void)close(fds[0]);
        commit_for_ever(dir, fds[1]);
    }
    (void)close(fds[1]);
    for (unsigned i = 0; i < turns; i++) {
        assert_int_equal(read(fds[0], &told, sizeof told), sizeof told);
    }
    (void)nanosleep(&(struct timespec){.tv_nsec = delay_ns}, NULL);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    while (read(fds[0], &told, sizeof told) == sizeof told) {
    }
    (void)close(fds[0]);
    return told;
}

static void test_killed_at_random(void **state)
{
    const struct test_dir *dir = *state;
    uint64_t told = 0;

    for (unsigned i = 0; i < KILLS; i++) {
        const uint64_t before = told;
        /* Spread over one turn (half a millisecond) and over the cycle of archiving. */
        told = run_and_kill(dir, 1 + i * 7 % 13, (long)i * 104729 % 1000000);
        assert_true(told > before);
        assert_whole(dir, told);
    }
}

/* A write that fails in the middle of a commit: nobody knows, and nothing more is written. */
static int fail_in_commit(const struct test_dir *dir)
{
    struct pl_lmdb *lmdb = NULL;
    struct test_frames frames;
    struct rlimit limit = {.rlim_cur = 0, .rlim_max = 1u << 20};
    int rc;

    test_frames_init(&frames);
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR ||
        pl_lmdb_open(dir->store, &small, &lmdb, NULL) != PLACET_OK ||
        turn(lmdb, &frames, 1000) != PLACET_OK) {
        return 1;
    }
    limit.rlim_cur = 300000; /* beyond the data so far, below the next frame */
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
        return 2;
    }
    rc = turn(lmdb, &frames, 400000);
    if (rc != PLACET_EUNKNOWN) {
        return 3;
    }
    /* The disk works again: it is too late for this process. */
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0 ||
        pl_lmdb_store(lmdb)->ops->begin(pl_lmdb_store(lmdb)) != PLACET_EUNKNOWN) {
        return 4;
    }
    return 0;
}

static void test_failed_commit_is_final(void **state)
{
    const struct test_dir *dir = *state;
    const pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        _exit(fail_in_commit(dir));
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    assert_whole(dir, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_killed_at_random, setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_failed_commit_is_final, setup, test_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
