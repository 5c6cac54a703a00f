#include "value/cel.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "value/cel_code.h"
#include "value/mistake.h"

uint32_t pl_cel_column(struct pl_text source, uint32_t offset)
{
    uint32_t column = 1;

    for (uint32_t i = 0; i < offset && i < source.len; i++) {
        column += ((unsigned char)source.at[i] & 0xC0) != 0x80 ? 1 : 0;
    }
    return column;
}

int pl_cel_refuse(struct placet_error *err, struct pl_text source, uint32_t offset,
                  const char *hint, const char *message, ...)
{
    char text[sizeof(err->message)];
    va_list args;

    va_start(args, message);
    (void)vsnprintf(text, sizeof(text), message, args);
    va_end(args);
    const struct pl_place place = {.column = pl_cel_column(source, offset)};
    return pl_mistake(err, PLACET_EINVALID, place, hint, "%s", text);
}

int pl_cel_limit(struct placet_error *err, struct pl_text source, uint32_t offset,
                 const char *message, ...)
{
    char text[sizeof(err->message)];
    va_list args;

    va_start(args, message);
    (void)vsnprintf(text, sizeof(text), message, args);
    va_end(args);
    const struct pl_place place = {.column = pl_cel_column(source, offset)};
    return pl_mistake(err, PLACET_ELIMIT, place, "Divide the expression.", "%s", text);
}

/* The steps that remain move to where they stay: only then is their number known. */
static int settle(struct pl_cel_program *program, struct pl_arena *arena, struct placet_error *err)
{
    const size_t size = program->count * sizeof(*program->steps);
    struct pl_cel_step *const steps = pl_arena_alloc(arena, size);

    if (steps == NULL) {
        return pl_cel_limit(err, program->source, 0, "the definition does not fit in memory");
    }
    memcpy(steps, program->steps, size);
    free(program->steps);
    program->steps = steps;
    return PLACET_OK;
}

int pl_cel_compile_as(struct pl_text source, const struct pl_cel_scope *scope,
                      enum pl_cel_type wanted, struct pl_cel_options options,
                      struct pl_arena *arena, const struct pl_cel_program **program_out,
                      struct placet_error *err)
{
    if (source.len > PL_CEL_SOURCE_MAX) {
        return pl_cel_limit(err, source, PL_CEL_SOURCE_MAX, "an expression of more than %d bytes",
                            PL_CEL_SOURCE_MAX);
    }
    if (!pl_text_is_utf8(source.at, source.len)) {
        return pl_cel_refuse(err, source, 0, "Save the file as UTF-8.", "bytes that are not UTF-8");
    }
    struct pl_cel_program *program = pl_arena_alloc(arena, sizeof(*program));
    if (program == NULL) {
        return pl_cel_limit(err, source, 0, "the definition does not fit in memory");
    }
    program->source = source;

    int rc = pl_cel_parse(source, options, arena, program, err);
    rc = rc == PLACET_OK ? pl_cel_check(program, scope, wanted, options, arena, err) : rc;
    if (rc == PLACET_OK && !options.unfolded) {
        rc = pl_cel_fold(program, arena, err);
    }
    rc = rc == PLACET_OK ? settle(program, arena, err) : rc;
    if (rc != PLACET_OK) {
        free(program->steps);
        return rc;
    }
    *program_out = program;
    return PLACET_OK;
}

int pl_cel_compile(struct pl_text source, const struct pl_cel_scope *scope, enum pl_cel_type wanted,
                   struct pl_arena *arena, const struct pl_cel_program **program_out,
                   struct placet_error *err)
{
    return pl_cel_compile_as(source, scope, wanted, (struct pl_cel_options){0}, arena, program_out,
                             err);
}

struct pl_text pl_cel_source(const struct pl_cel_program *program)
{
    return program->source;
}

uint32_t pl_cel_variables(const struct pl_cel_program *program, uint16_t *out, uint32_t max)
{
    uint32_t count = 0;

    for (uint32_t next = 0; next <= UINT16_MAX;) {
        uint32_t least = UINT32_MAX;
        for (uint32_t i = 0; i < program->count; i++) {
            const struct pl_cel_step *step = &program->steps[i];
            const bool reads = step->op == PL_CEL_OP_PATH || step->op == PL_CEL_OP_HAS;
            if (reads && step->variable != PL_CEL_NO_VARIABLE && step->variable >= next &&
                step->variable < least) {
                least = step->variable;
            }
        }
        if (least == UINT32_MAX) {
            break;
        }
        if (count < max) {
            out[count] = (uint16_t)least;
        }
        count++;
        next = least + 1;
    }
    return count;
}

uint64_t pl_cel_cost_max(const struct pl_cel_program *program)
{
    return program->cost_max;
}
