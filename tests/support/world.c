#include "support/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "value/writer.h"

#define ZONE_MINUTES 480

void world_set_form(struct world *w, bool fire, const char *area)
{
    struct pl_writer out;

    pl_writer_init(&out, w->form_memory, sizeof(w->form_memory));
    pl_write_map(&out, area != NULL ? 2 : 1);
    pl_write_key_bool(&out, "fire", fire);
    if (area != NULL) {
        pl_write_key_string(&out, "area", area);
    }
    assert_true(pl_writer_ok(&out));
    w->form = pl_writer_bytes(&out);
}

void world_init(struct world *w, const struct pl_definition *def)
{
    memset(w, 0, sizeof(*w));
    w->def = def;
    w->c.steps = w->steps;
    w->c.tasks = w->tasks;
    w->facts.next_seq = 100;
    w->facts.accept_ms = 10000;
    w->facts.lease_ms = 60000;
    w->facts.backoff_ms = 1000;
    world_set_time(w, (struct pl_date){2025, 3, 3}, 9 * PL_HOUR_MS);
    world_set_form(w, false, NULL);
}

/* An open task belongs to a step that runs, to one that does not wait for it, or takes back what
 * the step did. */
static bool may_be_open(const struct pl_step_def *sd, const struct pl_step *s, uint16_t item)
{
    const bool sent = sd->kind == PL_KIND_TELL;

    if (pl_step_is_undo(sd, item)) {
        return s->undo_seq != 0;
    }
    return s->state == PL_STEP_ACTIVE ||
           (s->state == PL_STEP_DONE && (sent || sd->set.rest_finishes));
}

/* I5 and I6 by the states themselves, I7 by the rounds. */
static void check_tasks(const struct world *w, uint16_t step)
{
    const struct pl_step *s = &w->c.steps[step];
    const struct pl_step_def *sd = &w->def->steps[step];

    for (uint16_t i = 0; i < sd->task_count; i++) {
        const struct pl_task *t = &w->c.tasks[sd->first_task + i];

        if (pl_task_is_open(t->state)) {
            assert_int_equal(t->round, s->round);
            assert_true(may_be_open(sd, s, i));
        }
        if (!pl_task_is_open(t->state)) {
            assert_true(t->wake_ms == 0 && t->late_ms == 0);
        }
        if (t->held) {
            assert_int_equal(t->state, PL_TASK_ANSWERED);
            assert_int_equal(s->state, PL_STEP_ACTIVE);
        }
        assert_true(t->round <= s->round);
    }
}

static unsigned open_tasks(const struct world *w, uint16_t step)
{
    unsigned count = 0;

    for (uint16_t i = 0; i < pl_step_own_tasks(&w->def->steps[step]); i++) {
        count += pl_task_is_open(world_task(w, step, i)->state);
    }
    return count;
}

/* One step at a time works under an `exclusive` name, so many tasks as `at_once` says are open, and
 * one compensation. */
static void check_order(const struct world *w)
{
    unsigned undoing = 0;

    for (uint16_t i = 0; i < w->c.step_count; i++) {
        const struct pl_step_def *sd = &w->def->steps[i];
        const bool works = w->c.steps[i].state == PL_STEP_ACTIVE && open_tasks(w, i) > 0;

        assert_true(sd->set.at_once == 0 || open_tasks(w, i) <= sd->set.at_once);
        if (sd->undo != NULL) {
            const uint16_t item = (uint16_t)(sd->task_count - 1);

            undoing += pl_task_is_open(world_task(w, i, item)->state);
        }
        for (uint16_t k = 0; works && sd->exclusive != PL_NO_GROUP && k < i; k++) {
            assert_false(w->def->steps[k].exclusive == sd->exclusive &&
                         w->c.steps[k].state == PL_STEP_ACTIVE && open_tasks(w, k) > 0);
        }
    }
    assert_true(undoing <= 1);
}

