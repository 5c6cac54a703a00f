/* Signals, and what applicants and officers do of their own accord. */
#include <stdio.h>

#include "core/data.h"
#include "rehearsal/inside.h"
#include "value/merge.h"
#include "value/mistake.h"
#include "value/schema.h"

/* ---- which case, which task ---- */

static bool find_case(const struct pl_play *play, struct pl_text path, uint32_t *played_out)
{
    for (uint32_t i = 0; i < play->played_count; i++) {
        if (pl_text_equal(play->played[i]->path, path) && !play->played[i]->c.finished) {
            *played_out = i;
            return true;
        }
    }
    return false;
}

static uint16_t item_of(const struct pl_definition *def, uint16_t step, struct pl_text who)
{
    for (uint16_t i = 0; who.len > 0 && i < def->steps[step].task_count; i++) {
        if (pl_answers_means(def, step, i, who)) {
            return i;
        }
    }
    return 0;
}

/* ---- signals ---- */

static bool waits_for(struct pl_play *play, const struct pl_played *played,
                      const struct pl_incoming *in)
{
    for (uint16_t i = 0; i < played->def->step_count; i++) {
        const struct pl_step_def *step = &played->def->steps[i];
        struct pl_reading reading = pl_play_reading(play, played, i, PL_NO_ITEM);
        struct pl_text key = {0};

        if (step->kind == PL_KIND_WAIT_FOR && step->wait_for == PL_WAIT_SIGNAL &&
            pl_text_equal(step->signal, in->word) &&
            !pl_step_is_settled(played->c.steps[i].state) &&
            pl_core_signal_key(&reading, i, &key) && pl_text_equal(key, in->key)) {
            return true;
        }
    }
    return false;
}

static int send(struct pl_play *play, uint32_t number, const struct pl_incoming *in)
{
    struct pl_command cmd = {
        .kind = PL_CMD_SIGNAL,
        .actor = PL_ACTOR_PORTAL,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .by = in->officer.len > 0 ? in->officer : play->answers->by,
        .code = in->word,
        .key = in->key,
        .answer = in->value,
    };
    return pl_play_say(play, number, &cmd, NULL);
}

/* By key to every open case that waits for it; nobody does: said as the first case would. */
static int signal(struct pl_play *play, const struct pl_incoming *in)
{
    const uint32_t count = play->played_count;
    bool heard = false;
    uint32_t number = 0;
    int rc = PLACET_OK;

    if (in->key.len == 0) {
        return find_case(play, in->path, &number) ? send(play, number, in) : PLACET_OK;
    }
    for (uint32_t i = 0; i < count && rc == PLACET_OK; i++) {
        if (!play->played[i]->c.finished && waits_for(play, play->played[i], in)) {
            heard = true;
            rc = send(play, i, in);
        }
    }
    return heard || rc < 0 ? rc : send(play, 0, in);
}

/* ---- supplements ---- */

static int supplement(struct pl_play *play, uint32_t number, const struct pl_incoming *in,
                      struct pl_command *cmd)
{
    const struct pl_played *played = play->played[number];
    struct pl_schema_mistake mistake;
    const int rc = pl_value_merge(&play->arena, played->data.form, in->value, &cmd->form);

    if (rc == PLACET_ELIMIT) {
        return pl_play_exhausted(play, "the documents take too much memory");
    }
    if (rc < 0) {
        return pl_mistake(play->err, PLACET_EINVALID, (struct pl_place){.line = in->line}, NULL,
                          "the form is too large with this supplement");
    }
    if (played->def->form != NULL &&
        pl_schema_check(played->def->form, cmd->form, &mistake, 1) > 0) {
        return pl_mistake(play->err, PLACET_EINVALID, (struct pl_place){.line = in->line},
                          "Supplements are merged into the form, which must fit its schema then.",
                          "the form does not fit with this supplement: %s %s", mistake.path,
                          mistake.message);
    }
    return pl_play_say(play, number, cmd, NULL);
}

/* ---- acts ---- */

