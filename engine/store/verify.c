/* Reads a whole store and says what is wrong with it. */
#include <errno.h>
#include <fcntl.h>
#include <placet/store.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/inside.h"
#include "store/pages.h"

struct verifier {
    placet_store_report *report;
    void *context;
    struct placet_store_checked checked;
    uint64_t next_seq; /* 0 = any: no frame yet */
    struct pl_digest hash;
};

static void found(struct verifier *v, const char *place, uint64_t key, const char *what)
{
    const struct placet_store_finding finding = {.place = place, .key = key, .what = what};

    v->checked.findings++;
    v->report(v->context, &finding);
}

static void found_page(void *context, uint64_t page, const char *what)
{
    found(context, "data.mdb", page, what);
}

/* A frame that is right in itself: whether it continues the chain. */
static void check_place(struct verifier *v, const char *place, const struct pl_frame *frame)
{
    if (v->next_seq != 0 && frame->first_seq != v->next_seq) {
        found(v, place, frame->first_seq, "does not follow the event before it");
    } else if (v->next_seq != 0 && memcmp(frame->previous.at, v->hash.at, PL_DIGEST_SIZE) != 0) {
        found(v, place, frame->first_seq, "does not carry the hash of the frame before it");
    }
    if (v->checked.frames == 0) {
        v->checked.first_seq = frame->first_seq;
    }
    v->next_seq = pl_frame_last_seq(frame) + 1;
    v->hash = frame->hash;
    v->checked.frames++;
    v->checked.events += frame->count;
    v->checked.last_seq = pl_frame_last_seq(frame);
    memcpy(v->checked.hash, frame->hash.at, PL_DIGEST_SIZE);
}

static int verify_frames_of_segment(struct verifier *v, const char *place, int fd,
                                    const struct pl_segment *segment)
{
    struct pl_segment_buffer buffer = {.at = NULL};
    int rc = PLACET_OK;

    for (uint32_t i = 0; i < segment->frames; i++) {
        struct pl_bytes bytes;
        struct pl_frame frame;
        rc = pl_segment_read(fd, segment, i, PL_FRAME_HASH, &buffer, &bytes, &frame);
        if (rc == PLACET_OK) {
            check_place(v, place, &frame);
        } else if (rc == PLACET_ECORRUPT) {
            found(v, place, i, "has a frame that fails its checks");
            rc = PLACET_OK;
        } else {
            break;
        }
    }
    free(buffer.at);
    if (rc == PLACET_OK && v->next_seq != segment->last_seq + 1) {
        found(v, place, segment->last_seq, "ends with another event than its name says");
        v->next_seq = segment->last_seq + 1;
        v->hash = segment->hash;
    }
    return rc;
}

static int verify_segment(struct verifier *v, const struct pl_segments *segments, uint32_t position)
{
    const struct pl_segment_range *range = &segments->at[position];
    char place[PL_SEGMENT_NAME_SIZE + 8];
    char name[PL_SEGMENT_NAME_SIZE];
    struct pl_segment segment;
    int fd = -1;
    int rc;

    pl_segment_name(range->first_seq, range->last_seq, name);
    (void)snprintf(place, sizeof place, "archive/%s", name);
    rc = pl_segment_open(segments->dir_fd, name, &fd, &segment);
    if (rc == PLACET_ECORRUPT) {
        found(v, place, 0, "has a broken beginning or end");
        v->next_seq = 0; /* the chain is picked up behind it */
        return PLACET_OK;
    }
    if (rc < 0) {
        return rc;
    }
    rc = pl_segment_check(fd, &segment);
    if (rc == PLACET_ECORRUPT) {
        found(v, place, 0, "fails the checksum of the file");
        rc = PLACET_OK;
    }
    if (rc == PLACET_OK) {
        rc = verify_frames_of_segment(v, place, fd, &segment);
    }
    (void)close(fd);
    v->checked.segments++;
    return rc;
}

/* Segments from `*position` on. */
static int verify_segments(struct verifier *v, const struct pl_segments *segments,
                           uint32_t *position)
{
    int rc = PLACET_OK;

    for (; rc == PLACET_OK && *position < segments->count; ++*position) {
        rc = verify_segment(v, segments, *position);
    }
    return rc;
}

/* Where a walk through a table is; it lets go of its snapshot now and then. */
struct walk {
    struct verifier *verifier;
    const char *place;
    MDB_dbi dbi;
    int table; /* PL_TABLES: the journal */
    uint64_t key;
    bool at_end;
};

static void check_hot_frame(struct walk *w, uint64_t key, const MDB_val *val)
{
    struct verifier *v = w->verifier;
    struct pl_frame frame;

    if (pl_frame_parse(val->mv_data, val->mv_size, PL_FRAME_HASH, &frame) < 0 ||
        frame.first_seq != key) {
        found(v, w->place, key, "has a frame that fails its checks");
        return;
    }
    check_place(v, w->place, &frame);
}

