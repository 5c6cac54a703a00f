#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "support/draw.h"
#include "value/limits.h"
#include "value/writer.h"

/* A string literal as bytes of MessagePack. */
#define CHECK(literal) pl_msgpack_check(literal, sizeof(literal) - 1)

static void test_scalars(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xc0"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xc2"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xc3"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\x00"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\x7f"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xe0"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xa0"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xc4\x03\x00\xff\x80"), PL_MSGPACK_OK); /* binary may hold anything */
    assert_int_equal(CHECK("\xcf\x00\x00\x00\x00\x00\x00\x00\x01"), PL_MSGPACK_OK); /* not short */
    assert_int_equal(CHECK(""), PL_MSGPACK_TRUNCATED);
    assert_int_equal(pl_msgpack_check(NULL, 0), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xc0\xc0"), PL_MSGPACK_TRAILING);
    assert_int_equal(CHECK("\x90\x00"), PL_MSGPACK_TRAILING);
}

/* +-(2^53 - 1): what every language reads exactly. */
static void test_integers_end_at_53_bits(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xcf\x00\x20\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xcf\xff\xff\xff\xff\xff\xff\xff\xff"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xd3\xff\xe0\x00\x00\x00\x00\x00\x01"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xd3\xff\xe0\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xd3\x80\x00\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xd3\x00\x1f\xff\xff\xff\xff\xff\xff"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xd3\x00\x20\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xce\xff\xff\xff\xff"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xd2\x80\x00\x00\x00"), PL_MSGPACK_OK);
}

static void test_floats_are_finite_and_64_bits(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xcb\x80\x00\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_OK); /* -0.0 */
    assert_int_equal(CHECK("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xcb\xff\xf0\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xcb\x7f\xf0\x00\x00\x00\x00\x00\x01"), PL_MSGPACK_RANGE);
    assert_int_equal(CHECK("\xca\x3f\xc0\x00\x00"), PL_MSGPACK_TYPE);
}

static void test_types_outside_the_profile(void **state)
{
    (void)state;
    static const uint8_t leads[] = {0xc1, 0xc7, 0xc8, 0xc9, 0xca, 0xd4, 0xd5, 0xd6, 0xd7, 0xd8};
    uint8_t bytes[32] = {0};

    for (size_t i = 0; i < sizeof leads; i++) {
        bytes[0] = leads[i];
        assert_int_equal(pl_msgpack_check(bytes, sizeof bytes), PL_MSGPACK_TYPE);
    }
    assert_int_equal(CHECK("\x81\x01\x02"), PL_MSGPACK_TYPE);          /* keys are strings */
    assert_int_equal(CHECK("\x81\xc4\x01k\x02"), PL_MSGPACK_TYPE);     /* not binary either */
    assert_int_equal(CHECK("\x81\xa1k\xd4\x00\x00"), PL_MSGPACK_TYPE); /* also deeper */
}

static void test_text_is_utf8_without_nul(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xa3\xe5\xbb\xba"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\xa2\xe5\xbb"), PL_MSGPACK_UTF8);
    assert_int_equal(CHECK("\xa3\xed\xa0\x80"), PL_MSGPACK_UTF8);
    assert_int_equal(CHECK("\xa1\x00"), PL_MSGPACK_UTF8);
    assert_int_equal(CHECK("\x81\xa1\x80\x01"), PL_MSGPACK_UTF8); /* keys too */
    assert_int_equal(CHECK("\x81\xa1\x00\x01"), PL_MSGPACK_UTF8);

    /* Wherever the bad byte stands among good ones, of one or more bytes. */
    for (size_t len = 1; len <= 31; len++) {
        for (size_t at = 0; at < len; at++) {
            uint8_t bytes[32];
            memset(bytes, 'x', sizeof bytes);
            bytes[0] = (uint8_t)(0xa0 | len);
            assert_int_equal(pl_msgpack_check(bytes, len + 1), PL_MSGPACK_OK);
            bytes[1 + at] = 0;
            assert_int_equal(pl_msgpack_check(bytes, len + 1), PL_MSGPACK_UTF8);
            bytes[1 + at] = 0xff;
            assert_int_equal(pl_msgpack_check(bytes, len + 1), PL_MSGPACK_UTF8);
            if (at >= 2) {
                memcpy(bytes + at - 1, "\xe5\xbb\xba", 3);
                assert_int_equal(pl_msgpack_check(bytes, len + 1), PL_MSGPACK_OK);
                bytes[1] = at == 2 ? bytes[1] : 0;
                assert_int_equal(pl_msgpack_check(bytes, len + 1),
                                 at == 2 ? PL_MSGPACK_OK : PL_MSGPACK_UTF8);
            }
        }
    }
}

