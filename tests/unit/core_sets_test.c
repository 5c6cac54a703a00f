/* Sets of items: known, read at run time or added by signal. */
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

static int set_up(void **state)
{
    (void)state;
    build_init(&b);
    return 0;
}

/* A step with items, which may also answer `other`, `reject` and `again` (back to itself, once). */
static uint16_t set_of(const char *items, uint16_t at_most)
{
    const uint16_t step = build_ask(&b);

    build_rule(&b, step, (struct pl_decision_rule){.decision = BUILD_OTHER});
    build_back(&b, step, step, 1);
    (void)build_items(&b, step, items, at_most);
    return step;
}

static void test_one_task_for_each_item(void **state)
{
    (void)state;
    const uint16_t set = set_of("['a', 'b', 'c']", 5);
    const uint16_t next = build_ask(&b);

    build_after(&b, next, set);
    world_begin(&w, build_done(&b));
    assert_int_equal(w.c.steps[set].item_count, 3);
    assert_int_equal(world_count(&w, PL_EVT_ITEM_ADDED), 3);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 3);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_NONE), 2);
    assert_true(world_task(&w, set, 1)->item_seq != 0);
    assert_int_equal(world_answer(&w, set, 1, "approve"), PL_ACCEPTED);
    assert_true(world_task(&w, set, 1)->held);
    assert_int_equal(world_answer(&w, set, 0, "other"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, set, 2, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(w.c.steps[set].decision, PL_DECISION_APPROVE);
    assert_int_equal(world_state(&w, next), PL_STEP_ACTIVE);
}

/* The items follow from the form; the values are kept by the events that brought them. */
static void test_items_are_read_at_the_start(void **state)
{
    (void)state;
    const uint16_t set = set_of("fire ? [7, 8] : [9]", 4);
    const uint16_t read = build_ask(&b);

    build_after(&b, read, set);
    build_when(&b, read, "steps.s0.items[1].item == 8 && steps.s0.items.size() == 2");
    world_init(&w, build_done(&b));
    world_set_form(&w, true, NULL);
    assert_int_equal(world_start(&w), PL_ACCEPTED);
    assert_int_equal(w.c.steps[set].item_count, 2);
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, set, 1, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, read), PL_STEP_ACTIVE);
}

static void test_no_items(void **state)
{
    (void)state;
    const uint16_t set = set_of("[]", 3);

    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(w.c.steps[set].decision, PL_DECISION_APPROVE);
    assert_true(w.c.finished);
}

static void test_a_list_that_is_none_or_too_long(void **state)
{
    static const char *const lists[] = {"[1, 2, 3]", "'three'", "area"};

    (void)state;
    for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
        build_init(&b);
        const uint16_t set = set_of(lists[i], 2);

        world_begin(&w, build_done(&b));
        assert_true(w.c.steps[set].incident);
        assert_int_equal(world_state(&w, set), PL_STEP_WAITING);
        assert_int_equal(world_count(&w, PL_EVT_ITEM_ADDED), 0);
        assert_int_equal(world_officer(&w, PL_CMD_STEP_SKIP, set, 0), PL_ACCEPTED);
        assert_true(w.c.finished);
    }
}

static void test_at_once(void **state)
{
    (void)state;
    const uint16_t set = build_ask(&b);

    build_items(&b, set, "[1, 2, 3, 4, 5]", 5)->at_once = 2;
    world_begin(&w, build_done(&b));
    for (uint16_t i = 0; i < 5; i++) {
        assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), i < 4 ? 2 : 1);
        assert_int_equal(world_task(&w, set, i)->state, PL_TASK_READY);
        assert_int_equal(world_answer(&w, set, i, "approve"), PL_ACCEPTED);
    }
    assert_true(w.c.finished);
}

/* What each rule of `done_when` makes of a row of answers (a: approve, o: other, which goes on, r:
 * reject, which ends the case, g: again, which goes back): after how many answers the step is
 * settled, and as what. */
