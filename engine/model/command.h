/* Commands, events, effects and rejections: what goes into the core and what comes out. */
#ifndef PL_MODEL_COMMAND_H
#define PL_MODEL_COMMAND_H

#include <stdbool.h>
#include <stdint.h>

#include "base/text.h"
#include "model/ids.h"
#include "model/limits.h"
#include "value/reader.h"

enum pl_command_kind {
#define COMMAND(NAME, HANDLER, ON, BY) PL_CMD_##NAME,
#include "model/commands.def"
#undef COMMAND
    PL_COMMANDS
};

enum pl_event_kind {
#define EVENT(NO, NAME, APPLIER, FIELDS) PL_EVT_##NAME = (NO),
#include "model/events.def"
#undef EVENT
};

enum pl_effect_kind {
#define EFFECT(NAME) PL_EFFECT_##NAME,
#include "model/effects.def"
#undef EFFECT
    PL_EFFECTS
};

enum pl_rejection {
    PL_ACCEPTED = 0,
#define REJECTION(NAME, ERROR, EN, ZH) PL_REJECT_##NAME,
#include "model/rejections.def"
#undef REJECTION
    PL_REJECTIONS
};

enum pl_actor { PL_ACTOR_ENGINE, PL_ACTOR_ADAPTER, PL_ACTOR_PORTAL, PL_ACTOR_OFFICER };

/* Facts: what the core may not look up or draw itself. Durations are already multiplied by the
 * clock's rate. */
struct pl_facts {
    int64_t now_ms;            /* time of the batch, UTC */
    uint64_t next_seq;         /* sequence that the first event of this command gets */
    int64_t accept_ms;         /* how long an offer waits for TAKEN */
    int64_t lease_ms;          /* how long a taken task may stay silent */
    int64_t backoff_ms;        /* first wait after a failure; doubles with each */
    uint8_t partition;         /* START: top byte of the new case's id */
    uint32_t slot;             /* START: lowest free slot */
    bool key_open;             /* START: an open case has this key */
    bool store_full;           /* START: refuse */
    struct pl_lease new_lease; /* TASK_OFFER */
    uint32_t clock_rate;       /* how many times faster than real time the clock runs */
    uint16_t calendar; /* START, RECALENDAR: number of the amendment that is in force; 0 = none */
};

/* A flat record: each command reads the fields that its handler names. All text and bytes are
 * borrowed from the message. */
struct pl_command {
    enum pl_command_kind kind;
    enum pl_actor actor;
    struct pl_case_id case_id;
    uint16_t step;
    uint16_t item;
    uint16_t round;      /* TASK_*: of the task reference; 0 = whichever */
    struct pl_text by;   /* principal */
    struct pl_text idem; /* "" for commands of the engine and answers of adapters (those are fenced
                            by the lease) */
    uint64_t body_hash;
    struct pl_text key;      /* START */
    struct pl_bytes form;    /* START; SUPPLEMENT: the whole new form (the server merges changes) */
    struct pl_lease lease;   /* TASK_TAKE, PROGRESS, PARK, COMPLETE, FAIL, THROW, RELEASE */
    struct pl_text decision; /* TASK_COMPLETE, TASK_DECIDE */
    struct pl_bytes answer;  /* TASK_COMPLETE, TASK_DECIDE; SIGNAL: data */
    struct pl_text reason;   /* wherever a person gives one */
    struct pl_text officer;  /* TASK_COMPLETE, TASK_DECIDE: who decided, where the principal is a
                                system; "" = the principal */
    struct pl_text service;  /* TASK_HAND_OVER: to whom; STEP_EXTEND: role of who grants it */
    struct pl_text code; /* TASK_FAIL, TASK_THROW; SIGNAL: name; CLOCK_STOP, CLOCK_RESUME: word of
                            the reason */
    uint32_t count; /* STEP_EXTEND: so many units of the extension are granted; 0 = all of them */
    struct pl_text estimate; /* CLOCK_STOP: how long it will take, as told in writing */
    struct pl_case_id child; /* START: the parent; CHILD_*: the child */
    uint16_t parent_task;    /* START of a child */
    uint16_t depth;          /* START of a child */
    struct pl_text note; /* TASK_FAIL, THROW: message; PROGRESS: note; PARK: reference; TASK_OFFER:
                            session's name */
    bool retryable;      /* TASK_FAIL */
    int64_t backoff_ms;  /* TASK_FAIL: 0 = the engine's choice */
    int64_t extend_ms;   /* TASK_PROGRESS: 0 = lease_ms */
    int64_t until_ms;    /* TASK_PARK */
    uint64_t percent;    /* TASK_PROGRESS */
};

struct pl_event {
    enum pl_event_kind kind;
    struct pl_case_id case_id; /* 0: of the engine */
    uint16_t step;
    uint16_t item;
    uint16_t served_by; /* service + 1 that the task was given to; 0: the one of its member */
    union {
        /* NOLINTBEGIN(bugprone-macro-parentheses): field lists cannot be parenthesized */
#define U64(NAME)   uint64_t NAME;
#define I64(NAME)   int64_t NAME;
#define TEXT(NAME)  struct pl_text NAME;
#define LEASE(NAME) struct pl_lease NAME;
#define VALUE(NAME) struct pl_bytes NAME;
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    struct {                                                                                       \
        FIELDS                                                                                     \
    } APPLIER;
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
        /* NOLINTEND(bugprone-macro-parentheses) */
    };
};

/* The VALUE of an event; size 0 when it has none. */
struct pl_bytes pl_event_value(const struct pl_event *event);

/* Why the clocks of a step stand still: bits of pl_step.stops. */
enum pl_stop {
    PL_STOP_APPLICANT, /* the file is with the applicant */
    PL_STOP_PAUSE,     /* the case is paused */
#define STOP_REASON(NAME, WORD, ZH, EN) PL_STOP_##NAME,
#include "model/stop_reasons.def"
#undef STOP_REASON
    PL_STOPS
};
#define PL_STOP_FIRST_REASON 2 /* pl_step_def.stops has the reasons from bit 0 */

/* Number of the reason with this word, from 0 in the order of the registry; PL_STOPS: none. */
unsigned pl_stop_reason(struct pl_text word);
const char *pl_stop_word(enum pl_stop stop); /* "hearing" */

struct pl_effect {
    enum pl_effect_kind kind;
    struct pl_case_id case_id;
    uint16_t step;
    uint16_t item;
};

/* What timed out, in TASK_TIMED_OUT. */
enum { PL_TIMEOUT_ACCEPT, PL_TIMEOUT_LEASE, PL_TIMEOUT_BACKOFF };

const char *pl_command_name(enum pl_command_kind kind); /* "START" */
const char *pl_event_type(enum pl_event_kind kind);     /* "case_started": on the wire */
const char *pl_rejection_name(enum pl_rejection rejection);
const char *pl_rejection_text(enum pl_rejection rejection);
const char *pl_rejection_text_zh(enum pl_rejection rejection);

/* Who may send a command: letters of commands.def against the kind of actor. */
bool pl_command_allows(enum pl_command_kind kind, enum pl_actor actor);

#endif