/* Five bytes that promise four thousand million values must cost nothing. */
static void test_declared_sizes_are_not_believed(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\xdd\xff\xff\xff\xff"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xdf\xff\xff\xff\xff"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xdb\xff\xff\xff\xff"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xc6\xff\xff\xff\xff"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xdf\x80\x00\x00\x00"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\x92\xdd\xff\xff\xff\xff\xc0"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\xdd\x00\x00\x00\x02\xc0"), PL_MSGPACK_TRUNCATED);
    assert_int_equal(CHECK("\x82\xa1k\x01"), PL_MSGPACK_TRUNCATED);
}

/* A leaf inside `depth` arrays, or maps with the one key "k". */
static enum pl_msgpack_fault check_nested(size_t depth, bool in_maps, uint8_t leaf)
{
    uint8_t bytes[100];
    size_t used = 0;

    for (size_t i = 0; i < depth; i++) {
        bytes[used++] = in_maps ? 0x81 : 0x91;
        if (in_maps) {
            bytes[used++] = 0xa1;
            bytes[used++] = 'k';
        }
    }
    bytes[used++] = leaf;
    return pl_msgpack_check(bytes, used);
}

static void test_depth(void **state)
{
    (void)state;
    for (int in_maps = 0; in_maps < 2; in_maps++) {
        assert_int_equal(check_nested(PL_MSGPACK_DEPTH_MAX, in_maps == 1, 0xc0), PL_MSGPACK_OK);
        assert_int_equal(check_nested(PL_MSGPACK_DEPTH_MAX + 1, in_maps == 1, 0xc0),
                         PL_MSGPACK_DEPTH);
        /* An empty array or map is a level as well. */
        assert_int_equal(check_nested(PL_MSGPACK_DEPTH_MAX - 1, in_maps == 1, 0x90), PL_MSGPACK_OK);
        assert_int_equal(check_nested(PL_MSGPACK_DEPTH_MAX, in_maps == 1, 0x80), PL_MSGPACK_DEPTH);
    }
}

static void test_node_count(void **state)
{
    (void)state;
    static uint8_t bytes[PL_MSGPACK_NODES_MAX + 16];

    bytes[0] = 0xdd;
    bytes[1] = 0;
    bytes[2] = 0;
    bytes[3] = 0xff;
    bytes[4] = 0xff; /* 65,535 zeros and the array itself */
    assert_int_equal(pl_msgpack_check(bytes, 5 + 65535), PL_MSGPACK_OK);
    bytes[2] = 1;
    bytes[3] = 0;
    bytes[4] = 0;
    assert_int_equal(pl_msgpack_check(bytes, 5 + 65536), PL_MSGPACK_NODES);
    /* Spread over two levels. */
    bytes[2] = 0;
    bytes[3] = 0xff;
    bytes[4] = 0xff;
    bytes[5] = 0x91;
    assert_int_equal(pl_msgpack_check(bytes, 5 + 65536), PL_MSGPACK_NODES);
}

/* A map of `count` keys; key number `twin` (if below count) repeats number 0. */
static size_t write_map(uint8_t *memory, size_t size, uint32_t count, uint32_t twin,
                        const char *prefix)
{
    struct pl_writer out;
    char key[300];

    pl_writer_init(&out, memory, size);
    pl_write_map(&out, count);
    for (uint32_t i = 0; i < count; i++) {
        struct pl_builder name;
        pl_builder_init(&name, key, sizeof key);
        pl_builder_addf(&name, "%s%u", prefix, i == twin ? 0 : i * 7919 % 100003);
        pl_write_text(&out, (struct pl_text){key, (uint32_t)name.len});
        pl_write_u64(&out, i);
    }
    assert_true(pl_writer_ok(&out));
    return out.used;
}

