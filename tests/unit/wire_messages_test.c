/* The header of a message byte for byte, the registries, and the body of an error. */
#include <placet/protocol.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "value/reader.h"
#include "wire/messages.h"

static void header_is_sixteen_bytes_big_endian(void **state)
{
    (void)state;
    static const uint8_t expected[PLACET_HEADER_SIZE] = {'P', 'L', 'C', 1, 0x01, 0x07, 0x00, 0x05,
                                                         1,   2,   3,   4, 5,    6,    7,    8};
    const struct placet_header header = {.kind = PLACET_KIND_COMPLETE,
                                         .flags = PLACET_FLAG_REPLY | PLACET_FLAG_DUP,
                                         .correlation = UINT64_C(0x0102030405060708)};
    uint8_t bytes[PLACET_HEADER_SIZE];
    placet_header_write(&header, bytes);
    assert_memory_equal(bytes, expected, sizeof expected);

    struct placet_header back;
    assert_int_equal(placet_header_read(bytes, sizeof bytes, &back), PLACET_OK);
    assert_int_equal(back.kind, header.kind);
    assert_int_equal(back.flags, header.flags);
    assert_true(back.correlation == header.correlation);
}

static void header_of_another_shape_is_refused(void **state)
{
    (void)state;
    uint8_t bytes[PLACET_HEADER_SIZE + 1] = {'P', 'L', 'C', 1};
    struct placet_header out = {.kind = 77};

    assert_int_equal(placet_header_read(bytes, 15, &out), PLACET_EINVALID);
    assert_int_equal(placet_header_read(bytes, 17, &out), PLACET_EINVALID);
    assert_int_equal(placet_header_read(bytes, 0, &out), PLACET_EINVALID);
    bytes[0] = 'p';
    assert_int_equal(placet_header_read(bytes, 16, &out), PLACET_EINVALID);
    assert_int_equal(out.kind, 77);
}

static void another_version_still_gives_the_correlation(void **state)
{
    (void)state;
    const uint8_t bytes[PLACET_HEADER_SIZE] = {'P', 'L', 'C', 9, 0, 1, 0, 0,
                                               0,   0,   0,   0, 0, 0, 0, 42};
    struct placet_header out = {0};
    assert_int_equal(placet_header_read(bytes, sizeof bytes, &out), PLACET_ECONFLICT);
    assert_int_equal(out.correlation, 42);
}

static void every_kind_is_known_once(void **state)
{
    (void)state;
    unsigned last = 0;
#define KIND(NUMBER, NAME, ON, FROM, WHAT)                                                         \
    assert_true((NUMBER) > last);                                                                  \
    last = (NUMBER);                                                                               \
    assert_string_equal(placet_kind_name(NUMBER), #NAME);                                          \
    assert_int_equal(strspn(ON, "WAT"), strlen(ON));                                               \
    assert_int_equal(strspn(FROM, "APOM-"), strlen(FROM));
#include <placet/messages.def>
#undef KIND
    assert_null(placet_kind_name(0));
    assert_null(pl_kind_info(0xffff));
}

static void error_body_has_what_a_client_needs(void **state)
{
    (void)state;
    uint8_t memory[256];
    struct pl_writer out;
    int64_t number = 0;
    struct pl_text text;

    pl_writer_init(&out, memory, sizeof memory);
    pl_error_write(&out, PLACET_CODE_UNAVAILABLE, "draining", 500, (struct pl_bytes){0});
    assert_true(pl_writer_ok(&out));
    const struct pl_bytes body = pl_writer_bytes(&out);
    assert_int_equal(pl_msgpack_check(body.at, body.size), PL_MSGPACK_OK);
    assert_true(pl_value_as_i64(pl_value_get(body, PL_TEXT("code")), &number));
    assert_int_equal(number, 502);
    assert_true(pl_value_as_text(pl_value_get(body, PL_TEXT("name")), &text));
    assert_true(pl_text_is(text, "UNAVAILABLE"));
    assert_true(pl_value_as_text(pl_value_get(body, PL_TEXT("retry")), &text));
    assert_true(pl_text_is(text, "same"));
    assert_true(pl_value_as_i64(pl_value_get(body, PL_TEXT("after")), &number));
    assert_int_equal(number, 500);
    assert_int_equal(pl_value_get(body, PL_TEXT("detail")).size, 0);
    assert_string_equal(placet_code_retry(999), "never");
    assert_null(placet_code_name(999));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_is_sixteen_bytes_big_endian),
        cmocka_unit_test(header_of_another_shape_is_refused),
        cmocka_unit_test(another_version_still_gives_the_correlation),
        cmocka_unit_test(every_kind_is_known_once),
        cmocka_unit_test(error_body_has_what_a_client_needs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
