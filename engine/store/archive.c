/* Moves old frames from the hot ring to sealed segments.
 *
 * Frames are copied a slice at a time into the segment under way; when it is sealed under its name
 * they are deleted a slice at a time, most of them in passing by the commits of the engine. Until
 * then they lie in both places, and readers look into the segments first. A crash loses the segment
 * under way and nothing else. */
#include <string.h>

#include "base/check.h"
#include "store/inside.h"

/* One slice: about a millisecond of copying and checking. */
#define SLICE_BYTES   (1u << 20)
#define SLICE_FRAMES  256u

/* Deleted by one call when nothing else commits. */
#define SLICE_DELETED 512u

/* After a failure (a full disk) the next try waits. */
#define RETRY_NS      10000000000

/* Whether the oldest hot frame is archived already. */
static int oldest_is_archived(struct pl_lmdb *lmdb, bool *archived_out)
{
    uint64_t oldest = 0;
    const int rc = pl_lmdb_oldest_hot(lmdb, &oldest);

    if (rc == PLACET_OK || rc == PLACET_ENOTFOUND) {
        *archived_out = rc == PLACET_OK && oldest <= pl_segments_last(&lmdb->segments);
        return PLACET_OK;
    }
    return rc;
}

int pl_lmdb_archive_trim(struct pl_lmdb *lmdb, uint32_t frames_max)
{
    return pl_lmdb_trim(lmdb->txn, lmdb->frames, pl_segments_last(&lmdb->segments) + 1, frames_max);
}

static int delete_slice(struct pl_lmdb *lmdb)
{
    const struct pl_store_ops *ops = lmdb->store.ops;
    int rc = ops->begin(&lmdb->store);

    if (rc < 0) {
        return rc;
    }
    rc = pl_lmdb_archive_trim(lmdb, SLICE_DELETED);
    if (rc < 0) {
        ops->abort(&lmdb->store);
        return rc;
    }
    return ops->commit(&lmdb->store);
}

struct slice {
    struct pl_lmdb *lmdb;
    uint64_t before_seq;
    uint32_t bytes;
    bool segment_full;
};

enum { SLICE_ENDS = 1 };

static int copy_frame(void *context, struct pl_bytes bytes)
{
    struct slice *slice = context;
    struct pl_lmdb *lmdb = slice->lmdb;
    struct pl_segment_writer *w = &lmdb->archiver;
    struct pl_frame frame;
    int rc = pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HEADER, &frame);

    if (rc < 0) {
        return rc;
    }
    if (pl_frame_last_seq(&frame) >= slice->before_seq) {
        return SLICE_ENDS;
    }
    rc = pl_segment_add(w, bytes, &frame);
    if (rc < 0) {
        return rc;
    }
    slice->bytes += bytes.size;
    slice->segment_full =
        w->segment.frames == lmdb->segment_frames || w->offset >= lmdb->segment_bytes;
    return slice->segment_full || slice->bytes >= SLICE_BYTES ? SLICE_ENDS : 0;
}

/* First event of the next frame to copy. Without any segment the ring says where it begins: old
 * segments may have been taken away. */
static uint64_t next_seq(struct pl_lmdb *lmdb)
{
    uint64_t oldest = 0;

    if (lmdb->archiving && lmdb->archiver.segment.frames > 0) {
        return lmdb->archiver.segment.last_seq + 1;
    }
    if (lmdb->segments.count > 0) {
        return pl_segments_last(&lmdb->segments) + 1;
    }
    return pl_lmdb_oldest_hot(lmdb, &oldest) == PLACET_OK ? oldest : lmdb->last_seq + 1;
}

/* Copies one slice and seals when the segment is full. 1 when there is more to do. */
static int copy_slice(struct pl_lmdb *lmdb, uint64_t before_seq)
{
    struct pl_segment_writer *w = &lmdb->archiver;
    struct slice slice = {.lmdb = lmdb, .before_seq = before_seq};
    struct pl_segment sealed;
    int rc =
        lmdb->journal.ops->read(&lmdb->journal, next_seq(lmdb), SLICE_FRAMES, copy_frame, &slice);

    if (rc < 0) {
        return rc;
    }
    pl_segment_start_writing(w);
    if (!slice.segment_full) {
        return slice.bytes > 0 ? 1 : 0;
    }
    rc = pl_segment_seal(w, &sealed);
    if (rc < 0) {
        return rc;
    }
    lmdb->archiving = false;
    rc = pl_segments_add(&lmdb->segments, &sealed);
    return rc < 0 ? rc : 1;
}

int pl_lmdb_archive(struct pl_lmdb *lmdb, uint64_t before_seq)
{
    bool archived = false;
    int rc;

    PL_CHECK(lmdb->txn == NULL);
    if (lmdb->archive_failed_ns != 0 && pl_lmdb_now_ns() - lmdb->archive_failed_ns < RETRY_NS) {
        return 0;
    }
    rc = oldest_is_archived(lmdb, &archived);
    if (rc == PLACET_OK && archived) {
        rc = delete_slice(lmdb);
        return rc < 0 ? rc : 1;
    }
    /* The disk's last bytes belong to the reserve. */
    if (rc == PLACET_OK && (next_seq(lmdb) >= before_seq || next_seq(lmdb) > lmdb->last_seq ||
                            pl_lmdb_space_short(lmdb))) {
        return 0;
    }
    if (rc == PLACET_OK && !lmdb->archiving) {
        rc = pl_segment_begin(&lmdb->archiver, lmdb->segments.dir_fd, lmdb->segment_frames);
        lmdb->archiving = rc == PLACET_OK;
    }
    if (rc == PLACET_OK) {
        rc = copy_slice(lmdb, before_seq);
    }
    if (rc < 0) {
        pl_lmdb_archive_stop(lmdb);
        lmdb->archive_failed_ns = pl_lmdb_now_ns();
    }
    return rc;
}

void pl_lmdb_archive_stop(struct pl_lmdb *lmdb)
{
    if (lmdb->archiving) {
        pl_segment_abandon(&lmdb->archiver);
        lmdb->archiving = false;
    }
}
