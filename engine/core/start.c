#include "base/check.h"
#include "core/internal.h"

/* What has to be known before a step starts. It is read before the first event, so that a fault
 * leaves the step waiting. */
struct start {
    uint32_t asked;        /* members, a bit each */
    uint16_t service;      /* who is competent; PL_NO_SERVICE: who the member names */
    struct pl_bytes items; /* of a set */
    struct pl_table_answer table;
};

/* Which members are asked; false after an incident. The lead always is. */
static bool ask_members(struct pl_deciding *d, uint16_t step, uint32_t *asked_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint32_t asked = 0;

    PL_CHECK(sd->member_count <= PL_MEMBERS_MAX);
    for (uint16_t i = 0; i < sd->member_count; i++) {
        bool needed = true;

        if (i > 0 && !pl_core_condition(d, step, i, sd->members[i].when, &needed)) {
            return false;
        }
        asked |= (uint32_t)needed << i;
    }
    *asked_out = asked;
    return true;
}

void pl_core_ready_task(struct pl_deciding *d, uint16_t step, uint16_t item)
{
    const struct pl_clock clock = pl_core_clock(d->def, &d->out->after, step);
    const int64_t due_ms = pl_core_task_due(&clock, &d->def->steps[step], item);

    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_TASK_READIED,
                        .step = step,
                        .item = item,
                        .task_readied = {.due_ms = due_ms},
                    });
}

static void ready_tasks(struct pl_deciding *d, uint16_t step, uint32_t asked)
{
    for (uint16_t i = 0; i < d->def->steps[step].member_count; i++) {
        if ((asked >> i & 1) != 0) {
            pl_core_ready_task(d, step, i);
        }
    }
}

/* The first choice whose condition holds. */
static bool choose(struct pl_deciding *d, uint16_t step, uint16_t item, uint16_t *service_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    *service_out = PL_NO_SERVICE;
    for (uint16_t i = 0; i < sd->choice_count; i++) {
        bool holds = false;

        if (!pl_core_condition(d, step, item, sd->choices[i].when, &holds)) {
            return false;
        }
        if (holds) {
            *service_out = sd->choices[i].service;
            return true;
        }
    }
    if (sd->choice_count > 0) {
        pl_core_incident(d, step, item, "competence", "no department is competent");
    }
    return sd->choice_count == 0;
}

/* Every document that the step needs must still be valid (the newest issue counts). */
static bool documents_hold(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    for (uint16_t i = 0; i < sd->needs_count; i++) {
        const int64_t until_ms = pl_core_valid_until(d->def, &d->out->after, sd->needs[i]);

        if (until_ms != 0 && until_ms <= d->facts->now_ms) {
            pl_core_incident(d, step, PL_NO_ITEM, "document_expired",
                             "a document that the step needs has expired: renew it, then retry");
            return false;
        }
    }
    return true;
}

static bool read_start(struct pl_deciding *d, uint16_t step, struct start *start_out)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    if (pl_step_has_set(sd)) { /* who is competent is asked for each item */
        return documents_hold(d, step) && pl_core_set_read(d, step, &start_out->items);
    }
    return ask_members(d, step, &start_out->asked) &&
           choose(d, step, PL_NO_ITEM, &start_out->service) && documents_hold(d, step) &&
           (sd->kind != PL_KIND_DECIDE || pl_core_read_table(d, step, &start_out->table));
}

static void assign(struct pl_deciding *d, uint16_t step, uint16_t item, uint16_t service)
{
    if (service != PL_NO_SERVICE &&
        service != pl_task_service(d->def, &d->out->after, step, item)) {
        pl_core_emit(d, (struct pl_event){
                            .kind = PL_EVT_TASK_ASSIGNED,
                            .step = step,
                            .item = item,
                            .served_by = (uint16_t)(service + 1u), /* nobody had it before */
                            .task_assigned = {.service = service},
                        });
    }
}

