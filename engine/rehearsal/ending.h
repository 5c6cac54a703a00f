/* What became of a case that was played, as a value (include/placet/rehearsal.h has its shape). */
#ifndef PL_REHEARSAL_ENDING_H
#define PL_REHEARSAL_ENDING_H

#include "rehearsal/play.h"
#include "value/writer.h"

#define PL_ENDING_SIZE (256u << 10) /* a hundred waits with their titles, and more */

void pl_ending_write(const struct pl_play *play, struct pl_writer *out);

#endif
