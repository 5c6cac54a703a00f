/* The store port: tables of values under numbers. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"
#include "store/inside.h"

/* Archived frames deleted by one commit: more than it appends, so that the ring shrinks. */
#define TRIMMED_BY_COMMIT 4

/* How often dead readers are looked for: some hundred microseconds for 512 slots. */
#define CHECK_READERS_NS  10000000000

static int store_begin(struct pl_store *store)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    int rc;

    PL_CHECK(lmdb->txn == NULL && !lmdb->read_only);
    if (lmdb->unknown) {
        return PLACET_EUNKNOWN;
    }
    pl_lmdb_space_extend(lmdb);
    rc = mdb_txn_begin(lmdb->env, NULL, 0, &lmdb->txn);
    if (rc != MDB_SUCCESS) {
        lmdb->txn = NULL;
        return pl_lmdb_status(rc);
    }
    lmdb->pending_seq = lmdb->last_seq;
    return PLACET_OK;
}

/* How each table is written: ascending ones at their end, the immutable ones never twice. */
static unsigned put_flags(enum pl_table table)
{
    switch (table) {
    case PL_TABLE_BLOBS:
    case PL_TABLE_REPLIES:
        return MDB_APPEND;
    case PL_TABLE_DEFINITIONS:
    case PL_TABLE_CLOSED:
        return MDB_NOOVERWRITE;
    case PL_TABLE_BLOCKS:
    case PL_TABLE_META:
        return 0;
    case PL_TABLES:
        break;
    }
    PL_UNREACHABLE();
}

static int store_put(struct pl_store *store, enum pl_table table, uint64_t key,
                     struct pl_bytes value)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    struct pl_lmdb_key key_bytes = pl_lmdb_key_of(key);
    MDB_val key_val = pl_lmdb_key_val(&key_bytes);
    MDB_val val = {.mv_size = (size_t)value.size + PL_STORED_CRC_SIZE};
    uint8_t *at;
    int rc;

    PL_CHECK(lmdb->txn != NULL && table < PL_TABLES);
    PL_CHECK(table != PL_TABLE_META || key != PL_META_FORMAT);
    rc = mdb_put(lmdb->txn, lmdb->tables[table], &key_val, &val, put_flags(table) | MDB_RESERVE);
    if (rc != MDB_SUCCESS) {
        return pl_lmdb_status(rc);
    }
    at = val.mv_data;
    if (value.size > 0) {
        memcpy(at, value.at, value.size);
    }
    pl_save_u32(at + value.size, pl_stored_crc(table, key, value));
    return PLACET_OK;
}

static int store_trim(struct pl_store *store, enum pl_table table, uint64_t before_key,
                      uint32_t count_max)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);

    PL_CHECK(lmdb->txn != NULL && table < PL_TABLES && table != PL_TABLE_META);
    return pl_lmdb_trim(lmdb->txn, lmdb->tables[table], before_key, count_max);
}

static void store_abort(struct pl_store *store)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);

    if (lmdb->txn != NULL) {
        mdb_txn_abort(lmdb->txn);
        lmdb->txn = NULL;
    }
}

static int store_commit(struct pl_store *store)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    int rc;

    PL_CHECK(lmdb->txn != NULL);
    /* In passing, so that deleting needs no commit of its own. When space is short it could be what
     * does not fit. */
    if (lmdb->segments.count > 0 && !lmdb->short_of_space) {
        rc = pl_lmdb_archive_trim(lmdb, TRIMMED_BY_COMMIT);
        if (rc < 0) {
            store_abort(store);
            return rc;
        }
    }
    rc = mdb_txn_commit(lmdb->txn);
    lmdb->txn = NULL; /* LMDB has freed it, whatever happened */
    if (rc == MDB_SUCCESS) {
        lmdb->last_seq = lmdb->pending_seq;
        return PLACET_OK;
    }
    if (rc == MDB_MAP_FULL || rc == MDB_TXN_FULL) {
        return PLACET_EFULL; /* found before the first write */
    }
    /* After a failed synchronisation the next one reports success: never try again. */
    lmdb->unknown = true;
    return PLACET_EUNKNOWN;
}

