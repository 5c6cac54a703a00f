/* The Chinese of what the loader says: said_zh.def, looked up by the English. Only mistakes come
 * here, so a walk through the list is fast enough. */
#include <string.h>

#include "definition/diag.h"

static const struct {
    const char *en;
    const char *zh;
} sentences[] = {
#define SAID(EN, ZH) {(EN), (ZH)},
#define LIKE(EN, ZH)
#include "definition/said_zh.def"
#undef LIKE
#undef SAID
};

/* `*` stands for any part, and for the same part in the Chinese; the first in it is the first. */
static const struct {
    const char *en;
    const char *zh;
} patterns[] = {
#define SAID(EN, ZH)
#define LIKE(EN, ZH) {(EN), (ZH)},
#include "definition/said_zh.def"
#undef LIKE
#undef SAID
};

#define PARTS_MAX 4

/* The parts that the stars of the pattern stand for; false when the text is not like it. Each is as
 * short as can be, the last goes to the end. */
static bool match(const char *pattern, const char *text, struct pl_text parts[PARTS_MAX])
{
    unsigned count = 0;

    while (*pattern != '\0') {
        if (*pattern != '*') {
            if (*pattern++ != *text++) {
                return false;
            }
            continue;
        }
        const char *after = ++pattern;
        const size_t len = strcspn(after, "*");
        const char *end = text + strlen(text);
        if (len > 0) {
            end = memmem(text, (size_t)(end - text), after, len);
        }
        if (end == NULL || count == PARTS_MAX) {
            return false;
        }
        parts[count++] = (struct pl_text){text, (uint32_t)(end - text)};
        text = end;
    }
    return *text == '\0';
}

/* A part that is a sentence or a word of the catalogue itself is said in Chinese, too. */
static void add_part(struct pl_builder *zh, struct pl_text part)
{
    char word[64];
    struct pl_builder b;

    pl_builder_init(&b, word, sizeof(word));
    pl_builder_add(&b, part);
    const char *said = b.full ? "" : pl_said_zh(word);
    pl_builder_add(zh, said[0] != '\0' ? pl_text_of(said) : part);
}

void pl_said_zh_like(const char *en, struct pl_builder *zh)
{
    struct pl_text parts[PARTS_MAX] = {{NULL, 0}};

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (!match(patterns[i].en, en, parts)) {
            continue;
        }
        unsigned used = 0;
        for (const char *at = patterns[i].zh; *at != '\0'; at++) {
            if (*at == '*' && used < PARTS_MAX) {
                add_part(zh, parts[used++]);
            } else {
                pl_builder_add(zh, (struct pl_text){at, 1});
            }
        }
        return;
    }
}

const char *pl_said_zh(const char *en)
{
    for (size_t i = 0; i < sizeof(sentences) / sizeof(sentences[0]); i++) {
        if (strcmp(sentences[i].en, en) == 0) {
            return sentences[i].zh;
        }
    }
    return "";
}
