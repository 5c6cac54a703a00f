#include "store/segments.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <placet/error.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/check.h"

static int grow(struct pl_segments *segments)
{
    const uint32_t room = segments->room == 0 ? 64 : segments->room * 2;
    struct pl_segment_range *at;

    if (segments->count < segments->room) {
        return PLACET_OK;
    }
    at = reallocarray(segments->at, room, sizeof *at);
    if (at == NULL) {
        return PLACET_ENOMEM;
    }
    segments->at = at;
    segments->room = room;
    return PLACET_OK;
}

static int by_first_seq(const void *a, const void *b)
{
    const struct pl_segment_range *left = a;
    const struct pl_segment_range *right = b;

    return (left->first_seq > right->first_seq) - (left->first_seq < right->first_seq);
}

static int list(struct pl_segments *segments, DIR *dir)
{
    const struct dirent *entry;

    segments->count = 0;
    while ((entry = readdir(dir)) != NULL) {
        struct pl_segment_range range;
        struct stat info;
        int rc;
        if (!pl_segment_parse_name(entry->d_name, &range.first_seq, &range.last_seq)) {
            continue;
        }
        rc = grow(segments);
        if (rc < 0) {
            return rc;
        }
        if (fstatat(segments->dir_fd, entry->d_name, &info, 0) != 0) {
            return PLACET_EIO;
        }
        range.bytes = (uint64_t)info.st_size;
        segments->at[segments->count++] = range;
    }
    if (segments->count > 0) {
        qsort(segments->at, segments->count, sizeof *segments->at, by_first_seq);
    }
    for (uint32_t i = 1; i < segments->count; i++) {
        if (segments->at[i].first_seq != segments->at[i - 1].last_seq + 1) {
            return PLACET_ECORRUPT;
        }
    }
    return PLACET_OK;
}

int pl_segments_refresh(struct pl_segments *segments)
{
    const int fd = openat(segments->dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir;
    int rc;

    if (fd < 0) {
        return PLACET_EIO;
    }
    dir = fdopendir(fd);
    if (dir == NULL) {
        (void)close(fd);
        return PLACET_ENOMEM;
    }
    rc = list(segments, dir);
    (void)closedir(dir);
    if (rc < 0) {
        segments->count = 0;
    }
    return rc;
}

int pl_segments_open(struct pl_segments *segments, int store_fd)
{
    *segments = (struct pl_segments){
        .dir_fd = openat(store_fd, "archive", O_RDONLY | O_DIRECTORY | O_CLOEXEC)};
    if (segments->dir_fd < 0) {
        return errno == ENOENT ? PLACET_ECORRUPT : PLACET_EIO;
    }
    return pl_segments_refresh(segments);
}

void pl_segments_close(struct pl_segments *segments)
{
    if (segments->dir_fd >= 0) {
        (void)close(segments->dir_fd);
    }
    free(segments->at);
    *segments = (struct pl_segments){.dir_fd = -1};
}

int pl_segments_add(struct pl_segments *segments, const struct pl_segment *segment)
{
    const int rc = grow(segments);

    if (rc < 0) {
        return rc;
    }
    PL_CHECK(segments->count == 0 || segment->first_seq == pl_segments_last(segments) + 1);
    segments->at[segments->count++] =
        (struct pl_segment_range){segment->first_seq, segment->last_seq, segment->bytes};
    return PLACET_OK;
}

uint64_t pl_segments_last(const struct pl_segments *segments)
{
    return segments->count == 0 ? 0 : segments->at[segments->count - 1].last_seq;
}

int pl_segments_find(const struct pl_segments *segments, uint64_t seq, uint32_t *position_out)
{
    uint32_t low = 0;
    uint32_t high = segments->count;

    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        if (segments->at[middle].last_seq < seq) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    if (low == segments->count || segments->at[low].first_seq > seq) {
        return PLACET_ENOTFOUND;
    }
    *position_out = low;
    return PLACET_OK;
}
