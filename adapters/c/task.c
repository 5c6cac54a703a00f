#include "task.h"

#include <stdlib.h>
#include <string.h>

#define BUCKETS_MIN 64

int pl_hands_init(struct pl_hands *hands)
{
    *hands = (struct pl_hands){.size = BUCKETS_MIN};
    hands->buckets = calloc(hands->size, sizeof(struct pl_hand_task *));
    return hands->buckets == NULL ? PLACET_ENOMEM : PLACET_OK;
}

static void destroy(struct pl_hand_task *task)
{
    (void)zmq_msg_close(&task->message);
    free(task->reference);
    free(task->strings);
    free(task);
}

void pl_hands_fini(struct pl_hands *hands)
{
    for (size_t i = 0; hands->buckets != NULL && i < hands->size; i++) {
        while (hands->buckets[i] != NULL) {
            struct pl_hand_task *task = hands->buckets[i];
            hands->buckets[i] = task->next;
            destroy(task);
        }
    }
    while (hands->free != NULL) {
        struct pl_hand_task *task = hands->free;
        hands->free = task->next;
        destroy(task);
    }
    free(hands->buckets);
    free(hands->heap);
    *hands = (struct pl_hands){0};
}

/* ---- the table ---- */

/* FNV-1a: the names come from the engine, which does not attack its adapters. */
static size_t bucket_of(const struct pl_hands *hands, const char *name, size_t size)
{
    uint64_t hash = UINT64_C(14695981039346656037);
    for (size_t i = 0; i < size; i++) {
        hash = (hash ^ (uint8_t)name[i]) * UINT64_C(1099511628211);
    }
    return (size_t)(hash ^ (hash >> 32)) & (hands->size - 1);
}

struct pl_hand_task *pl_hands_find(const struct pl_hands *hands, struct placet_text name)
{
    struct pl_hand_task *task = hands->buckets[bucket_of(hands, name.at, name.size)];

    while (task != NULL && !placet_text_is(name, task->open.task)) {
        task = task->next;
    }
    return task;
}

static void grow(struct pl_hands *hands)
{
    struct pl_hands grown = *hands;

    grown.size = hands->size * 2;
    grown.buckets = calloc(grown.size, sizeof(struct pl_hand_task *));
    if (grown.buckets == NULL) {
        return; /* longer chains find everything as well */
    }
    for (size_t i = 0; i < hands->size; i++) {
        while (hands->buckets[i] != NULL) {
            struct pl_hand_task *task = hands->buckets[i];
            hands->buckets[i] = task->next;
            struct pl_hand_task **bucket =
                &grown.buckets[bucket_of(&grown, task->open.task, strlen(task->open.task))];
            task->next = *bucket;
            *bucket = task;
        }
    }
    free(hands->buckets);
    *hands = grown;
}

static void enlist(struct pl_hands *hands, struct pl_hand_task *task)
{
    if (hands->count == hands->size) {
        grow(hands);
    }
    struct pl_hand_task **bucket =
        &hands->buckets[bucket_of(hands, task->open.task, strlen(task->open.task))];
    task->next = *bucket;
    *bucket = task;
    task->listed = true;
    hands->count++;
}

void pl_hands_unlist(struct pl_hands *hands, struct pl_hand_task *task)
{
    if (!task->listed) {
        return;
    }
    struct pl_hand_task **at =
        &hands->buckets[bucket_of(hands, task->open.task, strlen(task->open.task))];
    while (*at != task) {
        at = &(*at)->next;
    }
    *at = task->next;
    task->listed = false;
    hands->count--;
    (void)pl_hands_park(hands, task, 0);
}

void pl_hands_release(struct pl_hands *hands, struct pl_hand_task *task)
{
    (void)zmq_msg_close(&task->message);
    (void)zmq_msg_init(&task->message);
    free(task->reference);
    task->reference = NULL;
    task->next = hands->free;
    hands->free = task;
}

/* ---- from the message ---- */

static struct pl_hand_task *fresh(struct pl_hands *hands)
{
    struct pl_hand_task *task = hands->free;

    if (task == NULL) {
        task = calloc(1, sizeof(*task));
        if (task != NULL) {
            (void)zmq_msg_init(&task->message);
        }
        return task;
    }
    hands->free = task->next;
    char *strings = task->strings;
    const size_t strings_size = task->strings_size;
    *task = (struct pl_hand_task){.strings = strings, .strings_size = strings_size};
    (void)zmq_msg_init(&task->message);
    return task;
}

