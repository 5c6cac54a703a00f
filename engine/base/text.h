/* Borrowed text, and a builder that writes into memory of a fixed size.
 *
 * A pl_text is a span, not NUL-terminated, valid as long as the memory that it came from. */
#ifndef PL_BASE_TEXT_H
#define PL_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pl_text {
    const char *at;
    uint32_t len;
};

/* A string literal as a text. */
#define PL_TEXT(literal) ((struct pl_text){(literal), (uint32_t)(sizeof(literal) - 1)})

/* The text of a NUL-terminated string; NULL gives the empty text. */
struct pl_text pl_text_of(const char *string);
bool pl_text_equal(struct pl_text a, struct pl_text b);
bool pl_text_is(struct pl_text a, const char *string);

/* Below, equal or above zero in the order of bytes (memcmp, then length). */
int pl_text_compare(struct pl_text a, struct pl_text b);

/* Whether the bytes are well-formed UTF-8 without surrogates (RFC 3629). */
bool pl_text_is_utf8(const char *at, size_t len);

/* Columns on a terminal: CJK is two wide, combining marks none (Unicode TR 11). Bytes that are not
 * UTF-8 count one. */
unsigned pl_text_width(struct pl_text text);

/* Builds text up to a fixed size. What does not fit is left out and remembered in `full`; the
 * result stays NUL-terminated and is never cut inside a UTF-8 character. */
struct pl_builder {
    char *at;
    size_t len;
    size_t size;
    bool full;
};

void pl_builder_init(struct pl_builder *b, char *memory, size_t size);
void pl_builder_add(struct pl_builder *b, struct pl_text text);
__attribute__((format(printf, 2, 3))) void pl_builder_addf(struct pl_builder *b, const char *format,
                                                           ...);

/* The word of `known` nearest to `word` by Damerau-Levenshtein distance, or NULL when none is
 * within two edits (one for words of up to three letters). For "did you mean". */
const char *pl_text_closest(const char *word, const char *const *known, size_t known_count);

#endif
