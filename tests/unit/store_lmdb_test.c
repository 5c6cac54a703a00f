/* The store on LMDB: what was committed is there, what was not is not, and what is refused. */
#include <placet/error.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/inside.h"
#include "support/store_dir.h"

static struct pl_bytes text(const char *string)
{
    return (struct pl_bytes){(const uint8_t *)string, (uint32_t)strlen(string)};
}

static int count_frame(void *context, struct pl_bytes bytes)
{
    struct pl_frame frame;

    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_true(test_frame_is_right(&frame));
    ++*(unsigned *)context;
    return 0;
}

static unsigned frames_from(struct pl_lmdb *lmdb, uint64_t seq)
{
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    unsigned count = 0;

    assert_int_equal(journal->ops->read(journal, seq, UINT32_MAX, count_frame, &count), PLACET_OK);
    return count;
}

static void test_values_survive(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);

    for (enum pl_table table = 0; table < PL_TABLE_META; table++) {
        test_store_put(lmdb, table, 7, "seven");
        test_store_put(lmdb, table, 8, "");
    }
    test_store_put(lmdb, PL_TABLE_META, PL_META_CHECKPOINT, "checkpoint");
    pl_lmdb_close(&lmdb);
    assert_null(lmdb);

    lmdb = test_store_open(*state, NULL);
    for (enum pl_table table = 0; table < PL_TABLE_META; table++) {
        test_store_expect(lmdb, table, 7, "seven");
        test_store_expect(lmdb, table, 8, "");
    }
    test_store_expect(lmdb, PL_TABLE_META, PL_META_CHECKPOINT, "checkpoint");
    pl_lmdb_close(&lmdb);
}

static void test_get_refuses(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    char out[3] = "??";
    uint32_t size = sizeof out;

    assert_int_equal(store->ops->get(store, PL_TABLE_CLOSED, 1, out, &size), PLACET_ENOTFOUND);
    test_store_put(lmdb, PL_TABLE_CLOSED, 1, "four");
    assert_int_equal(store->ops->get(store, PL_TABLE_CLOSED, 1, out, &size), PLACET_ELIMIT);
    assert_int_equal(size, 4);
    assert_string_equal(out, "??");
    pl_lmdb_close(&lmdb);
}

static void test_what_is_written_once(void **state)
{
    static const enum pl_table once[] = {PL_TABLE_BLOBS, PL_TABLE_DEFINITIONS, PL_TABLE_CLOSED,
                                         PL_TABLE_REPLIES};
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);

    for (size_t i = 0; i < sizeof once / sizeof once[0]; i++) {
        test_store_put(lmdb, once[i], 5, "first");
        assert_int_equal(store->ops->begin(store), PLACET_OK);
        assert_int_equal(store->ops->put(store, once[i], 5, text("second")), PLACET_ECONFLICT);
        store->ops->abort(store);
        test_store_expect(lmdb, once[i], 5, "first");
    }
    test_store_put(lmdb, PL_TABLE_BLOCKS, 5, "first");
    test_store_put(lmdb, PL_TABLE_BLOCKS, 5, "second");
    test_store_expect(lmdb, PL_TABLE_BLOCKS, 5, "second");
    pl_lmdb_close(&lmdb);
}

static void test_abort_leaves_nothing(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    struct test_frames frames;
    char out[8];
    uint32_t size = sizeof out;

    test_frames_init(&frames);
    assert_int_equal(test_commit_frame(lmdb, &frames, 2, 50), PLACET_OK);
    assert_int_equal(store->ops->begin(store), PLACET_OK);
    assert_int_equal(store->ops->put(store, PL_TABLE_BLOCKS, 1, text("gone")), PLACET_OK);
    assert_int_equal(journal->ops->append(journal, 3, test_frames_next(&frames, 4, 60)), PLACET_OK);
    store->ops->abort(store);

    assert_int_equal(store->ops->get(store, PL_TABLE_BLOCKS, 1, out, &size), PLACET_ENOTFOUND);
    assert_int_equal(frames_from(lmdb, 1), 1);
    test_frames_follow(&frames, journal);
    assert_int_equal(frames.seq, 3);
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, 1), PLACET_OK);
    assert_int_equal(frames_from(lmdb, 1), 2);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

static void test_frames_of_every_size(void **state)
{
    static const uint32_t sizes[] = {1,    100,  1900, 1930,  1940,  2040,        3980,
                                     3981, 4096, 8192, 65420, 65536, 1024 * 1024, 2u << 20};
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct test_frames frames;

    test_frames_init(&frames);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const int rc = test_commit_frame(lmdb, &frames, 1, sizes[i]);
        assert_int_equal(rc, PLACET_OK);
    }
    assert_int_equal(frames_from(lmdb, 1), sizeof sizes / sizeof sizes[0]);
    pl_lmdb_close(&lmdb);
    lmdb = test_store_open(*state, NULL);
    assert_int_equal(frames_from(lmdb, 1), sizeof sizes / sizeof sizes[0]);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

