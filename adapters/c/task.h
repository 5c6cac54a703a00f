/* Tasks in hand: their memory, the table that finds them again, and the parked ones by time. */
#ifndef TASK_H
#define TASK_H

#include "calls.h"
#include "link.h"

#define PL_LEASE_SIZE     16
#define PL_TASK_NAME_SIZE 48

enum pl_hand {
    PL_HAND_HELD,     /* with the program */
    PL_HAND_ANSWERED, /* the answer is under way */
    PL_HAND_LOST,     /* withdrawn; only the answers to what was said of it are awaited */
};

struct pl_service;

/* A task as the library knows it; the program sees `open`. */
struct pl_hand_task {
    struct placet_task open;
    struct placet_adapter *adapter;
    struct pl_service *service;
    struct pl_hand_task *next; /* in its bucket, or among the free */
    uint8_t lease[PL_LEASE_SIZE];
    enum pl_hand state;
    uint32_t calls;  /* messages about it that are not answered yet */
    bool listed;     /* in the table */
    bool parked;     /* as the engine was told, with what follows: it takes no hand */
    char *reference; /* NULL: none was given */
    int64_t told_until_ms;
    int64_t until_ms;
    size_t heap_at; /* index + 1 in the heap of parked tasks; 0: not in it */
    zmq_msg_t message;
    char *strings; /* what `open` shows as C strings */
    size_t strings_size;
};

struct pl_hands {
    struct pl_hand_task **buckets;
    size_t size; /* a power of two */
    size_t count;
    struct pl_hand_task *free;
    struct pl_hand_task **heap; /* parked, earliest `until_ms` first */
    size_t heap_count;
    size_t heap_size;
};

int pl_hands_init(struct pl_hands *hands);
void pl_hands_fini(struct pl_hands *hands);

/* Makes a task of a TASK message and takes the message over. NULL when a field is missing or
 * memory is short: the message is left alone. */
struct pl_hand_task *pl_hands_take(struct pl_hands *hands, struct pl_letter *letter);

/* The task of this name, or NULL. */
struct pl_hand_task *pl_hands_find(const struct pl_hands *hands, struct placet_text name);

/* Leaves the table and the heap; another task may have its name now. */
void pl_hands_unlist(struct pl_hands *hands, struct pl_hand_task *task);

/* Frees a task that is unlisted. */
void pl_hands_release(struct pl_hands *hands, struct pl_hand_task *task);

/* Sets when a parked task comes back; 0 takes it out. PLACET_ENOMEM. */
int pl_hands_park(struct pl_hands *hands, struct pl_hand_task *task, int64_t until_ms);

/* The parked task that comes back first, or NULL. */
static inline struct pl_hand_task *pl_hands_first(const struct pl_hands *hands)
{
    return hands->heap_count == 0 ? NULL : hands->heap[0];
}

#endif
