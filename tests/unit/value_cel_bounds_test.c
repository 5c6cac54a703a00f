/* Bounds of expressions: length, depth, memory and cost. */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/cel_form.h"
#include "value/limits.h"
#include "value/writer.h"

/* `unit` repeated, then `end`. */
static int compile_repeated(const char *start, const char *unit, size_t count, const char *end,
                            struct placet_error *err)
{
    static char source[8192];
    const struct pl_cel_program *program = NULL;
    size_t len = strlen(start);

    memcpy(source, start, len);
    for (size_t i = 0; i < count; i++) {
        memcpy(source + len, unit, strlen(unit));
        len += strlen(unit);
    }
    memcpy(source + len, end, strlen(end) + 1);
    pl_arena_reset(&cel_form_arena);
    return pl_cel_compile(pl_text_of(source), &cel_form_scope, PL_CEL_DYN, &cel_form_arena,
                          &program, err);
}

static void size_depth_and_length_are_bounded(void **state)
{
    struct placet_error err = {0};
    (void)state;

    assert_int_equal(compile_repeated("", "(", 2000, "1", &err), PLACET_ELIMIT);
    assert_int_equal(compile_repeated("", "(", 500, "1", &err), PLACET_ELIMIT);
    assert_string_equal(err.message, "the expression is nested too deeply");
    assert_int_equal(err.column, PL_CEL_DEPTH_MAX + 1);
    assert_int_equal(compile_repeated("", "!", 400, "true", &err), PLACET_ELIMIT);
    assert_int_equal(compile_repeated("", "[", 400, "", &err), PLACET_ELIMIT);
    assert_int_equal(compile_repeated("", "true ? true : ", 100, "true", &err), PLACET_ELIMIT);
    assert_int_equal(compile_repeated("1", " + 1", 600, "", &err), PLACET_ELIMIT);
    assert_string_equal(err.message, "the expression is too long");
    assert_int_equal(compile_repeated("1", " + 1", 200, "", &err), PLACET_OK);
    assert_int_equal(compile_repeated("'", "aaaa", 1100, "'", &err), PLACET_ELIMIT);
    assert_int_equal(compile_repeated("", "(1 + ", 30, "1", &err), PLACET_EINVALID);
}

/* A definition is loaded a second time into memory of exactly the size that it took. */
static void a_program_takes_the_same_room_each_time(void **state)
{
    static const char *const sources[] = {
        "i_floors > 20",
        "s_use in ['a', 'b' + 'c'] && [1, 2].map(x, x * 2) == [2, 4]",
        "s_ascii.matches('^a' + 'b$') || l_levels.all(l, {'k': [1, 'y' + 'x']}.k[0] == l)",
    };
    static char exact[16384];
    const struct pl_cel_program *program = NULL;
    (void)state;

    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        struct pl_arena again;
        (void)cel_form_compile(sources[i], PL_CEL_BOOL);
        const size_t used = cel_form_arena.used;
        assert_in_range(used, 1, sizeof(exact));
        pl_arena_init(&again, exact, used);
        assert_int_equal(pl_cel_compile(pl_text_of(sources[i]), &cel_form_scope, PL_CEL_BOOL,
                                        &again, &program, NULL),
                         PLACET_OK);
        assert_int_equal(again.used, used);
        pl_arena_init(&again, exact, used - 1);
        assert_int_equal(pl_cel_compile(pl_text_of(sources[i]), &cel_form_scope, PL_CEL_BOOL,
                                        &again, &program, NULL),
                         PLACET_ELIMIT);
    }
}

static void cost_is_counted_and_bounded(void **state)
{
    static uint8_t big[200000];
    struct pl_writer out;
    (void)state;

    pl_writer_init(&out, big, sizeof(big));
    pl_write_map(&out, 1);
    pl_write_string(&out, "l_big");
    pl_write_array(&out, 60000);
    for (unsigned i = 0; i < 60000; i++) {
        pl_write_u64(&out, i % 100);
    }
    const struct pl_bytes map = pl_writer_bytes(&out);
    const struct pl_cel_program *program = cel_form_compile("200 in l_big", PL_CEL_BOOL);
    const struct pl_cel_result dear = cel_form_eval_over(program, &map, 1);
    assert_int_equal(dear.fault, PL_CEL_OK);
    assert_in_range(dear.cost, 60000, 70000);
    program = cel_form_compile("200 in l_big || 200 in l_big", PL_CEL_BOOL);
    assert_int_equal(cel_form_eval_over(program, &map, 1).fault, PL_CEL_COST);

    program = cel_form_compile("i_floors > 1", PL_CEL_BOOL);
    const struct pl_cel_result cheap = cel_form_eval_over(program, cel_form_variables, 1);
    assert_in_range(cheap.cost, 4, 8);

    static char source[4000];
    size_t len = 0;
    for (unsigned i = 0; i < 60; i++) {
        memcpy(source + len, "s_ascii + ", 10);
        len += 10;
        if (i % 10 == 9) {
            memcpy(source + len, "s_ascii == '' || ", 17);
            len += 17;
        }
    }
    memcpy(source + len, "true", 5);
    const struct pl_cel_result full =
        cel_form_eval_over(cel_form_compile(source, PL_CEL_BOOL), cel_form_variables, 1);
    assert_int_equal(full.fault, PL_CEL_OK);
    memcpy(source + len, "b_heritage", 11);
    const struct pl_cel_result over =
        cel_form_eval_over(cel_form_compile(source, PL_CEL_BOOL), cel_form_variables, 1);
    assert_int_equal(over.fault, PL_CEL_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(size_depth_and_length_are_bounded),
        cmocka_unit_test(a_program_takes_the_same_room_each_time),
        cmocka_unit_test(cost_is_counted_and_bounded),
    };
    return cmocka_run_group_tests(tests, cel_form_set_up, NULL);
}
