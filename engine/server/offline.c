/* The rebuild for tools, on a store that no engine has open. */
#include <placet/store.h>
#include <stdio.h>

#include "server/rebuild.h"
#include "store/lmdb.h"

static void copy(const struct pl_rebuild_report *report, struct placet_store_rebuilt *out)
{
    *out = (struct placet_store_rebuilt){
        .frames = report->frames,
        .events = report->events,
        .open_cases = report->open_cases,
        .closed_cases = report->closed_cases,
        .definitions = report->definitions,
        .blobs = report->blobs,
        .replies = report->replies,
        .rows_compared = report->rows_compared,
        .differences = report->differences,
    };
    (void)snprintf(out->first_difference, sizeof out->first_difference, "%s",
                   report->first_difference);
}

int placet_store_rebuild(const char *dir, int check, struct placet_store_rebuilt *rebuilt_out,
                         struct placet_error *err)
{
    const struct pl_lmdb_options options = {0};
    struct pl_rebuild_report report;
    struct pl_lmdb *lmdb;

    int rc = pl_lmdb_open(dir, &options, &lmdb, err);
    if (rc < 0) {
        return rc;
    }
    struct pl_store *store = pl_lmdb_store(lmdb);
    struct pl_journal *journal = pl_lmdb_journal(lmdb);
    rc = check != 0 ? pl_rebuild_check(store, journal, &report, err)
                    : pl_rebuild_write(store, journal, &report, err);
    pl_lmdb_close(&lmdb);
    if (rc < 0) {
        return rc;
    }
    copy(&report, rebuilt_out);
    if (report.differences == 0) {
        return PLACET_OK;
    }
    if (err != NULL) {
        *err = (struct placet_error){.status = PLACET_ECORRUPT};
        (void)snprintf(err->message, sizeof err->message, "%s", report.first_difference);
        (void)snprintf(err->hint, sizeof err->hint,
                       "Run `placet store rebuild` to write the tables anew from the journal.");
    }
    return PLACET_ECORRUPT;
}
