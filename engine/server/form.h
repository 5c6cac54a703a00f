/* Forms at the door: whether they match their schema, and changes to them. */
#ifndef PL_SERVER_FORM_H
#define PL_SERVER_FORM_H

#include "server/request.h"

/* True when a document matches its schema, or has none (NULL). Otherwise the message has been
 * answered with SCHEMA_VIOLATION, `text` and {errors: [{path, rule, message, message_zh, title}],
 * count}, where the first PL_SCHEMA_MISTAKES_MAX are listed, and `*rc_out` is what the handler
 * returns. For forms and answers. */
bool pl_form_is_valid(struct pl_request *r, const struct pl_schema *schema,
                      struct pl_bytes document, const char *text, int *rc_out);

/* Changes over a form, by JSON Merge Patch (RFC 7396): maps are merged key by key, nil takes a key
 * away, anything else replaces. The result lies in the arena. PLACET_ELIMIT: no room;
 * PLACET_EINVALID: the result is beyond the profile (a form must fit a message). */
int pl_form_merge(struct pl_arena *arena, struct pl_bytes form, struct pl_bytes changes,
                  struct pl_bytes *merged_out);

#endif
