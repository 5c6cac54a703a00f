#include "base/check.h"
#include "core/internal.h"

static bool is_due(const struct pl_deciding *d, int64_t at_ms)
{
    return at_ms != 0 && at_ms <= d->facts->now_ms;
}

static void time_out(struct pl_deciding *d, uint16_t step, uint16_t item, uint64_t what)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_TASK_TIMED_OUT,
                        .step = step,
                        .item = item,
                        .task_timed_out = {.what = what},
                    });
}

static void fire_wake(struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const struct pl_task *t = pl_core_task(d, step, item);

    if (!is_due(d, t->wake_ms)) {
        return;
    }
    switch (t->state) {
    case PL_TASK_OFFERED:
        time_out(d, step, item, PL_TIMEOUT_ACCEPT);
        return;
    case PL_TASK_ACTIVE:
        time_out(d, step, item, PL_TIMEOUT_LEASE);
        return;
    case PL_TASK_BACKOFF:
        time_out(d, step, item, PL_TIMEOUT_BACKOFF);
        return;
    case PL_TASK_NONE:
    case PL_TASK_READY:
    case PL_TASK_PARKED:
    case PL_TASK_FAILED:
    case PL_TASK_ANSWERED:
    case PL_TASK_DEEMED:
    case PL_TASK_CANCELLED:
    case PL_TASK_STATES:
        break;
    }
    PL_UNREACHABLE();
}

/* Who holds a task when the rung is reached is liable (art. 72, 74): the event that names them; 0 =
 * nobody has it. */
static uint64_t holder(const struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const struct pl_task *t = pl_core_task(d, step, item);

    return t->state == PL_TASK_ACTIVE || t->state == PL_TASK_PARKED ? t->holder_seq : 0;
}

/* Of a step: its lead, or the first of its tasks that somebody holds. */
static uint64_t holder_of_step(const struct pl_deciding *d, uint16_t step)
{
    uint64_t seq = 0;

    for (uint16_t i = 0; i < d->def->steps[step].task_count && seq == 0; i++) {
        seq = holder(d, step, i);
    }
    return seq;
}

static void late(struct pl_deciding *d, uint16_t step, uint16_t item, uint16_t number,
                 const struct pl_rung *rung, int64_t due_ms)
{
    struct pl_event event = {.kind = PL_EVT_STEP_LATE, .step = step, .item = item};

    event.step_late.rung = number;
    event.step_late.card = rung->card;
    event.step_late.due_ms = due_ms;
    event.step_late.clock = rung->clock;
    event.step_late.tell = rung->tell;
    if (rung->liable) {
        event.step_late.holder_seq =
            item == PL_NO_ITEM ? holder_of_step(d, step) : holder(d, step, item);
    }
    pl_core_emit(d, event);
}

/* Everything that the silence of one member did by now: first the rungs, then what it means. */
static void fire_late(struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const struct pl_member *member = pl_step_member(&d->def->steps[step], item);
    const struct pl_task *t = pl_core_task(d, step, item);

    while (is_due(d, t->late_ms)) {
        int64_t at_ms = 0;
        const struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);
        const uint16_t rung =
            pl_core_next_member_rung(&clock, &d->def->steps[step], item, t->rungs, &at_ms);

        if (rung != PL_NO_RUNG && is_due(d, at_ms)) {
            late(d, step, item, rung, &member->rungs[rung], at_ms);
            continue;
        }
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_TASK_DEEMED,
                            .step = step,
                            .item = item,
                            .task_deemed = {.decision = member->silent_decision},
                        });
    }
}

void pl_core_deem(struct pl_deciding *d, uint16_t step, uint16_t decision, struct pl_text law)
{
    pl_core_cancel_tasks(d, step, PL_NO_STEP);
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_DEEMED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_deemed = {.decision = decision, .law = law},
                    });
}

static void fire_rung(struct pl_deciding *d, uint16_t step, uint16_t number, int64_t at_ms)
{
    const struct pl_rung *rung = &d->def->steps[step].rungs[number];
    const bool decides = rung->decides != PL_NO_DECISION;

    if (!decides || rung->card != PL_CARD_NONE) {
        late(d, step, PL_NO_ITEM, number, rung, at_ms);
    }
    if (decides) {
        pl_core_deem(d, step, rung->decides, rung->law);
    }
}

static void fire_ladder(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const struct pl_step *s = pl_core_step(d, step);

    while (is_due(d, s->wake_ms)) {
        int64_t at_ms = 0;
        const struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);
        const uint16_t rung = pl_core_next_rung(&clock, sd, &at_ms);

        if (rung == PL_NO_RUNG || !is_due(d, at_ms)) {
            return; /* the end of a WAIT_FOR: advance sees it */
        }
        fire_rung(d, step, rung, at_ms);
    }
}

