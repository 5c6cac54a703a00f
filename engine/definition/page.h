/* A page of text for people: columns that stay in line when half of it is Chinese. */
#ifndef PL_DEFINITION_PAGE_H
#define PL_DEFINITION_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "model/definition.h"
#include "value/writer.h"

struct pl_page {
    struct pl_builder b; /* b.at belongs to the page until pl_page_end */
    bool colour;
};

/* Room for `size` bytes; false when there is no memory. */
bool pl_page_begin(struct pl_page *page, size_t size, bool colour);

/* The text, which the caller frees with free(). */
char *pl_page_end(struct pl_page *page);

/* Text in a cell of at least `width` columns, at its left or right edge. */
void pl_page_left(struct pl_page *page, struct pl_text text, unsigned width);
void pl_page_right(struct pl_page *page, struct pl_text text, unsigned width);
__attribute__((format(printf, 2, 3))) void pl_page_addf(struct pl_page *page, const char *format,
                                                        ...);
void pl_page_heading(struct pl_page *page, const char *text);

/* Small texts, NUL-terminated: "1,234,567", "2016-04-20", "20 working days" or short "20 wd". */
struct pl_small {
    char at[40];
};
struct pl_small pl_small_number(int64_t number);
struct pl_small pl_small_day(int32_t day);
struct pl_small pl_small_span(struct pl_span span, bool brief);

/* A map {"zh", "en"} under a key. */
void pl_write_key_title(struct pl_writer *out, const char *key, const struct pl_title *title);

/* Finished MessagePack as indented JSON with a newline, freed with free(); NULL when `out` is full
 * or there is no memory. */
char *pl_page_json(const struct pl_writer *out);

#endif
