/* One bit of a store is flipped, at thousands of places: it is found, or it changes nothing that
 * can be read; there is never a wrong answer.
 *
 * ctest: slow
 *
 * ctest: timeout 300 */
#include <fcntl.h>
#include <placet/store.h>
#include <setjmp.h>
#include <signal.h>
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

#include "store/inside.h"
#include "support/store_dir.h"

static const struct pl_lmdb_options small = {.reserve_bytes = 4 << 20, .segment_frames = 12};

struct fixture {
    struct test_dir dir;
    char data[240];
    struct pl_digest content;
    off_t size;
};

/* Everything that can be read from a store, as one number; or a status. */
static int feed(void *context, uint64_t key, struct pl_bytes value)
{
    struct pl_digest *all = context;
    uint8_t bytes[2 * PL_DIGEST_SIZE + 8];
    const struct pl_digest one = pl_digest_of(value.at, value.size);

    memcpy(bytes, all->at, PL_DIGEST_SIZE);
    memcpy(bytes + PL_DIGEST_SIZE, one.at, PL_DIGEST_SIZE);
    memcpy(bytes + (size_t)2 * PL_DIGEST_SIZE, &key, 8);
    *all = pl_digest_of(bytes, sizeof bytes);
    return 0;
}

static int feed_frame(void *context, struct pl_bytes bytes)
{
    return feed(context, 0, bytes);
}

static int content_of(struct pl_lmdb *lmdb, struct pl_digest *content_out)
{
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    struct pl_digest all = {{0}};
    int rc = journal->ops->read(journal, 1, UINT32_MAX, feed_frame, &all);

    if (rc == PLACET_OK) {
        rc = journal->ops->last(journal, feed_frame, &all);
    }
    for (enum pl_table table = 0; rc == PLACET_OK && table < PL_TABLES; table++) {
        rc = store->ops->visit(store, table, 0, feed, &all);
    }
    *content_out = all;
    return rc;
}

/* Frames in pages of their own and in shared ones, archived and hot; every table; free pages. */
static void fill(struct pl_lmdb *lmdb)
{
    static const uint8_t zeros[9000];
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct test_frames frames;

    test_frames_init(&frames);
    for (uint32_t i = 0; i < 40; i++) {
        const uint32_t size = i % 4 == 0 ? 6000 : 200;
        assert_int_equal(test_commit_frame(lmdb, &frames, 2, size), PLACET_OK);
    }
    while (store->ops->archive(store, frames.seq) == 1) {
    }
    for (uint64_t i = 1; i <= 30; i++) {
        const struct pl_bytes value = {zeros, (uint32_t)(i % 5 == 0 ? 7000 + i : 40 + i)};
        assert_int_equal(store->ops->begin(store), PLACET_OK);
        for (enum pl_table table = 0; table < PL_TABLE_META; table++) {
            assert_int_equal(store->ops->put(store, table, i, value), PLACET_OK);
        }
        assert_int_equal(store->ops->put(store, PL_TABLE_BLOCKS, 1, value), PLACET_OK);
        assert_int_equal(store->ops->commit(store), PLACET_OK);
    }
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(test_commit_frame(lmdb, &frames, 1, 3000), PLACET_OK);
    }
    test_frames_fini(&frames);
}

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    struct pl_lmdb *lmdb;
    struct stat info;

    assert_non_null(f);
    test_dir_make(&f->dir);
    lmdb = test_store_new(&f->dir, &small);
    fill(lmdb);
    pl_lmdb_close(&lmdb);
    lmdb = test_store_open(&f->dir, &small);
    assert_int_equal(content_of(lmdb, &f->content), PLACET_OK);
    pl_lmdb_close(&lmdb);
    (void)snprintf(f->data, sizeof f->data, "%s/data.mdb", f->dir.store);
    assert_int_equal(stat(f->data, &info), 0);
    f->size = info.st_size;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    test_dir_remove(&f->dir);
    free(f);
    return 0;
}

static void flip(int fd, off_t at, unsigned bit)
{
    uint8_t byte = 0;

    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= (uint8_t)(1u << bit);
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
}

static void ignore(void *context, const struct placet_store_finding *finding)
{
    (void)context;
    (void)finding;
}

enum outcome { UNAFFECTED, FOUND, STOPPED, WRONG };

/* What an engine makes of the store: in a child, for LMDB may stop it. */
static enum outcome open_and_read(const struct fixture *f)
{
    const pid_t pid = fork();
    int status = 0;

