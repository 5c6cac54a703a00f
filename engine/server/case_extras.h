/* What the view of a case shows only where there is something to show: parents and children, what
 * is being undone, the three clocks, stops, extension, sets. Keys that have nothing to say are left
 * out.
 */
#ifndef PL_SERVER_CASE_EXTRAS_H
#define PL_SERVER_CASE_EXTRAS_H

#include "server/case_view.h"
#include "value/writer.h"

/* Pairs of each map, and the writing of them. */
uint32_t pl_case_extra_pairs(const struct pl_found *found);
void pl_case_write_extras(struct pl_writer *out, const struct pl_found *found);

uint32_t pl_step_extra_pairs(const struct pl_found *found, uint16_t step);
void pl_step_write_extras(struct pl_writer *out, const struct pl_found *found, uint16_t step);

uint32_t pl_task_view_extra_pairs(const struct pl_found *found, uint16_t step, uint16_t item);
void pl_task_view_write_extras(struct pl_writer *out, const struct pl_found *found, uint16_t step,
                               uint16_t item);

/* Bytes that they may take, for a case and for each of its steps and tasks. */
#define PL_CASE_EXTRAS_SIZE 256
#define PL_STEP_EXTRAS_SIZE 640
#define PL_TASK_EXTRAS_SIZE 160

/* Tasks of a case that have started a case. */
uint32_t pl_case_child_count(const struct pl_found *found);

#endif
