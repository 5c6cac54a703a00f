#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <placet/error.h>
#include <string.h>

#include "support/draw.h"
#include "wire/events.h"

#define BYTES_MAX 1024

static const uint8_t value_bytes[] = {0x81, 0xa1, 'a', 0x01}; /* {"a": 1} */

/* An event of a kind with every field set to something that can be told apart. */
static struct pl_event sample(enum pl_event_kind kind)
{
    struct pl_event event = {.kind = kind, .case_id = {1042}, .step = 3, .item = 1};
    uint64_t n = 1000;
    (void)n;

    switch (kind) {
#define U64(NAME)   f->NAME = n++;
#define I64(NAME)   f->NAME = -(int64_t)(n++);
#define TEXT(NAME)  f->NAME = PL_TEXT("\xe5\x90\x8c\xe6\x84\x8f");
#define LEASE(NAME) memset(f->NAME.at, 0xa5, sizeof f->NAME.at);
#define VALUE(NAME) f->NAME = (struct pl_bytes){value_bytes, sizeof value_bytes};
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME: {                                                                          \
        __typeof__(event.APPLIER) *f = &event.APPLIER;                                             \
        FIELDS break;                                                                              \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
    }
    return event;
}

static const enum pl_event_kind kinds[] = {
#define EVENT(NO, NAME, APPLIER, FIELDS) PL_EVT_##NAME,
#include "model/events.def"
#undef EVENT
};
#define KINDS (sizeof kinds / sizeof kinds[0])

static size_t encode(const struct pl_event *event, uint8_t bytes[BYTES_MAX])
{
    struct pl_writer out;

    pl_writer_init(&out, bytes, BYTES_MAX);
    pl_wire_write_event(&out, event);
    assert_true(pl_writer_ok(&out));
    return out.used;
}

static int decode(const uint8_t *bytes, size_t size, struct pl_event *out)
{
    struct pl_reader in;

    pl_reader_init(&in, bytes, size);
    const int rc = pl_wire_read_event(&in, out);
    return rc == PLACET_OK && !pl_reader_done(&in) ? PLACET_ECORRUPT : rc;
}

static void test_every_event_comes_back_to_the_byte(void **state)
{
    (void)state;
    for (size_t i = 0; i < KINDS; i++) {
        const struct pl_event event = sample(kinds[i]);
        uint8_t bytes[BYTES_MAX];
        uint8_t again[BYTES_MAX];
        struct pl_event back;

        const size_t size = encode(&event, bytes);
        assert_int_equal(decode(bytes, size, &back), PLACET_OK);
        assert_int_equal(back.kind, event.kind);
        assert_int_equal(back.case_id.v, event.case_id.v);
        assert_int_equal(back.step, event.step);
        assert_int_equal(back.item, event.item);
        assert_int_equal(encode(&back, again), size);
        assert_memory_equal(again, bytes, size);
        assert_int_equal(pl_event_value(&back).size, pl_event_value(&event).size);
    }
}

static void test_service_that_was_chosen_comes_back(void **state)
{
    (void)state;
    static const uint16_t items[] = {0, 1, UINT16_MAX - 1, PL_NO_ITEM};

    for (size_t i = 0; i < sizeof items / sizeof items[0]; i++) {
        struct pl_event event = sample(PL_EVT_TASK_READIED);
        struct pl_event back;
        uint8_t bytes[BYTES_MAX];

        event.item = items[i];
        event.served_by = UINT16_MAX;
        assert_int_equal(decode(bytes, encode(&event, bytes), &back), PLACET_OK);
        assert_int_equal(back.item, items[i]);
        assert_int_equal(back.served_by, UINT16_MAX);
    }
}

static void test_no_step_and_no_value_come_back(void **state)
{
    (void)state;
    struct pl_event event = sample(PL_EVT_SIGNAL_RECEIVED);
    struct pl_event back;
    uint8_t bytes[BYTES_MAX];

    event.step = PL_NO_STEP;
    event.item = PL_NO_ITEM;
    event.signal_received.data = (struct pl_bytes){0};
    assert_int_equal(decode(bytes, encode(&event, bytes), &back), PLACET_OK);
    assert_int_equal(back.step, PL_NO_STEP);
    assert_int_equal(back.item, PL_NO_ITEM);
    assert_int_equal(back.signal_received.data.size, 0);
}

/* If these bytes change, journals written before stop being readable: add an event number instead.
 */
static void test_bytes_are_pinned(void **state)
{
    (void)state;
    static const uint8_t golden[] = {0x9a, 0x15, 0xcd, 0x04, 0x12, 0x04, 0x02, 0xcd, 0x03,
                                     0xe8, 0xd1, 0xfc, 0x17, 0xd1, 0xfc, 0x16, 0xd1, 0xfc,
                                     0x15, 0xd1, 0xfc, 0x14, 0xd1, 0xfc, 0x13};
    const struct pl_event event = sample(PL_EVT_STEP_STARTED);
    uint8_t bytes[BYTES_MAX];

    assert_int_equal(encode(&event, bytes), sizeof golden);
    assert_memory_equal(bytes, golden, sizeof golden);
}

/* As it was written before the row had four fields more. */
static void test_an_old_event_is_read(void **state)
{
    (void)state;
    static const uint8_t old[] = {0x96, 0x15, 0xcd, 0x04, 0x12, 0x04, 0x02,
                                  0xcd, 0x03, 0xe8, 0xd1, 0xfc, 0x17};
    struct pl_event event;

    assert_int_equal(decode(old, sizeof old, &event), PLACET_OK);
    assert_int_equal(event.step_started.round, 1000);
    assert_int_equal(event.step_started.due_ms, -1001);
    assert_int_equal(event.step_started.statutory_ms, 0);
    assert_int_equal(event.step_started.from_ms, 0);
}

static void test_damage_is_refused_or_read_never_worse(void **state)
{
    (void)state;
    struct pl_event back;

    for (size_t i = 0; i < KINDS; i++) {
        const struct pl_event event = sample(kinds[i]);
        uint8_t bytes[BYTES_MAX];
        const size_t size = encode(&event, bytes);

        for (size_t at = 0; at < size; at++) {
            assert_int_equal(decode(bytes, at, &back), PLACET_ECORRUPT);
            const uint8_t kept = bytes[at];
            for (unsigned value = 0; value < 256; value++) {
                bytes[at] = (uint8_t)value;
                const int rc = decode(bytes, size, &back);
                assert_true(rc == PLACET_OK || rc == PLACET_ECORRUPT);
            }
            bytes[at] = kept;
        }
    }
}

static void test_a_full_writer_says_so(void **state)
{
    (void)state;
    const struct pl_event event = sample(PL_EVT_CASE_STARTED);
    uint8_t bytes[BYTES_MAX];
    const size_t size = encode(&event, bytes);

    for (size_t room = 0; room < size; room++) {
        struct pl_writer out;
        pl_writer_init(&out, bytes, room);
        pl_wire_write_event(&out, &event);
        assert_false(pl_writer_ok(&out));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_event_comes_back_to_the_byte),
        cmocka_unit_test(test_service_that_was_chosen_comes_back),
        cmocka_unit_test(test_no_step_and_no_value_come_back),
        cmocka_unit_test(test_bytes_are_pinned),
        cmocka_unit_test(test_an_old_event_is_read),
        cmocka_unit_test(test_damage_is_refused_or_read_never_worse),
        cmocka_unit_test(test_a_full_writer_says_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
