/* Sealed segments: nothing is lost, doubled or reordered on the way from the hot ring. */
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
#include <unistd.h>

#include <cmocka.h>

#include "store/inside.h"
#include "support/store_dir.h"

static const struct pl_lmdb_options ten_a_segment = {.reserve_bytes = 4 << 20,
                                                     .segment_frames = 10};

struct fixture {
    struct test_dir dir;
    struct pl_lmdb *lmdb;
    struct test_frames frames;
};

static int setup(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);

    assert_non_null(f);
    test_dir_make(&f->dir);
    f->lmdb = test_store_new(&f->dir, &ten_a_segment);
    test_frames_init(&f->frames);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    pl_lmdb_close(&f->lmdb);
    test_frames_fini(&f->frames);
    test_dir_remove(&f->dir);
    free(f);
    return 0;
}

/* Frames of three events; their sizes cross the bounds of pages. */
static void commit(struct fixture *f, unsigned count)
{
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(test_commit_frame(f->lmdb, &f->frames, 3, 10 + i % 7 * 1000), PLACET_OK);
    }
}

static void archive_all(struct fixture *f, uint64_t before_seq)
{
    struct pl_store *store = pl_lmdb_store(f->lmdb);
    int rc;

    do {
        rc = store->ops->archive(store, before_seq);
    } while (rc == 1);
    assert_int_equal(rc, 0);
}

static void reopen(struct fixture *f)
{
    pl_lmdb_close(&f->lmdb);
    f->lmdb = test_store_open(&f->dir, &ten_a_segment);
}

struct walk {
    uint64_t next_seq;
    struct pl_digest hash;
    bool chained;
    unsigned frames;
};

static int step(void *context, struct pl_bytes bytes)
{
    struct walk *walk = context;
    struct pl_frame frame;

    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_true(test_frame_is_right(&frame));
    assert_int_equal(frame.first_seq, walk->next_seq);
    if (walk->chained) {
        assert_memory_equal(frame.previous.at, walk->hash.at, PL_DIGEST_SIZE);
    }
    walk->next_seq = pl_frame_last_seq(&frame) + 1;
    walk->hash = frame.hash;
    walk->chained = true;
    walk->frames++;
    return 0;
}

/* Reads everything from the frame of `seq` on; gives the number of frames. */
static unsigned read_from(struct fixture *f, uint64_t seq)
{
    struct pl_journal *journal = pl_lmdb_journal(f->lmdb);
    struct walk walk = {.next_seq = (seq - 1) / 3 * 3 + 1};

    assert_int_equal(journal->ops->read(journal, seq, UINT32_MAX, step, &walk), PLACET_OK);
    assert_int_equal(walk.next_seq, f->frames.seq);
    return walk.frames;
}

static struct pl_store_info info_of(struct fixture *f)
{
    struct pl_store *store = pl_lmdb_store(f->lmdb);
    struct pl_store_info info;

    assert_int_equal(store->ops->info(store, &info), PLACET_OK);
    return info;
}

static void segment_path(struct fixture *f, uint64_t first_seq, uint64_t last_seq, char out[300])
{
    char name[PL_SEGMENT_NAME_SIZE];

    pl_segment_name(first_seq, last_seq, name);
    (void)snprintf(out, 300, "%s/archive/%s", f->dir.store, name);
}

static void test_frames_move(void **state)
{
    struct fixture *f = *state;
    struct pl_store_info info;
    char path[300];

    commit(f, 35);
    archive_all(f, 91); /* 30 frames are below, 3 segments; */
    info = info_of(f);
    assert_int_equal(info.segments, 3);
    assert_int_equal(info.oldest_seq, 1);
    assert_int_equal(info.first_frame_seq, 91);
    assert_int_equal(info.frames, 5);
    assert_int_equal(info.last_seq, 105);
    segment_path(f, 31, 60, path);
    assert_int_equal(access(path, F_OK), 0);
    assert_int_equal(read_from(f, 1), 35);
    reopen(f);
    assert_int_equal(read_from(f, 1), 35);
    commit(f, 1);
    assert_int_equal(read_from(f, 1), 36);
}

static void test_a_segment_waits_until_it_is_full(void **state)
{
    struct fixture *f = *state;

    commit(f, 12);
    archive_all(f, 30); /* nine frames lie wholly below */
    assert_int_equal(info_of(f).segments, 0);
    assert_int_equal(info_of(f).frames, 12);
    archive_all(f, 31);
    assert_int_equal(info_of(f).segments, 1);
    assert_int_equal(info_of(f).frames, 2);
    assert_int_equal(read_from(f, 1), 12);
}

