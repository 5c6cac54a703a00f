/* A unified diff of two texts that differ in a few lines, as `placet check --fix` leaves them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rewrite.h"

#define AROUND 3 /* equal lines shown before and after a change */

struct lines {
    const char **at;
    size_t *len; /* with the line end */
    size_t count;
};

static int split(struct lines *lines, const char *text, size_t size)
{
    size_t count = 1;

    for (size_t i = 0; i < size; i++) {
        count += text[i] == '\n';
    }
    lines->at = calloc(count, sizeof(*lines->at));
    lines->len = calloc(count, sizeof(*lines->len));
    if (lines->at == NULL || lines->len == NULL) {
        return -1;
    }
    while (size > 0) {
        const char *end = memchr(text, '\n', size);
        const size_t len = end != NULL ? (size_t)(end + 1 - text) : size;
        lines->at[lines->count] = text;
        lines->len[lines->count++] = len;
        text += len;
        size -= len;
    }
    return 0;
}

static int same(const struct lines *a, size_t i, const struct lines *b, size_t j)
{
    return i < a->count && j < b->count && a->len[i] == b->len[j] &&
           memcmp(a->at[i], b->at[j], a->len[i]) == 0;
}

/* The next pair of equal lines at or after (i, j), the nearest first; the ends when there is none.
 */
static void meet(const struct lines *a, const struct lines *b, size_t *i, size_t *j)
{
    const size_t left = (a->count - *i) + (b->count - *j);

    for (size_t far = 0; far <= left; far++) {
        for (size_t skip = 0; skip <= far; skip++) {
            if (same(a, *i + far - skip, b, *j + skip)) {
                *i += far - skip;
                *j += skip;
                return;
            }
        }
    }
    *i = a->count;
    *j = b->count;
}

static void put_line(FILE *out, char sign, const struct lines *lines, size_t i)
{
    (void)fputc(sign, out);
    (void)fwrite(lines->at[i], 1, lines->len[i], out);
    if (lines->at[i][lines->len[i] - 1] != '\n') {
        (void)fputs("\n\\ No newline at end of file\n", out);
    }
}

/* A change: lines [i, i_end) of the one became [j, j_end) of the other. */
struct change {
    size_t i;
    size_t i_end;
    size_t j;
    size_t j_end;
};

static int next_change(const struct lines *a, const struct lines *b, struct change *c)
{
    size_t i = c->i_end;
    size_t j = c->j_end;

    while (same(a, i, b, j)) {
        i++;
        j++;
    }
    *c = (struct change){i, i, j, j};
    meet(a, b, &c->i_end, &c->j_end);
    return i < a->count || j < b->count;
}

static void put_hunk(FILE *out, const struct lines *a, const struct lines *b,
                     const struct change *list, size_t count)
{
    const struct change *first = &list[0];
    const struct change *last = &list[count - 1];
    const size_t before = first->i < AROUND ? first->i : AROUND;
    const size_t rest = a->count - last->i_end;
    const size_t after = rest < AROUND ? rest : AROUND;
    size_t at = first->i - before;

    (void)fprintf(out, "@@ -%zu,%zu +%zu,%zu @@\n", first->i - before + 1,
                  last->i_end - first->i + before + after, first->j - before + 1,
                  last->j_end - first->j + before + after);
    for (size_t k = 0; k < count; k++) {
        for (; at < list[k].i; at++) {
            put_line(out, ' ', a, at);
        }
        for (; at < list[k].i_end; at++) {
            put_line(out, '-', a, at);
        }
        for (size_t j = list[k].j; j < list[k].j_end; j++) {
            put_line(out, '+', b, j);
        }
    }
    for (size_t k = 0; k < after; k++) {
        put_line(out, ' ', a, at + k);
    }
}

/* Changes that are near each other share a hunk. */
static int put_hunks(FILE *out, const char *path, const struct lines *a, const struct lines *b)
{
    struct change *list = calloc(a->count + b->count + 1, sizeof(*list));
    struct change change = {0};
    size_t count = 0;

    if (list == NULL) {
        return -1;
    }
    while (next_change(a, b, &change)) {
        list[count++] = change;
    }
    if (count > 0) {
        (void)fprintf(out, "--- %s\n+++ %s\n", path, path);
    }
    for (size_t from = 0; from < count;) {
        size_t to = from + 1;
        while (to < count && list[to].i - list[to - 1].i_end <= 2 * (size_t)AROUND) {
            to++;
        }
        put_hunk(out, a, b, list + from, to - from);
        from = to;
    }
    free(list);
    return 0;
}

char *pl_cli_diff(const char *path, const char *before, size_t before_size, const char *after,
                  size_t after_size)
{
    struct lines a = {0};
    struct lines b = {0};
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);

    int rc = out != NULL ? split(&a, before, before_size) : -1;
    if (rc == 0) {
        rc = split(&b, after, after_size);
    }
    if (rc == 0) {
        rc = put_hunks(out, path, &a, &b);
    }
    if (out != NULL && fclose(out) != 0) {
        rc = -1;
    }
    free(a.at);
    free(a.len);
    free(b.at);
    free(b.len);
    if (rc != 0) {
        free(text);
        text = NULL;
    }
    return text;
}