static void test_done_when(void **state)
{
    static const struct {
        enum pl_done_when rule;
        uint32_t need;
        const char *answers;
        unsigned after;
        uint16_t decision; /* PL_NO_DECISION: it goes back */
    } rows[] = {
        {PL_DONE_ALL, 0, "aaa", 3, PL_DECISION_APPROVE},
        {PL_DONE_ALL, 0, "oao", 3, PL_DECISION_APPROVE},
        {PL_DONE_ALL, 0, "ara", 3, BUILD_REJECT},
        {PL_DONE_ALL, 0, "gra", 3, PL_NO_DECISION},
        {PL_DONE_ALL, 0, "rga", 3, BUILD_REJECT},
        {PL_DONE_ANY, 0, "oaa", 1, PL_DECISION_APPROVE},
        {PL_DONE_ANY, 0, "rga", 3, PL_DECISION_APPROVE},
        {PL_DONE_ANY, 0, "rgr", 3, BUILD_REJECT},
        {PL_DONE_NEED, 2, "raa", 3, PL_DECISION_APPROVE},
        {PL_DONE_NEED, 2, "oaa", 2, PL_DECISION_APPROVE},
        {PL_DONE_NEED, 2, "rra", 2, BUILD_REJECT},
        {PL_DONE_NEED, 2, "agr", 3, PL_NO_DECISION},
        {PL_DONE_NEED, 9, "aaa", 3, PL_DECISION_APPROVE}, /* lowered to 3 */
        {PL_DONE_NEED, 9, "ara", 2, BUILD_REJECT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        build_init(&b);
        const uint16_t set = set_of("[1, 2, 3]", 4);
        unsigned answers = 0;

        b.steps[set].set.done_when = rows[i].rule;
        b.steps[set].set.need = rows[i].need;
        world_begin(&w, build_done(&b));
        while (world_state(&w, set) == PL_STEP_ACTIVE && w.c.steps[set].round == 1) {
            const char answer = rows[i].answers[answers];

            assert_int_equal(world_answer(&w, set, (uint16_t)answers,
                                          answer == 'a'   ? "approve"
                                          : answer == 'o' ? "other"
                                          : answer == 'r' ? "reject"
                                                          : "again"),
                             PL_ACCEPTED);
            answers++;
        }
        assert_int_equal(answers, rows[i].after);
        if (rows[i].decision == PL_NO_DECISION) {
            assert_int_equal(w.c.steps[set].round, 2);
            assert_int_equal(w.c.steps[set].item_count, 3);
            assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 3);
        } else {
            assert_int_equal(w.c.steps[set].decision, rows[i].decision);
            assert_true(w.c.finished);
        }
    }
}

