/* Random walks: random small definitions, random commands, valid or not. After every command
 * support/world.c checks the automata (I5), leases (I6), rounds (I7), that a wake source exists
 * (I9) and that replay gives the same case (I11); here timers (I8), and that every case can be
 * brought to its end (liveness).
 *
 * ctest: timeout 300 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/time.h"
#include "support/draw.h"
#include "support/world_time.h"

#define WALKS    4000
#define COMMANDS 60

static struct build b;
static struct world w;
static struct draw draw;
static struct pl_calendar later[2];
static const struct pl_calendar *amended[2];

static bool one_in(uint32_t n)
{
    return draw_below(&draw, n) == 0;
}

/* What is drawn beside the plain steps: the walks of the plain ones stay as they are known. */
static bool rich;

static bool rarely(uint32_t n)
{
    return rich && one_in(n);
}

static struct pl_span draw_span(void)
{
    static const enum pl_unit units[] = {PL_UNIT_WORKING_DAYS, PL_UNIT_DAYS, PL_UNIT_HOURS};

    return (struct pl_span){1 + draw_below(&draw, 9), units[draw_below(&draw, 3)]};
}

static void draw_members(uint16_t step)
{
    const uint32_t count = draw_below(&draw, 4);

    for (uint32_t i = 0; i < count; i++) {
        const bool opinion = one_in(2);
        const uint16_t item = build_member(&b, step, opinion ? PL_ROLE_OPINION : PL_ROLE_DECISION);

        build_member_limit(&b, step, item, draw_span(),
                           opinion && one_in(2) ? PL_DECISION_NO_OBJECTION : PL_NO_DECISION);
        if (one_in(2)) {
            build_member_rung(&b, step, item, draw_span(), PL_CARD_YELLOW);
        }
        if (one_in(3)) {
            build_member_when(&b, step, item, one_in(4) ? "area > 1" : "fire");
        }
    }
}

static void draw_items(uint16_t step)
{
    static const char *const lists[] = {"[1, 2, 3]", "fire ? [1, 2] : []", "[1]", "[1, 2, 3, 4]",
                                        "area"};
    static const enum pl_done_when rules[] = {PL_DONE_ALL, PL_DONE_ALL, PL_DONE_ANY, PL_DONE_NEED};
    struct pl_set *set = build_items(&b, step, lists[draw_below(&draw, one_in(8) ? 5 : 3)], 4);

    set->open = one_in(4);
    set->at_once = (uint16_t)draw_below(&draw, 3);
    set->done_when = rules[draw_below(&draw, 4)];
    set->need = 1 + draw_below(&draw, 4);
    set->rest_finishes = one_in(2);
    if (one_in(6)) {
        build_done_when(&b, step, "items.size() > 1 && items[1].state == 'answered'");
    }
    if (one_in(6)) {
        build_set_decision(&b, step, "items.size() > 2 ? 'other' : 'approve'");
    }
}

static void draw_signers(uint16_t step)
{
    static const uint32_t weights[] = {50, 30, 20};
    struct pl_set *set = build_signers(&b, step, weights, (uint16_t)(2 + draw_below(&draw, 2)));

    set->done_when = (enum pl_done_when)draw_below(&draw, 3);
    set->need = 20 + draw_below(&draw, 60);
    set->at_once = set->done_when == PL_DONE_ALL && one_in(2) ? 1 : 0;
    set->same_person = true; /* one name answers in this world */
}

static uint16_t draw_ask(void)
{
    static const enum pl_clock_rule clocks[] = {PL_CLOCK_RUNS, PL_CLOCK_STOPS, PL_CLOCK_RESTARTS};
    const uint16_t step = build_ask(&b);

    build_rule(&b, step, (struct pl_decision_rule){.decision = BUILD_OTHER});
    if (one_in(2)) {
        build_return(&b, step, 2, clocks[draw_below(&draw, 3)]);
    }
    if (rarely(3)) {
        draw_items(step);
    } else if (rarely(5)) {
        draw_signers(step);
    } else if (one_in(3)) {
        draw_members(step);
    }
    return step;
}

static uint16_t draw_tell(void)
{
    const uint16_t step = build_tell(&b);

    if (rarely(3)) {
        draw_items(step);
    }
    return step;
}

static uint16_t draw_child(void)
{
    const uint16_t step = build_child(&b, one_in(4));

    if (one_in(2)) {
        draw_items(step);
    }
    return step;
}