static const struct {
    enum pl_command_kind command;
    enum pl_actor actor;
} acts[] = {
    [PL_INCOMING_SIGNAL] = {PL_CMD_SIGNAL, PL_ACTOR_PORTAL},
    [PL_INCOMING_WITHDRAW] = {PL_CMD_WITHDRAW, PL_ACTOR_PORTAL},
    [PL_INCOMING_CANCEL] = {PL_CMD_CANCEL_CASE, PL_ACTOR_OFFICER},
    [PL_INCOMING_PAUSE] = {PL_CMD_PAUSE_CASE, PL_ACTOR_OFFICER},
    [PL_INCOMING_RESUME_CASE] = {PL_CMD_RESUME_CASE, PL_ACTOR_OFFICER},
    [PL_INCOMING_SUPPLEMENT] = {PL_CMD_SUPPLEMENT, PL_ACTOR_PORTAL},
    [PL_INCOMING_STOP] = {PL_CMD_CLOCK_STOP, PL_ACTOR_OFFICER},
    [PL_INCOMING_RESUME] = {PL_CMD_CLOCK_RESUME, PL_ACTOR_OFFICER},
    [PL_INCOMING_EXTEND] = {PL_CMD_STEP_EXTEND, PL_ACTOR_OFFICER},
    [PL_INCOMING_HAND_OVER] = {PL_CMD_TASK_HAND_OVER, PL_ACTOR_OFFICER},
    [PL_INCOMING_SKIP] = {PL_CMD_STEP_SKIP, PL_ACTOR_OFFICER},
    [PL_INCOMING_BACK] = {PL_CMD_STEP_BACK, PL_ACTOR_OFFICER},
    [PL_INCOMING_RETRY] = {PL_CMD_TASK_RETRY, PL_ACTOR_OFFICER},
    [PL_INCOMING_DECIDE] = {PL_CMD_TASK_DECIDE, PL_ACTOR_OFFICER},
};

/* An incident of a guard is one of the step, not of a task. */
static uint16_t retried_item(const struct pl_played *played, uint16_t step, uint16_t item)
{
    return played->c.steps[step].incident ? PL_NO_ITEM : item;
}

static void name_target(const struct pl_played *played, const struct pl_incoming *in,
                        struct pl_command *cmd)
{
    cmd->step = PL_NO_STEP;
    cmd->item = PL_NO_ITEM;
    if (in->step.len == 0) {
        return;
    }
    cmd->step = pl_definition_step(played->def, in->step);
    if (cmd->step != PL_NO_STEP) {
        cmd->item = item_of(played->def, cmd->step, in->who);
    }
    if (cmd->step != PL_NO_STEP && cmd->kind == PL_CMD_TASK_RETRY) {
        cmd->item = retried_item(played, cmd->step, cmd->item);
    }
}

int pl_play_act(struct pl_play *play, const struct pl_incoming *in)
{
    uint32_t number = 0;

    if (in->kind == PL_INCOMING_SIGNAL) {
        return signal(play, in);
    }
    if (!find_case(play, in->path, &number)) {
        return PLACET_OK; /* the case has ended, or never began */
    }
    const bool by_applicant = acts[in->kind].actor == PL_ACTOR_PORTAL;
    const struct pl_text usual = by_applicant ? play->answers->by : PL_TEXT("officer");
    struct pl_command cmd = {
        .kind = acts[in->kind].command,
        .actor = acts[in->kind].actor,
        .by = in->officer.len > 0 ? in->officer : usual,
        .reason = in->reason,
        .estimate = in->estimate,
        .officer = in->officer,
        .answer = in->value,
    };
    name_target(play->played[number], in, &cmd);
    switch (in->kind) {
    case PL_INCOMING_SUPPLEMENT:
        return supplement(play, number, in, &cmd);
    case PL_INCOMING_STOP:
    case PL_INCOMING_RESUME:
        cmd.code = in->word;
        break;
    case PL_INCOMING_EXTEND:
    case PL_INCOMING_HAND_OVER:
        cmd.service = in->word;
        break;
    case PL_INCOMING_DECIDE:
        cmd.decision = in->word;
        break;
    case PL_INCOMING_SIGNAL:
    case PL_INCOMING_WITHDRAW:
    case PL_INCOMING_CANCEL:
    case PL_INCOMING_PAUSE:
    case PL_INCOMING_RESUME_CASE:
    case PL_INCOMING_SKIP:
    case PL_INCOMING_BACK:
    case PL_INCOMING_RETRY:
        break;
    }
    return pl_play_say(play, number, &cmd, NULL);
}
