/* The schemas of forms and answers: compiled, and their mistakes shown where they stand. */
#include <string.h>

#include "definition/load.h"
#include "value/json.h"
#include "value/schema.h"

static void report(struct pl_load *l, struct pl_diag_place place, const struct placet_error *err)
{
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_FORM, "%s", err->message);

    if (err->hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err->hint);
    }
}

struct pl_bytes pl_load_json(struct pl_load *l, uint16_t file)
{
    const struct pl_text text = l->bundle->files[file].text;
    const size_t size = (size_t)text.len + 64; /* MessagePack is never longer than its JSON */
    struct placet_error err = {0};
    struct pl_writer out;
    void *memory = pl_arena_alloc(l->trees, size);

    pl_writer_init(&out, memory, memory != NULL ? size : 0);
    if (pl_json_read(text, &out, &err) == PLACET_OK) {
        return pl_writer_bytes(&out);
    }
    report(l, (struct pl_diag_place){file, {err.line, err.column, 1}}, &err);
    return (struct pl_bytes){0};
}

/* ---- places ---- */

/* Whether a key is the next part of a JSON Pointer, in which `~1` is a slash and `~0` a tilde. */
static bool is_part(struct pl_text part, struct pl_text key)
{
    uint32_t at = 0;

    for (uint32_t i = 0; i < part.len; i++) {
        char c = part.at[i];
        if (c == '~' && i + 1 < part.len) {
            c = part.at[++i] == '1' ? '/' : '~';
        }
        if (at == key.len || key.at[at++] != c) {
            return false;
        }
    }
    return at == key.len;
}

static const struct pl_yaml *child_of(const struct pl_yaml *node, struct pl_text part)
{
    uint32_t index = 0;

    for (uint32_t i = 0; node->kind == PL_YAML_LIST && i < part.len; i++) {
        index = index * 10 + (uint32_t)(part.at[i] - '0');
    }
    for (const struct pl_yaml *child = node->first; child != NULL; child = child->next) {
        if (node->kind == PL_YAML_LIST ? index-- == 0 : is_part(part, child->key)) {
            return child;
        }
    }
    return NULL;
}

/* The node that a JSON Pointer names, or the last one on the way that is there. */
static const struct pl_yaml *find_node(const struct pl_yaml *node, const char *pointer)
{
    while (pointer[0] == '/') {
        const struct pl_text part = {pointer + 1, (uint32_t)strcspn(pointer + 1, "/")};
        const struct pl_yaml *next = child_of(node, part);
        if (next == NULL) {
            break;
        }
        node = next;
        pointer += 1 + part.len;
    }
    return node;
}

/* JSON is YAML, so that its tree has the places; where it is not, the file must do. */
static struct pl_diag_place place_of(struct pl_load *l, uint16_t file, const struct pl_yaml *node,
                                     const char *pointer)
{
    struct pl_diag_place place = {.file = file};
    struct pl_yaml *root = NULL;

    if (node == NULL &&
        pl_yaml_parse(l->bundle->files[file].text, "", l->trees, &root, NULL) == PLACET_OK) {
        node = root;
    }
    if (node != NULL) {
        node = find_node(node, pointer);
        place.mark = node->key.len > 0 ? node->key_mark : node->mark;
    }
    return place;
}

const struct pl_schema *pl_load_schema(struct pl_load *l, struct pl_bytes schema, uint16_t file,
                                       const struct pl_yaml *node)
{
    const struct pl_schema *compiled = NULL;
    struct placet_error err = {0};

    const int rc = pl_schema_compile(schema, NULL, l->arena, &compiled, &err);
    if (rc == PLACET_OK || pl_load_ran_out(l, l->arena, rc)) {
        return compiled;
    }
    report(l, place_of(l, file, node, err.file), &err);
    return NULL;
}
