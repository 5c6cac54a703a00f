/* The journal port: frames under their first sequence, in the store's transaction. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "store/inside.h"

static int journal_append(struct pl_journal *journal, uint64_t first_seq, struct pl_bytes frame)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_journal(journal);
    struct pl_lmdb_key key = pl_lmdb_key_of(first_seq);
    MDB_val key_val = pl_lmdb_key_val(&key);
    MDB_val val = {.mv_size = frame.size};
    struct pl_frame parsed;
    int rc;

    PL_CHECK(lmdb->txn != NULL);
    PL_CHECK(pl_frame_parse(frame.at, frame.size, PL_FRAME_HEADER, &parsed) == PLACET_OK);
    PL_CHECK(first_seq == lmdb->pending_seq + 1 && parsed.first_seq == first_seq);
    rc = mdb_put(lmdb->txn, lmdb->frames, &key_val, &val, MDB_APPEND | MDB_RESERVE);
    if (rc != MDB_SUCCESS) {
        return pl_lmdb_status(rc);
    }
    memcpy(val.mv_data, frame.at, frame.size);
    lmdb->pending_seq = pl_frame_last_seq(&parsed);
    return PLACET_OK;
}

static int journal_seal(struct pl_journal *journal)
{
    (void)journal; /* durable with the commit of the store */
    return PLACET_OK;
}

/* Sets the cursor on the frame that contains `seq`, or on the oldest after it. */
static int seek(MDB_cursor *cursor, uint64_t seq, MDB_val *key_val, MDB_val *val)
{
    struct pl_lmdb_key key = pl_lmdb_key_of(seq);
    uint64_t found = 0;
    int rc;

    *key_val = pl_lmdb_key_val(&key);
    rc = pl_lmdb_status(mdb_cursor_get(cursor, key_val, val, MDB_SET_RANGE));
    if (rc == PLACET_OK) {
        rc = pl_lmdb_key_read(key_val, &found);
        if (rc < 0 || found == seq) {
            return rc;
        }
        rc = pl_lmdb_status(mdb_cursor_get(cursor, key_val, val, MDB_PREV));
        if (rc == PLACET_ENOTFOUND) {
            return pl_lmdb_status(mdb_cursor_get(cursor, key_val, val, MDB_FIRST));
        }
        return rc;
    }
    return rc == PLACET_ENOTFOUND ? pl_lmdb_status(mdb_cursor_get(cursor, key_val, val, MDB_LAST))
                                  : rc;
}

struct reading {
    uint64_t next_seq; /* the event that the next frame must contain */
    uint32_t frames_left;
    bool at_end;
    pl_journal_visit *visit;
    void *context;
};

/* Hands over one frame that continues from next_seq. */
static int hand_over(struct reading *r, struct pl_bytes bytes, const struct pl_frame *frame)
{
    r->frames_left--;
    r->next_seq = pl_frame_last_seq(frame) + 1;
    return r->visit(r->context, bytes);
}

/* Checks one frame and its place and hands it over. */
static int read_frame(struct reading *r, const MDB_val *key_val, const MDB_val *val)
{
    struct pl_frame frame = {0};
    uint64_t key = 0;
    int rc = pl_lmdb_key_read(key_val, &key);

    if (rc == PLACET_OK) {
        rc = pl_stored_frame(key, val, &frame);
    }
    if (rc == PLACET_OK && frame.first_seq > r->next_seq) {
        rc = PLACET_ECORRUPT; /* a hole */
    }
    if (rc < 0) {
        return rc;
    }
    if (pl_frame_last_seq(&frame) < r->next_seq) {
        r->at_end = true; /* asked for what is still to come */
        return PLACET_OK;
    }
    return hand_over(r, (struct pl_bytes){val->mv_data, (uint32_t)val->mv_size}, &frame);
}

