/* What is said about a program and about an evaluation that failed. Pure. */
#include <string.h>

#include "value/cel_code.h"
#include "value/cel_run.h"
#include "value/cel_time.h"
#include "value/decimal.h"

const char *pl_cel_fault_text(enum pl_cel_fault fault)
{
    switch (fault) {
    case PL_CEL_OK:
        return "no fault";
    case PL_CEL_NO_SUCH_FIELD:
        return "the field is not there";
    case PL_CEL_NO_OVERLOAD:
        return "the value has a type that does not fit";
    case PL_CEL_DIVISION:
        return "division by zero";
    case PL_CEL_OVERFLOW:
        return "a number beyond 64 bits";
    case PL_CEL_INDEX:
        return "the list has no such element";
    case PL_CEL_ARGUMENT:
        return "a value that the function does not take";
    case PL_CEL_REPEATED_KEY:
        return "a key twice in one map";
    case PL_CEL_NO_CALENDAR:
        return "no calendar to count working days by";
    case PL_CEL_ROOM:
        return "the expression puts together more than there is room for";
    case PL_CEL_COST:
        return "the expression costs more than its limit";
    }
    return "unknown fault";
}

const char *pl_cel_type_name(enum pl_cel_type type)
{
    static const char *const names[] = {
        [PL_CEL_NULL] = "null_type",
        [PL_CEL_BOOL] = "bool",
        [PL_CEL_INT] = "int",
        [PL_CEL_UINT] = "uint",
        [PL_CEL_DOUBLE] = "double",
        [PL_CEL_STRING] = "string",
        [PL_CEL_BYTES] = "bytes",
        [PL_CEL_LIST] = "list",
        [PL_CEL_MAP] = "map",
        [PL_CEL_TIMESTAMP] = "google.protobuf.Timestamp",
        [PL_CEL_DURATION] = "google.protobuf.Duration",
        [PL_CEL_TYPE] = "type",
        [PL_CEL_OPTIONAL] = "optional_type",
        [PL_CEL_DYN] = "dyn",
    };
    return names[type];
}

/* ---- one line ---- */

#define SHOWN_VALUES  4  /* of variables */
#define SHOWN_ENTRIES 3  /* of a list or map */
#define SHOWN_BYTES   48 /* of a text */
#define SHOWN_SOURCE  96 /* bytes of the sub-expression */
#define SHOWN_DEPTH   2

struct line {
    char *at;
    size_t len;
    size_t size;
};

