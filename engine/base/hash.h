/* Digests: xxh3 for tables in memory, CRC32C for what lies on disk, BLAKE2b-256 for the chain that
 * an auditor checks. */
#ifndef PL_BASE_HASH_H
#define PL_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define PL_DIGEST_SIZE 32

struct pl_digest {
    uint8_t at[PL_DIGEST_SIZE];
};

/* xxh3-64; not for bytes that an attacker chooses to collide in a table without a bound. */
uint64_t pl_hash64(const void *bytes, size_t size);

/* CRC32C (Castagnoli, RFC 3720 12.1), continuing from `crc` (0 to begin). */
uint32_t pl_crc32c(uint32_t crc, const void *bytes, size_t size);

/* The same on a CPU without the instruction (SSE 4.2). Named only for the test that compares. */
uint32_t pl_crc32c_by_table(uint32_t crc, const void *bytes, size_t size);

/* BLAKE2b with a digest of 32 bytes (RFC 7693). Faster after sodium_init, which the program calls.
 */
struct pl_digest pl_digest_of(const void *bytes, size_t size);

#endif
