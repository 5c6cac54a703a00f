/* What the files of this room share; nobody else includes it (but its tests).
 *
 * A value lies in its table as bytes + u32 CRC32C over (bytes, key, table): a value that LMDB finds
 * under a wrong key is as wrong as a changed one. A frame lies in the journal as it is, under its
 * first sequence: it has a CRC of its own. All keys are u64, big-endian. */
#ifndef PL_STORE_INSIDE_H
#define PL_STORE_INSIDE_H

#include <lmdb.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/lmdb.h"
#include "store/segments.h"
#include "wire/frame.h"

/* Version of everything in the directory, in the row PL_META_FORMAT. */
#define PL_STORE_FORMAT   1u

/* LMDB synchronises in its default mode only. A crash undoes acknowledged commits under the first
 * two; WRITEMAP lets a stray pointer write into the file. NOMEMINIT stays off: it would leak heap
 * into the file. NORDAHEAD: values are read by key. NOTLS: a read transaction is an object. */
#define PL_LMDB_FLAGS     (MDB_NORDAHEAD | MDB_NOTLS)
#define PL_LMDB_FORBIDDEN (MDB_NOSYNC | MDB_NOMETASYNC | MDB_WRITEMAP | MDB_MAPASYNC | MDB_NOLOCK)
_Static_assert((PL_LMDB_FLAGS & (PL_LMDB_FORBIDDEN | MDB_NOMEMINIT)) == 0, "durability");

/* A read holds back the reuse of pages: it lets go this often. */
#define PL_READ_ENTRIES_MAX 1000
#define PL_READ_NS_MAX      10000000

struct pl_lmdb {
    struct pl_store store; /* first two: the ports' functions find the rest through them */
    struct pl_journal journal;
    MDB_env *env;
    MDB_dbi tables[PL_TABLES];
    MDB_dbi frames;
    MDB_dbi dbi_max;
    MDB_txn *txn;     /* the write transaction, or NULL */
    MDB_txn *reader;  /* a read transaction at rest, or NULL */
    unsigned readers; /* read transactions in use */
    int64_t readers_checked_ns;
    bool unknown; /* a commit failed: nothing more is written */

    uint64_t last_seq;    /* newest durable event */
    uint64_t pending_seq; /* newest event of the transaction */

    uint64_t map_max;
    uint64_t reserve_bytes;
    uint64_t fenced_bytes; /* disk blocks are allocated up to here; the map ends here */
    uint32_t page_size;
    bool can_allocate; /* the file system knows fallocate */
    bool starved;      /* the last allocation did not reach the reserve... */
    int64_t tried_ns;  /* ...at this time */
    bool short_of_space;
    int64_t looked_ns; /* when short_of_space was found; 0 = never */

    struct pl_segments segments;
    struct pl_segment_writer archiver; /* while `archiving` */
    bool archiving;
    bool read_only;
    int64_t archive_failed_ns; /* 0 = never */
    uint64_t segment_bytes;
    uint32_t segment_frames;

    int dir_fd;
    int lock_fd;
};

static inline struct pl_lmdb *pl_lmdb_of_store(struct pl_store *store)
{
    return (struct pl_lmdb *)((char *)store - offsetof(struct pl_lmdb, store));
}

static inline struct pl_lmdb *pl_lmdb_of_journal(struct pl_journal *journal)
{
    return (struct pl_lmdb *)((char *)journal - offsetof(struct pl_lmdb, journal));
}

extern const struct pl_store_ops pl_lmdb_store_ops;
extern const struct pl_journal_ops pl_lmdb_journal_ops;

/* LMDB's result of anything but a commit as a status. */
int pl_lmdb_status(int mdb);

/* Table names as they stand in the file; [PL_TABLES] is the journal. */
extern const char *const pl_lmdb_table_names[PL_TABLES + 1];

/* Opens the tables in `txn`, creating them when `create`. */
int pl_lmdb_open_tables(MDB_txn *txn, bool create, MDB_dbi tables_out[PL_TABLES],
                        MDB_dbi *frames_out);

/* Begins a read transaction and ends it; renews it to see the newest commit. */
int pl_lmdb_read_begin(struct pl_lmdb *lmdb, MDB_txn **txn_out);
void pl_lmdb_read_end(struct pl_lmdb *lmdb, MDB_txn *txn);

int64_t pl_lmdb_now_ns(void);

#define PL_STORED_CRC_SIZE 4

/* A key and its bytes. */
struct pl_lmdb_key {
    uint8_t at[8];
};
struct pl_lmdb_key pl_lmdb_key_of(uint64_t key);
static inline MDB_val pl_lmdb_key_val(struct pl_lmdb_key *key)
{
    return (MDB_val){.mv_size = sizeof key->at, .mv_data = key->at};
}
int pl_lmdb_key_read(const MDB_val *val, uint64_t *key_out);

/* stored.c: CRC of a value, and the bytes of a value in the file when the CRC is right. */
uint32_t pl_stored_crc(enum pl_table table, uint64_t key, struct pl_bytes bytes);
int pl_stored_open(enum pl_table table, uint64_t key, const MDB_val *val, struct pl_bytes *out);

/* Deletes up to `count_max` entries below `before_key`, lowest first. */
int pl_lmdb_trim(MDB_txn *txn, MDB_dbi dbi, uint64_t before_key, uint32_t count_max);

/* The frame in `val`, whose CRC and place are right. */
int pl_stored_frame(uint64_t key, const MDB_val *val, struct pl_frame *frame_out);

/* space.c: allocates disk blocks ahead of the data and moves the fence; never fails, but notes
 * that space is short. Outside transactions. */
void pl_lmdb_space_extend(struct pl_lmdb *lmdb);
bool pl_lmdb_space_short(struct pl_lmdb *lmdb);

/* Bytes of the pages that are part of some tree. */
uint64_t pl_lmdb_space_used(struct pl_lmdb *lmdb, MDB_txn *txn);

/* frames.c: first event of the oldest frame of the hot ring, or PLACET_ENOTFOUND. */
int pl_lmdb_oldest_hot(struct pl_lmdb *lmdb, uint64_t *seq_out);

/* frames.c: whether the hot ring has as many frames as it claims, in order: a damaged page may lose
 * the newest without a trace. */
int pl_lmdb_check_ring(struct pl_lmdb *lmdb, MDB_txn *txn);

/* archive.c: see port/store.h; the writer's end; and, within a transaction, deletes frames that are
 * archived. */
int pl_lmdb_archive(struct pl_lmdb *lmdb, uint64_t before_seq);
void pl_lmdb_archive_stop(struct pl_lmdb *lmdb);
int pl_lmdb_archive_trim(struct pl_lmdb *lmdb, uint32_t frames_max);

/* place.c: whether a store may lie there. */
bool pl_place_is_network(int64_t file_system_type);
int pl_place_check(int dir_fd, const char *dir, struct placet_error *error);
int pl_place_lock(int dir_fd, const char *dir, int *lock_fd_out, struct placet_error *error);

/* offline.c: process that runs on the store; 0 = none, -1 = unknown. */
int64_t pl_place_engine(const char *dir);

/* Fills `error` (may be NULL) and returns `status`. */
__attribute__((format(printf, 4, 5))) int pl_place_fail(struct placet_error *error, int status,
                                                        const char *dir, const char *format, ...);

#endif
