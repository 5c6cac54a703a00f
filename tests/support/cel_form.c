#include "support/cel_form.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "value/writer.h"

struct pl_arena cel_form_arena;
struct pl_bytes cel_form_variables[2];
uint8_t cel_form_room[CEL_FORM_ROOM];

static char memory[1 << 20];
static uint8_t document[4096];

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

const struct pl_cel_scope cel_form_scope = {.resolve = resolve};

int cel_form_set_up(void **state)
{
    struct pl_writer out;
    (void)state;

    pl_arena_init(&cel_form_arena, memory, sizeof(memory));
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
    cel_form_variables[0] = pl_writer_bytes(&out);
    return 0;
}

const struct pl_cel_program *cel_form_compile(const char *source, enum pl_cel_type wanted)
{
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};

    pl_arena_reset(&cel_form_arena);
    if (pl_cel_compile(pl_text_of(source), &cel_form_scope, wanted, &cel_form_arena, &program,
                       &err) != PLACET_OK) {
        fail_msg("%s: %u: %s", source, err.column, err.message);
    }
    return program;
}

struct pl_cel_result cel_form_eval_over(const struct pl_cel_program *program,
                                        const struct pl_bytes *values, uint32_t count)
{
    const struct pl_cel_world world = {.variables = values,
                                       .now_ms = INT64_C(1461114000250),
                                       .variable_count = count,
                                       .room = cel_form_room,
                                       .room_size = CEL_FORM_ROOM};
    return pl_cel_eval(program, &world);
}

struct pl_cel_result cel_form_eval(const char *source, enum pl_cel_type wanted)
{
    return cel_form_eval_over(cel_form_compile(source, wanted), cel_form_variables, 2);
}

void cel_form_hold(const char *const *sources, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct pl_cel_result result = cel_form_eval(sources[i], PL_CEL_BOOL);
        if (result.fault != PL_CEL_OK || result.value.type != PL_CEL_BOOL ||
            !result.value.boolean) {
            fail_msg("%s: %s", sources[i], pl_cel_fault_text(result.fault));
        }
    }
}
