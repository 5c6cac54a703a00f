/* The canonical form of a definition: what its hash is of.
 *
 * Comments, quotes, indentation and the order of keys do not matter; the order of steps, results
 * and members does. Of the catalogues only what the workflow uses counts, so that a new department
 * for another workflow makes no new revision of this one. */
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "definition/load.h"
#include "value/limits.h"

/* Takes the parts one after another; the digest of the whole is that of the chain of digests. */
struct chain {
    struct pl_digest digest;
    uint8_t block[4096];
    size_t used;
};

static void fold(struct chain *c)
{
    uint8_t joined[PL_DIGEST_SIZE + sizeof(c->block)];

    memcpy(joined, c->digest.at, PL_DIGEST_SIZE);
    memcpy(joined + PL_DIGEST_SIZE, c->block, c->used);
    c->digest = pl_digest_of(joined, PL_DIGEST_SIZE + c->used);
    c->used = 0;
}

static void put(struct chain *c, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;

    while (size > 0) {
        const size_t room = sizeof(c->block) - c->used;
        const size_t part = size < room ? size : room;
        memcpy(c->block + c->used, at, part);
        c->used += part;
        at += part;
        size -= part;
        if (c->used == sizeof(c->block)) {
            fold(c);
        }
    }
}

/* A tag and a length before every text: no two different trees give the same bytes. */
static void put_head(struct chain *c, char tag, uint32_t count)
{
    const uint8_t head[5] = {(uint8_t)tag, (uint8_t)(count >> 24), (uint8_t)(count >> 16),
                             (uint8_t)(count >> 8), (uint8_t)count};
    put(c, head, sizeof(head));
}

static void put_text(struct chain *c, struct pl_text text)
{
    put_head(c, 's', text.len);
    put(c, text.at, text.len);
}

static int compare_keys(const void *a, const void *b)
{
    const struct pl_yaml *const *x = a;
    const struct pl_yaml *const *y = b;

    return pl_text_compare((*x)->key, (*y)->key);
}

/* Whether the order of the entries of this map means something. */
static bool is_ordered(const struct pl_yaml *map)
{
    return pl_text_is(map->key, "steps") || pl_text_is(map->key, "finish") ||
           pl_text_is(map->key, "for_each") || pl_text_is(map->key, "signers") ||
           pl_text_is(map->key, "obliges");
}

/* Trees are at most PL_YAML_DEPTH_MAX deep: the reader has refused others. */
static void put_tree(struct chain *c, const struct pl_yaml *node) /* NOLINT(misc-no-recursion) */
{
    const struct pl_yaml *sorted[PL_YAML_KEYS_MAX];
    uint32_t count = 0;

    if (node->kind == PL_YAML_SCALAR) {
        put_text(c, node->text);
        return;
    }
    put_head(c, node->kind == PL_YAML_LIST ? 'l' : 'm', node->count);
    if (node->kind == PL_YAML_LIST) {
        for (const struct pl_yaml *item = node->first; item != NULL; item = item->next) {
            put_tree(c, item);
        }
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        sorted[count++] = entry;
    }
    if (!is_ordered(node)) {
        qsort(sorted, count, sizeof(const struct pl_yaml *), compare_keys);
    }
    for (uint32_t i = 0; i < count; i++) {
        put_text(c, sorted[i]->key);
        put_tree(c, sorted[i]);
    }
}

static void put_title(struct chain *c, struct pl_title title)
{
    put_text(c, title.zh);
    put_text(c, title.en);
}

static void put_used(struct chain *c, const struct pl_definition *def)
{
    put_head(c, 'd', def->department_count);
    for (uint16_t i = 0; i < def->department_count; i++) {
        put_text(c, def->departments[i].id);
        put_title(c, def->departments[i].title);
        put_text(c, def->departments[i].level);
    }
    put_head(c, 'v', def->service_count);
    for (uint16_t i = 0; i < def->service_count; i++) {
        put_text(c, def->services[i].name);
        put_title(c, def->services[i].title);
    }
    put_head(c, 'f', def->document_count);
    for (uint16_t i = 0; i < def->document_count; i++) {
        put_text(c, def->documents[i].id);
        put_title(c, def->documents[i].title);
        put_head(c, def->documents[i].by_applicant ? 'a' : 'i', 0);
        if (def->documents[i].has_validity) {
            put_head(c, 'u', def->documents[i].validity.unit);
            put_head(c, 'n', def->documents[i].validity.count);
        }
    }
}

static bool is_other(struct pl_text name)
{
    static const char *const folders[] = {"../schemas/answers/", "tables/", "results/"};

    for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
        const size_t len = strlen(folders[i]);
        if (name.len > len && memcmp(name.at, folders[i], len) == 0) {
            return true;
        }
    }
    return false;
}

/* What only some workflows refer to: schemas of answers, tables, results of children. They count as
 * they are written. */
static void put_others(struct chain *c, const struct pl_bundle *bundle)
{
    for (uint32_t i = 0; i < bundle->count; i++) {
        if (is_other(bundle->files[i].name)) {
            put_text(c, bundle->files[i].name);
            put_text(c, bundle->files[i].text);
        }
    }
}

struct pl_digest pl_canonical_hash(const struct pl_load *l)
{
    struct chain c = {.used = 0};

    put_text(&c, PL_TEXT("placet definition 1"));
    put_tree(&c, l->workflow);
    put_tree(&c, l->calendar);
    put_used(&c, l->def);
    put_head(&c, 'j', l->form.size);
    put(&c, l->form.at, l->form.size);
    put_others(&c, l->bundle);
    fold(&c);
    return c.digest;
}
