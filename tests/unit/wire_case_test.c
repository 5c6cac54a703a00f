#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <placet/error.h>
#include <string.h>

#include "support/draw.h"
#include "wire/case.h"

#define STEPS      7
#define TASKS      9
#define ARENA_SIZE (64u << 10)
#define PACKED_MAX 8192
#define SEEDS      200

static uint8_t arena_memory[ARENA_SIZE];

/* Half of the fields stay zero, as in life. */
#define FILL_U(V) (V) = (__typeof__(V))(draw_u64(d) >> draw_below(d, 64))
#define FILL_I(V)                                                                                  \
    (V) = (int64_t)(draw_u64(d) >> draw_below(d, 63)) * (draw_below(d, 2) == 0 ? 1 : -1)
#define FILL_FLAG(V)  (V) = true
#define FILL_LEASE(V) memset((V).at, (int)draw_below(d, 255) + 1, sizeof(V).at)

static void fill_step(struct draw *d, struct pl_step *v)
{
#define FILL_ENUM(V) (V) = draw_below(d, PL_STEP_STATES)
#define FIELD(FORM, TYPE, NAME)                                                                    \
    if (draw_below(d, 2) == 0) {                                                                   \
        FILL_##FORM(v->NAME);                                                                      \
    }
#include "model/step_fields.def"
}

static void fill_task(struct draw *d, struct pl_task *v)
{
#undef FILL_ENUM
#define FILL_ENUM(V) (V) = draw_below(d, PL_TASK_STATES)
#include "model/task_fields.def"
#undef FIELD
}

static void make(struct draw *d, struct pl_case *c, struct pl_step *steps, struct pl_task *tasks)
{
    memset(steps, 0, STEPS * sizeof *steps);
    memset(tasks, 0, TASKS * sizeof *tasks);
    for (unsigned i = 0; i < STEPS; i++) {
        fill_step(d, &steps[i]);
    }
    for (unsigned i = 0; i < TASKS; i++) {
        fill_task(d, &tasks[i]);
    }
    *c = (struct pl_case){
        .id = {draw_u64(d)},
        .slot = 12,
        .definition = 3,
        .seq = draw_u64(d),
        .event_count = 77,
        .paused = draw_below(d, 2) == 0,
        .finished = draw_below(d, 2) == 0,
        .result = 1,
        .started_ms = 1461110400000,
        .paused_ms = 0,
        .finished_ms = -5,
        .form_seq = 9,
        .key = PL_TEXT("2016-440300-47-03-000001"),
        .by = PL_TEXT("portal:demo"),
        .step_count = STEPS,
        .task_count = TASKS,
        .steps = steps,
        .tasks = tasks,
    };
}

static size_t pack(const struct pl_case *c, uint8_t packed[PACKED_MAX])
{
    struct pl_writer out;

    assert_true(pl_wire_case_size_max(c->step_count, c->task_count) <= PACKED_MAX);
    pl_writer_init(&out, packed, pl_wire_case_size_max(c->step_count, c->task_count));
    pl_wire_write_case(&out, c);
    assert_true(pl_writer_ok(&out));
    return out.used;
}

static void test_every_field_comes_back(void **state)
{
    (void)state;
    struct draw d = {1};

    for (unsigned seed = 0; seed < SEEDS; seed++) {
        struct pl_case c;
        struct pl_case back;
        struct pl_step steps[STEPS];
        struct pl_task tasks[TASKS];
        struct pl_arena arena;
        uint8_t packed[PACKED_MAX];
        uint8_t again[PACKED_MAX];

        make(&d, &c, steps, tasks);
        const size_t size = pack(&c, packed);
        pl_arena_init(&arena, arena_memory, sizeof arena_memory);
        assert_int_equal(
            pl_wire_read_case((struct pl_bytes){packed, (uint32_t)size}, &arena, &back), PLACET_OK);
        assert_int_equal(back.id.v, c.id.v);
        assert_int_equal(back.finished_ms, c.finished_ms);
        assert_true(pl_text_equal(back.key, c.key));
        for (unsigned i = 0; i < STEPS; i++) {
#define FIELD(FORM, TYPE, NAME)                                                                    \
    assert_memory_equal(&back.steps[i].NAME, &c.steps[i].NAME, sizeof c.steps[i].NAME);
#include "model/step_fields.def"
#undef FIELD
        }
        for (unsigned i = 0; i < TASKS; i++) {
#define FIELD(FORM, TYPE, NAME)                                                                    \
    assert_memory_equal(&back.tasks[i].NAME, &c.tasks[i].NAME, sizeof c.tasks[i].NAME);
#include "model/task_fields.def"
#undef FIELD
        }
        assert_int_equal(pack(&back, again), size);
        assert_memory_equal(again, packed, size);
    }
}

static void test_peek_reads_the_head(void **state)
{
    (void)state;
    struct draw d = {2};
    struct pl_case c;
    struct pl_case head;
    struct pl_step steps[STEPS];
    struct pl_task tasks[TASKS];
    uint8_t packed[PACKED_MAX];

    make(&d, &c, steps, tasks);
    const size_t size = pack(&c, packed);
    assert_int_equal(pl_wire_peek_case((struct pl_bytes){packed, (uint32_t)size}, &head),
                     PLACET_OK);
    assert_int_equal(head.id.v, c.id.v);
    assert_int_equal(head.slot, c.slot);
    assert_int_equal(head.definition, c.definition);
    assert_true(pl_text_equal(head.key, c.key));
}

static void test_damage_is_refused_or_read_never_worse(void **state)
{
    (void)state;
    struct draw d = {3};
    struct pl_case c;
    struct pl_case back;
    struct pl_step steps[STEPS];
    struct pl_task tasks[TASKS];
    uint8_t packed[PACKED_MAX];
    struct pl_arena arena;

    make(&d, &c, steps, tasks);
    const uint32_t size = (uint32_t)pack(&c, packed);
    for (uint32_t at = 0; at < size; at++) {
        pl_arena_init(&arena, arena_memory, sizeof arena_memory);
        assert_int_equal(pl_wire_read_case((struct pl_bytes){packed, at}, &arena, &back),
                         PLACET_ECORRUPT);
        const uint8_t kept = packed[at];
        for (unsigned value = 0; value < 256; value += 3) {
            packed[at] = (uint8_t)value;
            pl_arena_init(&arena, arena_memory, sizeof arena_memory);
            const int rc = pl_wire_read_case((struct pl_bytes){packed, size}, &arena, &back);
            assert_true(rc == PLACET_OK || rc == PLACET_ECORRUPT || rc == PLACET_ELIMIT);
        }
        packed[at] = kept;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_comes_back),
        cmocka_unit_test(test_peek_reads_the_head),
        cmocka_unit_test(test_damage_is_refused_or_read_never_worse),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