static void test_read_from_the_middle(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    struct test_frames frames;
    unsigned count = 0;

    assert_int_equal(journal->ops->read(journal, 1, 9, count_frame, &count), PLACET_OK);
    assert_int_equal(journal->ops->last(journal, count_frame, &count), PLACET_ENOTFOUND);
    assert_int_equal(count, 0);

    test_frames_init(&frames);
    for (unsigned i = 0; i < 10; i++) { /* events 1-5, 6-10, ... 46-50 */
        assert_int_equal(test_commit_frame(lmdb, &frames, 5, 100), PLACET_OK);
    }
    assert_int_equal(frames_from(lmdb, 1), 10);
    assert_int_equal(frames_from(lmdb, 5), 10);
    assert_int_equal(frames_from(lmdb, 6), 9);
    assert_int_equal(frames_from(lmdb, 50), 1);
    assert_int_equal(frames_from(lmdb, 51), 0);
    assert_int_equal(frames_from(lmdb, 1000), 0);
    assert_int_equal(journal->ops->read(journal, 0, 9, count_frame, &count), PLACET_ENOTFOUND);
    assert_int_equal(journal->ops->read(journal, 8, 3, count_frame, &count), PLACET_OK);
    assert_int_equal(count, 3);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* Visits 2,500 entries: more than one read transaction takes. */
static int next_number(void *context, uint64_t key, struct pl_bytes value)
{
    uint64_t *expected = context;

    assert_int_equal(key, *expected);
    assert_int_equal(value.size, key % 10);
    *expected += 3;
    return *expected == 3 * 2400 ? 42 : 0;
}

static void test_visit_in_order(void **state)
{
    static const uint8_t ten[10];
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    uint64_t expected = 0;

    assert_int_equal(store->ops->begin(store), PLACET_OK);
    for (uint64_t i = 0; i < 2500; i++) {
        const uint64_t key = i * 7 % 2500 * 3;
        assert_int_equal(store->ops->put(store, PL_TABLE_BLOCKS, key,
                                         (struct pl_bytes){ten, (uint32_t)(key % 10)}),
                         PLACET_OK);
    }
    assert_int_equal(store->ops->commit(store), PLACET_OK);

    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOCKS, 0, next_number, &expected), 42);
    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOCKS, expected, next_number, &expected),
                     PLACET_OK);
    assert_int_equal(expected, 3 * 2500);
    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOBS, 0, next_number, &expected),
                     PLACET_OK);
    pl_lmdb_close(&lmdb);
}

static int say_not_found(void *context, uint64_t key, struct pl_bytes value)
{
    (void)context;
    (void)key;
    (void)value;
    return PLACET_ENOTFOUND;
}

/* A visitor's answer is its own, also when it looks like the end of the table. */
static void test_visitors_answer_is_returned(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);

    test_store_put(lmdb, PL_TABLE_BLOCKS, UINT64_MAX, "last");
    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOCKS, 0, say_not_found, NULL),
                     PLACET_ENOTFOUND);
    pl_lmdb_close(&lmdb);
}

static void test_floor(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    uint64_t key = 0;

    assert_int_equal(store->ops->floor(store, PL_TABLE_CLOSED, 9, &key), PLACET_ENOTFOUND);
    test_store_put(lmdb, PL_TABLE_CLOSED, 10, "ten");
    test_store_put(lmdb, PL_TABLE_CLOSED, 20, "twenty");
    assert_int_equal(store->ops->floor(store, PL_TABLE_CLOSED, 9, &key), PLACET_ENOTFOUND);
    assert_int_equal(store->ops->floor(store, PL_TABLE_CLOSED, 10, &key), PLACET_OK);
    assert_int_equal(key, 10);
    assert_int_equal(store->ops->floor(store, PL_TABLE_CLOSED, 19, &key), PLACET_OK);
    assert_int_equal(key, 10);
    assert_int_equal(store->ops->floor(store, PL_TABLE_CLOSED, UINT64_MAX, &key), PLACET_OK);
    assert_int_equal(key, 20);
    pl_lmdb_close(&lmdb);
}

static void test_trim(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_store_info info;

    for (uint64_t key = 1; key <= 9; key++) {
        test_store_put(lmdb, PL_TABLE_REPLIES, key, "reply");
    }
    assert_int_equal(store->ops->begin(store), PLACET_OK);
    assert_int_equal(store->ops->trim(store, PL_TABLE_REPLIES, 6, 3), PLACET_OK);
    assert_int_equal(store->ops->commit(store), PLACET_OK);
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.entries[PL_TABLE_REPLIES], 6);
    assert_int_equal(store->ops->begin(store), PLACET_OK);
    assert_int_equal(store->ops->trim(store, PL_TABLE_REPLIES, 6, 100), PLACET_OK);
    assert_int_equal(store->ops->commit(store), PLACET_OK);
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.entries[PL_TABLE_REPLIES], 4);
    test_store_expect(lmdb, PL_TABLE_REPLIES, 6, "reply");
    pl_lmdb_close(&lmdb);
}

