/* Inside of CEL: the tokens, and the flat code that the parser writes, the checker types, folding
 * shortens and the evaluator runs. There is no tree: the code is in postfix order, so every pass is
 * a loop with a stack, and only the parser recurses (bounded by PL_CEL_DEPTH_MAX).
 *
 * Lists, maps, macros and cel.bind() open a frame and close it: a frame holds what is put together
 * so far, where a macro stands, and its variables. Frames nest as the source does, so their number
 * is known when the code is written. */
#ifndef PL_VALUE_CEL_CODE_H
#define PL_VALUE_CEL_CODE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "value/cel.h"
#include "value/limits.h"

/* ---- tokens ---- */

enum pl_cel_token_kind {
    PL_CEL_TOKEN_END,
    PL_CEL_TOKEN_NAME,
    PL_CEL_TOKEN_QUOTED, /* a name between backticks */
    PL_CEL_TOKEN_INT,
    PL_CEL_TOKEN_UINT,
    PL_CEL_TOKEN_REAL,
    PL_CEL_TOKEN_STRING,
    PL_CEL_TOKEN_BYTES,
    PL_CEL_TOKEN_MARK, /* an operator, bracket or comma */
};

struct pl_cel_token {
    enum pl_cel_token_kind kind;
    struct pl_text text; /* as written, quotes and prefix included */
    uint32_t offset;     /* in bytes from the beginning */
};

struct pl_cel_lex {
    struct pl_text source;
    uint32_t at;
    struct placet_error *err;
};

/* Takes the next token, END at the end. PLACET_EINVALID. */
int pl_cel_lex_next(struct pl_cel_lex *lex, struct pl_cel_token *token_out);

/* What a string or bytes token stands for, in the arena. PLACET_EINVALID, PLACET_ELIMIT. */
int pl_cel_lex_string(struct pl_cel_lex *lex, const struct pl_cel_token *token,
                      struct pl_arena *arena, struct pl_text *text_out);

/* Fills `err` with the column of a byte; returns PLACET_EINVALID or, for limits, PLACET_ELIMIT. */
__attribute__((format(printf, 5, 6))) int pl_cel_refuse(struct placet_error *err,
                                                        struct pl_text source, uint32_t offset,
                                                        const char *hint, const char *message, ...);
__attribute__((format(printf, 4, 5))) int pl_cel_limit(struct placet_error *err,
                                                       struct pl_text source, uint32_t offset,
                                                       const char *message, ...);

/* ---- code ---- */

enum pl_cel_op {
    PL_CEL_OP_CONST,     /* push `value` */
    PL_CEL_OP_PATH,      /* push what stands under `path` in the variable */
    PL_CEL_OP_HAS,       /* push whether it is there */
    PL_CEL_OP_NOW,       /* push the time of the turn */
    PL_CEL_OP_LOCAL,     /* push variable `index` of frame `frame` */
    PL_CEL_OP_FIELD,     /* of the map on the stack, `path` is the key */
    PL_CEL_OP_HAS_FIELD, /* whether that map has it */
    PL_CEL_OP_MAYBE,     /* the same as an optional: `.?` */
    PL_CEL_OP_CALL,      /* pop `argc` values, push what the function gives */
    PL_CEL_OP_UNKNOWN,   /* a function that nobody knows: a fault (only without checks) */
    PL_CEL_OP_WANT,      /* the top must be of `type` */
    /* choices */
    PL_CEL_OP_BRANCH,     /* pop; false: jump; a fault takes the place of the whole choice */
    PL_CEL_OP_JUMP,       /* behind the other side */
    PL_CEL_OP_JOIN,       /* end of ?: (for the checker) */
    PL_CEL_OP_JUMP_FALSE, /* of &&: if the top is false, keep it and jump */
    PL_CEL_OP_JUMP_TRUE,  /* of || */
    PL_CEL_OP_AND,
    PL_CEL_OP_OR,
    /* frames */
    PL_CEL_OP_OPEN,   /* a list or map (`type`) begins */
    PL_CEL_OP_ADD,    /* pop a value into the list; `index` 1: an optional, if it has a value */
    PL_CEL_OP_PUT,    /* pop a value and before it its key into the map; `index` as in ADD */
    PL_CEL_OP_CLOSE,  /* push the list or map */
    PL_CEL_OP_LOOP,   /* pop what macro `macro` walks; when empty jump behind its NEXT */
    PL_CEL_OP_TEST,   /* pop; false: to the next element of the loop at `target` */
    PL_CEL_OP_NEXT,   /* pop what the body gave; to the next element of the loop at `target` */
    PL_CEL_OP_BIND,   /* pop a value into the variable of a new frame */
    PL_CEL_OP_UNBIND, /* the frame ends, the top stays */
    PL_CEL_OP_UNWRAP, /* as BIND for the value of an optional; without one push none and jump */
    PL_CEL_OP_REWRAP, /* as UNBIND, and the top becomes an optional; `index` 1: it is one */
};

