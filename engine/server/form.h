/* Forms at the door: whether they match their schema, and changes to them. */
#ifndef PL_SERVER_FORM_H
#define PL_SERVER_FORM_H

#include "server/request.h"

/* True when the form is valid, or the definition takes any. Otherwise the message has been answered
 * with SCHEMA_VIOLATION {errors: [{path, rule, message, title}], count}, and `*rc_out` is what the
 * handler returns. */
bool pl_form_is_valid(struct pl_request *r, const struct pl_definition *def, struct pl_bytes form,
                      int *rc_out);

/* Changes over a form, by JSON Merge Patch (RFC 7396): maps are merged key by key, nil takes a key
 * away, anything else replaces. The result lies in the arena. PLACET_ELIMIT: no room;
 * PLACET_EINVALID: the result is beyond the profile (a form must fit a message). */
int pl_form_merge(struct pl_arena *arena, struct pl_bytes form, struct pl_bytes changes,
                  struct pl_bytes *merged_out);

#endif
