/* Expressions as definitions write them: values, types, faults, and what is refused at load time.
 */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "value/json.h"
#include "value/limits.h"
#include "value/schema.h"
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
    static const char *const strangers[] = {"unknown", "int",  "double",
                                            "string",  "type", "google.protobuf.Timestamp"};
    for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
        if (pl_text_is(path, strangers[i])) {
            return false;
        }
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
    const struct pl_cel_world world = {.variables = values,
                                       .now_ms = INT64_C(1461114000250),
                                       .variable_count = count,
                                       .room = room,
                                       .room_size = sizeof(room)};
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
    THESE_HOLD(sources);
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
        const struct pl_cel_result result = eval(cases[i].source, PL_CEL_BOOL);
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
        const struct pl_cel_program *program = compile(cases[i].source, PL_CEL_BOOL);
        const struct pl_cel_world world = {
            .variables = variables, .variable_count = 2, .room = room, .room_size = sizeof(room)};
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
        const struct pl_cel_result result = eval(cases[i].source, PL_CEL_DYN);
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

/* ---- types from a schema ---- */

static const char form_schema[] =
    "{\"type\":\"object\",\"properties\":{\"buildings\":{\"type\":\"array\",\"maxItems\":8,"
    "\"items\":{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{"
    "\"height\":{\"type\":\"number\"},\"name\":{\"type\":\"string\"},"
    "\"floors\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}}}},"
    "\"codes\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}}";
static const char form_text[] =
    "{\"buildings\":[{\"height\":24,\"name\":\"A\",\"floors\":[1,2]},"
    "{\"height\":30.5,\"name\":\"B\",\"floors\":[3.0]}],\"codes\":[\"x\",\"y\"]}";

static bool resolve_form(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                         const char **suggestion_out)
{
    struct pl_schema_field field = {0};

    if (!pl_schema_at(context, path, &field, suggestion_out)) {
        return false;
    }
    *binding_out = (struct pl_cel_binding){.rest = path, .type = field.type, .schema = context};
    return true;
}

/* Compiles over the form, after a reset of the arena. */
static int compile_form(const char *source, const struct pl_cel_program **program_out,
                        struct placet_error *err)
{
    static uint8_t bytes[2048];
    const struct pl_schema *schema = NULL;
    struct pl_writer out;

    pl_arena_reset(&arena);
    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_json_read(PL_TEXT(form_schema), &out, NULL), PLACET_OK);
    assert_int_equal(pl_schema_compile(pl_writer_bytes(&out), NULL, &arena, &schema, err),
                     PLACET_OK);
    const struct pl_cel_scope over = {.context = (void *)(uintptr_t)schema,
                                      .resolve = resolve_form};
    return pl_cel_compile(pl_text_of(source), &over, PL_CEL_DYN, &arena, program_out, err);
}

static void elements_have_the_types_of_their_schema(void **state)
{
    static const char *const hold[] = {
        "buildings.all(b, b.height * 2.0 < 100.0)",
        "buildings.map(b, b.height + 0.5) == [24.5, 31.0]",
        "buildings.filter(b, b.height > 24.0)[0].floors[0] + 1 == 4",
        "cel.bind(b, buildings[0], b.name + b.name == 'AA')",
        "buildings.exists(i, b, i == 1 && b.floors.exists(f, f % 2 == 1))",
        "'x' in codes && codes.join() == 'xy'",
    };
    static const struct bad refused[] = {
        {"buildings.exists(b, b.heigth > 24.0)", 23, "no field `heigth`"},
        {"buildings[0].nam == 'A'", 14, "no field `nam`"},
        {"buildings.map(b, b.name + 1)", 25, "`+` does not take a text and an integer"},
        {"buildings.all(b, b.floors.all(f, f.x))", 36, "an integer has no fields"},
        {"1 in codes", 3, "`in` does not take an integer and a list"},
        {"buildings.map(i, b, b)", 18, "no field `b`"},
    };
    static uint8_t bytes[1024];
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    struct pl_writer out;
    (void)state;

    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_json_read(PL_TEXT(form_text), &out, NULL), PLACET_OK);
    const struct pl_bytes form = pl_writer_bytes(&out);
    for (size_t i = 0; i < sizeof(hold) / sizeof(hold[0]); i++) {
        if (compile_form(hold[i], &program, &err) != PLACET_OK) {
            fail_msg("%s: %u: %s", hold[i], err.column, err.message);
        }
        const struct pl_cel_result result = eval_over(program, &form, 1);
        if (result.fault != PL_CEL_OK || !result.value.boolean) {
            fail_msg("%s: %s", hold[i], pl_cel_fault_text(result.fault));
        }
    }
    for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
        assert_int_equal(compile_form(refused[i].source, &program, &err), PLACET_EINVALID);
        assert_string_equal(err.message, refused[i].message);
        assert_int_equal(err.column, refused[i].column);
    }
    assert_int_equal(compile_form("buildings.all(b, b.hight > 1.0)", &program, &err),
                     PLACET_EINVALID);
    assert_string_equal(err.hint, "Did you mean `height`?");
}

