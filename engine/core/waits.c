#include "base/check.h"
#include "core/internal.h"

/* The answer to WHY while it grows; `count` goes on when it is full. */
struct list {
    const struct pl_definition *def;
    const struct pl_case *c;
    struct pl_wait *out;
    unsigned max;
    unsigned count;
};

static void add(struct list *list, struct pl_wait wait)
{
    if (list->count < list->max) {
        list->out[list->count] = wait;
    }
    list->count++;
}

/* What the clocks of a step and of one of its members do next. */
static struct pl_wait wait_of(const struct list *list, uint16_t step, uint16_t item)
{
    const struct pl_step_def *sd = &list->def->steps[step];
    const struct pl_step *s = &list->c->steps[step];
    struct pl_wait wait = {
        .step = step,
        .item = item,
        .other = PL_NO_STEP,
        .since_ms = s->since_ms,
        .due_ms = s->due_ms,
        .next_ms = list->c->paused ? 0 : s->wake_ms,
        .rung = PL_NO_RUNG,
    };
    int64_t at_ms = 0;

    if (wait.next_ms != 0) {
        const struct pl_clock clock = pl_core_clock(list->def, list->c, step);

        wait.rung = pl_core_next_rung(&clock, sd, &at_ms);
        if (at_ms != wait.next_ms) {
            wait.rung = PL_NO_RUNG; /* the end of a WAIT_FOR comes first */
        }
    }
    return wait;
}

static void add_task(struct list *list, uint16_t step, uint16_t item, enum pl_wait_kind kind)
{
    const struct pl_task *t = &list->c->tasks[list->def->steps[step].first_task + item];
    struct pl_wait wait = wait_of(list, step, item);
    const int64_t own_ms = list->c->paused ? 0 : pl_core_earlier(t->wake_ms, t->late_ms);

    wait.kind = kind;
    wait.since_ms = t->since_ms;
    wait.due_ms = t->due_ms;
    if (own_ms != 0 && (wait.next_ms == 0 || own_ms < wait.next_ms)) {
        wait.next_ms = own_ms;
        wait.rung = PL_NO_RUNG;
    }
    if (kind == PL_WAITS_HELD && !pl_core_is_held(list->def, list->c, step, &wait.other) &&
        !list->c->paused) {
        wait.other = step;
    }
    add(list, wait);
}

/* Of a set, one line says for all answers why they wait. */
static bool is_said(const struct list *list, uint16_t step, uint16_t item)
{
    const struct pl_step_def *sd = &list->def->steps[step];

    for (uint16_t i = 0; sd->set.kind != PL_SET_NONE && i < item; i++) {
        if (list->c->tasks[sd->first_task + i].held) {
            return true;
        }
    }
    return false;
}

static void add_tasks(struct list *list, uint16_t step)
{
    static const struct {
        bool waits;
        enum pl_wait_kind kind;
    } kinds[PL_TASK_STATES] = {
        [PL_TASK_READY] = {true, PL_WAITS_TASK_READY},
        [PL_TASK_OFFERED] = {true, PL_WAITS_TASK_OFFERED},
        [PL_TASK_ACTIVE] = {true, PL_WAITS_TASK_ACTIVE},
        [PL_TASK_PARKED] = {true, PL_WAITS_TASK_PARKED},
        [PL_TASK_BACKOFF] = {true, PL_WAITS_BACKOFF},
        [PL_TASK_FAILED] = {true, PL_WAITS_INCIDENT},
    };

    const struct pl_step_def *sd = &list->def->steps[step];

    for (uint16_t i = 0; i < sd->task_count; i++) {
        const struct pl_task *t = &list->c->tasks[sd->first_task + i];

        const bool is_child = sd->run != NULL && !pl_step_is_undo(sd, i);

        if (is_child && t->state == PL_TASK_ACTIVE) {
            add_task(list, step, i, PL_WAITS_CHILD);
        } else if (kinds[t->state].waits) {
            add_task(list, step, i, kinds[t->state].kind);
        } else if (t->held && !is_said(list, step, i)) {
            add_task(list, step, i, PL_WAITS_HELD);
        }
    }
}

/* The first entry of an `each` that may still arrive. */
static uint16_t next_arrival(const struct list *list, uint16_t step)
{
    const struct pl_step_def *sd = &list->def->steps[step];

    for (uint16_t i = 0; i < sd->after_count; i++) {
        if (pl_core_arc(list->c, sd->after[i]) == PL_ARC_OPEN) {
            return sd->after[i].step;
        }
    }
    return PL_NO_STEP;
}

