#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "value/writer.h"

#define SIZE 256

static uint8_t memory[SIZE];
static struct pl_writer out;
static struct pl_reader in;

static void begin(void)
{
    pl_writer_init(&out, memory, sizeof memory);
}

/* What was written so far, for reading. */
static void turn_round(void)
{
    assert_true(pl_writer_ok(&out));
    const struct pl_bytes bytes = pl_writer_bytes(&out);
    pl_reader_init(&in, bytes.at, bytes.size);
}

static void written_is(const char *expected, size_t size)
{
    assert_true(pl_writer_ok(&out));
    assert_int_equal(out.used, size);
    assert_memory_equal(memory, expected, size);
    begin();
}

#define WRITTEN_IS(literal) written_is(literal, sizeof(literal) - 1)

/* The bytes of the MessagePack specification, each at the ends of its range. */
static void test_integers_in_their_shortest_form(void **state)
{
    (void)state;
    static const struct {
        int64_t value;
        const char *bytes;
        size_t size;
    } rows[] = {
        {0, "\x00", 1},
        {127, "\x7f", 1},
        {128, "\xcc\x80", 2},
        {255, "\xcc\xff", 2},
        {256, "\xcd\x01\x00", 3},
        {65535, "\xcd\xff\xff", 3},
        {65536, "\xce\x00\x01\x00\x00", 5},
        {4294967295, "\xce\xff\xff\xff\xff", 5},
        {4294967296, "\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 9},
        {-1, "\xff", 1},
        {-32, "\xe0", 1},
        {-33, "\xd0\xdf", 2},
        {-128, "\xd0\x80", 2},
        {-129, "\xd1\xff\x7f", 3},
        {-32768, "\xd1\x80\x00", 3},
        {-32769, "\xd2\xff\xff\x7f\xff", 5},
        {INT32_MIN, "\xd2\x80\x00\x00\x00", 5},
        {INT64_C(-2147483649), "\xd3\xff\xff\xff\xff\x7f\xff\xff\xff", 9},
    };
    begin();
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        pl_write_i64(&out, rows[i].value);
        written_is(rows[i].bytes, rows[i].size);
        if (rows[i].value >= 0) {
            pl_write_u64(&out, (uint64_t)rows[i].value);
            written_is(rows[i].bytes, rows[i].size);
        }
    }
    pl_write_u64(&out, UINT64_MAX);
    WRITTEN_IS("\xcf\xff\xff\xff\xff\xff\xff\xff\xff");
    pl_write_i64(&out, INT64_MIN);
    WRITTEN_IS("\xd3\x80\x00\x00\x00\x00\x00\x00\x00");
}

static void test_other_forms(void **state)
{
    (void)state;
    static const char thirty_two[] = "01234567890123456789012345678901";

    begin();
    pl_write_nil(&out);
    pl_write_bool(&out, false);
    pl_write_bool(&out, true);
    WRITTEN_IS("\xc0\xc2\xc3");
    pl_write_float(&out, 1.5);
    WRITTEN_IS("\xcb\x3f\xf8\x00\x00\x00\x00\x00\x00");
    pl_write_float(&out, 2.0); /* a float stays one: 2.0 is not 2 */
    WRITTEN_IS("\xcb\x40\x00\x00\x00\x00\x00\x00\x00");
    pl_write_text(&out, PL_TEXT(""));
    pl_write_string(&out, "k");
    pl_write_string(&out, NULL);
    WRITTEN_IS("\xa0\xa1k\xc0");
    pl_write_text(&out, (struct pl_text){thirty_two, 31});
    assert_int_equal(memory[0], 0xbf);
    begin();
    pl_write_text(&out, (struct pl_text){thirty_two, 32});
    assert_memory_equal(memory, "\xd9\x20", 2);
    begin();
    pl_write_bin(&out, "\x00\x01", 2);
    WRITTEN_IS("\xc4\x02\x00\x01");
    pl_write_bin(&out, NULL, 0);
    WRITTEN_IS("\xc4\x00");
    pl_write_array(&out, 15);
    pl_write_array(&out, 16);
    pl_write_array(&out, 65536);
    WRITTEN_IS("\x9f\xdc\x00\x10\xdd\x00\x01\x00\x00");
    pl_write_map(&out, 15);
    pl_write_map(&out, 16);
    pl_write_map(&out, 65536);
    WRITTEN_IS("\x8f\xde\x00\x10\xdf\x00\x01\x00\x00");
    pl_write_value(&out, (struct pl_bytes){(const uint8_t *)"\x91\x07", 2});
    pl_write_value(&out, (struct pl_bytes){NULL, 0});
    WRITTEN_IS("\x91\x07\xc0");
}

static void write_everything(struct pl_writer *to)
{
    pl_write_map(to, 5);
    pl_write_key_u64(to, "n", 70000);
    pl_write_key_text(to, "t", PL_TEXT("施工"));
    pl_write_key_string(to, "s", NULL);
    pl_write_key_bool(to, "b", true);
    pl_write_key_value(to, "v", (struct pl_bytes){(const uint8_t *)"\x92\x01\x02", 3});
    pl_write_bin(to, "bytes", 5);
    pl_write_float(to, 0.5);
}

