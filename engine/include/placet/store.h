/**
 * @file
 * A store from outside: what is in it, and whether it is whole. For tools; an engine may be running
 * on it or not. Nothing is changed but by placet_store_rebuild().
 *
 * The functions are not in libplacet but in the archive `placet_engine` of the build. A process
 * must not use them on a store that it has open itself.
 */
#ifndef PLACET_STORE_H
#define PLACET_STORE_H

#include <placet/error.h>
#include <stdint.h>

struct placet_store_info {
    int64_t engine_pid;  /**< who runs on it; 0 = nobody, -1 = somebody unknown */
    uint32_t format;     /**< version of the files */
    uint64_t oldest_seq; /**< oldest event that is kept; 0 = none */
    uint64_t last_seq;   /**< newest event */
    uint64_t hot_frames; /**< frames that are not archived yet */
    uint64_t hot_seq;    /**< first event of these; 0 = none */
    uint64_t segments;   /**< sealed files in archive/ */
    uint64_t segment_bytes;
    uint64_t file_bytes; /**< of data.mdb, up to the last page that was ever used */
    uint64_t used_bytes; /**< of these, the pages in use */
    uint64_t blocks;     /**< of state, written beside the journal */
    uint64_t blobs;
    uint64_t definitions;
    uint64_t closed; /**< cases */
    uint64_t replies;
    uint64_t oldest_reader_age; /**< commits since the oldest reader began: large = it is stuck */
};

/** PLACET_ENOTFOUND when there is no store; PLACET_ECORRUPT, PLACET_EIO. */
PLACET_API PLACET_MUST_CHECK int
placet_store_info(const char *dir, struct placet_store_info *info_out, struct placet_error *err);

/** Something that is wrong. The texts live as long as the call of the report. */
struct placet_store_finding {
    const char *place; /**< "data.mdb", "journal", a table, or "archive/..." */
    uint64_t key;      /**< page, sequence or key within the place; 0 = the place itself */
    const char *what;  /**< a clause for people: "fails its checksum" */
};

typedef void placet_store_report(void *context, const struct placet_store_finding *finding);

/** What was looked at. */
struct placet_store_checked {
    uint64_t pages;     /**< of data.mdb, each found in one place; 0 while an engine runs */
    uint64_t segments;  /**< whole files */
    uint64_t frames;    /**< checksum, hash and chain */
    uint64_t events;    /**< numbered without a gap */
    uint64_t first_seq; /**< of the oldest frame */
    uint64_t last_seq;  /**< of the newest frame */
    uint8_t hash[32];   /**< of the newest frame: whoever keeps it can prove all before it */
    uint64_t values;    /**< of the tables, with right checksums */
    uint64_t findings;  /**< mistakes reported */
};

/**
 * Reads everything: the pages of the file (when no engine runs), checksum, hash, chain and numbers
 * of every frame over all segments and the hot journal, the checksum of every value.
 *
 * Returns 0 when all is whole, PLACET_ECORRUPT when something was reported; `checked_out` is
 * written in both cases. Any other status means that the check itself failed. What the blocks of
 * state hold is compared with the journal by `placet store rebuild --check`.
 */
PLACET_API PLACET_MUST_CHECK int placet_store_verify(const char *dir, placet_store_report *report,
                                                     void *context,
                                                     struct placet_store_checked *checked_out,
                                                     struct placet_error *err);

/** What folding the whole journal anew gave. */
struct placet_store_rebuilt {
    uint64_t frames;
    uint64_t events;
    uint64_t open_cases;
    uint64_t closed_cases;
    uint64_t definitions;
    uint64_t blobs;
    uint64_t replies;
    uint64_t rows_compared;     /**< 0 when rows were written */
    uint64_t differences;       /**< between the fold and the tables */
    char first_difference[160]; /**< a clause for people; "" when there is none */
};

/**
 * Folds the journal from its first event: everything else in a store is derived from it.
 *
 * With `check` nothing is changed: each table, and the state that a recovery gives, is compared
 * with the fold byte by byte, and PLACET_ECORRUPT says that something differs. Without, the tables
 * are written anew from the fold.
 *
 * No engine may run on the store: PLACET_ECONFLICT. PLACET_ENOTFOUND when there is no store, or
 * when its journal does not go back to its first event.
 */
PLACET_API PLACET_MUST_CHECK int placet_store_rebuild(const char *dir, int check,
                                                      struct placet_store_rebuilt *rebuilt_out,
                                                      struct placet_error *err);

#endif