    if (pid == 0) {
        static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
        struct pl_lmdb *lmdb = NULL;
        struct pl_digest content;
        for (size_t i = 0; i < sizeof signals / sizeof signals[0]; i++) {
            (void)signal(signals[i], SIG_DFL); /* not the test's: it would go on */
        }
        int rc = freopen("/dev/null", "w", stderr) != NULL ? PLACET_OK : PLACET_EIO;
        rc = rc == PLACET_OK ? pl_lmdb_open(f->dir.store, &small, &lmdb, NULL) : rc;
        if (rc == PLACET_OK) {
            rc = content_of(lmdb, &content);
        }
        if (rc < 0) {
            _exit(FOUND);
        }
        _exit(memcmp(content.at, f->content.at, PL_DIGEST_SIZE) == 0 ? UNAFFECTED : WRONG);
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) && WEXITSTATUS(status) <= WRONG ? (enum outcome)WEXITSTATUS(status)
                                                             : STOPPED;
}

static void test_whole_store_verifies(void **state)
{
    const struct fixture *f = *state;
    struct placet_store_checked checked;
    struct placet_store_info info;

    assert_int_equal(placet_store_verify(f->dir.store, ignore, NULL, &checked, NULL), PLACET_OK);
    assert_int_equal(checked.findings, 0);
    assert_int_equal(checked.frames, 43);
    assert_int_equal(checked.events, 83);
    assert_int_equal(checked.first_seq, 1);
    assert_int_equal(checked.last_seq, 83);
    assert_int_equal(checked.segments, 3);
    assert_int_equal(checked.values, 5 * 30 + 1);
    assert_int_equal(checked.pages, f->size / 4096);

    assert_int_equal(placet_store_info(f->dir.store, &info, NULL), PLACET_OK);
    assert_int_equal(info.engine_pid, 0);
    assert_int_equal(info.last_seq, 83);
    assert_int_equal(info.oldest_seq, 1);
    assert_int_equal(info.segments, 3);
    assert_int_equal(info.hot_frames, 43 - 36);
    assert_int_equal(info.closed, 30);
}

/* Every bit of what LMDB keeps in the two meta pages. A process that opens the store anyway may
 * only see what was there. */
static void test_every_bit_of_the_meta_pages(void **state)
{
    const struct fixture *f = *state;
    const int fd = open(f->data, O_RDWR);
    unsigned outcomes[4] = {0};

    assert_true(fd >= 0);
    for (off_t at = 0; at < 2 * 4096; at += at == 151 ? 4096 - 151 : 1) {
        const unsigned bit = (unsigned)(at % 8);
        enum outcome outcome;
        flip(fd, at, bit);
        outcome = open_and_read(f);
        if (outcome == WRONG) {
            (void)fprintf(stderr, "wrong after bit %u of byte %ld\n", bit, (long)at);
        }
        outcomes[outcome]++;
        flip(fd, at, bit);
        if (at == 4096 + 151) {
            break;
        }
    }
    (void)close(fd);
    assert_int_equal(outcomes[WRONG], 0);
    assert_true(outcomes[FOUND] > 50);
}

/* The 64 bits of each meta page's transaction number: LMDB would choose the older state. */
static void test_no_rollback(void **state)
{
    const struct fixture *f = *state;
    const int fd = open(f->data, O_RDWR);

    assert_true(fd >= 0);
    for (unsigned page = 0; page < 2; page++) {
        for (unsigned bit = 0; bit < 64; bit++) {
            struct pl_lmdb *lmdb = NULL;
            const off_t at = (off_t)page * 4096 + 16 + 128 + (off_t)bit / 8;
            flip(fd, at, bit % 8);
            assert_int_equal(pl_lmdb_open(f->dir.store, &small, &lmdb, NULL), PLACET_ECORRUPT);
            flip(fd, at, bit % 8);
        }
    }
    (void)close(fd);
}

/* All over the file: verify finds it, or an engine reads what was there. */
static void test_flips_all_over_the_file(void **state)
{
    const struct fixture *f = *state;
    const int fd = open(f->data, O_RDWR);
    unsigned outcomes[4] = {0};
    unsigned silent = 0;

    assert_true(fd >= 0);
    /* A prime step: every position within a page comes by, and every part of it. */
    for (off_t at = 0; at < f->size; at += at % 4096 < 64 ? 1 : 211) {
        struct placet_store_checked checked;
        const unsigned bit = (unsigned)(at % 7);
        int rc;
        flip(fd, at, bit);
        rc = placet_store_verify(f->dir.store, ignore, NULL, &checked, NULL);
        if (rc == PLACET_OK) {
            /* Not found: then nothing may have changed. */
            const enum outcome outcome = open_and_read(f);
            outcomes[outcome]++;
            if (outcome != UNAFFECTED) {
                (void)fprintf(stderr, "outcome %d after bit %u of byte %ld\n", (int)outcome, bit,
                              (long)at);
            }
            silent++;
        } else {
            assert_int_equal(rc, PLACET_ECORRUPT);
            assert_true(checked.findings > 0);
            outcomes[FOUND]++;
        }
        flip(fd, at, bit);
    }
    (void)close(fd);
    print_message("flips: %u found, %u changed nothing\n", outcomes[FOUND], outcomes[UNAFFECTED]);
    assert_int_equal(outcomes[WRONG], 0);
    assert_int_equal(outcomes[STOPPED], 0);
    assert_int_equal(outcomes[UNAFFECTED], silent);
    assert_true(outcomes[FOUND] > 1000);
}

