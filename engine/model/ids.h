/* Identifiers as types of their own: the compiler refuses one where another is meant. */
#ifndef PL_MODEL_IDS_H
#define PL_MODEL_IDS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"

/* Partition in the top byte, sequence of the first event of the case below. 0 = none. Printed
 * "C1042". */
struct pl_case_id {
    uint64_t v;
};

/* Fencing token of a task: opaque, random, minted when the task is offered. */
struct pl_lease {
    uint8_t at[16];
};

#define PL_NO_STEP        UINT16_MAX
#define PL_NO_ITEM        UINT16_MAX
#define PL_NO_DECISION    UINT16_MAX
#define PL_NO_RESULT      UINT16_MAX
#define PL_LEAD           0 /* item of the first task of a step */
#define PL_NO_SERVICE     UINT16_MAX
#define PL_NO_GROUP       UINT16_MAX
#define PL_STEP_APPLY     (UINT16_MAX - 1) /* the application itself, as a target of `back_to` */

#define PL_CASE_TEXT_SIZE 24
#define PL_TASK_TEXT_SIZE 48

/* "C1042" ("C1042@3" in partition 3), and a task as "C1042.fire_review" is not stable over renames,
 * so "C1042.<step>.<item>.<round>" in numbers. */
void pl_case_id_format(struct pl_case_id id, char out[PL_CASE_TEXT_SIZE]);
bool pl_case_id_parse(struct pl_text text, struct pl_case_id *id_out);

struct pl_task_ref {
    struct pl_case_id id;
    uint16_t step;
    uint16_t item;  /* 0 for a step with one task; the member's number in a joint step */
    uint16_t round; /* of the step: 1 at first, one more after each return or `back_to` */
};
void pl_task_ref_format(struct pl_task_ref ref, char out[PL_TASK_TEXT_SIZE]);
bool pl_task_ref_parse(struct pl_text text, struct pl_task_ref *ref_out);

#endif
