/* What the files of the room share. */
#ifndef PL_REHEARSAL_INSIDE_H
#define PL_REHEARSAL_INSIDE_H

#include "base/arena.h"
#include "rehearsal/play.h"

/* Something that will come at its time. Its number orders what comes at the same moment. */
struct pl_coming {
    enum { PL_COMING_ANSWER, PL_COMING_SIGNAL, PL_COMING_SUPPLEMENT, PL_COMING_INCOMING } kind;
    uint32_t played;
    uint16_t step;
    uint16_t item;
    uint16_t round;
    struct pl_lease lease;
    const struct pl_answer *answer;
    const struct pl_incoming *incoming;
};

/* An effect that was not carried out yet. */
struct pl_owed {
    uint32_t played;
    struct pl_effect effect;
};

struct pl_play {
    const struct pl_company *company;
    const struct pl_answers *answers;
    pl_play_event *on_event;
    void *context;
    struct placet_error *err;

    struct pl_arena arena; /* of one run */
    struct pl_facts facts;
    uint64_t prev_seq;
    uint64_t leases;
    bool ran_out;

    struct pl_played *played[PL_PLAY_CASES_MAX];
    uint32_t played_count;
    struct pl_heap wakes; /* of cases, by time */

    struct pl_coming *coming;
    uint32_t coming_count;
    uint32_t coming_room;
    struct pl_heap times; /* of what is coming */

    struct pl_owed *owed;
    uint32_t owed_first;
    uint32_t owed_count;
    uint32_t owed_room;

    struct pl_outcome outcome;
    uint8_t *room; /* where documents for children are put together */
    uint8_t *memory;
};

#define PL_PLAY_ROOM_SIZE (1u << 20)

/* Grows an array of the arena so that one more fits. False: the arena is full. */
bool pl_play_grow(struct pl_play *play, void **array, uint32_t count, uint32_t *room, size_t size);

/* Says what ran out, and gives PLACET_ELIMIT. */
int pl_play_exhausted(struct pl_play *play, const char *what);

/* Decides and applies a command of a case; effects are put down as owed. `*rejection_out` may be
 * NULL. A negative status is a failure of the play, not of the command. */
int pl_play_command(struct pl_play *play, uint32_t number, struct pl_command *cmd,
                    enum pl_rejection *rejection_out);

/* A case that has not started: its START is given with pl_play_command. */
int pl_play_add(struct pl_play *play, const struct pl_definition *def, struct pl_text path,
                uint32_t *played_out);

/* What a step's expressions may read of a case. */
struct pl_reading pl_play_reading(struct pl_play *play, const struct pl_played *played,
                                  uint16_t step, uint16_t item);

/* Puts something down for a time. */
int pl_play_expect(struct pl_play *play, int64_t at_ms, struct pl_coming coming);

/* So long after `from_ms`, at the same time of the day: days of the calendar, or time. */
int64_t pl_play_later(const struct pl_definition *def, int64_t from_ms, struct pl_after after);

/* Carries out what is owed until nothing is. */
int pl_play_settle(struct pl_play *play);

/* A task is offered to its department, which takes it and has its answer ready for later. */
int pl_play_offer(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item);

/* What somebody does when a step began to wait or came back to the applicant. */
int pl_play_follow(struct pl_play *play, uint32_t number, const struct pl_event *event);

/* Children. */
int pl_play_start_child(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item);
int pl_play_cancel_child(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item);
int pl_play_tell_parent(struct pl_play *play, uint32_t number);

/* The time of something has come. */
int pl_play_give(struct pl_play *play, const struct pl_coming *coming);
int pl_play_act(struct pl_play *play, const struct pl_incoming *incoming);

/* A command of a person or department: a refusal becomes an event, unless the core recorded one
 * already. As pl_play_command. */
int pl_play_say(struct pl_play *play, uint32_t number, struct pl_command *cmd,
                enum pl_rejection *rejection_out);

#endif