/* What an engine without verification makes of them: it may refuse or stop, but not be wrong. */
static void test_an_engine_is_never_wrong(void **state)
{
    const struct fixture *f = *state;
    const int fd = open(f->data, O_RDWR);
    unsigned outcomes[4] = {0};

    assert_true(fd >= 0);
    for (off_t at = 8192; at < f->size; at += at % 4096 < 24 ? 1 : 613) {
        const unsigned bit = (unsigned)(at % 7);
        enum outcome outcome;
        flip(fd, at, bit);
        outcome = open_and_read(f);
        outcomes[outcome]++;
        if (outcome == WRONG) {
            (void)fprintf(stderr, "wrong after bit %u of byte %ld\n", bit, (long)at);
        }
        flip(fd, at, bit);
    }
    (void)close(fd);
    print_message("flips: %u refused, %u stopped, %u changed nothing, %u wrong\n", outcomes[FOUND],
                  outcomes[STOPPED], outcomes[UNAFFECTED], outcomes[WRONG]);
    assert_int_equal(outcomes[WRONG], 0);
}

static void test_a_cut_file_is_found(void **state)
{
    const struct fixture *f = *state;
    struct placet_store_checked checked;
    struct placet_error error;

    assert_int_equal(truncate(f->data, f->size / 2), 0);
    assert_int_equal(placet_store_verify(f->dir.store, ignore, NULL, &checked, &error),
                     PLACET_ECORRUPT);
    assert_int_equal(truncate(f->data, 4096), 0);
    assert_int_equal(placet_store_verify(f->dir.store, ignore, NULL, &checked, &error),
                     PLACET_ECORRUPT);
    assert_int_equal(truncate(f->data, 0), 0);
    assert_int_equal(placet_store_verify(f->dir.store, ignore, NULL, &checked, &error),
                     PLACET_ECORRUPT);
}

/* A change that repairs every CRC on its way: only the chain knows. */
static void test_a_forged_frame_is_found(void **state)
{
    const struct fixture *f = *state;
    struct placet_store_checked checked;
    struct placet_error error;
    struct pl_lmdb *lmdb = test_store_open(&f->dir, &small);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct test_frames forger;

    test_frames_init(&forger);
    test_frames_follow(&forger, pl_lmdb_journal(lmdb));
    forger.hash.at[5] ^= 1; /* follows another history */
    assert_int_equal(test_commit_frame(lmdb, &forger, 1, 10), PLACET_OK);
    assert_int_equal(store->ops->archive(store, 1), 0);
    pl_lmdb_close(&lmdb);
    assert_int_equal(placet_store_verify(f->dir.store, ignore, NULL, &checked, &error),
                     PLACET_ECORRUPT);
    assert_int_equal(checked.findings, 1);
    test_frames_fini(&forger);
}

/* Another process looks while an engine has the store open and commits. */
static void test_verify_beside_an_engine(void **state)
{
    const struct fixture *f = *state;
    struct pl_lmdb *lmdb = test_store_open(&f->dir, &small);
    struct test_frames frames;
    int status = 0;
    pid_t pid;

    test_frames_init(&frames);
    test_frames_follow(&frames, pl_lmdb_journal(lmdb));
    pid = fork();
    if (pid == 0) {
        /* Executes nothing of the environment that it inherited. */
        for (int i = 0; i < 20; i++) {
            struct placet_store_checked checked;
            struct placet_store_info info;
            if (placet_store_verify(f->dir.store, ignore, NULL, &checked, NULL) != PLACET_OK ||
                checked.pages != 0 || placet_store_info(f->dir.store, &info, NULL) != PLACET_OK ||
                info.engine_pid != getppid()) {
                _exit(1);
            }
        }
        _exit(0);
    }
    while (waitpid(pid, &status, WNOHANG) == 0) {
        assert_int_equal(test_commit_frame(lmdb, &frames, 2, 500), PLACET_OK);
        assert_true(pl_lmdb_store(lmdb)->ops->archive(pl_lmdb_store(lmdb), frames.seq) >= 0);
    }
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_whole_store_verifies, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_bit_of_the_meta_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_rollback, setup, teardown),
        cmocka_unit_test_setup_teardown(test_flips_all_over_the_file, setup, teardown),
        cmocka_unit_test_setup_teardown(test_an_engine_is_never_wrong, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_cut_file_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_forged_frame_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_verify_beside_an_engine, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