static uint16_t draw_step(void)
{
    if (rarely(6)) {
        return draw_child();
    }
    switch (draw_below(&draw, 8)) {
    case 0:
        return draw_tell();
    case 1:
        return build_wait_signal(&b, one_in(2) ? "paid" : "heard");
    case 2:
        return build_wait_span(&b, draw_span());
    default:
        return draw_ask();
    }
}

static void draw_arcs(uint16_t step)
{
    for (uint16_t before = 0; before < step; before++) {
        if (one_in(3)) {
            const bool named = one_in(4) && b.steps[before].kind == PL_KIND_ASK;

            build_after_decision(&b, step, before, named ? BUILD_OTHER : PL_NO_DECISION);
        } else if (b.steps[step].kind == PL_KIND_ASK && one_in(6)) {
            build_decide_after(&b, step, before);
        }
    }
    if (one_in(3)) {
        build_any(&b, step);
    } else if (rarely(4)) {
        b.steps[step].join = PL_JOIN_SOME;
    } else if (rarely(4)) {
        b.steps[step].join = PL_JOIN_NEED;
        b.steps[step].need = (uint16_t)(1 + draw_below(&draw, 3));
    } else if (rarely(3) && b.steps[step].after_count > 0 && b.steps[step].member_count == 1 &&
               b.steps[step].set.kind == PL_SET_NONE) {
        build_each(&b, step);
    }
}

/* What one step does to others, and others to it. */
static void draw_bonds(uint16_t step)
{
    if (rarely(3)) {
        build_exclusive(&b, step, (uint16_t)draw_below(&draw, 2));
    }
    if (rarely(8) && step > 0) {
        build_cancels(&b, step, (uint16_t)draw_below(&draw, step));
    }
    if (rarely(6) && step > 0) {
        build_blocked_by(&b, step, (uint16_t)draw_below(&draw, step));
    }
    if (rarely(8)) {
        build_while(&b, step,
                    one_in(6) ? "area > 1" : "steps.s0.state != 'done' || steps.s0.state == ''");
    }
    if (rarely(3)) {
        build_undo(&b, step);
    }
    if (rarely(8) && step > 0) {
        build_not_by(&b, step, (uint16_t)draw_below(&draw, step));
    }
}

/* After the ancestors are known: a decision that goes back to one of them, or to everything. */
static void draw_backs(void)
{
    for (uint16_t i = 0; i < b.def.step_count; i++) {
        const uint16_t to = (uint16_t)draw_below(&draw, (uint32_t)i + 1);
        const bool before = to == i || pl_steps_have(b.steps[i].ancestors, to);

        if (b.steps[i].kind == PL_KIND_ASK && before && one_in(2)) {
            struct pl_decision_rule *rule = build_back(&b, i, to, 2);

            rule->back_to = one_in(6) ? PL_STEP_APPLY : to;
            rule->waits_for_applicant = one_in(3);
            rule->keep[0] = one_in(3) ? draw_u64(&draw) : 0;
            rule->undo = rarely(2);
        }
    }
}

/* A rung of any clock, that may count back, name who is liable, or decide by silence. */
static void draw_rung(uint16_t step)
{
    struct pl_rung *rung =
        build_rung(&b, step, draw_span(), (enum pl_card)draw_below(&draw, PL_CARD_NONE));

    rung->clock = (enum pl_law_clock)draw_below(&draw, PL_CLOCKS);
    rung->before = rung->clock == PL_CLOCK_PROMISED && one_in(2);
    rung->liable = one_in(2);
    if (one_in(4)) {
        rung->decides =
            b.steps[step].kind == PL_KIND_ASK && one_in(4) ? BUILD_OTHER : PL_DECISION_APPROVE;
        rung->card = one_in(2) ? PL_CARD_NONE : rung->card;
    }
}

static void draw_limits(uint16_t step)
{
    struct pl_step_def *sd = &b.steps[step];

    if (sd->kind == PL_KIND_TELL) {
        return;
    }
    if (one_in(5)) {
        build_limit_until(&b, step, one_in(5) ? "'soon'" : "'2025-03-12'");
        return;
    }
    build_limit(&b, step, draw_span());
    sd->stops = (uint16_t)draw_below(&draw, 4);
    sd->has_statutory = one_in(2);
    sd->statutory = draw_span();
    sd->has_internal = one_in(2);
    sd->internal = draw_span();
    draw_rung(step);
    draw_rung(step);
    if (one_in(2)) {
        build_extension(&b, step, draw_span());
    }
}

