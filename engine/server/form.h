/* Documents at the door: whether they match their schema. */
#ifndef PL_SERVER_FORM_H
#define PL_SERVER_FORM_H

#include "server/request.h"

/* True when a document matches its schema, or has none (NULL). Otherwise the message has been
 * answered with SCHEMA_VIOLATION, `text` and {errors: [{path, rule, message, message_zh, title}],
 * count}, where the first PL_SCHEMA_MISTAKES_MAX are listed, and `*rc_out` is what the handler
 * returns. For forms and answers. */
bool pl_form_is_valid(struct pl_request *r, const struct pl_schema *schema,
                      struct pl_bytes document, const char *text, int *rc_out);

#endif
