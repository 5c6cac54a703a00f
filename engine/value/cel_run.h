/* What the functions of CEL share at run time: values, their encoded form, and the room in which
 * new ones are put together. All of it is pure and linked into the core.
 *
 * Lists and maps are encoded: MessagePack, where documents already are, with extensions for what
 * JSON does not know (unsigned integers, moments, spans, types, optionals), doubles that may be
 * NaN, and keys that may be numbers or booleans. So a list of a form and a list that an expression
 * put together are walked by the same code, and what an element needs ends with it.
 *
 * The room is used like a stack: what a macro's body put together is gone when its result has been
 * taken. */
#ifndef PL_VALUE_CEL_RUN_H
#define PL_VALUE_CEL_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "value/cel.h"
#include "value/limits.h"

struct pl_pattern;

struct pl_cel_run {
    const struct pl_cel_world *world;
    const struct pl_pattern *pattern; /* of the call that is running, if it has one */
    uint32_t argc;                    /* of it */
    uint32_t cost;
    size_t used; /* of the room */
};

/* A value of this type is a fault on its way: see pl_cel_value.failure. */
#define PL_CEL_FAULTY PL_CEL_DYN

/* A function or operator: reads its arguments, whose types fit its overload; writes the value only
 * when it gives PL_CEL_OK. */
typedef enum pl_cel_fault pl_cel_fn(struct pl_cel_run *run, const struct pl_cel_value *args,
                                    struct pl_cel_value *out);

/* ---- values ---- */

static inline struct pl_cel_value pl_cel_bool(bool value)
{
    return (struct pl_cel_value){.type = PL_CEL_BOOL, .boolean = value};
}

static inline struct pl_cel_value pl_cel_int(int64_t value)
{
    return (struct pl_cel_value){.type = PL_CEL_INT, .integer = value};
}

static inline struct pl_cel_value pl_cel_uint(uint64_t value)
{
    return (struct pl_cel_value){.type = PL_CEL_UINT, .natural = value};
}

static inline struct pl_cel_value pl_cel_double(double value)
{
    return (struct pl_cel_value){.type = PL_CEL_DOUBLE, .real = value};
}

static inline struct pl_cel_value pl_cel_text(struct pl_text value)
{
    return (struct pl_cel_value){.type = PL_CEL_STRING, .text = value};
}

static inline struct pl_cel_value pl_cel_encoded(enum pl_cel_type type, struct pl_bytes value)
{
    return (struct pl_cel_value){.type = type, .value = value};
}

static inline bool pl_cel_is_number(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_INT || value->type == PL_CEL_UINT || value->type == PL_CEL_DOUBLE;
}

static inline bool pl_cel_is_container(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_LIST || value->type == PL_CEL_MAP;
}

/* An integer of a document as the decimal that the scope declared, and back if nothing is lost. */
void pl_cel_adapt(struct pl_cel_value *value, enum pl_cel_type declared);

/* ---- equality and order ---- */

/* UNORDERED: of other types, or NaN. */
enum pl_cel_order { PL_CEL_BELOW = -1, PL_CEL_SAME = 0, PL_CEL_ABOVE = 1, PL_CEL_UNORDERED = 2 };

enum pl_cel_order pl_cel_compare(const struct pl_cel_value *a, const struct pl_cel_value *b);

/* Of everything: other types are unequal, numbers are equal by value. Charges what it walks;
 * PL_CEL_COST when that is too much. */
enum pl_cel_fault pl_cel_equal(struct pl_cel_run *run, const struct pl_cel_value *a,
                               const struct pl_cel_value *b, bool *equal_out);

/* ---- encoded values ---- */

/* Walks a list or a map. */
struct pl_cel_cursor {
    const uint8_t *at;
    const uint8_t *end;
    uint32_t left; /* elements, or pairs */
};

/* Encoded lists and maps only; anything else gives an empty walk. */
struct pl_cel_cursor pl_cel_walk(struct pl_bytes container);
uint32_t pl_cel_count(struct pl_bytes container);

/* Takes the next value; the caller counts `left`. Size 0 at the end. */
struct pl_bytes pl_cel_take(struct pl_cel_cursor *cursor);

/* The value that bytes encode (borrowed); false for none. */
bool pl_cel_load(struct pl_bytes bytes, struct pl_cel_value *value_out);

/* The value under a key, encoded; size 0 when there is none. Numbers are the same key when they are
 * the same number. Charges by the bytes that it walks. */
struct pl_bytes pl_cel_get(struct pl_cel_run *run, struct pl_bytes map,
                           const struct pl_cel_value *key);
struct pl_bytes pl_cel_get_text(struct pl_cel_run *run, struct pl_bytes map, struct pl_text key);

/* ---- putting together ---- */

/* Writes at the end of the room; what does not fit is remembered. Nothing else may use the room
 * before pl_cel_finish. */
struct pl_cel_build {
    struct pl_cel_run *run;
    size_t from; /* of the room */
    size_t used;
    bool full;
};

struct pl_cel_build pl_cel_build(struct pl_cel_run *run);
void pl_cel_put(struct pl_cel_build *build, const void *at, size_t size);
void pl_cel_put_text(struct pl_cel_build *build, struct pl_text text);
void pl_cel_put_value(struct pl_cel_build *build, const struct pl_cel_value *value);

/* As string() writes it: booleans, numbers, moments and spans. */
void pl_cel_put_as_text(struct pl_cel_build *build, const struct pl_cel_value *value);

/* Leaves room for the header of a list or map, which pl_cel_end_container writes. */
void pl_cel_begin_container(struct pl_cel_build *build);
void pl_cel_end_container(struct pl_cel_build *build, enum pl_cel_type type, uint32_t count);

/* The bytes become part of the room, as a value of the type. PL_CEL_ROOM, and nothing was taken. */
enum pl_cel_fault pl_cel_finish(struct pl_cel_build *build, enum pl_cel_type type,
                                struct pl_cel_value *out);

/* ---- work ---- */

/* Charges for bytes that are walked, compared or copied. */
static inline void pl_cel_charge(struct pl_cel_run *run, size_t size)
{
    run->cost += (uint32_t)(size / PL_CEL_BYTES_PER_COST);
}

static inline bool pl_cel_is_spent(const struct pl_cel_run *run)
{
    return run->cost > PL_CEL_COST_MAX;
}

#endif