static void check_steps(const struct world *w)
{
    for (uint16_t i = 0; i < w->c.step_count; i++) {
        const struct pl_step *s = &w->c.steps[i];

        check_tasks(w, i);
        assert_true(pl_step_is_settled(s->state) == (s->settled_seq != 0));
        assert_true(pl_step_is_live(s->state) || s->wake_ms == 0);
        if (w->c.paused) {
            assert_int_equal(s->wake_ms, 0);
            assert_true(!pl_step_is_live(s->state) || s->stopped_ms != 0 || s->started_ms == 0);
        }
        if (w->c.finished) {
            assert_true(pl_step_is_settled(s->state));
        }
    }
}

static void same_case(const struct pl_case *a, const struct pl_case *b)
{
    struct pl_case flat = *a;

    flat.steps = b->steps;
    flat.tasks = b->tasks;
    assert_memory_equal(&flat, b, sizeof(flat));
    assert_memory_equal(a->steps, b->steps, a->step_count * sizeof(a->steps[0]));
    assert_memory_equal(a->tasks, b->tasks, a->task_count * sizeof(a->tasks[0]));
}

/* Replay from the first event gives the same case (I11). */
static void check_replay(const struct world *w)
{
    static struct pl_step steps[BUILD_STEPS];
    static struct pl_task tasks[BUILD_TASKS];
    struct pl_case again;

    memset(&again, 0, sizeof(again));
    memset(steps, 0, sizeof(steps));
    memset(tasks, 0, sizeof(tasks));
    again.steps = steps;
    again.tasks = tasks;
    for (uint32_t i = 0; i < w->journal_count; i++) {
        pl_core_apply(w->def, &again, &w->journal[i], w->journal[0].case_id.v + i, w->times[i]);
    }
    same_case(&again, &w->c);
}

static void check(const struct world *w)
{
    if (w->journal_count == 0) {
        return;
    }
    assert_true(w->c.seq + 1 == w->facts.next_seq);
    check_steps(w);
    check_order(w);
    check_replay(w);
    assert_true(pl_core_has_wake_source(w->def, &w->c)); /* I9 */
    if (w->c.paused || w->c.finished) {
        assert_int_equal(pl_core_next_wake(&w->c), 0);
    }
}

/* What the last command left behind must not matter to the next. */
static void spoil(struct pl_outcome *out)
{
    memset(&out->after, 0xa5, sizeof(out->after));
    memset(out->steps, 0xa5, BUILD_STEPS * sizeof(out->steps[0]));
    memset(out->tasks, 0xa5, BUILD_TASKS * sizeof(out->tasks[0]));
    memset(&out->form, 0xa5, sizeof(out->form));
    out->event_count = UINT32_MAX;
    out->text_len = UINT32_MAX;
    out->repeated = true;
}

/* The values of the journal outlive the decide that they came from. */
static void keep_value(struct world *w, const struct pl_event *event, uint64_t seq)
{
    const struct pl_bytes value = pl_event_value(event);

    if (value.size == 0) {
        return;
    }
    assert_true(w->value_count < WORLD_VALUES_MAX);
    assert_true(w->value_used + value.size <= WORLD_VALUES_SIZE);
    uint8_t *at = memcpy(w->value_memory + w->value_used, value.at, value.size);

    w->values[w->value_count++] = (struct pl_value_at){seq, {at, value.size}};
    w->value_used += value.size;
}

enum pl_rejection world_do(struct world *w, struct pl_command cmd)
{
    const struct pl_case_data data = {
        .form = w->form, .values = w->values, .value_count = w->value_count};
    const struct pl_case *c = w->c.seq == 0 ? NULL : &w->c;

    spoil(&w->out);
    const enum pl_rejection result = pl_core_decide(w->def, c, &data, &w->facts, &cmd, &w->out);

    for (uint32_t i = 0; i < w->out.event_count; i++) {
        assert_true(w->journal_count < WORLD_EVENTS_MAX);
        pl_core_apply(w->def, &w->c, &w->out.events[i], w->facts.next_seq, w->facts.now_ms);
        assert_true(w->out.events[i].case_id.v == w->c.id.v && w->c.id.v != 0);
        w->journal[w->journal_count] = w->out.events[i];
        w->times[w->journal_count++] = w->facts.now_ms;
        keep_value(w, &w->out.events[i], w->facts.next_seq);
        w->facts.next_seq++;
    }
    if (result == PL_ACCEPTED) {
        same_case(&w->out.after, &w->c);
    } else {
        assert_true(w->out.event_count == 0 ||
                    (w->out.event_count == 1 && w->out.events[0].kind == PL_EVT_TASK_REFUSED));
    }
    check(w);
    return result;
}

