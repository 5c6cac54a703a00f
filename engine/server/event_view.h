/* Whose events they are: what watchers see of an event beside itself (model/event_view.h), for
 * cases that may have been closed for long. */
#ifndef PL_SERVER_EVENT_VIEW_H
#define PL_SERVER_EVENT_VIEW_H

#include "model/event_view.h"
#include "server/server.h"

/* What the view needs of a case that may have been closed for long; a case's first event has it. */
struct pl_case_view {
    struct pl_case_id id; /* 0: free entry */
    uint32_t definition;
    uint32_t key_len;
    char key[PL_KEY_MAX];
};

/* A cache of views: direct-mapped, so it needs no upkeep. */
#define PL_VIEWS 4096 /* cases that are under way at one time, as far as somebody watches */
struct pl_views {
    struct pl_case_view at[PL_VIEWS];
};

/* The view if it is in the cache, or NULL. */
const struct pl_case_view *pl_view_find(const struct pl_views *views, struct pl_case_id id);

/* Remembers what a CASE_STARTED event says; other events change nothing. */
void pl_view_learn(struct pl_views *views, const struct pl_event *event);

/* The view of an open case, taken from the state into the cache; NULL when it is not open. Not
 * while a turn has changed it. */
const struct pl_case_view *pl_view_of_open(const struct pl_server *s, struct pl_views *views,
                                           struct pl_case_id id);

/* Reads the case's first event from the journal into the cache; not from within a visit of the
 * journal. An event that is gone leaves an entry without a definition. */
void pl_view_load(struct pl_server *s, struct pl_views *views, struct pl_case_id id);

/* pl_event_write with what the view says. `view` may be NULL (events of the engine). */
void pl_view_write_event(struct pl_writer *out, const struct pl_server *s,
                         const struct pl_event *event, struct pl_event_place place,
                         const struct pl_case_view *view, bool values);

#endif
