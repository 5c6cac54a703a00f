#include "grid.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "cli.h"

#define COLUMNS_MAX      32
#define GAP              2
#define COLUMN_BYTES_MAX 4096 /* of a text that is cut to fit a terminal */

struct cell {
    char *text;
    enum pl_cli_style style;
};

struct pl_cli_grid {
    const struct pl_cli_column *columns;
    unsigned column_count;
    struct cell *cells;
    size_t count;
    size_t size;
};

static const char *const colors[] = {
    [PL_CLI_PLAIN] = "",        [PL_CLI_BOLD] = "\033[1m",  [PL_CLI_DIM] = "\033[2m",
    [PL_CLI_GOOD] = "\033[32m", [PL_CLI_WARN] = "\033[33m", [PL_CLI_BAD] = "\033[31m",
};

/* The character at `at`, how many bytes it has and how wide it is. */
static int next_width(const char *at, size_t len, size_t *bytes_out)
{
    utf8proc_int32_t character = 0;
    const utf8proc_ssize_t bytes =
        utf8proc_iterate((const utf8proc_uint8_t *)at, (utf8proc_ssize_t)len, &character);

    *bytes_out = bytes > 0 ? (size_t)bytes : 1;
    return bytes > 0 ? utf8proc_charwidth(character) : 1;
}

size_t pl_cli_width(const char *text)
{
    size_t len = strlen(text);
    size_t width = 0;

    while (len > 0) {
        size_t bytes = 0;
        width += (size_t)next_width(text, len, &bytes);
        text += bytes;
        len -= bytes;
    }
    return width;
}

/* Bytes of the longest beginning that takes at most `width` columns. */
static size_t bytes_within(const char *text, size_t width)
{
    const size_t len = strlen(text);
    size_t used = 0;

    while (used < len) {
        size_t bytes = 0;
        const size_t wide = (size_t)next_width(text + used, len - used, &bytes);
        if (wide > width) {
            break;
        }
        width -= wide;
        used += bytes;
    }
    return used;
}

struct pl_cli_grid *pl_cli_grid_new(const struct pl_cli_column *columns, unsigned count)
{
    struct pl_cli_grid *grid = calloc(1, sizeof *grid);

    assert(count > 0 && count <= COLUMNS_MAX);
    if (grid != NULL) {
        grid->columns = columns;
        grid->column_count = count;
    }
    return grid;
}

void pl_cli_grid_free(struct pl_cli_grid *grid)
{
    if (grid == NULL) {
        return;
    }
    for (size_t i = 0; i < grid->count; i++) {
        free(grid->cells[i].text);
    }
    free(grid->cells);
    free(grid);
}

void pl_cli_grid_put(struct pl_cli_grid *grid, enum pl_cli_style style, const char *text, ...)
{
    va_list args;

    if (grid == NULL) {
        return;
    }
    if (grid->count == grid->size) {
        const size_t size = grid->size == 0 ? 64 : grid->size * 2;
        struct cell *cells = realloc(grid->cells, size * sizeof *cells);
        if (cells == NULL) {
            return;
        }
        grid->cells = cells;
        grid->size = size;
    }
    struct cell *cell = &grid->cells[grid->count];
    cell->style = style;
    va_start(args, text);
    const int len = vasprintf(&cell->text, text, args);
    va_end(args);
    grid->count += len >= 0;
}

/* Widths of the columns; 0 leaves one out. */
struct layout {
    size_t width[COLUMNS_MAX];
};

static size_t total(const struct layout *layout, unsigned count)
{
    size_t sum = 0;

    for (unsigned c = 0; c < count; c++) {
        sum += layout->width[c] > 0 ? layout->width[c] + GAP : 0;
    }
    return sum > GAP ? sum - GAP : 0;
}

static bool drop_one(const struct pl_cli_grid *grid, struct layout *layout)
{
    unsigned worst = grid->column_count;

    for (unsigned c = 0; c < grid->column_count; c++) {
        if (layout->width[c] > 0 && grid->columns[c].drop > 0 &&
            (worst == grid->column_count || grid->columns[c].drop > grid->columns[worst].drop)) {
            worst = c;
        }
    }
    if (worst == grid->column_count) {
        return false;
    }
    layout->width[worst] = 0;
    return true;
}

