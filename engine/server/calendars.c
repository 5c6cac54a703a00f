#include "server/calendars.h"

#include <placet/error.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "definition/bundle.h"
#include "definition/definition.h"
#include "server/case_view.h"
#include "server/turn.h"

#define FOLLOW_PER_TURN 128u  /* cases: about as much as a batch of messages */
#define LOOK_PER_TURN   4096u /* slots: a few milliseconds */

/* ---- state ------------------------------------------------------------------------------------
 */

static bool amends(const struct pl_calendar *newer, const struct pl_calendar *older)
{
    return strcmp(newer->id, older->id) == 0 && newer->version > older->version;
}

static int append_to(struct pl_revision *revision, const struct pl_calendar *calendar)
{
    struct pl_definition *def = revision->def;
    const struct pl_calendar **grown =
        realloc(revision->amended, (def->amended_count + 1U) * sizeof(struct pl_calendar *));

    if (grown == NULL) {
        return PLACET_ENOMEM;
    }
    grown[def->amended_count++] = calendar;
    revision->amended = grown;
    def->amended = grown;
    return PLACET_OK;
}

static int load(struct pl_bytes file, struct pl_diags *diags, struct pl_calendar *calendar)
{
    char name[PL_BUNDLE_NAME_SIZE];
    struct pl_reader in;

    pl_reader_init(&in, file.at, file.size);
    const uint32_t parts = pl_reader_array(&in);
    const struct pl_text title = pl_reader_text(&in, PL_BUNDLE_NAME_SIZE - 1);
    const struct pl_text text = pl_reader_text(&in, PL_PUBLISH_BODY_MAX);
    if (!pl_reader_done(&in) || parts != 2) {
        return PLACET_ECORRUPT;
    }
    (void)snprintf(name, sizeof name, "%.*s", (int)title.len, title.at);
    const int rc = pl_calendar_load(text, name, diags, calendar);
    return rc == PLACET_EINVALID ? PLACET_ECORRUPT : rc;
}

static int read_calendar(struct pl_bytes file, struct pl_calendar **calendar_out)
{
    struct pl_calendar *calendar = malloc(sizeof *calendar);
    struct pl_diags *diags = pl_diags_new();
    const int rc = calendar == NULL || diags == NULL ? PLACET_ENOMEM : load(file, diags, calendar);

    free(diags);
    if (rc < 0) {
        free(calendar);
        return rc;
    }
    *calendar_out = calendar;
    return PLACET_OK;
}

int pl_calendars_fold(struct pl_state *state, struct pl_bytes file, uint64_t seq)
{
    struct pl_calendar *calendar = NULL;

    int rc = read_calendar(file, &calendar);
    if (rc < 0) {
        return rc;
    }
    struct pl_amendment *grown =
        realloc(state->amendments, (state->amendment_count + 1U) * sizeof *grown);
    if (grown == NULL) {
        free(calendar);
        return PLACET_ENOMEM;
    }
    state->amendments = grown;
    grown[state->amendment_count++] = (struct pl_amendment){seq, calendar};
    for (uint32_t i = 0; rc == PLACET_OK && i < state->revision_count; i++) {
        struct pl_revision *revision = &state->revisions[i];
        if (amends(calendar, &revision->def->calendar)) {
            rc = append_to(revision, calendar);
        }
    }
    return rc;
}

int pl_calendars_attach(struct pl_state *state, struct pl_revision *revision)
{
    int rc = PLACET_OK;

    for (uint32_t i = 0; rc == PLACET_OK && i < state->amendment_count; i++) {
        if (amends(state->amendments[i].calendar, &revision->def->calendar)) {
            rc = append_to(revision, state->amendments[i].calendar);
        }
    }
    return rc;
}

void pl_calendars_fini(struct pl_state *state)
{
    for (uint32_t i = 0; i < state->amendment_count; i++) {
        free(state->amendments[i].calendar);
    }
    free(state->amendments);
}

uint32_t pl_calendars_newest(const struct pl_state *state, struct pl_text id)
{
    uint32_t newest = 0;

    for (uint32_t i = 0; i < state->amendment_count; i++) {
        const struct pl_calendar *calendar = state->amendments[i].calendar;
        if (pl_text_is(id, calendar->id) && calendar->version > newest) {
            newest = calendar->version;
        }
    }
    return newest;
}

