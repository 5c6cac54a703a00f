#include "core/fold.h"

#include <string.h>

#include "base/check.h"

struct pl_step *pl_fold_step(const struct pl_fold *f)
{
    PL_CHECK(f->e->step < f->c->step_count);
    return &f->c->steps[f->e->step];
}

struct pl_task *pl_fold_task(const struct pl_fold *f)
{
    PL_CHECK(f->e->step < f->c->step_count);
    const struct pl_step_def *step = &f->def->steps[f->e->step];

    PL_CHECK(f->e->item < step->task_count);
    return &f->c->tasks[step->first_task + f->e->item];
}

void pl_fold_move_step(const struct pl_fold *f, struct pl_step *s, enum pl_step_state next)
{
    PL_CHECK((pl_step_moves(s->state) >> next & 1) != 0);
    s->state = next;
    s->since_ms = f->at_ms;
    s->settled_seq = pl_step_is_settled(next) ? f->seq : 0;
    s->queued_seq = 0;
}

void pl_fold_move_task(const struct pl_fold *f, struct pl_task *t, enum pl_task_state next)
{
    PL_CHECK((pl_task_moves(t->state) >> next & 1) != 0);
    t->state = next;
    t->since_ms = f->at_ms;
    t->wake_ms = 0;
    t->until_ms = 0;
    if (!pl_task_is_open(next)) {
        t->late_ms = 0;
    }
}

/* Events of the engine, and of commands as such: no case changes by them. */
void pl_apply_definition_published(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_command_accepted(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_command_rejected(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_case_started(const struct pl_fold *f)
{
    struct pl_case *c = f->c;

    PL_CHECK(c->seq == 0);
    c->id = f->e->case_id;
    c->slot = (uint32_t)f->e->case_started.slot;
    c->definition = (uint32_t)f->e->case_started.definition;
    c->key = f->e->case_started.key;
    c->by = f->e->case_started.by;
    c->form_seq = f->seq;
    c->started_ms = f->at_ms;
    c->result = PL_NO_RESULT;
    c->undoing = PL_NO_RESULT;
    c->parent.v = f->e->case_started.parent;
    c->parent_task = (uint16_t)f->e->case_started.parent_task;
    c->depth = (uint16_t)f->e->case_started.depth;
    c->step_count = f->def->step_count;
    c->task_count = f->def->task_count;
    memset(c->steps, 0, c->step_count * sizeof(c->steps[0]));
    memset(c->tasks, 0, c->task_count * sizeof(c->tasks[0]));
}

void pl_apply_case_finished(const struct pl_fold *f)
{
    f->c->finished = true;
    f->c->result = (uint16_t)f->e->case_finished.result;
    f->c->undoing = PL_NO_RESULT;
    f->c->finished_ms = f->at_ms;
    f->c->paused = false;
    f->c->paused_ms = 0;
}

void pl_apply_case_paused(const struct pl_fold *f)
{
    f->c->paused = true;
    f->c->paused_ms = f->at_ms;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        pl_core_clock_stop(f->def, f->c, i, PL_STOP_PAUSE, f->at_ms);
    }
}

void pl_apply_case_resumed(const struct pl_fold *f)
{
    f->c->paused = false;
    f->c->paused_ms = 0;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        struct pl_step *s = &f->c->steps[i];

        s->stops = (uint16_t)(s->stops & ~(1u << PL_STOP_PAUSE));
    }
}

void pl_apply_case_supplemented(const struct pl_fold *f)
{
    f->c->form_seq = f->seq;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        struct pl_step *s = &f->c->steps[i];

        s->supplemented = s->supplemented || s->state == PL_STEP_RETURNED;
    }
}

/* What follows from these two is told by the cancellations and CASE_FINISHED after them. */
void pl_apply_case_withdrawn(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_case_cancelled(const struct pl_fold *f)
{
    (void)f;
}

/* Before signals had keys the event named no step: it was for every step that waits for the name.
 */
static bool is_for(const struct pl_fold *f, uint16_t step)
{
    const struct pl_step_def *sd = &f->def->steps[step];

    if (f->e->step != PL_NO_STEP) {
        return f->e->step == step;
    }
    return sd->kind == PL_KIND_WAIT_FOR && sd->wait_for == PL_WAIT_SIGNAL &&
           !pl_step_is_settled(f->c->steps[step].state) &&
           pl_text_equal(sd->signal, f->e->signal_received.name);
}

void pl_apply_signal_received(const struct pl_fold *f)
{
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        if (is_for(f, i)) {
            f->c->steps[i].signalled = true;
            f->c->steps[i].value_seq = f->seq;
        }
    }
}

void pl_apply_calendar_amended(const struct pl_fold *f)
{
    (void)f;
}

void pl_apply_case_undoing(const struct pl_fold *f)
{
    f->c->undoing = (uint16_t)f->e->case_undoing.result;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        struct pl_step *s = &f->c->steps[i];

        if (s->state == PL_STEP_DONE && f->def->steps[i].undo != NULL) {
            s->undo_seq = s->settled_seq;
        }
    }
}

/* How long a document is valid follows from the step that issued it; the event tells the world. */
void pl_apply_document_issued(const struct pl_fold *f)
{
    (void)f;
}

void pl_core_apply(const struct pl_definition *def, struct pl_case *c, const struct pl_event *event,
                   uint64_t seq, int64_t at_ms)
{
    const struct pl_fold fold = {def, c, event, seq, at_ms};

    PL_CHECK(seq > c->seq);
    switch (event->kind) {
#define EVENT(NO, NAME, APPLIER, FIELDS)                                                           \
    case PL_EVT_##NAME:                                                                            \
        pl_apply_##APPLIER(&fold);                                                                 \
        break;
#include "model/events.def"
#undef EVENT
    }
    c->seq = seq;
    c->event_count++;
}
