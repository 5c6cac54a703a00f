#include "base/hash.h"

#include <sodium.h>
#include <string.h>

#define XXH_INLINE_ALL /* most keys are short: the call would cost more than the hash */
#include <xxhash.h>

#include "base/check.h"

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

uint64_t pl_hash64(const void *bytes, size_t size)
{
    return XXH3_64bits(bytes, size);
}

/* Remainders of the reflected polynomial 0x82f63b78 for four bits. */
static const uint32_t remainders[16] = {
    0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1, 0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
    0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9, 0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75,
};

uint32_t pl_crc32c_by_table(uint32_t crc, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    crc = ~crc;
    for (; size > 0; size--) {
        crc ^= *at++;
        crc = crc >> 4 ^ remainders[crc & 15];
        crc = crc >> 4 ^ remainders[crc & 15];
    }
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t crc32c_by_cpu(uint32_t crc, const void *bytes,
                                                                size_t size)
{
    const uint8_t *at = bytes;
    uint64_t wide = ~crc;

    for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, at, sizeof word);
        wide = _mm_crc32_u64(wide, word);
        at += sizeof word;
    }
    crc = (uint32_t)wide;
    for (; size > 0; size--) {
        crc = _mm_crc32_u8(crc, *at++);
    }
    return ~crc;
}
#endif

uint32_t pl_crc32c(uint32_t crc, const void *bytes, size_t size)
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        return crc32c_by_cpu(crc, bytes, size);
    }
#endif
    return pl_crc32c_by_table(crc, bytes, size);
}

struct pl_digest pl_digest_of(const void *bytes, size_t size)
{
    struct pl_digest digest;

    PL_CHECK(crypto_generichash(digest.at, sizeof digest.at, bytes, size, NULL, 0) == 0);
    return digest;
}
