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
