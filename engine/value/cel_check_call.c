/* Calls: which overload of the registry takes the types, and what it gives. */
#include <string.h>

#include "base/check.h"
#include "value/cel_check.h"
#include "value/cel_function.h"
#include "value/mistake.h"
#include "value/pattern.h"

/* Whether the two can be equal at all. */
static bool is_comparable(enum pl_cel_type a, enum pl_cel_type b)
{
    return a == PL_CEL_NULL || b == PL_CEL_NULL || a == PL_CEL_DYN || pl_cel_may_be(b, a) ||
           (pl_cel_is_number_type(a) && pl_cel_is_number_type(b));
}

static const char *hint_of(const char *name, enum pl_cel_type a, enum pl_cel_type b)
{
    if (strchr("+-*/%", name[0]) != NULL && pl_cel_is_number_type(a) && pl_cel_is_number_type(b)) {
        return "Write both sides as decimals (2.0), or use double() or int().";
    }
    if (a == PL_CEL_STRING && pl_cel_is_number_type(b)) {
        return "Write the number in quotes, or compare with a field that is a number.";
    }
    return NULL;
}

static int refuse_types(struct pl_cel_checking *c, const struct pl_cel_step *step,
                        const enum pl_cel_type *types)
{
    const char *const name = pl_cel_rows[step->row].name;
    const char *hint = step->argc == 2 ? hint_of(name, types[0], types[1]) : NULL;
    char list[200];
    struct pl_builder b;

    pl_builder_init(&b, list, sizeof(list));
    for (uint32_t i = 0; i < step->argc; i++) {
        const char *between = i == 0 ? "" : i + 1 < step->argc ? ", " : " and ";
        pl_builder_addf(&b, "%s%s", between, pl_cel_shape_name(types[i]));
    }
    return pl_cel_refuse(c->err, c->program->source, step->offset, hint, "`%s` does not take %s",
                         name, step->argc > 0 ? list : "nothing");
}

/* What the registry cannot say: both sides of an equality are of one type. */
static bool fits_together(const char *name, const struct pl_cel_entry *args, struct pl_arena *arena)
{
    const struct pl_cel_shape *const a = &args[0].shape;
    const struct pl_cel_shape *const b = &args[1].shape;

    if (strcmp(name, "==") == 0 || strcmp(name, "!=") == 0) {
        return is_comparable(a->type, b->type);
    }
    return strcmp(name, "in") != 0 || b->type != PL_CEL_LIST ||
           is_comparable(a->type, pl_cel_shape_item(b, arena).type);
}

static struct pl_cel_shape shape_of_letter(char letter, const struct pl_cel_entry *args,
                                           uint32_t count, struct pl_arena *arena)
{
    static const enum pl_cel_type types[128] = {
        ['b'] = PL_CEL_BOOL,   ['i'] = PL_CEL_INT,      ['u'] = PL_CEL_UINT,
        ['d'] = PL_CEL_DOUBLE, ['s'] = PL_CEL_STRING,   ['y'] = PL_CEL_BYTES,
        ['l'] = PL_CEL_LIST,   ['m'] = PL_CEL_MAP,      ['t'] = PL_CEL_TIMESTAMP,
        ['T'] = PL_CEL_TYPE,   ['D'] = PL_CEL_DURATION, ['o'] = PL_CEL_OPTIONAL,
        ['x'] = PL_CEL_DYN,
    };

    if (letter == 'e') {
        return pl_cel_shape_item(&args[0].shape, arena);
    }
    if (letter == '0' || letter == 'N') {
        struct pl_cel_shape shape = pl_cel_shape_of(args[0].shape.type);
        shape.item = args[0].shape.item;
        for (uint32_t i = 1; i < count; i++) {
            const struct pl_cel_shape *other = &args[i].shape;
            shape.type = shape.type == other->type ? shape.type : PL_CEL_DYN;
            shape.item = shape.item == other->item ? shape.item : PL_CEL_DYN;
        }
        return shape;
    }
    return pl_cel_shape_of(types[(unsigned char)letter]);
}

static int compile_pattern(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    const struct pl_cel_step *text = c->at > 0 ? step - 1 : step;
    char reason[160] = "the definition does not fit in memory";

    if (strcmp(pl_cel_rows[step->row].name, "matches") != 0 || text->op != PL_CEL_OP_CONST ||
        text->value.type != PL_CEL_STRING) {
        return PLACET_OK;
    }
    const int rc =
        pl_pattern_compile(text->value.text, c->arena, &step->pattern, reason, sizeof(reason));
    if (rc == PLACET_OK || c->options.unchecked) {
        return PLACET_OK;
    }
    return rc == PLACET_ELIMIT
               ? pl_cel_limit(c->err, c->program->source, text->offset, "%s", reason)
               : pl_cel_refuse(c->err, c->program->source, text->offset, NULL,
                               "a wrong pattern: %s", reason);
}

int pl_cel_check_call(struct pl_cel_checking *c, struct pl_cel_step *step)
{
    enum pl_cel_type types[PL_CEL_ARGUMENTS_MAX] = {0};

    PL_CHECK(c->depth >= step->argc);
    c->depth -= step->argc;
    const struct pl_cel_entry *const args = &c->stack[c->depth];
    for (uint32_t i = 0; i < step->argc; i++) {
        types[i] = args[i].shape.type;
    }
    const uint32_t start = step->argc > 0 ? args[0].start : c->at;
    const uint16_t row = pl_cel_row_taking(step->row, types, step->argc);
    if (c->options.unchecked) {
        const int rc = compile_pattern(c, step);
        return rc == PLACET_OK ? pl_cel_check_push_type(c, step, PL_CEL_DYN, start) : rc;
    }
    if (row == PL_CEL_NO_ROW || !fits_together(pl_cel_rows[row].name, args, c->arena)) {
        return refuse_types(c, step, types);
    }
    step->row = row;
    struct pl_cel_shape shape =
        shape_of_letter(pl_cel_rows[row].result, args, step->argc, c->arena);
    const uint16_t other = pl_cel_row_other(row, types, step->argc);
    if (other != PL_CEL_NO_ROW && pl_cel_rows[other].result != pl_cel_rows[row].result) {
        shape = pl_cel_shape_of(PL_CEL_DYN);
    }
    step->type = shape.schema != NULL ? shape.type : PL_CEL_DYN;
    const bool walks = pl_cel_rows[row].scans || pl_cel_rows[row].reads_calendar;
    c->cost += c->times * (walks ? PL_CEL_SCAN_USUAL : 0);
    if (pl_cel_rows[row].run == pl_cel_do_in_list) {
        const uint32_t size = args[1].shape.size;
        c->cost += c->times * (size > 0 ? size : PL_CEL_LIST_USUAL);
    }
    const int rc = compile_pattern(c, step);
    return rc == PLACET_OK ? pl_cel_check_push(c, step, shape, start) : rc;
}
