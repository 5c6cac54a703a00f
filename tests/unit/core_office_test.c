/* What officers and applicants do to a case as a whole, what follows for the world, and WHY. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world.h"

static struct build b;
static struct world w;

/* s0, then s1, then s2. */
static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    for (unsigned i = 0; i < 3; i++) {
        build_ask(&b);
    }
    build_after(&b, 1, 0);
    build_after(&b, 2, 1);
    world_begin(&w, build_done(&b));
    return 0;
}

static enum pl_rejection officer(enum pl_command_kind kind, uint16_t step)
{
    return world_officer(&w, kind, step, 0);
}

static enum pl_rejection without_reason(enum pl_command_kind kind, uint16_t step)
{
    return world_do(&w, (struct pl_command){.kind = kind, .actor = PL_ACTOR_OFFICER, .step = step});
}

/* The effects of the last command, as a mask of kinds. */
static unsigned effects(void)
{
    unsigned kinds = 0;

    for (uint32_t i = 0; i < w.out.event_count; i++) {
        struct pl_effect out[PL_EFFECTS_MAX];
        const unsigned count = pl_core_effects(w.def, &w.c, &w.out.events[i], out);

        for (unsigned k = 0; k < count; k++) {
            assert_true(out[k].case_id.v == w.c.id.v);
            kinds |= 1u << out[k].kind;
        }
    }
    return kinds;
}

#define QUEUE   (1u << PL_EFFECT_QUEUE_TASK)
#define SEND    (1u << PL_EFFECT_SEND_TASK)
#define REQUEUE (1u << PL_EFFECT_QUEUE_CASE)
#define CANCEL  (1u << PL_EFFECT_CANCEL_TASK)
#define CLOSE   (1u << PL_EFFECT_CLOSE_CASE)

static void test_start_is_refused(void **state)
{
    (void)state;
    world_init(&w, &b.def);
    w.facts.key_open = true;
    assert_int_equal(world_start(&w), PL_REJECT_KEY_EXISTS);
    w.facts.store_full = true;
    assert_int_equal(world_start(&w), PL_REJECT_STORE_FULL);
    assert_int_equal(world_signal(&w, "paid"), PL_REJECT_NO_SUCH_CASE);
    w.facts.store_full = false;
    w.facts.key_open = false;
    w.facts.slot = 7;
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_int_equal(w.c.slot, 7);
    assert_true(w.c.form_seq == w.c.id.v);
    assert_true(pl_text_is(w.c.key, "key"));
}

static void test_withdraw(void **state)
{
    (void)state;
    (void)world_take(&w, 0, 0);
    assert_int_equal(
        world_do(&w, (struct pl_command){.kind = PL_CMD_WITHDRAW, .actor = PL_ACTOR_ADAPTER}),
        PL_REJECT_WRONG_ACTOR);
    assert_int_equal(
        world_do(&w, (struct pl_command){.kind = PL_CMD_WITHDRAW, .actor = PL_ACTOR_PORTAL}),
        PL_ACCEPTED);
    assert_int_equal(w.c.result, PL_RESULT_WITHDRAWN);
    assert_int_equal(effects(), CANCEL | CLOSE);
}

static void test_withdraw_in_a_pause(void **state)
{
    (void)state;
    assert_int_equal(officer(PL_CMD_PAUSE_CASE, 0), PL_ACCEPTED);
    assert_int_equal(
        world_do(&w, (struct pl_command){.kind = PL_CMD_WITHDRAW, .actor = PL_ACTOR_PORTAL}),
        PL_ACCEPTED);
    assert_true(w.c.finished && !w.c.paused);
}

static void test_cancel(void **state)
{
    (void)state;
    assert_int_equal(without_reason(PL_CMD_CANCEL_CASE, 0), PL_REJECT_REASON_REQUIRED);
    assert_int_equal(officer(PL_CMD_CANCEL_CASE, 0), PL_ACCEPTED);
    assert_int_equal(w.c.result, PL_RESULT_CANCELLED);
}

