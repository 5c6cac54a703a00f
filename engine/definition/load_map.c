/* Maps, checked against the tables of their keys. */
#include <string.h>

#include "definition/load.h"

#define MEANT_MAX 8 /* misspelt keys of one map that are remembered */

/* What people write who come from elsewhere. */
static const struct {
    const char *word;
    const char *key;
} other_words[] = {
    {"depends_on", "after"},   {"needs_step", "after"},
    {"requires", "needs"},     {"name", "title"},
    {"label", "title"},        {"department", "ask"},
    {"service", "ask"},        {"if", "when"},
    {"condition", "when"},     {"timeout", "limit"},
    {"deadline", "limit"},     {"days", "limit"},
    {"duration", "limit"},     {"sla", "limit"},
    {"time", "limit"},         {"documents", "needs"},
    {"inputs", "needs"},       {"outputs", "issues"},
    {"fee", "cost"},           {"price", "cost"},
    {"visits", "visit"},       {"notify", "tell"},
    {"results", "finish"},     {"outcomes", "finish"},
    {"members", "for_each"},   {"signal", "wait_for"},
    {"goto", "back_to"},       {"max", "at_most"},
    {"prerequisite", "after"}, {"form_id", "form"},
    {"off", "holidays"},       {"escalation", "late"},
};

static const struct pl_key *find_key(struct pl_keys keys, const char *name)
{
    for (size_t i = 0; i < keys.count; i++) {
        if (strcmp(keys.at[i].name, name) == 0) {
            return &keys.at[i];
        }
    }
    return NULL;
}

/* `zh:text` in braces: YAML takes all of it for a key. Returns the key, or NULL. */
static const char *glued_key(struct pl_load *l, const struct pl_yaml *node, struct pl_keys keys)
{
    static const char *const colons[] = {":", "\uff1a"};

    for (size_t i = 0; i < sizeof(colons) / sizeof(colons[0]); i++) {
        const size_t colon_len = strlen(colons[i]);
        const char *colon = memmem(node->key.at, node->key.len, colons[i], colon_len);
        for (size_t k = 0; k < keys.count && colon != NULL; k++) {
            const struct pl_text key = {node->key.at, (uint32_t)(colon - node->key.at)};
            if (!pl_text_is(key, keys.at[k].name)) {
                continue;
            }
            const struct pl_text glued = {node->key.at, key.len + (uint32_t)colon_len};
            char apart[PL_ID_MAX + 3];
            struct pl_builder b;
            pl_builder_init(&b, apart, sizeof(apart));
            pl_builder_addf(&b, "%s: ", keys.at[k].name);
            struct pl_diag *diag = pl_diag_add(
                l->diags, pl_load_at_key(l, node), PL_DIAG_UNKNOWN_KEY,
                "`%.*s` is one word: no blank follows the colon", (int)node->key.len, node->key.at);
            pl_diag_hint(diag, "Write `%s: ...`, with `:` and a blank.", keys.at[k].name);
            pl_diag_fix(diag, glued, apart);
            return keys.at[k].name;
        }
    }
    return NULL;
}

/* Returns the key that was probably meant, or NULL. */
static const char *report_unknown(struct pl_load *l, const struct pl_yaml *map,
                                  const struct pl_yaml *entry, struct pl_keys keys)
{
    struct pl_names names = {0};
    const char *glued = glued_key(l, entry, keys);

    if (glued != NULL) {
        return glued;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, pl_load_at_key(l, entry), PL_DIAG_UNKNOWN_KEY,
                    "`%.*s` is not a key of %s", (int)entry->key.len, entry->key.at, keys.what);

    for (size_t i = 0; i < sizeof(other_words) / sizeof(other_words[0]); i++) {
        if (pl_text_is(entry->key, other_words[i].word) &&
            find_key(keys, other_words[i].key) != NULL) {
            pl_diag_hint(diag, "Did you mean `%s`?", other_words[i].key);
            return other_words[i].key;
        }
    }
    for (size_t i = 0; i < keys.count; i++) {
        pl_names_add(&names, pl_text_of(keys.at[i].name), (struct pl_text){0}, (struct pl_text){0});
    }
    const char *near =
        pl_names_suggest(&names, entry->key, "workflows/LANGUAGE.md lists the keys.", diag);
    if (near != NULL && pl_yaml_get(map, near) != NULL) {
        diag->fix.kind = PL_FIX_NONE; /* the key would stand there twice */
    }
    return near;
}

bool pl_load_is_meant(const struct pl_yaml *map, const char *key)
{
    for (const struct pl_yaml *entry = map->first; entry != NULL; entry = entry->next) {
        if (strcmp(entry->key.at, key) != 0 && pl_text_closest(entry->key.at, &key, 1) != NULL) {
            return true;
        }
        for (size_t i = 0; i < sizeof(other_words) / sizeof(other_words[0]); i++) {
            if (pl_text_is(entry->key, other_words[i].word) &&
                strcmp(other_words[i].key, key) == 0) {
                return true;
            }
        }
    }
    return false;
}

/* A key that was misspelt is not reported as missing too. */
static bool is_meant(const char *const *meant, unsigned meant_count, const char *name)
{
    for (unsigned i = 0; i < meant_count; i++) {
        if (strcmp(meant[i], name) == 0) {
            return true;
        }
    }
    return false;
}

static void report_missing(struct pl_load *l, const struct pl_yaml *node, const char *name,
                           const char *what)
{
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_MISSING_KEY,
                                       "`%s` is missing: %s must have it", name, what);

    if (strcmp(name, "title") == 0) {
        pl_diag_hint(diag, "Add a line `title: {zh: ..., en: ...}`.");
    } else {
        pl_diag_hint(diag, "Add `%s: ...`.", name);
    }
}

bool pl_load_is_map(struct pl_load *l, const struct pl_yaml *node, const char *what)
{
    if (node->kind == PL_YAML_MAP) {
        return true;
    }
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                                       "%s is a map of keys and values", what);
    pl_diag_hint(diag, "Write `key: value` lines below it, indented by two spaces.");
    return false;
}

void pl_load_map(struct pl_load *l, const struct pl_yaml *node, struct pl_keys keys, void *object)
{
    const char *meant[MEANT_MAX];
    unsigned meant_count = 0;

    if (!pl_load_is_map(l, node, keys.what)) {
        return;
    }
    for (const struct pl_yaml *entry = node->first; entry != NULL; entry = entry->next) {
        if (find_key(keys, entry->key.at) == NULL) {
            const char *near = report_unknown(l, node, entry, keys);
            if (near != NULL && meant_count < MEANT_MAX) {
                meant[meant_count++] = near;
            }
        }
    }
    for (size_t i = 0; i < keys.count; i++) {
        const struct pl_yaml *entry = pl_yaml_get(node, keys.at[i].name);
        if (entry != NULL) {
            keys.at[i].set(l, object, entry);
        } else if (keys.at[i].required && !is_meant(meant, meant_count, keys.at[i].name)) {
            report_missing(l, node, keys.at[i].name, keys.what);
        }
    }
}
