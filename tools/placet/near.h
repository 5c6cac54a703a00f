/* The known name nearest to one that somebody mistyped. */
#ifndef PL_CLI_NEAR_H
#define PL_CLI_NEAR_H

/* How many letters differ (inserted, removed, changed, two neighbours swapped). Long names count as
 * far from everything. */
unsigned pl_cli_distance(const char *a, const char *b);

/* Farther than this is another word: one letter in short names, two in longer ones. */
unsigned pl_cli_distance_max(const char *name);

#endif
