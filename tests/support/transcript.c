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

static const char *const cards[] = {[PL_CARD_WARNING] = "warning",
                                    [PL_CARD_YELLOW] = "yellow",
                                    [PL_CARD_RED] = "red",
                                    [PL_CARD_REMINDER] = "reminder",
                                    [PL_CARD_ANNOUNCEMENT] = "announcement",
                                    [PL_CARD_NONE] = "no card"};
static const char *const timeouts[] = {
    [PL_TIMEOUT_ACCEPT] = "accept", [PL_TIMEOUT_LEASE] = "lease", [PL_TIMEOUT_BACKOFF] = "backoff"};

/* A number that is the name of something in the definition. */
static bool add_reference(struct transcript *t, const struct pl_definition *def, const char *name,
                          uint64_t value)
{
    if (strcmp(name, "decision") == 0 && value < def->decision_count) {
        transcript_addf(t, " %.*s", (int)def->decisions[value].id.len, def->decisions[value].id.at);
    } else if (strcmp(name, "result") == 0 && value < def->result_count) {
        transcript_addf(t, " %.*s", (int)def->results[value].id.len, def->results[value].id.at);
    } else if (strcmp(name, "by_step") == 0 || strcmp(name, "to_step") == 0) {
        if (value < def->step_count) {
            transcript_addf(t, " %s=%.*s", name, (int)def->steps[value].id.len,
                            def->steps[value].id.at);
        } else if (value == PL_STEP_APPLY) {
            transcript_addf(t, " %s=apply", name);
        }
    } else {
        return strcmp(name, "decision") == 0; /* an officer's has no name */
    }
    return true;
}