/* From each event of the journal, over each boundary. */
static void test_read_from_everywhere(void **state)
{
    struct fixture *f = *state;

    commit(f, 25);
    archive_all(f, UINT64_MAX);
    for (uint64_t seq = 1; seq < f->frames.seq; seq++) {
        assert_int_equal(read_from(f, seq), 25 - (seq - 1) / 3);
    }
}

static void test_at_most_so_many(void **state)
{
    struct fixture *f = *state;
    struct pl_journal *journal = pl_lmdb_journal(f->lmdb);
    struct walk walk = {.next_seq = 25};

    commit(f, 25);
    archive_all(f, UINT64_MAX);
    assert_int_equal(journal->ops->read(journal, 25, 4, step, &walk), PLACET_OK);
    assert_int_equal(walk.frames, 4); /* two archived, two of the next segment */
    assert_int_equal(journal->ops->read(journal, 37, 20, step, &walk), PLACET_OK);
    assert_int_equal(walk.frames, 4 + 13);
    assert_int_equal(journal->ops->read(journal, 0, 1, step, &walk), PLACET_ENOTFOUND);
}

/* Between sealing and deleting, frames lie in both places. */
static void test_every_moment_of_moving(void **state)
{
    struct fixture *f = *state;
    struct pl_store *store = pl_lmdb_store(f->lmdb);
    unsigned steps = 0;

    commit(f, 40);
    while (store->ops->archive(store, UINT64_MAX) == 1) {
        assert_int_equal(read_from(f, 1), 40);
        steps++;
    }
    assert_true(steps > 4);
}

static void test_reopened_at_every_moment(void **state)
{
    struct fixture *f = *state;
    struct pl_store *store = pl_lmdb_store(f->lmdb);

    commit(f, 40);
    while (store->ops->archive(store, UINT64_MAX) == 1) {
        reopen(f);
        store = pl_lmdb_store(f->lmdb);
        assert_int_equal(read_from(f, 1), 40);
    }
    assert_int_equal(info_of(f).segments, 4);
    assert_int_equal(info_of(f).frames, 0);
}

static void test_all_archived(void **state)
{
    struct fixture *f = *state;
    struct walk walk = {.next_seq = 28};
    struct pl_journal *journal;

    commit(f, 10);
    archive_all(f, UINT64_MAX);
    assert_int_equal(info_of(f).frames, 0);
    reopen(f);
    journal = pl_lmdb_journal(f->lmdb);
    assert_int_equal(journal->ops->last(journal, step, &walk), PLACET_OK);
    assert_int_equal(walk.frames, 1);
    commit(f, 1); /* sequence and chain go on */
    assert_int_equal(read_from(f, 1), 11);
}

/* Commits delete archived frames in passing. */
static void test_commits_shrink_the_ring(void **state)
{
    struct fixture *f = *state;
    struct pl_store *store = pl_lmdb_store(f->lmdb);

    commit(f, 10);
    while (info_of(f).segments == 0) {
        assert_int_equal(store->ops->archive(store, UINT64_MAX), 1);
    }
    assert_int_equal(info_of(f).frames, 10);
    commit(f, 3);
    assert_int_equal(info_of(f).frames, 3);
    assert_int_equal(read_from(f, 1), 13);
}

static void test_oldest_segments_may_go(void **state)
{
    struct fixture *f = *state;
    struct pl_journal *journal;
    struct walk walk = {.next_seq = 1};
    char path[300];

    commit(f, 25);
    archive_all(f, UINT64_MAX);
    pl_lmdb_close(&f->lmdb);
    segment_path(f, 1, 30, path);
    assert_int_equal(unlink(path), 0);
    f->lmdb = test_store_open(&f->dir, &ten_a_segment);
    assert_int_equal(info_of(f).oldest_seq, 31);
    journal = pl_lmdb_journal(f->lmdb);
    assert_int_equal(journal->ops->read(journal, 30, 9, step, &walk), PLACET_ENOTFOUND);
    assert_int_equal(read_from(f, 31), 15);

    pl_lmdb_close(&f->lmdb);
    segment_path(f, 31, 60, path);
    assert_int_equal(unlink(path), 0);
    f->lmdb = test_store_open(&f->dir, &ten_a_segment);
    assert_int_equal(read_from(f, 61), 5);
    commit(f, 5);
    archive_all(f, UINT64_MAX);
    assert_int_equal(info_of(f).segments, 1);
    assert_int_equal(read_from(f, 61), 10);
}

