/* Single values and lists. */
#include <string.h>

#include "definition/load.h"

#define ID_LEN_MAX  PL_ID_MAX
#define NEARLY_FULL (1u << 20) /* more than one schema or expression of any size takes */

struct pl_diag_place pl_load_at(const struct pl_load *l, const struct pl_yaml *node)
{
    return (struct pl_diag_place){l->file, node->mark};
}

struct pl_diag_place pl_load_at_key(const struct pl_load *l, const struct pl_yaml *node)
{
    return (struct pl_diag_place){l->file, node->key.len > 0 ? node->key_mark : node->mark};
}

/* Text on one line without quotes stands in the file as it is; of other text the whole is shown. */
struct pl_diag_place pl_load_at_part(const struct pl_load *l, const struct pl_yaml *node,
                                     struct pl_text part)
{
    struct pl_diag_place place = pl_load_at(l, node);
    uint32_t before = 0;
    uint32_t length = 0;

    if (!node->plain || part.at < node->text.at) {
        return place;
    }
    for (const char *at = node->text.at; at < part.at + part.len; at++) {
        const bool begins = ((unsigned char)*at & 0xC0) != 0x80;
        before += begins && at < part.at;
        length += begins && at >= part.at;
    }
    if (before + length <= place.mark.length && length > 0) {
        place.mark.column += before;
        place.mark.length = length;
    }
    return place;
}

uint32_t pl_load_mistakes(const struct pl_load *l)
{
    return l->diags->count + l->diags->left_out;
}

void *pl_load_alloc(struct pl_load *l, size_t size)
{
    void *memory = pl_arena_alloc(l->arena, size);

    l->full = l->full || memory == NULL;
    return memory;
}

bool pl_load_ran_out(struct pl_load *l, const struct pl_arena *arena, int rc)
{
    const bool ran_out = rc == PLACET_ELIMIT && arena->size - arena->used < NEARLY_FULL;

    l->full = l->full || ran_out;
    return ran_out;
}

struct pl_text pl_load_keep(struct pl_load *l, struct pl_text text)
{
    const char *copy = pl_arena_text(l->arena, text.at, text.len);

    if (copy == NULL) {
        l->full = true;
        return PL_TEXT("");
    }
    return (struct pl_text){copy, text.len};
}

/* Numbers and keys are no longer as MessagePack than as text, but for their heads. */
size_t pl_load_value_size(const struct pl_yaml *node) /* NOLINT(misc-no-recursion): 32 at most */
{
    size_t size = 16 + (size_t)node->key.len + node->text.len;

    for (const struct pl_yaml *child = node->first; child != NULL; child = child->next) {
        size += pl_load_value_size(child);
    }
    return size;
}

/* ---- scalars ---- */

static const char *kind_name(const struct pl_yaml *node)
{
    return node->kind == PL_YAML_LIST ? "a list" : "a map";
}

/* Whether it is a scalar that says something. */
static bool is_scalar(struct pl_load *l, const struct pl_yaml *node, const char *wanted)
{
    if (node->kind != PL_YAML_SCALAR) {
        (void)pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                          "`%.*s` wants %s, not %s", (int)node->key.len, node->key.at, wanted,
                          kind_name(node));
        return false;
    }
    if (node->text.len == 0) {
        (void)pl_diag_add(l->diags, pl_load_at_key(l, node), PL_DIAG_EMPTY, "`%.*s` has no value",
                          (int)node->key.len, node->key.at);
        return false;
    }
    return true;
}

bool pl_load_text(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out)
{
    if (!is_scalar(l, node, "a text")) {
        return false;
    }
    *out = pl_load_keep(l, node->text);
    return true;
}

