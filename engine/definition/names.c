#include <stdio.h>
#include <string.h>

#include "definition/load.h"

#define LISTED_MAX 12  /* more names than this are no help in a hint */
#define WORD_SIZE  128 /* longer words are no misspelt names */
#define PART_MIN   4   /* bytes of a part that tells one name from the others */
#define TITLE_MIN  18  /* bytes: six Chinese characters; shorter titles resemble each other */

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

/* What was found, and whether nothing else could have been meant. */
struct found {
    unsigned index; /* UINT32_MAX: nothing */
    bool sure;
};
static const struct found nothing = {UINT32_MAX, false};

/* Small letters, and `_` for a hyphen or a blank: what an id looks like that was written otherwise.
 */
static void make_plain(const char *word, char out[WORD_SIZE])
{
    size_t len = 0;

    for (; word[len] != '\0' && len < WORD_SIZE - 1; len++) {
        const char c = word[len];
        out[len] = c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
        if (c == '-' || c == ' ') {
            out[len] = '_';
        }
    }
    out[len] = '\0';
}

/* Who writes a title for an id means that id. */
static struct found find_title(const struct pl_names *names, const char *word)
{
    struct found found = nothing;

    for (unsigned i = 0; i < names->count; i++) {
        if (same_letters(names->zh[i], word) || same_letters(names->en[i], word)) {
            found.sure = found.index == UINT32_MAX;
            found.index = found.sure ? i : found.index;
        }
    }
    return found;
}

static struct found find_other_case(const struct pl_names *names, const char *word)
{
    char plain[WORD_SIZE];

    make_plain(word, plain);
    for (unsigned i = 0; i < names->count; i++) {
        if (strcmp(names->ids[i], plain) == 0) {
            return (struct found){i, true};
        }
    }
    return nothing;
}

/* `review2` for `review1` is another name rather than a misspelt one. */
static bool same_digits(const char *a, const char *b)
{
    for (;;) {
        while (*a != '\0' && (*a < '0' || *a > '9')) {
            a++;
        }
        while (*b != '\0' && (*b < '0' || *b > '9')) {
            b++;
        }
        if (*a != *b || *a == '\0') {
            return *a == *b;
        }
        a++;
        b++;
    }
}

/* The id that is a few letters away; sure when no other is. */
static struct found find_misspelt(const struct pl_names *names, const char *word)
{
    const char *others[PL_NAMES_MAX];
    const char *near = pl_text_closest(word, names->ids, names->count);
    struct found found = nothing;
    unsigned count = 0;

    if (near == NULL) {
        return nothing;
    }
    for (unsigned i = 0; i < names->count; i++) {
        if (names->ids[i] == near) {
            found.index = i;
        } else {
            others[count++] = names->ids[i];
        }
    }
    found.sure = same_digits(word, near) && pl_text_closest(word, others, count) == NULL;
    return found;
}

static bool has_part(const char *whole, const char *word)
{
    return whole != NULL && strstr(whole, word) != NULL;
}

/* The only one of whose id or title the word is a part, or whose id is a part of the word:
 * `works_planning` for `works_planning_permit`. Never sure. */
static struct found find_part(const struct pl_names *names, const char *word)
{
    struct found found = nothing;

    if (strlen(word) < PART_MIN) {
        return nothing;
    }
    for (unsigned i = 0; i < names->count; i++) {
        const char *id = names->ids[i];
        const bool part = has_part(id, word) || (strlen(id) >= PART_MIN && has_part(word, id)) ||
                          has_part(names->zh[i], word) || has_part(names->en[i], word);
        if (part && found.index != UINT32_MAX) {
            return nothing;
        }
        found.index = part ? i : found.index;
    }
    return found;
}

/* A title of some length with a letter or two wrong. Never sure. */
static struct found find_near_title(const struct pl_names *names, const char *word)
{
    const char *titles[2 * PL_NAMES_MAX] = {0};
    unsigned of[2 * PL_NAMES_MAX];
    unsigned count = 0;

    if (strlen(word) < TITLE_MIN) {
        return nothing;
    }
    for (unsigned i = 0; i < names->count; i++) {
        if (names->zh[i] != NULL) {
            of[count] = i;
            titles[count++] = names->zh[i];
        }
        if (names->en[i] != NULL) {
            of[count] = i;
            titles[count++] = names->en[i];
        }
    }
    const char *near = pl_text_closest(word, titles, count);
    for (unsigned i = 0; i < count && near != NULL; i++) {
        if (titles[i] == near) {
            return (struct found){of[i], false};
        }
    }
    return nothing;
}

static struct found find_near(const struct pl_names *names, const char *word)
{
    static struct found (*const ways[])(const struct pl_names *, const char *) = {
        find_title, find_other_case, find_misspelt, find_part, find_near_title,
    };

    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        const struct found found = ways[i](names, word);
        if (found.index != UINT32_MAX) {
            return found;
        }
    }
    return nothing;
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

/* `a b` for `a, b`: every word is a name. */
static bool are_several(const struct pl_names *names, char wanted[WORD_SIZE],
                        char out[PL_FIX_TEXT_MAX])
{
    struct pl_builder b;
    char *left = wanted;
    unsigned count = 0;

    pl_builder_init(&b, out, PL_FIX_TEXT_MAX);
    for (char *word = strtok_r(wanted, " ", &left); word != NULL;
         word = strtok_r(NULL, " ", &left)) {
        bool known = false;
        for (unsigned i = 0; i < names->count && !known; i++) {
            known = strcmp(names->ids[i], word) == 0;
        }
        if (!known) {
            return false;
        }
        pl_builder_addf(&b, "%s%s", count++ == 0 ? "" : ", ", word);
    }
    return count > 1 && !b.full;
}

const char *pl_names_suggest(const struct pl_names *names, struct pl_text word,
                             const char *otherwise, struct pl_diag *diag)
{
    char wanted[WORD_SIZE];
    struct pl_builder b;

    pl_builder_init(&b, wanted, sizeof(wanted));
    pl_builder_add(&b, word);

    const struct found near = find_near(names, wanted);
    if (near.index == UINT32_MAX || !near.sure) {
        char several[PL_FIX_TEXT_MAX];
        if (are_several(names, wanted, several)) {
            pl_diag_hint(diag, "Put a comma between them: `%s`.", several);
            return NULL;
        }
    }
    if (near.index == UINT32_MAX) {
        if (names->count > 0 && names->count <= LISTED_MAX) {
            list_all(names, diag);
        } else {
            pl_diag_hint(diag, "%s", otherwise);
        }
        return NULL;
    }
    const char *id = names->ids[near.index];
    if (names->zh[near.index] != NULL) {
        pl_diag_hint(diag, "Did you mean `%s` %s?", id, names->zh[near.index]);
    } else {
        pl_diag_hint(diag, "Did you mean `%s`?", id);
    }
    if (near.sure) {
        pl_diag_fix(diag, word, id);
    }
    return id;
}
