/* Writes a segment: all of it under a temporary name, synchronised, then renamed. */
#include <errno.h>
#include <fcntl.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/check.h"
#include "store/segment.h"
#include "store/segment_layout.h"

/* The one under way; what a crash left of it is overwritten. */
static const char tmp_name[] = "next.tmp";

static int write_status(void)
{
    return errno == ENOSPC || errno == EDQUOT ? PLACET_EFULL : PLACET_EIO;
}

static int append(struct pl_segment_writer *w, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    w->crc = pl_crc32c(w->crc, bytes, size);
    while (size > 0) {
        const ssize_t done = pwrite(w->fd, at, size, (off_t)w->offset);
        if (done < 0 && errno != EINTR) {
            return write_status();
        }
        if (done > 0) {
            at += done;
            size -= (size_t)done;
            w->offset += (uint64_t)done;
        }
    }
    return PLACET_OK;
}

int pl_segment_begin(struct pl_segment_writer *w, int dir_fd, uint32_t frames_max)
{
    const int fd = openat(dir_fd, tmp_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    uint8_t *index;

    if (fd < 0) {
        return write_status();
    }
    index = malloc((size_t)frames_max * INDEX_ROW_SIZE);
    if (index == NULL) {
        (void)close(fd);
        return PLACET_ENOMEM;
    }
    *w = (struct pl_segment_writer){
        .dir_fd = dir_fd, .fd = fd, .offset = 0, .index = index, .index_max = frames_max};
    return PLACET_OK;
}

static int append_header(struct pl_segment_writer *w, const struct pl_frame *first)
{
    uint8_t header[HEADER_SIZE];

    w->segment.first_seq = first->first_seq;
    w->segment.last_seq = first->first_seq - 1;
    w->segment.previous = first->previous;
    w->segment.hash = first->previous;
    memcpy(header, "PLA1", 4);
    pl_save_u32(header + 4, SEGMENT_VERSION);
    pl_save_u64(header + 8, first->first_seq);
    memcpy(header + 16, first->previous.at, PL_DIGEST_SIZE);
    return append(w, header, sizeof header);
}

int pl_segment_add(struct pl_segment_writer *w, struct pl_bytes bytes, const struct pl_frame *frame)
{
    struct pl_segment *s = &w->segment;
    int rc = PLACET_OK;

    PL_CHECK(s->frames < w->index_max);
    if (s->frames == 0) {
        rc = append_header(w, frame);
    }
    if (rc < 0) {
        return rc;
    }
    if (frame->first_seq != s->last_seq + 1 ||
        memcmp(frame->previous.at, s->hash.at, PL_DIGEST_SIZE) != 0) {
        return PLACET_ECORRUPT;
    }
    pl_save_u64(w->index + (size_t)s->frames * INDEX_ROW_SIZE, frame->first_seq);
    pl_save_u64(w->index + (size_t)s->frames * INDEX_ROW_SIZE + 8, w->offset);
    rc = append(w, bytes.at, bytes.size);
    if (rc == PLACET_OK) {
        s->frames++;
        s->last_seq = pl_frame_last_seq(frame);
        s->hash = frame->hash;
    }
    return rc;
}

void pl_segment_start_writing(struct pl_segment_writer *w)
{
    (void)sync_file_range(w->fd, (off_t)w->started_at, (off_t)(w->offset - w->started_at),
                          SYNC_FILE_RANGE_WRITE);
    w->started_at = w->offset;
}

static int append_footer(struct pl_segment_writer *w)
{
    const struct pl_segment *s = &w->segment;
    const uint64_t index_at = w->offset;
    uint8_t footer[FOOTER_SIZE];
    int rc = append(w, w->index, (size_t)s->frames * INDEX_ROW_SIZE);

    if (rc < 0) {
        return rc;
    }
    memcpy(footer, "PLAE", 4);
    pl_save_u32(footer + 4, s->frames);
    pl_save_u64(footer + 8, s->first_seq);
    pl_save_u64(footer + 16, s->last_seq);
    pl_save_u64(footer + 24, index_at);
    memcpy(footer + 32, s->hash.at, PL_DIGEST_SIZE);
    rc = append(w, footer, FOOTER_SIZE - 4);
    if (rc < 0) {
        return rc;
    }
    w->segment.index_at = index_at;
    pl_save_u32(footer, w->crc);
    return append(w, footer, 4);
}

static void end(struct pl_segment_writer *w)
{
    (void)close(w->fd);
    free(w->index);
    w->fd = -1;
    w->index = NULL;
}

int pl_segment_seal(struct pl_segment_writer *w, struct pl_segment *segment_out)
{
    char name[PL_SEGMENT_NAME_SIZE];
    int rc;

    PL_CHECK(w->segment.frames > 0);
    rc = append_footer(w);
    if (rc < 0) {
        return rc;
    }
    pl_segment_name(w->segment.first_seq, w->segment.last_seq, name);
    if (fsync(w->fd) != 0 || renameat(w->dir_fd, tmp_name, w->dir_fd, name) != 0) {
        return write_status();
    }
    if (fsync(w->dir_fd) != 0) {
        return PLACET_EIO;
    }
    w->segment.bytes = w->offset;
    *segment_out = w->segment;
    end(w);
    return PLACET_OK;
}

void pl_segment_abandon(struct pl_segment_writer *w)
{
    end(w);
    (void)unlinkat(w->dir_fd, tmp_name, 0);
}
