#include "base/map.h"

#include <placet/error.h>
#include <stdlib.h>

#include "base/check.h"

#define CAPACITY_MIN 16U

/* Spreads neighbouring keys (sequences) over the table: the finaliser of MurmurHash3. */
static uint32_t home_of(const struct pl_map *map, uint64_t key)
{
    key ^= key >> 33;
    key *= UINT64_C(0xff51afd7ed558ccd);
    key ^= key >> 33;
    key *= UINT64_C(0xc4ceb9fe1a85ec53);
    key ^= key >> 33;
    return (uint32_t)key & map->mask;
}

/* The place of the key, or the free place where it would go. */
static uint32_t place_of(const struct pl_map *map, uint64_t key)
{
    uint32_t at = home_of(map, key);

    while (map->keys[at] != 0 && map->keys[at] != key) {
        at = (at + 1) & map->mask;
    }
    return at;
}

static int allocate(struct pl_map *map, uint32_t capacity)
{
    uint64_t *const keys = calloc(capacity, sizeof *keys);
    uint32_t *const values = malloc(capacity * sizeof *values);

    if (keys == NULL || values == NULL) {
        free(keys);
        free(values);
        return PLACET_ENOMEM;
    }
    map->keys = keys;
    map->values = values;
    map->mask = capacity - 1;
    return PLACET_OK;
}

int pl_map_init(struct pl_map *map, uint32_t count_max)
{
    /* The largest table of 2^31 places is at most half full then. */
    PL_CHECK(count_max <= UINT32_C(1) << 30);
    *map = (struct pl_map){.count_max = count_max};
    return allocate(map, CAPACITY_MIN);
}

void pl_map_fini(struct pl_map *map)
{
    if (map != NULL) {
        free(map->keys);
        free(map->values);
        *map = (struct pl_map){0};
    }
}

static int grow(struct pl_map *map)
{
    const struct pl_map old = *map;
    const int rc = allocate(map, (old.mask + 1) * 2);

    if (rc != PLACET_OK) {
        return rc;
    }
    for (uint32_t i = 0; i <= old.mask; i++) {
        if (old.keys[i] != 0) {
            const uint32_t at = place_of(map, old.keys[i]);
            map->keys[at] = old.keys[i];
            map->values[at] = old.values[i];
        }
    }
    free(old.keys);
    free(old.values);
    return PLACET_OK;
}

bool pl_map_get(const struct pl_map *map, uint64_t key, uint32_t *value_out)
{
    if (key == 0 || map->count == 0) {
        return false;
    }
    const uint32_t at = place_of(map, key);
    if (map->keys[at] == 0) {
        return false;
    }
    *value_out = map->values[at];
    return true;
}

int pl_map_put(struct pl_map *map, uint64_t key, uint32_t value)
{
    PL_CHECK(key != 0);

    uint32_t at = place_of(map, key);
    if (map->keys[at] == key) {
        map->values[at] = value;
        return PLACET_OK;
    }
    if (map->count >= map->count_max) {
        return PLACET_ELIMIT;
    }
    /* At three quarters a search looks at some eight places; above, probing grows steep. */
    if (map->count >= (map->mask + 1) / 4 * 3) {
        const int rc = grow(map);
        if (rc != PLACET_OK) {
            return rc;
        }
        at = place_of(map, key);
    }
    map->keys[at] = key;
    map->values[at] = value;
    map->count++;
    return PLACET_OK;
}

bool pl_map_remove(struct pl_map *map, uint64_t key)
{
    if (key == 0 || map->count == 0) {
        return false;
    }
    uint32_t hole = place_of(map, key);
    if (map->keys[hole] == 0) {
        return false;
    }

    /* Move back every key that a search would no longer reach over the hole. */
    for (uint32_t at = (hole + 1) & map->mask; map->keys[at] != 0; at = (at + 1) & map->mask) {
        const uint32_t from_home = (at - home_of(map, map->keys[at])) & map->mask;
        const uint32_t from_hole = (at - hole) & map->mask;
        if (from_home >= from_hole) {
            map->keys[hole] = map->keys[at];
            map->values[hole] = map->values[at];
            hole = at;
        }
    }
    map->keys[hole] = 0;
    map->count--;
    return true;
}
