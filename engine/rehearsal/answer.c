/* Departments and the applicant: which answer is meant, and when it comes. */
#include <string.h>

#include "rehearsal/inside.h"
#include "value/mistake.h"
#include "value/schema.h"

#define HELD_FOR_EVER 0 /* PARKED without a time: people have it and say nothing */

/* ---- which answer ---- */

/* Takes the first segment of a path: "lots.2" of "lots.2/check". */
static struct pl_text take_segment(struct pl_text *path)
{
    const char *slash = memchr(path->at, '/', path->len);
    const uint32_t len = slash == NULL ? path->len : (uint32_t)(slash - path->at);
    const struct pl_text segment = {path->at, len};

    *path = slash == NULL ? (struct pl_text){0} : (struct pl_text){slash + 1, path->len - len - 1};
    return segment;
}

/* `lots` means every case of the step `lots`, `lots.2` the second. */
static bool means_segment(struct pl_text said, struct pl_text real)
{
    const char *dot = memchr(real.at, '.', real.len);

    return pl_text_equal(said, real) ||
           (dot != NULL &&
            pl_text_equal(said, (struct pl_text){real.at, (uint32_t)(dot - real.at)}));
}

static bool means_path(struct pl_text said, struct pl_text real)
{
    while (said.len > 0 && real.len > 0) {
        if (!means_segment(take_segment(&said), take_segment(&real))) {
            return false;
        }
    }
    return said.len == 0 && real.len == 0;
}

/* An entry without a path also stands for children that have none of their own; of several, the
 * first in the file counts. */
static const struct pl_answer_entry *
find_entry(const struct pl_play *play, const struct pl_played *played, uint16_t step, bool undo)
{
    const struct pl_answers *answers = play->answers;
    const struct pl_text id = played->def->steps[step].id;
    const struct pl_answer_entry *general = NULL;

    for (uint32_t i = 0; i < answers->entry_count; i++) {
        const struct pl_answer_entry *entry = &answers->entries[i];
        if (entry->undo != undo || !pl_text_equal(entry->step, id)) {
            continue;
        }
        if (means_path(entry->path, played->path)) {
            return entry;
        }
        if (entry->path.len == 0 && general == NULL) {
            general = entry;
        }
    }
    return general;
}

static const struct pl_answer_list *
find_list(const struct pl_play *play, const struct pl_played *played, uint16_t step, uint16_t item)
{
    const struct pl_step_def *step_def = &played->def->steps[step];
    const bool undo = pl_step_is_undo(step_def, item);
    const struct pl_answer_entry *entry = find_entry(play, played, step, undo);

    if (entry == NULL) {
        return NULL;
    }
    for (uint32_t i = 0; i < entry->member_count; i++) {
        if (!undo && pl_answers_means(played->def, step, item, entry->members[i].who)) {
            return &entry->members[i].list;
        }
    }
    const bool for_all = undo || item == 0 || step_def->set.kind != PL_SET_NONE;
    return for_all && entry->list.count > 0 ? &entry->list : NULL;
}

static const struct pl_answer *nth(const struct pl_answer_list *list, uint32_t time)
{
    return &list->at[time <= list->count ? time - 1 : list->count - 1];
}

/* Whoever is not listed answers by the default; what was done is always taken back. */
static const struct pl_answer *choose(const struct pl_play *play, const struct pl_played *played,
                                      uint16_t step, uint16_t item, uint32_t time)
{
    static const struct pl_answer done = {.kind = PL_ANSWER_DECISION};
    const struct pl_answer_list *list = find_list(play, played, step, item);

    if (list != NULL && list->count > 0) {
        return nth(list, time);
    }
    return pl_step_is_undo(&played->def->steps[step], item) ? &done : &play->answers->otherwise;
}