/* Narrows a column that may be cut: those that matter least first, of these the widest. */
static bool cut_one(const struct pl_cli_grid *grid, struct layout *layout)
{
    unsigned best = grid->column_count;

    for (unsigned c = 0; c < grid->column_count; c++) {
        const struct pl_cli_column *column = &grid->columns[c];
        if (column->cut == 0 || layout->width[c] <= column->cut) {
            continue;
        }
        if (best == grid->column_count || column->drop > grid->columns[best].drop ||
            (column->drop == grid->columns[best].drop && layout->width[c] > layout->width[best])) {
            best = c;
        }
    }
    if (best == grid->column_count) {
        return false;
    }
    layout->width[best]--;
    return true;
}

/* What is left when everything is cut as far as it may be. */
static size_t least_total(const struct pl_cli_grid *grid, const struct layout *layout)
{
    struct layout least = *layout;

    for (unsigned c = 0; c < grid->column_count; c++) {
        const uint8_t cut = grid->columns[c].cut;
        least.width[c] = cut > 0 && cut < least.width[c] ? cut : least.width[c];
    }
    return total(&least, grid->column_count);
}

static bool has_heading(const struct pl_cli_grid *grid)
{
    for (unsigned c = 0; c < grid->column_count; c++) {
        if (grid->columns[c].title[0] != '\0') {
            return true;
        }
    }
    return false;
}

/* Leaves out what would not fit even when everything is cut, then cuts what has to be. */
static struct layout lay_out(const struct pl_cli_grid *grid, size_t width)
{
    struct layout layout = {{0}};

    for (size_t i = 0; i < grid->count; i++) {
        const size_t wide = pl_cli_width(grid->cells[i].text);
        size_t *column = &layout.width[i % grid->column_count];
        *column = wide > *column ? wide : *column;
    }
    for (unsigned c = 0; c < grid->column_count; c++) {
        const size_t title = pl_cli_width(grid->columns[c].title);
        const size_t least = grid->columns[c].width > title ? grid->columns[c].width : title;
        if (layout.width[c] > 0 && least > layout.width[c]) {
            layout.width[c] = least; /* an empty column stays away with its heading */
        }
        const size_t max = grid->columns[c].max;
        layout.width[c] = max > 0 && layout.width[c] > max ? max : layout.width[c];
    }
    while (width > 0 && least_total(grid, &layout) > width && drop_one(grid, &layout)) {
    }
    while (width > 0 && total(&layout, grid->column_count) > width && cut_one(grid, &layout)) {
    }
    return layout;
}

static void put_blanks(size_t count)
{
    (void)printf("%*s", (int)count, "");
}

/* A text cut to the width of its column, with blanks on the side where they belong. */
static void print_cell(const struct pl_cli *cli, const char *text, enum pl_cli_style style,
                       size_t width, bool right)
{
    const bool color = cli->color && style != PL_CLI_PLAIN;
    const size_t wide = pl_cli_width(text);
    const bool cut = wide > width;
    const size_t bytes = cut ? bytes_within(text, width - 1) : strlen(text);
    size_t shown = wide;

    if (cut) {
        char kept[COLUMN_BYTES_MAX];
        (void)snprintf(kept, sizeof kept, "%.*s", (int)bytes, text);
        shown = pl_cli_width(kept) + 1;
    }
    if (right) {
        put_blanks(width - shown);
    }
    (void)printf("%s%.*s%s%s", color ? colors[style] : "", (int)bytes, text, cut ? "…" : "",
                 color ? "\033[0m" : "");
    if (!right) {
        put_blanks(width - shown);
    }
}

