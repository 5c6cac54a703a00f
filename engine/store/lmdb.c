#include "store/lmdb.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "store/inside.h"
#include "store/pages.h"

/* Monitors and tools read beside the engine; each takes a slot of 64 bytes. */
#define READERS_MAX    512

/* Address space of a reading process. */
#define READ_MAP_BYTES ((size_t)1 << 40)

const char *const pl_lmdb_table_names[PL_TABLES + 1] = {
    [PL_TABLE_BLOCKS] = "blocks",
    [PL_TABLE_BLOBS] = "blobs",
    [PL_TABLE_DEFINITIONS] = "definitions",
    [PL_TABLE_CLOSED] = "closed",
    [PL_TABLE_REPLIES] = "replies",
    [PL_TABLE_META] = "meta",
    [PL_TABLES] = "journal",
};

int pl_lmdb_status(int mdb)
{
    switch (mdb) {
    case MDB_SUCCESS:
        return PLACET_OK;
    case MDB_NOTFOUND:
        return PLACET_ENOTFOUND;
    case MDB_KEYEXIST:
        return PLACET_ECONFLICT;
    case MDB_MAP_FULL:
    case MDB_TXN_FULL:
    case ENOSPC:
    case EDQUOT:
        return PLACET_EFULL;
    case MDB_READERS_FULL:
        return PLACET_ELIMIT;
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_INCOMPATIBLE:
    case MDB_BAD_DBI:
    case MDB_BAD_VALSIZE:
    case MDB_CURSOR_FULL:
    case MDB_PAGE_FULL:
        return PLACET_ECORRUPT;
    case MDB_PANIC:
        return PLACET_EUNKNOWN;
    case ENOMEM:
        return PLACET_ENOMEM;
    default:
        return PLACET_EIO;
    }
}

int pl_lmdb_open_tables(MDB_txn *txn, bool create, MDB_dbi tables_out[PL_TABLES],
                        MDB_dbi *frames_out)
{
    const unsigned flags = create ? MDB_CREATE : 0;

    for (unsigned i = 0; i < PL_TABLES; i++) {
        const int rc = mdb_dbi_open(txn, pl_lmdb_table_names[i], flags, &tables_out[i]);
        if (rc != MDB_SUCCESS) {
            return rc;
        }
    }
    return mdb_dbi_open(txn, pl_lmdb_table_names[PL_TABLES], flags, frames_out);
}

int pl_lmdb_read_begin(struct pl_lmdb *lmdb, MDB_txn **txn_out)
{
    MDB_txn *txn = lmdb->reader;
    int rc;

    lmdb->reader = NULL;
    if (txn != NULL) {
        rc = mdb_txn_renew(txn);
        if (rc != MDB_SUCCESS) {
            mdb_txn_abort(txn);
            return pl_lmdb_status(rc);
        }
    } else {
        rc = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn);
        if (rc != MDB_SUCCESS) {
            return pl_lmdb_status(rc);
        }
    }
    lmdb->readers++;
    *txn_out = txn;
    return PLACET_OK;
}

void pl_lmdb_read_end(struct pl_lmdb *lmdb, MDB_txn *txn)
{
    PL_CHECK(lmdb->readers > 0);
    lmdb->readers--;
    if (lmdb->reader == NULL) {
        mdb_txn_reset(txn);
        lmdb->reader = txn;
    } else {
        mdb_txn_abort(txn);
    }
}

static int open_env(struct pl_lmdb *lmdb, const char *dir, struct placet_error *error)
{
    unsigned flags = 0;
    int dead = 0;
    int fd;
    int rc = mdb_env_create(&lmdb->env);

    if (rc != MDB_SUCCESS) {
        return pl_place_fail(error, PLACET_ENOMEM, dir, "%s", mdb_strerror(rc));
    }
    /* The map grows with the fence (space.c): it starts at what is in the file. A reader's must be
     * at least as large as the engine's will ever be. */
    if ((lmdb->read_only && mdb_env_set_mapsize(lmdb->env, READ_MAP_BYTES) != MDB_SUCCESS) ||
        mdb_env_set_maxdbs(lmdb->env, PL_TABLES + 1) != MDB_SUCCESS ||
        mdb_env_set_maxreaders(lmdb->env, READERS_MAX) != MDB_SUCCESS) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot configure LMDB");
    }
    rc = mdb_env_open(lmdb->env, dir, PL_LMDB_FLAGS | (lmdb->read_only ? MDB_RDONLY : 0), 0600);
    if (rc != MDB_SUCCESS) {
        return pl_place_fail(error, pl_lmdb_status(rc), dir, "cannot open data.mdb: %s",
                             mdb_strerror(rc));
    }
    PL_CHECK(mdb_env_get_flags(lmdb->env, &flags) == MDB_SUCCESS &&
             (flags & PL_LMDB_FORBIDDEN) == 0);
    if (mdb_env_get_fd(lmdb->env, &fd) != MDB_SUCCESS || fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot set close-on-exec: %s",
                             strerror(errno));
    }
    (void)mdb_reader_check(lmdb->env, &dead);
    /* What the last engine could not be sure of becomes sure now. */
    rc = lmdb->read_only ? MDB_SUCCESS : mdb_env_sync(lmdb->env, 1);
    if (rc != MDB_SUCCESS) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot synchronise: %s", mdb_strerror(rc));
    }
    return PLACET_OK;
}

