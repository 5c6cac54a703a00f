#include "near.h"

#include <string.h>

#define COMPARED_MAX 40

static unsigned min2(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Optimal string alignment, three rows. */
unsigned pl_cli_distance(const char *a, const char *b)
{
    const size_t a_len = strlen(a);
    const size_t b_len = strlen(b);
    unsigned rows[3][COMPARED_MAX + 1];

    if (a_len > COMPARED_MAX || b_len > COMPARED_MAX) {
        return COMPARED_MAX;
    }
    for (size_t j = 0; j <= b_len; j++) {
        rows[0][j] = (unsigned)j;
    }
    for (size_t i = 1; i <= a_len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i + 2) % 3];
        const unsigned *two_above = rows[(i + 1) % 3];

        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b_len; j++) {
            const unsigned change = a[i - 1] == b[j - 1] ? 0 : 1;
            row[j] = min2(above[j - 1] + change, min2(above[j], row[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
                row[j] = min2(row[j], two_above[j - 2] + 1);
            }
        }
    }
    return rows[a_len % 3][b_len];
}

unsigned pl_cli_distance_max(const char *name)
{
    return strlen(name) <= 4 ? 1 : 2;
}
