/* What the files of the parser share: expressions (cel_parse.c), the values that they begin with
 * (cel_parse_value.c), calls and macros (cel_parse_call.c). */
#ifndef PL_VALUE_CEL_PARSE_H
#define PL_VALUE_CEL_PARSE_H

#include "value/cel_code.h"

/* A variable of a macro that is in sight. */
struct pl_cel_local {
    struct pl_text name;
    uint8_t frame;
    uint8_t index;
    uint32_t opened; /* by this step */
};

struct pl_cel_parse {
    struct pl_cel_lex lex;
    struct pl_cel_token token; /* not yet taken */
    uint32_t end;              /* of the token before it, in bytes */
    struct pl_cel_options options;
    struct pl_arena *arena;
    struct pl_cel_program *program;
    uint32_t depth;
    uint32_t frames; /* open at this place */
    uint32_t local_count;
    struct pl_cel_local locals[2 * PL_CEL_FRAMES_MAX];
};

/* Everything that stands between brackets or commas. */
int pl_cel_parse_expression(struct pl_cel_parse *p);

/* A literal, a list or map, a name, an expression in brackets. */
int pl_cel_parse_primary(struct pl_cel_parse *p);

/* The number at hand; a minus before it began at byte `from`. */
int pl_cel_parse_number(struct pl_cel_parse *p, bool negative, uint32_t from);

/* `name(` or, with the value before it in the code, `.name(`; the bracket is not yet taken. The
 * whole expression begins at byte `from`. */
int pl_cel_parse_call(struct pl_cel_parse *p, const struct pl_cel_token *name, bool is_method,
                      uint32_t from);

/* ---- helpers ---- */

int pl_cel_parse_advance(struct pl_cel_parse *p);
bool pl_cel_parse_at(const struct pl_cel_parse *p, const char *mark);
bool pl_cel_parse_at_word(const struct pl_cel_parse *p, const char *word);
int pl_cel_parse_expect(struct pl_cel_parse *p, const char *mark, const char *hint);
int pl_cel_parse_refuse(struct pl_cel_parse *p, uint32_t offset, const char *hint,
                        const char *message);

/* Adds a step for what began at byte `from` and has ended with the last token. There is room for
 * it: the tokens were counted. */
struct pl_cel_step *pl_cel_parse_emit(struct pl_cel_parse *p, enum pl_cel_op op, uint32_t from,
                                      uint32_t offset);
struct pl_cel_step *pl_cel_parse_last(struct pl_cel_parse *p);

/* Opens a frame with the step; PLACET_ELIMIT when too many are open. */
int pl_cel_parse_open(struct pl_cel_parse *p, enum pl_cel_op op, uint32_t from, uint32_t offset);

#endif
