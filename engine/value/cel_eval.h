/* An evaluation under way, for the two files that run the code: values and choices (cel_eval.c),
 * frames (cel_frame.c). */
#ifndef PL_VALUE_CEL_EVAL_H
#define PL_VALUE_CEL_EVAL_H

#include "value/cel_code.h"
#include "value/cel_run.h"

/* A list, map, macro or cel.bind() that is open. */
struct pl_cel_frame {
    size_t from; /* of the room: the list or map in progress, its header included */
    size_t end;  /* what lies behind is gone when the next entry or element begins */
    uint32_t count;
    uint32_t item; /* which element, from 1; 0 when this is no macro */
    struct pl_cel_cursor cursor;
    bool over_map;
    struct pl_cel_value variables[2];
    struct pl_cel_value result; /* of all(), exists(); or the first fault */
};

struct pl_cel_eval {
    const struct pl_cel_program *program;
    struct pl_cel_run run;
    uint32_t depth;
    uint32_t frame_count;
    struct pl_cel_value stack[PL_CEL_STACK_MAX];
    struct pl_cel_frame frames[PL_CEL_FRAMES_MAX];
};

/* Runs the steps from `from` to before `to`, which are one sub-expression. What they give is on the
 * stack. PL_CEL_COST: they were stopped at `*stopped_out`. */
enum pl_cel_fault pl_cel_run_steps(struct pl_cel_eval *e, uint32_t from, uint32_t to,
                                   uint32_t *stopped_out);

/* A step of a frame; returns the next. */
uint32_t pl_cel_run_frame(struct pl_cel_eval *e, uint32_t at);

/* ---- helpers ---- */

void pl_cel_push(struct pl_cel_eval *e, struct pl_cel_value value);
struct pl_cel_value pl_cel_pop(struct pl_cel_eval *e);
struct pl_cel_value pl_cel_faulty(const struct pl_cel_eval *e, enum pl_cel_fault fault,
                                  const struct pl_cel_step *step);

static inline bool pl_cel_is_bool(const struct pl_cel_value *value, bool wanted)
{
    return value->type == PL_CEL_BOOL && value->boolean == wanted;
}

#endif
