/* What silence decides: ladders that decide, the intake, deliveries and obligations. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/world_time.h"

static struct build b;
static struct world w;

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    build_calendar_cn(&b);
    return 0;
}

/* Silence at the end of `limit` means `decision`. */
static void build_silence(uint16_t step, struct pl_span limit, uint16_t decision)
{
    build_limit(&b, step, limit);
    struct pl_rung *rung = build_rung(&b, step, limit, PL_CARD_NONE);

    rung->decides = decision;
    rung->law = PL_TEXT("Administrative Licensing Law art. 50");
}

static void test_silence_approves(void **state)
{
    (void)state;
    const uint16_t silent = build_ask(&b);
    const uint16_t next = build_ask(&b);

    build_rung(&b, silent, WD(4), PL_CARD_ANNOUNCEMENT);
    build_silence(silent, WD(5), PL_DECISION_APPROVE);
    build_after(&b, next, silent);
    world_begin(&w, build_done(&b));
    const struct pl_lease lease = world_take(&w, silent, 0);

    w.facts.lease_ms = 30 * PL_DAY_MS;
    world_at(&w, "2025-03-10");
    assert_int_equal(world_state(&w, silent), PL_STEP_ACTIVE);
    assert_int_equal(world_next(&w, PL_EVT_STEP_LATE, silent)->step_late.card,
                     PL_CARD_ANNOUNCEMENT);
    assert_int_equal(w.c.steps[silent].cards, 0);
    world_at(&w, "2025-03-11");
    assert_int_equal(world_next(&w, PL_EVT_TASK_CANCELLED, silent)->item, 0);
    const struct pl_event *deemed = world_next(&w, PL_EVT_STEP_DEEMED, silent);

    assert_int_equal(deemed->step_deemed.decision, PL_DECISION_APPROVE);
    assert_true(pl_text_is(deemed->step_deemed.law, "Administrative Licensing Law art. 50"));
    assert_int_equal(world_next(&w, PL_EVT_STEP_DONE, silent)->step_done.decision,
                     PL_DECISION_APPROVE);
    assert_true(w.c.steps[silent].deemed);
    assert_int_equal(world_state(&w, next), PL_STEP_ACTIVE);
    assert_int_equal(world_complete(&w, silent, 0, lease, "reject", 3), PL_REJECT_TASK_STATE);
}

static void test_silence_may_end_the_case(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_silence(step, WD(5), BUILD_REJECT);
    build_ask(&b);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-11");
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

/* A card and a decision at the same moment: first what fell, then what it means. */
static void test_a_card_that_decides(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_silence(step, WD(5), PL_DECISION_APPROVE);
    b.rungs[step][0].card = PL_CARD_RED;
    b.rungs[step][0].liable = true;
    world_begin(&w, build_done(&b));
    w.facts.lease_ms = 30 * PL_DAY_MS;
    (void)world_take(&w, step, 0);
    const uint64_t taken = w.c.seq;

    world_at(&w, "2025-03-11");
    assert_true(world_next(&w, PL_EVT_STEP_LATE, step)->step_late.holder_seq == taken);
    (void)world_next(&w, PL_EVT_STEP_DEEMED, step);
    assert_int_equal(w.c.steps[step].cards, 3);
    assert_true(w.c.finished);
}

static void test_a_deemed_decision_is_held(void **state)
{
    (void)state;
    const uint16_t other = build_ask(&b);
    const uint16_t step = build_ask(&b);

    build_silence(step, WD(5), PL_DECISION_APPROVE);
    build_rung(&b, step, WD(6), PL_CARD_RED);
    build_decide_after(&b, step, other);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-13");
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_true(w.c.steps[step].deemed);
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 0); /* its ladder has ended */
    struct pl_wait waits[2];

    assert_int_equal(pl_core_waits(&b.def, &w.c, waits, 2), 2);
    assert_int_equal(waits[1].kind, PL_WAITS_HELD);
    assert_int_equal(waits[1].other, other);
    assert_int_equal(world_answer(&w, other, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_DONE);
}

/* Silence sends the file back, and the next round may be answered. */
static void test_silence_may_go_back(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_return(&b, step, 2, PL_CLOCK_RESTARTS);
    build_silence(step, WD(5), BUILD_RETURN);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-11");
    assert_int_equal(world_state(&w, step), PL_STEP_RETURNED);
    assert_false(w.c.steps[step].deemed);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, step, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* While the applicant has the file the department is not silent, even if the clock runs. */
static void test_no_decision_while_the_file_is_away(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_return(&b, step, 2, PL_CLOCK_RUNS);
    build_rung(&b, step, WD(4), PL_CARD_WARNING);
    build_silence(step, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, 0, "return"), PL_ACCEPTED);
    world_at(&w, "2025-03-20");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 1);
    assert_int_equal(world_state(&w, step), PL_STEP_RETURNED);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_fire(&w), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_DONE);
}

