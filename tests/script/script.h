/* The runner of scripts: one simulated world, the people in it by name, and the transcript. */
#ifndef PL_TESTS_SCRIPT_H
#define PL_TESTS_SCRIPT_H

#include "support/transcript.h"

#define SCRIPT_ZONE_MINUTES 480

struct person {
    char role[16];
    uint32_t idems; /* given to messages that had none */
};

struct script {
    struct sim world;
    struct transcript transcript;
    char *output;
    size_t output_len;
    uint32_t peers;
    struct person people[TRANSCRIPT_PEERS];
    const char *file;
    unsigned line;
};

_Noreturn void script_fail(const struct script *s, const char *what, const char *about);

/* Turns until nothing is left to do; a turn that fails ends the run. */
void script_settle(struct script *s);
void script_restart(struct script *s);

/* ---- messages (message.c) ---- */

uint32_t script_peer(const struct script *s, const char *name);
uint32_t script_add_peer(struct script *s, const char *name, const char *role);

/* Queues `json` with its placeholders filled. */
void script_post(struct script *s, uint32_t peer, const char *kind, const char *json);

/* Queues what stands in a line: NAME KIND {json}, NAME KIND bytes HEX, NAME PUBLISH path. The line
 * is written into. */
void script_message(struct script *s, char *line);

/* The newest case that was started (with this key; NULL: any). */
struct pl_case_id script_case(const struct script *s, const char *key);

/* ---- longer commands ---- */

/* PATHS NAME KIND {json}: the same, and those parts of the reply as a table (show.c). */
void script_show(struct script *s, char *args);

/* NAME PATHS: parts of the last message that NAME got. */
void script_letter(struct script *s, char *args);

/* NAME: answers everything that it is asked in the morning of the last day, until nothing is left
 * to do (office.c). */
void script_office(struct script *s, const char *args);

/* NAME KIND {json}: for every call of a port that the message leads to, a life of the engine that
 * ends there; all must come to the same (crash.c). The message is sent in the end. */
void script_crash_all(struct script *s, const char *args);

#endif
