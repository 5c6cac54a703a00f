#include "wire/frame.h"

#include <placet/error.h>
#include <string.h>

#include "base/bytes.h"
#include "base/check.h"

enum {
    CRC_AT = 4,
    HASH_AT = 8,
    VERSION_AT = 40,
    FLAGS_AT = 42,
    COUNT_AT = 44,
    SEQ_AT = 48,
    TIME_AT = 56,
    PREVIOUS_AT = 64,
    PAYLOAD_SIZE_AT = 96,
    VERSION = 1
};

static const uint8_t magic[4] = {'P', 'L', 'F', '1'};

_Static_assert(PAYLOAD_SIZE_AT + 4 == PL_FRAME_HEADER_SIZE, "the header has no holes");
_Static_assert(HASH_AT + PL_DIGEST_SIZE == VERSION_AT, "the hash covers all that follows it");

int pl_frame_size(const void *header, uint32_t *size_out)
{
    const uint8_t *at = header;
    const uint32_t payload = pl_load_u32(at + PAYLOAD_SIZE_AT);
    const uint32_t count = pl_load_u32(at + COUNT_AT);
    const uint64_t first_seq = pl_load_u64(at + SEQ_AT);

    if (memcmp(at, magic, sizeof magic) != 0 || pl_load_u16(at + VERSION_AT) != VERSION ||
        pl_load_u16(at + FLAGS_AT) != 0) {
        return PLACET_ECORRUPT;
    }
    /* An event has at least one byte. */
    if (payload > PL_FRAME_SIZE_MAX - PL_FRAME_HEADER_SIZE || count == 0 || count > payload ||
        first_seq == 0 || first_seq > UINT64_MAX - count) {
        return PLACET_ECORRUPT;
    }
    *size_out = PL_FRAME_HEADER_SIZE + payload;
    return PLACET_OK;
}

int pl_frame_parse(const void *bytes, size_t size, enum pl_frame_proof proof,
                   struct pl_frame *frame_out)
{
    const uint8_t *at = bytes;
    uint32_t size_said = 0;
    struct pl_digest hash;

    if (size < PL_FRAME_HEADER_SIZE || pl_frame_size(at, &size_said) < 0 || size_said != size) {
        return PLACET_ECORRUPT;
    }
    if (proof != PL_FRAME_HEADER &&
        pl_crc32c(0, at + HASH_AT, size - HASH_AT) != pl_load_u32(at + CRC_AT)) {
        return PLACET_ECORRUPT;
    }
    memcpy(hash.at, at + HASH_AT, sizeof hash.at);
    if (proof == PL_FRAME_HASH) {
        const struct pl_digest real = pl_digest_of(at + VERSION_AT, size - VERSION_AT);
        if (memcmp(real.at, hash.at, sizeof hash.at) != 0) {
            return PLACET_ECORRUPT;
        }
    }

    frame_out->first_seq = pl_load_u64(at + SEQ_AT);
    frame_out->at_ms = (int64_t)pl_load_u64(at + TIME_AT);
    frame_out->count = pl_load_u32(at + COUNT_AT);
    frame_out->payload = (struct pl_bytes){.at = at + PL_FRAME_HEADER_SIZE,
                                           .size = size_said - PL_FRAME_HEADER_SIZE};
    memcpy(frame_out->previous.at, at + PREVIOUS_AT, sizeof frame_out->previous.at);
    frame_out->hash = hash;
    return PLACET_OK;
}

void pl_frame_begin(struct pl_frame_builder *b, void *memory, uint32_t size_max, uint64_t first_seq)
{
    PL_CHECK(size_max >= PL_FRAME_HEADER_SIZE && size_max <= PL_FRAME_SIZE_MAX);
    PL_CHECK(first_seq > 0);
    *b = (struct pl_frame_builder){
        .at = memory, .size = PL_FRAME_HEADER_SIZE, .size_max = size_max, .first_seq = first_seq};
}

int pl_frame_append(struct pl_frame_builder *b, const void *event, uint32_t size)
{
    PL_CHECK(size > 0);
    if (size > b->size_max - b->size) {
        return PLACET_ELIMIT;
    }
    memcpy(b->at + b->size, event, size);
    b->size += size;
    b->count++;
    return PLACET_OK;
}

void pl_frame_rewind(struct pl_frame_builder *b, uint32_t count, uint32_t size)
{
    PL_CHECK(count <= b->count && size <= b->size && size >= PL_FRAME_HEADER_SIZE);
    b->count = count;
    b->size = size;
}

struct pl_bytes pl_frame_seal(struct pl_frame_builder *b, const struct pl_digest *previous,
                              int64_t at_ms, struct pl_digest *hash_out)
{
    uint8_t *at = b->at;
    struct pl_digest hash;

    PL_CHECK(b->count > 0);
    memcpy(at, magic, sizeof magic);
    pl_save_u16(at + VERSION_AT, VERSION);
    pl_save_u16(at + FLAGS_AT, 0);
    pl_save_u32(at + COUNT_AT, b->count);
    pl_save_u64(at + SEQ_AT, b->first_seq);
    pl_save_u64(at + TIME_AT, (uint64_t)at_ms);
    memcpy(at + PREVIOUS_AT, previous->at, sizeof previous->at);
    pl_save_u32(at + PAYLOAD_SIZE_AT, b->size - PL_FRAME_HEADER_SIZE);

    hash = pl_digest_of(at + VERSION_AT, b->size - VERSION_AT);
    memcpy(at + HASH_AT, hash.at, sizeof hash.at);
    pl_save_u32(at + CRC_AT, pl_crc32c(0, at + HASH_AT, b->size - HASH_AT));
    *hash_out = hash;
    return (struct pl_bytes){.at = at, .size = b->size};
}
