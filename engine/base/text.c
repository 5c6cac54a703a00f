#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <utf8proc.h>

#include "base/check.h"

/* Longer words are not typing mistakes of a known one; bounds the work and the stack. */
#define WORD_LEN_MAX 64

struct pl_text pl_text_of(const char *string)
{
    if (string == NULL) {
        return (struct pl_text){"", 0};
    }
    const size_t len = strlen(string);
    PL_CHECK(len <= UINT32_MAX);
    return (struct pl_text){string, (uint32_t)len};
}

bool pl_text_equal(struct pl_text a, struct pl_text b)
{
    return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

bool pl_text_is(struct pl_text a, const char *string)
{
    return pl_text_equal(a, pl_text_of(string));
}

int pl_text_compare(struct pl_text a, struct pl_text b)
{
    const uint32_t common = a.len < b.len ? a.len : b.len;
    const int order = common == 0 ? 0 : memcmp(a.at, b.at, common);

    if (order != 0) {
        return order;
    }
    return (a.len > b.len) - (a.len < b.len);
}

/* Whether `second` may stand after `lead`: keeps out overlong forms and surrogates. */
static bool may_follow(unsigned lead, unsigned second)
{
    switch (lead) {
    case 0xe0:
        return second >= 0xa0 && second <= 0xbf;
    case 0xed:
        return second >= 0x80 && second <= 0x9f;
    case 0xf0:
        return second >= 0x90 && second <= 0xbf;
    case 0xf4:
        return second >= 0x80 && second <= 0x8f;
    default:
        return second >= 0x80 && second <= 0xbf;
    }
}

/* Bytes of the character that begins at `at`, or 0 when it is not well-formed (RFC 3629 4). */
static size_t character_size(const unsigned char *at, size_t left)
{
    const unsigned lead = at[0];
    size_t size;

    if (lead < 0x80) {
        return 1;
    }
    if (lead < 0xc2 || lead > 0xf4) {
        return 0; /* a byte from the middle, an overlong form, or beyond U+10FFFF */
    }
    if (lead < 0xe0) {
        size = 2;
    } else {
        size = lead < 0xf0 ? 3 : 4;
    }
    if (size > left || !may_follow(lead, at[1])) {
        return 0;
    }
    for (size_t i = 2; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    return size;
}

bool pl_text_is_utf8(const char *at, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)at;
    size_t i = 0;

    while (i < len) {
        uint64_t word;
        if (len - i >= sizeof word) {
            memcpy(&word, bytes + i, sizeof word);
            if ((word & UINT64_C(0x8080808080808080)) == 0) {
                i += sizeof word;
                continue;
            }
        }
        const size_t size = character_size(bytes + i, len - i);
        if (size == 0) {
            return false;
        }
        i += size;
    }
    return true;
}

/* Takes the next character from the text; bytes that are not UTF-8 come out one by one, negative.
 */
static int32_t next_character(struct pl_text *text)
{
    const unsigned char *at = (const unsigned char *)text->at;
    size_t size = character_size(at, text->len);
    utf8proc_int32_t point = -(int32_t)at[0];

    if (size > 0) {
        (void)utf8proc_iterate(at, (utf8proc_ssize_t)size, &point);
    } else {
        size = 1;
    }
    text->at += size;
    text->len -= (uint32_t)size;
    return point;
}

unsigned pl_text_width(struct pl_text text)
{
    unsigned width = 0;

    while (text.len > 0) {
        const int32_t point = next_character(&text);
        if (point < 0 || (point >= 0x20 && point < 0x7f)) {
            width++;
        } else {
            width += (unsigned)utf8proc_charwidth(point);
        }
    }
    return width;
}

void pl_builder_init(struct pl_builder *b, char *memory, size_t size)
{
    PL_CHECK(size > 0);
    memory[0] = '\0';
    *b = (struct pl_builder){.at = memory, .size = size};
}

/* The longest start of the text, at most `room` bytes, that does not end inside a character. */
static size_t whole_characters(const char *at, size_t len, size_t room)
{
    size_t fits = room;

    if (len <= room) {
        return len;
    }
    while (fits > 0 && ((unsigned char)at[fits] & 0xc0) == 0x80) {
        fits--;
    }
    return fits;
}

void pl_builder_add(struct pl_builder *b, struct pl_text text)
{
    if (b->full || text.len == 0) {
        return;
    }

    const size_t fits = whole_characters(text.at, text.len, b->size - b->len - 1);
    memcpy(b->at + b->len, text.at, fits);
    b->len += fits;
    b->at[b->len] = '\0';
    b->full = fits < text.len;
}

void pl_builder_addf(struct pl_builder *b, const char *format, ...)
{
    const size_t room = b->size - b->len;
    char *const end = b->at + b->len;
    va_list arguments;

    if (b->full) {
        return;
    }
    va_start(arguments, format);
    const int wanted = vsnprintf(end, room, format, arguments);
    va_end(arguments);
    if (wanted < 0) {
        end[0] = '\0';
        b->full = true;
        return;
    }
    if ((size_t)wanted < room) {
        b->len += (size_t)wanted;
        return;
    }

    /* vsnprintf cut by bytes: give back the character that it cut. */
    size_t fits = room - 1;
    size_t tail = 0;
    while (tail < 3 && tail < fits && ((unsigned char)end[fits - 1 - tail] & 0xc0) == 0x80) {
        tail++;
    }
    if (tail < fits && (unsigned char)end[fits - 1 - tail] >= 0xc0 &&
        character_size((const unsigned char *)end + fits - 1 - tail, tail + 1) == 0) {
        fits -= tail + 1;
    }
    b->len += fits;
    end[fits] = '\0';
    b->full = true;
}

/* The code points of a word; 0 when there are more than WORD_LEN_MAX. */
static size_t code_points(const char *word, int32_t out[WORD_LEN_MAX])
{
    struct pl_text text = pl_text_of(word);
    size_t count = 0;

    while (text.len > 0) {
        if (count == WORD_LEN_MAX) {
            return 0;
        }
        out[count++] = next_character(&text);
    }
    return count;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Edits are: insert, delete, replace a letter, exchange two neighbours. */
static unsigned edit_distance(const int32_t *a, size_t a_len, const int32_t *b, size_t b_len)
{
    unsigned rows[3][WORD_LEN_MAX + 1]; /* the row before the last, the last, this one */
    unsigned *older = rows[0];
    unsigned *old = rows[1];
    unsigned *row = rows[2];

    for (size_t j = 0; j <= b_len; j++) {
        older[j] = 0;
        old[j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            const unsigned replaced = old[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = least(least(old[j], row[j - 1]) + 1, replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = least(row[j], older[j - 2] + 1);
            }
        }
        unsigned *const spare = older;
        older = old;
        old = row;
        row = spare;
    }
    return old[b_len];
}

const char *pl_text_closest(const char *word, const char *const *known, size_t known_count)
{
    int32_t points[WORD_LEN_MAX];
    int32_t candidate[WORD_LEN_MAX];
    const size_t len = code_points(word, points);
    const char *closest = NULL;

    if (len == 0) {
        return NULL;
    }
    unsigned best = (len <= 3 ? 1 : 2) + 1;
    for (size_t i = 0; i < known_count; i++) {
        const size_t candidate_len = code_points(known[i], candidate);
        if (candidate_len == 0) {
            continue;
        }
        const unsigned distance = edit_distance(points, len, candidate, candidate_len);
        if (distance < best) {
            best = distance;
            closest = known[i];
        }
    }
    return closest;
}
