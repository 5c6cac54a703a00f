#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/text.h"
#include "support/draw.h"

static void test_of_null_is_empty(void **state)
{
    (void)state;
    assert_int_equal(pl_text_of(NULL).len, 0);
    assert_int_equal(pl_text_of("abc").len, 3);
    assert_true(pl_text_equal(pl_text_of(NULL), PL_TEXT("")));
    assert_true(pl_text_equal((struct pl_text){NULL, 0}, PL_TEXT("")));
}

static void test_order_is_of_bytes(void **state)
{
    (void)state;
    assert_true(pl_text_compare(PL_TEXT("a"), PL_TEXT("b")) < 0);
    assert_true(pl_text_compare(PL_TEXT("ab"), PL_TEXT("a")) > 0);
    assert_true(pl_text_compare(PL_TEXT("Z"), PL_TEXT("a")) < 0);
    assert_true(pl_text_compare(PL_TEXT("z"), PL_TEXT("\xc3\xa9")) < 0);
    assert_int_equal(pl_text_compare(PL_TEXT("same"), PL_TEXT("same")), 0);
    assert_int_equal(pl_text_compare((struct pl_text){NULL, 0}, PL_TEXT("")), 0);
    assert_true(pl_text_is(PL_TEXT("a\0b"), "a") == false);
}

static bool is_utf8(const char *bytes)
{
    return pl_text_is_utf8(bytes, strlen(bytes));
}

/* The rows of RFC 3629 4 (UTF8-octets), each at its first and last value and one beyond. */
static void test_utf8_follows_rfc_3629(void **state)
{
    (void)state;
    static const char *const good[] = {
        "",
        "\x01\x7f",
        "\xc2\x80",
        "\xdf\xbf",
        "\xe0\xa0\x80",
        "\xed\x9f\xbf",
        "\xee\x80\x80",
        "\xef\xbf\xbf",
        "\xf0\x90\x80\x80",
        "\xf4\x8f\xbf\xbf",
        "eight by\xe5\xbb\xba\xe8\xae\xbe eight bytes again",
    };
    static const char *const bad[] = {
        "\x80",             /* no lead */
        "\xc0\xaf",         /* overlong "/" */
        "\xc1\xbf",         /* overlong */
        "\xc2",             /* ends early */
        "\xc2\x41",         /* no continuation */
        "\xe0\x9f\xbf",     /* overlong */
        "\xed\xa0\x80",     /* surrogate D800 */
        "\xed\xbf\xbf",     /* surrogate DFFF */
        "\xe5\xbb",         /* ends early */
        "\xf0\x8f\xbf\xbf", /* overlong */
        "\xf4\x90\x80\x80", /* beyond U+10FFFF */
        "\xf5\x80\x80\x80",
        "\xff",
        "12345678\x80",
        "1234567\xe5",
    };
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        assert_true(is_utf8(good[i]));
    }
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        assert_false(is_utf8(bad[i]));
    }
    assert_true(pl_text_is_utf8("\0", 1));
    assert_false(pl_text_is_utf8("\xe5\xbb\xba", 2));
}

/* Every code point, written by the formula of the RFC, is accepted unless it is a surrogate. */
static void test_every_code_point(void **state)
{
    (void)state;
    for (uint32_t point = 0; point <= 0x10ffff; point++) {
        char bytes[4];
        size_t len;
        if (point < 0x80) {
            bytes[0] = (char)point;
            len = 1;
        } else if (point < 0x800) {
            bytes[0] = (char)(0xc0 | point >> 6);
            bytes[1] = (char)(0x80 | (point & 63));
            len = 2;
        } else if (point < 0x10000) {
            bytes[0] = (char)(0xe0 | point >> 12);
            bytes[1] = (char)(0x80 | (point >> 6 & 63));
            bytes[2] = (char)(0x80 | (point & 63));
            len = 3;
        } else {
            bytes[0] = (char)(0xf0 | point >> 18);
            bytes[1] = (char)(0x80 | (point >> 12 & 63));
            bytes[2] = (char)(0x80 | (point >> 6 & 63));
            bytes[3] = (char)(0x80 | (point & 63));
            len = 4;
        }
        const bool surrogate = point >= 0xd800 && point <= 0xdfff;
        if (pl_text_is_utf8(bytes, len) == surrogate) {
            fail_msg("code point %x", point);
        }
        if (len > 1 && pl_text_is_utf8(bytes, len - 1)) {
            fail_msg("code point %x cut", point);
        }
    }
}

