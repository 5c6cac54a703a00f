/* The fence: how far the data file may grow.
 *
 * A full disk in the middle of a commit is an I/O error whose outcome nobody knows. So blocks are
 * allocated ahead of the data (fallocate, size kept), and the map ends where they end: LMDB then
 * says MDB_MAP_FULL before it has written anything, and what lies between the data and the fence
 * is the reserve. Recovers by itself: the next look finds space again. (decisions/0010) */
#include <errno.h>
#include <fcntl.h>
#include <sys/statvfs.h>
#include <time.h>

#include "base/check.h"
#include "store/inside.h"

/* Whether the file system is asked again: statvfs costs a microsecond, a commit takes hundreds. */
#define LOOK_EVERY_NS    100000000

/* New cases are refused above this part of the largest map. */
#define MAP_USED_PERCENT 80

int64_t pl_lmdb_now_ns(void)
{
    struct timespec now;

    PL_CHECK(clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* Where the data ends; free pages lie below it. */
static uint64_t high_water(struct pl_lmdb *lmdb)
{
    MDB_envinfo info;

    PL_CHECK(mdb_env_info(lmdb->env, &info) == MDB_SUCCESS);
    return ((uint64_t)info.me_last_pgno + 1) * lmdb->page_size;
}

static uint64_t free_bytes(const struct pl_lmdb *lmdb)
{
    struct statvfs fs;

    if (fstatvfs(lmdb->dir_fd, &fs) != 0) {
        return 0;
    }
    return (uint64_t)fs.f_bavail * fs.f_frsize;
}

/* Allocates blocks for [0, end), which also fills holes. */
static bool allocate(struct pl_lmdb *lmdb, uint64_t end)
{
    int fd;

    PL_CHECK(mdb_env_get_fd(lmdb->env, &fd) == MDB_SUCCESS);
    while (lmdb->can_allocate) {
        if (fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)end) == 0) {
            return true;
        }
        if (errno == EOPNOTSUPP || errno == ENOSYS) {
            lmdb->can_allocate = false;
        } else if (errno != EINTR) {
            return false;
        }
    }
    /* Second best: the space is there now, but somebody else may take it first. */
    return end <= lmdb->fenced_bytes || free_bytes(lmdb) / 2 > end - lmdb->fenced_bytes;
}

/* The largest fence up to `end` that can be had, in eighths of the reserve. */
static uint64_t allocate_most(struct pl_lmdb *lmdb, uint64_t end)
{
    const uint64_t step = lmdb->reserve_bytes / 8 / lmdb->page_size * lmdb->page_size;

    for (; end > lmdb->fenced_bytes; end = end > step ? end - step : 0) {
        if (allocate(lmdb, end)) {
            return end;
        }
        if (step == 0) {
            break;
        }
    }
    return lmdb->fenced_bytes;
}

void pl_lmdb_space_extend(struct pl_lmdb *lmdb)
{
    const uint64_t used = high_water(lmdb);
    const int64_t now_ns = pl_lmdb_now_ns();
    uint64_t end;

    /* A transaction holds the map: the fence moves another time. */
    if (used + lmdb->reserve_bytes <= lmdb->fenced_bytes || lmdb->readers > 0 ||
        lmdb->txn != NULL || lmdb->fenced_bytes == lmdb->map_max) {
        return;
    }
    if (lmdb->starved && now_ns - lmdb->tried_ns < LOOK_EVERY_NS) {
        return;
    }
    end = used + 2 * lmdb->reserve_bytes;
    end = allocate_most(lmdb, end < lmdb->map_max ? end : lmdb->map_max);
    if (end > lmdb->fenced_bytes) {
        PL_CHECK(mdb_env_set_mapsize(lmdb->env, end) == MDB_SUCCESS);
        lmdb->fenced_bytes = end;
    }
    lmdb->starved = end < used + lmdb->reserve_bytes;
    lmdb->tried_ns = now_ns;
}

uint64_t pl_lmdb_space_used(struct pl_lmdb *lmdb, MDB_txn *txn)
{
    uint64_t pages = 2; /* the two meta pages */

    for (unsigned dbi = 0; dbi <= lmdb->dbi_max; dbi++) {
        MDB_stat stat;
        if (mdb_stat(txn, dbi, &stat) == MDB_SUCCESS) {
            pages += stat.ms_branch_pages + stat.ms_leaf_pages + stat.ms_overflow_pages;
        }
    }
    return pages * lmdb->page_size;
}

bool pl_lmdb_space_short(struct pl_lmdb *lmdb)
{
    const int64_t now_ns = pl_lmdb_now_ns();
    MDB_txn *txn = NULL;
    uint64_t used;

    if (lmdb->looked_ns != 0 && now_ns - lmdb->looked_ns < LOOK_EVERY_NS) {
        return lmdb->short_of_space;
    }
    lmdb->looked_ns = now_ns;
    pl_lmdb_space_extend(lmdb);
    if (pl_lmdb_read_begin(lmdb, &txn) < 0) {
        return true;
    }
    used = pl_lmdb_space_used(lmdb, txn);
    pl_lmdb_read_end(lmdb, txn);
    /* Pages that are free inside the file are as good as those behind its end. */
    lmdb->short_of_space = used + lmdb->reserve_bytes > lmdb->fenced_bytes ||
                           used > lmdb->map_max / 100 * MAP_USED_PERCENT ||
                           (!lmdb->can_allocate && free_bytes(lmdb) < lmdb->reserve_bytes);
    return lmdb->short_of_space;
}
