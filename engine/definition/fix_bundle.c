/* Making the fixes of a whole bundle, until nothing is left to fix. */
#include <stdlib.h>
#include <string.h>

#include "definition/definition.h"
#include "definition/fix.h"
#include "value/mistake.h"

#define ROUNDS_MAX 2000 /* lines indented by tabs come to light one by one */

/* ---- making them ---- */

/* Which fixes of a list are made. */
struct chosen {
    const struct pl_diags *diags;
    uint32_t from;
    uint32_t to;
};

/* The edits of one file in the order of its text; those that touch an earlier one are left for the
 * next round. */
static uint32_t edits_of(struct chosen chosen, const struct pl_bundle *bundle, uint16_t file,
                         struct pl_edit edits[PL_DIAGS_MAX])
{
    const struct pl_diags *diags = chosen.diags;
    uint32_t count = 0;

    for (uint32_t i = chosen.from; i < chosen.to; i++) {
        struct pl_edit edit;
        if (!pl_fix_edit(&diags->list[i], bundle, &edit) || edit.file != file) {
            continue;
        }
        uint32_t at = count;
        while (at > 0 && edits[at - 1].from > edit.from) {
            at--;
        }
        const bool clear = (at == 0 || edits[at - 1].to <= edit.from) &&
                           (at == count || edit.to <= edits[at].from);
        if (clear) {
            memmove(&edits[at + 1], &edits[at], (count - at) * sizeof(edits[0]));
            edits[at] = edit;
            count++;
        }
    }
    return count;
}

/* A copy of the text with the edits made; freed with free(). NULL when there is no memory. */
static char *edited(struct pl_text text, const struct pl_edit *edits, uint32_t count,
                    uint32_t *len_out)
{
    size_t size = text.len + (size_t)1;
    struct pl_builder b;
    uint32_t done = 0;

    for (uint32_t i = 0; i < count; i++) {
        size += edits[i].text.len;
    }
    char *out = malloc(size);
    if (out == NULL) {
        return NULL;
    }
    pl_builder_init(&b, out, size);
    for (uint32_t i = 0; i < count; i++) {
        pl_builder_add(&b, (struct pl_text){text.at + done, edits[i].from - done});
        pl_builder_add(&b, edits[i].text);
        done = edits[i].to;
    }
    pl_builder_add(&b, (struct pl_text){text.at + done, text.len - done});
    *len_out = (uint32_t)b.len;
    return out;
}

/* One round: a new bundle with the edits that the diagnostics offer. */
static int edit_bundle(const struct pl_bundle *bundle, struct chosen chosen, uint8_t **bytes_out,
                       size_t *size_out, uint32_t *edits_out, struct placet_error *err)
{
    struct pl_bundle next = *bundle;
    char *texts[PL_BUNDLE_FILES_MAX] = {NULL};
    uint32_t total = 0;
    int rc = PLACET_OK;

    for (uint16_t file = 0; file < bundle->count && rc == PLACET_OK; file++) {
        struct pl_edit edits[PL_DIAGS_MAX];
        const uint32_t count = edits_of(chosen, bundle, file, edits);
        if (count == 0) {
            continue;
        }
        uint32_t len = 0;
        texts[file] = edited(bundle->files[file].text, edits, count, &len);
        next.files[file].text = (struct pl_text){texts[file], len};
        total += count;
        if (texts[file] == NULL) {
            rc = pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
        }
    }
    if (rc == PLACET_OK && total > 0) {
        rc = pl_bundle_write(&next, bytes_out, size_out, err);
    }
    for (uint32_t file = 0; file < bundle->count; file++) {
        free(texts[file]);
    }
    *edits_out = rc == PLACET_OK ? total : 0;
    return rc;
}

/* ---- until nothing is left ---- */

struct state {
    uint32_t unread; /* files that are not YAML */
    uint32_t mistakes;
};

static int load(struct pl_bytes bytes, struct pl_diags *diags, struct state *state,
                struct placet_error *err)
{
    struct pl_definition *def = NULL;
    struct placet_error mistake = {0};

    const int rc = pl_definition_load(bytes, diags, &def, &mistake);
    pl_definition_free(def);
    if (rc == PLACET_ENOMEM) {
        return pl_mistake(err, rc, (struct pl_place){0}, NULL, "out of memory");
    }
    *state = (struct state){.mistakes = diags->count + diags->left_out};
    for (uint32_t i = 0; i < diags->count; i++) {
        state->unread += diags->list[i].code == PL_DIAG_YAML;
    }
    return PLACET_OK;
}

static bool is_better(struct state before, struct state after)
{
    if (before.unread != after.unread) {
        return after.unread < before.unread;
    }
    return after.mistakes < before.mistakes;
}

