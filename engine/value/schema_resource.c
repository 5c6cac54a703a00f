/* What schemas are called: resources with URIs, anchors, and the dialect in which a resource is
 * written (JSON Schema core, 8 and 9). */
#include <stdio.h>

#include "value/schema_build.h"

#define VOCABULARY_URI "https://json-schema.org/draft/2020-12/vocab/"

/* What the standard's own dialect asks for: `format` is for people. */
#define STANDARD_VOCABULARIES                                                                      \
    ((unsigned)PL_VOCABULARY_CORE | (unsigned)PL_VOCABULARY_APPLICATOR |                           \
     (unsigned)PL_VOCABULARY_UNEVALUATED | (unsigned)PL_VOCABULARY_VALIDATION)

static bool is_map(struct pl_bytes value)
{
    return pl_schema_types_of(value) == PL_TYPE_OBJECT;
}

/* ---- dialects ---- */

static unsigned vocabulary_of(struct pl_text uri)
{
    static const struct {
        const char *uri;
        unsigned bit;
    } vocabularies[] = {
        {VOCABULARY_URI "core", PL_VOCABULARY_CORE},
        {VOCABULARY_URI "applicator", PL_VOCABULARY_APPLICATOR},
        {VOCABULARY_URI "unevaluated", PL_VOCABULARY_UNEVALUATED},
        {VOCABULARY_URI "validation", PL_VOCABULARY_VALIDATION},
        {VOCABULARY_URI "format-assertion", PL_VOCABULARY_FORMAT},
        {VOCABULARY_URI "format-annotation", PL_VOCABULARY_OTHER},
        {VOCABULARY_URI "content", PL_VOCABULARY_OTHER},
        {VOCABULARY_URI "meta-data", PL_VOCABULARY_OTHER},
    };

    for (size_t i = 0; i < sizeof(vocabularies) / sizeof(vocabularies[0]); i++) {
        if (pl_text_is(uri, vocabularies[i].uri)) {
            return vocabularies[i].bit;
        }
    }
    return 0;
}

const struct pl_schema_source *pl_schema_other_of(const struct pl_schema_build *b,
                                                  struct pl_text uri)
{
    for (uint32_t i = 0; i < b->options->other_count; i++) {
        if (pl_text_equal(b->options->others[i].uri, uri)) {
            return &b->options->others[i];
        }
    }
    return NULL;
}

/* Vocabularies that a dialect names: those that it requires must be known. */
static int take_vocabularies(struct pl_schema_build *b, struct pl_bytes list, unsigned *bits_out)
{
    unsigned bits = PL_VOCABULARY_CORE;
    struct pl_reader in;

    if (!is_map(list)) {
        return pl_schema_refuse(b, NULL, "a dialect whose `$vocabulary` is no object");
    }
    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_map(&in);
    for (uint32_t i = 0; i < count; i++) {
        const unsigned bit = vocabulary_of(pl_reader_text(&in, UINT32_MAX));
        bool required = true;
        if (!pl_value_as_bool(pl_reader_value(&in), &required)) {
            return pl_schema_refuse(b, NULL, "a `$vocabulary` that is not true or false");
        }
        if (required && bit == 0) {
            return pl_schema_refuse(b, NULL, "a dialect that needs an unknown vocabulary");
        }
        bits |= bit;
    }
    *bits_out = bits;
    return PLACET_OK;
}

int pl_schema_dialect(struct pl_schema_build *b, struct pl_text uri, unsigned *vocabularies_out)
{
    const struct pl_schema_source *other = pl_schema_other_of(b, uri);
    const unsigned standard =
        STANDARD_VOCABULARIES | (b->options->is_open ? 0 : (unsigned)PL_VOCABULARY_FORMAT);

    if (pl_text_is(uri, PL_SCHEMA_META_URI)) {
        *vocabularies_out = standard;
        return PLACET_OK;
    }
    if (other == NULL) {
        return pl_schema_refuse(b, "Write " PL_SCHEMA_META_URI ".",
                                "another dialect of JSON Schema");
    }
    const struct pl_bytes list = pl_value_get(other->document, PL_TEXT("$vocabulary"));
    if (list.size == 0) {
        *vocabularies_out = standard;
        return PLACET_OK;
    }
    return take_vocabularies(b, list, vocabularies_out);
}

