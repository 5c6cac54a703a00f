#include "base/heap.h"

#include <placet/error.h>
#include <stdlib.h>

#include "base/check.h"

#define SIZE_MIN 64U
#define NOWHERE  UINT32_MAX

void pl_heap_init(struct pl_heap *heap)
{
    *heap = (struct pl_heap){0};
}

void pl_heap_fini(struct pl_heap *heap)
{
    if (heap != NULL) {
        free(heap->entries);
        free(heap->positions);
        *heap = (struct pl_heap){0};
    }
}

static bool before(struct pl_heap_entry a, struct pl_heap_entry b)
{
    return a.key != b.key ? a.key < b.key : a.item < b.item;
}

static void place(struct pl_heap *heap, uint32_t position, struct pl_heap_entry entry)
{
    heap->entries[position] = entry;
    heap->positions[entry.item] = position;
}

/* Moves the entry from `position` to where it belongs, up or down. */
static void sift(struct pl_heap *heap, uint32_t position, struct pl_heap_entry entry)
{
    while (position > 0) {
        const uint32_t parent = (position - 1) / 2;
        if (!before(entry, heap->entries[parent])) {
            break;
        }
        place(heap, position, heap->entries[parent]);
        position = parent;
    }

    for (;;) {
        uint64_t child = (uint64_t)position * 2 + 1;
        if (child >= heap->count) {
            break;
        }
        if (child + 1 < heap->count && before(heap->entries[child + 1], heap->entries[child])) {
            child++;
        }
        if (!before(heap->entries[child], entry)) {
            break;
        }
        place(heap, position, heap->entries[child]);
        position = (uint32_t)child;
    }
    place(heap, position, entry);
}

/* The size of a table that doubles until it holds `needed`. */
static uint32_t grown(uint32_t size, uint32_t needed)
{
    uint64_t wide = size < SIZE_MIN ? SIZE_MIN : size;

    while (wide < needed) {
        wide *= 2;
    }
    return wide > UINT32_MAX ? UINT32_MAX : (uint32_t)wide;
}

static int reserve(struct pl_heap *heap, uint32_t item)
{
    if (item >= heap->item_count) {
        const uint32_t count = grown(heap->item_count, item + 1);
        uint32_t *const positions = realloc(heap->positions, count * sizeof *positions);
        if (positions == NULL) {
            return PLACET_ENOMEM;
        }
        for (uint32_t i = heap->item_count; i < count; i++) {
            positions[i] = NOWHERE;
        }
        heap->positions = positions;
        heap->item_count = count;
    }
    if (heap->count == heap->size) {
        const uint32_t size = grown(heap->size, heap->count + 1);
        struct pl_heap_entry *const entries = realloc(heap->entries, size * sizeof *entries);
        if (entries == NULL) {
            return PLACET_ENOMEM;
        }
        heap->entries = entries;
        heap->size = size;
    }
    return PLACET_OK;
}

int pl_heap_set(struct pl_heap *heap, uint32_t item, uint64_t key)
{
    PL_CHECK(item != NOWHERE);

    const struct pl_heap_entry entry = {.key = key, .item = item};
    if (item < heap->item_count && heap->positions[item] != NOWHERE) {
        sift(heap, heap->positions[item], entry);
        return PLACET_OK;
    }
    const int rc = reserve(heap, item);
    if (rc != PLACET_OK) {
        return rc;
    }
    heap->count++;
    sift(heap, heap->count - 1, entry);
    return PLACET_OK;
}

bool pl_heap_has(const struct pl_heap *heap, uint32_t item)
{
    return item < heap->item_count && heap->positions[item] != NOWHERE;
}

void pl_heap_remove(struct pl_heap *heap, uint32_t item)
{
    if (!pl_heap_has(heap, item)) {
        return;
    }

    const uint32_t hole = heap->positions[item];
    heap->positions[item] = NOWHERE;
    heap->count--;
    if (hole < heap->count) {
        sift(heap, hole, heap->entries[heap->count]);
    }
}

const struct pl_heap_entry *pl_heap_first(const struct pl_heap *heap)
{
    return heap->count == 0 ? NULL : &heap->entries[0];
}
