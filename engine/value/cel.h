/* CEL, the Common Expression Language (cel.dev, language definition): parsed with positions,
 * checked, compiled to a flat program, evaluated directly on MessagePack without allocation. Total
 * and bounded: no loops beyond the comprehension macros, cost counted, and nothing is seen that the
 * caller did not hand over.
 *
 * What is compiled, and what is left out, is listed in value/README.md; an expression that uses
 * more is refused at load time, never guessed. */
#ifndef PL_VALUE_CEL_H
#define PL_VALUE_CEL_H

#include <placet/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/reader.h"
#include "value/writer.h"

struct pl_cel_program; /* flat, immutable, lives in the arena of its definition */
struct pl_schema;

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
    PL_CEL_TIMESTAMP,
    PL_CEL_DURATION,
    PL_CEL_TYPE,
    PL_CEL_OPTIONAL,
    PL_CEL_DYN /* a static type: unknown until run time */
};

struct pl_cel_binding {
    uint16_t variable;              /* index into the variables at run time */
    struct pl_text rest;            /* part of the path to look up inside that variable's value */
    enum pl_cel_type type;          /* PL_CEL_DYN when unknown */
    const struct pl_schema *schema; /* of that value, for the types of what is inside; or NULL */
};

/* Resolves a name at load time: called for every path of identifiers, e.g. "project.special_fire"
 * or "steps.fire.answer.grade". Returns true and the variable's number (for pl_cel_world) with the
 * rest of the path and the static type; or false and, if it can, a suggestion. `now` and the
 * variables of macros never reach it; names of types (`int`, `string`) only after it said no. */
struct pl_cel_scope {
    void *context;
    bool (*resolve)(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out);
};

/* Compiles. `err` has the column (from 1, within the expression), the message and a hint.
 * PL_CEL_STEPS_MAX bounds the program, PL_CEL_COST_STATIC_MAX its estimated cost. `source`, the
 * scope's texts and schemas must live as long as the program. With `wanted` PL_CEL_DYN the result
 * may be of any type. PLACET_EINVALID, PLACET_ELIMIT. */
int pl_cel_compile(struct pl_text source, const struct pl_cel_scope *scope, enum pl_cel_type wanted,
                   struct pl_arena *arena, const struct pl_cel_program **program_out,
                   struct placet_error *err);

/* The variables that the program reads, ascending, each once; at most `max` are written. Returns
 * how many there are. */
uint32_t pl_cel_variables(const struct pl_cel_program *program, uint16_t *out, uint32_t max);

/* What an evaluation costs at most if lists and maps have the sizes that their schemas allow, or
 * PL_CEL_LIST_USUAL where they say nothing. */
uint64_t pl_cel_cost_max(const struct pl_cel_program *program);

/* A moment (since 1970-01-01T00:00Z) or a span of time; `nanos` counts up from `seconds`. */
struct pl_cel_time {
    int64_t seconds;
    uint32_t nanos; /* 0 to 999,999,999 */
};

enum pl_cel_fault {
    PL_CEL_OK,
    PL_CEL_NO_SUCH_FIELD,
    PL_CEL_NO_OVERLOAD, /* a value of a type that the operator or function does not take */
    PL_CEL_DIVISION,
    PL_CEL_OVERFLOW,
    PL_CEL_INDEX,
    PL_CEL_ARGUMENT,     /* a text that is no number, day, pattern ...; a value out of range */
    PL_CEL_REPEATED_KEY, /* in a map that is put together */
    PL_CEL_NO_CALENDAR,
    PL_CEL_ROOM, /* what is put together does not fit into the room */
    PL_CEL_COST
};

/* The value of an expression. Text, bytes, lists and maps borrow from the variables, the program or
 * the room that the caller lent. */
struct pl_cel_value {
    enum pl_cel_type type;
    union {
        bool boolean;
        int64_t integer;
        uint64_t natural;
        double real;
        struct pl_text text;     /* STRING; TYPE: its name */
        struct pl_bytes value;   /* BYTES: the bytes; LIST, MAP: encoded, see pl_cel_write */
        struct pl_cel_time time; /* TIMESTAMP, DURATION */
        struct {
            enum pl_cel_fault fault;
            uint32_t step;
            uint32_t item;
        } failure; /* only while an evaluation is under way */
    };
};

struct pl_cel_result {
    enum pl_cel_fault fault;
    uint32_t column; /* of the sub-expression that failed, from 1 */
    uint32_t length; /* of it, in characters */
    uint32_t step;   /* of the program, that failed */
    uint32_t
        item; /* which element of the innermost list or map that a macro walked, from 1; or 0 */
    uint32_t cost;
    struct pl_cel_value value;
};

/* Working days as a calendar counts them, lent by the caller. Days are local, since 1970-01-01. */
struct pl_cel_days {
    const void *calendar;
    int32_t zone_minutes;
    int32_t (*add)(const void *calendar, int32_t day, int32_t working_days); /* may be negative */
    int32_t (*between)(const void *calendar, int32_t from_day, int32_t to_day); /* in (from, to] */
    bool (*is_working)(const void *calendar, int32_t day);
};

/* All that an evaluation may see: there is no other input. */
struct pl_cel_world {
    const struct pl_bytes *variables; /* checked MessagePack by number; size 0 = absent */
    uint32_t variable_count;
    int64_t now_ms;                 /* recorded time of the turn, UTC: `now` */
    const struct pl_cel_days *days; /* NULL: functions of working days are a fault */
    uint8_t *room; /* for texts, lists and maps that are put together; the result borrows from it */
    size_t room_size;
};

/* Evaluates. Pure: no allocation, no clock; at most PL_CEL_COST_MAX units of work. An error is a
 * fault, never "false": a field that is not there is PL_CEL_NO_SUCH_FIELD unless has() asks for it.
 * Where the scope declared PL_CEL_DOUBLE an integer of the document is read as a double, and the
 * other way round when nothing is lost, since JSON does not keep the two apart. */
struct pl_cel_result pl_cel_eval(const struct pl_cel_program *program,
                                 const struct pl_cel_world *world);

/* Writes a value as MessagePack of the strict profile: moments as text in RFC 3339, spans as
 * seconds ("90s"), types by name, an empty optional as nil. PLACET_EINVALID for what has no form
 * there: integers beyond 2^53, NaN, infinity, keys that are no text. PLACET_ELIMIT when the writer
 * is full. Pure. */
int pl_cel_write(struct pl_writer *out, const struct pl_cel_value *value);

/* Why an evaluation failed, for people, in one line that is never cut inside a character:
 * "column 8: no such field `height` in `design` (design = {"area": 20})". `world` is that of the
 * evaluation. NUL-terminated; returns its length. Pure. */
size_t pl_cel_explain(const struct pl_cel_program *program, const struct pl_cel_world *world,
                      const struct pl_cel_result *result, char *out, size_t size);

/* The source text, for messages. */
struct pl_text pl_cel_source(const struct pl_cel_program *program);
const char *pl_cel_fault_text(enum pl_cel_fault fault);
const char *pl_cel_type_name(enum pl_cel_type type); /* as CEL writes it */

#endif
