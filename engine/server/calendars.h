/* Calendars that were published again. The holidays of a year are published in the autumn before
 * it, and sometimes changed: open cases then go on with the newer version of their calendar.
 *
 * An amendment is an event of the engine; its file is a blob, and a row of the table of marks says
 * which blobs are amendments. A definition knows those of its calendar that are newer than its own
 * file, in order, and a case how many of these it has followed: that number only grows, and a case
 * that lags behind is brought up by a command of the engine, so many in each turn. */
#ifndef PL_SERVER_CALENDARS_H
#define PL_SERVER_CALENDARS_H

#include "base/text.h"
#include "model/calendar.h"
#include "model/ids.h"
#include "value/reader.h"
#include "value/writer.h"

struct pl_server;
struct pl_state;
struct pl_revision;

struct pl_amendment {
    uint64_t seq;
    struct pl_calendar *calendar; /* owned */
};

/* ---- state ---- */

/* Folds a CALENDAR_AMENDED: `file` is its VALUE, [name, text]. Every definition with that calendar
 * and an older version of it knows it from now on. PLACET_ECORRUPT when it is no calendar,
 * PLACET_ENOMEM.
 */
int pl_calendars_fold(struct pl_state *state, struct pl_bytes file, uint64_t seq);

/* What a new definition finds amended already. */
int pl_calendars_attach(struct pl_state *state, struct pl_revision *revision);
void pl_calendars_fini(struct pl_state *state);

/* Newest version of a calendar among the amendments; 0 = none. */
uint32_t pl_calendars_newest(const struct pl_state *state, struct pl_text id);

/* Definitions whose calendar this would amend. */
uint32_t pl_calendars_count(const struct pl_state *state, const struct pl_calendar *calendar);

/* The row that lists the amendments. */
void pl_calendars_write_row(const struct pl_state *state, struct pl_writer *out);
uint32_t pl_calendars_row_size(const struct pl_state *state);

/* ---- turns ---- */

/* Publishes a newer version: journal, state, rows. Afterwards each open case follows by and by.
 * PLACET_ELIMIT, PLACET_ENOMEM. */
int pl_turn_amend(struct pl_server *s, const struct pl_calendar *calendar, struct pl_text file,
                  struct pl_text by);

/* Lets some of the cases that lag behind follow. Returns how many, or a status that ends the turn.
 */
int pl_calendars_follow(struct pl_server *s);

#endif
