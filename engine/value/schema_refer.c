/* What the references of schemas mean: URIs, anchors and JSON Pointers (JSON Schema core, 8.2.3).
 */
#include <string.h>

#include "value/mistake.h"
#include "value/schema_build.h"

/* ---- pointers ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9') {
        return c - '0';
    }
    const char lower = (char)(c | 0x20);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* The character of a URI fragment at `at`, which is moved behind it; -1 when it is wrong. */
static int next_character(struct pl_text text, uint32_t *at)
{
    const char c = text.at[(*at)++];

    if (c != '%') {
        return (unsigned char)c;
    }
    if (text.len - *at < 2 || hex(text.at[*at]) < 0 || hex(text.at[*at + 1]) < 0) {
        return -1;
    }
    *at += 2;
    return hex(text.at[*at - 2]) * 16 + hex(text.at[*at - 1]);
}

/* The next part of a pointer, unescaped into `part`; false when it is too long or wrong. */
static bool next_part(struct pl_text *left, char part[256], struct pl_text *part_out)
{
    uint32_t len = 0;
    uint32_t at = 1; /* after the slash */

    while (at < left->len && left->at[at] != '/') {
        int c = next_character(*left, &at);
        if (c == '~') {
            const int escaped = at < left->len ? next_character(*left, &at) : -1;
            c = escaped == '0' ? '~' : escaped == '1' ? '/' : -1;
        }
        if (c < 0 || len == 255) {
            return false;
        }
        part[len++] = (char)c;
    }
    *left = (struct pl_text){left->at + at, left->len - at};
    *part_out = (struct pl_text){part, len};
    return true;
}

static struct pl_bytes element_of(struct pl_bytes list, struct pl_text index)
{
    struct pl_reader in;
    uint32_t wanted = 0;

    for (uint32_t i = 0; i < index.len; i++) {
        if (index.at[i] < '0' || index.at[i] > '9' || wanted > 100000) {
            return (struct pl_bytes){NULL, 0};
        }
        wanted = wanted * 10 + (uint32_t)(index.at[i] - '0');
    }
    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_array(&in);
    if (wanted >= count || index.len == 0) {
        return (struct pl_bytes){NULL, 0};
    }
    for (uint32_t i = 0; i < wanted; i++) {
        pl_reader_skip(&in);
    }
    return pl_reader_value(&in);
}

static struct pl_bytes child_of(struct pl_bytes value, struct pl_text part)
{
    const uint64_t types = pl_schema_types_of(value);

    if (types == PL_TYPE_ARRAY) {
        return element_of(value, part);
    }
    return types == PL_TYPE_OBJECT ? pl_value_get(value, part) : (struct pl_bytes){NULL, 0};
}

/* ---- references ---- */

int pl_schema_remember(struct pl_schema_build *b, struct pl_bytes value,
                       struct pl_schema_rule *rule)
{
    struct pl_schema_reference *reference = pl_arena_alloc(b->arena, sizeof(*reference));
    struct pl_schema_entry *entry = pl_arena_alloc(b->arena, sizeof(*entry));
    const char *place = pl_arena_text(b->arena, b->pointer.at, b->pointer.len);

    if (reference == NULL || entry == NULL || place == NULL) {
        return pl_schema_no_memory(b);
    }
    *reference = (struct pl_schema_reference){
        .rule = rule, .entry = entry, .resource = b->resource, .place = place};
    if (!pl_value_as_text(value, &reference->text)) {
        return pl_schema_refuse(b, "Write `#/$defs/name`.", "a reference that is no text");
    }
    rule->entries = entry;
    rule->entry_count = 1;
    *b->references_end = reference;
    b->references_end = &reference->next;
    return PLACET_OK;
}

static int refuse(const struct pl_schema_build *b, const char *message)
{
    return pl_schema_refuse(b, "Write `#/$defs/name`.", message);
}

/* The resource with a URI; what a caller or the standard offers under it is compiled now. */
static int find_resource(struct pl_schema_build *b, struct pl_text uri,
                         struct pl_schema_resource **resource_out)
{
    const struct pl_schema_source *other = pl_schema_other_of(b, uri);