static void test_pause_and_resume(void **state)
{
    (void)state;
    assert_int_equal(without_reason(PL_CMD_PAUSE_CASE, 0), PL_REJECT_REASON_REQUIRED);
    assert_int_equal(officer(PL_CMD_PAUSE_CASE, 0), PL_ACCEPTED);
    assert_int_equal(effects(), 0);
    assert_int_equal(officer(PL_CMD_RESUME_CASE, 0), PL_ACCEPTED);
    assert_int_equal(effects(), REQUEUE);
}

static void test_skip(void **state)
{
    (void)state;
    (void)world_take(&w, 0, 0);
    assert_int_equal(without_reason(PL_CMD_STEP_SKIP, 0), PL_REJECT_REASON_REQUIRED);
    assert_int_equal(officer(PL_CMD_STEP_SKIP, 0), PL_ACCEPTED);
    assert_int_equal(effects(), CANCEL | QUEUE);
    assert_int_equal(world_state(&w, 0), PL_STEP_SKIPPED);
    assert_int_equal(world_state(&w, 1), PL_STEP_ACTIVE);
    assert_int_equal(officer(PL_CMD_STEP_SKIP, 0), PL_REJECT_STEP_STATE);
    /* One that only waits may be skipped beforehand. */
    assert_int_equal(officer(PL_CMD_STEP_SKIP, 2), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_back(void **state)
{
    (void)state;
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(without_reason(PL_CMD_STEP_BACK, 0), PL_REJECT_REASON_REQUIRED);
    assert_int_equal(officer(PL_CMD_STEP_BACK, 0), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    assert_int_equal(world_state(&w, 1), PL_STEP_WAITING);
    assert_int_equal(world_state(&w, 2), PL_STEP_WAITING);
    assert_int_equal(officer(PL_CMD_STEP_BACK, 1), PL_REJECT_NOT_AN_ANCESTOR);
    assert_true(w.c.steps[0].returns == 0);
}

static void test_back_to_what_was_never_reached(void **state)
{
    (void)state;
    build_init(&b);
    build_ask(&b);
    build_ask(&b);
    build_ask(&b);
    build_after_decision(&b, 1, 0, BUILD_OTHER);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 1), PL_STEP_UNREACHED);
    assert_int_equal(officer(PL_CMD_STEP_BACK, 1), PL_REJECT_STEP_STATE);
}

/* An officer answers in the place of whoever has the task, and that one is told. */
static void test_decide(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_DECIDE,
                                                      .actor = PL_ACTOR_OFFICER,
                                                      .decision = PL_TEXT("reject")}),
                     PL_REJECT_REASON_REQUIRED);
    assert_int_equal(officer(PL_CMD_TASK_DECIDE, 0), PL_ACCEPTED);
    assert_int_equal(effects(), CANCEL | QUEUE);
    assert_int_equal(world_state(&w, 0), PL_STEP_DONE);
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 1), PL_REJECT_SUPERSEDED);
    assert_int_equal(officer(PL_CMD_TASK_DECIDE, 0), PL_REJECT_TASK_STATE);
    /* Nobody has this one. */
    assert_int_equal(officer(PL_CMD_TASK_DECIDE, 1), PL_ACCEPTED);
    assert_int_equal(world_count(&w, PL_EVT_TASK_REVOKED), 1);
}

static void test_a_parked_task_is_taken_back(void **state)
{
    (void)state;
    const struct pl_lease lease = world_take(&w, 0, 0);

    assert_int_equal(officer(PL_CMD_TASK_RETRY, 0), PL_REJECT_TASK_STATE);
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_PARK,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .lease = lease}),
                     PL_ACCEPTED);
    assert_int_equal(officer(PL_CMD_TASK_RETRY, 0), PL_ACCEPTED);
    assert_int_equal(effects(), CANCEL | QUEUE);
    assert_int_equal(world_complete(&w, 0, 0, lease, "approve", 1), PL_REJECT_SUPERSEDED);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
}