/* A store that is read in a few hundredths of a second is looked at whole at every start: LMDB ends
 * the process on a page whose pointers were changed. A larger one has `placet store verify`. */
#define CHECK_WHOLE_BYTES (INT64_C(64) << 20)

static void found_page(void *context, uint64_t page, const char *what)
{
    (void)context;
    (void)page;
    (void)what;
}

static int check_pages(int fd)
{
    uint64_t pages = 0;
    struct stat status;

    if (fstat(fd, &status) != 0) {
        return PLACET_EIO;
    }
    return status.st_size > CHECK_WHOLE_BYTES ? PLACET_OK
                                              : pl_pages_check(fd, found_page, NULL, &pages);
}

/* Before LMDB sees the file: it would believe a meta page that was changed. The engine's lock is
 * held, nobody writes. */
static int check_metas(struct pl_lmdb *lmdb, const char *dir, struct placet_error *error)
{
    const int fd = openat(lmdb->dir_fd, "data.mdb", O_RDONLY | O_CLOEXEC);
    int rc;

    if (fd < 0) {
        return pl_place_fail(error, PLACET_EIO, dir, "cannot open data.mdb: %s", strerror(errno));
    }
    rc = pl_pages_check_metas(fd);
    if (rc < 0) {
        (void)close(fd);
        return pl_place_fail(error, rc, dir, "the first pages of data.mdb are damaged");
    }
    rc = check_pages(fd);
    (void)close(fd);
    if (rc < 0) {
        return pl_place_fail(error, rc, dir, "pages of data.mdb are damaged");
    }
    return PLACET_OK;
}

static int check_format(struct pl_lmdb *lmdb, MDB_txn *txn, const char *dir,
                        struct placet_error *error)
{
    struct pl_lmdb_key key = pl_lmdb_key_of(PL_META_FORMAT);
    MDB_val key_val = pl_lmdb_key_val(&key);
    struct pl_bytes bytes = {0};
    MDB_val val;
    int rc = pl_lmdb_status(mdb_get(txn, lmdb->tables[PL_TABLE_META], &key_val, &val));

    if (rc == PLACET_OK) {
        rc = pl_stored_open(PL_TABLE_META, PL_META_FORMAT, &val, &bytes);
    }
    if (rc < 0 || bytes.size != 4) {
        return pl_place_fail(error, PLACET_ECORRUPT, dir, "cannot read the format of the store");
    }
    if (pl_load_u32(bytes.at) != PL_STORE_FORMAT) {
        return pl_place_fail(error, PLACET_EINVALID, dir,
                             "the store has format %u, this engine knows %u",
                             (unsigned)pl_load_u32(bytes.at), PL_STORE_FORMAT);
    }
    return PLACET_OK;
}

static int take_last_seq(void *context, struct pl_bytes bytes)
{
    struct pl_lmdb *lmdb = context;
    struct pl_frame frame;
    const int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HEADER, &frame);

    if (rc == PLACET_OK) {
        lmdb->last_seq = pl_frame_last_seq(&frame);
    }
    return rc;
}

static int open_contents(struct pl_lmdb *lmdb, const char *dir, struct placet_error *error)
{
    MDB_txn *txn = NULL;
    MDB_stat stat;
    int rc = mdb_txn_begin(lmdb->env, NULL, MDB_RDONLY, &txn);

    if (rc != MDB_SUCCESS) {
        return pl_place_fail(error, pl_lmdb_status(rc), dir, "cannot read: %s", mdb_strerror(rc));
    }
    rc = pl_lmdb_open_tables(txn, false, lmdb->tables, &lmdb->frames);
    if (rc != MDB_SUCCESS) {
        mdb_txn_abort(txn);
        return pl_place_fail(error, PLACET_ECORRUPT, dir, "a table is missing: %s",
                             mdb_strerror(rc));
    }
    lmdb->dbi_max = lmdb->frames;
    rc = check_format(lmdb, txn, dir, error);
    if (rc == PLACET_OK && pl_lmdb_check_ring(lmdb, txn) < 0) {
        rc = pl_place_fail(error, PLACET_ECORRUPT, dir, "the journal's pages are damaged");
    }
    /* Handles of tables outlive the transaction that opened them only when it commits. */
    (void)mdb_txn_commit(txn);
    if (rc < 0) {
        return rc;
    }
    PL_CHECK(mdb_env_stat(lmdb->env, &stat) == MDB_SUCCESS);
    lmdb->page_size = stat.ms_psize;
    rc = pl_segments_open(&lmdb->segments, lmdb->dir_fd);
    if (rc < 0) {
        return pl_place_fail(error, rc, dir,
                             "cannot list the segments in archive/, or one is missing");
    }
    if (!lmdb->read_only) {
        pl_lmdb_space_extend(lmdb);
    }

    rc = lmdb->journal.ops->last(&lmdb->journal, take_last_seq, lmdb);
    if (rc < 0 && rc != PLACET_ENOTFOUND) {
        return pl_place_fail(error, rc, dir, "cannot read the newest frame of the journal");
    }
    return PLACET_OK;
}