bool pl_core_catch_up(struct pl_deciding *d)
{
    const uint32_t seen = d->out->event_count;

    for (uint16_t i = 0; i < d->def->step_count && !d->out->after.paused; i++) {
        for (uint16_t k = 0; k < d->def->steps[i].task_count; k++) {
            fire_late(d, i, k);
        }
        fire_ladder(d, i);
    }
    if (d->out->event_count > seen) {
        pl_core_advance(d);
    }
    return !d->out->after.finished;
}

enum pl_rejection pl_core_reject(struct pl_deciding *d, enum pl_rejection rejection)
{
    d->out->event_count = 0;
    return rejection;
}

static void fire_all(struct pl_deciding *d)
{
    for (uint16_t i = 0; i < d->def->step_count; i++) {
        if (d->out->event_count >= PL_TIMER_EVENTS_MAX) {
            return; /* pl_core_next_wake still says now */
        }
        for (uint16_t k = 0; k < d->def->steps[i].task_count; k++) {
            fire_wake(d, i, k);
            fire_late(d, i, k);
        }
        fire_ladder(d, i);
    }
}

/* A step that starts here may be late already: its clock begins with the day of acceptance, a
 * reminder lies further back than its limit is long, its answer was held and now goes back. */
enum pl_rejection pl_decide_timer_fire(struct pl_deciding *d)
{
    const struct pl_case *c = &d->out->after;
    uint32_t seen = 0;

    if (c->paused) {
        return PL_ACCEPTED;
    }
    do {
        seen = d->out->event_count;
        fire_all(d);
        pl_core_advance(d);
    } while (is_due(d, pl_core_next_wake(c)) && d->out->event_count > seen &&
             d->out->event_count < PL_TIMER_EVENTS_MAX);
    return PL_ACCEPTED;
}

int64_t pl_core_next_wake(const struct pl_case *c)
{
    int64_t next_ms = 0;

    if (c->paused || c->finished) {
        return 0;
    }
    for (uint16_t i = 0; i < c->step_count; i++) {
        next_ms = pl_core_earlier(next_ms, c->steps[i].wake_ms);
    }
    for (uint16_t i = 0; i < c->task_count; i++) {
        next_ms = pl_core_earlier(next_ms, c->tasks[i].wake_ms);
        next_ms = pl_core_earlier(next_ms, c->tasks[i].late_ms);
    }
    return next_ms;
}

/* A task wakes its case unless it is settled; one that times out must have its time. */
static bool task_wakes(const struct pl_task *t)
{
    switch (t->state) {
    case PL_TASK_READY:
    case PL_TASK_PARKED:
    case PL_TASK_FAILED:
        return true;
    case PL_TASK_OFFERED:
    case PL_TASK_ACTIVE:
    case PL_TASK_BACKOFF:
        return t->wake_ms != 0;
    case PL_TASK_NONE:
    case PL_TASK_ANSWERED:
    case PL_TASK_DEEMED:
    case PL_TASK_CANCELLED:
    case PL_TASK_STATES:
        break;
    }
    return false;
}

/* A child that runs wakes its parent when it ends. */
static bool is_child(const struct pl_definition *def, const struct pl_case *c, uint16_t task)
{
    return c->tasks[task].state == PL_TASK_ACTIVE && c->tasks[task].child != 0 &&
           def->steps[pl_definition_step_of_task(def, task)].run != NULL;
}

static bool step_wakes(const struct pl_step_def *sd, const struct pl_step *s)
{
    if (s->incident || (s->state == PL_STEP_RETURNED && !s->supplemented)) {
        return true;
    }
    if (s->state == PL_STEP_ACTIVE && sd->set.open && !s->closed) {
        return true; /* its signals */
    }
    if (pl_step_is_live(s->state) && s->stops >> PL_STOP_FIRST_REASON != 0) {
        return true; /* somebody stopped its clock and will let it go on */
    }
    if (s->state == PL_STEP_ACTIVE && sd->kind == PL_KIND_WAIT_FOR) {
        return sd->wait_for == PL_WAIT_SIGNAL ? !s->signalled : s->wake_ms != 0;
    }
    return false;
}

bool pl_core_has_wake_source(const struct pl_definition *def, const struct pl_case *c)
{
    if (c->finished || c->paused) {
        return true;
    }
    for (uint16_t i = 0; i < c->task_count; i++) {
        if (task_wakes(&c->tasks[i]) || is_child(def, c, i)) {
            return true;
        }
    }
    for (uint16_t i = 0; i < c->step_count; i++) {
        if (step_wakes(&def->steps[i], &c->steps[i])) {
            return true;
        }
    }
    return false;
}