static int store_get(struct pl_store *store, enum pl_table table, uint64_t key, void *out,
                     uint32_t *size)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    struct pl_lmdb_key key_bytes = pl_lmdb_key_of(key);
    MDB_val key_val = pl_lmdb_key_val(&key_bytes);
    struct pl_bytes bytes;
    MDB_txn *txn = NULL;
    MDB_val val;
    int rc;

    PL_CHECK(table < PL_TABLES);
    rc = pl_lmdb_read_begin(lmdb, &txn);
    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_get(txn, lmdb->tables[table], &key_val, &val));
    if (rc == PLACET_OK) {
        rc = pl_stored_open(table, key, &val, &bytes);
    }
    if (rc == PLACET_OK) {
        if (bytes.size > *size) {
            rc = PLACET_ELIMIT;
        } else if (bytes.size > 0) {
            memcpy(out, bytes.at, bytes.size);
        }
        *size = bytes.size;
    }
    pl_lmdb_read_end(lmdb, txn);
    return rc;
}

struct visiting {
    enum pl_table table;
    bool at_end;
    bool one_state;   /* the same commit all the time, so that `seen` must be all entries */
    size_t txnid;     /* of that commit */
    uint64_t entries; /* that the table claims */
    uint64_t seen;
    uint64_t key; /* where to go on */
    pl_store_visit *visit;
    void *context;
};

/* The next entry: borrowed from the cursor. Sets at_end when there is none. */
static int next_entry(MDB_cursor *cursor, MDB_cursor_op op, struct visiting *v, MDB_val *key_val,
                      struct pl_bytes *bytes_out)
{
    const uint64_t at_least = v->key;
    MDB_val val;
    int rc = pl_lmdb_status(mdb_cursor_get(cursor, key_val, &val, op));

    if (rc == PLACET_ENOTFOUND) {
        v->at_end = true;
        return PLACET_OK;
    }
    if (rc == PLACET_OK) {
        rc = pl_lmdb_key_read(key_val, &v->key);
    }
    if (rc == PLACET_OK && v->key < at_least) {
        rc = PLACET_ECORRUPT;
    }
    return rc == PLACET_OK ? pl_stored_open(v->table, v->key, &val, bytes_out) : rc;
}

/* A damaged page may lose entries without a trace: who visits a whole table counts them. */
static int note_state(struct pl_lmdb *lmdb, MDB_txn *txn, struct visiting *v)
{
    MDB_stat stat;
    const int rc = mdb_stat(txn, lmdb->tables[v->table], &stat);

    if (rc != MDB_SUCCESS) {
        return pl_lmdb_status(rc);
    }
    v->one_state = v->one_state && (v->seen == 0 || v->txnid == mdb_txn_id(txn));
    v->txnid = mdb_txn_id(txn);
    v->entries = stat.ms_entries;
    return PLACET_OK;
}

/* One read transaction's worth. */
static int visit_some(struct pl_lmdb *lmdb, struct visiting *v)
{
    const int64_t end_ns = pl_lmdb_now_ns() + PL_READ_NS_MAX;
    struct pl_lmdb_key key_bytes = pl_lmdb_key_of(v->key);
    MDB_val key_val = pl_lmdb_key_val(&key_bytes);
    MDB_cursor_op op = MDB_SET_RANGE;
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    int rc = pl_lmdb_read_begin(lmdb, &txn);

    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->tables[v->table], &cursor));
    if (rc == PLACET_OK) {
        rc = note_state(lmdb, txn, v);
    }
    for (unsigned n = 0; rc == 0 && n < PL_READ_ENTRIES_MAX && pl_lmdb_now_ns() < end_ns; n++) {
        struct pl_bytes bytes = {0};
        rc = next_entry(cursor, op, v, &key_val, &bytes);
        if (rc < 0 || v->at_end) {
            break;
        }
        op = MDB_NEXT;
        v->seen++;
        rc = v->visit(v->context, v->key, bytes);
        v->at_end = v->key == UINT64_MAX;
        v->key++;
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    return rc;
}

static int store_visit(struct pl_store *store, enum pl_table table, uint64_t from_key,
                       pl_store_visit *visit, void *context)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    struct visiting v = {.table = table,
                         .one_state = from_key == 0,
                         .key = from_key,
                         .visit = visit,
                         .context = context};
    int rc = PLACET_OK;

    PL_CHECK(table < PL_TABLES);
    while (rc == 0 && !v.at_end) {
        rc = visit_some(lmdb, &v);
    }
    if (rc == 0 && v.one_state && v.seen != v.entries) {
        return PLACET_ECORRUPT;
    }
    return rc;
}

