/* Expressions as definitions write them: values, types, faults, and what is refused at load time.
 */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/limits.h"
#include "value/writer.h"

static char memory[1 << 20];
static struct pl_arena arena;
static uint8_t document[4096];
static struct pl_bytes variables[2]; /* the form; one that is absent */
static uint8_t room[1024];

/* The first letter of a field's last name says its type: i, d, s, b, l, m; anything else is
 * unknown. `absent.x` belongs to a variable that has no value. */
static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    static const char letters[] = "idsblm";
    static const enum pl_cel_type types[] = {PL_CEL_INT,  PL_CEL_DOUBLE, PL_CEL_STRING,
                                             PL_CEL_BOOL, PL_CEL_LIST,   PL_CEL_MAP};
    (void)context;

    if (pl_text_is(path, "specal_fire")) {
        *suggestion_out = "special_fire";
        return false;
    }
    if (pl_text_is(path, "unknown")) {
        return false;
    }
    uint32_t last = path.len;
    while (last > 0 && path.at[last - 1] != '.') {
        last--;
    }
    const char *letter = strchr(letters, path.at[last]);
    const bool absent = path.len > 6 && memcmp(path.at, "absent.", 7) == 0;
    *binding_out = (struct pl_cel_binding){
        .variable = absent ? 1 : 0,
        .rest = absent ? (struct pl_text){path.at + 7, path.len - 7} : path,
        .type = letter != NULL && path.at[last + 1] == '_' ? types[letter - letters] : PL_CEL_DYN};
    return true;
}

static const struct pl_cel_scope scope = {.resolve = resolve};

static int set_up(void **state)
{
    struct pl_writer out;
    (void)state;

    pl_arena_init(&arena, memory, sizeof(memory));
    pl_writer_init(&out, document, sizeof(document));
    pl_write_map(&out, 14);
    pl_write_string(&out, "i_floors");
    pl_write_i64(&out, 24);
    pl_write_string(&out, "i_wide");
    pl_write_float(&out, 24.0);
    pl_write_string(&out, "d_area");
    pl_write_float(&out, 2500.5);
    pl_write_string(&out, "d_whole");
    pl_write_i64(&out, 2500);
    pl_write_key_string(&out, "s_use", "\xE4\xBD\x8F\xE5\xAE\x85");
    pl_write_key_bool(&out, "b_fire", true);
    pl_write_key_bool(&out, "b_heritage", false);
    pl_write_string(&out, "l_levels");
    pl_write_array(&out, 3);
    pl_write_i64(&out, 1);
    pl_write_float(&out, 2.5);
    pl_write_string(&out, "x");
    pl_write_string(&out, "m_owner");
    pl_write_map(&out, 2);
    pl_write_key_string(&out, "s_name", "Li");
    pl_write_key_u64(&out, "i_age", 40);
    pl_write_string(&out, "x_null");
    pl_write_nil(&out);
    pl_write_key_string(&out, "x_text", "abc");
    pl_write_key_u64(&out, "x_int", 7);
    pl_write_string(&out, "i_wrong");
    pl_write_string(&out, "not a number");
    pl_write_key_string(&out, "s_ascii", "fire station");
    assert_true(pl_writer_ok(&out));
    variables[0] = pl_writer_bytes(&out);
    return 0;
}

static const struct pl_cel_program *compile(const char *source, enum pl_cel_type wanted)
{
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};

    pl_arena_reset(&arena);
    if (pl_cel_compile(pl_text_of(source), &scope, wanted, &arena, &program, &err) != PLACET_OK) {
        fail_msg("%s: %u: %s", source, err.column, err.message);
    }
    return program;
}

static struct pl_cel_result eval_over(const struct pl_cel_program *program,
                                      const struct pl_bytes *values, uint32_t count)
{
    const struct pl_cel_world world = {
        .variables = values, .variable_count = count, .room = room, .room_size = sizeof(room)};
    return pl_cel_eval(program, &world);
}

static struct pl_cel_result eval(const char *source, enum pl_cel_type wanted)
{
    return eval_over(compile(source, wanted), variables, 2);
}

static void these_hold(const char *const *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pl_cel_result result = eval(sources[i], PL_CEL_BOOL);
        if (result.fault != PL_CEL_OK || result.value.type != PL_CEL_BOOL ||
            !result.value.boolean) {
            fail_msg("%s: %s", sources[i], pl_cel_fault_text(result.fault));
        }
    }
}

#define THESE_HOLD(sources) these_hold((sources), sizeof(sources) / sizeof((sources)[0]))

