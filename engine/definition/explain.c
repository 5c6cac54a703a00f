#include "definition/explain.h"

#include <stdlib.h>

#include "base/arena.h"
#include "base/check.h"
#include "definition/diag.h"
#include "definition/page.h"
#include "value/yaml.h"

#define PAGE_SIZE 16384
#define NODE_SIZE 64 /* of the tree, for each byte of its text */

/* One entry of the file; texts are "" where there is none. */
struct entry {
    char code[PL_DIAG_CODE_SIZE];
    const char *zh;
    const char *en;
    struct pl_text why_zh;
    struct pl_text why_en;
    struct pl_text do_zh;
    struct pl_text do_en;
    struct pl_text in; /* where the examples stand: "step" */
    struct pl_text wrong;
    struct pl_text right;
};

static struct pl_text text_at(const struct pl_yaml *map, const char *key, const char *inner)
{
    const struct pl_yaml *node = map != NULL ? pl_yaml_get(map, key) : NULL;

    if (node != NULL && inner != NULL) {
        node = pl_yaml_get(node, inner);
    }
    return node != NULL ? node->text : PL_TEXT("");
}

static void read_entry(struct entry *e, unsigned number, const struct pl_yaml *root)
{
    pl_diag_code_format((enum pl_diag_code)number, e->code);
    const struct pl_yaml *map = pl_yaml_get(root, e->code);
    e->zh = pl_diag_explain_zh(number);
    e->en = pl_diag_explain_en(number);
    e->why_zh = text_at(map, "why", "zh");
    e->why_en = text_at(map, "why", "en");
    e->do_zh = text_at(map, "do", "zh");
    e->do_en = text_at(map, "do", "en");
    e->in = text_at(map, "in", NULL);
    e->wrong = text_at(map, "wrong", NULL);
    e->right = text_at(map, "right", NULL);
}

/* ---- text ---- */

/* Lines of an example, each behind four blanks. */
static void put_example(struct pl_page *page, const char *heading, struct pl_text text)
{
    if (text.len == 0) {
        return;
    }
    pl_page_addf(page, "\n%s\n", heading);
    for (uint32_t at = 0; at < text.len;) {
        uint32_t end = at;
        while (end < text.len && text.at[end] != '\n') {
            end++;
        }
        pl_page_addf(page, "    ");
        pl_builder_add(&page->b, (struct pl_text){text.at + at, end - at});
        pl_page_addf(page, "\n");
        at = end + 1;
    }
}

static void put_section(struct pl_page *page, const char *heading, struct pl_text zh,
                        struct pl_text en)
{
    if (zh.len == 0) {
        return;
    }
    pl_page_addf(page, "\n");
    pl_page_heading(page, heading);
    pl_builder_add(&page->b, zh);
    pl_page_addf(page, "\n");
    pl_builder_add(&page->b, en);
    pl_page_addf(page, "\n");
}

static char *as_text(const struct entry *e, bool colour)
{
    struct pl_page page;

    if (!pl_page_begin(&page, PAGE_SIZE, colour)) {
        return NULL;
    }
    pl_page_heading(&page, e->code);
    pl_page_addf(&page, "%s\n%s\n", e->zh, e->en);
    put_section(&page, "为什么  Why", e->why_zh, e->why_en);
    put_example(&page, "错  Wrong", e->wrong);
    put_example(&page, "对  Right", e->right);
    put_section(&page, "怎么办  What to do", e->do_zh, e->do_en);
    return pl_page_end(&page);
}

/* ---- Markdown ---- */

static void put_fenced(struct pl_page *page, const char *heading, const struct entry *e,
                       struct pl_text text)
{
    if (text.len == 0) {
        return;
    }
    pl_page_addf(page, "\n%s\n\n```%s\n", heading, pl_text_is(e->in, "form") ? "json" : "yaml");
    pl_builder_add(&page->b, text);
    pl_page_addf(page, "```\n");
}

static void put_paragraphs(struct pl_page *page, const char *heading, struct pl_text zh,
                           struct pl_text en)
{
    if (zh.len == 0) {
        return;
    }
    pl_page_addf(page, "\n**%s**\n\n", heading);
    pl_builder_add(&page->b, zh);
    pl_page_addf(page, "\n\n");
    pl_builder_add(&page->b, en);
    pl_page_addf(page, "\n");
}

static char *as_markdown(const struct entry *e)
{
    struct pl_page page;

    if (!pl_page_begin(&page, PAGE_SIZE, false)) {
        return NULL;
    }
    pl_page_addf(&page, "**%s** %s\n\n%s\n", e->code, e->zh, e->en);
    put_paragraphs(&page, "为什么 Why", e->why_zh, e->why_en);
    put_fenced(&page, "错 Wrong", e, e->wrong);
    put_fenced(&page, "对 Right", e, e->right);
    put_paragraphs(&page, "怎么办 What to do", e->do_zh, e->do_en);
    return pl_page_end(&page);
}

/* ---- JSON ---- */

static void write_both(struct pl_writer *out, const char *key, struct pl_text zh, struct pl_text en)
{
    const struct pl_title both = {.zh = zh, .en = en};

    pl_write_key_title(out, key, &both);
}

static void write_or_nil(struct pl_writer *out, const char *key, struct pl_text text)
{
    if (text.len > 0) {
        pl_write_key_text(out, key, text);
    } else {
        pl_write_string(out, key);
        pl_write_nil(out);
    }
}

static char *as_json(const struct entry *e)
{
    uint8_t bytes[PAGE_SIZE];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    pl_write_map(&out, 8);
    pl_write_key_string(&out, "code", e->code);
    pl_write_key_string(&out, "zh", e->zh);
    pl_write_key_string(&out, "en", e->en);
    write_both(&out, "why", e->why_zh, e->why_en);
    write_both(&out, "do", e->do_zh, e->do_en);
    write_or_nil(&out, "in", e->in);
    write_or_nil(&out, "wrong", e->wrong);
    write_or_nil(&out, "right", e->right);
    return pl_page_json(&out);
}

static char *show(const struct entry *e, enum pl_explain_form form)
{
    switch (form) {
    case PL_EXPLAIN_JSON:
        return as_json(e);
    case PL_EXPLAIN_MARKDOWN:
        return as_markdown(e);
    case PL_EXPLAIN_TEXT:
    case PL_EXPLAIN_COLOUR:
    default:
        return as_text(e, form == PL_EXPLAIN_COLOUR);
    }
}

char *pl_explain(unsigned number, enum pl_explain_form form)
{
    const struct pl_text file = {(const char *)pl_explanations, (uint32_t)pl_explanations_size};
    const size_t size = (size_t)file.len * NODE_SIZE;
    void *memory = malloc(size);
    struct pl_arena arena;
    struct pl_yaml *root = NULL;
    struct entry e;

    if (memory == NULL) {
        return NULL;
    }
    pl_arena_init(&arena, memory, size);
    PL_CHECK(pl_yaml_parse(file, "explanations.yaml", &arena, &root, NULL) == PLACET_OK);
    read_entry(&e, number, root);
    char *text = show(&e, form);
    free(memory);
    return text;
}
