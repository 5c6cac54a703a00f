/* The checker under way, for its two files: names, choices and frames (cel_check.c), calls
 * (cel_check_call.c). */
#ifndef PL_VALUE_CEL_CHECK_H
#define PL_VALUE_CEL_CHECK_H

#include "value/cel_shape.h"

/* A sub-expression: what it gives, and where it begins. */
struct pl_cel_entry {
    struct pl_cel_shape shape;
    uint32_t start;
};

/* What a list, map, macro or cel.bind() has opened. */
struct pl_cel_scope_frame {
    uint32_t start;
    struct pl_cel_shape walked;
    struct pl_cel_shape variables[2];
    struct pl_cel_shape item; /* of the entries so far */
    uint32_t count;
    uint64_t times; /* how often the code around it runs */
};

struct pl_cel_checking {
    struct pl_cel_program *program;
    const struct pl_cel_scope *scope;
    struct pl_arena *arena;
    struct placet_error *err;
    struct pl_cel_options options;
    uint32_t at;    /* the step */
    uint64_t times; /* how often it runs at most */
    uint64_t cost;
    uint32_t depth;
    uint32_t frame_count;
    struct pl_cel_entry stack[PL_CEL_STACK_MAX];
    struct pl_cel_scope_frame frames[PL_CEL_FRAMES_MAX];
};

/* Puts what the step gives on the stack; the sub-expression begins at step `start`. PLACET_ELIMIT.
 */
int pl_cel_check_push(struct pl_cel_checking *c, struct pl_cel_step *step,
                      struct pl_cel_shape shape, uint32_t start);
int pl_cel_check_push_type(struct pl_cel_checking *c, struct pl_cel_step *step,
                           enum pl_cel_type type, uint32_t start);

/* Finds the overload and what it gives. */
int pl_cel_check_call(struct pl_cel_checking *c, struct pl_cel_step *step);

static inline bool pl_cel_may_be(enum pl_cel_type type, enum pl_cel_type wanted)
{
    return type == wanted || type == PL_CEL_DYN;
}

static inline bool pl_cel_is_number_type(enum pl_cel_type type)
{
    return type == PL_CEL_INT || type == PL_CEL_UINT || type == PL_CEL_DOUBLE;
}

#endif
