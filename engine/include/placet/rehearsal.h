/**
 * @file
 * Rehearsals: one case of a workflow played on a clock of its own, by the same core that the engine
 * runs, without engine, sockets or store. For tools, as definition.h is.
 *
 * An answers file says what the departments, the applicant and the officers do, and when
 * (workflows/LANGUAGE.md, "One case by hand"). The same files give the same events, byte for byte.
 *
 *     struct placet_rehearsal *r = NULL;
 *     if (placet_rehearsal_open("permit.yaml", PLACET_TEXT, PLACET_BOTH, &r, &report, &err) == 0 &&
 *         placet_rehearsal_answers(r, "permit.answers.yaml", PLACET_TEXT, PLACET_BOTH, &report,
 *                                  &err) == 0 &&
 *         placet_rehearsal_play(r, print, NULL, &ending, &err) == 0) { ... }
 */
#ifndef PLACET_REHEARSAL_H
#define PLACET_REHEARSAL_H

#include <placet/client.h>
#include <placet/definition.h>
#include <placet/error.h>
#include <placet/value.h>

/** A workflow, those that it starts, and the answers of one case. */
struct placet_rehearsal;

/**
 * Reads a workflow, and from its folder those that it runs. `*report_out` is freed with
 * placet_free: the mistakes, as placet_bundle_check writes them, or NULL. PLACET_EINVALID with
 * mistakes, PLACET_ENOTFOUND or PLACET_EIO for a file, PLACET_ELIMIT, PLACET_ENOMEM. End with
 * placet_rehearsal_close.
 */
PLACET_API PLACET_MUST_CHECK int placet_rehearsal_open(const char *workflow_path,
                                                       enum placet_format format,
                                                       enum placet_language language,
                                                       struct placet_rehearsal **rehearsal_out,
                                                       char **report_out, struct placet_error *err);

/** NULL and a pointer to NULL are allowed; `*rehearsal` becomes NULL. */
PLACET_API void placet_rehearsal_close(struct placet_rehearsal **rehearsal);

/** Reads the answers of a case; they replace those that were read before. As above. */
PLACET_API PLACET_MUST_CHECK int
placet_rehearsal_answers(struct placet_rehearsal *rehearsal, const char *answers_path,
                         enum placet_format format, enum placet_language language,
                         char **report_out, struct placet_error *err);

/** Called for each event in order: what a watcher of the engine would see, documents included. The
 * event is borrowed for the call. */
typedef void placet_rehearsal_event(void *context, const struct placet_event *event);

/**
 * Plays the case from its start, any number of times. `*ending_out` is borrowed until the next
 * call: {case, key, workflow, state: "closed" | "open" | "paused", result: {id, zh, en} | nil,
 * started, ended, working_days, calendar_days, cases, events, ran_out, left_over, waits: [{case,
 * workflow, step, title, item, kind, department, service, signal, until, next}]}. `waits` says what
 * is left when nothing more happens, or when the time of the answers is over (`ran_out`);
 * `left_over` has the lines of signals and acts that would have come later. `on_event` may be
 * NULL. PLACET_ELIMIT for a case without end, PLACET_EINVALID for a supplement that does not fit.
 */
PLACET_API PLACET_MUST_CHECK int
placet_rehearsal_play(struct placet_rehearsal *rehearsal, placet_rehearsal_event *on_event,
                      void *context, struct placet_value *ending_out, struct placet_error *err);

#endif