/* At every size of memory: what stands there is a start of the whole, cut between values. */
static void test_full_keeps_what_was_whole(void **state)
{
    (void)state;
    uint8_t whole[SIZE];
    struct pl_writer all;

    pl_writer_init(&all, whole, sizeof whole);
    write_everything(&all);
    assert_true(pl_writer_ok(&all));
    for (size_t size = 0; size <= all.used; size++) {
        memset(memory, 0xee, sizeof memory);
        pl_writer_init(&out, memory, size);
        write_everything(&out);
        assert_int_equal(pl_writer_ok(&out), size == all.used);
        assert_true(out.used <= size);
        assert_memory_equal(memory, whole, out.used);
        for (size_t i = size; i < sizeof memory; i++) {
            assert_int_equal(memory[i], 0xee);
        }
        const size_t head = out.used > 0; /* the map promises more than was written */
        pl_reader_init(&in, memory + head, out.used - head);
        while (in.left > 0) {
            pl_reader_skip(&in);
        }
        assert_false(in.bad);
        const size_t used = out.used;
        pl_write_nil(&out); /* a full writer stays where it is, even for what would fit */
        assert_int_equal(out.used, used);
    }
}

static void test_no_form_for_nan(void **state)
{
    (void)state;
    static const double values[] = {NAN, INFINITY, -INFINITY};
    for (size_t i = 0; i < 3; i++) {
        begin();
        pl_write_float(&out, values[i]);
        assert_false(pl_writer_ok(&out));
        assert_int_equal(out.used, 0);
    }
}

static void test_what_was_written_is_read(void **state)
{
    (void)state;
    begin();
    write_everything(&out);
    turn_round();
    assert_int_equal(pl_reader_peek(&in), PL_VALUE_MAP);
    assert_int_equal(pl_reader_map(&in), 5);
    assert_true(pl_text_is(pl_reader_text(&in, 10), "n"));
    assert_int_equal(pl_reader_u64(&in, 70000), 70000);
    pl_reader_skip(&in);
    assert_true(pl_text_is(pl_reader_text(&in, 10), "施工"));
    pl_reader_skip(&in);
    pl_reader_nil(&in);
    pl_reader_skip(&in);
    assert_true(pl_reader_bool(&in));
    pl_reader_skip(&in);
    const struct pl_bytes value = pl_reader_value(&in);
    assert_int_equal(value.size, 3);
    const struct pl_bytes bytes = pl_reader_bin(&in, 5);
    assert_int_equal(bytes.size, 5);
    assert_memory_equal(bytes.at, "bytes", 5);
    assert_false(pl_reader_done(&in));
    assert_true(pl_reader_float(&in) == 0.5);
    assert_true(pl_reader_done(&in));
    assert_int_equal(pl_reader_peek(&in), PL_VALUE_BAD);
}

/* After the first mistake everything is zero and empty, and the reader says so at the end. */
static void test_first_mistake_is_remembered(void **state)
{
    (void)state;
    begin();
    pl_write_string(&out, "text");
    pl_write_u64(&out, 5);
    turn_round();
    assert_int_equal(pl_reader_u64(&in, 100), 0);
    assert_int_equal(pl_reader_u64(&in, 100), 0);
    assert_int_equal(pl_reader_i64(&in), 0);
    assert_int_equal(pl_reader_text(&in, 100).len, 0);
    assert_non_null(pl_reader_text(&in, 100).at);
    assert_int_equal(pl_reader_bin(&in, 100).size, 0);
    assert_int_equal(pl_reader_array(&in), 0);
    assert_int_equal(pl_reader_map(&in), 0);
    assert_int_equal(pl_reader_value(&in).size, 0);
    assert_false(pl_reader_bool(&in));
    assert_true(pl_reader_float(&in) == 0);
    assert_false(pl_reader_done(&in));
}

static void i64_is_refused(void)
{
    turn_round();
    assert_int_equal(pl_reader_i64(&in), 0);
    assert_true(in.bad);
    begin();
}

static void u64_is_refused(uint64_t max)
{
    turn_round();
    assert_int_equal(pl_reader_u64(&in, max), 0);
    assert_true(in.bad);
    begin();
}

static void test_ranges(void **state)
{
    (void)state;
    begin();
    pl_write_u64(&out, UINT64_C(1) << 63);
    i64_is_refused();
    pl_write_i64(&out, -1);
    u64_is_refused(UINT64_MAX);
    pl_write_u64(&out, 256);
    u64_is_refused(255);
    pl_write_i64(&out, INT64_MIN);
    pl_write_i64(&out, INT64_MAX);
    pl_write_u64(&out, UINT64_MAX);
    pl_write_i64(&out, -200);
    pl_write_i64(&out, -2);
    turn_round();
    assert_true(pl_reader_i64(&in) == INT64_MIN);
    assert_true(pl_reader_i64(&in) == INT64_MAX);
    assert_true(pl_reader_u64(&in, UINT64_MAX) == UINT64_MAX);
    assert_int_equal(pl_reader_i64(&in), -200);
    assert_true(pl_reader_float(&in) == -2.0); /* an integer where a float is meant */
    assert_true(pl_reader_done(&in));

    begin();
    pl_write_string(&out, "abcd");
    turn_round();
    assert_int_equal(pl_reader_text(&in, 3).len, 0);
    assert_true(in.bad);
    begin();
    pl_write_bin(&out, "abcd", 4);
    turn_round();
    assert_int_equal(pl_reader_bin(&in, 3).size, 0);
    assert_true(in.bad);
    pl_reader_init(&in, "\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", 9);
    assert_true(pl_reader_float(&in) == 0 && in.bad);
}

