/* The names that CEL gives a meaning besides functions: words that are reserved, and types. */
#include <string.h>

#include "value/cel_code.h"
#include "value/cel_function.h"
#include "value/mistake.h"

static const char *const reserved[] = {
    "as",  "break", "const",     "continue", "else",   "for", "function", "if",   "import",
    "let", "loop",  "namespace", "package",  "return", "var", "void",     "while"};

static const char *const macros[] = {"has",          "all",      "exists", "exists_one",
                                     "existsOne",    "map",      "filter", "transformList",
                                     "transformMap", "cel.bind", "optMap", "optFlatMap"};

bool pl_cel_name_is_reserved(struct pl_text name)
{
    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        if (pl_text_is(name, reserved[i])) {
            return true;
        }
    }
    return false;
}

bool pl_cel_name_type(struct pl_text name, struct pl_cel_value *type_out)
{
    for (unsigned type = PL_CEL_NULL; type < PL_CEL_DYN; type++) {
        const char *known = pl_cel_type_name((enum pl_cel_type)type);
        if (pl_text_is(name, known)) {
            *type_out = (struct pl_cel_value){.type = PL_CEL_TYPE, .text = pl_text_of(known)};
            return true;
        }
    }
    return false;
}

int pl_cel_refuse_function(struct placet_error *err, struct pl_text source, struct pl_text name,
                           uint32_t offset, bool is_method)
{
    const char *names[PL_CEL_ROWS + sizeof(macros) / sizeof(macros[0])];
    const struct pl_text shown = pl_mistake_quote(name, 40);
    char word[48] = {0};
    char hint[96] = "`size(x)`, `x.startsWith('a')`, `list.exists(x, x > 1)` are some that exist.";
    size_t count = pl_cel_function_names(names);

    memcpy(names + count, macros, sizeof(macros));
    count += sizeof(macros) / sizeof(macros[0]);
    memcpy(word, shown.at, shown.len);
    const char *closest = pl_text_closest(word, names, count);
    if (closest != NULL && strcmp(closest, word) != 0) {
        struct pl_builder b;
        pl_builder_init(&b, hint, sizeof(hint));
        pl_builder_addf(&b, "Did you mean `%s`?", closest);
    }
    return pl_cel_refuse(err, source, offset, hint, "no %s `%s`", is_method ? "method" : "function",
                         word);
}
