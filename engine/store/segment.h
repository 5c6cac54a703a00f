/* A sealed piece of the journal: one file that is never changed again, for audit and retention.
 *
 *     header   "PLA1", u32 version 1, u64 first sequence, hash of the frame before the first (32)
 *     frames   as they were committed (wire/frame.h), one behind the other
 *     index    for each frame: u64 first sequence, u64 offset in the file
 *     footer   "PLAE", u32 count of frames, u64 first and u64 last sequence, u64 offset of the
 *              index, hash of the last frame (32), u32 CRC32C of everything before this number
 *
 * Integers are big-endian. The name says first and last sequence in twenty digits each. A segment
 * under its name is complete: it was synchronised before it was renamed. */
#ifndef PL_STORE_SEGMENT_H
#define PL_STORE_SEGMENT_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/frame.h"

#define PL_SEGMENT_NAME_SIZE 46 /* two numbers of 20 digits, "-", ".plj", NUL */

/* What the footer says. */
struct pl_segment {
    uint64_t first_seq;
    uint64_t last_seq;
    uint64_t bytes; /* of the file */
    uint64_t index_at;
    uint32_t frames;
    struct pl_digest previous; /* of the first frame */
    struct pl_digest hash;     /* of the last frame */
};

void pl_segment_name(uint64_t first_seq, uint64_t last_seq, char name_out[PL_SEGMENT_NAME_SIZE]);

/* Whether it is the name of a segment, and of which. */
bool pl_segment_parse_name(const char *name, uint64_t *first_seq_out, uint64_t *last_seq_out);

/* Opens `name` for reading, close-on-exec, and checks header, footer and size against each other
 * and the name. PLACET_ECORRUPT, PLACET_EIO. */
int pl_segment_open(int dir_fd, const char *name, int *fd_out, struct pl_segment *segment_out);

/* Number of the frame that contains `seq`, which lies within the segment. */
int pl_segment_find(int fd, const struct pl_segment *segment, uint64_t seq, uint32_t *number_out);

/* Memory for one frame; begins as zeros, freed by the caller. */
struct pl_segment_buffer {
    uint8_t *at;
    uint32_t size;
};

/* Reads one frame and proves it as told. The frame borrows from the buffer. PLACET_ECORRUPT,
 * PLACET_EIO, PLACET_ENOMEM. */
int pl_segment_read(int fd, const struct pl_segment *segment, uint32_t number,
                    enum pl_frame_proof proof, struct pl_segment_buffer *buffer,
                    struct pl_bytes *bytes_out, struct pl_frame *frame_out);

/* Compares the CRC of the whole file. */
int pl_segment_check(int fd, const struct pl_segment *segment);

/* Writes a segment under a temporary name. After a failure only abandon is allowed. */
struct pl_segment_writer {
    int dir_fd;
    int fd;
    uint32_t crc;
    uint64_t offset;
    uint64_t started_at; /* written back up to here */
    uint8_t *index;
    uint32_t index_max;
    struct pl_segment segment;
};

int pl_segment_begin(struct pl_segment_writer *w, int dir_fd, uint32_t frames_max);

/* Adds a proven frame; it must follow the one before in sequence and chain, else PLACET_ECORRUPT.
 * PLACET_EFULL, PLACET_EIO. */
int pl_segment_add(struct pl_segment_writer *w, struct pl_bytes bytes,
                   const struct pl_frame *frame);

/* Lets the kernel write back what was added, so that sealing does not wait for all of it. */
void pl_segment_start_writing(struct pl_segment_writer *w);

/* Makes it durable under its name. Ends the writer when it succeeds. */
int pl_segment_seal(struct pl_segment_writer *w, struct pl_segment *segment_out);

/* Ends the writer and removes its file. */
void pl_segment_abandon(struct pl_segment_writer *w);

#endif
