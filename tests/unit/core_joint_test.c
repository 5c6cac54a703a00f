/* Joint steps: a lead, members that decide, members that give opinions, and their silence. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/world_time.h"

enum { LEAD, DECIDES, OPINION, SOMETIMES };

static struct build b;
static struct world w;
static uint16_t joint;
static uint16_t after;

/* A joint step of four: the last is asked only when there is a fire risk. */
static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    joint = build_ask(&b);
    build_limit(&b, joint, WD(20));
    build_return(&b, joint, 2, PL_CLOCK_STOPS);
    build_rule(&b, joint, (struct pl_decision_rule){.decision = BUILD_OTHER});
    build_member(&b, joint, PL_ROLE_DECISION);
    build_member_limit(&b, joint, DECIDES, WD(12), PL_NO_DECISION);
    build_member_rung(&b, joint, DECIDES, WD(12), PL_CARD_YELLOW);
    build_member(&b, joint, PL_ROLE_OPINION);
    build_member_limit(&b, joint, OPINION, WD(7), PL_DECISION_NO_OBJECTION);
    build_member(&b, joint, PL_ROLE_DECISION);
    build_member_limit(&b, joint, SOMETIMES, WD(8), PL_NO_DECISION);
    build_member_when(&b, joint, SOMETIMES, "fire");
    after = build_ask(&b);
    build_after(&b, after, joint);
    (void)build_done(&b);
    return 0;
}

static void test_everybody_is_asked_at_once(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    assert_int_equal(world_task(&w, joint, LEAD)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, joint, DECIDES)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, joint, OPINION)->state, PL_TASK_READY);
    assert_int_equal(world_task(&w, joint, SOMETIMES)->state, PL_TASK_NONE);
    assert_int_equal(world_task(&w, joint, LEAD)->due_ms,
                     world_day_end((struct pl_date){2025, 3, 31}));
    assert_int_equal(world_task(&w, joint, DECIDES)->due_ms,
                     world_day_end((struct pl_date){2025, 3, 19}));
    assert_int_equal(world_offer(&w, joint, SOMETIMES), PL_REJECT_TASK_STATE);
}

static void test_the_lead_waits_for_the_others(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, joint, LEAD, "other"), PL_ACCEPTED);
    assert_true(world_task(&w, joint, LEAD)->held);
    assert_int_equal(world_answer(&w, joint, OPINION, "objection"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, joint), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, joint, DECIDES, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, joint), PL_STEP_DONE);
    assert_int_equal(w.c.steps[joint].decision, BUILD_OTHER); /* the lead's */
    assert_false(world_task(&w, joint, LEAD)->held);
}

static void test_opinions_speak_words_of_their_own(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    const struct pl_lease lease = world_take(&w, joint, OPINION);

    assert_int_equal(world_complete(&w, joint, OPINION, lease, "reject", 1),
                     PL_REJECT_NO_SUCH_DECISION);
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .step = joint,
                                                      .item = OPINION,
                                                      .lease = lease,
                                                      .decision = PL_TEXT("objection")}),
                     PL_REJECT_REASON_REQUIRED);
    assert_int_equal(world_complete(&w, joint, OPINION, lease, "no_objection", 1), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, LEAD, "no_objection"), PL_REJECT_NO_SUCH_DECISION);
}