/* A number or a word of YAML in quotes is a text: without them it is what it says. */
static void fix_quoted(struct pl_diag *diag, const struct pl_yaml *node)
{
    struct pl_yaml bare = *node;
    int64_t number = 0;
    bool truth = false;
    char quoted[PL_FIX_TEXT_MAX];
    struct pl_builder b;

    bare.plain = true;
    if (node->plain || !(pl_yaml_as_i64(&bare, &number) || pl_yaml_as_bool(&bare, &truth))) {
        return;
    }
    pl_builder_init(&b, quoted, sizeof(quoted));
    pl_builder_addf(&b, "\"%.*s\"", (int)node->text.len, node->text.at);
    pl_diag_fix(diag, pl_text_of(quoted), node->text.at);
}

bool pl_load_int(struct pl_load *l, const struct pl_yaml *node, int64_t min, int64_t max,
                 int64_t *out)
{
    int64_t value = 0;

    if (!is_scalar(l, node, "a whole number")) {
        return false;
    }
    if (!pl_yaml_as_i64(node, &value)) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                        "`%.*s` wants a whole number, not `%.*s`", (int)node->key.len, node->key.at,
                        (int)node->text.len, node->text.at);
        pl_diag_hint(diag, "Write digits only: no quotes, no unit, no comma.");
        fix_quoted(diag, node);
        return false;
    }
    if (value < min || value > max) {
        (void)pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_NUMBER,
                          "`%.*s` is %lld, but must be from %lld to %lld", (int)node->key.len,
                          node->key.at, (long long)value, (long long)min, (long long)max);
        return false;
    }
    *out = value;
    return true;
}

/* `yes`, `on` and their like were truth values in older YAML. */
static const char *modern_word(struct pl_text word)
{
    static const char *const yes[] = {"yes", "on", "y", "Yes", "On", "YES", "ON", "Y", "\u662f"};
    static const char *const no[] = {"no", "off", "n", "No", "Off", "NO", "OFF", "N", "\u5426"};

    for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
        if (pl_text_is(word, yes[i])) {
            return "true";
        }
        if (pl_text_is(word, no[i])) {
            return "false";
        }
    }
    return NULL;
}

bool pl_load_bool(struct pl_load *l, const struct pl_yaml *node, bool *out)
{
    if (!is_scalar(l, node, "`true` or `false`")) {
        return false;
    }
    if (pl_yaml_as_bool(node, out)) {
        return true;
    }
    const char *modern = modern_word(node->text);
    struct pl_diag *diag = pl_diag_add(
        l->diags, pl_load_at(l, node), PL_DIAG_BAD_WORD, "`%.*s` is `true` or `false`, not `%.*s`",
        (int)node->key.len, node->key.at, (int)node->text.len, node->text.at);
    if (modern != NULL) {
        pl_diag_hint(diag, "Write `%s`: here `yes`, `no`, `on` and `off` are texts.", modern);
        pl_diag_fix(diag, node->text, modern);
    } else {
        pl_diag_hint(diag, "Write `true` or `false`, without quotes.");
        fix_quoted(diag, node);
    }
    return false;
}

bool pl_load_true(struct pl_load *l, const struct pl_yaml *node)
{
    bool value = false;

    if (!pl_load_bool(l, node, &value)) {
        return false;
    }
    if (!value) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_WORD,
                        "`%.*s` can only be `true`", (int)node->key.len, node->key.at);
        pl_diag_hint(diag, "Leave the line out: that is what it is without it.");
    }
    return value;
}

bool pl_load_word(struct pl_load *l, const struct pl_yaml *node, const char *const *words,
                  size_t word_count, unsigned *out)
{
    struct pl_names names = {0};

    if (!is_scalar(l, node, "one word")) {
        return false;
    }
    for (unsigned i = 0; i < word_count; i++) {
        if (pl_text_is(node->text, words[i])) {
            *out = i;
            return true;
        }
        pl_names_add(&names, pl_text_of(words[i]), (struct pl_text){0}, (struct pl_text){0});
    }
    struct pl_diag *diag = NULL;
    if (node->key.len > 0) {
        diag =
            pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_WORD, "`%.*s` cannot be `%.*s`",
                        (int)node->key.len, node->key.at, (int)node->text.len, node->text.at);
    } else {
        diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_WORD,
                           "`%.*s` cannot stand in this list", (int)node->text.len, node->text.at);
    }
    pl_names_suggest(&names, node->text, "workflows/LANGUAGE.md lists the words.", diag);
    return false;
}

