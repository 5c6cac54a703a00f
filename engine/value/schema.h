/* JSON Schema 2020-12 for forms, answers, messages and definitions: a schema is compiled once,
 * documents (MessagePack) are checked against it, and every mistake is named by path, rule and the
 * titles of the field, in Chinese and English. The standard is draft-bhutton-json-schema-01 and
 * draft-bhutton-json-schema-validation-01.
 *
 * To check an answer at the door: compile its schema when the definition is loaded; give
 * pl_schema_check an array of PL_SCHEMA_MISTAKES_MAX on the stack; when it returns more than 0,
 * refuse, and list what is in the array (pl_schema_mistake_write makes the map of the protocol). */
#ifndef PL_VALUE_SCHEMA_H
#define PL_VALUE_SCHEMA_H

#include <placet/error.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/text.h"
#include "value/cel.h"
#include "value/reader.h"
#include "value/writer.h"

#define PL_SCHEMA_MISTAKES_MAX 20 /* as many as a person reads at once */

struct pl_schema; /* lives in its arena */

/* Bits of the keyword `type`. A number that is integral is an integer too. */
enum pl_schema_type {
    PL_TYPE_NULL = 1,
    PL_TYPE_BOOLEAN = 2,
    PL_TYPE_INTEGER = 4,
    PL_TYPE_NUMBER = 8,
    PL_TYPE_STRING = 16,
    PL_TYPE_ARRAY = 32,
    PL_TYPE_OBJECT = 64,
};

/* ---- compiling ---- */

/* Another schema that `$ref` and `$schema` may name. */
struct pl_schema_source {
    struct pl_text uri; /* absolute, without a fragment */
    struct pl_bytes document;
};

struct pl_schema_options {
    const struct pl_schema_source *others;
    uint32_t other_count;

    /* As the standard has it, instead of as a form has it: unknown keywords and formats say nothing
     * (a form must not promise what is not checked: they are refused), and `format` is for people
     * only (a form asserts the formats of schema_formats.def). */
    bool is_open;
};

/* `schema` is the JSON text as MessagePack (pl_json_read); it is copied, and so are the others that
 * are used. Everything lives in the arena: there is nothing to free. PLACET_EINVALID: err->file is
 * the JSON Pointer of the place in the schema; PLACET_ELIMIT when the arena is full. A title is
 * written in one text, English first, then " / " and the Chinese; without " / " it stands for both
 * languages. The meta-schema of the standard can be referred to by its URI. `options` NULL: a form
 * that stands alone. */
int pl_schema_compile(struct pl_bytes schema, const struct pl_schema_options *options,
                      struct pl_arena *arena, const struct pl_schema **schema_out,
                      struct placet_error *err);

/* ---- checking ---- */

struct pl_schema_mistake {
    char path[256]; /* JSON Pointer, RFC 6901; "" = the document itself */
    char rule[32];  /* the keyword that failed */
    char title_zh[96];
    char title_en[96];
    char message[192]; /* one clause, to be read after the title */
    char message_zh[192];
};

/* Checks a document of checked MessagePack; writes up to `mistakes_max` and returns how many there
 * are in all (0 = valid). No allocation, bounded work: a document that takes more is not valid, by
 * the rule "limit". One schema is not for two threads at once (its patterns are not). */
uint32_t pl_schema_check(const struct pl_schema *schema, struct pl_bytes document,
                         struct pl_schema_mistake *mistakes, uint32_t mistakes_max);

/* {path, rule, message, message_zh, title: {zh, en}}, the form in which the protocol carries it;
 * never more than PL_SCHEMA_MISTAKE_SIZE bytes. */
#define PL_SCHEMA_MISTAKE_SIZE 1024
void pl_schema_mistake_write(struct pl_writer *out, const struct pl_schema_mistake *mistake);

/* ---- looking up ---- */

/* What a schema promises about the value at a path. */
struct pl_schema_field {
    enum pl_cel_type type;    /* static type, PL_CEL_DYN where the schema leaves it open */
    uint64_t types;           /* enum pl_schema_type bits: what the value may be */
    bool required;            /* every document that fits has it: each part is required of an
                               * `object`, and the document itself is a map */
    uint64_t items_max;       /* of a list; UINT64_MAX = no bound */
    uint64_t length_max;      /* characters of a text; UINT64_MAX = no bound */
    struct pl_bytes values;   /* of `enum`: a list; size 0 = any */
    struct pl_bytes constant; /* of `const`; size 0 = any */
    struct pl_text title_zh;  /* "" without a title */
    struct pl_text title_en;
};

/* Looks up a path of fields: `project.area`; `owners[].name` is the name in an entry of a list (and
 * required when every entry has one). Follows $ref and allOf; what stands in anyOf, oneOf, if and
 * the like is not promised: such a field is found, and nothing is known of it. False when no
 * document that fits can have the field; then `suggestion_out` is the name nearest to the part that
 * is wrong, or NULL. Texts and values live as long as the schema. For expressions and the loader:
 * forms and answers alike. */
bool pl_schema_at(const struct pl_schema *schema, struct pl_text path,
                  struct pl_schema_field *field_out, const char **suggestion_out);

#endif