static void test_duplicate_keys_in_maps_of_every_size(void **state)
{
    (void)state;
    static uint8_t bytes[512 * 1024];
    static const uint32_t counts[] = {2, 3, 15, 16, 17, 18, 40, 100, 1023, PL_MSGPACK_KEYS_MAX};
    static const char prefix_of_200[] = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
                                        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    static const char *const prefixes[] = {"", "field_", prefix_of_200};

    for (size_t p = 0; p < 3; p++) {
        for (size_t i = 0; i < sizeof counts / sizeof counts[0]; i++) {
            const uint32_t count = counts[i];
            const uint32_t step = count / 40 + 1;
            size_t size = write_map(bytes, sizeof bytes, count, count, prefixes[p]);
            assert_int_equal(pl_msgpack_check(bytes, size), PL_MSGPACK_OK);
            for (uint32_t twin = 1; twin < count; twin += step) {
                size = write_map(bytes, sizeof bytes, count, twin, prefixes[p]);
                assert_int_equal(pl_msgpack_check(bytes, size), PL_MSGPACK_DUPLICATE);
            }
            size = write_map(bytes, sizeof bytes, count, count - 1, prefixes[p]);
            assert_int_equal(pl_msgpack_check(bytes, size), PL_MSGPACK_DUPLICATE);
        }
    }
    const size_t size =
        write_map(bytes, sizeof bytes, PL_MSGPACK_KEYS_MAX + 1, UINT32_MAX, "field_");
    assert_int_equal(pl_msgpack_check(bytes, size), PL_MSGPACK_NODES);
}

static void test_equal_keys_by_different_headers(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\x82\xa1k\x01\xd9\x01k\x02"), PL_MSGPACK_DUPLICATE);
    assert_int_equal(CHECK("\x82\xa1k\x01\xda\x00\x01k\x02"), PL_MSGPACK_DUPLICATE);
    assert_int_equal(CHECK("\x82\xa0\x01\xa0\x02"), PL_MSGPACK_DUPLICATE);
    assert_int_equal(CHECK("\x82\xa1k\x01\xa1K\x02"), PL_MSGPACK_OK);
}

/* These two were found by search: the check's hash is the same for both. */
static void test_keys_with_equal_tags_are_compared(void **state)
{
    (void)state;
    static const char *const twins[] = {"name_004eaaaeaa", "name_800Z9aaZ9a"};
    static uint8_t bytes[1024];

    for (uint32_t others = 0; others <= 20; others += 20) {
        for (uint32_t repeated = 0; repeated < 3; repeated++) {
            struct pl_writer out;
            pl_writer_init(&out, bytes, sizeof bytes);
            pl_write_map(&out, others + 2 + (repeated > 0));
            for (uint32_t i = 0; i < others; i++) {
                const char key[] = {(char)('a' + i), '\0'};
                pl_write_key_u64(&out, key, i);
            }
            pl_write_key_u64(&out, twins[0], 1);
            pl_write_key_u64(&out, twins[1], 2);
            if (repeated > 0) {
                pl_write_key_u64(&out, twins[repeated - 1], 3);
            }
            assert_int_equal(pl_msgpack_check(bytes, out.used),
                             repeated > 0 ? PL_MSGPACK_DUPLICATE : PL_MSGPACK_OK);
        }
    }
}

