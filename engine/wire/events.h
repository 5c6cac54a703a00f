/* Events as MessagePack arrays by position: [number, case, step + 1, item + 1, fields...], 0 where
 * there is none. The field lists of model/events.def are the format; tests/unit/wire_events_test.c
 * pins its bytes. */
#ifndef PL_WIRE_EVENTS_H
#define PL_WIRE_EVENTS_H

#include <stdint.h>

#include "model/command.h"
#include "value/reader.h"
#include "value/writer.h"

/* Appends one event. When `out` is full nothing more is written and pl_writer_ok answers false. */
void pl_wire_write_event(struct pl_writer *out, const struct pl_event *event);

/* Reads the next event. Text and bytes borrow from the reader's span. PLACET_ECORRUPT for anything
 * that this version does not write; `out` is untouched then. */
int pl_wire_read_event(struct pl_reader *in, struct pl_event *out);

#endif
