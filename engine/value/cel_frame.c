/* Frames at run time: lists and maps that are put together, macros, variables. Pure.
 *
 * What is put together lies in the room from the frame's beginning to its `end`; whatever the code
 * of an entry or element put together lies behind. An entry is encoded at the very end of the room
 * and then moved down, so all that belonged to it alone is gone with one assignment. */
#include <string.h>

#include "base/check.h"
#include "value/cel_eval.h"

static struct pl_cel_frame *push_frame(struct pl_cel_eval *e)
{
    PL_CHECK(e->frame_count < PL_CEL_FRAMES_MAX);
    struct pl_cel_frame *frame = &e->frames[e->frame_count++];

    frame->from = e->run.used;
    frame->end = e->run.used;
    frame->count = 0;
    frame->item = 0;
    frame->cursor.left = 0;
    frame->result = (struct pl_cel_value){.type = PL_CEL_NULL};
    return frame;
}

static struct pl_cel_frame *top_frame(struct pl_cel_eval *e)
{
    PL_CHECK(e->frame_count > 0);
    return &e->frames[e->frame_count - 1];
}

/* ---- lists and maps ---- */

static void begin_container(struct pl_cel_eval *e, struct pl_cel_frame *frame,
                            const struct pl_cel_step *step)
{
    struct pl_cel_build build = pl_cel_build(&e->run);
    struct pl_cel_value none;

    pl_cel_begin_container(&build);
    const enum pl_cel_fault fault = pl_cel_finish(&build, PL_CEL_LIST, &none);
    if (fault != PL_CEL_OK) {
        frame->result = pl_cel_faulty(e, fault, step);
    }
    frame->end = e->run.used;
}

/* The list or map as it is now. */
static struct pl_cel_value container_of(struct pl_cel_eval *e, const struct pl_cel_frame *frame,
                                        enum pl_cel_type type)
{
    struct pl_cel_build build = {.run = &e->run, .from = frame->from};

    pl_cel_end_container(&build, type, frame->count);
    return pl_cel_encoded(type, (struct pl_bytes){e->run.world->room + frame->from,
                                                  (uint32_t)(frame->end - frame->from)});
}

/* Appends one value, or a key and its value. */
static void append(struct pl_cel_eval *e, struct pl_cel_frame *frame,
                   const struct pl_cel_value *first, const struct pl_cel_value *second,
                   const struct pl_cel_step *step)
{
    struct pl_cel_build build = pl_cel_build(&e->run);

    pl_cel_put_value(&build, first);
    if (second != NULL) {
        pl_cel_put_value(&build, second);
    }
    if (build.full) {
        frame->result = pl_cel_faulty(e, PL_CEL_ROOM, step);
        return;
    }
    uint8_t *const room = e->run.world->room;
    memmove(room + frame->end, room + build.from, build.used);
    frame->end += build.used;
    frame->count++;
}

/* What `?` before an entry leaves out; otherwise the optional's value takes its place. */
static bool is_left_out(struct pl_cel_eval *e, struct pl_cel_value *value,
                        const struct pl_cel_step *step)
{
    if (step->index == 0) {
        return false;
    }
    if (value->type != PL_CEL_OPTIONAL) {
        *value = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
        return false;
    }
    return !pl_cel_load(value->value, value);
}

static bool is_key(const struct pl_cel_value *value)
{
    return value->type == PL_CEL_STRING || value->type == PL_CEL_INT ||
           value->type == PL_CEL_UINT || value->type == PL_CEL_BOOL;
}

static void put(struct pl_cel_eval *e, struct pl_cel_frame *frame, const struct pl_cel_value *key,
                const struct pl_cel_value *value, const struct pl_cel_step *step)
{
    if (!is_key(key)) {
        frame->result = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
        return;
    }
    const struct pl_cel_value map = container_of(e, frame, PL_CEL_MAP);
    if (pl_cel_get(&e->run, map.value, key).size > 0) {
        frame->result = pl_cel_faulty(e, PL_CEL_REPEATED_KEY, step);
        return;
    }
    append(e, frame, key, value, step);
}

/* ADD and PUT. The first fault of an entry is what the whole gives. */
static void run_entry(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_cel_frame *const frame = top_frame(e);
    struct pl_cel_value value = pl_cel_pop(e);
    struct pl_cel_value key = {.type = PL_CEL_NULL};

    if (step->op == PL_CEL_OP_PUT) {
        key = pl_cel_pop(e);
    }
    if (frame->result.type != PL_CEL_FAULTY) {
        const bool left_out = value.type != PL_CEL_FAULTY && is_left_out(e, &value, step);
        if (key.type == PL_CEL_FAULTY || value.type == PL_CEL_FAULTY) {
            frame->result = key.type == PL_CEL_FAULTY ? key : value;
        } else if (!left_out && step->op == PL_CEL_OP_PUT) {
            put(e, frame, &key, &value, step);
        } else if (!left_out) {
            append(e, frame, &value, NULL, step);
        }
    }
    e->run.used = frame->end;
}