/* A calendar published again: any day may turn. */
static void draw_calendars(void)
{
    for (unsigned i = 0; i < sizeof(later) / sizeof(later[0]); i++) {
        later[i] = b.def.calendar;
        for (unsigned k = 0; k < 30; k++) {
            later[i].working[460 + draw_below(&draw, 8)] ^= (uint8_t)(1u << draw_below(&draw, 8));
        }
        pl_calendar_seal(&later[i]);
        amended[i] = &later[i];
    }
    b.def.amended = amended;
    b.def.amended_count = sizeof(later) / sizeof(later[0]);
}

static void draw_definition(void)
{
    const uint32_t count = 1 + draw_below(&draw, 8);
    const bool intake = one_in(3);

    build_init(&b);
    if (intake) {
        (void)build_intake(&b, draw_span());
    }
    for (uint32_t i = 0; i < count; i++) {
        const uint16_t step = draw_step();

        if (intake && one_in(2)) {
            build_after(&b, step, 0);
        }

        draw_arcs(step);
        draw_bonds(step);
        if (one_in(4)) {
            build_when(&b, step, one_in(5) ? "area > 1" : "fire");
        }
        if (one_in(2)) {
            draw_limits(step);
        }
    }
    for (uint16_t i = 0; i < b.def.result_count; i++) {
        b.results[i].undo = rarely(2);
    }
    (void)build_done(&b);
    draw_calendars();
    draw_backs();
}

static struct pl_lease draw_lease(uint16_t step, uint16_t item)
{
    if (item >= w.def->steps[step].task_count || one_in(8)) {
        return (struct pl_lease){{(uint8_t)draw_below(&draw, 256), 1}};
    }
    const struct pl_task *t = world_task(&w, step, item);

    return one_in(8) ? t->answered : t->lease;
}

static struct pl_text draw_signal(void)
{
    static const char *const of_sets[] = {"s0.add", "s1.add", "s2.add", "s0.close", "s1.close"};

    if (rarely(3)) {
        return pl_text_of(of_sets[draw_below(&draw, 5)]);
    }
    return one_in(2) ? PL_TEXT("paid") : PL_TEXT("heard");
}

static struct pl_bytes one_number(void)
{
    static const uint8_t seven[] = {7};

    return (struct pl_bytes){rich ? seven : NULL, rich ? sizeof(seven) : 0};
}

static struct pl_command draw_command(void)
{
    static const char *const officers[] = {"", "wang", "li", "zhao"};
    static const char *const decisions[] = {"approve",   "approve", "approve",
                                            "other",     "return",  "no_objection",
                                            "objection", "again",   "reject"};
    static const enum pl_actor actors[] = {PL_ACTOR_PORTAL, PL_ACTOR_ADAPTER, PL_ACTOR_OFFICER,
                                           PL_ACTOR_ENGINE};
    struct pl_command cmd = {
        /* START is for no case that exists. */
        .kind = (enum pl_command_kind)(1 + draw_below(&draw, PL_COMMANDS - 1)),
        .step = (uint16_t)draw_below(&draw, (uint32_t)w.def->step_count + 1),
        .item = one_in(9) ? PL_NO_ITEM : (uint16_t)draw_below(&draw, 4),
        .by = PL_TEXT("someone"),
        .reason = one_in(5) ? PL_TEXT("") : PL_TEXT("because"),
        .decision = pl_text_of(decisions[draw_below(&draw, 9)]),
        .officer = rich ? pl_text_of(officers[draw_below(&draw, 4)]) : PL_TEXT(""),
        .code = draw_signal(),
        .answer = one_number(),
        .retryable = one_in(2),
        .body_hash = draw_below(&draw, 3),
        .form = w.form,
        .child.v = 1 + draw_below(&draw, 3),
    };

    for (unsigned i = 0; i < 4 && !pl_command_allows(cmd.kind, cmd.actor); i++) {
        cmd.actor = actors[i];
    }
    if (cmd.kind == PL_CMD_CLOCK_STOP || cmd.kind == PL_CMD_CLOCK_RESUME) {
        cmd.code = one_in(2) ? PL_TEXT("hearing") : PL_TEXT("tender");
        cmd.estimate = one_in(5) ? PL_TEXT("") : PL_TEXT("a week");
        cmd.actor = one_in(2) ? PL_ACTOR_ADAPTER : PL_ACTOR_OFFICER;
    }
    cmd.service = one_in(4) ? PL_TEXT("clerk") : PL_TEXT("head");
    /* Ends are rare, or every walk would be short. */
    if ((cmd.kind == PL_CMD_WITHDRAW || cmd.kind == PL_CMD_CANCEL_CASE) && !one_in(12)) {
        cmd.kind = PL_CMD_TIMER_FIRE;
        cmd.actor = PL_ACTOR_ENGINE;
    }
    if (cmd.step < w.def->step_count) {
        cmd.lease = draw_lease(cmd.step, cmd.item);
    }
    return cmd;
}