/* Bytes that are in hand, and what they are worth. */
struct version {
    uint8_t *made; /* NULL: the bytes are the caller's */
    struct pl_bytes bytes;
    struct state state;
};

static void replace_version(struct version *v, struct version *by)
{
    free(v->made);
    *v = *by;
}

/* A version with the chosen fixes made, and `diags` of it. `*edits_out` 0: there are none. */
static int fix_once(const struct version *now, const char *folder, struct chosen chosen,
                    struct pl_diags *diags, struct version *next, uint32_t *edits_out,
                    struct placet_error *err)
{
    struct pl_bundle view = {0};
    uint8_t *made = NULL;
    uint8_t *more = NULL;
    size_t size = 0;

    int rc = pl_bundle_parse(now->bytes, &view, err);
    if (rc == PLACET_OK) {
        rc = edit_bundle(&view, chosen, &made, &size, edits_out, err);
    }
    if (rc != PLACET_OK || *edits_out == 0) {
        return rc;
    }
    if (folder != NULL) {
        rc =
            pl_bundle_read_more((struct pl_bytes){made, (uint32_t)size}, folder, &more, &size, err);
        free(made);
        made = more;
    }
    *next = (struct version){.made = made, .bytes = {made, (uint32_t)size}};
    if (rc == PLACET_OK) {
        rc = load(next->bytes, diags, &next->state, err);
    }
    if (rc != PLACET_OK) {
        free(made);
    }
    return rc;
}

/* Everything at once, again and again: `v` becomes the last version. */
static int fix_all(struct version *v, const char *folder, struct pl_diags *diags,
                   uint32_t *edits_out, struct placet_error *err)
{
    uint32_t edits = 1;

    int rc = load(v->bytes, diags, &v->state, err);
    for (unsigned round = 0; rc == PLACET_OK && edits > 0 && round < ROUNDS_MAX; round++) {
        struct version next = {0};
        const struct chosen all = {diags, 0, diags->count};
        rc = fix_once(v, folder, all, diags, &next, &edits, err);
        if (rc == PLACET_OK && edits > 0) {
            *edits_out += edits;
            replace_version(v, &next);
        }
    }
    return rc;
}

/* One fix at a time, and only those that help: where all of them together bring more to light than
 * they mend. */
static int fix_singly(struct version *v, const char *folder, struct pl_diags *diags,
                      struct pl_diags *tried, uint32_t *edits_out, struct placet_error *err)
{
    int rc = load(v->bytes, diags, &v->state, err);

    for (uint32_t i = 0; rc == PLACET_OK && i < diags->count; i++) {
        struct version next = {0};
        uint32_t edits = 0;
        rc = fix_once(v, folder, (struct chosen){diags, i, i + 1}, tried, &next, &edits, err);
        if (rc != PLACET_OK || edits == 0) {
            continue;
        }
        if (!is_better(v->state, next.state)) {
            free(next.made);
            continue;
        }
        *edits_out += edits;
        replace_version(v, &next);
        *diags = *tried;
        i = UINT32_MAX; /* from the beginning: places have moved */
    }
    return rc;
}

static int fix_with(struct version *v, const char *folder, struct pl_diags *diags,
                    struct pl_diags *tried, uint32_t *edits_out, struct placet_error *err)
{
    struct version all = {.bytes = v->bytes};

    int rc = load(v->bytes, diags, &v->state, err);
    if (rc == PLACET_OK) {
        rc = fix_all(&all, folder, diags, edits_out, err);
    }
    if (rc == PLACET_OK && *edits_out > 0 && is_better(v->state, all.state)) {
        replace_version(v, &all);
        return PLACET_OK;
    }
    free(all.made);
    if (rc != PLACET_OK || *edits_out == 0) {
        return rc;
    }
    *edits_out = 0;
    return fix_singly(v, folder, diags, tried, edits_out, err);
}

int pl_fix_bundle(struct pl_bytes bundle, const char *folder, uint8_t **bytes_out, size_t *size_out,
                  uint32_t *edits_out, struct placet_error *err)
{
    struct pl_diags *diags = pl_diags_new();
    struct pl_diags *tried = pl_diags_new();
    struct version v = {.bytes = bundle};
    uint32_t edits = 0;
    int rc = PLACET_ENOMEM;

    if (diags != NULL && tried != NULL) {
        rc = fix_with(&v, folder, diags, tried, &edits, err);
    } else {
        rc = pl_mistake(err, PLACET_ENOMEM, (struct pl_place){0}, NULL, "out of memory");
    }
    free(diags);
    free(tried);
    if (rc != PLACET_OK || edits == 0) {
        free(v.made);
        *edits_out = 0;
        return rc;
    }
    *bytes_out = v.made;
    *size_out = v.bytes.size;
    *edits_out = edits;
    return PLACET_OK;
}