static void test_effects_of_a_task(void **state)
{
    (void)state;
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(effects(), SEND);
    world_until(&w, w.facts.now_ms + w.facts.accept_ms);
    assert_int_equal(effects(), QUEUE);
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(effects(), QUEUE); /* of s1 */
    assert_int_equal(world_answer(&w, 1, 0, "reject"), PL_ACCEPTED);
    assert_int_equal(effects(), CLOSE);
}

/* The last attempt leaves nothing to queue. */
static void test_a_failed_task_is_not_queued(void **state)
{
    (void)state;
    for (unsigned i = 1; i <= PL_ATTEMPTS_MAX; i++) {
        (void)world_take(&w, 0, 0);
        world_until(&w, w.facts.now_ms + w.facts.lease_ms);
        assert_int_equal(effects(), i < PL_ATTEMPTS_MAX ? QUEUE : 0);
    }
}

static struct pl_wait only_wait(void)
{
    struct pl_wait waits[4];

    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 1);
    return waits[0];
}

static void test_why(void **state)
{
    (void)state;
    assert_int_equal(only_wait().kind, PL_WAITS_TASK_READY);
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    struct pl_wait wait = only_wait();

    assert_int_equal(wait.kind, PL_WAITS_TASK_OFFERED);
    assert_int_equal(wait.step, 0);
    assert_int_equal(wait.item, 0);
    assert_true(wait.next_ms == w.facts.now_ms + w.facts.accept_ms);
    assert_int_equal(wait.rung, PL_NO_RUNG);
    world_until(&w, wait.next_ms);
    (void)world_take(&w, 0, 0);
    assert_int_equal(only_wait().kind, PL_WAITS_TASK_ACTIVE);
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_THROW,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .lease = w.facts.new_lease}),
                     PL_ACCEPTED);
    assert_int_equal(only_wait().kind, PL_WAITS_INCIDENT);
    assert_int_equal(officer(PL_CMD_CANCEL_CASE, 0), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(w.def, &w.c, &wait, 1), 0);
}

static void test_why_it_is_held(void **state)
{
    (void)state;
    struct pl_wait waits[4];

    build_init(&b);
    build_ask(&b);
    build_ask(&b);
    build_decide_after(&b, 1, 0);
    build_limit(&b, 0, (struct pl_span){5, PL_UNIT_WORKING_DAYS});
    build_rung(&b, 0, (struct pl_span){4, PL_UNIT_WORKING_DAYS}, PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 1, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 2);
    assert_int_equal(waits[0].kind, PL_WAITS_TASK_READY);
    assert_int_equal(waits[0].rung, 0);
    assert_true(waits[0].next_ms == w.c.steps[0].wake_ms);
    assert_int_equal(waits[1].kind, PL_WAITS_HELD);
    assert_int_equal(waits[1].other, 0);

    assert_int_equal(officer(PL_CMD_PAUSE_CASE, 0), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 3);
    assert_int_equal(waits[0].kind, PL_WAITS_RESUME);
    assert_true(waits[0].since_ms == w.facts.now_ms);
    assert_int_equal(waits[1].next_ms, 0);
    /* More than there is room for: counted all the same. */
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 1), 3);
}

static void test_why_it_waits_for_others(void **state)
{
    (void)state;
    struct pl_wait waits[4];

    build_init(&b);
    build_ask(&b);
    build_return(&b, 0, 1, PL_CLOCK_STOPS);
    build_wait_signal(&b, "paid");
    build_wait_span(&b, (struct pl_span){1, PL_UNIT_HOURS});
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, 0, 0, "return"), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 3);
    assert_int_equal(waits[0].kind, PL_WAITS_SUPPLEMENT);
    assert_int_equal(waits[1].kind, PL_WAITS_SIGNAL);
    assert_int_equal(waits[2].kind, PL_WAITS_TIME);
    assert_true(waits[2].next_ms == w.facts.now_ms + 3600000);
}

