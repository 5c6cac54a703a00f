#include "server/queues.h"

#include <placet/error.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "model/limits.h"

#define QUEUE_SIZE_FIRST 16

void pl_queues_init(struct pl_queues *queues)
{
    *queues = (struct pl_queues){0};
}

void pl_queues_fini(struct pl_queues *queues)
{
    for (uint32_t i = 0; i < queues->count; i++) {
        free(queues->queues[i].heap);
    }
    free(queues->queues);
    *queues = (struct pl_queues){0};
}

void pl_queues_clear(struct pl_queues *queues)
{
    for (uint32_t i = 0; i < queues->count; i++) {
        queues->queues[i].count = 0;
    }
}

uint32_t pl_queues_find(const struct pl_queues *queues, struct pl_text name)
{
    for (uint32_t i = 0; i < queues->count; i++) {
        if (pl_text_is(name, queues->queues[i].name)) {
            return i;
        }
    }
    return UINT32_MAX;
}

uint32_t pl_queues_service(struct pl_queues *queues, struct pl_text name)
{
    const uint32_t known = pl_queues_find(queues, name);

    if (known != UINT32_MAX) {
        return known;
    }
    if (queues->count == PL_SERVICES_MAX || name.len >= sizeof queues->queues->name) {
        return UINT32_MAX;
    }
    if (queues->count == queues->size) {
        const uint32_t size = queues->size == 0 ? QUEUE_SIZE_FIRST : queues->size * 2;
        struct pl_queue *grown = realloc(queues->queues, size * sizeof *grown);
        if (grown == NULL) {
            return UINT32_MAX;
        }
        queues->queues = grown;
        queues->size = size;
    }
    struct pl_queue *queue = &queues->queues[queues->count];
    *queue = (struct pl_queue){0};
    memcpy(queue->name, name.at, name.len);
    return queues->count++;
}

static int grow(struct pl_queue *queue)
{
    const uint32_t size = queue->size == 0 ? QUEUE_SIZE_FIRST : queue->size * 2;
    struct pl_queue_entry *grown = realloc(queue->heap, size * sizeof *grown);

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    queue->heap = grown;
    queue->size = size;
    return PLACET_OK;
}

/* One event may ready several tasks, so the place within the case decides among equals. */
static bool before(const struct pl_queue_entry *a, const struct pl_queue_entry *b)
{
    if (a->ready_seq != b->ready_seq) {
        return a->ready_seq < b->ready_seq;
    }
    return a->step != b->step ? a->step < b->step : a->item < b->item;
}

static void sift_up(struct pl_queue *queue, uint32_t at, struct pl_queue_entry entry)
{
    while (at > 0 && before(&entry, &queue->heap[(at - 1) / 2])) {
        queue->heap[at] = queue->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    queue->heap[at] = entry;
}

static void sift_down(struct pl_queue *queue, uint32_t at, struct pl_queue_entry entry)
{
    for (;;) {
        uint32_t child = at * 2 + 1;
        if (child >= queue->count) {
            break;
        }
        if (child + 1 < queue->count && before(&queue->heap[child + 1], &queue->heap[child])) {
            child++;
        }
        if (!before(&queue->heap[child], &entry)) {
            break;
        }
        queue->heap[at] = queue->heap[child];
        at = child;
    }
    queue->heap[at] = entry;
}

int pl_queues_push(struct pl_queues *queues, uint32_t service, struct pl_queue_entry entry)
{
    PL_CHECK(service < queues->count);
    struct pl_queue *queue = &queues->queues[service];

    if (queue->count == queue->size) {
        const int rc = grow(queue);
        if (rc < 0) {
            return rc;
        }
    }
    sift_up(queue, queue->count++, entry);
    return PLACET_OK;
}

bool pl_queues_is_full(const struct pl_queues *queues, uint32_t service)
{
    PL_CHECK(service < queues->count);
    return queues->queues[service].count == queues->queues[service].size;
}

void pl_queues_sweep(struct pl_queues *queues, uint32_t service,
                     bool (*keep)(const void *context, const struct pl_queue_entry *entry),
                     const void *context)
{
    PL_CHECK(service < queues->count);
    struct pl_queue *queue = &queues->queues[service];
    uint32_t kept = 0;

    for (uint32_t i = 0; i < queue->count; i++) {
        if (keep(context, &queue->heap[i])) {
            queue->heap[kept++] = queue->heap[i];
        }
    }
    queue->count = kept;
    for (uint32_t at = kept / 2; at > 0; at--) {
        sift_down(queue, at - 1, queue->heap[at - 1]);
    }
}

bool pl_queues_pop(struct pl_queues *queues, uint32_t service, struct pl_queue_entry *entry_out)
{
    PL_CHECK(service < queues->count);
    struct pl_queue *queue = &queues->queues[service];

    if (queue->count == 0) {
        return false;
    }
    *entry_out = queue->heap[0];
    if (--queue->count > 0) {
        sift_down(queue, 0, queue->heap[queue->count]);
    }
    return true;
}
