/* Inside of CEL: the tokens, and the flat code that the parser writes, the checker types and the
 * evaluator runs. There is no tree: the code is in postfix order, so checking and evaluating are
 * loops with a stack, and only the parser recurses (bounded by PL_CEL_DEPTH_MAX). */
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
    PL_CEL_TOKEN_INT,
    PL_CEL_TOKEN_REAL,
    PL_CEL_TOKEN_STRING,
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

/* The text that a string token stands for, in the arena. PLACET_EINVALID, PLACET_ELIMIT. */
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
    PL_CEL_OP_CONST, /* push `value` */
    PL_CEL_OP_PATH,  /* push the variable's value under `path` */
    PL_CEL_OP_HAS,   /* push whether it is there */
    PL_CEL_OP_FIELD, /* of the map on the stack, `path` is the key */
    PL_CEL_OP_JUMP,
    PL_CEL_OP_JOIN,       /* end of ?: (only the checker looks at it) */
    PL_CEL_OP_BRANCH,     /* pop; false or a fault: jump (a fault stays) */
    PL_CEL_OP_JUMP_FALSE, /* of &&: if the top is false, keep it and jump */
    PL_CEL_OP_JUMP_TRUE,  /* of || */
    PL_CEL_OP_WANT,       /* the top must be of `type` */
    /* one operand */
    PL_CEL_OP_NOT,
    PL_CEL_OP_NEGATE,
    PL_CEL_OP_SIZE,
    PL_CEL_OP_INT,
    PL_CEL_OP_DOUBLE,
    /* two operands */
    PL_CEL_OP_AND,
    PL_CEL_OP_OR,
    PL_CEL_OP_EQUAL,
    PL_CEL_OP_UNEQUAL,
    PL_CEL_OP_LESS,
    PL_CEL_OP_LESS_EQUAL,
    PL_CEL_OP_GREATER,
    PL_CEL_OP_GREATER_EQUAL,
    PL_CEL_OP_IN,
    PL_CEL_OP_ADD,
    PL_CEL_OP_SUBTRACT,
    PL_CEL_OP_MULTIPLY,
    PL_CEL_OP_DIVIDE,
    PL_CEL_OP_MODULO,
    PL_CEL_OP_INDEX,
    PL_CEL_OP_STARTS_WITH,
    PL_CEL_OP_ENDS_WITH,
    PL_CEL_OP_CONTAINS,
};

struct pl_cel_step {
    enum pl_cel_op op;
    enum pl_cel_type type; /* PATH: declared; WANT: wanted; otherwise of the result */
    uint32_t offset;       /* in the source, in bytes */
    uint32_t column;       /* in characters, from 1 */
    uint32_t target;       /* jumps: index of the next step */
    uint16_t variable;
    struct pl_text path; /* before the check: the whole path */
    struct pl_cel_value value;
};

struct pl_cel_program {
    struct pl_text source;
    struct pl_cel_step *steps;
    uint32_t count;
    uint32_t count_max;
    uint64_t cost_max;
};

/* ---- names and literals ---- */

struct pl_cel_function {
    const char *name;
    bool is_method; /* x.name(y) instead of name(x) */
    enum pl_cel_op op;
};

/* The function, or NULL; then pl_cel_refuse_function says why. */
const struct pl_cel_function *pl_cel_function_of(struct pl_text name, bool is_method);
int pl_cel_refuse_function(struct pl_cel_lex *lex, const struct pl_cel_token *name, bool is_method);
bool pl_cel_name_is_reserved(struct pl_text name);

/* The value of digits, decimal or after 0x; false beyond 64 bits. */
bool pl_cel_literal_int(struct pl_text digits, bool negative, int64_t *out);

/* The values of `count` steps, all constants, as one list; false when the arena is full. */
bool pl_cel_literal_list(const struct pl_cel_step *steps, uint32_t count, struct pl_arena *arena,
                         struct pl_cel_value *value_out);

/* ---- passes ---- */

/* Source to code, without types. */
int pl_cel_parse(struct pl_text source, struct pl_arena *arena, struct pl_cel_program *program,
                 struct placet_error *err);

/* Resolves the paths and checks the types; adds the step for the wanted type. */
int pl_cel_check(struct pl_cel_program *program, const struct pl_cel_scope *scope,
                 enum pl_cel_type wanted, struct placet_error *err);

/* Integers up to here are exact in the documents of every peer (2^53 - 1). */
#define PL_CEL_EXACT_MAX INT64_C(9007199254740991)

/* ---- evaluation: pure, linked into the core ---- */

/* What an evaluation has used so far, of its cost and of the room that was lent. */
struct pl_cel_work {
    uint32_t cost;
    uint8_t *room;
    size_t room_left;
};

/* A checked MessagePack value as a CEL value (borrowed); false when there is none. */
bool pl_cel_load(struct pl_bytes bytes, struct pl_cel_value *value_out);

/* One operator on values. AND and OR are not among them: they look at faults. */
enum pl_cel_fault pl_cel_apply_one(enum pl_cel_op op, const struct pl_cel_value *a,
                                   struct pl_cel_value *value_out);
enum pl_cel_fault pl_cel_apply_two(enum pl_cel_op op, const struct pl_cel_value *a,
                                   const struct pl_cel_value *b, struct pl_cel_work *work,
                                   struct pl_cel_value *value_out);

/* An integer of a document as the decimal that the scope declared, and back if nothing is lost. */
void pl_cel_adapt(struct pl_cel_value *value, enum pl_cel_type declared);

#endif
