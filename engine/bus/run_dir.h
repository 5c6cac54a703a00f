/* The run directory: one engine, its sockets and the file that tells where they are. Private to its
 * owner, since whoever can connect to a socket may act. */
#ifndef PL_BUS_RUN_DIR_H
#define PL_BUS_RUN_DIR_H

#include <placet/error.h>

#include "port/bus.h"

#define PL_ADDRESS_SIZE 160 /* "ipc://" and a path of at most 107 bytes, or a tcp address */
#define PL_ADDRESSES    2   /* of one endpoint: ipc and tcp */

struct pl_addresses {
    char text[PL_ENDPOINTS][PL_ADDRESSES][PL_ADDRESS_SIZE]; /* "" = none */
};

/* Makes the directory if needed, checks that it is ours alone, and locks `placetd.pid` in it until
 * the descriptor is closed. */
int pl_run_dir_lock(const char *run_dir, int *lock_out, struct placet_error *err);

/* "ipc://RUN_DIR/work.sock" with an absolute path; PLACET_EINVALID when it is longer than a
 * socket's may be. */
int pl_run_dir_socket(const char *run_dir, enum pl_endpoint endpoint, char out[PL_ADDRESS_SIZE],
                      struct placet_error *err);

/* Writes `run_dir/endpoints`, whole or not at all. */
int pl_run_dir_publish(const char *run_dir, const struct pl_addresses *addresses,
                       struct placet_error *err);

#endif