/* One read transaction's worth of the hot ring. */
static int read_some(struct pl_lmdb *lmdb, struct reading *r)
{
    const int64_t end_ns = pl_lmdb_now_ns() + PL_READ_NS_MAX;
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    MDB_val key_val;
    MDB_val val;
    int rc = pl_lmdb_read_begin(lmdb, &txn);

    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->frames, &cursor));
    if (rc == PLACET_OK) {
        rc = seek(cursor, r->next_seq, &key_val, &val);
        if (rc == PLACET_ENOTFOUND) { /* the ring is empty: everything is archived */
            r->at_end = true;
            rc = PLACET_OK;
        }
    }
    for (unsigned n = 0; rc == PLACET_OK && !r->at_end; n++) {
        rc = read_frame(r, &key_val, &val);
        if (rc != 0 || r->frames_left == 0 || n == PL_READ_ENTRIES_MAX ||
            pl_lmdb_now_ns() >= end_ns) {
            break;
        }
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_NEXT));
        if (rc == PLACET_ENOTFOUND) {
            r->at_end = true;
            rc = PLACET_OK;
        }
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    return rc;
}

int pl_lmdb_oldest_hot(struct pl_lmdb *lmdb, uint64_t *seq_out)
{
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    MDB_val key_val;
    MDB_val val;
    int rc = pl_lmdb_read_begin(lmdb, &txn);

    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->frames, &cursor));
    if (rc == PLACET_OK) {
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_FIRST));
        if (rc == PLACET_OK) {
            rc = pl_lmdb_key_read(&key_val, seq_out);
        }
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    return rc;
}

/* The rest of the segment that contains next_seq. */
static int read_segment(struct pl_lmdb *lmdb, struct reading *r, uint32_t position)
{
    const struct pl_segment_range range = lmdb->segments.at[position];
    struct pl_segment_buffer buffer = {.at = NULL};
    char name[PL_SEGMENT_NAME_SIZE];
    struct pl_segment segment;
    uint32_t number = 0;
    int fd = -1;
    int rc;

    pl_segment_name(range.first_seq, range.last_seq, name);
    rc = pl_segment_open(lmdb->segments.dir_fd, name, &fd, &segment);
    if (rc < 0) {
        return rc;
    }
    rc = pl_segment_find(fd, &segment, r->next_seq, &number);
    while (rc == 0 && number < segment.frames && r->frames_left > 0) {
        struct pl_bytes bytes;
        struct pl_frame frame;
        rc = pl_segment_read(fd, &segment, number, PL_FRAME_CRC, &buffer, &bytes, &frame);
        if (rc == PLACET_OK &&
            (frame.first_seq > r->next_seq || pl_frame_last_seq(&frame) < r->next_seq)) {
            rc = PLACET_ECORRUPT;
        }
        if (rc == PLACET_OK) {
            rc = hand_over(r, bytes, &frame);
        }
        number++;
    }
    if (rc == 0 && number == segment.frames && r->next_seq != range.last_seq + 1) {
        rc = PLACET_ECORRUPT;
    }
    free(buffer.at);
    (void)close(fd);
    return rc;
}

/* Oldest event that is kept, or PLACET_ENOTFOUND. */
static int oldest_kept(struct pl_lmdb *lmdb, uint64_t *seq_out)
{
    if (lmdb->segments.count > 0) {
        *seq_out = lmdb->segments.at[0].first_seq;
        return PLACET_OK;
    }
    return pl_lmdb_oldest_hot(lmdb, seq_out);
}

/* One piece: of a segment, or of the hot ring. Another process may archive while this one reads:
 * what is not hot any more is in a new segment. */
static int read_piece(struct pl_lmdb *lmdb, struct reading *r)
{
    uint32_t position = 0;
    int rc;

    if (pl_segments_find(&lmdb->segments, r->next_seq, &position) == PLACET_OK) {
        return read_segment(lmdb, r, position);
    }
    rc = read_some(lmdb, r);
    if (rc == PLACET_ECORRUPT && lmdb->read_only) {
        const uint64_t last_seq = pl_segments_last(&lmdb->segments);
        const int again = pl_segments_refresh(&lmdb->segments);
        if (again < 0) {
            return again;
        }
        rc = pl_segments_last(&lmdb->segments) > last_seq ? PLACET_OK : rc;
    }
    return rc;
}

