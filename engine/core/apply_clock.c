#include "base/check.h"
#include "core/fold.h"

/* The limits that no event names follow from the record, as its wake times do. */
static void follow(const struct pl_fold *f, int64_t ran_until_ms)
{
    const struct pl_clock clock = pl_core_clock(f->def, f->c, f->e->step);
    const struct pl_limits limits =
        pl_core_limits(&clock, &f->def->steps[f->e->step], ran_until_ms);
    struct pl_step *s = pl_fold_step(f);

    s->statutory_ms = limits.statutory_ms;
    s->internal_ms = limits.internal_ms;
    pl_core_clock_moved(f->def, f->c, f->e->step, ran_until_ms);
}

void pl_apply_step_resumed(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);
    const int64_t ran_until_ms = s->stopped_ms;

    pl_core_clock_exclude(pl_core_calendar(f->def, f->c), s, f->at_ms);
    s->due_ms = f->e->step_resumed.due_ms;
    follow(f, ran_until_ms);
}

void pl_apply_step_extended(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->extended = (uint32_t)f->e->step_extended.count;
    s->due_ms = f->e->step_extended.due_ms;
    follow(f, pl_core_ran_until(s, f->at_ms));
}

void pl_apply_step_rescheduled(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->due_ms = f->e->step_rescheduled.due_ms;
    s->statutory_ms = f->e->step_rescheduled.statutory_ms;
    pl_core_clock_moved(f->def, f->c, f->e->step, pl_core_ran_until(s, f->at_ms));
}

/* What no event names is counted by the new calendar at once: the department's own limit, those of
 * members, and every wake time. */
static void recount(const struct pl_fold *f, uint16_t step)
{
    const struct pl_clock clock = pl_core_clock(f->def, f->c, step);
    struct pl_step *s = &f->c->steps[step];
    const int64_t ran_until_ms = pl_core_ran_until(s, f->at_ms);

    if (pl_core_has_clock(s)) {
        s->internal_ms = pl_core_limits(&clock, &f->def->steps[step], ran_until_ms).internal_ms;
        pl_core_clock_moved(f->def, f->c, step, ran_until_ms);
    }
}

void pl_apply_case_recalendared(const struct pl_fold *f)
{
    f->c->calendar = (uint16_t)f->e->case_recalendared.version;
    for (uint16_t i = 0; i < f->c->step_count; i++) {
        recount(f, i);
    }
}

/* Of a clock: two bits, as bad as its worst card; reminders and announcements colour nothing. */
static void colour(struct pl_step *s, uint64_t clock, uint64_t card)
{
    const unsigned shift = 2u * (unsigned)clock;
    const unsigned now = s->cards >> shift & 3;

    if (card <= PL_CARD_RED && card + 1 > now) {
        s->cards = (uint16_t)((s->cards & ~(3u << shift)) | (unsigned)(card + 1) << shift);
    }
}

void pl_apply_step_late(const struct pl_fold *f)
{
    const bool of_step = f->e->item == PL_NO_ITEM;
    uint16_t *reached = of_step ? &pl_fold_step(f)->rungs : &pl_fold_task(f)->rungs;

    PL_CHECK(f->e->step_late.clock < PL_CLOCKS);
    *reached = (uint16_t)(*reached | 1u << f->e->step_late.rung);
    colour(pl_fold_step(f), f->e->step_late.clock, f->e->step_late.card);
    if (of_step) {
        pl_core_clock_set(f->def, f->c, f->e->step);
    } else {
        pl_core_clock_set_task(f->def, f->c, f->e->step, f->e->item);
    }
}

void pl_apply_step_deemed(const struct pl_fold *f)
{
    pl_fold_step(f)->deemed = true;
    pl_fold_step(f)->decision = (uint16_t)f->e->step_deemed.decision;
    pl_core_clock_set(f->def, f->c, f->e->step);
}

void pl_apply_clock_stopped(const struct pl_fold *f)
{
    const uint64_t reason = f->e->clock_stopped.reason;

    PL_CHECK(reason + PL_STOP_FIRST_REASON < PL_STOPS);
    pl_fold_step(f)->stop_seq = f->seq;
    pl_core_clock_stop(f->def, f->c, f->e->step, (enum pl_stop)(reason + PL_STOP_FIRST_REASON),
                       f->at_ms);
}

/* The time that it stood still is left out by STEP_RESUMED, when no other reason is left. */
void pl_apply_clock_resumed(const struct pl_fold *f)
{
    struct pl_step *s = pl_fold_step(f);

    s->stops = (uint16_t)(s->stops & ~(1u << (f->e->clock_resumed.reason + PL_STOP_FIRST_REASON)));
    if (s->stops >> PL_STOP_FIRST_REASON == 0) {
        s->stop_seq = 0;
    }
}
