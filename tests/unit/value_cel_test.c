/* Expressions as definitions write them: the language and its values. */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "support/cel_form.h"
#include "value/json.h"
#include "value/writer.h"

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
    CEL_FORM_HOLD(sources);
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
        "9223372036854775807 <= 9223372036854775808.0",
        "9223372036854774784 < 9223372036854775808.0",
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
    CEL_FORM_HOLD(sources);
}

static void the_whole_language_is_there(void **state)
{
    static const char *const sources[] = {
        "1u + 2u == 3u && 7u / 2u == 3u && 1u == 1 && 1u < 2.5",
        "b'abc' + b'\\x00\\377' == b'abc\\000\\xff' && size(b'abc') == 3",
        "{'a': 1, 2: 'b', true: null}[2] == 'b' && {'a': {'b': [1]}}.a.b[0] == 1",
        "[i_floors, d_area, s_use].size() == 3 && [i_floors][0] == 24",
        "l_levels.exists(l, l == 'x') && !l_levels.all(l, l == 1)",
        "l_levels.exists_one(l, l == 1) && l_levels.map(l, type(l)) == [int, double, string]",
        "[1, 2, 3, 4].filter(x, x % 2 == 0).map(x, [x, x * x]) == [[2, 4], [4, 16]]",
        "[3, 4].map(x, x > 3, x + i_floors) == [28]",
        "m_owner.map(k, k) == ['s_name', 'i_age']",
        "m_owner.all(k, v, k != 's_name' || v == 'Li')",
        "[[1, 2], [3]].map(l, l.map(x, x * 10)) == [[10, 20], [30]]",
        "['a', 'b'].map(a, ['x', 'y'].map(b, a + b)) == [['ax', 'ay'], ['bx', 'by']]",
        "['ab', 'c'].transformMap(i, v, v + '!') == {0: 'ab!', 1: 'c!'}",
        "[1, 2].transformList(i, v, i > 0, i * 10 + v) == [12]",
        "cel.bind(x, i_floors * 2, x + x == 96)",
        "has(m_owner.s_name) && has({'a': 1}.a) && !has({'a': 1}.b)",
        "m_owner.?s_phone.orValue('none') == 'none' && m_owner.?s_name.value() == 'Li'",
        "optional.of(2).optMap(x, x + 1).orValue(0) == 3 && [?m_owner.?s_phone, 1] == [1]",
        "s_ascii.matches('^fire (station|brigade)$') && !s_ascii.matches(s_use)",
        "string(12) + string(1.5) + string(true) == '121.5true' && int('-7') == -7",
        "double('2.5') == 2.5 && uint(3) == 3u && bytes('a') == b'a' && bool('true')",
        "timestamp('2016-04-20T09:00:00+08:00') == timestamp('2016-04-20T01:00:00Z')",
        "timestamp('2016-04-20T01:00:00Z').getHours('+08:00') == 9",
        "timestamp('2016-04-20T01:00:00Z') + duration('36h') == timestamp('2016-04-21T13:00:00Z')",
        "string(duration('1h30m') - duration('90.5m')) == '-30s'",
        "now == timestamp('2016-04-20T01:00:00.25Z') && now.getMilliseconds() == 250",
        "add_days('2016-02-28', 2) == '2016-03-01'",
        "days_between('2016-01-01', '2017-01-01') == 366",
        "'a,b'.split(',').join('-') == 'a-b'",
        "'abc'.substring(1, 2) == 'b'",
        "' x '.trim() == 'x'",
        "'Abc'.lowerAscii() == 'abc'",
        "'aXbX'.replace('X', '') == 'ab'",
        "'住宅'.reverse() == '宅住'",
        "'住宅楼'.indexOf('楼') == 2 && '住宅楼'.charAt(1) == '宅'",
        "math.greatest(1, 2.5, 2u) == 2.5",
        "math.least([3, 1, 2]) == 1",
        "math.round(2.5) == 3.0",
        "base64.encode(b'hello') == 'aGVsbG8=' && base64.decode('aGVsbG8') == b'hello'",
        "m_owner .s_name == m_owner. s_name",
        "{'a-b': 1}.`a-b` == 1",
        "'%s: %.1f m2, %d%%'.format([s_use, d_area, i_floors]) == '住宅: 2500.5 m2, 24%'",
        "'%s'.format([{'b': [1.5, null], 'a': 'x'}]) == '{a: x, b: [1.5, null]}'",
        "'%x %X %o %b %e'.format([255, b'a', 8u, true, 0.5]) == 'ff 61 10 1 5.000000e-01'",
        "{'a': 1} == {'a': 1.0} && {'a': 1} != {'b': 1} && [1, 2u] == [1.0, 2]",
        "type(now) == google.protobuf.Timestamp && type(type(1)) == type",
        "(b_heritage ? null : 'x') == 'x'",
        "[1, 2] + [3] == [1, 2, 3] && size([1] + l_levels) == 4",
    };
    (void)state;
    CEL_FORM_HOLD(sources);
}

static void logic_absorbs_faults_on_either_side(void **state)
{
    static const char *const sources[] = {
        "1 / 0 == 1 || true",         "true || 1 / 0 == 1",     "!(false && 1 / 0 == 1)",
        "!(1 / 0 == 1 && false)",     "x_missing == 1 || true", "x_text || true",
        "(true ? true : 1 / 0 == 1)",
    };
    (void)state;
    CEL_FORM_HOLD(sources);
}

