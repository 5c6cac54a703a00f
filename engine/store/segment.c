#include "store/segment.h"

#include <errno.h>
#include <fcntl.h>
#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/bytes.h"
#include "store/segment_layout.h"

void pl_segment_name(uint64_t first_seq, uint64_t last_seq, char name_out[PL_SEGMENT_NAME_SIZE])
{
    (void)snprintf(name_out, PL_SEGMENT_NAME_SIZE, "%020llu-%020llu.plj",
                   (unsigned long long)first_seq, (unsigned long long)last_seq);
}

bool pl_segment_parse_name(const char *name, uint64_t *first_seq_out, uint64_t *last_seq_out)
{
    char again[PL_SEGMENT_NAME_SIZE];
    uint64_t first_seq;
    uint64_t last_seq;

    if (strlen(name) != PL_SEGMENT_NAME_SIZE - 1) {
        return false;
    }
    first_seq = strtoull(name, NULL, 10);
    last_seq = strtoull(name + 21, NULL, 10);
    pl_segment_name(first_seq, last_seq, again);
    if (strcmp(name, again) != 0 || first_seq == 0 || last_seq < first_seq) {
        return false;
    }
    *first_seq_out = first_seq;
    *last_seq_out = last_seq;
    return true;
}

/* Exactly `size` bytes, or PLACET_ECORRUPT where the file ends early. */
static int read_at(int fd, void *out, size_t size, uint64_t offset)
{
    uint8_t *at = out;

    while (size > 0) {
        const ssize_t got = pread(fd, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return got == 0 ? PLACET_ECORRUPT : PLACET_EIO;
        }
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return PLACET_OK;
}

static int read_ends(int fd, struct pl_segment *s)
{
    uint8_t header[HEADER_SIZE];
    uint8_t footer[FOOTER_SIZE];
    int rc = read_at(fd, header, sizeof header, 0);

    if (rc == PLACET_OK) {
        rc = read_at(fd, footer, sizeof footer, s->bytes - FOOTER_SIZE);
    }
    if (rc < 0) {
        return rc;
    }
    s->frames = pl_load_u32(footer + 4);
    s->first_seq = pl_load_u64(footer + 8);
    s->last_seq = pl_load_u64(footer + 16);
    s->index_at = pl_load_u64(footer + 24);
    memcpy(s->hash.at, footer + 32, PL_DIGEST_SIZE);
    memcpy(s->previous.at, header + 16, PL_DIGEST_SIZE);
    if (memcmp(header, "PLA1", 4) != 0 || pl_load_u32(header + 4) != SEGMENT_VERSION ||
        pl_load_u64(header + 8) != s->first_seq || memcmp(footer, "PLAE", 4) != 0 ||
        s->frames == 0 || s->index_at < HEADER_SIZE || s->index_at > s->bytes ||
        s->bytes - s->index_at != (uint64_t)s->frames * INDEX_ROW_SIZE + FOOTER_SIZE) {
        return PLACET_ECORRUPT;
    }
    return PLACET_OK;
}

int pl_segment_open(int dir_fd, const char *name, int *fd_out, struct pl_segment *segment_out)
{
    struct pl_segment s = {.first_seq = 0};
    struct stat info;
    uint64_t first_seq = 0;
    uint64_t last_seq = 0;
    const int fd = openat(dir_fd, name, O_RDONLY | O_CLOEXEC);
    int rc = PLACET_OK;

    if (fd < 0) {
        return PLACET_EIO;
    }
    if (!pl_segment_parse_name(name, &first_seq, &last_seq) || fstat(fd, &info) != 0 ||
        info.st_size < HEADER_SIZE + FOOTER_SIZE) {
        rc = PLACET_ECORRUPT;
    }
    if (rc == PLACET_OK) {
        s.bytes = (uint64_t)info.st_size;
        rc = read_ends(fd, &s);
    }
    if (rc == PLACET_OK && (s.first_seq != first_seq || s.last_seq != last_seq)) {
        rc = PLACET_ECORRUPT;
    }
    if (rc < 0) {
        (void)close(fd);
        return rc;
    }
    *fd_out = fd;
    *segment_out = s;
    return PLACET_OK;
}

static int read_row(int fd, const struct pl_segment *s, uint32_t number, uint64_t *seq_out,
                    uint64_t *offset_out)
{
    uint8_t row[INDEX_ROW_SIZE];
    const int rc = read_at(fd, row, sizeof row, s->index_at + (uint64_t)number * INDEX_ROW_SIZE);

    if (rc == PLACET_OK) {
        *seq_out = pl_load_u64(row);
        *offset_out = pl_load_u64(row + 8);
    }
    return rc;
}

int pl_segment_find(int fd, const struct pl_segment *segment, uint64_t seq, uint32_t *number_out)
{
    uint32_t low = 0; /* the newest frame that begins at or before `seq` is in [low, high) */
    uint32_t high = segment->frames;

    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        uint64_t first_seq = 0;
        uint64_t offset = 0;
        const int rc = read_row(fd, segment, middle, &first_seq, &offset);
        if (rc < 0) {
            return rc;
        }
        if (first_seq <= seq) {
            low = middle;
        } else {
            high = middle;
        }
    }
    *number_out = low;
    return PLACET_OK;
}

