/* What a guard costs: compiled expressions over a form of about 1 KiB, and a look-up in a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <cmocka.h>

#include "value/cel.h"
#include "value/json.h"
#include "value/schema.h"

#define ROUNDS 300000
#define ROWS   500

static char memory[1 << 20];
static uint8_t form_bytes[8192];
static uint8_t table_bytes[1 << 17];
static uint8_t room[4096];

static struct pl_bytes make_form(void)
{
    struct pl_writer out;
    char text[32];

    pl_writer_init(&out, form_bytes, sizeof(form_bytes));
    pl_write_map(&out, 4);
    for (unsigned section = 0; section < 4; section++) {
        (void)snprintf(text, sizeof(text), "section%u", section);
        pl_write_string(&out, text);
        pl_write_map(&out, 12);
        for (unsigned field = 0; field < 10; field++) {
            (void)snprintf(text, sizeof(text), "field_%u", field);
            pl_write_key_string(&out, text, "Jinyun Road 18");
        }
        pl_write_string(&out, "area");
        pl_write_float(&out, 2500.5 + section);
        pl_write_string(&out, "floors");
        pl_write_array(&out, 3);
        for (unsigned i = 0; i < 3; i++) {
            pl_write_u64(&out, i);
        }
    }
    assert_true(pl_writer_ok(&out));
    return pl_writer_bytes(&out);
}

static struct pl_bytes make_table(void)
{
    struct pl_writer out;
    char text[32];

    pl_writer_init(&out, table_bytes, sizeof(table_bytes));
    pl_write_map(&out, ROWS);
    for (unsigned row = 0; row < ROWS; row++) {
        (void)snprintf(text, sizeof(text), "3302%02u", row);
        pl_write_string(&out, text);
        pl_write_map(&out, 3);
        pl_write_key_string(&out, "name", "Haishu District");
        pl_write_key_u64(&out, "level", 3);
        pl_write_key_string(&out, "office", "Housing and Construction");
    }
    assert_true(pl_writer_ok(&out));
    return pl_writer_bytes(&out);
}

static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    const bool is_table = pl_text_is(path, "districts");

    (void)context;
    (void)suggestion_out;
    *binding_out = (struct pl_cel_binding){
        .variable = is_table ? 1 : 0, .rest = is_table ? PL_TEXT("") : path, .type = PL_CEL_DYN};
    return true;
}

/* Of the processor, so that others on the machine count less. */
static double seconds(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void measure(const char *source, const struct pl_bytes *variables)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    const struct pl_cel_world world = {
        .variables = variables, .variable_count = 2, .room = room, .room_size = sizeof(room)};
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    struct pl_arena arena;
    uint32_t cost = 0;

    pl_arena_init(&arena, memory, sizeof(memory));
    if (pl_cel_compile(pl_text_of(source), &scope, PL_CEL_DYN, &arena, &program, &err) !=
        PLACET_OK) {
        (void)printf("%s: %s\n", source, err.message);
        exit(EXIT_FAILURE);
    }
    const double begin = seconds();
    for (unsigned i = 0; i < ROUNDS; i++) {
        const struct pl_cel_result result = pl_cel_eval(program, &world);
        assert_int_equal(result.fault, PL_CEL_OK);
        cost = result.cost;
    }
    (void)printf("%8.0f ns  cost %4u  %s\n", (seconds() - begin) * 1e9 / ROUNDS, cost, source);
}

int main(void)
{
    static const char *const sources[] = {
        "section0.area > 2000.0",
        "section3.area > 2000.0",
        "section1.field_3 in ['shop', 'hotel', 'office'] || section3.area > 2000.0",
        "section0.area > 2000.0 && section3.field_9 == 'Jinyun Road 18' && has(section2.area)",
        "section2.floors.exists(f, f > 1)",
        "section2.field_1 + ', ' + section2.field_2",
        "districts['330207'].name",
        "districts['3302499'].name",
    };
    const struct pl_bytes variables[] = {make_form(), make_table()};

    (void)printf("form of %u bytes, table of %u rows, %u bytes\n", variables[0].size, ROWS,
                 variables[1].size);
    for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]); i++) {
        measure(sources[i], variables);
    }
    return 0;
}
