/* Signers: in order, together, by weight; four eyes, and who must withdraw. */
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

static uint16_t signed_by(const uint32_t *weights, uint16_t count)
{
    const uint16_t step = build_ask(&b);

    build_rule(&b, step, (struct pl_decision_rule){.decision = BUILD_OTHER});
    build_back(&b, step, step, 1);
    (void)build_signers(&b, step, weights, count);
    return step;
}

static const uint32_t three[] = {1, 1, 1};

static void test_signing_in_order(void **state)
{
    (void)state;
    const uint16_t step = signed_by(three, 3);

    b.steps[step].set.at_once = 1;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_count_tasks(&w, step, PL_TASK_READY), 1);
    assert_int_equal(world_sign(&w, step, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_task(&w, step, 1)->state, PL_TASK_READY);
    assert_int_equal(world_sign(&w, step, 1, "approve", "li"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 2, "other", "zhang"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.steps[step].decision, BUILD_OTHER); /* the word of the last */
}

/* The first who does not go on settles it, and nobody is asked after him. */
static void test_a_signer_refuses(void **state)
{
    (void)state;
    const uint16_t step = signed_by(three, 3);

    b.steps[step].set.at_once = 1;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_sign(&w, step, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 1, "reject", "li"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_REJECTED);
    assert_int_equal(world_task(&w, step, 2)->state, PL_TASK_NONE);
}

static void test_signing_together(void **state)
{
    (void)state;
    const uint16_t step = signed_by(three, 3);

    world_begin(&w, build_done(&b));
    assert_int_equal(world_count_tasks(&w, step, PL_TASK_READY), 3);
    assert_int_equal(world_sign(&w, step, 2, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 0, "again", "li"), PL_ACCEPTED);
    assert_int_equal(w.c.steps[step].round, 2);
    assert_int_equal(world_count_tasks(&w, step, PL_TASK_READY), 3);
    /* A file that came back is signed anew, by the same people. */
    assert_int_equal(world_sign(&w, step, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 1, "approve", "li"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 2, "approve", "zhao"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

static void test_weights(void **state)
{
    static const uint32_t weights[] = {50, 30, 20};
    static const char *const officers[] = {"wang", "li", "zhao"};
    static const struct {
        const char *answers; /* by the signers in order; - : not yet */
        bool settled;
        bool approved;
    } rows[] = {
        {"a--", false, false}, {"aa-", true, true},   {"a-a", true, true},  {"-aa", false, false},
        {"r--", true, false},  {"-r-", false, false}, {"-rr", true, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        build_init(&b);
        const uint16_t step = signed_by(weights, 3);

        b.steps[step].set.done_when = PL_DONE_NEED;
        b.steps[step].set.need = 60;
        world_begin(&w, build_done(&b));
        for (uint16_t k = 0; k < 3; k++) {
            if (rows[i].answers[k] != '-') {
                assert_int_equal(world_sign(&w, step, k,
                                            rows[i].answers[k] == 'a' ? "approve" : "reject",
                                            officers[k]),
                                 PL_ACCEPTED);
            }
        }
        assert_int_equal(w.c.finished, rows[i].settled);
        if (rows[i].settled) {
            assert_int_equal(w.c.result,
                             rows[i].approved ? PL_RESULT_COMPLETED : PL_RESULT_REJECTED);
        }
    }
}

static void test_any_signer(void **state)
{
    (void)state;
    const uint16_t step = signed_by(three, 3);

    b.steps[step].set.done_when = PL_DONE_ANY;
    world_begin(&w, build_done(&b));
    assert_int_equal(world_sign(&w, step, 1, "reject", "li"), PL_ACCEPTED);
    assert_false(w.c.finished);
    assert_int_equal(world_sign(&w, step, 2, "approve", "wang"), PL_ACCEPTED);
    assert_true(w.c.finished);
    assert_int_equal(w.c.result, PL_RESULT_COMPLETED);
    assert_int_equal(world_task(&w, step, 0)->state, PL_TASK_CANCELLED);
}

static void test_four_eyes(void **state)
{
    (void)state;
    const uint16_t step = signed_by(three, 2);

    world_begin(&w, build_done(&b));
    assert_int_equal(world_sign(&w, step, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 1, "approve", "wang"), PL_REJECT_SAME_PERSON);
    assert_int_equal(world_count(&w, PL_EVT_TASK_REFUSED), 1);
    /* An officer who decides in the place of the department is a person like any other. */
    assert_int_equal(world_officer(&w, PL_CMD_TASK_DECIDE, step, 1), PL_ACCEPTED);
    assert_true(w.c.finished);

    b.steps[step].set.same_person = true;
    world_begin(&w, &b.def);
    assert_int_equal(world_sign(&w, step, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, step, 1, "approve", "wang"), PL_ACCEPTED);
    assert_true(w.c.finished);
}

/* Who handled the file before must withdraw, whatever became of it. */
static void test_recusal(void **state)
{
    (void)state;
    const uint16_t handled = build_ask(&b);
    const uint16_t review = build_ask(&b);

    build_after(&b, review, handled);
    build_not_by(&b, review, handled);
    build_back(&b, review, handled, 1);
    world_begin(&w, build_done(&b));
    assert_int_equal(world_sign(&w, handled, 0, "approve", "wang"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, review, 0, "approve", "wang"), PL_REJECT_RECUSED);
    assert_int_equal(world_do(&w, (struct pl_command){.kind = PL_CMD_TASK_COMPLETE,
                                                      .actor = PL_ACTOR_ADAPTER,
                                                      .step = review,
                                                      .by = PL_TEXT("adapter"),
                                                      .officer = PL_TEXT("li"),
                                                      .lease = w.facts.new_lease,
                                                      .decision = PL_TEXT("again"),
                                                      .body_hash = 9}),
                     PL_ACCEPTED);
    assert_int_equal(world_sign(&w, handled, 0, "approve", "zhao"), PL_ACCEPTED);
    assert_int_equal(world_sign(&w, review, 0, "approve", "zhao"), PL_REJECT_RECUSED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_signing_in_order, set_up),
        cmocka_unit_test_setup(test_a_signer_refuses, set_up),
        cmocka_unit_test_setup(test_signing_together, set_up),
        cmocka_unit_test_setup(test_weights, set_up),
        cmocka_unit_test_setup(test_any_signer, set_up),
        cmocka_unit_test_setup(test_four_eyes, set_up),
        cmocka_unit_test_setup(test_recusal, set_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