static void test_width_counts_columns(void **state)
{
    (void)state;
    assert_int_equal(pl_text_width(PL_TEXT("")), 0);
    assert_int_equal(pl_text_width(PL_TEXT("permit 16")), 9);
    assert_int_equal(pl_text_width(PL_TEXT("施工许可")), 8);
    assert_int_equal(pl_text_width(PL_TEXT("a施b")), 4);
    assert_int_equal(pl_text_width(PL_TEXT("（１）")), 6);
    assert_int_equal(pl_text_width(PL_TEXT("e\xcc\x81")), 1); /* e and a combining accent */
    assert_int_equal(pl_text_width(PL_TEXT("a\xffz")), 3);
    assert_int_equal(pl_text_width(PL_TEXT("\xe6\x96")), 2); /* half a character: two bytes */
}

static void test_builder_fills_to_the_last_byte(void **state)
{
    (void)state;
    char memory[9];
    struct pl_builder b;

    pl_builder_init(&b, memory, sizeof memory);
    assert_string_equal(memory, "");
    pl_builder_add(&b, PL_TEXT("abcd"));
    pl_builder_addf(&b, "%d", 1234);
    assert_string_equal(memory, "abcd1234");
    assert_false(b.full);
    pl_builder_add(&b, PL_TEXT(""));
    assert_false(b.full);
    pl_builder_add(&b, PL_TEXT("x"));
    assert_true(b.full);
    assert_string_equal(memory, "abcd1234");
}

static void test_builder_stops_at_the_first_loss(void **state)
{
    (void)state;
    char memory[6];
    struct pl_builder b;

    pl_builder_init(&b, memory, sizeof memory);
    pl_builder_add(&b, PL_TEXT("abcdefgh"));
    assert_string_equal(memory, "abcde");
    pl_builder_init(&b, memory, sizeof memory);
    pl_builder_add(&b, PL_TEXT("ab施工"));
    assert_string_equal(memory, "ab施");
    assert_true(b.full);
    pl_builder_init(&b, memory, sizeof memory);
    pl_builder_add(&b, PL_TEXT("abc施"));
    assert_string_equal(memory, "abc");
    pl_builder_add(&b, PL_TEXT("d")); /* would fit, but no longer in its place */
    pl_builder_addf(&b, "e");
    assert_string_equal(memory, "abc");
}

/* Both ways of adding keep the same start at every size. */
static void test_builder_never_cuts_a_character(void **state)
{
    (void)state;
    static const char text[] = "a\xc2\xa2 \xe5\xbb\xba\xe8\xae\xbe\xf0\x9f\x8f\x97 z";
    char added[32];
    char formatted[32];

    for (size_t size = 1; size <= sizeof text + 2; size++) {
        struct pl_builder b;
        pl_builder_init(&b, added, size);
        pl_builder_add(&b, pl_text_of(text));
        assert_int_equal(b.len, strlen(added));
        assert_true(b.len < size);
        assert_true(pl_text_is_utf8(added, b.len));
        assert_memory_equal(added, text, b.len);
        assert_int_equal(b.full, b.len < sizeof text - 1);
        assert_true(b.full == false || b.len + 4 >= size - 1); /* lost less than a character */

        pl_builder_init(&b, formatted, size);
        pl_builder_addf(&b, "%s", text);
        assert_string_equal(added, formatted);
        assert_int_equal(b.len, strlen(formatted));
        assert_int_equal(b.full, b.len < sizeof text - 1);
    }
}