static void conditions_on_a_form_hold(void **state)
{
    static const char *const sources[] = {
        "b_fire",
        "!b_heritage",
        "i_floors >= 24 && d_area > 2000.0",
        "d_area > 2000",
        "d_whole / 2.0 == 1250.0",
        "i_wide + 1 == 25",
        "s_use == '住宅'",
        "s_use != \"office\"",
        "s_use in ['商业', '住宅']",
        "!(s_use in [])",
        "x_int in [1, 7, 9]",
        "x_int in [7.0]",
        "2.5 in l_levels && 'x' in l_levels && !(3 in l_levels)",
        "'s_name' in m_owner && !('s_nam' in m_owner)",
        "m_owner.s_name == 'Li' && m_owner.i_age == 40",
        "m_owner['s_name'] == 'Li'",
        "l_levels[0] == 1 && l_levels[2] == 'x'",
        "l_levels == [1.0, 2.5, 'x'] && l_levels != [1, 2.5] && m_owner == m_owner",
        "l_levels in [[1], [1, 2.5, 'x']] && !([] in [[1]]) && [] == []",
        "size(s_use) == 2 && size(l_levels) == 3 && m_owner.size() == 2",
        "s_ascii.startsWith('fire') && s_ascii.endsWith('station') && s_ascii.contains(' st')",
        "s_ascii.contains('') && !s_ascii.startsWith('station')",
        "has(m_owner.s_name) && !has(m_owner.s_phone) && !has(absent.x)",
        "x_null == null && x_text != null",
        "null == null",
        "x_text == 'abc' && x_text != 7",
        "(b_fire ? 1 : 2) == 1",
        "b_heritage ? false : i_floors > 100 ? false : true",
        "s_ascii + '!' == 'fire station!'",
        "int(2.9) == 2 && double(3) == 3.0",
        "true // a remark",
    };
    (void)state;
    THESE_HOLD(sources);
}

static void literals_and_operators_follow_cel(void **state)
{
    static const char *const sources[] = {
        "1 + 2 * 3 == 7",
        "(1 + 2) * 3 == 9",
        "7 / 2 == 3 && -7 / 2 == -3 && 7 % 3 == 1 && -7 % 3 == -1",
        "10 - 3 - 2 == 5",
        "- -5 == 5",
        "0x1F == 31",
        "-9223372036854775808 < 9223372036854775807",
        ".5 + 1e1 == 10.5",
        "1.0 / 0.0 > 1e300",
        "!(0.0 / 0.0 == 0.0 / 0.0)",
        "!(0.0 / 0.0 < 1) && !(0.0 / 0.0 >= 1)",
        "9007199254740993 > 9007199254740992.0",
        "9007199254740992 == 9007199254740992.0",
        "9223372036854775807 < 9223372036854775808.0",
        "-9223372036854775808 == -9223372036854775808.0",
        "1 < 1.5 && 1.5 < 2 && -1 > -1.5 && -1.5 < -1",
        "false < true",
        "'a' < 'b' && 'a' < 'aa' && '消' > 'z'",
        "'\\u6d88\\x41\\101\\n\\t\\\\\\'' == \"消AA\\n\\t\\\\'\"",
        "r'\\n' == '\\\\n'",
        "'''a\n'b''' == 'a\\n\\'b'",
        "size('\\U0001F3E0') == 1",
        "[[1, 2], []] == null ? false : true",
        "true || false && false",
        "!false && !!true",
    };
    (void)state;
    THESE_HOLD(sources);
}

static void logic_absorbs_faults_on_either_side(void **state)
{
    static const char *const sources[] = {
        "1 / 0 == 1 || true",         "true || 1 / 0 == 1",     "!(false && 1 / 0 == 1)",
        "!(1 / 0 == 1 && false)",     "x_missing == 1 || true", "x_text || true",
        "(true ? true : 1 / 0 == 1)",
    };
    (void)state;
    THESE_HOLD(sources);
}

