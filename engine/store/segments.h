/* The sealed segments of a store: without a hole from the oldest that is kept to the newest. */
#ifndef PL_STORE_SEGMENTS_H
#define PL_STORE_SEGMENTS_H

#include <stdint.h>

#include "store/segment.h"

struct pl_segment_range {
    uint64_t first_seq;
    uint64_t last_seq;
    uint64_t bytes;
};

struct pl_segments {
    int dir_fd; /* archive/, or -1 */
    uint32_t count;
    uint32_t room;
    struct pl_segment_range *at; /* ascending */
};

/* Lists archive/ below the store. PLACET_ECORRUPT when a segment is missing between two others;
 * then the list is empty. */
int pl_segments_open(struct pl_segments *segments, int store_fd);
void pl_segments_close(struct pl_segments *segments);

/* Looks again: another process may have sealed more. */
int pl_segments_refresh(struct pl_segments *segments);

/* Adds the newest, which must follow. PLACET_ENOMEM. */
int pl_segments_add(struct pl_segments *segments, const struct pl_segment *segment);

/* Newest archived sequence; 0 when there is none. */
uint64_t pl_segments_last(const struct pl_segments *segments);

/* Position of the segment that contains `seq`, or PLACET_ENOTFOUND. */
int pl_segments_find(const struct pl_segments *segments, uint64_t seq, uint32_t *position_out);

#endif
