/* The decision core: pure functions over plain data.
 *
 *     decide   (definition, case, documents, facts, command)  -> events, or a rejection
 *     apply    (definition, case, event)                      -> case, changed
 *     effects  (definition, case, event)                      -> what the world must be told
 *
 * The core does no I/O, reads no clock, draws no random number, allocates nothing and keeps no
 * state between calls: time, draws and look-ups come in as facts. A test fails the build if an
 * object of the core needs a symbol outside its allow-list.
 *
 * Replay calls apply only. The meaning of every step, join and decision is that of the language
 * page; where it says "examined in the order of the file, and again until nothing changes",
 * core/advance.c is the place. */
#ifndef PL_CORE_CORE_H
#define PL_CORE_CORE_H

#include "model/case.h"
#include "model/command.h"
#include "model/definition.h"

#define PL_INCIDENT_TEXT_MAX 4096
#define PL_INCIDENT_LINE_MAX 1024
#define PL_OUTCOME_ROOM      (1u << 18) /* what the expressions of one decide put together */
#define PL_NO_RUNG           UINT16_MAX

/* The working memory of one decide: events out, and the case as it will be after them. Large (about
 * 900 KiB): one for each deciding thread. */
struct pl_outcome {
    uint32_t event_count;
    struct pl_event events[PL_EVENTS_MAX];
    struct pl_case after;               /* scratch; equals the case with all events applied */
    struct pl_step steps[PL_STEPS_MAX]; /* arrays of `after` */
    struct pl_task tasks[PL_TASKS_MAX];
    struct pl_bytes form;            /* in force after them */
    char text[PL_INCIDENT_TEXT_MAX]; /* messages of incidents, borrowed by their events */
    uint32_t text_len;
    uint8_t room[PL_OUTCOME_ROOM]; /* outputs of tables, items: borrowed by their events */
    size_t room_used;
    bool repeated; /* the command was answered before with the same body: no events, answer as
                      before */
    uint64_t repeated_seq; /* what was read at this sequence shows that answer */
};

/* Decides one command. `c` is NULL only for START. Texts and bytes of the events borrow from the
 * command and the definition. `out` is meaningful only when the result is PL_ACCEPTED; a refused
 * answer of an adapter yields, besides the rejection, one TASK_REFUSED event in `out`.
 * COMMAND_ACCEPTED / COMMAND_REJECTED are written by the server, not by the core. */
enum pl_rejection pl_core_decide(const struct pl_definition *def, const struct pl_case *c,
                                 const struct pl_case_data *data, const struct pl_facts *facts,
                                 const struct pl_command *cmd, struct pl_outcome *out);

/* Applies one event that has sequence `seq` and time `at_ms`. For CASE_STARTED the caller provides
 * a zeroed case whose arrays have room for the definition's steps and tasks; the case's texts
 * borrow from the event. */
void pl_core_apply(const struct pl_definition *def, struct pl_case *c, const struct pl_event *event,
                   uint64_t seq, int64_t at_ms);

/* What must be told once the event is durable; `c` is the case after it. Returns how many of `out`
 * were filled. */
unsigned pl_core_effects(const struct pl_definition *def, const struct pl_case *c,
                         const struct pl_event *event, struct pl_effect out[static PL_EFFECTS_MAX]);

/* The calendar that is in force for the case. */
const struct pl_calendar *pl_core_calendar(const struct pl_definition *def,
                                           const struct pl_case *c);

/* When the case wants TIMER_FIRE next; 0 = never (paused or finished cases never). */
int64_t pl_core_next_wake(const struct pl_case *c);

/* Whether something will wake this open case: a task that is queued, leased or backing off, an
 * armed timer, an awaited signal or supplement, an incident, a pause. False is a bug of the engine
 * (invariant I9). */
bool pl_core_has_wake_source(const struct pl_definition *def, const struct pl_case *c);

/* Why the case waits, step by step: for WHY. Fills up to `max` and returns how many there are. */
enum pl_wait_kind {
    PL_WAITS_TASK_READY,
    PL_WAITS_TASK_OFFERED,
    PL_WAITS_TASK_ACTIVE,
    PL_WAITS_TASK_PARKED,
    PL_WAITS_BACKOFF,
    PL_WAITS_INCIDENT,
    PL_WAITS_SUPPLEMENT,
    PL_WAITS_SIGNAL,
    PL_WAITS_TIME,
    PL_WAITS_HELD,
    PL_WAITS_RESUME,
    PL_WAITS_CHILD, /* the case that the task started */
    PL_WAITS_TURN,  /* `other` has the name of its `exclusive` */
    PL_WAITS_OBLIGATION,
    PL_WAITS_CLOSE,   /* more items, or the end of them */
    PL_WAITS_ARRIVAL, /* of `other`, at an `each` */
    PL_WAITS_UNDO,    /* nothing starts before it is undone */
    PL_WAITS_CLOCK    /* its clocks stand still for reasons of the law; said beside what it waits
                         for */
};
struct pl_wait {
    enum pl_wait_kind kind;
    uint16_t step;
    uint16_t item;
    uint16_t other; /* TURN, OBLIGATION, ARRIVAL: the step that it waits for. HELD: the step that
                       must be settled first; the step itself when its other members have not
                       answered; PL_NO_STEP when a pause holds it */
    int64_t since_ms;
    int64_t due_ms;  /* end of the limit; 0 = none */
    int64_t next_ms; /* when something happens by itself; 0 = never */
    uint16_t rung; /* what happens then, if a rung of the ladder comes next; otherwise PL_NO_RUNG */
    uint16_t stops;    /* CLOCK: bits of enum pl_stop, */
    uint64_t stop_seq; /* and the event with the newest estimate */
};
unsigned pl_core_waits(const struct pl_definition *def, const struct pl_case *c,
                       struct pl_wait *out, unsigned max);

/* As the protocol and the tools write it. */
const char *pl_core_wait_name(enum pl_wait_kind kind);

#endif
