#include "base/check.h"
#include "core/internal.h"

enum pl_rejection pl_decide_start(struct pl_deciding *d)
{
    const struct pl_command *cmd = d->cmd;

    if (d->facts->store_full) {
        return PL_REJECT_STORE_FULL;
    }
    if (d->facts->key_open) {
        return PL_REJECT_KEY_EXISTS;
    }
    d->out->form = cmd->form;
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_STARTED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_started = {.slot = d->facts->slot,
                                         .definition = d->def->number,
                                         .key = cmd->key,
                                         .by = cmd->by,
                                         .form = cmd->form,
                                         .parent = cmd->child.v,
                                         .parent_task = cmd->parent_task,
                                         .depth = cmd->depth},
                    });
    if (d->facts->calendar > 0) { /* it never knew another one */
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_CASE_RECALENDARED,
                            .step = PL_NO_STEP,
                            .item = PL_NO_ITEM,
                            .case_recalendared = {.before = 0, .version = d->facts->calendar},
                        });
    }
    pl_core_advance(d);
    return PL_ACCEPTED;
}

/* A supplement is owed to a step that sent the file to the applicant; it may also mend the form
 * that a guard stumbled over. */
static bool wants_supplement(const struct pl_case *c)
{
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (c->steps[i].state == PL_STEP_RETURNED || c->steps[i].incident) {
            return true;
        }
    }
    return false;
}

enum pl_rejection pl_decide_supplement(struct pl_deciding *d)
{
    if (!wants_supplement(&d->out->after)) {
        return PL_REJECT_NOTHING_TO_SUPPLEMENT;
    }
    d->out->form = d->cmd->form;
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_SUPPLEMENTED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_supplemented = {.by = d->cmd->by, .form = d->cmd->form},
                    });
    pl_core_advance(d);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_withdraw(struct pl_deciding *d)
{
    if (d->out->after.undoing != PL_NO_RESULT) {
        return PL_REJECT_UNDOING;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_WITHDRAWN,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_withdrawn = {.reason = d->cmd->reason, .by = d->cmd->by},
                    });
    pl_core_finish(d, PL_RESULT_WITHDRAWN, d->cmd->reason, PL_NO_STEP);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_cancel_case(struct pl_deciding *d)
{
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    if (d->out->after.undoing != PL_NO_RESULT) {
        return PL_REJECT_UNDOING;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_CANCELLED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_cancelled = {.reason = d->cmd->reason, .by = d->cmd->by},
                    });
    pl_core_finish(d, PL_RESULT_CANCELLED, d->cmd->reason, PL_NO_STEP);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_pause_case(struct pl_deciding *d)
{
    if (d->out->after.paused) {
        return PL_REJECT_CASE_PAUSED;
    }
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    if (!pl_core_catch_up(d)) {
        return pl_core_reject(d, PL_REJECT_CASE_CLOSED);
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_PAUSED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_paused = {.reason = d->cmd->reason, .by = d->cmd->by},
                    });
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_resume_case(struct pl_deciding *d)
{
    const struct pl_case *c = &d->out->after;

    if (!c->paused) {
        return PL_REJECT_CASE_NOT_PAUSED;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_CASE_RESUMED,
                        .step = PL_NO_STEP,
                        .item = PL_NO_ITEM,
                        .case_resumed = {.by = d->cmd->by},
                    });
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (c->steps[i].stopped_ms != 0 && c->steps[i].stops == 0) {
            pl_core_resume_clock(d, i);
        }
    }
    pl_core_undo(d);
    pl_core_advance(d);
    return PL_ACCEPTED;
}

/* Whether a step takes this signal now: one that comes early is kept for it unless it is
 * transient. */
static bool takes(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const enum pl_step_state state = pl_core_step(d, step)->state;
    struct pl_text key;

    if (sd->kind != PL_KIND_WAIT_FOR || sd->wait_for != PL_WAIT_SIGNAL ||
        !pl_text_equal(sd->signal, d->cmd->code) || pl_step_is_settled(state) ||
        (sd->transient && state != PL_STEP_ACTIVE)) {
        return false;
    }
    return d->cmd->key.len == 0 ||
           (pl_core_key_of(d, step, &key) && pl_text_equal(key, d->cmd->key));
}

/* A signal that no step takes is refused: whoever sent it should know. */
enum pl_rejection pl_decide_signal(struct pl_deciding *d)
{
    uint16_t set = PL_NO_STEP;
    bool closes = false;
    bool taken = false;

    if (pl_core_set_hears(d->def, d->cmd->code, &set, &closes)) {
        return pl_core_set_signal(d, set, closes);
    }
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        if (takes(d, i)) {
            taken = true;
            pl_core_emit(d, (struct pl_event){
                                .kind = PL_EVT_SIGNAL_RECEIVED,
                                .step = i,
                                .item = PL_NO_ITEM,
                                .signal_received = {.name = d->cmd->code,
                                                    .by = d->cmd->by,
                                                    .data = d->cmd->answer,
                                                    .key = d->cmd->key},
                            });
        }
    }
    if (!taken) {
        return PL_REJECT_NO_ONE_WAITS;
    }
    pl_core_advance(d);
    return PL_ACCEPTED;
}