static void test_counts_are_not_believed(void **state)
{
    (void)state;
    pl_reader_init(&in, "\xdd\xff\xff\xff\xff\xc0", 6);
    assert_int_equal(pl_reader_array(&in), 0);
    assert_true(in.bad);
    pl_reader_init(&in, "\x82\xa1k\x01", 4);
    assert_int_equal(pl_reader_map(&in), 0);
    assert_true(in.bad);
    pl_reader_init(&in, "\xdd\xff\xff\xff\xff\xc0", 6);
    assert_int_equal(pl_reader_value(&in).size, 0);
    assert_true(in.bad);
}

/* No recursion: a million levels are skipped or refused, never a crash. */
static void test_skip_needs_no_stack(void **state)
{
    (void)state;
    static uint8_t deep[1000001];

    memset(deep, 0x91, sizeof deep - 1);
    deep[sizeof deep - 1] = 0xc0;
    pl_reader_init(&in, deep, sizeof deep);
    assert_int_equal(pl_reader_value(&in).size, sizeof deep);
    assert_true(pl_reader_done(&in));
    pl_reader_init(&in, deep, sizeof deep - 1);
    assert_int_equal(pl_reader_value(&in).size, 0);
    assert_true(in.bad);
}

static struct pl_bytes document(void)
{
    begin();
    pl_write_map(&out, 3);
    pl_write_key_string(&out, "name", "warehouse");
    pl_write_string(&out, "project");
    pl_write_map(&out, 2);
    pl_write_key_u64(&out, "area", 1300);
    pl_write_key_bool(&out, "", true);
    pl_write_key_string(&out, "nothing", NULL);
    return pl_writer_bytes(&out);
}

static void test_paths(void **state)
{
    (void)state;
    const struct pl_bytes value = document();
    int64_t number = 0;
    bool truth = false;
    struct pl_text text = {"", 0};

    assert_true(pl_value_as_i64(pl_value_path(value, PL_TEXT("project.area")), &number));
    assert_int_equal(number, 1300);
    assert_true(pl_value_as_text(pl_value_path(value, PL_TEXT("name")), &text));
    assert_true(pl_text_is(text, "warehouse"));
    assert_true(pl_value_as_bool(pl_value_path(value, PL_TEXT("project.")), &truth));
    assert_true(truth);
    assert_int_equal(pl_value_path(value, PL_TEXT("")).size, value.size);
    assert_int_equal(pl_value_path(value, PL_TEXT("nothing")).size, 1);
    assert_int_equal(pl_value_path(value, PL_TEXT("absent")).size, 0);
    assert_int_equal(pl_value_path(value, PL_TEXT("project.absent")).size, 0);
    assert_int_equal(pl_value_path(value, PL_TEXT("name.area")).size, 0);
    assert_int_equal(pl_value_path(value, PL_TEXT("project.area.x")).size, 0);
    assert_int_equal(pl_value_path(value, PL_TEXT(".")).size, 0);
    assert_int_equal(pl_value_get(value, PL_TEXT("proj")).size, 0);
    assert_int_equal(pl_value_get((struct pl_bytes){NULL, 0}, PL_TEXT("name")).size, 0);
}

static void test_values_of_another_type(void **state)
{
    (void)state;
    const struct pl_bytes value = document();
    const struct pl_bytes name = pl_value_get(value, PL_TEXT("name"));
    int64_t number = 7;
    bool truth = true;
    struct pl_text text = PL_TEXT("before");

    assert_false(pl_value_as_i64(name, &number));
    assert_false(pl_value_as_bool(name, &truth));
    assert_false(pl_value_as_text(pl_value_get(value, PL_TEXT("project")), &text));
    assert_false(pl_value_as_i64((struct pl_bytes){NULL, 0}, &number));
    assert_false(pl_value_as_bool((struct pl_bytes){NULL, 0}, &truth));
    assert_false(pl_value_as_text((struct pl_bytes){NULL, 0}, &text));
    assert_int_equal(number, 7); /* written only on success */
    assert_true(truth);
    assert_true(pl_text_is(text, "before"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_integers_in_their_shortest_form),
        cmocka_unit_test(test_other_forms),
        cmocka_unit_test(test_full_keeps_what_was_whole),
        cmocka_unit_test(test_no_form_for_nan),
        cmocka_unit_test(test_what_was_written_is_read),
        cmocka_unit_test(test_first_mistake_is_remembered),
        cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_counts_are_not_believed),
        cmocka_unit_test(test_skip_needs_no_stack),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_values_of_another_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