/* What an answer without a decision says: the first that goes on. */
static struct pl_text decision_of(const struct pl_definition *def, uint16_t step, uint16_t item,
                                  const struct pl_answer *answer)
{
    const struct pl_step_def *step_def = &def->steps[step];

    if (answer->word.len > 0) {
        return answer->word;
    }
    if (pl_step_is_undo(step_def, item)) {
        return def->decisions[PL_DECISION_APPROVE].id;
    }
    if (pl_step_member(step_def, item)->role == PL_ROLE_OPINION) {
        return def->decisions[PL_DECISION_NO_OBJECTION].id;
    }
    const struct pl_decision_rule *approve = pl_step_rule(step_def, PL_DECISION_APPROVE);
    if (approve != NULL && approve->effect == PL_DECISION_GOES_ON) {
        return def->decisions[PL_DECISION_APPROVE].id;
    }
    for (uint16_t i = 0; i < step_def->rule_count; i++) {
        if (step_def->rules[i].effect == PL_DECISION_GOES_ON) {
            return def->decisions[step_def->rules[i].decision].id;
        }
    }
    return def->decisions[PL_DECISION_APPROVE].id;
}

/* ---- offers ---- */

static struct pl_text department_of(const struct pl_played *played, uint16_t step, uint16_t item)
{
    const uint16_t service = pl_task_service(played->def, &played->c, step, item);

    return service == PL_NO_SERVICE
               ? PL_TEXT("engine")
               : played->def->departments[played->def->services[service].department].id;
}

static struct pl_lease mint(struct pl_play *play)
{
    const uint64_t number = ++play->leases;
    struct pl_lease lease = {{0}};

    memcpy(lease.at, &number, sizeof(number));
    return lease;
}

/* A task in the hands of people: its lease does not end while they think. */
static int park(struct pl_play *play, uint32_t number, const struct pl_coming *coming,
                int64_t until_ms)
{
    struct pl_command cmd = {
        .kind = PL_CMD_TASK_PARK,
        .actor = PL_ACTOR_ADAPTER,
        .step = coming->step,
        .item = coming->item,
        .by = department_of(play->played[number], coming->step, coming->item),
        .lease = coming->lease,
        .note = play->played[number]->c.key,
        .until_ms = until_ms,
    };
    return pl_play_command(play, number, &cmd, NULL);
}

static uint32_t *times_of(struct pl_played *played, const struct pl_coming *coming)
{
    return &played->times[played->def->steps[coming->step].first_task + coming->item];
}

static int await_answer(struct pl_play *play, uint32_t number, struct pl_coming coming)
{
    struct pl_played *played = play->played[number];

    coming.answer = choose(play, played, coming.step, coming.item, ++*times_of(played, &coming));
    if (coming.answer->kind == PL_ANSWER_SILENCE) {
        return park(play, number, &coming, HELD_FOR_EVER);
    }
    const int64_t now_ms = play->facts.now_ms;
    const int64_t at_ms = pl_play_later(played->def, now_ms, coming.answer->after);
    const int rc = at_ms > now_ms ? park(play, number, &coming, at_ms) : PLACET_OK;
    return rc < 0 ? rc : pl_play_expect(play, at_ms, coming);
}

int pl_play_offer(struct pl_play *play, uint32_t number, uint16_t step, uint16_t item)
{
    struct pl_played *played = play->played[number];
    const struct pl_text department = department_of(played, step, item);
    enum pl_rejection rejection = PL_ACCEPTED;
    struct pl_command cmd = {
        .kind = PL_CMD_TASK_OFFER,
        .actor = PL_ACTOR_ENGINE,
        .step = step,
        .item = item,
        .note = department,
    };

    play->facts.new_lease = mint(play);
    int rc = pl_play_command(play, number, &cmd, &rejection);
    if (rc < 0 || rejection != PL_ACCEPTED) {
        return rc; /* a paused case offers it when it goes on */
    }
    cmd = (struct pl_command){
        .kind = PL_CMD_TASK_TAKE,
        .actor = PL_ACTOR_ADAPTER,
        .step = step,
        .item = item,
        .by = department,
        .lease = play->facts.new_lease,
    };
    rc = pl_play_command(play, number, &cmd, &rejection);
    const struct pl_task *task = &played->c.tasks[played->def->steps[step].first_task + item];
    if (rc < 0 || rejection != PL_ACCEPTED || task->state != PL_TASK_ACTIVE) {
        return rc; /* a message told is answered by taking it */
    }
    return await_answer(play, number,
                        (struct pl_coming){.kind = PL_COMING_ANSWER,
                                           .played = number,
                                           .step = step,
                                           .item = item,
                                           .round = task->round,
                                           .lease = cmd.lease});
}