/* ---- resources ---- */

struct pl_schema_resource *pl_schema_resource_of(const struct pl_schema_build *b,
                                                 struct pl_text uri)
{
    for (struct pl_schema_resource *one = b->resources; one != NULL; one = one->next) {
        if (pl_text_equal(one->uri, uri) ||
            (one->got_by.len > 0 && pl_text_equal(one->got_by, uri))) {
            return one;
        }
    }
    return NULL;
}

/* A text that must be there when its keyword is. */
static int take_text(const struct pl_schema_build *b, struct pl_bytes source, const char *keyword,
                     struct pl_text *text_out)
{
    const struct pl_bytes value = pl_value_get(source, pl_text_of(keyword));

    if (value.size > 0 && (!pl_value_as_text(value, text_out) || text_out->len == 0)) {
        char message[48];
        (void)snprintf(message, sizeof(message), "`%s` is not a text", keyword);
        return pl_schema_refuse(b, NULL, message);
    }
    return PLACET_OK;
}

/* A schema with `$id` begins a resource; the root of a document has one already. */
static int name_resource(struct pl_schema_build *b, struct pl_schema *schema, struct pl_text id,
                         bool is_root)
{
    struct pl_text fragment;
    struct pl_text uri;
    const struct pl_text name = pl_uri_without_fragment(id, &fragment);

    if (fragment.len > 0) {
        return pl_schema_refuse(b, "Write `$anchor` for a name within a schema.",
                                "an `$id` with a fragment");
    }
    if (!pl_uri_resolve(b->arena, b->resource->uri, name, &uri)) {
        return pl_schema_no_memory(b);
    }
    const struct pl_schema_resource *same = pl_schema_resource_of(b, uri);
    if (same != NULL && same != b->resource) {
        return pl_schema_refuse(b, NULL, "an `$id` that another schema has");
    }
    if (is_root) {
        b->resource->uri = uri;
        return PLACET_OK;
    }
    struct pl_schema_resource *resource = pl_arena_alloc(b->arena, sizeof(*resource));
    if (resource == NULL) {
        return pl_schema_no_memory(b);
    }
    *resource = (struct pl_schema_resource){.uri = uri,
                                            .vocabularies = b->resource->vocabularies,
                                            .source = schema->source,
                                            .root = schema,
                                            .next = b->resources};
    b->resources = resource;
    b->resource = resource;
    return PLACET_OK;
}

static int add_anchor(struct pl_schema_build *b, const struct pl_schema *schema,
                      const char *keyword, bool is_dynamic)
{
    struct pl_text name = {"", 0};
    const int rc = take_text(b, schema->source, keyword, &name);

    if (rc != PLACET_OK || name.len == 0) {
        return rc;
    }
    for (const struct pl_schema_anchor *a = b->resource->anchors; a != NULL; a = a->next) {
        if (pl_text_equal(a->name, name) && a->schema != schema) {
            return pl_schema_refuse(b, NULL, "an anchor that another schema has");
        }
    }
    struct pl_schema_anchor *anchor = pl_arena_alloc(b->arena, sizeof(*anchor));
    if (anchor == NULL) {
        return pl_schema_no_memory(b);
    }
    *anchor = (struct pl_schema_anchor){name, schema, is_dynamic, b->resource->anchors};
    b->resource->anchors = anchor;
    return PLACET_OK;
}

int pl_schema_enter(struct pl_schema_build *b, struct pl_schema *schema, bool is_root)
{
    struct pl_text id = {"", 0};
    struct pl_text dialect = {"", 0};

    int rc = take_text(b, schema->source, "$id", &id);
    if (rc == PLACET_OK && id.len > 0) {
        rc = name_resource(b, schema, id, is_root);
    }
    schema->resource = b->resource;
    rc = rc == PLACET_OK ? take_text(b, schema->source, "$schema", &dialect) : rc;
    if (rc == PLACET_OK && dialect.len > 0) {
        rc = pl_schema_dialect(b, dialect, &b->resource->vocabularies);
    }
    rc = rc == PLACET_OK ? add_anchor(b, schema, "$anchor", false) : rc;
    return rc == PLACET_OK ? add_anchor(b, schema, "$dynamicAnchor", true) : rc;
}
