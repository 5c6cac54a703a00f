/* What is said about a program and about an evaluation that failed. Pure. */
#include <string.h>

#include "value/cel_code.h"

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

struct line {
    char *at;
    size_t len;
    size_t size;
};

static void add(struct line *line, struct pl_text text)
{
    size_t len = line->size - 1 - line->len;

    if (text.len <= len) {
        len = text.len;
    } else {
        while (len > 0 && ((unsigned char)text.at[len] & 0xC0) == 0x80) {
            len--;
        }
    }
    memcpy(line->at + line->len, text.at, len);
    line->len += len;
}

static void add_number(struct line *line, uint32_t number)
{
    char digits[10];
    uint32_t from = sizeof(digits);

    do {
        digits[--from] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    add(line, (struct pl_text){digits + from, (uint32_t)sizeof(digits) - from});
}

size_t pl_cel_explain(const struct pl_cel_program *program, const struct pl_cel_world *world,
                      const struct pl_cel_result *result, char *out, size_t size)
{
    struct line line = {.at = out, .size = size};

    (void)world;
    add(&line, PL_TEXT("column "));
    add_number(&line, result->column);
    add(&line, PL_TEXT(": "));
    add(&line, pl_text_of(pl_cel_fault_text(result->fault)));
    add(&line, PL_TEXT(": "));
    add(&line, program->source);
    out[line.len] = '\0';
    return line.len;
}
