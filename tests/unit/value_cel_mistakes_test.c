/* Mistakes in expressions: refused when loaded, faults when they run; each with place and words. */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/cel_form.h"

static const struct {
    const char *source;
    uint32_t column;
    const char *message;
} bads[] = {
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
    {"12ab", 3, "a letter directly after a number"},
    {"9223372036854775808 == 1", 1, "a number beyond 64 bits"},
    {"1e999 == 1.0", 1, "a number beyond the range of a double"},
    {"[1, 2", 6, "the expression ends where `,` is expected"},
    {"s_use.startWith('a')", 7, "no method `startWith`"},
    {"foo(1)", 1, "no function `foo`"},
    {"size()", 6, "an argument is missing"},
    {"size(s_use, 1)", 11, "too many arguments"},
    {"has(b_fire)", 5, "has() takes the path of a field"},
    {"has(1)", 5, "has() takes the path of a field"},
    {"while", 1, "`while` is a reserved word"},
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
    {"l_levels.all(1, true)", 14, "the name of a variable is expected"},
    {"l_levels.all(x)", 15, "`)` where `,` is expected"},
    {"l_levels.all(x, 1)", 10, "an integer where a condition is expected"},
    {"i_floors.all(x, true)", 10, "an integer is no list"},
    {"l_levels.map(x, x, x, x) == []", 21, "`,` where `)` is expected"},
    {"'a' in [1, 2]", 5, "`in` does not take a text and a list"},
    {"{[1]: 2} == {}", 2, "a list as a key"},
    {"{'a': 1, } == {} && {'b'} == {}", 25, "`}` where `:` is expected"},
    {"1u + 1 == 2u", 4, "`+` does not take an unsigned integer and an integer"},
    {"s_use.matches('(')", 15, "a wrong pattern: missing closing parenthesis (after 1 characters)"},
    {"x.`a b", 3, "a name in backticks is not closed"},
    {"Form{a: 1} == null", 5, "messages of protocol buffers are not supported"},
    {"math.abz(1) == 1", 6, "no method `abz`"},
    {"timestamp(1) + timestamp(2) == now", 14, "`+` does not take a moment and a moment"},
    {"b'\\u0041' == b''", 3, "a wrong escape sequence"},
    {"today(1) == ''", 6, "too many arguments"},
    {"f(1,) == 1", 1, "no function `f`"},
    {"size('a',) == 1", 9, "too many arguments"},
};

