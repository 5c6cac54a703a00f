#include "model/case.h"

#include "base/check.h"

/* Flags of the registries. */
#define LIVE    1u
#define SETTLED 2u
#define OPEN    1u
#define LEASED  2u

struct state {
    const char *word;
    uint32_t flags;
    uint32_t moves;
};

static const struct state steps[PL_STEP_STATES] = {
#define TO(NAME)                        (UINT32_C(1) << PL_STEP_##NAME)
#define STATE(NAME, WORD, FLAGS, MOVES) [PL_STEP_##NAME] = {WORD, FLAGS, MOVES},
#include "model/step_states.def"
#undef STATE
#undef TO
};

static const struct state tasks[PL_TASK_STATES] = {
#define TO(NAME)                       (UINT32_C(1) << PL_TASK_##NAME)
#define TASK(NAME, WORD, FLAGS, MOVES) [PL_TASK_##NAME] = {WORD, FLAGS, MOVES},
#include "model/task_states.def"
#undef TASK
#undef TO
};

static const struct state *of_step(enum pl_step_state state)
{
    PL_CHECK(state < PL_STEP_STATES);
    return &steps[state];
}

static const struct state *of_task(enum pl_task_state state)
{
    PL_CHECK(state < PL_TASK_STATES);
    return &tasks[state];
}

const char *pl_step_state_name(enum pl_step_state state)
{
    return of_step(state)->word;
}

const char *pl_task_state_name(enum pl_task_state state)
{
    return of_task(state)->word;
}

bool pl_step_is_settled(enum pl_step_state state)
{
    return (of_step(state)->flags & SETTLED) != 0;
}

bool pl_step_is_live(enum pl_step_state state)
{
    return (of_step(state)->flags & LIVE) != 0;
}

bool pl_task_is_open(enum pl_task_state state)
{
    return (of_task(state)->flags & OPEN) != 0;
}

bool pl_task_is_leased(enum pl_task_state state)
{
    return (of_task(state)->flags & LEASED) != 0;
}

uint32_t pl_step_moves(enum pl_step_state state)
{
    return of_step(state)->moves;
}

uint32_t pl_task_moves(enum pl_task_state state)
{
    return of_task(state)->moves;
}

uint16_t pl_task_service(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                         uint16_t item)
{
    const struct pl_step_def *sd = &def->steps[step];
    const uint16_t given = c->tasks[sd->first_task + item].service;

    return given != 0 ? (uint16_t)(given - 1) : pl_step_member(sd, item)->service;
}

static struct pl_text write_child_key(struct pl_text prefix, const struct pl_step_def *step,
                                      uint16_t item, uint16_t round, char out[PL_CHILD_KEY_SIZE])
{
    struct pl_builder key;

    pl_builder_init(&key, out, PL_CHILD_KEY_SIZE);
    pl_builder_addf(&key, "%.*s/%.*s", (int)prefix.len, prefix.at, (int)step->id.len, step->id.at);
    if (step->set.kind != PL_SET_NONE) {
        pl_builder_addf(&key, ".%u", item + 1U);
    }
    if (round > 1) {
        pl_builder_addf(&key, "~%u", (unsigned)round);
    }
    return (struct pl_text){out, (uint32_t)key.len};
}

struct pl_text pl_child_key(const struct pl_definition *def, const struct pl_case *c, uint16_t step,
                            uint16_t item, char out[PL_CHILD_KEY_SIZE])
{
    const struct pl_step_def *step_def = &def->steps[step];
    const uint16_t round = c->tasks[step_def->first_task + item].round;
    char id[PL_CASE_TEXT_SIZE];

    const struct pl_text key = write_child_key(c->key, step_def, item, round, out);
    if (key.len <= PL_KEY_MAX) {
        return key;
    }
    pl_case_id_format(c->id, id);
    return write_child_key(pl_text_of(id), step_def, item, round, out);
}
