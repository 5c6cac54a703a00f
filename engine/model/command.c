#include "model/command.h"

#include <stddef.h>
#include <string.h>

#include "base/check.h"

static const struct {
    const char *name;
    const char *by;
} commands[PL_COMMANDS] = {
#define COMMAND(NAME, HANDLER, ON, BY) [PL_CMD_##NAME] = {#NAME, BY},
#include "model/commands.def"
#undef COMMAND
};

static const char *const event_types[] = {
#define EVENT(NO, NAME, APPLIER, FIELDS) [NO] = #APPLIER,
#include "model/events.def"
#undef EVENT
};

static const struct {
    const char *name;
    const char *text;
    const char *text_zh;
} rejections[PL_REJECTIONS] = {
    [PL_ACCEPTED] = {"ACCEPTED", "accepted", "已受理"},
#define REJECTION(NAME, ERROR, EN, ZH) [PL_REJECT_##NAME] = {#NAME, EN, ZH},
#include "model/rejections.def"
#undef REJECTION
};

const char *pl_command_name(enum pl_command_kind kind)
{
    PL_CHECK(kind < PL_COMMANDS);
    return commands[kind].name;
}

const char *pl_event_type(enum pl_event_kind kind)
{
    PL_CHECK(kind < sizeof(event_types) / sizeof(event_types[0]) && event_types[kind] != NULL);
    return event_types[kind];
}

const char *pl_rejection_name(enum pl_rejection rejection)
{
    PL_CHECK(rejection < PL_REJECTIONS);
    return rejections[rejection].name;
}

const char *pl_rejection_text(enum pl_rejection rejection)
{
    PL_CHECK(rejection < PL_REJECTIONS);
    return rejections[rejection].text;
}

const char *pl_rejection_text_zh(enum pl_rejection rejection)
{
    PL_CHECK(rejection < PL_REJECTIONS);
    return rejections[rejection].text_zh;
}

bool pl_command_allows(enum pl_command_kind kind, enum pl_actor actor)
{
    static const char letters[] = {
        [PL_ACTOR_ENGINE] = 'E',
        [PL_ACTOR_ADAPTER] = 'A',
        [PL_ACTOR_PORTAL] = 'P',
        [PL_ACTOR_OFFICER] = 'O',
    };

    PL_CHECK(kind < PL_COMMANDS && actor < sizeof(letters));
    return strchr(commands[kind].by, letters[actor]) != NULL;
}

/* A nil is no value: it is written as one that is not there, and must be none before that too. */
static struct pl_bytes unless_nil(struct pl_bytes value)
{
    return value.size == 1 && value.at[0] == 0xc0 ? (struct pl_bytes){0} : value;
}

/* NOLINTBEGIN(bugprone-macro-parentheses): field lists cannot be parenthesized */
struct pl_bytes pl_event_value(const struct pl_event *event)
{
    switch (event->kind) {
#define U64(NAME)
#define I64(NAME)
#define TEXT(NAME)
#define LEASE(NAME)
#define VALUE(NAME) return unless_nil(f->NAME);
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME: {                                                                          \
        const __typeof__(event->APPLIER) *f = &event->APPLIER;                                     \
        (void)f;                                                                                   \
        FIELDS                                                                                     \
        break;                                                                                     \
    }
#include "model/events.def"
#undef EVENT
#undef VALUE
#undef LEASE
#undef TEXT
#undef I64
#undef U64
    }
    return (struct pl_bytes){0};
}
/* NOLINTEND(bugprone-macro-parentheses) */

static const char *const stop_words[PL_STOPS] = {
    [PL_STOP_APPLICANT] = "applicant",
    [PL_STOP_PAUSE] = "pause",
#define STOP_REASON(NAME, WORD, ZH, EN) [PL_STOP_##NAME] = (WORD),
#include "model/stop_reasons.def"
#undef STOP_REASON
};

unsigned pl_stop_reason(struct pl_text word)
{
    for (unsigned i = PL_STOP_FIRST_REASON; i < PL_STOPS; i++) {
        if (pl_text_is(word, stop_words[i])) {
            return i - PL_STOP_FIRST_REASON;
        }
    }
    return PL_STOPS;
}

const char *pl_stop_word(enum pl_stop stop)
{
    PL_CHECK(stop < PL_STOPS);
    return stop_words[stop];
}
