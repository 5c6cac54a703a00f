#include <stdio.h>
#include <string.h>

#include "definition/load.h"

#define LISTED_MAX 12 /* more names than this are no help in a hint */

struct pl_named pl_name(struct pl_text id, const struct pl_title *title)
{
    struct pl_named name;
    struct pl_builder b;

    pl_builder_init(&b, name.at, sizeof(name.at));
    pl_builder_addf(&b, "`%.*s`", (int)id.len, id.at);
    if (title->zh.len > 0) {
        pl_builder_addf(&b, " %.*s", (int)title->zh.len, title->zh.at);
    }
    if (title->en.len > 0) {
        pl_builder_addf(&b, " (%.*s)", (int)title->en.len, title->en.at);
    }
    return name;
}

struct pl_named pl_name_step(const struct pl_definition *def, uint16_t step)
{
    return pl_name(def->steps[step].id, &def->steps[step].title);
}

void pl_names_add(struct pl_names *names, struct pl_text id, struct pl_text zh, struct pl_text en)
{
    if (names->count < PL_NAMES_MAX && id.len > 0) {
        names->ids[names->count] = id.at;
        names->zh[names->count] = zh.at;
        names->en[names->count] = en.at;
        names->count++;
    }
}

static bool same_letters(const char *a, const char *b)
{
    return a != NULL && strcmp(a, b) == 0;
}

/* The place of a known string in one of the three columns. */
static unsigned index_of(const struct pl_names *names, const char *known)
{
    for (unsigned i = 0; i < names->count; i++) {
        if (names->ids[i] == known || names->zh[i] == known || names->en[i] == known) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* Who writes a title for an id means that id. */
static unsigned find_title(const struct pl_names *names, const char *word)
{
    for (unsigned i = 0; i < names->count; i++) {
        if (same_letters(names->zh[i], word) || same_letters(names->en[i], word)) {
            return i;
        }
    }
    return UINT32_MAX;
}

/* The only id of which the word is a part, or that is a part of the word: `works_planning` for
 * `works_planning_permit`. */
static unsigned find_part(const struct pl_names *names, const char *word)
{
    unsigned found = UINT32_MAX;

    if (strlen(word) < 4) {
        return found;
    }
    for (unsigned i = 0; i < names->count; i++) {
        const char *id = names->ids[i];
        const bool part = strstr(id, word) != NULL || (strlen(id) >= 4 && strstr(word, id) != NULL);
        if (part && found != UINT32_MAX) {
            return UINT32_MAX;
        }
        found = part ? i : found;
    }
    return found;
}

static unsigned find_near(const struct pl_names *names, const char *word)
{
    unsigned found = find_title(names, word);

    if (found == UINT32_MAX) {
        const char *near = pl_text_closest(word, names->ids, names->count);
        found = near != NULL ? index_of(names, near) : UINT32_MAX;
    }
    return found != UINT32_MAX ? found : find_part(names, word);
}

static void list_all(const struct pl_names *names, struct pl_diag *diag)
{
    char text[PL_DIAG_TEXT_MAX];
    struct pl_builder b;

    if (names->count == 1) {
        pl_diag_hint(diag, "Only `%s` is possible.", names->ids[0]);
        return;
    }
    pl_builder_init(&b, text, sizeof(text));
    for (unsigned i = 0; i < names->count; i++) {
        pl_builder_addf(&b, "%s`%s`", i == 0 ? "" : ", ", names->ids[i]);
    }
    pl_diag_hint(diag, "Known are %s.", text);
}

const char *pl_names_suggest(const struct pl_names *names, struct pl_text word,
                             const char *otherwise, struct pl_diag *diag)
{
    char wanted[128];
    struct pl_builder b;

    pl_builder_init(&b, wanted, sizeof(wanted));
    pl_builder_add(&b, word);

    const unsigned near = find_near(names, wanted);
    if (near != UINT32_MAX && names->zh[near] != NULL) {
        pl_diag_hint(diag, "Did you mean `%s` %s?", names->ids[near], names->zh[near]);
    } else if (near != UINT32_MAX) {
        pl_diag_hint(diag, "Did you mean `%s`?", names->ids[near]);
    } else if (names->count > 0 && names->count <= LISTED_MAX) {
        list_all(names, diag);
    } else {
        pl_diag_hint(diag, "%s", otherwise);
    }
    return near != UINT32_MAX ? names->ids[near] : NULL;
}
