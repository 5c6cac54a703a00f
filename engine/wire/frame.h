/* A journal frame: the events of one commit, with one time, chained by hash to the frame before.
 *
 * Frozen layout, integers big-endian:
 *
 *       0  magic "PLF1"
 *       4  CRC32C (RFC 3720 12.1) of bytes 8 to the end
 *       8  hash: BLAKE2b-256 (RFC 7693) of bytes 40 to the end
 *      40  u16 version 1, u16 flags 0
 *      44  u32 count of events, at least 1
 *      48  u64 sequence of the first event, from 1
 *      56  i64 time of the commit, UTC milliseconds
 *      64  hash of the previous frame; zeros in the first
 *      96  u32 size of the payload
 *     100  payload: `count` events, each a positional MessagePack array (wire/events.h)
 *
 * The CRC finds damage, the chain finds a change that repaired its CRC. The payload is opaque here.
 * Caveat: a frame is usually closed at PL_FRAME_SIZE_TARGET, but a single command may bring more.
 */
#ifndef PL_WIRE_FRAME_H
#define PL_WIRE_FRAME_H

#include <stdint.h>

#include "base/hash.h"
#include "value/reader.h"

#define PL_FRAME_HEADER_SIZE 100

/* Largest frame: one command may bring PL_PUBLISH_BODY_MAX (4 MiB) on top of a frame that is almost
 * full, and its events repeat parts of it. */
#define PL_FRAME_SIZE_MAX    (8u << 20)

struct pl_frame {
    uint64_t first_seq;
    int64_t at_ms;
    uint32_t count;
    struct pl_bytes payload; /* borrowed from the frame */
    struct pl_digest previous;
    struct pl_digest hash;
};

/* Sequence of the newest event of the frame. */
static inline uint64_t pl_frame_last_seq(const struct pl_frame *frame)
{
    return frame->first_seq + frame->count - 1;
}

/* How much of a frame pl_frame_parse proves. HEADER is for those who only walk: it looks at nothing
 * but magic, version and sizes. HASH includes CRC. The chain is for the caller to compare. */
enum pl_frame_proof { PL_FRAME_HEADER, PL_FRAME_CRC, PL_FRAME_HASH };

/* Reads the frame that starts at `bytes` and fills the span exactly. PLACET_ECORRUPT when it does
 * not, or when a check fails. */
int pl_frame_parse(const void *bytes, size_t size, enum pl_frame_proof proof,
                   struct pl_frame *frame_out);

/* Size of the whole frame whose first PL_FRAME_HEADER_SIZE bytes are given; PLACET_ECORRUPT when
 * they cannot be a header. */
int pl_frame_size(const void *header, uint32_t *size_out);

/* Builds a frame in the caller's memory. `size` is that of the frame so far: compare it with
 * PL_FRAME_SIZE_TARGET to close a group. */
struct pl_frame_builder {
    uint8_t *at;
    uint32_t size;
    uint32_t size_max;
    uint32_t count;
    uint64_t first_seq;
};

/* `size_max` is at least PL_FRAME_HEADER_SIZE and at most PL_FRAME_SIZE_MAX. */
void pl_frame_begin(struct pl_frame_builder *b, void *memory, uint32_t size_max,
                    uint64_t first_seq);

/* Adds one event. PLACET_ELIMIT when it does not fit; the frame is then as before. */
int pl_frame_append(struct pl_frame_builder *b, const void *event, uint32_t size);

/* Forgets every event after the first `count`, whose frame had `size` bytes: both as read from the
 * builder before. For a command that turns out not to fit. */
void pl_frame_rewind(struct pl_frame_builder *b, uint32_t count, uint32_t size);

/* Writes the header and gives the whole frame, borrowed from the builder's memory. There must be an
 * event. `hash_out` is the `previous` of the next frame. */
struct pl_bytes pl_frame_seal(struct pl_frame_builder *b, const struct pl_digest *previous,
                              int64_t at_ms, struct pl_digest *hash_out);

#endif