/* ---- giving it ---- */

/* A refused answer leaves the file where it is: the next answer of the list follows, and after the
 * last one nothing. */
static int try_again(struct pl_play *play, const struct pl_coming *coming)
{
    struct pl_played *played = play->played[coming->played];
    const struct pl_answer_list *list = find_list(play, played, coming->step, coming->item);

    if (list != NULL && *times_of(played, coming) < list->count) {
        return await_answer(play, coming->played, *coming);
    }
    return park(play, coming->played, coming, HELD_FOR_EVER);
}

/* Listed answers were checked when they were read; whoever is not listed answers without a
 * document, which a step with a schema may refuse. */
static int check_document(struct pl_play *play, const struct pl_coming *coming,
                          const struct pl_command *cmd)
{
    static const uint8_t nothing[] = {0x80}; /* an empty map */
    const struct pl_definition *def = play->played[coming->played]->def;
    const struct pl_step_def *step = &def->steps[coming->step];
    const enum pl_member_role role = pl_step_member(step, coming->item)->role;
    struct pl_schema_mistake mistake;

    if (coming->answer->kind != PL_ANSWER_DECISION || coming->answer->word.len > 0 ||
        cmd->answer.size > 0 || step->answer == NULL || role == PL_ROLE_OPINION ||
        role == PL_ROLE_DECISION || pl_step_is_undo(step, coming->item) ||
        pl_schema_check(step->answer, (struct pl_bytes){nothing, sizeof(nothing)}, &mistake, 1) ==
            0) {
        return PLACET_OK;
    }
    return pl_mistake(play->err, PLACET_EINVALID, (struct pl_place){0},
                      "Say under `answers` what it answers: `{answer: {...}}`.",
                      "step `%.*s` must answer with a document: %s %s", (int)step->id.len,
                      step->id.at, mistake.path, mistake.message);
}

static int give(struct pl_play *play, const struct pl_coming *coming, struct pl_command *cmd)
{
    const int fits = check_document(play, coming, cmd);
    if (fits < 0) {
        return fits;
    }

    enum pl_rejection rejection = PL_ACCEPTED;

    const int rc = pl_play_say(play, coming->played, cmd, &rejection);

    return rc < 0 || rejection == PL_ACCEPTED ? rc : try_again(play, coming);
}

static int give_answer(struct pl_play *play, const struct pl_coming *coming)
{
    static const enum pl_command_kind kinds[] = {
        [PL_ANSWER_DECISION] = PL_CMD_TASK_COMPLETE,   [PL_ANSWER_SILENCE] = PL_CMD_TASK_PARK,
        [PL_ANSWER_FAIL] = PL_CMD_TASK_FAIL,           [PL_ANSWER_THROW] = PL_CMD_TASK_THROW,
        [PL_ANSWER_HAND_OVER] = PL_CMD_TASK_HAND_OVER,
    };
    const struct pl_played *played = play->played[coming->played];
    const struct pl_definition *def = played->def;
    const struct pl_task *task =
        &played->c.tasks[def->steps[coming->step].first_task + coming->item];
    const struct pl_answer *answer = coming->answer;
    const struct pl_member *member = pl_step_member(&def->steps[coming->step], coming->item);

    /* It was told that the task is not wanted any more. */
    if (!pl_task_is_leased(task->state) ||
        memcmp(&task->lease, &coming->lease, sizeof(task->lease)) != 0) {
        return PLACET_OK;
    }
    struct pl_command cmd = {
        .kind = kinds[answer->kind],
        .actor = PL_ACTOR_ADAPTER,
        .step = coming->step,
        .item = coming->item,
        .by = department_of(played, coming->step, coming->item),
        .lease = coming->lease,
        .body_hash = 1,
        .reason = answer->reason,
        .officer = answer->officer.len > 0 ? answer->officer : member->signer,
    };
    switch (answer->kind) {
    case PL_ANSWER_DECISION:
        cmd.decision = decision_of(def, coming->step, coming->item, answer);
        cmd.answer = answer->value;
        break;
    case PL_ANSWER_FAIL:
        cmd.retryable = !answer->failed_for_good;
        cmd.code = answer->word;
        cmd.note = answer->reason;
        break;
    case PL_ANSWER_THROW:
        cmd.code = answer->word;
        cmd.note = answer->reason;
        break;
    case PL_ANSWER_HAND_OVER:
        cmd.service = answer->word;
        break;
    case PL_ANSWER_SILENCE:
        return PLACET_OK;
    }
    return give(play, coming, &cmd);
}

