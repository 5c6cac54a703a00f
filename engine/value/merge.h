/* Changes over a document, by JSON Merge Patch (RFC 7396). */
#ifndef PL_VALUE_MERGE_H
#define PL_VALUE_MERGE_H

#include <placet/error.h>

#include "base/arena.h"
#include "value/reader.h"

/* Maps are merged key by key, nil takes a key away, anything else replaces. Both values passed the
 * profile; the result lies in the arena. PLACET_ELIMIT: no room; PLACET_EINVALID: the result is
 * beyond the profile (a document must fit a message). */
int pl_value_merge(struct pl_arena *arena, struct pl_bytes value, struct pl_bytes changes,
                   struct pl_bytes *merged_out);

#endif