/* What an active step waits for beside the answers to its tasks. */
static bool active_waits(const struct list *list, uint16_t step, struct pl_wait *wait)
{
    const struct pl_step_def *sd = &list->def->steps[step];
    const struct pl_step *s = &list->c->steps[step];

    if (s->deemed) {
        wait->kind = PL_WAITS_HELD;
        return pl_core_is_held(list->def, list->c, step, &wait->other) || list->c->paused;
    }
    if (sd->kind == PL_KIND_WAIT_FOR && !s->signalled) {
        wait->kind = sd->wait_for == PL_WAIT_SIGNAL ? PL_WAITS_SIGNAL : PL_WAITS_TIME;
        return true;
    }
    if (sd->set.open && !s->closed) {
        wait->kind = PL_WAITS_CLOSE;
        return true;
    }
    wait->kind = PL_WAITS_ARRIVAL;
    wait->other =
        pl_step_has_set(sd) && sd->set.kind == PL_SET_ARCS ? next_arrival(list, step) : PL_NO_STEP;
    return wait->other != PL_NO_STEP;
}

/* A step that could start: what keeps it. */
static bool start_waits(const struct list *list, uint16_t step, struct pl_wait *wait)
{
    const struct pl_step_def *sd = &list->def->steps[step];

    wait->kind = PL_WAITS_OBLIGATION;
    return sd->blocked_by_count > 0 &&
           pl_core_join(list->c, sd->join, sd->need, sd->after, sd->after_count) ==
               PL_JOIN_STARTS &&
           pl_core_is_blocked(list->def, list->c, step, &wait->other);
}

static bool step_waits(const struct list *list, uint16_t step, struct pl_wait *wait)
{
    const struct pl_step *s = &list->c->steps[step];

    if (s->incident) {
        wait->kind = PL_WAITS_INCIDENT;
        return true;
    }
    switch (s->state) {
    case PL_STEP_WAITING:
        return start_waits(list, step, wait);
    case PL_STEP_READY:
        wait->kind = PL_WAITS_TURN;
        return !pl_core_has_turn(list->def, list->c, step, &wait->other);
    case PL_STEP_ACTIVE:
        return active_waits(list, step, wait);
    case PL_STEP_RETURNED:
        wait->kind = PL_WAITS_SUPPLEMENT;
        return !s->supplemented || start_waits(list, step, wait);
    case PL_STEP_DONE:
    case PL_STEP_SKIPPED:
    case PL_STEP_UNREACHED:
    case PL_STEP_CANCELLED:
    case PL_STEP_STATES:
        break;
    }
    return false;
}

static void add_step(struct list *list, uint16_t step)
{
    struct pl_wait wait = wait_of(list, step, PL_NO_ITEM);

    if (step_waits(list, step, &wait)) {
        add(list, wait);
    }
}

/* Since the first reason: overlapping ones count once. */
static void add_clock(struct list *list, uint16_t step)
{
    const struct pl_step *s = &list->c->steps[step];
    struct pl_wait wait = wait_of(list, step, PL_NO_ITEM);

    if (s->stops >> PL_STOP_FIRST_REASON != 0) {
        wait.kind = PL_WAITS_CLOCK;
        wait.since_ms = s->stopped_ms;
        wait.stops = s->stops;
        wait.stop_seq = s->stop_seq;
        add(list, wait);
    }
}

static void add_undo(struct list *list)
{
    const uint16_t step = pl_core_undone_next(list->def, list->c);

    if (step != PL_NO_STEP) {
        struct pl_wait wait = wait_of(list, step, PL_NO_ITEM);

        wait.kind = PL_WAITS_UNDO;
        add(list, wait);
    }
}

unsigned pl_core_waits(const struct pl_definition *def, const struct pl_case *c,
                       struct pl_wait *out, unsigned max)
{
    struct list list = {def, c, out, max, 0};

    if (c->finished) {
        return 0;
    }
    if (c->paused) {
        add(&list, (struct pl_wait){.kind = PL_WAITS_RESUME,
                                    .step = PL_NO_STEP,
                                    .item = PL_NO_ITEM,
                                    .other = PL_NO_STEP,
                                    .since_ms = c->paused_ms,
                                    .rung = PL_NO_RUNG});
    }
    add_undo(&list);
    for (uint16_t i = 0; i < c->step_count; i++) {
        add_tasks(&list, i);
        add_step(&list, i);
        add_clock(&list, i);
    }
    return list.count;
}

const char *pl_core_wait_name(enum pl_wait_kind kind)
{
    static const char *const names[] = {
        [PL_WAITS_TASK_READY] = "ready",
        [PL_WAITS_TASK_OFFERED] = "offered",
        [PL_WAITS_TASK_ACTIVE] = "active",
        [PL_WAITS_TASK_PARKED] = "parked",
        [PL_WAITS_BACKOFF] = "backoff",
        [PL_WAITS_INCIDENT] = "incident",
        [PL_WAITS_SUPPLEMENT] = "supplement",
        [PL_WAITS_SIGNAL] = "signal",
        [PL_WAITS_TIME] = "time",
        [PL_WAITS_HELD] = "held",
        [PL_WAITS_RESUME] = "resume",
        [PL_WAITS_CHILD] = "child",
        [PL_WAITS_TURN] = "turn",
        [PL_WAITS_OBLIGATION] = "obligation",
        [PL_WAITS_CLOSE] = "close",
        [PL_WAITS_ARRIVAL] = "arrival",
        [PL_WAITS_UNDO] = "undo",
        [PL_WAITS_CLOCK] = "clock",
    };
    return names[kind];
}
