/* Any bytes as an expression over a form. No crash, no end of time, and:
 *
 * - the same evaluation gives the same twice, and costs no more than it may;
 * - constants that are computed at load time change nothing but the cost;
 * - the checker changes nothing: what it lets through gives the same without it;
 * - less room gives the same or says that there is too little;
 * - it compiles into as much memory as it took before;
 * - what is written as a document is one; what is explained can be read. */
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "value/cel_code.h"
#include "value/cel_run.h"
#include "value/json.h"
#include "value/schema.h"

#define ARENA_SIZE (4u << 20)
#define ROOM_SIZE  16384
#define LITTLE     96
#define VARIABLES  2 /* the form; one that is absent */

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static const char schema_text[] =
    "{\"properties\":{\"area\":{\"type\":\"number\"},\"floors\":{\"type\":\"integer\"},"
    "\"use\":{\"type\":\"string\"},\"fire\":{\"type\":\"boolean\"},"
    "\"owner\":{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},"
    "\"since\":{\"type\":\"string\"}}},"
    "\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}},"
    "\"rooms\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{"
    "\"size\":{\"type\":\"number\"},\"doors\":{\"type\":\"array\",\"items\":{\"type\":"
    "\"integer\"}}}}},\"x\":true,\"m\":{\"type\":\"object\"}}}";
static const char form_text[] =
    "{\"area\":2500.5,\"floors\":24,\"use\":\"\xE6\x97\x85\xE9\xA6\x86\",\"fire\":true,"
    "\"owner\":{\"name\":\"Li\",\"since\":\"2016-04-20\"},\"tags\":[\"a\",\"b\",\"\"],"
    "\"rooms\":[{\"size\":1.5,\"doors\":[1,2]},{\"size\":20.25,\"doors\":[]}],"
    "\"x\":[1,2.5,\"x\",null,true,{\"a\":[{}]}],\"m\":{\"k\":1,\"l\":\"two\"}}";

static uint8_t form_bytes[4096];
static uint8_t schema_bytes[4096];
static char schema_memory[1u << 20];
static char memory[ARENA_SIZE];
static uint8_t rooms[2][ROOM_SIZE];
static uint8_t documents[2 * ROOM_SIZE];
static const struct pl_schema *schema;
static struct pl_bytes variables[VARIABLES];

static struct pl_bytes read_json(const char *text, uint8_t *into, size_t size)
{
    struct pl_writer out;

    pl_writer_init(&out, into, size);
    PL_CHECK(pl_json_read(pl_text_of(text), &out, NULL) == PLACET_OK);
    return pl_writer_bytes(&out);
}

static void set_up(void)
{
    static struct pl_arena arena;

    if (schema == NULL) {
        pl_arena_init(&arena, schema_memory, sizeof(schema_memory));
        const struct pl_bytes text = read_json(schema_text, schema_bytes, sizeof(schema_bytes));
        PL_CHECK(pl_schema_compile(text, NULL, &arena, &schema, NULL) == PLACET_OK);
        variables[0] = read_json(form_text, form_bytes, sizeof(form_bytes));
    }
}

/* ---- the world ---- */

static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    struct pl_schema_field field = {0};

    (void)context;
    if (pl_text_is(path, "absent")) {
        *binding_out = (struct pl_cel_binding){.variable = 1, .type = PL_CEL_DYN};
        return true;
    }
    if (!pl_schema_at(schema, path, &field, suggestion_out)) {
        return false;
    }
    *binding_out = (struct pl_cel_binding){.rest = path, .type = field.type, .schema = schema};
    return true;
}

static bool is_working(const void *calendar, int32_t day)
{
    (void)calendar;
    return day % 7 != 3 && day % 7 != 2;
}

static int32_t add(const void *calendar, int32_t day, int32_t count)
{
    for (const int32_t step = count < 0 ? -1 : 1; count != 0;) {
        day += step;
        count -= is_working(calendar, day) ? step : 0;
    }
    return day;
}

static int32_t between(const void *calendar, int32_t from, int32_t to)
{
    (void)calendar;
    return to / 7 * 5 - from / 7 * 5;
}

static const struct pl_cel_days days = {
    .zone_minutes = 480, .add = add, .between = between, .is_working = is_working};

static struct pl_cel_world world_of(uint8_t *room, size_t size)
{
    return (struct pl_cel_world){.variables = variables,
                                 .variable_count = VARIABLES,
                                 .now_ms = INT64_C(1461114000250),
                                 .days = &days,
                                 .room = room,
                                 .room_size = size};
}

/* ---- what has to hold ---- */

/* The value in its encoding, after those that were encoded before. */
static struct pl_bytes encode(const struct pl_cel_value *value, size_t before)
{
    const struct pl_cel_world world = {.room = documents + before, .room_size = 2 * ROOM_SIZE / 2};
    struct pl_cel_run run = {.world = &world};
    struct pl_cel_build build = pl_cel_build(&run);

    pl_cel_put_value(&build, value);
    return build.full ? (struct pl_bytes){NULL, 0}
                      : (struct pl_bytes){world.room, (uint32_t)build.used};
}