static void test_a_missing_segment_is_found(void **state)
{
    struct fixture *f = *state;
    struct pl_lmdb *lmdb = NULL;
    struct placet_error error;
    char path[300];

    commit(f, 35);
    archive_all(f, UINT64_MAX);
    pl_lmdb_close(&f->lmdb);
    segment_path(f, 31, 60, path);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(pl_lmdb_open(f->dir.store, NULL, &lmdb, &error), PLACET_ECORRUPT);
}

static int ignore(void *context, struct pl_bytes bytes)
{
    (void)context;
    (void)bytes;
    return 0;
}

/* Each byte of a segment in turn: found when its part is read, or by the CRC of the file. */
static void test_every_flipped_byte_of_a_segment(void **state)
{
    struct fixture *f = *state;
    struct pl_segment segment;
    char name[PL_SEGMENT_NAME_SIZE];
    char path[300];
    int read_fd = -1;
    int fd;

    for (unsigned i = 0; i < 10; i++) {
        assert_int_equal(test_commit_frame(f->lmdb, &f->frames, 3, 20), PLACET_OK);
    }
    archive_all(f, UINT64_MAX);
    segment_path(f, 1, 30, path);
    pl_segment_name(1, 30, name);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pl_segment_open(f->lmdb->segments.dir_fd, name, &read_fd, &segment), 0);
    assert_int_equal(pl_segment_check(read_fd, &segment), PLACET_OK);
    (void)close(read_fd);
    for (off_t at = 0; at < (off_t)segment.bytes; at++) {
        struct pl_segment now;
        uint8_t byte = 0;
        int rc;
        assert_int_equal(pread(fd, &byte, 1, at), 1);
        byte ^= (uint8_t)(1u << at % 8);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
        rc = pl_segment_open(f->lmdb->segments.dir_fd, name, &read_fd, &now);
        if (rc == PLACET_OK) {
            rc = pl_segment_check(read_fd, &now);
            (void)close(read_fd);
        }
        assert_int_equal(rc, PLACET_ECORRUPT);
        byte ^= (uint8_t)(1u << at % 8);
        assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    }
    (void)close(fd);
}

static void test_reading_stops_at_a_flipped_byte(void **state)
{
    struct fixture *f = *state;
    struct pl_journal *journal = pl_lmdb_journal(f->lmdb);
    char path[300];
    int fd;

    commit(f, 12);
    archive_all(f, UINT64_MAX);
    segment_path(f, 1, 30, path);
    fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, "X", 1, 5000), 1);
    assert_int_equal(journal->ops->read(journal, 1, UINT32_MAX, ignore, NULL), PLACET_ECORRUPT);
    assert_int_equal(ftruncate(fd, 3000), 0);
    assert_int_equal(journal->ops->read(journal, 1, UINT32_MAX, ignore, NULL), PLACET_ECORRUPT);
    (void)close(fd);
}

static void test_names(void **state)
{
    uint64_t first_seq = 0;
    uint64_t last_seq = 0;
    char name[PL_SEGMENT_NAME_SIZE];

    (void)state;
    pl_segment_name(31, UINT64_MAX, name);
    assert_string_equal(name, "00000000000000000031-18446744073709551615.plj");
    assert_true(pl_segment_parse_name(name, &first_seq, &last_seq));
    assert_int_equal(first_seq, 31);
    assert_int_equal(last_seq, UINT64_MAX);
    assert_false(pl_segment_parse_name("next.tmp", &first_seq, &last_seq));
    assert_false(pl_segment_parse_name("00000000000000000031-00000000000000000030.plj", &first_seq,
                                       &last_seq));
    assert_false(pl_segment_parse_name("0000000000000000003x-00000000000000000040.plj", &first_seq,
                                       &last_seq));
    assert_false(pl_segment_parse_name("00000000000000000000-00000000000000000040.plj", &first_seq,
                                       &last_seq));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_frames_move, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_segment_waits_until_it_is_full, setup, teardown),
        cmocka_unit_test_setup_teardown(test_read_from_everywhere, setup, teardown),
        cmocka_unit_test_setup_teardown(test_at_most_so_many, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_moment_of_moving, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reopened_at_every_moment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_all_archived, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commits_shrink_the_ring, setup, teardown),
        cmocka_unit_test_setup_teardown(test_oldest_segments_may_go, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_missing_segment_is_found, setup, teardown),
        cmocka_unit_test_setup_teardown(test_every_flipped_byte_of_a_segment, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reading_stops_at_a_flipped_byte, setup, teardown),
        cmocka_unit_test(test_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