static int store_floor(struct pl_store *store, enum pl_table table, uint64_t key, uint64_t *key_out)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    struct pl_lmdb_key key_bytes = pl_lmdb_key_of(key);
    MDB_val key_val = pl_lmdb_key_val(&key_bytes);
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    uint64_t found = 0;
    MDB_val val;
    int rc;

    PL_CHECK(table < PL_TABLES);
    rc = pl_lmdb_read_begin(lmdb, &txn);
    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->tables[table], &cursor));
    if (rc == PLACET_OK) {
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_SET_RANGE));
        if (rc == PLACET_ENOTFOUND) {
            rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_LAST));
        }
    }
    if (rc == PLACET_OK) {
        rc = pl_lmdb_key_read(&key_val, &found);
    }
    if (rc == PLACET_OK && found > key) {
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_PREV));
        if (rc == PLACET_OK) {
            rc = pl_lmdb_key_read(&key_val, &found);
        }
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    if (rc == PLACET_OK) {
        *key_out = found;
    }
    return rc;
}

/* One line of mdb_reader_list: process, thread, transaction ("-" when at rest). */
static int oldest_reader(const char *line, void *context)
{
    size_t *oldest = context;
    const char *last = strrchr(line, ' ');
    char *end = NULL;
    size_t txnid;

    if (last == NULL) {
        return 0;
    }
    txnid = strtoul(last + 1, &end, 10);
    if (end != last + 1 && txnid < *oldest) {
        *oldest = txnid;
    }
    return 0;
}

static int fill_info(struct pl_lmdb *lmdb, MDB_txn *txn, struct pl_store_info *info)
{
    MDB_cursor *cursor = NULL;
    MDB_val key_val;
    MDB_stat stat;
    MDB_val val;
    int rc = mdb_stat(txn, lmdb->frames, &stat);

    if (rc != MDB_SUCCESS) {
        return pl_lmdb_status(rc);
    }
    info->frames = stat.ms_entries;
    for (unsigned i = 0; i < PL_TABLES; i++) {
        rc = mdb_stat(txn, lmdb->tables[i], &stat);
        if (rc != MDB_SUCCESS) {
            return pl_lmdb_status(rc);
        }
        info->entries[i] = stat.ms_entries;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->frames, &cursor));
    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_FIRST));
    if (rc == PLACET_OK) {
        rc = pl_lmdb_key_read(&key_val, &info->first_frame_seq);
    }
    mdb_cursor_close(cursor);
    return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
}

static int store_info(struct pl_store *store, struct pl_store_info *info_out)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    struct pl_store_info info = {.last_seq = lmdb->last_seq};
    size_t oldest = SIZE_MAX;
    MDB_txn *txn = NULL;
    MDB_envinfo env;
    int rc = mdb_env_info(lmdb->env, &env);

    if (rc != MDB_SUCCESS) {
        return pl_lmdb_status(rc);
    }
    info.file_bytes = ((uint64_t)env.me_last_pgno + 1) * lmdb->page_size;
    info.map_bytes = lmdb->map_max;
    /* Before our own transaction begins: it is nobody's stuck reader. */
    if (mdb_reader_list(lmdb->env, oldest_reader, &oldest) >= 0 && oldest < env.me_last_txnid) {
        info.oldest_reader_age = env.me_last_txnid - oldest;
    }
    rc = pl_lmdb_read_begin(lmdb, &txn);
    if (rc < 0) {
        return rc;
    }
    info.used_bytes = pl_lmdb_space_used(lmdb, txn);
    rc = fill_info(lmdb, txn, &info);
    pl_lmdb_read_end(lmdb, txn);
    if (rc < 0) {
        return rc;
    }
    info.oldest_seq = info.first_frame_seq;
    info.segments = lmdb->segments.count;
    for (uint32_t i = 0; i < lmdb->segments.count; i++) {
        info.segment_bytes += lmdb->segments.at[i].bytes;
    }
    if (lmdb->segments.count > 0) {
        info.oldest_seq = lmdb->segments.at[0].first_seq;
    }
    *info_out = info;
    return PLACET_OK;
}

static bool store_nearly_full(struct pl_store *store)
{
    return pl_lmdb_space_short(pl_lmdb_of_store(store));
}

static int store_archive(struct pl_store *store, uint64_t before_seq)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_store(store);
    const int64_t now_ns = pl_lmdb_now_ns();
    int dead = 0;

    /* A tool that was killed while it read holds back the reuse of pages for ever. */
    if (now_ns - lmdb->readers_checked_ns >= CHECK_READERS_NS) {
        (void)mdb_reader_check(lmdb->env, &dead);
        lmdb->readers_checked_ns = now_ns;
    }
    return pl_lmdb_archive(lmdb, before_seq);
}

const struct pl_store_ops pl_lmdb_store_ops = {
    .begin = store_begin,
    .put = store_put,
    .trim = store_trim,
    .commit = store_commit,
    .abort = store_abort,
    .get = store_get,
    .visit = store_visit,
    .floor = store_floor,
    .info = store_info,
    .nearly_full = store_nearly_full,
    .archive = store_archive,
};
