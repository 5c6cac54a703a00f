#include "support/transcript.h"

#include <inttypes.h>
#include <placet/error.h>
#include <placet/protocol.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/time.h"
#include "model/command.h"
#include "value/json.h"
#include "wire/case.h"
#include "wire/events.h"
#include "wire/frame.h"

#define ZONE_MINUTES 480
#define YEAR_2000_MS INT64_C(946684800000)

void transcript_init(struct transcript *t, struct sim *w)
{
    memset(t, 0, sizeof *t);
    t->world = w;
    t->text = calloc(1, TRANSCRIPT_MAX);
    PL_CHECK(t->text != NULL);
}

void transcript_fini(struct transcript *t)
{
    free(t->text);
}

void transcript_clear(struct transcript *t)
{
    t->len = 0;
    t->text[0] = '\0';
}

void transcript_addf(struct transcript *t, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const int n = vsnprintf(t->text + t->len, TRANSCRIPT_MAX - t->len, format, args);
    va_end(args);
    PL_CHECK(n >= 0 && (size_t)n < TRANSCRIPT_MAX - t->len);
    t->len += (size_t)n;
}

static void add_text(struct transcript *t, const char *name, struct pl_text text)
{
    if (text.len > 0) {
        transcript_addf(t, " %s=\"%.*s\"", name, (int)text.len, text.at);
    }
}

static void add_time(struct transcript *t, const char *name, int64_t at_ms)
{
    char text[PL_TIME_TEXT_SIZE];

    if (at_ms == 0) {
        return;
    }
    if (at_ms < YEAR_2000_MS) { /* a span, not a date */
        transcript_addf(t, " %s=%" PRId64, name, at_ms);
        return;
    }
    pl_time_format(at_ms, ZONE_MINUTES, text);
    transcript_addf(t, " %s=%.19s", name, text);
}

static void add_value(struct transcript *t, const char *name, struct pl_bytes value)
{
    char *json;

    if (value.size == 0) {
        return;
    }
    PL_CHECK(pl_json_write(value, false, &json) == PLACET_OK);
    if (strlen(json) > 100) {
        transcript_addf(t, " %s=(%u bytes)", name, value.size);
    } else {
        transcript_addf(t, " %s=%s", name, json);
    }
    free(json);
}

/* The definition of a case, open or closed. */
static const struct pl_definition *definition_of(struct transcript *t, struct pl_case_id id)
{
    struct pl_server *s = &t->world->server;
    uint8_t memory[16384];
    uint32_t size = sizeof memory;
    uint32_t slot;
    struct pl_case c;

    if (pl_map_get(&s->state.slot_of_case, id.v, &slot)) {
        const struct pl_slot *at = &s->state.slots[slot];
        PL_CHECK(pl_wire_peek_case((struct pl_bytes){at->packed, at->packed_size}, &c) == 0);
        return pl_state_definition_number(&s->state, c.definition);
    }
    if (sim_store_ops.get(&t->world->store, PL_TABLE_CLOSED, id.v, memory, &size) < 0) {
        return NULL;
    }
    PL_CHECK(pl_wire_peek_case((struct pl_bytes){memory, size}, &c) == 0);
    return pl_state_definition_number(&s->state, c.definition);
}

static void add_number(struct transcript *t, const struct pl_definition *def, const char *name,
                       uint64_t value)
{
    if (strcmp(name, "decision") == 0 && def != NULL && value < def->decision_count) {
        transcript_addf(t, " %.*s", (int)def->decisions[value].id.len, def->decisions[value].id.at);
    } else if (strcmp(name, "result") == 0 && def != NULL && value < def->result_count) {
        transcript_addf(t, " %.*s", (int)def->results[value].id.len, def->results[value].id.at);
    } else if (strcmp(name, "by_step") == 0 || strcmp(name, "to_step") == 0) {
        if (def != NULL && value < def->step_count) {
            transcript_addf(t, " %s=%.*s", name, (int)def->steps[value].id.len,
                            def->steps[value].id.at);
        }
    } else if (strcmp(name, "rejection") == 0) {
        transcript_addf(t, " %s", pl_rejection_name((enum pl_rejection)value));
    } else if (strcmp(name, "command") == 0) {
        transcript_addf(t, " %s", pl_command_name((enum pl_command_kind)value));
    } else if (strcmp(name, "body_hash") != 0) {
        transcript_addf(t, " %s=%" PRIu64, name, value);
    }
}

