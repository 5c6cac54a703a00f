/* What is said to people about a mistake, in two languages. */
#include <stdio.h>
#include <string.h>

#include "value/mistake.h"
#include "value/schema_run.h"

static const struct pl_schema_words texts[] = {
#define SAY(NAME, EN, ZH) [PL_SAY_##NAME] = {EN, ZH},
#include "value/schema_texts.def"
#undef SAY
};

struct pl_schema_words pl_schema_words_of(enum pl_schema_text text)
{
    return texts[text];
}

static void copy_text(char *out, size_t size, struct pl_text text)
{
    const struct pl_text cut = pl_mistake_quote(text, (uint32_t)size - 1);

    memcpy(out, cut.at, cut.len);
    out[cut.len] = '\0';
}

/* Puts what a rule brings in to the places of %1 and %2. */
static void write_message(char *out, size_t size, const char *text, const char *first,
                          const char *second)
{
    struct pl_builder b;

    pl_builder_init(&b, out, size);
    while (*text != '\0') {
        const char *mark = strchr(text, '%');
        const size_t len = mark != NULL ? (size_t)(mark - text) : strlen(text);
        pl_builder_add(&b, (struct pl_text){text, (uint32_t)len});
        text += len;
        if (mark != NULL) {
            pl_builder_add(&b, pl_text_of(mark[1] == '1' ? first : second));
            text += 2;
        }
    }
}

void pl_schema_say(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                   struct pl_schema_words first, struct pl_schema_words second)
{
    if (run->quiet > 0) {
        run->failed = true;
        return;
    }
    run->count++;
    if (run->count > run->max) {
        return;
    }
    struct pl_schema_mistake *mistake = &run->mistakes[run->count - 1];
    *mistake = (struct pl_schema_mistake){0};
    memcpy(mistake->path, run->path.at, run->path.len);
    copy_text(mistake->rule, sizeof(mistake->rule), pl_text_of(rule));
    if (run->titled != NULL) {
        copy_text(mistake->title_zh, sizeof(mistake->title_zh), run->titled->title_zh);
        copy_text(mistake->title_en, sizeof(mistake->title_en), run->titled->title_en);
    }
    write_message(mistake->message, sizeof(mistake->message), texts[text].en, first.en, second.en);
    write_message(mistake->message_zh, sizeof(mistake->message_zh), texts[text].zh, first.zh,
                  second.zh);
}

void pl_schema_say_text(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                        const char *first, const char *second)
{
    pl_schema_say(run, rule, text, (struct pl_schema_words){first, first},
                  (struct pl_schema_words){second, second});
}

void pl_schema_say_count(struct pl_schema_run *run, const char *rule, enum pl_schema_text text,
                         uint64_t first, uint64_t second)
{
    char a[24];
    char b[24];

    (void)snprintf(a, sizeof(a), "%llu", (unsigned long long)first);
    (void)snprintf(b, sizeof(b), "%llu", (unsigned long long)second);
    pl_schema_say_text(run, rule, text, a, b);
}

void pl_schema_mistake_write(struct pl_writer *out, const struct pl_schema_mistake *mistake)
{
    pl_write_map(out, 5);
    pl_write_key_string(out, "path", mistake->path);
    pl_write_key_string(out, "rule", mistake->rule);
    pl_write_key_string(out, "message", mistake->message);
    pl_write_key_string(out, "message_zh", mistake->message_zh);
    pl_write_string(out, "title");
    pl_write_map(out, 2);
    pl_write_key_string(out, "zh", mistake->title_zh);
    pl_write_key_string(out, "en", mistake->title_en);
}
