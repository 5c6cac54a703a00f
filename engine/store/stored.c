/* Values as they lie in the file, and the check on the way out. */
#include <endian.h>
#include <string.h>

#include "base/bytes.h"
#include "base/hash.h"
#include "store/inside.h"

struct pl_lmdb_key pl_lmdb_key_of(uint64_t key)
{
    struct pl_lmdb_key out;

    pl_save_u64(out.at, key);
    return out;
}

int pl_lmdb_key_read(const MDB_val *val, uint64_t *key_out)
{
    if (val->mv_size != sizeof(struct pl_lmdb_key)) {
        return PLACET_ECORRUPT;
    }
    *key_out = pl_load_u64(val->mv_data);
    return PLACET_OK;
}

uint32_t pl_stored_crc(enum pl_table table, uint64_t key, struct pl_bytes bytes)
{
    uint8_t place[9];

    pl_save_u64(place, key);
    place[8] = (uint8_t)table;
    return pl_crc32c(pl_crc32c(0, bytes.at, bytes.size), place, sizeof place);
}

int pl_stored_open(enum pl_table table, uint64_t key, const MDB_val *val, struct pl_bytes *out)
{
    const uint8_t *at = val->mv_data;
    struct pl_bytes bytes;

    if (val->mv_size < PL_STORED_CRC_SIZE || val->mv_size - PL_STORED_CRC_SIZE > UINT32_MAX) {
        return PLACET_ECORRUPT;
    }
    bytes = (struct pl_bytes){.at = at, .size = (uint32_t)(val->mv_size - PL_STORED_CRC_SIZE)};
    if (pl_load_u32(at + bytes.size) != pl_stored_crc(table, key, bytes)) {
        return PLACET_ECORRUPT;
    }
    *out = bytes;
    return PLACET_OK;
}

int pl_stored_frame(uint64_t key, const MDB_val *val, struct pl_frame *frame_out)
{
    struct pl_frame frame;
    int rc = pl_frame_parse(val->mv_data, val->mv_size, PL_FRAME_CRC, &frame);

    if (rc < 0 || frame.first_seq != key) {
        return PLACET_ECORRUPT;
    }
    *frame_out = frame;
    return PLACET_OK;
}

int pl_lmdb_trim(MDB_txn *txn, MDB_dbi dbi, uint64_t before_key, uint32_t count_max)
{
    MDB_cursor *cursor = NULL;
    int rc = pl_lmdb_status(mdb_cursor_open(txn, dbi, &cursor));

    if (rc < 0) {
        return rc;
    }
    for (uint32_t n = 0; rc == PLACET_OK && n < count_max; n++) {
        uint64_t key = 0;
        MDB_val key_val;
        MDB_val val;
        rc = pl_lmdb_status(mdb_cursor_get(cursor, &key_val, &val, MDB_FIRST));
        if (rc == PLACET_OK) {
            rc = pl_lmdb_key_read(&key_val, &key);
        }
        if (rc == PLACET_OK && key >= before_key) {
            break;
        }
        if (rc == PLACET_OK) {
            rc = pl_lmdb_status(mdb_cursor_del(cursor, 0));
        }
    }
    mdb_cursor_close(cursor);
    return rc == PLACET_ENOTFOUND ? PLACET_OK : rc;
}
