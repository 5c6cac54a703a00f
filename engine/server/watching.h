/* The inside of watches: what watch.c, handlers_watch.c and tail.c share. */
#ifndef PL_SERVER_WATCHING_H
#define PL_SERVER_WATCHING_H

#include "server/event_view.h"
#include "server/session.h"
#include "server/watch.h"

#define PL_WATCHES_MAX     1024
#define PL_WATCHES_OF_ONE  16 /* with the limit of credit: what a peer that never reads may cost */
#define PL_WATCH_NAMES_MAX 16
#define PL_WATCH_BATCH_MAX 1000
#define PL_WATCH_BODY_SIZE (9u << 20) /* one event of the largest size and its frame */

struct pl_watch_names {
    uint32_t count;
    char at[PL_WATCH_NAMES_MAX][PL_ID_MAX + 1];
};

struct pl_watch_filter {
    uint64_t types; /* bit by event number; 0 = all */
    struct pl_watch_names workflows;
    struct pl_watch_names departments;
    uint32_t case_count;
    struct pl_case_id cases[PL_WATCH_NAMES_MAX];
};

struct pl_watch {
    uint64_t session; /* number of its session */
    enum pl_endpoint endpoint;
    struct pl_peer peer;
    uint32_t client_id;
    uint64_t correlation;
    uint64_t next_seq;
    uint64_t prev_seq; /* the last event that matched, or where it began */
    uint64_t marked_seq;
    int64_t told_real_ms;  /* last EVENTS or MARK */
    int64_t stuck_real_ms; /* its queue was full then; 0: it was not */
    uint32_t credit;       /* events */
    uint32_t ahead;        /* events sent for which no credit came yet */
    uint64_t ahead_bytes;
    uint32_t batch;
    bool values;
    struct pl_watch_filter filter;
};

struct pl_watches {
    struct pl_watch *at[PL_WATCHES_MAX];
    uint32_t count; /* entries used so far */
    uint32_t first; /* who is served first in the next turn */
    uint32_t frames_left;
    bool behind;
    uint8_t *body; /* of the message that is being made; touched as far as it is used */
    int64_t head_real_ms;
    struct pl_views views;
};

/* The watch of a session under its own number for it, or NULL. */
struct pl_watch *pl_watch_find(struct pl_server *s, const struct pl_session *session,
                               uint32_t client_id);
void pl_watch_drop(struct pl_server *s, struct pl_watch *w);

#endif
