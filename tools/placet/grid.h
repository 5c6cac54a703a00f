/* Tables for people: columns wide enough for what is in them, counted in columns of a terminal (a
 * Chinese character takes two), made to fit the terminal by leaving out what matters least and then
 * by cutting long texts. Meaning never hangs on colour. */
#ifndef PL_CLI_GRID_H
#define PL_CLI_GRID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct pl_cli;

enum pl_cli_style { PL_CLI_PLAIN, PL_CLI_BOLD, PL_CLI_DIM, PL_CLI_GOOD, PL_CLI_WARN, PL_CLI_BAD };

struct pl_cli_column {
    const char *title; /* "" in every column: no heading */
    bool right;        /* numbers */
    uint8_t drop;      /* left out when the terminal is too narrow, highest first; 0: never */
    uint8_t cut;       /* may be cut down to this width; 0: never */
    uint8_t width;     /* at least so wide: for tables that are printed a row at a time */
    uint8_t max;       /* never wider; 0: no limit */
    bool wrap;         /* last column only: goes on in the next line instead of being cut */
};

struct pl_cli_grid;

/* `columns` must live as long as the grid. NULL without memory, and everything below takes that. */
struct pl_cli_grid *pl_cli_grid_new(const struct pl_cli_column *columns, unsigned count);
void pl_cli_grid_free(struct pl_cli_grid *grid);

#define PL_CLI_TEXT __attribute__((format(printf, 3, 4)))

/* The next cell, row by row. */
PL_CLI_TEXT void pl_cli_grid_put(struct pl_cli_grid *grid, enum pl_cli_style style,
                                 const char *text, ...);

void pl_cli_grid_print(struct pl_cli_grid *grid, const struct pl_cli *cli);

/* Columns that a text takes in a terminal. */
size_t pl_cli_width(const char *text);

/* Prints text in a style, for lines outside of tables. */
PL_CLI_TEXT void pl_cli_print(const struct pl_cli *cli, enum pl_cli_style style, const char *text,
                              ...);

/* Prints lines, those that are wider than the terminal cut at its edge. */
void pl_cli_print_lines(const struct pl_cli *cli, const char *text);

/* Prints a paragraph, broken between words at the width of the terminal (80 without one), every
 * line but the first behind `indent` blanks; the cursor stands there already. */
void pl_cli_paragraph(const struct pl_cli *cli, size_t indent, const char *text);

/* The same on another stream, with the cursor in `column`. */
void pl_cli_wrap(FILE *stream, size_t width, size_t column, size_t indent, const char *text);

#endif
