#include <string.h>

#include "base/check.h"
#include "core/internal.h"

static struct pl_task *target(const struct pl_deciding *d)
{
    return pl_core_task(d, d->cmd->step, d->cmd->item);
}

static struct pl_event event_of(const struct pl_deciding *d, enum pl_event_kind kind)
{
    return (struct pl_event){.kind = kind, .step = d->cmd->step, .item = d->cmd->item};
}

static bool is_zero(struct pl_lease lease)
{
    static const struct pl_lease zero;

    return memcmp(&lease, &zero, sizeof(lease)) == 0;
}

static bool same(struct pl_lease a, struct pl_lease b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}

static enum pl_rejection repeat(struct pl_deciding *d, uint64_t seq)
{
    d->out->repeated = true;
    d->out->repeated_seq = seq;
    return PL_ACCEPTED;
}

/* The lease is the fencing token: whoever has the last one may speak, also after a time-out. */
static enum pl_rejection check_lease(const struct pl_deciding *d)
{
    const struct pl_task *t = target(d);
    const bool other_round = d->cmd->round != 0 && d->cmd->round != t->round;

    if (is_zero(d->cmd->lease) || !same(d->cmd->lease, t->lease) || other_round) {
        return PL_REJECT_SUPERSEDED;
    }
    return PL_ACCEPTED;
}

enum pl_rejection pl_core_fence(struct pl_deciding *d)
{
    const struct pl_task *t = target(d);

    if (!is_zero(d->cmd->lease) && same(d->cmd->lease, t->answered)) {
        /* A `tell` is answered by taking it; whatever follows says the same. */
        if (pl_core_is_told(d) || d->cmd->body_hash == t->body_hash) {
            return repeat(d, t->seq);
        }
        return PL_REJECT_ANSWERED_OTHERWISE;
    }
    return check_lease(d);
}

enum pl_rejection pl_decide_task_offer(struct pl_deciding *d)
{
    if (d->out->after.paused) {
        return PL_REJECT_CASE_PAUSED;
    }
    if (target(d)->state != PL_TASK_READY) {
        return PL_REJECT_TASK_STATE;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_OFFERED);

    PL_CHECK(!is_zero(d->facts->new_lease));
    event.task_offered.lease = d->facts->new_lease;
    event.task_offered.accept_by_ms = d->facts->now_ms + d->facts->accept_ms;
    event.task_offered.to = d->cmd->note;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

/* A message told is delivered when somebody takes it: the obligation ends there. */
enum pl_rejection pl_decide_task_take(struct pl_deciding *d)
{
    const bool told = pl_core_is_told(d);
    const enum pl_rejection fence = told ? pl_core_fence(d) : check_lease(d);

    if (fence != PL_ACCEPTED || d->out->repeated) {
        return fence;
    }
    if (target(d)->state == PL_TASK_ACTIVE) {
        return repeat(d, d->out->after.seq);
    }
    if (target(d)->state != PL_TASK_OFFERED) {
        return PL_REJECT_TASK_STATE;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_TAKEN);

    event.task_taken.lease_until_ms = d->facts->now_ms + d->facts->lease_ms;
    event.task_taken.by = d->cmd->by;
    pl_core_emit(d, event);
    if (told) {
        pl_core_answer(d, PL_DECISION_APPROVE);
    }
    return PL_ACCEPTED;
}

/* What an adapter asks for, within a multiple of the usual; the usual when it asks for nothing. */
static int64_t within(int64_t asked_ms, int64_t usual_ms, int64_t times_max)
{
    const int64_t max_ms = usual_ms * times_max;

    if (asked_ms <= 0) {
        return usual_ms;
    }
    return asked_ms < max_ms ? asked_ms : max_ms;
}

enum pl_rejection pl_decide_task_progress(struct pl_deciding *d)
{
    const enum pl_rejection fence = check_lease(d);
    const int64_t extend_ms = within(d->cmd->extend_ms, d->facts->lease_ms, PL_EXTENSIONS_MAX);

    if (fence != PL_ACCEPTED) {
        return fence;
    }
    if (!pl_task_is_leased(target(d)->state)) {
        return PL_REJECT_TASK_STATE;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_PROGRESSED);