/* Without blanks at the end of the line. */
static void print_row(const struct pl_cli *cli, const struct pl_cli_grid *grid,
                      const struct layout *layout, const struct cell *row)
{
    unsigned last = 0;
    size_t offset = 0;

    for (unsigned c = 0; c < grid->column_count; c++) {
        last = layout->width[c] > 0 && (row == NULL || row[c].text[0] != '\0') ? c : last;
    }
    for (unsigned c = 0; c <= last; c++) {
        const char *text = row != NULL ? row[c].text : grid->columns[c].title;
        const size_t width = layout->width[c];
        if (width == 0) {
            continue;
        }
        const size_t own = pl_cli_width(text);
        if (grid->columns[c].wrap && own > width) {
            pl_cli_paragraph(cli, offset, text);
            return;
        }
        print_cell(cli, text, row != NULL ? row[c].style : PL_CLI_BOLD,
                   c == last && !grid->columns[c].right && own < width ? own : width,
                   grid->columns[c].right);
        if (c != last) {
            put_blanks(GAP);
            offset += width + GAP;
        }
    }
    (void)fputc('\n', stdout);
}

void pl_cli_grid_print(struct pl_cli_grid *grid, const struct pl_cli *cli)
{
    if (grid == NULL || grid->count == 0) {
        return;
    }
    const struct layout layout = lay_out(grid, (size_t)cli->width);
    if (has_heading(grid)) {
        print_row(cli, grid, &layout, NULL);
    }
    for (size_t i = 0; i + grid->column_count <= grid->count; i += grid->column_count) {
        print_row(cli, grid, &layout, &grid->cells[i]);
    }
}

void pl_cli_print(const struct pl_cli *cli, enum pl_cli_style style, const char *text, ...)
{
    const bool color = cli->color && style != PL_CLI_PLAIN;
    va_list args;

    (void)fputs(color ? colors[style] : "", stdout);
    va_start(args, text);
    (void)vprintf(text, args);
    va_end(args);
    (void)fputs(color ? "\033[0m" : "", stdout);
}

/* Bytes of the colour that stands here; 0 when none does. */
static size_t color_bytes(const char *at)
{
    return at[0] == '\033' ? strcspn(at, "m") + 1 : 0;
}

/* A line without its end, of which at most `width` columns are shown; colours take none. */
static void print_line(const char *line, size_t len, size_t width)
{
    const char *end = line + len;
    const char *cut = line; /* where "..." would begin */
    size_t column = 0;

    for (const char *at = line; at < end;) {
        size_t bytes = color_bytes(at);
        if (bytes == 0) {
            column += (size_t)next_width(at, (size_t)(end - at), &bytes);
            cut = column < width ? at + bytes : cut;
        }
        at += bytes;
    }
    if (column <= width) {
        (void)printf("%.*s\n", (int)len, line);
        return;
    }
    (void)printf("%.*s…", (int)(cut - line), line);
    for (const char *at = cut; at < end; at++) {
        const size_t bytes = color_bytes(at);
        (void)printf("%.*s", (int)bytes, at);
        at += bytes > 0 ? bytes - 1 : 0;
    }
    (void)fputc('\n', stdout);
}

void pl_cli_print_lines(const struct pl_cli *cli, const char *text)
{
    if (cli->width == 0) {
        (void)fputs(text, stdout);
        return;
    }
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n");
        print_line(text, len, (size_t)cli->width);
        text += len + (text[len] == '\n' ? 1 : 0);
    }
}

void pl_cli_wrap(FILE *stream, size_t width, size_t column, size_t indent, const char *text)
{
    bool first = true; /* in its line */

    while (*text != '\0') {
        char word[256];
        const size_t gap = strspn(text, " ");
        const size_t bytes = strcspn(text + gap, " ");
        (void)snprintf(word, sizeof word, "%.*s", (int)bytes, text + gap);
        const size_t wide = pl_cli_width(word);
        if (!first && column + gap + wide > width) {
            (void)fprintf(stream, "\n%*s", (int)indent, "");
            column = indent;
            first = true;
        }
        (void)fprintf(stream, "%*s%.*s", first ? 0 : (int)gap, "", (int)bytes, text + gap);
        column += wide + (first ? 0 : gap);
        first = false;
        text += gap + bytes;
    }
    (void)fputc('\n', stream);
}

void pl_cli_paragraph(const struct pl_cli *cli, size_t indent, const char *text)
{
    pl_cli_wrap(stdout, cli->width > 0 ? (size_t)cli->width : 80, indent, indent, text);
}