static int give_signal(struct pl_play *play, const struct pl_coming *coming)
{
    const struct pl_played *played = play->played[coming->played];
    const struct pl_step *step = &played->c.steps[coming->step];

    if (step->state != PL_STEP_ACTIVE || step->round != coming->round) {
        return PLACET_OK;
    }
    struct pl_command cmd = {
        .kind = PL_CMD_SIGNAL,
        .actor = PL_ACTOR_PORTAL,
        .step = PL_NO_STEP,
        .item = PL_NO_ITEM,
        .by = play->answers->by,
        .code = played->def->steps[coming->step].signal,
        .answer = coming->answer->value,
    };
    return pl_play_say(play, coming->played, &cmd, NULL);
}

static bool owes_supplement(const struct pl_case *c)
{
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (c->steps[i].state == PL_STEP_RETURNED && !c->steps[i].supplemented) {
            return true;
        }
    }
    return false;
}

static int give_supplement(struct pl_play *play, const struct pl_coming *coming)
{
    static const uint8_t unchanged[] = {0x80};
    const struct pl_incoming in = {
        .kind = PL_INCOMING_SUPPLEMENT,
        .path = play->played[coming->played]->path,
        .value = coming->answer->value.size > 0 ? coming->answer->value
                                                : (struct pl_bytes){unchanged, sizeof(unchanged)},
    };

    return owes_supplement(&play->played[coming->played]->c) ? pl_play_act(play, &in) : PLACET_OK;
}

int pl_play_give(struct pl_play *play, const struct pl_coming *coming)
{
    switch (coming->kind) {
    case PL_COMING_ANSWER:
        return give_answer(play, coming);
    case PL_COMING_SIGNAL:
        return give_signal(play, coming);
    case PL_COMING_SUPPLEMENT:
        return give_supplement(play, coming);
    case PL_COMING_INCOMING:
        return pl_play_act(play, coming->incoming);
    }
    return PLACET_OK;
}

/* ---- what follows from an event ---- */

static int follow_start(struct pl_play *play, uint32_t number, uint16_t step)
{
    struct pl_played *played = play->played[number];
    const struct pl_step_def *def = &played->def->steps[step];

    if (def->kind != PL_KIND_WAIT_FOR || def->wait_for != PL_WAIT_SIGNAL) {
        return PLACET_OK;
    }
    const struct pl_answer_entry *entry = find_entry(play, played, step, false);
    if (entry == NULL || entry->list.count == 0) {
        return PLACET_OK; /* no default: a signal comes from somebody */
    }
    const uint16_t round = played->c.steps[step].round;
    const struct pl_answer *answer = nth(&entry->list, round);
    if (answer->kind != PL_ANSWER_DECISION) {
        return PLACET_OK;
    }
    return pl_play_expect(play, pl_play_later(played->def, play->facts.now_ms, answer->after),
                          (struct pl_coming){.kind = PL_COMING_SIGNAL,
                                             .played = number,
                                             .step = step,
                                             .round = round,
                                             .answer = answer});
}

int pl_play_follow(struct pl_play *play, uint32_t number, const struct pl_event *event)
{
    struct pl_played *played = play->played[number];

    if (event->kind == PL_EVT_STEP_STARTED) {
        return follow_start(play, number, event->step);
    }
    if (event->kind != PL_EVT_STEP_RETURNED || play->answers->supplements.count == 0) {
        return PLACET_OK;
    }
    const struct pl_answer *answer = nth(&play->answers->supplements, ++played->supplements);
    if (answer->kind != PL_ANSWER_DECISION) {
        return PLACET_OK;
    }
    return pl_play_expect(
        play, pl_play_later(played->def, play->facts.now_ms, answer->after),
        (struct pl_coming){.kind = PL_COMING_SUPPLEMENT, .played = number, .answer = answer});
}
