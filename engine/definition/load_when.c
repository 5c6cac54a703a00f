/* Conditions: CEL over the form. */
#include <string.h>

#include "definition/load.h"
#include "value/cel.h"
#include "value/schema.h"

/* Characters of the name or number that begins there; 1 for anything else. */
static uint32_t word_length(struct pl_text source, uint32_t column)
{
    uint32_t length = 0;

    for (uint32_t at = column - 1; at < source.len; at++, length++) {
        const char c = source.at[at];
        const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
        if (!letter && (c < '0' || c > '9') && c != '_' && c != '.') {
            break;
        }
    }
    return length > 0 ? length : 1;
}

/* Every name is a field of the form. Without a form nothing can be said about it here: that the
 * form is missing was reported where it is named. */
static bool resolve(void *context, struct pl_text path, struct pl_cel_binding *binding_out,
                    const char **suggestion_out)
{
    const struct pl_load *l = context;
    struct pl_schema_field field = {.type = PL_CEL_DYN};

    if (l->def->form != NULL && !pl_schema_at(l->def->form, path, &field, suggestion_out)) {
        return false;
    }
    *binding_out =
        (struct pl_cel_binding){.variable = PL_VARIABLE_FORM, .rest = path, .type = field.type};
    return true;
}

/* Where a field is asked for with `has()`, its author knows that it may be absent. */
static void check_fields(struct pl_load *l, const struct pl_yaml *node, struct pl_text source)
{
    const bool asks = memmem(source.at, source.len, "has(", 4) != NULL;
    uint32_t at = 0;

    while (at < source.len && !asks && l->def->form != NULL) {
        const uint32_t len = word_length(source, at + 1);
        const struct pl_text path = {source.at + at, len};
        if (source.at[at] == '"' || source.at[at] == '\'') {
            const char *end = memchr(source.at + at + 1, source.at[at], source.len - at - 1);
            at = end != NULL ? (uint32_t)(end + 1 - source.at) : source.len;
            continue;
        }
        struct pl_schema_field field;
        const char *near = NULL;
        if (pl_schema_at(l->def->form, path, &field, &near) && !field.required) {
            struct pl_diag *diag =
                pl_diag_add(l->diags, pl_load_at_part(l, node, path), PL_DIAG_OPTIONAL_FIELD,
                            "the form does not require `%.*s`, which this condition needs",
                            (int)path.len, path.at);
            pl_diag_hint(diag, "Add it to `required` of the form, or write `has(%.*s) && ...`.",
                         (int)path.len, path.at);
        }
        at += len;
    }
}

const struct pl_cel_program *pl_load_when(struct pl_load *l, const struct pl_yaml *node)
{
    const struct pl_cel_scope scope = {.context = l, .resolve = resolve};
    const struct pl_cel_program *program = NULL;
    struct pl_text source = {0};
    struct placet_error err = {0};

    if (!pl_load_text(l, node, &source)) {
        return NULL;
    }
    const int rc = pl_cel_compile(source, &scope, PL_CEL_BOOL, l->arena, &program, &err);
    if (rc == PLACET_OK) {
        check_fields(l, node, node->text);
        return program;
    }
    struct pl_diag_place place = pl_load_at(l, node);
    if (err.column > 0 && place.mark.length >= source.len) {
        /* The quotes are a column of the file, not of the expression. */
        place.mark.column += err.column - 1 + (node->plain ? 0 : 1);
        place.mark.length = word_length(source, err.column);
    }
    struct pl_diag *diag = pl_diag_add(l->diags, place, PL_DIAG_EXPRESSION, "%s", err.message);
    if (err.hint[0] != '\0') {
        pl_diag_hint(diag, "%s", err.hint);
    } else {
        pl_diag_hint(diag, "A condition compares fields of the form: `design.special_fire`, "
                           "`project.investment_cny > 1000000`.");
    }
    return NULL;
}
