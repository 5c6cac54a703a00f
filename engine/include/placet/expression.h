/**
 * @file
 * Expressions as definitions write them, evaluated on their own: for tools. Like definition.h it
 * needs no engine and is not in libplacet but in the archive `placet_engine` of the build.
 *
 *     struct placet_sight sight = {.data = form};
 *     struct placet_evaluation result;
 *     if (placet_evaluate("project.area > 2000.0", &sight, &result, &err) == PLACET_OK) {
 *         puts(result.fault[0] == '\0' ? result.json : result.fault);
 *         placet_evaluation_fini(&result);
 *     }
 */
#ifndef PLACET_EXPRESSION_H
#define PLACET_EXPRESSION_H

#include <stdint.h>

#include <placet/error.h>
#include <placet/value.h>

/** All that an expression sees, and what it must give. Every member may be zero. */
struct placet_sight {
    struct placet_value data;   /**< a map: its fields are the names of the expression */
    struct placet_value schema; /**< JSON Schema of the data: names and types are checked by it */
    const char *type;           /**< of the result, as CEL names it: "bool", "string", "list" */
    const char *calendar_path;  /**< a calendar file, for functions of working days */
    const char *now;            /**< `now`, in RFC 3339; NULL: now_ms */
    int64_t now_ms;             /**< milliseconds since 1970-01-01 UTC */
};

/** What came out. A fault is an answer too: the expression was right, the values were not. */
struct placet_evaluation {
    char *json;        /**< the value; NULL after a fault */
    char type[32];     /**< of the value */
    uint32_t cost;     /**< units of work that it took */
    uint64_t cost_max; /**< the most that it may take, estimated from schema and expression */
    char fault[512];   /**< one line with the values that led to it, or "" */
    uint32_t column;   /**< of the part that failed, in characters from 1; 0 without a fault */
    uint32_t length;   /**< of it */
};

/**
 * Evaluates a UTF-8 text. PLACET_EINVALID when the expression, the schema, the type, the time or
 * the calendar is wrong: for the expression `err` has the column, and no file. PLACET_ENOTFOUND or
 * PLACET_EIO for the calendar, PLACET_ELIMIT, PLACET_ENOMEM. End the result with
 * placet_evaluation_fini.
 */
PLACET_API PLACET_MUST_CHECK int placet_evaluate(const char *expression,
                                                 const struct placet_sight *sight,
                                                 struct placet_evaluation *evaluation_out,
                                                 struct placet_error *err);

/** Frees what is inside. */
PLACET_API void placet_evaluation_fini(struct placet_evaluation *evaluation);

#endif
