/* The registries: names, flags and moves say what the headers promise. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/case.h"
#include "model/command.h"

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(pl_step_state_name(PL_STEP_WAITING), "waiting");
    assert_string_equal(pl_step_state_name(PL_STEP_CANCELLED), "cancelled");
    assert_string_equal(pl_task_state_name(PL_TASK_BACKOFF), "backoff");
    assert_string_equal(pl_command_name(PL_CMD_TASK_COMPLETE), "TASK_COMPLETE");
    assert_string_equal(pl_event_type(PL_EVT_CASE_STARTED), "case_started");
    assert_string_equal(pl_rejection_name(PL_REJECT_SUPERSEDED), "SUPERSEDED");
    assert_true(strlen(pl_rejection_text(PL_REJECT_STORE_FULL)) > 10);
    assert_true(strlen(pl_rejection_text_zh(PL_REJECT_STORE_FULL)) > 10);
}

/* No step is live and settled; a settled step can only be opened again. */
static void test_step_states(void **state)
{
    (void)state;
    for (int i = 0; i < PL_STEP_STATES; i++) {
        const enum pl_step_state s = (enum pl_step_state)i;

        assert_false(pl_step_is_live(s) && pl_step_is_settled(s));
        assert_true((pl_step_moves(s) >> i & 1) == 0);
        if (pl_step_is_settled(s)) {
            assert_int_equal(pl_step_moves(s), 1u << PL_STEP_WAITING);
        }
    }
    assert_false(pl_step_is_live(PL_STEP_WAITING));
    assert_true(pl_step_is_live(PL_STEP_RETURNED));
}

/* Whatever is open can be answered or cancelled; whatever is leased is open. */
static void test_task_states(void **state)
{
    const uint32_t ends = 1u << PL_TASK_ANSWERED | 1u << PL_TASK_DEEMED | 1u << PL_TASK_CANCELLED;

    (void)state;
    for (int i = 0; i < PL_TASK_STATES; i++) {
        const enum pl_task_state s = (enum pl_task_state)i;

        assert_true(!pl_task_is_leased(s) || pl_task_is_open(s));
        if (pl_task_is_open(s)) {
            assert_true((pl_task_moves(s) & ends) == ends);
        } else {
            assert_true((pl_task_moves(s) & ends) == 0);
        }
    }
}

static void test_who_may_send_what(void **state)
{
    (void)state;
    assert_true(pl_command_allows(PL_CMD_START, PL_ACTOR_PORTAL));
    assert_true(pl_command_allows(PL_CMD_START, PL_ACTOR_OFFICER));
    assert_false(pl_command_allows(PL_CMD_START, PL_ACTOR_ADAPTER));
    assert_true(pl_command_allows(PL_CMD_TIMER_FIRE, PL_ACTOR_ENGINE));
    assert_false(pl_command_allows(PL_CMD_TIMER_FIRE, PL_ACTOR_OFFICER));
    assert_false(pl_command_allows(PL_CMD_TASK_DECIDE, PL_ACTOR_ADAPTER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_step_states),
        cmocka_unit_test(test_task_states),
        cmocka_unit_test(test_who_may_send_what),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
