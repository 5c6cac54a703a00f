/* The inside of the reader of answers: what its files share. Nothing outside of the room includes
 * this. */
#ifndef PL_DEFINITION_ANSWERS_INSIDE_H
#define PL_DEFINITION_ANSWERS_INSIDE_H

#include "definition/answers.h"
#include "definition/load.h"

/* Stands first so that the setters of a map find it from the load that they are given. */
struct pl_answers_reading {
    struct pl_load load;
    const struct pl_company *company;
    const struct pl_text *form_text;
    struct pl_answers *out;
};

static inline struct pl_answers_reading *pl_answers_of(struct pl_load *l)
{
    return (struct pl_answers_reading *)(void *)l;
}

/* A step that a file names, and where it was found. */
struct pl_answers_step {
    const struct pl_definition *def;
    uint16_t step;
    struct pl_text path;
    struct pl_text id;
};

/* Finds `step`, or `run_step/step` in a child; reports at `place` what is wrong. */
bool pl_answers_find_step(struct pl_answers_reading *r, struct pl_diag_place place,
                          struct pl_text name, struct pl_answers_step *out);

/* The definition of the case at a path of run steps; NULL, which is reported. */
const struct pl_definition *pl_answers_find_case(struct pl_answers_reading *r,
                                                 struct pl_diag_place place, struct pl_text path);

/* A decision that the task of a step may give (PL_NO_ITEM: the lead), and whether it wants a
 * reason. */
bool pl_answers_decision(struct pl_answers_reading *r, const struct pl_yaml *node,
                         const struct pl_answers_step *at, uint16_t item,
                         bool *reason_required_out);

/* The number of the task that a name means; PL_NO_ITEM, which is reported. */
uint16_t pl_answers_item(struct pl_answers_reading *r, struct pl_diag_place place,
                         struct pl_text name, const struct pl_answers_step *at);

/* A service that the step may be handed over to; reports another. */
void pl_answers_choice(struct pl_answers_reading *r, const struct pl_yaml *node,
                       const struct pl_answers_step *at);

/* Local time of the first workflow's calendar: "2025-03-03T09:00", or a day, which begins at 9. */
bool pl_answers_time(struct pl_answers_reading *r, const struct pl_yaml *node, int64_t *at_ms_out);

/* A time, or a span from the start of the case. */
void pl_answers_moment(struct pl_answers_reading *r, const struct pl_yaml *node,
                       struct pl_moment *out);
void pl_answers_after(struct pl_answers_reading *r, const struct pl_yaml *node,
                      struct pl_after *out);

/* Any YAML as MessagePack in the arena. */
void pl_answers_value(struct pl_answers_reading *r, const struct pl_yaml *node,
                      struct pl_bytes *out);

/* Whether a value (size 0: an empty map) fits a schema (NULL: anything does), as the server asks of
 * answers and signals; reports at `node`, or below it where the value stands there. */
void pl_answers_fit(struct pl_answers_reading *r, const struct pl_schema *schema,
                    struct pl_bytes value, const struct pl_yaml *node);

/* One answer, or a list of them; `at` NULL: the default, of any step. */
void pl_answers_list(struct pl_answers_reading *r, const struct pl_yaml *node,
                     const struct pl_answers_step *at, uint16_t item, struct pl_answer_list *out);

/* The lists `signals` and `acts`. */
void pl_answers_incoming(struct pl_answers_reading *r, const struct pl_yaml *signals,
                         const struct pl_yaml *acts);

#endif