static void run_close(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_cel_frame *const frame = top_frame(e);

    e->run.used = frame->end;
    pl_cel_push(e, frame->result.type == PL_CEL_FAULTY ? frame->result
                                                       : container_of(e, frame, step->type));
    e->frame_count--;
}

/* ---- macros ---- */

static bool puts_together(const struct pl_cel_step *loop)
{
    return loop->macro == PL_CEL_MACRO_MAP || loop->macro == PL_CEL_MACRO_FILTER ||
           loop->macro == PL_CEL_MACRO_TRANSFORM_MAP;
}

static struct pl_cel_value result_of(struct pl_cel_eval *e, const struct pl_cel_frame *frame,
                                     const struct pl_cel_step *loop)
{
    if (frame->result.type == PL_CEL_FAULTY) {
        return frame->result;
    }
    if (loop->macro == PL_CEL_MACRO_EXISTS_ONE) {
        return pl_cel_bool(frame->count == 1);
    }
    if (puts_together(loop)) {
        return container_of(e, frame,
                            loop->macro == PL_CEL_MACRO_TRANSFORM_MAP ? PL_CEL_MAP : PL_CEL_LIST);
    }
    return frame->result;
}

/* Ends the macro: behind its code. */
static uint32_t finish(struct pl_cel_eval *e, const struct pl_cel_step *loop)
{
    struct pl_cel_frame *const frame = top_frame(e);

    e->run.used = frame->end;
    pl_cel_push(e, result_of(e, frame, loop));
    e->frame_count--;
    return loop->target;
}

/* To the next element, or to the end. */
static uint32_t advance(struct pl_cel_eval *e, uint32_t loop_at)
{
    const struct pl_cel_step *const loop = &e->program->steps[loop_at];
    struct pl_cel_frame *const frame = top_frame(e);
    struct pl_cel_value element = {.type = PL_CEL_NULL};
    struct pl_cel_value key = pl_cel_int(frame->item);

    if (frame->cursor.left == 0) {
        return finish(e, loop);
    }
    frame->cursor.left--;
    frame->item++;
    e->run.used = frame->end;
    if (frame->over_map) {
        (void)pl_cel_load(pl_cel_take(&frame->cursor), &key);
    }
    (void)pl_cel_load(pl_cel_take(&frame->cursor), &element);
    if (loop->argc == 2) {
        frame->variables[0] = key;
        frame->variables[1] = element;
    } else {
        frame->variables[0] = frame->over_map ? key : element;
    }
    return loop_at + 1;
}

static uint32_t run_loop(struct pl_cel_eval *e, uint32_t at)
{
    const struct pl_cel_step *const loop = &e->program->steps[at];
    const struct pl_cel_value over = pl_cel_pop(e);

    if (!pl_cel_is_container(&over)) {
        pl_cel_push(e,
                    over.type == PL_CEL_FAULTY ? over : pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, loop));
        return loop->target;
    }
    struct pl_cel_frame *const frame = push_frame(e);
    frame->cursor = pl_cel_walk(over.value);
    frame->over_map = over.type == PL_CEL_MAP;
    if (puts_together(loop)) {
        begin_container(e, frame, loop);
    } else {
        frame->result = pl_cel_bool(loop->macro == PL_CEL_MACRO_ALL);
    }
    return frame->result.type == PL_CEL_FAULTY ? finish(e, loop) : advance(e, at);
}

/* all() and exists(): one element decides, whatever the faults of others. */
static bool decides(struct pl_cel_frame *frame, const struct pl_cel_value *value, bool decisive)
{
    if (pl_cel_is_bool(value, decisive)) {
        frame->result = *value;
        return true;
    }
    if (value->type == PL_CEL_FAULTY && frame->result.type != PL_CEL_FAULTY) {
        frame->result = *value;
    }
    return false;
}