static void test_info(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct test_frames frames;
    struct pl_store_info info;

    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.last_seq, 0);
    assert_int_equal(info.first_frame_seq, 0);
    assert_int_equal(info.oldest_reader_age, 0);
    test_frames_init(&frames);
    assert_int_equal(test_commit_frame(lmdb, &frames, 3, 3000), PLACET_OK);
    assert_int_equal(test_commit_frame(lmdb, &frames, 4, 300), PLACET_OK);
    test_store_put(lmdb, PL_TABLE_BLOBS, 1, "blob");
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.last_seq, 7);
    assert_int_equal(info.first_frame_seq, 1);
    assert_int_equal(info.oldest_seq, 1);
    assert_int_equal(info.frames, 2);
    assert_int_equal(info.entries[PL_TABLE_BLOBS], 1);
    assert_int_equal(info.map_bytes, PL_LMDB_MAP_BYTES);
    assert_true(info.used_bytes > 0 && info.used_bytes <= info.file_bytes);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* Commits while it reads, and looks how far behind the newest commit the read is. */
struct slow_reader {
    struct pl_lmdb *lmdb;
    struct test_frames *frames;
    uint64_t age_max;
};

static int read_slowly(void *context, uint64_t key, struct pl_bytes value)
{
    struct slow_reader *r = context;
    struct pl_store *store = pl_lmdb_store(r->lmdb);
    struct pl_store_info info;

    (void)value;
    if (key % 50 == 0) {
        assert_int_equal(test_commit_frame(r->lmdb, r->frames, 1, 100), PLACET_OK);
        assert_int_equal(store->ops->info(store, &info), PLACET_OK);
        r->age_max = info.oldest_reader_age > r->age_max ? info.oldest_reader_age : r->age_max;
    }
    return 0;
}

static void test_a_long_read_lets_go(void **state)
{
    struct pl_lmdb *lmdb = test_store_new(*state, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct test_frames frames;
    struct slow_reader reader = {.lmdb = lmdb, .frames = &frames};

    test_frames_init(&frames);
    assert_int_equal(store->ops->begin(store), PLACET_OK);
    for (uint64_t key = 0; key < 5000; key++) {
        assert_int_equal(store->ops->put(store, PL_TABLE_BLOCKS, key, text("block")), PLACET_OK);
    }
    assert_int_equal(store->ops->commit(store), PLACET_OK);
    assert_int_equal(store->ops->visit(store, PL_TABLE_BLOCKS, 0, read_slowly, &reader), 0);
    assert_int_equal(frames.seq, 1 + 100);
    assert_true(reader.age_max > 0);
    assert_true(reader.age_max <= PL_READ_ENTRIES_MAX / 50);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

/* A tool is killed while it reads: its slot is cleared, so that pages can be used again. */
static void test_a_dead_reader_is_cleared(void **state)
{
    const struct test_dir *dir = *state;
    struct pl_lmdb *lmdb = test_store_new(dir, NULL);
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_store_info info;
    struct test_frames frames;
    char byte = 0;
    int ready[2];
    pid_t pid;

    test_frames_init(&frames);
    assert_int_equal(test_commit_frame(lmdb, &frames, 1, 10), PLACET_OK);
    assert_int_equal(pipe(ready), 0);
    pid = fork();
    if (pid == 0) {
        struct pl_lmdb *tool = NULL;
        MDB_txn *txn = NULL;
        if (pl_lmdb_open_to_read(dir->store, &tool, NULL) == PLACET_OK &&
            pl_lmdb_read_begin(tool, &txn) == PLACET_OK) {
            (void)!write(ready[1], "r", 1);
        }
        (void)pause();
        _exit(0);
    }
    assert_int_equal(read(ready[0], &byte, 1), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    for (unsigned i = 0; i < 5; i++) {
        assert_int_equal(test_commit_frame(lmdb, &frames, 1, 10), PLACET_OK);
    }
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.oldest_reader_age, 5);
    lmdb->readers_checked_ns -= 20000000000; /* as if twenty seconds had passed */
    assert_int_equal(store->ops->archive(store, 1), 0);
    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    assert_int_equal(info.oldest_reader_age, 0);
    (void)close(ready[0]);
    (void)close(ready[1]);
    test_frames_fini(&frames);
    pl_lmdb_close(&lmdb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_values_survive, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_get_refuses, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_what_is_written_once, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_abort_leaves_nothing, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_frames_of_every_size, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_read_from_the_middle, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_visit_in_order, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_visitors_answer_is_returned, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_floor, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_trim, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_info, test_dir_setup, test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_a_long_read_lets_go, test_dir_setup,
                                        test_dir_teardown),
        cmocka_unit_test_setup_teardown(test_a_dead_reader_is_cleared, test_dir_setup,
                                        test_dir_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