static void add_fields(struct transcript *t, const struct pl_definition *def,
                       const struct pl_event *event)
{
    switch (event->kind) {
#define U64(NAME)   add_number(t, def, #NAME, f->NAME);
#define I64(NAME)   add_time(t, #NAME, f->NAME);
#define TEXT(NAME)  add_text(t, #NAME, f->NAME);
#define LEASE(NAME) (void)f->NAME;
#define VALUE(NAME) add_value(t, #NAME, f->NAME);
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME: {                                                                          \
        const __typeof__(event->APPLIER) *f = &event->APPLIER;                                     \
        FIELDS break;                                                                              \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
    }
}

static void add_event(struct transcript *t, const struct pl_event *event, uint64_t seq)
{
    const struct pl_definition *def =
        event->case_id.v == 0 ? NULL : definition_of(t, event->case_id);

    transcript_addf(t, "  %" PRIu64 " %s", seq, pl_event_type(event->kind));
    if (def != NULL && event->step < def->step_count) {
        const struct pl_step_def *step = &def->steps[event->step];
        transcript_addf(t, " %.*s", (int)step->id.len, step->id.at);
        if (event->item != PL_NO_ITEM && step->member_count > 1) {
            transcript_addf(t, "[%u]", event->item);
        }
    }
    add_fields(t, def, event);
    transcript_addf(t, "\n");
}

static void add_frame(struct transcript *t, const struct sim_frame *at)
{
    struct pl_frame frame;
    struct pl_reader in;

    PL_CHECK(pl_frame_parse(at->bytes, at->size, PL_FRAME_HASH, &frame) == PLACET_OK);
    pl_reader_init(&in, frame.payload.at, frame.payload.size);
    for (uint32_t i = 0; i < frame.count; i++) {
        struct pl_event event;
        PL_CHECK(pl_wire_read_event(&in, &event) == PLACET_OK);
        add_event(t, &event, frame.first_seq + i);
    }
}

static void add_letter(struct transcript *t, const struct sim_letter *letter)
{
    const char *peer = letter->peer.v < TRANSCRIPT_PEERS ? t->peers[letter->peer.v] : "?";
    struct pl_text text = {0};

    transcript_addf(t, "  -> %s %s", peer, placet_kind_name(letter->kind));
    if ((letter->flags & PLACET_FLAG_DUP) != 0) {
        transcript_addf(t, " again");
    }
    if ((letter->flags & PLACET_FLAG_ERROR) != 0) {
        (void)pl_value_as_text(pl_value_get(letter->body, PL_TEXT("name")), &text);
        transcript_addf(t, " %.*s:", (int)text.len, text.at);
        (void)pl_value_as_text(pl_value_get(letter->body, PL_TEXT("message")), &text);
        transcript_addf(t, " %.*s", (int)text.len, text.at);
    } else if ((letter->flags & PLACET_FLAG_REPLY) == 0) {
        (void)pl_value_as_text(pl_value_get(letter->body, PL_TEXT("step")), &text);
        transcript_addf(t, " %.*s", (int)text.len, text.at);
    } else {
        transcript_addf(t, " ok");
    }
    transcript_addf(t, "\n");
}

void transcript_catch_up(struct transcript *t)
{
    struct sim *w = t->world;

    while (t->frames_seen < w->frame_count) {
        add_frame(t, &w->frames[t->frames_seen++]);
    }
    while (t->letters_seen < w->outbox_count) {
        add_letter(t, &w->outbox[t->letters_seen++]);
    }
}
