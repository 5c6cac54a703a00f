/* What the expressions of a definition read: the form, the case, what the steps before decided and
 * answered, items, reference tables. Only the variables that a program reads are put together.
 *
 * Pure: values come from the events of this decide and from `pl_case_data.values`, found by the
 * sequence of the event that brought them; what has to be built (the list of items) goes to memory
 * that the caller lends. */
#ifndef PL_CORE_DATA_H
#define PL_CORE_DATA_H

#include "model/case.h"
#include "model/command.h"
#include "model/definition.h"
#include "value/cel.h"
#include "value/writer.h"

/* A case as expressions read it. */
struct pl_reading {
    const struct pl_definition *def;
    const struct pl_case *c;
    const struct pl_case_data *data;
    const struct pl_event *events; /* emitted in this decide; NULL: none */
    uint32_t event_count;
    uint64_t next_seq; /* sequence of the first of them */
    int64_t now_ms;
    uint16_t step; /* whose expression it is */
    uint16_t item; /* PL_NO_ITEM: of the whole step */
    uint8_t *room; /* what is put together stays there */
    size_t room_size;
    size_t used;
};

/* The VALUE that an event brought; size 0 when the case no longer has it. */
struct pl_bytes pl_core_value_at(const struct pl_reading *r, uint64_t seq);

/* Evaluates; a fault is explained in `why` (NUL-terminated, cut to its size). The value may borrow
 * from the room, of which `used` tells how much is taken. */
struct pl_cel_result pl_core_read(struct pl_reading *r, const struct pl_cel_program *program,
                                  char *why, size_t why_size);

/* Writes the document that a tree of expressions describes. PLACET_EINVALID with `why` when a leaf
 * has no value, PLACET_ELIMIT when the writer is full. */
int pl_core_write_tree(struct pl_reading *r, const struct pl_send *tree, struct pl_writer *out,
                       char *why, size_t why_size);

/* The correlation key of a WAIT_FOR. False when it has none, or no text. */
bool pl_core_signal_key(struct pl_reading *r, uint16_t step, struct pl_text *key_out);

/* The form of a child: that of `run`, or the form of the parent. As pl_core_write_tree. */
int pl_core_child_form(struct pl_reading *r, struct pl_writer *out, char *why, size_t why_size);

#endif
