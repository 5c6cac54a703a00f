/* The journal is the only truth: everything else in the store is a fold of it. This module folds
 * the whole journal again, from its first event, and compares every byte with what the tables and a
 * recovery give; or puts the result in their place.
 *
 * Works on a store that no engine has open. */
#ifndef PL_SERVER_REBUILD_H
#define PL_SERVER_REBUILD_H

#include <placet/error.h>
#include <stdint.h>

#include "port/journal.h"
#include "port/store.h"

struct pl_rebuild_report {
    uint64_t events;
    uint64_t frames;
    uint64_t open_cases;
    uint64_t closed_cases;
    uint64_t blobs;
    uint64_t replies;
    uint64_t definitions;
    uint64_t rows_compared;
    uint64_t differences;
    char first_difference[160]; /* "" when there is none */
};

/* Compares. PLACET_OK also when there are differences: look at the report. PLACET_ENOTFOUND when
 * the journal does not go back to its first event (segments were dropped). */
int pl_rebuild_check(struct pl_store *store, struct pl_journal *journal,
                     struct pl_rebuild_report *report_out, struct placet_error *err);

/* Writes every table anew from the journal, in one transaction for each frame. */
int pl_rebuild_write(struct pl_store *store, struct pl_journal *journal,
                     struct pl_rebuild_report *report_out, struct placet_error *err);

#endif