enum pl_cel_macro {
    PL_CEL_MACRO_ALL,
    PL_CEL_MACRO_EXISTS,
    PL_CEL_MACRO_EXISTS_ONE,
    PL_CEL_MACRO_MAP,
    PL_CEL_MACRO_FILTER,
    PL_CEL_MACRO_TRANSFORM_MAP,
};

#define PL_CEL_NO_VARIABLE UINT16_MAX /* a path that nobody knows (only without checks) */
#define PL_CEL_NO_START    UINT32_MAX

struct pl_cel_step {
    enum pl_cel_op op;
    enum pl_cel_type type; /* PATH, LOCAL, FIELD: declared; WANT: wanted; OPEN: LIST or MAP;
                              otherwise of the result */
    uint16_t variable;     /* PATH, HAS */
    uint16_t row;          /* CALL: the first overload that may fit */
    uint8_t argc;          /* CALL; LOOP: its variables */
    uint8_t frame;         /* LOCAL */
    uint8_t index;
    uint8_t macro;   /* LOOP */
    uint32_t target; /* jumps: the next step; TEST, NEXT, LOCAL: the step that opened */
    uint32_t start;  /* first step of the sub-expression that ends here, or NO_START */
    uint32_t offset; /* in the source, in bytes: the operator or name */
    uint32_t from;   /* and the whole sub-expression */
    uint32_t to;
    struct pl_text path; /* before the check: the whole path */
    struct pl_cel_value value;
    const struct pl_pattern *pattern; /* CALL of matches() with a constant pattern */
};

struct pl_cel_program {
    struct pl_text source;
    struct pl_cel_step *steps;
    uint32_t count;
    uint32_t count_max;
    uint64_t cost_max;
};

/* ---- names and literals ---- */

/* Whether the word may not be a variable. */
bool pl_cel_name_is_reserved(struct pl_text name);

/* The type that a name stands for, with `.google.protobuf` names; false when it is none. */
bool pl_cel_name_type(struct pl_text name, struct pl_cel_value *type_out);

/* No such function: says so, with the nearest name. */
int pl_cel_refuse_function(struct placet_error *err, struct pl_text source, struct pl_text name,
                           uint32_t offset, bool is_method);

/* The value of digits, decimal or after 0x; false beyond 64 bits. */
bool pl_cel_literal_int(struct pl_text digits, bool negative, int64_t *out);
bool pl_cel_literal_uint(struct pl_text digits, uint64_t *out);

/* ---- passes ---- */

/* For tests: compile without what the compiler does beyond the language. */
struct pl_cel_options {
    bool unchecked; /* types and names are left to the evaluation */
    bool unfolded;  /* constants are not computed */
};
int pl_cel_compile_as(struct pl_text source, const struct pl_cel_scope *scope,
                      enum pl_cel_type wanted, struct pl_cel_options options,
                      struct pl_arena *arena, const struct pl_cel_program **program_out,
                      struct placet_error *err);

/* Source to code, without types. The steps are allocated: they are freed by the caller, also after
 * a failure. */
int pl_cel_parse(struct pl_text source, struct pl_cel_options options, struct pl_arena *arena,
                 struct pl_cel_program *program, struct placet_error *err);

/* Resolves the paths, checks the types and estimates the cost; adds the step for the wanted type.
 */
int pl_cel_check(struct pl_cel_program *program, const struct pl_cel_scope *scope,
                 enum pl_cel_type wanted, struct pl_cel_options options, struct pl_arena *arena,
                 struct placet_error *err);

/* Computes what depends on nothing; values go to the arena. PLACET_ELIMIT when it is full. */
int pl_cel_fold(struct pl_cel_program *program, struct pl_arena *arena, struct placet_error *err);

/* Column, in characters from 1, of a byte of the source. */
uint32_t pl_cel_column(struct pl_text source, uint32_t offset);

#endif
