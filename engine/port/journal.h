/* The journal, as the server needs it: sealed frames in order, the only truth. Embedded (store/),
 * it shares the transaction of the store; a replicated journal seals first and fences writers by
 * (partition, sequence) and epoch. Events are journaled, never commands, so that a follower only
 * applies.
 *
 * A frame is complete bytes made by wire/frame.h (header with sequence, count, time, hash chain,
 * CRC32C). */
#ifndef PL_PORT_JOURNAL_H
#define PL_PORT_JOURNAL_H

#include <stdint.h>

#include "value/reader.h"

struct pl_journal;

/* Called for each frame in order; bytes are borrowed during the call. Non-zero stops and is
 * returned. */
typedef int pl_journal_visit(void *context, struct pl_bytes frame);

struct pl_journal_ops {
    /* Within the store's transaction when embedded. `first_seq` must follow the newest event. */
    int (*append)(struct pl_journal *journal, uint64_t first_seq, struct pl_bytes frame);

    /* Makes the appended frames durable on their own when the journal is not embedded; nothing to
     * do when it is. */
    int (*seal)(struct pl_journal *journal);

    /* Visits frames from the one that contains `from_seq` (or the oldest after it), archive
     * segments first, at most `frames_max`. PLACET_ENOTFOUND when `from_seq` lies before the oldest
     * event that is kept; the visit sees nothing then. */
    int (*read)(struct pl_journal *journal, uint64_t from_seq, uint32_t frames_max,
                pl_journal_visit *visit, void *context);

    /* Newest frame, for the hash chain; PLACET_ENOTFOUND when the journal is empty. */
    int (*last)(struct pl_journal *journal, pl_journal_visit *visit, void *context);
};

struct pl_journal {
    const struct pl_journal_ops *ops;
};

#endif