/* Copies text fields behind one another, NUL-terminated. */
static bool copy_strings(struct pl_hand_task *task, struct placet_value body)
{
    struct {
        const char *key;
        const char **to;
    } fields[] = {{"task", &task->open.task},         {"service", &task->open.service},
                  {"case", &task->open.case_id},      {"key", &task->open.key},
                  {"workflow", &task->open.workflow}, {"step", &task->open.step},
                  {"role", &task->open.role}};
    enum { COUNT = sizeof(fields) / sizeof(fields[0]) };
    struct placet_text texts[COUNT];
    size_t size = 0;

    for (size_t i = 0; i < COUNT; i++) {
        texts[i] = placet_get_text(body, fields[i].key);
        size += texts[i].size + 1;
    }
    if (size > task->strings_size) {
        char *grown = realloc(task->strings, size);
        if (grown == NULL) {
            return false;
        }
        task->strings = grown;
        task->strings_size = size;
    }
    char *at = task->strings;
    for (size_t i = 0; i < COUNT; i++) {
        memcpy(at, texts[i].at, texts[i].size);
        at[texts[i].size] = '\0';
        *fields[i].to = at;
        at += texts[i].size + 1;
    }
    return task->open.task[0] != '\0' && strlen(task->open.task) < PL_TASK_NAME_SIZE;
}

static bool copy_lease(struct pl_hand_task *task, struct placet_value body)
{
    struct placet_value lease;
    if (!placet_value_as_bytes(placet_value_get(body, "lease"), &lease) ||
        lease.size != PL_LEASE_SIZE) {
        return false;
    }
    memcpy(task->lease, lease.at, PL_LEASE_SIZE);
    return true;
}

struct pl_hand_task *pl_hands_take(struct pl_hands *hands, struct pl_letter *letter)
{
    struct pl_hand_task *task = fresh(hands);
    const struct placet_value body = letter->body;

    if (task == NULL) {
        return NULL;
    }
    if (!copy_strings(task, body) || !copy_lease(task, body)) {
        pl_hands_release(hands, task);
        return NULL;
    }
    /* A small message lies inside its zmq_msg_t: the borrowed bytes move with it. */
    (void)zmq_msg_move(&task->message, &letter->message);
    const struct placet_value moved = {.at = zmq_msg_data(&task->message), .size = body.size};
    struct placet_task *open = &task->open;
    open->body = moved;
    open->revision = placet_get_i64(moved, "revision");
    open->attempt = placet_get_i64(moved, "attempt");
    open->due_ms = placet_get_i64(moved, "due");
    open->now_ms = placet_get_i64(moved, "now");
    open->hold = placet_get_bool(moved, "hold");
    open->data = placet_value_get(moved, "data");
    open->decisions = placet_value_get(moved, "decisions");
    open->documents = placet_value_get(moved, "documents");
    enlist(hands, task);
    return task;
}

/* ---- parked tasks by time ---- */

static void heap_set(struct pl_hands *hands, size_t index, struct pl_hand_task *task)
{
    hands->heap[index] = task;
    task->heap_at = index + 1;
}

static void heap_up(struct pl_hands *hands, size_t index)
{
    struct pl_hand_task *task = hands->heap[index];
    while (index > 0 && hands->heap[(index - 1) / 2]->until_ms > task->until_ms) {
        heap_set(hands, index, hands->heap[(index - 1) / 2]);
        index = (index - 1) / 2;
    }
    heap_set(hands, index, task);
}

static void heap_down(struct pl_hands *hands, size_t index)
{
    struct pl_hand_task *task = hands->heap[index];

    for (;;) {
        size_t child = 2 * index + 1;
        if (child >= hands->heap_count) {
            break;
        }
        if (child + 1 < hands->heap_count &&
            hands->heap[child + 1]->until_ms < hands->heap[child]->until_ms) {
            child++;
        }
        if (hands->heap[child]->until_ms >= task->until_ms) {
            break;
        }
        heap_set(hands, index, hands->heap[child]);
        index = child;
    }
    heap_set(hands, index, task);
}

static void heap_remove(struct pl_hands *hands, struct pl_hand_task *task)
{
    const size_t index = task->heap_at - 1;

    task->heap_at = 0;
    hands->heap_count--;
    if (index < hands->heap_count) {
        struct pl_hand_task *last = hands->heap[hands->heap_count];
        heap_set(hands, index, last);
        heap_up(hands, index);
        heap_down(hands, last->heap_at - 1);
    }
}

int pl_hands_park(struct pl_hands *hands, struct pl_hand_task *task, int64_t until_ms)
{
    if (task->heap_at != 0) {
        heap_remove(hands, task);
    }
    task->until_ms = until_ms;
    if (until_ms == 0) {
        return PLACET_OK;
    }
    if (hands->heap_count == hands->heap_size) {
        const size_t size = hands->heap_size == 0 ? BUCKETS_MIN : hands->heap_size * 2;
        struct pl_hand_task **grown = realloc(hands->heap, size * sizeof(struct pl_hand_task *));
        if (grown == NULL) {
            return PLACET_ENOMEM;
        }
        hands->heap = grown;
        hands->heap_size = size;
    }
    hands->heap_count++;
    heap_set(hands, hands->heap_count - 1, task);
    heap_up(hands, hands->heap_count - 1);
    return PLACET_OK;
}
