#include "value/cel_function.h"

#include <string.h>

const struct pl_cel_row pl_cel_rows[PL_CEL_ROWS] = {
#define CHEAP    false, false
#define SCAN     true, false
#define CALENDAR false, true
#define ROW(NAME, FORM, ARGUMENTS, RESULT, FUNCTION, COST)                                         \
    {NAME, ARGUMENTS, pl_cel_do_##FUNCTION, PL_CEL_FORM_##FORM, RESULT, COST},
#include "value/cel_functions.def"
#undef ROW
#undef CALENDAR
#undef SCAN
#undef CHEAP
};

#define BIT(type) (1U << PL_CEL_##type)

/* The types that a letter of the registry takes, a bit each. */
static const uint16_t letters[128] = {
    ['b'] = BIT(BOOL),
    ['i'] = BIT(INT),
    ['u'] = BIT(UINT),
    ['d'] = BIT(DOUBLE),
    ['s'] = BIT(STRING),
    ['y'] = BIT(BYTES),
    ['l'] = BIT(LIST),
    ['m'] = BIT(MAP),
    ['t'] = BIT(TIMESTAMP),
    ['D'] = BIT(DURATION),
    ['T'] = BIT(TYPE),
    ['o'] = BIT(OPTIONAL),
    ['N'] = BIT(INT) | BIT(UINT) | BIT(DOUBLE),
    ['x'] = UINT16_MAX,
};

static bool is_of_form(enum pl_cel_form row, enum pl_cel_form form)
{
    return row == form || (row == PL_CEL_FORM_EITHER && form != PL_CEL_FORM_OPERATOR);
}

uint16_t pl_cel_row_of(struct pl_text name, enum pl_cel_form form)
{
    for (unsigned row = 0; row < PL_CEL_ROWS; row++) {
        if (is_of_form(pl_cel_rows[row].form, form) && pl_text_is(name, pl_cel_rows[row].name)) {
            return (uint16_t)row;
        }
    }
    return PL_CEL_NO_ROW;
}

static bool continues(uint16_t row, uint16_t first)
{
    return row < PL_CEL_ROWS && (pl_cel_rows[row].name == pl_cel_rows[first].name ||
                                 strcmp(pl_cel_rows[row].name, pl_cel_rows[first].name) == 0);
}

/* Whether the overload takes `count` values; `type_at` (with its stride) is the type of the first.
 */
static bool takes(const struct pl_cel_row *row, const void *type_at, size_t stride, uint32_t count)
{
    const char *letter = row->arguments;

    for (uint32_t i = 0; i < count; i++) {
        enum pl_cel_type type;
        if (*letter == '\0') {
            return false;
        }
        memcpy(&type, (const char *)type_at + i * stride, sizeof(type));
        /* what is not known before run time may be anything */
        if (((letters[(unsigned char)*letter] | BIT(DYN)) >> type & 1U) == 0) {
            return false;
        }
        letter += letter[1] == '*' ? 0 : 1;
    }
    return *letter == '\0' || (letter[1] == '*' && count > 0);
}

uint16_t pl_cel_row_taking(uint16_t row, const enum pl_cel_type *types, uint32_t count)
{
    for (uint16_t at = row; continues(at, row); at++) {
        if (takes(&pl_cel_rows[at], types, sizeof(types[0]), count)) {
            return at;
        }
    }
    return PL_CEL_NO_ROW;
}

uint16_t pl_cel_row_other(uint16_t row, const enum pl_cel_type *types, uint32_t count)
{
    return continues((uint16_t)(row + 1), row)
               ? pl_cel_row_taking((uint16_t)(row + 1), types, count)
               : PL_CEL_NO_ROW;
}

void pl_cel_row_arity(uint16_t row, uint32_t *least_out, uint32_t *most_out)
{
    *least_out = UINT32_MAX;
    *most_out = 0;
    for (uint16_t at = row; continues(at, row); at++) {
        const char *const arguments = pl_cel_rows[at].arguments;
        const uint32_t count = (uint32_t)strlen(arguments);
        const bool more = strchr(arguments, '*') != NULL;
        *least_out = count < *least_out ? count : *least_out;
        *most_out = more ? PL_CEL_ARGUMENTS_MAX : count > *most_out ? count : *most_out;
    }
}

size_t pl_cel_function_names(const char **out)
{
    size_t count = 0;

    for (unsigned row = 0; row < PL_CEL_ROWS; row++) {
        const bool is_new = row == 0 || !continues((uint16_t)row, (uint16_t)(row - 1));
        if (pl_cel_rows[row].form != PL_CEL_FORM_OPERATOR && is_new) {
            out[count++] = pl_cel_rows[row].name;
        }
    }
    return count;
}

/* Bytes behind a value that may have to be walked. */
static size_t weight_of(const struct pl_cel_value *value)
{
    switch (value->type) {
    case PL_CEL_STRING:
        return value->text.len;
    case PL_CEL_BYTES:
    case PL_CEL_LIST:
    case PL_CEL_MAP:
    case PL_CEL_OPTIONAL:
        return value->value.size;
    case PL_CEL_NULL:
    case PL_CEL_BOOL:
    case PL_CEL_INT:
    case PL_CEL_UINT:
    case PL_CEL_DOUBLE:
    case PL_CEL_TIMESTAMP:
    case PL_CEL_DURATION:
    case PL_CEL_TYPE:
    case PL_CEL_DYN:
        break;
    }
    return 0;
}

enum pl_cel_fault pl_cel_call(struct pl_cel_run *run, uint16_t row, const struct pl_cel_value *args,
                              uint32_t count, struct pl_cel_value *out)
{
    uint16_t at = row;

    while (!takes(&pl_cel_rows[at], &args->type, sizeof(args[0]), count)) {
        at++;
        if (!continues(at, row)) {
            return PL_CEL_NO_OVERLOAD;
        }
    }
    for (uint32_t i = 0; pl_cel_rows[at].scans && i < count; i++) {
        pl_cel_charge(run, weight_of(&args[i]));
    }
    run->argc = count;
    return pl_cel_is_spent(run) ? PL_CEL_COST : pl_cel_rows[at].run(run, args, out);
}
