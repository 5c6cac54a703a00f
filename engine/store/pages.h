/* The pages of data.mdb, looked at without LMDB.
 *
 * LMDB has no checksums and trusts what it reads: a flipped bit in a page may stop the process, and
 * one in a meta page may quietly bring back the state before the last commit. Here the file is read
 * with pread and every number is doubted: each page must belong to exactly one tree or to the free
 * list, each tree must have the pages, entries, depth and order that it claims. Values have a CRC
 * of their own (inside.h) and are not looked at here.
 *
 * Knows the layout of LMDB 0.9 (data version 1, 64 bits, little-endian). */
#ifndef PL_STORE_PAGES_H
#define PL_STORE_PAGES_H

#include <stdint.h>

/* `what` is a clause for people; `page` the page it is about. */
typedef void pl_pages_report(void *context, uint64_t page, const char *what);

/* Whether both meta pages can be those of the last two commits: a few reads, at every start.
 * PLACET_ECORRUPT, PLACET_EIO. Nobody may write meanwhile. */
int pl_pages_check_metas(int fd);

/* The whole file. Reports each mistake, in a damaged tree only the first of each page; returns
 * PLACET_ECORRUPT when there was one. PLACET_ENOMEM, PLACET_EIO. Nobody may write meanwhile. */
int pl_pages_check(int fd, pl_pages_report *report, void *context, uint64_t *pages_out);

#endif
