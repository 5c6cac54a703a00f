/* The names that CEL gives a meaning: functions, and words that are reserved. */
#include <string.h>

#include "value/cel_code.h"
#include "value/mistake.h"

static const char *const reserved[] = {
    "as",  "break", "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",  "namespace", "package",  "return", "var", "void",     "while"};

static const char *const later[] = {"all",       "exists",   "exists_one", "filter", "map",
                                    "matches",   "string",   "uint",       "bytes",  "type",
                                    "timestamp", "duration", "dyn"};

static const struct pl_cel_function functions[] = {
    {"size", false, PL_CEL_OP_SIZE},
    {"size", true, PL_CEL_OP_SIZE},
    {"int", false, PL_CEL_OP_INT},
    {"double", false, PL_CEL_OP_DOUBLE},
    {"startsWith", true, PL_CEL_OP_STARTS_WITH},
    {"endsWith", true, PL_CEL_OP_ENDS_WITH},
    {"contains", true, PL_CEL_OP_CONTAINS},
};

static bool is_among(struct pl_text name, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (pl_text_is(name, words[i])) {
            return true;
        }
    }
    return false;
}

bool pl_cel_name_is_reserved(struct pl_text name)
{
    return is_among(name, reserved, sizeof(reserved) / sizeof(reserved[0]));
}

int pl_cel_refuse_function(struct pl_cel_lex *lex, const struct pl_cel_token *name, bool is_method)
{
    static const char *const names[] = {"size",       "int",      "double",  "has",
                                        "startsWith", "endsWith", "contains"};
    const struct pl_text shown = pl_mistake_quote(name->text, 40);
    char word[48] = {0};
    char hint[96] = "Known are size, has, int, double, startsWith, endsWith and contains.";

    memcpy(word, shown.at, shown.len);
    if (is_among(name->text, later, sizeof(later) / sizeof(later[0]))) {
        return pl_cel_refuse(lex->err, lex->source, name->offset, hint, "`%s` is not supported yet",
                             word);
    }
    const char *closest = pl_text_closest(word, names, sizeof(names) / sizeof(names[0]));
    if (closest != NULL && strcmp(closest, word) != 0) {
        struct pl_builder b;
        pl_builder_init(&b, hint, sizeof(hint));
        pl_builder_addf(&b, "Did you mean `%s`?", closest);
    }
    return pl_cel_refuse(lex->err, lex->source, name->offset, hint, "no %s `%s`",
                         is_method ? "method" : "function", word);
}

const struct pl_cel_function *pl_cel_function_of(struct pl_text name, bool is_method)
{
    for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
        if (functions[i].is_method == is_method && pl_text_is(name, functions[i].name)) {
            return &functions[i];
        }
    }
    return NULL;
}
