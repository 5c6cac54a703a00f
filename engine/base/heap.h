/* An indexed binary heap: the smallest key first, ties by the smaller item number, so that the
 * order never depends on the history. An item (a small number, e.g. a slot) stands in it at most
 * once and can be moved or removed. Used for timers: one item a case, key = time to wake. */
#ifndef PL_BASE_HEAP_H
#define PL_BASE_HEAP_H

#include <stdbool.h>
#include <stdint.h>

struct pl_heap {
    struct pl_heap_entry *entries;
    uint32_t *positions; /* by item; UINT32_MAX = not in the heap */
    uint32_t count;
    uint32_t size;       /* entries allocated */
    uint32_t item_count; /* positions allocated */
};

struct pl_heap_entry {
    uint64_t key;
    uint32_t item;
};

void pl_heap_init(struct pl_heap *heap);
void pl_heap_fini(struct pl_heap *heap);

/* Puts the item, or moves it to its new key. PLACET_OK or PLACET_ENOMEM. */
int pl_heap_set(struct pl_heap *heap, uint32_t item, uint64_t key);
void pl_heap_remove(struct pl_heap *heap, uint32_t item);

bool pl_heap_has(const struct pl_heap *heap, uint32_t item);

/* The entry with the smallest key, or NULL. Borrowed until the next change. */
const struct pl_heap_entry *pl_heap_first(const struct pl_heap *heap);

#endif
