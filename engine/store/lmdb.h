/* Store and journal on one LMDB environment: one transaction, one synchronisation for both.
 *
 * A store is a directory: data.mdb and lock.mdb (LMDB), engine.lock (who runs on it), archive/
 * (sealed segments, store/segment.h). It is created by pl_lmdb_create and by nothing else.
 *
 * Caveats: one thread uses it, the deciding one. Never fork after open (exec is fine: every
 * descriptor is closed by it). A process opens a store once: LMDB's locks break with the second
 * environment. Values given to a visitor are borrowed from the map and read-only.
 *
 * Space (decisions/0010): the map ends where disk blocks have been allocated, so that a full disk
 * is MDB_MAP_FULL, before anything was written, and never an error in the middle of a commit. */
#ifndef PL_STORE_LMDB_H
#define PL_STORE_LMDB_H

#include <placet/error.h>
#include <stdint.h>

#include "port/journal.h"
#include "port/store.h"

struct pl_lmdb;

/* Zeros take the defaults. */
struct pl_lmdb_options {
    uint64_t map_bytes;      /* the store never grows beyond; default PL_LMDB_MAP_BYTES */
    uint64_t reserve_bytes;  /* kept for what is under way, and more than one transaction ever
                                writes; default PL_LMDB_RESERVE_BYTES */
    uint64_t segment_bytes;  /* of a sealed segment; default PL_SEGMENT_BYTES */
    uint32_t segment_frames; /* default PL_SEGMENT_FRAMES */
};

/* 64 GiB: address space only, the file is as large as what is in it. 10^8 closed cases. May be
 * raised at any start. */
#define PL_LMDB_MAP_BYTES     (64ull << 30)

/* 32 MiB: some 100,000 completions of 300 bytes, hours in an office whose disk ran full. Also the
 * step in which disk blocks are allocated: a remapping of the file each time. */
#define PL_LMDB_RESERVE_BYTES (32ull << 20)

/* A segment is sealed at 64 MiB or 4,096 frames, whichever comes first: large enough that a busy
 * year is some thousand files, small enough that an office archives every few days, that a
 * verification reports progress and that the hot ring stays within the page cache. */
#define PL_SEGMENT_BYTES      (64ull << 20)
#define PL_SEGMENT_FRAMES     4096u

/* Makes a new store: all of it in `dir`.tmp, synchronised, then renamed. What an interrupted
 * creation left is removed first. PLACET_ECONFLICT when `dir` is there. */
PLACET_MUST_CHECK int pl_lmdb_create(const char *dir, struct placet_error *error);

/* Opens an existing store. PLACET_ENOTFOUND; PLACET_ECONFLICT when another engine holds it;
 * PLACET_ECORRUPT; PLACET_EINVALID for a network file system or a newer format. Synchronises before
 * it returns, so that nothing leaves the engine that a crash could take back. */
PLACET_MUST_CHECK int pl_lmdb_open(const char *dir, const struct pl_lmdb_options *options,
                                   struct pl_lmdb **lmdb_out, struct placet_error *error);

/* Opens a store for reading, whether an engine runs on it or not; begin is then forbidden. Not
 * within a process that has it open already. */
PLACET_MUST_CHECK int pl_lmdb_open_to_read(const char *dir, struct pl_lmdb **lmdb_out,
                                           struct placet_error *error);

struct pl_store *pl_lmdb_store(struct pl_lmdb *lmdb);
struct pl_journal *pl_lmdb_journal(struct pl_lmdb *lmdb);

/* Aborts what is open, closes, and sets the pointer to NULL. */
void pl_lmdb_close(struct pl_lmdb **lmdb);

#endif