/* A number or a word of YAML where a text is meant: quotes make it one. */
static bool is_text(struct pl_load *l, const struct pl_yaml *node)
{
    int64_t integer = 0;
    double real = 0;
    bool truth = false;
    char quoted[PL_FIX_TEXT_MAX];
    struct pl_builder b;

    if (!node->plain || !(pl_yaml_as_i64(node, &integer) || pl_yaml_as_float(node, &real) ||
                          pl_yaml_as_bool(node, &truth) || pl_yaml_is_null(node))) {
        return true;
    }
    pl_builder_init(&b, quoted, sizeof(quoted));
    pl_builder_addf(&b, "\"%.*s\"", (int)node->text.len, node->text.at);
    struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_WRONG_TYPE,
                                       "`%.*s` is no text as long as it has no quotes",
                                       (int)node->text.len, node->text.at);
    pl_diag_hint(diag, "Write `%s`.", quoted);
    pl_diag_fix(diag, node->text, quoted);
    return false;
}

/* ---- ids ---- */

bool pl_load_is_id(struct pl_text text)
{
    bool word_begins = true; /* after a `_`, or at the start */

    if (text.len == 0 || text.len > ID_LEN_MAX || text.at[0] < 'a' || text.at[0] > 'z') {
        return false;
    }
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        if (c == '_' && word_begins) {
            return false;
        }
        if (c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9')) {
            return false;
        }
        word_begins = c == '_';
    }
    return !word_begins;
}

/* The nearest id: lower case, other characters as `_`. Empty when nothing is left. */
static void make_id(struct pl_text text, char out[ID_LEN_MAX + 1])
{
    size_t len = 0;

    for (uint32_t i = 0; i < text.len && len < ID_LEN_MAX; i++) {
        const char c = text.at[i];
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9' && len > 0)) {
            out[len++] = c;
        } else if (c >= 'A' && c <= 'Z') {
            out[len++] = (char)(c - 'A' + 'a');
        } else if ((unsigned char)c < 0x80 && len > 0 && out[len - 1] != '_') {
            out[len++] = '_';
        }
    }
    while (len > 0 && out[len - 1] == '_') {
        len--;
    }
    out[len] = '\0';
}

/* English words joined otherwise, or with capitals: then it is certain which id is meant. */
static bool is_plain_word(struct pl_text text)
{
    for (uint32_t i = 0; i < text.len; i++) {
        const char c = text.at[i];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (c < '0' || c > '9') && c != '_' && c != '-' && c != ' ') {
            return false;
        }
    }
    return true;
}

static bool check_id(struct pl_load *l, struct pl_diag_place place, struct pl_text text)
{
    char better[ID_LEN_MAX + 1];

    if (pl_load_is_id(text)) {
        return true;
    }
    struct pl_diag *diag =
        pl_diag_add(l->diags, place, PL_DIAG_BAD_ID, "`%.*s` is not an id", (int)text.len, text.at);
    make_id(text, better);
    if (pl_load_is_id(pl_text_of(better))) {
        pl_diag_hint(diag, "Write `%s`: small letters, digits and `_`, at most %d characters.",
                     better, ID_LEN_MAX);
        if (is_plain_word(text)) {
            pl_diag_fix(diag, text, better);
        }
    } else {
        pl_diag_hint(diag, "Use small English letters, digits and `_`; titles can be Chinese.");
    }
    return false;
}

