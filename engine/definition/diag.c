#include "definition/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pl_diags *pl_diags_new(void)
{
    return calloc(1, sizeof(struct pl_diags));
}

/* vsnprintf cuts between bytes; the builder cuts between characters. */
__attribute__((format(printf, 2, 0))) static void put(char out[PL_DIAG_TEXT_MAX],
                                                      const char *format, va_list args)
{
    char text[2 * PL_DIAG_TEXT_MAX];
    struct pl_builder b;

    (void)vsnprintf(text, sizeof(text), format, args);
    pl_builder_init(&b, out, PL_DIAG_TEXT_MAX);
    pl_builder_add(&b, pl_text_of(text));
}

/* A sentence of another room, whole. */
static void translate(char zh[PL_DIAG_TEXT_MAX], const char *en)
{
    struct pl_builder b;

    pl_builder_init(&b, zh, PL_DIAG_TEXT_MAX);
    pl_builder_add(&b, pl_text_of(pl_said_zh(en)));
    if (b.len == 0) {
        pl_said_zh_like(en, &b);
    }
}

__attribute__((format(printf, 3, 0))) static void
say(char en[PL_DIAG_TEXT_MAX], char zh[PL_DIAG_TEXT_MAX], const char *format, va_list args)
{
    va_list again;

    va_copy(again, args);
    put(en, format, args);
    if (strcmp(format, "%s") == 0) {
        translate(zh, en);
    } else {
        put(zh, pl_said_zh(format), again);
    }
    va_end(again);
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
    diag->hint_zh[0] = '\0';
    diag->has_other = false;
    diag->fix.kind = PL_FIX_NONE;
    va_start(args, message);
    say(diag->message, diag->message_zh, message, args);
    va_end(args);
    return diag;
}

void pl_diag_say(struct pl_diag *diag, const char *message, ...)
{
    va_list args;

    va_start(args, message);
    say(diag->message, diag->message_zh, message, args);
    va_end(args);
}

void pl_diag_say_zh(struct pl_diag *diag, const char *zh, ...)
{
    va_list args;

    va_start(args, zh);
    put(diag->message_zh, zh, args);
    va_end(args);
}

void pl_diag_hint(struct pl_diag *diag, const char *hint, ...)
{
    va_list args;

    va_start(args, hint);
    say(diag->hint, diag->hint_zh, hint, args);
    va_end(args);
}

void pl_diag_other(struct pl_diag *diag, struct pl_diag_place place, const char *text, ...)
{
    va_list args;

    diag->has_other = true;
    diag->other = place;
    va_start(args, text);
    say(diag->other_text, diag->other_zh, text, args);
    va_end(args);
}

/* ---- fixes ---- */

static bool copy_line(char out[PL_FIX_TEXT_MAX], struct pl_text text)
{
    if (text.len == 0 || text.len >= PL_FIX_TEXT_MAX || memchr(text.at, '\n', text.len) != NULL) {
        return false;
    }
    memcpy(out, text.at, text.len);
    out[text.len] = '\0';
    return true;
}

void pl_diag_fix_at(struct pl_diag *diag, struct pl_mark mark, struct pl_text old, const char *text)
{
    const bool fits = copy_line(diag->fix.old, old) && copy_line(diag->fix.text, pl_text_of(text));

    diag->fix.kind = fits ? PL_FIX_REPLACE : PL_FIX_NONE;
    diag->fix.mark = mark;
}

void pl_diag_fix(struct pl_diag *diag, struct pl_text old, const char *text)
{
    pl_diag_fix_at(diag, diag->place.mark, old, text);
}

void pl_diag_fix_remove(struct pl_diag *diag)
{
    diag->fix.kind = PL_FIX_REMOVE;
    diag->fix.mark = diag->place.mark;
}

/* ---- order ---- */

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