/* The beginning of a text that fits, never cut inside a character. */
static uint32_t fitting(struct pl_text text, size_t room)
{
    uint32_t len = text.len;

    if (len > room) {
        len = (uint32_t)room;
        while (len > 0 && ((unsigned char)text.at[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    return len;
}

static void add(struct line *line, struct pl_text text)
{
    const uint32_t len = fitting(text, line->size - 1 - line->len);

    if (len > 0) {
        memcpy(line->at + line->len, text.at, len);
    }
    line->len += len;
}

static void add_string(struct line *line, const char *string)
{
    add(line, pl_text_of(string));
}

/* At most `max` bytes of a text that others wrote; control characters become blanks. */
static void add_foreign(struct line *line, struct pl_text text, uint32_t max)
{
    const uint32_t len = fitting(text, max);
    const size_t from = line->len;

    add(line, (struct pl_text){text.at, len});
    for (size_t i = from; i < line->len; i++) {
        line->at[i] = (unsigned char)line->at[i] < ' ' ? ' ' : line->at[i];
    }
    add_string(line, len < text.len ? "..." : "");
}

static void add_number(struct line *line, bool negative, uint64_t number)
{
    char digits[21];
    uint32_t from = sizeof(digits);

    do {
        digits[--from] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    if (negative) {
        digits[--from] = '-';
    }
    add(line, (struct pl_text){digits + from, (uint32_t)sizeof(digits) - from});
}

/* ---- values ---- */

static void add_value(struct line *line, const struct pl_cel_value *value, unsigned depth);

static void add_container(struct line *line, const struct pl_cel_value *value, unsigned depth)
{
    const bool is_map = value->type == PL_CEL_MAP;
    struct pl_cel_cursor cursor = pl_cel_walk(value->value);

    add_string(line, is_map ? "{" : "[");
    for (unsigned shown = 0; cursor.left > 0; cursor.left--, shown++) {
        struct pl_cel_value part = {.type = PL_CEL_NULL};
        add_string(line, shown > 0 ? ", " : "");
        if (shown == SHOWN_ENTRIES || depth == SHOWN_DEPTH) {
            add_string(line, "...");
            break;
        }
        if (is_map) {
            (void)pl_cel_load(pl_cel_take(&cursor), &part);
            add_value(line, &part, SHOWN_DEPTH);
            add_string(line, ": ");
        }
        (void)pl_cel_load(pl_cel_take(&cursor), &part);
        add_value(line, &part, depth + 1);
    }
    add_string(line, is_map ? "}" : "]");
}

static void add_value(struct line *line, const struct pl_cel_value *value, unsigned depth)
{
    char text[PL_CEL_TIME_TEXT_SIZE];
    uint32_t len = 0;

    switch (value->type) {
    case PL_CEL_NULL:
        add_string(line, "null");
        return;
    case PL_CEL_BOOL:
        add_string(line, value->boolean ? "true" : "false");
        return;
    case PL_CEL_INT:
        add_number(line, value->integer < 0,
                   value->integer < 0 ? 0 - value->natural : value->natural);
        return;
    case PL_CEL_UINT:
        add_number(line, false, value->natural);
        return;
    case PL_CEL_DOUBLE:
        len = pl_decimal_format(value->real, text);
        break;
    case PL_CEL_STRING:
        add_string(line, "\"");
        add_foreign(line, value->text, SHOWN_BYTES);
        add_string(line, "\"");
        return;
    case PL_CEL_LIST:
    case PL_CEL_MAP:
        add_container(line, value, depth);
        return;
    case PL_CEL_TIMESTAMP:
        len = pl_cel_moment_format(value->time, text);
        break;
    case PL_CEL_DURATION:
        len = pl_cel_span_format(value->time, text);
        break;
    case PL_CEL_TYPE:
        add(line, value->text);
        return;
    case PL_CEL_BYTES:
    case PL_CEL_OPTIONAL:
    case PL_CEL_DYN:
        add_string(line, pl_cel_type_name(value->type));
        return;
    }
    add(line, (struct pl_text){text, len});
}

/* ---- what was read ---- */

static struct pl_text source_of(const struct pl_cel_program *program,
                                const struct pl_cel_step *step)
{
    return (struct pl_text){program->source.at + step->from, step->to - step->from};
}

static struct pl_bytes variable_of(const struct pl_cel_world *world, const struct pl_cel_step *step)
{
    return step->variable < world->variable_count ? world->variables[step->variable]
                                                  : (struct pl_bytes){NULL, 0};
}

/* " (area = 40, use = "shop")": the variables of the sub-expression that have a value. */
static void add_variables(struct line *line, const struct pl_cel_program *program,
                          const struct pl_cel_world *world, const struct pl_cel_step *failed)
{
    unsigned shown = 0;

    for (uint32_t i = 0; i < program->count && shown < SHOWN_VALUES; i++) {
        const struct pl_cel_step *step = &program->steps[i];
        struct pl_cel_value value;
        if (step->op != PL_CEL_OP_PATH || step->from < failed->from || step->to > failed->to ||
            !pl_cel_load(pl_value_path(variable_of(world, step), step->path), &value)) {
            continue;
        }
        add_string(line, shown == 0 ? " (" : ", ");
        add_foreign(line, source_of(program, step), SHOWN_SOURCE);
        add_string(line, " = ");
        add_value(line, &value, 0);
        shown++;
    }
    add_string(line, shown > 0 ? ")" : "");
}

/* Cuts the last key off a path as it is written. */
static struct pl_text without_last(struct pl_text path)
{
    while (path.len > 0 && path.at[path.len - 1] != '.') {
        path.len--;
    }
    path.len -= path.len > 0 ? 1 : 0;
    return path;
}

static struct pl_text last_key(struct pl_text path)
{
    const uint32_t before = without_last(path).len;
    const uint32_t skip = before > 0 ? before + 1 : 0;

    return (struct pl_text){path.at + skip, path.len - skip};
}

/* "no such field `height` in `design` (design = {...})": which part of the path is not there. */
static void add_missing(struct line *line, const struct pl_cel_program *program,
                        const struct pl_cel_world *world, const struct pl_cel_step *step)
{
    const struct pl_bytes variable = variable_of(world, step);
    struct pl_text path = step->path; /* inside the variable */
    struct pl_text shown = {program->source.at + step->offset, step->to - step->offset};
    struct pl_cel_value parent;

    while (shown.len > 0 && strchr(") ", shown.at[shown.len - 1]) != NULL) {
        shown.len--; /* of has(...) */
    }
    while (path.len > 0 && pl_value_path(variable, without_last(path)).size == 0) {
        path = without_last(path);
        shown = without_last(shown);
    }
    const struct pl_text key = last_key(shown);
    add_string(line, "no such field `");
    add_foreign(line, key, SHOWN_SOURCE);
    add_string(line, "`");
    const struct pl_text before = without_last(shown);
    if (before.len == 0) {
        return;
    }
    add_string(line, " in `");
    add_foreign(line, before, SHOWN_SOURCE);
    add_string(line, "`");
    if (pl_cel_load(pl_value_path(variable, without_last(path)), &parent) && path.len > 0) {
        add_string(line, " (");
        add_foreign(line, before, SHOWN_SOURCE);
        add_string(line, " = ");
        add_value(line, &parent, 0);
        add_string(line, ")");
    }
}

/* The same for a field of a value that an expression gave: what it was is gone. */
static void add_missing_field(struct line *line, const struct pl_cel_program *program,
                              const struct pl_cel_step *step)
{
    struct pl_text of = {program->source.at + step->from, step->offset - step->from};

    while (of.len > 0 && strchr(". \n\t`", of.at[of.len - 1]) != NULL) {
        of.len--;
    }
    add_string(line, "no such field `");
    add_foreign(line, step->path, SHOWN_SOURCE);
    add_string(line, "` in `");
    add_foreign(line, of, SHOWN_SOURCE);
    add_string(line, "`");
}

size_t pl_cel_explain(const struct pl_cel_program *program, const struct pl_cel_world *world,
                      const struct pl_cel_result *result, char *out, size_t size)
{
    struct line line = {.at = out, .size = size};
    const struct pl_cel_step *const step = &program->steps[result->step];
    const bool is_path = step->op == PL_CEL_OP_PATH || step->op == PL_CEL_OP_HAS;

    add_string(&line, "column ");
    add_number(&line, false, result->column);
    add_string(&line, ": ");
    if (is_path && result->fault == PL_CEL_NO_SUCH_FIELD) {
        add_missing(&line, program, world, step);
    } else if (step->op == PL_CEL_OP_FIELD && result->fault == PL_CEL_NO_SUCH_FIELD) {
        add_missing_field(&line, program, step);
        add_variables(&line, program, world, step);
    } else {
        add_string(&line, pl_cel_fault_text(result->fault));
        add_string(&line, " in `");
        add_foreign(&line, source_of(program, step), SHOWN_SOURCE);
        add_string(&line, "`");
        add_variables(&line, program, world, step);
    }
    if (result->item > 0) {
        add_string(&line, ", at element ");
        add_number(&line, false, result->item);
    }
    out[line.len] = '\0';
    return line.len;
}