/* Takes what the body gave for one element; true when the macro has its result. */
static bool take(struct pl_cel_eval *e, const struct pl_cel_step *loop, struct pl_cel_value value,
                 const struct pl_cel_step *step)
{
    struct pl_cel_frame *const frame = top_frame(e);
    const enum pl_cel_macro macro = (enum pl_cel_macro)loop->macro;
    const bool is_condition = macro != PL_CEL_MACRO_MAP && macro != PL_CEL_MACRO_TRANSFORM_MAP;

    if (is_condition && value.type != PL_CEL_BOOL && value.type != PL_CEL_FAULTY) {
        value = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
    }
    if (macro == PL_CEL_MACRO_ALL || macro == PL_CEL_MACRO_EXISTS) {
        return decides(frame, &value, macro == PL_CEL_MACRO_EXISTS);
    }
    if (value.type == PL_CEL_FAULTY) {
        frame->result = value;
        return true;
    }
    if (macro == PL_CEL_MACRO_EXISTS_ONE) {
        frame->count += value.boolean ? 1 : 0;
    } else if (macro == PL_CEL_MACRO_MAP) {
        append(e, frame, &value, NULL, step);
    } else if (macro == PL_CEL_MACRO_TRANSFORM_MAP) {
        put(e, frame, &frame->variables[0], &value, step);
    } else if (value.boolean) {
        append(e, frame, &frame->variables[0], NULL, step);
    }
    return frame->result.type == PL_CEL_FAULTY;
}

static uint32_t run_next(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    const struct pl_cel_step *const loop = &e->program->steps[step->target];
    const struct pl_cel_value value = pl_cel_pop(e);

    return take(e, loop, value, step) ? finish(e, loop) : advance(e, step->target);
}

static uint32_t run_test(struct pl_cel_eval *e, uint32_t at)
{
    const struct pl_cel_step *const step = &e->program->steps[at];
    struct pl_cel_value value = pl_cel_pop(e);

    if (pl_cel_is_bool(&value, true)) {
        return at + 1;
    }
    if (pl_cel_is_bool(&value, false)) {
        return advance(e, step->target);
    }
    top_frame(e)->result =
        value.type == PL_CEL_FAULTY ? value : pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
    return finish(e, &e->program->steps[step->target]);
}

/* ---- variables ---- */

/* BIND and UNWRAP. A fault that is bound is one where the variable is read. */
static uint32_t run_bind(struct pl_cel_eval *e, uint32_t at)
{
    const struct pl_cel_step *const step = &e->program->steps[at];
    struct pl_cel_value value = pl_cel_pop(e);

    if (step->op == PL_CEL_OP_UNWRAP) {
        if (value.type != PL_CEL_FAULTY && value.type != PL_CEL_OPTIONAL) {
            value = pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
        }
        if (value.type == PL_CEL_FAULTY || !pl_cel_load(value.value, &value)) {
            pl_cel_push(e, value);
            return step->target;
        }
    }
    push_frame(e)->variables[0] = value;
    return at + 1;
}

/* UNBIND and REWRAP. */
static void run_unbind(struct pl_cel_eval *e, const struct pl_cel_step *step)
{
    struct pl_cel_value value = pl_cel_pop(e);

    e->frame_count--;
    if (step->op == PL_CEL_OP_REWRAP && value.type != PL_CEL_FAULTY) {
        if (step->index == 1) {
            value =
                value.type == PL_CEL_OPTIONAL ? value : pl_cel_faulty(e, PL_CEL_NO_OVERLOAD, step);
        } else {
            struct pl_cel_build build = pl_cel_build(&e->run);
            pl_cel_put_value(&build, &value);
            const enum pl_cel_fault fault = pl_cel_finish(&build, PL_CEL_OPTIONAL, &value);
            value = fault == PL_CEL_OK ? value : pl_cel_faulty(e, fault, step);
        }
    }
    pl_cel_push(e, value);
}

uint32_t pl_cel_run_frame(struct pl_cel_eval *e, uint32_t at)
{
    const struct pl_cel_step *const step = &e->program->steps[at];
    const enum pl_cel_op op = step->op;

    if (op == PL_CEL_OP_LOOP) {
        return run_loop(e, at);
    }
    if (op == PL_CEL_OP_TEST) {
        return run_test(e, at);
    }
    if (op == PL_CEL_OP_NEXT) {
        return run_next(e, step);
    }
    if (op == PL_CEL_OP_BIND || op == PL_CEL_OP_UNWRAP) {
        return run_bind(e, at);
    }
    if (op == PL_CEL_OP_OPEN) {
        begin_container(e, push_frame(e), step);
    } else if (op == PL_CEL_OP_ADD || op == PL_CEL_OP_PUT) {
        run_entry(e, step);
    } else if (op == PL_CEL_OP_CLOSE) {
        run_close(e, step);
    } else {
        run_unbind(e, step);
    }
    return at + 1;
}
