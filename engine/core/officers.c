#include "base/hash.h"
#include "core/internal.h"

uint64_t pl_core_officer(struct pl_text officer, struct pl_text by)
{
    const struct pl_text name = officer.len > 0 ? officer : by;

    return name.len > 0 ? pl_hash64(name.at, name.len) : 0;
}

/* Recusal knows no rounds: who handled the file once has handled it. */
static bool has_handled(const struct pl_deciding *d, uint16_t step, uint64_t officer)
{
    for (uint16_t i = 0; i < pl_step_own_tasks(&d->def->steps[step]); i++) {
        if (pl_core_task(d, step, i)->by_hash == officer) {
            return true;
        }
    }
    return false;
}

/* Four eyes: within the round, since a file that came back is signed anew. */
static bool has_signed(const struct pl_deciding *d, uint16_t step, uint64_t officer)
{
    for (uint16_t i = 0; i < pl_step_own_tasks(&d->def->steps[step]); i++) {
        const struct pl_task *t = pl_core_task(d, step, i);

        if (t->state == PL_TASK_ANSWERED && t->by_hash == officer) {
            return true;
        }
    }
    return false;
}

enum pl_rejection pl_core_check_officer(const struct pl_deciding *d)
{
    const struct pl_step_def *sd = &d->def->steps[d->cmd->step];
    const uint64_t officer = pl_core_officer(d->cmd->officer, d->cmd->by);

    if (officer == 0) {
        return PL_ACCEPTED;
    }
    for (uint16_t i = 0; pl_steps_any(sd->not_by) && i < d->def->step_count; i++) {
        if (pl_steps_have(sd->not_by, i) && has_handled(d, i, officer)) {
            return PL_REJECT_RECUSED;
        }
    }
    const bool signs = sd->set.kind == PL_SET_SIGNERS && !sd->set.same_person;

    return signs && has_signed(d, d->cmd->step, officer) ? PL_REJECT_SAME_PERSON : PL_ACCEPTED;
}