bool pl_load_id(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out)
{
    if (!is_scalar(l, node, "an id") || !is_text(l, node) ||
        !check_id(l, pl_load_at(l, node), node->text)) {
        return false;
    }
    *out = pl_load_keep(l, node->text);
    return true;
}

bool pl_load_id_key(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out)
{
    if (!check_id(l, pl_load_at_key(l, node), node->key)) {
        return false;
    }
    *out = pl_load_keep(l, node->key);
    return true;
}

/* ---- titles ---- */

void pl_load_title_text(struct pl_load *l, const struct pl_yaml *node, struct pl_text *out)
{
    if (!is_scalar(l, node, "a text") || !is_text(l, node)) {
        return;
    }
    if (node->text.len > PL_TITLE_MAX) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_TITLE,
                                           "a title of %u bytes, at most %d are allowed",
                                           node->text.len, PL_TITLE_MAX);
        pl_diag_hint(diag, "Shorten it: 85 Chinese or 256 English characters fit.");
        return;
    }
    *out = pl_load_keep(l, node->text);
}

static void set_zh(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_title *title = object;
    pl_load_title_text(l, node, &title->zh);
}

static void set_en(struct pl_load *l, void *object, const struct pl_yaml *node)
{
    struct pl_title *title = object;
    pl_load_title_text(l, node, &title->en);
}

void pl_load_title(struct pl_load *l, const struct pl_yaml *node, struct pl_title *out)
{
    static const struct pl_key keys[] = {{"zh", true, set_zh}, {"en", true, set_en}};

    if (node->kind == PL_YAML_SCALAR) {
        struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, node), PL_DIAG_BAD_TITLE,
                                           "a title in one language only");
        pl_diag_hint(diag, "Write `{zh: ..., en: ...}`.");
        return;
    }
    pl_load_map(l, node, PL_KEYS("a title", keys), out);
}

/* ---- lists ---- */

static bool is_new(const struct pl_yaml *const *items, unsigned count, const struct pl_yaml *item)
{
    for (unsigned i = 0; i < count; i++) {
        if (pl_text_equal(items[i]->text, item->text)) {
            return false;
        }
    }
    return true;
}

unsigned pl_load_list(struct pl_load *l, const struct pl_yaml *node, const struct pl_yaml **items,
                      unsigned max)
{
    unsigned count = 0;

    if (node->kind == PL_YAML_SCALAR && node->text.len > 0) {
        items[0] = node;
        return 1;
    }
    if (node->kind != PL_YAML_LIST || node->count == 0) {
        struct pl_diag *diag =
            pl_diag_add(l->diags, pl_load_at_key(l, node),
                        node->kind == PL_YAML_MAP ? PL_DIAG_WRONG_TYPE : PL_DIAG_EMPTY,
                        node->kind == PL_YAML_MAP ? "`%.*s` wants a list" : "`%.*s` is empty",
                        (int)node->key.len, node->key.at);
        pl_diag_hint(diag, "Write `[a, b]`, or leave the line out.");
        return 0;
    }
    for (const struct pl_yaml *item = node->first; item != NULL; item = item->next) {
        if (item->kind != PL_YAML_SCALAR || item->text.len == 0) {
            (void)pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_WRONG_TYPE,
                              "an entry of `%.*s` wants one name", (int)node->key.len,
                              node->key.at);
        } else if (!is_new(items, count, item)) {
            struct pl_diag *diag = pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_TWICE,
                                               "`%.*s` stands twice in `%.*s`", (int)item->text.len,
                                               item->text.at, (int)node->key.len, node->key.at);
            pl_diag_hint(diag, "Remove one of the two.");
            pl_diag_fix_remove(diag);
        } else if (count == max) {
            (void)pl_diag_add(l->diags, pl_load_at(l, item), PL_DIAG_TOO_MANY,
                              "more than %u entries in `%.*s`", max, (int)node->key.len,
                              node->key.at);
            break;
        } else {
            items[count++] = item;
        }
    }
    return count;
}
