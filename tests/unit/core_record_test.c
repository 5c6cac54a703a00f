/* What is recorded: every event says what the command said, and who said it; and what would be
 * seen if a case were stuck. */
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

static const uint8_t answer[] = {0x2a};

/* s0, then s1. */
static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_ask(&b);
    build_ask(&b);
    build_after(&b, 1, 0);
    world_begin(&w, build_done(&b));
    return 0;
}

/* A command in which every field says something. */
static struct pl_command full(enum pl_command_kind kind, enum pl_actor actor)
{
    return (struct pl_command){
        .kind = kind,
        .actor = actor,
        .by = PL_TEXT("wang"),
        .lease = w.facts.new_lease,
        .decision = PL_TEXT("approve"),
        .answer = {answer, sizeof(answer)},
        .reason = PL_TEXT("why"),
        .code = PL_TEXT("code"),
        .note = PL_TEXT("note"),
        .percent = 40,
        .until_ms = 77,
        .body_hash = 9,
        .form = w.form,
    };
}

/* Gives the first event of what was accepted. */
static const struct pl_event *first(enum pl_command_kind kind, enum pl_actor actor)
{
    assert_int_equal(world_do(&w, full(kind, actor)), PL_ACCEPTED);
    assert_true(w.out.event_count > 0);
    return &w.out.events[0];
}

static void assert_text(struct pl_text text, const char *expected)
{
    assert_true(pl_text_is(text, expected));
}

static void test_events_of_a_case(void **state)
{
    (void)state;
    const struct pl_event *e = &w.journal[0];

    assert_int_equal(e->kind, PL_EVT_CASE_STARTED);
    assert_text(e->case_started.by, "applicant");
    assert_text(w.c.by, "applicant");
    assert_true(e->case_started.form.at == w.form.at);
    assert_true(e->case_started.definition == 1);
    assert_int_equal(w.c.definition, 1);
    assert_true(w.c.started_ms == w.facts.now_ms);
    assert_int_equal(w.c.result, PL_NO_RESULT);

    e = first(PL_CMD_PAUSE_CASE, PL_ACTOR_OFFICER);
    assert_text(e->case_paused.reason, "why");
    assert_text(e->case_paused.by, "wang");
    assert_text(first(PL_CMD_RESUME_CASE, PL_ACTOR_OFFICER)->case_resumed.by, "wang");
    e = first(PL_CMD_WITHDRAW, PL_ACTOR_PORTAL);
    assert_text(e->case_withdrawn.reason, "why");
    assert_text(e->case_withdrawn.by, "wang");
    assert_true(w.c.finished_ms == w.facts.now_ms);

    world_begin(&w, &b.def);
    e = first(PL_CMD_CANCEL_CASE, PL_ACTOR_OFFICER);
    assert_text(e->case_cancelled.reason, "why");
    assert_text(e->case_cancelled.by, "wang");
}

static void test_events_from_the_applicant(void **state)
{
    (void)state;
    build_init(&b);
    build_wait_signal(&b, "code");
    build_ask(&b);
    build_return(&b, 1, 1, PL_CLOCK_STOPS);
    world_begin(&w, build_done(&b));
    const struct pl_event *e = first(PL_CMD_SIGNAL, PL_ACTOR_PORTAL);

    assert_text(e->signal_received.name, "code");
    assert_text(e->signal_received.by, "wang");
    assert_true(e->signal_received.data.at == answer);
    assert_int_equal(world_answer(&w, 1, 0, "return"), PL_ACCEPTED);
    e = first(PL_CMD_SUPPLEMENT, PL_ACTOR_PORTAL);
    assert_text(e->case_supplemented.by, "wang");
    assert_true(e->case_supplemented.form.at == w.form.at);
}

static void test_events_of_a_task(void **state)
{
    (void)state;
    assert_int_equal(world_offer(&w, 0, 0), PL_ACCEPTED);
    assert_text(w.out.events[0].task_offered.to, "session");
    assert_text(first(PL_CMD_TASK_TAKE, PL_ACTOR_ADAPTER)->task_taken.by, "wang");
    const struct pl_event *e = first(PL_CMD_TASK_PROGRESS, PL_ACTOR_ADAPTER);

    assert_int_equal(e->task_progressed.percent, 40);
    assert_text(e->task_progressed.note, "note");
    e = first(PL_CMD_TASK_PARK, PL_ACTOR_ADAPTER);
    assert_text(e->task_parked.reference, "note");
    assert_int_equal(e->task_parked.until_ms, 77);
    e = first(PL_CMD_TASK_COMPLETE, PL_ACTOR_ADAPTER);
    assert_text(e->task_completed.reason, "why");
    assert_text(e->task_completed.by, "wang");
    assert_true(e->task_completed.body_hash == 9);
    assert_true(e->task_completed.answer.at == answer);
    assert_true(e->task_completed.held == 0);
    assert_true(world_task(&w, 0, 0)->has_answer);
}

