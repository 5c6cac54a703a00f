/* Answers: what the people and departments around one case do, as a file says it. Rehearsals play
 * it (rehearsal/play.h); tests of definitions are made of the same parts.
 *
 * Reading checks everything against the definitions that the case may run: steps, decisions,
 * members, services, times, the form. What is read is plain data in the caller's arena.
 * workflows/LANGUAGE.md has the keys. */
#ifndef PL_DEFINITION_ANSWERS_H
#define PL_DEFINITION_ANSWERS_H

#include "base/arena.h"
#include "definition/diag.h"
#include "model/definition.h"

#define PL_COMPANY_MAX 64 /* workflows of one rehearsal, children of children included */

/* The workflows of a rehearsal: the first is that of the case, the others are started by it. */
struct pl_company {
    uint32_t count;
    const struct pl_definition *defs[PL_COMPANY_MAX];
};

/* The definition of that name, or NULL. */
const struct pl_definition *pl_company_find(const struct pl_company *company, struct pl_text name);

/* A span; `given` false: at once. */
struct pl_after {
    bool given;
    struct pl_span span;
};

/* A moment: so long after the start of the case, or by the clock. */
struct pl_moment {
    struct pl_after after;
    int64_t at_ms; /* when `after` is not given; 0: neither was */
};

enum pl_answer_kind {
    PL_ANSWER_DECISION,
    PL_ANSWER_SILENCE,
    PL_ANSWER_FAIL,     /* the department's system fails: `word` is the code */
    PL_ANSWER_THROW,    /* it gives up: an operator must look */
    PL_ANSWER_HAND_OVER /* it is not competent: `word` is the service that is */
};

/* What comes back for a task. */
struct pl_answer {
    enum pl_answer_kind kind;
    struct pl_text word;   /* id of the decision; code; service. "" = whatever goes on */
    struct pl_after after; /* from when the task came */
    struct pl_text reason;
    struct pl_text officer;
    struct pl_bytes value; /* what it answers; size 0: nothing */
    bool failed_for_good;  /* FAIL: it is not tried again */
};

/* One for each time that the task comes; the last one stands for all later ones. */
struct pl_answer_list {
    struct pl_answer *at;
    uint32_t count;
};

/* Of one of several tasks of a step. */
struct pl_answer_member {
    struct pl_text who; /* service, role of a signer, step of an arrival, or number from 1 */
    struct pl_answer_list list;
};

struct pl_answer_entry {
    struct pl_text path; /* of the case below the first: "fire_case", "lots.2/check"; "" for any */
    struct pl_text step;
    bool undo;                  /* of the compensation of the step */
    struct pl_answer_list list; /* of the lead; of every item or signer without one of its own */
    struct pl_answer_member *members;
    uint32_t member_count;
};

/* Something that comes from outside at a time. */
struct pl_incoming {
    struct pl_moment when;
    struct pl_text path; /* of the case; "" the first */
    enum pl_incoming_kind {
        PL_INCOMING_SIGNAL, /* `word` is its name */
        PL_INCOMING_WITHDRAW,
        PL_INCOMING_CANCEL,
        PL_INCOMING_PAUSE,
        PL_INCOMING_RESUME_CASE,
        PL_INCOMING_SUPPLEMENT, /* `value` are the changes */
        PL_INCOMING_STOP,       /* `word` is the reason of the law */
        PL_INCOMING_RESUME,
        PL_INCOMING_EXTEND, /* `word` is the role */
        PL_INCOMING_HAND_OVER,
        PL_INCOMING_SKIP,
        PL_INCOMING_BACK,
        PL_INCOMING_RETRY,
        PL_INCOMING_DECIDE /* `word` is the decision */
    } kind;
    struct pl_text step;
    struct pl_text who; /* which task of it; "" the lead */
    struct pl_text word;
    struct pl_text key; /* SIGNAL: correlation; "" by case */
    struct pl_text reason;
    struct pl_text estimate;
    struct pl_text officer;
    struct pl_bytes value;
    uint32_t line; /* in the file */
};

struct pl_answers {
    int64_t start_ms;
    int64_t until_ms; /* 0: no end */
    struct pl_bytes form;
    struct pl_text key;
    struct pl_text by;
    struct pl_answer otherwise; /* of tasks that are not listed */
    struct pl_answer_entry *entries;
    uint32_t entry_count;
    struct pl_answer_list supplements; /* how the applicant completes the file, each time that it
                                          comes back */
    struct pl_incoming *incoming;      /* in the order of the file */
    uint32_t incoming_count;
};

/* Reads a file; `diags` takes every mistake, sorted, as of file 0. `form_text` is the text of the
 * file that `form` names (pl_answers_form_name), or NULL. What is read borrows from the arena only.
 * PLACET_EINVALID with mistakes, PLACET_ELIMIT when the arena is full, PLACET_ENOMEM. */
int pl_answers_read(struct pl_text yaml, const struct pl_text *form_text,
                    const struct pl_company *company, struct pl_arena *arena,
                    struct pl_diags *diags, struct pl_answers *answers_out);

/* The name of the file that `form` names, as it is written; false when the form stands in the
 * answers, or nothing is readable. */
bool pl_answers_form_name(struct pl_text yaml, char *out, size_t size);

/* Whether a name means this task of a step, as `who` is written: the service or signer of a member,
 * the step of an arrival, or the number of the task from 1. */
bool pl_answers_means(const struct pl_definition *def, uint16_t step, uint16_t item,
                      struct pl_text who);

#endif
