/* What an operator may set, with its default; filled from the command line of placetd (main.c). */
#ifndef PL_SERVER_CONFIG_H
#define PL_SERVER_CONFIG_H

#include <stdint.h>

struct pl_config {
    const char *data_dir;
    const char *run_dir; /* sockets: work.sock, api.sock, tail.sock */
    const char
        *tcp_host;     /* NULL: ipc only; otherwise loopback, ports chosen by the kernel or given */
    uint16_t tcp_port; /* work; api is +1, tail +2; 0 = any, written to run_dir/endpoints */
    int64_t accept_ms; /* real: how long an offer waits for TAKEN */
    int64_t lease_ms;  /* real: how long a taken task may stay silent */
    int64_t backoff_ms;      /* real: first delay after a retryable failure */
    int64_t session_dead_ms; /* real: silence after which a session is dropped */
    int64_t clock_rate;      /* 1 in production */
    int64_t clock_start_ms;  /* 0: the system's time */
    uint64_t map_bytes;
    uint32_t batch_messages;
    uint32_t turn_arena_bytes;
};

void pl_config_default(struct pl_config *config);

#endif