bool pl_core_assign(struct pl_deciding *d, uint16_t step, uint16_t item)
{
    uint16_t service = PL_NO_SERVICE;

    if (!choose(d, step, item, &service)) {
        return false;
    }
    assign(d, step, item, service);
    return true;
}

/* A step that asks nobody has decided with its start. */
static void decide_at_once(struct pl_deciding *d, uint16_t step, const struct start *start)
{
    const struct pl_step_def *sd = &d->def->steps[step];

    if (sd->kind == PL_KIND_DECIDE) {
        pl_core_emit(
            d, (struct pl_event){
                   .kind = PL_EVT_STEP_EVALUATED,
                   .step = step,
                   .item = PL_NO_ITEM,
                   .step_evaluated = {.rule = start->table.rule, .outputs = start->table.outputs},
               });
        pl_core_take_effect(d, step, start->table.decides, PL_NO_TEXT, PL_NO_TEXT);
    } else if (sd->kind == PL_KIND_TELL) {
        pl_core_goes_on(d, step, PL_DECISION_APPROVE);
    }
}

static void begin(struct pl_deciding *d, uint16_t step, const struct start *start)
{
    struct pl_event started = {.kind = PL_EVT_STEP_STARTED, .step = step, .item = PL_NO_ITEM};

    if (!pl_core_begin_clock(d, step, &started)) {
        return;
    }
    started.step_started.round = pl_core_step(d, step)->round + 1u;
    if (start->service != PL_NO_SERVICE) {
        started.served_by = (uint16_t)(start->service + 1u); /* is assigned after it */
    }
    pl_core_emit(d, started);
    if (pl_step_has_set(&d->def->steps[step])) {
        pl_core_set_begin(d, step, start->items);
        return;
    }
    assign(d, step, PL_LEAD, start->service);
    ready_tasks(d, step, start->asked);
    decide_at_once(d, step, start);
}

static void skip(struct pl_deciding *d, uint16_t step, struct pl_text reason)
{
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_SKIPPED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_skipped = {.reason = reason, .by = PL_NO_TEXT},
                    });
}

/* Whether a condition of the step holds; if not, the step is skipped. */
static bool is_needed(struct pl_deciding *d, uint16_t step, const struct pl_cel_program *program)
{
    bool holds = true;

    if (!pl_core_condition(d, step, PL_NO_ITEM, program, &holds)) {
        return false;
    }
    if (!holds) {
        skip(d, step, pl_cel_source(program));
    }
    return holds;
}

/* A delivery and an obligation come of what their step did: a step that was not needed owes none.
 */
static bool is_owed(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    const bool of_step = sd->origin == PL_ORIGIN_DELIVERY || sd->origin == PL_ORIGIN_OBLIGATION;

    if (of_step && sd->after_count > 0 &&
        pl_core_step(d, sd->after[0].step)->state == PL_STEP_SKIPPED) {
        skip(d, step, PL_NO_TEXT);
        return false;
    }
    return true;
}

void pl_core_begin_step(struct pl_deciding *d, uint16_t step)
{
    struct start start = {.service = PL_NO_SERVICE};

    if (read_start(d, step, &start)) {
        begin(d, step, &start);
    }
}

void pl_core_start_step(struct pl_deciding *d, uint16_t step)
{
    const struct pl_step_def *sd = &d->def->steps[step];
    uint16_t behind = PL_NO_STEP;

    /* Once for each start: after a supplement the form may say that the step is not needed. */
    if (!is_owed(d, step) || !is_needed(d, step, sd->when) || !is_needed(d, step, sd->while_true)) {
        return;
    }
    if (pl_core_has_turn(d->def, &d->out->after, step, &behind)) {
        pl_core_begin_step(d, step);
        return;
    }
    pl_core_emit(d, (struct pl_event){
                        .kind = PL_EVT_STEP_QUEUED,
                        .step = step,
                        .item = PL_NO_ITEM,
                        .step_queued = {.behind = behind},
                    });
}