/* An end is stronger than a return, a return stronger than the lead's yes, whoever came first. */
static void test_whose_decision_counts(void **state)
{
    (void)state;
    world_init(&w, &b.def);
    world_set_form(&w, true, NULL);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, DECIDES, "return"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, LEAD, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, OPINION, "no_objection"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, joint), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, joint, SOMETIMES, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, joint), PL_STEP_RETURNED);

    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_task(&w, joint, OPINION)->round, 2);
    assert_int_equal(world_answer(&w, joint, LEAD, "return"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, OPINION, "no_objection"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, DECIDES, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, SOMETIMES, "reject"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_silence_of_an_opinion(void **state)
{
    (void)state;
    const int64_t end_ms = world_day_end((struct pl_date){2025, 3, 12});

    world_begin(&w, &b.def);
    const struct pl_lease lease = world_take(&w, joint, OPINION);

    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_PARK,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .step = joint,
                                                      .item = OPINION,
                                                      .lease = lease}),
                     PL_ACCEPTED);
    world_until(&w, end_ms - 1);
    assert_int_equal(world_task(&w, joint, OPINION)->state, PL_TASK_PARKED);
    world_until(&w, end_ms);
    assert_int_equal(world_task(&w, joint, OPINION)->state, PL_TASK_DEEMED);
    assert_int_equal(world_task(&w, joint, OPINION)->decision, PL_DECISION_NO_OBJECTION);
    /* Too late: the law has spoken already. */
    assert_int_equal(world_complete(&w, joint, OPINION, lease, "objection", 1),
                     PL_REJECT_TASK_STATE);
    assert_int_equal(world_count(&w, PL_EVT_TASK_REFUSED), 1);
}

/* The last silence decides the step: the lead had answered long before. */
static void test_silence_releases_the_lead(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, joint, LEAD, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, joint, DECIDES, "approve"), PL_ACCEPTED);
    world_until(&w, world_day_end((struct pl_date){2025, 3, 12}));
    assert_int_equal(world_state(&w, joint), PL_STEP_DONE);
    assert_int_equal(world_state(&w, after), PL_STEP_ACTIVE);
}

/* A member that must decide gets a card for its silence, nothing else. */
static void test_silence_of_a_member_that_decides(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    world_until(&w, world_day_end((struct pl_date){2025, 5, 12}));
    assert_int_equal(world_task(&w, joint, DECIDES)->state, PL_TASK_READY);
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 1);
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, joint)->item, DECIDES);
    assert_int_equal(world_state(&w, joint), PL_STEP_ACTIVE);
}

/* A pause moves the limits of the members like that of the step. */
static void test_a_pause_moves_the_members(void **state)
{
    (void)state;
    world_begin(&w, &b.def);
    world_until(&w, world_day_end((struct pl_date){2025, 3, 4}) + 1);
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_task(&w, joint, OPINION)->late_ms, 0);
    world_until(&w, world_day_end((struct pl_date){2025, 3, 6}) + 1);
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_task(&w, joint, OPINION)->late_ms,
                     world_day_end((struct pl_date){2025, 3, 14}));
    assert_int_equal(world_task(&w, joint, DECIDES)->due_ms,
                     world_day_end((struct pl_date){2025, 3, 21}));
}

/* A guard of a member that fails is an incident of the step, before anybody was asked. */
static void test_a_members_guard_that_fails(void **state)
{
    (void)state;
    build_member_when(&b, joint, SOMETIMES, "area > 5");
    world_begin(&w, &b.def);
    assert_int_equal(world_state(&w, joint), PL_STEP_WAITING);
    assert_true(w.c.steps[joint].incident);
    assert_int_equal(world_next(&w, PL_EVT_STEP_INCIDENT, joint)->item, SOMETIMES);
    assert_int_equal(world_task(&w, joint, LEAD)->state, PL_TASK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_everybody_is_asked_at_once, set_up),
        cmocka_unit_test_setup(test_the_lead_waits_for_the_others, set_up),
        cmocka_unit_test_setup(test_opinions_speak_words_of_their_own, set_up),
        cmocka_unit_test_setup(test_whose_decision_counts, set_up),
        cmocka_unit_test_setup(test_silence_of_an_opinion, set_up),
        cmocka_unit_test_setup(test_silence_releases_the_lead, set_up),
        cmocka_unit_test_setup(test_silence_of_a_member_that_decides, set_up),
        cmocka_unit_test_setup(test_a_pause_moves_the_members, set_up),
        cmocka_unit_test_setup(test_a_members_guard_that_fails, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
