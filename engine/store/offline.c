/* What a store says about itself, to a tool. */
#include <errno.h>
#include <fcntl.h>
#include <placet/store.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "store/inside.h"

int64_t pl_place_engine(const char *dir)
{
    const int dir_fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int64_t pid = 0;
    int fd = -1;

    if (dir_fd >= 0) {
        fd = openat(dir_fd, "engine.lock", O_RDONLY | O_CLOEXEC);
        (void)close(dir_fd);
    }
    if (fd < 0) {
        return 0; /* created, but no engine ever ran */
    }
    if (flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
        char text[24] = "";
        pid = pread(fd, text, sizeof text - 1, 0) > 0 ? strtoll(text, NULL, 10) : -1;
        pid = pid > 0 ? pid : -1;
    }
    (void)close(fd);
    return pid;
}

int placet_store_info(const char *dir, struct placet_store_info *info_out, struct placet_error *err)
{
    const int64_t pid = pl_place_engine(dir);
    struct pl_lmdb *lmdb = NULL;
    struct pl_store_info info;
    int rc = pl_lmdb_open_to_read(dir, &lmdb, err);

    if (rc < 0) {
        return rc;
    }
    rc = lmdb->store.ops->info(&lmdb->store, &info);
    pl_lmdb_close(&lmdb);
    if (rc < 0) {
        return pl_place_fail(err, rc, dir, "cannot read the store");
    }
    *info_out = (struct placet_store_info){
        .engine_pid = pid,
        .format = PL_STORE_FORMAT,
        .oldest_seq = info.oldest_seq,
        .last_seq = info.last_seq,
        .hot_frames = info.frames,
        .hot_seq = info.first_frame_seq,
        .segments = info.segments,
        .segment_bytes = info.segment_bytes,
        .file_bytes = info.file_bytes,
        .used_bytes = info.used_bytes,
        .blocks = info.entries[PL_TABLE_BLOCKS],
        .blobs = info.entries[PL_TABLE_BLOBS],
        .definitions = info.entries[PL_TABLE_DEFINITIONS],
        .closed = info.entries[PL_TABLE_CLOSED],
        .replies = info.entries[PL_TABLE_REPLIES],
        .oldest_reader_age = info.oldest_reader_age,
    };
    return PLACET_OK;
}
