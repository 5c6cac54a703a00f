/* Stores for tests: a directory of their own that goes away, and frames whose content is known
 * from their number. */
#ifndef TESTS_SUPPORT_STORE_DIR_H
#define TESTS_SUPPORT_STORE_DIR_H

#include <stdint.h>

#include "store/lmdb.h"
#include "wire/frame.h"

struct test_dir {
    char root[200];  /* made by mkdtemp below $TMPDIR or /tmp */
    char store[216]; /* root/store, not made */
};

void test_dir_make(struct test_dir *dir);
void test_dir_remove(struct test_dir *dir);

/* The same as a fixture of cmocka: `*state` is the directory. */
int test_dir_setup(void **state);
int test_dir_teardown(void **state);

/* Removes a tree, whatever it is. */
void test_remove_tree(const char *path);

/* Creates and opens; fails the test when it cannot. */
struct pl_lmdb *test_store_new(const struct test_dir *dir, const struct pl_lmdb_options *options);
struct pl_lmdb *test_store_open(const struct test_dir *dir, const struct pl_lmdb_options *options);

/* Commits one value in a transaction of its own; fails the test when the stored one is another. */
void test_store_put(struct pl_lmdb *lmdb, enum pl_table table, uint64_t key, const char *value);
void test_store_expect(struct pl_lmdb *lmdb, enum pl_table table, uint64_t key, const char *value);

/* Frames that follow one another: `seq` is the next sequence, `hash` that of the newest frame. */
struct test_frames {
    uint64_t seq;
    struct pl_digest hash;
    uint8_t *memory;
};

void test_frames_init(struct test_frames *frames);
void test_frames_fini(struct test_frames *frames);

/* The next frame: `count` events in `payload_size` bytes that depend on the sequence only. */
struct pl_bytes test_frames_next(struct test_frames *frames, uint32_t count, uint32_t payload_size);

/* Goes on behind the newest frame of a journal. */
void test_frames_follow(struct test_frames *frames, struct pl_journal *journal);

/* Commits one frame in a transaction of its own. */
int test_commit_frame(struct pl_lmdb *lmdb, struct test_frames *frames, uint32_t count,
                      uint32_t payload_size);

/* Whether the payload is the one that test_frames_next made for its sequence. */
int test_frame_is_right(const struct pl_frame *frame);

#endif