int pl_lmdb_check_ring(struct pl_lmdb *lmdb, MDB_txn *txn)
{
    MDB_cursor *cursor = NULL;
    MDB_cursor_op op = MDB_FIRST;
    uint64_t before = 0;
    uint64_t count = 0;
    MDB_stat stat;
    int rc = pl_lmdb_status(mdb_stat(txn, lmdb->frames, &stat));

    if (rc == PLACET_OK) {
        rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->frames, &cursor));
    }
    while (rc == PLACET_OK) {
        uint64_t key = 0;
        MDB_val key_val;
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, NULL, op));
        op = MDB_NEXT;
        if (rc == PLACET_OK) {
            rc = pl_lmdb_key_read(&key_val, &key);
        }
        if (rc == PLACET_OK && key <= before) {
            rc = PLACET_ECORRUPT;
        }
        before = key;
        count++;
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    if (rc != PLACET_ENOTFOUND) {
        return rc;
    }
    return count - 1 == stat.ms_entries ? PLACET_OK : PLACET_ECORRUPT;
}

static int journal_read(struct pl_journal *journal, uint64_t from_seq, uint32_t frames_max,
                        pl_journal_visit *visit, void *context)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_journal(journal);
    struct reading r = {
        .next_seq = from_seq, .frames_left = frames_max, .visit = visit, .context = context};
    uint64_t oldest = 0;
    int rc = oldest_kept(lmdb, &oldest);

    if (rc == PLACET_ENOTFOUND) {
        return lmdb->last_seq == 0 ? PLACET_OK : PLACET_ECORRUPT;
    }
    if (rc == PLACET_OK && from_seq < oldest) {
        return PLACET_ENOTFOUND;
    }
    while (rc == 0 && r.frames_left > 0 && !r.at_end) {
        rc = read_piece(lmdb, &r);
    }
    if (rc == 0 && r.at_end && r.next_seq <= lmdb->last_seq) {
        return PLACET_ECORRUPT; /* the newest frames are gone */
    }
    return rc;
}

/* The last frame of the newest segment: all frames may be archived. */
static int last_archived(struct pl_lmdb *lmdb, pl_journal_visit *visit, void *context)
{
    struct reading r = {.next_seq = pl_segments_last(&lmdb->segments),
                        .frames_left = 1,
                        .visit = visit,
                        .context = context};

    return r.next_seq == 0 ? PLACET_ENOTFOUND : read_segment(lmdb, &r, lmdb->segments.count - 1);
}

static int journal_last(struct pl_journal *journal, pl_journal_visit *visit, void *context)
{
    struct pl_lmdb *lmdb = pl_lmdb_of_journal(journal);
    struct pl_frame frame;
    MDB_cursor *cursor = NULL;
    MDB_txn *txn = NULL;
    uint64_t key = 0;
    MDB_val key_val;
    MDB_val val;
    bool hot;
    int rc = pl_lmdb_read_begin(lmdb, &txn);

    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_status(mdb_cursor_open(txn, lmdb->frames, &cursor));
    if (rc == PLACET_OK) {
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_LAST));
    }
    hot = rc != PLACET_ENOTFOUND;
    if (rc == PLACET_OK) {
        rc = pl_lmdb_key_read(&key_val, &key);
    }
    if (rc == PLACET_OK) {
        rc = pl_stored_frame(key, &val, &frame);
    }
    if (rc == PLACET_OK) {
        rc = visit(context, (struct pl_bytes){val.mv_data, (uint32_t)val.mv_size});
    }
    if (cursor != NULL) {
        mdb_cursor_close(cursor);
    }
    pl_lmdb_read_end(lmdb, txn);
    return hot ? rc : last_archived(lmdb, visit, context);
}

const struct pl_journal_ops pl_lmdb_journal_ops = {
    .append = journal_append,
    .seal = journal_seal,
    .read = journal_read,
    .last = journal_last,
};