    event.task_progressed.lease_until_ms = d->facts->now_ms + extend_ms;
    event.task_progressed.percent = d->cmd->percent;
    event.task_progressed.note = d->cmd->note;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_task_park(struct pl_deciding *d)
{
    const enum pl_rejection fence = check_lease(d);

    if (fence != PL_ACCEPTED) {
        return fence;
    }
    if (!pl_task_is_leased(target(d)->state)) {
        return PL_REJECT_TASK_STATE;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_PARKED);

    event.task_parked.reference = d->cmd->note;
    event.task_parked.until_ms = d->cmd->until_ms;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

enum pl_rejection pl_core_refuse(struct pl_deciding *d, enum pl_rejection rejection)
{
    struct pl_event event = event_of(d, PL_EVT_TASK_REFUSED);

    event.task_refused.command = d->cmd->kind;
    event.task_refused.rejection = rejection;
    event.task_refused.by = d->cmd->by;
    pl_core_emit(d, event);
    return rejection;
}

enum pl_rejection pl_decide_task_complete(struct pl_deciding *d)
{
    uint16_t decision = PL_NO_DECISION;
    enum pl_rejection rejection = pl_core_fence(d);

    if (rejection == PL_ACCEPTED && d->out->repeated) {
        return PL_ACCEPTED;
    }
    if (rejection == PL_ACCEPTED && !pl_task_is_open(target(d)->state)) {
        rejection = PL_REJECT_TASK_STATE;
    }
    if (rejection == PL_ACCEPTED) {
        rejection = pl_core_read_decision(d, &decision);
    }
    if (rejection != PL_ACCEPTED) {
        return pl_core_refuse(d, rejection);
    }
    pl_core_answer(d, decision);
    return PL_ACCEPTED;
}

/* A number that looks drawn and depends on `seed` alone (SplitMix64, Steele et al. 2014). */
static uint64_t mix(uint64_t seed)
{
    seed += UINT64_C(0x9e3779b97f4a7c15);
    seed = (seed ^ seed >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    seed = (seed ^ seed >> 27) * UINT64_C(0x94d049bb133111eb);
    return seed ^ seed >> 31;
}

/* The wait of the policy after so many failures: grows by its factor up to its longest, shortened
 * by a draw that a replay repeats. */
static int64_t policy_wait(const struct pl_deciding *d, const struct pl_retry *retry,
                           unsigned failures)
{
    const uint64_t seed =
        d->out->after.id.v ^ (uint64_t)d->cmd->step << 48 ^ (uint64_t)d->cmd->item << 32 ^ failures;
    int64_t wait_ms = retry->first_ms;

    for (unsigned i = 0; i < failures && wait_ms < retry->max_ms; i++) {
        wait_ms = wait_ms * retry->factor_percent / 100;
    }
    wait_ms = wait_ms < retry->max_ms ? wait_ms : retry->max_ms;
    const uint64_t less = mix(seed) % 1001 * retry->jitter_percent; /* of 100,000 */

    return (wait_ms - (int64_t)((uint64_t)wait_ms / 1000 * less / 100)) * d->facts->clock_rate;
}

/* When a failed task is offered again; 0 = no more, an operator must look. */
static int64_t retry_at(const struct pl_deciding *d)
{
    const struct pl_retry *retry = d->def->steps[d->cmd->step].retry;
    const unsigned failures = target(d)->attempts;
    const unsigned failures_max = retry != NULL ? retry->attempts : PL_ATTEMPTS_MAX;
    int64_t wait_ms =
        retry != NULL ? policy_wait(d, retry, failures) : d->facts->backoff_ms << failures;

    if (!d->cmd->retryable || failures + 1 >= failures_max) {
        return 0;
    }
    if (d->cmd->backoff_ms > 0) {
        wait_ms = within(d->cmd->backoff_ms, d->facts->backoff_ms, PL_BACKOFFS_MAX);
    }
    return d->facts->now_ms + (wait_ms > 0 ? wait_ms : 1);
}

enum pl_rejection pl_decide_task_fail(struct pl_deciding *d)
{
    const enum pl_rejection fence = pl_core_fence(d);

    if (fence == PL_ACCEPTED && d->out->repeated) {
        return PL_ACCEPTED;
    }
    if (fence != PL_ACCEPTED || !pl_task_is_leased(target(d)->state)) {
        return pl_core_refuse(d, fence != PL_ACCEPTED ? fence : PL_REJECT_TASK_STATE);
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_FAILED);

    event.task_failed.code = d->cmd->code;
    event.task_failed.message = d->cmd->note;
    event.task_failed.by = d->cmd->by;
    event.task_failed.retry_at_ms = retry_at(d);
    event.task_failed.body_hash = d->cmd->body_hash;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_task_throw(struct pl_deciding *d)
{
    const enum pl_rejection fence = pl_core_fence(d);

    if (fence == PL_ACCEPTED && d->out->repeated) {
        return PL_ACCEPTED;
    }
    if (fence != PL_ACCEPTED || !pl_task_is_leased(target(d)->state)) {
        return pl_core_refuse(d, fence != PL_ACCEPTED ? fence : PL_REJECT_TASK_STATE);
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_THROWN);

    event.task_thrown.code = d->cmd->code;
    event.task_thrown.message = d->cmd->note;
    event.task_thrown.by = d->cmd->by;
    event.task_thrown.body_hash = d->cmd->body_hash;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

enum pl_rejection pl_decide_task_release(struct pl_deciding *d)
{
    const enum pl_rejection fence = check_lease(d);

    if (fence != PL_ACCEPTED) {
        return fence;
    }
    if (target(d)->state == PL_TASK_READY) {
        return repeat(d, d->out->after.seq);
    }
    if (!pl_task_is_leased(target(d)->state)) {
        return PL_REJECT_TASK_STATE;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_RELEASED);

    event.task_released.by = d->cmd->by;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}

static void revoke(struct pl_deciding *d)
{
    if (pl_task_is_leased(target(d)->state)) {
        struct pl_event event = event_of(d, PL_EVT_TASK_REVOKED);

        event.task_revoked.by = d->cmd->by;
        pl_core_emit(d, event);
    }
}

/* An officer answers in the place of the department, whoever holds the task. */
enum pl_rejection pl_decide_task_decide(struct pl_deciding *d)
{
    uint16_t decision = PL_NO_DECISION;
    const struct pl_task *t = target(d);

    /* A child decides by itself: whoever wants to end it cancels its case. */
    if (!pl_task_is_open(t->state) || t->child != 0 ||
        (d->cmd->round != 0 && d->cmd->round != t->round)) {
        return PL_REJECT_TASK_STATE;
    }
    const enum pl_rejection rejection = pl_core_read_decision(d, &decision);

    if (rejection != PL_ACCEPTED) {
        return rejection;
    }
    revoke(d);
    pl_core_answer(d, decision);
    return PL_ACCEPTED;
}

/* An operator ends an incident: a task is offered again, a guard is evaluated again. A parked task
 * may be taken back this way, since nothing else would end it. */
enum pl_rejection pl_decide_task_retry(struct pl_deciding *d)
{
    struct pl_event event = event_of(d, PL_EVT_TASK_RETRIED);

    event.task_retried.by = d->cmd->by;
    if (d->cmd->item == PL_NO_ITEM) {
        if (!pl_core_step(d, d->cmd->step)->incident) {
            return PL_REJECT_STEP_STATE;
        }
        pl_core_emit(d, event);
        pl_core_advance(d);
        return PL_ACCEPTED;
    }
    switch (target(d)->state) {
    case PL_TASK_PARKED:
        revoke(d);
        return PL_ACCEPTED;
    case PL_TASK_FAILED:
    case PL_TASK_BACKOFF:
        pl_core_emit(d, event);
        return PL_ACCEPTED;
    case PL_TASK_NONE:
    case PL_TASK_READY:
    case PL_TASK_OFFERED:
    case PL_TASK_ACTIVE:
    case PL_TASK_ANSWERED:
    case PL_TASK_DEEMED:
    case PL_TASK_CANCELLED:
    case PL_TASK_STATES:
        break;
    }
    return PL_REJECT_TASK_STATE;
}

/* The choice of the step with this name, PL_NO_SERVICE when it is none. */
static uint16_t find_choice(const struct pl_deciding *d, struct pl_text name)
{
    const struct pl_step_def *sd = &d->def->steps[d->cmd->step];

    for (uint16_t i = 0; i < sd->choice_count; i++) {
        if (pl_text_equal(d->def->services[sd->choices[i].service].name, name)) {
            return sd->choices[i].service;
        }
    }
    return PL_NO_SERVICE;
}

/* Not competent: the task goes to the department that is (Administrative Licensing Law art. 32). */
enum pl_rejection pl_decide_task_hand_over(struct pl_deciding *d)
{
    const struct pl_task *t = target(d);
    const uint16_t service = find_choice(d, d->cmd->service);
    const enum pl_rejection fence =
        d->cmd->actor == PL_ACTOR_ADAPTER ? check_lease(d) : PL_ACCEPTED;

    if (fence != PL_ACCEPTED) {
        return fence;
    }
    if (!pl_task_is_open(t->state) || (d->cmd->round != 0 && d->cmd->round != t->round)) {
        return PL_REJECT_TASK_STATE;
    }
    if (service == PL_NO_SERVICE || t->hand_overs >= PL_HAND_OVERS_MAX ||
        service == pl_task_service(d->def, &d->out->after, d->cmd->step, d->cmd->item)) {
        return PL_REJECT_NOT_COMPETENT;
    }
    if (d->cmd->reason.len == 0) {
        return PL_REJECT_REASON_REQUIRED;
    }
    struct pl_event event = event_of(d, PL_EVT_TASK_ASSIGNED);

    event.task_assigned.service = service;
    event.task_assigned.reason = d->cmd->reason;
    event.task_assigned.by = d->cmd->by;
    pl_core_emit(d, event);
    return PL_ACCEPTED;
}