static bool are_same(const struct pl_cel_value *a, const struct pl_cel_value *b)
{
    const struct pl_bytes left = encode(a, 0);
    const struct pl_bytes right = encode(b, ROOM_SIZE);

    return a->type == b->type && left.size == right.size &&
           (left.size == 0 || memcmp(left.at, right.at, left.size) == 0);
}

/* A fault that another evaluation, with other steps, need not have. */
static bool is_of_means(enum pl_cel_fault fault)
{
    return fault == PL_CEL_COST || fault == PL_CEL_ROOM;
}

static void check_twice(const struct pl_cel_program *program, const struct pl_cel_result *first)
{
    const struct pl_cel_world world = world_of(rooms[1], ROOM_SIZE);
    const struct pl_cel_result again = pl_cel_eval(program, &world);

    PL_CHECK(again.fault == first->fault && again.cost == first->cost);
    PL_CHECK(again.step == first->step && again.item == first->item);
    PL_CHECK(first->fault != PL_CEL_OK || are_same(&first->value, &again.value));
    PL_CHECK(first->cost <= 2 * PL_CEL_COST_MAX);
}

static void check_little_room(const struct pl_cel_program *program,
                              const struct pl_cel_result *first)
{
    const struct pl_cel_world world = world_of(rooms[1], LITTLE);
    const struct pl_cel_result little = pl_cel_eval(program, &world);

    if (little.fault == PL_CEL_OK && !is_of_means(first->fault)) {
        PL_CHECK(first->fault == PL_CEL_OK && are_same(&first->value, &little.value));
    }
}

static void check_other(struct pl_text source, struct pl_cel_options options,
                        const struct pl_cel_result *first, bool places)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    const struct pl_cel_world world = world_of(rooms[1], ROOM_SIZE);
    const struct pl_cel_program *program = NULL;
    static char other[ARENA_SIZE];
    struct pl_arena arena;

    pl_arena_init(&arena, other, sizeof(other));
    PL_CHECK(pl_cel_compile_as(source, &scope, PL_CEL_DYN, options, &arena, &program, NULL) ==
             PLACET_OK);
    const struct pl_cel_result result = pl_cel_eval(program, &world);
    if (is_of_means(result.fault) || is_of_means(first->fault)) {
        return;
    }
    PL_CHECK(result.fault == first->fault);
    PL_CHECK(result.fault != PL_CEL_OK || are_same(&first->value, &result.value));
    PL_CHECK(!places || (result.column == first->column && result.length == first->length));
}

static void check_memory(struct pl_text source, size_t used)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    const struct pl_cel_program *program = NULL;
    static char again[ARENA_SIZE];
    struct pl_arena arena;

    pl_arena_init(&arena, again, used);
    PL_CHECK(pl_cel_compile(source, &scope, PL_CEL_DYN, &arena, &program, NULL) == PLACET_OK);
    PL_CHECK(arena.used == used);
}

static void check_result(const struct pl_cel_program *program, const struct pl_cel_result *result)
{
    const struct pl_cel_world world = world_of(rooms[0], ROOM_SIZE);
    struct pl_writer out;
    char line[160];

    if (result->fault == PL_CEL_OK) {
        pl_writer_init(&out, documents, sizeof(documents));
        if (pl_cel_write(&out, &result->value) == PLACET_OK) {
            PL_CHECK(pl_msgpack_check(documents, out.used) == PL_MSGPACK_OK);
        }
        return;
    }
    for (size_t size = 1; size <= sizeof(line); size += 53) {
        const size_t len = pl_cel_explain(program, &world, result, line, size);
        PL_CHECK(len < size && strlen(line) == len && pl_text_is_utf8(line, len));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
    static const struct pl_cel_scope scope = {.resolve = resolve};
    static const struct pl_cel_options unfolded = {.unfolded = true};
    static const struct pl_cel_options unchecked = {.unchecked = true};
    const struct pl_text source = {(const char *)bytes, (uint32_t)size};
    const struct pl_cel_program *program = NULL;
    struct placet_error err = {0};
    struct pl_arena arena;

    set_up();
    pl_arena_init(&arena, memory, sizeof(memory));
    const int rc = pl_cel_compile(source, &scope, PL_CEL_DYN, &arena, &program, &err);
    PL_CHECK((rc == PLACET_OK) == (program != NULL));
    PL_CHECK((rc == PLACET_OK) == (err.message[0] == '\0'));
    if (rc != PLACET_OK) {
        PL_CHECK(err.column >= 1 && err.column <= size + 1);
        return 0;
    }
    check_memory(source, arena.used);
    const struct pl_cel_world world = world_of(rooms[0], ROOM_SIZE);
    const struct pl_cel_result result = pl_cel_eval(program, &world);
    check_twice(program, &result);
    check_little_room(program, &result);
    check_other(source, unfolded, &result, true);
    check_other(source, unchecked, &result, false);
    check_result(program, &result);
    return 0;
}
