#include "server/config.h"

#include <stddef.h>

#include "model/limits.h"

void pl_config_default(struct pl_config *config)
{
    *config = (struct pl_config){
        .accept_ms = 10 * 1000,
        .lease_ms = 60 * 1000,
        .backoff_ms = 1000,
        .session_dead_ms = 10 * 1000,
        .clock_rate = 1,
        .batch_messages = PL_BATCH_MESSAGES_MAX,
        .turn_arena_bytes = 64u << 20, /* two PUBLISH bodies, or a batch of the largest forms */
    };
}
