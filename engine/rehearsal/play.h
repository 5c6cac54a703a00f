/* Plays one case of a definition on a clock of its own: everything around the core that the server
 * does otherwise. Tasks are offered, taken and answered as the answers say, timers fire, children
 * start and report, signals and people's acts come at their times. No sockets, no store, no draw,
 * no clock: the same answers give the same events.
 *
 * A play is made once and plays any number of times; playing allocates from its arena only. */
#ifndef PL_REHEARSAL_PLAY_H
#define PL_REHEARSAL_PLAY_H

#include <placet/error.h>

#include "base/heap.h"
#include "core/core.h"
#include "definition/answers.h"
#include "model/event_view.h"

#define PL_PLAY_CASES_MAX  1024   /* the first and its children: four sets of 256 */
#define PL_PLAY_EVENTS_MAX 500000 /* more than this is a case that goes in circles */

/* Called for each event in order, with what pl_event_write needs. */
typedef void pl_play_event(void *context, const struct pl_event *event, struct pl_event_place place,
                           const struct pl_event_subject *subject);

/* A case that is being played. */
struct pl_played {
    const struct pl_definition *def;
    struct pl_case c;
    struct pl_case_data data;
    struct pl_value_at *values; /* `data.values`, to be added to */
    uint32_t value_room;
    struct pl_text path;  /* of run steps below the first case: "lots.2/check" */
    uint32_t *times;      /* by task: how often it came to its department */
    uint32_t supplements; /* how often the file came back */
};

struct pl_play;

/* NULL when there is no memory. End with pl_play_free; NULL is allowed. */
struct pl_play *pl_play_new(void);
void pl_play_free(struct pl_play *play);

/* Plays from the start to the end. Events borrow from the play for the call. PLACET_ELIMIT when it
 * is too large (err says of what), PLACET_EINVALID when an answer does not fit the form that it
 * changes. What was played is kept until the next call. */
int pl_play_run(struct pl_play *play, const struct pl_company *company,
                const struct pl_answers *answers, pl_play_event *on_event, void *context,
                struct placet_error *err);

/* What became of it. */
uint32_t pl_play_count(const struct pl_play *play);
const struct pl_played *pl_play_case(const struct pl_play *play, uint32_t index);
int64_t pl_play_now(const struct pl_play *play);
bool pl_play_ran_out(const struct pl_play *play); /* `until` came first */
uint64_t pl_play_events(const struct pl_play *play);

/* Lines of the answers whose signals and acts did not come, because the case was over before: up to
 * `max`, in the order of the file; returns how many there are. */
uint32_t pl_play_left_over(const struct pl_play *play, uint32_t *lines, uint32_t max);

#endif
