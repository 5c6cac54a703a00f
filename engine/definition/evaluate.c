/* Expressions on their own, for tools: `placet eval`. */
#include <placet/expression.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition/definition.h"
#include "model/days.h"
#include "value/cel.h"
#include "value/cel_time.h"
#include "value/json.h"
#include "value/mistake.h"
#include "value/schema.h"

#define ARENA_SIZE (1u << 20)
#define ROOM_SIZE  (1u << 18)

/* One evaluation; on the heap, for a calendar is large. */
struct work {
    const struct placet_sight *sight;
    const struct pl_schema *schema;
    struct pl_calendar calendar;
    int64_t now_ms;
    struct pl_arena arena;
    uint8_t memory[ARENA_SIZE];
    uint8_t room[ROOM_SIZE];
    uint8_t document[ROOM_SIZE];
};

static const struct pl_place nowhere = {0};

/* ---- names ---- */

/* Without a schema the data say which names there are. */
static bool is_in_data(struct pl_bytes data, struct pl_text path, const char **suggestion_out,
                       struct pl_arena *arena)
{
    const char *dot = memchr(path.at, '.', path.len);
    const struct pl_text first = {path.at, dot != NULL ? (uint32_t)(dot - path.at) : path.len};
    const char *known[64];
    size_t count = 0;
    struct pl_reader in;

    if (data.size == 0 || pl_value_get(data, first).size > 0) {
        return data.size > 0;
    }
    pl_reader_init(&in, data.at, data.size);
    for (uint32_t left = pl_reader_map(&in); left > 0 && count < 64; left--) {
        const struct pl_text key = pl_reader_text(&in, UINT32_MAX);
        known[count] = pl_arena_text(arena, key.at, key.len);
        count += known[count] != NULL ? 1 : 0;
        pl_reader_skip(&in);
    }
    const char *word = pl_arena_text(arena, first.at, first.len);
    *suggestion_out = word != NULL ? pl_text_closest(word, known, count) : NULL;
    return false;
}

static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    struct work *work = context;
    const struct pl_bytes data = {work->sight->data.at, work->sight->data.size};
    struct pl_schema_field field = {.type = PL_CEL_DYN};

    if (work->schema != NULL ? !pl_schema_at(work->schema, path, &field, suggestion_out)
                             : !is_in_data(data, path, suggestion_out, &work->arena)) {
        return false;
    }
    *binding_out =
        (struct pl_cel_binding){.rest = path, .type = field.type, .schema = work->schema};
    return true;
}

/* ---- evaluation ---- */

static int type_of(const char *name, enum pl_cel_type *type_out, struct placet_error *err)
{
    *type_out = PL_CEL_DYN;
    for (unsigned type = 0; name != NULL && type < PL_CEL_DYN; type++) {
        if (strcmp(name, pl_cel_type_name((enum pl_cel_type)type)) == 0) {
            *type_out = (enum pl_cel_type)type;
        }
    }
    if (name == NULL || *type_out != PL_CEL_DYN || strcmp(name, "dyn") == 0) {
        return PLACET_OK;
    }
    return pl_mistake(err, PLACET_EINVALID, nowhere,
                      "Types are bool, int, uint, double, string, bytes, list, map.",
                      "no type \"%s\"", name);
}

static int time_of(const struct placet_sight *sight, int64_t *now_ms_out, struct placet_error *err)
{
    struct pl_cel_time time;

    if (sight->now == NULL) {
        *now_ms_out = sight->now_ms;
        return PLACET_OK;
    }
    if (!pl_cel_moment_parse(pl_text_of(sight->now), &time)) {
        return pl_mistake(err, PLACET_EINVALID, nowhere, "Write it as 2016-04-20T09:00:00+08:00.",
                          "\"%s\" is no time", sight->now);
    }
    *now_ms_out = time.seconds * 1000 + time.nanos / 1000000;
    return PLACET_OK;
}

static int prepare(struct work *work, enum pl_cel_type *wanted_out, struct placet_error *err)
{
    const struct pl_bytes schema = {work->sight->schema.at, work->sight->schema.size};
    int rc = type_of(work->sight->type, wanted_out, err);

    rc = rc == PLACET_OK ? time_of(work->sight, &work->now_ms, err) : rc;
    pl_arena_init(&work->arena, work->memory, sizeof(work->memory));
    if (rc == PLACET_OK && schema.size > 0) {
        rc = pl_schema_compile(schema, NULL, &work->arena, &work->schema, err);
    }
    if (rc == PLACET_OK && work->sight->calendar_path != NULL) {
        rc = pl_calendar_read(work->sight->calendar_path, &work->calendar, err);
    }
    return rc;
}

/* The value as JSON; what no document holds is a fault of the expression. */
static int show_value(struct work *work, const struct pl_cel_value *value,
                      struct placet_evaluation *out)
{
    struct pl_writer writer;

    pl_writer_init(&writer, work->document, sizeof(work->document));
    if (pl_cel_write(&writer, value) != PLACET_OK) {
        out->column = 1;
        (void)snprintf(out->fault, sizeof(out->fault), "the value has no form in a document");
        return PLACET_OK;
    }
    return pl_json_write(pl_writer_bytes(&writer), false, &out->json);
}

static int evaluate(struct work *work, const struct pl_cel_program *program,
                    struct placet_evaluation *out)
{
    const struct pl_bytes data = {work->sight->data.at, work->sight->data.size};
    const struct pl_cel_days days = pl_calendar_days(&work->calendar);
    const struct pl_cel_world world = {.variables = &data,
                                       .variable_count = 1,
                                       .now_ms = work->now_ms,
                                       .days = work->sight->calendar_path != NULL ? &days : NULL,
                                       .room = work->room,
                                       .room_size = sizeof(work->room)};
    const struct pl_cel_result result = pl_cel_eval(program, &world);

    out->cost = result.cost;
    out->cost_max = pl_cel_cost_max(program);
    if (result.fault != PL_CEL_OK) {
        out->column = result.column;
        out->length = result.length;
        (void)pl_cel_explain(program, &world, &result, out->fault, sizeof(out->fault));
        return PLACET_OK;
    }
    (void)snprintf(out->type, sizeof(out->type), "%s", pl_cel_type_name(result.value.type));
    return show_value(work, &result.value, out);
}

int placet_evaluate(const char *expression, const struct placet_sight *sight,
                    struct placet_evaluation *evaluation_out, struct placet_error *err)
{
    struct work *work = calloc(1, sizeof(*work));
    const struct pl_cel_program *program = NULL;
    struct placet_evaluation out = {0};
    enum pl_cel_type wanted = PL_CEL_DYN;

    if (work == NULL) {
        return pl_mistake(err, PLACET_ENOMEM, nowhere, NULL, "out of memory");
    }
    work->sight = sight;
    int rc = prepare(work, &wanted, err);
    if (rc == PLACET_OK) {
        const struct pl_cel_scope scope = {.context = work, .resolve = resolve};
        rc = pl_cel_compile(pl_text_of(expression), &scope, wanted, &work->arena, &program, err);
    }
    rc = rc == PLACET_OK ? evaluate(work, program, &out) : rc;
    free(work);
    if (rc == PLACET_OK) {
        *evaluation_out = out;
    }
    return rc;
}

void placet_evaluation_fini(struct placet_evaluation *evaluation)
{
    free(evaluation->json);
    *evaluation = (struct placet_evaluation){0};
}