    *resource_out = pl_schema_resource_of(b, uri);
    if (*resource_out != NULL) {
        return PLACET_OK;
    }
    if (other != NULL) {
        return pl_schema_build_document(b, uri, other->document, resource_out);
    }
    if (!pl_text_is(uri, PL_SCHEMA_META_URI)) {
        return refuse(b, "a reference outside of the schema");
    }
    const struct pl_bytes meta = pl_schema_meta(b->arena);
    return meta.size > 0 ? pl_schema_build_document(b, uri, meta, resource_out)
                         : pl_schema_no_memory(b);
}

/* What a JSON Pointer names is a schema, even where no keyword says so. */
static int find_by_pointer(struct pl_schema_build *b, struct pl_schema_resource *resource,
                           struct pl_text pointer, const struct pl_schema **schema_out)
{
    struct pl_bytes target = resource->source;

    while (pointer.len > 0) {
        char memory[256];
        struct pl_text part;
        if (pointer.at[0] != '/' || !next_part(&pointer, memory, &part)) {
            return refuse(b, "a reference that is no JSON Pointer");
        }
        b->work += target.size;
        if (b->work > PL_SCHEMA_REFER_MAX) {
            return pl_mistake(b->err, PLACET_ELIMIT, (struct pl_place){0},
                              "Make the schema smaller.",
                              "the references of the schema take too much work to follow");
        }
        target = child_of(target, part);
        if (target.size == 0) {
            return refuse(b, "a reference to nothing");
        }
        const struct pl_schema *known = pl_schema_known(b, target.at);
        resource = known != NULL ? known->resource : resource;
    }
    *schema_out = pl_schema_known(b, target.at);
    if (*schema_out != NULL) {
        return PLACET_OK;
    }
    b->resource = resource;
    return pl_schema_build(b, target, schema_out);
}

static int find_anchor(const struct pl_schema_build *b, const struct pl_schema_resource *resource,
                       struct pl_schema_reference *reference, struct pl_text name)
{
    const struct pl_schema *found = NULL;

    for (const struct pl_schema_anchor *a = resource->anchors; a != NULL; a = a->next) {
        if (!pl_text_equal(a->name, name)) {
            continue;
        }
        found = a->schema;
        if (a->is_dynamic && reference->rule->kind == PL_RULE_DYNAMIC_REF) {
            reference->rule->anchor = a->name;
        }
    }
    if (found == NULL) {
        return refuse(b, "a reference to nothing");
    }
    reference->entry->schema = found;
    return PLACET_OK;
}

static int follow(struct pl_schema_build *b, struct pl_schema_reference *reference)
{
    struct pl_schema_resource *resource = reference->resource;
    struct pl_text fragment;
    struct pl_text uri;
    const struct pl_text name = pl_uri_without_fragment(reference->text, &fragment);

    if (name.len > 0) {
        if (!pl_uri_resolve(b->arena, resource->uri, name, &uri)) {
            return pl_schema_no_memory(b);
        }
        const int rc = find_resource(b, uri, &resource);
        if (rc != PLACET_OK) {
            return rc;
        }
    }
    if (fragment.len > 0 && fragment.at[0] != '/') {
        return find_anchor(b, resource, reference, fragment);
    }
    return find_by_pointer(b, resource, fragment, &reference->entry->schema);
}

void pl_schema_go_to(struct pl_schema_build *b, const struct pl_schema_reference *reference)
{
    b->pointer.len = (uint32_t)strlen(reference->place);
    memcpy(b->pointer.at, reference->place, b->pointer.len + 1);
}

int pl_schema_follow(struct pl_schema_build *b)
{
    int rc = PLACET_OK;

    for (struct pl_schema_reference *reference = b->references;
         reference != NULL && rc == PLACET_OK; reference = reference->next) {
        pl_schema_go_to(b, reference);
        rc = follow(b, reference);
    }
    return rc;
}