static void results_are_written_as_documents(void **state)
{
    static const struct {
        const char *source;
        const char *json; /* NULL: it has no form in a document */
    } cases[] = {
        {"{'a': [1, 2u, 2.5, null, true], 'b': {'c': 'x'}}",
         "{\"a\": [1, 2, 2.5, null, true], \"b\": {\"c\": \"x\"}}"},
        {"[timestamp('2016-04-20T09:00:00.5+08:00'), duration('90s')]",
         "[\"2016-04-20T01:00:00.5Z\", \"90s\"]"},
        {"m_owner", "{\"s_name\": \"Li\", \"i_age\": 40}"},
        {"[m_owner.?x, type(1)]", "[null, \"int\"]"},
        {"{1: 2}", NULL},
        {"9007199254740992", NULL},
        {"[18446744073709551615u]", NULL},
        {"1.0 / 0.0", NULL},
        {"'\\000'", NULL},
        {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", NULL},
    };
    static uint8_t bytes[1024];
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct pl_cel_result result = cel_form_eval(cases[i].source, PL_CEL_DYN);
        struct pl_writer out;
        assert_int_equal(result.fault, PL_CEL_OK);
        pl_writer_init(&out, bytes, sizeof(bytes));
        const int rc = pl_cel_write(&out, &result.value);
        assert_int_equal(rc, cases[i].json != NULL ? PLACET_OK : PLACET_EINVALID);
        if (cases[i].json != NULL) {
            char *json = NULL;
            assert_int_equal(pl_json_write(pl_writer_bytes(&out), false, &json), PLACET_OK);
            assert_string_equal(json, cases[i].json);
            free(json);
        }
    }
}

static void a_program_names_its_variables(void **state)
{
    const struct pl_cel_program *program =
        cel_form_compile("has(absent.a) && i_floors > 1 && now > timestamp(0)", PL_CEL_BOOL);
    uint16_t numbers[2] = {9, 9};
    (void)state;

    assert_int_equal(pl_cel_variables(program, numbers, 2), 2);
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 1);
    numbers[1] = 9;
    assert_int_equal(pl_cel_variables(program, numbers, 1), 2);
    assert_int_equal(numbers[1], 9);
    assert_int_equal(pl_cel_variables(cel_form_compile("1 + 1 == 2", PL_CEL_BOOL), numbers, 2), 0);
}

/* Every fifth day is off. */
static bool is_working(const void *calendar, int32_t day)
{
    (void)calendar;
    return day % 5 != 0;
}

static int32_t add_working(const void *calendar, int32_t day, int32_t count)
{
    for (const int32_t step = count < 0 ? -1 : 1; count != 0;) {
        day += step;
        count -= is_working(calendar, day) ? step : 0;
    }
    return day;
}

static int32_t between(const void *calendar, int32_t from, int32_t to)
{
    int32_t count = 0;

    for (int32_t day = from + 1; day <= to; day++) {
        count += is_working(calendar, day) ? 1 : 0;
    }
    return count;
}

static void days_are_counted_by_the_calendar(void **state)
{
    static const char *const hold[] = {
        "today() == '2016-04-20'", /* 01:00 in UTC is 09:00 here */
        "add_working_days('1970-01-06', 3) == '1970-01-09'",
        "add_working_days('1970-01-06', 4) == '1970-01-10'",
        "add_working_days('1970-01-10', -4) == '1970-01-05'",
        "add_working_days('1970-01-06', 5) == '1970-01-12'",
        "working_days_between('1970-01-01', '1970-01-11') == 8",
        "!is_working_day('1970-01-06') && is_working_day('1970-01-07')",
        "days_between(today(), add_days(today(), 45)) == 45",
    };
    static const char *const fail[] = {"is_working_day('1970-02-30')", "is_working_day('today')",
                                       "add_days('9999-12-31', 1) == ''",
                                       "add_working_days('2016-01-01', 50000) == ''",
                                       "add_days('2016-01-01', 5000000) == ''"};
    const struct pl_cel_days days = {
        .zone_minutes = 480, .add = add_working, .between = between, .is_working = is_working};
    const struct pl_cel_world world = {.now_ms = INT64_C(1461114000250),
                                       .days = &days,
                                       .room = cel_form_room,
                                       .room_size = CEL_FORM_ROOM};
    (void)state;

    for (size_t i = 0; i < sizeof(hold) / sizeof(hold[0]); i++) {
        const struct pl_cel_result result =
            pl_cel_eval(cel_form_compile(hold[i], PL_CEL_BOOL), &world);
        if (result.fault != PL_CEL_OK || !result.value.boolean) {
            fail_msg("%s: %s", hold[i], pl_cel_fault_text(result.fault));
        }
    }
    for (size_t i = 0; i < sizeof(fail) / sizeof(fail[0]); i++) {
        const struct pl_cel_result result =
            pl_cel_eval(cel_form_compile(fail[i], PL_CEL_BOOL), &world);
        if (result.fault != PL_CEL_ARGUMENT && result.fault != PL_CEL_OVERFLOW) {
            fail_msg("%s: %s", fail[i], pl_cel_fault_text(result.fault));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(conditions_on_a_form_hold),
        cmocka_unit_test(literals_and_operators_follow_cel),
        cmocka_unit_test(the_whole_language_is_there),
        cmocka_unit_test(logic_absorbs_faults_on_either_side),
        cmocka_unit_test(results_are_written_as_documents),
        cmocka_unit_test(a_program_names_its_variables),
        cmocka_unit_test(days_are_counted_by_the_calendar),
    };
    return cmocka_run_group_tests(tests, cel_form_set_up, NULL);
}
