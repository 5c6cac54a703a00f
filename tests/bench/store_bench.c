/* Durable commits a second: a frame of 16 KiB and K state blocks in one transaction.
 *
 *     build/tests/bin/store_bench [DIR]
 *
 * "grow" only appends; "ring" also archives behind, as an engine does all the time. */
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "store/lmdb.h"
#include "support/store_dir.h"

enum { COMMITS = 4000, FRAME = 16368, BLOCK = 8156, BLOCKS = 4096 };

struct run {
    const char *name;
    unsigned blocks; /* in each commit */
    bool archive;
};

static double now(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a;
    const double y = *(const double *)b;

    return (x > y) - (x < y);
}

static int commit(struct pl_lmdb *lmdb, struct test_frames *frames, const struct run *run,
                  unsigned number)
{
    static const uint8_t block[BLOCK];
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    const uint64_t first_seq = frames->seq;
    const struct pl_bytes frame = test_frames_next(frames, 150, FRAME - PL_FRAME_HEADER_SIZE);
    int rc = store->ops->begin(store);

    rc = rc == PLACET_OK ? journal->ops->append(journal, first_seq, frame) : rc;
    for (unsigned i = 0; rc == PLACET_OK && i < run->blocks; i++) {
        rc = store->ops->put(store, PL_TABLE_BLOCKS, (number * run->blocks + i) % BLOCKS,
                             (struct pl_bytes){block, sizeof block});
    }
    return rc == PLACET_OK ? store->ops->commit(store) : rc;
}

static int measure(struct pl_lmdb *lmdb, const struct run *run)
{
    struct pl_store *store = pl_lmdb_store(lmdb);
    double *ms = calloc(COMMITS, sizeof *ms);
    struct test_frames frames;
    struct pl_store_info info;
    const double begin = now();
    double end;
    int rc = ms != NULL ? PLACET_OK : PLACET_ENOMEM;

    test_frames_init(&frames);
    for (unsigned i = 0; rc == PLACET_OK && i < COMMITS; i++) {
        const double start = now();
        rc = commit(lmdb, &frames, run, i);
        if (run->archive && rc == PLACET_OK && i % 16 == 0) {
            rc = store->ops->archive(store, frames.seq);
            rc = rc > 0 ? PLACET_OK : rc;
        }
        ms[i] = (now() - start) * 1e3;
    }
    end = now();
    test_frames_fini(&frames);
    if (rc == PLACET_OK) {
        rc = store->ops->info(store, &info);
    }
    if (rc == PLACET_OK) {
        qsort(ms, COMMITS, sizeof *ms, by_value);
        (void)printf("%-6s K=%-3u %6.0f commits/s   p50 %.2f ms   p99 %.2f ms   max %.1f ms   "
                     "%llu segments, file %llu MiB\n",
                     run->name, run->blocks, COMMITS / (end - begin), ms[COMMITS / 2],
                     ms[COMMITS * 99 / 100], ms[COMMITS - 1], (unsigned long long)info.segments,
                     (unsigned long long)info.file_bytes >> 20);
    }
    free(ms);
    return rc;
}

int main(int argc, char **argv)
{
    static const struct run runs[] = {{"grow", 0, false}, {"ring", 0, true},   {"grow", 4, false},
                                      {"ring", 4, true},  {"grow", 16, false}, {"ring", 16, true}};
    const struct pl_lmdb_options options = {.segment_bytes = 16 << 20};
    int rc = PLACET_OK;

    if (argc > 1 && setenv("TMPDIR", argv[1], 1) != 0) {
        return EXIT_FAILURE;
    }
    for (size_t i = 0; rc == PLACET_OK && i < sizeof runs / sizeof runs[0]; i++) {
        struct test_dir dir;
        struct pl_lmdb *lmdb;
        test_dir_make(&dir);
        lmdb = test_store_new(&dir, &options);
        rc = measure(lmdb, &runs[i]);
        pl_lmdb_close(&lmdb);
        test_dir_remove(&dir);
    }
    if (rc < 0) {
        (void)fprintf(stderr, "store_bench: %s\n", placet_strstatus(rc));
    }
    return rc < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}
