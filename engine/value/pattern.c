#define PCRE2_CODE_UNIT_WIDTH 8

#include "value/pattern.h"

#include <pcre2.h>
#include <stdio.h>
#include <string.h>

#include "value/limits.h"

/* Of the state vectors, on the stack (32 KiB). Enough for every text with a simple pattern, and for
 * about 500 characters where one repetition stands in another: `^([a-z]+_?)+$`. */
#define WORKSPACE_COUNT 8192

struct pl_pattern {
    pcre2_code *code;
    pcre2_match_data *data;
    pcre2_match_context *context;
};

static void *take(size_t size, void *arena)
{
    return pl_arena_alloc(arena, size);
}

static void leave(void *memory, void *arena)
{
    (void)memory;
    (void)arena;
}

/* ---- names of properties: ECMA-262 has long ones too, PCRE2 the short ones of Unicode only ----
 */

static const struct {
    const char *name;
    const char *category;
} categories[] = {
    {"Letter", "L"},
    {"Cased_Letter", "L&"},
    {"Uppercase_Letter", "Lu"},
    {"Lowercase_Letter", "Ll"},
    {"Titlecase_Letter", "Lt"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Mark", "M"},
    {"Nonspacing_Mark", "Mn"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Open_Punctuation", "Ps"},
    {"Close_Punctuation", "Pe"},
    {"Initial_Punctuation", "Pi"},
    {"Final_Punctuation", "Pf"},
    {"Other_Punctuation", "Po"},
    {"Symbol", "S"},
    {"Math_Symbol", "Sm"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Space_Separator", "Zs"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Other", "C"},
    {"Control", "Cc"},
    {"Format", "Cf"},
    {"Surrogate", "Cs"},
    {"Private_Use", "Co"},
    {"Unassigned", "Cn"},
    {"digit", "Nd"},
    {"punct", "P"},
};

/* What PCRE2 calls the property: `General_Category=Letter` is L, `Script=Han` is Han. */
static struct pl_text property_of(struct pl_text name)
{
    static const char *const kinds[] = {"General_Category=", "gc=", "Script=", "sc="};

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        const uint32_t len = (uint32_t)strlen(kinds[i]);
        if (name.len > len && memcmp(name.at, kinds[i], len) == 0) {
            name = (struct pl_text){name.at + len, name.len - len};
            break;
        }
    }
    for (size_t i = 0; i < sizeof(categories) / sizeof(categories[0]); i++) {
        if (pl_text_is(name, categories[i].name)) {
            return pl_text_of(categories[i].category);
        }
    }
    return name;
}

/* The pattern with short names, which is not longer; empty when the arena is full. */
static struct pl_text shorten(struct pl_text source, struct pl_arena *arena)
{
    char *out = pl_arena_alloc(arena, (size_t)source.len + 1);
    uint32_t len = 0;

    for (uint32_t i = 0; out != NULL && i < source.len;) {
        const bool is_escape = source.at[i] == '\\' && source.len - i > 1;
        const bool is_property = is_escape && source.len - i > 3 && source.at[i + 2] == '{' &&
                                 (source.at[i + 1] == 'p' || source.at[i + 1] == 'P');
        const char *end = is_property ? memchr(source.at + i, '}', source.len - i) : NULL;
        const uint32_t head = end != NULL ? 3 : is_escape ? 2 : 1;
        memcpy(out + len, source.at + i, head);
        len += head;
        i += head;
        if (end != NULL) {
            const uint32_t name_len = (uint32_t)(end - source.at) - i;
            const struct pl_text name = property_of((struct pl_text){source.at + i, name_len});
            memcpy(out + len, name.at, name.len);
            len += name.len;
            i += name_len;
        }
    }
    return (struct pl_text){out, len};
}

/* ---- compiling ---- */

/* Why a pattern was refused: PCRE2's error, or back-references. */
struct problem {
    int code;
    PCRE2_SIZE offset;
    bool references;
};

static int compile(struct pl_text source, pcre2_general_context *general, pcre2_code **code_out,
                   struct problem *problem)
{
    const uint32_t options = PCRE2_UTF | PCRE2_DOLLAR_ENDONLY | PCRE2_ALT_BSUX |
                             PCRE2_NEVER_BACKSLASH_C | PCRE2_NO_AUTO_POSSESS;
    pcre2_compile_context *context = pcre2_compile_context_create(general);
    uint32_t references = 0;

    if (context == NULL) {
        return PLACET_ELIMIT;
    }
    (void)pcre2_set_max_pattern_length(context, PL_SCHEMA_PATTERN_MAX);
    pcre2_code *code = pcre2_compile((PCRE2_SPTR)source.at, source.len, options, &problem->code,
                                     &problem->offset, context);
    if (code == NULL) {
        return problem->code == PCRE2_ERROR_HEAP_FAILED ? PLACET_ELIMIT : PLACET_EINVALID;
    }
    (void)pcre2_pattern_info(code, PCRE2_INFO_BACKREFMAX, &references);
    problem->references = references > 0;
    if (problem->references) {
        return PLACET_EINVALID;
    }
    *code_out = code;
    return PLACET_OK;
}

static int prepare(struct pl_text source, struct pl_arena *arena,
                   const struct pl_pattern **pattern_out, struct problem *problem)
{
    struct pl_pattern *pattern = pl_arena_alloc(arena, sizeof(*pattern));
    pcre2_general_context *general = pcre2_general_context_create(take, leave, arena);
    const struct pl_text dialect = shorten(source, arena);

    if (pattern == NULL || general == NULL || dialect.at == NULL) {
        return PLACET_ELIMIT;
    }
    const int rc = compile(dialect, general, &pattern->code, problem);
    if (rc != PLACET_OK) {
        return rc;
    }
    pattern->data = pcre2_match_data_create(1, general);
    pattern->context = pcre2_match_context_create(general);
    if (pattern->data == NULL || pattern->context == NULL) {
        return PLACET_ELIMIT;
    }
    (void)pcre2_set_heap_limit(pattern->context, 0);
    *pattern_out = pattern;
    return PLACET_OK;
}

int pl_pattern_prepare(struct pl_text source, struct pl_arena *arena,
                       const struct pl_pattern **pattern_out)
{
    struct problem problem = {0};

    return prepare(source, arena, pattern_out, &problem);
}

int pl_pattern_compile(struct pl_text source, struct pl_arena *arena,
                       const struct pl_pattern **pattern_out, char *reason_out, size_t reason_size)
{
    PCRE2_UCHAR text[96] = {0};
    struct problem problem = {0};
    const int rc = prepare(source, arena, pattern_out, &problem);

    if (rc == PLACET_EINVALID && problem.references) {
        (void)snprintf(reason_out, reason_size, "back-references are not supported");
    } else if (rc == PLACET_EINVALID) {
        (void)pcre2_get_error_message(problem.code, text, sizeof(text));
        (void)snprintf(reason_out, reason_size, "%s (after %zu characters)", (const char *)text,
                       (size_t)problem.offset);
    }
    return rc;
}

enum pl_pattern_answer pl_pattern_match(const struct pl_pattern *pattern, struct pl_text text)
{
    int workspace[WORKSPACE_COUNT];

    if (text.len > PL_SCHEMA_PATTERN_TEXT_MAX) {
        return PL_PATTERN_TOO_DEAR;
    }
    const int rc =
        pcre2_dfa_match(pattern->code, (PCRE2_SPTR)text.at, text.len, 0, PCRE2_DFA_SHORTEST,
                        pattern->data, pattern->context, workspace, WORKSPACE_COUNT);
    if (rc >= 0) {
        return PL_PATTERN_YES;
    }
    return rc == PCRE2_ERROR_NOMATCH ? PL_PATTERN_NO : PL_PATTERN_TOO_DEAR;
}
