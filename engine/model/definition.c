#include "model/definition.h"

#include "base/check.h"

const struct pl_decision_rule *pl_step_rule(const struct pl_step_def *step, uint16_t decision)
{
    for (uint16_t i = 0; i < step->rule_count; i++) {
        if (step->rules[i].decision == decision) {
            return &step->rules[i];
        }
    }
    return NULL;
}

uint16_t pl_step_back_rule(const struct pl_step_def *step, uint16_t decision)
{
    uint16_t number = 0;

    for (uint16_t i = 0; i < step->rule_count && step->rules[i].decision != decision; i++) {
        number = (uint16_t)(number + (step->rules[i].effect == PL_DECISION_BACK));
    }
    PL_CHECK(number < PL_BACK_RULES_MAX);
    return number;
}

bool pl_steps_have(const uint64_t mask[static PL_STEPS_MAX / 64], uint16_t step)
{
    PL_CHECK(step < PL_STEPS_MAX);
    return (mask[step / 64] >> step % 64 & 1) != 0;
}

bool pl_steps_any(const uint64_t mask[static PL_STEPS_MAX / 64])
{
    uint64_t all = 0;

    for (unsigned i = 0; i < PL_STEPS_MAX / 64; i++) {
        all |= mask[i];
    }
    return all != 0;
}

uint16_t pl_definition_step(const struct pl_definition *def, struct pl_text id)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (pl_text_equal(def->steps[i].id, id)) {
            return i;
        }
    }
    return PL_NO_STEP;
}

uint16_t pl_definition_decision(const struct pl_definition *def, struct pl_text id)
{
    for (uint16_t i = 0; i < def->decision_count; i++) {
        if (pl_text_equal(def->decisions[i].id, id)) {
            return i;
        }
    }
    return PL_NO_DECISION;
}

uint16_t pl_definition_step_of_task(const struct pl_definition *def, uint16_t task)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        const struct pl_step_def *step = &def->steps[i];
        if (task >= step->first_task && task - step->first_task < step->task_count) {
            return i;
        }
    }
    return PL_NO_STEP;
}

bool pl_step_is_undo(const struct pl_step_def *step, uint16_t item)
{
    return step->undo != NULL && item + 1 == step->task_count;
}

uint16_t pl_step_own_tasks(const struct pl_step_def *step)
{
    return (uint16_t)(step->task_count - (step->undo != NULL));
}

bool pl_step_has_set(const struct pl_step_def *step)
{
    return step->set.kind != PL_SET_NONE && pl_step_own_tasks(step) > 0;
}

const struct pl_member *pl_step_member(const struct pl_step_def *step, uint16_t item)
{
    PL_CHECK(item < step->task_count);
    if (pl_step_is_undo(step, item)) {
        return step->undo;
    }
    if (step->set.kind == PL_SET_ITEMS || step->set.kind == PL_SET_ARCS) {
        return &step->members[0];
    }
    return &step->members[item];
}

static bool makes_liable(const struct pl_rung *rungs, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        if (rungs[i].liable) {
            return true;
        }
    }
    return false;
}

/* Whether some step wants another officer than the one who answered this one. */
static bool is_recused(const struct pl_definition *def, uint16_t step)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        if (pl_steps_have(def->steps[i].not_by, step)) {
            return true;
        }
    }
    return false;
}

void pl_definition_seal(struct pl_definition *def)
{
    for (uint16_t i = 0; i < def->step_count; i++) {
        struct pl_step_def *step = &def->steps[i];

        step->keeps_officer = step->set.kind == PL_SET_SIGNERS || is_recused(def, i);
        step->keeps_holder = makes_liable(step->rungs, step->rung_count);
        for (uint16_t k = 0; k < step->member_count; k++) {
            const struct pl_member *member = &step->members[k];

            step->keeps_holder |= makes_liable(member->rungs, member->rung_count);
        }
    }
}
