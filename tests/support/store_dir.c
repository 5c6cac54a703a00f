#include "support/store_dir.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <ftw.h>

void test_dir_make(struct test_dir *dir)
{
    const char *tmp = getenv("TMPDIR");

    (void)snprintf(dir->root, sizeof dir->root, "%.150s/placet-test-XXXXXX",
                   tmp != NULL ? tmp : "/tmp");
    assert_non_null(mkdtemp(dir->root));
    (void)snprintf(dir->store, sizeof dir->store, "%s/store", dir->root);
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *where)
{
    (void)info;
    (void)type;
    (void)where;
    return remove(path);
}

void test_remove_tree(const char *path)
{
    (void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

void test_dir_remove(struct test_dir *dir)
{
    test_remove_tree(dir->root);
}

struct pl_lmdb *test_store_open(const struct test_dir *dir, const struct pl_lmdb_options *options)
{
    /* Small, so that tests do not allocate much. */
    static const struct pl_lmdb_options small = {.reserve_bytes = 4 << 20};
    struct placet_error error = {.message = ""};
    struct pl_lmdb *lmdb = NULL;
    const int rc = pl_lmdb_open(dir->store, options != NULL ? options : &small, &lmdb, &error);

    if (rc != PLACET_OK) {
        fail_msg("open: %d %s", rc, error.message);
    }
    return lmdb;
}

struct pl_lmdb *test_store_new(const struct test_dir *dir, const struct pl_lmdb_options *options)
{
    struct placet_error error = {.message = ""};

    if (pl_lmdb_create(dir->store, &error) != PLACET_OK) {
        fail_msg("create: %s", error.message);
    }
    return test_store_open(dir, options);
}

void test_frames_init(struct test_frames *frames)
{
    *frames = (struct test_frames){.seq = 1, .memory = malloc(PL_FRAME_SIZE_MAX)};
    assert_non_null(frames->memory);
}

void test_frames_fini(struct test_frames *frames)
{
    free(frames->memory);
    frames->memory = NULL;
}

static void fill(uint8_t *at, uint32_t size, uint64_t seq)
{
    uint64_t x = seq * 0x9e3779b97f4a7c15u + size;

    for (uint32_t i = 0; i < size; i++) {
        x = x * 6364136223846793005u + 1442695040888963407u;
        at[i] = (uint8_t)(x >> 56);
    }
}

struct pl_bytes test_frames_next(struct test_frames *frames, uint32_t count, uint32_t payload_size)
{
    struct pl_frame_builder b;
    struct pl_bytes bytes;
    uint8_t *payload = malloc(payload_size);

    assert_non_null(payload);
    fill(payload, payload_size, frames->seq);
    pl_frame_begin(&b, frames->memory, PL_FRAME_SIZE_MAX, frames->seq);
    for (uint32_t i = 0; i + 1 < count; i++) {
        assert_int_equal(pl_frame_append(&b, payload + i, 1), PLACET_OK);
    }
    assert_int_equal(pl_frame_append(&b, payload + count - 1, payload_size - count + 1), PLACET_OK);
    bytes = pl_frame_seal(&b, &frames->hash, (int64_t)frames->seq * 1000, &frames->hash);
    frames->seq += count;
    free(payload);
    return bytes;
}

int test_frame_is_right(const struct pl_frame *frame)
{
    uint8_t *payload = malloc(frame->payload.size);
    int same;

    assert_non_null(payload);
    fill(payload, frame->payload.size, frame->first_seq);
    same = memcmp(payload, frame->payload.at, frame->payload.size) == 0 &&
           frame->at_ms == (int64_t)frame->first_seq * 1000;
    free(payload);
    return same;
}

static int take_end(void *context, struct pl_bytes bytes)
{
    struct test_frames *frames = context;
    struct pl_frame frame;

    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    frames->seq = pl_frame_last_seq(&frame) + 1;
    frames->hash = frame.hash;
    return 0;
}

void test_frames_follow(struct test_frames *frames, struct pl_journal *journal)
{
    const int rc = journal->ops->last(journal, take_end, frames);

    assert_true(rc == PLACET_OK || rc == PLACET_ENOTFOUND);
}

int test_commit_frame(struct pl_lmdb *lmdb, struct test_frames *frames, uint32_t count,
                      uint32_t payload_size)
{
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    const uint64_t first_seq = frames->seq;
    const struct pl_digest hash = frames->hash;
    int rc = store->ops->begin(store);

    if (rc == PLACET_OK) {
        rc =
            journal->ops->append(journal, first_seq, test_frames_next(frames, count, payload_size));
        if (rc == PLACET_OK) {
            rc = store->ops->commit(store);
        } else {
            store->ops->abort(store);
        }
    }
    if (rc != PLACET_OK) {
        frames->seq = first_seq;
        frames->hash = hash;
    }
    return rc;
}

int test_dir_setup(void **state)
{
    struct test_dir *dir = calloc(1, sizeof *dir);

    assert_non_null(dir);
    test_dir_make(dir);
    *state = dir;
    return 0;
}

int test_dir_teardown(void **state)
{
    test_dir_remove(*state);
    free(*state);
    return 0;
}

void test_store_put(struct pl_lmdb *lmdb, enum pl_table table, uint64_t key, const char *value)
{
    struct pl_store *store = pl_lmdb_store(lmdb);

    assert_int_equal(store->ops->begin(store), PLACET_OK);
    assert_int_equal(
        store->ops->put(store, table, key,
                        (struct pl_bytes){(const uint8_t *)value, (uint32_t)strlen(value)}),
        PLACET_OK);
    assert_int_equal(store->ops->commit(store), PLACET_OK);
}

void test_store_expect(struct pl_lmdb *lmdb, enum pl_table table, uint64_t key, const char *value)
{
    struct pl_store *store = pl_lmdb_store(lmdb);
    char out[64];
    uint32_t size = sizeof out;

    assert_int_equal(store->ops->get(store, table, key, out, &size), PLACET_OK);
    assert_int_equal(size, strlen(value));
    assert_memory_equal(out, value, size);
}
