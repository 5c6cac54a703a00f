#include "definition/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

struct pl_diags *pl_diags_new(void)
{
    return calloc(1, sizeof(struct pl_diags));
}

/* vsnprintf cuts between bytes; the builder cuts between characters. */
static void put(char out[PL_DIAG_TEXT_MAX], const char *format, va_list args)
{
    char text[2 * PL_DIAG_TEXT_MAX];
    struct pl_builder b;

    (void)vsnprintf(text, sizeof(text), format, args);
    pl_builder_init(&b, out, PL_DIAG_TEXT_MAX);
    pl_builder_add(&b, pl_text_of(text));
}

struct pl_diag *pl_diag_add(struct pl_diags *diags, struct pl_diag_place place,
                            enum pl_diag_code code, const char *message, ...)
{
    struct pl_diag *diag = &diags->spare;
    va_list args;

    if (diags->count < PL_DIAGS_MAX) {
        diag = &diags->list[diags->count++];
    } else {
        diags->left_out++;
    }
    diag->code = code;
    diag->place = place;
    diag->hint[0] = '\0';
    diag->has_other = false;
    va_start(args, message);
    put(diag->message, message, args);
    va_end(args);
    return diag;
}

void pl_diag_hint(struct pl_diag *diag, const char *hint, ...)
{
    va_list args;

    va_start(args, hint);
    put(diag->hint, hint, args);
    va_end(args);
}

void pl_diag_other(struct pl_diag *diag, struct pl_diag_place place, const char *text, ...)
{
    va_list args;

    diag->has_other = true;
    diag->other = place;
    va_start(args, text);
    put(diag->other_text, text, args);
    va_end(args);
}

static bool comes_after(const struct pl_diag_place *a, const struct pl_diag_place *b)
{
    if (a->file != b->file) {
        return a->file > b->file;
    }
    if (a->mark.line != b->mark.line) {
        return a->mark.line > b->mark.line;
    }
    return a->mark.column > b->mark.column;
}

void pl_diags_sort(struct pl_diags *diags)
{
    for (uint32_t i = 1; i < diags->count; i++) {
        for (uint32_t k = i; k > 0 && comes_after(&diags->list[k - 1].place, &diags->list[k].place);
             k--) {
            diags->spare = diags->list[k];
            diags->list[k] = diags->list[k - 1];
            diags->list[k - 1] = diags->spare;
        }
    }
}

void pl_diag_code_format(enum pl_diag_code code, char out[PL_DIAG_CODE_SIZE])
{
    (void)snprintf(out, PL_DIAG_CODE_SIZE, "P%04u", (unsigned)code % 10000);
}

const char *pl_diag_explain_zh(unsigned number)
{
    switch (number) {
#define DIAGNOSTIC(NUMBER, NAME, ZH, EN)                                                           \
    case NUMBER:                                                                                   \
        return ZH;
#include "definition/diagnostics.def"
#undef DIAGNOSTIC
    default:
        return NULL;
    }
}

const char *pl_diag_explain_en(unsigned number)
{
    switch (number) {
#define DIAGNOSTIC(NUMBER, NAME, ZH, EN)                                                           \
    case NUMBER:                                                                                   \
        return EN;
#include "definition/diagnostics.def"
#undef DIAGNOSTIC
    default:
        return NULL;
    }
}