static void test_done_when_an_expression_holds(void **state)
{
    (void)state;
    const uint16_t set = set_of("[10, 20, 30]", 3);

    build_done_when(&b, set, "items[1].state == 'answered' && items[1].item > 10");
    build_set_decision(&b, set, "items[1].decision == 'other' ? 'other' : 'reject'");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_answer(&w, set, 1, "other"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(w.c.steps[set].decision, BUILD_OTHER);
    assert_int_equal(world_task(&w, set, 2)->state, PL_TASK_CANCELLED);
    assert_true(w.c.finished);
}

/* An expression that gives no decision of the step is an incident, not a guess. */
static void test_a_decision_that_nobody_knows(void **state)
{
    (void)state;
    const uint16_t set = set_of("[1]", 1);

    build_set_decision(&b, set, "fire ? 'approve' : 'nonsense'");
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.steps[set].incident);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_count(&w, PL_EVT_STEP_INCIDENT), 1);
    world_set_form(&w, true, NULL);
    assert_int_equal(world_supplement(&w), PL_ACCEPTED);
    assert_int_equal(world_officer(&w, PL_CMD_TASK_RETRY, set, PL_NO_ITEM), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_the_rest_is_cancelled_or_finishes(void **state)
{
    (void)state;
    const uint16_t set = set_of("[1, 2, 3]", 3);
    const uint16_t next = build_ask(&b);

    build_after(&b, next, set);
    b.steps[set].set.done_when = PL_DONE_ANY;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 2, "approve"), PL_ACCEPTED);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_CANCELLED), 2);

    b.steps[set].set.rest_finishes = true;
    world_begin(&w, &b.def);
    assert_int_equal(world_answer(&w, set, 2, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 2);
    assert_int_equal(world_answer(&w, next, 0, "approve"), PL_ACCEPTED);
    assert_false(w.c.finished);
    /* Recorded, and changes nothing: not even a refusal ends the case now. */
    assert_int_equal(world_answer(&w, set, 0, "reject"), PL_ACCEPTED);
    assert_false(world_task(&w, set, 0)->held);
    assert_int_equal(w.c.steps[set].decision, PL_DECISION_APPROVE);
    assert_false(w.c.finished);
    assert_int_equal(world_answer(&w, set, 1, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
}

static void test_an_open_set(void **state)
{
    (void)state;
    const uint16_t first = build_ask(&b);
    const uint16_t set = build_ask(&b);

    build_after(&b, set, first);
    build_items(&b, set, "[1]", 3)->open = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_signal_with(&w, "s1.add", 2), PL_REJECT_NO_ONE_WAITS);
    assert_int_equal(world_answer(&w, first, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_wait_of(&w, set).kind, PL_WAITS_CLOSE);
    assert_int_equal(world_signal_with(&w, "s1.add", 2), PL_ACCEPTED);
    assert_int_equal(world_signal_with(&w, "s1.add", 3), PL_ACCEPTED);
    assert_int_equal(world_signal_with(&w, "s1.add", 4), PL_REJECT_SET_FULL);
    assert_int_equal(world_signal(&w, "s1.remove"), PL_REJECT_NO_ONE_WAITS);
    assert_int_equal(world_signal(&w, "s0.add"), PL_REJECT_NO_ONE_WAITS);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 2);
    assert_int_equal(world_answer(&w, set, 1, "approve"), PL_ACCEPTED);
    assert_int_equal(world_signal(&w, "s1.close"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "s1.close"), PL_REJECT_SET_CLOSED);
    assert_int_equal(world_signal_with(&w, "s1.add", 4), PL_REJECT_SET_CLOSED);
    assert_int_equal(world_answer(&w, set, 2, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* Need is lowered only once nothing more can be added; `done_when` may be met before that. */
static void test_an_open_set_that_needs_some(void **state)
{
    (void)state;
    const uint16_t set = set_of("[]", 4);
    const uint16_t next = build_ask(&b);

    build_after(&b, next, set);
    b.steps[set].set.open = true;
    b.steps[set].set.done_when = PL_DONE_NEED;
    b.steps[set].set.need = 2;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_signal_with(&w, "s0.add", 1), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_signal(&w, "s0.close"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);

    world_begin(&w, &b.def);
    for (uint16_t i = 0; i < 3; i++) {
        assert_int_equal(world_signal_with(&w, "s0.add", i), PL_ACCEPTED);
    }
    assert_int_equal(world_answer(&w, set, 2, "approve"), PL_ACCEPTED);
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(world_task(&w, set, 1)->state, PL_TASK_CANCELLED);
    assert_int_equal(world_signal(&w, "s0.close"), PL_REJECT_SET_CLOSED);
}

/* In a pause items may come, and nothing is decided. */
static void test_an_open_set_in_a_pause(void **state)
{
    (void)state;
    const uint16_t set = set_of("[]", 4);

    b.steps[set].set.open = true;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_officer(&w, PL_CMD_PAUSE_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_signal_with(&w, "s0.add", 1), PL_ACCEPTED);
    assert_int_equal(world_signal(&w, "s0.close"), PL_ACCEPTED);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 0);
    assert_int_equal(world_officer(&w, PL_CMD_RESUME_CASE, 0, 0), PL_ACCEPTED);
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 1);
}

/* A `tell` for each item does not wait, but for the turn of those that have not been sent. */
static void test_telling_each(void **state)
{
    (void)state;
    const uint16_t set = build_tell(&b);
    const uint16_t next = build_ask(&b);

    build_items(&b, set, "[1, 2, 3]", 3)->at_once = 2;
    build_after(&b, next, set);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    (void)world_take(&w, set, 1);
    assert_int_equal(world_task(&w, set, 2)->state, PL_TASK_READY);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_int_equal(world_answer(&w, next, 0, "approve"), PL_ACCEPTED);
    assert_false(w.c.finished);
    (void)world_take(&w, set, 0);
    (void)world_take(&w, set, 2);
    assert_true(w.c.finished);
}

/* A child for each item: so many at a time, and the first that does not go on decides. */
static void test_a_child_for_each_item(void **state)
{
    (void)state;
    const uint16_t set = build_child(&b, false);

    build_items(&b, set, "[1, 2, 3]", 3)->at_once = 2;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_count_tasks(&w, set, PL_TASK_READY), 2);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 0, ""), PL_ACCEPTED);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 1, ""), PL_ACCEPTED);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 2, ""), PL_REJECT_TASK_STATE);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_FINISH, set, 1, "reject"), PL_ACCEPTED);
    assert_int_equal(world_task(&w, set, 2)->state, PL_TASK_READY);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 2, ""), PL_ACCEPTED);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_FINISH, set, 2, "other"), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_FINISH, set, 0, "approve"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
}