enum pl_rejection world_start(struct world *w)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_START,
                                           .actor = PL_ACTOR_PORTAL,
                                           .by = PL_TEXT("applicant"),
                                           .key = PL_TEXT("key"),
                                           .form = w->form});
}

void world_begin(struct world *w, const struct pl_definition *def)
{
    world_init(w, def);
    assert_int_equal(world_start(w), PL_ACCEPTED);
}

enum pl_rejection world_offer(struct world *w, uint16_t step, uint16_t item)
{
    memset(&w->facts.new_lease, 0, sizeof(w->facts.new_lease));
    w->facts.new_lease.at[0] = ++w->leases;
    w->facts.new_lease.at[1] = 1;
    return world_do(w, (struct pl_command){.kind = PL_CMD_TASK_OFFER,
                                           .actor = PL_ACTOR_ENGINE,
                                           .step = step,
                                           .item = item,
                                           .note = PL_TEXT("session")});
}

struct pl_lease world_take(struct world *w, uint16_t step, uint16_t item)
{
    assert_int_equal(world_offer(w, step, item), PL_ACCEPTED);
    assert_int_equal(world_do(w, (struct pl_command){.kind = PL_CMD_TASK_TAKE,
                                                     .actor = PL_ACTOR_ADAPTER,
                                                     .step = step,
                                                     .item = item,
                                                     .lease = w->facts.new_lease}),
                     PL_ACCEPTED);
    return w->facts.new_lease;
}

enum pl_rejection world_complete(struct world *w, uint16_t step, uint16_t item,
                                 struct pl_lease lease, const char *decision, uint64_t body)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                           .actor = PL_ACTOR_ADAPTER,
                                           .step = step,
                                           .item = item,
                                           .by = PL_TEXT("adapter"),
                                           .lease = lease,
                                           .decision = pl_text_of(decision),
                                           .reason = PL_TEXT("because"),
                                           .body_hash = body});
}

enum pl_rejection world_answer(struct world *w, uint16_t step, uint16_t item, const char *decision)
{
    return world_complete(w, step, item, world_take(w, step, item), decision, 7);
}

enum pl_rejection world_sign(struct world *w, uint16_t step, uint16_t item, const char *decision,
                             const char *officer)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                           .actor = PL_ACTOR_ADAPTER,
                                           .step = step,
                                           .item = item,
                                           .by = PL_TEXT("adapter"),
                                           .officer = pl_text_of(officer),
                                           .lease = world_take(w, step, item),
                                           .decision = pl_text_of(decision),
                                           .reason = PL_TEXT("because"),
                                           .body_hash = 8});
}

enum pl_rejection world_child(struct world *w, enum pl_command_kind kind, uint16_t step,
                              uint16_t item, const char *decision)
{
    const uint64_t started = world_task(w, step, item)->child;
    const uint64_t fresh = 5000u + w->def->steps[step].first_task + item;

    return world_do(w, (struct pl_command){.kind = kind,
                                           .actor = PL_ACTOR_ENGINE,
                                           .step = step,
                                           .item = item,
                                           .child.v = kind == PL_CMD_CHILD_FINISH ? started : fresh,
                                           .decision = pl_text_of(decision),
                                           .reason = PL_TEXT("because")});
}

enum pl_rejection world_officer(struct world *w, enum pl_command_kind kind, uint16_t step,
                                uint16_t item)
{
    return world_do(w, (struct pl_command){.kind = kind,
                                           .actor = PL_ACTOR_OFFICER,
                                           .step = step,
                                           .item = item,
                                           .by = PL_TEXT("officer"),
                                           .decision = PL_TEXT("approve"),
                                           .reason = PL_TEXT("because")});
}