static void add_number(struct transcript *t, const struct pl_definition *def, const char *name,
                       uint64_t value)
{
    if ((def != NULL && add_reference(t, def, name, value)) || strcmp(name, "body_hash") == 0 ||
        (strcmp(name, "percent") == 0 && value > 100)) {
        return;
    }
    if (strcmp(name, "rejection") == 0) {
        transcript_addf(t, " %s", pl_rejection_name((enum pl_rejection)value));
    } else if (strcmp(name, "card") == 0) {
        transcript_addf(t, " %s", cards[value]);
    } else if (strcmp(name, "what") == 0) {
        transcript_addf(t, " %s", timeouts[value]);
    } else if (strcmp(name, "command") == 0) {
        transcript_addf(t, " %s", pl_command_name((enum pl_command_kind)value));
    } else if (strcmp(name, "held") == 0) {
        transcript_addf(t, "%s", value != 0 ? " held" : "");
    } else {
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

static bool is_brief(enum pl_event_kind kind)
{
    return kind < PL_EVT_TASK_READIED && kind != PL_EVT_COMMAND_ACCEPTED &&
           kind != PL_EVT_STEP_STARTED;
}

static void add_event(struct transcript *t, const struct pl_event *event, uint64_t seq,
                      int64_t at_ms)
{
    const struct pl_definition *def =
        event->case_id.v == 0 ? NULL : definition_of(t, event->case_id);
    char time[PL_TIME_TEXT_SIZE];

    if (t->brief && !is_brief(event->kind)) {
        return;
    }
    pl_time_format(at_ms, ZONE_MINUTES, time);
    if (t->brief) {
        transcript_addf(t, "  %.10s %s", time, pl_event_type(event->kind));
    } else {
        transcript_addf(t, "  %" PRIu64 " %s", seq, pl_event_type(event->kind));
    }
    if (def != NULL && event->step < def->step_count) {
        const struct pl_step_def *step = &def->steps[event->step];
        transcript_addf(t, " %.*s", (int)step->id.len, step->id.at);
        if (event->item != PL_NO_ITEM && step->task_count > 1) {
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
        add_event(t, &event, frame.first_seq + i, frame.at_ms);
    }
}

/* ---- letters ---- */

static const struct {
    uint16_t kind;
    bool reply;
    const char *fields;
} shown[] = {
    {PLACET_KIND_TASK, false, "step service attempt round hold due"},
    {PLACET_KIND_CANCEL, false, "task"},
    {PLACET_KIND_MARK, false, "upto"},
    {PLACET_KIND_END, false, "name oldest"},
    {PLACET_KIND_START, true, "case existing"},
    {PLACET_KIND_PUBLISH, true, "workflow revision unchanged dry_run"},
    {PLACET_KIND_SUBSCRIBE, true, "credit pending"},
    {PLACET_KIND_TAKEN, true, "until"},
    {PLACET_KIND_PROGRESS, true, "until"},
    {PLACET_KIND_WATCH, true, "from open"},
    {PLACET_KIND_HEALTH, true, "status starts"},
    {PLACET_KIND_BYE, true, "drain"},
};

/* A key of a letter; what is usual (false, nil, a first attempt) is left out. */
static void add_key(struct transcript *t, struct pl_bytes body, struct pl_text key)
{
    const struct pl_bytes value = pl_value_get(body, key);
    struct pl_text text;
    int64_t number = 0;
    bool truth = false;
    char name[32];

    (void)snprintf(name, sizeof name, "%.*s", (int)key.len, key.at);
    if (pl_value_as_text(value, &text)) {
        transcript_addf(t, " %.*s", (int)text.len, text.at);
    } else if (pl_value_as_bool(value, &truth)) {
        transcript_addf(t, "%s%s", truth ? " " : "", truth ? name : "");
    } else if (pl_value_as_i64(value, &number) &&
               !(number == 1 && (pl_text_is(key, "attempt") || pl_text_is(key, "round")))) {
        add_time(t, name, number);
    }
}

static void add_keys(struct transcript *t, const struct sim_letter *letter)
{
    const bool reply = (letter->flags & PLACET_FLAG_REPLY) != 0;

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        const char *at = shown[i].fields;
        while (shown[i].kind == letter->kind && shown[i].reply == reply && *at != '\0') {
            const size_t len = strcspn(at, " ");
            add_key(t, letter->body, (struct pl_text){at, (uint32_t)len});
            at += len + (at[len] == ' ' ? 1 : 0);
        }
    }
}

/* Each event of a watch with its sequence, the one before it, and its type. */
static void add_events(struct transcript *t, struct pl_bytes body)
{
    const struct pl_bytes events = pl_value_get(body, PL_TEXT("events"));
    struct pl_reader in;

    pl_reader_init(&in, events.at, events.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        const struct pl_bytes event = pl_reader_value(&in);
        int64_t seq = 0;
        int64_t prev = 0;
        struct pl_text type = {0};
        (void)pl_value_as_i64(pl_value_get(event, PL_TEXT("seq")), &seq);
        (void)pl_value_as_i64(pl_value_get(event, PL_TEXT("prev")), &prev);
        (void)pl_value_as_text(pl_value_get(event, PL_TEXT("type")), &type);
        transcript_addf(t, "%s %" PRId64 " after %" PRId64 " %.*s", i == 0 ? "" : ",", seq, prev,
                        (int)type.len, type.at);
    }
}

/* The mistakes in a definition or in a form, a line each. */
static void add_mistakes(struct transcript *t, struct pl_bytes list)
{
    struct pl_reader in;

    if (list.size == 0) {
        return;
    }
    pl_reader_init(&in, list.at, list.size);
    const uint32_t count = pl_reader_array(&in);
    for (uint32_t i = 0; i < count; i++) {
        char *json = NULL;
        PL_CHECK(pl_json_write(pl_reader_value(&in), false, &json) == PLACET_OK);
        transcript_addf(t, "\n       %s", json);
        free(json);
    }
}

static void add_error(struct transcript *t, struct pl_bytes body)
{
    const struct pl_bytes detail = pl_value_get(body, PL_TEXT("detail"));
    struct pl_text text = {0};

    (void)pl_value_as_text(pl_value_get(body, PL_TEXT("name")), &text);
    transcript_addf(t, " %.*s:", (int)text.len, text.at);
    text = (struct pl_text){0};
    if (pl_value_as_text(pl_value_get(detail, PL_TEXT("path")), &text)) {
        transcript_addf(t, " %.*s", (int)text.len, text.at);
    }
    (void)pl_value_as_text(pl_value_get(body, PL_TEXT("message")), &text);
    transcript_addf(t, " %.*s", (int)text.len, text.at);
    add_mistakes(t, pl_value_get(detail, PL_TEXT("diagnostics")));
    add_mistakes(t, pl_value_get(detail, PL_TEXT("errors")));
}

static void add_letter(struct transcript *t, const struct sim_letter *letter)
{
    const char *peer = letter->peer.v < TRANSCRIPT_PEERS ? t->peers[letter->peer.v] : "?";

    transcript_addf(t, "  -> %s %s", peer, placet_kind_name(letter->kind));
    if ((letter->flags & PLACET_FLAG_DUP) != 0) {
        transcript_addf(t, " again");
    }
    if ((letter->flags & PLACET_FLAG_ERROR) != 0) {
        add_error(t, letter->body);
    } else {
        transcript_addf(t, "%s", (letter->flags & PLACET_FLAG_REPLY) != 0 ? " ok" : "");
        add_keys(t, letter);
    }
    if (letter->kind == PLACET_KIND_EVENTS) {
        add_events(t, letter->body);
    }
    transcript_addf(t, "\n");
}

void transcript_catch_up(struct transcript *t)
{
    struct sim *w = t->world;

    while (t->frames_seen < w->frame_count) {
        add_frame(t, &w->frames[t->frames_seen++]);
    }
    for (; t->letters_seen < w->outbox_count; t->letters_seen++) {
        if (!t->brief) {
            add_letter(t, &w->outbox[t->letters_seen]);
        }
    }
}