static void mistakes_are_found_at_load_time(void **state)
{
    unsigned wrong = 0;
    (void)state;

    for (size_t i = 0; i < sizeof(bads) / sizeof(bads[0]); i++) {
        const struct pl_cel_program *program = NULL;
        struct placet_error err = {0};
        pl_arena_reset(&cel_form_arena);
        const int rc = pl_cel_compile(pl_text_of(bads[i].source), &cel_form_scope, PL_CEL_BOOL,
                                      &cel_form_arena, &program, &err);
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

    pl_arena_reset(&cel_form_arena);
    (void)pl_cel_compile(PL_TEXT("specal_fire"), &cel_form_scope, PL_CEL_BOOL, &cel_form_arena,
                         &program, &err);
    assert_string_equal(err.hint, "Did you mean `special_fire`?");
    (void)pl_cel_compile(PL_TEXT("s_use.startWith('a')"), &cel_form_scope, PL_CEL_BOOL,
                         &cel_form_arena, &program, &err);
    assert_string_equal(err.hint, "Did you mean `startsWith`?");
}

static void faults_have_a_kind_and_a_place(void **state)
{
    static const struct {
        const char *source;
        enum pl_cel_fault fault;
        uint32_t column;
        uint32_t length;
    } cases[] = {
        {"1 / (i_floors - 24) == 1", PL_CEL_DIVISION, 1, 19},
        {"i_floors % 0 == 1", PL_CEL_DIVISION, 1, 12},
        {"9223372036854775807 + i_floors > 0", PL_CEL_OVERFLOW, 1, 30},
        {"-9223372036854775808 - i_floors > 0", PL_CEL_OVERFLOW, 1, 31},
        {"9223372036854775807 * i_floors > 0", PL_CEL_OVERFLOW, 1, 30},
        {"-(-9223372036854775808) > 0", PL_CEL_OVERFLOW, 1, 23},
        {"b_fire && -9223372036854775808 / -1 > 0", PL_CEL_OVERFLOW, 11, 25},
        {"int(1e19) > 0", PL_CEL_OVERFLOW, 1, 9},
        {"b_fire && x_missing", PL_CEL_NO_SUCH_FIELD, 11, 9},
        {"absent.x == 1", PL_CEL_NO_SUCH_FIELD, 1, 8},
        {"has(m_none.a.b)", PL_CEL_NO_SUCH_FIELD, 1, 15},
        {"has(x_text.b)", PL_CEL_NO_OVERLOAD, 1, 13},
        {"x_missing || b_heritage", PL_CEL_NO_SUCH_FIELD, 1, 9},
        {"x_text && true", PL_CEL_NO_OVERLOAD, 1, 6},
        {"x_text", PL_CEL_NO_OVERLOAD, 1, 6},
        {"x_text < 1", PL_CEL_NO_OVERLOAD, 1, 10},
        {"x_null < 1", PL_CEL_NO_OVERLOAD, 1, 10},
        {"x_text + 1 == 2", PL_CEL_NO_OVERLOAD, 1, 10},
        {"i_wrong + 1 == 2", PL_CEL_NO_OVERLOAD, 1, 11},
        {"(x_missing ? 1 : 2) == 1", PL_CEL_NO_SUCH_FIELD, 2, 9},
        {"l_levels[3] == 1", PL_CEL_INDEX, 1, 11},
        {"l_levels[-1] == 1", PL_CEL_INDEX, 1, 12},
        {"m_owner['none'] == 1", PL_CEL_NO_SUCH_FIELD, 1, 15},
        {"l_levels[0].a == 1", PL_CEL_NO_OVERLOAD, 1, 13},
        {"'住宅' == s_use && x_missing", PL_CEL_NO_SUCH_FIELD, 18, 9},
        {"l_levels.all(l, l < 9)", PL_CEL_NO_OVERLOAD, 17, 5},
        {"uint(x_int - 8) == 1u", PL_CEL_OVERFLOW, 1, 15},
        {"int(x_text) == 1", PL_CEL_ARGUMENT, 1, 11},
        {"{x_text: 1, 'abc': 2} == {}", PL_CEL_REPEATED_KEY, 13, 8},
        {"'%d'.format([]) == ''", PL_CEL_INDEX, 1, 15},
        {"'%d'.format([s_use]) == ''", PL_CEL_NO_OVERLOAD, 1, 20},
        {"'%.99f'.format([1.0]) == ''", PL_CEL_ARGUMENT, 1, 21},
        {"'%'.format([1]) == ''", PL_CEL_ARGUMENT, 1, 15},
        {"today() == ''", PL_CEL_NO_CALENDAR, 1, 7},
        {"timestamp(s_use) == now", PL_CEL_ARGUMENT, 1, 16},
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct pl_cel_result result = cel_form_eval(cases[i].source, PL_CEL_BOOL);
        if (result.fault != cases[i].fault || result.column != cases[i].column ||
            result.length != cases[i].length) {
            fail_msg("%s: %u+%u %s", cases[i].source, result.column, result.length,
                     pl_cel_fault_text(result.fault));
        }
    }
}

static void a_fault_is_explained_with_its_values(void **state)
{
    static const struct {
        const char *source;
        const char *line;
    } cases[] = {
        {"b_fire && 100 / (i_floors - 24) > 1",
         "column 11: division by zero in `100 / (i_floors - 24)` (i_floors = 24)"},
        {"m_owner.address.street == ''",
         "column 1: no such field `address` in `m_owner` (m_owner = {\"s_name\": \"Li\", "
         "\"i_age\": 40})"},
        {"has( m_none.a.b )", "column 1: no such field `m_none`"},
        {"absent.x == 1", "column 1: no such field `absent`"},
        {"x_text + x_int == ''", "column 1: the value has a type that does not fit in `x_text + "
                                 "x_int` (x_text = \"abc\", x_int = 7)"},
        {"l_levels.all(l, l < 9.0)", "column 17: the value has a type that does not fit in `l < "
                                     "9.0`, at element 3"},
        {"[m_owner].all(o, o.s_phone != '')",
         "column 18: no such field `s_phone` in `o`, at element 1"},
        {"(b_fire ? m_owner : {}).phone == ''",
         "column 1: no such field `phone` in `(b_fire ? m_owner : {})` (b_fire = true, m_owner = "
         "{\"s_name\": \"Li\", \"i_age\": 40})"},
        {"l_levels[7] == 1",
         "column 1: the list has no such element in `l_levels[7]` (l_levels = [1, 2.5, \"x\"])"},
    };
    char line[200];
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct pl_cel_program *program = cel_form_compile(cases[i].source, PL_CEL_BOOL);
        const struct pl_cel_world world = {.variables = cel_form_variables,
                                           .variable_count = 2,
                                           .room = cel_form_room,
                                           .room_size = CEL_FORM_ROOM};
        const struct pl_cel_result result = pl_cel_eval(program, &world);
        const size_t len = pl_cel_explain(program, &world, &result, line, sizeof(line));
        assert_string_equal(line, cases[i].line);
        assert_int_equal(len, strlen(line));
        for (size_t size = 1; size < 40; size++) { /* never too long */
            memset(line, 'x', sizeof(line));
            assert_in_range(pl_cel_explain(program, &world, &result, line, size), 0, size - 1);
            assert_int_equal(line[size], 'x');
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mistakes_are_found_at_load_time),
        cmocka_unit_test(a_near_name_is_suggested),
        cmocka_unit_test(faults_have_a_kind_and_a_place),
        cmocka_unit_test(a_fault_is_explained_with_its_values),
    };
    return cmocka_run_group_tests(tests, cel_form_set_up, NULL);
}