static int walk_some(struct pl_lmdb *lmdb, struct walk *w)
{
    const int64_t end_ns = pl_lmdb_now_ns() + PL_READ_NS_MAX;
    struct pl_lmdb_key key_bytes = pl_lmdb_key_of(w->key);
    MDB_val key_val = pl_lmdb_key_val(&key_bytes);
    MDB_cursor_op op = MDB_SET_RANGE;
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    int rc = pl_lmdb_read_begin(lmdb, &txn);

    if (rc < 0) {
        return rc;
    }
    rc = mdb_cursor_open(txn, w->dbi, &cursor);
    while (rc == MDB_SUCCESS && pl_lmdb_now_ns() < end_ns) {
        struct pl_bytes bytes;
        uint64_t key = 0;
        MDB_val val;
        rc = mdb_cursor_get(cursor, &key_val, &val, op);
        if (rc != MDB_SUCCESS) {
            break;
        }
        op = MDB_NEXT;
        if (pl_lmdb_key_read(&key_val, &key) < 0) {
            found(w->verifier, w->place, 0, "has a key of a wrong size");
            continue;
        }
        w->key = key + 1;
        if (w->table == PL_TABLES) {
            check_hot_frame(w, key, &val);
        } else if (pl_stored_open((enum pl_table)w->table, key, &val, &bytes) < 0) {
            found(w->verifier, w->place, key, "has a value that fails its checksum");
        } else {
            w->verifier->checked.values++;
        }
    }
    w->at_end = rc != MDB_SUCCESS;
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    return rc == MDB_NOTFOUND ? PLACET_OK : pl_lmdb_status(rc);
}

static void verify_table(struct verifier *v, struct pl_lmdb *lmdb, int table, uint64_t from_key)
{
    struct walk w = {.verifier = v,
                     .place = pl_lmdb_table_names[table],
                     .dbi = table == PL_TABLES ? lmdb->frames : lmdb->tables[table],
                     .table = table,
                     .key = from_key};
    int rc = PLACET_OK;

    while (rc == PLACET_OK && !w.at_end) {
        rc = walk_some(lmdb, &w);
    }
    if (rc < 0) {
        found(v, w.place, w.key, "cannot be read further");
    }
}

/* Frames that are hot, and those that an engine archives meanwhile. */
static int verify_journal(struct verifier *v, struct pl_lmdb *lmdb)
{
    uint32_t position = 0;
    uint64_t oldest = 0;
    int rc = verify_segments(v, &lmdb->segments, &position);

    while (rc == PLACET_OK && lmdb->segments.count > 0 &&
           pl_lmdb_oldest_hot(lmdb, &oldest) == PLACET_OK &&
           oldest > pl_segments_last(&lmdb->segments) + 1) {
        rc = pl_segments_refresh(&lmdb->segments);
        if (rc == PLACET_OK && position == lmdb->segments.count) {
            break; /* nothing was archived: a hole, which the walk reports */
        }
        rc = rc == PLACET_OK ? verify_segments(v, &lmdb->segments, &position) : rc;
    }
    if (rc == PLACET_OK) {
        verify_table(v, lmdb, PL_TABLES, pl_segments_last(&lmdb->segments) + 1);
        if (v->checked.last_seq < lmdb->last_seq) {
            found(v, "journal", lmdb->last_seq, "is the newest event and was not found");
        }
    }
    return rc;
}

static int verify_pages(struct verifier *v, const char *dir, struct placet_error *err)
{
    char path[4096];
    int fd;
    int rc;

    (void)snprintf(path, sizeof path, "%s/data.mdb", dir);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        return pl_place_fail(err, errno == ENOENT ? PLACET_ENOTFOUND : PLACET_EIO, dir, "%s",
                             errno == ENOENT ? "there is no store here" : strerror(errno));
    }
    rc = pl_pages_check(fd, found_page, v, &v->checked.pages);
    (void)close(fd);
    return rc < 0 && rc != PLACET_ECORRUPT ? pl_place_fail(err, rc, dir, "cannot read data.mdb")
                                           : rc;
}

/* The archive alone, when data.mdb is not to be trusted. */
static int verify_archive(struct verifier *v, const char *dir)
{
    struct pl_segments segments = {.dir_fd = -1};
    const int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    uint32_t position = 0;
    int rc = fd >= 0 ? pl_segments_open(&segments, fd) : PLACET_EIO;

    if (rc == PLACET_ECORRUPT) {
        found(v, "archive", 0, "misses a segment between two others");
        rc = PLACET_OK;
    } else if (rc == PLACET_OK) {
        rc = verify_segments(v, &segments, &position);
    }
    pl_segments_close(&segments);
    if (fd >= 0) {
        (void)close(fd);
    }
    return rc;
}

int placet_store_verify(const char *dir, placet_store_report *report, void *context,
                        struct placet_store_checked *checked_out, struct placet_error *err)
{
    struct verifier v = {.report = report, .context = context};
    struct pl_lmdb *lmdb = NULL;
    struct placet_error why;
    int rc = PLACET_OK;

    /* LMDB trusts its pages: they are looked at first, unless somebody writes them. */
    if (pl_place_engine(dir) == 0) {
        rc = verify_pages(&v, dir, err);
    }
    if (rc < 0 && rc != PLACET_ECORRUPT) {
        return rc;
    }
    if (rc == PLACET_OK) {
        rc = pl_lmdb_open_to_read(dir, &lmdb, &why);
        if (rc == PLACET_ECORRUPT) {
            found(&v, "data.mdb", 0, why.message);
        } else if (rc < 0) {
            return pl_place_fail(err, rc, dir, "%s", why.message);
        }
    }
    if (lmdb == NULL) {
        rc = verify_archive(&v, dir);
    } else {
        rc = verify_journal(&v, lmdb);
        for (int table = 0; rc == PLACET_OK && table < PL_TABLES; table++) {
            verify_table(&v, lmdb, table, 0);
        }
    }
    pl_lmdb_close(&lmdb);
    if (rc < 0) {
        return pl_place_fail(err, rc, dir, "cannot read the whole store");
    }
    *checked_out = v.checked;
    return v.checked.findings == 0
               ? PLACET_OK
               : pl_place_fail(err, PLACET_ECORRUPT, dir, "%llu mistakes in the store",
                               (unsigned long long)v.checked.findings);
}