/* A joint step: the lead was silent, a member refused. Nobody is granted what was refused. */
static void test_the_silence_of_a_lead_hears_the_others(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);
    const uint16_t member = build_member(&b, step, PL_ROLE_DECISION);

    build_silence(step, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, member, "reject"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    world_at(&w, "2025-03-11");
    (void)world_next(&w, PL_EVT_STEP_DEEMED, step);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_the_answer_of_a_lead_counts(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    (void)build_member(&b, step, PL_ROLE_DECISION);
    build_silence(step, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, step, 0, "reject"), PL_ACCEPTED);
    world_at(&w, "2025-03-11");
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_a_joint_step_where_nobody_speaks(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    (void)build_member(&b, step, PL_ROLE_DECISION);
    build_silence(step, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-11");
    assert_int_equal(world_count(&w, PL_EVT_TASK_CANCELLED), 2);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

/* Some of the tasks of a set are answered: the step decides what its silence means, all the same.
 */
static void test_the_silence_of_a_set(void **state)
{
    (void)state;
    const uint16_t set = build_ask(&b);

    (void)build_items(&b, set, "[1, 2, 3, 4]", 4);
    b.steps[set].set.at_once = 2;
    build_silence(set, WD(5), BUILD_REJECT);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    world_at(&w, "2025-03-11");
    assert_int_equal(world_count(&w, PL_EVT_TASK_CANCELLED), 2);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

/* Nobody closes the list: the step is late though every task is answered. */
static void test_the_silence_of_an_open_set(void **state)
{
    (void)state;
    const uint16_t set = build_ask(&b);

    build_items(&b, set, "[1]", 3)->open = true;
    build_silence(set, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    world_at(&w, "2025-03-11");
    assert_int_equal(world_count(&w, PL_EVT_STEP_DEEMED), 1);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

static void test_the_silence_of_signers(void **state)
{
    (void)state;
    static const uint32_t weights[] = {1, 1};
    const uint16_t step = build_ask(&b);

    (void)build_signers(&b, step, weights, 2);
    build_silence(step, WD(5), PL_DECISION_APPROVE);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_sign(&w, step, 0, "approve", "Li"), PL_ACCEPTED);
    world_at(&w, "2025-03-11");
    assert_true(w.c.steps[step].deemed);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

/* Art. 50: who is silent until the permit ends has renewed it; a pause does not move that day. */
static void test_a_renewal_is_deemed(void **state)
{
    (void)state;
    const uint16_t step = build_ask(&b);

    build_limit_until(&b, step, "'2025-04-12'"); /* a Saturday */
    build_rung(&b, step, DAYS(3), PL_CARD_ANNOUNCEMENT)->before = true;
    struct pl_rung *rung = build_rung(&b, step, DAYS(0), PL_CARD_NONE);

    rung->before = true;
    rung->decides = PL_DECISION_APPROVE;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    world_at(&w, "2025-04-08");
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    world_at(&w, "2025-04-12");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 1);
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    world_at(&w, "2025-04-13");
    assert_int_equal(world_state(&w, step), PL_STEP_DONE);
    assert_true(w.c.steps[step].deemed);
}

/* ---- intake (art. 32) -------------------------------------------------------------------------
 */

static uint16_t build_after_intake(void)
{
    (void)build_intake(&b, WD(5));
    const uint16_t step = build_ask(&b);

    build_limit(&b, step, WD(20));
    build_after(&b, step, 0);
    return step;
}

static void begin_on(const char *day)
{
    world_init(&w, build_done(&b));
    world_at(&w, day);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
}

/* Received on 2025-09-22, silent through 09-28, a working Sunday: accepted as of 09-22. */
static void test_silence_accepts_as_of_receipt(void **state)
{
    (void)state;
    const uint16_t step = build_after_intake();

    begin_on("2025-09-22");
    world_at(&w, "2025-09-28");
    assert_int_equal(world_state(&w, 0), PL_STEP_ACTIVE);
    world_at(&w, "2025-09-29");
    assert_int_equal(world_state(&w, step), PL_STEP_ACTIVE);
    assert_string_equal(world_day(w.c.accepted_ms), "2025-09-22");
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-10-24");
    assert_true(world_saw(&w, PL_EVT_STEP_STARTED, 0));
    const struct pl_event *started = world_next(&w, PL_EVT_STEP_STARTED, step);

    assert_true(started->step_started.from_ms == w.c.accepted_ms);
}

static void test_an_acceptance_counts_from_its_day(void **state)
{
    (void)state;
    const uint16_t step = build_after_intake();

    begin_on("2025-09-22");
    world_at(&w, "2025-09-24");
    assert_int_equal(world_answer(&w, 0, 0, "approve"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.accepted_ms), "2025-09-24");
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-10-28");
}

/* Notice on 2025-09-28, supplemented on 10-13: silence accepts as of then. */
static void test_a_notice_begins_anew(void **state)
{
    (void)state;
    const uint16_t step = build_after_intake();

    begin_on("2025-09-22");
    world_at(&w, "2025-09-28");
    assert_int_equal(world_answer(&w, 0, 0, "other"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, 0), PL_STEP_RETURNED);
    world_at(&w, "2025-10-13");
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, 0, 0, "other"), PL_REJECT_NOTICE_GIVEN);
    world_at(&w, "2025-10-21");
    assert_string_equal(world_day(w.c.accepted_ms), "2025-10-13");
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-11-10");
}

static void test_not_accepted(void **state)
{
    (void)state;
    (void)build_after_intake();
    begin_on("2025-09-22");
    assert_int_equal(world_answer(&w, 0, 0, "reject"), PL_ACCEPTED);
    assert_int_equal(w.c.accepted_ms, 0);
    assert_true(w.c.finished);
}

/* Only the first run of a clock reaches back: what is opened again begins anew. */
static void test_a_step_opened_again_does_not_reach_back(void **state)
{
    (void)state;
    const uint16_t step = build_after_intake();

    build_back(&b, step, step, 3);
    begin_on("2025-09-22");
    world_at(&w, "2025-10-09");
    assert_int_equal(world_answer(&w, step, 0, "again"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[step].due_ms), "2025-11-05");
}

/* ---- steps that wait --------------------------------------------------------------------------
 */

/* Decided on 2025-04-15: to be delivered by 04-28; the ladder of a delivery only gives cards. */
static void test_a_delivery_has_a_limit(void **state)
{
    (void)state;
    const uint16_t decided = build_ask(&b);
    const uint16_t delivery = build_wait_signal(&b, "s0_delivered");

    build_after(&b, delivery, decided);
    build_limit(&b, delivery, WD(10));
    b.steps[delivery].origin = PL_ORIGIN_DELIVERY;
    build_rung(&b, delivery, WD(8), PL_CARD_WARNING);
    build_rung(&b, delivery, WD(10), PL_CARD_YELLOW);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-04-15");
    assert_int_equal(world_answer(&w, decided, 0, "approve"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[delivery].due_ms), "2025-04-28");
    world_at(&w, "2025-04-29");
    assert_int_equal(world_count(&w, PL_EVT_STEP_LATE), 2);
    assert_int_equal(w.c.steps[delivery].cards, 2);
    assert_int_equal(world_state(&w, delivery), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "s0_delivered"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* Hearing right told on 2025-04-25, to be asked for by 05-06; asked then, to be held by 06-04. */
static void test_a_hearing_is_asked_for_and_held(void **state)
{
    (void)state;
    const uint16_t asked = build_wait_signal(&b, "asked");
    const uint16_t held = build_wait_signal(&b, "held");

    build_silence(asked, WD(5), PL_DECISION_NO_OBJECTION);
    build_after(&b, held, asked);
    build_limit(&b, held, WD(20));
    world_init(&w, build_done(&b));
    world_at(&w, "2025-04-25");
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[asked].due_ms), "2025-05-06");
    world_at(&w, "2025-05-06");
    assert_int_equal(world_signal(&w, "asked"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[held].due_ms), "2025-06-04");
}

/* The file need not list a decision that always goes on. */
static void test_a_signal_that_never_comes(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_signal(&b, "asked");

    build_silence(wait, WD(5), PL_DECISION_NO_OBJECTION);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-03-11");
    assert_int_equal(w.c.steps[wait].decision, PL_DECISION_NO_OBJECTION);
    assert_true(w.c.steps[wait].deemed);
    assert_true(w.c.finished);
}

/* Works not begun within three months: the permit lapses. */
static void test_a_breach_ends_the_case(void **state)
{
    (void)state;
    const uint16_t permit = build_ask(&b);
    const uint16_t begin_works = build_wait_signal(&b, "begin_works");

    build_after(&b, begin_works, permit);
    b.steps[begin_works].origin = PL_ORIGIN_OBLIGATION;
    build_rule(&b, begin_works,
               (struct pl_decision_rule){.decision = BUILD_REJECT,
                                         .effect = PL_DECISION_ENDS,
                                         .result = PL_RESULT_REJECTED});
    build_silence(begin_works, (struct pl_span){3, PL_UNIT_MONTHS}, BUILD_REJECT);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, permit, 0, "approve"), PL_ACCEPTED);
    assert_string_equal(world_day(w.c.steps[begin_works].due_ms), "2025-06-03");
    world_at(&w, "2025-06-04");
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

static void test_waiting_for_time_may_be_cut_short(void **state)
{
    (void)state;
    const uint16_t wait = build_wait_span(&b, WD(20));
    const uint16_t other = build_ask(&b);

    build_silence(wait, WD(5), PL_DECISION_OBJECTION);
    build_decide_after(&b, wait, other);
    world_begin(&w, build_done(&b));
    world_at(&w, "2025-05-12");
    assert_true(w.c.steps[wait].deemed);
    assert_int_equal(world_state(&w, wait), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, other, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[wait].decision, PL_DECISION_OBJECTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_silence_approves, set_up),
        cmocka_unit_test_setup(test_silence_may_end_the_case, set_up),
        cmocka_unit_test_setup(test_a_card_that_decides, set_up),
        cmocka_unit_test_setup(test_a_deemed_decision_is_held, set_up),
        cmocka_unit_test_setup(test_silence_may_go_back, set_up),
        cmocka_unit_test_setup(test_no_decision_while_the_file_is_away, set_up),
        cmocka_unit_test_setup(test_the_silence_of_a_lead_hears_the_others, set_up),
        cmocka_unit_test_setup(test_the_answer_of_a_lead_counts, set_up),
        cmocka_unit_test_setup(test_a_joint_step_where_nobody_speaks, set_up),
        cmocka_unit_test_setup(test_the_silence_of_a_set, set_up),
        cmocka_unit_test_setup(test_the_silence_of_an_open_set, set_up),
        cmocka_unit_test_setup(test_the_silence_of_signers, set_up),
        cmocka_unit_test_setup(test_a_renewal_is_deemed, set_up),
        cmocka_unit_test_setup(test_silence_accepts_as_of_receipt, set_up),
        cmocka_unit_test_setup(test_an_acceptance_counts_from_its_day, set_up),
        cmocka_unit_test_setup(test_a_notice_begins_anew, set_up),
        cmocka_unit_test_setup(test_not_accepted, set_up),
        cmocka_unit_test_setup(test_a_step_opened_again_does_not_reach_back, set_up),
        cmocka_unit_test_setup(test_a_delivery_has_a_limit, set_up),
        cmocka_unit_test_setup(test_a_hearing_is_asked_for_and_held, set_up),
        cmocka_unit_test_setup(test_a_signal_that_never_comes, set_up),
        cmocka_unit_test_setup(test_a_breach_ends_the_case, set_up),
        cmocka_unit_test_setup(test_waiting_for_time_may_be_cut_short, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