static void test_why_a_member_or_a_guard_waits(void **state)
{
    (void)state;
    struct pl_wait waits[4];

    build_init(&b);
    build_ask(&b);
    build_limit(&b, 0, (struct pl_span){9, PL_UNIT_WORKING_DAYS});
    build_member(&b, 0, PL_ROLE_OPINION);
    build_member_limit(&b, 0, 1, (struct pl_span){2, PL_UNIT_WORKING_DAYS},
                       PL_DECISION_NO_OBJECTION);
    build_ask(&b);
    build_when(&b, 1, "area > 1");
    world_begin(&w, build_done(&b));
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 3);
    assert_int_equal(waits[0].due_ms, world_day_end((struct pl_date){2025, 3, 14}));
    assert_int_equal(waits[0].next_ms, 0);
    assert_int_equal(waits[1].item, 1);
    assert_int_equal(waits[1].due_ms, world_day_end((struct pl_date){2025, 3, 5}));
    assert_int_equal(waits[1].next_ms, waits[1].due_ms);
    assert_int_equal(waits[2].kind, PL_WAITS_INCIDENT);
    assert_int_equal(waits[2].step, 1);
    assert_int_equal(waits[2].item, PL_NO_ITEM);

    /* The lead has answered: it waits for its own step. */
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(pl_core_waits(w.def, &w.c, waits, 4), 3);
    assert_int_equal(waits[0].kind, PL_WAITS_HELD);
    assert_int_equal(waits[0].other, 0);
}

/* A ladder and an offer: whichever comes first is what happens next. */
static void test_why_says_what_comes_next(void **state)
{
    (void)state;
    build_init(&b);
    build_ask(&b);
    build_limit(&b, 0, (struct pl_span){9, PL_UNIT_WORKING_DAYS});
    build_rung(&b, 0, (struct pl_span){1, PL_UNIT_HOURS}, PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    assert_int_equal(only_wait().rung, 0);
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_int_equal(only_wait().rung, PL_NO_RUNG);
    assert_true(only_wait().next_ms == w.facts.now_ms + w.facts.accept_ms);

    build_init(&b);
    build_wait_span(&b, (struct pl_span){1, PL_UNIT_HOURS});
    build_rung(&b, 0, (struct pl_span){2, PL_UNIT_HOURS}, PL_CARD_WARNING);
    world_begin(&w, build_done(&b));
    assert_int_equal(only_wait().rung, PL_NO_RUNG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_start_is_refused, set_up),
        cmocka_unit_test_setup(test_withdraw, set_up),
        cmocka_unit_test_setup(test_withdraw_in_a_pause, set_up),
        cmocka_unit_test_setup(test_cancel, set_up),
        cmocka_unit_test_setup(test_pause_and_resume, set_up),
        cmocka_unit_test_setup(test_skip, set_up),
        cmocka_unit_test_setup(test_back, set_up),
        cmocka_unit_test_setup(test_back_to_what_was_never_reached, set_up),
        cmocka_unit_test_setup(test_decide, set_up),
        cmocka_unit_test_setup(test_a_parked_task_is_taken_back, set_up),
        cmocka_unit_test_setup(test_effects_of_a_task, set_up),
        cmocka_unit_test_setup(test_a_failed_task_is_not_queued, set_up),
        cmocka_unit_test_setup(test_why, set_up),
        cmocka_unit_test_setup(test_why_it_is_held, set_up),
        cmocka_unit_test_setup(test_why_it_waits_for_others, set_up),
        cmocka_unit_test_setup(test_why_a_member_or_a_guard_waits, set_up),
        cmocka_unit_test_setup(test_why_says_what_comes_next, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