/* Each step has a person of its own: nobody need withdraw. */
static void answer_as_its_person(uint16_t step, uint16_t item, const char *decision)
{
    const struct pl_lease lease = world_take(&w, step, item);

    if (world_task(&w, step, item)->state == PL_TASK_ACTIVE) {
        (void)world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                               .actor = PL_ACTOR_ADAPTER,
                                               .step = step,
                                               .item = item,
                                               .by = PL_TEXT("adapter"),
                                               .officer = pl_text_of(b.ids[step]),
                                               .lease = lease,
                                               .decision = pl_text_of(decision),
                                               .reason = PL_TEXT("because"),
                                               .body_hash = draw_below(&draw, 3)});
    }
}

/* A child that was asked for starts, or has ended. */
static void move_child(uint16_t step, uint16_t item, const char *decision)
{
    const enum pl_task_state state = world_task(&w, step, item)->state;

    if (state == PL_TASK_READY) {
        (void)world_child(&w, one_in(9) ? PL_CMD_CHILD_REFUSE : PL_CMD_CHILD_ACCEPT, step, item,
                          "");
    } else if (state == PL_TASK_ACTIVE) {
        (void)world_child(&w, PL_CMD_CHILD_FINISH, step, item, decision);
    }
}

static bool is_child(uint16_t step, uint16_t item)
{
    const struct pl_step_def *sd = &w.def->steps[step];

    return sd->run != NULL && !pl_step_is_undo(sd, item);
}

/* The work itself, so that walks get somewhere: some open task is answered. */
static void answer_something(const char *const *decisions, uint32_t count)
{
    for (uint16_t i = 0; i < w.def->step_count && !w.c.finished; i++) {
        for (uint16_t k = 0; k < w.def->steps[i].task_count && !w.c.finished; k++) {
            if (is_child(i, k)) {
                move_child(i, k, decisions[draw_below(&draw, count)]);
            } else if (world_task(&w, i, k)->state == PL_TASK_READY && !w.c.paused && one_in(2)) {
                const bool opinion = pl_step_member(&w.def->steps[i], k)->role == PL_ROLE_OPINION;

                answer_as_its_person(
                    i, k, opinion ? "no_objection" : decisions[draw_below(&draw, count)]);
            }
        }
    }
}

static void walk_one(void)
{
    static const char *const decisions[] = {"approve", "approve", "other", "return", "again"};

    draw_definition();
    world_init(&w, &b.def);
    world_set_form(&w, one_in(2), NULL);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    for (unsigned i = 0; i < COMMANDS && !w.c.finished; i++) {
        if (one_in(4)) {
            answer_something(decisions, 5);
        }
        if (one_in(4)) {
            world_until(&w, w.facts.now_ms + draw_below(&draw, 3) * PL_HOUR_MS);
        }
        if (one_in(10)) {
            world_until(&w, w.facts.now_ms + PL_DAY_MS);
        }
        w.facts.calendar = (uint16_t)draw_below(&draw, 3);
        w.facts.new_lease = (struct pl_lease){{(uint8_t)(++w.leases), 1}};
        if (!w.c.finished) {
            (void)world_do(&w, draw_command());
        }
    }
}

/* Of the open sets: a case that nobody closes waits for ever, and rightly. */
static void close_sets(void)
{
    for (uint16_t i = 0; i < w.def->step_count; i++) {
        char name[16];

        if (w.def->steps[i].set.open) {
            (void)snprintf(name, sizeof(name), "%s.close", b.ids[i]);
            (void)world_signal(&w, name);
        }
    }
}

/* Whoever is waited for does its part: a case that nobody abandons ends. */
static void help(void)
{
    static const char *const decisions[] = {"approve"};

    if (w.c.paused) {
        assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    }
    for (uint16_t i = 0; i < w.def->step_count && !w.c.finished; i++) {
        (void)world_go_on(&w, i, "hearing");
        (void)world_go_on(&w, i, "tender");
    }
    (void)world_supplement(&w);
    (void)world_signal(&w, "paid");
    (void)world_signal(&w, "heard");
    close_sets();
    for (uint16_t i = 0; i < w.def->step_count && !w.c.finished; i++) {
        if (w.c.steps[i].incident) {
            assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, i, 0), PL_ACCEPTED);
        }
        for (uint16_t k = 0; k < w.def->steps[i].task_count && !w.c.finished; k++) {
            (void)world_officer(&w, PL_CMD_TASK_RETRY, i, k);
        }
    }
    answer_something(decisions, 1);
    world_until(&w, w.facts.now_ms + PL_DAY_MS);
}