static const char *closest(const char *word)
{
    static const char *const known[] = {"approve",      "reject", "return", "after",
                                        "decide_after", "id",     "limit",  "施工许可"};

    return pl_text_closest(word, known, sizeof known / sizeof known[0]);
}

static void test_closest(void **state)
{
    (void)state;
    assert_string_equal(closest("approve"), "approve");
    assert_string_equal(closest("aprove"), "approve");
    assert_string_equal(closest("approev"), "approve"); /* neighbours exchanged: one edit */
    assert_string_equal(closest("appprovve"), "approve");
    assert_null(closest("aprv_"));
    assert_string_equal(closest("limits"), "limit");
    assert_string_equal(closest("di"), "id");
    assert_string_equal(closest("ix"), "id");
    assert_null(closest("xyz"));
    assert_string_equal(closest("施工许司"), "施工许可"); /* one character, not three bytes */
    assert_string_equal(closest("施许可"), "施工许可");
    assert_null(closest("施许"));
    assert_null(closest(""));
    assert_null(pl_text_closest("word", NULL, 0));
}

static void test_closest_ignores_long_words(void **state)
{
    (void)state;
    char word[200];
    const char *const known[] = {word};

    memset(word, 'a', sizeof word);
    word[64] = '\0';
    assert_ptr_equal(pl_text_closest(word, known, 1), word);
    word[64] = 'a';
    word[199] = '\0';
    assert_null(pl_text_closest(word, known, 1));
}

static unsigned smallest(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* The definition of the distance, written as a recursion over the ends of both words. */
static unsigned slow_distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    if (a_len == 0 || b_len == 0) {
        return (unsigned)(a_len + b_len);
    }
    unsigned best = slow_distance(a, a_len - 1, b, b_len - 1) + (a[a_len - 1] != b[b_len - 1]);
    best = smallest(best, slow_distance(a, a_len - 1, b, b_len) + 1);
    best = smallest(best, slow_distance(a, a_len, b, b_len - 1) + 1);
    if (a_len > 1 && b_len > 1 && a[a_len - 1] == b[b_len - 2] && a[a_len - 2] == b[b_len - 1]) {
        best = smallest(best, slow_distance(a, a_len - 2, b, b_len - 2) + 1);
    }
    return best;
}

static void test_closest_agrees_with_the_definition(void **state)
{
    (void)state;
    struct draw draw = {1};

    for (int round = 0; round < 2000; round++) {
        char a[7] = "";
        char b[7] = "";
        const size_t a_len = 1 + draw_below(&draw, 6);
        const size_t b_len = 1 + draw_below(&draw, 6);
        for (size_t i = 0; i < 6; i++) {
            a[i] = (char)(i < a_len ? 'a' + draw_below(&draw, 3) : 0);
            b[i] = (char)(i < b_len ? 'a' + draw_below(&draw, 3) : 0);
        }
        const char *const known[] = {b};
        const bool near = slow_distance(a, a_len, b, b_len) <= (a_len <= 3 ? 1 : 2);
        assert_int_equal(pl_text_closest(a, known, 1) != NULL, near);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_of_null_is_empty),
        cmocka_unit_test(test_order_is_of_bytes),
        cmocka_unit_test(test_utf8_follows_rfc_3629),
        cmocka_unit_test(test_every_code_point),
        cmocka_unit_test(test_width_counts_columns),
        cmocka_unit_test(test_builder_fills_to_the_last_byte),
        cmocka_unit_test(test_builder_stops_at_the_first_loss),
        cmocka_unit_test(test_builder_never_cuts_a_character),
        cmocka_unit_test(test_closest),
        cmocka_unit_test(test_closest_ignores_long_words),
        cmocka_unit_test(test_closest_agrees_with_the_definition),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
