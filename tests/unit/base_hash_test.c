#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/hash.h"
#include "support/draw.h"

static void both(const void *bytes, size_t size, uint32_t expected)
{
    assert_int_equal(pl_crc32c(0, bytes, size), expected);
    assert_int_equal(pl_crc32c_by_table(0, bytes, size), expected);
}

/* RFC 3720 B.4, and the check value of the catalogues of CRCs. */
static void test_crc32c_vectors(void **state)
{
    (void)state;
    uint8_t bytes[32];
    static const uint8_t read_command[48] = {
        0x01, 0xc0, [16] = 0x14, [22] = 0x04, [27] = 0x14, [31] = 0x18, [32] = 0x28, [40] = 0x02,
    };

    memset(bytes, 0, sizeof bytes);
    both(bytes, sizeof bytes, 0x8a9136aa);
    memset(bytes, 0xff, sizeof bytes);
    both(bytes, sizeof bytes, 0x62a8ab43);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)i;
    }
    both(bytes, sizeof bytes, 0x46dd794e);
    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)(31 - i);
    }
    both(bytes, sizeof bytes, 0x113fdb5c);
    both(read_command, sizeof read_command, 0xd9963a56);
    both("123456789", 9, 0xe3069283);
    both("", 0, 0);
}

static void test_crc32c_ways_agree_and_continue(void **state)
{
    (void)state;
    struct draw draw = {11};
    uint8_t bytes[300];

    for (size_t i = 0; i < sizeof bytes; i++) {
        bytes[i] = (uint8_t)draw_u64(&draw);
    }
    for (size_t from = 0; from < 9; from++) {
        for (size_t size = 0; size <= sizeof bytes - from; size++) {
            const uint32_t whole = pl_crc32c(0, bytes + from, size);
            assert_int_equal(whole, pl_crc32c_by_table(0, bytes + from, size));
            const size_t half = size / 3;
            const uint32_t first = pl_crc32c(0, bytes + from, half);
            assert_int_equal(whole, pl_crc32c(first, bytes + from + half, size - half));
        }
    }
}

static void test_crc32c_finds_every_flipped_bit(void **state)
{
    (void)state;
    uint8_t frame[512] = {1, 2, 3};
    const uint32_t crc = pl_crc32c(0, frame, sizeof frame);

    for (size_t bit = 0; bit < sizeof frame * 8; bit++) {
        frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
        assert_int_not_equal(pl_crc32c(0, frame, sizeof frame), crc);
        frame[bit / 8] ^= (uint8_t)(1U << bit % 8);
    }
}

/* BLAKE2b with a digest of 32 bytes: not BLAKE2b-512 cut short, the length is part of the hash. */
static void test_digest_vectors(void **state)
{
    (void)state;
    static const uint8_t of_abc[PL_DIGEST_SIZE] = {
        0xbd, 0xdd, 0x81, 0x3c, 0x63, 0x42, 0x39, 0x72, 0x31, 0x71, 0xef,
        0x3f, 0xee, 0x98, 0x57, 0x9b, 0x94, 0x96, 0x4e, 0x3b, 0xb1, 0xcb,
        0x3e, 0x42, 0x72, 0x62, 0xc8, 0xc0, 0x68, 0xd5, 0x23, 0x19,
    };
    static const uint8_t of_nothing[PL_DIGEST_SIZE] = {
        0x0e, 0x57, 0x51, 0xc0, 0x26, 0xe5, 0x43, 0xb2, 0xe8, 0xab, 0x2e,
        0xb0, 0x60, 0x99, 0xda, 0xa1, 0xd1, 0xe5, 0xdf, 0x47, 0x77, 0x8f,
        0x77, 0x87, 0xfa, 0xab, 0x45, 0xcd, 0xf1, 0x2f, 0xe3, 0xa8,
    };

    const struct pl_digest abc = pl_digest_of("abc", 3);
    assert_memory_equal(abc.at, of_abc, sizeof of_abc);
    const struct pl_digest nothing = pl_digest_of(NULL, 0);
    assert_memory_equal(nothing.at, of_nothing, sizeof of_nothing);
}

static void test_hash64_is_xxh3(void **state)
{
    (void)state;
    assert_true(pl_hash64("", 0) == UINT64_C(0x2d06800538d394c2));
    assert_true(pl_hash64("a", 1) != pl_hash64("b", 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_crc32c_vectors),
        cmocka_unit_test(test_crc32c_ways_agree_and_continue),
        cmocka_unit_test(test_crc32c_finds_every_flipped_bit),
        cmocka_unit_test(test_digest_vectors),
        cmocka_unit_test(test_hash64_is_xxh3),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
