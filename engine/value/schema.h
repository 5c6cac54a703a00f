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

/* `schema` is the JSON text as MessagePack (pl_json_read); it is copied. Everything lives in the
 * arena: there is nothing to free. PLACET_EINVALID names the place by its JSON Pointer in
 * err->message; PLACET_ELIMIT when the arena is full. A title is written in one text, English
 * first, then " / " and the Chinese; without " / " it stands for both languages. */
int pl_schema_compile(struct pl_bytes schema, struct pl_arena *arena,
                      const struct pl_schema **schema_out, struct placet_error *err);

/* Checks a document of checked MessagePack; writes up to `mistakes_max` and returns how many there
 * are in all (0 = valid). No allocation, bounded work: a document that takes more is not valid, by
 * the rule "limit". One schema is not for two threads at once (its patterns are not). */
uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max);

/* Looks a dotted path up in properties (through $ref): whether it exists, and its static type,
 * PL_CEL_DYN where the schema leaves it open. If not, `suggestion_out` is the name nearest to the
 * part of the path that is wrong, or NULL; it lives as long as the schema. For expressions. */
bool pl_schema_field(const struct pl_schema *schema, struct pl_text dotted_path,
                     enum pl_cel_type *type_out, const char **suggestion_out);

#endif