static int open_all(struct pl_lmdb *lmdb, const char *dir, struct placet_error *error)
{
    int rc;

    lmdb->dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lmdb->dir_fd < 0) {
        return pl_place_fail(error, errno == ENOENT ? PLACET_ENOTFOUND : PLACET_EIO, dir, "%s",
                             errno == ENOENT ? "there is no store here" : strerror(errno));
    }
    if (faccessat(lmdb->dir_fd, "data.mdb", F_OK, 0) != 0) {
        return pl_place_fail(error, PLACET_ENOTFOUND, dir, "there is no store here");
    }
    rc = pl_place_check(lmdb->dir_fd, dir, error);
    if (rc == PLACET_OK && !lmdb->read_only) {
        rc = pl_place_lock(lmdb->dir_fd, dir, &lmdb->lock_fd, error);
        if (rc == PLACET_OK) {
            rc = check_metas(lmdb, dir, error);
        }
    }
    if (rc == PLACET_OK) {
        rc = open_env(lmdb, dir, error);
    }
    return rc == PLACET_OK ? open_contents(lmdb, dir, error) : rc;
}

static int open_new(const char *dir, const struct pl_lmdb_options *options, bool read_only,
                    struct pl_lmdb **lmdb_out, struct placet_error *error)
{
    static const struct pl_lmdb_options defaults;
    const struct pl_lmdb_options *o = options != NULL ? options : &defaults;
    struct pl_lmdb *lmdb = calloc(1, sizeof *lmdb);
    int rc;

    if (lmdb == NULL) {
        return pl_place_fail(error, PLACET_ENOMEM, dir, "out of memory");
    }
    lmdb->store.ops = &pl_lmdb_store_ops;
    lmdb->journal.ops = &pl_lmdb_journal_ops;
    lmdb->map_max = o->map_bytes != 0 ? o->map_bytes : PL_LMDB_MAP_BYTES;
    lmdb->reserve_bytes = o->reserve_bytes != 0 ? o->reserve_bytes : PL_LMDB_RESERVE_BYTES;
    lmdb->can_allocate = true;
    lmdb->segment_bytes = o->segment_bytes != 0 ? o->segment_bytes : PL_SEGMENT_BYTES;
    lmdb->segment_frames = o->segment_frames != 0 ? o->segment_frames : PL_SEGMENT_FRAMES;
    lmdb->dir_fd = -1;
    lmdb->lock_fd = -1;
    lmdb->segments.dir_fd = -1;
    lmdb->read_only = read_only;

    rc = open_all(lmdb, dir, error);
    if (rc < 0) {
        pl_lmdb_close(&lmdb);
        return rc;
    }
    *lmdb_out = lmdb;
    return PLACET_OK;
}

int pl_lmdb_open(const char *dir, const struct pl_lmdb_options *options, struct pl_lmdb **lmdb_out,
                 struct placet_error *error)
{
    return open_new(dir, options, false, lmdb_out, error);
}

int pl_lmdb_open_to_read(const char *dir, struct pl_lmdb **lmdb_out, struct placet_error *error)
{
    return open_new(dir, NULL, true, lmdb_out, error);
}

struct pl_store *pl_lmdb_store(struct pl_lmdb *lmdb)
{
    return &lmdb->store;
}

struct pl_journal *pl_lmdb_journal(struct pl_lmdb *lmdb)
{
    return &lmdb->journal;
}

void pl_lmdb_close(struct pl_lmdb **lmdb_at)
{
    struct pl_lmdb *lmdb = *lmdb_at;

    if (lmdb == NULL) {
        return;
    }
    PL_CHECK(lmdb->readers == 0);
    pl_lmdb_archive_stop(lmdb);
    if (lmdb->txn != NULL) {
        mdb_txn_abort(lmdb->txn);
    }
    if (lmdb->reader != NULL) {
        mdb_txn_abort(lmdb->reader);
    }
    if (lmdb->env != NULL) {
        mdb_env_close(lmdb->env);
    }
    pl_segments_close(&lmdb->segments);
    if (lmdb->lock_fd >= 0) {
        (void)close(lmdb->lock_fd);
    }
    if (lmdb->dir_fd >= 0) {
        (void)close(lmdb->dir_fd);
    }
    free(lmdb);
    *lmdb_at = NULL;
}
