/* A case at rest: MessagePack, compact and deterministic (the same case gives the same bytes, so a
 * rebuilt store can be compared byte for byte). Only fields that are not zero are written, behind a
 * mask. */
#ifndef PL_WIRE_CASE_H
#define PL_WIRE_CASE_H

#include "base/arena.h"
#include "model/case.h"
#include "value/reader.h"
#include "value/writer.h"

/* Room that a packed case of so many steps and tasks can need. */
size_t pl_wire_case_size_max(uint16_t step_count, uint16_t task_count);

void pl_wire_write_case(struct pl_writer *out, const struct pl_case *c);

/* Unpacks into `c`, with its arrays in `arena`; texts borrow from the bytes. PLACET_ECORRUPT,
 * PLACET_ELIMIT (arena). */
int pl_wire_read_case(struct pl_bytes packed, struct pl_arena *arena, struct pl_case *c_out);

/* Only the id, the slot, the definition and the key: for indexes at start. */
int pl_wire_peek_case(struct pl_bytes packed, struct pl_case *c_out);

#endif
