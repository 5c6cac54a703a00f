/* Types of expressions: the one that is wanted, and what the schema of a form says. */
#include "value/cel.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "support/cel_form.h"
#include "value/json.h"
#include "value/schema.h"
#include "value/writer.h"

static void results_have_the_wanted_type(void **state)
{
    (void)state;
    struct pl_cel_result result = cel_form_eval("i_floors", PL_CEL_DOUBLE);
    assert_int_equal(result.value.type, PL_CEL_DOUBLE);
    assert_true(result.value.real == 24.0);

    result = cel_form_eval("b_fire ? s_use : 'none'", PL_CEL_STRING);
    assert_int_equal(result.fault, PL_CEL_OK);
    assert_true(pl_text_is(result.value.text, "住宅"));

    result = cel_form_eval("x_int", PL_CEL_DYN);
    assert_int_equal(result.value.type, PL_CEL_INT);

    result = cel_form_eval("x_text", PL_CEL_INT);
    assert_int_equal(result.fault, PL_CEL_NO_OVERLOAD);

    result = cel_form_eval("s_ascii + '!'", PL_CEL_STRING);
    assert_int_equal(result.fault, PL_CEL_OK);
    assert_true(pl_text_is(result.value.text, "fire station!"));
    assert_true(pl_text_is(pl_cel_source(cel_form_compile("b_fire", PL_CEL_BOOL)), "b_fire"));
}

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

    pl_arena_reset(&cel_form_arena);
    pl_writer_init(&out, bytes, sizeof(bytes));
    assert_int_equal(pl_json_read(PL_TEXT(form_schema), &out, NULL), PLACET_OK);
    assert_int_equal(pl_schema_compile(pl_writer_bytes(&out), NULL, &cel_form_arena, &schema, err),
                     PLACET_OK);
    const struct pl_cel_scope over = {.context = (void *)(uintptr_t)schema,
                                      .resolve = resolve_form};
    return pl_cel_compile(pl_text_of(source), &over, PL_CEL_DYN, &cel_form_arena, program_out, err);
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
    static const struct {
        const char *source;
        uint32_t column;
        const char *message;
    } refused[] = {
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
        const struct pl_cel_result result = cel_form_eval_over(program, &form, 1);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_have_the_wanted_type),
        cmocka_unit_test(elements_have_the_types_of_their_schema),
        cmocka_unit_test(cost_is_bounded_when_loaded),
    };
    return cmocka_run_group_tests(tests, cel_form_set_up, NULL);
}
