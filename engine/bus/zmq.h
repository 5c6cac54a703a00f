/* The bus on ZeroMQ: ROUTER for work and api, XPUB for the tail, over ipc in the run directory and,
 * if asked, over tcp on the loopback.
 *
 * A peer is known by the routing id that the ROUTER gives to its connection: four bytes that are
 * not used twice, which make the peer's number without any table. Peers that choose a routing id
 * themselves are refused, because a chosen id could be that of somebody else. After a reconnect a
 * peer is a new one and says HELLO again.
 *
 * Caveats of libzmq 4.3: the size limit holds for each frame, not for a message, and nothing limits
 * the number of connections; therefore only this machine can connect. Keys (CURVE with ZAP) are set
 * in socket_open before the binds, and allow other addresses in check_host. One thread owns the
 * bus. */
#ifndef PL_BUS_ZMQ_H
#define PL_BUS_ZMQ_H

#include <placet/error.h>
#include <stdint.h>

#include "port/bus.h"

struct pl_zmq_options {
    const char *run_dir;  /* made with mode 0700 if it is not there */
    const char *tcp_host; /* NULL: ipc only; otherwise an address of the loopback */
    uint16_t tcp_port;    /* of work; api is +1, tail +2; 0: the kernel chooses */
};

/* Takes the lock of the run directory, binds, writes `run_dir/endpoints` (JSON: an array of
 * addresses for each of work, api, tail). PLACET_EINVALID (path too long, not a loopback),
 * PLACET_EDENIED (somebody else's directory), PLACET_ECONFLICT (another engine runs there),
 * PLACET_EIO, PLACET_ENOMEM. */
int pl_zmq_open(const struct pl_zmq_options *options, struct pl_bus **bus_out,
                struct placet_error *err);

/* Sends what is queued for at most `linger_ms`, then closes. NULL is nothing. */
void pl_zmq_close(struct pl_bus *bus, int linger_ms);

/* The addresses that an endpoint was bound to, from 0; NULL after the last. */
const char *pl_zmq_address(const struct pl_bus *bus, enum pl_endpoint endpoint, unsigned index);

#endif
