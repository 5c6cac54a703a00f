/* JSON Schema 2020-12 for forms and answers: a schema is compiled once, documents (MessagePack) are
 * checked against it with every mistake reported by path, rule and the titles of the field.
 * Keywords that are compiled today are listed in value/README.md; a schema that uses another one is
 * refused. */
#ifndef PL_VALUE_SCHEMA_H
#define PL_VALUE_SCHEMA_H

#include <placet/error.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/cel.h"
#include "value/reader.h"

struct pl_schema; /* lives in its arena */

struct pl_schema_mistake {
    char path[256]; /* JSON Pointer, RFC 6901 */
    char rule[32];  /* the keyword that failed */
    char title_zh[96];
    char title_en[96];
    char message[192]; /* one clause */
};

/* `schema` is the JSON text as MessagePack (pl_json_read). PLACET_EINVALID names the place by its
 * JSON Pointer in err->message. */
int pl_schema_compile(struct pl_bytes schema, struct pl_arena *arena,
                      const struct pl_schema **schema_out, struct placet_error *err);

/* Checks; writes up to `mistakes_max` and returns how many there are in all (0 = valid). No
 * allocation. */
uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max);

/* Looks a dotted path up in properties: whether it exists, its static type; `suggestion_out` the
 * nearest sibling or NULL. For expressions. */
bool pl_schema_field(const struct pl_schema *schema, struct pl_text dotted_path,
                     enum pl_cel_type *type_out, const char **suggestion_out);

#endif
