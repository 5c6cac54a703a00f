/* Durable state, as the server needs it: one environment, one writer, one transaction for each
 * turn. Implemented by store/lmdb*.c and tests/sim.
 *
 * What lies where (house.md 2): journal frames (through port/journal.h, in the same transaction
 * when it is embedded), state blocks, blobs, definitions, closed cases. All bytes are opaque here;
 * the store adds and checks a CRC32C on every value and answers PLACET_ECORRUPT when one is wrong.
 *
 * Every function returns 0 or a negative enum placet_status. commit: on PLACET_EFULL nothing
 * happened and the transaction is gone: the turn may be cut smaller or refused; on PLACET_EUNKNOWN
 * nobody knows: the process must stop at once (exit 75). */
#ifndef PL_PORT_STORE_H
#define PL_PORT_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "value/reader.h"

struct pl_store;

/* Called for each entry, ascending by key; the bytes are borrowed during the call. Non-zero stops
 * and is returned. */
typedef int pl_store_visit(void *context, uint64_t key, struct pl_bytes value);

enum pl_table {
    PL_TABLE_BLOCKS,      /* key: block number; replaced */
    PL_TABLE_BLOBS,       /* key: sequence; ascending, written once */
    PL_TABLE_DEFINITIONS, /* key: definition number; written once */
    PL_TABLE_CLOSED,      /* key: case id; written once */
    PL_TABLE_REPLIES, /* key: sequence of the command's event; ascending, written once, trimmed */
    PL_TABLE_META,    /* key: PL_META_* */
    PL_TABLES
};

enum {
    PL_META_FORMAT = 1,
    PL_META_CHECKPOINT = 2,
    PL_META_CALENDARS = 3 /* sequences of the amendments of calendars, whose files are blobs */
};

struct pl_store_info {
    uint64_t first_frame_seq; /* oldest event still in the hot journal; 0 = none */
    uint64_t last_seq;        /* newest event; 0 = none */
    uint64_t frames;
    uint64_t oldest_seq; /* oldest event anywhere, archive included */
    uint64_t segments;   /* sealed archive files */
    uint64_t segment_bytes;
    uint64_t file_bytes; /* size of the data file */
    uint64_t map_bytes;
    uint64_t used_bytes; /* pages in use */
    uint64_t entries[PL_TABLES];
    uint64_t oldest_reader_age; /* transactions behind the newest */
};

struct pl_store_ops {
    int (*begin)(struct pl_store *store);
    int (*put)(struct pl_store *store, enum pl_table table, uint64_t key, struct pl_bytes value);

    /* Drops up to `count_max` entries with keys below `before_key`, lowest first. */
    int (*trim)(struct pl_store *store, enum pl_table table, uint64_t before_key,
                uint32_t count_max);
    int (*commit)(struct pl_store *store);
    void (*abort)(struct pl_store *store);

    /* Outside a transaction. `get` copies into `out` (size in/out); PLACET_ENOTFOUND, PLACET_ELIMIT
     * with the needed size. */
    int (*get)(struct pl_store *store, enum pl_table table, uint64_t key, void *out,
               uint32_t *size);
    int (*visit)(struct pl_store *store, enum pl_table table, uint64_t from_key,
                 pl_store_visit *visit, void *context);

    /* Newest key at or below `key`, or PLACET_ENOTFOUND. */
    int (*floor)(struct pl_store *store, enum pl_table table, uint64_t key, uint64_t *key_out);
    int (*info)(struct pl_store *store, struct pl_store_info *info_out);

    /* Whether new cases must be refused: the file system or the map is nearly full (a reserve stays
     * for completions). Cheap. */
    bool (*nearly_full)(struct pl_store *store);

    /* Moves frames whose events are all below `before_seq` out of the hot ring into a sealed
     * segment, a slice at a time; called when idle and every few commits, outside a transaction.
     * Returns 1 when there is more to do, 0 when not, or a status. */
    int (*archive)(struct pl_store *store, uint64_t before_seq);
};

struct pl_store {
    const struct pl_store_ops *ops;
};

#endif
