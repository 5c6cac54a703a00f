/* What a TASK says only where its step is more than a plain question: the department's own
 * document, the element of a set, who signs, what is taken back, who else may be competent, the
 * other clocks. */
#ifndef PL_SERVER_TASK_EXTRAS_H
#define PL_SERVER_TASK_EXTRAS_H

#include "server/server.h"
#include "value/writer.h"

/* The document that `send` of the step describes, in the arena of the turn. PLACET_EINVALID with
 * `why` when an expression has no value, PLACET_ELIMIT when the turn has no room. */
int pl_task_document(struct pl_server *s, const struct pl_live *live, uint16_t step, uint16_t item,
                     struct pl_bytes *document_out, char *why, size_t why_size);

/* Pairs of the letter, and an upper bound of their size. */
uint32_t pl_task_extra_pairs(const struct pl_live *live, uint16_t step, uint16_t item);
uint32_t pl_task_extra_size(const struct pl_server *s, const struct pl_live *live, uint16_t step,
                            uint16_t item);
void pl_task_write_extras(struct pl_writer *out, const struct pl_server *s,
                          const struct pl_live *live, uint16_t step, uint16_t item);

#endif