static void faults_have_a_kind_and_a_column(void **state)
{
    static const struct {
        const char *source;
        enum pl_cel_fault fault;
        uint32_t column;
    } cases[] = {
        {"1 / (i_floors - 24) == 1", PL_CEL_DIVISION, 3},
        {"i_floors % 0 == 1", PL_CEL_DIVISION, 10},
        {"9223372036854775807 + i_floors > 0", PL_CEL_OVERFLOW, 21},
        {"-9223372036854775808 - i_floors > 0", PL_CEL_OVERFLOW, 22},
        {"9223372036854775807 * i_floors > 0", PL_CEL_OVERFLOW, 21},
        {"-(-9223372036854775808) > 0", PL_CEL_OVERFLOW, 1},
        {"-9223372036854775808 / -1 > 0", PL_CEL_OVERFLOW, 22},
        {"int(1e19) > 0", PL_CEL_OVERFLOW, 1},
        {"b_fire && x_missing", PL_CEL_NO_SUCH_FIELD, 11},
        {"absent.x == 1", PL_CEL_NO_SUCH_FIELD, 1},
        {"has(m_none.a.b)", PL_CEL_NO_SUCH_FIELD, 5},
        {"has(x_text.b)", PL_CEL_NO_OVERLOAD, 5},
        {"x_missing || b_heritage", PL_CEL_NO_SUCH_FIELD, 1},
        {"x_text && true", PL_CEL_NO_OVERLOAD, 8},
        {"x_text", PL_CEL_NO_OVERLOAD, 1},
        {"x_text < 1", PL_CEL_NO_OVERLOAD, 8},
        {"x_null < 1", PL_CEL_NO_OVERLOAD, 8},
        {"x_text + 1 == 2", PL_CEL_NO_OVERLOAD, 8},
        {"i_wrong + 1 == 2", PL_CEL_NO_OVERLOAD, 9},
        {"(x_missing ? 1 : 2) == 1", PL_CEL_NO_SUCH_FIELD, 2},
        {"l_levels[3] == 1", PL_CEL_INDEX, 9},
        {"l_levels[-1] == 1", PL_CEL_INDEX, 9},
        {"m_owner['none'] == 1", PL_CEL_NO_SUCH_FIELD, 8},
        {"l_levels[0].a == 1", PL_CEL_NO_OVERLOAD, 13},
        {"'住宅' == s_use && x_missing", PL_CEL_NO_SUCH_FIELD, 18},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct pl_cel_result result = eval(cases[i].source, PL_CEL_BOOL);
        if (result.fault != cases[i].fault || result.column != cases[i].column) {
            fail_msg("%s: %u %s", cases[i].source, result.column, pl_cel_fault_text(result.fault));
        }
    }
}

struct bad {
    const char *source;
    uint32_t column;
    const char *message;
};

static const struct bad bads[] = {
    {"", 1, "the expression is empty"},
    {"  // nothing", 1, "the expression is empty"},
    {"specal_fire", 1, "no field `specal_fire`"},
    {"unknown", 1, "no field `unknown`"},
    {"b_fire b_fire", 8, "`b_fire` after the end of the expression"},
    {"b_fire = true", 8, "an unexpected character"},
    {"b_fire & b_fire", 8, "an unexpected character"},
    {"$b_fire", 1, "an unexpected character"},
    {"b_fire &&", 10, "the expression ends where a value is expected"},
    {"&& b_fire", 1, "`&&` where a value is expected"},
    {"(b_fire", 8, "the expression ends where `)` is expected"},
    {"b_fire ? 1", 11, "the expression ends where `:` is expected"},
    {"'abc", 1, "a text in quotes is not closed"},
    {"'a\nb'", 1, "a text in quotes is not closed"},
    {"'abc\\", 1, "a text in quotes is not closed"},
    {"'\\q'", 2, "a wrong escape sequence"},
    {"'\\x4'", 2, "a wrong escape sequence"},
    {"'\\ud800'", 2, "a wrong escape sequence"},
    {"'\\0'", 2, "a wrong escape sequence"},
    {"1u", 2, "unsigned numbers are not supported yet"},
    {"b'x'", 1, "bytes are not supported yet"},
    {"12ab", 3, "a letter directly after a number"},
    {"9223372036854775808 == 1", 1, "a number beyond 64 bits"},
    {"1e999 == 1.0", 1, "a number beyond the range of a double"},
    {"{'a': 1} == null", 1, "map literals are not supported yet"},
    {"[i_floors] == null", 2, "a list may hold constants only"},
    {"[1, 2", 6, "the expression ends where `,` is expected"},
    {"l_levels.all(x, x > 1)", 10, "`all` is not supported yet"},
    {"s_use.startWith('a')", 7, "no method `startWith`"},
    {"foo(1)", 1, "no function `foo`"},
    {"size()", 6, "an argument is missing"},
    {"size(s_use, 1)", 11, "too many arguments"},
    {"has(b_fire)", 5, "has() takes the path of a field"},
    {"has(1)", 5, "has() takes the path of a field"},
    {"while", 1, "`while` is a reserved word"},
    {"m_owner .s_name == 'a'", 10, "a path in pieces"},
    {"m_owner.", 9, "a name is missing"},
    {"s_use", 1, "the expression gives a text, but a truth value is wanted"},
    {"s_use && b_fire", 7, "a text where a condition is expected"},
    {"b_fire && s_use", 8, "`&&` does not take a truth value and a text"},
    {"s_use == 1", 7, "`==` does not take a text and an integer"},
    {"1 + 1.0 == 2.0", 3, "`+` does not take an integer and a decimal"},
    {"i_floors < s_use", 10, "`<` does not take an integer and a text"},
    {"!i_floors", 1, "`!` does not take an integer"},
    {"i_floors ? true : false", 10, "an integer where a condition is expected"},
    {"(b_fire ? 1 : 'a') == 1", 13, "a choice between an integer and a text"},
    {"l_levels == 'x'", 10, "`==` does not take a list and a text"},
    {"l_levels < [1]", 10, "`<` does not take a list and a list"},
    {"1 in 2", 3, "`in` does not take an integer and an integer"},
    {"i_floors[0] == 1", 9, "`[]` does not take an integer and an integer"},
    {"size(1) == 1", 1, "`size` does not take an integer"},
    {"1.5 % 2.0 == 0.0", 5, "`%` does not take a decimal and a decimal"},
    {"s_use in 住", 10, "an unexpected character"},
};