/* The same key in different maps is no duplicate; a duplicate around an inner map is one. */
static void test_keys_belong_to_their_map(void **state)
{
    (void)state;
    assert_int_equal(CHECK("\x82\xa1k\x81\xa1k\x01\xa1l\x81\xa1k\x02"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\x82\xa1k\x82\xa1k\x01\xa1l\x03\xa1k\x02"), PL_MSGPACK_DUPLICATE);
    assert_int_equal(CHECK("\x82\xa1k\x81\xa1l\x01\xa1l\x02"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\x92\x81\xa1k\x01\x81\xa1k\x02"), PL_MSGPACK_OK);
    assert_int_equal(CHECK("\x81\xa1k\x92\x82\xa1k\x01\xa1k\x02\x03"), PL_MSGPACK_DUPLICATE);
}

/* A chain of maps, each the last value of the map before, `count` keys each. */
static enum pl_msgpack_fault check_chain(uint32_t depth, uint32_t count)
{
    static uint8_t bytes[128 * 1024];
    struct pl_writer out;
    char key[16];

    pl_writer_init(&out, bytes, sizeof bytes);
    for (uint32_t level = 0; level < depth; level++) {
        pl_write_map(&out, count);
        for (uint32_t i = 0; i < count; i++) {
            struct pl_builder name;
            pl_builder_init(&name, key, sizeof key);
            pl_builder_addf(&name, "k%u", i);
            pl_write_string(&out, key);
            if (i + 1 < count || level + 1 == depth) {
                pl_write_nil(&out);
            }
        }
    }
    assert_true(pl_writer_ok(&out));
    return pl_msgpack_check(bytes, out.used);
}

static void test_open_keys_are_bounded_together(void **state)
{
    (void)state;
    assert_int_equal(check_chain(2, 1024), PL_MSGPACK_OK);
    assert_int_equal(check_chain(3, 1024), PL_MSGPACK_NODES);
    assert_int_equal(check_chain(16, 128), PL_MSGPACK_OK);
    assert_int_equal(check_chain(16, 129), PL_MSGPACK_NODES);

    /* Beside one another there may be any number. */
    static uint8_t bytes[5 + 3000 * 4] = {0xdd, 0, 0, 3000 >> 8, 3000 & 0xff};
    for (size_t i = 0; i < 3000; i++) {
        memcpy(bytes + 5 + i * 4, "\x81\xa1k\x01", 4);
    }
    assert_int_equal(pl_msgpack_check(bytes, sizeof bytes), PL_MSGPACK_OK);
}

/* A message such as an adapter sends: every type of the profile once. */
static size_t write_golden(uint8_t *memory, size_t size)
{
    struct pl_writer out;

    pl_writer_init(&out, memory, size);
    pl_write_map(&out, 8);
    pl_write_key_u64(&out, "task", UINT64_C(9007199254740991));
    pl_write_key_string(&out, "decision", "approve");
    pl_write_key_text(&out, "reason", PL_TEXT("符合规划"));
    pl_write_key_bool(&out, "hold", false);
    pl_write_string(&out, "answer");
    pl_write_map(&out, 3);
    pl_write_string(&out, "area");
    pl_write_float(&out, 1300.6);
    pl_write_string(&out, "offset");
    pl_write_i64(&out, -70000);
    pl_write_key_string(&out, "number", NULL);
    pl_write_string(&out, "digest");
    pl_write_bin(&out, "\x00\x01\x02\xff", 4);
    pl_write_string(&out, "documents");
    pl_write_array(&out, 3);
    pl_write_u64(&out, 300);
    pl_write_array(&out, 0);
    pl_write_map(&out, 0);
    pl_write_key_string(&out, "note", "longer than thirty-one bytes, so that it has a str8 header");
    assert_true(pl_writer_ok(&out));
    return out.used;
}

/* Reads whatever lies there as deep as it goes. ASan sees a byte read too many; here every reader
 * must end. */
static void walk(struct pl_reader *in, unsigned depth)
{
    struct pl_reader same = *in;

    (void)pl_reader_value(&same);
    switch (pl_reader_peek(in)) {
    case PL_VALUE_ARRAY:
        for (uint32_t left = pl_reader_array(in); left > 0 && !in->bad && depth < 40; left--) {
            walk(in, depth + 1);
        }
        return;
    case PL_VALUE_MAP:
        for (uint32_t left = pl_reader_map(in); left > 0 && !in->bad && depth < 40; left--) {
            (void)pl_reader_text(in, UINT32_MAX);
            walk(in, depth + 1);
        }
        return;
    case PL_VALUE_NIL:
        pl_reader_nil(in);
        return;
    case PL_VALUE_BOOL:
        (void)pl_reader_bool(in);
        return;
    case PL_VALUE_INT:
        (void)pl_reader_i64(in);
        return;
    case PL_VALUE_FLOAT:
        (void)pl_reader_float(in);
        return;
    case PL_VALUE_STR:
        (void)pl_reader_text(in, UINT32_MAX);
        return;
    case PL_VALUE_BIN:
        (void)pl_reader_bin(in, UINT32_MAX);
        return;
    case PL_VALUE_BAD:
        assert_true(pl_reader_text(in, 10).len == 0 && in->bad);
        return;
    }
}

/* Checks bytes in a heap block of exactly their size, so that ASan guards both ends, and walks them
 * whether they passed or not. What passed must be read to the end. */
static enum pl_msgpack_fault check_and_walk(const uint8_t *bytes, size_t size)
{
    uint8_t *const copy = malloc(size > 0 ? size : 1);
    struct pl_reader in;

    assert_non_null(copy);
    memcpy(copy, bytes, size);
    const enum pl_msgpack_fault fault = pl_msgpack_check(copy, size);
    pl_reader_init(&in, copy, size);
    walk(&in, 0);
    if (fault == PL_MSGPACK_OK) {
        assert_true(pl_reader_done(&in));
    }
    const struct pl_bytes value = {copy, (uint32_t)size};
    (void)pl_value_path(value, PL_TEXT("answer.number"));
    free(copy);
    return fault;
}

static void test_every_truncation_and_every_byte(void **state)
{
    (void)state;
    uint8_t golden[512];
    uint8_t bytes[512];
    const size_t size = write_golden(golden, sizeof golden);
    unsigned refused = 0;

    assert_int_equal(check_and_walk(golden, size), PL_MSGPACK_OK);
    for (size_t cut = 0; cut < size; cut++) {
        assert_int_equal(check_and_walk(golden, cut), PL_MSGPACK_TRUNCATED);
        for (unsigned byte = 0; byte < 256; byte++) {
            memcpy(bytes, golden, size);
            bytes[cut] = (uint8_t)byte;
            refused += check_and_walk(bytes, size) != PL_MSGPACK_OK;
        }
    }
    /* Most changes hit text or a number and leave a good message of other content; but a good part
     * of them must be noticed, or the check does nothing. */
    assert_in_range(refused, size * 256 / 5, size * 256 * 9 / 10);
}

static size_t mutate(struct draw *draw, uint8_t *bytes, size_t size)
{
    static const uint8_t leads[] = {0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xc1, 0xc4, 0xc6,
                                    0xca, 0xcb, 0xcf, 0xd3, 0xd4, 0xd9, 0xdb, 0xdc, 0xdd, 0xdf};

    for (uint32_t left = 1 + draw_below(draw, 4); left > 0; left--) {
        const size_t at = draw_below(draw, (uint32_t)size);
        switch (draw_below(draw, 4)) {
        case 0:
            bytes[at] ^= (uint8_t)(1U << draw_below(draw, 8));
            break;
        case 1:
            bytes[at] = leads[draw_below(draw, sizeof leads)];
            break;
        case 2:
            bytes[at] = (uint8_t)draw_u64(draw);
            break;
        default: /* a piece of the message a second time, over another */
        {
            const size_t from = draw_below(draw, (uint32_t)size);
            const size_t longer = at > from ? at : from;
            memmove(bytes + at, bytes + from, draw_below(draw, (uint32_t)(size - longer) + 1));
            break;
        }
        }
    }
    return draw_below(draw, 8) == 0 ? draw_below(draw, (uint32_t)size) : size;
}

static void test_two_hundred_thousand_mutations(void **state)
{
    (void)state;
    struct draw draw = {2016};
    uint8_t golden[512];
    uint8_t bytes[512];
    const size_t size = write_golden(golden, sizeof golden);
    unsigned faults[PL_MSGPACK_DUPLICATE + 1] = {0};

    for (int round = 0; round < 200000; round++) {
        memcpy(bytes, golden, size);
        const size_t left = mutate(&draw, bytes, size);
        faults[check_and_walk(bytes, left)]++;
    }
    /* Both answers must occur often, or the loop shows nothing. */
    assert_true(faults[PL_MSGPACK_OK] > 10000);
    assert_true(faults[PL_MSGPACK_TRUNCATED] > 10000);
    assert_true(faults[PL_MSGPACK_TYPE] > 1000);
    assert_true(faults[PL_MSGPACK_UTF8] > 1000);
}

static void test_every_fault_has_a_text(void **state)
{
    (void)state;
    for (unsigned fault = PL_MSGPACK_OK; fault <= PL_MSGPACK_DUPLICATE; fault++) {
        assert_non_null(pl_msgpack_fault_text((enum pl_msgpack_fault)fault));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scalars),
        cmocka_unit_test(test_integers_end_at_53_bits),
        cmocka_unit_test(test_floats_are_finite_and_64_bits),
        cmocka_unit_test(test_types_outside_the_profile),
        cmocka_unit_test(test_text_is_utf8_without_nul),
        cmocka_unit_test(test_declared_sizes_are_not_believed),
        cmocka_unit_test(test_depth),
        cmocka_unit_test(test_node_count),
        cmocka_unit_test(test_duplicate_keys_in_maps_of_every_size),
        cmocka_unit_test(test_equal_keys_by_different_headers),
        cmocka_unit_test(test_keys_with_equal_tags_are_compared),
        cmocka_unit_test(test_keys_belong_to_their_map),
        cmocka_unit_test(test_open_keys_are_bounded_together),
        cmocka_unit_test(test_every_truncation_and_every_byte),
        cmocka_unit_test(test_two_hundred_thousand_mutations),
        cmocka_unit_test(test_every_fault_has_a_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
