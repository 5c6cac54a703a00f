/* Inside of schemas: one compilation, shared by the files that read schemas. First every schema of
 * a document is compiled where it stands, and what it refers to is remembered; then references are
 * followed, which may bring in other documents, until none is left. */
#ifndef PL_VALUE_SCHEMA_BUILD_H
#define PL_VALUE_SCHEMA_BUILD_H

#include "value/schema_formats.h"
#include "value/schema_tree.h"

/* A `$ref` or `$dynamicRef` whose target is not known yet. */
struct pl_schema_reference {
    struct pl_schema_rule *rule;
    struct pl_schema_entry *entry; /* gets the target */
    struct pl_schema_resource *resource;
    struct pl_text text;
    const char *place; /* JSON Pointer, for messages */
    struct pl_schema_reference *next;
};

struct pl_schema_build {
    const struct pl_schema_options *options;
    struct pl_arena *arena;
    struct placet_error *err;
    struct pl_schema_resource *resources;   /* all of them, latest first */
    struct pl_schema_resource *resource;    /* around the schema that is compiled */
    struct pl_schema_reference *references; /* all of them, in the order in which they were found */
    struct pl_schema_reference **references_end;
    struct pl_schema *known[256]; /* by a hash of their place */
    struct pl_pointer pointer;    /* where we are */
    uint32_t depth;
    uint32_t count; /* schemas */
    uint64_t work;  /* bytes looked through for references */
};

/* Each fills the error and returns the status: `return pl_schema_refuse(...)`. */
int pl_schema_refuse(const struct pl_schema_build *b, const char *hint, const char *message);
int pl_schema_no_memory(const struct pl_schema_build *b);

/* Compiles a whole document as a new resource got by a URI ("" for none); the document is copied
 * into the arena. */
int pl_schema_build_document(struct pl_schema_build *b, struct pl_text uri,
                             struct pl_bytes document, struct pl_schema_resource **resource_out);

/* Compiles a schema that stands in the current resource. */
int pl_schema_build(struct pl_schema_build *b, struct pl_bytes value,
                    const struct pl_schema **schema_out);

/* The schema that was compiled from a place, or NULL. */
const struct pl_schema *pl_schema_known(const struct pl_schema_build *b, const uint8_t *place);

/* Takes the operand of a keyword, whatever its shape. */
int pl_schema_build_rule(struct pl_schema_build *b, struct pl_bytes value,
                         struct pl_schema_rule *rule);

/* Takes an object whose values are schemas, or lists of names, as the shape says. */
int pl_schema_build_map(struct pl_schema_build *b, enum pl_schema_shape shape,
                        struct pl_bytes value, struct pl_schema_rule *rule);

/* Takes the operand of a keyword that holds no schema. NULL, or what is wrong with it; then
 * `hint_out` may be a hint. */
const char *pl_schema_operand(enum pl_schema_shape shape, struct pl_bytes value,
                              struct pl_schema_rule *rule, const char **hint_out);

/* ---- resources and references ---- */

/* What the caller offers under a URI, and what has been compiled with it; NULL when there is none.
 */
const struct pl_schema_source *pl_schema_other_of(const struct pl_schema_build *b,
                                                  struct pl_text uri);
struct pl_schema_resource *pl_schema_resource_of(const struct pl_schema_build *b,
                                                 struct pl_text uri);

/* `$id`, `$schema`, `$anchor` and `$dynamicAnchor` of a schema that has just been begun; may change
 * b->resource. */
int pl_schema_enter(struct pl_schema_build *b, struct pl_schema *schema, bool is_root);

/* Remembers a reference of the current schema. */
int pl_schema_remember(struct pl_schema_build *b, struct pl_bytes value,
                       struct pl_schema_rule *rule);

/* Follows everything that is remembered, and what is remembered meanwhile. */
int pl_schema_follow(struct pl_schema_build *b);

/* Refuses references that lead back to themselves, once all are followed. */
int pl_schema_refuse_loops(struct pl_schema_build *b);

/* Makes the place of a reference the one that a refusal names. */
void pl_schema_go_to(struct pl_schema_build *b, const struct pl_schema_reference *reference);

/* The bits of the dialect with that URI. */
int pl_schema_dialect(struct pl_schema_build *b, struct pl_text uri, unsigned *vocabularies_out);

/* ---- URIs (RFC 3986) ---- */

/* The URI before the `#`, and what stands behind it. */
struct pl_text pl_uri_without_fragment(struct pl_text uri, struct pl_text *fragment_out);

/* A reference as seen from a base, without fragments; false when the arena is full. */
bool pl_uri_resolve(struct pl_arena *arena, struct pl_text base, struct pl_text reference,
                    struct pl_text *uri_out);

/* ---- the meta-schema ---- */

#define PL_SCHEMA_META_URI "https://json-schema.org/draft/2020-12/schema"

/* The schema of schemas, as a document in the arena; size 0 when that is full. */
struct pl_bytes pl_schema_meta(struct pl_arena *arena);

#endif
