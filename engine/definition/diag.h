/* Diagnostics: what is wrong in a definition, where, why, and what to do.
 *
 * One list collects the mistakes of all files of a bundle. Its readers are people of an office, so
 * every message names things as the file does, brings the Chinese title with the id, and is kept in
 * both languages: the code speaks English, said_zh.def has the same sentence in Chinese. The list
 * keeps at most PL_DIAGS_MAX; what comes after that is counted. */
#ifndef PL_DEFINITION_DIAG_H
#define PL_DEFINITION_DIAG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "value/yaml.h"

#define PL_DIAGS_MAX     100 /* nobody reads on after a hundred mistakes */
#define PL_DIAG_TEXT_MAX 640 /* bytes of a message: two titles and a sentence */

enum pl_diag_code {
#define DIAGNOSTIC(NUMBER, NAME, ZH, EN) PL_DIAG_##NAME = (NUMBER),
#include "definition/diagnostics.def"
#undef DIAGNOSTIC
};

/* A place in one of the files of the bundle. */
struct pl_diag_place {
    uint16_t file;       /* number in the bundle */
    struct pl_mark mark; /* line 0: the file as a whole */
};

/* What would mend the mistake without asking anybody: an edit of the file that it is in. It says
 * what is there and what should be; fix.h finds the bytes, or finds that it does not apply. */
enum pl_fix_kind {
    PL_FIX_NONE,
    PL_FIX_REPLACE, /* `old`, which stands at the place with or without quotes, becomes `text` */
    PL_FIX_REMOVE,  /* the entry of a list at the place goes, with its comma or its line */
};
#define PL_FIX_TEXT_MAX 128
struct pl_fix {
    enum pl_fix_kind kind;
    struct pl_mark mark;
    char old[PL_FIX_TEXT_MAX];
    char text[PL_FIX_TEXT_MAX];
};

struct pl_diag {
    enum pl_diag_code code;
    struct pl_diag_place place;
    char message[PL_DIAG_TEXT_MAX]; /* one clause: lower case, no full stop */
    char hint[PL_DIAG_TEXT_MAX];    /* sentences that say what to do, or "" */
    bool has_other;
    struct pl_diag_place other; /* what the mistake is in conflict with */
    char other_text[PL_DIAG_TEXT_MAX];
    char message_zh[PL_DIAG_TEXT_MAX]; /* the same in Chinese; "" where said_zh.def has it not */
    char hint_zh[PL_DIAG_TEXT_MAX];
    char other_zh[PL_DIAG_TEXT_MAX];
    struct pl_fix fix;
};

struct pl_diags {
    uint32_t count;
    uint32_t left_out; /* found after the list was full */
    struct pl_diag list[PL_DIAGS_MAX];
    struct pl_diag spare; /* takes what is left out */
};

/* About 450 KiB; NULL when there is no memory. Ends with free(). */
struct pl_diags *pl_diags_new(void);

/* Adds one; never NULL. The result is for the two functions below and is valid until the next call.
 */
__attribute__((format(printf, 4, 5))) struct pl_diag *pl_diag_add(struct pl_diags *diags,
                                                                  struct pl_diag_place place,
                                                                  enum pl_diag_code code,
                                                                  const char *message, ...);
__attribute__((format(printf, 2, 3))) void pl_diag_hint(struct pl_diag *diag, const char *hint,
                                                        ...);
__attribute__((format(printf, 3, 4))) void
pl_diag_other(struct pl_diag *diag, struct pl_diag_place place, const char *text, ...);

/* Says the mistake itself in other words. */
__attribute__((format(printf, 2, 3))) void pl_diag_say(struct pl_diag *diag, const char *message,
                                                       ...);

/* The Chinese of the mistake, where it is put together otherwise than the English. */
__attribute__((format(printf, 2, 3))) void pl_diag_say_zh(struct pl_diag *diag, const char *zh,
                                                          ...);

/* Attach an edit that is safe: what the author meant is certain. A text that is empty, longer than
 * PL_FIX_TEXT_MAX or of more than one line is no fix. The first is at the place of the mistake. */
void pl_diag_fix(struct pl_diag *diag, struct pl_text old, const char *text);
void pl_diag_fix_at(struct pl_diag *diag, struct pl_mark mark, struct pl_text old,
                    const char *text);
void pl_diag_fix_remove(struct pl_diag *diag);

/* By file, line and column; those of one place in the order in which they were found. */
void pl_diags_sort(struct pl_diags *diags);

/* The Chinese of a format, with the same arguments (POSIX numbers them where the order differs), or
 * of a sentence without any; "" when said_zh.def does not have it. */
__attribute__((format_arg(1))) const char *pl_said_zh(const char *en);

/* The Chinese of a sentence that another room put together, by its patterns; nothing is added where
 * none fits. */
void pl_said_zh_like(const char *en, struct pl_builder *zh);

/* "P0301" and what it means; NULL for a number that is not a code. */
#define PL_DIAG_CODE_SIZE 8
void pl_diag_code_format(enum pl_diag_code code, char out[PL_DIAG_CODE_SIZE]);
const char *pl_diag_explain_zh(unsigned number);
const char *pl_diag_explain_en(unsigned number);

#endif
