/* Journal frames: what is sealed is read back, and nothing that was changed passes. */
#include <placet/error.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/bytes.h"
#include "model/limits.h"
#include "wire/frame.h"

static const struct pl_digest no_digest;

/* A frame of three events of 4, 5 and 6 bytes that begins at sequence 7. */
static struct pl_bytes sealed(uint8_t *memory, struct pl_digest *hash_out)
{
    struct pl_frame_builder b;
    const uint8_t event[] = {0x95, 1, 2, 3, 4, 5};

    pl_frame_begin(&b, memory, 4096, 7);
    assert_int_equal(pl_frame_append(&b, event, 4), PLACET_OK);
    assert_int_equal(pl_frame_append(&b, event, 5), PLACET_OK);
    assert_int_equal(pl_frame_append(&b, event, 6), PLACET_OK);
    return pl_frame_seal(&b, &no_digest, -12345, hash_out);
}

static void test_round_trip(void **state)
{
    uint8_t memory[4096];
    struct pl_digest hash;
    struct pl_frame frame;
    uint32_t size;
    const struct pl_bytes bytes = sealed(memory, &hash);

    (void)state;
    assert_int_equal(bytes.size, PL_FRAME_HEADER_SIZE + 15);
    assert_int_equal(pl_frame_size(bytes.at, &size), PLACET_OK);
    assert_int_equal(size, bytes.size);
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_int_equal(frame.first_seq, 7);
    assert_int_equal(frame.count, 3);
    assert_int_equal(pl_frame_last_seq(&frame), 9);
    assert_int_equal(frame.at_ms, -12345);
    assert_int_equal(frame.payload.size, 15);
    assert_memory_equal(frame.payload.at, "\x95\1\2\3\x95\1\2\3\4\x95\1\2\3\4\5", 15);
    assert_memory_equal(frame.hash.at, hash.at, PL_DIGEST_SIZE);
    assert_memory_equal(frame.previous.at, no_digest.at, PL_DIGEST_SIZE);
}

/* The layout is frozen: these offsets are promised to auditors. */
static void test_layout(void **state)
{
    uint8_t memory[4096];
    struct pl_digest hash;
    const struct pl_bytes bytes = sealed(memory, &hash);
    const struct pl_digest again = pl_digest_of(bytes.at + 40, bytes.size - 40);

    (void)state;
    assert_memory_equal(bytes.at, "PLF1", 4);
    assert_int_equal(pl_load_u32(bytes.at + 4), pl_crc32c(0, bytes.at + 8, bytes.size - 8));
    assert_memory_equal(bytes.at + 8, again.at, PL_DIGEST_SIZE);
    assert_memory_equal(bytes.at + 40, "\0\1\0\0\0\0\0\3\0\0\0\0\0\0\0\7", 16);
    assert_memory_equal(bytes.at + 56, "\xff\xff\xff\xff\xff\xff\xcf\xc7", 8);
    assert_memory_equal(bytes.at + 96, "\0\0\0\x0f\x95", 5);
}

static void test_every_flipped_bit_is_found(void **state)
{
    uint8_t memory[4096];
    struct pl_digest hash;
    struct pl_frame frame;
    const struct pl_bytes bytes = sealed(memory, &hash);

    (void)state;
    for (uint32_t bit = 0; bit < bytes.size * 8; bit++) {
        memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
        assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame),
                         PLACET_ECORRUPT);
        memory[bit / 8] ^= (uint8_t)(1u << bit % 8);
    }
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame), PLACET_OK);
}

/* Somebody changes an event and repairs the CRC: only the hash knows. */
static void test_repaired_crc_is_found_by_hash(void **state)
{
    uint8_t memory[4096];
    struct pl_digest hash;
    struct pl_frame frame;
    const struct pl_bytes bytes = sealed(memory, &hash);

    (void)state;
    memory[PL_FRAME_HEADER_SIZE + 2] ^= 1;
    pl_save_u32(memory + 4, pl_crc32c(0, memory + 8, bytes.size - 8));
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_CRC, &frame), PLACET_OK);
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_ECORRUPT);
}