static void show_waits(void)
{
    struct pl_wait waits[32];
    const unsigned count = pl_core_waits(w.def, &w.c, waits, 32);

    for (unsigned i = 0; i < count && i < 32; i++) {
        print_message("waits: kind %u, step %u, item %u, other %u\n", (unsigned)waits[i].kind,
                      (unsigned)waits[i].step, (unsigned)waits[i].item, (unsigned)waits[i].other);
    }
}

/* How often each event happened in all walks. */
static unsigned seen[64];

static void count_events(void)
{
    for (uint32_t i = 0; i < w.journal_count; i++) {
        assert_true((unsigned)w.journal[i].kind < 64);
        seen[w.journal[i].kind]++;
    }
}

static void walk_to_the_end(uint64_t seed, unsigned *finished)
{
    unsigned days = 0;

    draw.state = seed;
    walk_one();
    *finished += w.c.finished;
    while (!w.c.finished && days++ < 400) {
        help();
    }
    count_events();
    if (!w.c.finished) {
        show_waits();
        fail_msg("seed %u%s: the case does not end", (unsigned)seed, rich ? ", rich" : "");
    }
}

static void walk_all(bool is_rich)
{
    unsigned finished = 0;

    rich = is_rich;
    memset(seen, 0, sizeof(seen));
    for (uint64_t seed = 1; seed <= WALKS; seed++) {
        walk_to_the_end(seed, &finished);
    }
    /* The walks themselves got somewhere, and not all to the end. */
    assert_in_range(finished, WALKS / 20, WALKS - WALKS / 20);
}

/* What the walks are for did happen, and not once only. */
static void assert_seen(const enum pl_event_kind *kinds, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        assert_true(seen[kinds[i]] > WALKS / 200);
    }
}

static void test_walks(void **state)
{
    static const enum pl_event_kind kinds[] = {
        PL_EVT_STEP_LATE,     PL_EVT_STEP_DEEMED,   PL_EVT_CLOCK_STOPPED,    PL_EVT_CLOCK_RESUMED,
        PL_EVT_STEP_RESUMED,  PL_EVT_STEP_EXTENDED, PL_EVT_STEP_RESCHEDULED, PL_EVT_STEP_SENT_BACK,
        PL_EVT_STEP_INCIDENT, PL_EVT_TASK_DEEMED};

    (void)state;
    walk_all(false);
    assert_seen(kinds, sizeof(kinds) / sizeof(kinds[0]));
}

static void test_walks_of_everything(void **state)
{
    static const enum pl_event_kind kinds[] = {
        PL_EVT_STEP_QUEUED,    PL_EVT_CASE_UNDOING,   PL_EVT_ITEM_ADDED,    PL_EVT_SET_CLOSED,
        PL_EVT_STEP_CANCELLED, PL_EVT_STEP_SENT_BACK, PL_EVT_STEP_INCIDENT, PL_EVT_STEP_DEEMED,
        PL_EVT_CHILD_STARTED,  PL_EVT_CHILD_FINISHED, PL_EVT_CHILD_REFUSED};

    (void)state;
    walk_all(true);
    assert_seen(kinds, sizeof(kinds) / sizeof(kinds[0]));
}

/* The same seed gives the same events, byte for byte of what is not a pointer. */
static void test_a_walk_is_reproducible(void **state)
{
    static struct pl_event first[WORLD_EVENTS_MAX];
    uint32_t count;

    (void)state;
    draw.state = 42;
    walk_one();
    count = w.journal_count;
    memcpy(first, w.journal, sizeof(first));
    draw.state = 42;
    walk_one();
    assert_int_equal(w.journal_count, count);
    for (uint32_t i = 0; i < count; i++) {
        assert_int_equal(w.journal[i].kind, first[i].kind);
        assert_int_equal(w.journal[i].step, first[i].step);
        assert_int_equal(w.journal[i].item, first[i].item);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_walks),
        cmocka_unit_test(test_walks_of_everything),
        cmocka_unit_test(test_a_walk_is_reproducible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