enum pl_rejection world_signal(struct world *w, const char *name)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_SIGNAL,
                                           .actor = PL_ACTOR_PORTAL,
                                           .by = PL_TEXT("applicant"),
                                           .code = pl_text_of(name)});
}

enum pl_rejection world_signal_with(struct world *w, const char *name, int64_t number)
{
    uint8_t bytes[16];
    struct pl_writer out;

    pl_writer_init(&out, bytes, sizeof(bytes));
    pl_write_i64(&out, number);
    assert_true(pl_writer_ok(&out));
    return world_do(w, (struct pl_command){.kind = PL_CMD_SIGNAL,
                                           .actor = PL_ACTOR_PORTAL,
                                           .by = PL_TEXT("applicant"),
                                           .code = pl_text_of(name),
                                           .answer = pl_writer_bytes(&out)});
}

enum pl_rejection world_supplement(struct world *w)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_SUPPLEMENT,
                                           .actor = PL_ACTOR_PORTAL,
                                           .by = PL_TEXT("applicant"),
                                           .form = w->form});
}

void world_set_time(struct world *w, struct pl_date date, int64_t ms_of_day)
{
    w->facts.now_ms = pl_ms_of_day(pl_day_of_date(date), ZONE_MINUTES) + ms_of_day;
}

enum pl_rejection world_fire(struct world *w)
{
    return world_do(w, (struct pl_command){.kind = PL_CMD_TIMER_FIRE, .actor = PL_ACTOR_ENGINE});
}

void world_until(struct world *w, int64_t at_ms)
{
    int64_t next_ms = pl_core_next_wake(&w->c);

    while (next_ms != 0 && next_ms <= at_ms) {
        w->facts.now_ms = next_ms > w->facts.now_ms ? next_ms : w->facts.now_ms;
        assert_int_equal(world_fire(w), PL_ACCEPTED);
        /* What was due is done: the next time lies ahead (I8). */
        next_ms = pl_core_next_wake(&w->c);
        assert_true(next_ms == 0 || next_ms > w->facts.now_ms);
    }
    w->facts.now_ms = at_ms;
}

bool world_saw(struct world *w, enum pl_event_kind kind, uint16_t step)
{
    while (w->seen < w->journal_count) {
        const struct pl_event *e = &w->journal[w->seen++];

        if (e->kind == kind) {
            return e->step == step;
        }
    }
    return false;
}

const struct pl_event *world_next(struct world *w, enum pl_event_kind kind, uint16_t step)
{
    if (!world_saw(w, kind, step)) {
        fail_msg("no event of kind %u of step %u", (unsigned)kind, (unsigned)step);
    }
    return &w->journal[w->seen - 1];
}

unsigned world_count(const struct world *w, enum pl_event_kind kind)
{
    unsigned count = 0;

    for (uint32_t i = 0; i < w->journal_count; i++) {
        count += w->journal[i].kind == kind;
    }
    return count;
}

enum pl_step_state world_state(const struct world *w, uint16_t step)
{
    return w->c.steps[step].state;
}

const struct pl_task *world_task(const struct world *w, uint16_t step, uint16_t item)
{
    return &w->c.tasks[w->def->steps[step].first_task + item];
}

unsigned world_count_tasks(const struct world *w, uint16_t step, enum pl_task_state state)
{
    unsigned count = 0;

    for (uint16_t i = 0; i < w->def->steps[step].task_count; i++) {
        count += world_task(w, step, i)->state == state;
    }
    return count;
}

struct pl_wait world_wait_of(const struct world *w, uint16_t step)
{
    struct pl_wait waits[32];
    const unsigned count = pl_core_waits(w->def, &w->c, waits, 32);

    for (unsigned i = 0; i < count && i < 32; i++) {
        if (waits[i].step == step && waits[i].item == PL_NO_ITEM) {
            return waits[i];
        }
    }
    fail_msg("step %u waits for nothing", (unsigned)step);
    return waits[0];
}

int64_t world_day_end(struct pl_date date)
{
    return pl_ms_of_day(pl_day_of_date(date) + 1, ZONE_MINUTES);
}