static void mistakes_are_found_at_load_time(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        const struct pl_cel_program *program = NULL;
        struct placet_error err = {0};
        pl_arena_reset(&arena);
        const int rc =
            pl_cel_compile(pl_text_of(bads[i].source), &scope, PL_CEL_BOOL, &arena, &program, &err);
        if (rc != PLACET_EINVALID || program != NULL || err.column != bads[i].column ||
            strcmp(err.message, bads[i].message) != 0) {
            print_error("%s: %d %u: %s\n", bads[i].source, rc, err.column, err.message);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
}

static void a_near_name_is_suggested(void **state)
{
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    (void)state;

    pl_arena_reset(&arena);
    (void)pl_cel_compile(PL_TEXT("specal_fire"), &scope, PL_CEL_BOOL, &arena, &program, &err);
    assert_string_equal(err.hint, "Did you mean `special_fire`?");
    (void)pl_cel_compile(PL_TEXT("s_use.startWith('a')"), &scope, PL_CEL_BOOL, &arena, &program,
                         &err);
    assert_string_equal(err.hint, "Did you mean `startsWith`?");
}

static void results_have_the_wanted_type(void **state)
{
    (void)state;
    struct pl_cel_result result = eval("i_floors", PL_CEL_DOUBLE);
    assert_int_equal(result.value.type, PL_CEL_DOUBLE);
    assert_true(result.value.real == 24.0);

    result = eval("b_fire ? s_use : 'none'", PL_CEL_STRING);
    assert_int_equal(result.fault, PL_CEL_OK);
    assert_true(pl_text_is(result.value.text, "住宅"));

    result = eval("x_int", PL_CEL_DYN);
    assert_int_equal(result.value.type, PL_CEL_INT);

    result = eval("x_text", PL_CEL_INT);
    assert_int_equal(result.fault, PL_CEL_NO_OVERLOAD);

    result = eval("s_ascii + '!'", PL_CEL_STRING);
    assert_int_equal(result.fault, PL_CEL_OK);
    assert_true(pl_text_is(result.value.text, "fire station!"));
    assert_true(pl_text_is(pl_cel_source(compile("b_fire", PL_CEL_BOOL)), "b_fire"));
}

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
    pl_arena_reset(&arena);
    return pl_cel_compile(pl_text_of(source), &scope, PL_CEL_DYN, &arena, &program, err);
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
    const struct pl_cel_program *program = compile("200 in l_big", PL_CEL_BOOL);
    const struct pl_cel_result dear = eval_over(program, &map, 1);
    assert_int_equal(dear.fault, PL_CEL_OK);
    assert_in_range(dear.cost, 60000, 70000);
    program = compile("200 in l_big || 200 in l_big", PL_CEL_BOOL);
    assert_int_equal(eval_over(program, &map, 1).fault, PL_CEL_COST);

    program = compile("i_floors > 1", PL_CEL_BOOL);
    const struct pl_cel_result cheap = eval_over(program, variables, 1);
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
    const struct pl_cel_result full = eval_over(compile(source, PL_CEL_BOOL), variables, 1);
    assert_int_equal(full.fault, PL_CEL_OK);
    memcpy(source + len, "b_heritage", 11);
    const struct pl_cel_result over = eval_over(compile(source, PL_CEL_BOOL), variables, 1);
    assert_int_equal(over.fault, PL_CEL_ROOM);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_on_a_form_hold),
        cmocka_unit_test(literals_and_operators_follow_cel),
        cmocka_unit_test(logic_absorbs_faults_on_either_side),
        cmocka_unit_test(faults_have_a_kind_and_a_column),
        cmocka_unit_test(mistakes_are_found_at_load_time),
        cmocka_unit_test(a_near_name_is_suggested),
        cmocka_unit_test(results_have_the_wanted_type),
        cmocka_unit_test(size_depth_and_length_are_bounded),
        cmocka_unit_test(cost_is_counted_and_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
