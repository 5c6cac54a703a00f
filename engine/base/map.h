/* A hash map from 64-bit keys to 32-bit values (usually slot numbers): open addressing, linear
 * probing, backward-shift deletion. Grows by doubling up to `count_max`; the only allocation of the
 * room. Key 0 is never there and
 * must not be put. */
#ifndef PL_BASE_MAP_H
#define PL_BASE_MAP_H

#include <stdbool.h>
#include <stdint.h>

struct pl_map {
    uint64_t *keys;
    uint32_t *values;
    uint32_t count;
    uint32_t mask; /* capacity - 1 */
    uint32_t count_max;
};

/* Returns PLACET_OK or PLACET_ENOMEM. `count_max` up to 2^30. End with pl_map_fini. */
int pl_map_init(struct pl_map *map, uint32_t count_max);
void pl_map_fini(struct pl_map *map);

/* Whether the key is there; if so writes its value. */
bool pl_map_get(const struct pl_map *map, uint64_t key, uint32_t *value_out);

/* Adds or replaces. PLACET_ELIMIT at count_max, PLACET_ENOMEM. */
int pl_map_put(struct pl_map *map, uint64_t key, uint32_t value);

/* Whether the key was there. */
bool pl_map_remove(struct pl_map *map, uint64_t key);

#endif