static void test_every_truncation_is_found(void **state)
{
    uint8_t memory[4096];
    struct pl_digest hash;
    struct pl_frame frame;
    const struct pl_bytes bytes = sealed(memory, &hash);

    (void)state;
    for (uint32_t size = 0; size < bytes.size; size++) {
        assert_int_equal(pl_frame_parse(bytes.at, size, PL_FRAME_HEADER, &frame), PLACET_ECORRUPT);
    }
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size + 1, PL_FRAME_HEADER, &frame),
                     PLACET_ECORRUPT);
}

static void set_u32(uint8_t *memory, uint32_t at, uint32_t v)
{
    pl_save_u32(memory + at, v);
}

static void test_lying_header(void **state)
{
    static const struct {
        uint32_t at;
        uint32_t value;
    } lies[] = {{96, 0xffffffff}, {96, PL_FRAME_SIZE_MAX}, {44, 0},         {44, 16},
                {52, 0},          {40, 0x00020000},        {40, 0x00010001}};
    uint8_t memory[4096];
    struct pl_digest hash;
    uint32_t size;

    (void)state;
    for (size_t i = 0; i < sizeof lies / sizeof lies[0]; i++) {
        (void)sealed(memory, &hash);
        set_u32(memory, lies[i].at, lies[i].value);
        assert_int_equal(pl_frame_size(memory, &size), PLACET_ECORRUPT);
    }
}

static void test_chain(void **state)
{
    uint8_t memory[4096];
    struct pl_digest first;
    struct pl_digest second;
    struct pl_frame_builder b;
    struct pl_frame frame;
    struct pl_bytes bytes;

    (void)state;
    (void)sealed(memory, &first);
    pl_frame_begin(&b, memory, sizeof memory, 10);
    assert_int_equal(pl_frame_append(&b, "\x90", 1), PLACET_OK);
    bytes = pl_frame_seal(&b, &first, 1, &second);
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_memory_equal(frame.previous.at, first.at, PL_DIGEST_SIZE);
    assert_memory_not_equal(second.at, first.at, PL_DIGEST_SIZE);
}

static void test_full_frame_stays_as_it_was(void **state)
{
    uint8_t memory[PL_FRAME_HEADER_SIZE + 10];
    const uint8_t event[11] = {0};
    struct pl_frame_builder b;
    struct pl_digest hash;
    struct pl_frame frame;
    struct pl_bytes bytes;

    (void)state;
    pl_frame_begin(&b, memory, sizeof memory, 1);
    assert_int_equal(pl_frame_append(&b, event, 11), PLACET_ELIMIT);
    assert_int_equal(pl_frame_append(&b, event, 6), PLACET_OK);
    assert_int_equal(pl_frame_append(&b, event, 5), PLACET_ELIMIT);
    assert_int_equal(b.count, 1);
    assert_int_equal(pl_frame_append(&b, event, 4), PLACET_OK);
    pl_frame_rewind(&b, 1, PL_FRAME_HEADER_SIZE + 6);
    bytes = pl_frame_seal(&b, &no_digest, 0, &hash);
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    assert_int_equal(frame.count, 1);
    assert_int_equal(frame.payload.size, 6);
}

static void test_large_event(void **state)
{
    const uint32_t size_max = PL_FRAME_SIZE_MAX;
    uint8_t *memory = malloc(size_max);
    uint8_t *event = calloc(1, size_max);
    struct pl_frame_builder b;
    struct pl_digest hash;
    struct pl_frame frame;
    struct pl_bytes bytes;

    (void)state;
    assert_non_null(memory);
    assert_non_null(event);
    pl_frame_begin(&b, memory, size_max, 1);
    assert_int_equal(pl_frame_append(&b, event, PL_FRAME_SIZE_TARGET), PLACET_OK);
    assert_int_equal(pl_frame_append(&b, event, PL_PUBLISH_BODY_MAX), PLACET_OK);
    bytes = pl_frame_seal(&b, &no_digest, 0, &hash);
    assert_int_equal(pl_frame_parse(bytes.at, bytes.size, PL_FRAME_HASH, &frame), PLACET_OK);
    free(event);
    free(memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_round_trip),
        cmocka_unit_test(test_layout),
        cmocka_unit_test(test_every_flipped_bit_is_found),
        cmocka_unit_test(test_repaired_crc_is_found_by_hash),
        cmocka_unit_test(test_every_truncation_is_found),
        cmocka_unit_test(test_lying_header),
        cmocka_unit_test(test_chain),
        cmocka_unit_test(test_full_frame_stays_as_it_was),
        cmocka_unit_test(test_large_event),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