/* Detached children are not waited for once they have started. */
static void test_detached_children(void **state)
{
    (void)state;
    const uint16_t set = build_child(&b, true);

    (void)build_items(&b, set, "[1, 2]", 3);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 1, ""), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(world_child(&w, PL_CMD_CHILD_ACCEPT, set, 0, ""), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* The decision of a set may be held like any other. */
static void test_a_set_that_is_held(void **state)
{
    (void)state;
    const uint16_t set = set_of("[1, 2]", 2);
    const uint16_t before = build_ask(&b);

    build_decide_after(&b, set, before);
    b.steps[set].set.done_when = PL_DONE_ANY;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_answer(&w, set, 0, "approve"), PL_ACCEPTED);
    assert_true(world_task(&w, set, 0)->held);
    assert_int_equal(world_state(&w, set), PL_STEP_ACTIVE);
    assert_int_equal(world_task(&w, set, 1)->state, PL_TASK_READY);
    assert_int_equal(world_answer(&w, before, 0, "approve"), PL_ACCEPTED);
    assert_int_equal(world_state(&w, set), PL_STEP_DONE);
    assert_true(w.c.finished);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_one_task_for_each_item, set_up),
        cmocka_unit_test_setup(test_items_are_read_at_the_start, set_up),
        cmocka_unit_test_setup(test_no_items, set_up),
        cmocka_unit_test_setup(test_a_list_that_is_none_or_too_long, set_up),
        cmocka_unit_test_setup(test_at_once, set_up),
        cmocka_unit_test_setup(test_done_when, set_up),
        cmocka_unit_test_setup(test_done_when_an_expression_holds, set_up),
        cmocka_unit_test_setup(test_a_decision_that_nobody_knows, set_up),
        cmocka_unit_test_setup(test_the_rest_is_cancelled_or_finishes, set_up),
        cmocka_unit_test_setup(test_an_open_set, set_up),
        cmocka_unit_test_setup(test_an_open_set_that_needs_some, set_up),
        cmocka_unit_test_setup(test_an_open_set_in_a_pause, set_up),
        cmocka_unit_test_setup(test_telling_each, set_up),
        cmocka_unit_test_setup(test_a_child_for_each_item, set_up),
        cmocka_unit_test_setup(test_detached_children, set_up),
        cmocka_unit_test_setup(test_a_set_that_is_held, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