uint32_t pl_calendars_count(const struct pl_state *state, const struct pl_calendar *calendar)
{
    uint32_t count = 0;

    for (uint32_t i = 0; i < state->revision_count; i++) {
        count += amends(calendar, &state->revisions[i].def->calendar);
    }
    return count;
}

uint32_t pl_calendars_row_size(const struct pl_state *state)
{
    return 5 + 9 * state->amendment_count;
}

void pl_calendars_write_row(const struct pl_state *state, struct pl_writer *out)
{
    pl_write_array(out, state->amendment_count);
    for (uint32_t i = 0; i < state->amendment_count; i++) {
        pl_write_u64(out, state->amendments[i].seq);
    }
}

/* ---- turns ------------------------------------------------------------------------------------
 */

static int put_rows(struct pl_server *s, struct pl_bytes file, uint64_t seq)
{
    const uint32_t size = pl_calendars_row_size(&s->state);
    void *memory = pl_arena_alloc(&s->arena, size);
    struct pl_writer row;

    if (memory == NULL) {
        return PLACET_ENOMEM;
    }
    pl_writer_init(&row, memory, size);
    pl_calendars_write_row(&s->state, &row);
    const int rc = pl_turn_put(s, PL_TABLE_BLOBS, seq, file);
    return rc < 0 ? rc : pl_turn_put(s, PL_TABLE_META, PL_META_CALENDARS, pl_writer_bytes(&row));
}

int pl_turn_amend(struct pl_server *s, const struct pl_calendar *calendar, struct pl_text file,
                  struct pl_text by)
{
    const uint64_t seq = pl_turn_next_seq(s);
    const uint32_t size = PL_BUNDLE_NAME_SIZE + file.len + 16;
    void *memory = pl_arena_alloc(&s->arena, size);
    struct pl_writer value;
    char name[PL_BUNDLE_NAME_SIZE];

    if (memory == NULL) {
        return PLACET_ELIMIT;
    }
    pl_writer_init(&value, memory, size);
    pl_bundle_calendar_name(pl_text_of(calendar->id), name);
    pl_write_array(&value, 2);
    pl_write_string(&value, name);
    pl_write_text(&value, file);
    const struct pl_event event = {
        .kind = PL_EVT_CALENDAR_AMENDED,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .calendar_amended = {.calendar = pl_text_of(calendar->id),
                             .version = calendar->version,
                             .by = by,
                             .file = pl_writer_bytes(&value)},
    };
    int rc = pl_turn_append(s, &event);
    if (rc < 0) {
        return rc;
    }
    rc = pl_calendars_fold(&s->state, event.calendar_amended.file, seq);
    if (rc == PLACET_OK) {
        rc = put_rows(s, event.calendar_amended.file, seq);
    }
    s->state.follow_slot = 0;
    return rc == PLACET_ELIMIT ? PLACET_ENOMEM : rc;
}

static bool lags(struct pl_server *s, uint32_t slot, struct pl_case_id *id_out)
{
    const size_t mark = s->arena.used;
    struct pl_found found;

    const int rc = pl_case_in_slot(s, slot, &found);
    s->arena.used = mark;
    if (rc != PLACET_OK || found.c.finished || found.c.calendar >= found.def->amended_count) {
        return false;
    }
    *id_out = found.c.id;
    return true;
}

int pl_calendars_follow(struct pl_server *s)
{
    struct pl_state *state = &s->state;
    int followed = 0;

    for (uint32_t looked = 0; state->follow_slot < state->slot_count; looked++) {
        struct pl_command cmd = {.kind = PL_CMD_RECALENDAR,
                                 .actor = PL_ACTOR_ENGINE,
                                 .step = PL_NO_STEP,
                                 .item = PL_NO_ITEM};
        struct pl_verdict done;
        if (looked == LOOK_PER_TURN || followed == (int)FOLLOW_PER_TURN) {
            return followed;
        }
        if (lags(s, state->follow_slot, &cmd.case_id)) {
            const int rc = pl_turn_command(s, &cmd, &done);
            if (rc == PLACET_ELIMIT) {
                return followed; /* the turn is full: the next one goes on here */
            }
            if (rc < 0) {
                return rc;
            }
            followed++;
        }
        state->follow_slot++;
    }
    state->follow_slot = UINT32_MAX;
    return followed;
}
