/* A form whose fields say their type by their first letter, for tests of expressions: `i_floors` is
 * an integer, `d_area` a decimal, `s_use` a text, `b_fire` a truth value, `l_levels` a list,
 * `m_owner` a map, `x_text` anything. `i_wide` and `d_whole` are written as the other kind of
 * number, `i_wrong` is a text. `absent.x` belongs to a variable that has no value. */
#ifndef PL_TESTS_CEL_FORM_H
#define PL_TESTS_CEL_FORM_H

#include "base/arena.h"
#include "value/cel.h"

#define CEL_FORM_ROOM 1024

extern const struct pl_cel_scope cel_form_scope;
extern struct pl_arena cel_form_arena;        /* of the last program */
extern struct pl_bytes cel_form_variables[2]; /* the form; one that is absent */
extern uint8_t cel_form_room[CEL_FORM_ROOM];

/* Writes the form: the setup of a group of tests. */
int cel_form_set_up(void **state);

/* Takes the place of the program before; fails the test when the source is refused. */
const struct pl_cel_program *cel_form_compile(const char *source, enum pl_cel_type wanted);

/* Over these values instead of the form, at 2016-04-20T01:00:00.25Z. */
struct pl_cel_result cel_form_eval_over(const struct pl_cel_program *program,
                                        const struct pl_bytes *values, uint32_t count);
struct pl_cel_result cel_form_eval(const char *source, enum pl_cel_type wanted);

/* Fails the test at the first that is not true. */
void cel_form_hold(const char *const *sources, size_t count);

#define CEL_FORM_HOLD(SOURCES) cel_form_hold((SOURCES), sizeof(SOURCES) / sizeof((SOURCES)[0]))

#endif