static void test_events_of_a_task_that_goes_wrong(void **state)
{
    (void)state;
    (void)world_take(&w, 0, 0);
    assert_text(first(PL_CMD_TASK_RELEASE, PL_ACTOR_ADAPTER)->task_released.by, "wang");
    (void)world_take(&w, 0, 0);
    const struct pl_event *e = first(PL_CMD_TASK_FAIL, PL_ACTOR_ADAPTER);

    assert_text(e->task_failed.code, "code");
    assert_text(e->task_failed.message, "note");
    assert_text(e->task_failed.by, "wang");
    assert_true(e->task_failed.body_hash == 9);
    assert_text(first(PL_CMD_TASK_RETRY, PL_ACTOR_OFFICER)->task_retried.by, "wang");
    (void)world_take(&w, 0, 0);
    e = first(PL_CMD_TASK_THROW, PL_ACTOR_ADAPTER);
    assert_text(e->task_thrown.code, "code");
    assert_text(e->task_thrown.message, "note");
    assert_text(e->task_thrown.by, "wang");
    assert_true(e->task_thrown.body_hash == 9);

    struct pl_command cmd = full(PL_CMD_TASK_COMPLETE, PL_ACTOR_ADAPTER);

    cmd.lease.at[5]++;
    assert_int_equal(world_do(&w, cmd), PL_REJECT_SUPERSEDED);
    assert_text(w.out.events[0].task_refused.by, "wang");
    assert_true(w.out.events[0].task_refused.command == PL_CMD_TASK_COMPLETE);
    assert_true(w.out.events[0].task_refused.rejection == PL_REJECT_SUPERSEDED);
}

static void test_events_of_an_officer(void **state)
{
    (void)state;
    (void)world_take(&w, 0, 0);
    assert_text(first(PL_CMD_TASK_DECIDE, PL_ACTOR_OFFICER)->task_revoked.by, "wang");
    assert_text(w.out.events[1].task_completed.by, "wang");
    const struct pl_event *e = first(PL_CMD_STEP_BACK, PL_ACTOR_OFFICER);

    assert_int_equal(e->kind, PL_EVT_STEP_SENT_BACK);
    assert_true(e->step_sent_back.decision == PL_NO_DECISION);
    assert_text(e->step_sent_back.by, "wang");
    assert_text(e->step_sent_back.reason, "why");
    e = first(PL_CMD_STEP_SKIP, PL_ACTOR_OFFICER);
    assert_int_equal(e->kind, PL_EVT_TASK_CANCELLED);
    assert_text(w.out.events[1].step_skipped.by, "wang");
    assert_text(w.out.events[1].step_skipped.reason, "why");
}

/* The answer of an earlier round is a draft; a failure leaves none, since its sequence is the
 * failure's. */
static void test_drafts(void **state)
{
    (void)state;
    const struct pl_task *t = world_task(&w, 0, 0);

    (void)world_take(&w, 0, 0);
    (void)first(PL_CMD_TASK_COMPLETE, PL_ACTOR_ADAPTER);
    const uint64_t seq = t->seq;

    (void)first(PL_CMD_STEP_BACK, PL_ACTOR_OFFICER);
    assert_int_equal(t->state, PL_TASK_READY);
    assert_true(t->has_answer && t->seq == seq);
    (void)world_take(&w, 0, 0);
    (void)first(PL_CMD_TASK_FAIL, PL_ACTOR_ADAPTER);
    assert_false(t->has_answer);
    assert_true(t->seq > seq);
    (void)first(PL_CMD_TASK_RETRY, PL_ACTOR_OFFICER);
    (void)world_take(&w, 0, 0);
    (void)first(PL_CMD_TASK_THROW, PL_ACTOR_ADAPTER);
    assert_false(t->has_answer);
}

/* I9 must be able to fail: cases that nothing would ever wake, as no command makes them. */
static void test_a_stuck_case_is_seen(void **state)
{
    (void)state;
    assert_true(pl_core_has_wake_source(w.def, &w.c));
    w.tasks[0].state = PL_TASK_ANSWERED;
    assert_false(pl_core_has_wake_source(w.def, &w.c));
    w.tasks[0].state = PL_TASK_OFFERED; /* and its time-out is lost */
    assert_false(pl_core_has_wake_source(w.def, &w.c));
    w.tasks[0].wake_ms = 1;
    assert_true(pl_core_has_wake_source(w.def, &w.c));
    w.tasks[0].state = PL_TASK_NONE;
    w.c.paused = true;
    assert_true(pl_core_has_wake_source(w.def, &w.c));
    w.c.paused = false;
    w.steps[0].incident = true;
    assert_true(pl_core_has_wake_source(w.def, &w.c));

    build_init(&b);
    build_wait_span(&b, (struct pl_span){1, PL_UNIT_HOURS});
    world_begin(&w, build_done(&b));
    assert_true(pl_core_has_wake_source(w.def, &w.c));
    w.steps[0].wake_ms = 0;
    assert_false(pl_core_has_wake_source(w.def, &w.c));
    w.steps[0].state = PL_STEP_RETURNED;
    assert_true(pl_core_has_wake_source(w.def, &w.c));
    w.steps[0].supplemented = true;
    assert_false(pl_core_has_wake_source(w.def, &w.c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_events_of_a_case, set_up),
        cmocka_unit_test_setup(test_events_from_the_applicant, set_up),
        cmocka_unit_test_setup(test_events_of_a_task, set_up),
        cmocka_unit_test_setup(test_events_of_a_task_that_goes_wrong, set_up),
        cmocka_unit_test_setup(test_events_of_an_officer, set_up),
        cmocka_unit_test_setup(test_drafts, set_up),
        cmocka_unit_test_setup(test_a_stuck_case_is_seen, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
