/* An event as people and watchers see it: fields by name, numbers resolved to ids and titles. The
 * lease of a task is never shown. HISTORY, WATCH and rehearsals write events with this. */
#ifndef PL_MODEL_EVENT_VIEW_H
#define PL_MODEL_EVENT_VIEW_H

#include "model/command.h"
#include "model/definition.h"
#include "value/writer.h"

/* The case of an event. */
struct pl_event_subject {
    struct pl_case_id id;
    struct pl_text key;
    const struct pl_definition *def; /* NULL: unknown */
};

struct pl_event_place {
    uint64_t seq;
    uint64_t prev;
    int64_t at_ms;
};

/* One map. `subject` may be NULL (events of the engine). `values`: with form, answer, bundle. */
void pl_event_write(struct pl_writer *out, const struct pl_event *event,
                    struct pl_event_place place, const struct pl_event_subject *subject,
                    bool values);

/* An upper bound of what pl_event_write writes. */
uint32_t pl_event_view_size(const struct pl_event *event, bool values);

/* Department that had an event's task, or the step; empty when nobody had it. */
struct pl_text pl_event_department(const struct pl_definition *def, const struct pl_event *event);

/* Whether the task of an event, or the step, was with a department; a task that goes to another one
 * concerns both. */
bool pl_event_concerns(const struct pl_definition *def, const struct pl_event *event,
                       struct pl_text department);

/* A key and a map {zh, en}. */
void pl_write_title(struct pl_writer *out, const char *key, struct pl_title title);

#endif
