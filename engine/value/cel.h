/* CEL, the Common Expression Language (cel.dev, language definition): parsed with positions,
 * checked, compiled to a flat program, evaluated directly on MessagePack without allocation. Total
 * and bounded: no loops beyond the comprehension macros, cost counted.
 *
 * What is compiled today is listed in value/README.md; an expression that uses more is refused at
 * load time, never guessed. */
#ifndef PL_VALUE_CEL_H
#define PL_VALUE_CEL_H

#include <placet/error.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/reader.h"

struct pl_cel_program; /* flat, immutable, lives in the arena of its definition */

enum pl_cel_type {
    PL_CEL_NULL,
    PL_CEL_BOOL,
    PL_CEL_INT,
    PL_CEL_UINT,
    PL_CEL_DOUBLE,
    PL_CEL_STRING,
    PL_CEL_BYTES,
    PL_CEL_LIST,
    PL_CEL_MAP,
    PL_CEL_DYN
};

struct pl_cel_binding {
    uint16_t variable;     /* index into the variables at run time */
    struct pl_text rest;   /* part of the path to look up inside that variable's value */
    enum pl_cel_type type; /* PL_CEL_DYN when unknown */
};

/* Resolves a name at load time: called for every path of identifiers, e.g. "project.special_fire"
 * or "steps.fire.answer.grade". Returns true and the variable's number (for pl_cel_vars) with the
 * rest of the path and the static type; or false and, if it can, a suggestion. */
struct pl_cel_scope {
    void *context;
    bool (*resolve)(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out);
};

/* Compiles. `err` has the column (from 1, within the expression), the message and a hint.
 * PL_CEL_STEPS_MAX bounds the static cost. `source` and the scope's texts must live as long as the
 * program. With `wanted` PL_CEL_DYN the result may be of any type except text put together by `+`.
 * PLACET_EINVALID, PLACET_ELIMIT. */
int pl_cel_compile(struct pl_text source, const struct pl_cel_scope *scope, enum pl_cel_type wanted,
                   struct pl_arena *arena, const struct pl_cel_program **program_out,
                   struct placet_error *err);

/* The value of an expression. Text and bytes borrow from the variables or the program. */
struct pl_cel_value {
    enum pl_cel_type type;
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural;
        double real;
        struct pl_text text;
        struct pl_bytes value; /* LIST, MAP: MessagePack */
    };
};

enum pl_cel_fault {
    PL_CEL_OK,
    PL_CEL_NO_SUCH_FIELD,
    PL_CEL_NO_OVERLOAD,
    PL_CEL_DIVISION,
    PL_CEL_OVERFLOW,
    PL_CEL_INDEX,
    PL_CEL_COST
};

struct pl_cel_result {
    enum pl_cel_fault fault;
    uint32_t column; /* of the sub-expression that failed, from 1 */
    uint32_t cost;
    struct pl_cel_value value;
};

/* Evaluates over the variables (checked MessagePack values by number; size 0 = absent). Pure: no
 * allocation, no clock; at most PL_CEL_COST_MAX units of work. An error is a fault, never "false":
 * a field that is not there is PL_CEL_NO_SUCH_FIELD unless has() asks for it. Where the scope
 * declared PL_CEL_DOUBLE an integer of the document is read as a double, and the other way round
 * when nothing is lost, since JSON does not keep the two apart. */
struct pl_cel_result pl_cel_eval(const struct pl_cel_program *program,
                                 const struct pl_bytes *variables, uint32_t variable_count);

/* The source text, for messages. */
struct pl_text pl_cel_source(const struct pl_cel_program *program);
const char *pl_cel_fault_text(enum pl_cel_fault fault);

#endif