/* ---- what is said of a program ---- */

static void cost_is_bounded_when_loaded(void **state)
{
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    (void)state;

    /* eight elements by the schema, thirty-two where nothing is known */
    assert_int_equal(compile_form("buildings.all(b, b.name != '')", &program, &err), PLACET_OK);
    const uint64_t known = pl_cel_cost_max(program);
    assert_int_equal(compile_form("buildings.all(b, b.floors.all(f, f > 0))", &program, &err),
                     PLACET_OK);
    assert_in_range(pl_cel_cost_max(program), 6 * known, 16 * known);
    assert_int_equal(
        compile_form("codes.all(a, codes.all(b, codes.all(c, codes.all(d, a == b || c == d))))",
                     &program, &err),
        PLACET_ELIMIT);
    assert_non_null(strstr(err.message, "steps, more than 1000000"));
}

static void a_program_names_its_variables(void **state)
{
    const struct pl_cel_program *program =
        compile("has(absent.a) && i_floors > 1 && now > timestamp(0)", PL_CEL_BOOL);
    uint16_t numbers[2] = {9, 9};
    (void)state;

    assert_int_equal(pl_cel_variables(program, numbers, 2), 2);
    assert_int_equal(numbers[0], 0);
    assert_int_equal(numbers[1], 1);
    numbers[1] = 9;
    assert_int_equal(pl_cel_variables(program, numbers, 1), 2);
    assert_int_equal(numbers[1], 9);
    assert_int_equal(pl_cel_variables(compile("1 + 1 == 2", PL_CEL_BOOL), numbers, 2), 0);
}

/* ---- days ---- */

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
    const struct pl_cel_world world = {
        .now_ms = INT64_C(1461114000250), .days = &days, .room = room, .room_size = sizeof(room)};
    (void)state;

    for (size_t i = 0; i < sizeof(hold) / sizeof(hold[0]); i++) {
        const struct pl_cel_result result = pl_cel_eval(compile(hold[i], PL_CEL_BOOL), &world);
        if (result.fault != PL_CEL_OK || !result.value.boolean) {
            fail_msg("%s: %s", hold[i], pl_cel_fault_text(result.fault));
        }
    }
    for (size_t i = 0; i < sizeof(fail) / sizeof(fail[0]); i++) {
        const struct pl_cel_result result = pl_cel_eval(compile(fail[i], PL_CEL_BOOL), &world);
        if (result.fault != PL_CEL_ARGUMENT && result.fault != PL_CEL_OVERFLOW) {
            fail_msg("%s: %s", fail[i], pl_cel_fault_text(result.fault));
        }
    }
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
        (void)compile(sources[i], PL_CEL_BOOL);
        const size_t used = arena.used;
        assert_in_range(used, 1, sizeof(exact));
        pl_arena_init(&again, exact, used);
        assert_int_equal(
            pl_cel_compile(pl_text_of(sources[i]), &scope, PL_CEL_BOOL, &again, &program, NULL),
            PLACET_OK);
        assert_int_equal(again.used, used);
        pl_arena_init(&again, exact, used - 1);
        assert_int_equal(
            pl_cel_compile(pl_text_of(sources[i]), &scope, PL_CEL_BOOL, &again, &program, NULL),
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
        cmocka_unit_test(the_whole_language_is_there),
        cmocka_unit_test(logic_absorbs_faults_on_either_side),
        cmocka_unit_test(faults_have_a_kind_and_a_place),
        cmocka_unit_test(a_fault_is_explained_with_its_values),
        cmocka_unit_test(results_are_written_as_documents),
        cmocka_unit_test(mistakes_are_found_at_load_time),
        cmocka_unit_test(a_near_name_is_suggested),
        cmocka_unit_test(results_have_the_wanted_type),
        cmocka_unit_test(elements_have_the_types_of_their_schema),
        cmocka_unit_test(cost_is_bounded_when_loaded),
        cmocka_unit_test(a_program_names_its_variables),
        cmocka_unit_test(days_are_counted_by_the_calendar),
        cmocka_unit_test(size_depth_and_length_are_bounded),
        cmocka_unit_test(a_program_takes_the_same_room_each_time),
        cmocka_unit_test(cost_is_counted_and_bounded),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
