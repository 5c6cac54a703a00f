/* The registry of functions (cel_functions.def) as a table, and how a call finds its overload. */
#ifndef PL_VALUE_CEL_FUNCTION_H
#define PL_VALUE_CEL_FUNCTION_H

#include "value/cel_run.h"

enum {
    PL_CEL_ROWS = sizeof((char[]){
#define ROW(NAME, FORM, ARGUMENTS, RESULT, FUNCTION, COST) 0,
#include "value/cel_functions.def"
#undef ROW
    })
};

enum pl_cel_form {
    PL_CEL_FORM_OPERATOR,
    PL_CEL_FORM_FUNCTION,
    PL_CEL_FORM_METHOD,
    PL_CEL_FORM_EITHER
};

struct pl_cel_row {
    const char *name;
    const char *arguments;
    pl_cel_fn *run;
    enum pl_cel_form form;
    char result;
    bool scans;          /* what it costs grows with its arguments */
    bool reads_calendar; /* or the time: gives another value tomorrow */
};

extern const struct pl_cel_row pl_cel_rows[PL_CEL_ROWS];

#define PL_CEL_NO_ROW UINT16_MAX

/* The first overload of a function, method or operator; PL_CEL_NO_ROW. */
uint16_t pl_cel_row_of(struct pl_text name, enum pl_cel_form form);

/* The first of those from `row` on, of the same name, that takes these types (PL_CEL_DYN: any);
 * PL_CEL_NO_ROW. */
uint16_t pl_cel_row_taking(uint16_t row, const enum pl_cel_type *types, uint32_t count);

/* The same for the next overload behind `row`. */
uint16_t pl_cel_row_other(uint16_t row, const enum pl_cel_type *types, uint32_t count);

/* The least and the most arguments of a name's overloads. */
void pl_cel_row_arity(uint16_t row, uint32_t *least_out, uint32_t *most_out);

/* The names of all functions and methods; `out` has room for PL_CEL_ROWS. Returns how many. */
size_t pl_cel_function_names(const char **out);

/* Runs the overload, from `row` on, that takes the arguments. */
enum pl_cel_fault pl_cel_call(struct pl_cel_run *run, uint16_t row, const struct pl_cel_value *args,
                              uint32_t count, struct pl_cel_value *out);

/* What the rows name, each in the file of its subject. */
#define ROW(NAME, FORM, ARGUMENTS, RESULT, FUNCTION, COST) pl_cel_fn pl_cel_do_##FUNCTION;
#include "value/cel_functions.def"
#undef ROW

#endif