static int make_room(struct pl_segment_buffer *buffer, uint32_t size)
{
    uint8_t *at;

    if (size <= buffer->size) {
        return PLACET_OK;
    }
    at = realloc(buffer->at, size);
    if (at == NULL) {
        return PLACET_ENOMEM;
    }
    *buffer = (struct pl_segment_buffer){.at = at, .size = size};
    return PLACET_OK;
}

int pl_segment_read(int fd, const struct pl_segment *segment, uint32_t number,
                    enum pl_frame_proof proof, struct pl_segment_buffer *buffer,
                    struct pl_bytes *bytes_out, struct pl_frame *frame_out)
{
    uint8_t header[PL_FRAME_HEADER_SIZE];
    struct pl_frame frame;
    uint64_t first_seq = 0;
    uint64_t offset = 0;
    uint32_t size = 0;
    int rc = read_row(fd, segment, number, &first_seq, &offset);

    if (rc == PLACET_OK && (offset < HEADER_SIZE || offset > segment->index_at)) {
        rc = PLACET_ECORRUPT;
    }
    if (rc == PLACET_OK) {
        rc = read_at(fd, header, sizeof header, offset);
    }
    if (rc == PLACET_OK) {
        rc = pl_frame_size(header, &size);
    }
    if (rc == PLACET_OK && size > segment->index_at - offset) {
        rc = PLACET_ECORRUPT;
    }
    if (rc == PLACET_OK) {
        rc = make_room(buffer, size);
    }
    if (rc == PLACET_OK) {
        rc = read_at(fd, buffer->at, size, offset);
    }
    if (rc == PLACET_OK) {
        rc = pl_frame_parse(buffer->at, size, proof, &frame);
    }
    if (rc == PLACET_OK &&
        (frame.first_seq != first_seq || pl_frame_last_seq(&frame) > segment->last_seq)) {
        rc = PLACET_ECORRUPT;
    }
    if (rc == PLACET_OK) {
        *bytes_out = (struct pl_bytes){.at = buffer->at, .size = size};
        *frame_out = frame;
    }
    return rc;
}

int pl_segment_check(int fd, const struct pl_segment *segment)
{
    enum { CHUNK = 1 << 16 };
    uint8_t chunk[CHUNK];
    const uint64_t end = segment->bytes - 4;
    uint32_t crc = 0;

    for (uint64_t at = 0; at < end;) {
        const size_t size = end - at < CHUNK ? (size_t)(end - at) : CHUNK;
        const int rc = read_at(fd, chunk, size, at);
        if (rc < 0) {
            return rc;
        }
        crc = pl_crc32c(crc, chunk, size);
        at += size;
    }
    if (read_at(fd, chunk, 4, end) < 0) {
        return PLACET_EIO;
    }
    return pl_load_u32(chunk) == crc ? PLACET_OK : PLACET_ECORRUPT;
}
